/**
 * Phrases: all phrases of all rules found in one pass over folded text (Aho-Corasick).
 *
 * Add, build once, then scan from any number of threads: a built set is immutable. The cost of a
 * scan does not depend on the number of phrases.
 *
 * Word boundaries: a phrase that begins or ends with a letter of a spaced script is found only as
 * whole words; one that ends with Hangul may be followed by particles (이시바가), one that begins
 * with Hangul begins a word; katakana does not begin or end inside a longer katakana word; Han
 * needs no boundary. "*" at either end of the phrase takes that end's condition away. A space
 * inside a phrase is optional between CJK characters (정상 회담, 정상회담), any kind of hyphen or
 * space in Latin; middle dots between CJK characters never matter.
 */
#pragma once
#include "base/vec.h"
#include "taggers/fold.h"

struct wd_phrases;

enum {
	WD_PHRASE_CASE = 1, /* the original must agree in case ("US", not "us") */
	WD_PHRASE_OPEN_LEFT = 2,
	WD_PHRASE_OPEN_RIGHT = 4,
};

#define WD_PHRASE_MAX 64 /* folded characters of one phrase */

struct wd_phrase_hit {
	uint32_t start, end; /* items of the folded text */
	uint32_t value;      /* as given to wd_phrases_add */
};
typedef WD_VEC(struct wd_phrase_hit) wd_phrase_hits;

/** Memory from `a`, which must outlive the set; `f` is borrowed. NULL: out of memory. */
struct wd_phrases *wd_phrases_new(struct wd_arena *a, const struct wd_fold *f);
/** Before wd_phrases_build only. Empty or too long: WD_E_MALFORMED. */
WD_MUST_USE int wd_phrases_add(struct wd_phrases *p, struct wd_str phrase, unsigned flags,
	uint32_t value, struct wd_err *err);
WD_MUST_USE int wd_phrases_build(struct wd_phrases *p, struct wd_err *err);
/** Appends all hits, overlapping ones too, ordered by end. */
WD_MUST_USE int wd_phrases_scan(const struct wd_phrases *p, const struct wd_folded *d,
	struct wd_arena *a, wd_phrase_hits *hits);
/** For figures: states and bytes of the automaton. */
size_t wd_phrases_states(const struct wd_phrases *p);
size_t wd_phrases_bytes(const struct wd_phrases *p);

/** Whether the items from `i` on are Korean particles up to the end of the word. */
bool wd_phrases_particle(const struct wd_folded *d, size_t i);
