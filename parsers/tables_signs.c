/*
 * Rows whose cells are parted by a sign between blanks that is no usual delimiter: "Aven → 1,204 →
 * 88", "Port - Freight - Cars", "a & b & c \\".
 *
 * Any sign will do that stands alone between blanks, at least twice in each of three or more
 * neighbouring short lines, as often in each. Dashes and arrows join words in prose, routes,
 * fixtures and opening hours as well, so the first row has to name the columns: words over figures.
 */
#include "base/utf8.h"
#include "parsers/tables_impl.h"

enum { MAX_COLS = 24, MAX_ROWS = 1000, LEAST_SIGNS = 2, LEAST_ROWS = 3, TRIES = 3 };

/* No letter and no digit in it, and short. */
static bool is_sign(struct wd_str w)
{
	enum { LONGEST = 6 };
	if (w.n == 0 || w.n > LONGEST)
		return false;
	for (size_t at = 0; at < w.n;) {
		uint32_t cp = wd_utf8_next(w, &at);
		if (wd_cp_is_letter(cp) || wd_cp_is_digit(cp))
			return false;
	}
	return true;
}

static struct wd_str next_word(struct wd_str s, size_t *at)
{
	while (*at < s.n && wd_is_space(s.p[*at]))
		(*at)++;
	size_t from = *at;
	while (*at < s.n && !wd_is_space(s.p[*at]))
		(*at)++;
	return wd_str_sub(s, from, *at);
}

/* The line without what ends a row of TeX. */
static struct wd_str row_text(const struct wd_tline *l)
{
	struct wd_str s = wd_str_trim(l->text);
	if (wd_str_ends(s, WD_STR(" \\\\")))
		s = wd_str_trim(wd_str_sub(s, 0, s.n - 3));
	return s;
}

/* Splits at the sign; returns how many cells, 0: too many. cells NULL: counts. */
static size_t split(struct wd_str s, struct wd_str sign, struct wd_str *cells)
{
	size_t n = 0, from = 0;
	for (size_t at = 0; at < s.n;) {
		struct wd_str w = next_word(s, &at);
		if (!wd_str_eq(w, sign))
			continue;
		if (n + 1 >= MAX_COLS)
			return 0;
		if (cells != NULL)
			cells[n] = wd_str_trim(wd_str_sub(s, from, at - w.n));
		n++;
		from = at;
	}
	if (cells != NULL)
		cells[n] = wd_str_trim(wd_str_from(s, from));
	return n + 1;
}

static bool may_be_row(const struct wd_tline *l)
{
	return l->table == NULL && wd_table_may_be_row(l->text);
}

static size_t count_rows(
	const struct wd_tline *l, size_t at, size_t end, struct wd_str sign, size_t cols)
{
	size_t i = at;
	while (i < end && i - at < MAX_ROWS && (i == at || l[i].gap < 2) && may_be_row(&l[i]) &&
		split(row_text(&l[i]), sign, NULL) == cols)
		i++;
	return i - at;
}

static struct wd_tgrid *grid_of(
	struct wd_arena *a, const struct wd_tline *l, size_t rows, struct wd_str sign, size_t cols)
{
	struct wd_str *cells = wd_arena_array(a, rows * cols, sizeof(*cells));
	for (size_t i = 0; cells != NULL && i < rows; i++)
		(void)split(row_text(&l[i]), sign, cells + i * cols);
	return cells != NULL ? wd_tgrid_of(a, cells, rows, cols) : NULL;
}

bool wd_find_signs(
	struct wd_arena *a, const struct wd_tline *l, size_t at, size_t end, struct wd_tfind *ret)
{
	struct wd_str tried[TRIES], s = may_be_row(&l[at]) ? row_text(&l[at]) : WD_STR_NONE;
	size_t n = 0, longest = 0;
	for (size_t i = 0; i < s.n && n < TRIES;) {
		struct wd_str sign = next_word(s, &i);
		bool known = !is_sign(sign);
		for (size_t k = 0; k < n; k++)
			known |= wd_str_eq(tried[k], sign);
		if (known)
			continue;
		tried[n++] = sign;
		size_t cols = split(s, sign, NULL);
		size_t rows = cols > LEAST_SIGNS ? count_rows(l, at, end, sign, cols) : 0;
		longest = WD_MAX(longest, rows);
		if (rows < LEAST_ROWS)
			continue;
		struct wd_arena_mark mark = wd_arena_mark(a);
		struct wd_tgrid *g = grid_of(a, l + at, rows, sign, cols);
		if (g != NULL && wd_tgrid_guess_header(g)) {
			g->header = 1;
			g->confidence = 0.7;
			*ret = (struct wd_tfind){at, at + rows, g};
			return true;
		}
		wd_arena_rewind(a, mark);
	}
	ret->to = at + 1 + longest / 2; /* what failed is not read again from each of its lines */
	return false;
}
