/**
 * The cleaner: an HTML fragment or a part of a page's tree → sanitised HTML, plain text, tables,
 * what was repaired and what was taken out. Idempotent on its own output.
 */
#pragma once
#include "base/err.h"
#include "parsers/article.h"
#include "parsers/html.h"

struct wd_clean_opts {
	struct wd_str base;  /* URL that relative links are resolved against */
	const char *field;   /* name for repairs: "text", "summary", … */
	bool keep_furniture; /* sanitise only: leave bylines, credits and so on where they are */
	bool sanitise_only;  /* no tables rebuilt from text, no lists from bullets (`parse`) */
	bool news; /* known to be a report: it has a date or a byline, or comes in a feed */
	bool captions_apart; /* captions are in the HTML and not in the plain text (pages) */
};

struct wd_clean {
	struct wd_str html, text;
	wd_tables tables;
	wd_repairs repairs;
	wd_removals removed;
	wd_images images;
	/* furniture that means something */
	struct wd_str byline, dateline, located;
	WD_VEC(struct wd_info_source) info_sources;
	struct wd_str copyright;
	bool truncated; /* ends in a colon, mid-sentence or mid-markup */
	bool is_correction, is_retraction;
	struct wd_date date; /* a date line in the furniture */
};

/** Loads what the cleaner knows as data (DIR/url, DIR/boilerplate). Once, before threads start;
 * without it nothing counts as furniture and links keep their parameters. */
WD_MUST_USE int wd_clean_init(const char *dir, struct wd_err *err);
void wd_clean_done(void);

/** Fragment in, cleaned out; all in `a`. */
WD_MUST_USE int wd_clean_fragment(struct wd_arena *a, struct wd_str html,
	const struct wd_clean_opts *opts, struct wd_clean *ret, struct wd_err *err);
/** The same for a subtree that is already parsed (article pages); the subtree is consumed. */
WD_MUST_USE int wd_clean_tree(struct wd_arena *a, struct wd_node *root,
	const struct wd_clean_opts *opts, struct wd_clean *ret, struct wd_err *err);
/** One line of text from a title that may hold markup, entities, or be escaped twice. */
struct wd_str wd_clean_title(
	struct wd_arena *a, struct wd_str raw, const char *field, wd_repairs *repairs);
