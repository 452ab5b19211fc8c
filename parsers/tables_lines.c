/*
 * The text between tables as lines, and lines cut out of the tree.
 *
 * A line ends at <br>, at a line end in the source, at a block. That a browser would not break at a
 * line end does no harm: lines only say where a row may end, and text that turns out to be no table
 * is left as it was. Headings, lists, code, pictures and controls part the lines (gap 3).
 *
 * Lines keep pointers into the text nodes' bytes. Cutting a line splits nodes but never moves
 * bytes, so the pieces of other lines stay good.
 */
#include "base/utf8.h"
#include "parsers/tables_impl.h"

struct reader {
	struct wd_arena *a;
	struct wd_tlines *out;
	size_t piece;       /* first piece of the line at work */
	unsigned brs, ends; /* line breaks since the last text */
	uint8_t gap;        /* that other things made since */
	bool pre;
};

bool wd_table_parts_lines(const struct wd_node *n)
{
	switch (n->tag) {
	case WD_TAG_H1:
	case WD_TAG_H2:
	case WD_TAG_H3:
	case WD_TAG_H4:
	case WD_TAG_H5:
	case WD_TAG_H6:
	case WD_TAG_LI:
	case WD_TAG_DL:
	case WD_TAG_CODE:
	case WD_TAG_SAMP:
	case WD_TAG_KBD:
	case WD_TAG_SCRIPT:
	case WD_TAG_STYLE:
	case WD_TAG_TEMPLATE:
	case WD_TAG_NOSCRIPT:
	case WD_TAG_TEXTAREA:
	case WD_TAG_SELECT:
	case WD_TAG_BUTTON:
	case WD_TAG_SVG:
	case WD_TAG_MATH:
	case WD_TAG_IMG:
	case WD_TAG_HR:
	case WD_TAG_INPUT:
	case WD_TAG_IFRAME:
	case WD_TAG_OBJECT:
	case WD_TAG_VIDEO:
	case WD_TAG_AUDIO:
	case WD_TAG_FIGCAPTION:
	case WD_TAG_HEAD:
	case WD_TAG_TITLE:
	case WD_TAG_TABLE:
		return true;
	default:
		return false;
	}
}

static struct wd_str trim_spaces(struct wd_str s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\r'))
		s.p++, s.n--;
	while (s.n > 0 && wd_is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

static bool is_blank(struct wd_str s)
{
	return wd_utf8_trim(s).n == 0;
}

static struct wd_str join_pieces(struct reader *r, size_t from)
{
	const struct wd_piece *p = &r->out->pieces.v[from];
	size_t n = r->out->pieces.n - from, bytes = 0;
	if (n == 1)
		return (struct wd_str){p->from, (size_t)(p->to - p->from)};
	for (size_t i = 0; i < n; i++)
		bytes += (size_t)(p[i].to - p[i].from);
	char *o = wd_arena_bytes(r->a, bytes);
	if (o == NULL)
		return WD_STR_NONE;
	size_t at = 0;
	for (size_t i = 0; i < n; i++) {
		memcpy(o + at, p[i].from, (size_t)(p[i].to - p[i].from));
		at += (size_t)(p[i].to - p[i].from);
	}
	return (struct wd_str){o, bytes};
}

/* Ends the line at work, if there is one. */
static void end_line(struct reader *r, struct wd_node *br)
{
	if (r->out->pieces.n == r->piece)
		return;
	struct wd_str text = trim_spaces(join_pieces(r, r->piece));
	struct wd_tline *l = is_blank(text) ? NULL : wd_vec_push(r->a, &r->out->v);
	if (l == NULL) {
		r->out->pieces.n = r->piece;
		return;
	}
	uint8_t gap = r->brs >= 2 || r->ends >= 3 || (r->ends >= 2 && r->brs == 0) ? 2 : 0;
	*l = (struct wd_tline){.text = text,
		.piece = r->piece,
		.pieces = r->out->pieces.n - r->piece,
		.gap = WD_MAX(gap, r->gap),
		.pre = r->pre,
		.br = br};
	wd_tline_mark(r->a, l);
	r->piece = r->out->pieces.n;
	r->brs = r->ends = 0;
	r->gap = 0;
}

static void add_gap(struct reader *r, uint8_t gap)
{
	end_line(r, NULL);
	r->gap = WD_MAX(r->gap, gap);
}

static void add_text(struct reader *r, struct wd_node *n)
{
	if (n->text.n == 0)
		return;
	const char *p = n->text.p, *end = p + n->text.n;
	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *to = nl != NULL ? nl : end;
		struct wd_piece *piece = to > p ? wd_vec_push(r->a, &r->out->pieces) : NULL;
		if (piece != NULL)
			*piece = (struct wd_piece){n, p, to};
		if (nl == NULL)
			return;
		end_line(r, NULL);
		r->ends++;
		p = nl + 1;
	}
}

static void add_table(struct reader *r, struct wd_node *n)
{
	end_line(r, NULL);
	struct wd_tline *l = wd_vec_push(r->a, &r->out->v);
	if (l != NULL)
		*l = (struct wd_tline){.table = n, .gap = r->gap, .piece = r->piece};
	r->brs = r->ends = 0;
	r->gap = 0;
}

static void enter(struct reader *r, struct wd_node *n)
{
	if (n->type == WD_NODE_TEXT) {
		add_text(r, n);
	} else if (n->type == WD_NODE_ELEMENT) {
		if (wd_table_grid(n) != NULL) {
			add_table(r, n);
		} else if (n->tag == WD_TAG_BR) {
			end_line(r, n);
			r->brs++;
		} else if (wd_table_parts_lines(n)) {
			add_gap(r, 3);
		} else if (wd_tag_is_block(n->tag)) {
			add_gap(r, 1);
			r->pre = n->tag == WD_TAG_PRE;
		}
	}
}

void wd_tlines_read(struct wd_arena *a, struct wd_node *root, struct wd_tlines *ret)
{
	struct reader r = {.a = a, .out = ret};
	struct wd_node *n = root->first;
	while (n != NULL) {
		enter(&r, n);
		bool closed = n->type == WD_NODE_ELEMENT && wd_table_parts_lines(n);
		if (!closed && n->first != NULL) {
			n = n->first;
			continue;
		}
		for (;;) {
			if (n->type == WD_NODE_ELEMENT && wd_tag_is_block(n->tag) && !closed) {
				add_gap(&r, 1);
				r.pre = false;
			}
			closed = false;
			if (n->next != NULL || n->parent == root || n->parent == NULL)
				break;
			n = n->parent;
		}
		n = n->next;
	}
	end_line(&r, NULL);
}

/* ---- cutting ---- */

static bool holds_tables(const struct wd_node *n)
{
	if (n->type != WD_NODE_ELEMENT)
		return true; /* the root */
	switch (n->tag) {
	case WD_TAG_P:
	case WD_TAG_PRE:
	case WD_TAG_ADDRESS:
	case WD_TAG_LISTING:
		return false;
	default:
		return wd_tag_is_block(n->tag);
	}
}

static bool has_before(const struct wd_node *n)
{
	for (const struct wd_node *p = n->prev; p != NULL; p = p->prev)
		if (p->type != WD_NODE_TEXT || p->text.n > 0)
			return true;
	return false;
}

/* Parts the element before `child`: what is before it goes into a copy in front. */
static void split_before(struct wd_arena *a, struct wd_node *el, struct wd_node *child)
{
	struct wd_node *copy = wd_node_new(a, el->tag);
	if (copy == NULL)
		return;
	copy->name = el->name;
	copy->attrs = el->attrs;
	copy->attr_count = el->attr_count;
	wd_node_insert_before(el, copy);
	while (el->first != NULL && el->first != child) {
		struct wd_node *c = el->first;
		wd_node_remove(c);
		wd_node_append(copy, c);
	}
}

static void cut_piece(struct wd_arena *a, const struct wd_piece *p)
{
	struct wd_node *n = p->node;
	const char *end = n->text.p + n->text.n;
	struct wd_str before = {n->text.p, p->from > n->text.p ? (size_t)(p->from - n->text.p) : 0};
	if (!is_blank(before)) {
		struct wd_node *t = wd_node_text(a, before);
		if (t != NULL)
			wd_node_insert_before(n, t);
	}
	n->text = p->to < end ? (struct wd_str){p->to, (size_t)(end - p->to)} : WD_STR_NONE;
}

static void remove_breaks(struct wd_node *br)
{
	while (br != NULL) {
		struct wd_node *next = br->next;
		if (br->parent != NULL)
			wd_node_remove(br);
		while (next != NULL && next->type == WD_NODE_TEXT && is_blank(next->text))
			next = next->next;
		br = next != NULL && next->tag == WD_TAG_BR ? next : NULL;
	}
}

void wd_tlines_cut(struct wd_arena *a, struct wd_tlines *l, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		const struct wd_tline *line = &l->v.v[i];
		if (line->table != NULL)
			continue;
		for (size_t k = 0; k < line->pieces; k++)
			cut_piece(a, &l->pieces.v[line->piece + k]);
		remove_breaks(line->br);
	}
}

void wd_tlines_replace(
	struct wd_arena *a, struct wd_tlines *l, size_t from, size_t to, struct wd_node *table)
{
	const struct wd_piece *p = &l->pieces.v[l->v.v[from].piece];
	struct wd_node *at = p->node;
	if (p->from > at->text.p) { /* text before the line becomes a node of its own */
		struct wd_str before = {at->text.p, (size_t)(p->from - at->text.p)};
		struct wd_node *t = is_blank(before) ? NULL : wd_node_text(a, before);
		if (t != NULL)
			wd_node_insert_before(at, t);
		at->text = (struct wd_str){p->from, at->text.n - before.n};
	}
	while (at->parent != NULL && !holds_tables(at->parent)) {
		if (has_before(at))
			split_before(a, at->parent, at);
		at = at->parent;
	}
	wd_node_insert_before(at, table);
	wd_tlines_cut(a, l, from, to);
}
