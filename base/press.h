/**
 * Press: records made smaller for the store (zstd, at its fast end). One thread at a time.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

struct wd_press;
struct wd_press *wd_press_new(void);    /* NULL: out of memory */
void wd_press_free(struct wd_press *p); /* NULL is fine */

/** `in` made smaller, in memory of the press until its next call. `in` itself: it cannot be. */
struct wd_str wd_press(struct wd_press *p, struct wd_str in);
/** What was pressed as it was before, in `a`; other bytes as they are. WD_E_LIMIT: above `max`, or
 * the arena is full; WD_E_MALFORMED: damaged. */
WD_MUST_USE int wd_press_undo(
	struct wd_arena *a, struct wd_str in, size_t max, struct wd_str *ret, struct wd_err *err);
