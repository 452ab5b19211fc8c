/*
 * Bullets typed as text → lists. Lines are looked at across neighbouring paragraphs: a paragraph
 * of five bulleted lines and five paragraphs with one bullet each are the same list.
 *
 * A sign that is only ever a bullet ("•") makes a list of one line; a sign that has other work
 * ("-", "1)") needs two lines in a row, numbers also their order from one. Numbers are not lost:
 * the ordered list counts again.
 */
#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/clean_impl.h"

enum kind { NONE, GLYPH, SIGN, DASH, STAR, NUMBER_PAREN, NUMBER_DOT, NUMBER_ROUND, CIRCLED };

struct mark {
	enum kind kind;
	unsigned number;
	size_t bytes; /* marker and the space after it */
};

struct line {
	struct wd_node *p;           /* the paragraph it stands in */
	struct wd_node *first, *end; /* its nodes: [first, end) among p's children */
	struct mark mark;
};

static bool is_glyph(uint32_t cp)
{
	return cp == 0x2022 || cp == 0x25E6 || cp == 0x2023 || cp == 0x2043 || cp == 0x2219 ||
	       cp == 0xF0B7;
}

/* These stand for other things too (a heading's sign, a name left out, a middle dot): a space must
 * follow, and another such line. */
static bool is_sign(uint32_t cp)
{
	return (cp >= 0x25A0 && cp <= 0x25CF) || cp == 0x27A4 || cp == 0x2713 || cp == 0x2714 ||
	       cp == 0xB7 || cp == 0x318D || cp == 0x30FB;
}

static size_t skip_spaces(struct wd_str s, size_t at)
{
	while (at < s.n && wd_is_space(s.p[at]))
		at++;
	return at;
}

static struct mark numbered(struct wd_str s)
{
	size_t at = s.n > 0 && s.p[0] == '(' ? 1 : 0, from = at;
	unsigned v = 0;
	while (at < s.n && wd_is_digit(s.p[at]) && at - from < 3)
		v = v * 10 + (unsigned)(s.p[at++] - '0');
	if (at == from || at >= s.n || v == 0)
		return (struct mark){0};
	bool paren = s.p[at] == ')';
	if ((from == 1 && !paren) || (!paren && s.p[at] != '.'))
		return (struct mark){0};
	size_t end = skip_spaces(s, at + 1);
	if (end == s.n || (end == at + 1 && !paren)) /* "2.5 percent" */
		return (struct mark){0};
	return (struct mark){from == 1 ? NUMBER_ROUND : paren ? NUMBER_PAREN : NUMBER_DOT, v, end};
}

static struct mark mark_at_start(struct wd_str s)
{
	size_t at = 0;
	if (s.n == 0)
		return (struct mark){0};
	uint32_t cp = wd_utf8_next(s, &at);
	size_t end = skip_spaces(s, at);
	bool spaced = end > at;
	if (is_glyph(cp))
		return (struct mark){GLYPH, 0, end};
	if (is_sign(cp) && spaced)
		return (struct mark){SIGN, cp, end};
	if ((cp == '-' || cp == 0x2013 || cp == 0x2212) && spaced)
		return (struct mark){DASH, 0, end};
	if (cp == '*' && spaced)
		return (struct mark){STAR, 0, end};
	if (cp >= 0x2460 && cp <= 0x2473)
		return (struct mark){CIRCLED, cp - 0x2460 + 1, end};
	return numbered(s);
}

/* White space before the mark belongs to it (the tree may be as it was parsed). */
static struct mark mark_of(struct wd_str s)
{
	size_t skip = skip_spaces(s, 0);
	struct mark m = mark_at_start(wd_str_from(s, skip));
	m.bytes += skip;
	return m;
}

bool wd_clean_begins_with_mark(struct wd_str line, bool item)
{
	struct mark m = mark_of(line);
	return item ? m.kind == GLYPH : m.kind != NONE;
}

/* Text written piece by piece ("-", " ") made one: a mark may end where the next piece begins. */
static void join_text(struct wd_arena *a, struct wd_node *t)
{
	struct wd_buf buf;
	if (t->next == NULL || t->next->type != WD_NODE_TEXT)
		return;
	wd_buf_init(&buf, WD_MAX_BODY_BYTES);
	wd_buf_add(&buf, t->text);
	for (struct wd_node *n; (n = t->next) != NULL && n->type == WD_NODE_TEXT;) {
		wd_buf_add(&buf, n->text);
		wd_node_remove(n);
	}
	t->text = wd_arena_str(a, wd_buf_str(&buf));
	wd_buf_done(&buf);
}

/* The line's first text, when it starts with one. */
static struct wd_node *leading_text(struct wd_arena *a, const struct line *l)
{
	struct wd_node *n = l->first;
	while (n != NULL && n != l->end && n->type == WD_NODE_ELEMENT && n->first != NULL)
		n = n->first;
	if (n == l->end || n == NULL || n->type != WD_NODE_TEXT)
		return NULL;
	join_text(a, n);
	return n;
}

static struct line line_at(struct wd_arena *a, struct wd_node *p, struct wd_node *first)
{
	struct line l = {.p = p, .first = first, .end = first};
	while (l.end != NULL && !(l.end->type == WD_NODE_ELEMENT && l.end->tag == WD_TAG_BR))
		l.end = l.end->next;
	const struct wd_node *t = leading_text(a, &l);
	if (t != NULL)
		l.mark = mark_of(t->text);
	return l;
}

/* The line after l, in this paragraph or the next one beside it. */
static bool next_line(struct wd_arena *a, const struct line *l, struct line *ret)
{
	if (l->end != NULL && l->end->next != NULL) {
		*ret = line_at(a, l->p, l->end->next);
		return true;
	}
	struct wd_node *p = l->p->next;
	while (p != NULL && p->type == WD_NODE_TEXT && wd_str_trim(p->text).n == 0)
		p = p->next;
	if (p == NULL || p->tag != WD_TAG_P || p->first == NULL)
		return false;
	*ret = line_at(a, p, p->first);
	return true;
}

static bool follows(const struct mark *a, const struct mark *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == SIGN)
		return a->number == b->number;
	return a->kind < NUMBER_PAREN || b->number == a->number + 1;
}

/* Before tables are looked for, only what cannot be a row of one: no figures after a
 * number, no columns. */
static bool may_be_row(struct wd_arena *a, const struct line *l)
{
	const struct wd_node *t = leading_text(a, l);
	struct wd_str s = t != NULL ? wd_str_from(t->text, l->mark.bytes) : WD_STR_NONE;
	for (size_t i = 0; l->mark.kind >= NUMBER_PAREN && i < s.n; i++) {
		if (wd_is_digit(s.p[i]))
			return true;
	}
	return wd_str_chr(s, '\t', 0) != SIZE_MAX || wd_str_chr(s, '|', 0) != SIZE_MAX ||
	       wd_str_find(s, WD_STR("  "), 0) != SIZE_MAX;
}

static size_t group_at(struct wd_arena *a, const struct line *first, bool early)
{
	struct line l = *first, next;
	if (l.mark.kind == NONE || (early && may_be_row(a, &l)) ||
		(l.mark.kind >= NUMBER_PAREN && l.mark.number != 1))
		return 0;
	size_t n = 1;
	while (next_line(a, &l, &next) && follows(&l.mark, &next.mark) &&
		!(early && may_be_row(a, &next))) {
		l = next;
		n++;
	}
	return n > 1 || l.mark.kind == GLYPH ? n : 0;
}

/* Takes off what a block may not start with, from `from` on: white space, line ends. Returns the
 * text or picture that it starts with then. Elements left empty go when the tree is pruned. */
static struct wd_node *trim_start(const struct wd_node *block, struct wd_node *from)
{
	for (struct wd_node *n = from, *next; n != NULL; n = next) {
		if (n->type == WD_NODE_TEXT)
			n->text = wd_str_from(n->text, skip_spaces(n->text, 0));
		if (n->type == WD_NODE_TEXT ? n->text.n > 0 : n->tag == WD_TAG_IMG)
			return n;
		next = wd_node_next(block, n, false);
		if (n->type == WD_NODE_ELEMENT && n->tag == WD_TAG_BR)
			wd_node_remove(n);
	}
	return NULL;
}

/* Takes the mark off an item, and bullets that stand behind it ("• • text"). */
static void strip_mark(struct wd_arena *a, struct wd_node *item, struct mark mark)
{
	struct line l = {.p = item, .first = item->first};
	struct wd_node *t = mark.kind != NONE ? leading_text(a, &l) : NULL;
	while (t != NULL && t->type == WD_NODE_TEXT) {
		t->text = wd_str_from(t->text, mark.bytes);
		t = trim_start(item, t);
		if (t == NULL || t->type != WD_NODE_TEXT)
			return;
		join_text(a, t);
		mark = mark_of(t->text);
		if (mark.kind != GLYPH)
			return;
	}
}

static struct wd_node *like(struct wd_arena *a, enum wd_tag tag, const struct wd_node *p)
{
	struct wd_node *n = wd_node_new(a, tag);
	if (n != NULL) {
		n->attrs = p->attrs;
		n->attr_count = p->attr_count;
	}
	return n;
}

static void move_nodes(struct wd_node *to, struct wd_node *from, const struct wd_node *end)
{
	for (struct wd_node *next; from != end; from = next) {
		next = from->next;
		wd_node_remove(from);
		wd_node_append(to, from);
	}
}

/* What stands in p before `at` becomes a paragraph before it. Each node is moved once, however many
 * lists a paragraph holds. */
static void split_before(struct wd_arena *a, struct wd_node *p, const struct wd_node *at)
{
	struct wd_node *before = at != p->first ? like(a, WD_TAG_P, p) : NULL;
	if (before == NULL)
		return;
	wd_node_insert_before(p, before);
	move_nodes(before, p->first, at);
	if (before->last->type == WD_NODE_ELEMENT && before->last->tag == WD_TAG_BR)
		wd_node_remove(before->last);
}

/* Makes `count` lines from `first` on into a list. Returns the list. */
static struct wd_node *make_list(struct wd_arena *a, struct line first, size_t count)
{
	struct wd_node *p = first.p;
	struct wd_node *list =
		wd_node_new(a, first.mark.kind >= NUMBER_PAREN ? WD_TAG_OL : WD_TAG_UL);
	if (list == NULL)
		return NULL;
	split_before(a, p, first.first);
	wd_node_insert_before(p, list);
	for (size_t i = 0; i < count && p != NULL; i++) {
		struct line l = line_at(a, p, p->first);
		struct wd_node *li = like(a, WD_TAG_LI, p);
		if (li == NULL)
			return list;
		wd_node_append(list, li);
		move_nodes(li, l.first, l.end);
		strip_mark(a, li, l.mark);
		if (p->first != NULL) /* the <br> that ended the line */
			wd_node_remove(p->first);
		struct wd_node *empty = p;
		if (p->first == NULL) {
			do
				p = p->next;
			while (p != NULL && p->tag != WD_TAG_P);
			wd_node_remove(empty);
		}
	}
	return list;
}

/* A bullet typed inside an item that is one already; its paragraph may have been unwrapped. */
static bool strip_in_item(struct wd_arena *a, struct wd_node *li)
{
	struct wd_node *p = li->first;
	if (p == NULL)
		return false;
	if (p->type != WD_NODE_ELEMENT || p->tag != WD_TAG_P)
		p = li;
	struct line l = line_at(a, p, p->first);
	if (l.mark.kind == GLYPH)
		strip_mark(a, p, l.mark);
	return l.mark.kind == GLYPH;
}

bool wd_clean_lists(struct wd_arena *a, struct wd_node *root, bool early, const char *field,
	wd_repairs *repairs)
{
	bool changed = false;
	for (struct wd_node *n = root->first, *next; n != NULL; n = next) {
		if (n->tag == WD_TAG_LI && !early)
			changed |= strip_in_item(a, n);
		next = wd_node_next(root, n, n->tag == WD_TAG_P || n->tag == WD_TAG_TABLE);
		if (n->tag != WD_TAG_P || n->first == NULL || n->parent->tag == WD_TAG_LI)
			continue;
		struct line l = line_at(a, n, n->first);
		size_t count = group_at(a, &l, early);
		while (count == 0 && l.end != NULL && l.end->next != NULL) {
			l = line_at(a, n, l.end->next);
			count = group_at(a, &l, early);
		}
		if (count == 0)
			continue;
		struct wd_node *list = make_list(a, l, count);
		if (list == NULL)
			return true;
		changed = true;
		wd_repair_add(a, repairs, "list", field, 1, WD_STR_NONE);
		next = wd_node_next(root, list, true);
	}
	return changed;
}
