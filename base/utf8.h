/**
 * UTF-8: decoding, encoding, checking, code-point offsets, NFC and case folding (utf8proc).
 */
#pragma once
#include "base/arena.h"

#define WD_CP_BAD 0xFFFDu

uint32_t wd_utf8_next_slow(struct wd_str s, size_t *at); /* behind wd_utf8_next */
/** Code point at s.p[*at], moving *at on; WD_CP_BAD (one byte on) where the bytes are not UTF-8. */
static inline uint32_t wd_utf8_next(struct wd_str s, size_t *at)
{
	unsigned char c = (unsigned char)s.p[*at];
	if (c < 0x80) {
		(*at)++;
		return c;
	}
	if (c >= 0xC2 && c < 0xE0 && s.n - *at >= 2) { /* most of what is no ASCII in an alphabet */
		unsigned char d = (unsigned char)s.p[*at + 1];
		if ((d & 0xC0) == 0x80) {
			*at += 2;
			return (c & 0x1Fu) << 6 | (d & 0x3Fu);
		}
	}
	return wd_utf8_next_slow(s, at);
}
/** How many of the first bytes are ASCII, counted by eights: the rest of an eight is left to the
 * caller. For loops that look for something beyond ASCII. */
static inline size_t wd_utf8_ascii_run(struct wd_str s)
{
	size_t n = 0;
	for (uint64_t w[4]; s.n - n >= sizeof(w); n += sizeof(w)) {
		memcpy(w, s.p + n, sizeof(w));
		if (((w[0] | w[1] | w[2] | w[3]) & UINT64_C(0x8080808080808080)) != 0)
			break;
	}
	for (uint64_t w; s.n - n >= 8; n += 8) {
		memcpy(&w, s.p + n, 8);
		if ((w & UINT64_C(0x8080808080808080)) != 0)
			break;
	}
	return n;
}
/** Nothing beyond ASCII. */
static inline bool wd_utf8_is_ascii(struct wd_str s)
{
	size_t n = wd_utf8_ascii_run(s);
	while (n < s.n && (unsigned char)s.p[n] < 0x80)
		n++;
	return n == s.n;
}
/** Code point that ends before s.p[*at] (at > 0), moving *at back. */
uint32_t wd_utf8_prev(struct wd_str s, size_t *at);
/** Is it one of the characters of `set`? */
bool wd_cp_is_any_of(uint32_t cp, const char *set);
/** Writes 1–4 bytes, returns how many. Surrogates and values above U+10FFFF become U+FFFD. */
size_t wd_utf8_put(uint32_t cp, char out[4]);
/** First byte offset that is not well-formed UTF-8; s.n when all is well. */
size_t wd_utf8_check(struct wd_str s);
static inline bool wd_utf8_ok(struct wd_str s)
{
	return wd_utf8_check(s) == s.n;
}
/** Number of code points (s is valid UTF-8). */
size_t wd_utf8_count(struct wd_str s);
/** Cuts s to at most max bytes, at a code-point boundary. */
struct wd_str wd_utf8_cut(struct wd_str s, size_t max);

/** NFC; s itself when nothing changes. Empty on limit. */
struct wd_str wd_utf8_nfc(struct wd_arena *a, struct wd_str s);
/** Compatibility case fold (NFKC_Casefold without removing ignorables), for comparing. */
struct wd_str wd_utf8_fold(struct wd_arena *a, struct wd_str s);

/* What is asked of each character of a text: ASCII is answered in line, the rest below. */
bool wd_cp_is_space_high(uint32_t cp);
bool wd_cp_is_letter_high(uint32_t cp);
bool wd_cp_is_digit_high(uint32_t cp);
bool wd_cp_is_upper_high(uint32_t cp);
bool wd_cp_is_lower_high(uint32_t cp);
/** Unicode White_Space, and U+FEFF, U+200B. */
static inline bool wd_cp_is_space(uint32_t cp)
{
	return cp < 0x80 ? cp == ' ' || (cp >= 9 && cp <= 13) : wd_cp_is_space_high(cp);
}
/** Letters, marks, CJK. */
static inline bool wd_cp_is_letter(uint32_t cp)
{
	return cp < 0x80 ? wd_is_alpha((char)cp) : wd_cp_is_letter_high(cp);
}
/** Decimal digits of any script. */
static inline bool wd_cp_is_digit(uint32_t cp)
{
	return cp < 0x80 ? wd_is_digit((char)cp) : wd_cp_is_digit_high(cp);
}
static inline bool wd_cp_is_upper(uint32_t cp)
{
	return cp < 0x80 ? cp >= 'A' && cp <= 'Z' : wd_cp_is_upper_high(cp);
}
static inline bool wd_cp_is_lower(uint32_t cp)
{
	return cp < 0x80 ? cp >= 'a' && cp <= 'z' : wd_cp_is_lower_high(cp);
}
static inline bool wd_cp_is_hangul(uint32_t cp)
{
	return cp >= 0x1100 &&
	       ((cp >= 0xAC00 && cp <= 0xD7A3) || cp <= 0x11FF || (cp >= 0x3130 && cp <= 0x318F) ||
		       (cp >= 0xA960 && cp <= 0xA97F) || (cp >= 0xD7B0 && cp <= 0xD7FF));
}
static inline bool wd_cp_is_kana(uint32_t cp)
{
	return cp >= 0x3041 && ((cp <= 0x30FF && cp != 0x30FB) || (cp >= 0x31F0 && cp <= 0x31FF) ||
				       (cp >= 0xFF66 && cp <= 0xFF9F));
}
static inline bool wd_cp_is_han(uint32_t cp)
{
	return cp >= 0x3005 &&
	       ((cp >= 0x4E00 && cp <= 0x9FFF) || (cp >= 0x3400 && cp <= 0x4DBF) ||
		       (cp >= 0xF900 && cp <= 0xFAFF) || (cp >= 0x20000 && cp <= 0x3134F) ||
		       cp == 0x3005 || cp == 0x3007);
}
static inline bool wd_cp_is_cjk(uint32_t cp)
{
	return wd_cp_is_hangul(cp) || wd_cp_is_kana(cp) || wd_cp_is_han(cp);
}
/** Without Unicode white space at both ends (and zero-width characters). */
struct wd_str wd_utf8_trim(struct wd_str s);
/** Runs of white space become one space, ends trimmed; s itself when nothing changes. */
struct wd_str wd_utf8_squeeze(struct wd_arena *a, struct wd_str s);
