/*
 * The repair layer in front of the tokeniser: markup text → markup text.
 *
 * Most documents need nothing, so one scan over the bytes decides which passes run: it reads tags
 * the quick way, keeps a balance of cells and rows, and looks at the few places where damage shows
 * (a `<` before a blank, a `>` in text behind a tag's name, `&lt;` before a name, …). The scan may
 * ask for a pass too often, never too rarely; the passes want evidence before they change anything.
 *
 * Order: escaped markup first (what comes out may be broken as well), then tags that a sentence
 * only speaks of, then broken tags, then the structure of tables, which needs plain tags.
 */
#include "parsers/repair_passes.h"

#define ESCAPED 1u
#define BROKEN 2u
#define ROWS 4u
#define STRINGS 8u
#define MENTIONS 16u
#define CELLS 32u
#define ESCAPES 64u

void wd_repair_note(const struct wd_repair_log *log, const char *kind, int64_t count)
{
	if (count > 0 && log->list != NULL)
		wd_repair_add(log->a, log->list, kind, log->field, count, WD_STR_NONE);
}

struct wd_str wd_repair_done(struct wd_arena *a, struct wd_buf *b, struct wd_str s, bool changed)
{
	struct wd_str ret = s;
	if (changed && !wd_buf_failed(b) && wd_arena_dup(a, wd_buf_str(b), &ret) < 0)
		ret = s;
	wd_buf_done(b);
	return ret;
}

struct look {
	struct wd_str s;
	unsigned need;
	struct wd_rlex_dead dead;
	int tables;
	size_t cell_starts, cell_ends, row_starts, row_ends;
	size_t cells_before, rows_before; /* of the table that began last */
	enum wd_tag last;                 /* the last tag, when nothing but blanks came since */
	bool last_end;
};

static char at(const struct look *l, size_t i)
{
	return i < l->s.n ? l->s.p[i] : 0;
}

/* A table element's name at i, as a whole word in any case. */
static enum wd_tag word_at(const struct look *l, size_t i)
{
	size_t n = 0;
	while (n < 8 && wd_is_alpha(at(l, i + n)))
		n++;
	if (n < 2 || n > 7 || wd_is_alnum(at(l, i + n)))
		return WD_TAG_OTHER;
	enum wd_tag tag = wd_tag_find((struct wd_str){l->s.p + i, n});
	return wd_rlex_is_table(tag) ? tag : WD_TAG_OTHER;
}

/* A table ends: rows and no cells, or cells and no rows? */
static void ask_cells(struct look *l)
{
	bool cells = l->cell_starts > l->cells_before, rows = l->row_starts > l->rows_before;
	if (cells != rows)
		l->need |= CELLS;
}

static void structure(struct look *l, enum wd_tag tag, bool end)
{
	bool is_cell = wd_rlex_is_cell(tag);
	if (tag == WD_TAG_TABLE && end) {
		ask_cells(l);
	} else if (tag == WD_TAG_TABLE) {
		l->cells_before = l->cell_starts;
		l->rows_before = l->row_starts;
	}
	if (tag == WD_TAG_TABLE)
		l->tables += end ? -1 : 1;
	else if ((is_cell || tag == WD_TAG_TR) && l->tables <= 0)
		l->need |= ROWS;
	if (is_cell && !end)
		l->cell_starts++;
	else if (is_cell)
		l->cell_ends++;
	l->row_starts += tag == WD_TAG_TR && !end;
	l->row_ends += tag == WD_TAG_TR && end;
	if (tag == WD_TAG_TR && !end && wd_rlex_is_cell(l->last) && !l->last_end)
		l->need |= ROWS;
	if (is_cell && end && l->last == WD_TAG_TR && l->last_end)
		l->need |= ROWS;
	l->last = tag;
	l->last_end = end;
}

/* Attributes of the plain tag at `i` (behind its name), up to behind its '>'. */
static size_t quick_attrs(struct look *l, size_t i)
{
	static const bool plain[256] = {[' '] = true,
		['-'] = true,
		['_'] = true,
		['0' ... '9'] = true,
		['A' ... 'Z'] = true,
		['a' ... 'z'] = true};
	const unsigned char *b = (const unsigned char *)l->s.p;
	while (i < l->s.n) {
		while (l->s.n - i >= 4 && plain[b[i]] && plain[b[i + 1]] && plain[b[i + 2]] &&
			plain[b[i + 3]])
			i += 4;
		while (i < l->s.n && plain[b[i]])
			i++;
		if (i == l->s.n)
			break;
		char c = l->s.p[i];
		if (c == '>')
			return i + 1;
		if (c == '<' || (unsigned char)c >= 0x80) {
			l->need |= BROKEN;
			return i + (c != '<');
		}
		if (c == '=' && (at(l, i + 1) == '"' || at(l, i + 1) == '\'')) {
			const char *v = l->s.p + i + 2;
			const char *q = memchr(v, l->s.p[i + 1], l->s.n - i - 2);
			if (q == NULL || memchr(v, '<', (size_t)(q - v)) != NULL) {
				l->need |= BROKEN;
				if (q == NULL)
					return i + 1;
			}
			i = (size_t)(q - l->s.p) + 1;
			continue;
		}
		i++;
	}
	return i;
}

/* Begins the name of an element whose content is left alone: script, pre, textarea, … */
static bool may_protect(char c)
{
	const uint32_t letters = 1u << ('s' - 'a') | 1u << ('p' - 'a') | 1u << ('t' - 'a') |
				 1u << ('c' - 'a') | 1u << ('k' - 'a') | 1u << ('x' - 'a') |
				 1u << ('i' - 'a') | 1u << ('l' - 'a') | 1u << ('n' - 'a') |
				 1u << ('m' - 'a');
	return (letters >> (c - 'a') & 1) != 0;
}

/* A tag at '<'; returns the offset behind it. */
static size_t quick_tag(struct look *l, size_t i)
{
	size_t p = i + 1;
	bool end = at(l, p) == '/';
	p += end;
	char c = at(l, p);
	if (!wd_is_alpha(c)) {
		if (c == '!' && wd_str_starts(wd_str_from(l->s, p), WD_STR("![CDATA[")))
			l->need |= ESCAPED;
		else if (wd_rlex_blank(l->s, p) > 0 && wd_is_alpha(at(l, wd_rlex_skip(l->s, p))))
			l->need |= BROKEN;
		else if (wd_rlex_blank(l->s, p) > 0 && at(l, wd_rlex_skip(l->s, p)) == '/')
			l->need |= BROKEN;
		else if (c == '<' || c == '\\' || c == '&')
			l->need |= BROKEN;
		size_t to = !end && c == '!' ? wd_rlex_protected(l->s, i, &l->dead) : 0;
		return to > 0 ? to : i + 1;
	}
	size_t name = p;
	while (wd_is_alnum(at(l, p)))
		p++;
	struct wd_str word = wd_str_sub(l->s, name, p);
	char first = wd_lower(c);
	if (!end && word.n > 2 && may_protect(first)) {
		size_t to = wd_rlex_protected(l->s, i, &l->dead);
		if (to > 0) {
			l->last = WD_TAG_OTHER;
			return to;
		}
	}
	/* <amp-img>: no element that is mended */
	if ((at(l, p) == '-' || at(l, p) == '_') && wd_rlex_litter(l->s, p) == 0) {
		first = 0;
		while (wd_is_alnum(at(l, p)) || at(l, p) == '-' || at(l, p) == '_')
			p++;
	}
	char behind = at(l, p);
	if (behind == '>' || behind == ' ')
		; /* nearly always */
	else if (end && !wd_is_space(behind))
		l->need |= BROKEN;
	else if (behind == '&' || (behind == ':' && word_at(l, p + 1) != WD_TAG_OTHER) ||
		 wd_rlex_litter(l->s, p) > 0)
		l->need |= BROKEN;
	else if (at(l, p) != 0 && strchr(").,;+*", at(l, p)) != NULL) {
		l->need |= MENTIONS;
		first = 0; /* "if (x<table)": it begins no table */
	}
	p = quick_attrs(l, p);
	enum wd_tag tag = (first == 't' || first == 'c') && word.n >= 2 && word.n <= 8
				  ? wd_tag_find(word)
				  : WD_TAG_OTHER;
	if (wd_rlex_is_table(tag))
		structure(l, tag, end);
	else if ((first == 't' || first == 'c') && word.n < 6 && wd_tag_find(word) == WD_TAG_OTHER)
		l->need |= BROKEN; /* a torn name? */
	size_t next = p;
	while (wd_is_space(at(l, next)))
		next++;
	if ((at(l, next) | 32) == 't' && word_at(l, next) != WD_TAG_OTHER)
		l->need |= BROKEN; /* a bare name between tags */
	return p;
}

/* '>' in text: does a tag that lost its '<' end here? */
static void stray_gt(struct look *l, size_t i)
{
	size_t p = i;
	while (p > 0 && (wd_is_space(l->s.p[p - 1]) || (unsigned char)l->s.p[p - 1] >= 0x80) &&
		i - p < 16)
		p--;
	if (p == 0)
		return;
	char c = l->s.p[p - 1];
	if (wd_is_alpha(c) || c == '"' || c == '\'' || wd_is_digit(c) || c == '%')
		l->need |= BROKEN;
}

static void slash(struct look *l, size_t i)
{
	if (word_at(l, wd_rlex_skip(l->s, i + 1)) != WD_TAG_OTHER)
		l->need |= BROKEN;
}

/* Behind "&amp;": another reference, not the rest of "AT&amp;T". Brackets count without semicolon.
 */
static bool may_be_name(struct wd_str s)
{
	enum { LONGEST = 10 };
	size_t n = 0;
	if (s.n == 0 || !wd_is_alpha(s.p[0]))
		return s.n > 0 && s.p[0] == '#';
	while (n < s.n && n <= LONGEST && wd_is_alnum(s.p[n]))
		n++;
	return wd_str_istarts(s, WD_STR("lt")) || wd_str_istarts(s, WD_STR("gt")) ||
	       (n < s.n && s.p[n] == ';');
}

static void entity(struct look *l, size_t i)
{
	struct wd_str rest = wd_str_from(l->s, i + 1);
	if (rest.n < 3)
		return;
	if (rest.p[0] == ' ')
		rest = wd_str_from(rest, 1);
	if (rest.p[0] == 'l' || rest.p[0] == 'L' || rest.p[0] == '#') {
		if (wd_str_istarts(rest, WD_STR("lt")) || wd_str_istarts(rest, WD_STR("#60")) ||
			wd_str_istarts(rest, WD_STR("#x3c")) ||
			wd_str_starts(rest, WD_STR("#060")) ||
			wd_str_starts(rest, WD_STR("#0060"))) {
			struct wd_rtag t;
			l->need |= ESCAPED;
			if (wd_rlex_tag(l->s, i, &t)) /* part of a table whose rest is not? */
				l->need |= BROKEN;
		}
	} else if (wd_str_istarts(rest, WD_STR("amp;")) && may_be_name(wd_str_from(rest, 4))) {
		l->need |= ESCAPED;
	}
}

/* A bracket of another kind before a table element's name. */
static void replaced(struct look *l, size_t i)
{
	struct wd_rtag t;
	size_t p = i + ((unsigned char)l->s.p[i] < 0x80          ? 1
			       : (unsigned char)l->s.p[i] < 0xE0 ? 2
								 : 3);
	char c = at(l, p);
	if (c == '/' || c == '\\' || (c | 32) == 't' || (c | 32) == 'c' ||
		(unsigned char)c >= 0x80 || wd_is_space(c))
		l->need |= wd_rlex_tag(l->s, i, &t) ? BROKEN : 0;
}

/* Markup inside a string of another language: <\/td>, \u003ctd, %3Ctd, =3Ctd. */
static void encoded(struct look *l, size_t i)
{
	struct wd_str rest = wd_str_from(l->s, i);
	if (wd_str_istarts(rest, WD_STR("\\u003c")) || wd_str_istarts(rest, WD_STR("\\x3c")) ||
		wd_str_istarts(rest, WD_STR("%3c")) || wd_str_istarts(rest, WD_STR("=3c")) ||
		wd_str_starts(rest, WD_STR("\\\"")) || wd_str_starts(rest, WD_STR("\\<")))
		l->need |= STRINGS;
	if (rest.p[0] == '\\' && rest.n > 1 && (rest.p[1] == 't' || rest.p[1] == 'n'))
		l->need |= ESCAPES;
}

static unsigned look(struct wd_str s, struct wd_arena *a)
{
	static const bool special[256] = {['<'] = true,
		['>'] = true,
		['&'] = true,
		['/'] = true,
		[']'] = true,
		['['] = true,
		['{'] = true,
		['\\'] = true,
		['%'] = true,
		['='] = true,
		[0xC2] = true,
		[0xCB] = true,
		[0xE2] = true,
		[0xE3] = true,
		[0xEF] = true};
	struct look *l = wd_arena_new_of(a, struct look);
	if (l == NULL)
		return 0;
	l->s = s;
	for (size_t i = 0; i < s.n;) {
		size_t from = i;
		const unsigned char *b = (const unsigned char *)s.p;
		while (s.n - i >= 4 && !(special[b[i]] | special[b[i + 1]] | special[b[i + 2]] |
					       special[b[i + 3]]))
			i += 4;
		while (i < s.n && !special[b[i]])
			i++;
		if (i > from && l->last != WD_TAG_OTHER && wd_rlex_skip(s, from) < i)
			l->last = WD_TAG_OTHER;
		if (i >= s.n)
			break;
		switch (s.p[i]) {
		case '<':
			i = quick_tag(l, i);
			continue;
		case '>':
			stray_gt(l, i);
			break;
		case '&':
			entity(l, i);
			break;
		case '/':
			slash(l, i);
			break;
		case ']':
			if (at(l, i + 1) == ']' && (at(l, i + 2) == '>' || at(l, i + 2) == '&'))
				l->need |= ESCAPED;
			break;
		case '\\':
		case '%':
		case '=':
			encoded(l, i);
			break;
		default: /* perhaps what replaced a bracket */
			replaced(l, i);
		}
		l->last = s.p[i] == '>' ? l->last : WD_TAG_OTHER;
		i++;
	}
	if (l->tables > 0)
		ask_cells(l);
	if (l->cell_starts != l->cell_ends || l->row_starts != l->row_ends)
		l->need |= ROWS;
	if (word_at(l, wd_rlex_skip(s, 0)) != WD_TAG_OTHER)
		l->need |= BROKEN;
	return l->need;
}

struct wd_str wd_repair_markup(
	struct wd_arena *a, struct wd_str html, const char *field, wd_repairs *repairs)
{
	bool tables = false;
	return wd_repair_tables(a, html, field, repairs, &tables);
}

struct wd_str wd_repair_tables(struct wd_arena *a, struct wd_str html, const char *field,
	wd_repairs *repairs, bool *ret_tables)
{
	const struct wd_repair_log log = {a, field, repairs, ret_tables};
	unsigned need = look(html, a);
	if (need == 0)
		return html;
	if (need & (STRINGS | BROKEN)) {
		struct wd_str before = html;
		html = wd_repair_signs(&log, wd_repair_strings(&log, html));
		if (html.p != before.p)
			need |= look(html, a);
	}
	if (need & ESCAPES)
		html = wd_repair_escapes(&log, html);
	if (need & ESCAPED) {
		struct wd_str before = html;
		html = wd_repair_escaped(&log, html);
		if (html.p != before.p)
			need |= look(html, a);
	}
	if (need & (BROKEN | ROWS | MENTIONS))
		html = wd_repair_html_mentions(&log, html);
	if (need & BROKEN) {
		struct wd_str before = html;
		html = wd_repair_tags(&log, html);
		if (html.p != before.p)
			need |= ROWS | CELLS;
	}
	if (need & CELLS)
		html = wd_repair_cells(&log, html);
	return need & ROWS ? wd_repair_rows(&log, html) : html;
}
