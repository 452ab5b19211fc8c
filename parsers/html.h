/**
 * HTML: bytes → a compact tree in the arena, by the tree-construction rules that matter of the HTML
 * standard. The only file pair that knows the HTML engine. Iterative everywhere; depth above
 * WD_MAX_HTML_DEPTH is flattened without losing text; linear in the input.
 */
#pragma once
#include "base/err.h"
#include "base/vec.h"

/* Element names that code asks for; everything else is WD_TAG_OTHER with its name in `name`.
 * Kept sorted; parsers/html_tags.c has the names. */
enum wd_tag {
	WD_TAG_OTHER = 0,
#define WD_TAG(id, text) WD_TAG_##id,
#include "parsers/html_tags.def"
#undef WD_TAG
	WD_TAG_COUNT
};

enum wd_node_type { WD_NODE_ELEMENT, WD_NODE_TEXT, WD_NODE_COMMENT, WD_NODE_ROOT };

struct wd_attr {
	struct wd_str name, value; /* name lower-case, value decoded */
};

struct wd_node {
	struct wd_node *parent, *first, *last, *prev, *next;
	struct wd_str text; /* text nodes and comments: decoded text */
	struct wd_str name; /* elements: lower-case name */
	struct wd_attr *attrs;
	uint32_t attr_count;
	uint16_t tag;  /* enum wd_tag */
	uint8_t type;  /* enum wd_node_type */
	uint8_t flags; /* WD_NF_… */
	void *data;    /* scratch of whoever walks the tree (page scores, table marks) */
};
enum {
	WD_NF_SYNTHETIC = 1, /* made by a repair, not in the source */
	WD_NF_FOREIGN = 2,   /* svg or math, or inside: tag is WD_TAG_OTHER but for the two roots */
	WD_NF_REOPENED = 4   /* a formatting element carried on into the next block */
};

struct wd_html_opts {
	bool fragment; /* the content of a <body>/<div>, not a document */
	bool keep_comments;
	bool keep_scripts; /* keep the text of <script> (JSON-LD); style is always dropped */
	bool raw; /* no effect: the repair layer (repair.h) is the caller's step, who lists what it
		     did */
};

struct wd_html {
	struct wd_node *root;               /* WD_NODE_ROOT; a document's root has <html> below */
	struct wd_node *html, *head, *body; /* documents; NULL in fragments (body = root then) */
	size_t nodes, max_depth;
	size_t stray_ends, missing_ends, cut; /* what the builder had to mend: for repairs */
};

WD_MUST_USE int wd_html_parse(struct wd_arena *a, struct wd_str html,
	const struct wd_html_opts *opts, struct wd_html *ret, struct wd_err *err);

/* ---- tree work ---- */
struct wd_node *wd_node_new(struct wd_arena *a, enum wd_tag tag);
struct wd_node *wd_node_text(struct wd_arena *a, struct wd_str text);
void wd_node_append(struct wd_node *parent, struct wd_node *child);
void wd_node_insert_before(struct wd_node *ref, struct wd_node *node);
void wd_node_remove(struct wd_node *node);
/** Children take the node's place. */
void wd_node_unwrap(struct wd_node *node);
/** Next node in document order inside `root`; `skip` leaves out n's children. NULL at the end. */
struct wd_node *wd_node_next(const struct wd_node *root, struct wd_node *n, bool skip);
struct wd_str wd_node_attr(const struct wd_node *n, const char *name); /* empty when absent */
bool wd_node_has_attr(const struct wd_node *n, const char *name);
/** First element below root in document order with this tag, NULL: none. */
struct wd_node *wd_node_find(struct wd_node *root, enum wd_tag tag);
/** All text below, white space squeezed, blocks and <br> apart by a space. */
struct wd_str wd_node_inner_text(struct wd_arena *a, const struct wd_node *n);
bool wd_tag_is_block(enum wd_tag tag);
bool wd_tag_is_void(enum wd_tag tag);
enum wd_tag wd_tag_find(struct wd_str name); /* case-insensitive */
struct wd_str wd_tag_name(enum wd_tag tag);

/** Character references decoded ("&amp;", "&copy 2", "&#146;" by windows-1252, HTML rules); s
 * itself when there are none. */
struct wd_str wd_html_unescape(struct wd_arena *a, struct wd_str s, bool in_attribute);
