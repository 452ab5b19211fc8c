/*
 * Shingles: runs of three words, or of six characters where a script writes without spaces (or with
 * particles: Korean), over lower-cased letters and digits; everything between is one boundary. Each
 * shingle's 64-bit hash is turned into 32 hash values by multiplication, and the minimum of each is
 * kept. Two texts share a minimum with the probability of their Jaccard similarity (Broder 1997).
 *
 * Finding: the first eight minima are whole 32-bit values, each leads to a bucket of four slots
 * with article numbers. A copy with half the text cut (Jaccard 0.5) shares at least one of eight
 * with probability 0.996. The hits are then compared by their 32 signature bytes. Because a cut
 * lowers the Jaccard similarity and not the containment in the shorter text, both are looked at.
 *
 * Rejected: SimHash (64 bits: cuts move it too far), exact shingle sets (hundreds of bytes an
 * article), bands of several rows (precise, but misses cuts; the signature gives the precision
 * here).
 *
 * Memory: an entry is 48 bytes, its eight slots 4 bytes each at 80 % load: 88 bytes in all. Entries
 * are a ring: the oldest is overwritten; slots that still name it are seen as stale, because the
 * entry's own signature no longer fits their band.
 */
#include "desk/stories.h"

#include <math.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/utf8.h"

#define SLOTS 4
#define MIN_SHINGLES 12
#define WORD_WEIGHT 4 /* a shingle is complete at weight 12: three words, */
#define CHAR_WEIGHT 2 /* or six characters */
#define SHINGLE_WEIGHT 12
#define MAX_TOKENS (SHINGLE_WEIGHT / CHAR_WEIGHT)
#define COPY_JACCARD 0.5     /* as alike as this: a copy */
#define COPY_CONTAINMENT 0.6 /* or one holds this much of the other … */
#define CUT_JACCARD 0.16     /* … and they share this much at least */

struct entry {
	uint8_t sig[WD_SKETCH_MINS];
	uint64_t story;
	uint32_t seen_min; /* minutes */
	uint16_t size;
};

struct wd_stories {
	struct entry *ring;
	size_t cap, count, next;
	uint32_t *slots; /* buckets × SLOTS, entry number + 1, 0: empty */
	size_t buckets;
	uint32_t window_min;
};

/* ---- sketches ---- */

struct token {
	uint64_t hash;
	unsigned weight;
};

/* Odd multipliers from a fixed sequence (splitmix64): the sketch is the same on every machine. */
static void multipliers(uint64_t out[WD_SKETCH_MINS])
{
	uint64_t x = UINT64_C(0x9E3779B97F4A7C15);
	for (size_t i = 0; i < WD_SKETCH_MINS; i++) {
		x += UINT64_C(0x9E3779B97F4A7C15);
		uint64_t z = x;
		z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
		z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
		out[i] = (z ^ z >> 31) | 1;
	}
}

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * UINT64_C(0xFF51AFD7ED558CCD);
	return h ^ h >> 32;
}

/* The next word or character at *at; false at the end. */
static bool next_token(struct wd_str s, size_t *at, struct token *ret)
{
	uint64_t h = 0;
	while (*at < s.n) {
		size_t before = *at;
		uint32_t cp = wd_utf8_next(s, at);
		bool is_char = cp >= 0x80 && wd_cp_is_cjk(cp);
		bool is_word = !is_char && (cp < 0x80 ? wd_is_alnum((char)cp)
						      : wd_cp_is_letter(cp) || wd_cp_is_digit(cp));
		if (is_char && h == 0) {
			*ret = (struct token){mix(UINT64_C(0x51ED270B), cp), CHAR_WEIGHT};
			return true;
		}
		if (!is_word && h != 0) {
			if (is_char)
				*at = before;
			break;
		}
		if (is_word)
			h = mix(h == 0 ? UINT64_C(0x2545F491) : h,
				cp < 0x80 ? (unsigned char)wd_lower((char)cp) : cp);
	}
	*ret = (struct token){h, WORD_WEIGHT};
	return h != 0;
}

/* About 11 steps a doubling: sizes are told apart to 6 %, in 16 bits. */
static uint16_t size_code(size_t n)
{
	return (uint16_t)(1 + lround(log2((double)n) * 11));
}

static double size_value(uint16_t code)
{
	return exp2((double)(code - 1) / 11);
}

struct wd_sketch wd_sketch_make(struct wd_str text)
{
	struct wd_sketch k = {.size = 0};
	uint32_t mins[WD_SKETCH_MINS];
	uint64_t mul[WD_SKETCH_MINS];
	struct token run[MAX_TOKENS];
	size_t in_run = 0, shingles = 0, at = 0;
	unsigned weight = 0;

	multipliers(mul);
	memset(mins, 0xFF, sizeof(mins));
	for (struct token t; next_token(text, &at, &t);) {
		while (in_run > 0 && (weight + t.weight > SHINGLE_WEIGHT || in_run == MAX_TOKENS)) {
			weight -= run[0].weight;
			memmove(run, run + 1, --in_run * sizeof(*run));
		}
		run[in_run++] = t;
		weight += t.weight;
		if (weight < SHINGLE_WEIGHT - CHAR_WEIGHT)
			continue;
		uint64_t h = 0;
		for (size_t i = 0; i < in_run; i++)
			h = mix(h, run[i].hash);
		shingles++;
		for (size_t i = 0; i < WD_SKETCH_MINS; i++) {
			uint32_t v = (uint32_t)(h * mul[i] >> 32);
			mins[i] = WD_MIN(mins[i], v);
		}
	}
	if (shingles < MIN_SHINGLES)
		return k;
	for (size_t i = 0; i < WD_SKETCH_MINS; i++)
		k.sig[i] = (uint8_t)mins[i];
	memcpy(k.band, mins, sizeof(k.band));
	k.size = size_code(shingles);
	return k;
}

void wd_sketch_compare(const uint8_t *sig_a, uint16_t size_a, const uint8_t *sig_b, uint16_t size_b,
	double *ret_jaccard, double *ret_containment)
{
	unsigned same = 0;
	for (size_t i = 0; i < WD_SKETCH_MINS; i++)
		same += sig_a[i] == sig_b[i];
	/* Two unlike bytes are equal once in 256. */
	double j = ((double)same / WD_SKETCH_MINS - 1.0 / 256) / (1 - 1.0 / 256);
	j = j < 0 ? 0 : j;
	double a = size_value(size_a), b = size_value(size_b);
	double c = j * (a + b) / ((1 + j) * WD_MIN(a, b));
	*ret_jaccard = j;
	*ret_containment = c > 1 ? 1 : c;
}

/* ---- the index ---- */

struct wd_stories *wd_stories_new(size_t max_articles, int64_t window_us)
{
	struct wd_stories *s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->cap = WD_MAX(max_articles, (size_t)16);
	s->buckets = s->cap * WD_SKETCH_BANDS * 5 / 4 / SLOTS + 1;
	s->window_min =
		(uint32_t)WD_MIN(WD_MAX(window_us / WD_MINUTE, INT64_C(1)), (int64_t)UINT32_MAX);
	s->ring = calloc(s->cap, sizeof(*s->ring));
	s->slots = calloc(s->buckets, SLOTS * sizeof(*s->slots));
	if (s->ring == NULL || s->slots == NULL) {
		wd_stories_free(s);
		return NULL;
	}
	return s;
}

void wd_stories_free(struct wd_stories *s)
{
	if (s == NULL)
		return;
	free(s->ring);
	free(s->slots);
	free(s);
}

static uint32_t *bucket(const struct wd_stories *s, size_t band, uint32_t value)
{
	uint64_t h = mix(band + 1, value);
	return s->slots + (size_t)((unsigned __int128)h * s->buckets >> 64) * SLOTS;
}

struct wd_story_hit wd_stories_find(
	const struct wd_stories *s, const struct wd_sketch *k, int64_t now_us)
{
	struct wd_story_hit best = {0, 0, 0};
	int64_t now_min = now_us / WD_MINUTE;
	if (k->size == 0)
		return best;
	for (size_t band = 0; band < WD_SKETCH_BANDS; band++) {
		const uint32_t *b = bucket(s, band, k->band[band]);
		for (size_t i = 0; i < SLOTS; i++) {
			const struct entry *e = b[i] > 0 ? &s->ring[b[i] - 1] : NULL;
			if (e == NULL || e->sig[band] != (uint8_t)k->band[band] ||
				now_min - e->seen_min > s->window_min)
				continue;
			double j, c;
			wd_sketch_compare(k->sig, k->size, e->sig, e->size, &j, &c);
			bool copy =
				j >= COPY_JACCARD || (c >= COPY_CONTAINMENT && j >= CUT_JACCARD);
			int64_t seen = (int64_t)e->seen_min * WD_MINUTE;
			if (copy && (c > best.similarity ||
					    (c >= best.similarity && seen < best.first_seen_us)))
				best = (struct wd_story_hit){e->story, c, seen};
		}
	}
	return best;
}

/* Its age in the ring: 0 is the newest. */
static size_t age(const struct wd_stories *s, uint32_t slot)
{
	return (s->next + s->cap - slot) % s->cap;
}

void wd_stories_add(
	struct wd_stories *s, const struct wd_sketch *k, uint64_t story, int64_t first_seen_us)
{
	if (k->size == 0)
		return;
	struct entry *e = &s->ring[s->next];
	memcpy(e->sig, k->sig, sizeof(e->sig));
	e->story = story;
	e->seen_min = (uint32_t)(first_seen_us / WD_MINUTE);
	e->size = k->size;
	uint32_t number = (uint32_t)s->next + 1;
	for (size_t band = 0; band < WD_SKETCH_BANDS; band++) {
		uint32_t *b = bucket(s, band, k->band[band]);
		size_t victim = 0;
		for (size_t i = 0; i < SLOTS; i++) {
			if (b[i] == 0 || b[i] == number) {
				victim = i;
				break;
			}
			if (age(s, b[i]) > age(s, b[victim]))
				victim = i;
		}
		b[victim] = number;
	}
	s->next = (s->next + 1) % s->cap;
	s->count += s->count < s->cap;
}

size_t wd_stories_count(const struct wd_stories *s)
{
	return s->count;
}

size_t wd_stories_memory(const struct wd_stories *s)
{
	return sizeof(*s) + s->cap * sizeof(*s->ring) + s->buckets * SLOTS * sizeof(*s->slots);
}

/* ---- the store's form ---- */

void wd_sketch_pack(const struct wd_sketch *k, unsigned char out[WD_SKETCH_BLOB])
{
	memcpy(out, k->sig, WD_SKETCH_MINS);
	unsigned char *p = out + WD_SKETCH_MINS;
	for (size_t i = 0; i < WD_SKETCH_BANDS; i++) {
		for (int b = 0; b < 4; b++)
			*p++ = (unsigned char)(k->band[i] >> (8 * b));
	}
	p[0] = (unsigned char)k->size;
	p[1] = (unsigned char)(k->size >> 8);
}

int wd_sketch_unpack(struct wd_str blob, struct wd_sketch *ret)
{
	if (blob.n != WD_SKETCH_BLOB)
		return WD_E_MALFORMED;
	const unsigned char *p = (const unsigned char *)blob.p;
	memcpy(ret->sig, p, WD_SKETCH_MINS);
	p += WD_SKETCH_MINS;
	for (size_t i = 0; i < WD_SKETCH_BANDS; i++, p += 4)
		ret->band[i] = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
			       (uint32_t)p[3] << 24;
	ret->size = (uint16_t)(p[0] | p[1] << 8);
	return WD_OK;
}
