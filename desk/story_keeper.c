/*
 * Stories at the desk.
 *
 * A story's id is made of the id of its first article, so that a replay gives the same ids. Its age
 * is counted from that first article: however long copies go on, a story takes none that come later
 * than the window, and a regular item with the same words (a daily disclaimer) does not become one
 * story for ever.
 *
 * After a rollback the index is dropped and filled from the store again: a copy must not join a
 * story whose first article was never committed. That costs a fraction of a second, and rollbacks
 * are rare.
 */
#include "desk/story_keeper.h"

#include "base/clock.h"

struct wd_story_keeper {
	struct wd_store *store;
	struct wd_stories *index; /* NULL: not filled yet */
	size_t remember;
	int64_t window_us;
};

struct wd_story_keeper *wd_story_keeper_new(
	struct wd_store *store, size_t remember, int64_t window_us)
{
	struct wd_story_keeper *k = calloc(1, sizeof(*k));
	if (k == NULL)
		return NULL;
	k->store = store;
	k->remember = remember > 0 ? remember : WD_STORY_REMEMBER;
	k->window_us = window_us > 0 ? window_us : WD_STORY_WINDOW;
	return k;
}

void wd_story_keeper_free(struct wd_story_keeper *k)
{
	if (k == NULL)
		return;
	wd_stories_free(k->index);
	free(k);
}

void wd_story_keeper_forget(struct wd_story_keeper *k)
{
	wd_stories_free(k->index);
	k->index = NULL;
}

static void learn(const struct wd_store_story *x, void *ctx)
{
	struct wd_sketch sketch;
	if (wd_sketch_unpack(x->sketch, &sketch) == WD_OK)
		wd_stories_add(ctx, &sketch, x->story, x->first_seen_us);
}

static int fill(struct wd_story_keeper *k, struct wd_err *err)
{
	if (k->index != NULL)
		return WD_OK;
	k->index = wd_stories_new(k->remember, k->window_us);
	if (k->index == NULL)
		return wd_err_set(err, WD_E_NOMEM, "stories: out of memory");
	int r = wd_store_story_each(k->store, k->remember, learn, k->index, err);
	if (r != WD_OK)
		wd_story_keeper_forget(k);
	return r;
}

static void put(const struct wd_store_story *x, struct wd_arena *a, struct wd_version *v)
{
	v->story_id = wd_arena_printf(a, "%016llx", (unsigned long long)x->story);
	v->story_similarity = x->similarity;
	v->story_first_seen_us = x->first_seen_us;
}

int wd_story_keeper_show(struct wd_story_keeper *k, int64_t row, struct wd_arena *a,
	struct wd_version *v, struct wd_err *err)
{
	struct wd_store_story x;
	int r = wd_store_story_of(k->store, row, &x, err);
	if (r == WD_OK)
		put(&x, a, v);
	return r == WD_E_NOTFOUND ? WD_OK : r;
}

/* Two decimals: what 32 minima can tell, and the same digits on every machine. */
static double rounded(double x)
{
	return (double)(int)(x * 100 + 0.5) / 100;
}

/* A new article joins the story of its nearest copy, or begins one. */
static void join(struct wd_story_keeper *k, const struct wd_sketch *sketch,
	const struct wd_store_article *rec, const struct wd_version *v, struct wd_store_story *x)
{
	struct wd_story_hit hit = wd_stories_find(k->index, sketch, v->seen_us);
	int64_t first = hit.story != 0 ? wd_store_story_first_seen(k->store, hit.story) : 0;
	if (first == 0) {
		x->story = rec->id.hi != 0 ? rec->id.hi : 1;
		x->similarity = 1;
		x->first_seen_us = v->seen_us;
		return;
	}
	x->story = hit.story;
	x->similarity = rounded(hit.similarity);
	x->first_seen_us = first;
}

int wd_story_keeper_assign(struct wd_story_keeper *k, const struct wd_store_article *rec,
	const struct wd_article *art, struct wd_arena *a, struct wd_version *v, struct wd_err *err)
{
	struct wd_store_story x;
	unsigned char blob[WD_SKETCH_BLOB];
	struct wd_sketch sketch = wd_sketch_make(art->text);
	int r = fill(k, err);
	if (r != WD_OK)
		return r;
	if (sketch.size == 0)
		sketch = wd_sketch_make(art->summary);
	r = wd_store_story_of(k->store, rec->row, &x, err);
	if (r == WD_E_NOTFOUND) {
		x = (struct wd_store_story){.article = rec->row};
		join(k, &sketch, rec, v, &x);
	} else if (r != WD_OK) {
		return r;
	}
	x.seen_us = v->seen_us;
	if (sketch.size > 0) {
		wd_sketch_pack(&sketch, blob);
		x.sketch = (struct wd_str){(const char *)blob, sizeof(blob)};
	}
	r = wd_store_story_put(k->store, &x, err);
	if (r == WD_OK) {
		wd_stories_add(k->index, &sketch, x.story, x.first_seen_us);
		put(&x, a, v);
	}
	return r;
}
