/**
 * Texts: what the store keeps of an article's versions. The newest one is kept whole
 * (wd_store_kept_put), and of the last few there is a record each, for diffs. The desk's thread.
 */
#pragma once
#include "desk/store.h"
#include "parsers/article.h"

/** The version's record, with its text, in `a`; WD_E_NOTFOUND: none, or erased. */
WD_MUST_USE int wd_texts_get(struct wd_store *s, int64_t row, uint32_t number, struct wd_arena *a,
	struct wd_str *ret, struct wd_err *err);
/** A new version `number` that follows `before` (0: none). The oldest above `keep` go. `whole`:
 * it is kept whole as the newest; `tags` is a hash of its tags. */
struct wd_texts {
	int64_t row;
	uint32_t number, before, keep;
	bool whole;
	struct wd_hash tags;
};
WD_MUST_USE int wd_texts_put(struct wd_store *s, const struct wd_texts *t,
	const struct wd_article *art, struct wd_arena *a, struct wd_err *err);
