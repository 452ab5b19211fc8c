#include "tests/unit/test.h"

#include "base/log.h"

static struct {
	unsigned lines;
	enum wd_log_level level;
	char last[3000];
} seen;

static void collect(enum wd_log_level level, struct wd_str line, void *ctx)
{
	(void)ctx;
	seen.lines++;
	seen.level = level;
	(void)snprintf(seen.last, sizeof(seen.last), "%.*s", WD_STR_ARG(line));
}

static int setup(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	wd_log_set_level(WD_LOG_INFO);
	wd_log_set_output(collect, NULL);
	return 0;
}

static void test_shape(void **state)
{
	(void)state;
	wd_log(WD_LOG_WARNING, WD_STR("bbc"), "fetch-failed", "status=%d", 503);
	assert_string_equal(seen.last, "bbc: fetch-failed status=503");
	assert_int_equal(seen.level, WD_LOG_WARNING);
	wd_log(WD_LOG_INFO, WD_STR_NONE, "start", "pid=%d", 1);
	assert_string_equal(seen.last, "start pid=1");
}

static void test_level(void **state)
{
	(void)state;
	wd_log(WD_LOG_DEBUG, WD_STR_NONE, "x", "y=%d", 1);
	assert_int_equal(seen.lines, 0);
	assert_int_equal(wd_log_level_parse(WD_STR("notice")), WD_LOG_NOTICE);
	assert_int_equal(wd_log_level_parse(WD_STR("loud")), -1);
}

static void test_one_subject_is_limited_the_others_are_not(void **state)
{
	(void)state;
	uint64_t before = wd_log_suppressed();
	for (int i = 0; i < 100; i++)
		wd_log(WD_LOG_INFO, WD_STR("noisy"), "again", "n=%d", i);
	assert_in_range(seen.lines, 5, 20);
	assert_int_equal(wd_log_suppressed() - before, 100 - seen.lines);
	unsigned n = seen.lines;
	wd_log(WD_LOG_INFO, WD_STR("quiet"), "again", "n=%d", 1);
	wd_log(WD_LOG_INFO, WD_STR("noisy"), "other", "n=%d", 1);
	assert_int_equal(seen.lines, n + 2);
}

static void test_untrusted_text(void **state)
{
	(void)state;
	char huge[5000];
	memset(huge, 'a', sizeof(huge));
	wd_log(WD_LOG_INFO, WD_STR("s"), "e", "t=%s", WD_LOGQ(WD_STR("a\"b\n<3>fake")));
	assert_string_equal(seen.last, "s: e t=\"a\\\"b?<3>fake\"");
	wd_log(WD_LOG_INFO, WD_STR("s"), "e", "t=%s",
		WD_LOGQ(((struct wd_str){huge, sizeof(huge)})));
	assert_in_range(strlen(seen.last), 200, 230);
	wd_log(WD_LOG_INFO, WD_STR("two\nlines"), "e", "x=%d", 1);
	assert_null(strchr(seen.last, '\n'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_shape, setup),
		cmocka_unit_test_setup(test_level, setup),
		cmocka_unit_test_setup(test_one_subject_is_limited_the_others_are_not, setup),
		cmocka_unit_test_setup(test_untrusted_text, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
