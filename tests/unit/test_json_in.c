#include "tests/unit/test.h"

#include "base/limits.h"
#include "parsers/json_in.h"

/** Writes the tree back in a canonical form, so that a row can state it. */
static void print(struct wd_arena *a, const struct wd_jnode *n, struct wd_str *out)
{
	static const char open[] = "____[{", close[] = "____]}";
	if (n->key.n > 0)
		*out = wd_arena_printf(a, "%.*s%.*s:", WD_STR_ARG(*out), WD_STR_ARG(n->key));
	if (n->type < WD_J_ARRAY) {
		const char *quote = n->type == WD_J_STRING ? "'" : "";
		*out = wd_arena_printf(
			a, "%.*s%s%.*s%s ", WD_STR_ARG(*out), quote, WD_STR_ARG(n->text), quote);
		return;
	}
	*out = wd_arena_printf(a, "%.*s%c", WD_STR_ARG(*out), open[n->type]);
	for (const struct wd_jnode *c = n->first; c != NULL; c = c->next)
		print(a, c, out);
	*out = wd_arena_printf(a, "%.*s%c", WD_STR_ARG(*out), close[n->type]);
}

static void test_values(void **state)
{
	(void)state;
	static const struct {
		const char *json, *tree;
		unsigned faults;
	} cases[] = {
		{"null", "null ", 0},
		{" -1.5e+3 ", "-1.5e+3 ", 0},
		{"\"a\\n\\u00e9\\ud83d\\udea2\\\"\"", "'a\né🚢\"' ", 0},
		{"{\"a\":1,\"b\":[true,{\"c\":\"\"}]}", "{a:1 b:[true {c:'' }]}", 0},
		{"[]", "[]", 0},
		{"[[],{}]", "[[]{}]", 0},
		{"\"\\ud83d!\"", "'\xEF\xBF\xBD!' ", WD_JF_ESCAPE},
		{"\"\\u12\"",
			"'\xEF\xBF\xBD"
			"12' ",
			WD_JF_ESCAPE},
		{"\"\\u\"", "'\xEF\xBF\xBD' ", WD_JF_ESCAPE},
		{"\"\\q\"", "'q' ", WD_JF_ESCAPE},
		{"\"a\001b\tc\"", "'a b\tc' ", WD_JF_CONTROL},
		{"\"a\\u0000b\"", "'ab' ", 0},
		{"[1,,2,]", "[1 2 ]", WD_JF_COMMA},
		{"[1 2]", "[1 2 ]", 0},
		{"{\"a\":1", "{a:1 }", WD_JF_TRUNCATED},
		{"{\"a\":\"cut", "{a:'cut' }", WD_JF_TRUNCATED},
		{"{\"a\":", "{}", WD_JF_TRUNCATED},
		{"// c\n[1 /* x */]", "[1 ]", WD_JF_COMMENT},
		{"[NaN,True]", "[NaN True ]", WD_JF_LITERAL},
		{"{a:1}", "{a:1 }", WD_JF_STRUCTURE},
		{"{\"a\" 1}", "{a:1 }", WD_JF_STRUCTURE},
		{"[1}", "[1 ]", WD_JF_STRUCTURE},
	};
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		struct wd_jread r = {.text = wd_str_c(cases[i].json)};
		struct wd_str out = WD_STR("");
		struct wd_jnode *n = wd_jread_value(&r, a);
		if (n == NULL)
			fail_msg("%s: no value", cases[i].json);
		print(a, n, &out);
		assert_str(cases[i].json, out, cases[i].tree);
		if ((r.faults & cases[i].faults) != cases[i].faults ||
			(cases[i].faults == 0 && r.faults != 0))
			fail_msg("%s: faults %x", cases[i].json, r.faults);
	}
}

static void test_no_value(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "  ", "]", "<rss>", ","};
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
	for (size_t i = 0; i < WD_COUNTOF(texts); i++) {
		struct wd_jread r = {.text = wd_str_c(texts[i])};
		assert_null(wd_jread_value(&r, a));
	}
}

static void test_walk_and_skip(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
	struct wd_jread r = {
		.text = WD_STR("{\"x\":{\"y\":[\"]\",{}]},\"items\":[1,\"}\",3],\"z\":0}")};
	struct wd_str key, seen = WD_STR("");
	assert_true(wd_jread_open(&r, '{'));
	while (wd_jread_member(&r, a, &key)) {
		size_t from = r.at;
		wd_jread_skip(&r);
		struct wd_str value = wd_str_sub(r.text, from, r.at);
		seen = wd_arena_printf(
			a, "%.*s%.*s=%.*s;", WD_STR_ARG(seen), WD_STR_ARG(key), WD_STR_ARG(value));
	}
	assert_str("walk", seen, "x={\"y\":[\"]\",{}]};items=[1,\"}\",3];z=0;");
	assert_int_equal(r.faults, 0);
	assert_int_equal(r.at, r.text.n);
}

/** Nesting costs neither stack nor an endless loop. */
static void test_depth(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(16 * WD_MIB);
	size_t n = 100000;
	char *text = wd_arena_bytes(a, 2 * n);
	memset(text, '[', n);
	memset(text + n, ']', n);
	struct wd_jread r = {.text = {text, 2 * n}};
	assert_non_null(wd_jread_value(&r, a));
	assert_true((r.faults & WD_JF_DEPTH) != 0);
	assert_int_equal(r.at, 2 * n);
}

static void test_get(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
	struct wd_jread r = {.text = WD_STR("{\"pubStatus\":\" usable \",\"n\":7,\"o\":{}}")};
	const struct wd_jnode *n = wd_jread_value(&r, a);
	assert_str("case", wd_jnode_text(n, "pubstatus"), "usable");
	assert_str("number", wd_jnode_text(n, "N"), "7");
	assert_str("object", wd_jnode_text(n, "o"), "");
	assert_str("absent", wd_jnode_text(n, "x"), "");
	assert_null(wd_jnode_get(NULL, "x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_no_value),
		cmocka_unit_test(test_walk_and_skip),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_get),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
