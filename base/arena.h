/**
 * Arena: all memory of one article (or document), released in one call.
 *
 * A worker owns one and resets it between articles, so nothing below the worker frees.
 * Growth is capped because the input decides how much is asked for. Not thread-safe; it may be
 * handed to another thread as a whole.
 */
#pragma once
#include "base/str.h"

struct wd_arena;

/** `limit_bytes` caps the sum of all allocations. NULL: out of memory. */
struct wd_arena *wd_arena_new(size_t limit_bytes);
void wd_arena_free(struct wd_arena *a); /* NULL is fine */
WD_DEFINE_CLEANUP(struct wd_arena *, wd_arena_free)
/** Forgets everything; keeps some chunks. */
void wd_arena_reset(struct wd_arena *a);
/** Bytes given out since the last reset. */
size_t wd_arena_used(const struct wd_arena *a);

/** Zeroed memory, 16-byte aligned; NULL: limit reached or out of memory. */
void *wd_arena_alloc(struct wd_arena *a, size_t size) __attribute__((malloc));
/** Not zeroed, 16-byte aligned: for what is written whole before it is read. */
void *wd_arena_raw(struct wd_arena *a, size_t size) __attribute__((malloc));
/** Not zeroed, unaligned-safe only for bytes. */
char *wd_arena_bytes(struct wd_arena *a, size_t size) __attribute__((malloc));
/** n × size with overflow check. */
void *wd_arena_array(struct wd_arena *a, size_t n, size_t size);
/** Copy with a NUL behind it (not counted in n). */
WD_MUST_USE int wd_arena_dup(struct wd_arena *a, struct wd_str s, struct wd_str *ret);
/** As wd_arena_dup, but returns the copy; an empty slice when the limit is reached. */
struct wd_str wd_arena_str(struct wd_arena *a, struct wd_str s);
/** NUL-terminated copy; NULL when the limit is reached. */
char *wd_arena_cstr(struct wd_arena *a, struct wd_str s);
struct wd_str wd_arena_printf(struct wd_arena *a, const char *fmt, ...) WD_PRINTF(2, 3);
/** The two joined. */
struct wd_str wd_arena_cat(struct wd_arena *a, struct wd_str x, struct wd_str y);

#define wd_arena_new_of(a, type) ((type *)wd_arena_alloc((a), sizeof(type)))

/** A place in the arena that wd_arena_rewind can go back to (scratch work inside one article). */
struct wd_arena_mark {
	void *chunk;
	size_t used, total;
};
struct wd_arena_mark wd_arena_mark(const struct wd_arena *a);
/** Everything allocated since the mark is gone. */
void wd_arena_rewind(struct wd_arena *a, struct wd_arena_mark m);
