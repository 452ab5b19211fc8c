/**
 * Tables as data. Works on the cleaned tree (and on text blocks): finds data tables (real, rebuilt,
 * flattened into text, div grids), tells layout tables from them, rewrites each in the tree as one
 * well-formed rectangular <table> at its place, and gives it as data. Layout tables are unwrapped.
 */
#pragma once
#include "parsers/article.h"
#include "parsers/html.h"

/** All below `root`; appends to `tables` in document order. Words are never lost: what is no cell
 * stays text. */
void wd_tables_collect(
	struct wd_arena *a, struct wd_node *root, wd_tables *tables, wd_repairs *repairs);
