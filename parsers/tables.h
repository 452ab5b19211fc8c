/**
 * Tables as data: finds data tables (real, rebuilt, flattened into text, grids of boxes), tells
 * layout tables from them, rewrites each in the tree as one well-formed rectangular <table> at its
 * place, and gives it as data. Layout tables become blocks.
 *
 * Called on the tree as parsed, before white space is normalised and attributes are stripped: lines
 * are told by <br>, blocks and line ends in the text; columns by runs of spaces and tabs; boxes by
 * class, role and style. Plain text is given as text nodes that keep its line ends and spaces (one
 * <p> or <div> with the text as it is will do); text that is no table stays byte for byte.
 */
#pragma once
#include "parsers/article.h"
#include "parsers/html.h"

/** All below `root`; appends to `tables` in document order. Words are never lost: what is no cell,
 * caption or footnote (which stands in the table's <tfoot>) stays text. Uses the nodes' `data`. */
void wd_tables_collect(
	struct wd_arena *a, struct wd_node *root, wd_tables *tables, wd_repairs *repairs);
/**
 * The same, but only the tree is put in order: what is found becomes well-formed tables, which a
 * later wd_tables_collect() on this tree or a part of it reports as they were found. For pages: so
 * that measuring them for the article sees tables, not scattered lines. Returns by how many nodes
 * at most the tree has grown.
 */
size_t wd_tables_prepare(struct wd_arena *a, struct wd_node *root);

/* ---- the least that flat tables ask for: where these say no, none is found ---- */

/** Parts the lines before it from those behind it; nothing in it is a line. */
bool wd_table_parts_lines(const struct wd_node *n);
/** Holds two or more boxes and nothing else, as a row of cells does. */
bool wd_table_is_box_row(const struct wd_node *n);
/** How many boxes it holds when it holds nothing else; cells without rows are at least this many.
 */
size_t wd_table_count_boxes(const struct wd_node *n);
#define WD_TABLE_STACK 6
/** A line of so many bytes can be a row, or a cell, that no delimiter tells. */
bool wd_table_is_short(size_t bytes);
/** The same, of a line whose text is known. */
bool wd_table_may_be_row(struct wd_str line);
/** It may hold a figure, or what stands for one. */
bool wd_table_may_hold_figure(struct wd_str line);
