/*
 * The tree builder's data: stack of open elements, active formatting elements, insertion with
 * foster parenting, and the adoption agency.
 *
 * Bounds (the input decides how often each is called): the stack holds WD_MAX_HTML_DEPTH elements;
 * a deeper element becomes a leaf and its content goes on in its parent, so no text is lost. Only
 * WD_MAX_FORMATTING formatting elements are carried on, and the copies that makes are bounded by
 * the input's length. Every walk over the stack first asks the per-tag count whether there is
 * anything to find. Behind WD_MAX_HTML_NODES only text is kept.
 *
 * Two adjacent text nodes may stand side by side (the standard joins them): joining would copy.
 */
#include "parsers/html_build.h"

#include "base/buf.h"

#define BLOCK_MAX 256

static struct wd_node *node_alloc(struct wd_html_builder *b)
{
	if (b->nodes_left == 0) {
		b->block = WD_MIN(b->block * 2, (size_t)BLOCK_MAX);
		b->nodes = wd_arena_raw(b->a, b->block * sizeof(*b->nodes));
		if (b->nodes == NULL) {
			b->failed = true;
			return NULL;
		}
		b->nodes_left = b->block;
	}
	b->nodes_left--;
	b->out->nodes++;
	struct wd_node *n = b->nodes++;
	*n = (struct wd_node){0};
	return n;
}

static struct wd_attr *attrs_copy(struct wd_html_builder *b, const struct wd_attr *attrs, size_t n)
{
	if (n > b->attrs_left) {
		size_t want = WD_MAX(n, WD_MIN(b->block * 2, (size_t)BLOCK_MAX));
		b->attrs = wd_arena_raw(b->a, want * sizeof(*b->attrs));
		b->attrs_left = b->attrs != NULL ? want : 0;
		if (b->attrs == NULL) {
			b->failed = true;
			return NULL;
		}
	}
	struct wd_attr *copy = b->attrs;
	memcpy(copy, attrs, n * sizeof(*copy));
	b->attrs += n;
	b->attrs_left -= n;
	return copy;
}

static inline bool nodes_full(const struct wd_html_builder *b)
{
	return b->out->nodes >= WD_MAX_HTML_NODES;
}

static struct wd_node *element_new(struct wd_html_builder *b)
{
	struct wd_node *n = node_alloc(b);
	if (n == NULL)
		return NULL;
	n->type = WD_NODE_ELEMENT;
	n->tag = b->k.tag;
	n->name = b->k.name;
	if (b->k.attr_count > 0 && (n->attrs = attrs_copy(b, b->k.attrs, b->k.attr_count)) != NULL)
		n->attr_count = b->k.attr_count;
	return n;
}

/* ---- where new nodes go ---- */

static struct wd_node *stack_last(const struct wd_html_builder *b, enum wd_tag tag, size_t *ret_at)
{
	if (b->open[tag] == 0)
		return NULL;
	for (size_t i = b->depth; i-- > 0;)
		if (b->stack[i]->tag == tag) {
			*ret_at = i;
			return b->stack[i];
		}
	return NULL;
}

static void place(struct wd_html_builder *b, struct wd_node *target, struct wd_node *n)
{
	size_t at = 0, tpl = 0;
	if (!b->foster || !wd_tag_has(target->tag, WD_TC_TABLE_CTX)) {
		wd_node_append(target, n);
		return;
	}
	struct wd_node *table = stack_last(b, WD_TAG_TABLE, &at);
	struct wd_node *template = stack_last(b, WD_TAG_TEMPLATE, &tpl);
	if (template != NULL && (table == NULL || tpl > at))
		wd_node_append(template, n);
	else if (table == NULL)
		wd_node_append(b->stack[0], n);
	else if (table->parent != NULL)
		wd_node_insert_before(table, n);
	else
		wd_node_append(b->stack[at - 1], n);
}

static void push(struct wd_html_builder *b, struct wd_node *n)
{
	b->stack[b->depth++] = n;
	b->open[n->tag]++;
	b->out->max_depth = WD_MAX(b->out->max_depth, b->depth);
}

struct wd_node *wd_hb_insert_void(struct wd_html_builder *b)
{
	struct wd_node *n = nodes_full(b) ? NULL : element_new(b);
	if (n != NULL)
		place(b, wd_hb_current(b), n);
	return n;
}

/* Wrappers around nothing but the next open element. Tables, forms of scope and foreign content are
 * left alone. */
static bool is_wrapper(const struct wd_node *n, const struct wd_node *inner)
{
	const struct wd_node *c = n->first;
	if (wd_tag_has(n->tag, WD_TC_SCOPE | WD_TC_TABLE_PART | WD_TC_TABLE_CTX) ||
		(n->flags & WD_NF_FOREIGN) || n->tag == WD_TAG_BODY || n->tag == WD_TAG_HEAD ||
		inner->parent != n || n->parent == NULL)
		return false;
	for (unsigned i = 0; i < 4; i++, c = c->next) {
		if (c == NULL)
			return true;
		if (c != inner && (c->type != WD_NODE_TEXT || wd_str_trim(c->text).n > 0))
			return false;
	}
	return false;
}

/* The stack is full: takes wrappers out of the middle, so that the structure below goes on. */
static void collapse(struct wd_html_builder *b)
{
	size_t to = 1;
	if (b->collapse_pause > 0) {
		b->collapse_pause--;
		return;
	}
	for (size_t i = 1; i < b->depth; i++) {
		struct wd_node *n = b->stack[i];
		if (i + 1 < b->depth && is_wrapper(n, b->stack[i + 1])) {
			b->open[n->tag]--;
			wd_hb_formatting_remove(b, n);
			wd_node_unwrap(n);
		} else {
			b->stack[to++] = n;
		}
	}
	if (b->depth - to < 32)
		b->collapse_pause = WD_MAX_HTML_DEPTH;
	b->depth = to;
}

struct wd_node *wd_hb_insert(struct wd_html_builder *b)
{
	if (b->depth == WD_MAX_HTML_DEPTH)
		collapse(b);
	struct wd_node *n = wd_hb_insert_void(b);
	if (n != NULL && b->depth < WD_MAX_HTML_DEPTH) {
		push(b, n);
		return n;
	}
	b->flat[b->k.tag]++;
	b->flat_total++;
	return NULL;
}

struct wd_node *wd_hb_insert_tag(struct wd_html_builder *b, enum wd_tag tag)
{
	struct wd_node *n = node_alloc(b);
	if (n == NULL || b->depth >= WD_MAX_HTML_DEPTH)
		return NULL;
	n->type = WD_NODE_ELEMENT;
	n->tag = (uint16_t)tag;
	n->name = wd_tag_name(tag);
	place(b, wd_hb_current(b), n);
	push(b, n);
	return n;
}

void wd_hb_text(struct wd_html_builder *b, struct wd_str text)
{
	if (text.n == 0)
		return;
	if (nodes_full(b)) {
		if (b->overflow.max == 0)
			wd_buf_init(&b->overflow, WD_MAX_DOC_BYTES);
		wd_buf_putc(&b->overflow, ' ');
		wd_buf_add(&b->overflow, text);
		return;
	}
	struct wd_node *n = node_alloc(b);
	if (n == NULL)
		return;
	n->type = WD_NODE_TEXT;
	n->text = text;
	place(b, wd_hb_current(b), n);
}

void wd_hb_comment(struct wd_html_builder *b)
{
	if (!b->opts->keep_comments || nodes_full(b))
		return;
	struct wd_node *n = node_alloc(b);
	if (n == NULL)
		return;
	n->type = WD_NODE_COMMENT;
	n->text = b->k.text;
	place(b, wd_hb_current(b), n);
}

void wd_hb_raw(struct wd_html_builder *b)
{
	enum wd_tag tag = b->k.tag;
	bool keep = !wd_tag_has(tag, WD_TC_DROP_TEXT) &&
		    (tag != WD_TAG_SCRIPT || b->opts->keep_scripts);
	struct wd_node *n = NULL;
	if (keep || tag == WD_TAG_IFRAME)
		n = wd_hb_insert_void(b);
	struct wd_str text = wd_tokenizer_raw(&b->t, tag, wd_tag_has(tag, WD_TC_RCDATA));
	if (tag == WD_TAG_TEXTAREA && text.n > 0 && text.p[0] == '\n')
		text = wd_str_from(text, 1);
	struct wd_node *t = n != NULL && keep && text.n > 0 ? node_alloc(b) : NULL;
	if (t == NULL)
		return;
	t->type = WD_NODE_TEXT;
	t->text = text;
	wd_node_append(n, t);
}

void wd_hb_merge_attrs(struct wd_html_builder *b, struct wd_node *el)
{
	struct wd_attr all[WD_MAX_ATTRS];
	size_t n = el->attr_count;
	if (n > 0)
		memcpy(all, el->attrs, n * sizeof(*all));
	for (size_t i = 0; i < b->k.attr_count && n < WD_MAX_ATTRS; i++) {
		bool known = false;
		for (size_t j = 0; j < el->attr_count && !known; j++)
			known = wd_str_eq(el->attrs[j].name, b->k.attrs[i].name);
		if (!known)
			all[n++] = b->k.attrs[i];
	}
	if (n == el->attr_count)
		return;
	struct wd_attr *copy = attrs_copy(b, all, n);
	if (copy == NULL)
		return;
	el->attrs = copy;
	el->attr_count = (uint32_t)n;
}

/* ---- stack of open elements ---- */

void wd_hb_pop(struct wd_html_builder *b)
{
	if (b->depth <= 1)
		return;
	b->open[b->stack[--b->depth]->tag]--;
	if (b->depth + 1 == WD_MAX_HTML_DEPTH && b->flat_total > 0) {
		memset(b->flat, 0, sizeof(b->flat));
		b->flat_total = 0;
	}
}

void wd_hb_pop_to(struct wd_html_builder *b, const struct wd_node *el)
{
	while (b->depth > 1) {
		const struct wd_node *n = wd_hb_current(b);
		wd_hb_pop(b);
		if (n == el)
			return;
		if (!wd_tag_has(n->tag, WD_TC_IMPLIED))
			b->out->missing_ends++;
	}
}

void wd_hb_pop_tag(struct wd_html_builder *b, enum wd_tag tag)
{
	size_t at = 0;
	const struct wd_node *el = stack_last(b, tag, &at);
	if (el != NULL)
		wd_hb_pop_to(b, el);
}

struct wd_node *wd_hb_in_scope(const struct wd_html_builder *b, enum wd_tag tag,
	enum wd_tag also_stop_1, enum wd_tag also_stop_2)
{
	if (b->open[tag] == 0)
		return NULL;
	for (size_t i = b->depth; i-- > 0;) {
		struct wd_node *n = b->stack[i];
		if (n->tag == tag)
			return n;
		if (wd_tag_has(n->tag, WD_TC_SCOPE) || (n->flags & WD_NF_FOREIGN) ||
			(n->tag != WD_TAG_OTHER &&
				(n->tag == also_stop_1 || n->tag == also_stop_2)))
			return NULL;
	}
	return NULL;
}

bool wd_hb_in_table_scope(const struct wd_html_builder *b, enum wd_tag tag)
{
	if (b->open[tag] == 0)
		return false;
	for (size_t i = b->depth; i-- > 0;) {
		unsigned is = b->stack[i]->tag;
		if (is == tag)
			return true;
		if (is == WD_TAG_TABLE || is == WD_TAG_TEMPLATE || is == WD_TAG_HTML)
			return false;
	}
	return false;
}

void wd_hb_implied_end(struct wd_html_builder *b, enum wd_tag but, uint32_t classes)
{
	while (b->depth > 1) {
		unsigned tag = wd_hb_current(b)->tag;
		if (!wd_tag_has(tag, classes) || tag == but)
			return;
		wd_hb_pop(b);
	}
}

void wd_hb_close_p(struct wd_html_builder *b)
{
	struct wd_node *p = wd_hb_in_scope(b, WD_TAG_P, WD_TAG_BUTTON, WD_TAG_OTHER);
	if (p == NULL)
		return;
	wd_hb_implied_end(b, WD_TAG_P, WD_TC_IMPLIED);
	wd_hb_pop_to(b, p);
}

bool wd_hb_any_end(struct wd_html_builder *b)
{
	bool other = b->k.tag == WD_TAG_OTHER;
	for (size_t i = b->depth; b->open[b->k.tag] > 0 && i-- > 1;) {
		struct wd_node *n = b->stack[i];
		if (n->tag == b->k.tag && (!other || wd_str_eq(n->name, b->k.name))) {
			wd_hb_implied_end(b, b->k.tag, WD_TC_IMPLIED);
			wd_hb_pop_to(b, n);
			return true;
		}
		if (wd_tag_has(n->tag, WD_TC_SPECIAL))
			break;
	}
	b->out->stray_ends++;
	return false;
}

void wd_hb_reset_mode(struct wd_html_builder *b)
{
	for (size_t i = b->depth; i-- > 0;) {
		switch (b->stack[i]->tag) {
		case WD_TAG_TD:
		case WD_TAG_TH:
			/* A cell kept outside a table is an ordinary block. */
			b->mode = b->open[WD_TAG_TABLE] > 0 ? WD_MODE_CELL : WD_MODE_BODY;
			return;
		case WD_TAG_TR:
			b->mode = b->open[WD_TAG_TABLE] > 0 ? WD_MODE_ROW : WD_MODE_BODY;
			return;
		case WD_TAG_TBODY:
		case WD_TAG_THEAD:
		case WD_TAG_TFOOT:
			b->mode = b->open[WD_TAG_TABLE] > 0 ? WD_MODE_TBODY : WD_MODE_BODY;
			return;
		case WD_TAG_CAPTION:
			b->mode = b->open[WD_TAG_TABLE] > 0 ? WD_MODE_CAPTION : WD_MODE_BODY;
			return;
		case WD_TAG_TABLE:
			b->mode = WD_MODE_TABLE;
			return;
		case WD_TAG_TEMPLATE:
		case WD_TAG_BODY:
			b->mode = WD_MODE_BODY;
			return;
		default:
			break;
		}
	}
	b->mode = WD_MODE_BODY;
}
