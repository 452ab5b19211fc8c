/*
 * Rows whose cells are apart by single spaces: "2020 $27.2B", "1 Great Britain 6 1 1 4 18–42 3".
 *
 * Every figure is a cell; the words between two figures are one. Lines that agree in this pattern
 * are rows. A run of words that is really several columns shows it: always as many words ("HINKLER
 * Qld"), or a last word out of few ("Honda", "Yamaha"), and a header that names more columns than
 * there are runs. A word that follows a figure in every row is its unit.
 *
 * Prose never agrees for long: at least three lines, each with a figure, and either a header that
 * names the columns or several columns of figures.
 */
#include "base/utf8.h"
#include "parsers/tables_impl.h"

#define MAX_TOKENS 40
#define LEAST_ROWS 3
#define MAX_ROWS 1000
#define MAX_LINE 240

struct token {
	struct wd_str s;
	bool figure;
};
struct row {
	struct token *t;
	size_t n;
	size_t *seg; /* first token of each segment, one more behind */
	size_t segs;
};
struct rows {
	struct row *v;
	size_t n, line; /* of the first one */
};

/* ---- tokens ---- */

static bool is_month(struct wd_str w)
{
	size_t letters = 0;
	for (size_t i = 0; i < w.n; i++)
		letters += wd_is_alpha(w.p[i]) || (unsigned char)w.p[i] >= 0x80;
	char with_day[32] = "1 ";
	if (letters < 3 || letters > 10 || w.n + 2 > sizeof(with_day) || w.n > letters + 1)
		return false;
	memcpy(with_day + 2, w.p, w.n);
	return wd_ctype_of((struct wd_str){with_day, w.n + 2}) == WD_CT_DATE;
}

static bool is_day(struct wd_str w)
{
	return w.n > 0 && w.n <= 3 && wd_is_digit(w.p[0]) &&
	       (wd_is_digit(w.p[w.n - 1]) || w.p[w.n - 1] == '.' || w.p[w.n - 1] == ',');
}

/* A word of letters, as nearly all are: more of them than stand for "no value" ("n/a"), and signs
 * of prose. The long way says the same. */
static bool is_plain_word(struct wd_str w)
{
	size_t letters = 0;
	for (size_t i = 0; i < w.n; i++) {
		if (wd_is_alpha(w.p[i]))
			letters++;
		else if (strchr(",.;:'\"()?!-", w.p[i]) == NULL)
			return false;
	}
	return letters > 6;
}

static bool is_figure(struct wd_str w)
{
	if (is_plain_word(w))
		return false;
	enum wd_ctype t = wd_ctype_of(w);
	if (wd_ctype_is_figure(t))
		return true;
	bool letters = false;
	for (size_t i = 0; i < w.n; i++)
		letters |= wd_is_alpha(w.p[i]) || (unsigned char)w.p[i] >= 0xC3;
	return !letters || (t == WD_CT_CODE && wd_is_digit(w.p[0]));
}

static void widen(struct token *t, struct wd_str with)
{
	t->s.n = (size_t)(with.p + with.n - t->s.p);
	t->figure = true;
}

/* "24 December 2005", "July 1983", "May 17": one token. */
static void join_dates(struct row *r)
{
	size_t n = 0;
	for (size_t i = 0; i < r->n; i++) {
		struct token t = r->t[i];
		if (is_month(t.s)) {
			bool day = n > 0 && is_day(r->t[n - 1].s);
			if (day) {
				widen(&r->t[n - 1], t.s);
				t = r->t[--n];
			}
			if (i + 1 < r->n && r->t[i + 1].figure && (day || r->t[i + 1].s.n <= 5))
				widen(&t, r->t[++i].s);
			else if (!day)
				t.figure = false;
		}
		r->t[n++] = t;
	}
	r->n = n;
}

static bool read_row(struct wd_arena *a, struct wd_str s, struct row *r)
{
	struct token t[MAX_TOKENS];
	size_t n = 0, i = 0, figures = 0;
	if (s.n > MAX_LINE)
		return false;
	while (i < s.n) {
		while (i < s.n && wd_is_space(s.p[i]))
			i++;
		size_t from = i;
		while (i < s.n && !wd_is_space(s.p[i]))
			i++;
		if (i == from)
			break;
		if (n == MAX_TOKENS)
			return false;
		struct wd_str w = wd_str_sub(s, from, i);
		t[n++] = (struct token){w, is_figure(w)};
		figures += t[n - 1].figure;
		if (w.p[w.n - 1] == ':' && !t[n - 1].figure)
			return false; /* "When: Monday" */
	}
	if (n < 2 || figures == 0)
		return false;
	r->t = wd_arena_array(a, n, sizeof(*r->t));
	r->seg = wd_arena_array(a, n + 1, sizeof(*r->seg));
	if (r->t == NULL || r->seg == NULL)
		return false;
	memcpy(r->t, t, n * sizeof(*t));
	r->n = n;
	join_dates(r);
	return true;
}

/* ---- segments: a figure, or the words between two figures ---- */

static void segment(struct row *r)
{
	r->segs = 0;
	for (size_t i = 0; i < r->n; i++)
		if (i == 0 || r->t[i].figure || r->t[i - 1].figure)
			r->seg[r->segs++] = i;
	r->seg[r->segs] = r->n;
}

static bool same_pattern(const struct row *x, const struct row *y)
{
	if (x->segs != y->segs)
		return false;
	for (size_t i = 0; i < x->segs; i++)
		if (x->t[x->seg[i]].figure != y->t[y->seg[i]].figure)
			return false;
	return true;
}

/* The row whose pattern most rows share. Rows are few kinds; a vote by halves finds it. */
static const struct row *majority(const struct rows *rows, size_t *ret_count)
{
	const struct row *best = NULL;
	size_t votes = 0, count = 0;
	for (size_t i = 0; i < rows->n; i++) {
		if (votes == 0)
			best = &rows->v[i];
		votes = same_pattern(best, &rows->v[i]) ? votes + 1 : votes - 1;
	}
	for (size_t i = 0; i < rows->n; i++)
		count += same_pattern(best, &rows->v[i]);
	*ret_count = count;
	return best;
}

/* Fits a row of another pattern when the template has one run of words: "1860 Munich 3 4". */
static bool fit(struct row *r, const struct row *model)
{
	size_t words = SIZE_MAX;
	for (size_t i = 0; i < model->segs; i++) {
		if (model->t[model->seg[i]].figure)
			continue;
		if (words != SIZE_MAX)
			return false;
		words = i;
	}
	size_t behind = model->segs - words - 1;
	if (words == SIZE_MAX || r->n < model->segs)
		return false;
	for (size_t i = 0; i < words; i++)
		if (!r->t[i].figure)
			return false;
	for (size_t i = r->n - behind; i < r->n; i++)
		if (!r->t[i].figure)
			return false;
	for (size_t i = 0; i <= words; i++)
		r->seg[i] = i;
	for (size_t i = 0; i <= behind; i++)
		r->seg[words + 1 + i] = r->n - behind + i;
	r->segs = model->segs;
	return true;
}

/* ---- columns ---- */

struct column { /* of the result: segment, and which of its tokens */
	size_t seg;
	int from,
		to; /* tokens counted from the segment's start; below 0: from its end; to 0: all */
};
struct plan {
	struct column c[MAX_TOKENS];
	size_t n;
};

struct words { /* a segment over all rows */
	size_t min, max, last_kinds, rows;
	bool figure, same_first;
};

static struct wd_str seg_token(const struct row *r, size_t seg, bool last)
{
	return r->t[last ? r->seg[seg + 1] - 1 : r->seg[seg]].s;
}

static struct words survey(const struct rows *rows, size_t seg)
{
	struct words w = {.min = SIZE_MAX, .rows = rows->n, .same_first = true};
	w.figure = true;
	struct wd_str kinds[24];
	for (size_t i = 0; i < rows->n; i++) {
		const struct row *r = &rows->v[i];
		size_t n = r->seg[seg + 1] - r->seg[seg];
		w.min = WD_MIN(w.min, n);
		w.max = WD_MAX(w.max, n);
		w.figure &= r->t[r->seg[seg]].figure;
		w.same_first &= wd_str_eq(seg_token(r, seg, false), seg_token(rows->v, seg, false));
		struct wd_str last = seg_token(r, seg, true);
		size_t k = 0;
		while (k < w.last_kinds && k < WD_COUNTOF(kinds) && !wd_str_eq(kinds[k], last))
			k++;
		if (k == w.last_kinds && k < WD_COUNTOF(kinds))
			kinds[w.last_kinds++] = last;
		else if (k == WD_COUNTOF(kinds))
			w.last_kinds = rows->n;
	}
	return w;
}

/* One column per segment. */
static void plan_plain(size_t segs, struct plan *p)
{
	p->n = 0;
	for (size_t s = 0; s < segs; s++)
		p->c[p->n++] = (struct column){s, 0, 0};
}

/* Splits word runs until there are `want` columns. */
static bool plan_split(const struct rows *rows, size_t segs, size_t want, struct plan *p)
{
	size_t have = segs, pieces[MAX_TOKENS];
	bool last[MAX_TOKENS] = {false};
	for (size_t s = 0; s < segs; s++)
		pieces[s] = 1;
	for (size_t s = 0; s < segs && have < want; s++) { /* always as many words */
		struct words w = survey(rows, s);
		if (!w.figure && w.min == w.max && w.min >= 2 && have + w.min - 1 <= want) {
			pieces[s] = w.min;
			have += w.min - 1;
		}
	}
	for (size_t s = 0; s < segs && have < want; s++) { /* a last word out of few */
		struct words w = survey(rows, s);
		if (!w.figure && pieces[s] == 1 && w.min >= 2 && w.last_kinds * 10 <= w.rows * 7) {
			last[s] = true;
			have++;
		}
	}
	if (have != want || want > MAX_TOKENS)
		return false;
	p->n = 0;
	for (size_t s = 0; s < segs; s++) {
		if (last[s]) {
			p->c[p->n++] = (struct column){s, 0, -1};
			p->c[p->n++] = (struct column){s, -1, 0};
			continue;
		}
		for (size_t k = 0; k < pieces[s]; k++)
			p->c[p->n++] = (struct column){s, (int)k, pieces[s] == 1 ? 0 : (int)k + 1};
	}
	return true;
}

static struct wd_str cut(const struct row *r, const struct column *c)
{
	size_t base = r->seg[c->seg], end = r->seg[c->seg + 1];
	size_t from = c->from < 0 ? end - (size_t)-c->from : base + (size_t)c->from;
	size_t to = c->to < 0 ? end - (size_t)-c->to : c->to == 0 ? end : base + (size_t)c->to;
	if (from >= to || to > end)
		return WD_STR_NONE;
	const char *p = r->t[from].s.p;
	return (struct wd_str){p, (size_t)(r->t[to - 1].s.p + r->t[to - 1].s.n - p)};
}

static struct wd_tgrid *cut_grid(struct wd_arena *a, const struct rows *rows, const struct plan *p)
{
	struct wd_str *cells = wd_arena_array(a, rows->n * p->n, sizeof(*cells));
	for (size_t r = 0; cells != NULL && r < rows->n; r++)
		for (size_t c = 0; c < p->n; c++)
			cells[r * p->n + c] = cut(&rows->v[r], &p->c[c]);
	return cells != NULL ? wd_tgrid_of(a, cells, rows->n, p->n) : NULL;
}

/* "370 €", "2.3 GB/s": the same word behind the figure in every row belongs to it. */
static void join_units(struct rows *rows)
{
	size_t segs = rows->v[0].segs;
	for (size_t s = 1; s < segs; s++) {
		struct words w = survey(rows, s), before = survey(rows, s - 1);
		if (w.figure || !before.figure || w.max != 1 || !w.same_first || rows->n < 3)
			continue;
		for (size_t i = 0; i < rows->n; i++) {
			struct row *r = &rows->v[i];
			memmove(&r->seg[s], &r->seg[s + 1], (segs - s) * sizeof(*r->seg));
			r->segs--;
		}
		segs--;
		s--;
	}
}

/* ---- evidence ---- */

/* "1. … 2. … 3. …" is a list, not a column of numbers. */
static bool is_numbered_list(const struct rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		struct wd_str s = rows->v[i].t[0].s;
		uint64_t n;
		size_t k = 0;
		while (k < s.n && wd_is_digit(s.p[k]))
			k++;
		if (wd_str_to_u64(wd_str_sub(s, 0, k), 0, 100000, &n) != 0 || n != i + 1)
			return false;
	}
	return true;
}

struct found {
	size_t figures, words, long_words, marks; /* columns; marks: the same sign in all rows */
};

static struct found count_columns(const struct rows *rows)
{
	struct found f = {0};
	for (size_t s = 0; s < rows->v[0].segs; s++) {
		struct words w = survey(rows, s);
		f.figures += w.figure && !w.same_first;
		f.words += !w.figure;
		f.marks += w.figure && w.same_first && w.max == 1;
		f.long_words += w.max > 7;
	}
	return f;
}

static size_t header_units(struct wd_arena *a, struct wd_str s, size_t max)
{
	/* the number of columns the words would name one by one */
	for (size_t n = 2; n <= max; n++) {
		struct wd_tgrid probe = {.cols = n};
		double c;
		if (wd_split_header(a, s, &probe, 0, &c) != NULL && c >= 0.9)
			return n;
	}
	return 0;
}

static bool set_header(struct wd_arena *a, struct wd_tgrid *g, struct wd_str header, bool strict)
{
	double confidence = 0;
	struct wd_str *names = wd_split_header(a, header, g, 0, &confidence);
	if (names == NULL)
		return false;
	/* the same sign in all rows parts words in prose; then the names have to say "table" */
	if (strict && wd_header_evidence(names, g->cols) < 0.5)
		return false;
	g->confidence = confidence;
	return wd_tgrid_add_header(a, g, names);
}

static struct wd_tgrid *with_header(
	struct wd_arena *a, const struct rows *rows, struct wd_str header)
{
	struct plan p;
	size_t segs = rows->v[0].segs;
	struct found f = count_columns(rows);
	if (f.long_words > 0 || (f.marks > 0 && wd_count_words(header) != segs))
		return NULL;
	size_t named = header_units(a, header, MAX_TOKENS / 2);
	struct wd_tgrid *g = NULL;
	if (named > segs && plan_split(rows, segs, named, &p)) {
		g = cut_grid(a, rows, &p);
		if (g != NULL && set_header(a, g, header, f.marks > 0)) {
			g->confidence = 0.7;
			return g;
		}
	}
	plan_plain(segs, &p);
	g = cut_grid(a, rows, &p);
	return g != NULL && set_header(a, g, header, f.marks > 0) ? g : NULL;
}

static bool read_rows(
	struct wd_arena *a, const struct wd_tline *l, size_t at, size_t end, struct rows *ret)
{
	size_t cap = 0;
	*ret = (struct rows){NULL, 0, at};
	for (size_t i = at; i < end && ret->n < MAX_ROWS; i++) {
		struct row r = {0};
		if ((i > at && l[i].gap >= 2) || l[i].table != NULL || wd_is_prose(l[i].text) ||
			!read_row(a, l[i].text, &r))
			break;
		if (ret->n == cap &&
			!wd_vec_grow(a, (void **)&ret->v, &cap, ret->n, sizeof(*ret->v)))
			break;
		segment(&r);
		ret->v[ret->n++] = r;
	}
	return ret->n >= LEAST_ROWS;
}

/* All rows to one pattern; rows at the end that do not fit are left out. */
static bool align(struct rows *rows)
{
	size_t count;
	const struct row *model = majority(rows, &count);
	if (count * 5 < rows->n * 4) { /* other figures follow, but some rows begin alike? */
		model = &rows->v[0];
		for (count = 1; count < rows->n && same_pattern(model, &rows->v[count]);)
			count++;
		rows->n = count;
	}
	if (count < LEAST_ROWS)
		return false;
	for (size_t i = 0; i < rows->n; i++)
		if (!same_pattern(model, &rows->v[i]) && !fit(&rows->v[i], model)) {
			if (i < 3)
				return false;
			rows->n = i;
		}
	join_units(rows);
	return rows->n >= LEAST_ROWS && rows->v[0].segs >= 2;
}

static bool convinces_alone(const struct rows *rows)
{
	struct found f = count_columns(rows);
	if (f.long_words > 0 || f.marks > 0)
		return false;
	return rows->n >= 4 &&
	       ((f.figures >= 2 && f.words + f.figures >= 3) || (f.words == 0 && f.figures >= 2));
}

/* Rows of which the first names years: "Item 2024 2025". */
static struct wd_tgrid *headed_by_years(struct wd_arena *a, const struct rows *rows)
{
	struct plan p;
	struct found f = count_columns(rows);
	if (f.long_words > 0 || f.marks > 0 || f.figures == 0)
		return NULL;
	plan_plain(rows->v[0].segs, &p);
	struct wd_tgrid *g = cut_grid(a, rows, &p);
	if (g == NULL || !wd_tgrid_is_headed_by_years(g))
		return NULL;
	g->header = 1;
	g->confidence = 0.8;
	g->repaired = true;
	return g;
}

bool wd_find_single(
	struct wd_arena *a, const struct wd_tline *l, size_t at, size_t end, struct wd_tfind *ret)
{
	struct wd_arena_mark mark = wd_arena_mark(a);
	struct rows rows;
	bool head = at + 1 < end && l[at + 1].gap < 3 && wd_is_header_line(l[at].text);
	ret->to = at + 1;
	if (head && read_rows(a, l, at + 1, end, &rows) && align(&rows)) {
		struct wd_tgrid *g = headed_by_years(a, &rows);
		if (g != NULL) { /* the line above is no row */
			*ret = (struct wd_tfind){at + 1, at + 1 + rows.n, g};
			return true;
		}
		g = with_header(a, &rows, l[at].text);
		if (g == NULL && l[at + 1].gap < 2 && convinces_alone(&rows)) {
			struct plan p;
			plan_plain(rows.v[0].segs, &p);
			g = cut_grid(a, &rows, &p);
			if (g != NULL)
				wd_tgrid_unsplit_header(a, g, l[at].text);
		}
		if (g != NULL) {
			*ret = (struct wd_tfind){at, at + 1 + rows.n, g};
			return true;
		}
	}
	bool enough = read_rows(a, l, at, end, &rows);
	ret->to = at + 1 + rows.n / 2; /* what failed is not read again from each of its lines */
	if (!enough || !align(&rows)) {
		wd_arena_rewind(a, mark);
		return false;
	}
	struct wd_tgrid *g = headed_by_years(a, &rows);
	if (g != NULL) {
		*ret = (struct wd_tfind){at, at + rows.n, g};
		return true;
	}
	size_t stop = at + rows.n;
	bool list = rows.v[0].segs == 2 && is_numbered_list(&rows);
	if (!list && stop < end && l[stop].gap < 3 && wd_is_header_line(l[stop].text) &&
		(g = with_header(a, &rows, l[stop].text)) != NULL) {
		*ret = (struct wd_tfind){at, stop + 1, g};
		return true;
	}
	if (list || !convinces_alone(&rows)) {
		wd_arena_rewind(a, mark);
		return false;
	}
	struct plan p;
	plan_plain(rows.v[0].segs, &p);
	g = cut_grid(a, &rows, &p);
	if (g == NULL)
		return false;
	g->confidence = 0.6;
	*ret = (struct wd_tfind){at, stop, g};
	return true;
}
