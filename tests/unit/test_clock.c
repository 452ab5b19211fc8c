#include "tests/unit/test.h"

#include "base/clock.h"
#include "base/err.h"

static const struct {
	const char *text;
	int64_t us; /* -1: refused */
	const char *formatted;
} times[] = {
	{"1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"},
	{"2025-08-23T15:04:05Z", INT64_C(1755961445000000), "2025-08-23T15:04:05Z"},
	{"2025-08-24T00:04:05+09:00", INT64_C(1755961445000000), "2025-08-23T15:04:05Z"},
	{"2025-08-23T15:04:05.5Z", INT64_C(1755961445500000), "2025-08-23T15:04:05Z"},
	{"2024-02-29T00:00:00Z", INT64_C(1709164800000000), "2024-02-29T00:00:00Z"},
	{"2023-02-29T00:00:00Z", -1, NULL},
	{"2025-13-01T00:00:00Z", -1, NULL},
	{"2025-08-23T15:04:05", -1, NULL},
	{"2025-08-23T24:00:00Z", -1, NULL},
	{"2025-08-23", -1, NULL},
	{"", -1, NULL},
};

static void test_parse_and_format(void **state)
{
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(times); i++) {
		int64_t us = -1;
		char buf[WD_TIME_TEXT];
		int rc = wd_time_parse(wd_str_c(times[i].text), &us);
		if ((rc == WD_OK) != (times[i].us >= 0) || (rc == WD_OK && us != times[i].us))
			fail_msg("'%s': rc %d, %lld", times[i].text, rc, (long long)us);
		if (rc == WD_OK)
			assert_str(
				times[i].text, wd_time_format(us, false, buf), times[i].formatted);
	}
}

static void test_micros_and_before_epoch(void **state)
{
	(void)state;
	char buf[WD_TIME_TEXT];
	assert_str("micros", wd_time_format(1, true, buf), "1970-01-01T00:00:00.000001Z");
	assert_str("before", wd_time_format(-1, true, buf), "1969-12-31T23:59:59.999999Z");
}

static void test_civil_round_trip(void **state)
{
	(void)state;
	for (int64_t d = -1000000; d < 1000000; d += 37) {
		int64_t y;
		unsigned m, day;
		wd_civil_from_days(d, &y, &m, &day);
		assert_int_equal(wd_days_from_civil(y, m, day), d);
		assert_true(day >= 1 && day <= wd_days_in_month(y, m));
	}
}

static void test_can_be_replaced(void **state)
{
	(void)state;
	wd_clock_set(123456789);
	assert_int_equal(wd_clock_now_us(), 123456789);
	int64_t mono = wd_clock_mono_us();
	assert_true(wd_clock_mono_us() >= mono);
	wd_clock_set(-1);
	assert_true(wd_clock_now_us() > INT64_C(1700000000) * WD_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_and_format),
		cmocka_unit_test(test_micros_and_before_epoch),
		cmocka_unit_test(test_civil_round_trip),
		cmocka_unit_test(test_can_be_replaced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
