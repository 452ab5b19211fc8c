#include "tests/unit/test.h"

#include "base/file.h"
#include "base/regex.h"
#include "parsers/links.h"

static const struct {
	const char *in, *out;
} cases[] = {
	{"http://a.example/x?utm_source=a&utm_medium=b", "http://a.example/x"},
	{"http://a.example/x?id=1&utm_source=a&p=2", "http://a.example/x?id=1&p=2"},
	{"http://a.example/x?UTM_Source=a#top", "http://a.example/x#top"},
	{"http://a.example/x?id=1&amp;fbclid=a", "http://a.example/x?id=1"},
	{"http://a.example/x?utmost=1", "http://a.example/x?utmost=1"},
	{"http://a.example/x", "http://a.example/x"},
	{"http://a.example/x?", "http://a.example/x?"},
	{"https://www.youtube.com/watch?v=1&feature=share", "https://www.youtube.com/watch?v=1"},
	{"https://a.example/watch?v=1&feature=share", "https://a.example/watch?v=1&feature=share"},
	{"https://notyoutube.com/watch?feature=share",
		"https://notyoutube.com/watch?feature=share"},
	{"", ""},
};

static void test_untrack(void **state)
{
	(void)state;
	struct wd_err err;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	assert_str("no list", wd_link_untrack(a, WD_STR("http://a.example/?utm_x=1")),
		"http://a.example/?utm_x=1");
	assert_int_equal(wd_links_load(wd_datadir(), &err), WD_OK);
	for (size_t i = 0; i < WD_COUNTOF(cases); i++)
		assert_str(cases[i].in, wd_link_untrack(a, wd_str_c(cases[i].in)), cases[i].out);
	assert_int_equal(wd_links_load("/nonexistent", &err), WD_E_SYS);
	wd_links_unload();
}

static bool matches(const char *pattern, unsigned flags, struct wd_matcher *m, struct wd_str s)
{
	struct wd_err err;
	struct wd_regex *re = NULL;
	if (wd_regex_new(wd_str_c(pattern), flags, &re, &err) != WD_OK)
		fail_msg("%s: %s", pattern, err.text);
	bool hit = wd_regex_match(re, m, s);
	wd_regex_free(re);
	return hit;
}

static void test_regex(void **state)
{
	(void)state;
	struct wd_err err;
	struct wd_regex *re = NULL;
	uint8_t first[32];
	struct wd_str s = WD_STR("aBérlin!");
	wd_cleanup(wd_matcher_freep) struct wd_matcher *m = wd_matcher_new();
	assert_int_equal(wd_regex_new(WD_STR("(unclosed"), 0, &re, &err), WD_E_MALFORMED);
	assert_int_equal(wd_regex_new(WD_STR("b(?<x>\\p{L}+)"), 0, &re, &err), WD_OK);
	assert_true(wd_regex_match(re, m, s));
	assert_str("group", wd_matcher_group(m, s, wd_regex_group(re, "x")), "érlin");
	assert_str("whole", wd_matcher_group(m, s, 0), "Bérlin");
	assert_int_equal(wd_regex_group(re, "y"), 0);
	assert_true(wd_regex_first_bytes(re, first));
	assert_true((first['b' / 8] & (1 << ('b' % 8))) != 0);
	assert_true((first['B' / 8] & (1 << ('B' % 8))) != 0);
	assert_true((first['x' / 8] & (1 << ('x' % 8))) == 0);
	wd_regex_free(re);
	assert_true(matches("a", WD_REGEX_AT_START, m, s));
	assert_false(matches("b", WD_REGEX_AT_START, m, s));
	assert_true(matches("!", WD_REGEX_AT_END, m, s));
	assert_false(matches("n", WD_REGEX_AT_END, m, s));
	/* what a match may cost is limited: this one would take for ever */
	assert_false(
		matches("(a+)+(a+)+$", 0, m, WD_STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_untrack), cmocka_unit_test(test_regex)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
