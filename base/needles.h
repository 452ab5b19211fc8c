/**
 * Which of many short literals stand in a text: one pass over the text for all of them, ASCII
 * letters in either case. For rules that need an expensive look only where one of their words is.
 *
 * Immutable after wd_needles_build(), so one set serves all threads.
 */
#pragma once
#include "base/arena.h"

enum { WD_NEEDLE_OWNERS = 256 };

/** Bit per owner: see wd_needles_add(). */
struct wd_needle_set {
	uint64_t bits[WD_NEEDLE_OWNERS / 64];
};

static inline bool wd_needle_set_has(const struct wd_needle_set *s, unsigned owner)
{
	return (s->bits[owner / 64] >> (owner % 64)) & 1;
}

static inline void wd_needle_set_add(struct wd_needle_set *s, unsigned owner)
{
	s->bits[owner / 64] |= UINT64_C(1) << (owner % 64);
}

struct wd_needles;
/** An empty set in the arena; NULL: no memory. */
struct wd_needles *wd_needles_new(struct wd_arena *a);
/** A literal of two bytes or more (copied) that `owner` (below WD_NEEDLE_OWNERS) waits for. */
WD_MUST_USE bool wd_needles_add(struct wd_needles *n, struct wd_str literal, unsigned owner);
/** After the last literal, before the first scan. */
void wd_needles_build(struct wd_needles *n);
/** Adds to `ret` the owners of which a literal stands in `text`. Linear in the text, with a short
 * comparison per place where a literal's rarest two bytes are. */
void wd_needles_scan(const struct wd_needles *n, struct wd_str text, struct wd_needle_set *ret);
