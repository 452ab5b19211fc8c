/**
 * Facts about an article page from its own statements: JSON-LD, microdata, RDFa/OpenGraph, meta
 * elements, <time>, the URL and the visible text; each with its source and how far to trust it.
 */
#pragma once
#include "parsers/article.h"
#include "parsers/html.h"

struct wd_page;

struct wd_metadata {
	struct wd_str base;     /* for relative links: <base>, else the document's URL */
	struct wd_str headline; /* without the site's name */
	struct wd_str description, site, language, language_source, canonical, section, copyright,
		item_type, publisher;
	struct wd_str article_body; /* JSON-LD articleBody */
	wd_persons authors;
	wd_strs keywords;
	wd_images images;
	struct wd_date published, updated;
	struct wd_str date_source;
	wd_facts_list facts;     /* where each of these comes from */
	struct wd_str next_page; /* of the same article */
	bool paywalled;
};

/** Reads all; never fails (what cannot be read is absent). Before the tree is
 * cut up; `page` is measured and stripped. */
void wd_metadata_read(struct wd_arena *a, const struct wd_doc *doc, struct wd_html *h,
	const struct wd_page *page, struct wd_metadata *ret);
/** Puts them into the article. */
void wd_metadata_apply(struct wd_arena *a, const struct wd_metadata *m, struct wd_article *ret);
