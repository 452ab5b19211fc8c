/*
 * How the article is found on a page, and what is left out and why.
 */
#include "base/limits.h"
#include "parsers/page.h"
#include "parsers/page_vocab.h"
#include "tests/unit/test.h"

#define LONG1 "The first paragraph has a sentence, and another one, so that it reads like a text."
#define LONG2                                                                                      \
	"The second one goes on for a while, with commas, until it has said what it had to say."

struct page_case {
	const char *name, *html, *strategy, *text;
};

static void test_strategies(void **state)
{
	(void)state;
	static const struct page_case cases[] = {
		{"microdata",
			"<div><p>Menu, and more.</p></div><div itemprop=articleBody><p>" LONG1
			"<p>" LONG2 "</div>",
			"articleBody", LONG1 "\n\n" LONG2},
		{"name",
			"<div class=story-body><p>" LONG1 "<p>" LONG2
			"</div><ul><li><a href=1>x</a></ul>",
			"articleBody", LONG1 "\n\n" LONG2},
		{"element", "<nav><a href=1>x</a></nav><article><p>" LONG1 "<p>" LONG2 "</article>",
			"article", LONG1 "\n\n" LONG2},
		{"density",
			"<div><div><a href=1>a</a></div><div class=q1><p>" LONG1 "</p><p>" LONG2
			"</p></div></div>",
			"density", LONG1 "\n\n" LONG2},
		{"comments are longer",
			"<article><p>" LONG1 "</article><div class=comments><p>" LONG2 LONG1 LONG2
			"<p>" LONG2 LONG1 "</div>",
			"article", LONG1},
		{"hidden",
			"<article><p>" LONG1 LONG1 "<p>" LONG2 LONG2
			"<p style='display: none'>" LONG2 "</article>",
			"article", LONG1 LONG1 "\n\n" LONG2 LONG2},
		{"twice",
			"<article><p>" LONG1 LONG1 LONG2 LONG2 "</p><p>" LONG1 LONG1 LONG2 LONG2
			"</p></article>",
			"article", LONG1 LONG1 LONG2 LONG2},
		{"a lead in a heading",
			"<div class=story-body><span><h2>" LONG1 "</h2></span><br><br>" LONG1 LONG2
			"<br><br>" LONG2 LONG2 "</div>",
			"articleBody", LONG1 "\n\n" LONG1 LONG2 "\n\n" LONG2 LONG2},
		{"a word that is named as furniture",
			"<article><p>At <span class=ticker>Acme</span>, we learned it. " LONG1
			" <span class=share>Share</span></p><p>" LONG2 "</article>",
			"article", "At Acme, we learned it. " LONG1 "\n\n" LONG2},
		{"other stories with a word around each link",
			"<nav><a href=0>x</a></nav><div class=story-body><p>" LONG1 "<p>" LONG2
			"<ul><li>One <a href=1>story of it</a><li><a href=2>The second</a> as well"
			"<li>A <a href=3>third</a> and <a href=4>fourth</a></ul></div>",
			"articleBody", LONG1 "\n\n" LONG2},
		{"a list that the text goes on behind",
			"<nav><a href=0>x</a></nav><div class=story-body><p>" LONG1
			"<ul><li>One <a href=1>story of it</a><li><a href=2>The second</a> as well"
			"<li>A <a href=3>third</a> and so on</ul><p>" LONG2 "</div>",
			"articleBody",
			LONG1
			"\n\nOne story of it\n\nThe second as well\n\nA third and so on\n\n" LONG2},
		{"other stories in a body of their own",
			"<div class=story-body><p>" LONG1 LONG2 "<p>" LONG2
			"</div><div class=top-story><div class=content><p>" LONG2 LONG1
			"</div></div>",
			"articleBody", LONG1 LONG2 "\n\n" LONG2},
	};
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		struct wd_arena *a = wd_arena_new(WD_MAX_ARTICLE_ARENA);
		struct wd_doc doc = {.fetched_at_us = INT64_C(1755993600000000)};
		struct wd_article art;
		struct wd_page_trace trace = {0};
		struct wd_err err = {0};
		assert_int_equal(
			wd_page_build(a, &doc, wd_str_c(cases[i].html), &trace, &art, &err), WD_OK);
		if (strcmp(trace.strategy, cases[i].strategy) != 0)
			fail_msg("%s: by %s", cases[i].name, trace.strategy);
		assert_str(cases[i].name, art.text, cases[i].text);
		wd_arena_free(a);
	}
}

static void test_trace(void **state)
{
	(void)state;
	struct wd_arena *a = wd_arena_new(WD_MAX_ARTICLE_ARENA);
	struct wd_doc doc = {0};
	struct wd_article art;
	struct wd_page_trace trace = {0};
	struct wd_str html =
		WD_STR("<nav id=top><a href=1>Menu</a></nav><article><h1>Head of it</h1><p>" LONG1
		       "</p><div class=related-posts><a href=2>Other</a></div></article>");
	assert_int_equal(wd_page_build(a, &doc, html, &trace, &art, NULL), WD_OK);
	bool nav = false, related = false;
	for (size_t i = 0; i < trace.left.n; i++) {
		const struct wd_page_left *l = &trace.left.v[i];
		nav |= wd_str_eqc(l->where, "nav#top") && l->why == WD_PAGE_TAG;
		related |= wd_str_eqc(l->where, "div.related-posts") && l->why == WD_PAGE_NAME;
	}
	assert_true(nav);
	assert_true(related);
	assert_int_equal(trace.tries.n, 2); /* no marked-up body, then the <article> */
	assert_string_equal(trace.tries.v[0].strategy, "articleBody");
	assert_string_equal(trace.tries.v[0].verdict, "the page has none");
	assert_string_equal(trace.tries.v[1].strategy, "article");
	assert_string_equal(trace.tries.v[1].verdict, "chosen");
	assert_str("headline", art.headline, "Head of it");
	wd_arena_free(a);
}

/* What people are told about each piece that was left out. */
static void test_left_out(void **state)
{
	(void)state;
	static const struct {
		const char *html, *what;
	} cases[] = {
		{"<nav>A menu of things</nav>", "navigation"},
		{"<div class=cookie-banner>We use cookies, agree.</div>", "consent"},
		{"<div id=newsletter>Get our mails, every day.</div>", "newsletter"},
		{"<div class='teaser-list x'>Another story</div>", "teaser"},
		{"<div class=share-tools>Share</div>", "sharing"},
		{"<div class=paywall-prompt>Only for subscribers.</div>", "paywall"},
		{"<div class=most-read>One Two Three</div>", "more-stories"},
		{"<div class=comments><p>I do not agree, sir.</div>", "comments"},
		{"<div class=modal>Rate this app, please.</div>", "popup"},
		{"<form>Your mail address</form>", "form"},
		{"<p style='display:none'>Not shown at all.</p>", "not shown"},
		{"<div role=search>Find</div>", "role search"},
		{"<ul><li><a href=1>One story</a><li><a href=2>Another one</a></ul>",
			"link density 100 %"},
		{"<h1>The Head Of It</h1>", "stands there twice"},
		{"<p class=byline>Maria Example</p>", "byline or date line"},
	};
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		struct wd_arena *a = wd_arena_new(WD_MAX_ARTICLE_ARENA);
		struct wd_doc doc = {0};
		struct wd_article art;
		struct wd_page_trace trace = {0};
		struct wd_str html = wd_arena_printf(a,
			"<title>The Head Of It</title><article><p>%s</p>%s<p>%s</p></article>",
			LONG1 LONG1, cases[i].html, LONG2 LONG2);
		assert_int_equal(wd_page_build(a, &doc, html, &trace, &art, NULL), WD_OK);
		if (trace.left.n != 1 || !wd_str_eqc(trace.left.v[0].what, cases[i].what))
			fail_msg("%s: %zu left out, %.*s", cases[i].html, trace.left.n,
				trace.left.n > 0 ? (int)trace.left.v[0].what.n : 0,
				trace.left.n > 0 ? trace.left.v[0].what.p : "");
		wd_arena_free(a);
	}
}

static void test_around(void **state)
{
	(void)state;
	struct wd_arena *a = wd_arena_new(WD_MAX_ARTICLE_ARENA);
	struct wd_doc doc = {0};
	struct wd_article art;
	struct wd_page_trace trace = {0};
	struct wd_str html = WD_STR("<div><p>Before it all.</p></div><article><p>" LONG1 LONG1
				    "</p><p>" LONG2 "</p></article><div><p>Behind.</p></div>");
	assert_int_equal(wd_page_build(a, &doc, html, &trace, &art, NULL), WD_OK);
	assert_int_equal(trace.left.n, 2);
	assert_str("before", trace.left.v[0].what, "before the article");
	assert_str("after", trace.left.v[1].what, "after the article");
	assert_int_equal(trace.left.v[1].why, WD_PAGE_OUTSIDE);
	wd_arena_free(a);
}

static void test_live(void **state)
{
	(void)state;
	static const struct {
		const char *type, *html, *want;
	} cases[] = {
		{"LiveBlogPosting",
			"<div><time datetime='2025-05-25T20:05'>20:05</time><p>" LONG1 "</p></div>"
			"<div><p><time datetime=21:05>21:05</time></p><p>" LONG2 "</p></div>",
			"<h3><time datetime=\"2025-05-25T20:05\">20:05</time></h3>\n<p>" LONG1
			"</p>\n<h3><time datetime=\"21:05\">21:05</time></h3>\n<p>" LONG2 "</p>"},
		{"NewsArticle",
			"<div><time datetime=20:05>20:05</time><p>" LONG1
			"</p></div><div><p><time datetime=21:05>21:05</time></p><p>" LONG2
			"</p></div>",
			"<p><time datetime=\"20:05\">20:05</time></p>\n<p>" LONG1
			"</p>\n<p><time datetime=\"21:05\">21:05</time></p>\n<p>" LONG2 "</p>"},
		{"LiveBlogPosting",
			"<div><p>At <time datetime=20:05>20:05</time> the count began, and went on, as it does.</p><p>" LONG1
			"</p></div>"
			"<div><p>At <time datetime=21:05>21:05</time> too.</p><p>" LONG2
			"</p></div>",
			"<p>At <time datetime=\"20:05\">20:05</time> the count began, and went on, as it does.</p>\n<p>" LONG1
			"</p>\n<p>At <time datetime=\"21:05\">21:05</time> too.</p>\n<p>" LONG2
			"</p>"},
	};
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		struct wd_arena *a = wd_arena_new(WD_MAX_ARTICLE_ARENA);
		struct wd_doc doc = {0};
		struct wd_article art;
		struct wd_str html = wd_arena_printf(a,
			"<script type='application/ld+json'>{\"@type\":\"%s\",\"headline\":\"The night\"}"
			"</script><article class=article-body>%s</article>",
			cases[i].type, cases[i].html);
		assert_int_equal(wd_page_build(a, &doc, html, NULL, &art, NULL), WD_OK);
		assert_str(cases[i].type, art.html, cases[i].want);
		wd_arena_free(a);
	}
}

static void test_vocabulary(void **state)
{
	(void)state;
	static const struct {
		const char *names;
		uint32_t has, has_not;
	} cases[] = {
		{"story-body", WD_VOC_BODY, WD_VOC_DROP},
		{"storyBody main", WD_VOC_BODY, WD_VOC_DROP},
		{"c-related-posts__list", WD_VOC_DROP, WD_VOC_BODY},
		{"page no-sidebar", 0, WD_VOC_DROP},
		{"comment-body", WD_VOC_COMMENTS, WD_VOC_DROP},
		{"wp-caption-text", WD_VOC_CAPTION, WD_VOC_DROP},
		{"post-meta byline", WD_VOC_BYLINE, WD_VOC_BODY},
		{"storybodyguard", 0, WD_VOC_BODY | WD_VOC_DROP},
	};
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		uint32_t k = wd_page_vocab_of(wd_page_vocab(), wd_str_c(cases[i].names));
		if ((k & cases[i].has) != cases[i].has || (k & cases[i].has_not) != 0)
			fail_msg("%s: %#x", cases[i].names, (unsigned)k);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strategies),
		cmocka_unit_test(test_trace),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_around),
		cmocka_unit_test(test_live),
		cmocka_unit_test(test_vocabulary),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
