/**
 * Regular expressions (PCRE2) for rules that come as data: UTF-8, case-insensitive, with limits on
 * what a match may cost. Compiled ones are immutable; a matcher is one thread's.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

struct wd_regex;

enum { WD_REGEX_AT_START = 1, WD_REGEX_AT_END = 2 };
/** Matches only where `flags` say. `err` says what is wrong and at which offset. Free with
 * wd_regex_free(). Compiled to machine code where the system allows that. */
WD_MUST_USE int wd_regex_new(
	struct wd_str pattern, unsigned flags, struct wd_regex **ret, struct wd_err *err);
void wd_regex_free(struct wd_regex *re); /* NULL is fine */
/** Bit per byte that a match can begin with; false: not known (any byte can). */
bool wd_regex_first_bytes(const struct wd_regex *re, uint8_t ret_bits[32]);
/** Number of the named group, 0: there is none. */
unsigned wd_regex_group(const struct wd_regex *re, const char *name);

struct wd_matcher;
struct wd_matcher *wd_matcher_new(void); /* NULL: out of memory */
void wd_matcher_free(struct wd_matcher *m);
WD_DEFINE_CLEANUP(struct wd_matcher *, wd_matcher_free)

/** Does it match `s` (which is valid UTF-8)? Above its cost limit a match is none. */
bool wd_regex_match(const struct wd_regex *re, struct wd_matcher *m, struct wd_str s);
/** The group of the last match, empty when it took no part; group 0 is the whole match. */
struct wd_str wd_matcher_group(const struct wd_matcher *m, struct wd_str s, unsigned group);
