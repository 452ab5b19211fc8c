/*
 * HTML → tree, and work on trees.
 *
 * Problem: article pages and feed bodies as they come, fast, in bounded memory, and never losing
 * text to damage. Chosen: an own tokeniser (html_token.c) and the tree-construction rules of the
 * HTML standard (html_build.c: data; html_modes.c, html_body.c, html_format.c: rules) over slices
 * of the input, all in the caller's arena. Rejected: libxml2's HTML parser, which stops at depth
 * 256, does not know HTML5's rules and is several times slower (docs/decisions/ has the figures);
 * it is the differential oracle in the tests.
 *
 * Nodes point into the input where nothing had to be decoded: the input must outlive the tree.
 * No function here recurses on the tree. Not thread-safe on one tree; no global state.
 */
#include "parsers/html.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/html_build.h"

static void builder_start(struct wd_html_builder *b, struct wd_arena *a, struct wd_str html,
	const struct wd_html_opts *opts, struct wd_html *ret)
{
	*ret = (struct wd_html){0};
	b->a = a;
	b->opts = opts;
	b->out = ret;
	b->block = html.n < 4096 ? 8 : 64;
	/* Copies of formatting elements: a fixed share of what the input itself can make. */
	b->clones_left = 1000 + html.n / 32;
	wd_tokenizer_init(&b->t, a, html);
	b->k = (struct wd_token){.kind = WD_TOK_START};
	ret->root = wd_node_new(a, WD_TAG_OTHER);
	if (ret->root == NULL)
		return;
	ret->root->type = WD_NODE_ROOT;
	b->stack[0] = ret->root;
	b->depth = 1;
	b->mode = opts->fragment ? WD_MODE_BODY : WD_MODE_BEFORE_HEAD;
	if (opts->fragment)
		ret->body = ret->root;
}

static void builder_token(struct wd_html_builder *b)
{
	if (b->k.kind == WD_TOK_DOCTYPE)
		return;
	if (b->skip_newline) {
		b->skip_newline = false;
		if (b->k.kind == WD_TOK_TEXT && b->k.text.n > 0 && b->k.text.p[0] == '\n') {
			b->k.text = wd_str_from(b->k.text, 1);
			if (b->k.text.n == 0)
				return;
		}
	}
	if (b->depth > 1 && (wd_hb_current(b)->flags & WD_NF_FOREIGN) && wd_hm_foreign(b))
		return;
	if (b->mode == WD_MODE_BODY)
		wd_hm_body(b);
	else
		wd_hm_token(b);
}

/* Every document has head and body. */
static void builder_end(struct wd_html_builder *b)
{
	struct wd_html *out = b->out;
	out->missing_ends += b->depth > 3 ? b->depth - 3 : 0;
	out->cut = b->t.cut ? 1 : 0;
	if (!b->opts->fragment) {
		static const enum wd_tag parts[] = {WD_TAG_HTML, WD_TAG_HEAD, WD_TAG_BODY};
		struct wd_node **is[] = {&out->html, &out->head, &out->body};
		for (size_t i = 0; i < WD_COUNTOF(parts); i++) {
			if (*is[i] != NULL)
				continue;
			*is[i] = wd_node_new(b->a, parts[i]);
			if (*is[i] == NULL) {
				b->failed = true;
				return;
			}
			wd_node_append(i == 0 ? out->root : out->html, *is[i]);
		}
	}
	if (b->overflow.n > 0 && !wd_buf_failed(&b->overflow)) {
		struct wd_node *t =
			wd_node_text(b->a, wd_arena_str(b->a, wd_buf_str(&b->overflow)));
		if (t != NULL)
			wd_node_append(out->body, t);
	}
}

int wd_html_parse(struct wd_arena *a, struct wd_str html, const struct wd_html_opts *opts,
	struct wd_html *ret, struct wd_err *err)
{
	static const struct wd_html_opts defaults;
	struct wd_html_builder *b = wd_arena_new_of(a, struct wd_html_builder);
	if (b == NULL)
		return wd_err_set(err, WD_E_LIMIT, "HTML: no memory for the parser");
	builder_start(b, a, html, opts != NULL ? opts : &defaults, ret);
	while (ret->root != NULL && !b->failed && !b->t.failed) {
		wd_tokenizer_next(&b->t, &b->k);
		if (b->k.kind == WD_TOK_EOF)
			break;
		builder_token(b);
	}
	if (ret->root != NULL)
		builder_end(b);
	wd_buf_done(&b->overflow);
	if (ret->root == NULL || b->failed || b->t.failed)
		return wd_err_set(err, WD_E_LIMIT, "HTML: the article's memory limit was reached");
	return WD_OK;
}

/* ---- tree work ---- */

struct wd_node *wd_node_new(struct wd_arena *a, enum wd_tag tag)
{
	struct wd_node *n = wd_arena_new_of(a, struct wd_node);
	if (n != NULL) {
		n->type = WD_NODE_ELEMENT;
		n->tag = (uint16_t)tag;
		n->name = wd_tag_name(tag);
	}
	return n;
}

struct wd_node *wd_node_text(struct wd_arena *a, struct wd_str text)
{
	struct wd_node *n = wd_arena_new_of(a, struct wd_node);
	if (n != NULL) {
		n->type = WD_NODE_TEXT;
		n->text = text;
	}
	return n;
}

void wd_node_append(struct wd_node *parent, struct wd_node *child)
{
	child->parent = parent;
	child->next = NULL;
	child->prev = parent->last;
	if (parent->last != NULL)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
}

void wd_node_insert_before(struct wd_node *ref, struct wd_node *node)
{
	node->parent = ref->parent;
	node->prev = ref->prev;
	node->next = ref;
	if (ref->prev != NULL)
		ref->prev->next = node;
	else if (ref->parent != NULL)
		ref->parent->first = node;
	ref->prev = node;
}

void wd_node_remove(struct wd_node *n)
{
	if (n->prev != NULL)
		n->prev->next = n->next;
	else if (n->parent != NULL)
		n->parent->first = n->next;
	if (n->next != NULL)
		n->next->prev = n->prev;
	else if (n->parent != NULL)
		n->parent->last = n->prev;
	n->parent = n->prev = n->next = NULL;
}

void wd_node_unwrap(struct wd_node *n)
{
	for (struct wd_node *c = n->first; c != NULL; c = c->next)
		c->parent = n->parent;
	if (n->first != NULL) {
		n->first->prev = n->prev;
		n->last->next = n->next;
		if (n->prev != NULL)
			n->prev->next = n->first;
		else if (n->parent != NULL)
			n->parent->first = n->first;
		if (n->next != NULL)
			n->next->prev = n->last;
		else if (n->parent != NULL)
			n->parent->last = n->last;
		n->first = n->last = n->parent = n->prev = n->next = NULL;
	} else {
		wd_node_remove(n);
	}
}

struct wd_node *wd_node_next(const struct wd_node *root, struct wd_node *n, bool skip)
{
	if (!skip && n->first != NULL)
		return n->first;
	while (n != NULL && n != root) {
		if (n->next != NULL)
			return n->next;
		n = n->parent;
	}
	return NULL;
}

struct wd_str wd_node_attr(const struct wd_node *n, const char *name)
{
	for (size_t i = 0; i < n->attr_count; i++)
		if (wd_str_eqc(n->attrs[i].name, name))
			return n->attrs[i].value;
	return WD_STR_NONE;
}

bool wd_node_has_attr(const struct wd_node *n, const char *name)
{
	for (size_t i = 0; i < n->attr_count; i++)
		if (wd_str_eqc(n->attrs[i].name, name))
			return true;
	return false;
}

struct wd_node *wd_node_find(struct wd_node *root, enum wd_tag tag)
{
	for (struct wd_node *n = wd_node_next(root, root, false); n != NULL;
		n = wd_node_next(root, n, false))
		if (n->type == WD_NODE_ELEMENT && n->tag == tag)
			return n;
	return NULL;
}

struct wd_str wd_node_inner_text(struct wd_arena *a, const struct wd_node *root)
{
	struct wd_buf out;
	wd_buf_init(&out, WD_MAX_BODY_BYTES);
	const struct wd_node *n = root;
	while (n != NULL) {
		bool skip = n->tag == WD_TAG_SCRIPT || n->tag == WD_TAG_STYLE;
		if (n->type == WD_NODE_TEXT)
			wd_buf_add(&out, n->text);
		else if (n->type == WD_NODE_ELEMENT && wd_tag_has(n->tag, WD_TC_BLOCK))
			wd_buf_putc(&out, ' ');
		if (!skip && n->first != NULL) {
			n = n->first;
			continue;
		}
		while (n != root && n->next == NULL) {
			n = n->parent;
			if (wd_tag_has(n->tag, WD_TC_BLOCK))
				wd_buf_putc(&out, ' ');
		}
		n = n == root ? NULL : n->next;
	}
	struct wd_str s = wd_buf_failed(&out) ? WD_STR_NONE : wd_arena_str(a, wd_buf_str(&out));
	wd_buf_done(&out);
	return wd_utf8_squeeze(a, s);
}
