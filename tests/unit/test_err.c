#include "tests/unit/test.h"

#include "base/err.h"
#include "base/utf8.h"

static void test_prefixes_stack(void **state)
{
	(void)state;
	struct wd_err err;
	assert_int_equal(wd_err_set(&err, WD_E_MALFORMED, "line %d: no link", 214), WD_E_MALFORMED);
	assert_int_equal(wd_err_prefix(&err, "rss"), WD_E_MALFORMED);
	assert_int_equal(wd_err_prefix(&err, "feed '%s'", "bbc"), WD_E_MALFORMED);
	assert_string_equal(err.text, "feed 'bbc': rss: line 214: no link");
}

static void test_long_text_is_cut_at_the_tail(void **state)
{
	(void)state;
	struct wd_err err;
	char longish[1000];
	memset(longish, 'x', sizeof(longish) - 1);
	longish[sizeof(longish) - 1] = '\0';
	(void)wd_err_set(&err, WD_E_SYS, "%s", longish);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	(void)wd_err_prefix(&err, "subject");
	assert_memory_equal(err.text, "subject: xxx", 12);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	for (int i = 0; i < 5; i++)
		(void)wd_err_prefix(&err, "%.200s", longish);
	assert_true(strlen(err.text) < sizeof(err.text));
}

static void test_no_part_of_a_character_is_left(void **state)
{
	(void)state;
	struct wd_err err;
	char text[1000];
	for (size_t lead = 0; lead < 4; lead++) { /* each offset in a character of three bytes */
		memset(text, 'x', lead);
		for (size_t i = lead; i + 3 < sizeof(text); i += 3)
			memcpy(text + i, "\xE6\x97\xA5", 4);
		(void)wd_err_set(&err, WD_E_SYS, "%s", text);
		assert_true(wd_utf8_ok(wd_str_c(err.text)));
		assert_true(strlen(err.text) + 3 >= sizeof(err.text) - 1);
		(void)wd_err_prefix(&err, "subject");
		assert_true(wd_utf8_ok(wd_str_c(err.text)));
		assert_true(strlen(err.text) + 3 >= sizeof(err.text) - 1);
	}
	(void)wd_err_set(&err, WD_E_SYS, "日");
	assert_string_equal(err.text, "日");
}

static void test_no_error_wanted(void **state)
{
	(void)state;
	assert_int_equal(wd_err_set(NULL, WD_E_FULL, "x"), WD_E_FULL);
	assert_string_equal(wd_rc_name(WD_E_LIMIT), "limit");
	assert_string_equal(wd_rc_name(-99), "unknown");
	assert_string_equal(wd_rc_name(5), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefixes_stack),
		cmocka_unit_test(test_long_text_is_cut_at_the_tail),
		cmocka_unit_test(test_no_part_of_a_character_is_left),
		cmocka_unit_test(test_no_error_wanted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
