/*
 * Active formatting elements (<b>, <i>, <a>, …): carried into the blocks that follow until their
 * end tag comes, and the adoption agency that untangles <b><p></b></p> (§13.2.4.3, §13.2.6.4.7).
 */
#include "parsers/html_build.h"

static bool same_element(const struct wd_node *x, const struct wd_node *y)
{
	if (x->tag != y->tag || x->attr_count != y->attr_count)
		return false;
	for (size_t i = 0; i < x->attr_count; i++)
		if (!wd_str_eq(x->attrs[i].name, y->attrs[i].name) ||
			!wd_str_eq(x->attrs[i].value, y->attrs[i].value))
			return false;
	return true;
}

static void list_remove(struct wd_html_builder *b, size_t at)
{
	b->formatting_n--;
	memmove(&b->formatting[at], &b->formatting[at + 1],
		(b->formatting_n - at) * sizeof(*b->formatting));
}

static size_t list_find(const struct wd_html_builder *b, const struct wd_node *el)
{
	for (size_t i = b->formatting_n; i-- > 0;)
		if (b->formatting[i] == el)
			return i;
	return SIZE_MAX;
}

static bool on_stack(const struct wd_html_builder *b, const struct wd_node *el, size_t *ret_at)
{
	if (b->open[el->tag] == 0)
		return false;
	for (size_t i = b->depth; i-- > 0;)
		if (b->stack[i] == el) {
			*ret_at = i;
			return true;
		}
	return false;
}

void wd_hb_formatting_push(struct wd_html_builder *b, struct wd_node *el)
{
	size_t same = 0, first = 0;
	if (el == NULL)
		return;
	for (size_t i = b->formatting_n; i-- > 0 && b->formatting[i] != NULL;)
		if (same_element(b->formatting[i], el)) {
			same++;
			first = i;
		}
	if (same >= 3) /* the "Noah's Ark clause" */
		list_remove(b, first);
	if (b->formatting_n == WD_MAX_FORMATTING)
		list_remove(b, 0);
	b->formatting[b->formatting_n++] = el;
}

void wd_hb_formatting_marker(struct wd_html_builder *b)
{
	if (b->formatting_n == WD_MAX_FORMATTING)
		list_remove(b, 0);
	b->formatting[b->formatting_n++] = NULL;
}

void wd_hb_formatting_clear(struct wd_html_builder *b)
{
	while (b->formatting_n > 0 && b->formatting[--b->formatting_n] != NULL)
		;
}

struct wd_node *wd_hb_formatting_find(const struct wd_html_builder *b, enum wd_tag tag)
{
	for (size_t i = b->formatting_n; i-- > 0 && b->formatting[i] != NULL;)
		if (b->formatting[i]->tag == tag)
			return b->formatting[i];
	return NULL;
}

void wd_hb_formatting_remove(struct wd_html_builder *b, const struct wd_node *el)
{
	size_t at = list_find(b, el);
	if (at != SIZE_MAX)
		list_remove(b, at);
}

static struct wd_node *clone(struct wd_html_builder *b, const struct wd_node *el)
{
	if (b->clones_left == 0)
		return NULL;
	b->clones_left--;
	struct wd_token saved = b->k;
	b->k.tag = el->tag;
	b->k.name = el->name;
	b->k.attrs = el->attrs;
	b->k.attr_count = el->attr_count;
	struct wd_node *n = wd_hb_insert(b);
	b->k = saved;
	if (n != NULL)
		n->flags |= WD_NF_REOPENED;
	return n;
}

void wd_hb_reconstruct(struct wd_html_builder *b)
{
	size_t i = b->formatting_n, at;
	if (i == 0 || b->formatting[i - 1] == NULL || on_stack(b, b->formatting[i - 1], &at))
		return;
	for (i--; i > 0; i--)
		if (b->formatting[i - 1] == NULL || on_stack(b, b->formatting[i - 1], &at))
			break;
	for (; i < b->formatting_n && b->depth < WD_MAX_HTML_DEPTH; i++) {
		struct wd_node *n = clone(b, b->formatting[i]);
		if (n == NULL)
			break;
		b->formatting[i] = n;
	}
}

/* ---- the adoption agency ---- */

static void stack_remove(struct wd_html_builder *b, size_t at)
{
	b->open[b->stack[at]->tag]--;
	b->depth--;
	memmove(&b->stack[at], &b->stack[at + 1], (b->depth - at) * sizeof(*b->stack));
}

/* An unattached copy, which takes the original's places on stack and list. */
static struct wd_node *replace_by_copy(
	struct wd_html_builder *b, struct wd_node *el, size_t stack_at, size_t list_at)
{
	if (b->clones_left == 0 || b->out->nodes >= WD_MAX_HTML_NODES)
		return NULL;
	b->clones_left--;
	struct wd_node *n = wd_node_new(b->a, WD_TAG_OTHER);
	if (n == NULL)
		return NULL;
	b->out->nodes++;
	n->tag = el->tag;
	n->name = el->name;
	n->attrs = el->attrs;
	n->attr_count = el->attr_count;
	n->flags = el->flags | WD_NF_REOPENED;
	if (stack_at != SIZE_MAX)
		b->stack[stack_at] = n;
	if (list_at != SIZE_MAX)
		b->formatting[list_at] = n;
	return n;
}

/* Steps 13: carries the elements between the furthest block and the formatting element along. */
static struct wd_node *adopt_inner(
	struct wd_html_builder *b, size_t format_at, size_t block_at, size_t *bookmark)
{
	struct wd_node *last = b->stack[block_at];
	size_t at = block_at;
	for (unsigned inner = 1; at - 1 > format_at; inner++) {
		struct wd_node *node = b->stack[--at];
		size_t in_list = list_find(b, node);
		if (inner > 3 && in_list != SIZE_MAX) {
			list_remove(b, in_list);
			if (in_list < *bookmark)
				(*bookmark)--;
			in_list = SIZE_MAX;
		}
		if (in_list == SIZE_MAX) {
			stack_remove(b, at);
			continue;
		}
		struct wd_node *copy = replace_by_copy(b, node, at, in_list);
		if (copy == NULL)
			return NULL;
		if (last == b->stack[at + 1] && inner == 1)
			*bookmark = in_list + 1;
		wd_node_remove(last);
		wd_node_append(copy, last);
		last = copy;
	}
	return last;
}

static void insert_appropriate(
	struct wd_html_builder *b, struct wd_node *ancestor, struct wd_node *n)
{
	wd_node_remove(n);
	if (wd_tag_has(ancestor->tag, WD_TC_TABLE_CTX)) {
		struct wd_node *table = ancestor;
		while (table != NULL && table->tag != WD_TAG_TABLE)
			table = table->parent;
		if (table != NULL && table->parent != NULL) {
			wd_node_insert_before(table, n);
			return;
		}
	}
	wd_node_append(ancestor, n);
	(void)b;
}

/* All children of `from` into `to`. Paid from the budget of copies too: it is work the input asks
 * for again and again. */
static void move_children(struct wd_html_builder *b, struct wd_node *from, struct wd_node *to)
{
	size_t n = 0;
	for (struct wd_node *c = from->first; c != NULL; c = c->next, n++)
		c->parent = to;
	to->first = from->first;
	to->last = from->last;
	from->first = from->last = NULL;
	b->clones_left -= WD_MIN(b->clones_left, n / 8);
}

/* One round of the outer loop. False: done. */
static bool adopt_once(struct wd_html_builder *b, enum wd_tag tag)
{
	struct wd_node *el = wd_hb_formatting_find(b, tag);
	if (el == NULL) {
		wd_hb_any_end(b);
		return false;
	}
	size_t format_at, list_at = list_find(b, el);
	if (!on_stack(b, el, &format_at)) {
		list_remove(b, list_at);
		return false;
	}
	if (wd_hb_in_scope(b, tag, WD_TAG_OTHER, WD_TAG_OTHER) == NULL)
		return false;
	size_t block_at = format_at + 1;
	while (block_at < b->depth && !wd_tag_has(b->stack[block_at]->tag, WD_TC_SPECIAL))
		block_at++;
	if (block_at == b->depth) {
		wd_hb_pop_to(b, el);
		list_remove(b, list_at);
		return false;
	}
	struct wd_node *block = b->stack[block_at], *ancestor = b->stack[format_at - 1];
	size_t bookmark = list_at;
	struct wd_node *last = adopt_inner(b, format_at, block_at, &bookmark);
	if (last == NULL) {
		wd_hb_formatting_remove(b, el);
		return false;
	}
	insert_appropriate(b, ancestor, last);
	struct wd_node *copy = replace_by_copy(b, el, SIZE_MAX, SIZE_MAX);
	if (copy == NULL)
		return false;
	move_children(b, block, copy);
	wd_node_append(block, copy);
	list_at = list_find(b, el);
	list_remove(b, list_at);
	if (bookmark > list_at)
		bookmark--;
	bookmark = WD_MIN(bookmark, b->formatting_n);
	memmove(&b->formatting[bookmark + 1], &b->formatting[bookmark],
		(b->formatting_n - bookmark) * sizeof(*b->formatting));
	b->formatting[bookmark] = copy;
	b->formatting_n++;
	/* The copy stands on the stack right behind the furthest block. */
	stack_remove(b, format_at);
	size_t at = 0;
	if (!on_stack(b, block, &at))
		return false;
	memmove(&b->stack[at + 2], &b->stack[at + 1], (b->depth - at - 1) * sizeof(*b->stack));
	b->stack[at + 1] = copy;
	b->depth++;
	b->open[copy->tag]++;
	return true;
}

void wd_hb_adopt(struct wd_html_builder *b, enum wd_tag tag)
{
	struct wd_node *cur = wd_hb_current(b);
	if (cur->tag == tag && list_find(b, cur) == SIZE_MAX) {
		wd_hb_pop(b);
		return;
	}
	for (unsigned i = 0; i < 8 && adopt_once(b, tag); i++)
		;
}
