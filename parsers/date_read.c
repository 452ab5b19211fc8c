/**
 * Tokens → a date: the order of work.
 *
 * What one step has used the next does not see: labels and a second date are cut off, relative
 * dates go first, then the time of day with its zone, then the day, and nothing but punctuation
 * and small words may be left. A word nobody knows makes the whole no date, because it may be
 * what changes the meaning ("not before …").
 */
#include "parsers/date_read.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "parsers/date_zone.h"

bool wd_dread_lang_is(const struct wd_dread *r, const char *primary)
{
	struct wd_str l = r->opts->language, p = wd_str_c(primary);
	return wd_str_istarts(l, p) && (l.n == p.n || !wd_is_alnum(l.p[p.n]));
}

/** The language that the words outside ASCII speak for. */
static enum wd_dlang evidence(const struct wd_dread *r)
{
	enum wd_dlang best = WD_DL_ANY;
	bool han = false, hanzi = false;
	for (size_t i = 0; i < r->n; i++) {
		const struct wd_dtok *t = &r->t[i];
		hanzi = hanzi || t->is_hanzi;
		if (t->type != WD_DT_WORD || t->word_count == 0 ||
			(unsigned char)r->text.p[t->start] < 0x80)
			continue;
		enum wd_dlang lang = t->words[0].lang;
		bool agreed = true;
		for (size_t k = 1; k < t->word_count; k++)
			agreed = agreed && t->words[k].lang == lang;
		for (size_t k = 0; k < t->word_count; k++)
			han = han || t->words[k].kind == WD_DW_YEAR_MARK ||
			      t->words[k].kind == WD_DW_AM;
		if (agreed && lang != WD_DL_ANY && (best == WD_DL_ANY || lang < best))
			best = lang;
	}
	if (best != WD_DL_ANY)
		return best;
	if (hanzi)
		return WD_DL_ZH;
	if (!han)
		return WD_DL_ANY;
	/* 年 alone is Chinese as well; without anything that says so it is read as Japanese */
	return wd_dread_lang_is(r, "zh") ? WD_DL_ZH : WD_DL_JA;
}

/** "입력 2025.08.23 15:04 수정 2025.08.23 16:00": only the first date is this one. */
static void cut_second(struct wd_dread *r)
{
	bool seen = false;
	for (size_t i = 0; i < r->n; i++) {
		seen = seen || r->t[i].type == WD_DT_NUM;
		if (!seen || !wd_dread_is(r, i, WD_DW_LABEL) || wd_dread_is(r, i, WD_DW_UNIT))
			continue;
		for (size_t k = i + 1; k < r->n; k++) {
			if (wd_dread_num(r, k, 4) && r->t[k].digits == 4) {
				r->n = i;
				return;
			}
		}
	}
}

static void note_weekday(struct wd_dread *r)
{
	for (size_t i = 0; i < r->n && r->weekday < 0; i++) {
		if (wd_dread_is(r, i, WD_DW_WEEKDAY) && !wd_dread_is(r, i, WD_DW_MONTH) &&
			!wd_dread_is(r, i, WD_DW_DAY_MARK) && !wd_dread_is(r, i, WD_DW_MONTH_MARK))
			r->weekday = wd_dread_val(r, i, WD_DW_WEEKDAY);
	}
}

/** (土), (월), (六): in brackets these are weekdays, not marks or numbers. */
static void use_bracketed_weekdays(struct wd_dread *r)
{
	for (size_t i = 1; i + 1 < r->n; i++) {
		const struct wd_dtok *t = &r->t[i];
		bool hanzi = t->is_hanzi && t->num >= 1 && t->num <= 6;
		bool open = wd_dread_punct(r, i - 1, '(') || wd_dread_punct(r, i - 1, '[');
		bool close = wd_dread_punct(r, i + 1, ')') || wd_dread_punct(r, i + 1, ']');
		if (!open || !close || (!hanzi && !wd_dread_is(r, i, WD_DW_WEEKDAY)))
			continue;
		r->weekday = hanzi ? (int)t->num : wd_dread_val(r, i, WD_DW_WEEKDAY);
		wd_dread_use(r, i - 1, i + 2);
	}
}

/** 20250823150405 and 202508231504: the time is split off; the day's digits stay. */
static void split_digit_run(struct wd_dread *r)
{
	for (size_t i = 0; i < r->n && !r->has_time; i++) {
		struct wd_dtok *t = &r->t[i];
		if (t->type != WD_DT_NUM || (t->digits != 14 && t->digits != 12))
			continue;
		if (t->digits == 14) {
			r->second = t->num % 100;
			t->num /= 100;
		}
		r->minute = t->num % 100;
		r->hour = t->num / 100 % 100;
		t->num /= 10000;
		t->digits = 8;
		if (r->hour > 23 || r->minute > 59 || r->second > 59 || t->num < 19000000 ||
			t->num > 21001231) {
			t->digits = 18; /* no date */
			return;
		}
		r->has_time = true;
		r->time_end = i + 1;
	}
}

/** "2025-08-23+09:00", as XML Schema writes days: the zone says nothing about the day. */
static void use_day_offset(struct wd_dread *r)
{
	if (r->n < 5)
		return;
	size_t i = r->n - 4;
	if ((wd_dread_punct(r, i, '+') || wd_dread_punct(r, i, '-')) && wd_dread_tight(r, i) &&
		wd_dread_num(r, i + 1, 2) && wd_dread_punct(r, i + 2, ':') &&
		wd_dread_num(r, i + 3, 2))
		wd_dread_use(r, i, r->n);
}

static bool may_be_left(const struct wd_dread *r, const struct wd_dtok *t)
{
	static const enum wd_dword kinds[] = {WD_DW_NOISE, WD_DW_LABEL, WD_DW_WEEKDAY, WD_DW_ORD,
		WD_DW_TIMELEAD, WD_DW_T, WD_DW_DAY_MARK};
	if (t->used || t->type == WD_DT_PUNCT)
		return true;
	for (size_t i = 0; t->type == WD_DT_WORD && i < WD_COUNTOF(kinds); i++) {
		if (wd_dtok_word(t, kinds[i]) != NULL)
			return true;
	}
	/* "+0900 KST", "2025-08-23Z" */
	return (r->has_zone || !r->has_time) && wd_dtok_word(t, WD_DW_ZONE) != NULL;
}

static int check_left(struct wd_dread *r)
{
	enum { SHOWN = 40 };
	for (size_t i = 0; i < r->n; i++) {
		const struct wd_dtok *t = &r->t[i];
		struct wd_str left = wd_utf8_cut(wd_str_sub(r->text, t->start, t->end), SHOWN);
		if (!may_be_left(r, t))
			return wd_err_set(r->err, WD_E_MALFORMED,
				"'%.*s' does not belong in a date", WD_STR_ARG(left));
	}
	return WD_OK;
}

/** Wall time and zone → the answer. */
static int finish(struct wd_dread *r, struct wd_date *ret)
{
	int64_t us = wd_days_from_civil(r->year, r->month, r->day) * WD_DAY;
	if (!r->has_time) {
		*ret = (struct wd_date){us, r->precision, false};
		return WD_OK;
	}
	if (r->precision != WD_DATE_DAY)
		return wd_err_set(r->err, WD_E_MALFORMED, "a time without its day");
	us += r->hour * WD_HOUR + r->minute * WD_MINUTE + r->second * WD_SEC + r->micro;
	bool zoned = r->has_zone;
	int rc = WD_E_NOTFOUND;
	if (zoned && (r->zone_iana != NULL || r->zone_name.n > 0))
		zoned = wd_zone_wall_to_utc(
				r->zone_name.n > 0 ? r->zone_name : wd_str_c(r->zone_iana), us,
				&us) == WD_OK;
	else if (zoned)
		us -= r->zone_s * WD_SEC;
	else if (!r->zone_unknown)
		rc = wd_dread_default_zone(r, us, &us);
	*ret = (struct wd_date){us, WD_DATE_TIME, zoned || rc == WD_OK};
	/* a leap second is inserted at the end of a UTC day and nowhere else */
	if (r->second == 60 && ret->has_zone && us % WD_DAY / WD_SEC != 0)
		return wd_err_set(r->err, WD_E_MALFORMED, "no leap second there");
	return WD_OK;
}

static int read_relative(struct wd_dread *r, struct wd_date *ret, bool *day_known)
{
	int rc = wd_dread_relative(r, ret);
	*day_known = rc == WD_OK && r->precision == WD_DATE_DAY && ret->precision == WD_DATE_NONE;
	return rc;
}

int wd_date_read(struct wd_str text, struct wd_dtok *t, size_t n, const struct wd_date_opts *opts,
	struct wd_date *ret, struct wd_err *err)
{
	struct wd_dread r = {.text = text, .t = t, .n = n, .opts = opts, .err = err, .weekday = -1};
	struct wd_date date = {0};
	bool day_known;
	cut_second(&r);
	r.lang = evidence(&r);
	int rc = read_relative(&r, &date, &day_known);
	if (rc == WD_OK && !day_known) {
		*ret = date;
		return WD_OK;
	}
	if (rc < 0 && rc != WD_E_NOTFOUND)
		return rc;
	use_bracketed_weekdays(&r);
	note_weekday(&r);
	rc = wd_dread_time(&r);
	if (rc == WD_E_NOTFOUND) {
		split_digit_run(&r);
		if (!r.has_time)
			use_day_offset(&r);
		rc = WD_OK;
	}
	if (rc == WD_OK && r.has_time)
		rc = wd_dread_zone(&r);
	if (rc == WD_OK && !day_known)
		rc = wd_dread_day(&r);
	if (rc == WD_OK)
		rc = check_left(&r);
	return rc == WD_OK ? finish(&r, ret) : rc;
}
