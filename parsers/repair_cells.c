/*
 * Tables whose rows or cells are elements of another name, or no elements at all:
 *
 *   <tr><cell>1</cell><cell>2</cell></tr>   elements of one name, and nothing else: cells
 *   <tr>1 | 2</tr>                          text: lines, which tables_flat.c understands
 *   <div><td>1</td><td>2</td></div>         boxes around cells, and no rows: rows
 *
 * A tree builder would put what stands between the table's tags before the table, all rows in one
 * line. Inside <table> these can mean nothing else, so the names are enough evidence. Each table is
 * read once; one that holds another is left alone.
 */
#include "parsers/repair_passes.h"

enum { LEAST_ROWS = 2, LEAST_CELLS = 4 };

struct item { /* a tag */
	size_t at, next;
	struct wd_str name;
	enum wd_tag tag;
	bool end, empty;
	bool outer; /* not inside another element of its row */
};
typedef WD_VEC(struct item) items;

struct pass {
	const struct wd_repair_log *log;
	struct wd_str s;
	struct wd_buf out;
	size_t done;
	struct wd_rlex_dead dead;
	items tags; /* of the table at work */
	int64_t cells, lines, rows;
};

static bool read_item(struct wd_str s, size_t i, struct item *ret)
{
	size_t at = i + 1;
	*ret = (struct item){.at = i};
	if (at < s.n && s.p[at] == '/') {
		ret->end = true;
		at++;
	}
	size_t from = at;
	while (at < s.n && (wd_is_alnum(s.p[at]) || s.p[at] == '-' || s.p[at] == '_'))
		at++;
	ret->name = wd_str_sub(s, from, at);
	if (at == from || !wd_is_alpha(s.p[from]))
		return false;
	ret->tag = wd_tag_find(ret->name);
	while (at < s.n && s.p[at] != '>' && s.p[at] != '<') {
		char q = s.p[at];
		size_t end = q == '"' || q == '\'' ? wd_str_chr(s, q, at + 1) : SIZE_MAX;
		at = end != SIZE_MAX ? end + 1 : at + 1;
	}
	if (at >= s.n || s.p[at] != '>')
		return false;
	ret->empty = s.p[at - 1] == '/' || wd_tag_is_void(ret->tag);
	ret->next = at + 1;
	return true;
}

static bool is_blank(struct wd_str s, size_t from, size_t to)
{
	s.n = to;
	return wd_rlex_skip(s, from) >= to;
}

/* ---- rows without cells ---- */

struct row {
	struct wd_str name; /* of its elements */
	size_t cells;
	bool same, loose; /* elements of one name; text between them */
};

static bool row_is_cells(const struct row *r)
{
	return r->cells >= 2 && r->same && !r->loose;
}

/* Marks the outer elements of each row; true: all rows are made of such. */
static bool survey_rows(struct pass *p)
{
	struct row row = {.same = true};
	bool in_row = false, all = true;
	size_t depth = 0, behind = 0, rows = 0;
	for (size_t i = 0; i < p->tags.n; i++) {
		struct item *t = &p->tags.v[i];
		bool part = wd_rlex_is_table(t->tag);
		if (in_row && depth == 0 && !is_blank(p->s, behind, t->at))
			row.loose = true;
		behind = t->next;
		if (part) {
			all &= !in_row || row_is_cells(&row);
			rows += in_row;
			in_row = t->tag == WD_TAG_TR && !t->end;
			row = (struct row){.same = true};
			depth = 0;
		} else if (in_row && t->empty) {
			row.loose |= depth == 0;
		} else if (in_row && !t->end) {
			t->outer = depth++ == 0;
			if (!t->outer)
				continue;
			row.same &= row.cells == 0 || wd_str_ieq(row.name, t->name);
			row.name = t->name;
			row.cells++;
		} else if (in_row && depth > 0) {
			t->outer = --depth == 0;
		} else {
			row.loose = true;
		}
	}
	return all && rows >= LEAST_ROWS;
}

static void put(struct pass *p, const struct item *t, const char *tag)
{
	wd_buf_add(&p->out, wd_str_sub(p->s, p->done, t->at));
	wd_buf_addc(&p->out, tag);
	p->done = t->next;
}

static void put_cells(struct pass *p)
{
	for (size_t i = 0; i < p->tags.n; i++) {
		const struct item *t = &p->tags.v[i];
		if (t->outer)
			put(p, t, t->end ? "</td>" : "<td>");
	}
	p->cells++;
}

static void put_lines(struct pass *p)
{
	for (size_t i = 0; i < p->tags.n; i++) {
		const struct item *t = &p->tags.v[i];
		if (t->tag == WD_TAG_TABLE)
			put(p, t, t->end ? "</div>" : "<div>");
		else if (wd_rlex_is_table(t->tag))
			put(p, t, t->tag == WD_TAG_TR && !t->end ? "<br>" : "");
	}
	p->lines++;
}

/* ---- cells without rows ---- */

/* Marks the boxes right around cells; true: all cells stand in such. */
static bool survey_boxes(struct pass *p)
{
	struct item *box = NULL;
	size_t boxes = 0, cells = 0;
	for (size_t i = 0; i < p->tags.n; i++) {
		struct item *t = &p->tags.v[i];
		bool block = wd_tag_is_block(t->tag) && !wd_rlex_is_table(t->tag);
		if (wd_rlex_is_cell(t->tag) && !t->end) {
			if (box == NULL)
				return false;
			cells++;
		} else if (block && !t->end && cells == 0) {
			box = t;
		} else if (block && t->end && box != NULL && wd_str_ieq(t->name, box->name)) {
			if (cells < 2)
				return false;
			box->outer = t->outer = true;
			boxes++;
			box = NULL;
			cells = 0;
		}
	}
	return boxes >= LEAST_ROWS && box == NULL;
}

static void put_rows(struct pass *p)
{
	for (size_t i = 0; i < p->tags.n; i++) {
		const struct item *t = &p->tags.v[i];
		if (t->outer)
			put(p, t, t->end ? "</tr>" : "<tr>");
	}
	p->rows++;
}

/* ---- */

static void judge(struct pass *p)
{
	size_t cells = 0, rows = 0;
	WD_VEC_EACH (const struct item, t, &p->tags) {
		cells += wd_rlex_is_cell(t->tag) && !t->end;
		rows += t->tag == WD_TAG_TR && !t->end;
	}
	if (cells == 0 && rows >= LEAST_ROWS) {
		if (survey_rows(p))
			put_cells(p);
		else
			put_lines(p);
	} else if (rows == 0 && cells >= LEAST_CELLS && survey_boxes(p)) {
		put_rows(p);
	}
}

static void walk(struct pass *p)
{
	bool open = false;
	struct item t;
	for (size_t i = 0; (i = wd_str_chr(p->s, '<', i)) != SIZE_MAX;) {
		size_t to = wd_rlex_protected(p->s, i, &p->dead);
		if (to > 0 || !read_item(p->s, i, &t)) {
			i = to > 0 ? to : i + 1;
			continue;
		}
		i = t.next;
		if (t.tag == WD_TAG_TABLE && !t.end) {
			open = true;
			p->tags.n = 0;
		}
		struct item *to_item = open ? wd_vec_push(p->log->a, &p->tags) : NULL;
		if (to_item != NULL)
			*to_item = t;
		if (open && t.tag == WD_TAG_TABLE && t.end) {
			judge(p);
			open = false;
		}
	}
	if (open)
		judge(p);
	wd_buf_add(&p->out, wd_str_from(p->s, p->done));
}

struct wd_str wd_repair_cells(const struct wd_repair_log *log, struct wd_str s)
{
	struct pass *p = wd_arena_new_of(log->a, struct pass);
	if (p == NULL)
		return s;
	p->log = log;
	p->s = s;
	wd_buf_init(&p->out, s.n * 2 + 4096);
	walk(p);
	wd_repair_note(log, "cells_of_other_name", p->cells);
	wd_repair_note(log, "rows_without_cells", p->lines);
	wd_repair_note(log, "rows_of_other_name", p->rows);
	bool changed = p->cells + p->lines + p->rows > 0;
	*log->tables |= changed;
	return wd_repair_done(log->a, &p->out, s, changed);
}
