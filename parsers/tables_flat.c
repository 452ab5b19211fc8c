/*
 * Tables flattened into lines: cells apart by a delimiter, or one cell a line.
 *
 * Delimited: neighbouring lines that split into the same number of cells at the same delimiter.
 * Pipes and tabs say it plainly; two spaces, semicolons and commas need more lines and short cells,
 * because prose has them too.
 *
 * One cell a line: a run of short lines whose types repeat with a period. The period is the number
 * of columns. Words alone have no period, so headlines and addresses stay what they are; blank
 * lines between rows give the period away.
 */
#include "base/utf8.h"
#include "parsers/tables_impl.h"

#define MAX_COLS 48
#define MAX_ROWS 1000
#define MAX_PERIOD 24
#define MAX_CELL 200  /* bytes */
#define MAX_LINE 4000 /* what is longer is no row */

enum delim { D_WIKI, D_PIPE, D_TAB, D_SPACES, D_WIDE, D_SEMI, D_DOT, D_COMMA, D_COUNT };

/* ---- splitting ---- */

static size_t blank_bytes(struct wd_str s, size_t i)
{
	size_t at = i;
	return wd_cp_is_space(wd_utf8_next(s, &at)) ? at - i : 0;
}

/* Bit per delimiter that the byte can begin: nearly all bytes of a text begin none. */
#define CAN(d) (uint8_t)(1u << (d))
static const uint8_t can_begin[256] = {
	['|'] = CAN(D_WIKI) | CAN(D_PIPE),
	['!'] = CAN(D_WIKI),
	['\t'] = CAN(D_TAB) | CAN(D_SPACES),
	['\n'] = CAN(D_SPACES),
	['\v'] = CAN(D_SPACES),
	['\f'] = CAN(D_SPACES),
	['\r'] = CAN(D_SPACES),
	[' '] = CAN(D_SPACES) | CAN(D_DOT),
	[';'] = CAN(D_SEMI),
	[','] = CAN(D_COMMA),
	[0xC2] = CAN(D_SPACES) | CAN(D_PIPE),
	[0xE1] = CAN(D_SPACES),
	[0xE2] = CAN(D_SPACES) | CAN(D_WIDE) | CAN(D_PIPE),
	[0xE3] = CAN(D_SPACES) | CAN(D_WIDE),
	[0xEF] = CAN(D_SPACES) | CAN(D_PIPE),
};
_Static_assert(D_COUNT <= 8, "a bit for each delimiter");
#define IS_RULE (1u << D_COUNT) /* in a line's marks, beside those bits */

/* Bytes of the delimiter at i, 0: none there. */
static size_t delim_at(struct wd_str s, size_t i, enum delim d)
{
	static const char *const pipes[] = {"|", "│", "┃", "｜", "¦", "║"};
	size_t k, at = i, n = 0;
	if (wd_is_alnum(s.p[i])) /* nearly all bytes: no delimiter begins with one */
		return 0;
	switch (d) {
	case D_WIKI:
		return wd_str_starts(wd_str_from(s, i), WD_STR("||")) ||
				       wd_str_starts(wd_str_from(s, i), WD_STR("!!"))
			       ? 2
			       : 0;
	case D_WIDE: /* ideographic and em space */
		return wd_str_starts(wd_str_from(s, i), WD_STR("\xE3\x80\x80")) ||
				       wd_str_starts(wd_str_from(s, i), WD_STR("\xE2\x80\x83"))
			       ? 3
			       : 0;
	case D_PIPE:
		for (k = 0; k < WD_COUNTOF(pipes); k++)
			if (wd_str_starts(wd_str_from(s, i), wd_str_c(pipes[k])))
				return strlen(pipes[k]);
		return 0;
	case D_TAB:
		return s.p[i] == '\t' ? 1 : 0;
	case D_SEMI:
		return s.p[i] == ';' ? 1 : 0;
	case D_COMMA:
		return s.p[i] == ',' ? 1 : 0;
	case D_DOT:
		k = wd_str_starts(wd_str_from(s, i), WD_STR(" · "))   ? 4
		    : wd_str_starts(wd_str_from(s, i), WD_STR(" • ")) ? 5
		    : wd_str_starts(wd_str_from(s, i), WD_STR(" / ")) ? 3
								      : 0;
		return k;
	default:
		while (at < s.n && (k = blank_bytes(s, at)) > 0) {
			at += k;
			n++;
		}
		return n >= 2 ? at - i : 0;
	}
}

/* "a","b, c","d": commas as spreadsheets write them, all fields in quotes. */
static bool is_quoted(struct wd_str s)
{
	if (s.n <= 6 || s.p[0] != '"' || s.p[s.n - 1] != '"')
		return false;
	size_t parts = 0;
	for (size_t i = 1; (i = wd_str_chr(s, ',', i)) != SIZE_MAX; i++) {
		bool behind = s.p[i - 1] == '"', before = i + 1 < s.n && s.p[i + 1] == '"';
		if (behind != before)
			return false;
		parts += behind;
	}
	return parts > 0;
}

/* Only what stands between two fields parts them: quotes inside are often not written twice. */
static size_t split_quoted(struct wd_str s, struct wd_str *cells)
{
	size_t n = 0;
	s = wd_str_sub(s, 1, s.n - 1);
	for (;;) {
		size_t at = wd_str_find(s, WD_STR("\",\""), 0);
		if (n + 1 >= MAX_COLS)
			return 0;
		if (cells != NULL)
			cells[n] = wd_utf8_trim(wd_str_sub(s, 0, at));
		n++;
		if (at == SIZE_MAX)
			return n;
		s = wd_str_from(s, at + 3);
	}
}

/* The end of the field at `at`: behind its closing quote, if it has quotes, else at the comma.
 * *open: a quote was found that nothing closes; no other is looked for then. */
static size_t field_end(struct wd_str s, size_t at, bool *open)
{
	if (!*open && at < s.n && s.p[at] == '"') {
		for (size_t i = at + 1; (i = wd_str_chr(s, '"', i)) != SIZE_MAX; i++) {
			if (i + 1 < s.n && s.p[i + 1] == '"') /* written twice: one of the text */
				i++;
			else if (i + 1 >= s.n || s.p[i + 1] == ',')
				return i + 1;
		}
		*open = true;
	}
	size_t comma = wd_str_chr(s, ',', at);
	return comma == SIZE_MAX ? s.n : comma;
}

/* Commas as spreadsheets write them: "a, b",1,c. */
static size_t split_fields(struct wd_str s, struct wd_str *cells)
{
	size_t n = 0;
	bool open = false;
	for (size_t at = 0;; at++) {
		size_t end = field_end(s, at, &open);
		if (n >= MAX_COLS)
			return 0;
		struct wd_str cell = wd_utf8_trim(wd_str_sub(s, at, end));
		if (cell.n >= 2 && cell.p[0] == '"' && cell.p[cell.n - 1] == '"')
			cell = wd_utf8_trim(wd_str_sub(cell, 1, cell.n - 1));
		if (cells != NULL)
			cells[n] = cell;
		n++;
		at = end;
		if (at >= s.n)
			return n;
	}
}

/* A comma with a space behind it that no quotes hold: prose. */
static bool has_prose_comma(struct wd_str s)
{
	bool open = false;
	for (size_t at = 0; at < s.n; at++) {
		at = field_end(s, at, &open);
		if (at + 1 < s.n && s.p[at + 1] == ' ')
			return true;
	}
	return false;
}

/* Quotes inside a field are written twice. */
static struct wd_str unquote(struct wd_arena *a, struct wd_str s)
{
	char *p = wd_str_find(s, WD_STR("\"\""), 0) != SIZE_MAX ? wd_arena_bytes(a, s.n) : NULL;
	size_t n = 0;
	for (size_t i = 0; p != NULL && i < s.n; i++) {
		p[n++] = s.p[i];
		i += s.p[i] == '"' && i + 1 < s.n && s.p[i + 1] == '"';
	}
	return p != NULL ? (struct wd_str){p, n} : s;
}

/* Splits into at most MAX_COLS trimmed cells; returns how many, 0: too many. cells NULL: counts. */
static size_t split(struct wd_str s, enum delim d, struct wd_str *cells)
{
	size_t n = 0, from = 0;
	if (d == D_PIPE) { /* the outer pipes are a frame */
		s = wd_utf8_trim(s);
		size_t k = s.n > 0 ? delim_at(s, 0, d) : 0;
		s = wd_str_from(s, k);
		if (s.n > 0 && s.p[s.n - 1] == '|')
			s.n--;
	} else if (d == D_WIKI) { /* "| a || b", "! a !! b" */
		s = wd_utf8_trim(s);
		bool framed = s.n > 1 && (s.p[0] == '|' || s.p[0] == '!') && s.p[1] != s.p[0];
		s = framed ? wd_str_from(s, 1) : WD_STR_NONE;
	} else if (d != D_TAB) {
		s = wd_utf8_trim(s);
	}
	if (d == D_COMMA)
		return is_quoted(s) ? split_quoted(s, cells) : split_fields(s, cells);
	if (cells == NULL && (d == D_TAB || d == D_SEMI)) {
		char c = d == D_TAB ? '\t' : ';';
		for (size_t i = 0; n < MAX_COLS && (i = wd_str_chr(s, c, i)) != SIZE_MAX; i++)
			n++;
		return n < MAX_COLS ? n + 1 : 0;
	}
	for (size_t i = 0; i < s.n;) {
		size_t k = can_begin[(unsigned char)s.p[i]] & CAN(d) ? delim_at(s, i, d) : 0;
		if (k == 0) {
			i++;
			continue;
		}
		if (n + 1 >= MAX_COLS)
			return 0;
		if (cells != NULL)
			cells[n] = wd_utf8_trim(wd_str_sub(s, from, i));
		n++;
		i += k;
		from = i;
	}
	if (cells != NULL)
		cells[n] = wd_utf8_trim(wd_str_from(s, from));
	return n + 1;
}

/* What people write behind the mark that opens a wiki's table. */
static bool is_table_attribute(struct wd_str name)
{
	static const char *const names[] = {"class", "style", "border", "width", "align", "valign",
		"cellpadding", "cellspacing", "bgcolor", "id", "lang", "dir", "summary"};
	for (size_t i = 0; i < WD_COUNTOF(names); i++)
		if (wd_str_ieqc(name, names[i]))
			return true;
	return false;
}

static bool is_bare_value(char c)
{
	return wd_is_alnum(c) || (c != '\0' && strchr("-_%#.:;", c) != NULL);
}

/* name="value" name=value …: what opens a wiki's table; anything else behind its mark is text. */
static bool is_attributes(struct wd_str s)
{
	for (size_t i = 0; i < s.n;) {
		size_t from = i;
		while (i < s.n && (wd_is_alnum(s.p[i]) || s.p[i] == '-'))
			i++;
		if (!is_table_attribute(wd_str_sub(s, from, i)) || i + 1 >= s.n || s.p[i] != '=')
			return false;
		char quote = s.p[++i];
		bool quoted = quote == '"' || quote == '\'';
		i += quoted;
		while (i < s.n && (quoted ? s.p[i] != quote : is_bare_value(s.p[i])))
			i++;
		i += quoted && i < s.n;
		if (i < s.n && !wd_is_space(s.p[i]))
			return false;
		while (i < s.n && wd_is_space(s.p[i]))
			i++;
	}
	return true;
}

/* A line of dashes and such between rows. */
static bool is_rule(struct wd_str s)
{
	size_t marks = 0;
	if (wd_str_eqc(s, "|-") || wd_str_eqc(s, "|}") ||
		(wd_str_starts(s, WD_STR("{|")) && is_attributes(wd_str_trim(wd_str_from(s, 2)))))
		return true;
	for (size_t at = 0; at < s.n;) {
		uint32_t cp = wd_utf8_next(s, &at);
		if (cp == ' ' || cp == '\t')
			continue;
		bool ascii = cp < 0x80 && strchr("-=_+|:", (int)cp) != NULL;
		if (!ascii && !(cp >= 0x2500 && cp <= 0x257F) && cp != 0x2013 && cp != 0x2014)
			return false;
		marks++;
	}
	return marks >= 3;
}

/* ---- delimited ---- */

struct run {
	size_t from, to;
	size_t counts[MAX_COLS]; /* lines that split into so many cells */
	size_t rows, mode, rules, first_rule, quoted;
};

/* What a byte says about delimiters, a bit each: alone, and behind a space; LOOK: what follows it
 * tells. */
#define LOOK (uint16_t)(1u << (D_COUNT + 1))
#define BIT(d) (uint16_t)(1u << (d))
static const uint16_t byte_holds[256] = {
	['\t'] = BIT(D_TAB) | BIT(D_SPACES),
	['|'] = BIT(D_PIPE) | BIT(D_WIKI),
	[';'] = BIT(D_SEMI),
	[','] = BIT(D_COMMA),
	['!'] = LOOK,
	[0xC2] = BIT(D_PIPE) | BIT(D_SPACES), /* broken bar, no-break space */
	[0xE2] = LOOK,
	[0xE3] = LOOK,
	[0xEF] = BIT(D_PIPE) | BIT(D_SPACES), /* full-width bar */
};
static const uint16_t byte_holds_spaced[256] = {
	[' '] = BIT(D_SPACES), ['/'] = BIT(D_DOT), [0xC2] = BIT(D_DOT), /* middle dot */
};

/* What the bytes that need a second look may begin. */
static unsigned look_closer(struct wd_str s)
{
	unsigned found = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (!(byte_holds[(unsigned char)s.p[i]] & LOOK))
			continue;
		unsigned char next = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;
		unsigned char third = i + 2 < s.n ? (unsigned char)s.p[i + 2] : 0;
		switch ((unsigned char)s.p[i]) {
		case '!':
			found |= next == '!' ? BIT(D_WIKI) : 0u;
			break;
		case 0xE2: /* box drawing; spaces of several widths, line ends */
			if (next == 0x94 || next == 0x95)
				found |= BIT(D_PIPE);
			else if ((next == 0x80 && (third <= 0x8B || third >= 0xA8)) || next == 0x81)
				found |= BIT(D_SPACES) | BIT(D_WIDE);
			else if (next == 0x80 && third == 0xA2 && i > 0 && s.p[i - 1] == ' ')
				found |= BIT(D_DOT); /* bullet */
			break;
		case 0xE3: /* ideographic space */
			if (next == 0x80 && third == 0x80)
				found |= BIT(D_SPACES) | BIT(D_WIDE);
			break;
		default:
			break;
		}
	}
	return found;
}

/* The delimiters that a line may hold, a bit each: most hold none, which one look without a branch
 * shows. */
static unsigned may_hold(struct wd_str s)
{
	unsigned found = 0, spaced = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		found |= byte_holds[c] | (byte_holds_spaced[c] & spaced);
		spaced = c == ' ' ? 0xFFFFu : 0u;
	}
	return found & LOOK ? (found & ~(unsigned)LOOK) | look_closer(s) : found;
}

enum { NOT_COUNTED = 0xFF };
_Static_assert(MAX_COLS < NOT_COUNTED, "counts of cells are kept in bytes");

void wd_tline_mark(struct wd_arena *a, struct wd_tline *l)
{
	l->marks = l->text.n <= MAX_LINE ? (uint16_t)may_hold(l->text) : 0;
	if (l->marks != 0 && (l->cells = (uint8_t *)wd_arena_bytes(a, D_COUNT)) != NULL)
		memset(l->cells, NOT_COUNTED, D_COUNT);
	/* a wiki's mark is in one piece: no words of other elements go with it */
	if (is_rule(l->text) && (l->pieces == 1 || l->text.p[0] != '{'))
		l->marks |= IS_RULE;
}

/* How many cells the line makes at this delimiter; less than two: it is no row. */
static size_t count_cells(const struct wd_tline *l, enum delim d)
{
	if (l->table != NULL || !(l->marks & 1u << d))
		return 0;
	if (l->cells == NULL)
		return split(l->text, d, NULL);
	if (l->cells[d] == NOT_COUNTED)
		l->cells[d] = (uint8_t)split(l->text, d, NULL);
	return l->cells[d];
}

static struct run read_run(const struct wd_tline *l, size_t at, size_t end, enum delim d)
{
	struct run r = {.from = at, .to = at, .first_rule = SIZE_MAX};
	for (size_t i = at; i < end && r.rows < MAX_ROWS; i++) {
		if (i > at && l[i].gap == 3)
			break;
		if (l[i].marks & IS_RULE) {
			if (r.rules++ == 0)
				r.first_rule = r.rows;
			if (r.rules > r.rows + 2)
				break; /* an ornament */
			continue;
		}
		size_t n = count_cells(&l[i], d);
		if (n < 2)
			break;
		if (i > at && l[i].gap == 2 && r.rows > 1 && r.counts[n - 1] == 0)
			break; /* behind a blank line: another shape, another table */
		bool quoted = d == D_COMMA && is_quoted(l[i].text);
		if (d == D_COMMA && !quoted && has_prose_comma(l[i].text))
			break;
		if (quoted != (r.quoted > 0) && r.rows > 0 && r.counts[n - 1] == 0)
			break;
		r.counts[n - 1]++;
		r.quoted += quoted;
		r.rows++;
		r.to = i + 1;
	}
	for (size_t c = 1; c < MAX_COLS; c++)
		if (r.counts[c] > 0 && (r.mode == 0 || r.counts[c] > r.counts[r.mode - 1]))
			r.mode = c + 1;
	return r;
}

/* What a delimiter's cells look like, over all rows. */
struct look {
	size_t cells, figures, prose, long_cells, stops, figure_cols;
	size_t sentences; /* that end between two cells */
	size_t wrapped;   /* the rest of a sentence, or an item of a list … */
	size_t going_on;  /* … at the start of a row */
};

/* A letter or a digit. */
static bool has_word(struct wd_str s)
{
	for (size_t at = 0; at < s.n;) {
		uint32_t cp = wd_utf8_next(s, &at);
		if (wd_cp_is_letter(cp) || wd_cp_is_digit(cp))
			return true;
	}
	return false;
}

/* "- an item of a list", "and the rest of its sentence" */
static bool is_wrapped(struct wd_str s)
{
	enum { LEAST_WORDS = 3 };
	if (s.n < 2)
		return false;
	bool item = (s.p[0] == '-' || s.p[0] == '*') && s.p[1] == ' ';
	bool rest = s.p[0] >= 'a' && s.p[0] <= 'z';
	return (item || rest) && wd_count_words(s) >= LEAST_WORDS;
}

/* "… of conventions.  These are …": two spaces behind a full stop. Not "Samsung Co.  Seoul". */
static bool ends_sentence(struct wd_str s, struct wd_str next)
{
	enum { LEAST = 4 };
	size_t letters = 0;
	while (s.n > 0 && strchr("\")'", s.p[s.n - 1]) != NULL)
		s.n--;
	if (s.n == 0 || strchr(".?!", s.p[s.n - 1]) == NULL)
		return false;
	while (letters + 1 < s.n && s.p[s.n - 2 - letters] >= 'a' && s.p[s.n - 2 - letters] <= 'z')
		letters++;
	return letters >= LEAST && next.n > 0 &&
	       ((next.p[0] >= 'A' && next.p[0] <= 'Z') || next.p[0] == '(' || next.p[0] == '"');
}

static struct look look_at(const struct wd_tgrid *g)
{
	struct look k = {0};
	for (size_t c = 0; c < g->cols; c++) {
		size_t figures = 0, filled = 0;
		for (size_t r = 0; r < g->rows; r++) {
			struct wd_str s = wd_tgrid_at(g, r, c)->text;
			enum wd_ctype t = wd_ctype_of(s);
			k.cells++;
			filled += t != WD_CT_EMPTY;
			figures += wd_ctype_is_figure(t);
			k.prose += wd_is_prose(s);
			k.long_cells += s.n > 80;
			k.wrapped += is_wrapped(s);
			k.going_on += c == 0 && is_wrapped(s);
			k.stops += s.n > 20 && (s.p[s.n - 1] == '.' || s.p[s.n - 1] == '?' ||
						       s.p[s.n - 1] == '!');
			k.sentences +=
				c + 1 < g->cols && ends_sentence(s, wd_tgrid_at(g, r, c + 1)->text);
		}
		k.figures += figures;
		k.figure_cols += filled > 1 && figures + 1 >= filled && figures > 0;
	}
	return k;
}

/* Two columns of which the first is no column: "Editor:  Kim", or the same sign before each line
 * ("--  a comment", ">  somebody's words"). */
static bool has_heads(const struct wd_tgrid *g)
{
	size_t names = 0, signs = 0;
	struct wd_str first = wd_tgrid_at(g, 0, 0)->text;
	for (size_t r = 0; r < g->rows; r++) {
		struct wd_str s = wd_tgrid_at(g, r, 0)->text;
		names += s.n > 1 && s.p[s.n - 1] == ':';
		signs += s.n > 0 && wd_str_eq(s, first) && !has_word(s);
	}
	return g->cols == 2 && (names * 4 >= g->rows * 3 || signs == g->rows);
}

/* Lines that a writer broke, not cells. */
static bool is_running_text(const struct look *k)
{
	return k->wrapped * 6 > k->cells;
}

static bool is_convincing(const struct run *r, const struct wd_tgrid *g, enum delim d)
{
	struct look k = look_at(g);
	size_t odd = r->rows - r->counts[r->mode - 1];
	bool ruled = r->rules > 0;
	if (r->rows < 2 || odd * 10 > r->rows * 3)
		return false;
	switch (d) {
	case D_WIKI:
	case D_PIPE:
		return ruled || r->rows >= 3 || k.figures > 0;
	case D_TAB:
		return k.prose * 2 <= k.cells && (r->rows >= 3 || r->mode >= 3 || k.figures > 0);
	case D_WIDE:
	case D_SPACES:
		return k.stops * 5 <= k.cells && k.prose * 4 <= k.cells &&
		       k.sentences * 2 < r->rows && k.going_on * 2 < r->rows && !has_heads(g) &&
		       (r->rows >= 3 || (r->mode >= 3 && k.figures > 0));
	case D_DOT:
		return r->rows >= 3 && odd == 0 && r->mode >= 3 && k.figure_cols > 0;
	default:
		if (r->quoted == r->rows && r->rows >= 3 && odd == 0)
			return true;
		return r->rows >= 3 && odd == 0 && r->mode >= 3 && k.figure_cols > 0 &&
		       k.long_cells == 0;
	}
}

static void put_row(
	struct wd_arena *a, struct wd_str *row, size_t cols, struct wd_str *cells, size_t n)
{
	for (size_t c = 0; c < n; c++) {
		if (c < cols)
			row[c] = cells[c];
		else if (cells[c].n > 0) /* no word is lost */
			row[cols - 1] = wd_arena_cat(
				a, wd_arena_cat(a, row[cols - 1], WD_STR(" ")), cells[c]);
	}
}

/* Columns with nothing in any row come from tabs that indent or align. Returns how many are left.
 */
static size_t drop_empty_cols(struct wd_str *cells, size_t rows, size_t cols)
{
	size_t kept = 0;
	for (size_t c = 0; c < cols; c++) {
		bool filled = false;
		for (size_t r = 0; r < rows && !filled; r++)
			filled = cells[r * cols + c].n > 0;
		for (size_t r = 0; filled && r < rows; r++)
			cells[r * cols + kept] = cells[r * cols + c];
		kept += filled;
	}
	for (size_t r = 1; kept < cols && r < rows; r++)
		memmove(cells + r * kept, cells + r * cols, kept * sizeof(*cells));
	return kept;
}

static struct wd_tgrid *run_grid(
	struct wd_arena *a, const struct wd_tline *l, const struct run *r, enum delim d)
{
	struct wd_str cells[MAX_COLS];
	struct wd_str *all = wd_arena_array(a, r->rows * r->mode, sizeof(*all));
	size_t row = 0, n;
	for (size_t i = r->from; all != NULL && i < r->to; i++) {
		if ((l[i].marks & IS_RULE) || count_cells(&l[i], d) < 2)
			continue;
		n = split(l[i].text, d, cells);
		for (size_t c = 0; d == D_COMMA && c < n; c++)
			cells[c] = unquote(a, cells[c]);
		put_row(a, all + row++ * r->mode, r->mode, cells, n);
	}
	size_t cols = all != NULL ? drop_empty_cols(all, row, r->mode) : 0;
	return cols >= 2 ? wd_tgrid_of(a, all, row, cols) : NULL;
}

static bool try_delim(struct wd_arena *a, const struct wd_tline *l, size_t at, size_t end,
	enum delim d, struct wd_tfind *ret)
{
	if (!(l[at].marks & IS_RULE) && count_cells(&l[at], d) < 2)
		return false;
	struct run r = read_run(l, at, end, d);
	ret->to = WD_MAX(ret->to, r.to);
	if (r.rows < 2 || r.mode < 2)
		return false;
	struct wd_tgrid *g = run_grid(a, l, &r, d);
	if (g == NULL || !is_convincing(&r, g, d))
		return false;
	if ((r.first_rule == 1 && d == D_PIPE) || wd_tgrid_guess_header(g))
		g->header = 1;
	g->confidence = d <= D_TAB ? 0.9 : d <= D_WIDE ? 0.8 : 0.7;
	*ret = (struct wd_tfind){at, r.to, g};
	return true;
}

bool wd_find_delimited(
	struct wd_arena *a, const struct wd_tline *l, size_t at, size_t end, struct wd_tfind *ret)
{
	ret->to = at + 1;
	unsigned held = l[at].marks & IS_RULE ? ~0u : l[at].marks;
	for (enum delim d = D_WIKI; d < D_COUNT; d++)
		if ((held & 1u << d) && try_delim(a, l, at, end, d, ret))
			return true;
	/* an odd first line may hide a table, but a long run is not read again from each line */
	ret->to = at + 1 + (ret->to - at) / 16;
	return false;
}

/* "He said so.  She did not." */
static bool are_sentences(const struct wd_str *cells, size_t n)
{
	size_t found = 0;
	for (size_t c = 0; c < n; c++)
		found += cells[c].n > 0 && strchr(".?!", cells[c].p[cells[c].n - 1]) != NULL &&
			 wd_count_words(cells[c]) > 1;
	return found * 2 >= n;
}

struct wd_str *wd_split_delimited(struct wd_arena *a, struct wd_str line, size_t cols)
{
	struct wd_str cells[MAX_COLS];
	for (enum delim d = D_PIPE; d <= D_SPACES && cols <= MAX_COLS; d++) {
		if (split(line, d, cells) != cols || cols < 2 ||
			(d == D_SPACES && are_sentences(cells, cols)))
			continue;
		struct wd_str *ret = wd_arena_array(a, cols, sizeof(*ret));
		if (ret != NULL)
			memcpy(ret, cells, cols * sizeof(*ret));
		return ret;
	}
	return NULL;
}

/* ---- one cell a line ---- */

static int class_of(enum wd_ctype t)
{
	switch (t) {
	case WD_CT_YEAR:
		return 1;
	case WD_CT_NUMBER:
		return 2;
	case WD_CT_RANGE:
		return 3;
	case WD_CT_DATE:
		return 4;
	default:
		return 0;
	}
}

struct stack { /* a run of short lines */
	size_t from, n;
	const unsigned char *types;
};

struct period {
	size_t k, figure_cols, header_cols;
	double score;
};

static struct period judge_period(const struct stack *s, size_t k)
{
	struct period p = {.k = k};
	size_t rows = s->n / k;
	double sum = 0;
	for (size_t c = 0; c < k; c++) {
		size_t seen[5] = {0}, jokers = 0, best = 0;
		for (size_t r = 1; r < rows; r++) {
			enum wd_ctype t = s->types[s->from + r * k + c];
			if (t == WD_CT_DASH)
				jokers++;
			else
				seen[class_of(t)]++;
		}
		for (int i = 0; i < 5; i++)
			best = WD_MAX(best, seen[i]);
		size_t figures = seen[1] + seen[2] + seen[3] + seen[4];
		/* figures of any kind in one column agree better than words and figures */
		best = WD_MAX(best, figures);
		sum += (double)(best + jokers) / (double)(rows - 1);
		bool is_figure = figures > 0 && (figures + jokers) * 10 >= (rows - 1) * 9;
		p.figure_cols += is_figure;
		p.header_cols += is_figure && class_of(s->types[s->from + c]) == 0 &&
				 s->types[s->from + c] != WD_CT_DASH;
	}
	p.score = sum / (double)k;
	return p;
}

/* The smallest period that explains the lines as well as any. */
static struct period best_period(const struct stack *s)
{
	struct period best = {0};
	for (size_t k = 2; k <= MAX_PERIOD && k * 3 <= s->n; k++) {
		if (s->n % k != 0)
			continue;
		struct period p = judge_period(s, k);
		if (p.figure_cols == 0 || p.figure_cols == k)
			continue;
		if (p.score > best.score + 0.02 ||
			(p.score > best.score - 0.02 && p.header_cols > 0 && best.header_cols == 0))
			best = p;
	}
	return best;
}

static bool period_convinces(const struct period *p, size_t rows)
{
	if (p->k < 2 || p->score < 0.85)
		return false;
	if (p->header_cols > 0 && p->header_cols == p->figure_cols)
		return rows >= 4 || p->score > 0.95;
	return p->k >= 3 && p->figure_cols >= 2 && rows >= 4 && p->score > 0.93;
}

/* All groups between blank lines of one size: it is the number of columns. */
static size_t group_size(const struct wd_tline *l, size_t at, size_t end, size_t *ret_end)
{
	size_t size = 0, i = at, rows = 0;
	while (i < end) {
		size_t from = i++;
		while (i < end && l[i].gap < 2)
			i++;
		size_t n = i - from;
		if (size == 0)
			size = n;
		if (n != size || (i < end && l[i].gap > 2)) {
			if (n == size)
				rows++;
			else
				i = from;
			break;
		}
		rows++;
	}
	*ret_end = i;
	return rows >= 3 ? size : 0;
}

static bool short_line(const struct wd_tline *l)
{
	return l->table == NULL && l->text.n <= MAX_CELL && !wd_is_prose(l->text);
}

static struct wd_tgrid *stack_grid(
	struct wd_arena *a, const struct wd_tline *l, size_t from, size_t rows, size_t k)
{
	struct wd_str *cells = wd_arena_array(a, rows * k, sizeof(*cells));
	for (size_t i = 0; cells != NULL && i < rows * k; i++)
		cells[i] = l[from + i].text;
	return cells != NULL ? wd_tgrid_of(a, cells, rows, k) : NULL;
}

/* Do most rows hold the same kind in each column? */
static bool columns_agree(struct wd_arena *a, const struct wd_tgrid *g)
{
	size_t n = g->rows * g->cols;
	unsigned char *types = wd_arena_array(a, n, 1);
	for (size_t i = 0; types != NULL && i < n; i++)
		types[i] = (unsigned char)wd_ctype_of(g->cells[i].text);
	struct stack s = {0, n, types};
	return types != NULL && judge_period(&s, g->cols).score > 0.85;
}

static bool try_groups(
	struct wd_arena *a, const struct wd_tline *l, size_t at, size_t end, struct wd_tfind *ret)
{
	size_t stop, k = group_size(l, at, end, &stop);
	if (k < 2 || k > MAX_PERIOD)
		return false;
	struct wd_tgrid *g = stack_grid(a, l, at, (stop - at) / k, k);
	if (g == NULL)
		return false;
	struct look look = look_at(g);
	bool header = wd_tgrid_guess_header(g);
	if (!columns_agree(a, g) || (g->rows < 4 && look.long_cells > 0))
		return false;
	if (look.prose > 0 || is_running_text(&look) ||
		(!header && (look.figure_cols == 0 || k < 3)))
		return false;
	g->header = header;
	g->confidence = 0.8;
	*ret = (struct wd_tfind){at, stop, g};
	return true;
}

/* A period needs figures and words. */
static bool has_both(const unsigned char *types, size_t n)
{
	size_t figures = 0;
	for (size_t i = 0; i < n; i++)
		figures += class_of(types[i]) != 0;
	return figures > 1 && figures < n;
}

bool wd_find_stacked(
	struct wd_arena *a, const struct wd_tline *l, size_t at, size_t end, struct wd_tfind *ret)
{
	size_t n = 0;
	while (at + n < end && n < MAX_ROWS * 4 && (n == 0 || l[at + n].gap < 3) &&
		short_line(&l[at + n]))
		n++;
	ret->to = at + WD_MAX(n, 1);
	if (n < WD_TABLE_STACK)
		return false;
	if (try_groups(a, l, at, at + n, ret))
		return true;
	unsigned char *types = wd_arena_array(a, n, 1);
	for (size_t i = 0; types != NULL && i < n; i++)
		types[i] = (unsigned char)wd_ctype_of(l[at + i].text);
	if (types == NULL || !has_both(types, n))
		return false;
	/* a caption before, a note or two behind */
	for (size_t before = 0; before < 3; before++)
		for (size_t behind = 0; behind < 3 && before + behind + 6 <= n; behind++) {
			struct stack s = {before, n - before - behind, types};
			struct period p = best_period(&s);
			size_t rows = p.k > 0 ? s.n / p.k : 0;
			if (!period_convinces(&p, rows))
				continue;
			struct wd_tgrid *g = stack_grid(a, l, at + before, rows, p.k);
			struct look look = g != NULL ? look_at(g) : (struct look){0};
			if (g == NULL || is_running_text(&look) ||
				(rows < 4 && look.long_cells > 0))
				return false;
			g->header = (p.header_cols > 0 && p.header_cols == p.figure_cols) ||
				    wd_tgrid_is_headed_by_years(g);
			g->confidence = 0.5 + 0.4 * p.score - 0.1 * (double)(before + behind > 0);
			*ret = (struct wd_tfind){at + before, at + before + s.n, g};
			return true;
		}
	return false;
}
