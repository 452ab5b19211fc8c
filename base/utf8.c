#include "base/utf8.h"

#include <utf8proc.h>

uint32_t wd_utf8_next_slow(struct wd_str s, size_t *at)
{
	const unsigned char *p = (const unsigned char *)s.p + *at;
	size_t left = s.n - *at;
	unsigned char c = p[0];
	uint32_t cp;
	size_t len;

	if (c < 0x80) {
		(*at)++;
		return c;
	}
	if (c >= 0xC2 && c <= 0xDF) {
		len = 2;
		cp = c & 0x1Fu;
	} else if ((c & 0xF0) == 0xE0) {
		len = 3;
		cp = c & 0x0Fu;
	} else if (c >= 0xF0 && c <= 0xF4) {
		len = 4;
		cp = c & 0x07u;
	} else {
		(*at)++;
		return WD_CP_BAD;
	}
	if (len > left)
		goto bad;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xC0) != 0x80)
			goto bad;
		cp = cp << 6 | (p[i] & 0x3Fu);
	}
	if ((len == 3 && (cp < 0x800 || (cp >= 0xD800 && cp <= 0xDFFF))) ||
		(len == 4 && (cp < 0x10000 || cp > 0x10FFFF)))
		goto bad;
	*at += len;
	return cp;
bad:
	(*at)++;
	return WD_CP_BAD;
}

uint32_t wd_utf8_prev(struct wd_str s, size_t *at)
{
	size_t start = *at - 1;
	for (int i = 0; i < 3 && start > 0 && ((unsigned char)s.p[start] & 0xC0) == 0x80; i++)
		start--;
	size_t end = start;
	uint32_t cp = wd_utf8_next((struct wd_str){s.p, *at}, &end);
	if (end != *at) {
		(*at)--;
		return WD_CP_BAD;
	}
	*at = start;
	return cp;
}

size_t wd_utf8_put(uint32_t cp, char out[4])
{
	if ((cp >= 0xD800 && cp <= 0xDFFF) || cp > 0x10FFFF)
		cp = WD_CP_BAD;
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xC0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xE0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		out[2] = (char)(0x80 | (cp & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
	out[3] = (char)(0x80 | (cp & 0x3F));
	return 4;
}

size_t wd_utf8_check(struct wd_str s)
{
	size_t at = 0;
	while (at < s.n) {
		/* Eight ASCII bytes at a time: most text is mostly that. */
		uint64_t w;
		while (s.n - at >= 8) {
			memcpy(&w, s.p + at, 8);
			if ((w & UINT64_C(0x8080808080808080)) != 0)
				break;
			at += 8;
		}
		if (at >= s.n)
			break;
		size_t before = at;
		if (wd_utf8_next(s, &at) == WD_CP_BAD &&
			(at - before != 3 || memcmp(s.p + before, "\xEF\xBF\xBD", 3) != 0))
			return before;
	}
	return s.n;
}

size_t wd_utf8_count(struct wd_str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
	return n;
}

struct wd_str wd_utf8_cut(struct wd_str s, size_t max)
{
	if (s.n <= max)
		return s;
	while (max > 0 && ((unsigned char)s.p[max] & 0xC0) == 0x80)
		max--;
	return (struct wd_str){s.p, max};
}

static bool is_ascii(struct wd_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	}
	return true;
}

static struct wd_str map(struct wd_arena *a, struct wd_str s, utf8proc_option_t opts)
{
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t n =
		utf8proc_map((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &out, opts);
	if (n < 0)
		return s; /* not UTF-8: callers checked, so leave it alone */
	struct wd_str r = wd_arena_str(a, (struct wd_str){(const char *)out, (size_t)n});
	free(out);
	return r;
}

/* Below U+0300 nothing composes or decomposes under NFC; Hangul syllables, kana without marks and
 * the unified ideographs are stable too. So only text with marks, jamo or compatibility
 * ideographs takes the slow way. */
static bool nfc_suspect(struct wd_str s)
{
	for (size_t at = 0; at < s.n;) {
		uint32_t cp = wd_utf8_next(s, &at);
		if (cp < 0x300 || (cp >= 0x4E00 && cp <= 0x9FFF) ||
			(cp >= 0xAC00 && cp <= 0xD7A3) || (cp >= 0x2010 && cp <= 0x2027) ||
			(cp >= 0x3041 && cp <= 0x3096) || (cp >= 0x30A1 && cp <= 0x30FA) ||
			(cp >= 0x3000 && cp <= 0x301F) || cp == 0x30FC)
			continue;
		return true;
	}
	return false;
}

struct wd_str wd_utf8_nfc(struct wd_arena *a, struct wd_str s)
{
	if (s.n == 0 || is_ascii(s) || !nfc_suspect(s))
		return s;
	struct wd_str r = map(a, s, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	return wd_str_eq(r, s) ? s : r;
}

struct wd_str wd_utf8_fold(struct wd_arena *a, struct wd_str s)
{
	if (s.n == 0)
		return s;
	if (is_ascii(s)) {
		char *p = wd_arena_bytes(a, s.n);
		if (p == NULL)
			return WD_STR_NONE;
		for (size_t i = 0; i < s.n; i++)
			p[i] = wd_lower(s.p[i]);
		return (struct wd_str){p, s.n};
	}
	return map(a, s, UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
}

bool wd_cp_is_space(uint32_t cp)
{
	return cp == ' ' || (cp >= 9 && cp <= 13) || cp == 0x85 || cp == 0xA0 || cp == 0x1680 ||
	       (cp >= 0x2000 && cp <= 0x200B) || cp == 0x2028 || cp == 0x2029 || cp == 0x202F ||
	       cp == 0x205F || cp == 0x3000 || cp == 0xFEFF;
}

static utf8proc_category_t category(uint32_t cp)
{
	return utf8proc_category((utf8proc_int32_t)cp);
}

bool wd_cp_is_letter(uint32_t cp)
{
	if (cp < 0x80)
		return wd_is_alpha((char)cp);
	utf8proc_category_t c = category(cp);
	return c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_ME;
}

bool wd_cp_is_digit(uint32_t cp)
{
	return cp < 0x80 ? wd_is_digit((char)cp) : category(cp) == UTF8PROC_CATEGORY_ND;
}

bool wd_cp_is_upper(uint32_t cp)
{
	return cp < 0x80 ? cp >= 'A' && cp <= 'Z' : category(cp) == UTF8PROC_CATEGORY_LU;
}

bool wd_cp_is_lower(uint32_t cp)
{
	return cp < 0x80 ? cp >= 'a' && cp <= 'z' : category(cp) == UTF8PROC_CATEGORY_LL;
}

bool wd_cp_is_hangul(uint32_t cp)
{
	return (cp >= 0xAC00 && cp <= 0xD7A3) || (cp >= 0x1100 && cp <= 0x11FF) ||
	       (cp >= 0x3130 && cp <= 0x318F) || (cp >= 0xA960 && cp <= 0xA97F) ||
	       (cp >= 0xD7B0 && cp <= 0xD7FF);
}

bool wd_cp_is_kana(uint32_t cp)
{
	return (cp >= 0x3041 && cp <= 0x30FF && cp != 0x30FB) || (cp >= 0x31F0 && cp <= 0x31FF) ||
	       (cp >= 0xFF66 && cp <= 0xFF9F);
}

bool wd_cp_is_han(uint32_t cp)
{
	return (cp >= 0x4E00 && cp <= 0x9FFF) || (cp >= 0x3400 && cp <= 0x4DBF) ||
	       (cp >= 0xF900 && cp <= 0xFAFF) || (cp >= 0x20000 && cp <= 0x3134F) || cp == 0x3005 ||
	       cp == 0x3007;
}

static bool is_trimmable(uint32_t cp)
{
	return wd_cp_is_space(cp) || cp == 0x200C || cp == 0x200D || cp == 0x2060;
}

struct wd_str wd_utf8_trim(struct wd_str s)
{
	size_t from = 0, to = s.n;
	if (s.n == 0)
		return s;
	while (from < s.n) {
		size_t at = from;
		if (!is_trimmable(wd_utf8_next(s, &at)))
			break;
		from = at;
	}
	while (to > from) {
		size_t at = to;
		if (!is_trimmable(wd_utf8_prev(s, &at)))
			break;
		to = at;
	}
	return (struct wd_str){s.p + from, to - from};
}

struct wd_str wd_utf8_squeeze(struct wd_arena *a, struct wd_str s)
{
	s = wd_utf8_trim(s);
	bool was_space = false, clean = true;
	for (size_t at = 0; at < s.n && clean;) {
		uint32_t cp = wd_utf8_next(s, &at);
		bool space = wd_cp_is_space(cp);
		clean = !space || (cp == ' ' && !was_space);
		was_space = space;
	}
	if (clean)
		return s;
	char *p = wd_arena_bytes(a, s.n + 1);
	if (p == NULL)
		return WD_STR_NONE;
	size_t n = 0;
	was_space = false;
	for (size_t at = 0; at < s.n;) {
		size_t before = at;
		uint32_t cp = wd_utf8_next(s, &at);
		bool space = wd_cp_is_space(cp);
		if (space && !was_space) {
			p[n++] = ' ';
		} else if (!space) {
			memcpy(p + n, s.p + before, at - before);
			n += at - before;
		}
		was_space = space;
	}
	p[n] = '\0';
	return (struct wd_str){p, n};
}
