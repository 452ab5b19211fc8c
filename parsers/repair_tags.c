/*
 * Broken tags → plain tags.
 *
 * Problem: `< td >`, `td >`, ` td 1 /td `, `<td Text</td` may be a table whose markup was damaged,
 * or words about markup, or arithmetic. One token cannot tell.
 *
 * Chosen way: tokens are read in order and written repaired at once, while a cluster collects what
 * they amount to: cells that open and close, rows that begin with cells, whether a table is open. A
 * cluster ends where text stands between the cells, or at a block of the page. Then it is judged:
 * enough of a table, and the repaired text stays; else the output is cut back to the cluster's
 * start and the source copied as it was. So every byte is written at most twice.
 *
 * Rejected: repairing by patterns on single tags (sees markup in prose); a token list first (needs
 * many times the input's memory for hostile input).
 *
 * Other elements (`< p >`, `< / b >`) are mended when the document both opens and closes them so.
 */
#include "parsers/repair_passes.h"

#include "base/utf8.h"

#define MAX_CELL_TEXT 20000 /* bytes; what is longer was no cell */

struct cluster {
	bool active;
	size_t raw_at, out_at;
	size_t cells, pairs, row_starts, broken, strays;
	size_t whole, escaped, clashes; /* tags with brackets; with references for them; the latter
					   where the grammar wants none */
	bool escaped_end;               /* what closed the last cell */
	int tables;                     /* open table elements */
	unsigned blocks;                /* that began in it and are open */
	bool had_table;                 /* one began here … */
	bool plain_table;               /* … with an undamaged tag */
	enum wd_tag cell;               /* open cell, WD_TAG_OTHER: none */
	bool caption, after_row, line_start;
	size_t last_at; /* end of the last table tag */
};

struct pass {
	const struct wd_repair_log *log;
	struct wd_str s;
	struct wd_buf out;
	size_t done; /* source bytes written so far */
	struct cluster c;
	struct wd_rlex_dead dead;
	/* spaced tags of other elements in the document */
	uint32_t opens[WD_TAG_COUNT], ends[WD_TAG_COUNT];
	int64_t spaced, lost_lt, lost_gt, bare, quote;
	int64_t c_spaced, c_lost_lt, c_lost_gt, c_bare; /* of the open cluster */
};

static bool is_void(enum wd_tag tag)
{
	return tag == WD_TAG_BR || tag == WD_TAG_HR || tag == WD_TAG_IMG;
}

static bool has_text(struct wd_str s, size_t from, size_t to)
{
	s.n = to;
	return wd_rlex_skip(s, from) < to;
}

/* The tag that ends before `at` stands in a line of text: "20<sup>", "<i>n</i>". */
static bool is_inline(struct wd_str s, size_t at)
{
	enum { LONGEST = 256 };
	size_t from = at - 1, to;
	while (from > 0 && at - from < LONGEST && s.p[from] != '<')
		from--;
	if (s.p[from] != '<')
		return false;
	from += s.p[from + 1] == '/' ? 2 : 1;
	for (to = from; to < at && wd_is_alnum(s.p[to]);)
		to++;
	enum wd_tag tag = wd_tag_find(wd_str_sub(s, from, to));
	return tag != WD_TAG_OTHER && tag != WD_TAG_BR && !wd_tag_is_block(tag) &&
	       !wd_rlex_is_table(tag);
}

/* A start of line or of a block, so that what follows is not part of a sentence. */
static bool at_line_start(struct wd_str s, size_t at)
{
	while (at > 0) {
		char c = s.p[at - 1];
		if (c == '\n')
			return true;
		if (c == '>')
			return !is_inline(s, at);
		if (!wd_is_space(c) && (unsigned char)c < 0x80)
			return false;
		if ((unsigned char)c >= 0x80) {
			size_t p = at;
			(void)wd_utf8_prev(s, &p);
			if (wd_rlex_blank(s, p) == 0)
				return s.p[at - 1] == '\x9E' && at >= 3 && s.p[at - 3] == '\xEF';
			at = p;
			continue;
		}
		at--;
	}
	return true;
}

static bool is_table_enough(const struct cluster *c)
{
	if (c->strays > c->pairs + c->row_starts)
		return false;
	/* Escaped tags are the table's own only among others, and where tags have to be: a table
	 * about tags holds them in its cells. */
	if (c->escaped > 0 && (c->whole == 0 || c->clashes * 8 > c->escaped || c->pairs < 2))
		return false;
	if (c->had_table && (c->pairs >= 1 || (c->plain_table && c->cells >= 2)))
		return true;
	if (c->pairs >= 4 || (c->row_starts >= 2 && c->cells >= 4))
		return true;
	return c->line_start && c->pairs >= 2;
}

static void cluster_end(struct pass *p)
{
	struct cluster *c = &p->c;
	if (c->active && c->broken > 0) {
		if (is_table_enough(c)) {
			*p->log->tables = true;
			p->spaced += p->c_spaced;
			p->lost_lt += p->c_lost_lt;
			p->lost_gt += p->c_lost_gt;
			p->bare += p->c_bare;
		} else {
			p->out.n = WD_MIN(p->out.n, c->out_at);
			wd_buf_add(&p->out, wd_str_sub(p->s, c->raw_at, p->done));
		}
	}
	memset(c, 0, sizeof(*c));
	p->c_spaced = p->c_lost_lt = p->c_lost_gt = p->c_bare = 0;
}

/* Writes the source up to `to`; text between cells ends a cluster. */
static void flush(struct pass *p, size_t to)
{
	if (to <= p->done)
		return;
	struct cluster *c = &p->c;
	if (c->active && c->cell == WD_TAG_OTHER && !c->caption && c->tables <= 0 &&
		has_text(p->s, p->done, to))
		cluster_end(p);
	else if (c->active && to - c->last_at > MAX_CELL_TEXT)
		cluster_end(p);
	wd_buf_add(&p->out, wd_str_sub(p->s, p->done, to));
	p->done = to;
}

static void cluster_start(struct pass *p, size_t at)
{
	struct cluster *c = &p->c;
	if (c->active)
		return;
	c->active = true;
	c->raw_at = at;
	c->out_at = p->out.n;
	c->line_start = at_line_start(p->s, at);
}

/* Counts what speaks for and against escaped tags. */
static void take_escaped(struct cluster *c, const struct wd_rtag *t)
{
	bool cell = wd_rlex_is_cell(t->tag), open = c->cell != WD_TAG_OTHER;
	c->whole += !t->escaped;
	c->escaped += t->escaped;
	if (t->escaped)
		c->clashes += t->end ? cell && !open : open;
	else if (cell && t->end && !open)
		c->clashes += c->escaped_end;
	if (cell && t->end)
		c->escaped_end = t->escaped;
}

/* What the tag amounts to in the cluster. */
static void cluster_take(struct cluster *c, const struct wd_rtag *t)
{
	take_escaped(c, t);
	switch ((int)t->tag) {
	case WD_TAG_TABLE:
		c->tables += t->end ? -1 : 1;
		c->had_table |= !t->end;
		c->plain_table |= !t->end && t->form == WD_RF_PLAIN;
		c->cell = WD_TAG_OTHER;
		break;
	case WD_TAG_TD:
	case WD_TAG_TH:
		if (t->end) {
			if (c->cell == WD_TAG_OTHER)
				c->strays += t->form != WD_RF_PLAIN;
			else
				c->pairs++;
			c->cell = WD_TAG_OTHER;
		} else {
			c->cells++;
			c->row_starts += c->after_row;
			c->cell = t->tag;
		}
		break;
	case WD_TAG_CAPTION:
		c->caption = !t->end;
		break;
	default:
		c->cell = WD_TAG_OTHER;
	}
	c->after_row = t->tag == WD_TAG_TR && !t->end;
	c->last_at = t->next;
}

/* A name without brackets is a tag only where the grammar wants one. */
static bool bare_fits(struct pass *p, const struct wd_rtag *t)
{
	const struct cluster *c = &p->c;
	bool in_cell = c->cell != WD_TAG_OTHER;
	if (t->tag == WD_TAG_COL || t->tag == WD_TAG_COLGROUP)
		return false;
	if (t->tag == WD_TAG_CAPTION)
		return t->end ? c->caption : c->active && !in_cell && c->cells == 0;
	if (t->end)
		return wd_rlex_is_cell(t->tag) ? in_cell : c->active && !in_cell;
	if (in_cell || c->caption)
		return false;
	if (wd_rlex_is_cell(t->tag))
		return c->active || at_line_start(p->s, t->at);
	size_t next = wd_rlex_skip(p->s, t->next);
	struct wd_rtag n;
	return (wd_rlex_tag(p->s, next, &n) || wd_rlex_bare(p->s, next, &n)) &&
	       (wd_rlex_is_table(n.tag) || (n.end && c->active));
}

static void count_form(struct pass *p, enum wd_rform form)
{
	p->c.broken++;
	p->c_spaced += form == WD_RF_SPACED;
	p->c_lost_lt += form == WD_RF_LOST_LT;
	p->c_lost_gt += form == WD_RF_LOST_GT;
	p->c_bare += form == WD_RF_BARE;
}

static void table_tag(struct pass *p, const struct wd_rtag *t)
{
	flush(p, t->at);
	/* Words before a table that look like its tags are not made such by its own. */
	if (t->tag == WD_TAG_TABLE && !t->end && p->c.active &&
		(p->c.cells == 0 || (p->c.tables <= 0 && !p->c.had_table)))
		cluster_end(p);
	cluster_start(p, t->at);
	cluster_take(&p->c, t);
	if (t->form == WD_RF_PLAIN) {
		wd_buf_add(&p->out, wd_str_sub(p->s, t->at, t->next));
	} else {
		if (t->form == WD_RF_QUOTE)
			p->quote++;
		count_form(p, t->form);
		wd_rlex_put(&p->out, t);
	}
	p->done = t->next;
}

/* `<p <b>`, `<h2 Words</h2>`: the tag ends where its name does, if what follows agrees. */
static bool lost_gt_fits(struct wd_str s, const struct wd_rtag *t)
{
	size_t next = wd_rlex_skip(s, t->next);
	struct wd_rtag n;
	if (next < s.n && s.p[next] == '<')
		return wd_rlex_tag(s, next, &n);
	if (t->end)
		return true;
	size_t lt = wd_str_chr(s, '<', next);
	return lt != SIZE_MAX && wd_rlex_tag(s, lt, &n) && n.end && n.tag == t->tag;
}

static bool other_fits(const struct pass *p, const struct wd_rtag *t)
{
	switch (t->form) {
	case WD_RF_QUOTE:
		return true;
	case WD_RF_LOST_GT:
		return lost_gt_fits(p->s, t);
	case WD_RF_SPACED:
		if (is_void(t->tag))
			return p->opens[t->tag] >= 2;
		return p->opens[t->tag] > 0 && p->ends[t->tag] > 0;
	default:
		return false;
	}
}

static bool opens_block(const struct wd_rtag *t)
{
	return !t->end && wd_tag_is_block(t->tag) && !wd_rlex_is_table(t->tag);
}

static bool ends_block(const struct wd_rtag *t)
{
	return t->end && wd_tag_is_block(t->tag) && !wd_rlex_is_table(t->tag);
}

static void other_tag(struct pass *p, const struct wd_rtag *t)
{
	struct cluster *c = &p->c;
	flush(p, t->at);
	bool outside = c->active && c->tables <= 0;
	if (outside && c->cell == WD_TAG_OTHER && opens_block(t))
		cluster_end(p);
	else if (c->active && c->pairs == 0 && c->blocks == 0 && ends_block(t) &&
		 (outside || !c->line_start ||
			 (c->cells == 0 && has_text(p->s, c->last_at, t->at))))
		cluster_end(p); /* a word of the paragraph that ends here */
	c->blocks += c->active && opens_block(t);
	c->blocks -= c->blocks > 0 && ends_block(t);
	if (t->form == WD_RF_PLAIN || !other_fits(p, t)) {
		wd_buf_add(&p->out, wd_str_sub(p->s, t->at, t->next));
	} else {
		p->spaced += t->form == WD_RF_SPACED;
		p->lost_gt += t->form == WD_RF_LOST_GT;
		p->quote += t->form == WD_RF_QUOTE;
		wd_rlex_put(&p->out, t);
	}
	p->done = t->next;
}

/* The first byte of a bracket or of what replaced one. */
static bool may_open(char c)
{
	static const bool opens[256] = {
		['<'] = true, ['&'] = true, ['['] = true, ['{'] = true, [0xC2 ... 0xFF] = true};
	return opens[(unsigned char)c];
}

/* Counts the spaced tags of other elements. */
static void survey(struct pass *p)
{
	struct wd_rtag t;
	for (size_t i = 0; i < p->s.n;) {
		if (!may_open(p->s.p[i])) {
			i++;
			continue;
		}
		size_t to = p->s.p[i] == '<' ? wd_rlex_protected(p->s, i, &p->dead) : 0;
		if (to > 0) {
			i = to;
		} else if (wd_rlex_tag(p->s, i, &t)) {
			if (t.form == WD_RF_SPACED &&
				(t.attrs.n == 0 || wd_str_chr(t.attrs, '=', 0) != SIZE_MAX))
				(t.end ? p->ends : p->opens)[t.tag]++;
			i = t.next;
		} else {
			i++;
		}
	}
}

static bool may_be_bare(struct wd_str s, size_t i, bool word_start)
{
	unsigned char c = (unsigned char)s.p[i];
	if (c == '/')
		return true;
	return (word_start && ((c | 32) == 't' || (c | 32) == 'c')) || c == 0xEF;
}

static void scan(struct pass *p)
{
	struct wd_str s = p->s;
	struct wd_rtag t;
	bool word_start = true;
	size_t k;
	for (size_t i = 0; i < s.n;) {
		while (!word_start && i < s.n && wd_is_alnum(s.p[i])) /* inside a word */
			i++;
		if (i == s.n)
			break;
		char c = s.p[i];
		if (may_open(c)) {
			size_t to = c == '<' ? wd_rlex_protected(s, i, &p->dead) : 0;
			if (to > 0) {
				flush(p, i);
				wd_buf_add(&p->out, wd_str_sub(s, i, to));
				i = p->done = to;
				word_start = true;
				continue;
			}
			if (wd_rlex_tag(s, i, &t)) {
				if (wd_rlex_is_table(t.tag))
					table_tag(p, &t);
				else
					other_tag(p, &t);
				i = p->done;
				word_start = true;
				continue;
			}
		}
		if (may_be_bare(s, i, word_start) && wd_rlex_bare(s, i, &t) &&
			(t.form == WD_RF_LOST_LT || (word_start && bare_fits(p, &t)))) {
			table_tag(p, &t);
			i = p->done;
			word_start = true;
			continue;
		}
		k = wd_rlex_blank(s, i);
		word_start = k > 0 || c == '>';
		i += k > 0 ? k : 1;
	}
	flush(p, s.n);
	cluster_end(p);
}

struct wd_str wd_repair_tags(const struct wd_repair_log *log, struct wd_str s)
{
	struct pass *p = wd_arena_new_of(log->a, struct pass);
	if (p == NULL)
		return s;
	p->log = log;
	p->s = s;
	wd_buf_init(&p->out, s.n + s.n / 2 + 4096);
	survey(p);
	memset(&p->dead, 0, sizeof(p->dead));
	scan(p);
	wd_repair_note(log, "spaced_tag", p->spaced);
	wd_repair_note(log, "lost_bracket", p->lost_lt + p->lost_gt);
	wd_repair_note(log, "bare_tag_name", p->bare);
	wd_repair_note(log, "attribute_quote", p->quote);
	bool changed = p->spaced + p->lost_lt + p->lost_gt + p->bare + p->quote > 0;
	return wd_repair_done(log->a, &p->out, s, changed);
}
