/*
 * The two forms that nearly all feeds write, read without the tolerant reader: RFC 822 as RSS has
 * it ("Sat, 23 Aug 2025 15:04:05 +0900") and RFC 3339. Whatever is not letter for letter one of
 * them is left to the reader, so both understand the same; this only saves the time (a feed's
 * dates cost as much as the rest of its items otherwise).
 */
#include "base/clock.h"
#include "parsers/date_read.h"

/** n digits at s.p[at], no sign; -1 when they are not. */
static int64_t digits(struct wd_str s, size_t at, size_t n)
{
	int64_t v = 0;
	for (size_t i = at; i < at + n; i++) {
		if (!wd_is_digit(s.p[i]))
			return -1;
		v = v * 10 + (s.p[i] - '0');
	}
	return v;
}

/** hh:mm:ss at s.p[at] in microseconds; -1: not so, or a leap second. */
static int64_t clock_us(struct wd_str s, size_t at)
{
	int64_t h = digits(s, at, 2), m = digits(s, at + 3, 2), sec = digits(s, at + 6, 2);
	if (h < 0 || h > 23 || m < 0 || m > 59 || sec < 0 || sec > 59 || s.p[at + 2] != ':' ||
		s.p[at + 5] != ':')
		return -1;
	return h * WD_HOUR + m * WD_MINUTE + sec * WD_SEC;
}

static bool finish(int64_t year, int64_t month, int64_t day, int64_t us, int64_t offset_min,
	struct wd_date *ret)
{
	if (year < 1000 || month < 1 || month > 12 || day < 1 ||
		day > wd_days_in_month(year, (unsigned)month) || us < 0)
		return false;
	ret->us = wd_days_from_civil(year, (unsigned)month, (unsigned)day) * WD_DAY + us -
		  offset_min * WD_MINUTE;
	ret->precision = WD_DATE_TIME;
	ret->has_zone = true;
	return true;
}

/** +hhmm or +hh:mm behind the sign at s.p[at], to the end of s. */
static bool offset_min(struct wd_str s, size_t at, bool colon, int64_t *ret)
{
	size_t minutes = at + 3 + colon;
	if (s.n != minutes + 2 || (s.p[at] != '+' && s.p[at] != '-') ||
		(colon && s.p[at + 3] != ':'))
		return false;
	int64_t h = digits(s, at + 1, 2), m = digits(s, minutes, 2);
	if (h < 0 || h > 14 || m < 0 || m > 59)
		return false;
	*ret = (h * 60 + m) * (s.p[at] == '-' ? -1 : 1);
	return true;
}

/** Three letters of `names` → their index; -1. */
static int three(struct wd_str s, size_t at, const char *names)
{
	for (int i = 0; names[3 * i] != '\0'; i++) {
		if (memcmp(s.p + at, names + 3 * i, 3) == 0)
			return i;
	}
	return -1;
}

/** "Sat, 23 Aug 2025 15:04:05 +0900", also with GMT and a day of one digit. */
static bool rfc822(struct wd_str s, struct wd_date *ret)
{
	if (s.n < 28 || s.p[3] != ',' || s.p[4] != ' ' || three(s, 0, "SunMonTueWedThuFriSat") < 0)
		return false;
	size_t n = wd_is_digit(s.p[6]) ? 2 : 1, at = 5 + n;
	if (s.n < at + 22 || s.p[at] != ' ' || s.p[at + 4] != ' ' || s.p[at + 9] != ' ' ||
		s.p[at + 18] != ' ')
		return false;
	int64_t day = digits(s, 5, n), year = digits(s, at + 5, 4), offset = 0;
	int month = three(s, at + 1, "JanFebMarAprMayJunJulAugSepOctNovDec");
	if (day < 0 || year < 0 || month < 0)
		return false;
	if (!wd_str_eqc(wd_str_from(s, at + 19), "GMT") && !offset_min(s, at + 19, false, &offset))
		return false;
	return finish(year, month + 1, day, clock_us(s, at + 10), offset, ret);
}

/** "2025-08-23T15:04:05Z", also with an offset; fractions are left to the reader. */
static bool rfc3339(struct wd_str s, struct wd_date *ret)
{
	if (s.n < 20 || s.p[4] != '-' || s.p[7] != '-' || s.p[10] != 'T')
		return false;
	int64_t year = digits(s, 0, 4), month = digits(s, 5, 2), day = digits(s, 8, 2), offset = 0;
	if (!(s.n == 20 && s.p[19] == 'Z') && !offset_min(s, 19, true, &offset))
		return false;
	return finish(year, month, day, clock_us(s, 11), offset, ret);
}

bool wd_date_exact(struct wd_str s, struct wd_date *ret)
{
	return rfc822(s, ret) || rfc3339(s, ret);
}
