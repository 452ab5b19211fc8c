/**
 * Building articles: an entry, a page or a text becomes one cleaned wd_article, ready for the
 * taggers.
 */
#pragma once
#include "base/err.h"
#include "parsers/article.h"
#include "parsers/clean.h"

/** From a feed entry. `page` (may be NULL) is the article's own page, parsed before, whose text
 * replaces the teaser (fulltext). */
WD_MUST_USE int wd_build_entry(struct wd_arena *a, const struct wd_doc *doc,
	const struct wd_feed *feed, const struct wd_entry *entry, const struct wd_article *page,
	struct wd_article *ret, struct wd_err *err);
/** From an article page (HTML). parsers/page.c */
WD_MUST_USE int wd_build_page(struct wd_arena *a, const struct wd_doc *doc, struct wd_str html,
	struct wd_article *ret, struct wd_err *err);
/** What the cleaner found goes into the article; what the article has already stays. */
void wd_build_take_clean(struct wd_arena *a, const struct wd_clean *c, struct wd_article *art);
/** From plain text, with or without HTML debris. parsers/plain.c */
WD_MUST_USE int wd_build_text(struct wd_arena *a, const struct wd_doc *doc, struct wd_str text,
	struct wd_article *ret, struct wd_err *err);

struct wd_page_trace;

/** Pages at hand. `find` fills body, url, content_type, record and fetched_at_us of *ret with
 * copies in `a`; WD_E_NOTFOUND: none. `asks` is the document in work. Any thread. */
struct wd_page_source {
	int (*find)(struct wd_str link, const struct wd_doc *asks, struct wd_arena *a,
		struct wd_doc *ret, void *ctx);
	void *ctx;
};

/**
 * A whole document, whatever it is: feed → one article per entry, HTML page or plain text → one
 * article. Detects; `emit` gets each article in input order, it lives in `arena` until the emit
 * returns (then the arena is reset), what must live longer is copied. `feed_arena` holds what is
 * the feed's.
 */
struct wd_build_ctx {
	const struct wd_doc *doc;
	struct wd_arena *arena, *feed_arena;
	struct wd_feed *feed; /* filled when the document is a feed; format stays empty otherwise */
	int64_t now_us;
	bool page_allowed; /* an HTML page is an article (extract); false: it is an error (a feed
			      was expected) */
	/* Where entries of documents with hints.fulltext find their pages, and pages their further
	 * ones; NULL: nowhere */
	const struct wd_page_source *pages;
	struct wd_page_trace *trace; /* how a page's text was found (parsers/page.h); may be NULL */
	int (*emit)(struct wd_article *article, void *ctx);
	void *emit_ctx;
};
WD_MUST_USE int wd_build_document(struct wd_build_ctx *ctx, struct wd_err *err);
