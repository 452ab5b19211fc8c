/*
 * What belongs to a table but stands beside it: footnotes, and header words before or behind the
 * rows.
 *
 * A line is a footnote when its mark (*, †, (a), ¹, a superscript) also stands in a cell, or when
 * it says that it is one ("Note:", "Source:"). Header words are taken when they split into as many
 * cells as the table has columns: at a delimiter, or, without one, when most of the names end in
 * nouns that head columns. A table that has a header keeps it.
 */
#include "base/utf8.h"
#include "parsers/tables_impl.h"

#define MAX_NOTES 12
#define MAX_NOTE 600 /* bytes */

/* Bytes of the footnote mark that the line begins with, 0: none. */
static size_t mark_bytes(struct wd_str s)
{
	static const char *const marks[] = {
		"†", "‡", "§", "¶", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹", "※", "△", "▲"};
	size_t n = 0;
	while (n < s.n && n < 4 && s.p[n] == '*')
		n++;
	if (n > 0)
		return n;
	for (size_t i = 0; i < WD_COUNTOF(marks); i++)
		if (wd_str_starts(s, wd_str_c(marks[i])))
			return strlen(marks[i]);
	if (s.n >= 3 && (s.p[0] == '(' || s.p[0] == '[') && wd_is_alnum(s.p[1])) {
		n = s.n > 3 && wd_is_digit(s.p[1]) && wd_is_digit(s.p[2]) ? 3 : 2;
		if (n < s.n && s.p[n] == (s.p[0] == '(' ? ')' : ']'))
			return n + 1;
	}
	return 0;
}

static bool says_note(struct wd_str s)
{
	static const char *const words[] = {"note:", "notes:", "source:", "sources:", "quelle:",
		"quellen:", "anmerkung:", "fuente:", "nota:", "출처:", "자료:", "주:", "출처 :",
		"注:", "注：", "出典:", "出典：", "資料:", "資料："};
	for (size_t i = 0; i < WD_COUNTOF(words); i++)
		if (wd_str_istarts(s, wd_str_c(words[i])))
			return true;
	return false;
}

static bool grid_holds(const struct wd_tgrid *g, struct wd_str mark, size_t but_row)
{
	for (size_t r = 0; r < g->rows; r++) {
		if (r == but_row)
			continue;
		for (size_t c = 0; c < g->cols; c++)
			if (wd_str_find(wd_tgrid_at(g, r, c)->text, mark, 0) != SIZE_MAX)
				return true;
	}
	return wd_str_find(g->caption, mark, 0) != SIZE_MAX;
}

static bool add_note(struct wd_arena *a, struct wd_tgrid *g, struct wd_str note)
{
	struct wd_str *s = g->notes.n < MAX_NOTES ? wd_vec_push(a, &g->notes) : NULL;
	if (s == NULL)
		return false;
	*s = wd_table_text(a, note);
	return true;
}

/* ---- rows of the table itself ---- */

/* The row's only text, whether it spans the row or stands in its first cell. */
static struct wd_str lone_text(const struct wd_tgrid *g, size_t row)
{
	struct wd_str s = wd_tgrid_at(g, row, 0)->text;
	for (size_t c = 1; c < g->cols; c++) {
		const struct wd_tcell *cell = wd_tgrid_at(g, row, c);
		if (cell->text.n > 0 && cell->colspan > 0)
			return WD_STR_NONE;
	}
	return s;
}

static bool in_foot(const struct wd_tgrid *g, size_t row)
{
	const struct wd_tcell *c = wd_tgrid_at(g, row, 0);
	const struct wd_node *tr = c->node != NULL ? c->node->parent : NULL;
	return tr != NULL && tr->parent != NULL && tr->parent->tag == WD_TAG_TFOOT &&
	       c->colspan == g->cols;
}

void wd_tgrid_own_notes(struct wd_arena *a, struct wd_tgrid *g)
{
	size_t last = g->rows;
	while (last > g->header + 1 && g->rows - last < MAX_NOTES) {
		struct wd_str s = lone_text(g, last - 1);
		size_t k = mark_bytes(s);
		bool marked = k > 0 && k < s.n && grid_holds(g, wd_str_sub(s, 0, k), last - 1);
		if (s.n == 0 || s.n > MAX_NOTE || (!marked && !in_foot(g, last - 1)))
			break;
		last--;
	}
	for (size_t r = last; r < g->rows; r++)
		(void)add_note(a, g, lone_text(g, r));
	g->rows = last;
}

/* ---- lines beside it ---- */

/* The line begins with a superscript that a cell has as well. */
static bool has_same_sup(const struct wd_tgrid *g, const struct wd_node *text)
{
	const struct wd_node *sup = text->parent;
	struct wd_str mark = wd_str_trim(text->text);
	if (sup == NULL || sup->tag != WD_TAG_SUP || mark.n == 0 || mark.n > 3)
		return false;
	for (size_t i = 0; i < g->rows * g->cols; i++) {
		struct wd_node *s = g->cells[i].node != NULL && g->cells[i].colspan > 0
					    ? wd_node_find(g->cells[i].node, WD_TAG_SUP)
					    : NULL;
		if (s != NULL && s->first != NULL && wd_str_eq(wd_str_trim(s->first->text), mark))
			return true;
	}
	return false;
}

static bool is_note(const struct wd_tlines *l, size_t i, const struct wd_tgrid *g)
{
	const struct wd_tline *line = &l->v.v[i];
	struct wd_str s = wd_utf8_trim(line->text);
	if (line->table != NULL || line->gap == 3 || s.n == 0 || s.n > MAX_NOTE)
		return false;
	if (says_note(s) || has_same_sup(g, l->pieces.v[line->piece].node))
		return true;
	size_t k = mark_bytes(s);
	if (k == 0 || k >= s.n || !grid_holds(g, wd_str_sub(s, 0, k), SIZE_MAX))
		return false;
	/* two lines with one mark are bullets */
	return i + 1 >= l->v.n || mark_bytes(l->v.v[i + 1].text) != k ||
	       memcmp(l->v.v[i + 1].text.p, s.p, k) != 0;
}

static bool names_are_words(const struct wd_str *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		enum wd_ctype t = wd_ctype_of(names[i]);
		if (names[i].n > 80 || t == WD_CT_NUMBER || t == WD_CT_RANGE || t == WD_CT_LONG)
			return false;
	}
	return true;
}

/* Takes the line as the grid's header if it can be one. */
static bool take_header(struct wd_arena *a, struct wd_tgrid *g, const struct wd_tline *line)
{
	if (g->header > 0 || line->table != NULL || line->gap == 3 || line->text.n == 0)
		return false;
	struct wd_str *names = wd_split_delimited(a, line->text, g->cols);
	if (names != NULL)
		return names_are_words(names, g->cols) && wd_tgrid_add_header(a, g, names);
	double confidence;
	if (!wd_is_header_line(line->text))
		return false;
	names = wd_split_header(a, line->text, g, 0, &confidence);
	double sure = names != NULL ? wd_header_evidence(names, g->cols) : 0;
	if (names == NULL || !names_are_words(names, g->cols) ||
		(sure < 0.6 && (line->gap != 0 || sure < 0.3)))
		return false;
	g->confidence = WD_MIN(g->confidence, confidence);
	return wd_tgrid_add_header(a, g, names);
}

/* A line belongs to one table: between two, the first one has it. */
static void take_out(struct wd_arena *a, struct wd_tlines *l, size_t i)
{
	wd_tlines_cut(a, l, i, i + 1);
	l->v.v[i].pieces = 0;
	l->v.v[i].text = WD_STR_NONE;
}

static void beside(struct wd_arena *a, struct wd_tlines *l, size_t i)
{
	struct wd_tgrid *g = l->v.v[i].table->data;
	size_t next = i + 1;
	if (next < l->v.n && take_header(a, g, &l->v.v[next])) {
		take_out(a, l, next);
		next++;
	} else if (i > 0 && l->v.v[i].gap < 3 && take_header(a, g, &l->v.v[i - 1])) {
		take_out(a, l, i - 1);
	}
	while (next < l->v.n && is_note(l, next, g) && add_note(a, g, l->v.v[next].text)) {
		take_out(a, l, next);
		next++;
	}
}

static bool has_grid(struct wd_node *root)
{
	for (struct wd_node *n = root; n != NULL; n = wd_node_next(root, n, false))
		if (wd_table_grid(n) != NULL)
			return true;
	return false;
}

void wd_tables_notes(struct wd_arena *a, struct wd_node *root)
{
	struct wd_tlines lines = {0};
	if (!has_grid(root))
		return;
	wd_tlines_read(a, root, &lines);
	for (size_t i = 0; i < lines.v.n; i++)
		if (lines.v.v[i].table != NULL)
			beside(a, &lines, i);
}
