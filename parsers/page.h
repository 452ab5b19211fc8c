/**
 * Article pages: which part of a page is the article, and why. wd_build_page (build.h) is this
 * without the trace.
 */
#pragma once
#include "parsers/build.h"

enum wd_page_why {
	WD_PAGE_KEPT,
	WD_PAGE_TAG,      /* nav, aside, form, … */
	WD_PAGE_HIDDEN,   /* not shown */
	WD_PAGE_ROLE,     /* ARIA role: navigation, complementary, … */
	WD_PAGE_NAME,     /* class or id says what it is */
	WD_PAGE_LINKS,    /* mostly links */
	WD_PAGE_REPEATED, /* the headline, or a text that stands there twice */
	WD_PAGE_TAIL,     /* behind the end of the article */
	WD_PAGE_EMPTY,    /* a heading without text below */
	WD_PAGE_BYLINE,   /* byline or date line: in the metadata */
	WD_PAGE_CAPTION,  /* with its picture, not in the text */
	WD_PAGE_OUTSIDE,  /* beside the chosen element */
};

/** One piece that was left out. */
struct wd_page_left {
	enum wd_page_why why;
	struct wd_str what; /* navigation, related, consent, "84 % links", "after the article", … */
	struct wd_str where; /* "div.related#more" */
	struct wd_str text;  /* how it begins */
	size_t bytes;        /* of text */
};

/** One way to find the article, in the order they are tried. */
struct wd_page_try {
	const char *strategy, *verdict;
	struct wd_str where; /* empty: the page has no such element */
	size_t bytes;        /* of running text in it */
};

/** How the text was found, for `wiredesk explain`. Lives in the arena of the call. */
struct wd_page_trace {
	struct wd_str chosen; /* "div.article-body" */
	const char *strategy; /* articleBody, article, main, density, json-ld, body */
	WD_VEC(struct wd_page_try) tries;
	WD_VEC(struct wd_page_left) left;
};

/** As wd_build_page; `trace` may be NULL. */
WD_MUST_USE int wd_page_build(struct wd_arena *a, const struct wd_doc *doc, struct wd_str html,
	struct wd_page_trace *trace, struct wd_article *ret, struct wd_err *err);
/** "links", "hidden", … */
const char *wd_page_why_name(enum wd_page_why why);
/** What a strategy means, for people. */
const char *wd_page_strategy_says(const char *strategy);
