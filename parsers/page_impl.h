/**
 * Article pages, inside: the measured page that choosing and pruning work on. For parsers/page*.c.
 */
#pragma once
#include "parsers/html.h"
#include "parsers/page.h"
#include "parsers/page_vocab.h"

/* One element as measured. In document order, so [i + 1, end) are the elements below it. */
struct wd_page_el {
	struct wd_node *n;
	uint32_t parent, end;
	uint32_t kinds;    /* WD_VOC_ bits of its class and id */
	uint32_t own;      /* bytes of text (no white space) whose nearest block it is */
	uint32_t own_link; /* of these in links */
	uint32_t own_marks;
	uint32_t sub, sub_link; /* text and link text of the whole subtree */
	uint32_t prose;         /* bytes of running text below: blocks that read like sentences */
	uint32_t good;          /* prose that is left when what is out is taken off */
	uint32_t near;          /* prose of the blocks one or two levels below */
	uint32_t links, images;
	uint64_t hash;      /* of its own text: the same block twice has the same */
	uint8_t why;        /* enum wd_page_why: left out, with all below it; 0: kept */
	bool reads;         /* its own text reads like prose */
	bool h1, body_mark; /* below or itself: a headline; a named or marked-up article body */
};

struct wd_page {
	struct wd_arena *a;
	struct wd_html *html;
	struct wd_page_trace *trace;
	struct wd_page_el *els; /* els[0] is the body */
	size_t n;
	bool bare;              /* no parts of a site around it: a document of its own */
	bool text_begun;        /* trimming has passed the first sentence */
	struct wd_str headline; /* known before choosing: to drop its repetition */
};

/* page_measure.c */
WD_MUST_USE int wd_page_measure(struct wd_page *p, struct wd_err *err);
static inline struct wd_page_el *wd_page_el_of(const struct wd_node *n)
{
	return n->data;
}
/** A <footer> that belongs to an article, as its byline often does, not to the page. */
bool wd_page_is_article_footer(const struct wd_page *p, const struct wd_page_el *e);
/* page_strip.c: marks what is no article text anywhere on the page, then sums what is left */
void wd_page_strip(struct wd_page *p);
/** Tables around most of the page's prose, with nearly all of it in one cell, become blocks. */
void wd_page_unwrap_layout(struct wd_page *p);
void wd_page_out(struct wd_page *p, struct wd_page_el *e, enum wd_page_why why);
static inline void wd_page_retag(struct wd_node *n, enum wd_tag tag)
{
	n->tag = (uint16_t)tag;
	n->name = wd_tag_name(tag);
}
/* page_live.c: the times of a live page's posts become the headings of sections */
void wd_page_live_sections(struct wd_page *p, struct wd_page_el *root);
/* page_trace.c: what `wiredesk explain` shows; nothing without a trace */
void wd_page_trace_try(
	struct wd_page *p, const char *strategy, const struct wd_page_el *e, const char *verdict);
void wd_page_trace_all(struct wd_page *p, const struct wd_page_el *root, const char *strategy);
/* page_choose.c */
struct wd_page_el *wd_page_choose(struct wd_page *p, const char **ret_strategy);
/* page_trim.c: inside what was chosen */
/** Its words are those of `text`, whatever the case and punctuation. */
bool wd_page_says(struct wd_page *p, const struct wd_page_el *e, struct wd_str text);
void wd_page_trim(struct wd_page *p, struct wd_page_el *root);
