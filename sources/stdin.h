/**
 * Standard input as a source: documents one after the other, a NUL between them (`printf
 * 'DOC\0DOC\0'`, `find -print0`'s way); a single one needs none. Each goes through the inbox.
 *
 * A thread of its own reads; functions here are for the loop thread.
 */
#pragma once
#include "sources/intake.h"

struct wd_stdin;

struct wd_stdin_opts {
	int fd; /* borrowed */
	struct wd_str source;
	uint64_t max_bytes; /* a longer document is dropped, and said */
	struct wd_intake *intake;
};

/** NULL with the reason in err. Strings must outlive it. */
struct wd_stdin *wd_stdin_new(const struct wd_stdin_opts *opts, struct wd_err *err);
/** Ends the thread and frees; before wd_intake_close. NULL is fine. */
void wd_stdin_free(struct wd_stdin *s);
