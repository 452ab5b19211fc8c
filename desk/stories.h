/**
 * Stories: which articles are copies of one another (wire copy in many feeds), by MinHash.
 *
 * A sketch is made of the cleaned text by the worker (pure, no state); the index remembers the
 * sketches of a bounded number of articles for a bounded time, at under 100 bytes each, and finds
 * the nearest one at a cost that does not depend on how many there are. Reprints with other
 * headlines, cuts and credits match; a paraphrase does not: what is compared is runs of words, not
 * meaning.
 *
 * The index is for one thread (the desk's).
 */
#pragma once
#include "base/err.h"
#include "base/str.h"

#define WD_SKETCH_MINS 32
#define WD_SKETCH_BANDS 8

struct wd_sketch {
	uint8_t sig[WD_SKETCH_MINS];    /* low byte of each minimum */
	uint32_t band[WD_SKETCH_BANDS]; /* the first minima whole: where to look */
	uint16_t size; /* shingles, on a logarithmic scale; 0: too short to compare */
};

/** Sketch of a plain text (bodies/1). Linear; no memory. */
struct wd_sketch wd_sketch_make(struct wd_str text);
/** Estimated share of common shingles in both (Jaccard), and in the smaller of the two
 * (containment). */
void wd_sketch_compare(const uint8_t *sig_a, uint16_t size_a, const uint8_t *sig_b, uint16_t size_b,
	double *ret_jaccard, double *ret_containment);

struct wd_stories;

struct wd_story_hit {
	uint64_t story;        /* 0: none */
	double similarity;     /* containment in the smaller text, 0 … 1 */
	int64_t first_seen_us; /* of the remembered copy's story, to the minute */
};

/** Remembers at most max_articles of the last window_us. NULL: out of memory. */
struct wd_stories *wd_stories_new(size_t max_articles, int64_t window_us);
void wd_stories_free(struct wd_stories *s); /* NULL is fine */
WD_DEFINE_CLEANUP(struct wd_stories *, wd_stories_free)
/** The most similar remembered article that is a copy. Ties: the older one. */
struct wd_story_hit wd_stories_find(
	const struct wd_stories *s, const struct wd_sketch *k, int64_t now_us);
/** Remembers; the oldest is forgotten when the index is full. */
void wd_stories_add(
	struct wd_stories *s, const struct wd_sketch *k, uint64_t story, int64_t first_seen_us);
size_t wd_stories_count(const struct wd_stories *s);
/** Bytes of memory in all. */
size_t wd_stories_memory(const struct wd_stories *s);

#define WD_SKETCH_BLOB (WD_SKETCH_MINS + 4 * WD_SKETCH_BANDS + 2)
/** For the store: fixed little-endian form. */
void wd_sketch_pack(const struct wd_sketch *k, unsigned char out[WD_SKETCH_BLOB]);
WD_MUST_USE int wd_sketch_unpack(struct wd_str blob, struct wd_sketch *ret);
