/**
 * Copying articles between arenas.
 */
#pragma once
#include "base/err.h"
#include "parsers/article.h"

/** Everything an event needs, in `a`: texts, tags, and of entry and feed what events show. The doc
 * stays shared. WD_E_LIMIT: the arena is full. */
WD_MUST_USE int wd_article_copy(
	struct wd_arena *a, const struct wd_article *src, struct wd_article *ret);
