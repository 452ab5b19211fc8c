/**
 * Dates in running text.
 *
 * The text is cut into runs of tokens that may stand in a date; a run without a year is dropped
 * unread. In a run every start is tried with its longest end first, through the same reader as
 * whole dates, so both understand the same. Running text is full of numbers, so here a date needs
 * its day, a year of four digits (or an era), and a month's name, marks or separators between its
 * numbers. The reads of one call are budgeted: text made of years only is not worth more.
 */
#include "base/utf8.h"
#include "parsers/date_read.h"

#define WINDOW 20      /* tokens of the longest date */
#define READS_MAX 1000 /* tries in one call */
#define REACH 64       /* bytes of a date before its first digit */
#define YEAR_FIRST 1900
#define YEAR_LAST 2100

struct scan {
	struct wd_str text;
	const struct wd_date_opts *opts;
	struct wd_dtok t[WD_DATE_TOKENS];
	size_t n;
	int reads;
};

static bool has_kind(const struct wd_dtok *t, const enum wd_dword *kinds, size_t n)
{
	for (size_t i = 0; t->type == WD_DT_WORD && i < n; i++) {
		if (wd_dtok_word(t, kinds[i]) != NULL)
			return true;
	}
	return false;
}

static bool may_stand_in_date(const struct wd_dtok *t)
{
	if (t->type == WD_DT_PUNCT)
		return t->c != '?' && strchr(",.-/:()'+|", t->c) != NULL;
	return t->type == WD_DT_NUM || t->word_count > 0;
}

static bool may_start(const struct wd_dtok *t)
{
	static const enum wd_dword kinds[] = {
		WD_DW_MONTH, WD_DW_WEEKDAY, WD_DW_ERA, WD_DW_AM, WD_DW_PM};
	static const enum wd_dword noise[] = {WD_DW_NOISE}; /* "am 23. August" */
	return t->type == WD_DT_NUM ||
	       (has_kind(t, kinds, WD_COUNTOF(kinds)) && !has_kind(t, noise, 1));
}

static bool may_end(const struct wd_dtok *t)
{
	static const enum wd_dword kinds[] = {
		WD_DW_NOISE, WD_DW_TIMELEAD, WD_DW_LABEL, WD_DW_T, WD_DW_ONE, WD_DW_AGO};
	static const enum wd_dword fine[] = {WD_DW_AM, WD_DW_PM, WD_DW_MONTH, WD_DW_DAY_MARK};
	if (t->type == WD_DT_PUNCT)
		return t->c == ')';
	return t->type == WD_DT_NUM || has_kind(t, fine, WD_COUNTOF(fine)) ||
	       !has_kind(t, kinds, WD_COUNTOF(kinds));
}

static bool is_year(const struct wd_dtok *t)
{
	static const enum wd_dword kinds[] = {WD_DW_ERA, WD_DW_YEAR_MARK};
	if (t->type == WD_DT_NUM)
		return t->digits == 4 && t->num >= YEAR_FIRST && t->num <= YEAR_LAST;
	return has_kind(t, kinds, WD_COUNTOF(kinds));
}

/** "of the 30, in May 2024": the number before the comma is not the month's. */
static bool is_torn(const struct scan *sc, size_t from, size_t month)
{
	static const enum wd_dword noise[] = {WD_DW_NOISE};
	size_t i = month;
	while (i > from && has_kind(&sc->t[i - 1], noise, 1))
		i--;
	return i > from + 1 && sc->t[i - 1].c == ',' && sc->t[i - 2].type == WD_DT_NUM;
}

/** A month's name or mark, or punctuation between the first two numbers. */
static bool is_put_together(const struct scan *sc, size_t from, size_t to)
{
	static const enum wd_dword kinds[] = {WD_DW_MONTH, WD_DW_MONTH_MARK};
	size_t last = SIZE_MAX;
	for (size_t i = from; i < to; i++) {
		if (has_kind(&sc->t[i], kinds, WD_COUNTOF(kinds)))
			return !is_torn(sc, from, i);
	}
	for (size_t i = from; i < to; i++) {
		if (sc->t[i].type != WD_DT_NUM)
			continue;
		if (last != SIZE_MAX)
			return i == last + 2 && strchr("-/.", sc->t[last + 1].c) != NULL &&
			       !sc->t[last + 1].space;
		last = i;
	}
	return false;
}

/** Not the middle of a longer number, version or path. */
static bool stands_free(const struct scan *sc, size_t start, size_t end)
{
	struct wd_str s = sc->text;
	if (start > 0) {
		char c = s.p[start - 1];
		if (wd_is_alnum(c) || c == '.' || c == '-' || c == '/' || c == '_')
			return false;
	}
	if (end < s.n && (wd_is_alnum(s.p[end]) || s.p[end] == '_'))
		return false;
	return end + 1 >= s.n || (s.p[end] != '-' && s.p[end] != '/' && s.p[end] != '.') ||
	       !wd_is_alnum(s.p[end + 1]);
}

static bool try_range(struct scan *sc, size_t from, size_t to, struct wd_date_hit *ret)
{
	struct wd_dtok t[WINDOW];
	struct wd_date date;
	size_t start = sc->t[from].start, end = sc->t[to - 1].end;
	if (!is_put_together(sc, from, to) || !stands_free(sc, start, end))
		return false;
	memcpy(t, sc->t + from, (to - from) * sizeof(t[0]));
	sc->reads++;
	if (wd_date_read(sc->text, t, to - from, sc->opts, &date, NULL) < 0 ||
		date.precision < WD_DATE_DAY)
		return false;
	*ret = (struct wd_date_hit){start, end, date};
	return true;
}

static bool read_run(struct scan *sc, struct wd_date_hit *ret)
{
	for (size_t from = 0; from < sc->n; from++) {
		size_t last = WD_MIN(from + WINDOW, sc->n), year = from;
		while (year < last && !is_year(&sc->t[year]))
			year++;
		if (year == last || !may_start(&sc->t[from]))
			continue;
		for (size_t to = last; to > year && sc->reads < READS_MAX; to--) {
			if (may_end(&sc->t[to - 1]) && try_range(sc, from, to, ret))
				return true;
		}
	}
	return false;
}

/** A line's end stands between the token and what was before it. */
static bool begins_line(struct wd_str s, size_t from, size_t start)
{
	return wd_str_chr(wd_str_sub(s, from, start), '\n', 0) != SIZE_MAX;
}

/** Where to go on from `at` when no run is open: a date has a digit, so what lies further before
 * the next one than a date can reach is passed over. Text outside ASCII is read. */
static size_t skip_idle(struct wd_str s, size_t at)
{
	size_t i = at;
	while (i < s.n && !wd_is_digit(s.p[i]) && (unsigned char)s.p[i] < 0x80)
		i++;
	if (i == s.n)
		return s.n;
	if (i - at <= REACH)
		return at;
	i -= REACH;
	while (!wd_is_space(s.p[i]) && !wd_is_digit(s.p[i]) && (unsigned char)s.p[i] < 0x80)
		i++; /* not from inside a word */
	return i;
}

bool wd_date_scan(
	struct wd_str text, size_t *at, const struct wd_date_opts *opts, struct wd_date_hit *ret)
{
	struct wd_date_opts absolute = *opts;
	struct scan sc = {.text = text, .opts = &absolute};
	absolute.no_relative = true;
	while (*at < text.n) {
		if (sc.n == 0)
			*at = skip_idle(text, *at);
		size_t before = *at;
		struct wd_dtok *t = &sc.t[sc.n];
		if (!wd_date_token(text, at, t))
			break;
		bool fits = may_stand_in_date(t);
		bool cut = sc.n + 1 == WD_DATE_TOKENS || begins_line(text, before, t->start);
		if (fits && !cut) {
			sc.n++;
			continue;
		}
		if (read_run(&sc, ret)) {
			*at = ret->end;
			return true;
		}
		sc.t[0] = *t;
		sc.n = fits ? 1 : 0;
	}
	bool found = read_run(&sc, ret);
	*at = found ? ret->end : text.n;
	return found;
}

/* Words that stand before a weekday and never, written so, before a name. */
static bool is_day_lead(struct wd_str w)
{
	static const char *const leads[] = {
		"on", "ON", "am", "AM", "le", "el", "vom", "op", "em", "på", "в", "w", "den"};
	for (size_t i = 0; i < WD_COUNTOF(leads); i++) {
		if (wd_str_eqc(w, leads[i]))
			return true;
	}
	return false;
}

size_t wd_date_day_name(struct wd_str s)
{
	struct wd_dtok last = {0}, t;
	for (size_t at = 0; wd_date_token(s, &at, &t); last = t) {
		if (t.type != WD_DT_WORD || t.start == 0)
			continue;
		size_t first = t.start;
		bool lower = wd_cp_is_lower(wd_utf8_next(s, &first));
		if (lower && wd_dtok_word(&t, WD_DW_RELDAY) != NULL)
			return t.start;
		if (last.end > last.start && wd_dtok_word(&t, WD_DW_WEEKDAY) != NULL &&
			is_day_lead(wd_str_sub(s, last.start, last.end)))
			return last.start;
	}
	return s.n;
}
