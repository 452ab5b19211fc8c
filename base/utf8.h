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
	return wd_utf8_next_slow(s, at);
}
/** Code point that ends before s.p[*at] (at > 0), moving *at back. */
uint32_t wd_utf8_prev(struct wd_str s, size_t *at);
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

bool wd_cp_is_space(uint32_t cp);  /* Unicode White_Space, and U+FEFF, U+200B */
bool wd_cp_is_letter(uint32_t cp); /* letters, marks, CJK */
bool wd_cp_is_digit(uint32_t cp);  /* decimal digits of any script */
bool wd_cp_is_upper(uint32_t cp);
bool wd_cp_is_lower(uint32_t cp);
bool wd_cp_is_hangul(uint32_t cp);
bool wd_cp_is_kana(uint32_t cp);
bool wd_cp_is_han(uint32_t cp);
static inline bool wd_cp_is_cjk(uint32_t cp)
{
	return wd_cp_is_hangul(cp) || wd_cp_is_kana(cp) || wd_cp_is_han(cp);
}
/** Without Unicode white space at both ends (and zero-width characters). */
struct wd_str wd_utf8_trim(struct wd_str s);
/** Runs of white space become one space, ends trimmed; s itself when nothing changes. */
struct wd_str wd_utf8_squeeze(struct wd_arena *a, struct wd_str s);
