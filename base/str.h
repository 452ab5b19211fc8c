/**
 * Slices: pointer and length by value, borrowed, not NUL-terminated.
 * Text behind parsers/charset.c is valid UTF-8.
 */
#pragma once
#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"

struct wd_str {
	const char *p;
	size_t n;
};

#define WD_STR(lit) ((struct wd_str){(lit), sizeof(lit) - 1})
#define WD_STR_NONE ((struct wd_str){NULL, 0})
/** For printf: "%.*s", WD_STR_ARG(s) */
#define WD_STR_ARG(s) (int)WD_MIN((s).n, (size_t)INT32_MAX), ((s).p != NULL ? (s).p : "")

static inline struct wd_str wd_str_c(const char *z)
{
	return z != NULL ? (struct wd_str){z, strlen(z)} : WD_STR_NONE;
}

static inline bool wd_str_eq(struct wd_str a, struct wd_str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Mostly asked of lists of words, where the first letter says no. */
static inline bool wd_str_eqc(struct wd_str a, const char *z)
{
	if (a.n > 0 && z != NULL && a.p[0] != z[0])
		return false;
	return wd_str_eq(a, wd_str_c(z));
}

/** From `from` to the end; empty when `from` is past it. */
static inline struct wd_str wd_str_from(struct wd_str s, size_t from)
{
	if (s.n == 0) /* p may be NULL: no arithmetic on it */
		return s;
	return from < s.n ? (struct wd_str){s.p + from, s.n - from} : (struct wd_str){s.p + s.n, 0};
}

/** The bytes [from, to), clamped. */
static inline struct wd_str wd_str_sub(struct wd_str s, size_t from, size_t to)
{
	if (to > s.n)
		to = s.n;
	return from < to ? (struct wd_str){s.p + from, to - from} : (struct wd_str){s.p, 0};
}

static inline bool wd_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

static inline bool wd_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool wd_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool wd_is_alnum(char c)
{
	return wd_is_alpha(c) || wd_is_digit(c);
}

static inline char wd_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Inline, so that a literal is compared without a call. */
static inline bool wd_str_starts(struct wd_str s, struct wd_str prefix)
{
	return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

static inline bool wd_str_ends(struct wd_str s, struct wd_str suffix)
{
	return s.n >= suffix.n &&
	       (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

static inline size_t wd_str_chr(struct wd_str s, char c, size_t from)
{
	if (from >= s.n)
		return SIZE_MAX;
	const char *hit = (const char *)memchr(s.p + from, c, s.n - from);
	return hit != NULL ? (size_t)(hit - s.p) : SIZE_MAX;
}

int wd_str_cmp(struct wd_str a, struct wd_str b);  /* bytewise order, for sorting */
bool wd_str_ieq(struct wd_str a, struct wd_str b); /* ASCII case-insensitive */
/** The same with a C string; as with wd_str_eqc() the first letter mostly says no. */
static inline bool wd_str_ieqc(struct wd_str a, const char *z)
{
	if (a.n > 0 && z != NULL && ((a.p[0] ^ z[0]) & ~0x20) != 0)
		return false;
	return wd_str_ieq(a, wd_str_c(z));
}
bool wd_str_istarts(struct wd_str s, struct wd_str prefix);
/** Begins with a C string, exactly or in any case. */
static inline bool wd_str_startsc(struct wd_str s, const char *z)
{
	return s.n > 0 && s.p[0] == z[0] && wd_str_starts(s, wd_str_c(z));
}
static inline bool wd_str_istartsc(struct wd_str s, const char *z)
{
	return s.n > 0 && ((s.p[0] ^ z[0]) & ~0x20) == 0 && wd_str_istarts(s, wd_str_c(z));
}
/** First offset of `needle` at or after `from`, SIZE_MAX when absent. */
size_t wd_str_find(struct wd_str s, struct wd_str needle, size_t from);
size_t wd_str_ifind(struct wd_str s, struct wd_str needle, size_t from);
/** Without ASCII white space at both ends. */
struct wd_str wd_str_trim(struct wd_str s);
/** Next line of *rest (without its line end), moving *rest on; false at the end. */
bool wd_str_line(struct wd_str *rest, struct wd_str *ret_line);
/** One of the words between white space is this one, in any case: rel, class and the like. */
bool wd_str_has_word(struct wd_str list, const char *word);
/** Next piece up to `sep`, moving *rest on; false when *rest was already used up (p == NULL). */
bool wd_str_split(struct wd_str *rest, char sep, struct wd_str *ret_piece);
/** The whole slice is a decimal number in [min, max]: no sign, no space. */
WD_MUST_USE int wd_str_to_u64(struct wd_str s, uint64_t min, uint64_t max, uint64_t *ret);
/** The whole slice is a decimal number in [min, max], '-' allowed. */
WD_MUST_USE int wd_str_to_i64(struct wd_str s, int64_t min, int64_t max, int64_t *ret);
