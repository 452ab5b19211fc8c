/*
 * The cleaner, piece by piece: what a fragment becomes, its text, and that it stays when cleaned
 * again. Attacks are in tests/clean, broken tables in test_tables.
 */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/clean_impl.h"

static const struct {
	const char *name, *in, *html, *text;
} cases[] = {
	{"bare text", "a <b>b</b> c", "<p>a <b>b</b> c</p>", "a b c"},
	{"two breaks", "a<br><br>b<br>c", "<p>a</p>\n<p>b<br>c</p>", "a\n\nb\nc"},
	{"breaks at the ends", "<p><br>a<br></p>", "<p>a</p>", "a"},
	{"boxes", "<div>a<div>b</div>c</div>", "<p>a</p>\n<p>b</p>\n<p>c</p>", "a\n\nb\n\nc"},
	{"block in a link", "<a href='http://a.example/'><h3>T</h3>x</a>",
		"<h3><a href=\"http://a.example/\">T</a></h3>\n<p><a href=\"http://a.example/\">x</a></p>",
		"T\n\nx"},
	{"white space", "<p>  a \n\t b&nbsp;&#x3000;c </p>", "<p>a b c</p>", "a b c"},
	{"space at a tag", "<p>a<b> b </b>c</p>", "<p>a <b>b</b> c</p>", "a b c"},
	{"empty elements", "<p> <b></b></p><ul><li></li></ul><div></div>", "", ""},
	{"soft hyphens",
		"<p>co&shy;op\xE2\x80\x8B"
		"eration</p>",
		"<p>cooperation</p>", "cooperation"},
	{"joiners",
		"<p>\xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xAE a\xE2\x80\x8C"
		"b</p>",
		"<p>\xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xAE ab</p>",
		"\xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xAE ab"},
	{"composed", "<p>e\xCC\x81</p>", "<p>\xC3\xA9</p>", "\xC3\xA9"},
	{"right to left", "<div dir=rtl><p>\xD7\x90</p></div>", "<p dir=\"rtl\">\xD7\x90</p>",
		"\xD7\x90"},
	{"ruby", "<ruby>A<rt>b</rt></ruby>",
		"<p><ruby>A<rp>（</rp><rt>b</rt><rp>）</rp></ruby></p>", "A（b）"},
	{"list without items", "<ul>a<li>b</ul>", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>", "a\n\nb"},
	{"item without a list", "<li>a<li>b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>", "a\n\nb"},
	{"typed bullets", "<p>Points:<br>• a<br>• b</p>",
		"<p>Points:</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>", "Points:\n\na\n\nb"},
	{"typed numbers", "<p>1) a</p><p>2) b</p>", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>",
		"a\n\nb"},
	{"bullets apart from their text",
		"<p><b>•</b> a<br>• <b>• b</b><br><b>•</b><i>• c</i><br><b>•<br>d</b><br>• <img "
		"src=http://a.example/x.png> e</p>",
		"<ul>\n<li>a</li>\n<li><b>b</b></li>\n<li><i>c</i></li>\n<li><b>d</b></li>\n<li><img "
		"src=\"http://a.example/x.png\"> e</li>\n</ul>",
		"a\n\nb\n\nc\n\nd\n\ne"},
	{"dashes before an element", "<p>a<br>-<sub> b</sub><br>-<i> c</i></p>",
		"<p>a</p>\n<ul>\n<li><sub>b</sub></li>\n<li><i>c</i></li>\n</ul>", "a\n\nb\n\nc"},
	{"a bullet behind furniture in its item",
		"<p>a.</p><ul><li><p>Read more: x</p><p>• b</p></li></ul>",
		"<p>a.</p>\n<ul>\n<li>b</li>\n</ul>", "a.\n\nb"},
	{"lists among lines", "<p>a<br>• b<br>c<br>• d<br>• e<br>f</p>",
		"<p>a</p>\n<ul>\n<li>b</li>\n</ul>\n<p>c</p>\n<ul>\n<li>d</li>\n<li>e</li>\n</ul>\n<p>f</p>",
		"a\n\nb\n\nc\n\nd\n\ne\n\nf"},
	{"one dash is none", "<p>- he said</p><p>b</p>", "<p>- he said</p>\n<p>b</p>",
		"- he said\n\nb"},
	{"numbers out of order", "<p>3. a</p><p>1. b</p>", "<p>3. a</p>\n<p>1. b</p>",
		"3. a\n\n1. b"},
	{"figure",
		"<figure><img src=http://a.example/x.png alt=y><figcaption>c</figcaption></figure>",
		"<figure>\n<img src=\"http://a.example/x.png\" alt=\"y\"><figcaption>c</figcaption>\n</figure>",
		"c"},
	{"lazy picture", "<img src='data:image/gif;base64,x' data-src='/p.jpg'>",
		"<p><img src=\"http://e.example/p.jpg\"></p>", ""},
	{"pixel", "<p>a<img src=http://t.example/p.gif width=1 height=1></p>", "<p>a</p>", "a"},
	{"embed", "<iframe src='//v.example/1' title='A film'></iframe>",
		"<p><a href=\"http://v.example/1\">A film</a></p>", "A film"},
	{"tracking", "<a href='/x?utm_source=a&b=1&fbclid=2#f'>x</a>",
		"<p><a href=\"http://e.example/x?b=1#f\">x</a></p>", "x"},
	{"a bad address", "<a href='javascript:x'>y</a>", "<p>y</p>", "y"},
	{"text about markup", "<p>if (a &lt; b) use &lt;b&gt;</p>",
		"<p>if (a &lt; b) use &lt;b&gt;</p>", "if (a < b) use <b>"},
	{"preformatted", "<pre>\n a\n  b</pre>", "<pre> a\n  b</pre>", "a\n  b"},
	{"quote", "<blockquote>a<p>b</blockquote>",
		"<blockquote>\n<p>a</p>\n<p>b</p>\n</blockquote>", "a\n\nb"},
	{"byline and dateline", "<p>By Jane Doe</p><p>SEOUL – The <i>two</i> met.</p>",
		"<p>The <i>two</i> met.</p>", "The two met."},
	{"credit inside markup", "<p>They met. <em>(Yonhap)</em></p>", "<p>They met.</p>",
		"They met."},
	{"related links",
		"<p>a.</p><h3>Related articles</h3><ul><li><a href=/1>x</a><li><a href=/2>y</a></ul>",
		"<p>a.</p>", "a."},
};

static struct wd_arena *arena;

static struct wd_clean clean(const char *name, struct wd_str html)
{
	struct wd_clean_opts opts = {.field = "text", .base = WD_STR("http://e.example/a/b")};
	struct wd_clean c;
	struct wd_err err;
	if (wd_clean_fragment(arena, html, &opts, &c, &err) < 0)
		fail_msg("%s: %s", name, err.text);
	return c;
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		struct wd_clean c = clean(cases[i].name, wd_str_c(cases[i].in));
		assert_str(cases[i].name, c.html, cases[i].html);
		assert_str(cases[i].name, c.text, cases[i].text);
		assert_str(cases[i].name, clean(cases[i].name, c.html).html, cases[i].html);
	}
}

static const struct {
	const char *in;
	bool truncated;
} ends[] = {
	{"<p>One sentence stands here.</p><p>Experts recommend several strategies:</p>", true},
	{"<p>One sentence stands here.</p><p>“The fuel has to be there first,” said one of the owners, who</p>",
		true},
	{"<p>The ministers met for the first time since the spring and agreed on a plan of five points […]</p>",
		true},
	{"<p>One sentence stands here.</p><p>They met again.</p>", false},
	{"<p>One sentence stands here.</p><p>“They met again”</p>", false},
	{"<p>A headline alone</p>", false},
	{"<p>船主らは条件付きで歓迎した。ある船主は「まず燃料がなければ」と話し、港の設備が整う時期を</p>",
		true},
	{"<p>両首脳は会談した。</p><p>次回の日程は今後調整するという。</p>", false},
	{"<p>정부는 23일 회담 결과를 발표했다</p>", false},
	{"", false},
};

static void test_breaking_off(void **state)
{
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(ends); i++) {
		if (clean(ends[i].in, wd_str_c(ends[i].in)).truncated != ends[i].truncated)
			fail_msg("%s", ends[i].in);
	}
}

static const struct {
	const char *in, *out;
} titles[] = {
	{"  Lee   meets\nIshiba ", "Lee meets Ishiba"},
	{"AT&amp;T &#8211; news", "AT&T – news"},
	{"A <b>bold</b> word", "A bold word"},
	{"&lt;b&gt;Bold&lt;/b&gt; word", "Bold word"},
	{"R&amp;amp;D", "R&D"},
	{"How to use &lt;b&gt;", "How to use <b>"},
	{"1 < 2 and 3 > 2", "1 < 2 and 3 > 2"},
	{"<i></i>", ""},
};

static void test_titles(void **state)
{
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(titles); i++) {
		wd_repairs repairs = {0};
		assert_str(titles[i].in,
			wd_clean_title(arena, wd_str_c(titles[i].in), "headline", &repairs),
			titles[i].out);
	}
}

static void test_meaning(void **state)
{
	(void)state;
	struct wd_clean c = clean("meaning",
		WD_STR("<p>Correction: an earlier version was wrong.</p><p>By Jane Doe</p><p>OSLO (Reuters) - "
		       "They met.</p><p>© 2025 Example</p><noscript>No scripts</noscript>"));
	assert_true(c.is_correction);
	assert_str("by", c.byline, "Jane Doe");
	assert_str("located", c.located, "OSLO");
	assert_str("copyright", c.copyright, "© 2025 Example");
	assert_int_equal(c.info_sources.n, 1);
	assert_int_equal(c.removed.n, 4);
}

static void test_sanitise_only(void **state)
{
	(void)state;
	struct wd_clean_opts opts = {.sanitise_only = true};
	struct wd_clean c;
	struct wd_err err;
	assert_int_equal(
		wd_clean_fragment(arena, WD_STR("By Jane Doe <script>x</script>"), &opts, &c, &err),
		WD_OK);
	assert_str("a line stays a line", c.html, "By Jane Doe");
	assert_str("text", c.text, "By Jane Doe");
	assert_int_equal(c.removed.n, 0);
}

/* Runs of usual text are passed without a copy. A soft hyphen behind makes them go the long way:
 * both come to the same, for each character in each place. */
static void test_plain_runs(void **state)
{
	(void)state;
	static const char *const around[][2] = {
		{"", ""}, {"a", "b"}, {" a ", " b\n"}, {"가", "나"}, {"“a ", "”"}, {"a  ", ""}};
	for (uint32_t cp = 1; cp < 0x20000; cp = cp == 0xD7FF ? 0xE000 : cp + 1) {
		for (size_t i = 0; i < WD_COUNTOF(around); i++) {
			char quick[32], slow[40], bytes[5] = {0};
			struct wd_clean_edges edge, long_edge;
			wd_arena_reset(arena);
			(void)wd_utf8_put(cp, bytes);
			(void)snprintf(
				quick, sizeof(quick), "%s%s%s", around[i][0], bytes, around[i][1]);
			(void)snprintf(slow, sizeof(slow), "%s\xC2\xAD", quick);
			struct wd_str x = wd_clean_run(arena, wd_str_c(quick), false, &edge);
			struct wd_str y = wd_clean_run(arena, wd_str_c(slow), false, &long_edge);
			if (!wd_str_eq(x, y) || edge.space_before != long_edge.space_before ||
				edge.space_after != long_edge.space_after)
				fail_msg("U+%04X in \"%s|%s\": \"%.*s\", the long way \"%.*s\"", cp,
					around[i][0], around[i][1], WD_STR_ARG(x), WD_STR_ARG(y));
		}
	}
}

/* Most results are not cleaned again, because the writer saw nothing that a step could work on.
 * Cleaning them again shows whether it was right. */
static void test_settled(void **state)
{
	(void)state;
	static const char *const pieces[] = {"td", "tr", "/", "t", "d", " ", "&amp;", "lt;", "&lt;",
		"&gt;", "<b>", "</b>", "<p>", "</p>", "%3c", "%", "3", "]", "[", "{", "\\", "\"",
		"＜", "＞", "«", "“", "가", "<i>", "</i>", "&#91;", "&#38;", "the", "table>", "a",
		"<br>", "\xE2\x80\x8B", "&nbsp;", "<code>", "</code>"};
	static const char *const rows[] = {"<p>", "<br>", "\n", " ", "Alpha 3 4", "Beta 5 6",
		"Item 2024 2025", "2020", "Name", "Year", "|", "||", "; ", ",", ", ", " · ", " / ",
		"---", "<b>x</b><i>3</i>", "<ul><li>", "<li>", "</ul>", "- ", "• ", "1) ", "2) ",
		"<table>", "<tr><td>", "<td>", "</table>", "*", "Note: x", "By Jane Doe",
		"(Yonhap)", "<p>Read more", "<h2>h</h2>", "<hr>", "<code>c</code>", "&#173;",
		"\x01", "e\x01", "\xCC\x81", "\xC3\x83", "\xC2\xA9", "< td >", "td>", "/tr",
		"Words of prose.", "<dl><dt>", "<dd>", "<div>", "</div>", "<span>", "</span>",
		"<pre>", "</pre>"};
	struct wd_clean_opts opts = {.field = "text"};
	unsigned seed = 7;
	for (int round = 0; round < 6000; round++) {
		char in[512] = "";
		size_t n = 0;
		for (int i = 0; i < 12 + 8 * (round % 2); i++) {
			seed = seed * 1664525u + 1013904223u;
			unsigned r = seed >> 16;
			const char *piece = round % 2 == 0 ? pieces[r % WD_COUNTOF(pieces)]
							   : rows[r % WD_COUNTOF(rows)];
			n += (size_t)snprintf(in + n, sizeof(in) - n, "%s", piece);
		}
		struct wd_clean once, twice;
		struct wd_err err;
		wd_arena_reset(arena);
		assert_int_equal(wd_clean_fragment(arena, wd_str_c(in), &opts, &once, &err), WD_OK);
		assert_int_equal(wd_clean_fragment(arena, once.html, &opts, &twice, &err), WD_OK);
		if (!wd_str_eq(once.html, twice.html))
			fail_msg("%s\n-> %.*s\n-> %.*s", in, WD_STR_ARG(once.html),
				WD_STR_ARG(twice.html));
	}
}

/* What never comes to rest: here because there is more furniture than is kept. */
static void test_last_resort(void **state)
{
	(void)state;
	enum { LINES = WD_MAX_REMOVED + 300 };
	struct wd_buf b;
	wd_buf_init(&b, WD_MIB);
	wd_buf_addc(&b, "<p>Words <b>stay</b>.</p><table><tr><td>a<td>b<tr><td>1<td>2</table>");
	for (int i = 0; i < LINES; i++)
		wd_buf_printf(&b, "<p>Read more: story %d</p>", i);
	wd_arena_reset(arena);
	struct wd_clean c = clean("furniture", wd_buf_str(&b));
	struct wd_repair *last = &c.repairs.v[c.repairs.n - 1];
	assert_str("told", last->kind, "shown_as_code");
	assert_int_equal(c.removed.n, WD_MAX_REMOVED);
	assert_true(wd_str_starts(c.html, WD_STR("<pre><code>Words stay.\na b\n1 2\nRead more: ")));
	assert_int_equal(c.tables.n, 0);
	assert_true(wd_str_eq(clean("again", c.html).html, c.html));
	wd_buf_done(&b);
}

/* A second pass sees a whole table; that the first mended it is not forgotten. */
static void test_judgement_stays(void **state)
{
	(void)state;
	struct wd_clean c = clean("judgement",
		WD_STR("<p>a</p>< table >< tr >< td >Year< /td >< td >n< /td >< /tr >< tr >< td >2020"
		       "< /td >< td >7< /td >< /tr >< tr >< td >2021< /td >< td >9< /td >< /tr >< /table >"
		       "<p>Name | Sum<br>x | 1<br>y | 2</p>"));
	assert_int_equal(c.tables.n, 2);
	for (size_t i = 0; i < c.tables.n; i++)
		assert_true(c.tables.v[i].repaired);
	assert_true(c.tables.v[1].confidence < 1);
}

static void test_limits(void **state)
{
	(void)state;
	struct wd_clean_opts opts = {.field = "text"};
	struct wd_clean c;
	struct wd_err err;
	struct wd_str big = {"", WD_MAX_BODY_BYTES + 1};
	assert_int_equal(wd_clean_fragment(arena, big, &opts, &c, &err), WD_E_LIMIT);
	wd_cleanup(wd_arena_freep) struct wd_arena *tiny = wd_arena_new(200);
	assert_true(wd_clean_fragment(tiny, WD_STR("<p>a<p>b<p>c"), &opts, &c, &err) < 0);
}

static int load(void **state)
{
	(void)state;
	struct wd_err err;
	arena = wd_arena_new(WD_MAX_ARTICLE_ARENA);
	return wd_clean_init(wd_datadir(), &err);
}

static int unload(void **state)
{
	(void)state;
	wd_clean_done();
	wd_arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases),
		cmocka_unit_test(test_breaking_off), cmocka_unit_test(test_titles),
		cmocka_unit_test(test_meaning), cmocka_unit_test(test_sanitise_only),
		cmocka_unit_test(test_plain_runs), cmocka_unit_test(test_settled),
		cmocka_unit_test(test_last_resort), cmocka_unit_test(test_judgement_stays),
		cmocka_unit_test(test_limits)};
	return cmocka_run_group_tests(tests, load, unload);
}
