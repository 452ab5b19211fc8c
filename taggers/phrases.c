/*
 * Aho-Corasick over folded characters.
 *
 * Chosen: a double array whose alphabet is the set of characters that stand in any phrase (one
 * table look-up gives a character's symbol, 0 for "in no phrase"), with the root's row dense. Steps
 * are per character, so CJK text costs a third of what a byte automaton would; a character that is
 * in no phrase resets to the root at once. Symbols are numbered by frequency, which keeps the array
 * tight. Rejected: a full DFA (50,000 phrases × alphabet does not fit a cache), bytes as alphabet,
 * a hash per transition (one miss a step at any size).
 *
 * The automaton finds folded strings; `fits` then looks at the original's boundaries and gaps. It
 * runs per hit, so rare.
 *
 * Building is breadth-first over the sorted phrases: a node is a range of them and a depth; a
 * child's slot comes from a linked list of free slots. Failure links are made on the way, since all
 * shallower nodes are placed already.
 *
 * Concurrency: immutable after wd_phrases_build.
 */
#include "taggers/phrases.h"

#include "base/utf8.h"

#define PLANE 0x10000
#define SCRATCH_BYTES ((size_t)512 << 20) /* at most, while it is built */
#define NONE UINT32_MAX
#define HAS_OUT 0x80000000u /* in `base`: a phrase ends here or at a suffix */
#define TO_ROOT 0x40000000u /* in `base`: the failure link leads to the root */
#define FLAGS (HAS_OUT | TO_ROOT)
#define PAIR_BITS_MIN 16
#define PAIR_BITS_MAX 22
#define TRIES 64 /* free slots in vain before families look elsewhere */

struct phrase {
	uint16_t *sym;
	uint32_t value;
	struct wd_str text; /* with WD_PHRASE_CASE: the original */
	uint64_t gaps;      /* bit i: a space may stand before character i */
	uint8_t n, flags;
	uint32_t next; /* same characters, other value; NONE at the end */
};

/* What a step reads lies together; the rest is read on failure or on a hit. */
struct state {
	uint32_t base;  /* and HAS_OUT */
	uint32_t check; /* parent; NONE: free */
};

struct state_rest {
	uint32_t fail;
	uint32_t out;  /* first phrase that ends here; NONE */
	uint32_t link; /* nearest suffix state with a phrase; 0: none */
	uint32_t depth;
};

struct wd_phrases {
	struct wd_arena *a;
	const struct wd_fold *fold;
	uint16_t *symbol; /* of the basic plane */
	uint32_t symbols;
	WD_VEC(struct phrase) list;
	struct state *st;
	struct state_rest *rest;
	size_t cap, used; /* slots; highest used + 1 */
	uint8_t *kind;    /* of a symbol: SYM_… */
	uint64_t *pairs;  /* bits: two symbols that some phrase begins with (hashed) */
	unsigned pair_bits;
	uint32_t *root; /* symbol → state, 0 where none */
	uint32_t *next_free, *prev_free, first_free, last_free;
	uint32_t family_free; /* where nodes with several children look first */
};

static bool is_spaced_letter(uint32_t cp)
{
	return !wd_cp_is_cjk(cp) && cp != 0x30fc && (wd_cp_is_letter(cp) || wd_cp_is_digit(cp));
}

enum {
	SYM_SPACED = 1,
	SYM_HANGUL = 2,
	SYM_ALONE = 8 /* is a phrase by itself */,
	SYM_OPEN = 4 /* a phrase with "*" begins with it */
};

struct wd_phrases *wd_phrases_new(struct wd_arena *a, const struct wd_fold *f)
{
	struct wd_phrases *p = wd_arena_new_of(a, struct wd_phrases);
	if (p == NULL)
		return NULL;
	p->a = a;
	p->fold = f;
	p->symbol = wd_arena_array(a, PLANE, sizeof(*p->symbol));
	return p->symbol != NULL ? p : NULL;
}

static int store(struct wd_phrases *p, const struct wd_folded *d, struct wd_str text,
	unsigned flags, uint32_t value)
{
	struct phrase *ph = wd_vec_push(p->a, &p->list);
	if (ph == NULL)
		return WD_E_LIMIT;
	ph->sym = wd_arena_array(p->a, d->n, sizeof(*ph->sym));
	if (ph->sym == NULL)
		return WD_E_LIMIT;
	for (size_t i = 0; i < d->n; i++) {
		ph->sym[i] = (uint16_t)d->cp[i];
		if (i > 0 && (d->gap[i] & WD_FOLD_GAP_SPACE) != 0)
			ph->gaps |= UINT64_C(1) << i;
	}
	ph->n = (uint8_t)d->n;
	ph->flags = (uint8_t)flags;
	ph->value = value;
	ph->next = NONE;
	if ((flags & WD_PHRASE_CASE) != 0 && wd_arena_dup(p->a, text, &ph->text) != WD_OK)
		return WD_E_LIMIT;
	return WD_OK;
}

int wd_phrases_add(struct wd_phrases *p, struct wd_str phrase, unsigned flags, uint32_t value,
	struct wd_err *err)
{
	struct wd_str s = wd_utf8_trim(phrase);
	if (s.n > 0 && s.p[0] == '*') {
		flags |= WD_PHRASE_OPEN_LEFT;
		s = wd_str_from(s, 1);
	}
	if (s.n > 0 && s.p[s.n - 1] == '*') {
		flags |= WD_PHRASE_OPEN_RIGHT;
		s = wd_str_sub(s, 0, s.n - 1);
	}
	if (s.n > WD_PHRASE_MAX * 8)
		return wd_err_set(err, WD_E_MALFORMED, "phrase '%.60s…' is too long", s.p);
	/* What the fold needs is kept: it is little, and phrases are loaded once. */
	struct wd_folded d;
	if (wd_fold_text(p->fold, p->a, s, &d) != WD_OK)
		return wd_err_set(err, WD_E_LIMIT, "phrases: out of memory");
	if (d.n == 0 || d.n > WD_PHRASE_MAX)
		return wd_err_set(err, WD_E_MALFORMED, "phrase '%.*s' is empty or longer than %d",
			WD_STR_ARG(s), WD_PHRASE_MAX);
	for (size_t i = 0; i < d.n; i++) {
		if (d.cp[i] >= PLANE || d.cp[i] == '\n')
			return wd_err_set(err, WD_E_MALFORMED,
				"phrase '%.*s' has a character outside the basic plane",
				WD_STR_ARG(s));
	}
	if (store(p, &d, s, flags, value) != WD_OK)
		return wd_err_set(err, WD_E_LIMIT, "phrases: out of memory");
	return WD_OK;
}

/* ---- building ---- */

struct by_count {
	uint32_t count, cp;
};

static int count_cmp(const void *a, const void *b)
{
	const struct by_count *x = a, *y = b;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return x->cp < y->cp ? -1 : x->cp > y->cp;
}

static int number_symbols(struct wd_phrases *p)
{
	struct by_count *c = wd_arena_array(p->a, PLANE, sizeof(*c));
	if (c == NULL)
		return WD_E_LIMIT;
	for (uint32_t i = 0; i < PLANE; i++)
		c[i].cp = i;
	WD_VEC_EACH (struct phrase, ph, &p->list) {
		for (size_t i = 0; i < ph->n; i++)
			c[ph->sym[i]].count++;
	}
	qsort(c, PLANE, sizeof(*c), count_cmp);
	p->kind = wd_arena_array(p->a, PLANE, 1);
	if (p->kind == NULL)
		return WD_E_LIMIT;
	for (p->symbols = 0; p->symbols < PLANE - 1 && c[p->symbols].count > 0; p->symbols++) {
		uint32_t cp = c[p->symbols].cp;
		p->symbol[cp] = (uint16_t)(p->symbols + 1);
		p->kind[p->symbols + 1] = is_spaced_letter(cp)  ? SYM_SPACED
					  : wd_cp_is_hangul(cp) ? SYM_HANGUL
								: 0;
	}
	WD_VEC_EACH (struct phrase, ph, &p->list) {
		for (size_t i = 0; i < ph->n; i++)
			ph->sym[i] = p->symbol[ph->sym[i]];
		if ((ph->flags & WD_PHRASE_OPEN_LEFT) != 0)
			p->kind[ph->sym[0]] |= SYM_OPEN;
	}
	return WD_OK;
}

static int phrase_cmp(const void *a, const void *b)
{
	const struct phrase *x = a, *y = b;
	size_t n = WD_MIN(x->n, y->n);
	for (size_t i = 0; i < n; i++) {
		if (x->sym[i] != y->sym[i])
			return x->sym[i] < y->sym[i] ? -1 : 1;
	}
	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	return x->value < y->value ? -1 : x->value > y->value;
}

static void slot_take(struct wd_phrases *p, uint32_t slot, uint32_t parent)
{
	uint32_t prev = p->prev_free[slot], next = p->next_free[slot];
	if (prev != NONE)
		p->next_free[prev] = next;
	else
		p->first_free = next;
	if (next != NONE)
		p->prev_free[next] = prev;
	else
		p->last_free = prev;
	p->st[slot].check = parent;
	p->used = WD_MAX(p->used, (size_t)slot + 1);
}

static bool base_fits(const struct wd_phrases *p, uint32_t base, const uint16_t *kids, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t slot = (size_t)base + kids[i];
		if (slot >= p->cap || p->st[slot].check != NONE)
			return false;
	}
	return true;
}

/*
 * A base whose slots for all children are free; 0: none in the array yet. Single children fill the
 * first holes; families look from a cursor that moves on when a stretch has no room for them, so
 * that placing stays linear.
 */
static uint32_t base_find(struct wd_phrases *p, const uint16_t *kids, size_t n)
{
	uint32_t slot = n == 1 ? p->first_free : p->family_free;
	if (slot == NONE || p->st[slot].check != NONE)
		slot = p->first_free;
	for (unsigned t = 0; slot != NONE; slot = p->next_free[slot], t++) {
		if (t == TRIES && n > 1)
			p->family_free = slot;
		if (slot > kids[0] && base_fits(p, slot - kids[0], kids, n))
			return slot - kids[0];
	}
	return 0;
}

static uint32_t step_tree(const struct wd_phrases *p, uint32_t s, uint16_t sym)
{
	uint32_t base = p->st[s].base & ~FLAGS;
	size_t slot = (size_t)base + sym;
	return base != 0 && slot < p->cap && p->st[slot].check == s ? (uint32_t)slot : 0;
}

struct node {
	uint32_t state, lo, hi; /* phrases [lo, hi) share the first `depth` symbols */
	uint32_t depth;
};
typedef WD_VEC(struct node) node_queue;

/* A suffix that begins inside a word of the phrase itself can never be a hit. */
static bool is_useless(const struct wd_phrases *p, const uint16_t *sym, uint32_t from)
{
	return from > 0 && (p->kind[sym[from - 1]] & SYM_SPACED) != 0 &&
	       (p->kind[sym[from]] & (SYM_SPACED | SYM_OPEN)) == SYM_SPACED;
}

static void finish_state(struct wd_phrases *p, const struct node *nd)
{
	uint32_t parent = p->st[nd->state].check, f = parent, to = 0;
	const uint16_t *sym = p->list.v[nd->lo].sym;
	while (f != 0 && to == 0) {
		f = p->rest[f].fail;
		to = step_tree(p, f, sym[nd->depth - 1]);
	}
	while (to != 0 && is_useless(p, sym, nd->depth - p->rest[to].depth))
		to = p->rest[to].fail;
	struct state_rest *r = &p->rest[nd->state];
	r->depth = nd->depth;
	r->fail = to;
	r->link = to == 0 || p->rest[to].out != NONE ? to : p->rest[to].link;
	if (r->link != 0)
		p->st[nd->state].base |= HAS_OUT;
	if (to == 0)
		p->st[nd->state].base |= TO_ROOT;
}

/* Chains phrases [lo, hi) that end at this state; returns where the longer ones begin. */
static uint32_t take_ends(struct wd_phrases *p, const struct node *nd)
{
	uint32_t i = nd->lo;
	for (; i < nd->hi && p->list.v[i].n == nd->depth; i++) {
		p->list.v[i].next = p->rest[nd->state].out;
		p->rest[nd->state].out = i;
		p->st[nd->state].base |= HAS_OUT;
	}
	return i;
}

/* Makes the array larger; old storage stays in the arena, at most as much again. */
static int slots_grow(struct wd_phrases *p, size_t cap)
{
	if (cap >= TO_ROOT - PLANE)
		return WD_E_LIMIT;
	struct state *st = wd_arena_array(p->a, cap, sizeof(*st));
	struct state_rest *rest = wd_arena_array(p->a, cap, sizeof(*rest));
	uint32_t *next = wd_arena_array(p->a, cap, sizeof(*next));
	uint32_t *prev = wd_arena_array(p->a, cap, sizeof(*prev));
	if (st == NULL || rest == NULL || next == NULL || prev == NULL)
		return WD_E_LIMIT;
	if (p->cap > 0) {
		memcpy(st, p->st, p->cap * sizeof(*st));
		memcpy(rest, p->rest, p->cap * sizeof(*rest));
		memcpy(next, p->next_free, p->cap * sizeof(*next));
		memcpy(prev, p->prev_free, p->cap * sizeof(*prev));
	}
	p->st = st;
	p->rest = rest;
	p->next_free = next;
	p->prev_free = prev;
	for (uint32_t i = (uint32_t)p->cap; i < cap; i++) {
		st[i].check = rest[i].out = NONE;
		next[i] = NONE;
		prev[i] = p->last_free;
		if (p->last_free != NONE)
			next[p->last_free] = i;
		else
			p->first_free = i;
		p->last_free = i;
	}
	p->cap = cap;
	return WD_OK;
}

static int slots_new(struct wd_phrases *p)
{
	size_t total = 1;
	WD_VEC_EACH (struct phrase, ph, &p->list)
		total += ph->n;
	p->first_free = p->last_free = p->family_free = NONE;
	p->root = wd_arena_array(p->a, (size_t)p->symbols + 1, sizeof(*p->root));
	if (p->root == NULL || slots_grow(p, total + 2 * (size_t)p->symbols + 64) != WD_OK)
		return WD_E_LIMIT;
	slot_take(p, 0, 0);
	p->st[0].check = NONE - 1;
	return WD_OK;
}

static int expand(struct wd_phrases *p, struct wd_arena *scratch, node_queue *q, struct node nd,
	uint16_t *kids)
{
	uint32_t from = take_ends(p, &nd);
	size_t n = 0;
	for (uint32_t i = from; i < nd.hi; i++) {
		uint16_t sym = p->list.v[i].sym[nd.depth];
		if (n == 0 || kids[n - 1] != sym)
			kids[n++] = sym;
	}
	if (n == 0)
		return WD_OK;
	uint32_t base = base_find(p, kids, n);
	if (base == 0 && slots_grow(p, p->cap + p->cap / 2 + 2 * (size_t)p->symbols) == WD_OK)
		base = base_find(p, kids, n);
	if (base == 0)
		return WD_E_LIMIT;
	p->st[nd.state].base |= base;
	for (size_t k = 0; k < n; k++)
		slot_take(p, base + kids[k], nd.state);
	for (uint32_t i = from, k = 0; k < n; k++) {
		struct node *kid = wd_vec_push(scratch, q);
		if (kid == NULL)
			return WD_E_LIMIT;
		*kid = (struct node){base + kids[k], i, i, nd.depth + 1};
		while (i < nd.hi && p->list.v[i].sym[nd.depth] == kids[k])
			i++;
		kid->hi = i;
	}
	return WD_OK;
}

static int build_states(struct wd_phrases *p)
{
	wd_cleanup(wd_arena_freep) struct wd_arena *scratch = wd_arena_new(SCRATCH_BYTES);
	if (scratch == NULL)
		return WD_E_LIMIT;
	node_queue q = {0};
	struct node *root = wd_vec_push(scratch, &q);
	uint16_t *kids = wd_arena_array(scratch, p->symbols + 1, sizeof(*kids));
	if (root == NULL || kids == NULL)
		return WD_E_LIMIT;
	*root = (struct node){0, 0, (uint32_t)p->list.n, 0};
	for (size_t at = 0; at < q.n; at++) {
		struct node nd = q.v[at];
		/* The suffix link of a state needs the outputs of shallower ones: they are set when
		 * those are expanded, so links are made here and not when a child gets its slot. */
		if (nd.state != 0)
			finish_state(p, &nd);
		if (expand(p, scratch, &q, nd, kids) != WD_OK)
			return WD_E_LIMIT;
	}
	return WD_OK;
}

static inline uint32_t pair_slot(const struct wd_phrases *p, uint32_t x, uint32_t y)
{
	return ((x << 16 | y) * 2654435769u) >> (32 - p->pair_bits);
}

/* The first two symbols of all phrases: most characters of a text begin none, and are passed over
 * without touching the states, which at 50,000 phrases do not fit a cache. */
static int note_pairs(struct wd_phrases *p)
{
	p->pair_bits = PAIR_BITS_MIN;
	while (p->pair_bits < PAIR_BITS_MAX && (p->list.n * 16) >> p->pair_bits != 0)
		p->pair_bits++;
	p->pairs = wd_arena_array(p->a, (UINT64_C(1) << p->pair_bits) / 64, sizeof(*p->pairs));
	if (p->pairs == NULL)
		return WD_E_LIMIT;
	WD_VEC_EACH (const struct phrase, ph, &p->list) {
		if (ph->n == 1) {
			p->kind[ph->sym[0]] |= SYM_ALONE;
			continue;
		}
		uint32_t slot = pair_slot(p, ph->sym[0], ph->sym[1]);
		p->pairs[slot / 64] |= UINT64_C(1) << slot % 64;
	}
	return WD_OK;
}

int wd_phrases_build(struct wd_phrases *p, struct wd_err *err)
{
	if (number_symbols(p) != WD_OK)
		return wd_err_set(err, WD_E_LIMIT, "phrases: out of memory");
	qsort(p->list.v, p->list.n, sizeof(*p->list.v), phrase_cmp);
	if (slots_new(p) != WD_OK || build_states(p) != WD_OK || note_pairs(p) != WD_OK)
		return wd_err_set(err, WD_E_LIMIT, "phrases: out of memory");
	for (uint32_t sym = 1; sym <= p->symbols; sym++)
		p->root[sym] = step_tree(p, 0, (uint16_t)sym);
	return WD_OK;
}

size_t wd_phrases_states(const struct wd_phrases *p)
{
	return p->used;
}

size_t wd_phrases_bytes(const struct wd_phrases *p)
{
	return p->used * (sizeof(*p->st) + sizeof(*p->rest)) + (p->symbols + 1) * sizeof(*p->root) +
	       PLANE * sizeof(*p->symbol);
}

/* ---- boundaries ---- */

/* Particles and endings that may follow a noun, longest first within a first letter. */
static const char *const particles[] = {"으로부터", "에게서", "이라는", "이라고", "이었다",
	"이라며", "이라면", "에서는", "에서도", "에서의", "으로는", "으로도", "으로의", "에게는",
	"에게도", "까지", "부터", "에서", "에게", "에는", "에도", "으로", "이나", "이며", "이다",
	"이던", "이고", "이란", "이라", "라는", "라고", "라며", "께서", "한테", "처럼", "보다",
	"마저", "조차", "만을", "만이", "만의", "과의", "와의", "로서", "로써", "로는", "로도",
	"로의", "측은", "측이", "측에", "측의", "였다", "였던", "하고", "인데", "간의", "들은",
	"들이", "들의", "들과", "등이", "등은", "등의", "등을", "이", "가", "은", "는", "을", "를",
	"의", "에", "와", "과", "도", "로", "만", "나", "며", "고", "인", "측", "씨", "님", "간",
	"들", "등", "께", "서", "랑", "아", "야", "발", "식", "란", "라", "용", "행", "때", "후",
	"전", "중", "차", "및", "당시", "직후", "직전"};

static size_t particle_at(const struct wd_folded *d, size_t i)
{
	for (size_t k = 0; k < WD_COUNTOF(particles); k++) {
		struct wd_str part = wd_str_c(particles[k]);
		size_t at = 0, j = i;
		while (at < part.n && j < d->n && (j == i || d->gap[j] == 0) &&
			d->cp[j] == wd_utf8_next(part, &at))
			j++;
		/* The loop's last comparison may have moved `at` to the end without agreeing. */
		if (at == part.n && j - i == wd_utf8_count(part))
			return j;
	}
	return i;
}

static bool word_goes_on(const struct wd_folded *d, size_t i)
{
	return i < d->n && d->gap[i] == 0 && wd_cp_is_hangul(d->cp[i]);
}

bool wd_phrases_particle(const struct wd_folded *d, size_t i)
{
	for (unsigned t = 0; t < 3 && word_goes_on(d, i); t++) {
		size_t next = particle_at(d, i);
		if (next == i)
			return false;
		i = next;
	}
	return !word_goes_on(d, i);
}

static bool is_katakana(uint32_t cp)
{
	return (cp >= 0x30a1 && cp <= 0x30fa) || cp == 0x30fc;
}

static bool left_ok(const struct wd_folded *d, uint32_t start)
{
	if (start == 0)
		return true;
	uint32_t first = d->cp[start], before = d->cp[start - 1];
	if (is_spaced_letter(first))
		return !is_spaced_letter(before);
	if (d->gap[start] != 0)
		return true;
	if (wd_cp_is_hangul(first))
		return !wd_cp_is_hangul(before);
	return !is_katakana(first) || !is_katakana(before);
}

static bool right_ok(const struct wd_folded *d, uint32_t end)
{
	uint32_t last = d->cp[end - 1], after = d->cp[end];
	if (is_spaced_letter(last))
		return !is_spaced_letter(after);
	if (d->gap[end] != 0)
		return true;
	if (wd_cp_is_hangul(last))
		return wd_phrases_particle(d, end);
	return !is_katakana(last) || !is_katakana(after);
}

static bool gaps_ok(const struct phrase *ph, const struct wd_folded *d, uint32_t start)
{
	for (uint32_t i = 1; i < ph->n; i++) {
		uint8_t gap = d->gap[start + i];
		if ((gap & WD_FOLD_GAP_SPACE) != 0 && d->cp[start + i] != ' ' &&
			(ph->gaps >> i & 1) == 0)
			return false;
	}
	return true;
}

static bool case_ok(const struct phrase *ph, const struct wd_folded *d, uint32_t start)
{
	struct wd_str there =
		wd_str_sub(d->text, d->byte[start], wd_folded_end_byte(d, start + ph->n));
	return wd_str_eq(there, ph->text);
}

static bool fits(const struct phrase *ph, const struct wd_folded *d, uint32_t start)
{
	if ((ph->flags & WD_PHRASE_OPEN_LEFT) == 0 && !left_ok(d, start))
		return false;
	if ((ph->flags & WD_PHRASE_OPEN_RIGHT) == 0 && !right_ok(d, start + ph->n))
		return false;
	return gaps_ok(ph, d, start) &&
	       ((ph->flags & WD_PHRASE_CASE) == 0 || case_ok(ph, d, start));
}

/* ---- scanning ---- */

static int report(const struct wd_phrases *p, const struct wd_folded *d, uint32_t s, size_t end,
	struct wd_arena *a, wd_phrase_hits *hits)
{
	for (; s != 0; s = p->rest[s].link) {
		for (uint32_t i = p->rest[s].out; i != NONE; i = p->list.v[i].next) {
			const struct phrase *ph = &p->list.v[i];
			uint32_t start = (uint32_t)(end - ph->n);
			if (!fits(ph, d, start))
				continue;
			struct wd_phrase_hit *h = wd_vec_push(a, hits);
			if (h == NULL)
				return WD_E_LIMIT;
			*h = (struct wd_phrase_hit){start, (uint32_t)end, ph->value};
		}
	}
	return WD_OK;
}

/* Whether a phrase may begin at item i. */
static inline bool may_begin(const struct wd_phrases *p, const struct wd_folded *d, size_t i,
	uint32_t sym, uint32_t next, uint8_t kind_before)
{
	uint8_t kind = p->kind[sym];
	if ((kind & SYM_ALONE) == 0) {
		uint32_t slot = pair_slot(p, sym, next);
		if ((p->pairs[slot / 64] >> slot % 64 & 1) == 0)
			return false;
	}
	if ((kind & SYM_OPEN) != 0 || (kind & kind_before & (SYM_SPACED | SYM_HANGUL)) == 0)
		return true;
	return (kind & SYM_HANGUL) != 0 && d->gap[i] != 0;
}

static inline uint32_t symbol_at(const struct wd_phrases *p, const struct wd_folded *d, size_t i)
{
	return i < d->n && d->cp[i] < PLANE ? p->symbol[d->cp[i]] : 0;
}

int wd_phrases_scan(const struct wd_phrases *p, const struct wd_folded *d, struct wd_arena *a,
	wd_phrase_hits *hits)
{
	const struct state *st = p->st;
	size_t cap = p->cap;
	uint32_t s = 0, next = symbol_at(p, d, 0);
	uint8_t before = 0; /* kind of the character before, known only when it has a symbol */
	for (size_t i = 0; i < d->n; i++) {
		uint32_t sym = next;
		next = symbol_at(p, d, i + 1);
		if (sym == 0) {
			s = 0;
			before = 0;
			continue;
		}
		uint32_t to = 0;
		while (s != 0) {
			uint32_t packed = st[s].base, base = packed & ~FLAGS;
			size_t slot = (size_t)base + sym;
			if (base != 0 && slot < cap && st[slot].check == s) {
				to = (uint32_t)slot;
				break;
			}
			s = (packed & TO_ROOT) != 0 ? 0 : p->rest[s].fail;
		}
		s = to != 0 || !may_begin(p, d, i, sym, next, before) ? to : p->root[sym];
		before = p->kind[sym];
		if (s != 0 && (st[s].base & HAS_OUT) != 0) {
			int rc = report(p, d, s, i + 1, a, hits);
			if (rc != WD_OK)
				return rc;
		}
	}
	return WD_OK;
}
