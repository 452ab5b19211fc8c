/*
 * Work on the canonical tree: pruning, its blocks as lines of text, cutting text off them.
 */
#include "base/buf.h"
#include "base/limits.h"
#include "parsers/clean_impl.h"

static bool is_inline(const struct wd_node *n)
{
	if (n->type == WD_NODE_TEXT)
		return true;
	switch (wd_clean_policy(n).action) {
	case WD_CLEAN_INLINE:
	case WD_CLEAN_BREAK:
	case WD_CLEAN_IMAGE:
		return true;
	default:
		return false;
	}
}

static bool is_leaf(const struct wd_node *n)
{
	return n->type == WD_NODE_ELEMENT && wd_clean_policy(n).action == WD_CLEAN_LEAF;
}

bool wd_clean_is_block(const struct wd_node *n)
{
	if (n->type != WD_NODE_ELEMENT)
		return false;
	return is_leaf(n) || (wd_clean_policy(n).action == WD_CLEAN_CONTAINER && n->first != NULL &&
				     is_inline(n->first));
}

static bool may_lose_paragraph(const struct wd_node *n)
{
	switch (n->tag) {
	case WD_TAG_LI:
	case WD_TAG_DT:
	case WD_TAG_DD:
	case WD_TAG_TD:
	case WD_TAG_TH:
	case WD_TAG_CAPTION:
	case WD_TAG_FIGCAPTION:
		return true;
	default:
		return false;
	}
}

static bool holds_only_images(const struct wd_node *p)
{
	for (const struct wd_node *n = p->first; n != NULL; n = n->next) {
		if (n->tag != WD_TAG_IMG)
			return false;
	}
	return true;
}

static void unwrap_paragraphs(struct wd_node *n)
{
	if (n->tag == WD_TAG_FIGURE) {
		for (struct wd_node *c = n->first, *next; c != NULL; c = next) {
			next = c->next;
			if (c->tag == WD_TAG_P && c->attr_count == 0 && holds_only_images(c))
				wd_node_unwrap(c);
		}
		return;
	}
	if (!may_lose_paragraph(n) || n->first == NULL || n->first->tag != WD_TAG_P ||
		n->first->attr_count > 0)
		return;
	for (const struct wd_node *c = n->first->next; c != NULL; c = c->next) {
		if (c->tag == WD_TAG_P)
			return;
	}
	wd_node_unwrap(n->first);
}

static bool is_empty(const struct wd_node *n)
{
	if (n->first != NULL || n->type != WD_NODE_ELEMENT)
		return n->type == WD_NODE_TEXT && n->text.n == 0;
	return n->tag != WD_TAG_TD && n->tag != WD_TAG_TH && n->tag != WD_TAG_IMG &&
	       n->tag != WD_TAG_BR && n->tag != WD_TAG_HR;
}

static void rename_to(struct wd_node *n, enum wd_tag tag)
{
	n->tag = (uint16_t)tag;
	n->name = wd_tag_name(tag);
}

/* A caption whose rows are all gone. */
static void settle_table(struct wd_node *n)
{
	if (n->first == NULL || n->first->tag != WD_TAG_CAPTION || n->first->next != NULL)
		return;
	rename_to(n->first, WD_TAG_FIGCAPTION);
	rename_to(n, WD_TAG_FIGURE);
}

void wd_clean_prune(struct wd_node *root)
{
	struct wd_node *n = root;
	while (n->first != NULL)
		n = n->first;
	while (n != root) { /* post-order: children before their parent */
		struct wd_node *parent = n->parent, *next = n->next;
		if (is_empty(n))
			wd_node_remove(n);
		else if (n->tag == WD_TAG_TABLE)
			settle_table(n);
		else
			unwrap_paragraphs(n);
		if (next == NULL) {
			n = parent;
			continue;
		}
		n = next;
		while (n->first != NULL)
			n = n->first;
	}
}

/* ---- blocks as text ---- */

/* Next node in the line: into inline elements, not into blocks inside the block. */
static struct wd_node *next_inline(const struct wd_node *block, struct wd_node *n, bool back)
{
	struct wd_node *down = back ? n->last : n->first;
	if (down != NULL && is_inline(n))
		return down;
	while (n != block && (back ? n->prev : n->next) == NULL)
		n = n->parent;
	return n == block ? NULL : back ? n->prev : n->next;
}

struct wd_str wd_clean_block_text(struct wd_arena *a, const struct wd_node *block)
{
	const struct wd_node *only = block->first;
	if (only != NULL && only->next == NULL && only->type == WD_NODE_TEXT)
		return only->text;
	struct wd_buf buf;
	wd_buf_init(&buf, WD_MAX_BODY_BYTES);
	for (struct wd_node *n = block->first; n != NULL; n = next_inline(block, n, false)) {
		if (n->type == WD_NODE_TEXT)
			wd_buf_add(&buf, n->text);
		else if (n->tag == WD_TAG_BR)
			wd_buf_putc(&buf, '\n');
	}
	struct wd_str s = wd_arena_str(a, wd_buf_str(&buf));
	wd_buf_done(&buf);
	return s;
}

static void remove_with_empty_parents(const struct wd_node *block, struct wd_node *n)
{
	while (n != block) {
		struct wd_node *parent = n->parent;
		wd_node_remove(n);
		if (parent->first != NULL)
			return;
		n = parent;
	}
}

static void cut(struct wd_node *block, size_t bytes, bool back)
{
	struct wd_node *n = back ? block->last : block->first;
	while (n != NULL) {
		struct wd_node *next = next_inline(block, n, back);
		bool text = n->type == WD_NODE_TEXT, br = n->tag == WD_TAG_BR && !text;
		size_t have = text ? n->text.n : br;
		if (have > 0 && have <= bytes) {
			bytes -= have;
			remove_with_empty_parents(block, n);
		} else if (text) {
			struct wd_str s = n->text;
			s = back ? wd_str_sub(s, 0, s.n - bytes) : wd_str_from(s, bytes);
			bytes = 0;
			while (back && s.n > 0 && wd_is_space(s.p[s.n - 1]))
				s.n--;
			while (!back && s.n > 0 && wd_is_space(s.p[0]))
				s = wd_str_from(s, 1);
			n->text = s;
			if (s.n > 0)
				return;
			remove_with_empty_parents(block, n);
		} else if (br && bytes == 0) { /* no line end left over at the cut */
			remove_with_empty_parents(block, n);
		} else if (n->tag == WD_TAG_IMG && bytes == 0) {
			return;
		}
		n = next;
	}
}

void wd_clean_cut_start(struct wd_node *block, size_t bytes)
{
	cut(block, bytes, false);
}

void wd_clean_cut_end(struct wd_node *block, size_t bytes)
{
	cut(block, bytes, true);
}

struct wd_node *wd_clean_next_block(const struct wd_node *root, struct wd_node *n)
{
	n = n == NULL ? root->first : wd_node_next(root, n, n->tag == WD_TAG_TABLE);
	while (n != NULL && !wd_clean_is_block(n))
		n = wd_node_next(root, n, n->tag == WD_TAG_TABLE || n->type == WD_NODE_TEXT);
	return n;
}
