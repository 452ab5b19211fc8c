/**
 * Feeds and entries as flat JSON objects: what `wiredesk parse` prints and the health topic's
 * news.feed.read carries. Absent means absent: no empty strings, no nulls.
 */
#pragma once
#include "base/err.h"
#include "base/json.h"
#include "parsers/article.h"

struct wd_flat_opts {
	bool raw;           /* HTML as the source gave it; otherwise sanitised */
	struct wd_str base; /* the document's URL, for relative links in HTML without xml:base */
};

/** {"type": "feed", …}. Scratch comes from `a` and stays there. */
void wd_flat_feed(struct wd_json *j, struct wd_arena *a, const struct wd_feed *feed,
	const struct wd_flat_opts *opts);
/** {"type": "entry", …} */
void wd_flat_entry(struct wd_json *j, struct wd_arena *a, const struct wd_entry *entry,
	const struct wd_flat_opts *opts);
