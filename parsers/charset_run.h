/**
 * A stretch of another charset inside one text that is UTF-8 before and behind it. Not for anybody
 * but charset.c.
 */
#pragma once
#include "base/str.h"

/** What the UTF-8 part of a text is written in: it says which legacy charset a stretch may be. */
enum charset_script { CS_UNKNOWN, CS_LATIN, CS_CYRILLIC, CS_KOREAN, CS_JAPANESE };

enum charset_script charset_script_of(struct wd_str text);

/** All of `in` as UTF-8 into `out`; returns the bytes, 0: some of it cannot be, or does not fit. In
 * charset.c, which alone knows iconv. */
size_t charset_convert_all(struct wd_str in, const char *codec, char *out, size_t cap);

#define CHARSET_RUN_BYTES 1024 /* a longer stretch is taken in pieces */
/**
 * The stretch around the bad byte at `at`, which may begin up to `back` bytes before it: *ret_from
 * and *ret_to say where it is, `out` (3 × CHARSET_RUN_BYTES) gets it as UTF-8. Returns the bytes
 * written; 0: it is nothing known, hence damage.
 */
size_t charset_run_decode(struct wd_str in, size_t at, size_t back, enum charset_script script,
	size_t *ret_from, size_t *ret_to, char *out);
