/**
 * Compares two sets of events by what they say: `wiredesk replay --expect` and `--against`.
 *
 * Events belong together when article (subject) and time are the same. Members' order, the way a
 * number is written and who wrote the event (software, version of the rules) are no difference;
 * lists of things with a name of their own (topics, people, flags …) are compared by that name, not
 * by place. One thread at a time.
 */
#pragma once
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"

struct wd_compare;

struct wd_compare_opts {
	FILE *out;       /* differences go there as they are found; NULL: only counted */
	size_t examples; /* articles shown; SIZE_MAX: all */
	bool color;
};

struct wd_compare_counts {
	size_t before, after; /* events */
	size_t same, changed, missing, added;
};

/** `before` is JSON Lines and borrowed; an error names `name` and the line. */
WD_MUST_USE int wd_compare_new(struct wd_str before, const char *name,
	const struct wd_compare_opts *opts, struct wd_compare **ret, struct wd_err *err);
/** One event of the other set. */
void wd_compare_event(struct wd_compare *c, struct wd_str line);
/** Tells what is missing, too. */
void wd_compare_end(struct wd_compare *c, struct wd_compare_counts *ret);
/** "topics[korea-japan-summit] gone 3, new 1" …: how many articles each field changed in, most
 * first. */
void wd_compare_fields(const struct wd_compare *c, FILE *to);
void wd_compare_free(struct wd_compare *c); /* NULL is fine */
WD_DEFINE_CLEANUP(struct wd_compare *, wd_compare_free)
