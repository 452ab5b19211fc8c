/* Literals in a text, and the literals that an expression needs. */
#include "base/needles.h"
#include "base/regex.h"
#include "base/regex_needs.h"
#include "tests/unit/test.h"

static bool finds(const char *const *literals, const char *text, unsigned owner)
{
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	struct wd_needles *n = wd_needles_new(a);
	for (unsigned i = 0; literals[i] != NULL; i++)
		assert_true(wd_needles_add(n, wd_str_c(literals[i]), i));
	wd_needles_build(n);
	struct wd_needle_set has = {0};
	wd_needles_scan(n, wd_str_c(text), &has);
	return wd_needle_set_has(&has, owner);
}

static void test_scan(void **state)
{
	(void)state;
	static const char *const words[] = {"ab", "Copyright", "by ", "기자", "abc", "ab", NULL};
	assert_true(finds(words, "xaB", 0));
	assert_true(finds(words, "xaB", 5)); /* the same literal, another owner */
	assert_false(finds(words, "xaB", 4));
	assert_true(finds(words, "xabc", 4));
	assert_true(finds(words, "COPYRIGHT", 1));
	assert_false(finds(words, "COPYRIGH", 1));
	assert_true(finds(words, "홍길동 기자", 3));
	assert_false(finds(words, "홍길동 기사", 3));
	assert_true(finds(words, "By A", 2));
	assert_false(finds(words, "By", 2));
	static const char *const pairs[] = {"pa", "an", "pa", NULL};
	assert_true(finds(pairs, "PA", 0) && finds(pairs, "xpa", 2) && finds(pairs, "pan", 1));
	assert_false(finds(pairs, "pxa", 0));
	assert_false(finds(words, "", 0));
	assert_false(finds(words, "a", 0));
}

static void test_refused(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	struct wd_needles *n = wd_needles_new(a);
	assert_false(wd_needles_add(n, WD_STR("a"), 0));
	assert_false(wd_needles_add(n, WD_STR("ab"), WD_NEEDLE_OWNERS));
}

/* `want`: the literals joined by '|'. */
static void needs_are(const char *pattern, const char *want)
{
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	struct wd_regex_needs needs = wd_regex_needs(a, wd_str_c(pattern));
	struct wd_str all = WD_STR_NONE;
	WD_VEC_EACH (const struct wd_str, s, &needs.any)
		all = wd_arena_printf(
			a, "%.*s%s%.*s", WD_STR_ARG(all), all.n > 0 ? "|" : "", WD_STR_ARG(*s));
	if (!wd_str_eqc(all, want))
		fail_msg("%s needs \"%.*s\", not \"%s\"", pattern, WD_STR_ARG(all), want);
}

static void test_needs(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *needs;
	} rows[] = {
		{"Read more", "read more"},
		{"share this", "hare thi"}, /* s has another form beyond ASCII */
		{"(?:by|von) \\w+", "by|von"},
		{"(?:by|von)? \\w+", ""},
		{"colou?r", "colo"},
		{"ab{2,3}cd", "ab"},
		{"ab{0,3}cde", "cde"},
		{"x+yz", "yz"},
		{".{0,80}all right", "all right"},
		{"[(（]\\Qa.b\\E[)]", "a.b"},
		{"\\(c\\) \\d{4}", "(c) "},
		{"(?<by>\\p{Lu}+)", ""},
		{"(?=never)(?!again)(?<=here)(?<!there)abc", "abc"},
		{"(?-i:AB|CD)", "ab|cd"},
		{"(?:long one|x)", ""},
		{"(?:long one|)", ""},
		{"ab|cd(?:ef|gh)|ijl", "ab|cd|ijl"},
		{"Überschrift mit", "chrift mit"}, /* Ü is two letters, s a third */
		{"ＡＰ", "Ａ|ａ"},
		{"ⓒ ?[가-힣]", "ⓒ|Ⓒ"},
		{"무단 ?전재|재배포 금지", "무단|재배포 금지"},
		{"(ab)\\1cde", ""}, /* not read */
		{"(?i)abc", ""},
		{"(*UCP)abc", ""},
		{"[]a]bc", "bc"},
		{"[[:alpha:]]bc", "bc"},
		{"[\\]]bc", "bc"},
		{"a(b", ""},
		{"a)b", ""},
	};
	for (size_t i = 0; i < WD_COUNTOF(rows); i++)
		needs_are(rows[i].pattern, rows[i].needs);
}

/* Whatever an expression matches holds one of its literals. */
static void test_never_misses(void **state)
{
	(void)state;
	static const char *const exprs[] = {"(?:ab|ba)c?", "a(?:b|cb)+c", "(?:a|b)cab",
		"ab?c|ca{2}b", "[ab]\\Qc\\Ea", "(?=a)abc|b.c", "a{2}|(?:bc){2}", "k?ab|s",
		"(?:ab(?:c|ca)|b)a"};
	wd_cleanup(wd_matcher_freep) struct wd_matcher *m = wd_matcher_new();
	unsigned seed = 1, hits = 0;
	for (size_t e = 0; e < WD_COUNTOF(exprs); e++) {
		wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
		struct wd_err err;
		struct wd_regex *re;
		assert_int_equal(wd_regex_new(wd_str_c(exprs[e]), 0, &re, &err), WD_OK);
		struct wd_regex_needs needs = wd_regex_needs(a, wd_str_c(exprs[e]));
		struct wd_needles *n = wd_needles_new(a);
		WD_VEC_EACH (const struct wd_str, s, &needs.any)
			assert_true(wd_needles_add(n, *s, 0));
		wd_needles_build(n);
		for (int round = 0; round < 2000; round++) {
			char text[8];
			for (size_t i = 0; i < sizeof(text); i++) {
				seed = seed * 1664525u + 1013904223u;
				text[i] = "abcABCks"[seed >> 29];
			}
			struct wd_str s = {text, sizeof(text)};
			struct wd_needle_set has = {0};
			wd_needles_scan(n, s, &has);
			bool match = wd_regex_match(re, m, s);
			hits += match;
			if (match && needs.any.n > 0 && !wd_needle_set_has(&has, 0))
				fail_msg("%s matches %.8s", exprs[e], text);
		}
		wd_regex_free(re);
	}
	assert_true(hits > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scan),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_needs),
		cmocka_unit_test(test_never_misses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
