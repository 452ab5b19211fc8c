/*
 * Grids, and what becomes of them: a well-formed <table> in the tree, and a wd_table.
 *
 * In the tree a span stays a span (the text stands once); in the data its text is repeated in every
 * slot, so that each row can be read alone. Footnotes stand in <tfoot>, so that they are neither
 * lost nor taken for paragraphs.
 */
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/tables_impl.h"

static bool is_invisible(uint32_t cp)
{
	return cp == 0xAD || cp == 0x200B || cp == 0x2060 || cp == 0xFEFF || cp == 0x200E ||
	       cp == 0x200F;
}

struct wd_str wd_table_text(struct wd_arena *a, struct wd_str s)
{
	bool clean = true;
	for (size_t at = 0; at < s.n && clean;)
		clean = !is_invisible(wd_utf8_next(s, &at));
	if (!clean) {
		char *p = wd_arena_bytes(a, s.n);
		size_t n = 0;
		if (p == NULL)
			return s;
		for (size_t at = 0; at < s.n;) {
			size_t from = at;
			if (is_invisible(wd_utf8_next(s, &at)))
				continue;
			memcpy(p + n, s.p + from, at - from);
			n += at - from;
		}
		s = (struct wd_str){p, n};
	}
	s = wd_utf8_squeeze(a, s);
	struct wd_str nfc = wd_utf8_nfc(a, s);
	return nfc.n > 0 ? nfc : s;
}

struct wd_str wd_table_node_text(struct wd_arena *a, const struct wd_node *n)
{
	return wd_table_text(a, wd_node_inner_text(a, n));
}

struct wd_tgrid *wd_tgrid_new(struct wd_arena *a, size_t rows, size_t cols)
{
	if (rows == 0 || cols == 0 || cols > WD_MAX_TABLE_COLS || rows > WD_MAX_TABLE_CELLS / cols)
		return NULL;
	struct wd_tgrid *g = wd_arena_new_of(a, struct wd_tgrid);
	if (g == NULL)
		return NULL;
	g->cells = wd_arena_array(a, rows * cols, sizeof(*g->cells));
	g->rows = g->cap = rows;
	g->cols = cols;
	g->confidence = 1;
	for (size_t i = 0; g->cells != NULL && i < rows * cols; i++)
		g->cells[i].colspan = g->cells[i].rowspan = 1;
	return g->cells != NULL ? g : NULL;
}

struct wd_tgrid *wd_tgrid_of(
	struct wd_arena *a, const struct wd_str *cells, size_t rows, size_t cols)
{
	struct wd_tgrid *g = wd_tgrid_new(a, rows, cols);
	for (size_t i = 0; g != NULL && i < rows * cols; i++)
		g->cells[i].text = wd_table_text(a, cells[i]);
	if (g != NULL)
		g->repaired = true;
	return g;
}

void wd_tgrid_lift(struct wd_arena *a, struct wd_tgrid *g, size_t row)
{
	size_t bytes = g->cols * sizeof(*g->cells);
	struct wd_tcell *save = wd_arena_array(a, g->cols, sizeof(*save));
	if (save == NULL)
		return;
	memcpy(save, &g->cells[row * g->cols], bytes);
	memmove(&g->cells[g->cols], g->cells, row * bytes);
	memcpy(g->cells, save, bytes);
	g->header++;
	g->repaired = true;
}

bool wd_tgrid_add_header(struct wd_arena *a, struct wd_tgrid *g, const struct wd_str *cells)
{
	struct wd_tcell *all = wd_arena_array(a, (g->rows + 1) * g->cols, sizeof(*all));
	if (all == NULL)
		return false;
	memcpy(all + g->cols, g->cells, g->rows * g->cols * sizeof(*all));
	for (size_t i = 0; i < g->cols; i++)
		all[i] = (struct wd_tcell){
			.text = wd_table_text(a, cells[i]), .colspan = 1, .rowspan = 1};
	g->cells = all;
	g->cap = ++g->rows;
	g->header++;
	g->repaired = true;
	return true;
}

/* A year that heads a column: 1900 to 2099, 0: none. */
static unsigned head_year(struct wd_str s)
{
	uint64_t year;
	s = wd_utf8_trim(s);
	if (s.n != 4 || wd_str_to_u64(s, 1900, 2099, &year) != 0)
		return 0;
	return (unsigned)year;
}

/* "Item 2024 2025" over figures: years in order, behind a name that heads words. One year alone
 * needs a name that is known to head columns. */
bool wd_tgrid_is_headed_by_years(const struct wd_tgrid *g)
{
	unsigned last = 0;
	int way = 0;
	struct wd_str first = wd_tgrid_at(g, 0, 0)->text;
	enum wd_ctype t = wd_ctype_of(first);
	if (g->rows < 3 || (t != WD_CT_WORD && t != WD_CT_TEXT && t != WD_CT_EMPTY))
		return false;
	for (size_t c = 1; c < g->cols; c++) {
		unsigned year = head_year(wd_tgrid_at(g, 0, c)->text);
		int step = last == 0 ? 0 : year > last ? 1 : -1;
		if (year == 0 || (last > 0 && (year == last || (way != 0 && step != way))))
			return false;
		way = step;
		last = year;
		size_t others = 0;
		for (size_t r = 1; r < g->rows; r++) {
			struct wd_str s = wd_tgrid_at(g, r, c)->text;
			t = wd_ctype_of(s);
			if (!wd_ctype_is_figure(t) && t != WD_CT_EMPTY)
				return false;
			others += head_year(s) == 0;
		}
		if (others * 2 < g->rows - 1)
			return false;
	}
	return g->cols > 2 || (g->cols == 2 && wd_header_evidence(&first, 1) > 0);
}

/* The first row is a header when it has no figures and some column below it is figures, or when its
 * figures are years. */
bool wd_tgrid_guess_header(const struct wd_tgrid *g)
{
	if (g->rows < 2)
		return false;
	if (wd_tgrid_is_headed_by_years(g))
		return true;
	size_t named = 0, differing = 0;
	for (size_t c = 0; c < g->cols; c++) {
		enum wd_ctype head = wd_ctype_of(wd_tgrid_at(g, 0, c)->text);
		if (head == WD_CT_LONG)
			return false;
		if (head == WD_CT_NUMBER || head == WD_CT_RANGE)
			return false;
		named += head != WD_CT_EMPTY && head != WD_CT_DASH;
		size_t figures = 0, seen = 0;
		for (size_t r = 1; r < g->rows; r++) {
			enum wd_ctype t = wd_ctype_of(wd_tgrid_at(g, r, c)->text);
			seen += t != WD_CT_EMPTY;
			figures += wd_ctype_is_figure(t) && t != WD_CT_EMPTY;
		}
		differing += !wd_ctype_is_figure(head) && seen > 0 && figures * 4 >= seen * 3;
	}
	return differing > 0 && named + 1 >= g->cols;
}

/* ---- tree ---- */

static void set_span(struct wd_arena *a, struct wd_node *cell, const struct wd_tcell *c)
{
	size_t n = (size_t)(c->colspan > 1) + (c->rowspan > 1);
	if (n == 0)
		return;
	cell->attrs = wd_arena_array(a, n, sizeof(*cell->attrs));
	if (cell->attrs == NULL)
		return;
	if (c->colspan > 1)
		cell->attrs[cell->attr_count++] =
			(struct wd_attr){WD_STR("colspan"), wd_arena_printf(a, "%u", c->colspan)};
	if (c->rowspan > 1)
		cell->attrs[cell->attr_count++] =
			(struct wd_attr){WD_STR("rowspan"), wd_arena_printf(a, "%u", c->rowspan)};
}

static void take_content(
	struct wd_arena *a, struct wd_node *to, struct wd_node *from, struct wd_str text)
{
	if (from == NULL) {
		struct wd_node *t = text.n > 0 ? wd_node_text(a, text) : NULL;
		if (t != NULL)
			wd_node_append(to, t);
		return;
	}
	while (from->first != NULL) {
		struct wd_node *c = from->first;
		wd_node_remove(c);
		wd_node_append(to, c);
	}
}

static struct wd_node *child(struct wd_arena *a, struct wd_node *parent, enum wd_tag tag)
{
	struct wd_node *n = wd_node_new(a, tag);
	if (n != NULL)
		wd_node_append(parent, n);
	return n;
}

static bool put_row(
	struct wd_arena *a, struct wd_node *section, const struct wd_tgrid *g, size_t row)
{
	struct wd_node *tr = child(a, section, WD_TAG_TR);
	for (size_t c = 0; tr != NULL && c < g->cols; c++) {
		struct wd_tcell *cell = wd_tgrid_at(g, row, c);
		if (cell->colspan == 0)
			continue;
		struct wd_node *td = child(a, tr, row < g->header ? WD_TAG_TH : WD_TAG_TD);
		if (td == NULL)
			return false;
		set_span(a, td, cell);
		take_content(a, td, cell->node, cell->text);
	}
	return tr != NULL;
}

static bool put_notes(struct wd_arena *a, struct wd_node *table, const struct wd_tgrid *g)
{
	struct wd_node *foot = g->notes.n > 0 ? child(a, table, WD_TAG_TFOOT) : NULL;
	for (size_t i = 0; foot != NULL && i < g->notes.n; i++) {
		struct wd_node *tr = child(a, foot, WD_TAG_TR);
		struct wd_node *td = tr != NULL ? child(a, tr, WD_TAG_TD) : NULL;
		if (td == NULL)
			return false;
		set_span(a, td, &(struct wd_tcell){.colspan = (uint32_t)g->cols, .rowspan = 1});
		take_content(a, td, NULL, g->notes.v[i]);
	}
	return g->notes.n == 0 || foot != NULL;
}

struct wd_node *wd_tgrid_node(struct wd_arena *a, struct wd_tgrid *g)
{
	struct wd_node *table = wd_node_new(a, WD_TAG_TABLE);
	if (table == NULL)
		return NULL;
	if (g->caption.n > 0) {
		struct wd_node *cap = child(a, table, WD_TAG_CAPTION);
		if (cap != NULL)
			take_content(a, cap, g->caption_node, g->caption);
	}
	struct wd_node *section = NULL;
	for (size_t r = 0; r < g->rows; r++) {
		if (r == 0 || r == g->header)
			section = child(a, table, r < g->header ? WD_TAG_THEAD : WD_TAG_TBODY);
		if (section == NULL || !put_row(a, section, g, r))
			return table;
	}
	(void)put_notes(a, table, g);
	return table;
}

/* ---- data ---- */

void wd_tgrid_push(struct wd_arena *a, const struct wd_tgrid *g, wd_tables *tables)
{
	struct wd_table *t = tables->n < WD_MAX_TABLES ? wd_vec_push(a, tables) : NULL;
	if (t == NULL)
		return;
	t->caption = g->caption;
	t->footnotes = g->notes;
	t->confidence = g->confidence;
	t->repaired = g->repaired;
	for (size_t r = 0; r < g->rows; r++) {
		struct wd_table_row *row =
			r < g->header ? wd_vec_push(a, &t->header) : wd_vec_push(a, &t->rows);
		struct wd_str *cells = wd_arena_array(a, g->cols, sizeof(*cells));
		if (row == NULL || cells == NULL)
			return;
		for (size_t c = 0; c < g->cols; c++)
			cells[c] = wd_tgrid_at(g, r, c)->text;
		row->cells = cells;
		row->n = g->cols;
	}
}

/* Flags of a node: bit 0 says that a repair made it, the upper four hold the confidence. */
void wd_tgrid_remember(const struct wd_tgrid *g, struct wd_node *table)
{
	unsigned level = (unsigned)(g->confidence * 15 + 0.5);
	table->flags = (uint8_t)((g->repaired ? WD_NF_SYNTHETIC : 0) | (level << 4));
}

void wd_tgrid_recall(struct wd_tgrid *g, const struct wd_node *table)
{
	if (table->flags >> 4 > 0)
		g->confidence = (double)(table->flags >> 4) / 15;
	g->repaired |= (table->flags & WD_NF_SYNTHETIC) != 0;
}
