/**
 * An article as bytes, and in another arena. As bytes it is all an event shows but its tags, which
 * are made anew: for the store, so that new rules can be run over what was received long ago.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "parsers/article.h"

/** Appends the packed article to `out` (whose limit may fail it). */
void wd_article_pack(struct wd_buf *out, const struct wd_article *art);
/** The article, with a doc of its own (no bytes), entry and feed, in `a`. The strings lie in `a`
 * too. WD_E_MALFORMED: not such bytes, or of another version of the format; WD_E_LIMIT: the arena
 * is full. */
WD_MUST_USE int wd_article_unpack(
	struct wd_arena *a, struct wd_str packed, struct wd_article *ret, struct wd_err *err);
/** Everything an event needs, in `a`: texts, tags, and of entry and feed what events show. The doc
 * stays shared. WD_E_LIMIT: the arena is full. */
WD_MUST_USE int wd_article_copy(
	struct wd_arena *a, const struct wd_article *src, struct wd_article *ret);
