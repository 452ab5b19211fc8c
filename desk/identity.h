/**
 * Identity: which known article an entry is. The ladder: guid (while the feed's guids deserve
 * trust) → canonical link → title + date + feed. Trust is learned per feed and kept in its record.
 */
#pragma once
#include "desk/store.h"
#include "parsers/version.h"

/** Keys of one entry; all zero: absent. */
struct wd_identity {
	struct wd_hash guid, link, dated_title; /* keys in the store */
	struct wd_hash title;                   /* to compare titles by */
	bool weak_guid;                         /* looks like a position: "3", "item-3" */
};

/** What the desk knows while it reads one document. */
struct wd_identity_ctx {
	struct wd_store *store;
	struct wd_store_feed *feed; /* trust, updated here */
	uint64_t feed_hash;
	/* Was this article met in the same document before? */
	bool (*met)(void *ctx, int64_t row);
	void *ctx;
};

/** A link without what does not tell articles apart: scheme, www/m/amp twins, tracking parameters,
 * trailing slash. Not an address to fetch. */
struct wd_str wd_identity_link(struct wd_arena *a, struct wd_str link);
void wd_identity_make(struct wd_arena *a, const struct wd_article *art, struct wd_str scope,
	struct wd_identity *ret);
/** WD_OK: known, *ret is filled. WD_E_NOTFOUND: new. */
WD_MUST_USE int wd_identity_resolve(struct wd_identity_ctx *ctx, struct wd_arena *a,
	const struct wd_article *art, const struct wd_identity *id, struct wd_store_article *ret,
	struct wd_err *err);
