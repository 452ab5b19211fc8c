/*
 * Tables made of boxes: <div role="row">, display:table-cell, class="table-row", or nothing but the
 * same shape again and again.
 *
 * A box is a table when its children are rows, and all rows have the same number of small cells.
 * Rows may also stand among other things: three or more neighbours of one shape; or be the lines of
 * a paragraph that holds nothing but boxes and <br>. A <dl> is a table of two columns when all its
 * values are figures.
 * What says so decides how much more is asked: roles and display values are plain; class names need
 * rows and cells both; without any of these several columns of figures are asked for.
 */
#include "base/limits.h"
#include "parsers/tables_impl.h"

#define MAX_CELL_NODES 60
#define MAX_CELL_BYTES 600
#define MAX_ROWS 2000

enum hint { HINT_NONE, HINT_CLASS, HINT_PLAIN };

static bool has_word(struct wd_str s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (wd_str_ifind(s, wd_str_c(words[i]), 0) != SIZE_MAX)
			return true;
	return false;
}

/* `display: table-row` with any spaces. */
static bool has_display(const struct wd_node *n, const char *value)
{
	struct wd_str style = wd_node_attr(n, "style");
	size_t at = wd_str_ifind(style, WD_STR("display"), 0);
	if (at == SIZE_MAX)
		return false;
	at = wd_str_chr(style, ':', at);
	return at != SIZE_MAX &&
	       wd_str_istarts(wd_str_trim(wd_str_from(style, at + 1)), wd_str_c(value));
}

static enum hint row_hint(const struct wd_node *n)
{
	static const char *const classes[] = {"row", "tr-", "-tr", "line", "__tr"};
	struct wd_str class = wd_node_attr(n, "class");
	if (wd_str_ieqc(wd_node_attr(n, "role"), "row") || has_display(n, "table-row"))
		return HINT_PLAIN;
	return wd_str_ieqc(class, "tr") || has_word(class, classes, WD_COUNTOF(classes))
		       ? HINT_CLASS
		       : HINT_NONE;
}

static enum hint cell_hint(const struct wd_node *n)
{
	static const char *const roles[] = {"cell", "columnheader", "rowheader"};
	static const char *const classes[] = {"cell", "col", "td-", "-td", "__td", "item"};
	struct wd_str class = wd_node_attr(n, "class");
	if (has_word(wd_node_attr(n, "role"), roles, WD_COUNTOF(roles)) ||
		has_display(n, "table-cell"))
		return HINT_PLAIN;
	return wd_str_ieqc(class, "td") || wd_str_ieqc(class, "th") ||
			       has_word(class, classes, WD_COUNTOF(classes))
		       ? HINT_CLASS
		       : HINT_NONE;
}

static bool is_group(const struct wd_node *n)
{
	static const char *const classes[] = {
		"tbody", "thead", "table-body", "table-head", "table-header-group", "row-group"};
	return wd_str_ieqc(wd_node_attr(n, "role"), "rowgroup") ||
	       has_display(n, "table-row-group") || has_display(n, "table-header-group") ||
	       has_word(wd_node_attr(n, "class"), classes, WD_COUNTOF(classes));
}

static bool is_box(const struct wd_node *n)
{
	switch (n->tag) {
	case WD_TAG_DIV:
	case WD_TAG_SPAN:
	case WD_TAG_UL:
	case WD_TAG_OL:
	case WD_TAG_LI:
	case WD_TAG_P:
	case WD_TAG_SECTION:
	case WD_TAG_B:
	case WD_TAG_STRONG:
	case WD_TAG_EM:
	case WD_TAG_I:
	case WD_TAG_A:
	case WD_TAG_TIME:
	case WD_TAG_DL:
	case WD_TAG_DT:
	case WD_TAG_DD:
	case WD_TAG_OTHER:
		return true;
	default:
		return false;
	}
}

/* Only boxes and blanks inside: how many boxes, 0: something else is there. */
static size_t count_boxes(const struct wd_node *n, size_t max)
{
	size_t count = 0;
	for (const struct wd_node *c = n->first; c != NULL; c = c->next) {
		if (c->type == WD_NODE_TEXT && wd_str_trim(c->text).n > 0)
			return 0;
		if (c->type != WD_NODE_ELEMENT)
			continue;
		if (!is_box(c) || ++count > max)
			return 0;
	}
	return count;
}

bool wd_table_is_box_row(const struct wd_node *n)
{
	return n->type == WD_NODE_ELEMENT && is_box(n) && count_boxes(n, WD_MAX_TABLE_COLS) >= 2;
}

size_t wd_table_count_boxes(const struct wd_node *n)
{
	return count_boxes(n, WD_MAX_TABLE_CELLS);
}

/* Small enough for a cell: few nodes, little text, nothing big. */
static bool is_small(const struct wd_node *cell)
{
	struct wd_node *root = wd_unconst(cell);
	size_t nodes = 0, bytes = 0;
	for (struct wd_node *n = wd_node_next(root, root, false); n != NULL;
		n = wd_node_next(root, n, false)) {
		bytes += n->type == WD_NODE_TEXT ? n->text.n : 0;
		if (++nodes > MAX_CELL_NODES || bytes > MAX_CELL_BYTES)
			return false;
		if (n->type == WD_NODE_ELEMENT &&
			(n->tag == WD_TAG_TABLE || n->tag == WD_TAG_IMG || n->tag == WD_TAG_INPUT ||
				n->tag == WD_TAG_H1 || n->tag == WD_TAG_H2 || n->tag == WD_TAG_H3 ||
				n->tag == WD_TAG_BUTTON))
			return false;
	}
	return true;
}

struct boxes {
	WD_VEC(struct wd_node *) rows;
	size_t cols, plain_rows, class_rows, plain_cells, class_cells, cells;
};

static bool take_row(struct wd_arena *a, struct wd_node *row, struct boxes *b)
{
	size_t n = count_boxes(row, WD_MAX_TABLE_COLS);
	if (n < 2 || b->rows.n >= MAX_ROWS)
		return false;
	if (b->cols == 0)
		b->cols = n;
	if (n != b->cols)
		return false;
	for (struct wd_node *c = row->first; c != NULL; c = c->next)
		if (c->type == WD_NODE_ELEMENT && !is_small(c))
			return false;
	struct wd_node **p = wd_vec_push(a, &b->rows);
	if (p == NULL)
		return false;
	*p = row;
	enum hint h = row_hint(row);
	b->plain_rows += h == HINT_PLAIN;
	b->class_rows += h == HINT_CLASS;
	for (struct wd_node *c = row->first; c != NULL; c = c->next) {
		if (c->type != WD_NODE_ELEMENT)
			continue;
		h = cell_hint(c);
		b->cells++;
		b->plain_cells += h == HINT_PLAIN;
		b->class_cells += h == HINT_CLASS;
	}
	return true;
}

static bool read_rows(struct wd_arena *a, struct wd_node *box, struct boxes *b)
{
	for (struct wd_node *c = box->first; c != NULL; c = c->next) {
		if (c->type == WD_NODE_TEXT && wd_str_trim(c->text).n > 0)
			return false;
		if (c->type != WD_NODE_ELEMENT)
			continue;
		if (!is_box(c))
			return false;
		if (!is_group(c)) {
			if (!take_row(a, c, b))
				return false;
			continue;
		}
		for (struct wd_node *r = c->first; r != NULL; r = r->next)
			if (r->type == WD_NODE_ELEMENT && !take_row(a, r, b))
				return false;
	}
	return b->rows.n >= 2;
}

static struct wd_tgrid *box_grid(struct wd_arena *a, const struct boxes *b)
{
	struct wd_tgrid *g = wd_tgrid_new(a, b->rows.n, b->cols);
	for (size_t r = 0; g != NULL && r < g->rows; r++) {
		size_t col = 0;
		for (struct wd_node *c = b->rows.v[r]->first; c != NULL; c = c->next) {
			if (c->type != WD_NODE_ELEMENT)
				continue;
			struct wd_tcell *cell = wd_tgrid_at(g, r, col++);
			cell->node = c;
			cell->text = wd_table_node_text(a, c);
		}
	}
	return g;
}

static bool has_figures(const struct wd_tgrid *g)
{
	size_t cols = 0;
	for (size_t c = 0; c < g->cols; c++) {
		size_t figures = 0, r = 0;
		for (r = 1; r < g->rows; r++)
			figures += wd_ctype_is_figure(wd_ctype_of(wd_tgrid_at(g, r, c)->text));
		cols += figures + 1 == g->rows;
	}
	return cols >= 2 || (cols == 1 && wd_tgrid_guess_header(g));
}

static bool convinces(const struct boxes *b, const struct wd_tgrid *g)
{
	if (b->plain_rows == b->rows.n || b->plain_cells == b->cells)
		return true;
	bool classes = b->class_rows + b->plain_rows == b->rows.n &&
		       b->class_cells + b->plain_cells == b->cells;
	if (classes && (b->rows.n >= 3 || wd_tgrid_guess_header(g)))
		return true;
	return b->rows.n >= 3 && b->cols >= 3 && has_figures(g);
}

static bool header_row(const struct boxes *b)
{
	for (const struct wd_node *c = b->rows.v[0]->first; c != NULL; c = c->next)
		if (c->type == WD_NODE_ELEMENT &&
			!wd_str_ieqc(wd_node_attr(c, "role"), "columnheader"))
			return false;
	return true;
}

/* The boxes' table, NULL: they are none. Not yet in the tree. */
static struct wd_node *table_of(struct wd_arena *a, const struct boxes *b, bool sure)
{
	struct wd_tgrid *g = box_grid(a, b);
	if (g == NULL || !(sure ? has_figures(g) || convinces(b, g) : convinces(b, g)))
		return NULL;
	g->header = header_row(b) || wd_tgrid_guess_header(g);
	g->confidence = b->plain_rows > 0 ? 0.9 : 0.75;
	g->repaired = true;
	struct wd_node *table = wd_node_new(a, WD_TAG_TABLE);
	if (table != NULL)
		table->data = g;
	return table;
}

static struct wd_node *judge(struct wd_arena *a, struct wd_node *box)
{
	struct boxes b = {0};
	struct wd_arena_mark mark = wd_arena_mark(a);
	struct wd_node *table = read_rows(a, box, &b) ? table_of(a, &b, false) : NULL;
	if (table == NULL) {
		wd_arena_rewind(a, mark);
		return NULL;
	}
	wd_node_insert_before(box, table);
	wd_node_remove(box);
	return table;
}

/* Columns that always have the same class, as a template writes them. */
static bool same_classes(const struct boxes *b)
{
	for (size_t r = 0; r < b->rows.n; r++) {
		const struct wd_node *c = b->rows.v[r]->first, *d = b->rows.v[0]->first;
		for (size_t col = 0; col < b->cols; col++, c = c->next, d = d->next) {
			while (c->type != WD_NODE_ELEMENT)
				c = c->next;
			while (d->type != WD_NODE_ELEMENT)
				d = d->next;
			struct wd_str class = wd_node_attr(c, "class");
			if (class.n == 0 || !wd_str_eq(class, wd_node_attr(d, "class")))
				return false;
		}
	}
	return true;
}

/* The boxes from `first` on, as a run among other things: replaced when they are a table. */
static void end_run(struct wd_arena *a, struct boxes *b)
{
	enum { RUN_ROWS = 3 };
	struct wd_node *table = b->rows.n >= RUN_ROWS ? table_of(a, b, same_classes(b)) : NULL;
	if (table != NULL) {
		wd_node_insert_before(b->rows.v[0], table);
		for (size_t i = 0; i < b->rows.n; i++)
			wd_node_remove(b->rows.v[i]);
	}
	memset(b, 0, sizeof(*b));
}

/* Rows that stand among a parent's other children. */
static void find_runs(struct wd_arena *a, struct wd_node *parent)
{
	struct boxes b = {0};
	for (struct wd_node *c = parent->first, *next; c != NULL; c = next) {
		next = c->next;
		if (c->type == WD_NODE_TEXT && wd_str_trim(c->text).n == 0)
			continue;
		bool row = c->type == WD_NODE_ELEMENT && is_box(c) && c->tag != WD_TAG_LI;
		if (row && take_row(a, c, &b))
			continue;
		end_run(a, &b);
		if (row)
			(void)take_row(a, c, &b);
	}
	end_run(a, &b);
}

/* ---- lines of boxes: <span>a</span> <b>1</b><br> ---- */

static bool is_space(const struct wd_node *n)
{
	return n->type == WD_NODE_TEXT && wd_str_trim(n->text).n == 0;
}

/* Nothing but boxes of text in lines, <br> between them. */
static bool holds_lines_of_boxes(const struct wd_node *n)
{
	size_t breaks = 0, boxes = 0;
	for (const struct wd_node *c = n->first; c != NULL; c = c->next) {
		bool br = c->type == WD_NODE_ELEMENT && c->tag == WD_TAG_BR;
		bool box = c->type == WD_NODE_ELEMENT && is_box(c) && !wd_tag_is_block(c->tag);
		if (!br && !box && !is_space(c))
			return false;
		breaks += br;
		boxes += box;
	}
	return breaks >= 2 && boxes >= breaks * 2;
}

/* Each line of boxes put into a box of its own; the breaks stay between them. */
static void wrap_lines(struct wd_arena *a, struct wd_node *n)
{
	struct wd_node *line = NULL;
	for (struct wd_node *c = n->first, *next; c != NULL; c = next) {
		next = c->next;
		if (c->type == WD_NODE_ELEMENT && c->tag == WD_TAG_BR) {
			line = NULL;
			continue;
		}
		if (line == NULL && is_space(c))
			continue;
		if (line == NULL && (line = wd_node_new(a, WD_TAG_SPAN)) != NULL)
			wd_node_insert_before(c, line);
		if (line == NULL)
			return;
		wd_node_remove(c);
		wd_node_append(line, c);
	}
}

/* Lines of boxes: rows, when they convince; else all is as it was. */
static struct wd_node *judge_lines(struct wd_arena *a, struct wd_node *n)
{
	enum { LEAST_ROWS = 3 };
	struct boxes b = {0};
	bool rows = true;
	wrap_lines(a, n);
	for (struct wd_node *c = n->first; c != NULL && rows; c = c->next) {
		if (c->type == WD_NODE_ELEMENT && c->tag == WD_TAG_SPAN)
			rows = wd_table_is_short(wd_table_node_text(a, c).n) && take_row(a, c, &b);
	}
	struct wd_node *table = rows && b.rows.n >= LEAST_ROWS ? table_of(a, &b, false) : NULL;
	if (table == NULL) {
		for (struct wd_node *c = n->first, *next; c != NULL; c = next) {
			next = c->next;
			if (c->type == WD_NODE_ELEMENT && c->tag == WD_TAG_SPAN)
				wd_node_unwrap(c);
		}
		return NULL;
	}
	wd_node_insert_before(n, table);
	wd_node_remove(n);
	return table;
}

/* ---- all cells in one line of <span>s ---- */

/* Cell by cell as if each stood on a line: their types tell the columns, or nothing does. */
static struct wd_node *judge_spans(struct wd_arena *a, struct wd_node *n)
{
	size_t cells = wd_table_count_boxes(n);
	struct wd_tline *l = cells >= WD_TABLE_STACK ? wd_arena_array(a, cells, sizeof(*l)) : NULL;
	size_t at = 0;
	if (l == NULL)
		return NULL;
	for (struct wd_node *c = n->first; c != NULL; c = c->next) {
		if (is_space(c))
			continue;
		if (c->tag != WD_TAG_SPAN || !is_small(c))
			return NULL;
		l[at++] = (struct wd_tline){.text = wd_table_node_text(a, c)};
	}
	struct wd_tfind f = {0};
	if (!wd_find_stacked(a, l, 0, cells, &f) || f.from > 0 || f.to < cells)
		return NULL;
	struct wd_node *table = wd_node_new(a, WD_TAG_TABLE);
	if (table == NULL)
		return NULL;
	table->data = f.grid;
	wd_node_insert_before(n, table);
	wd_node_remove(n);
	return table;
}

/* ---- <dl> of names and figures ---- */

/* Terms and values in turn, all of them small, and the values figures: two columns. The first pair
 * may name them. */
static struct wd_node *judge_terms(struct wd_arena *a, struct wd_node *dl)
{
	enum { LEAST_ROWS = 3 };
	struct boxes b = {.cols = 2};
	size_t n = 0;
	for (struct wd_node *c = dl->first; c != NULL; c = c->next) {
		if (is_space(c))
			continue;
		if (c->tag != (n % 2 == 0 ? WD_TAG_DT : WD_TAG_DD) || !is_small(c))
			return NULL;
		n++;
	}
	struct wd_tgrid *g =
		n % 2 == 0 && n / 2 >= LEAST_ROWS ? wd_tgrid_new(a, n / 2, b.cols) : NULL;
	if (g == NULL)
		return NULL;
	size_t at = 0, figures = 0;
	for (struct wd_node *c = dl->first; c != NULL; c = c->next) {
		if (is_space(c))
			continue;
		struct wd_tcell *cell = &g->cells[at++];
		cell->node = c;
		cell->text = wd_table_node_text(a, c);
		figures += at % 2 == 0 && wd_ctype_is_figure(wd_ctype_of(cell->text));
	}
	g->header = wd_tgrid_guess_header(g);
	struct wd_node *table =
		figures + g->header == g->rows ? wd_node_new(a, WD_TAG_TABLE) : NULL;
	if (table == NULL)
		return NULL;
	g->confidence = 0.75;
	g->repaired = true;
	table->data = g;
	wd_node_insert_before(dl, table);
	wd_node_remove(dl);
	return table;
}

void wd_tables_boxes(struct wd_arena *a, struct wd_node *root)
{
	find_runs(a, root);
	struct wd_node *n = wd_node_next(root, root, false);
	while (n != NULL) {
		struct wd_node *table = NULL;
		bool box = n->type == WD_NODE_ELEMENT && is_box(n) && n->first != NULL &&
			   n->tag != WD_TAG_LI && n->tag != WD_TAG_P;
		bool lines = n->type == WD_NODE_ELEMENT && wd_tag_is_block(n->tag) &&
			     n->tag != WD_TAG_LI && wd_table_grid(n) == NULL &&
			     holds_lines_of_boxes(n);
		if (lines)
			table = judge_lines(a, n);
		else if (n->tag == WD_TAG_P || n->tag == WD_TAG_DIV)
			table = judge_spans(a, n);
		if (box && n->tag == WD_TAG_DL)
			table = judge_terms(a, n);
		if (table == NULL && box)
			table = judge(a, n);
		if (table == NULL && n->type == WD_NODE_ELEMENT && n->first != NULL &&
			(box || wd_tag_is_block(n->tag)) && wd_table_grid(n) == NULL)
			find_runs(a, n);
		n = wd_node_next(
			root, table != NULL ? table : n, table != NULL || wd_table_grid(n) != NULL);
	}
}
