/*
 * Text in its normal form. One pass over a run of text; a run is what stands between two changes
 * of the inline elements around it, so that the second cleaning sees the same runs and changes
 * nothing.
 *
 * Out: C0 and C1 controls, noncharacters, soft hyphens, zero-width characters, bidi overrides.
 * Joiners (ZWJ, ZWNJ) stay between letters of scripts that shape by them and inside emoji; a
 * zero-width space stays in scripts that write without spaces and break lines by it. Bidi marks
 * stay. More than MARKS_MAX combining marks on one letter are cut (as Unicode's stream-safe
 * text format has it): putting marks in order costs the square of their number.
 */
#include "base/utf8.h"
#include "parsers/clean_impl.h"

enum { MARKS_MAX = 30 };

static bool is_joiner(uint32_t cp)
{
	return cp == 0x200B || cp == 0x200C || cp == 0x200D;
}

static bool is_gone(uint32_t cp)
{
	if (cp < 0x20)
		return cp != '\t' && cp != '\n' && cp != '\r' && cp != '\f' && cp != '\v';
	if (cp < 0xAD)
		return cp >= 0x7F && cp < 0xA0 && cp != 0x85;
	return cp == 0xAD || cp == 0x180E || cp == 0x2060 || cp == 0xFEFF || cp == 0x202D ||
	       cp == 0x202E || (cp >= 0x206A && cp <= 0x206F) || (cp >= 0xFFF9 && cp <= 0xFFFB) ||
	       (cp >= 0xFDD0 && cp <= 0xFDEF) || (cp & 0xFFFE) == 0xFFFE;
}

/* Scripts whose letters join or stack: Arabic … Myanmar, Khmer, Mongolian. */
static bool joins(uint32_t cp)
{
	return (cp >= 0x0600 && cp <= 0x109F) || (cp >= 0x1780 && cp <= 0x18AF) ||
	       (cp >= 0xA840 && cp <= 0xABFF) || (cp >= 0xFB50 && cp <= 0xFDCF) ||
	       (cp >= 0xFE70 && cp <= 0xFEFC);
}

static bool is_emoji(uint32_t cp)
{
	return (cp >= 0x2190 && cp <= 0x2BFF) || cp == 0xFE0F || cp >= 0x1F000;
}

static bool breaks_without_spaces(uint32_t cp)
{
	return (cp >= 0x0E00 && cp <= 0x0EFF) || (cp >= 0x1000 && cp <= 0x109F) ||
	       (cp >= 0x1780 && cp <= 0x17FF);
}

static bool keeps_joiner(uint32_t cp, uint32_t before, uint32_t after)
{
	if (cp == 0x200B)
		return breaks_without_spaces(before) && breaks_without_spaces(after);
	if (cp == 0x200D && is_emoji(before) && is_emoji(after))
		return true;
	return joins(before) && joins(after);
}

static bool is_mark(uint32_t cp)
{
	return (cp >= 0x300 && cp <= 0x36F) || (cp >= 0x483 && cp <= 0x489) ||
	       (cp >= 0x591 && cp <= 0x5C7) || (cp >= 0x610 && cp <= 0x61A) ||
	       (cp >= 0x64B && cp <= 0x65F) || (cp >= 0x6D6 && cp <= 0x6ED) ||
	       (cp >= 0x730 && cp <= 0x74A) || (cp >= 0x7EB && cp <= 0x8FF && cp < 0x840) ||
	       (cp >= 0x8C8 && cp <= 0x903) || (cp >= 0x93C && cp <= 0x954) ||
	       (cp >= 0xE31 && cp <= 0xE4E) || (cp >= 0xEB1 && cp <= 0xECD) ||
	       (cp >= 0xF18 && cp <= 0xFC6) || (cp >= 0x135D && cp <= 0x135F) ||
	       (cp >= 0x1AB0 && cp <= 0x1AFF) || (cp >= 0x1DC0 && cp <= 0x1DFF) ||
	       (cp >= 0x20D0 && cp <= 0x20FF) || (cp >= 0x2CEF && cp <= 0x2CF1) ||
	       (cp >= 0x2DE0 && cp <= 0x2DFF) || (cp >= 0x302A && cp <= 0x302F) ||
	       (cp >= 0x3099 && cp <= 0x309A) || (cp >= 0xA66F && cp <= 0xA69F) ||
	       (cp >= 0xFE20 && cp <= 0xFE2F) || (cp >= 0x10A0D && cp <= 0x10A3F) ||
	       (cp >= 0x1D165 && cp <= 0x1D244) || (cp >= 0x1E000 && cp <= 0x1E8D6);
}

/* What a byte says about the character it begins, a bit each; none: it stands as it is. */
enum { B_SPACE = 1, B_ASK = 2, B_WORK = 4 };
static const uint8_t byte_kinds[256] = {
	[0 ... 0x1F] = B_WORK,
	[' '] = B_SPACE,
	[0x7F] = B_WORK,
	/* 80–BF: the rest of a character, as it begins */
	[0xC0 ... 0xC1] = B_WORK,
	[0xC2] = B_ASK, /* the next bytes tell */
	/* C3–CB: below U+0300 */
	[0xCC ... 0xE1] = B_WORK,
	[0xE2 ... 0xE3] = B_ASK,
	/* E4–E9: Han, U+4000–9FFF */
	[0xEA] = B_ASK,
	/* EB–EC: Hangul, U+B000–CFFF */
	[0xED] = B_ASK,
	[0xEE ... 0xFF] = B_WORK,
};

/* Dashes and quotes, kana, the first and the last Hangul: all that normal text has besides. None
 * of them is a space, goes out, joins, or is changed by NFC. */
static bool is_easy(unsigned char c, unsigned char d, unsigned char e)
{
	switch (c) {
	case 0xC2:
		return d >= 0xA1 && d != 0xAD; /* U+00A1–00BF but the soft hyphen */
	case 0xE2:
		return d == 0x80 && e >= 0x90 && e <= 0xA7; /* U+2010–2027 */
	case 0xE3:
		return (d == 0x80 && e >= 0x81 && e <= 0x9F) ||   /* U+3001–301F */
		       (d == 0x81 && e >= 0x81) ||                /* U+3041–307F */
		       (d == 0x82 && (e <= 0x96 || e >= 0xA1)) || /* U+3080–3096, 30A1–30BF */
		       (d == 0x83 && (e <= 0xBA || e == 0xBC));   /* U+30C0–30FA, 30FC */
	case 0xEA:
		return d >= 0xB0; /* U+AC00–AFFF */
	default:
		return c == 0xED && d < 0x9E; /* U+D000–D77F */
	}
}

/* The usual run needs no work: ASCII and common letters, single spaces inside. Two looks without a
 * branch per word are quicker than one with. */
static bool is_plain(struct wd_str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	unsigned all = 0, twice = 0, before = B_SPACE;
	for (size_t i = 0; i < s.n; i++) {
		unsigned kind = byte_kinds[p[i]];
		all |= kind;
		twice |= kind & before;
		before = kind;
	}
	if ((all & B_WORK) || (twice & B_SPACE) || before == B_SPACE)
		return false;
	for (size_t i = 0; (all & B_ASK) && i < s.n; i++) {
		if ((byte_kinds[p[i]] & B_ASK) &&
			!is_easy(p[i], i + 1 < s.n ? p[i + 1] : 0, i + 2 < s.n ? p[i + 2] : 0))
			return false;
	}
	return true;
}

/* A run that is plain but for white space around it. */
static bool take_plain(struct wd_str *s, struct wd_clean_edges *edges)
{
	struct wd_str in = *s;
	while (in.n > 0 && wd_is_space(in.p[0]))
		in.p++, in.n--;
	while (in.n > 0 && wd_is_space(in.p[in.n - 1]))
		in.n--;
	if (in.n > 0 && !is_plain(in))
		return false;
	edges->space_before = s->n > 0 && wd_is_space(s->p[0]);
	edges->space_after = s->n > 0 && wd_is_space(s->p[s->n - 1]);
	*s = in;
	return true;
}

struct run {
	char *p;
	size_t n;
	uint32_t last; /* last code point written */
	unsigned marks;
	bool space; /* white space seen since */
};

static void put(struct run *r, struct wd_str bytes, uint32_t cp)
{
	if (cp >= 0x300 && is_mark(cp)) {
		if (++r->marks > MARKS_MAX)
			return;
	} else {
		r->marks = 0;
	}
	memcpy(r->p + r->n, bytes.p, bytes.n);
	r->n += bytes.n;
	r->last = cp;
}

static bool is_ascii_word(char c)
{
	return c > 0x20 && c < 0x7F;
}

/* Plain ASCII goes over in one piece. Returns where it ends. */
static size_t put_ascii(struct run *r, struct wd_str s, size_t at)
{
	size_t from = at;
	while (at < s.n && is_ascii_word(s.p[at]))
		at++;
	if (at == from)
		return at;
	if (r->space && r->n > 0)
		r->p[r->n++] = ' ';
	r->space = false;
	memcpy(r->p + r->n, s.p + from, at - from);
	r->n += at - from;
	r->last = (unsigned char)s.p[at - 1];
	r->marks = 0;
	return at;
}

static uint32_t visible_after(struct wd_str s, size_t at)
{
	while (at < s.n) {
		uint32_t cp = wd_utf8_next(s, &at);
		if (!is_gone(cp) && !is_joiner(cp))
			return cp;
	}
	return 0;
}

struct wd_str wd_clean_run(
	struct wd_arena *a, struct wd_str s, bool pre, struct wd_clean_edges *edges)
{
	*edges = (struct wd_clean_edges){0};
	if (!pre && take_plain(&s, edges))
		return s;
	struct run r = {.p = wd_arena_bytes(a, s.n + 2)};
	if (r.p == NULL)
		return WD_STR_NONE;
	uint32_t after = 0;
	size_t after_known = 0; /* `after` holds for joiners before this offset */
	for (size_t at = 0; at < s.n;) {
		at = put_ascii(&r, s, at);
		if (at == s.n)
			break;
		size_t from = at;
		uint32_t cp = wd_utf8_next(s, &at);
		if (is_gone(cp))
			continue;
		if (is_joiner(cp)) {
			if (from >= after_known) { /* one look ahead for a row of joiners */
				size_t end = at;
				after = visible_after(s, at);
				while (end < s.n) {
					size_t next = end;
					uint32_t c = wd_utf8_next(s, &next);
					if (!is_gone(c) && !is_joiner(c))
						break;
					end = next;
				}
				after_known = end;
			}
			bool again = r.n > 0 && is_joiner(r.last);
			if (again || r.space || !keeps_joiner(cp, r.last, after))
				continue;
		} else if (pre ? (cp == '\r' || cp == '\f' || cp == '\v') : wd_cp_is_space(cp)) {
			if (pre && cp == '\r' && at < s.n && s.p[at] == '\n')
				continue;
			if (pre) {
				put(&r, WD_STR("\n"), '\n');
				continue;
			}
			r.space = true;
			if (r.n == 0)
				edges->space_before = true;
			continue;
		}
		if (r.space && r.n > 0)
			put(&r, WD_STR(" "), ' ');
		r.space = false;
		put(&r, wd_str_sub(s, from, at), cp);
	}
	edges->space_after = r.space;
	r.p[r.n] = '\0';
	return wd_utf8_nfc(a, (struct wd_str){r.p, r.n});
}

bool wd_clean_invisible(struct wd_str s)
{
	for (size_t at = 0; at < s.n;) {
		uint32_t cp = wd_utf8_next(s, &at);
		if (!is_gone(cp) && !is_joiner(cp))
			return false;
	}
	return true;
}

struct wd_str wd_clean_line(struct wd_arena *a, struct wd_str s)
{
	struct wd_clean_edges edges;
	return wd_clean_run(a, s, false, &edges);
}
