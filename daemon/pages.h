/**
 * Article pages at hand, for feeds with `fulltext`: what was archived, dropped into the spool or
 * pushed, by address. Bounded: the newest bytes stay. Any thread.
 */
#pragma once
#include "parsers/build.h"

struct wd_pages;

/** Keeps about max_bytes of pages in a file of its own that has no name. */
WD_MUST_USE int wd_pages_new(uint64_t max_bytes, struct wd_pages **ret, struct wd_err *err);
void wd_pages_free(struct wd_pages *p); /* NULL is fine */
WD_DEFINE_CLEANUP(struct wd_pages *, wd_pages_free)
/** Keeps the document if it is a page with an address (its own, rel=canonical, og:url). Returns how
 * many feeds (hashes of their ids, in ret_feeds) have asked for that address before and would be
 * told something else now. */
size_t wd_pages_add(struct wd_pages *p, const struct wd_doc *doc, uint64_t ret_feeds[2]);
/**
 * For wd_build_ctx.pages. Of the pages of that address the newest that had been received when the
 * asking document was; when there is none, the first that came later. Both are functions of what is
 * kept, not of who asks first.
 */
struct wd_page_source wd_pages_source(struct wd_pages *p);
size_t wd_pages_count(struct wd_pages *p);
