/**
 * Clock: the one place that asks the system for the time. Times are int64_t microseconds since
 * 1970-01-01T00:00:00Z. Tests and replay put their own source in; call wd_clock_set before
 * threads start.
 */
#pragma once
#include "base/str.h"

#define WD_SEC INT64_C(1000000)
#define WD_MINUTE (60 * WD_SEC)
#define WD_HOUR (60 * WD_MINUTE)
#define WD_DAY (24 * WD_HOUR)

int64_t wd_clock_now_us(void);  /* wall clock, or what wd_clock_set gave */
int64_t wd_clock_mono_us(void); /* monotonic, for timeouts; never replaced */
/** Fixes the wall clock at `us`; a negative value gives the system's back. */
void wd_clock_set(int64_t us);

/** Civil date in the proleptic Gregorian calendar → days since 1970-01-01 (any month 1–12, day
 * 1–31). */
int64_t wd_days_from_civil(int64_t year, unsigned month, unsigned day);
void wd_civil_from_days(int64_t days, int64_t *ret_year, unsigned *ret_month, unsigned *ret_day);
unsigned wd_days_in_month(int64_t year, unsigned month);

#define WD_TIME_TEXT 40
/** "2025-08-23T15:04:05Z"; with `micros` "2025-08-23T15:04:05.000000Z". Writes to buf, returns a
 * slice of it. */
struct wd_str wd_time_format(int64_t us, bool micros, char buf[WD_TIME_TEXT]);
/** RFC 3339 with a zone, to microseconds; anything else is WD_E_MALFORMED. (Free-form dates:
 * parsers/dates.h.) */
WD_MUST_USE int wd_time_parse(struct wd_str s, int64_t *ret_us);
