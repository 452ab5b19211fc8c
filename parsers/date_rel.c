/**
 * Dates relative to the fetch time: "3 hours ago", "3시간 전", "vor 2 Tagen", "어제 오후 3:15".
 *
 * The answer is as precise as the words: hours and less give a time, days and weeks a day, months
 * a month. What day it is depends on the zone, so days are counted on the wall clock of the
 * configured zone or the language's, else UTC's. "Just now" is refused: it names no time.
 */
#include "base/clock.h"
#include "parsers/date_read.h"
#include "parsers/date_zone.h"

#define AMOUNT_MAX 10000

/** The fetch time on the reader's wall clock. */
static int64_t wall_now(struct wd_dread *r)
{
	int64_t utc, wall = r->opts->now_us;
	if (wd_dread_default_zone(r, wall, &utc) == WD_OK)
		wall += wall - utc;
	return wall;
}

static void set_wall_day(struct wd_dread *r, int64_t days)
{
	wd_civil_from_days(days, &r->year, &r->month, &r->day);
	r->precision = WD_DATE_DAY;
}

static int64_t floor_days(int64_t us)
{
	return (us - ((us % WD_DAY) + WD_DAY) % WD_DAY) / WD_DAY;
}

/** Every token is an amount, a unit, "ago" or noise; the sum in `us` or in months. */
static bool read_amounts(
	const struct wd_dread *r, int64_t *us, int64_t *months, enum wd_dunit *coarsest)
{
	static const int64_t unit_us[] = {WD_SEC, WD_MINUTE, WD_HOUR, WD_DAY, 7 * WD_DAY, 0, 0};
	bool ago = false, found = false;
	*us = *months = 0;
	*coarsest = WD_DU_SECOND;
	for (size_t i = 0; i < r->n; i++) {
		bool one = wd_dread_is(r, i, WD_DW_ONE);
		if ((wd_dread_num(r, i, 5) || one) && wd_dread_is(r, i + 1, WD_DW_UNIT)) {
			int64_t v = one ? 1 : r->t[i].num;
			enum wd_dunit u = (enum wd_dunit)wd_dread_val(r, i + 1, WD_DW_UNIT);
			if (v > AMOUNT_MAX)
				return false;
			*us += v * unit_us[u];
			*months += u == WD_DU_MONTH ? v : u == WD_DU_YEAR ? v * 12 : 0;
			*coarsest = WD_MAX(*coarsest, u);
			found = true;
			i++;
		} else if (wd_dread_is(r, i, WD_DW_AGO)) {
			ago = true;
		} else if (!wd_dread_is(r, i, WD_DW_NOISE) && !wd_dread_is(r, i, WD_DW_LABEL) &&
			   !wd_dread_punct(r, i, ',') && !wd_dread_punct(r, i, '.')) {
			return false;
		}
	}
	return ago && found;
}

static int read_ago(struct wd_dread *r, struct wd_date *ret)
{
	int64_t us, months;
	enum wd_dunit coarsest;
	if (!read_amounts(r, &us, &months, &coarsest))
		return WD_E_NOTFOUND;
	if (coarsest <= WD_DU_HOUR) {
		*ret = (struct wd_date){r->opts->now_us - us, WD_DATE_TIME, true};
		return WD_OK;
	}
	set_wall_day(r, floor_days(wall_now(r) - us));
	if (coarsest >= WD_DU_MONTH) {
		int64_t total = r->year * 12 + r->month - 1 - months;
		r->year = total / 12;
		r->month = (unsigned)(total % 12) + 1;
		r->day = 1;
		r->precision = coarsest == WD_DU_MONTH ? WD_DATE_MONTH : WD_DATE_YEAR;
		if (r->precision == WD_DATE_YEAR)
			r->month = 1;
	}
	ret->us = wd_days_from_civil(r->year, r->month, r->day) * WD_DAY;
	ret->precision = r->precision;
	ret->has_zone = false;
	return WD_OK;
}

/** "yesterday", alone or with a time, which is left to the caller. */
static int read_day_word(struct wd_dread *r)
{
	for (size_t i = 0; i < r->n; i++) {
		if (!wd_dread_is(r, i, WD_DW_RELDAY))
			continue;
		int64_t days = wd_dread_val(r, i, WD_DW_RELDAY);
		r->t[i].used = true;
		set_wall_day(r, floor_days(wall_now(r)) - days);
		return WD_OK;
	}
	return WD_E_NOTFOUND;
}

int wd_dread_relative(struct wd_dread *r, struct wd_date *ret)
{
	int rc = read_ago(r, ret);
	if (rc == WD_E_NOTFOUND)
		rc = read_day_word(r);
	if (rc == WD_OK && (r->opts->no_relative || r->opts->now_us <= 0))
		return wd_err_set(r->err, WD_E_MALFORMED, "a relative date and no fetch time");
	return rc;
}
