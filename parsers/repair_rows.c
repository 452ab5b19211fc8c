/*
 * Table structure that no tree builder would guess right: end tags that lost their slash
 * (`<td>1<td><td>2<td>`), cells and rows nested the wrong way round (`<td><tr>1</td>`), rows with
 * no table around them. Plain tags in, plain tags out; missing and stray end tags are left to the
 * tree builder, whose rules for them are good.
 *
 * Lost slashes and missing end tags look alike for one tag. A first walk reads all cell tags as if
 * only slashes were lost, and counts what contradicts: text that then stands between cells. Without
 * contradictions the reading is right (`lost_slash`).
 *
 * Rows outside a table get one when a look-ahead (a fixed number of tags) finds at least two cells.
 */
#include "parsers/repair_passes.h"

#define MAX_DEPTH 32
#define LOOK_AHEAD 24 /* tags */

struct level {
	bool made; /* we wrote its <table>, so we close it where it ends */
	bool in_cell, thead;
	uint32_t blocks; /* opened inside the made table */
};

struct pass {
	const struct wd_repair_log *log;
	struct wd_str s;
	struct wd_buf out;
	size_t done;
	struct wd_rlex_dead dead;
	bool lost_slash;
	struct level levels[MAX_DEPTH];
	int depth;
	int64_t slashes, swapped, outside, started;
};

/* The next plain tag at or after `at`; false at the end. */
static bool next_tag(struct wd_str s, size_t at, struct wd_rlex_dead *dead, struct wd_rtag *ret)
{
	while ((at = wd_str_chr(s, '<', at)) != SIZE_MAX) {
		size_t to = wd_rlex_protected(s, at, dead);
		if (to > 0) {
			at = to;
			continue;
		}
		if (wd_rlex_tag(s, at, ret) && ret->form == WD_RF_PLAIN)
			return true;
		at++;
	}
	return false;
}

static bool blank_between(struct wd_str s, size_t from, size_t to)
{
	s.n = to;
	return wd_rlex_skip(s, from) >= to;
}

static bool is_row_part(const struct wd_rtag *t)
{
	return wd_rlex_is_cell(t->tag) || t->tag == WD_TAG_TR || t->tag == WD_TAG_TBODY ||
	       t->tag == WD_TAG_THEAD || t->tag == WD_TAG_TFOOT;
}

/* Only a tag (no text) follows; gives it. Comments and such between are stepped over. */
static bool follows(struct pass *p, size_t at, struct wd_rtag *ret)
{
	for (;;) {
		at = wd_rlex_skip(p->s, at);
		if (at >= p->s.n || p->s.p[at] != '<')
			return false;
		size_t to = wd_rlex_protected(p->s, at, &p->dead);
		if (to == 0)
			return wd_rlex_tag(p->s, at, ret);
		at = to;
	}
}

/* Nothing a reader sees stands between: blanks, comments, scripts, unknown empty tags. */
static bool debris_between(struct pass *p, size_t from, size_t to)
{
	struct wd_str s = wd_str_sub(p->s, 0, to);
	for (;;) {
		from = wd_rlex_skip(s, from);
		if (from >= to)
			return true;
		if (s.p[from] != '<')
			return false;
		size_t end = wd_rlex_protected(p->s, from, &p->dead);
		if (end == 0) {
			size_t gt = wd_str_chr(s, '>', from);
			end = gt == SIZE_MAX ? 0 : gt + 1;
		}
		if (end == 0)
			return false;
		from = end;
	}
}

/* A row part or the table's end comes next, stray end tags of other elements left aside. */
static bool row_follows(struct pass *p, size_t at)
{
	struct wd_rtag n;
	while (follows(p, at, &n)) {
		if (is_row_part(&n) || n.tag == WD_TAG_TABLE)
			return true;
		if (!n.end || wd_rlex_is_table(n.tag))
			return false;
		at = n.next;
	}
	return false;
}

/* ---- lost slashes ---- */

static void survey(struct pass *p)
{
	struct wd_rtag t;
	size_t at = 0, text_at = 0, lost = 0, against = 0;
	bool in_cell = false, was_cell = false;
	while (next_tag(p->s, at, &p->dead, &t)) {
		bool text = !blank_between(p->s, text_at, t.at);
		if (!wd_rlex_is_table(t.tag)) {
			/* an inline element between cells is text as well */
			if (!t.end && was_cell && !in_cell && !wd_tag_is_void(t.tag))
				text = true;
			if (text && was_cell && !in_cell)
				in_cell = true, against++;
			at = text_at = t.next;
			continue;
		}
		if (text && was_cell && !in_cell)
			in_cell = true, against++;
		if (wd_rlex_is_cell(t.tag)) {
			bool closes = t.end || (in_cell && t.attrs.n == 0);
			lost += closes && !t.end;
			against += in_cell && !closes;
			in_cell = !closes;
			was_cell = true;
		} else {
			struct wd_rtag n;
			/* a row that begins with a cell right where another row's cell is open */
			if (t.tag == WD_TAG_TR && !t.end && in_cell && follows(p, t.next, &n) &&
				wd_rlex_is_cell(n.tag))
				against++;
			in_cell = was_cell = false;
		}
		at = text_at = t.next;
	}
	p->lost_slash = lost > 0 && against * 4 <= lost;
}

/* ---- writing ---- */

static void copy_to(struct pass *p, size_t to)
{
	if (to > p->done) {
		wd_buf_add(&p->out, wd_str_sub(p->s, p->done, to));
		p->done = to;
	}
}

static struct level *top(struct pass *p)
{
	return p->depth > 0 ? &p->levels[p->depth - 1] : NULL;
}

static void push(struct pass *p, bool made)
{
	if (p->depth < MAX_DEPTH)
		p->levels[p->depth++] = (struct level){.made = made};
}

static void pop(struct pass *p)
{
	if (p->depth > 0)
		p->depth--;
}

static void close_made(struct pass *p)
{
	wd_buf_addc(&p->out, "</table>");
	pop(p);
}

/* From a row or cell that stands outside tables: are there cells enough for a table? */
static bool is_table_ahead(struct pass *p, const struct wd_rtag *first)
{
	struct wd_rtag t = *first;
	int cells = 0, ends = 0;
	for (int i = 0; i < LOOK_AHEAD; i++) {
		if (wd_rlex_is_cell(t.tag)) {
			cells += !t.end;
			ends += t.end;
		}
		if (cells >= 2 && (ends >= 1 || cells >= 4))
			return true;
		if (!t.end && (t.tag == WD_TAG_TABLE || (wd_tag_is_block(t.tag) && cells == 0 &&
								!wd_rlex_is_table(t.tag))))
			return false;
		if (!next_tag(p->s, t.next, &p->dead, &t))
			return false;
	}
	return false;
}

/* From the end of a cell that stands outside tables: do only ends of cells and rows follow, enough
 * of them for a table whose start tags are all lost? */
static bool is_table_of_ends(struct pass *p, const struct wd_rtag *first)
{
	struct wd_rtag t = *first;
	int cells = 0, rows = 0;
	for (int i = 0; i < LOOK_AHEAD; i++) {
		if (!t.end && (wd_rlex_is_table(t.tag) || wd_tag_is_block(t.tag)))
			break;
		cells += t.end && wd_rlex_is_cell(t.tag);
		rows += t.end && t.tag == WD_TAG_TR;
		if (!next_tag(p->s, t.next, &p->dead, &t))
			break;
	}
	return cells >= 4 && rows >= 1;
}

/* A row or cell start; swaps `<td><tr>` whose row holds no cell of its own. */
static bool swap_start(struct pass *p, const struct wd_rtag *t)
{
	struct wd_rtag row, n;
	if (!follows(p, t->next, &row) || row.tag != WD_TAG_TR || row.end ||
		row.form != WD_RF_PLAIN)
		return false;
	if (follows(p, row.next, &n) && !(n.end && wd_rlex_is_cell(n.tag)) &&
		wd_rlex_is_table(n.tag))
		return false;
	wd_buf_add(&p->out, wd_str_sub(p->s, row.at, row.next));
	wd_buf_add(&p->out, wd_str_sub(p->s, t->at, t->next));
	p->done = row.next;
	p->swapped++;
	return true;
}

static void cell_tag(struct pass *p, const struct wd_rtag *t)
{
	struct level *l = top(p);
	struct wd_rtag n;
	if (l != NULL && l->in_cell && p->lost_slash && !t->end && t->attrs.n == 0 &&
		(!follows(p, t->next, &n)
				? wd_rlex_skip(p->s, t->next) >= p->s.n
				: wd_rlex_is_table(n.tag) && !(n.end && wd_rlex_is_cell(n.tag)))) {
		struct wd_rtag end = {.tag = t->tag, .end = true};
		wd_rlex_put(&p->out, &end);
		p->done = t->next;
		p->slashes++;
		l->in_cell = false;
		return;
	}
	if (t->end) {
		if (l != NULL)
			l->in_cell = false;
		copy_to(p, t->next);
		return;
	}
	if (!swap_start(p, t))
		copy_to(p, t->next);
	if (l != NULL)
		l->in_cell = true;
}

/* `</tr></td>` while the cell is open: the cell ends first. */
static bool swap_end(struct pass *p, const struct wd_rtag *t)
{
	struct wd_rtag n;
	struct level *l = top(p);
	if (l == NULL || !l->in_cell || !follows(p, t->next, &n) || !n.end ||
		!wd_rlex_is_cell(n.tag) || n.form != WD_RF_PLAIN)
		return false;
	wd_buf_add(&p->out, wd_str_sub(p->s, n.at, n.next));
	wd_buf_add(&p->out, wd_str_sub(p->s, t->at, t->next));
	p->done = n.next;
	l->in_cell = false;
	p->swapped++;
	return true;
}

static void table_start(struct pass *p, const struct wd_rtag *t)
{
	struct level *l = top(p);
	struct wd_rtag n;
	bool row_next = follows(p, t->next, &n) && is_row_part(&n) && !n.end;
	if (p->lost_slash && l != NULL && !l->in_cell && t->attrs.n == 0 && !row_next) {
		wd_buf_addc(&p->out, "</table>");
		p->done = t->next;
		p->slashes++;
		pop(p);
		return;
	}
	if (l != NULL && l->made && !l->in_cell) {
		if (row_next) { /* rows before their table's tag: one table */
			l->made = false;
			p->done = t->next;
			return;
		}
		close_made(p);
	}
	copy_to(p, t->next);
	push(p, false);
}

static void table_end(struct pass *p, const struct wd_rtag *t)
{
	struct level *l = top(p);
	struct wd_rtag n;
	if (l == NULL) { /* stray */
		copy_to(p, t->next);
		return;
	}
	bool rows_follow = p->depth == 1 && follows(p, t->next, &n) && !n.end &&
			   (n.tag == WD_TAG_TR || wd_rlex_is_cell(n.tag));
	if (rows_follow) { /* rows behind their table's end: they belong to it */
		l->made = true;
		l->in_cell = false;
		p->done = t->next;
		p->outside++;
		return;
	}
	copy_to(p, t->next);
	pop(p);
}

static void table_part(struct pass *p, const struct wd_rtag *t)
{
	struct level *l = top(p);
	if (l == NULL && is_row_part(t) && !t->end) {
		if (!is_table_ahead(p, t)) {
			copy_to(p, t->next);
			return;
		}
		wd_buf_addc(&p->out, "<table>");
		push(p, true);
		p->outside++;
		l = top(p);
	}
	if (wd_rlex_is_cell(t->tag)) {
		cell_tag(p, t);
		return;
	}
	if (l != NULL && t->tag == WD_TAG_THEAD && !t->end && l->thead && p->lost_slash) {
		wd_buf_addc(&p->out, "</thead>");
		p->done = t->next;
		p->slashes++;
		l->thead = false;
		return;
	}
	if (t->tag == WD_TAG_TR && t->end && swap_end(p, t))
		return;
	if (l != NULL) {
		l->thead = t->tag == WD_TAG_THEAD ? !t->end : l->thead;
		/* a stray `<tr>` right behind `<td>` was swapped; any other row part ends the cell
		 */
		l->in_cell = false;
	}
	copy_to(p, t->next);
}

/* Any other element while a table of ours is open: does the table end here? */
static void other_tag(struct pass *p, const struct wd_rtag *t)
{
	struct level *l = top(p);
	if (l == NULL || !l->made || !wd_tag_is_block(t->tag)) {
		copy_to(p, t->next);
		return;
	}
	if (!t->end) {
		if (l->in_cell)
			l->blocks += !wd_tag_is_void(t->tag);
		else
			close_made(p);
	} else if (l->blocks > 0) {
		l->blocks--;
	} else if (row_follows(p, t->next)) {
		p->done = t->next; /* a stray end tag between rows */
		return;
	} else if (!l->in_cell || t->tag != WD_TAG_P) {
		close_made(p);
	}
	copy_to(p, t->next);
}

static void walk(struct pass *p)
{
	struct wd_rtag t;
	bool in_row = false; /* right behind a row's start */
	while (next_tag(p->s, p->done, &p->dead, &t)) {
		struct level *l = top(p);
		bool cell_end = t.end && wd_rlex_is_cell(t.tag);
		if (l != NULL && l->made && !l->in_cell && !cell_end &&
			!debris_between(p, p->done, t.at)) {
			close_made(p);
			l = top(p);
		}
		if (l == NULL && cell_end && !debris_between(p, p->done, t.at) &&
			is_table_of_ends(p, &t)) {
			wd_buf_addc(&p->out, "<table>");
			push(p, true);
			p->outside++;
			l = top(p);
		}
		/* its start tag is lost; or the row's first cell has none */
		bool first = in_row && !t.end && wd_rlex_is_cell(t.tag);
		if (l != NULL && !l->in_cell && (cell_end || first) &&
			!debris_between(p, p->done, t.at)) {
			struct wd_rtag start = {.tag = t.tag};
			wd_rlex_put(&p->out, &start);
			p->started++;
			l->in_cell = cell_end;
		}
		copy_to(p, t.at);
		in_row = t.tag == WD_TAG_TR && !t.end;
		if (t.tag == WD_TAG_TABLE && !t.end)
			table_start(p, &t);
		else if (t.tag == WD_TAG_TABLE)
			table_end(p, &t);
		else if (wd_rlex_is_table(t.tag))
			table_part(p, &t);
		else
			other_tag(p, &t);
	}
	struct level *l = top(p);
	if (l != NULL && l->made && !l->in_cell && !blank_between(p->s, p->done, p->s.n))
		close_made(p);
	copy_to(p, p->s.n);
	while (p->depth > 0 && top(p)->made)
		close_made(p);
}

struct wd_str wd_repair_rows(const struct wd_repair_log *log, struct wd_str s)
{
	struct pass *p = wd_arena_new_of(log->a, struct pass);
	if (p == NULL)
		return s;
	p->log = log;
	p->s = s;
	survey(p);
	memset(&p->dead, 0, sizeof(p->dead));
	wd_buf_init(&p->out, s.n * 3 + 4096);
	walk(p);
	wd_repair_note(log, "lost_slash", p->slashes);
	wd_repair_note(log, "swapped_tags", p->swapped);
	wd_repair_note(log, "rows_outside_table", p->outside);
	wd_repair_note(log, "lost_start_tag", p->started);
	bool changed = p->slashes + p->swapped + p->outside + p->started > 0;
	*log->tables |= changed;
	return wd_repair_done(log->a, &p->out, s, changed);
}
