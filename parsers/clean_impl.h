/**
 * What the files of the cleaner share: policy (what is allowed), building (the canonical tree),
 * lists, furniture on the tree, serialising. Outside code uses parsers/clean.h.
 */
#pragma once
#include "parsers/clean.h"
#include "parsers/html.h"

/* ---- policy (clean_policy.c): what becomes of an element ---- */

enum wd_clean_action {
	WD_CLEAN_UNWRAP = 0, /* the element goes, its content stays in the line */
	WD_CLEAN_BOUNDARY,   /* the element goes, its content stays, apart from what is around it */
	WD_CLEAN_LEAF,       /* a block that holds text: p, headings, pre */
	WD_CLEAN_CONTAINER,  /* a block that holds blocks: lists, quotes, tables, figures */
	WD_CLEAN_INLINE,     /* stays in the line */
	WD_CLEAN_BREAK,      /* br */
	WD_CLEAN_RULE,       /* hr */
	WD_CLEAN_IMAGE,      /* img */
	WD_CLEAN_EMBED,      /* a frame, video, object: becomes a link to it */
	WD_CLEAN_RAWTEXT,    /* listing, xmp, plaintext: becomes pre */
	WD_CLEAN_NOSCRIPT,   /* kept only when it holds a picture */
	WD_CLEAN_DROP,       /* gone with its content: code, not text */
	WD_CLEAN_DROP_TEXT,  /* gone, its visible text goes to `removed` */
};
struct wd_clean_policy {
	uint8_t action; /* enum wd_clean_action */
	uint16_t out;   /* enum wd_tag: the element it becomes */
};
struct wd_clean_policy wd_clean_policy(const struct wd_node *n);
/** Copies the attributes of `from` that the allow-list lets pass for `to->tag`, checked and
 * normalised; URLs absolute. */
void wd_clean_attrs(
	struct wd_arena *a, const struct wd_node *from, struct wd_node *to, struct wd_str base);
/** The address a node refers to, made absolute and checked; empty when it is not allowed. */
struct wd_str wd_clean_url(struct wd_arena *a, struct wd_str base, struct wd_str ref, bool media);
void wd_node_set_attr(struct wd_arena *a, struct wd_node *n, const char *name, struct wd_str value);

/* ---- text (clean_text.c) ---- */

/** White space around a run of text that belongs to its neighbours. */
struct wd_clean_edges {
	bool space_before, space_after;
};
/** A run of text in its normal form: NFC, white space single and none at the ends (told in
 * `edges`), zero-width and control characters out. `pre` keeps line ends and spaces. */
struct wd_str wd_clean_run(
	struct wd_arena *a, struct wd_str s, bool pre, struct wd_clean_edges *edges);
/** Nothing in it would survive wd_clean_run(): zero-width and control characters only. */
bool wd_clean_invisible(struct wd_str s);
/** Text of one line from anything (attribute values, titles). */
struct wd_str wd_clean_line(struct wd_arena *a, struct wd_str s);

/* ---- tree (clean_build.c, clean_lists.c) ---- */

/** The canonical tree of `root`'s content; `root` is consumed. NULL: out of memory. */
struct wd_node *wd_clean_build(struct wd_arena *a, struct wd_node *root,
	const struct wd_clean_opts *opts, struct wd_clean *ret);
/** Removes empty containers below root and unwraps lone paragraphs where HTML needs none. */
void wd_clean_prune(struct wd_node *root);
/** Bullets typed as text become lists. `early`: the tree is as parsed and tables are still to be
 * found, so only what cannot be a row of one. Returns whether it did anything. */
bool wd_clean_lists(struct wd_arena *a, struct wd_node *root, bool early, const char *field,
	wd_repairs *repairs);
/** Does the line begin with a mark that lists are made of? `item`: it is an item already, so only
 * with one that is never anything else. */
bool wd_clean_begins_with_mark(struct wd_str line, bool item);
/** Is it a block of the canonical tree that holds lines: p, h1–h6, pre, or a container whose lone
 * paragraph was unwrapped? */
bool wd_clean_is_block(const struct wd_node *n);
/** Text of a block, <br> as line ends. Blocks inside (a list in an item) are left out. */
struct wd_str wd_clean_block_text(struct wd_arena *a, const struct wd_node *block);
/** Takes `bytes` of the block's text (as wd_clean_block_text() counts them) off its start or end.
 */
void wd_clean_cut_start(struct wd_node *block, size_t bytes);
void wd_clean_cut_end(struct wd_node *block, size_t bytes);
/** Next block below root in document order after n (NULL: the first). Tables are passed over. */
struct wd_node *wd_clean_next_block(const struct wd_node *root, struct wd_node *n);

/* ---- furniture (clean_furniture.c) ---- */

/** False: it may find more when it is asked again. */
bool wd_clean_furniture(struct wd_arena *a, struct wd_node *root, bool news, struct wd_clean *ret);

/* ---- one pass (clean.c) ---- */

/** How a pass left its result. */
struct wd_clean_rest {
	bool settled; /* another one would change nothing */
	bool endless; /* there is no end of what it would take out */
};
/** Repairs and cleans once; cleaning makes such passes until one changes nothing. opts->field is
 * set. 0 or WD_E_LIMIT. Also for the fuzz target, which asks of each pass that no word is lost. */
int wd_clean_pass(struct wd_arena *a, struct wd_str html, const struct wd_clean_opts *opts,
	struct wd_clean *ret, struct wd_clean_rest *rest, struct wd_err *err);

/* ---- is it settled? (clean_settled.c) ---- */

/** What is known about a result while it is written. */
struct wd_clean_watch {
	bool unsettled; /* some step may find something to do in it … */
	bool debris;    /* … or none but the repair layer */
	/* the line at work */
	const struct wd_node *block; /* begun last */
	const struct wd_node *apart; /* what parts lines; no rows in it */
	struct wd_str text;          /* the last one in it */
	size_t bytes, nodes;
	unsigned holds; /* delimiters */
	bool line_start;
	/* neighbouring lines up to here that could be rows: short, of these with a figure, with
	 * delimiters */
	unsigned shorts, figures, delimited;
};
void wd_watch_start(struct wd_clean_watch *w);
void wd_watch_open(struct wd_clean_watch *w, const struct wd_node *n, bool is_block);
void wd_watch_close(struct wd_clean_watch *w, const struct wd_node *n, bool is_block);
void wd_watch_text(struct wd_clean_watch *w, const struct wd_node *n);
/** One of the bytes that could be a delimiter or part of broken markup, in n's text. */
void wd_watch_byte(struct wd_clean_watch *w, const struct wd_node *n, size_t i);

/* ---- output (clean_out.c) ---- */

struct wd_str wd_clean_html(
	struct wd_arena *a, const struct wd_node *root, struct wd_clean_watch *watch);
struct wd_str wd_clean_plain(struct wd_arena *a, const struct wd_node *root, bool captions_apart);
/** Does the text break off? Looks at the last paragraphs of the plain text. */
bool wd_clean_breaks_off(struct wd_str text);
