/**
 * Newsroom furniture: what stands in an article without being its text (bylines, datelines, agency
 * credits, share lines, copyright tails …), found by rules that are data (data/boilerplate/, its
 * README says how to write one).
 *
 * The rules are loaded once before threads start and are immutable after; a matcher is one
 * thread's. Nothing here changes text: callers cut and keep what was cut.
 */
#pragma once
#include "base/regex.h"
#include "parsers/article.h"

enum wd_furniture_zone {
	WD_ZONE_HEAD = 1, /* the first blocks of an article */
	WD_ZONE_TAIL = 2, /* the last ones */
	WD_ZONE_BODY = 4, /* anywhere */
	WD_ZONE_TITLE = 8,
	WD_ZONE_CAPTION = 16,
	WD_ZONE_LAST = 32, /* the very last block, when others stand above it */
};
enum wd_furniture_form {
	WD_FORM_LINE = 1,    /* the whole block is it */
	WD_FORM_BLOCK = 2,   /* the block begins with it; the whole block goes */
	WD_FORM_SECTION = 4, /* as line; blocks of nothing but links that follow go too */
	WD_FORM_START = 8,   /* the beginning goes, the rest stays */
	WD_FORM_END = 16,    /* the end goes, the rest stays */
};

struct wd_furniture_hit {
	const char *kind; /* byline, dateline, agency_credit, … */
	enum wd_furniture_form form;
	size_t start, end; /* bytes of the text that it covers */
	struct wd_str by, located, agency, date, notice;
};

/** Reads DIR/boilerplate/. Once, before threads start; the error names file and line. */
WD_MUST_USE int wd_furniture_load(const char *dir, struct wd_err *err);
void wd_furniture_unload(void);

/** First rule that finds something in `text`, a block's whole text. Zones and forms are sets. */
bool wd_furniture_find(struct wd_matcher *m, struct wd_str text, unsigned zones, unsigned forms,
	struct wd_furniture_hit *ret);
/** Is it the name of a news agency (or "Agencies")? */
bool wd_furniture_is_agency(struct wd_str name);
/** Is it a word that no person is called: a place, a title, a topic (data/boilerplate/notnames.txt,
 * places.txt)? */
bool wd_furniture_is_no_name(struct wd_str word);
/** The name alone, out of "A / B" and "A and B" when several agencies share a credit: calls `each`
 * for every one. */
void wd_furniture_each_agency(
	struct wd_str names, void (*each)(struct wd_str name, void *ctx), void *ctx);
