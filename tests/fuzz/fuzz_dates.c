/*
 * Dates on any bytes: the first byte picks language, zone and clock, the rest is the date and then
 * running text. Invariants: a date that is taken has a precision and lies in years 1 … 9999 (a day
 * more for zones), and what it is written as reads back as the same; hits of the scanner lie inside
 * the text, in order, and are at least days.
 */
#include "base/utf8.h"
#include "parsers/dates.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const languages[] = {"", "en-US", "ko", "ja", "zh-TW", "de", "hr", "en"};
static const char *const zones[] = {"", "Asia/Seoul", "America/New_York", "+03:30"};

static void check_date(struct wd_arena *a, struct wd_date d)
{
	const struct wd_date_opts plain = {.now_us = 0};
	struct wd_date again;
	WD_ASSERT(d.precision > WD_DATE_NONE && d.precision <= WD_DATE_TIME);
	struct wd_str s = wd_date_format(a, d);
	WD_ASSERT(s.n >= 4);
	if (s.p[0] == '-' || s.n > 20 || wd_str_starts(s, WD_STR("0000")))
		return; /* pushed out of the calendar by its zone */
	WD_ASSERT(wd_date_parse(s, &plain, &again, NULL) == WD_OK);
	WD_ASSERT(again.precision == d.precision);
	WD_ASSERT(wd_str_eq(wd_date_format(a, again), s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > 4096)
		return 0;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	struct wd_str s = {(const char *)data + 1, size - 1};
	struct wd_date_opts opts = {
		.now_us = data[0] & 0x80 ? 0 : INT64_C(1755993600000000),
		.language = wd_str_c(languages[data[0] % 8]),
		.timezone = wd_str_c(zones[data[0] / 8 % 4]),
	};
	struct wd_date d = {0};
	struct wd_err err = {0};
	if (!wd_utf8_ok(s))
		return 0; /* text behind charset.c is UTF-8 */
	if (wd_date_parse(s, &opts, &d, &err) == WD_OK)
		check_date(a, d);
	else
		WD_ASSERT(err.text[0] != '\0');
	struct wd_date_hit hit;
	size_t at = 0, last = 0;
	while (wd_date_scan(s, &at, &opts, &hit)) {
		WD_ASSERT(hit.start >= last && hit.start < hit.end && hit.end <= s.n);
		WD_ASSERT(hit.date.precision >= WD_DATE_DAY && at >= hit.end);
		last = hit.end;
	}
	return 0;
}
