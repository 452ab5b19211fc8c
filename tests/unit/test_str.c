#include "tests/unit/test.h"

#include "base/err.h"
#include "base/str.h"

static const struct {
	const char *text;
	uint64_t min, max;
	int rc;
	uint64_t want;
} numbers[] = {
	{"0", 0, 10, WD_OK, 0},
	{"10", 0, 10, WD_OK, 10},
	{"11", 0, 10, WD_E_LIMIT, 0},
	{"4", 5, 10, WD_E_LIMIT, 0},
	{"007", 0, 10, WD_OK, 7},
	{"18446744073709551615", 0, UINT64_MAX, WD_OK, UINT64_MAX},
	{"18446744073709551616", 0, UINT64_MAX, WD_E_LIMIT, 0},
	{"", 0, 10, WD_E_MALFORMED, 0},
	{" 1", 0, 10, WD_E_MALFORMED, 0},
	{"1 ", 0, 10, WD_E_MALFORMED, 0},
	{"+1", 0, 10, WD_E_MALFORMED, 0},
	{"-1", 0, 10, WD_E_MALFORMED, 0},
	{"1x", 0, 10, WD_E_MALFORMED, 0},
};

static void test_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(numbers); i++) {
		uint64_t v = 0;
		int rc = wd_str_to_u64(
			wd_str_c(numbers[i].text), numbers[i].min, numbers[i].max, &v);
		if (rc != numbers[i].rc || v != numbers[i].want)
			fail_msg("'%s': rc %d, value %llu", numbers[i].text, rc,
				(unsigned long long)v);
	}
	int64_t v;
	assert_int_equal(wd_str_to_i64(WD_STR("-5"), -10, 10, &v), WD_OK);
	assert_int_equal(v, -5);
	assert_int_equal(wd_str_to_i64(WD_STR("--5"), -10, 10, &v), WD_E_MALFORMED);
}

static void test_search(void **state)
{
	(void)state;
	struct wd_str s = WD_STR("Hello hello");
	assert_int_equal(wd_str_find(s, WD_STR("hello"), 0), 6);
	assert_int_equal(wd_str_ifind(s, WD_STR("HELLO"), 0), 0);
	assert_int_equal(wd_str_ifind(s, WD_STR("HELLO"), 1), 6);
	assert_int_equal(wd_str_find(s, WD_STR("nope"), 0), SIZE_MAX);
	assert_int_equal(wd_str_find(s, WD_STR(""), 11), 11);
	assert_int_equal(wd_str_find(s, WD_STR("o"), 12), SIZE_MAX);
	assert_int_equal(wd_str_chr(s, 'o', 5), 10);
	assert_true(wd_str_starts(s, WD_STR("Hell")));
	assert_true(wd_str_istarts(s, WD_STR("hELL")));
	assert_true(wd_str_ends(s, WD_STR("ello")));
	assert_false(wd_str_ends(WD_STR("a"), WD_STR("aa")));
	assert_true(wd_str_ieq(WD_STR("aB"), WD_STR("Ab")));
	assert_true(wd_str_cmp(WD_STR("a"), WD_STR("ab")) < 0);
}

static void test_pieces(void **state)
{
	(void)state;
	struct wd_str rest = WD_STR("one\r\ntwo\n\nlast"), line;
	static const char *const lines[] = {"one", "two", "", "last"};
	for (size_t i = 0; i < WD_COUNTOF(lines); i++) {
		assert_true(wd_str_line(&rest, &line));
		assert_str("line", line, lines[i]);
	}
	assert_false(wd_str_line(&rest, &line));
	rest = WD_STR("a,,b");
	static const char *const pieces[] = {"a", "", "b"};
	for (size_t i = 0; i < WD_COUNTOF(pieces); i++) {
		assert_true(wd_str_split(&rest, ',', &line));
		assert_str("piece", line, pieces[i]);
	}
	assert_false(wd_str_split(&rest, ',', &line));
	assert_str("trim", wd_str_trim(WD_STR(" \t a b \n")), "a b");
	assert_str("sub", wd_str_sub(WD_STR("abc"), 1, 99), "bc");
	assert_str("sub none", wd_str_sub(WD_STR("abc"), 2, 1), "");
	assert_str("from", wd_str_from(WD_STR("abc"), 9), "");
}

static void test_words(void **state)
{
	static const struct {
		const char *list, *word;
		bool has;
	} rows[] = {{"hub", "hub", true}, {"self\tHUB\n alternate", "hub", true},
		{"hubs github", "hub", false}, {"", "hub", false}, {"  ", "hub", false},
		{" next ", "next", true}};
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(rows); i++)
		assert_int_equal(
			wd_str_has_word(wd_str_c(rows[i].list), rows[i].word), rows[i].has);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
