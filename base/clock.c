#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

#include "base/err.h"

static _Atomic int64_t fixed_us = -1;

int64_t wd_clock_now_us(void)
{
	int64_t f = atomic_load_explicit(&fixed_us, memory_order_relaxed);
	if (f >= 0)
		return f;
	struct timespec t;
	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * WD_SEC + t.tv_nsec / 1000;
}

int64_t wd_clock_mono_us(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * WD_SEC + t.tv_nsec / 1000;
}

void wd_clock_set(int64_t us)
{
	atomic_store(&fixed_us, us < 0 ? -1 : us);
}

/* Days are counted in 400-year eras that begin on 1 March, so the leap day is the last of its year.
 */
int64_t wd_days_from_civil(int64_t year, unsigned month, unsigned day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t yoe = year - era * 400;
	int64_t doy = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + (int64_t)day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

void wd_civil_from_days(int64_t days, int64_t *ret_year, unsigned *ret_month, unsigned *ret_day)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t doe = days - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	*ret_day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	*ret_month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	*ret_year = yoe + era * 400 + (*ret_month <= 2);
}

unsigned wd_days_in_month(int64_t year, unsigned month)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (month < 1 || month > 12)
		return 0;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month == 2 && leap ? 29 : days[month - 1];
}

struct wd_str wd_time_format(int64_t us, bool micros, char buf[WD_TIME_TEXT])
{
	int64_t days = us / WD_DAY - (us % WD_DAY < 0), rest = us - days * WD_DAY, y;
	unsigned m, d;
	wd_civil_from_days(days, &y, &m, &d);
	int64_t s = rest / WD_SEC;
	int n = snprintf(buf, WD_TIME_TEXT, "%04lld-%02u-%02uT%02d:%02d:%02d", (long long)y, m, d,
		(int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
	if (n > 0 && n < WD_TIME_TEXT)
		n += micros ? snprintf(buf + n, (size_t)(WD_TIME_TEXT - n), ".%06dZ",
				      (int)(rest % WD_SEC))
			    : snprintf(buf + n, (size_t)(WD_TIME_TEXT - n), "Z");
	return (struct wd_str){buf, n > 0 ? (size_t)WD_MIN(n, WD_TIME_TEXT - 1) : 0};
}

static bool digits(struct wd_str s, size_t at, size_t n, unsigned max, unsigned *ret)
{
	uint64_t v;
	if (at + n > s.n || wd_str_to_u64(wd_str_sub(s, at, at + n), 0, max, &v) != WD_OK)
		return false;
	*ret = (unsigned)v;
	return true;
}

int wd_time_parse(struct wd_str s, int64_t *ret_us)
{
	unsigned y, mo, d, h, mi, se, zh = 0, zm = 0;
	if (!digits(s, 0, 4, 9999, &y) || !digits(s, 5, 2, 12, &mo) || !digits(s, 8, 2, 31, &d) ||
		!digits(s, 11, 2, 23, &h) || !digits(s, 14, 2, 59, &mi) ||
		!digits(s, 17, 2, 60, &se))
		return WD_E_MALFORMED;
	if (s.p[4] != '-' || s.p[7] != '-' ||
		(s.p[10] != 'T' && s.p[10] != 't' && s.p[10] != ' ') || s.p[13] != ':' ||
		s.p[16] != ':' || mo == 0 || d == 0 || d > wd_days_in_month(y, mo))
		return WD_E_MALFORMED;
	size_t at = 19;
	int64_t us = 0, unit = WD_SEC / 10;
	if (at < s.n && s.p[at] == '.') {
		for (at++; at < s.n && wd_is_digit(s.p[at]); at++, unit /= 10)
			us += (s.p[at] - '0') * unit;
	}
	if (at >= s.n)
		return WD_E_MALFORMED;
	int sign = s.p[at] == '-' ? -1 : 1;
	if (s.p[at] == 'Z' || s.p[at] == 'z') {
		if (at + 1 != s.n)
			return WD_E_MALFORMED;
	} else if ((s.p[at] != '+' && s.p[at] != '-') || at + 6 != s.n || s.p[at + 3] != ':' ||
		   !digits(s, at + 1, 2, 23, &zh) || !digits(s, at + 4, 2, 59, &zm)) {
		return WD_E_MALFORMED;
	}
	int64_t secs = wd_days_from_civil(y, mo, d) * 86400 + h * 3600 + mi * 60 + se;
	*ret_us = (secs - sign * (int64_t)(zh * 3600 + zm * 60)) * WD_SEC + us;
	return WD_OK;
}
