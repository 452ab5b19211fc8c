/**
 * Time of day and zone inside a date.
 *
 * Times are looked for before days because their shapes are the surer ones: once "15:04:05" and
 * what belongs to it are marked as used, the numbers left are the day's.
 */
#include "base/clock.h"
#include "parsers/date_read.h"
#include "parsers/date_zone.h"

#define OFFSET_MAX_MIN (15 * 60 + 59)

/* ---- halves of the day ---- */

static bool is_half(const struct wd_dread *r, size_t i)
{
	return wd_dread_is(r, i, WD_DW_AM) || wd_dread_is(r, i, WD_DW_PM) ||
	       wd_dread_is(r, i, WD_DW_NIGHT) || wd_dread_is(r, i, WD_DW_MIDDAY);
}

/** Brings the hour into the half of the day that token i names. */
static int apply_half(struct wd_dread *r, size_t i)
{
	bool am = wd_dread_is(r, i, WD_DW_AM);
	if (am && r->hour > 12) {
		bool day_follows =
			wd_dread_num(r, i + 1, 2) || wd_dread_is(r, i + 1, WD_DW_WEEKDAY);
		if (wd_dread_is(r, i, WD_DW_NOISE) && day_follows) /* "15:04 am 23. August" */
			return WD_E_NOTFOUND;
		return wd_err_set(r->err, WD_E_MALFORMED, "hour %d in the morning", (int)r->hour);
	}
	if (am)
		r->hour %= 12;
	else if (wd_dread_is(r, i, WD_DW_MIDDAY))
		r->hour += r->hour < 11 ? 12 : 0;
	else if (wd_dread_is(r, i, WD_DW_NIGHT))
		r->hour += r->hour >= 5 && r->hour <= 12 ? 12 : 0;
	else if (r->hour < 12)
		r->hour += 12;
	r->t[i].used = true;
	return WD_OK;
}

/** The half stands behind the time ("3:15 pm") or before it ("오후 3:15"). */
static int find_half(struct wd_dread *r, size_t first, size_t *end)
{
	if (is_half(r, *end)) {
		int rc = apply_half(r, *end);
		if (rc == WD_OK)
			(*end)++;
		return rc == WD_E_NOTFOUND ? WD_OK : rc;
	}
	if (first > 0 && is_half(r, first - 1)) {
		int rc = apply_half(r, first - 1);
		return rc == WD_E_NOTFOUND ? WD_OK : rc;
	}
	return WD_OK;
}

/* ---- the shapes of a time ---- */

/** ".672" behind the seconds. */
static size_t take_fraction(struct wd_dread *r, size_t i)
{
	bool mark =
		wd_dread_punct(r, i, '.') || wd_dread_punct(r, i, ',') ||
		(wd_dread_punct(r, i, ':') && wd_dread_num(r, i + 1, 3) && r->t[i + 1].digits == 3);
	if (!mark || !wd_dread_tight(r, i) || !wd_dread_num(r, i + 1, 18) ||
		!wd_dread_tight(r, i + 1))
		return i;
	int64_t v = r->t[i + 1].num;
	unsigned digits = r->t[i + 1].digits;
	for (; digits > 6; digits--)
		v /= 10;
	for (; digits < 6; digits++)
		v *= 10;
	r->micro = v;
	return i + 2;
}

/** 15:04[:05[.6]] at i; 0 when it is not one. */
static size_t take_colons(struct wd_dread *r, size_t i)
{
	if (!wd_dread_num(r, i, 2) || !wd_dread_punct(r, i + 1, ':') || !wd_dread_num(r, i + 2, 2))
		return 0;
	if (i > 0 && wd_dread_punct(r, i - 1, '+'))
		return 0;
	r->hour = r->t[i].num;
	r->minute = r->t[i + 2].num;
	size_t end = i + 3;
	if (wd_dread_punct(r, end, ':') && wd_dread_num(r, end + 1, 2)) {
		r->second = r->t[end + 1].num;
		end = take_fraction(r, end + 2);
	}
	return end;
}

/** 15h04, 15時04分05秒, 15 Uhr, 3시 반 */
static size_t take_marks(struct wd_dread *r, size_t i)
{
	if (!wd_dread_num(r, i, 2) || !wd_dread_is(r, i + 1, WD_DW_HOUR_MARK))
		return 0;
	r->hour = r->t[i].num;
	size_t end = i + 2;
	if (wd_dread_is(r, end, WD_DW_HALF)) {
		r->minute = 30;
		return end + 1;
	}
	if (!wd_dread_num(r, end, 2))
		return end;
	bool marked = wd_dread_is(r, end + 1, WD_DW_MIN_MARK);
	bool closed = end + 1 == r->n || wd_dread_punct(r, end + 1, ',') ||
		      wd_dread_punct(r, end + 1, ')');
	if (!marked && !wd_dread_tight(r, end) && !(closed && r->t[end].digits == 2))
		return end;
	r->minute = r->t[end].num;
	end += marked ? 2 : 1;
	if (marked && wd_dread_num(r, end, 2) && wd_dread_is(r, end + 1, WD_DW_SEC_MARK)) {
		r->second = r->t[end].num;
		end += 2;
	}
	return end;
}

/** Behind a T: 150405, 1504, 15 */
static size_t take_basic(struct wd_dread *r, size_t i)
{
	if (i == 0 || !wd_dread_is(r, i, WD_DW_T) || !wd_dread_num(r, i + 1, 6) ||
		!wd_dread_tight(r, i + 1) || r->t[i + 1].digits % 2 != 0)
		return 0;
	int64_t v = r->t[i + 1].num;
	size_t end = i + 2;
	if (r->t[i + 1].digits == 6) {
		r->second = v % 100;
		v /= 100;
		end = take_fraction(r, end);
	}
	if (r->t[i + 1].digits >= 4) {
		r->minute = v % 100;
		v /= 100;
	}
	r->hour = v;
	return end;
}

static bool is_year_like(const struct wd_dread *r, size_t i)
{
	return wd_dread_num(r, i, 4) && r->t[i].digits == 4;
}

/** A zone's name that is not the letter of something else. */
static bool is_zone_name(const struct wd_dread *r, size_t i)
{
	return wd_dread_is(r, i, WD_DW_ZONE) && r->t[i].end - r->t[i].start > 1;
}

/** "15.04 Uhr", "kl. 15.04", "3.04pm", "23.08.2025 15.04": a dot only where something beside it
 * says that it is a time. */
static size_t take_dotted(struct wd_dread *r, size_t i)
{
	if (!wd_dread_num(r, i, 2) || !wd_dread_punct(r, i + 1, '.') || !wd_dread_tight(r, i + 1) ||
		!wd_dread_num(r, i + 2, 2) || !wd_dread_tight(r, i + 2) || r->t[i + 2].digits != 2)
		return 0;
	size_t end = i + 3, before = i;
	bool third = wd_dread_punct(r, end, '.') && wd_dread_tight(r, end) &&
		     wd_dread_num(r, end + 1, 4) && wd_dread_tight(r, end + 1);
	if (third && r->t[end + 1].digits != 2)
		return 0;
	if (before > 0 && wd_dread_punct(r, before - 1, '.')) /* "kl." */
		before--;
	bool led = before > 0 && wd_dread_is(r, before - 1, WD_DW_TIMELEAD);
	size_t after = third ? end + 2 : end;
	bool behind_year = i > 0 && is_year_like(r, i - 1) && r->t[i].space;
	if (!led && !behind_year && !wd_dread_is(r, after, WD_DW_HOUR_MARK) && !is_half(r, after) &&
		!is_zone_name(r, after))
		return 0;
	r->hour = r->t[i].num;
	r->minute = r->t[i + 2].num;
	if (third)
		r->second = r->t[end + 1].num;
	return after;
}

/** "3pm" */
static size_t take_bare_half(struct wd_dread *r, size_t i)
{
	if (!wd_dread_num(r, i, 2) || !is_half(r, i + 1) || r->t[i].num < 1 || r->t[i].num > 12 ||
		wd_dread_is(r, i + 1, WD_DW_NOISE) != !wd_dread_tight(r, i + 1))
		return 0;
	r->hour = r->t[i].num;
	return i + 1;
}

/** "1504 GMT", "1504 hrs", beside a year of four digits. */
static size_t take_military(struct wd_dread *r, size_t i)
{
	if (!is_year_like(r, i) || r->t[i].num > 2359 || r->t[i].num % 100 > 59 ||
		(!is_zone_name(r, i + 1) && !wd_dread_is(r, i + 1, WD_DW_HOUR_MARK)))
		return 0;
	for (size_t k = 0; k < r->n; k++) {
		if (k == i || !is_year_like(r, k))
			continue;
		r->hour = r->t[i].num / 100;
		r->minute = r->t[i].num % 100;
		return i + 1;
	}
	return 0;
}

/** 2025:08:23, the date as cameras write it, is no time. */
static size_t skip_colon_date(const struct wd_dread *r, size_t i)
{
	if (i < r->n && r->t[i].type == WD_DT_NUM && r->t[i].digits == 4 &&
		wd_dread_punct(r, i + 1, ':') && wd_dread_num(r, i + 2, 2) &&
		wd_dread_punct(r, i + 3, ':') && wd_dread_num(r, i + 4, 2) &&
		!wd_dread_punct(r, i + 5, ':'))
		return 4;
	return 0;
}

static int check_time(struct wd_dread *r, bool late_hours)
{
	int64_t hour_max = late_hours ? 29 : 24;
	if (r->hour > hour_max || r->minute > 59 || r->second > 60 ||
		(r->second == 60 && r->minute != 59) ||
		(!late_hours && r->hour == 24 && (r->minute != 0 || r->second != 0)))
		return wd_err_set(r->err, WD_E_MALFORMED, "no such time: %02d:%02d:%02d",
			(int)r->hour, (int)r->minute, (int)r->second);
	r->has_time = true;
	return WD_OK;
}

int wd_dread_time(struct wd_dread *r)
{
	static size_t (*const shapes[])(struct wd_dread *, size_t) = {
		take_colons, take_dotted, take_marks, take_basic, take_bare_half, take_military};
	for (size_t s = 0; s < WD_COUNTOF(shapes); s++) {
		for (size_t i = 0; i < r->n; i++) {
			i += skip_colon_date(r, i);
			size_t end = shapes[s](r, i);
			if (end == 0)
				continue;
			bool late = shapes[s] == take_marks;
			int rc = find_half(r, i, &end);
			if (rc < 0)
				return rc;
			wd_dread_use(r, i, end);
			while (end < r->n && (wd_dread_is(r, end, WD_DW_HOUR_MARK) ||
						     wd_dread_is(r, end, WD_DW_SEC_MARK)))
				r->t[end++].used = true;
			r->time_end = end;
			return check_time(r, late);
		}
	}
	for (size_t i = 0; i < r->n; i++) {
		if (!wd_dread_is(r, i, WD_DW_NOON))
			continue;
		r->hour = wd_dread_val(r, i, WD_DW_NOON);
		r->t[i].used = true;
		r->time_end = i + 1;
		return check_time(r, false);
	}
	return WD_E_NOTFOUND;
}

/* ---- zones ---- */

/** +0900, +09:00, -4 at i (the sign); *end moves behind it. */
static int take_offset(struct wd_dread *r, size_t i, size_t *end)
{
	bool plus = wd_dread_punct(r, i, '+'), minus = wd_dread_punct(r, i, '-');
	if ((!plus && !minus) || !wd_dread_num(r, i + 1, 6))
		return WD_E_NOTFOUND;
	const struct wd_dtok *num = &r->t[i + 1];
	if (num->space && num->digits != 4)
		return WD_E_NOTFOUND;
	int64_t hours = num->num, minutes = 0;
	*end = i + 2;
	if (num->digits <= 2 && wd_dread_punct(r, *end, ':') && wd_dread_num(r, *end + 1, 2)) {
		minutes = r->t[*end + 1].num;
		*end += 2;
	} else if (num->digits <= 2 &&
		   (wd_dread_punct(r, *end, '.') || wd_dread_punct(r, *end, '-') ||
			   wd_dread_punct(r, *end, '/') || wd_dread_is(r, *end, WD_DW_MONTH))) {
		return WD_E_NOTFOUND; /* a day: "15:04 -23.08.2025" */
	} else if (num->digits == 3 || num->digits == 4) {
		hours = num->num / 100;
		minutes = num->num % 100;
	} else if (num->digits > 4) {
		hours = num->num / 10000;
		minutes = num->num / 100 % 100;
	}
	int64_t total = hours * 60 + minutes;
	if (minutes > 59 || total > OFFSET_MAX_MIN)
		return wd_err_set(r->err, WD_E_MALFORMED, "no such zone offset: %c%02d:%02d",
			plus ? '+' : '-', (int)hours, (int)minutes);
	r->has_zone = true;
	r->zone_s = (plus ? total : -total) * 60;
	wd_dread_use(r, i, *end);
	return WD_OK;
}

/** "Eastern Time", "Korea Standard Time", "ET" */
static bool take_region(struct wd_dread *r, size_t i, size_t *end)
{
	int region = -1, season = -1;
	size_t at = i;
	for (; at < r->n; at++) {
		if (wd_dread_is(r, at, WD_DW_ZREGION)) {
			int id = wd_dread_val(r, at, WD_DW_ZREGION);
			if (region < 0 || id == WD_ZR_EUROPEAN)
				region = region == WD_ZR_EASTERN ? WD_ZR_EAST_EUROPEAN : id;
		} else if (wd_dread_is(r, at, WD_DW_ZSEASON)) {
			season = wd_dread_val(r, at, WD_DW_ZSEASON);
		} else {
			break;
		}
	}
	if (region < 0)
		return false;
	if (wd_dread_is(r, at, WD_DW_TIME))
		at++;
	else if (at != i + 1 || r->t[i].end - r->t[i].start != 2 ||
		 r->text.p[r->t[i].start] < 'A' || r->text.p[r->t[i].start] > 'Z')
		return false;
	const struct wd_zone_region *z = wd_zone_region(region);
	r->has_zone = true;
	if (season >= 0)
		r->zone_s = (z->standard_min + 60 * season) * 60;
	else
		r->zone_iana = z->iana;
	wd_dread_use(r, i, at);
	*end = at;
	return true;
}

static bool take_zone_word(struct wd_dread *r, size_t i, size_t *end)
{
	if (!wd_dread_is(r, i, WD_DW_ZONE))
		return false;
	int64_t minutes = wd_dread_val(r, i, WD_DW_ZONE);
	if (r->lang == WD_DL_ZH && minutes == -360) /* CST beside Chinese words */
		minutes = 480;
	r->has_zone = true;
	r->zone_s = minutes * 60;
	r->t[i].used = true;
	*end = i + 1;
	return true;
}

/** Asia/Seoul, as a database name. */
static bool take_iana(struct wd_dread *r, size_t i, size_t *end)
{
	if (i + 2 >= r->n || r->t[i].type != WD_DT_WORD || !wd_dread_punct(r, i + 1, '/') ||
		r->t[i + 2].type != WD_DT_WORD)
		return false;
	size_t at = i + 3;
	while (at < r->n && wd_dread_tight(r, at) &&
		(r->t[at].type != WD_DT_PUNCT || r->t[at].c == '/' || r->t[at].c == '_' ||
			r->t[at].c == '-'))
		at++;
	struct wd_str name = wd_str_sub(r->text, r->t[i].start, r->t[at - 1].end);
	const struct wd_zone *z;
	if (wd_zone_get(name, &z) < 0)
		return false;
	r->has_zone = true;
	r->zone_name = name;
	wd_dread_use(r, i, at);
	*end = at;
	return true;
}

static int take_zone(struct wd_dread *r, size_t i, size_t *end)
{
	if (take_iana(r, i, end) || take_region(r, i, end))
		return WD_OK;
	if (take_zone_word(r, i, end)) {
		int rc = take_offset(r, *end, end); /* GMT+0900 */
		return rc == WD_E_NOTFOUND ? WD_OK : rc;
	}
	return WD_E_NOTFOUND;
}

/** What stands in brackets behind a time: a zone, or a comment when the zone is known already. */
static int take_bracketed(struct wd_dread *r, size_t i)
{
	char close = wd_dread_punct(r, i, '(') ? ')' : ']';
	size_t last = i + 1, end;
	bool has_number = false, has_zone = false;
	while (last < r->n && !(r->t[last].type == WD_DT_PUNCT && r->t[last].c == close)) {
		has_number = has_number || r->t[last].type == WD_DT_NUM;
		has_zone = has_zone || is_zone_name(r, last);
		last++;
	}
	/* "1904 GMT (0304 HKT)" says the time twice; a day in brackets is still wanted */
	if (r->has_zone && ((has_number && !has_zone) || i < r->time_end))
		return WD_E_NOTFOUND;
	if (!r->has_zone) {
		int rc = take_zone(r, i + 1, &end);
		if (rc == WD_E_NOTFOUND)
			rc = take_offset(r, i + 1, &end);
		if (rc < 0)
			return rc;
	}
	wd_dread_use(r, i, last + 1);
	return WD_OK;
}

/** An abbreviation nobody knows, in its place behind the time, leaves the zone open. */
static bool take_unknown(struct wd_dread *r, size_t i)
{
	if (i >= r->n || r->t[i].used || r->t[i].type != WD_DT_WORD ||
		(r->t[i].word_count != 0 && r->t[i].end - r->t[i].start != 1))
		return false;
	size_t len = r->t[i].end - r->t[i].start;
	for (size_t k = r->t[i].start; k < r->t[i].end; k++) {
		if (r->text.p[k] < 'A' || r->text.p[k] > 'Z')
			return false;
	}
	if (len > 5 || len == 2)
		return false;
	r->t[i].used = true;
	r->zone_unknown = true;
	return true;
}

int wd_dread_zone(struct wd_dread *r)
{
	size_t at = r->time_end, end = at;
	while (wd_dread_punct(r, at, ','))
		at++;
	int rc = take_offset(r, at, &end);
	if (rc == WD_E_NOTFOUND)
		rc = take_zone(r, at, &end);
	if (rc < 0 && rc != WD_E_NOTFOUND)
		return rc;
	if (rc == WD_E_NOTFOUND && take_unknown(r, at))
		return WD_OK;
	for (size_t i = 0; i < r->n; i++) {
		if (wd_dread_punct(r, i, '(') || wd_dread_punct(r, i, '[')) {
			rc = take_bracketed(r, i);
			if (rc < 0 && rc != WD_E_NOTFOUND)
				return rc;
		} else if (!r->has_zone && !r->t[i].used && r->t[i].end - r->t[i].start > 1) {
			rc = take_zone(r, i, &end);
			if (rc < 0 && rc != WD_E_NOTFOUND)
				return rc;
		} else if (!r->has_zone && i > 0 && i + 2 == r->n &&
			   r->t[i + 1].type == WD_DT_NUM && r->t[i + 1].digits == 4 &&
			   wd_dread_tight(r, i + 1) && (r->t[i].space || r->t[i].c == '+')) {
			rc = take_offset(r, i, &end); /* at the very end: "15:04:05 2025 +0900" */
			if (rc < 0 && rc != WD_E_NOTFOUND)
				return rc;
		}
	}
	return WD_OK;
}

int wd_dread_default_zone(struct wd_dread *r, int64_t wall_us, int64_t *ret_us)
{
	if (r->opts->timezone.n > 0)
		return wd_zone_wall_to_utc(r->opts->timezone, wall_us, ret_us);
	enum wd_dlang lang = r->lang;
	if (wd_dread_lang_is(r, "ko"))
		lang = WD_DL_KO;
	else if (wd_dread_lang_is(r, "ja"))
		lang = WD_DL_JA;
	else if (wd_dread_lang_is(r, "zh"))
		lang = WD_DL_ZH;
	if (lang == WD_DL_ANY)
		return WD_E_NOTFOUND;
	*ret_us = wall_us - (lang == WD_DL_ZH ? 8 : 9) * WD_HOUR;
	return WD_OK;
}
