/*
 * <table> elements: which hold data, and what their grid is.
 *
 * Layout tables are told by what they hold: other tables, forms, long texts, one cell only. They
 * become plain blocks. A table that was cut apart (each row a table of its own, the header row in a
 * table behind it) is put together when nothing stands between the parts and their columns agree.
 *
 * Tables are looked at inside out; one that holds another is layout, so no text is read twice
 * however deep they are nested (one level of single-cell boxes excepted).
 */
#include "base/limits.h"
#include "parsers/tables_impl.h"

#define MAX_CELL_BYTES 1500 /* of a data cell */
#define MAX_SPAN 200

static char holds_table, holds_box; /* marks in `data` of an outer table */

typedef WD_VEC(struct wd_node *) node_list;

/* ---- rows and cells of the element ---- */

struct tcells { /* all cells of a table, row by row */
	WD_VEC(struct wd_node *) cells;
	WD_VEC(size_t) ends; /* of each row, into cells */
	WD_VEC(bool) heads;  /* the row is in <thead> */
	struct wd_node *caption;
	bool odd; /* holds text that is neither cell nor caption */
};

/* Text where a table may only hold its parts: a tree builder moves it out, another may not. */
static bool is_stray(const struct wd_node *n)
{
	return n->type == WD_NODE_TEXT && wd_str_trim(n->text).n > 0;
}

static void read_row(struct wd_arena *a, struct wd_node *tr, bool in_head, struct tcells *t)
{
	size_t from = t->cells.n;
	for (struct wd_node *c = tr->first; c != NULL; c = c->next) {
		t->odd |= is_stray(c);
		if (c->type != WD_NODE_ELEMENT || (c->tag != WD_TAG_TD && c->tag != WD_TAG_TH))
			continue;
		struct wd_node **p = wd_vec_push(a, &t->cells);
		if (p != NULL)
			*p = c;
	}
	size_t *end = t->cells.n > from ? wd_vec_push(a, &t->ends) : NULL;
	bool *head = end != NULL ? wd_vec_push(a, &t->heads) : NULL;
	if (head == NULL)
		return;
	*end = t->cells.n;
	*head = in_head;
}

static void read_cells(struct wd_arena *a, struct wd_node *table, struct tcells *t)
{
	for (struct wd_node *s = table->first; s != NULL; s = s->next) {
		t->odd |= is_stray(s) || (s->tag == WD_TAG_CAPTION && t->caption != NULL);
		if (s->tag == WD_TAG_CAPTION && t->caption == NULL)
			t->caption = s;
		if (s->tag == WD_TAG_TR)
			read_row(a, s, false, t);
		if (s->tag != WD_TAG_THEAD && s->tag != WD_TAG_TBODY && s->tag != WD_TAG_TFOOT)
			continue;
		for (struct wd_node *tr = s->first; tr != NULL; tr = tr->next) {
			t->odd |= is_stray(tr);
			if (tr->tag == WD_TAG_TR)
				read_row(a, tr, s->tag == WD_TAG_THEAD, t);
		}
	}
}

static uint32_t span_of(const struct wd_node *cell, const char *name)
{
	struct wd_str v = wd_str_trim(wd_node_attr(cell, name));
	uint32_t n = 0;
	for (size_t i = 0; i < v.n && wd_is_digit(v.p[i]) && n < 10000; i++)
		n = n * 10 + (uint32_t)(v.p[i] - '0');
	return n < 1 ? 1 : WD_MIN(n, MAX_SPAN);
}

/* ---- the grid ---- */

/* How many columns the rows need, spans counted. */
static size_t count_cols(const struct tcells *t, uint32_t *carry, size_t max)
{
	size_t cols = 0, at = 0;
	memset(carry, 0, max * sizeof(*carry));
	for (size_t r = 0; r < t->ends.n; r++) {
		size_t c = 0;
		for (; at < t->ends.v[r]; at++) {
			while (c < max && carry[c] > 0)
				c++;
			uint32_t cs = span_of(t->cells.v[at], "colspan"),
				 rs = span_of(t->cells.v[at], "rowspan");
			for (uint32_t k = 0; k < cs && c < max; k++, c++)
				carry[c] = WD_MAX(carry[c], rs); /* spans may overlap */
		}
		while (c < max && carry[c] > 0)
			c++;
		cols = WD_MAX(cols, c);
		for (size_t k = 0; k < cols; k++)
			carry[k] -= carry[k] > 0;
	}
	return cols;
}

static void put_cell(struct wd_tgrid *g, size_t row, size_t col, struct wd_tcell cell)
{
	cell.colspan = (uint32_t)WD_MIN(cell.colspan, g->cols - col);
	cell.rowspan = (uint32_t)WD_MIN(cell.rowspan, g->rows - row);
	for (size_t r = 0; r < cell.rowspan; r++)
		for (size_t c = 0; c < cell.colspan; c++) {
			struct wd_tcell *slot = wd_tgrid_at(g, row + r, col + c);
			slot->text = cell.text;
			slot->colspan = slot->rowspan = 0;
		}
	*wd_tgrid_at(g, row, col) = cell;
}

static void fill(struct wd_arena *a, struct wd_tgrid *g, const struct tcells *t)
{
	size_t at = 0;
	for (size_t r = 0; r < g->rows; r++) {
		size_t c = 0;
		for (; at < t->ends.v[r]; at++) {
			while (c < g->cols && wd_tgrid_at(g, r, c)->colspan == 0)
				c++;
			if (c >= g->cols)
				continue;
			struct wd_node *n = t->cells.v[at];
			struct wd_tcell cell = {wd_table_node_text(a, n), n, span_of(n, "colspan"),
				span_of(n, "rowspan")};
			put_cell(g, r, c, cell);
			c += wd_tgrid_at(g, r, c)->colspan;
		}
	}
}

static bool row_is_empty(const struct wd_tgrid *g, size_t row)
{
	for (size_t c = 0; c < g->cols; c++)
		if (wd_tgrid_at(g, row, c)->text.n > 0)
			return false;
	return true;
}

static bool has_picture(const struct wd_tgrid *g, size_t row)
{
	for (size_t c = 0; c < g->cols; c++) {
		struct wd_node *n = wd_tgrid_at(g, row, c)->node;
		if (n != NULL && wd_node_find(n, WD_TAG_IMG) != NULL)
			return true;
	}
	return false;
}

/* Rows without anything go; spans over them shrink. */
static size_t drop_empty_rows(struct wd_tgrid *g)
{
	size_t kept = 0, dropped_head = 0;
	for (size_t r = 0; r < g->rows; r++) {
		if (!row_is_empty(g, r) || has_picture(g, r)) {
			if (kept != r)
				memcpy(&g->cells[kept * g->cols], &g->cells[r * g->cols],
					g->cols * sizeof(*g->cells));
			kept++;
			continue;
		}
		dropped_head += r < g->header;
		for (size_t c = 0; c < g->cols; c++) /* a span that begins here has no text */
			for (size_t up = kept; up-- > 0;) {
				struct wd_tcell *cell = wd_tgrid_at(g, up, c);
				if (cell->rowspan > 1 && up + cell->rowspan > kept)
					cell->rowspan--;
				if (cell->rowspan > 0 || cell->colspan > 0 || kept - up > MAX_SPAN)
					break;
			}
	}
	g->rows = kept;
	g->header -= dropped_head;
	return kept;
}

static bool row_is_head(const struct wd_tgrid *g, size_t row)
{
	size_t heads = 0, cells = 0;
	for (size_t c = 0; c < g->cols; c++) {
		struct wd_tcell *cell = wd_tgrid_at(g, row, c);
		if (cell->node == NULL)
			continue;
		cells++;
		heads += cell->node->tag == WD_TAG_TH;
	}
	return cells > 0 && heads == cells;
}

/* All cells in one row, as when the rows' tags are lost: as many header cells as columns first. */
static bool reflow(struct wd_arena *a, struct tcells *t)
{
	size_t n = t->cells.n, cols = 0;
	while (cols < n && t->cells.v[cols]->tag == WD_TAG_TH)
		cols++;
	if (t->ends.n != 1 || cols < 2 || n < cols * 2 || n % cols != 0)
		return false;
	for (size_t i = cols; i < n; i++)
		if (t->cells.v[i]->tag == WD_TAG_TH || wd_node_has_attr(t->cells.v[i], "colspan"))
			return false;
	t->ends.v[0] = cols;
	for (size_t end = cols * 2; end <= n; end += cols) {
		size_t *e = wd_vec_push(a, &t->ends);
		bool *head = e != NULL ? wd_vec_push(a, &t->heads) : NULL;
		if (head == NULL)
			return false;
		*e = end;
	}
	return true;
}

static struct wd_tgrid *read_grid(struct wd_arena *a, struct tcells *t)
{
	uint32_t carry[WD_MAX_TABLE_COLS];
	if (t->ends.n == 0 || t->odd)
		return NULL;
	bool reflowed = reflow(a, t);
	size_t cols = count_cols(t, carry, WD_MAX_TABLE_COLS);
	struct wd_tgrid *g = cols < WD_MAX_TABLE_COLS ? wd_tgrid_new(a, t->ends.n, cols) : NULL;
	if (g == NULL)
		return NULL;
	fill(a, g, t);
	g->repaired = reflowed;
	while (g->header < g->rows && (t->heads.v[g->header] || row_is_head(g, g->header)))
		g->header++;
	if (t->caption != NULL) {
		g->caption = wd_table_node_text(a, t->caption);
		g->caption_node = t->caption;
	}
	return drop_empty_rows(g) > 0 ? g : NULL;
}

/* ---- data or layout ---- */

static bool has_control(const struct wd_node *table)
{
	struct wd_node *root = wd_unconst(table);
	for (struct wd_node *n = wd_node_next(root, root, false); n != NULL;
		n = wd_node_next(root, n, false)) {
		switch (n->tag) {
		case WD_TAG_INPUT:
		case WD_TAG_TEXTAREA:
		case WD_TAG_SELECT:
		case WD_TAG_BUTTON:
		case WD_TAG_IFRAME:
		case WD_TAG_OBJECT:
		case WD_TAG_VIDEO:
		case WD_TAG_H1:
		case WD_TAG_H2:
			return true;
		default:
			break;
		}
	}
	return false;
}

static bool is_link_cell(const struct wd_node *cell)
{
	const struct wd_node *c = cell->first;
	while (c != NULL && c->type == WD_NODE_TEXT && wd_str_trim(c->text).n == 0)
		c = c->next;
	return c != NULL && c->tag == WD_TAG_A;
}

/* A table stands right before or behind: this may be a row of it. */
static bool beside_table(const struct wd_node *table)
{
	const struct wd_node *prev = table->prev, *next = table->next;
	while (prev != NULL && prev->type == WD_NODE_TEXT && wd_str_trim(prev->text).n == 0)
		prev = prev->prev;
	while (next != NULL && next->type == WD_NODE_TEXT && wd_str_trim(next->text).n == 0)
		next = next->next;
	return (prev != NULL && prev->tag == WD_TAG_TABLE) ||
	       (next != NULL && next->tag == WD_TAG_TABLE);
}

static bool is_data(struct wd_node *table, const struct wd_tgrid *g, const struct tcells *t)
{
	struct wd_str role = wd_node_attr(table, "role");
	size_t filled = 0, long_cells = 0, links = 0, cells = 0;
	bool heads = false;
	for (size_t i = 0; i < g->rows * g->cols; i++) {
		const struct wd_tcell *c = &g->cells[i];
		if (c->node == NULL)
			continue;
		cells++;
		filled += c->text.n > 0;
		long_cells += c->text.n > MAX_CELL_BYTES;
		links += is_link_cell(c->node);
		heads |= c->node->tag == WD_TAG_TH && c->text.n > 0;
	}
	if (filled < 2 || long_cells > 0)
		return false;
	heads |= t->caption != NULL;
	if (heads && cells >= 2)
		return true;
	if (wd_str_ieqc(role, "presentation") || wd_str_ieqc(role, "none") || g->cols < 2)
		return false;
	if (g->rows == 1 && (links == cells || (g->cols < 3 && !beside_table(table))))
		return false;
	return !has_control(table);
}

/* ---- layout tables become blocks ---- */

static void become(struct wd_node *n, enum wd_tag tag)
{
	n->tag = (uint16_t)tag;
	n->name = wd_tag_name(tag);
	n->attr_count = 0;
}

static void unwrap_layout(struct wd_node *table)
{
	for (struct wd_node *n = table->first, *next; n != NULL; n = next) {
		next = n->next;
		switch (n->tag) {
		case WD_TAG_THEAD:
		case WD_TAG_TBODY:
		case WD_TAG_TFOOT:
		case WD_TAG_TR:
			if (n->first != NULL)
				next = n->first;
			wd_node_unwrap(n);
			break;
		case WD_TAG_TD:
		case WD_TAG_TH:
		case WD_TAG_CAPTION:
			become(n, WD_TAG_DIV);
			break;
		case WD_TAG_COLGROUP:
			wd_node_remove(n);
			break;
		default:
			break;
		}
	}
	become(table, WD_TAG_DIV);
}

static void mark_outer(const struct wd_node *table, void *mark)
{
	for (struct wd_node *p = table->parent; p != NULL; p = p->parent)
		if (p->tag == WD_TAG_TABLE && p->type == WD_NODE_ELEMENT) {
			if (p->data != &holds_table)
				p->data = mark;
			return;
		}
}

static void judge(struct wd_arena *a, struct wd_node *table)
{
	bool outer = table->data == &holds_table, box = table->data == &holds_box;
	struct tcells t = {0};
	table->data = NULL;
	read_cells(a, table, &t);
	struct wd_tgrid *g = outer ? NULL : read_grid(a, &t);
	if (g != NULL && is_data(table, g, &t)) {
		mark_outer(table, &holds_table);
		if (g->header == 0 && g->rows > 2 && row_is_head(g, g->rows - 1) &&
			!row_is_head(g, 0))
			wd_tgrid_lift(a, g, g->rows - 1);
		wd_tgrid_recall(g, table);
		table->data = g;
		return;
	}
	bool single = t.cells.n <= 1 && !outer && !box;
	mark_outer(table, single ? &holds_box : &holds_table);
	unwrap_layout(table);
}

/* ---- putting together what was cut apart ---- */

static bool append_rows(struct wd_arena *a, struct wd_tgrid *g, const struct wd_tgrid *more)
{
	size_t rows = g->rows + more->rows;
	if (rows > WD_MAX_TABLE_CELLS / g->cols)
		return false;
	if (rows > g->cap) {
		struct wd_tcell *all = wd_arena_array(a, rows * 2 * g->cols, sizeof(*all));
		if (all == NULL)
			return false;
		memcpy(all, g->cells, g->rows * g->cols * sizeof(*all));
		g->cells = all;
		g->cap = rows * 2;
	}
	memcpy(g->cells + g->rows * g->cols, more->cells, more->rows * g->cols * sizeof(*g->cells));
	if (g->header == g->rows)
		g->header += more->header;
	g->rows = rows;
	g->repaired = true;
	return true;
}

static bool belongs(const struct wd_tgrid *g, const struct wd_tgrid *next)
{
	if (g->cols != next->cols || next->caption.n > 0)
		return false;
	if (g->header == g->rows) /* nothing but a header so far */
		return true;
	if (next->header == 0)
		return g->header > 0 || g->rows == 1 || next->rows == 1;
	return false;
}

/* The table that follows with nothing to read between. */
static struct wd_node *next_table(struct wd_node *root, struct wd_node *table)
{
	for (struct wd_node *n = wd_node_next(root, table, true); n != NULL;
		n = wd_node_next(root, n, false)) {
		if (wd_table_grid(n) != NULL)
			return n;
		if (n->type == WD_NODE_TEXT && wd_str_trim(n->text).n > 0)
			return NULL;
		if (n->type == WD_NODE_ELEMENT && (n->tag == WD_TAG_IMG || n->tag == WD_TAG_HR))
			return NULL;
	}
	return NULL;
}

static void join_parts(struct wd_arena *a, struct wd_node *root, struct wd_node *table)
{
	struct wd_tgrid *g = table->data;
	for (struct wd_node *next; (next = next_table(root, table)) != NULL;) {
		struct wd_tgrid *more = next->data;
		bool header_behind = g->header == 0 && more->header == more->rows &&
				     more->rows == 1 && g->rows > 1 && g->cols == more->cols &&
				     more->caption.n == 0;
		if (!header_behind && !belongs(g, more))
			return;
		if (!append_rows(a, g, more))
			return;
		next->data = NULL;
		wd_node_remove(next);
		if (header_behind)
			wd_tgrid_lift(a, g, g->rows - 1);
	}
}

void wd_tables_real(struct wd_arena *a, struct wd_node *root)
{
	node_list tables = {0};
	for (struct wd_node *n = wd_node_next(root, root, false); n != NULL;
		n = wd_node_next(root, n, false)) {
		struct wd_node **p = n->type == WD_NODE_ELEMENT && n->tag == WD_TAG_TABLE
					     ? wd_vec_push(a, &tables)
					     : NULL;
		if (p != NULL) {
			*p = n;
			n->data = NULL;
		}
	}
	for (size_t i = tables.n; i-- > 0;)
		judge(a, tables.v[i]);
	for (size_t i = 0; i < tables.n; i++)
		if (wd_table_grid(tables.v[i]) != NULL && tables.v[i]->parent != NULL)
			join_parts(a, root, tables.v[i]);
	for (size_t i = 0; i < tables.n; i++)
		if (wd_table_grid(tables.v[i]) != NULL)
			wd_tgrid_own_notes(a, tables.v[i]->data);
}
