/**
 * What the files of table recognition share. Internal to parsers/tables*.c.
 *
 *   tables_real.c    <table> elements: data or layout, grids, merging what was cut apart
 *   tables_boxes.c   grids of <div>/<span>/<li>
 *   tables_lines.c   the text between tables as lines; cutting lines out of the tree
 *   tables_flat.c    lines with delimiters; one cell a line
 *   tables_single.c  lines whose columns only their types tell
 *   tables_signs.c   lines with a sign between their cells that is no usual delimiter
 *   tables_code.c    lines that only look like rows: program text, commands
 *   tables_header.c  header words without separators
 *   tables_notes.c   footnotes, captions, header lines beside a table
 *   tables_types.c   what a cell holds
 *   tables_out.c     grid → <table> and wd_table
 */
#pragma once
#include "parsers/tables.h"

/* ---- types ---- */

enum wd_ctype {
	WD_CT_EMPTY,
	WD_CT_DASH, /* –, n/a, ?: "no value" */
	WD_CT_YEAR,
	WD_CT_NUMBER, /* with or without a unit, currency, percent, sign */
	WD_CT_DATE,
	WD_CT_RANGE, /* 3–2, 10-13, 22/1, 1:25:23 */
	WD_CT_CODE,  /* letters and digits mixed: GL-A-1, C7 */
	WD_CT_WORD,  /* one word */
	WD_CT_TEXT,  /* some words */
	WD_CT_LONG,  /* a sentence or more */
};

/** One token or a whole cell. */
enum wd_ctype wd_ctype_of(struct wd_str s);
/** Digits decide: number, year, range, and dashes that stand for them. */
static inline bool wd_ctype_is_figure(enum wd_ctype t)
{
	return t == WD_CT_DASH || t == WD_CT_YEAR || t == WD_CT_NUMBER || t == WD_CT_RANGE ||
	       t == WD_CT_DATE;
}
/** Is it prose: ends like a sentence, or is too long for a cell of a flat table? */
bool wd_is_prose(struct wd_str s);
size_t wd_count_words(struct wd_str s);

/* ---- grids ---- */

struct wd_tcell {
	struct wd_str text;
	struct wd_node *node;      /* where its content comes from; NULL: the text alone */
	uint32_t colspan, rowspan; /* of the first slot; 0: covered by another cell's span */
};
struct wd_tgrid {
	struct wd_tcell *cells; /* rows × cols */
	size_t rows, cols, header;
	size_t cap; /* rows that fit into `cells` */
	struct wd_str caption;
	struct wd_node *caption_node;
	wd_strs notes;
	double confidence;
	bool repaired;
};
static inline struct wd_tcell *wd_tgrid_at(const struct wd_tgrid *g, size_t row, size_t col)
{
	return &g->cells[row * g->cols + col];
}
/** NULL: over the limits. */
struct wd_tgrid *wd_tgrid_new(struct wd_arena *a, size_t rows, size_t cols);
/** A grid whose cells are `count` slices, row by row. */
struct wd_tgrid *wd_tgrid_of(
	struct wd_arena *a, const struct wd_str *cells, size_t rows, size_t cols);
/** The row becomes the first one, as a header. */
void wd_tgrid_lift(struct wd_arena *a, struct wd_tgrid *g, size_t row);
/** A new header row before all others; `cells` has g->cols slices. */
bool wd_tgrid_add_header(struct wd_arena *a, struct wd_tgrid *g, const struct wd_str *cells);
/** Guesses whether the first row names the columns. */
bool wd_tgrid_guess_header(const struct wd_tgrid *g);
/** Its first row is a name and years, over words and figures. */
bool wd_tgrid_is_headed_by_years(const struct wd_tgrid *g);
/** The well-formed <table>; takes the content of the cells' nodes. */
struct wd_node *wd_tgrid_node(struct wd_arena *a, struct wd_tgrid *g);
/** Keeps what is known about the grid in its <table>'s flags, for a later wd_tables_collect(). */
void wd_tgrid_remember(const struct wd_tgrid *g, struct wd_node *table);
void wd_tgrid_recall(struct wd_tgrid *g, const struct wd_node *table);
/** Appends the grid as data. */
void wd_tgrid_push(struct wd_arena *a, const struct wd_tgrid *g, wd_tables *tables);
/** A cell's or line's text: white space single, invisible characters out. */
struct wd_str wd_table_text(struct wd_arena *a, struct wd_str s);
struct wd_str wd_table_node_text(struct wd_arena *a, const struct wd_node *n);

/* ---- passes over the tree ----
 *
 * Until the last moment a table is a TABLE node whose `data` is its grid: the source's own element,
 * or an empty one at the place of what was flattened. wd_tables_collect() then swaps in the
 * well-formed ones.
 */

void wd_tables_real(struct wd_arena *a, struct wd_node *root);
void wd_tables_boxes(struct wd_arena *a, struct wd_node *root);
void wd_tables_flat(struct wd_arena *a, struct wd_node *root);
void wd_tables_notes(struct wd_arena *a, struct wd_node *root);
/** Footnote rows inside a real table's grid become notes. */
void wd_tgrid_own_notes(struct wd_arena *a, struct wd_tgrid *g);
/** The grid of a table that a pass above has found. */
static inline struct wd_tgrid *wd_table_grid(const struct wd_node *n)
{
	return n->type == WD_NODE_ELEMENT && n->tag == WD_TAG_TABLE ? n->data : NULL;
}

/* ---- lines ---- */

struct wd_piece { /* part of a text node; the bytes stay where they are when nodes are split */
	struct wd_node *node;
	const char *from, *to;
};
struct wd_tline {
	struct wd_str text;   /* as written, without its line end and the spaces around */
	size_t piece, pieces; /* into wd_tlines.pieces */
	uint8_t gap;    /* before it: 0 line end, 1 new block, 2 blank line, 3 something else stands
			 * there
			 */
	uint16_t marks; /* delimiters that the text may hold, and whether it is a rule */
	uint8_t *cells; /* what it splits into, by delimiter, as far as asked; may be NULL */
	bool pre;
	struct wd_node *br;    /* the <br> that ends it, NULL: something else does */
	struct wd_node *table; /* no text: this table stands here */
};
struct wd_tlines {
	WD_VEC(struct wd_tline) v;
	WD_VEC(struct wd_piece) pieces;
};
/** The text outside tables, code and controls as lines, tables as lines of their own. */
void wd_tlines_read(struct wd_arena *a, struct wd_node *root, struct wd_tlines *ret);
/** Puts `table` where line `from` begins and takes the lines [from, to) out of the tree. */
void wd_tlines_replace(
	struct wd_arena *a, struct wd_tlines *l, size_t from, size_t to, struct wd_node *table);
/** Takes the lines out. */
void wd_tlines_cut(struct wd_arena *a, struct wd_tlines *l, size_t from, size_t to);

/** What a recogniser found: lines [from, to) are this grid. */
struct wd_tfind {
	size_t from, to;
	struct wd_tgrid *grid;
};
/** Each looks at the lines from `at` (< end) on, which no barrier parts; false: no table begins
 * here, and none of this kind before ret->to. */
bool wd_find_delimited(
	struct wd_arena *a, const struct wd_tline *l, size_t at, size_t end, struct wd_tfind *ret);
bool wd_find_stacked(
	struct wd_arena *a, const struct wd_tline *l, size_t at, size_t end, struct wd_tfind *ret);
bool wd_find_single(
	struct wd_arena *a, const struct wd_tline *l, size_t at, size_t end, struct wd_tfind *ret);
bool wd_find_signs(
	struct wd_arena *a, const struct wd_tline *l, size_t at, size_t end, struct wd_tfind *ret);
/** Are they program text or commands, whose columns are none? */
bool wd_tlines_are_code(const struct wd_tline *l, size_t n);
/** Notes in the line what wd_find_delimited() asks of it again and again. */
void wd_tline_mark(struct wd_arena *a, struct wd_tline *l);
/** Splits the line at its delimiters as the table's rows would be. NULL: not into `cols` cells. */
struct wd_str *wd_split_delimited(struct wd_arena *a, struct wd_str line, size_t cols);
/**
 * Header words without separators → one name per column of the grid's rows from `row0` on, by
 * brackets, capitals, known column names and the columns' types. NULL: not with enough evidence.
 */
struct wd_str *wd_split_header(struct wd_arena *a, struct wd_str words, const struct wd_tgrid *g,
	size_t row0, double *ret_confidence);
/** Share of the names that end in a noun known to head columns. */
double wd_header_evidence(const struct wd_str *names, size_t n);
/** The words as one header cell over all columns, when they cannot be told apart. */
void wd_tgrid_unsplit_header(struct wd_arena *a, struct wd_tgrid *g, struct wd_str words);
/** Could this line name columns: short, no sentence, words rather than figures? */
bool wd_is_header_line(struct wd_str s);
