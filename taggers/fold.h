/**
 * Folding: text as the phrase matcher sees it, with the way back to the original.
 *
 * One item per folded character: compatibility forms, case, width, accents, composed and
 * decomposed forms, Han variants and kinds of space and hyphen no longer differ. The table is
 * immutable once built and shared by all workers.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

struct wd_fold;

/** Table with the Han variants of `variants` (TSV text: from, to; '#' comments). Memory from `a`,
 * which must outlive it. */
WD_MUST_USE int wd_fold_new(
	struct wd_arena *a, struct wd_str variants, struct wd_fold **ret, struct wd_err *err);

enum { WD_FOLD_GAP_SPACE = 1, WD_FOLD_GAP_DOT = 2 };

/** Folded text: parallel arrays of n items, and an item n that stands for the end. */
struct wd_folded {
	uint32_t *cp;   /* folded character; ' ' for any space or hyphen inside Latin text */
	uint32_t *at;   /* where it begins in the original, in code points */
	uint32_t *byte; /* the same in bytes */
	uint8_t *gap;   /* what stood before it and was dropped: WD_FOLD_GAP_… */
	uint8_t *span;  /* code points of the original that it covers */
	size_t n;
	struct wd_str text; /* the original, borrowed */
};

/** Folds `text` (valid UTF-8). All arrays from `a`. WD_E_LIMIT when the arena is used up. */
WD_MUST_USE int wd_fold_text(
	const struct wd_fold *f, struct wd_arena *a, struct wd_str text, struct wd_folded *ret);
/** End of item i - 1 in the original: where a span that ends before item i ends. */
size_t wd_folded_end_cp(const struct wd_folded *d, size_t i);
size_t wd_folded_end_byte(const struct wd_folded *d, size_t i);
/** First item that begins at or after the byte offset; d->n when none. */
size_t wd_folded_at_byte(const struct wd_folded *d, size_t byte);
