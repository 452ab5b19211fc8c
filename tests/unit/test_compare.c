#include "tests/unit/test.h"

#include "daemon/compare.h"

#define LONG                                                                                       \
	"0123456789012345678901234567890123456789012345678901234567890123456789"                   \
	"0123456789012345678901234567890123456789012345678901234567890123456789"
#define EVENT(time, rest)                                                                          \
	"{\"id\":\"i\",\"subject\":\"a\",\"time\":\"" time "\",\"data\":{" rest "}}\n"

static const struct {
	const char *name, *before, *after;
	size_t same, changed, missing, added;
	const char *shown, *hidden; /* have to be, may not be in the text */
} cases[] = {
	{"equal bytes", EVENT("1", "\"x\":1"), EVENT("1", "\"x\":1"), 1, 0, 0, 0, "", "~"},
	{"another order of members", EVENT("1", "\"x\":1,\"y\":[2]"),
		EVENT("1", "\"y\":[2],\"x\":1.0"), 1, 0, 0, 0, "", "~"},
	{"a value", EVENT("1", "\"x\":\"old\""), EVENT("1", "\"x\":\"new\""), 0, 1, 0, 0,
		"/data/x\n      before  \"old\"\n      after   \"new\"", "(absent)"},
	{"a member more", EVENT("1", "\"x\":1"), EVENT("1", "\"x\":1,\"y\":2"), 0, 1, 0, 0,
		"/data/y\n      before  (absent)\n      after   2", "/data/x"},
	{"who wrote it is no difference",
		EVENT("1", "\"wiredesk\":{\"provenance\":{\"software\":\"1\",\"rules\":\"a\"}}"),
		EVENT("1", "\"wiredesk\":{\"provenance\":{\"software\":\"2\",\"rules\":\"b\"}}"), 1,
		0, 0, 0, "", "~"},
	{"named things keep their names when one goes",
		EVENT("1", "\"topics\":[{\"id\":\"p\",\"c\":1},{\"id\":\"q\",\"c\":2}]"),
		EVENT("1", "\"topics\":[{\"id\":\"q\",\"c\":2}]"), 0, 1, 0, 0,
		"/data/topics[p]\n      before  {\"id\":\"p\",\"c\":1}\n      after   (absent)",
		"[q]"},
	{"a list that is there on one side is told thing by thing",
		EVENT("1", "\"topics\":[{\"id\":\"p\",\"c\":1}]"), EVENT("1", ""), 0, 1, 0, 0,
		"/data/topics[p]\n      before  {\"id\":\"p\",\"c\":1}\n      after   (absent)",
		"+"},
	{"order of named things", EVENT("1", "\"t\":[{\"id\":\"p\"},{\"id\":\"q\"}]"),
		EVENT("1", "\"t\":[{\"id\":\"q\"},{\"id\":\"p\"}]"), 1, 0, 0, 0, "", "~"},
	{"spans are one field",
		EVENT("1", "\"e\":[{\"field\":\"text\",\"start\":1,\"end\":3,\"text\":\"ab\"}]"),
		EVENT("1", "\"e\":[{\"field\":\"text\",\"start\":5,\"end\":7,\"text\":\"ab\"}]"), 0,
		1, 0, 0, "/data/e\n      before  text 1–3 \"ab\"\n      after   text 5–7 \"ab\"",
		"/data/e/0"},
	{"one missing, one added", EVENT("1", "") EVENT("2", ""), EVENT("1", "") EVENT("3", ""), 1,
		0, 1, 1, "- 2", "~"},
	{"the same article twice at one time", EVENT("1", "\"x\":1") EVENT("1", "\"x\":2"),
		EVENT("1", "\"x\":1") EVENT("1", "\"x\":3"), 1, 1, 0, 0, "/data/x", "+"},
	{"an id alone is told", "{\"id\":\"i\",\"subject\":\"a\",\"time\":\"1\"}",
		"{\"id\":\"j\",\"subject\":\"a\",\"time\":\"1\"}", 0, 1, 0, 0, "/id", "+"},
	{"an id that follows from a text is not",
		"{\"id\":\"i\",\"subject\":\"a\",\"time\":\"1\",\"x\":1}",
		"{\"id\":\"j\",\"subject\":\"a\",\"time\":\"1\",\"x\":2}", 0, 1, 0, 0, "/x", "/id"},
	{"nothing expected", "", EVENT("1", ""), 0, 0, 0, 1, "+ 1", "~"},
	{"a long text is cut around its difference", EVENT("1", "\"x\":\"" LONG "one" LONG "\""),
		EVENT("1", "\"x\":\"" LONG "two" LONG "\""), 0, 1, 0, 0, "one", LONG LONG},
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		char *text = NULL;
		size_t size = 0;
		struct wd_compare *c;
		struct wd_compare_counts n;
		struct wd_err err;
		FILE *out = open_memstream(&text, &size);
		struct wd_compare_opts o = {.out = out, .examples = SIZE_MAX};
		assert_int_equal(
			wd_compare_new(wd_str_c(cases[i].before), "golden", &o, &c, &err), WD_OK);
		struct wd_str rest = wd_str_c(cases[i].after), line;
		while (wd_str_line(&rest, &line))
			wd_compare_event(c, line);
		wd_compare_end(c, &n);
		(void)fclose(out);
		if (n.same != cases[i].same || n.changed != cases[i].changed ||
			n.missing != cases[i].missing || n.added != cases[i].added)
			fail_msg("'%s': %zu same, %zu changed, %zu missing, %zu added\n%s",
				cases[i].name, n.same, n.changed, n.missing, n.added, text);
		if (strstr(text, cases[i].shown) == NULL || strstr(text, cases[i].hidden) != NULL)
			fail_msg("'%s':\n%s", cases[i].name, text);
		wd_compare_free(c);
		free(text);
	}
}

static void test_what_is_no_event_is_named(void **state)
{
	(void)state;
	struct wd_compare_opts o = {.examples = 1};
	struct wd_compare *c = NULL;
	struct wd_err err;
	assert_true(wd_compare_new(WD_STR("{}\n\nno event\n"), "golden", &o, &c, &err) < 0);
	assert_non_null(strstr(err.text, "'golden': line 3"));
	assert_null(c);
}

static void test_fields_are_counted(void **state)
{
	(void)state;
	char *text = NULL;
	size_t size = 0;
	struct wd_compare *c;
	struct wd_err err;
	struct wd_compare_counts n;
	struct wd_compare_opts o = {.out = NULL};
	const char *before = EVENT("1", "\"r\":[1,2,3]") EVENT("2", "\"r\":[1]");
	const char *after = EVENT("1", "\"r\":[1,3,4]") EVENT("2", "\"r\":[2],\"q\":1");
	assert_int_equal(wd_compare_new(wd_str_c(before), "golden", &o, &c, &err), WD_OK);
	struct wd_str rest = wd_str_c(after), line;
	while (wd_str_line(&rest, &line))
		wd_compare_event(c, line);
	wd_compare_end(c, &n);
	FILE *out = open_memstream(&text, &size);
	wd_compare_fields(c, out);
	(void)fclose(out);
	assert_string_equal(text, "       2 changed       0 gone       0 new  /data/r\n"
				  "       0 changed       0 gone       1 new  /data/q\n");
	wd_compare_free(c);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_what_is_no_event_is_named),
		cmocka_unit_test(test_fields_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
