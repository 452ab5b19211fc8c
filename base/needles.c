/*
 * A bit per hash of three bytes, set for the rarest three of each literal, and the literals sorted
 * by that hash: nearly all places of a text are passed by one look at the bitmap (two bytes would
 * stop at every tenth place). The few literals of two bytes have a bitmap of their own. Literals
 * are one or two thousand and short, so what is looked at stays in the nearest caches.
 *
 * Rejected: an automaton over all literals (a state per byte and a table lookup that waits for the
 * one before it; several times the memory for the same answer).
 */
#include "base/needles.h"

#include "base/vec.h"

struct needle {
	struct wd_str s; /* in lower case */
	size_t anchor;   /* where its rarest bytes begin */
	uint16_t key;    /* of these bytes; of a literal of two, both */
	struct wd_needle_set owners;
};

struct wd_needles {
	struct wd_arena *a;
	WD_VEC(struct needle) v;
	WD_VEC(struct needle) pairs; /* literals of two bytes */
	uint64_t begins[65536 / 64], pair_begins[65536 / 64];
	uint16_t at[65536 / 16]; /* by the key's upper bits: the first literal not below it */
};

static uint16_t key_of(uint32_t three)
{
	return (uint16_t)((three & 0xFFFFFF) * 0x9E3779B1u >> 16);
}

static uint16_t pair_at(const char *p)
{
	return (uint16_t)((unsigned char)wd_lower(p[0]) << 8 | (unsigned char)wd_lower(p[1]));
}

static uint32_t three_at(const char *p)
{
	return (uint32_t)(unsigned char)wd_lower(p[0]) << 16 |
	       (uint32_t)(unsigned char)wd_lower(p[1]) << 8 | (unsigned char)wd_lower(p[2]);
}

/* How often the byte stands in text, roughly: a place in the row of letters; what begins a
 * character beyond ASCII tells little. */
static size_t commonness(char c)
{
	static const char rising[] = "zqxjvkbpygwfmucldhrsnioate ";
	const char *at = c != 0 ? strchr(rising, c) : NULL;
	if (at != NULL)
		return (size_t)(at - rising) + 4;
	return (unsigned char)c >= 0xC0 ? sizeof(rising) + 4 : 2;
}

static void choose_anchor(struct needle *d)
{
	size_t best = SIZE_MAX;
	for (size_t i = 0; i + 2 < d->s.n; i++) {
		size_t common = commonness(d->s.p[i]) * commonness(d->s.p[i + 1]) *
				commonness(d->s.p[i + 2]);
		if (common < best) {
			best = common;
			d->anchor = i;
		}
	}
	d->key = key_of(three_at(d->s.p + d->anchor));
}

struct wd_needles *wd_needles_new(struct wd_arena *a)
{
	struct wd_needles *n = wd_arena_new_of(a, struct wd_needles);
	if (n != NULL)
		n->a = a;
	return n;
}

/* The literal of two bytes, which may be known already. */
static struct needle *pair_of(struct wd_needles *n, struct wd_str s)
{
	WD_VEC_EACH (struct needle, d, &n->pairs) {
		if (wd_str_eq(d->s, s))
			return d;
	}
	struct needle *to = wd_vec_push(n->a, &n->pairs);
	if (to == NULL)
		return NULL;
	*to = (struct needle){.s = s, .key = pair_at(s.p)};
	n->pair_begins[to->key / 64] |= UINT64_C(1) << (to->key % 64);
	return to;
}

bool wd_needles_add(struct wd_needles *n, struct wd_str literal, unsigned owner)
{
	if (literal.n < 2 || owner >= WD_NEEDLE_OWNERS || n->v.n >= UINT16_MAX)
		return false;
	struct wd_str s = wd_arena_str(n->a, literal);
	if (s.n == 0)
		return false;
	char *p = wd_unconst(s.p);
	for (size_t i = 0; i < s.n; i++)
		p[i] = wd_lower(p[i]);
	struct needle *to = s.n == 2 ? pair_of(n, s) : wd_vec_push(n->a, &n->v);
	if (to == NULL)
		return false;
	if (s.n > 2) {
		*to = (struct needle){.s = s};
		choose_anchor(to);
	}
	wd_needle_set_add(&to->owners, owner);
	return true;
}

static void add_all(struct wd_needle_set *to, const struct wd_needle_set *more)
{
	for (size_t i = 0; i < WD_COUNTOF(to->bits); i++)
		to->bits[i] |= more->bits[i];
}

static int cmp_needle(const void *x, const void *y)
{
	const struct needle *a = x, *b = y;
	return a->key != b->key ? (a->key < b->key ? -1 : 1) : wd_str_cmp(a->s, b->s);
}

void wd_needles_build(struct wd_needles *n)
{
	size_t kept = 0;
	if (n->v.n > 0)
		qsort(n->v.v, n->v.n, sizeof(*n->v.v), cmp_needle);
	for (size_t i = 0; i < n->v.n; i++) { /* a literal with several owners stands once */
		struct needle *last = kept > 0 ? &n->v.v[kept - 1] : NULL;
		if (last != NULL && wd_str_eq(last->s, n->v.v[i].s))
			add_all(&last->owners, &n->v.v[i].owners);
		else
			n->v.v[kept++] = n->v.v[i];
	}
	n->v.n = kept;
	size_t at = 0;
	for (size_t block = 0; block < WD_COUNTOF(n->at); block++) {
		while (at < n->v.n && n->v.v[at].key >> 4 < block)
			at++;
		n->at[block] = (uint16_t)at;
	}
	WD_VEC_EACH (const struct needle, d, &n->v)
		n->begins[d->key / 64] |= UINT64_C(1) << (d->key % 64);
}

/* The literal with its anchor at `at`. */
static bool stands_at(struct wd_str text, size_t at, const struct needle *d)
{
	if (at < d->anchor || d->s.n > text.n - (at - d->anchor))
		return false;
	const char *p = text.p + (at - d->anchor);
	for (size_t i = 0; i < d->s.n; i++) {
		if (wd_lower(p[i]) != d->s.p[i])
			return false;
	}
	return true;
}

static void look_at(const struct wd_needles *n, struct wd_str text, size_t at, uint16_t key,
	struct wd_needle_set *ret)
{
	size_t i = n->at[key >> 4];
	while (i < n->v.n && n->v.v[i].key < key)
		i++;
	for (; i < n->v.n && n->v.v[i].key == key; i++) {
		if (stands_at(text, at, &n->v.v[i]))
			add_all(ret, &n->v.v[i].owners);
	}
}

static void look_at_pair(const struct wd_needles *n, uint16_t key, struct wd_needle_set *ret)
{
	WD_VEC_EACH (const struct needle, d, &n->pairs) {
		if (d->key == key)
			add_all(ret, &d->owners);
	}
}

void wd_needles_scan(const struct wd_needles *n, struct wd_str text, struct wd_needle_set *ret)
{
	uint32_t three = 0;
	for (size_t i = 0; i < text.n; i++) {
		three = three << 8 | (unsigned char)wd_lower(text.p[i]);
		uint16_t key = key_of(three), pair = (uint16_t)three;
		if (i > 1 && (n->begins[key / 64] >> (key % 64) & 1))
			look_at(n, text, i - 2, key, ret);
		if (n->pair_begins[pair / 64] >> (pair % 64) & 1 && i > 0)
			look_at_pair(n, pair, ret);
	}
}
