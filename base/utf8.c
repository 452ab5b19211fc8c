#include "base/utf8.h"

#include <utf8proc.h>

#include "base/buf.h"

static inline bool is_trail(unsigned char c)
{
	return (c & 0xC0) == 0x80;
}

uint32_t wd_utf8_next_slow(struct wd_str s, size_t *at)
{
	const unsigned char *p = (const unsigned char *)s.p + *at;
	size_t left = s.n - *at;
	uint32_t c = p[0], cp;

	if (c < 0x80) {
		(*at)++;
		return c;
	}
	if (c < 0xE0) {
		if (c >= 0xC2 && left >= 2 && is_trail(p[1])) {
			*at += 2;
			return (c & 0x1F) << 6 | (p[1] & 0x3Fu);
		}
	} else if (c < 0xF0) {
		if (left >= 3 && is_trail(p[1]) && is_trail(p[2])) {
			cp = (c & 0x0F) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
			if (cp >= 0x800 && (cp < 0xD800 || cp > 0xDFFF)) {
				*at += 3;
				return cp;
			}
		}
	} else if (c <= 0xF4 && left >= 4 && is_trail(p[1]) && is_trail(p[2]) && is_trail(p[3])) {
		cp = (c & 0x07) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
		if (cp >= 0x10000 && cp <= 0x10FFFF) {
			*at += 4;
			return cp;
		}
	}
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

bool wd_cp_is_any_of(uint32_t cp, const char *set)
{
	struct wd_str s = wd_str_c(set);
	for (size_t at = 0; at < s.n;) {
		if (wd_utf8_next(s, &at) == cp)
			return true;
	}
	return false;
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
		at += wd_utf8_ascii_run(wd_str_from(s, at)); /* most text is mostly that */
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

/* Blocks in which no character changes under NFC, and none joins the one before it. */
static bool is_nfc_stable(uint32_t cp)
{
	static const struct {
		uint32_t from, to;
	} blocks[] = {{0x0388, 0x0482}, {0x048A, 0x0590}, {0x05D0, 0x060F}, {0x061B, 0x064A},
		{0x0660, 0x066F}, {0x0671, 0x06D5}, {0x10A0, 0x10FF}, {0x1E00, 0x1F70},
		{0x2010, 0x20CF}, {0x2100, 0x2125}, {0x212C, 0x2328}, {0x232B, 0x2ADB},
		{0x3000, 0x3029}, {0x3041, 0x3096}, {0x309B, 0xA66E}, {0xAC00, 0xD7A3},
		{0xFB50, 0xFE1F}, {0xFE70, 0xFEFC}, {0xFF00, 0xFFEF}, {0x1F300, 0x1FAFF}};
	for (size_t i = 0; i < WD_COUNTOF(blocks) && cp >= blocks[i].from; i++)
		if (cp <= blocks[i].to)
			return true;
	return false;
}

/* Below U+0300 nothing composes or decomposes under NFC. So only text with marks, jamo or rare
 * characters takes the slow way. */
static bool nfc_suspect(struct wd_str s)
{
	for (size_t at = wd_utf8_ascii_run(s); at < s.n;) {
		uint32_t cp = wd_utf8_next(s, &at);
		if (cp >= 0x300 && !is_nfc_stable(cp))
			return true;
	}
	return false;
}

struct wd_str wd_utf8_nfc(struct wd_arena *a, struct wd_str s)
{
	if (s.n == 0 || wd_utf8_is_ascii(s) || !nfc_suspect(s))
		return s;
	struct wd_str r = map(a, s, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	return wd_str_eq(r, s) ? s : r;
}

#define FOLD_OPTIONS (UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD)
enum { FOLD_RUN_BYTES = 64, FOLD_MAX_CPS = 18 }; /* no character becomes more than 18 */

/* The run [from, to) folded to the end of `out`; false: not well-formed. */
static bool fold_run(struct wd_buf *out, struct wd_str s, size_t from, size_t to)
{
	utf8proc_int32_t cps[FOLD_RUN_BYTES * FOLD_MAX_CPS + 1];
	utf8proc_ssize_t n = utf8proc_decompose((const utf8proc_uint8_t *)s.p + from,
		(utf8proc_ssize_t)(to - from), cps, (utf8proc_ssize_t)WD_COUNTOF(cps) - 1,
		FOLD_OPTIONS);
	if (n < 0 || n >= (utf8proc_ssize_t)WD_COUNTOF(cps))
		return false;
	n = utf8proc_reencode(cps, n, FOLD_OPTIONS); /* bytes in the place of code points */
	wd_buf_add(out, (struct wd_str){(const char *)cps, (size_t)WD_MAX(n, 0)});
	return n >= 0;
}

/* ASCII by itself, the rest in runs with the letter before them, which a mark may join: nothing
 * else of ASCII joins with what stands beside it. False: a run is too long, or not well-formed. */
static bool fold_mixed(struct wd_buf *out, struct wd_str s)
{
	for (size_t i = 0; i < s.n;) {
		bool high = i + 1 < s.n && (unsigned char)s.p[i + 1] >= 0x80;
		if ((unsigned char)s.p[i] < 0x80 && !high) {
			wd_buf_putc(out, wd_lower(s.p[i++]));
			continue;
		}
		size_t to = i + 1;
		while (to < s.n && (unsigned char)s.p[to] >= 0x80)
			to++;
		if (to - i > FOLD_RUN_BYTES || !fold_run(out, s, i, to))
			return false;
		i = to;
	}
	return !wd_buf_failed(out);
}

struct wd_str wd_utf8_fold(struct wd_arena *a, struct wd_str s)
{
	if (s.n == 0)
		return s;
	if (wd_utf8_is_ascii(s)) {
		char *p = wd_arena_bytes(a, s.n);
		if (p == NULL)
			return WD_STR_NONE;
		for (size_t i = 0; i < s.n; i++)
			p[i] = wd_lower(s.p[i]);
		return (struct wd_str){p, s.n};
	}
	struct wd_buf b;
	wd_buf_init(&b, s.n * 4 * FOLD_MAX_CPS);
	struct wd_str ret =
		fold_mixed(&b, s) ? wd_arena_str(a, wd_buf_str(&b)) : map(a, s, FOLD_OPTIONS);
	wd_buf_done(&b);
	return ret;
}

bool wd_cp_is_space_high(uint32_t cp)
{
	return cp == 0x85 || cp == 0xA0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200B) ||
	       cp == 0x2028 || cp == 0x2029 || cp == 0x202F || cp == 0x205F || cp == 0x3000 ||
	       cp == 0xFEFF;
}

static utf8proc_category_t category(uint32_t cp)
{
	return utf8proc_category((utf8proc_int32_t)cp);
}

bool wd_cp_is_letter_high(uint32_t cp)
{
	utf8proc_category_t c = category(cp);
	return c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_ME;
}

bool wd_cp_is_digit_high(uint32_t cp)
{
	return category(cp) == UTF8PROC_CATEGORY_ND;
}

bool wd_cp_is_upper_high(uint32_t cp)
{
	return category(cp) == UTF8PROC_CATEGORY_LU;
}

bool wd_cp_is_lower_high(uint32_t cp)
{
	return category(cp) == UTF8PROC_CATEGORY_LL;
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

/* A character of ASCII that is no white space: nearly always. */
static inline bool is_printable(char c)
{
	return (unsigned char)c > 0x20 && (unsigned char)c < 0x7F;
}

struct wd_str wd_utf8_squeeze(struct wd_arena *a, struct wd_str s)
{
	s = wd_utf8_trim(s);
	bool was_space = false, clean = true;
	for (size_t at = 0; at < s.n && clean;) {
		if (is_printable(s.p[at])) {
			was_space = false;
			at++;
			continue;
		}
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
		if (is_printable(s.p[at])) {
			p[n++] = s.p[at++];
			was_space = false;
			continue;
		}
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
