/**
 * The tree builder: tokens → tree (§13.2.6 of the HTML standard). For parsers/html*.c only.
 */
#pragma once
#include "base/buf.h"
#include "parsers/html_token.h"

enum wd_html_mode {
	WD_MODE_BEFORE_HEAD, /* also "initial" and "before html" */
	WD_MODE_HEAD,
	WD_MODE_AFTER_HEAD,
	WD_MODE_BODY,
	WD_MODE_TABLE,
	WD_MODE_CAPTION,
	WD_MODE_COLGROUP,
	WD_MODE_TBODY,
	WD_MODE_ROW,
	WD_MODE_CELL,
	WD_MODE_AFTER_BODY,
};

#define WD_MAX_FORMATTING 32 /* open formatting elements that are carried into new blocks */
#define WD_MAX_TEMPLATES 32

struct wd_html_builder {
	struct wd_arena *a;
	struct wd_tokenizer t;
	struct wd_token k; /* the token in work */
	struct wd_html *out;
	const struct wd_html_opts *opts;
	enum wd_html_mode mode;
	bool foster; /* "foster parenting": what is no table part goes before the table */
	bool skip_newline;
	bool done;
	struct wd_node *form;
	/* The stack of open elements, and how many of each tag are on it. */
	size_t depth;
	struct wd_node *stack[WD_MAX_HTML_DEPTH];
	uint32_t open[WD_TAG_COUNT];
	/* Opened below the depth limit: leaves, whose end tags must not close others. */
	uint32_t flat[WD_TAG_COUNT];
	size_t flat_total;
	size_t collapse_pause; /* insertions to wait before wrappers are looked for again */
	/* The list of active formatting elements; NULL is a marker. */
	size_t formatting_n;
	struct wd_node *formatting[WD_MAX_FORMATTING];
	size_t clones_left;
	/* Insertion modes to go back to behind </template>. */
	size_t templates_n;
	enum wd_html_mode templates[WD_MAX_TEMPLATES];
	/* Nodes and attributes are cut from blocks. */
	struct wd_node *nodes;
	size_t nodes_left, block;
	struct wd_attr *attrs;
	size_t attrs_left;
	struct wd_buf overflow; /* text behind the node limit */
	bool failed;
};

/* html_build.c: stack, formatting list, insertion */
static inline struct wd_node *wd_hb_current(const struct wd_html_builder *b)
{
	return b->stack[b->depth - 1];
}
struct wd_node *wd_hb_insert(struct wd_html_builder *b);      /* element for b->k, pushed */
struct wd_node *wd_hb_insert_void(struct wd_html_builder *b); /* … not pushed */
struct wd_node *wd_hb_insert_tag(struct wd_html_builder *b, enum wd_tag tag);
void wd_hb_text(struct wd_html_builder *b, struct wd_str text);
void wd_hb_comment(struct wd_html_builder *b);
void wd_hb_raw(struct wd_html_builder *b); /* element for b->k with its raw text */
void wd_hb_merge_attrs(struct wd_html_builder *b, struct wd_node *el);
void wd_hb_pop(struct wd_html_builder *b);
void wd_hb_pop_to(struct wd_html_builder *b, const struct wd_node *el); /* el included */
void wd_hb_pop_tag(struct wd_html_builder *b, enum wd_tag tag);
struct wd_node *wd_hb_in_scope(const struct wd_html_builder *b, enum wd_tag tag,
	enum wd_tag also_stop_1, enum wd_tag also_stop_2);
bool wd_hb_in_table_scope(const struct wd_html_builder *b, enum wd_tag tag);
void wd_hb_implied_end(struct wd_html_builder *b, enum wd_tag but, uint32_t classes);
void wd_hb_close_p(struct wd_html_builder *b);
void wd_hb_formatting_push(struct wd_html_builder *b, struct wd_node *el);
void wd_hb_formatting_marker(struct wd_html_builder *b);
void wd_hb_formatting_clear(struct wd_html_builder *b);
struct wd_node *wd_hb_formatting_find(const struct wd_html_builder *b, enum wd_tag tag);
void wd_hb_formatting_remove(struct wd_html_builder *b, const struct wd_node *el);
void wd_hb_reconstruct(struct wd_html_builder *b);
void wd_hb_adopt(struct wd_html_builder *b, enum wd_tag tag);
bool wd_hb_any_end(struct wd_html_builder *b); /* "any other end tag"; false: a stray one */
void wd_hb_reset_mode(struct wd_html_builder *b);

/* html_body.c */
void wd_hm_body(struct wd_html_builder *b);
bool wd_hm_foreign(struct wd_html_builder *b); /* true: the token was foreign content's */
/* html_modes.c */
void wd_hm_token(struct wd_html_builder *b); /* by the insertion mode */
void wd_hm_head_element(struct wd_html_builder *b);
