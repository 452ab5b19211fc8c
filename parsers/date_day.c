/**
 * Year, month and day inside a date.
 *
 * The shapes, surest first: marked numbers (2025年8月23日), a month's name, digit runs (20250823),
 * ISO weeks and ordinals, and last plain numbers. Of plain numbers several readings may fit; they
 * are tried against the calendar, the weekday written beside them, the year's plausibility and the
 * language, and when more than one is left the date is refused: a guess would be an invented fact.
 */
#include "base/clock.h"
#include "base/utf8.h"
#include "parsers/date_read.h"

#define YEAR_PIVOT 50 /* RFC 5322 §4.3: two digits below are 20xx, others 19xx */

static int refuse(struct wd_dread *r, const char *why)
{
	return wd_err_set(r->err, WD_E_MALFORMED, "%s", why);
}

static int64_t now_year(const struct wd_dread *r)
{
	int64_t year;
	unsigned month, day;
	wd_civil_from_days(r->opts->now_us / WD_DAY, &year, &month, &day);
	return r->opts->now_us > 0 ? year : 0;
}

/** A year as written: four digits, two by the pivot, three as years since 1900 (RFC 5322). */
static int64_t full_year(const struct wd_dtok *t)
{
	if (t->digits == 2)
		return t->num + (t->num < YEAR_PIVOT ? 2000 : 1900);
	if (t->digits == 3)
		return t->num >= 100 && t->num < 200 ? t->num + 1900 : -1;
	return t->digits == 4 ? t->num : -1;
}

/** Takes the day over when the calendar has it. */
static int set_day(struct wd_dread *r, int64_t year, int64_t month, int64_t day)
{
	if (year < 1 || year > 9999)
		return refuse(r, "no such year");
	if (month < 1 || month > 12)
		return refuse(r, "no such month");
	if (day < 1 || day > wd_days_in_month(year, (unsigned)month))
		return refuse(r, "no such day in that month");
	r->year = year;
	r->month = (unsigned)month;
	r->day = (unsigned)day;
	r->precision = WD_DATE_DAY;
	return WD_OK;
}

static int set_month(struct wd_dread *r, int64_t year, int64_t month)
{
	int rc = set_day(r, year, month, 1);
	if (rc == WD_OK)
		r->precision = WD_DATE_MONTH;
	return rc;
}

static int set_year(struct wd_dread *r, int64_t year)
{
	int rc = set_day(r, year, 1, 1);
	if (rc == WD_OK)
		r->precision = WD_DATE_YEAR;
	return rc;
}

/** Day number `yday` (from 1) of a year. */
static int set_ordinal(struct wd_dread *r, int64_t year, int64_t yday)
{
	int64_t y;
	unsigned m, d;
	if (year < 1 || yday < 1)
		return refuse(r, "no such day of the year");
	wd_civil_from_days(wd_days_from_civil(year, 1, 1) + yday - 1, &y, &m, &d);
	return y != year ? refuse(r, "no such day of the year") : set_day(r, y, m, d);
}

/** ISO 8601 week date; week 1 holds January 4th. */
static int set_week(struct wd_dread *r, int64_t year, int64_t week, int64_t weekday)
{
	if (year < 1 || week < 1 || week > 53 || weekday < 1 || weekday > 7)
		return refuse(r, "no such week");
	int64_t jan4 = wd_days_from_civil(year, 1, 4);
	int64_t monday = jan4 - ((jan4 + 3) % 7 + 7) % 7;
	int64_t next_jan4 = wd_days_from_civil(year + 1, 1, 4);
	if (monday + (week - 1) * 7 >= next_jan4 - ((next_jan4 + 3) % 7 + 7) % 7)
		return refuse(r, "no such week");
	int64_t y;
	unsigned m, d;
	wd_civil_from_days(monday + (week - 1) * 7 + weekday - 1, &y, &m, &d);
	return set_day(r, y, m, d);
}

/* ---- marked numbers: 2025年8月23日, 令和7年, R7.8.23 ---- */

/** The year that ends at token i (its number), with an era before it; 0 when unknowable. */
static int64_t marked_year(struct wd_dread *r, size_t i)
{
	bool era = i > 0 && wd_dread_is(r, i - 1, WD_DW_ERA);
	if (era) {
		r->t[i - 1].used = true;
		int base = wd_dread_val(r, i - 1, WD_DW_ERA);
		return r->t[i].type == WD_DT_NUM ? base + r->t[i].num : base + 1;
	}
	if (r->t[i].type != WD_DT_NUM)
		return 0;
	if (r->t[i].digits == 2 && r->lang != WD_DL_KO && r->lang != WD_DL_ZH)
		return 0; /* 25年: of our era or of an emperor's */
	return r->t[i].digits == 2 || r->t[i].digits == 4 ? full_year(&r->t[i]) : 0;
}

static int read_marked(struct wd_dread *r)
{
	int64_t year = -1, month = 0, day = 0;
	for (size_t i = 0; i + 1 < r->n; i++) {
		bool num = wd_dread_num(r, i, 4), first = wd_dread_is(r, i, WD_DW_FIRST);
		if ((num || first) && year < 0 && wd_dread_is(r, i + 1, WD_DW_YEAR_MARK)) {
			year = marked_year(r, i);
		} else if ((num || first) && wd_dread_is(r, i + 1, WD_DW_YEAR_MARK)) {
			if (marked_year(r, i) != year) /* "令和7年(2025年)" says it twice */
				return refuse(r, "two years");
		} else if (num && month == 0 && wd_dread_is(r, i + 1, WD_DW_MONTH_MARK)) {
			month = r->t[i].num;
			if (month == 0)
				return refuse(r, "no such month");
			wd_dread_use(r, i, i + 2);
			if (wd_dread_num(r, i + 2, 2)) {
				day = r->t[i + 2].num;
				wd_dread_use(r, i + 2,
					wd_dread_is(r, i + 3, WD_DW_DAY_MARK) ? i + 4 : i + 3);
				if (day == 0)
					return refuse(r, "no such day");
			}
			continue;
		} else {
			continue;
		}
		wd_dread_use(r, i, i + 2);
	}
	if (year < 0 && month == 0)
		return WD_E_NOTFOUND;
	for (size_t i = 0; year < 0 && i < r->n; i++) {
		if (wd_dread_num(r, i, 4) && r->t[i].digits == 4) { /* "8月23日 2025" */
			year = r->t[i].num;
			r->t[i].used = true;
		} else if (day == 0 && wd_dread_num(r, i, 2)) { /* "23 8월 2025" */
			day = r->t[i].num;
			r->t[i].used = true;
		}
	}
	if (year <= 0)
		return refuse(r, year < 0 ? "no year" : "which year is meant cannot be known");
	if (month == 0)
		return set_year(r, year);
	return day == 0 ? set_month(r, year, month) : set_day(r, year, month, day);
}

/** R7.8.23, 民國114/8/23: an era's letter right before a number. */
static int read_era(struct wd_dread *r)
{
	for (size_t i = 0; i + 5 < r->n; i++) {
		if (!wd_dread_is(r, i, WD_DW_ERA) || !wd_dread_num(r, i + 1, 4))
			continue;
		char sep = r->t[i + 2].c;
		bool latin = (unsigned char)r->text.p[r->t[i].start] < 0x80;
		if ((sep != '.' && sep != '/' && sep != '-') || !wd_dread_punct(r, i + 2, sep) ||
			!wd_dread_num(r, i + 3, 2) || !wd_dread_punct(r, i + 4, sep) ||
			!wd_dread_num(r, i + 5, 2) ||
			(latin && (!wd_dread_tight(r, i + 1) || r->t[i + 1].digits > 2)))
			continue;
		r->lang = r->t[i].words[0].lang != WD_DL_ANY ? r->t[i].words[0].lang : r->lang;
		if (latin)
			r->lang = WD_DL_JA;
		int64_t year = wd_dread_val(r, i, WD_DW_ERA) + r->t[i + 1].num;
		wd_dread_use(r, i, i + 6);
		return set_day(r, year, r->t[i + 3].num, r->t[i + 5].num);
	}
	return WD_E_NOTFOUND;
}

/* ---- a month's name ---- */

static int month_value(const struct wd_dread *r, size_t i)
{
	if (wd_dread_lang_is(r, "hr") || wd_dread_lang_is(r, "bs")) {
		int v = wd_dread_val(r, i, WD_DW_MONTH_HR);
		if (v > 0)
			return v;
	}
	return wd_dread_val(r, i, WD_DW_MONTH);
}

/** The token that is the month: the last that can be nothing else, else the last that can be. */
static size_t month_token(const struct wd_dread *r)
{
	size_t best = SIZE_MAX;
	bool best_sure = false;
	for (size_t i = 0; i < r->n; i++) {
		if (!wd_dread_is(r, i, WD_DW_MONTH))
			continue;
		bool sure = !wd_dread_is(r, i, WD_DW_WEEKDAY) && !wd_dread_is(r, i, WD_DW_NOISE);
		if (sure || !best_sure)
			best = i;
		best_sure = best_sure || sure;
	}
	return best;
}

static bool is_apostrophe_year(const struct wd_dread *r, size_t i)
{
	return i > 0 && wd_dread_punct(r, i - 1, '\'') && r->t[i].digits == 2;
}

/** Years of the Buddhist era stand beside Thai month names. */
static int64_t calendar_year(const struct wd_dread *r, size_t month, int64_t year)
{
	bool thai = (unsigned char)r->text.p[r->t[month].start] == 0xE0;
	return thai && year > 2400 ? year - 543 : year;
}

static int read_named_month(struct wd_dread *r)
{
	size_t m = month_token(r), nums[3], n = 0;
	if (m == SIZE_MAX)
		return WD_E_NOTFOUND;
	for (size_t i = 0; i < r->n; i++) {
		if (!wd_dread_num(r, i, 4))
			continue;
		if (n == 2)
			return refuse(r, "too many numbers for a date");
		nums[n++] = i;
	}
	if (n == 0)
		return refuse(r, "no year");
	int month = month_value(r, m);
	r->t[m].used = true;
	if (n == 1) {
		const struct wd_dtok *t = &r->t[nums[0]];
		if (t->digits != 4 && !is_apostrophe_year(r, nums[0]))
			return refuse(r, "no year");
		r->t[nums[0]].used = true;
		return set_month(r, calendar_year(r, m, full_year(t)), month);
	}
	size_t day = nums[0], year = nums[1];
	if (r->t[day].digits > 2 || is_apostrophe_year(r, day) ||
		(r->t[year].digits <= 2 && nums[0] < m && m < nums[1] && r->t[day].num > 31)) {
		day = nums[1];
		year = nums[0];
	}
	if (r->t[day].digits > 2 || r->t[year].digits < 2)
		return refuse(r, "no day and year beside the month");
	r->t[day].used = r->t[year].used = true;
	return set_day(r, calendar_year(r, m, full_year(&r->t[year])), month, r->t[day].num);
}

/* ---- numbers only ---- */

/** 20250823, 20250823150405, 2025235, 202508. */
static int read_digit_run(struct wd_dread *r, size_t i)
{
	int64_t v = r->t[i].num;
	r->t[i].used = true;
	switch (r->t[i].digits) {
	case 6:
		if (v / 100 < 1900 || v / 100 > 2100)
			return refuse(r, "six digits that are no year and month");
		return set_month(r, v / 100, v % 100);
	case 7:
		return set_ordinal(r, v / 1000, v % 1000);
	case 8:
		return set_day(r, v / 10000, v / 100 % 100, v % 100);
	default:
		return refuse(r, "a number that is no date");
	}
}

static int read_week(struct wd_dread *r)
{
	for (size_t i = 0; i + 2 < r->n; i++) {
		if (!wd_dread_num(r, i, 4) || r->t[i].digits != 4)
			continue;
		size_t w = wd_dread_punct(r, i + 1, '-') ? i + 2 : i + 1;
		if (!wd_dread_is(r, w, WD_DW_WEEK) || !wd_dread_num(r, w + 1, 3))
			continue;
		int64_t week = r->t[w + 1].num, weekday = 0;
		size_t end = w + 2;
		if (r->t[w + 1].digits == 3) {
			weekday = week % 10;
			week /= 10;
		} else if (wd_dread_punct(r, end, '-') && wd_dread_num(r, end + 1, 1)) {
			weekday = r->t[end + 1].num;
			end += 2;
		}
		wd_dread_use(r, i, end);
		if (weekday == 0 && end == w + 2)
			return refuse(r, "a week without its day");
		return set_week(r, r->t[i].num, week, weekday);
	}
	return WD_E_NOTFOUND;
}

struct reading {
	int64_t year, month, day;
};

/** The date orders that languages use when a slash or hyphen stands between. */
static bool is_month_first(const struct wd_dread *r)
{
	return wd_str_ieqc(r->opts->language, "en-us") || wd_str_ieqc(r->opts->language, "en-ph") ||
	       wd_dread_lang_is(r, "fil");
}

static bool is_day_first(const struct wd_dread *r)
{
	struct wd_str l = r->opts->language;
	if (l.n == 0 || is_month_first(r) || wd_str_ieqc(l, "en") || wd_str_ieqc(l, "en-ca"))
		return false;
	return !wd_dread_lang_is(r, "ko") && !wd_dread_lang_is(r, "ja") &&
	       !wd_dread_lang_is(r, "zh");
}

static bool is_year_first(const struct wd_dread *r)
{
	return r->lang != WD_DL_ANY || wd_dread_lang_is(r, "ko") || wd_dread_lang_is(r, "ja") ||
	       wd_dread_lang_is(r, "zh");
}

static bool fits(const struct wd_dread *r, const struct reading *d)
{
	int64_t now = now_year(r);
	return d->year >= 1 && d->year <= 9999 && d->month >= 1 && d->month <= 12 && d->day >= 1 &&
	       d->day <= wd_days_in_month(d->year, (unsigned)d->month) &&
	       (now == 0 || d->year <= now + 1);
}

static bool same(const struct reading *a, const struct reading *b)
{
	return a->year == b->year && a->month == b->month && a->day == b->day;
}

static int weekday_of(const struct reading *d)
{
	int64_t days = wd_days_from_civil(d->year, (unsigned)d->month, (unsigned)d->day);
	return (int)(((days + 4) % 7 + 7) % 7);
}

/** The one reading that is left, by the calendar and then by the weekday. */
static int choose(struct wd_dread *r, struct reading *list, size_t n)
{
	size_t left = 0;
	for (size_t i = 0; i < n; i++) {
		if (!fits(r, &list[i]) || (left > 0 && same(&list[left - 1], &list[i])))
			continue;
		list[left++] = list[i];
	}
	if (left == 0)
		return refuse(r, "no such date");
	if (left > 1 && r->weekday >= 0) {
		size_t agree = 0;
		for (size_t i = 0; i < left; i++) {
			if (weekday_of(&list[i]) == r->weekday)
				list[agree++] = list[i];
		}
		left = agree == 1 ? 1 : left;
	}
	if (left > 1)
		return refuse(r, "day and month cannot be told apart");
	return set_day(r, list[0].year, list[0].month, list[0].day);
}

/** Three numbers, the year last or of two digits. */
static int read_three(struct wd_dread *r, const size_t nums[3], char sep)
{
	const struct wd_dtok *a = &r->t[nums[0]], *b = &r->t[nums[1]], *c = &r->t[nums[2]];
	struct reading ymd = {full_year(a), b->num, c->num}, dmy = {full_year(c), b->num, a->num},
		       mdy = {full_year(c), a->num, b->num}, list[3];
	size_t n = 0;
	if (a->digits == 4 || is_apostrophe_year(r, nums[0]))
		return b->digits > 2 || c->digits > 2 ? refuse(r, "no such date")
						      : set_day(r, ymd.year, b->num, c->num);
	if (a->digits > 2 || b->digits > 2 || c->digits < 2 || c->digits == 3)
		return refuse(r, "no such date");
	if (c->digits == 2 && a->digits == 2 && is_year_first(r))
		return set_day(r, ymd.year, ymd.month, ymd.day);
	if (sep == '.' && fits(r, &dmy))
		return set_day(r, dmy.year, dmy.month, dmy.day);
	if (is_day_first(r) && fits(r, &dmy))
		return set_day(r, dmy.year, dmy.month, dmy.day);
	if (is_month_first(r) && fits(r, &mdy))
		return set_day(r, mdy.year, mdy.month, mdy.day);
	if (c->digits == 2 && a->digits == 2)
		list[n++] = ymd;
	list[n++] = dmy;
	list[n++] = mdy;
	return choose(r, list, n);
}

static int read_numbers(struct wd_dread *r)
{
	size_t nums[4], n = 0;
	for (size_t i = 0; i < r->n; i++) {
		if (!wd_dread_num(r, i, 18))
			continue;
		if (n == 3) {
			if (r->has_time)
				return refuse(r, "too many numbers for a date");
			break;
		}
		nums[n++] = i;
	}
	if (n == 0)
		return refuse(r, "no day");
	if (nums[0] > 0 && wd_dread_punct(r, nums[0] - 1, '-') && wd_dread_tight(r, nums[0]))
		return refuse(r, "a negative year");
	if (r->t[nums[0]].digits > 4)
		return n == 1 ? read_digit_run(r, nums[0]) : refuse(r, "no such date");
	if (n == 1) {
		r->t[nums[0]].used = true;
		return r->t[nums[0]].digits == 4 ? set_year(r, r->t[nums[0]].num)
						 : refuse(r, "no month and year");
	}
	const struct wd_dtok *a = &r->t[nums[0]], *b = &r->t[nums[1]];
	char sep = a->end < b->start ? r->text.p[a->end] : '\0';
	for (size_t i = 0; i < n; i++)
		r->t[nums[i]].used = true;
	if (n == 3)
		return read_three(r, nums, sep);
	if (a->digits == 4 && b->digits == 3)
		return set_ordinal(r, a->num, b->num);
	if (a->digits == 4 && b->digits <= 2)
		return set_month(r, a->num, b->num);
	if (b->digits == 4 && a->digits <= 2)
		return set_month(r, b->num, a->num);
	return refuse(r, "no year");
}

int wd_dread_day(struct wd_dread *r)
{
	static int (*const shapes[])(struct wd_dread *) = {
		read_era, read_marked, read_named_month, read_week};
	for (size_t i = 0; i < WD_COUNTOF(shapes); i++) {
		int rc = shapes[i](r);
		if (rc != WD_E_NOTFOUND)
			return rc;
	}
	return read_numbers(r);
}
