/*
 * Is what was cleaned plainly settled: would cleaning it again change nothing?
 *
 * Cleaning is made a fixpoint by doing it again until nothing changes (clean.c). Most articles are
 * one at once, and finding that out must not cost a second cleaning. So the serialiser shows here
 * what it writes, and each step of the cleaner has its least demand tested on it: what the step
 * cannot do without. The answer is sound, not sharp: "settled" only where no step could find
 * anything to do, "not settled" too often, which costs time and nothing else.
 *
 *   mojibake         asked itself: it is quick (clean.c)
 *   markup repair    "<", "&", "/" and such before what could be a name (`debris`; then the repair
 *                    layer is asked itself, by clean.c)
 *   tables of boxes  two neighbours that hold nothing but boxes, or one with six of them
 *   tables in lines  neighbouring lines, no prose: two with a delimiter, three short ones with a
 *                    figure, six short ones
 *   tables as such   a table
 *   runs of text     two texts side by side that are not parted by a space
 *   lists            a line of a paragraph, or an item, that begins with a mark
 *   furniture        it was asked until it found nothing (clean_furniture.c tells)
 *
 * Lines end where tables_lines.c ends them.
 */
#include "base/utf8.h"
#include "parsers/clean_impl.h"
#include "parsers/repair_lex.h"
#include "parsers/tables.h"

enum { ROWS_DELIMITED = 2, ROWS_OF_FIGURES = 3, LINES_OF_CELLS = 6 };
/* What a line holds. */
enum {
	BAR = 1,         /* | and its like */
	COMMA = 2,       /* one with no space behind it, as between cells */
	WORDS = 4,       /* a comma with a space behind it: prose */
	SEMICOLON = 8,   /* one … */
	SEMICOLONS = 16, /* … and another */
	DOT = 32,        /* " · " and its like */
	QUOTED = 64,     /* a comma at a quotation mark */
};

void wd_watch_start(struct wd_clean_watch *w)
{
	*w = (struct wd_clean_watch){.line_start = true};
}

/* ---- could repair see markup in the text? ---- */

/* What stands behind a byte that could be part of broken markup: the rest of a table element's
 * name, of an entity, of a bracket. */
static bool may_be_debris(struct wd_str s, size_t i, bool more_text)
{
	if (i + 1 == s.n && (unsigned char)s.p[i] < 0x80)
		return more_text || s.p[i] == '<' || s.p[i] == '\\';
	char next = i + 1 < s.n ? s.p[i + 1] : 0;
	bool blank = wd_is_space(next) || (unsigned char)next >= 0x80;
	bool name = (next | 32) == 't' || (next | 32) == 'c';
	switch (s.p[i]) {
	case '&':
		return wd_is_alpha(next) || next == '#';
	case '/':
		return blank || name;
	case '%':
	case '=':
		return next == '3';
	case ']':
		return next == ']';
	case '[':
	case '{':
		return blank || name || next == '/' || next == '\\';
	case '<':
	case '\\':
		return true;
	default:
		return wd_rlex_may_be_bracket(s, i);
	}
}

/* "tr" and such at the start of a text: a tag's name without its brackets. */
static bool begins_with_name(struct wd_str s, bool more_text)
{
	size_t from = 0, to;
	while (from < s.n && wd_is_space(s.p[from]))
		from++;
	if (from == s.n || (s.p[from] | 32) != 't')
		return false;
	for (to = from; to < s.n && wd_is_alpha(s.p[to]);)
		to++;
	return (to == s.n && more_text) || wd_rlex_is_table(wd_tag_find(wd_str_sub(s, from, to)));
}

/* ---- lines ---- */

static unsigned delimiter_at(struct wd_str s, size_t i)
{
	unsigned char next = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;
	unsigned char third = i + 2 < s.n ? (unsigned char)s.p[i + 2] : 0;
	switch ((unsigned char)s.p[i]) {
	case '|':
		return BAR;
	case '!':
		return next == '!' ? BAR : 0;
	case ',':
		if (next == ' ')
			return WORDS;
		return next == '"' || (i > 0 && s.p[i - 1] == '"') ? COMMA | QUOTED : COMMA;
	case ';':
		return SEMICOLON;
	case '/':
		return i > 0 && s.p[i - 1] == ' ' ? DOT : 0;
	case 0xC2:
		return next == 0xA6 ? BAR : next == 0xB7 ? DOT : 0;
	case 0xE2:
		return next == 0x94 || next == 0x95 ? BAR : next == 0x80 && third == 0xA2 ? DOT : 0;
	case 0xEF:
		return next == 0xBD && third == 0x9C ? BAR : 0;
	default:
		return 0;
	}
}

static bool is_delimited(unsigned holds)
{
	return (holds & (BAR | SEMICOLONS | DOT | QUOTED)) || (holds & (COMMA | WORDS)) == COMMA;
}

/* A rule of dashes and such may stand between two rows. */
static bool may_be_rule(struct wd_str s)
{
	return s.n > 0 && ((unsigned char)s.p[0] == 0xE2 || memchr("-=_+|:{", s.p[0], 7) != NULL);
}

static void end_line(struct wd_clean_watch *w)
{
	w->line_start = true;
	if (w->nodes == 0)
		return;
	/* A line in pieces is not put together: it counts as one without prose, with figures. */
	bool pieces = w->nodes > 1;
	bool is_short = pieces ? wd_table_is_short(w->bytes) : wd_table_may_be_row(w->text);
	w->shorts = is_short ? w->shorts + 1 : 0;
	w->figures = is_short && (pieces || wd_table_may_hold_figure(w->text)) ? w->figures + 1 : 0;
	if (is_delimited(w->holds))
		w->delimited++;
	else if (!may_be_rule(w->text))
		w->delimited = 0;
	w->unsettled |= w->figures >= ROWS_OF_FIGURES || w->shorts >= LINES_OF_CELLS ||
			w->delimited >= ROWS_DELIMITED;
	w->bytes = w->nodes = 0;
	w->holds = 0;
}

static void part_lines(struct wd_clean_watch *w)
{
	end_line(w);
	w->shorts = w->figures = w->delimited = 0;
}

/* ---- what the serialiser shows ---- */

void wd_watch_byte(struct wd_clean_watch *w, const struct wd_node *n, size_t i)
{
	struct wd_str s = n->text;
	unsigned char c = (unsigned char)s.p[i];
	if (w->unsettled)
		return;
	unsigned held = delimiter_at(s, i);
	if (held & w->holds & SEMICOLON)
		held |= SEMICOLONS;
	w->holds |= held;
	if (!w->debris && (c != ',' && c != ';' && c != '|' && c != '!'))
		w->debris = may_be_debris(s, i, n->next != NULL && n->next->type == WD_NODE_TEXT);
}

/* A mark that lists are made of, at the start of a paragraph's line or of an item. */
static bool begins_with_mark(const struct wd_clean_watch *w, const struct wd_node *n)
{
	enum { PIECE = 8 }; /* a mark may be written in pieces */
	const struct wd_node *block = w->block;
	bool item = block == NULL || block->tag == WD_TAG_LI ||
		    (block->parent != NULL && block->parent->tag == WD_TAG_LI);
	if (!item && block->tag != WD_TAG_P)
		return false;
	if (n->text.n <= PIECE && n->next != NULL && n->next->type == WD_NODE_TEXT)
		return !wd_is_alpha(n->text.p[0]);
	return wd_clean_begins_with_mark(n->text, item);
}

void wd_watch_text(struct wd_clean_watch *w, const struct wd_node *n)
{
	struct wd_str s = n->text;
	const struct wd_node *next = n->next;
	if (w->unsettled || s.n == 0)
		return;
	bool more = next != NULL && next->type == WD_NODE_TEXT;
	w->debris |= begins_with_name(s, more);
	w->unsettled |= w->line_start && begins_with_mark(w, n);
	if (more && !wd_str_eqc(s, " ") && !wd_str_eqc(next->text, " "))
		w->unsettled = true;
	w->line_start = false;
	if (w->apart != NULL)
		return;
	w->nodes++;
	w->bytes += s.n;
	w->text = s;
}

void wd_watch_open(struct wd_clean_watch *w, const struct wd_node *n, bool is_block)
{
	if (w->unsettled)
		return;
	if (n->tag == WD_TAG_TABLE || n->tag == WD_TAG_PRE || n->tag == WD_TAG_DL)
		w->unsettled = true;
	if (is_block)
		w->block = n;
	if (w->apart == NULL && wd_table_parts_lines(n)) {
		part_lines(w);
		w->apart = n->first != NULL ? n : NULL;
	} else if (is_block || n->tag == WD_TAG_BR) {
		end_line(w);
	}
	if (wd_table_is_box_row(n)) {
		const struct wd_node *before = n->prev;
		while (before != NULL && before->type == WD_NODE_TEXT &&
			wd_str_trim(before->text).n == 0)
			before = before->prev;
		w->unsettled |= before != NULL && wd_table_is_box_row(before);
	}
	if (n->tag == WD_TAG_P && wd_table_count_boxes(n) >= WD_TABLE_STACK)
		w->unsettled = true;
}

void wd_watch_close(struct wd_clean_watch *w, const struct wd_node *n, bool is_block)
{
	if (w->unsettled)
		return;
	if (w->apart == n)
		w->apart = NULL;
	if (is_block)
		end_line(w);
}
