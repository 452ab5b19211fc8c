/*
 * Tables: the order of work.
 *
 *   <table> elements ──► data or layout, grids, parts joined        tables_real.c
 *   boxes            ──► grids                                      tables_boxes.c
 *   lines of text    ──► delimited, stacked, single-spaced rows     tables_flat.c, tables_single.c,
 *                                                                   tables_signs.c
 *   lines beside     ──► header words, footnotes                    tables_notes.c
 *   all of them      ──► one well-formed <table> each, and data     tables_out.c
 *
 * Every recogniser asks for evidence in proportion to how much innocent text looks alike; what does
 * not convince stays as it was. No word is lost: cells take the nodes or the bytes of the source.
 * Linear in the input: each line and node is read a fixed number of times.
 */
#include "parsers/tables_impl.h"

#include "base/limits.h"

/* Where each recogniser is to look next: what it has read in vain it does not read again. */
struct froms {
	size_t delimited, stacked, signs, single;
};

static bool find(struct wd_arena *a, const struct wd_tline *l, size_t at, size_t end,
	struct froms *from, struct wd_tfind *ret)
{
	if (at >= from->delimited) {
		if (wd_find_delimited(a, l, at, end, ret))
			return true;
		from->delimited = ret->to;
	}
	if (at >= from->stacked) {
		if (wd_find_stacked(a, l, at, end, ret))
			return true;
		from->stacked = ret->to;
	}
	if (at >= from->signs) {
		if (wd_find_signs(a, l, at, end, ret))
			return true;
		from->signs = ret->to;
	}
	if (at >= from->single) {
		if (wd_find_single(a, l, at, end, ret))
			return true;
		from->single = ret->to;
	}
	ret->to = WD_MIN(WD_MIN(from->delimited, from->stacked), WD_MIN(from->signs, from->single));
	return false;
}

/* Rows of links are a menu, whatever they look like. */
static bool is_menu(const struct wd_tlines *l, size_t from, size_t to)
{
	size_t links = 0, all = 0;
	for (size_t i = from; i < to; i++)
		for (size_t k = 0; k < l->v.v[i].pieces; k++) {
			const struct wd_piece *p = &l->pieces.v[l->v.v[i].piece + k];
			const struct wd_node *up = p->node->parent;
			size_t bytes =
				wd_str_trim((struct wd_str){p->from, (size_t)(p->to - p->from)}).n;
			all += bytes;
			links += up != NULL && up->tag == WD_TAG_A ? bytes : 0;
		}
	return links * 2 > all;
}

void wd_tables_flat(struct wd_arena *a, struct wd_node *root)
{
	struct wd_tlines lines = {0};
	wd_tlines_read(a, root, &lines);
	const struct wd_tline *l = lines.v.v;
	struct froms from = {0, 0, 0, 0};
	size_t end = 0, found = 0;
	for (size_t i = 0; i < lines.v.n;) {
		if (l[i].table != NULL) {
			i++;
			continue;
		}
		if (i >= end)
			for (end = i + 1;
				end < lines.v.n && l[end].gap < 3 && l[end].table == NULL;)
				end++;
		struct wd_tfind f = {i, i + 1, NULL};
		bool got = find(a, l, i, end, &from, &f);
		got = got && found < WD_MAX_TABLES && !is_menu(&lines, f.from, f.to) &&
		      !wd_tlines_are_code(l + f.from, f.to - f.from);
		struct wd_node *table = got ? wd_node_new(a, WD_TAG_TABLE) : NULL;
		if (table != NULL) {
			table->data = f.grid;
			wd_tlines_replace(a, &lines, f.from, f.to, table);
			found++;
		}
		i = WD_MAX(f.to, i + 1);
	}
}

/* Puts the well-formed tables where the found ones are, and gives them as data. */
static void finish(struct wd_arena *a, struct wd_node *root, wd_tables *tables, wd_repairs *repairs)
{
	int64_t rebuilt = 0;
	struct wd_node *n = wd_node_next(root, root, false);
	while (n != NULL) {
		struct wd_tgrid *g = wd_table_grid(n);
		struct wd_node *table = g != NULL ? wd_tgrid_node(a, g) : NULL;
		if (table == NULL) {
			n = wd_node_next(root, n, g != NULL);
			continue;
		}
		if (tables != NULL)
			wd_tgrid_push(a, g, tables);
		else
			wd_tgrid_remember(g, table);
		rebuilt += g->repaired;
		wd_node_insert_before(n, table);
		wd_node_remove(n);
		n = wd_node_next(root, table, true);
	}
	if (rebuilt > 0 && tables != NULL)
		wd_repair_add(a, repairs, "table_rebuilt", "text", rebuilt, WD_STR_NONE);
}

void wd_tables_collect(
	struct wd_arena *a, struct wd_node *root, wd_tables *tables, wd_repairs *repairs)
{
	wd_tables_real(a, root);
	wd_tables_boxes(a, root);
	wd_tables_flat(a, root);
	wd_tables_notes(a, root);
	finish(a, root, tables, repairs);
}

static size_t count_nodes(struct wd_node *root)
{
	size_t n = 0;
	for (struct wd_node *at = root; at != NULL; at = wd_node_next(root, at, false))
		n++;
	return n;
}

size_t wd_tables_prepare(struct wd_arena *a, struct wd_node *root)
{
	size_t before = count_nodes(root), after;
	wd_tables_collect(a, root, NULL, NULL);
	after = count_nodes(root);
	return after > before ? after - before : 0;
}
