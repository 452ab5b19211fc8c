/**
 * What a text must hold for an expression to match: literals of which every match has at least
 * one. So an expression need not be tried on a text that has none of them (base/needles.h).
 */
#pragma once
#include "base/vec.h"

struct wd_regex_needs {
	WD_VEC(struct wd_str) any; /* two bytes or longer, in lower case where ASCII */
};

/**
 * The literals of `pattern` (PCRE2 syntax, UTF-8, matched without case); in `a`. The best set that
 * the pattern has: long ones, few of them. Empty: none is known, and the expression has to be tried
 * on every text.
 */
struct wd_regex_needs wd_regex_needs(struct wd_arena *a, struct wd_str pattern);
