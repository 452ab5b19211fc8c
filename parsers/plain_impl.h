/**
 * What the files of the plain-text reader share: lines and what they look like.
 */
#pragma once
#include "parsers/article.h"

enum wd_plain_look {
	WD_PLAIN_SHORT,     /* a heading, a label, a row of a flattened table */
	WD_PLAIN_PARAGRAPH, /* a sentence or more */
	WD_PLAIN_BULLET,
	WD_PLAIN_ROW,    /* columns kept apart by tabs, pipes or spaces */
	WD_PLAIN_DEBRIS, /* holds tags, whole or broken */
};

struct wd_plain_line {
	struct wd_str text; /* without white space at both ends */
	unsigned gap;       /* blank lines above */
	enum wd_plain_look look;
	bool is_furniture; /* a rule knows it as a line of its own */
};
typedef WD_VEC(struct wd_plain_line) wd_plain_lines;

/** The text's lines, hard-wrapped ones joined again. */
void wd_plain_split(struct wd_arena *a, struct wd_str text, wd_plain_lines *ret);
enum wd_plain_look wd_plain_look(struct wd_str line);
/** Width on a screen: CJK letters count two. */
size_t wd_plain_width(struct wd_str s);
bool wd_plain_ends_sentence(struct wd_str s);
/** Holds something like a tag of HTML: whole, or with spaces or full-width brackets in it. */
bool wd_plain_has_debris(struct wd_str s);

/* ---- the head (plain_head.c): what stands above the first paragraph ---- */

/** Takes headlines, byline, date, slug, credits out of the first lines; returns how many lines the
 * head has. */
size_t wd_plain_head(struct wd_arena *a, const wd_plain_lines *lines, struct wd_article *art);

/** The whole text as HTML, no head looked for (plain.c). */
struct wd_str wd_plain_html(struct wd_arena *a, struct wd_str text);
