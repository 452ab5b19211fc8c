/*
 * Charset: what arrived → valid UTF-8, and how that was known.
 *
 * Problem: labels lie (a UTF-8 page served as iso-8859-1, EUC-KR called UTF-8), are missing, name a
 * standard when its vendor superset is meant (ks_c_5601-1987 is cp949, Shift_JIS is cp932), and
 * single bytes are broken in text that is otherwise right.
 *
 * Way: the bytes have the last word. In order: forced; BOM; the zero pattern of UTF-16/32; bytes
 * that are UTF-8; the labels in their order (HTTP, then declaration or meta), each only when the
 * bytes decode under it; UTF-8 with single bad bytes; the detector (uchardet) and windows-1252 as
 * the last resort. A label that lost sets `mislabelled`.
 *
 * Two exceptions to "valid UTF-8 beats a legacy label": a text of pure ASCII keeps its label (it is
 * that charset, and ISO-2022-JP is 7-bit), and a two-byte CJK charset with a handful of characters,
 * none of which takes three bytes in UTF-8, keeps it too: there the coincidence is likely.
 *
 * Rejected: the detector first (it knows nothing of labels and is wrong on short feeds), libxml2's
 * own conversion (stops at the first bad byte, and its guess cannot be asked for).
 *
 * Limits: one pass per candidate, at most four candidates, the detector sees 256 KiB. iconv
 * descriptors are opened per document, so there is no shared state between threads.
 */
#include "parsers/charset.h"

#include <errno.h>
#include <iconv.h>

#include <uchardet/uchardet.h>

#include "base/utf8.h"
#include "parsers/charset_names.h"
#include "parsers/charset_run.h"

/* MAX_SEGMENTS: looked at for a charset of their own, in one document */
enum { DETECT_BYTES = 256 * 1024, SNIFF_BYTES = 1024, MAX_SEGMENTS = 10000 };

/* Names we have no opinion about, iconv may know: code pages, Mac charsets, EBCDIC. */
static const struct charset *charset_of_iconv(struct wd_arena *a, struct wd_str label)
{
	/* A label with a NUL in it would be cut there, and "" is the locale's charset to iconv. */
	bool sane = label.n >= 2 && label.n <= 40 && memchr(label.p, '\0', label.n) == NULL;
	struct charset *cs = a != NULL && sane ? wd_arena_new_of(a, struct charset) : NULL;
	char *name = cs != NULL ? wd_arena_cstr(a, label) : NULL;
	if (name == NULL)
		return NULL;
	for (char *p = name; *p != '\0'; p++) {
		*p = wd_lower(*p);
		if (!wd_is_alnum(*p) && strchr("-_:.+()", *p) == NULL)
			return NULL; /* a slash would be an option of iconv's */
	}
	iconv_t cd = iconv_open("UTF-8", name);
	if (cd == (iconv_t)-1)
		return NULL;
	(void)iconv_close(cd);
	*cs = (struct charset){
		name, name, NULL, wd_str_istarts(label, WD_STR("utf-7")) ? K_7BIT : K_SINGLE};
	return cs;
}

static const struct charset *charset_find(struct wd_arena *a, struct wd_str label)
{
	label = wd_str_trim(label);
	while (label.n > 0 && (label.p[0] == '"' || label.p[0] == '\''))
		label = wd_str_from(label, 1);
	while (label.n > 0 && strchr("\"';, ", label.p[label.n - 1]) != NULL)
		label.n--;
	const struct charset *cs = charset_labelled(label);
	return cs != NULL ? cs : charset_of_iconv(a, label);
}

/* ---- labels ---- */

static struct wd_str header_charset(struct wd_str content_type)
{
	size_t at = wd_str_ifind(content_type, WD_STR("charset"), 0);
	if (at == SIZE_MAX)
		return WD_STR_NONE;
	struct wd_str s = wd_str_trim(wd_str_from(content_type, at + 7));
	if (s.n == 0 || s.p[0] != '=')
		return WD_STR_NONE;
	s = wd_str_trim(wd_str_from(s, 1));
	size_t end = wd_str_chr(s, ';', 0);
	return wd_str_trim(end == SIZE_MAX ? s : wd_str_sub(s, 0, end));
}

/* Value of name="…" (or unquoted) inside a tag's text. */
static struct wd_str pseudo_attr(struct wd_str tag, const char *name)
{
	size_t at = wd_str_ifind(tag, wd_str_c(name), 0);
	if (at == SIZE_MAX)
		return WD_STR_NONE;
	struct wd_str s = wd_str_trim(wd_str_from(tag, at + strlen(name)));
	if (s.n == 0 || s.p[0] != '=')
		return WD_STR_NONE;
	s = wd_str_trim(wd_str_from(s, 1));
	char quote = s.n > 0 && (s.p[0] == '"' || s.p[0] == '\'') ? s.p[0] : '\0';
	size_t start = quote != '\0' ? 1 : 0, end = start;
	while (end < s.n &&
		(quote != '\0' ? s.p[end] != quote
			       : !wd_is_space(s.p[end]) && s.p[end] != '?' && s.p[end] != '>' &&
					 s.p[end] != '"' && s.p[end] != '\'' && s.p[end] != ';'))
		end++;
	return wd_str_sub(s, start, end);
}

static int convert(struct wd_arena *a, struct wd_str in, const char *codec, size_t max_bad,
	struct wd_str *ret, size_t *ret_bad);

static struct wd_str declared_charset(
	struct wd_arena *a, struct wd_str bytes, enum wd_charset_kind kind)
{
	struct wd_str head = wd_str_sub(bytes, 0, SNIFF_BYTES * (kind == WD_CHARSET_HTML ? 8 : 1));
	size_t bad;
	if (wd_str_starts(head, WD_STR("\x4C\x6F\xA7\x94"))) /* "<?xm" in EBCDIC */
		(void)convert(a, wd_str_sub(head, 0, 128), "IBM037", SIZE_MAX, &head, &bad);
	if (kind == WD_CHARSET_XML || kind == WD_CHARSET_HTML) {
		size_t at = wd_str_ifind(head, WD_STR("<?xml"), 0);
		size_t end = at == SIZE_MAX ? SIZE_MAX : wd_str_chr(head, '>', at);
		if (end != SIZE_MAX) {
			struct wd_str enc = pseudo_attr(wd_str_sub(head, at, end), "encoding");
			if (enc.n > 0)
				return enc;
		}
	}
	for (size_t at = 0; kind == WD_CHARSET_HTML;) {
		at = wd_str_ifind(head, WD_STR("<meta"), at);
		if (at == SIZE_MAX)
			break;
		size_t end = wd_str_chr(head, '>', at);
		if (end == SIZE_MAX)
			end = head.n;
		struct wd_str cs = pseudo_attr(wd_str_sub(head, at, end), "charset");
		if (cs.n > 0)
			return cs;
		at = end;
	}
	return WD_STR_NONE;
}

/* ---- what the bytes look like ---- */

struct shape {
	size_t two, more; /* well-formed UTF-8 sequences of two, and of three or four bytes */
	size_t bad;       /* bytes that belong to none */
	size_t zeros, escapes;
};

/* Well-formed sequences from `at` on, counted into `sh`; stops at ASCII and at anything doubtful.
 * Korean and Japanese text is mostly this, so it does not go through the general decoder. */
static size_t common_sequences(struct wd_str s, size_t at, struct shape *sh)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = at;
	while (s.n - i >= 4) {
		uint32_t w = (uint32_t)p[i] | (uint32_t)p[i + 1] << 8 | (uint32_t)p[i + 2] << 16;
		if ((w & 0xC0C0F0) == 0x8080E0 && p[i] != 0xE0 && p[i] != 0xED) {
			sh->more++;
			i += 3;
		} else if ((w & 0xC0E0) == 0x80C0 && p[i] >= 0xC2) {
			sh->two++;
			i += 2;
		} else {
			break;
		}
	}
	return i - at;
}

/* Bytes from `at` on that are ASCII from the space up, eight at a time. */
static size_t plain_ascii(struct wd_str s, size_t at)
{
	size_t i = at;
	for (uint64_t w; s.n - i >= 8; i += 8) {
		memcpy(&w, s.p + i, 8);
		uint64_t low = w - UINT64_C(0x2020202020202020);
		if (((w | low) & UINT64_C(0x8080808080808080)) != 0)
			break;
	}
	return i - at;
}

static struct shape shape_of(struct wd_str s)
{
	struct shape sh = {0};
	for (size_t at = 0; at < s.n;) {
		unsigned char c = (unsigned char)s.p[at];
		if (c < 0x80) {
			sh.zeros += c == 0;
			sh.escapes += c == 0x1B;
			at++;
			at += plain_ascii(s, at);
			continue;
		}
		size_t common = common_sequences(s, at, &sh);
		if (common > 0) {
			at += common;
			continue;
		}
		size_t before = at;
		uint32_t cp = wd_utf8_next(s, &at);
		size_t len = at - before;
		if (cp == WD_CP_BAD && len == 1)
			sh.bad++;
		else if (len == 2)
			sh.two++;
		else
			sh.more++;
	}
	return sh;
}

/*
 * The usual case, well-formed UTF-8, by a state machine without branches: each byte's row holds the
 * next state for every state, six bits each; a state is the shift that finds its own. The error
 * state is 0 and stays.
 */
enum { U_BAD, U_OK, U_1, U_2, U_E0, U_ED, U_F0, U_F1, U_F4 };
#define U_TO(from, to) ((uint64_t)((to)*6) << ((from)*6))
#define U_TAIL (U_TO(U_1, U_OK) | U_TO(U_2, U_1) | U_TO(U_F1, U_2))
static const uint64_t utf8_rows[256] = {
	[0x00 ... 0x7F] = U_TO(U_OK, U_OK),
	[0x80 ... 0x8F] = U_TAIL | U_TO(U_ED, U_1) | U_TO(U_F4, U_2),
	[0x90 ... 0x9F] = U_TAIL | U_TO(U_ED, U_1) | U_TO(U_F0, U_2),
	[0xA0 ... 0xBF] = U_TAIL | U_TO(U_E0, U_1) | U_TO(U_F0, U_2),
	[0xC2 ... 0xDF] = U_TO(U_OK, U_1),
	[0xE0] = U_TO(U_OK, U_E0),
	[0xE1 ... 0xEC] = U_TO(U_OK, U_2),
	[0xED] = U_TO(U_OK, U_ED),
	[0xEE ... 0xEF] = U_TO(U_OK, U_2),
	[0xF0] = U_TO(U_OK, U_F0),
	[0xF1 ... 0xF3] = U_TO(U_OK, U_F1),
	[0xF4] = U_TO(U_OK, U_F4),
};

static bool is_utf8(struct wd_str s, bool *ret_ascii)
{
	const unsigned char *p = (const unsigned char *)s.p;
	uint64_t state = U_OK * 6, high = 0;
	size_t i = 0;
	for (uint64_t w[2]; s.n - i >= sizeof(w); i += sizeof(w)) {
		memcpy(w, p + i, sizeof(w));
		uint64_t here = (w[0] | w[1]) & UINT64_C(0x8080808080808080);
		high |= here;
		if (here == 0 && state == U_OK * 6)
			continue;
		for (size_t k = 0; k < sizeof(w); k++)
			state = utf8_rows[p[i + k]] >> (state & 63);
	}
	for (; i < s.n; i++) {
		high |= p[i] & 0x80u;
		state = utf8_rows[p[i]] >> (state & 63);
	}
	*ret_ascii = high == 0;
	return (state & 63) == U_OK * 6;
}

static const struct charset *bom_charset(struct wd_str s, size_t *ret_skip)
{
	static const struct {
		const char *bom;
		size_t n;
		const char *name;
	} boms[] = {
		{"\xFF\xFE\0\0", 4, "utf-32le"},
		{"\0\0\xFE\xFF", 4, "utf-32be"},
		{"\xEF\xBB\xBF", 3, "utf-8"},
		{"\xFF\xFE", 2, "utf-16le"},
		{"\xFE\xFF", 2, "utf-16be"},
	};
	for (size_t i = 0; i < WD_COUNTOF(boms); i++) {
		if (s.n >= boms[i].n && memcmp(s.p, boms[i].bom, boms[i].n) == 0) {
			*ret_skip = boms[i].n;
			return charset_named(boms[i].name);
		}
	}
	return NULL;
}

/* UTF-16/32 without a BOM shows in where its zero bytes stand: markup is ASCII. */
static const struct charset *wide_by_zeros(struct wd_str s)
{
	size_t zero[4] = {0}, n = WD_MIN(s.n, (size_t)SNIFF_BYTES) & ~(size_t)3;
	if (n < 4)
		return NULL;
	for (size_t i = 0; i < n; i++)
		zero[i & 3] += s.p[i] == '\0';
	size_t q = n / 4;
	if (zero[0] > q * 3 / 4 && zero[1] > q * 3 / 4 && zero[3] < q / 4)
		return charset_named("utf-32be");
	if (zero[2] > q * 3 / 4 && zero[3] > q * 3 / 4 && zero[0] < q / 4)
		return charset_named("utf-32le");
	if (zero[0] + zero[2] > q / 2 && zero[1] + zero[3] < q / 8 + 1)
		return charset_named("utf-16be");
	if (zero[1] + zero[3] > q / 2 && zero[0] + zero[2] < q / 8 + 1)
		return charset_named("utf-16le");
	return NULL;
}

/* ---- converting ---- */

/* Bytes → UTF-8 under `to`; bad ones become U+FFFD one by one. Stops early (returns WD_E_MALFORMED)
 * when more than max_bad are bad. */
static int convert(struct wd_arena *a, struct wd_str in, const char *codec, size_t max_bad,
	struct wd_str *ret, size_t *ret_bad)
{
	iconv_t cd = iconv_open("UTF-8", codec);
	if (cd == (iconv_t)-1)
		return WD_E_UNSUPPORTED;
	struct wd_arena_mark mark = wd_arena_mark(a);
	/* Single-byte charsets reach U+FFFF (three bytes for a high one), two-byte ones take three
	 * for two, 7-bit ones too. */
	size_t high = 0, bad = 0;
	for (size_t i = 0; i < in.n; i++)
		high += (unsigned char)in.p[i] >= 0x80;
	size_t cap = in.n < SIZE_MAX / 8 ? in.n + in.n / 2 + high * 2 + 64 : 0;
	size_t unit = strncmp(codec, "UTF-32", 6) == 0   ? 4
		      : strncmp(codec, "UTF-16", 6) == 0 ? 2
							 : 1;
	if (max_bad == SIZE_MAX && unit == 1) /* any byte may be bad */
		cap = WD_MAX(cap, in.n * 3 + 64);
	char *out = cap > 0 ? wd_arena_bytes(a, cap) : NULL;
	char *op = out, *ip = wd_unconst(in.p);
	size_t il = in.n, ol = cap;
	int rc = out != NULL ? WD_OK : WD_E_LIMIT;

	while (rc == WD_OK && il > 0) {
		if (iconv(cd, &ip, &il, &op, &ol) != (size_t)-1)
			break;
		if ((errno != EILSEQ && errno != EINVAL) || ol < 4) {
			rc = WD_E_LIMIT;
		} else if (++bad > max_bad) {
			rc = WD_E_MALFORMED;
		} else {
			memcpy(op, "\xEF\xBF\xBD", 3);
			op += 3;
			ol -= 3;
			ip += WD_MIN(unit, il);
			il -= WD_MIN(unit, il);
		}
	}
	if (rc == WD_OK)
		(void)iconv(cd, NULL, NULL, &op, &ol);
	(void)iconv_close(cd);
	if (rc != WD_OK) {
		wd_arena_rewind(a, mark);
		return rc;
	}
	*ret = (struct wd_str){out, (size_t)(op - out)};
	*ret_bad = bad;
	return WD_OK;
}

size_t charset_convert_all(struct wd_str in, const char *codec, char *out, size_t cap)
{
	iconv_t cd = iconv_open("UTF-8", codec);
	char *ip = wd_unconst(in.p), *op = out;
	size_t il = in.n, ol = cap;
	if (cd == (iconv_t)-1)
		return 0;
	bool ok = iconv(cd, &ip, &il, &op, &ol) != (size_t)-1 && il == 0;
	(void)iconv_close(cd);
	return ok ? (size_t)(op - out) : 0;
}

static int decode_as(struct wd_arena *a, struct wd_str in, const struct charset *cs, size_t max_bad,
	struct wd_charset_result *ret)
{
	struct wd_str text = WD_STR_NONE;
	size_t bad = 0;
	if (cs->iconv == NULL)
		return WD_E_UNSUPPORTED;
	int rc = convert(a, in, cs->iconv, cs->iconv2 != NULL ? 0 : max_bad, &text, &bad);
	if (rc != WD_OK && cs->iconv2 != NULL)
		rc = convert(a, in, cs->iconv2, max_bad, &text, &bad);
	if (rc != WD_OK)
		return rc;
	ret->text = text;
	ret->charset = wd_str_c(cs->name);
	ret->replaced = bad;
	return WD_OK;
}

/* windows-1252 between 0x80 and 0x9F; 0: not assigned. */
static const uint16_t cp1252_c1[32] = {0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
	0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D,
	0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178};

/* A lone high byte among ASCII in UTF-8 text is a pasted windows-1252 quote or accented letter; a
 * lone byte next to others is what is left of a cut character. 0: the latter. */
static uint32_t lone_byte(struct wd_str s, size_t at)
{
	unsigned char c = (unsigned char)s.p[at];
	char before = at > 0 ? s.p[at - 1] : ' ', after = at + 1 < s.n ? s.p[at + 1] : ' ';
	if (((unsigned char)before | (unsigned char)after) >= 0x80)
		return 0;
	if (c < 0xA0)
		return cp1252_c1[c - 0x80];
	if (wd_is_alpha(before) || wd_is_alpha(after) || (c < 0xC0 && c != 0xA0))
		return c;
	return 0;
}

/* ---- segments in a second charset ---- */

static const struct charset *detect(struct wd_str s);

/* The stretch between two marks of markup around `at`: no byte of a legacy charset's characters
 * looks like one. */
static struct wd_str segment_at(struct wd_str in, size_t at)
{
	size_t from = at, to = at;
	while (from > 0 && strchr("<>&", in.p[from - 1]) == NULL && at - from < SNIFF_BYTES)
		from--;
	while (to < in.n && strchr("<>&", in.p[to]) == NULL && to - at < DETECT_BYTES)
		to++;
	return wd_str_sub(in, from, to);
}

/* Mostly no UTF-8, and more than a byte or two that were damaged. */
static bool is_legacy(struct wd_str segment)
{
	struct shape sh = shape_of(segment);
	return sh.bad >= 3 && sh.more * 4 <= sh.bad && sh.two <= sh.bad;
}

/* The charsets that a text's UTF-8 part speaks for: it shows the language. */
static const char *const *of_script(struct wd_str in)
{
	static const char *const korean[] = {"euc-kr", NULL},
				 *const japanese[] = {"euc-jp", "shift_jis", NULL},
				 *const none[] = {NULL};
	size_t hangul = 0, kana = 0;
	for (size_t i = 0, n = WD_MIN(in.n, (size_t)DETECT_BYTES); i + 2 < n; i++) {
		unsigned char c = (unsigned char)in.p[i], d = (unsigned char)in.p[i + 1];
		if (c < 0xE3 || wd_utf8_check(wd_str_sub(in, i, i + 3)) != 3)
			continue;
		hangul += c >= 0xEA && c <= 0xED;
		kana += c == 0xE3 && d >= 0x81 && d <= 0x83;
	}
	return hangul > 0 ? korean : kana > 0 ? japanese : none;
}

static bool decode_strictly(
	struct wd_arena *a, struct wd_str in, const struct charset *cs, struct wd_str *ret)
{
	size_t bad;
	return convert(a, in, cs->iconv, 0, ret, &bad) == WD_OK ||
	       (cs->iconv2 != NULL && convert(a, in, cs->iconv2, 0, ret, &bad) == WD_OK);
}

/* A segment that is wholly in another charset, decoded; false: it is UTF-8 with bad bytes. */
static bool decode_segment(
	struct wd_arena *a, struct wd_str segment, const char *const *names, struct wd_str *ret)
{
	if (!is_legacy(segment))
		return false;
	for (; *names != NULL; names++) {
		if (decode_strictly(a, segment, charset_named(*names), ret))
			return true;
	}
	const struct charset *cs = detect(segment);
	return cs != NULL && cs->kind == K_CJK && decode_strictly(a, segment, cs, ret);
}

static int decode_utf8(struct wd_arena *a, struct wd_str in, struct wd_charset_result *ret)
{
	size_t good = wd_utf8_check(in);
	ret->charset = WD_STR("utf-8");
	ret->text = in;
	if (good == in.n)
		return WD_OK;
	char *out = in.n < SIZE_MAX / 4 ? wd_arena_bytes(a, in.n * 3) : NULL;
	if (out == NULL)
		return WD_E_LIMIT;
	const char *const *names = of_script(in);
	enum charset_script script = charset_script_of(in);
	size_t n = 0, bad = 0, seen = 0, tries = 0, runs = 0;
	char run[3 * CHARSET_RUN_BYTES];
	for (size_t at = 0; at < in.n;) {
		struct wd_str rest = wd_str_from(in, at), text;
		size_t ok = wd_utf8_check(rest);
		memcpy(out + n, rest.p, ok);
		n += ok;
		at += ok;
		if (at >= in.n)
			break;
		if (at >= seen && tries < MAX_SEGMENTS) { /* the first bad byte of its segment */
			struct wd_str segment = segment_at(in, at);
			size_t from = (size_t)(segment.p - in.p);
			seen = from + segment.n;
			tries++;
			if (from + ok >= at && decode_segment(a, segment, names, &text)) {
				n -= at - from;
				memcpy(out + n, text.p, text.n);
				n += text.n;
				at = seen;
				ret->segments++;
				continue;
			}
		}
		size_t from, to, got;
		uint32_t cp = lone_byte(in, at);
		if (cp == 0 && runs++ < MAX_SEGMENTS &&
			(got = charset_run_decode(in, at, ok, script, &from, &to, run)) > 0) {
			n -= at - from;
			memcpy(out + n, run, got);
			n += got;
			at = to;
			ret->segments++;
			continue;
		}
		n += wd_utf8_put(cp != 0 ? cp : WD_CP_BAD, out + n);
		at++;
		bad++;
	}
	ret->text = (struct wd_str){out, n};
	ret->replaced = bad;
	return WD_OK;
}

/* ---- choosing ---- */

/* The detector on the part of the text that says something: from the first high byte on. */
static const struct charset *detect(struct wd_str s)
{
	size_t from = wd_utf8_check(s);
	struct wd_str part = wd_str_sub(s, from > 64 ? from - 64 : 0, SIZE_MAX);
	uchardet_t ud = uchardet_new();
	const struct charset *cs = NULL;
	if (ud == NULL)
		return NULL;
	if (uchardet_handle_data(ud, part.p, WD_MIN(part.n, (size_t)DETECT_BYTES)) == 0) {
		uchardet_data_end(ud);
		cs = charset_find(NULL, wd_str_c(uchardet_get_charset(ud)));
	}
	uchardet_delete(ud);
	return cs;
}

struct choice {
	const struct charset *cs;
	const char *source;
};

static int settle(struct wd_charset_result *ret, const char *source)
{
	ret->source = wd_str_c(source);
	return WD_OK;
}

/* Where KOI8-R has boxes to draw with KOI8-U has Ukrainian letters, which stand beside others. */
static bool is_koi8u(struct wd_str s)
{
	for (size_t i = 1; i + 1 < s.n; i++) {
		if (memchr("\xA4\xA6\xA7\xAD\xB4\xB6\xB7\xBD", s.p[i], 8) != NULL &&
			((unsigned char)s.p[i - 1] >= 0xC0 || (unsigned char)s.p[i + 1] >= 0xC0))
			return true;
	}
	return false;
}

/* No label fits and the bytes are no clean UTF-8. */
static int decode_by_content(
	struct wd_arena *a, struct wd_str bytes, struct shape sh, struct wd_charset_result *ret)
{
	if (sh.two + sh.more >= sh.bad || (sh.more > 0 && sh.more * 4 >= sh.bad)) {
		(void)settle(ret, "content");
		return decode_utf8(a, bytes, ret);
	}
	const struct charset *cs = detect(bytes);
	if (cs != NULL && strcmp(cs->name, "koi8-r") == 0 && is_koi8u(bytes))
		cs = charset_named("koi8-u");
	if (cs != NULL && (cs->kind == K_SINGLE || cs->kind == K_CJK) && sh.bad > 4 &&
		decode_as(a, bytes, cs, sh.bad / 50, ret) == WD_OK)
		return settle(ret, "content");
	/* A handful of high bytes and nothing to go by: windows-1252, unless its five holes are
	 * hit. */
	(void)settle(ret, "default");
	if (decode_as(a, bytes, charset_named("windows-1252"), 0, ret) == WD_OK)
		return WD_OK;
	return decode_utf8(a, bytes, ret);
}

/* 7-bit charsets show by their escapes; UTF-7's are ordinary characters. */
static bool has_shifts(const struct charset *cs, struct shape sh)
{
	return sh.escapes > 0 || strncmp(cs->name, "utf-7", 5) == 0;
}

static bool trusts_label(const struct charset *cs, struct shape sh)
{
	if (cs->kind == K_7BIT)
		return has_shifts(cs, sh) && sh.bad + sh.two + sh.more == 0;
	return cs->kind == K_CJK && sh.more == 0 && sh.two <= 3;
}

static int choose(struct wd_arena *a, struct wd_str bytes, const struct choice *labels, size_t n,
	struct wd_charset_result *ret)
{
	bool ascii;
	if ((n == 0 || labels[0].cs->kind == K_UTF8) && is_utf8(bytes, &ascii) && bytes.n > 0 &&
		memchr(bytes.p, '\0', bytes.n) == NULL && memchr(bytes.p, 0x1B, bytes.n) == NULL) {
		ret->text = bytes;
		ret->charset = WD_STR("utf-8");
		return settle(ret, n > 0 ? labels[0].source : ascii ? "default" : "content");
	}
	struct shape sh = shape_of(bytes);
	ascii = sh.bad + sh.two + sh.more == 0;

	if (sh.zeros > 0) {
		const struct charset *wide = wide_by_zeros(bytes);
		if (wide != NULL && decode_as(a, bytes, wide, bytes.n / 100, ret) == WD_OK) {
			bool said = false;
			for (size_t i = 0; i < n; i++)
				said = said || labels[i].cs->kind == K_WIDE;
			ret->mislabelled = n > 0 && !said;
			return settle(ret, "content");
		}
	}
	/* ESC $ in 7-bit text: ISO-2022, whatever it calls itself */
	bool is_shifted =
		ascii && sh.escapes > 0 && wd_str_find(bytes, WD_STR("\x1B$"), 0) != SIZE_MAX;
	for (size_t i = 0; i < n; i++) {
		const struct charset *cs = labels[i].cs;
		bool legacy = cs->kind == K_SINGLE || cs->kind == K_CJK || cs->kind == K_7BIT;
		bool fits = ascii ? cs->kind != K_WIDE && !is_shifted &&
					    (cs->kind != K_7BIT || !has_shifts(cs, sh))
				  : cs->kind == K_UTF8 && sh.bad == 0;
		if (fits) {
			ret->text = bytes;
			ret->charset = wd_str_c(cs->name);
			ret->mislabelled = i > 0;
			return settle(ret, labels[i].source);
		}
		if (legacy && (sh.bad > 0 || trusts_label(cs, sh)) &&
			decode_as(a, bytes, cs, sh.bad / 50 + (sh.bad > 3), ret) == WD_OK) {
			ret->mislabelled = i > 0;
			return settle(ret, labels[i].source);
		}
	}
	ret->mislabelled = n > 0;
	if (sh.bad == 0) {
		bool korean = wd_str_find(bytes, WD_STR("\x1B$)C"), 0) != SIZE_MAX;
		const struct charset *jp = charset_named(korean ? "iso-2022-kr" : "iso-2022-jp");
		if (is_shifted && decode_as(a, bytes, jp, 0, ret) == WD_OK)
			return settle(ret, "content");
		ret->text = bytes;
		ret->charset = WD_STR("utf-8");
		return settle(ret, ascii ? "default" : "content");
	}
	if (n > 0 && labels[0].cs->kind == K_UTF8 && sh.two + sh.more >= sh.bad) {
		ret->mislabelled = false;
		(void)settle(ret, labels[0].source);
		return decode_utf8(a, bytes, ret);
	}
	return decode_by_content(a, bytes, sh, ret);
}

int wd_charset_decode(struct wd_arena *a, struct wd_str bytes, enum wd_charset_kind kind,
	struct wd_str content_type, struct wd_str forced, struct wd_charset_result *ret,
	struct wd_err *err)
{
	size_t skip = 0;
	const struct charset *bom = bom_charset(bytes, &skip);
	const struct charset *cs = forced.n > 0 ? charset_find(a, forced) : NULL;
	int rc;

	*ret = (struct wd_charset_result){0};
	if (forced.n > 0 && cs == NULL)
		return wd_err_set(err, WD_E_UNSUPPORTED, "charset '%.*s' is not known",
			WD_STR_ARG(wd_str_sub(forced, 0, 64)));
	if (bom != NULL)
		bytes = wd_str_from(bytes, skip);
	if (cs != NULL || (bom != NULL && bom->kind == K_WIDE)) {
		(void)settle(ret, cs != NULL ? "forced" : "bom");
		cs = cs != NULL ? cs : bom;
		rc = cs->kind == K_UTF8 ? decode_utf8(a, bytes, ret)
					: decode_as(a, bytes, cs, SIZE_MAX, ret);
	} else {
		struct choice labels[3];
		size_t n = 0;
		const struct charset *http = charset_find(a, header_charset(content_type));
		const struct charset *decl = charset_find(a, declared_charset(a, bytes, kind));
		if (bom != NULL)
			labels[n++] = (struct choice){bom, "bom"};
		if (http != NULL)
			labels[n++] = (struct choice){http, "http"};
		if (decl != NULL)
			labels[n++] = (struct choice){
				decl, kind == WD_CHARSET_XML ? "declaration" : "meta"};
		rc = choose(a, bytes, labels, n, ret);
	}
	if (rc != WD_OK)
		return wd_err_set(err, rc, "charset: %zu bytes cannot be held as UTF-8", bytes.n);
	while (wd_str_starts(ret->text, WD_STR("\xEF\xBB\xBF"))) /* a second BOM is junk */
		ret->text = wd_str_from(ret->text, 3);
	return WD_OK;
}

bool wd_charset_is_known(struct wd_str name)
{
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(64 * 1024);
	return a != NULL && charset_find(a, name) != NULL;
}

/* ---- the way back ---- */

size_t wd_cp949_encode(struct wd_cp949 *c, struct wd_str utf8, char *out, size_t cap)
{
	if (c->handle == NULL)
		c->handle = iconv_open("CP949", "UTF-8");
	if (c->handle == (iconv_t)-1)
		return 0;
	char *in = (char *)(uintptr_t)utf8.p;
	size_t left = utf8.n, room = cap;
	(void)iconv(c->handle, NULL, NULL, NULL, NULL);
	return iconv(c->handle, &in, &left, &out, &room) == 0 && left == 0 ? cap - room : 0;
}

void wd_cp949_done(struct wd_cp949 *c)
{
	if (c->handle != NULL && c->handle != (iconv_t)-1)
		(void)iconv_close(c->handle);
	c->handle = NULL;
}
