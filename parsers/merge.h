/**
 * A feed's entry completed by the article's own page (fulltext): of each fact the better one, and
 * what the other place says instead noted beside it (wd_article.facts).
 */
#pragma once
#include "base/err.h"
#include "parsers/article.h"

/** Whether the page's text is the better body: it is, unless the feed's own (`text`) is longer by
 * half. */
bool wd_merge_prefers_page(const struct wd_article *page, struct wd_str text);
/** Body and what comes with it, from the page. */
void wd_merge_body(struct wd_arena *a, const struct wd_article *page, struct wd_article *art);
/** All other facts; `art` is what the feed gave, `page` what its page became, both in `a`. Body and
 * summary of `art` are settled. */
void wd_merge_facts(
	struct wd_arena *a, const struct wd_article *page, bool page_body, struct wd_article *art);
/** Adds the text of the next page of a many-page article to that of the first. */
WD_MUST_USE int wd_merge_next(struct wd_arena *a, const struct wd_article *next,
	struct wd_article *first, struct wd_err *err);
