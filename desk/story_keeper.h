/**
 * The stories of the desk: every version gets the id of the story it belongs to. The index
 * (desk/stories.h) is in memory; each sketch is put into the store in the version's transaction,
 * and the index is filled from there when it is first asked. One thread, the desk's.
 */
#pragma once
#include "desk/store.h"
#include "desk/stories.h"
#include "parsers/version.h"

#define WD_STORY_REMEMBER 200000 /* articles: 18 MB */
#define WD_STORY_WINDOW (3 * WD_DAY)

struct wd_story_keeper;

/** remember, window_us: 0 for the usual. NULL: out of memory. */
struct wd_story_keeper *wd_story_keeper_new(
	struct wd_store *store, size_t remember, int64_t window_us);
void wd_story_keeper_free(struct wd_story_keeper *k); /* NULL is fine */
/** Fills the story of `v`. An article stays in the story it joined first; a later version's text
 * leads copies there too. Inside the version's transaction. */
WD_MUST_USE int wd_story_keeper_assign(struct wd_story_keeper *k,
	const struct wd_store_article *rec, const struct wd_article *art, struct wd_arena *a,
	struct wd_version *v, struct wd_err *err);
/** The story as it is, nothing learned (withdrawals, new tags). */
WD_MUST_USE int wd_story_keeper_show(struct wd_story_keeper *k, int64_t row, struct wd_arena *a,
	struct wd_version *v, struct wd_err *err);
/** The transaction was rolled back: what was learned in it may be wrong. */
void wd_story_keeper_forget(struct wd_story_keeper *k);
