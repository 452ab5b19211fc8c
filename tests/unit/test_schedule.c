/* Intervals learn within their bounds, hints and failures are kept to. */
#include "tests/unit/test.h"

#include "base/clock.h"
#include "sources/schedule.h"

static const struct wd_feed_conf conf = {
	.interval_us = 5 * WD_MINUTE, .interval_min_us = WD_MINUTE, .interval_max_us = WD_HOUR};

static int64_t pause_of(const struct wd_schedule *s, const struct wd_feed_conf *c, int64_t retry,
	bool lasting, double jitter)
{
	return wd_schedule_pause(s, c, 6 * WD_HOUR, 0, retry, lasting, jitter);
}

static void test_learning(void **state)
{
	struct wd_schedule s = {0};
	(void)state;
	wd_schedule_start(&s, &conf);
	assert_int_equal(s.interval_us, 5 * WD_MINUTE);
	wd_schedule_read(&s, &conf, 40); /* a first read is no evidence */
	assert_int_equal(s.interval_us, 5 * WD_MINUTE);
	wd_schedule_read(&s, &conf, 3);
	assert_int_equal(s.interval_us, 150 * WD_SEC);
	wd_schedule_read(&s, &conf, 1);
	assert_int_equal(s.interval_us, 120 * WD_SEC);
	for (int i = 0; i < 100; i++)
		wd_schedule_read(&s, &conf, 9);
	assert_int_equal(s.interval_us, WD_MINUTE);
	for (int i = 0; i < 100; i++)
		wd_schedule_read(&s, &conf, 0);
	assert_int_equal(s.interval_us, WD_HOUR);
	assert_int_equal(pause_of(&s, &conf, 0, false, 0.5), WD_HOUR);
	assert_true(pause_of(&s, &conf, 0, false, 0) >= WD_HOUR * 94 / 100);
}

static void test_fixed(void **state)
{
	struct wd_feed_conf c = conf;
	struct wd_schedule s = {.max_age_us = WD_HOUR, .ttl_us = WD_HOUR, .skip_hours = 0xFF};
	(void)state;
	c.fixed = true;
	wd_schedule_start(&s, &c);
	for (int i = 0; i < 10; i++)
		wd_schedule_read(&s, &c, 5);
	assert_int_equal(pause_of(&s, &c, 0, false, 0.9), 5 * WD_MINUTE);
}

static void test_hints(void **state)
{
	struct wd_schedule s = {.ttl_us = 20 * WD_MINUTE};
	(void)state;
	wd_schedule_start(&s, &conf);
	wd_schedule_read(&s, &conf, 10);
	assert_int_equal(s.interval_us, 20 * WD_MINUTE); /* believed at first */
	for (int i = 0; i < 5; i++)
		wd_schedule_read(&s, &conf, 10);
	assert_int_equal(s.interval_us, WD_MINUTE); /* items come faster than it says */
	s.max_age_us = 3 * WD_MINUTE;
	assert_int_equal(pause_of(&s, &conf, 0, false, 0.5), 3 * WD_MINUTE);
	s.max_age_us = WD_DAY; /* never beyond the feed's own bound */
	assert_int_equal(pause_of(&s, &conf, 0, false, 0.5), WD_HOUR);
}

static void test_failures(void **state)
{
	struct wd_schedule s = {0};
	int64_t want = WD_MINUTE;
	(void)state;
	wd_schedule_start(&s, &conf);
	for (int i = 0; i < 20; i++) {
		wd_schedule_failed(&s);
		assert_int_equal(pause_of(&s, &conf, 0, false, 0), WD_MIN(want, 6 * WD_HOUR));
		want = WD_MIN(want * 2, WD_DAY);
	}
	s.failures = 1;
	assert_int_equal(pause_of(&s, &conf, 0, true, 0), 5 * WD_MINUTE);
	assert_true(pause_of(&s, &conf, 0, true, 0.99) > 5 * WD_MINUTE);
	assert_int_equal(pause_of(&s, &conf, 2 * WD_HOUR, true, 0), 2 * WD_HOUR);
	assert_int_equal(pause_of(&s, &conf, 300 * WD_DAY, true, 0), WD_DAY);
	wd_schedule_read(&s, &conf, 0);
	assert_int_equal(s.failures, 0);
}

static void test_skip(void **state)
{
	/* 1970-01-01 was a Thursday. */
	struct wd_schedule s = {.interval_us = 5 * WD_MINUTE, .skip_hours = 1u << 0 | 1u << 1};
	(void)state;
	assert_int_equal(pause_of(&s, &conf, 0, false, 0.5), 2 * WD_HOUR);
	s.skip_hours = 0;
	s.skip_days = 1u << 4;
	assert_int_equal(pause_of(&s, &conf, 0, false, 0.5), WD_DAY);
	s.skip_days = 0x7F; /* "never" is not believed */
	assert_int_equal(pause_of(&s, &conf, 0, false, 0.5), 5 * WD_MINUTE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_learning),
		cmocka_unit_test(test_fixed), cmocka_unit_test(test_hints),
		cmocka_unit_test(test_failures), cmocka_unit_test(test_skip)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
