/*
 * Addresses of article pages: page numbers in them, and what a page calls itself.
 */
#include "base/limits.h"
#include "parsers/page_parts.h"
#include "tests/unit/test.h"

static void test_next(void **state)
{
	(void)state;
	static const struct {
		const char *url, *next;
		bool is;
	} cases[] = {
		{"https://x.example/a/story", "https://x.example/a/story?page=2", true},
		{"https://x.example/a/story/", "https://x.example/a/story/2/", true},
		{"https://x.example/a/story", "https://x.example/a/story/page/2", true},
		{"https://x.example/a/story.html", "https://x.example/a/story-2.html", true},
		{"https://x.example/a/story.html", "https://x.example/a/story,2.html", true},
		{"https://x.example/a/story?page=2", "https://x.example/a/story?page=3", true},
		{"https://x.example/a/story/2", "https://x.example/a/story/3", true},
		{"https://x.example/v?id=7", "https://x.example/v?id=7&page=2", true},
		{"https://x.example/v?id=7", "https://x.example/v?seite=2&id=7", true},
		{"https://x.example/news/17", "https://x.example/news/17/2", true},
		{"https://x.example/news/17", "https://x.example/news/17?p=2", true},
		{"https://x.example/a/story", "https://x.example/a/story?page=3", false},
		{"https://x.example/a/story", "https://x.example/a/other?page=2", false},
		{"https://x.example/a/story", "https://y.example/a/story?page=2", false},
		{"https://x.example/v?id=7", "https://x.example/v?id=8&page=2", false},
		{"https://x.example/a/story", "https://x.example/a/story", false},
		{"https://x.example/a/story?page=2", "https://x.example/a/story", false},
		{"https://x.example/2024/story-2023", "https://x.example/2024/story-2024", false},
		{"https://x.example/", "https://x.example/2", false},
		{"https://x.example/a/story", "mailto:page@x.example", false},
	};
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		if (wd_page_is_next(a, wd_str_c(cases[i].url), wd_str_c(cases[i].next)) !=
			cases[i].is)
			fail_msg("%s, %s", cases[i].url, cases[i].next);
	}
}

static void test_own_address(void **state)
{
	(void)state;
	static const struct {
		const char *html, *want;
	} cases[] = {
		{"<html><head><link rel=canonical href='https://x.example/a'>",
			"https://x.example/a"},
		{"<head><link rel='x canonical' href=/a></head>", "https://base.example/a"},
		{"<head><meta property='og:url' content='https://x.example/g'></head>",
			"https://x.example/g"},
		{"<head><meta property='og:url' content='https://x.example/g'>"
		 "<link rel=canonical href='https://x.example/c'></head>",
			"https://x.example/c"},
		{"<head></head><body><link rel=canonical href='https://x.example/no'></body>", ""},
		{"<head><link rel=canonical href='javascript:x()'></head>", ""},
		{"", ""},
	};
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(16 * WD_MIB);
	for (size_t i = 0; i < WD_COUNTOF(cases); i++)
		assert_str(cases[i].html,
			wd_page_own_address(
				a, wd_str_c(cases[i].html), WD_STR("https://base.example/q")),
			cases[i].want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_own_address),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
