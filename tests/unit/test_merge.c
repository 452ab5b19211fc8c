/*
 * An entry completed from its page: who is believed, and what is noted.
 */
#include "base/limits.h"
#include "parsers/build.h"
#include "parsers/merge.h"
#include "tests/unit/test.h"

#define DAY(d)                                                                                     \
	{                                                                                          \
		.us = INT64_C(1769904000000000) + (d)*INT64_C(86400000000),                        \
		.precision = WD_DATE_TIME, .has_zone = true                                        \
	}

struct merge_case {
	const char *name, *feed_title, *page_title, *feed_author, *page_author;
	int feed_day, page_day; /* -1: none */
	const char *headline, *author, *other_headline;
	int day, updated; /* -1: none */
};

static const struct merge_case cases[] = {
	{"same", "Ships in the harbour", "Ships in the harbour", "Ida Berg", "Ida Berg", 1, 1,
		"Ships in the harbour", "Ida Berg", "", 1, -1},
	{"the page has no headline", "Ships", "", "Ida Berg", "", 1, -1, "Ships", "Ida Berg", "", 1,
		-1},
	{"the feed has none", "", "Ships in the harbour", "", "Ida Berg", -1, 1,
		"Ships in the harbour", "Ida Berg", "", 1, -1},
	{"cut off", "Ships in the…", "Ships in the harbour", "", "", 1, -1, "Ships in the harbour",
		"", "Ships in the…", 1, -1},
	{"with more around", "Video: Ships in the harbour - Gazette", "Ships in the harbour", "",
		"", 1, -1, "Ships in the harbour", "", "Video: Ships in the harbour - Gazette", 1,
		-1},
	{"another wording", "Fewer ships came", "Harbour counts its vessels", "", "", 1, -1,
		"Fewer ships came", "", "Harbour counts its vessels", 1, -1},
	{"the site as author", "Ships", "Ships", "Gazette", "Ida Berg", 1, -1, "Ships", "Ida Berg",
		"", 1, -1},
	{"the feed is later", "Ships", "Ships", "", "", 3, 1, "Ships", "", "", 1, 3},
	{"the page is later", "Ships", "Ships", "", "", 1, 3, "Ships", "", "", 1, -1},
};

static struct wd_date day_of(int day)
{
	return day < 0 ? (struct wd_date){0} : (struct wd_date)DAY(day);
}

static void check(const struct merge_case *c, struct wd_arena *a)
{
	struct wd_person of_feed = {.name = wd_str_c(c->feed_author)},
			 of_page = {.name = wd_str_c(c->page_author)};
	struct wd_doc doc = {.url = WD_STR("https://x.example/a")};
	struct wd_article art = {.headline = wd_str_c(c->feed_title),
				  .published = day_of(c->feed_day)},
			  page = {.doc = &doc,
				  .headline = wd_str_c(c->page_title),
				  .site_name = WD_STR("Gazette"),
				  .published = day_of(c->page_day),
				  .date_source = WD_STR("json-ld")};
	art.authors.v = &of_feed;
	art.authors.n = of_feed.name.n > 0;
	page.authors.v = &of_page;
	page.authors.n = of_page.name.n > 0;
	wd_merge_facts(a, &page, true, &art);
	assert_str(c->name, art.headline, c->headline);
	assert_str(c->name, art.authors.n > 0 ? art.authors.v[0].name : WD_STR_NONE, c->author);
	struct wd_str other = WD_STR_NONE;
	WD_VEC_EACH (const struct wd_fact, f, &art.facts) {
		if (wd_str_eqc(f->field, "headline"))
			other = f->other;
	}
	assert_str(c->name, other, c->other_headline);
	if (art.published.us != day_of(c->day).us || art.updated.us != day_of(c->updated).us)
		fail_msg("%s: dates", c->name);
}

static void test_facts(void **state)
{
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
		check(&cases[i], a);
	}
}

static void test_body(void **state)
{
	(void)state;
	struct wd_article page = {.text = WD_STR("0123456789")};
	assert_true(wd_merge_prefers_page(&page, WD_STR("")));
	assert_true(wd_merge_prefers_page(&page, WD_STR("012345678901234")));
	assert_false(wd_merge_prefers_page(&page, WD_STR("0123456789012345")));
	page.text = WD_STR_NONE;
	assert_false(wd_merge_prefers_page(&page, WD_STR("")));
}

static void test_next_page(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
	struct wd_article first = {.html = WD_STR("<p>One.</p>"), .text = WD_STR("One.")},
			  next = {.html = WD_STR("<p>Two.</p>"), .text = WD_STR("Two.")},
			  none = {0};
	assert_int_equal(wd_merge_next(a, &next, &first, NULL), WD_OK);
	assert_str("html", first.html, "<p>One.</p><p>Two.</p>");
	assert_str("text", first.text, "One.\n\nTwo.");
	assert_int_equal(wd_merge_next(a, &none, &first, NULL), WD_OK);
	assert_str("an empty page", first.text, "One.\n\nTwo.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_body),
		cmocka_unit_test(test_next_page),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
