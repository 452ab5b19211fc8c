/*
 * The repair layer: broken markup in, markup out; and what has to stay as it is, which matters
 * more.
 */
#include <time.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/repair.h"
#include "tests/unit/test.h"

struct repair_case {
	const char *name, *in, *want; /* want NULL: the very same slice comes back */
};

static void run(const struct repair_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MAX_ARTICLE_ARENA);
		wd_repairs log = {0};
		struct wd_str in = wd_str_c(cases[i].in);
		struct wd_str got = wd_repair_markup(a, in, "text", &log);
		if (cases[i].want == NULL) {
			assert_str(cases[i].name, got, cases[i].in);
			if (log.n > 0)
				fail_msg("%s: says it repaired '%.*s'", cases[i].name,
					WD_STR_ARG(log.v[0].kind));
			continue;
		}
		assert_str(cases[i].name, got, cases[i].want);
		if (log.n == 0)
			fail_msg("%s: no repair noted", cases[i].name);
	}
}

static void test_untouched(void **state)
{
	(void)state;
	static const struct repair_case cases[] = {
		{"plain", "<p>One <b>two</b> three.</p>", NULL},
		{"short forms in round brackets",
			"<p>Toronto-Dominion (TD) and Turkey (TR) and/or (th) met; (tr)(td)a(/td)(/tr) is a "
			"row, (td) a cell, (/td) its end, (/tr)(/tr)(tr)(tr) none.</p>",
			NULL},
		{"arithmetic", "<p>a < b and b > c, go; 3 < 5 > 2</p>", NULL},
		{"a table about tags",
			"<table><tr><td>&lt;td&gt;</td><td>a cell</td></tr>"
			"<tr><td>&lt;/td&gt;</td><td>its end</td></tr></table>",
			NULL},
		{"escaped arithmetic", "<p>a &lt; b and b &gt; c</p>", NULL},
		{"code",
			"<pre>&lt;tr&gt;&lt;td&gt;1&lt;/td&gt;&lt;td&gt;2&lt;/td&gt;&lt;/tr&gt;</pre>",
			NULL},
		{"spaced code", "<code>< tr >< td >x< / td >< td >y< / td >< / tr ></code>", NULL},
		{"script", "<script>var a='< td >1< / td >< td >2< / td >';</script>", NULL},
		{"comment", "<!-- < td >1< / td >< td >2< / td > -->x", NULL},
		{"mention", "<p>A stray &lt;td&gt; marks a cell, &lt;tr&gt; a row.</p>", NULL},
		{"spaced mention", "<p>Tokens such as < td > and '< / tr >' occur.</p>", NULL},
		{"escaped mention", "<p>Use &lt;p&gt;text&lt;/p&gt; for a paragraph.</p>", NULL},
		{"selector", "<p>The rule table > tr > td > a wins.</p>", NULL},
		{"path", "<p>See /td and /tr on the server, and td/tr too.</p>", NULL},
		{"bare words", "<p>The td and the tr of the th are words.</p>", NULL},
		{"ampersand written out", "<p>Write &amp;amp; for an ampersand.</p>", NULL},
		{"data attribute", "<div data-x=\"<p>a</p>\" class=\"b\">t</div>", NULL},
		{"comparison in an attribute", "<p title=\"a > b\">t</p>", NULL},
		{"good table", "<table><tr><td>1</td><td>2</td></tr></table>", NULL},
		{"legal without end tags", "<table><tr><td>1<td>2<tr><td><td>4</table>", NULL},
		{"nested table",
			"<table><tr><td><table><tr><td>1</td></tr></table></td></tr></table>",
			NULL},
		{"full-width quotes", "<p>＜本＞を読む</p>", NULL},
		{"an ordinal before a table",
			"<p>The 20<sup>th</sup> time.</p>"
			"<table><tr><td>1</td><td>2</td></tr></table>",
			NULL},
		{"an ordinal behind an element",
			"<p>the <i>n</i>th part and the <i>n</i>th whole</p>"
			"<table><tr><td>1</td><td>2</td></tr></table>",
			NULL},
		{"an ordinal in the next line",
			"<p>on the 20<br>th of May</p>"
			"<table><tr><td>1</td><td>2</td></tr></table>",
			NULL},
		{"arithmetic before a table",
			"<p>x < td and td > y</p>"
			"<table><tr><td>1</td><td>2</td></tr></table>",
			NULL},
		{"an escaped name before a table",
			"<p>&lt;table&gt; is an element</p>"
			"<table><tr><td>1</td><td>2</td></tr></table>",
			NULL},
		{"a name as a paragraph", "<p>th</p><table><tr><td>1</td><td>2</td></tr></table>",
			NULL},
		{"commands that go on in the next line",
			"<p>run crane \\<br>--port aven \\<br>--cars 88 \\<br>--tonnes 1204 \\</p>"
			"<p>run quay \\<br>--all</p>",
			NULL},
	};
	run(cases, WD_COUNTOF(cases));
}

#define ROW2 "<table><tr><td>1</td><td>2</td></tr></table>"

static void test_tags(void **state)
{
	(void)state;
	static const struct repair_case cases[] = {
		{"some escaped", "<table><tr><td>1&lt;/td&gt;&lt;td&gt;2</td></tr></table>",
			"<table><tr><td>1</td><td>2</td></tr></table>"},
		{"round brackets",
			"(table)(tr)(th)A(/th)(th)B(/th)(/tr)(tr)(td)1(/td)(td)(c)(/td)(/tr)(tr)(td)3(/td)"
			"(td)4(/td)(/tr)(/table)",
			"<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>(c)</td></tr><tr><td>3</td>"
			"<td>4</td></tr></table>"},
		{"closed by a reference",
			"<table&gt;<tr&gt;<td&gt;1</td&gt;<td&gt;2</td&gt;</table&gt;",
			"<table><tr><td>1</td><td>2</td></table>"},
		{"three brackets",
			"<<<table>>><<<tr>>><<<td>>>1<<</td>>><<<td>>>2<<</td>>><<</table>>>",
			"<table><tr><td>1</td><td>2</td></table>"},
		{"a namespace", "<h:table><h:tr><h:td>1</h:td><h:td>2</h:td></h:tr></h:table>",
			"<table><tr><td>1</td><td>2</td></tr></table>"},
		{"two slashes", "<table><tr><td>1<//td><td>2<//td></tr></table>",
			"<table><tr><td>1</td><td>2</td></tr></table>"},
		{"another slash", "<table><tr><td>1<∕td><td>2<⁄td></tr></table>",
			"<table><tr><td>1</td><td>2</td></tr></table>"},
		{"JavaScript", "\\x3ctr\\x3e\\x3ctd\\x3e1\\x3c/td\\x3e\\x3ctd\\x3e2\\x3c/td\\x3e",
			"<table><tr><td>1</td><td>2</td></table>"},
		{"spaced", "< table >< tr >< td >1< / td ><  td >2< /td >< / tr >< /table>", ROW2},
		{"zero width",
			"<table><tr><t\xE2\x80\x8B"
			"d>1</td\xC2\xAD><td>2<\xC2\xA0/td></tr></table>",
			ROW2},
		{"full width",
			"＜ｔａｂｌｅ＞＜ＴＲ＞＜td＞1＜／td＞＜td＞2＜/td＞＜/tr＞＜/table＞",
			ROW2},
		{"no <", "<table> tr><td>1 /td> td >2 / td ></tr></table>",
			"<table> <tr><td>1 </td> <td>2 </td></tr></table>"},
		{"no < with attributes", "<table><tr><td>1</td> td width=\"9\">2 /td></tr></table>",
			"<table><tr><td>1</td> <td width=\"9\">2 </td></tr></table>"},
		{"no >", "<table><tr <td 1</td <td align=\"left\" 2 x</td </tr></table>",
			"<table><tr> <td> 1</td> <td align=\"left\"> 2 x</td> </tr></table>"},
		{"bare", " table \n tr \n td 1 /td \n td 2 /td \n /tr \n /table \n",
			" <table> \n <tr> \n <td> 1 </td> \n <td> 2 </td> \n </tr> \n </table> \n"},
		{"bare rows", "<table> tr <td>1</td><td>2</td> /tr </table>",
			"<table> <tr> <td>1</td><td>2</td> </tr> </table>"},
		{"quote lost", "<p style=\"color:red><span style=\"x\">t</span></p>",
			"<p style=\"color:red\"><span style=\"x\">t</span></p>"},
		{"other elements", "< p >One < b >two< / b >< / p >", "<p>One <b>two</b></p>"},
		{"line of cells", "Intro:\n< td >a b< / td >< td >c< / td > tr >\nNext",
			"Intro:\n<table><td>a b</td><td>c</td> <tr></table>\nNext"},
	};
	run(cases, WD_COUNTOF(cases));
}

static void test_escaped(void **state)
{
	(void)state;
	static const struct repair_case cases[] = {
		{"once",
			"<div>&lt;table&gt;&lt;tr&gt;&lt;td&gt;1&lt;/td&gt;&lt;td&gt;2&lt;/td&gt;"
			"&lt;/tr&gt;&lt;/table&gt;</div>",
			"<div>" ROW2 "</div>"},
		{"twice",
			"&amp;lt;table&amp;gt;&amp;lt;tr&amp;gt;&amp;lt;td&amp;gt;1&amp;lt;/td&amp;gt;"
			"&amp;lt;td&amp;gt;2&amp;lt;/td&amp;gt;&amp;lt;/tr&amp;gt;&amp;lt;/table&amp;gt;",
			ROW2},
		{"paragraphs", "&lt;p&gt;A &amp;amp; B&lt;/p&gt;\n&lt;p&gt;C&lt;/p&gt;",
			"<p>A &amp; B</p>\n<p>C</p>"},
		{"escaped and spaced",
			"<p>&lt; td &gt;1&lt; / td &gt;&lt; td &gt;2&lt; / td &gt;</p>",
			"<p><table><td>1</td><td>2</td></table></p>"},
		{"entities", "<p>26 June&amp;nbsp;1918 Where Y&amp;#39;all</p>",
			"<p>26 June&nbsp;1918 Where Y&#39;all</p>"},
		{"cdata", "<p><![CDATA[Text]]></p>", "<p>Text</p>"},
	};
	run(cases, WD_COUNTOF(cases));
}

static void test_rows(void **state)
{
	(void)state;
	static const struct repair_case cases[] = {
		{"words before rows without a table",
			"<p>on the 20<br>th of May</p><p>Aven rises.</p><tr><td>1</td><td>2</td></tr>",
			"<p>on the 20<br>th of May</p><p>Aven rises.</p><table><tr><td>1</td><td>2</td></tr>"
			"</table>"},
		{"lost slashes", "<table><tr><td>1<td><td>2<td><tr><tr><td>3<td><td><td></table>",
			"<table><tr><td>1</td><td>2</td><tr><tr><td>3</td><td></td></table>"},
		{"swapped",
			"<table><td><tr>1</td><td>2</tr></td><td><tr>3</td><td>4</tr></td></table>",
			"<table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>"},
		{"no table", "<tr><td>1</td><td>2</td></tr><p>x</p>",
			"<table><tr><td>1</td><td>2</td></tr></table><p>x</p>"},
		{"behind the table",
			"<table><tr><td>1</td><td>2</td></tr></table>\n<tr><td>3</td><td>4</td></tr><p>x",
			"<table><tr><td>1</td><td>2</td></tr>\n<tr><td>3</td><td>4</td></tr></table><p>x"},
		{"before the table",
			"<tr><td>1</td><td>2</td></tr><table><tr><td>3</td><td>4</td></tr></table>",
			"<table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>"},
	};
	run(cases, WD_COUNTOF(cases));
}

static void test_mojibake(void **state)
{
	(void)state;
	static const struct {
		const char *in, *want;
	} cases[] = {
		{"cafÃ© au lait", "café au lait"},
		{"donâ€™t â€œstopâ€\xC2\x9D", "don’t “stop”"},
		{"Ã¢â‚¬â„¢ twice", "’ twice"},
		{"20Â°C, Ã¼ber", "20°C, über"},
		{"ì„œìš¸", "서울"},
		{"Ã©tÃ© and été", "été and été"},
		{"« été »", "«\xC2\xA0été\xC2\xA0»"},
		{"CAFÉ\xC2\xA0» NÃO SÃO PÃO", "CAFÉ\xC2\xA0» NÃO SÃO PÃO"},
		{"Straße, Größe, Ängste, ÄÖÜ", "Straße, Größe, Ängste, ÄÖÜ"},
		{"\xE5\xAA\x9B\xEB\xBA\xA3\xEA\xB6\x93 \xE5\xAB\x84\xEB\x8B\xBF\xEC\xBB\xAF \xE5\xAF\x83\xEA\xB3\x8C\xEB\x82\xB5",
			"강남 건강 결과"}, /* cp949 */
		{"\xEF\xA7\x8D\xEB\x9A\xAE\xEA\xB5\xB9",
			"\xEF\xA7\x8D\xEB\x9A\xAE\xEA\xB5\xB9"}, /* alone */
		{"日정부가 美국무부와 만나 中외교부는", "日정부가 美국무부와 만나 中외교부는"},
		{"東京の日本政府は会談した。", "東京の日本政府は会談した。"},
		{"plain", "plain"},
	};
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
		wd_repairs log = {0};
		struct wd_str in = wd_str_c(cases[i].in);
		if (i == 6)
			in = wd_str_c(cases[i].want);
		assert_str(cases[i].in, wd_repair_mojibake(a, in, "text", &log), cases[i].want);
	}
}

/* Four times the input may take at most ten times as long, whatever the machine. */
static void test_linear(void **state)
{
	(void)state;
	static const char *const units[] = {"<", "< td", "<td x='", "<td x=\"", "</td ", "td >",
		"&lt;td", "&amp;", "<!--", "<code>", "< td >a", "<td><tr>", "<tr><td>x", "＜td",
		"</table><tr>", "t\xE2\x80\x8B", "<td>a</p>", "/td ", " td x /td", "<script", "]]>",
		"<td a=b ", "Ã©"};
	wd_cleanup(wd_free_charp) char *buf = malloc(4u << 20);
	assert_non_null(buf);
	for (size_t i = 0; i < WD_COUNTOF(units); i++) {
		double took[2];
		for (int k = 0; k < 2; k++) {
			size_t want = k == 0 ? 1u << 18 : 1u << 20, n = 0, u = strlen(units[i]);
			for (; n + u <= want; n += u)
				memcpy(buf + n, units[i], u);
			wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_GIB);
			clock_t t = clock();
			struct wd_str s = {buf, n};
			(void)wd_repair_markup(a, wd_repair_mojibake(a, s, "t", &(wd_repairs){0}),
				"t", &(wd_repairs){0});
			took[k] = (double)(clock() - t) / CLOCKS_PER_SEC;
		}
		if (took[1] > 0.5 && took[1] > 10 * took[0])
			fail_msg("'%s' repeated: %.3f s, four times as much %.3f s", units[i],
				took[0], took[1]);
	}
}

/* "[" and "]" stand for the brackets that became text. */
static const struct {
	const char *name;
	bool plain;
	const char *in, *want;
} mentions[] = {
	{"a sentence", true, "Many write <td> where they mean <th>.",
		"Many write [td] where they mean [th]."},
	{"the same in HTML", false, "<p>Many write <td> where they mean <th>.</p>",
		"<p>Many write [td] where they mean [th].</p>"},
	{"end tags", true, "A <tr> holds cells; </tr> may be left out, and so may </td>.",
		"A [tr] holds cells; [/tr] may be left out, and so may [/td]."},
	{"an example", true, "A row is <tr><td>one</td><td>two</td></tr>, no more.",
		"A row is [tr][td]one[/td][td]two[/td][/tr], no more."},
	{"inline elements", true, "The words <b> and <i> gave way to <strong> and <em> here.",
		"The words [b] and [i] gave way to [strong] and [em] here."},
	{"a pair around a joint", true, "Both <b> and </b> are gone.",
		"Both [b] and [/b] are gone."},
	{"a script", true, "Typing <script>alert(1)</script> was enough.",
		"Typing [script]alert(1)[/script] was enough."},
	{"quotes", true, "the words \"<td>\" and '</tr>'", "the words \"[td]\" and '[/tr]'"},
	{"code", true, "Use `<b>x</b>` now", "Use `[b]x[/b]` now"},
	{"a block of code", true, "```\n<p>x</p>\n```\nend", "```\n[p]x[/p]\n```\nend"},
	{"a type", true, "a std::vector<td> of cells", "a std::vector[td] of cells"},
	{"no blanks between words", true, "見出しに<th>ではなく<td>を使う。",
		"見出しに[th]ではなく[td]を使う。"},
	{"not a name", false, "<p>if (x<td) go; y > 3</p>", "<p>if (x[td) go; y > 3</p>"},
	{"with its line", true, "Each <img> has a text, even <img src=\"x.png\">.",
		"Each [img] has a text, even [img src=\"x.png\"]."},
	{"markup", true, "He <b>said</b> so.<br>Twice.<p>Then <a href=x>left</a>.", NULL},
	{"cells", true, "<tr><td>one</td><td>two</td></tr>", NULL},
	{"cells without ends", true, "<tr><td>one <td>two", NULL},
	{"a cell alone", true, "<td>Name", NULL},
	{"spaced cells", true, "< tr > < td > one < / td > < td > two < / td > < / tr >", NULL},
	{"a table in a line", true,
		"Sales rose. <table><tr><td>a</td><td>b</td></tr></table> They fell.", NULL},
	{"cells in HTML", false, "<p>x</p><tr><td>one<td>two<tr><td>three<td>four", NULL},
	{"a table in HTML", false, "<table><tr><td>a <td>and b <td>and c</table>", NULL},
};

static void test_mentions(void **state)
{
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(mentions); i++) {
		wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MAX_ARTICLE_ARENA);
		wd_repairs log = {0};
		struct wd_str in = wd_str_c(mentions[i].in);
		struct wd_str got = mentions[i].plain ? wd_repair_mentions(a, in)
						      : wd_repair_markup(a, in, "text", &log);
		if (mentions[i].want == NULL && mentions[i].plain) {
			assert_str(mentions[i].name, got, mentions[i].in);
			continue;
		}
		struct wd_buf b;
		wd_buf_init(&b, WD_MAX_BODY_BYTES);
		for (const char *c = mentions[i].want; c != NULL && *c != '\0'; c++) {
			if (*c == '[' || *c == ']')
				wd_buf_addc(&b, *c == '[' ? "&#00060;" : "&#00062;");
			else
				wd_buf_putc(&b, *c);
		}
		wd_buf_putc(&b, '\0');
		if (mentions[i].want != NULL)
			assert_str(mentions[i].name, got, b.p);
		else if (wd_str_find(got, WD_STR("&#00060;"), 0) != SIZE_MAX)
			fail_msg("%s: '%.*s'", mentions[i].name, WD_STR_ARG(got));
		wd_buf_done(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_untouched),
		cmocka_unit_test(test_mentions),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_escaped),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_mojibake),
		cmocka_unit_test(test_linear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
