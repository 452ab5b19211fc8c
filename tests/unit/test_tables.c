/*
 * Tables as data: what is one, and what its rows are; and what is none, which matters as much.
 * A table is printed as "caption ^ header cells | … / row | … ~ footnote".
 */
#include <time.h>

#include "base/buf.h"
#include "base/limits.h"
#include "parsers/repair.h"
#include "parsers/tables.h"
#include "tests/unit/test.h"

struct table_case {
	const char *name, *in, *want;
};

static void put_rows(struct wd_buf *out, const struct wd_table_row *rows, size_t n, size_t width)
{
	for (size_t r = 0; r < n; r++) {
		wd_buf_addc(out, r > 0 ? " / " : "");
		assert_int_equal(rows[r].n, width); /* rectangular, always */
		for (size_t c = 0; c < rows[r].n; c++) {
			wd_buf_addc(out, c > 0 ? "|" : "");
			wd_buf_add(out, rows[r].cells[c]);
		}
	}
}

static void dump(struct wd_buf *out, const wd_tables *tables)
{
	for (size_t i = 0; i < tables->n; i++) {
		const struct wd_table *t = &tables->v[i];
		size_t width = t->rows.n > 0 ? t->rows.v[0].n : t->header.v[0].n;
		wd_buf_addc(out, i > 0 ? " ;; " : "");
		wd_buf_add(out, t->caption);
		wd_buf_addc(out, t->caption.n > 0 ? " ^ " : "");
		put_rows(out, t->header.v, t->header.n, width);
		wd_buf_addc(out, t->header.n > 0 ? " # " : "");
		put_rows(out, t->rows.v, t->rows.n, width);
		for (size_t k = 0; k < t->footnotes.n; k++) {
			wd_buf_addc(out, " ~ ");
			wd_buf_add(out, t->footnotes.v[k]);
		}
	}
}

static void collect(struct wd_arena *a, struct wd_str html, wd_tables *ret, struct wd_html *tree)
{
	struct wd_html_opts opts = {.fragment = true, .raw = true};
	struct wd_err err;
	wd_repairs repairs = {0};
	html = wd_repair_markup(a, html, "text", &repairs);
	assert_int_equal(wd_html_parse(a, html, &opts, tree, &err), WD_OK);
	wd_tables_collect(a, tree->root, ret, &repairs);
}

static void run(const struct table_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MAX_ARTICLE_ARENA);
		wd_tables tables = {0};
		struct wd_html tree;
		struct wd_buf out;
		wd_buf_init(&out, WD_MIB);
		collect(a, wd_str_c(cases[i].in), &tables, &tree);
		dump(&out, &tables);
		struct wd_str got = wd_arena_str(a, wd_buf_str(&out));
		wd_buf_done(&out);
		assert_str(cases[i].name, got, cases[i].want);
	}
}

static void test_real(void **state)
{
	(void)state;
	static const struct table_case cases[] = {
		{"header", "<table><tr><th>A<th>B<tr><td>1<td>2</table>", "A|B # 1|2"},
		{"thead and caption",
			"<table><caption>C</caption><thead><tr><td>A<td>B</thead><tr><td>1<td>2</table>",
			"C ^ A|B # 1|2"},
		{"short row", "<table><tr><th>A<th>B<th>C<tr><td>1</table>", "A|B|C # 1||"},
		{"spans", "<table><tr><th colspan=2>A<tr><td rowspan=2>1<td>2<tr><td>3</table>",
			"A|A # 1|2 / 1|3"},
		{"no spans at all",
			"<table><tr><td colspan=0>1<td rowspan=x>2<tr><td>3<td>4</table>",
			"1|2 / 3|4"},
		{"markup in cells",
			"<table><tr><th>A<th>B<tr><td><p>x</p><p>y</p><td><b>z</b></table>",
			"A|B # x y|z"},
		{"header last", "<table><tr><td>1<td>2<tr><td>3<td>4<tr><th>A<th>B</table>",
			"A|B # 1|2 / 3|4"},
		{"header in a table behind",
			"<table><tr><td>1<td>2<tr><td>3<td>4</table> <table><tr><th>A<th>B</table>",
			"A|B # 1|2 / 3|4"},
		{"cut into tables",
			"<table><tr><td><table><tr><th>A<th>B</table><table><tr><td>1<td>2</table>"
			"<table><tr><td>3<td>4</table></table>",
			"A|B # 1|2 / 3|4"},
		{"rows lost",
			"<table><th>A</th><th>B</th><td>1</td><td>2</td><td>3</td><td>4</td></table>",
			"A|B # 1|2 / 3|4"},
		{"note row",
			"<table><tr><th>A<th>B<tr><td>1*<td>2<tr><td colspan=2>* about</table>",
			"A|B # 1*|2 ~ * about"},
		{"note paragraph", "<table><tr><th>A<th>B<tr><td>1†<td>2</table><p>† about</p>",
			"A|B # 1†|2 ~ † about"},
		{"source", "<table><tr><th>A<th>B<tr><td>1<td>2</table><p>Source: them</p>",
			"A|B # 1|2 ~ Source: them"},
		{"header words behind",
			"<table><tr><td>Fair<td>Long words of a text here<td>2024<tr><td>Exchange "
			"Trip<td>More long words of a text<td>2025</table><p>Scheme Name "
			"Description Start Year</p>",
			"Scheme Name|Description|Start Year # Fair|Long words of a text here|2024 / "
			"Exchange Trip|More long words of a text|2025"},
	};
	run(cases, WD_COUNTOF(cases));
}

static void test_layout(void **state)
{
	(void)state;
	static const struct table_case cases[] = {
		{"one cell", "<table><tr><td>All of the text.</table>", ""},
		{"presentation", "<table role=presentation><tr><td>a<td>b<tr><td>c<td>d</table>",
			""},
		{"holds a data table",
			"<table><tr><td>x<td><table><tr><th>A<th>B<tr><td>1<td>2</table></table>",
			"A|B # 1|2"},
		{"form", "<table><tr><td>Name<td><input><tr><td>Mail<td><input></table>", ""},
		{"menu", "<table><tr><td><a href=a>A</a><td><a href=b>B</a><td><a>C</a></table>",
			""},
	};
	run(cases, WD_COUNTOF(cases));
}

static void test_flat(void **state)
{
	(void)state;
	static const struct table_case cases[] = {
		{"pipes", "<p>Year | Sum<br>2020 | 5<br>2021 | 6</p>",
			"Year|Sum # 2020|5 / 2021|6"},
		{"markdown", "<p>| A | B |<br>|---|---|<br>| x | y |<br>| z |  |</p>",
			"A|B # x|y / z|"},
		{"tabs in paragraphs", "<p>Year\tSum</p><p>2020\t5</p><p>2021\t6</p>",
			"Year|Sum # 2020|5 / 2021|6"},
		{"spaces", "<pre>Name   Sum\nAnn B   5\nCid     7</pre>",
			"Name|Sum # Ann B|5 / Cid|7"},
		{"wiki",
			"<p>{| class=x<br>|-<br>! A !! B<br>|-<br>| 1 || 2<br>|-<br>| 3 || 4<br>|}</p>",
			"A|B # 1|2 / 3|4"},
		{"wiki with attributes",
			"<p>{| class=\"wikitable sortable\" style='width:50%' border=1<br>! A !! B<br>|-<br>"
			"| 1 || 2<br>|-<br>| 3 || 4<br>|}</p>",
			"A|B # 1|2 / 3|4"},
		{"stacked", "<p>Team<br>Points<br>Reds<br>12<br>Blues<br>9<br>Greens<br>7</p>",
			"Team|Points # Reds|12 / Blues|9 / Greens|7"},
		{"single spaces",
			"<p>Year Total Trade Volume (Billion USD)</p><p>2020 $27.2B</p>"
			"<p>2021 $29.1B</p><p>2022* $31.5B</p><p>*Estimate of the bank.</p>",
			"Year|Total Trade Volume (Billion USD) # 2020|$27.2B / 2021|$29.1B / "
			"2022*|$31.5B ~ *Estimate of the bank."},
		{"names between figures",
			"<p>Pos Team Won Lost<br>1 Great Britain 6 1<br>2 Chad 5 2<br>3 New Guinea 4 3</p>",
			"Pos|Team|Won|Lost # 1|Great Britain|6|1 / 2|Chad|5|2 / 3|New Guinea|4|3"},
		{"last word out of few",
			"<p>Pos Rider Maker Time<br>1 A. Bee Honda 49:50<br>2 Cee Dee Eff Yamaha 50:12"
			"<br>3 Gee Aitch Honda 51:01<br>4 Ey Jay Yamaha 51:44</p>",
			"Pos|Rider|Maker|Time # 1|A. Bee|Honda|49:50 / 2|Cee Dee Eff|Yamaha|50:12 / "
			"3|Gee Aitch|Honda|51:01 / 4|Ey Jay|Yamaha|51:44"},
		{"abbreviations before wide spaces",
			"<pre>Aven Co.     Seoul    71,000\nHolm Inc.    Tokyo    5,300\nSkarn Ltd.   "
			"Busan    880</pre>",
			"Aven Co.|Seoul|71,000 / Holm Inc.|Tokyo|5,300 / Skarn Ltd.|Busan|880"},
		{"hashes and dollars are no code",
			"<pre>Tag        US$m   Rank\n#aven      31.5   # 1\n#harbour   22.1   # 2\n"
			"#cranes    9.0    # 3</pre>",
			"Tag|US$m|Rank # #aven|31.5|# 1 / #harbour|22.1|# 2 / #cranes|9.0|# 3"},
		{"ruled frame",
			"<pre>┌──────┬────┐\n│ Port │ t  │\n├──────┼────┤\n│ Aven │ 12 │\n"
			"├──────┼────┤\n│ Holm │ 9  │\n└──────┴────┘</pre>",
			"Port|t # Aven|12 / Holm|9"},
		{"boxes by role",
			"<div role=table><div role=row><span role=cell>a</span><span role=cell>b</span>"
			"</div><div role=row><span role=cell>c</span><span role=cell>d</span></div></div>",
			"a|b / c|d"},
		{"boxes by class",
			"<div class=table><div class=row><div class=cell>Year</div><div class=cell>Sum"
			"</div></div><div class=row><div class=cell>2020</div><div class=cell>5</div>"
			"</div></div>",
			"Year|Sum # 2020|5"},
	};
	run(cases, WD_COUNTOF(cases));
}

static void test_innocent(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"<p>Rovers beat United 1-3 on Saturday, and City drew 2-4 before 8953 fans.</p>",
		"<p>Contact:<br>Media Office<br>6 Main Street<br>Springfield, IL 12709<br>Phone: "
		"555-0145</p>",
		"<p>When: Monday 8 p.m.<br>Where: Town Hall, Room 22<br>Tickets: $11 at the door</p>",
		"<p>The Raspberry Foundation started by a</p><p>Deqa Dhalac of Maine, was</p><p>Dabei "
		"geht es um den Umgang</p><p>Given its inspiration from 1</p><p>Als Folge der</p>",
		"<p>1. Wash the rice.<br>2. Boil it.<br>3. Add salt.<br>4. Serve.</p>",
		"<p>He said so.  She did not.  They left.</p><p>It rained.  It stopped.  Night fell.</p>",
		"<p>Home | News | Sport</p><p>About | Help | Jobs</p>",
		"<p>June 24 – Bristow, VA @ Jiffy Hall<br>June 26 – Allentown, PA @ Big Center<br>June "
		"27 – Camden, NJ @ Blue Pavilion<br>June 29 – Holmdel, NJ @ Arts Center</p>",
		"<p>In 2020 the bank rose.<br>In 2021 the bank fell.<br>In 2022 nothing happened.</p>",
		"<p>• One thing in 2024.<br>• Another in 2025.<br>• A third in 2026.</p>",
		"<pre><code>a | b\nc | d\ne | f</code></pre>",
		"<ul><li>First 1 2</li><li>Second 3 4</li><li>Third 5 6</li></ul>",
		"<p>3 &lt; 5 | 7 &gt; 2.</p>",
		"<div>\n\t\t\t\tAnn Smith\n\t\t\t\tReporter in London\n\t\t\t\tBob Jones\n</div>",
		/* program text, commands, listings */
		"<pre>a[2:]    // from the third on\nb[:3]    // up to the third\nc        // "
		"all</pre>",
		"<pre>first := 1     then\nsecond := 22   then\nlast := 333    then</pre>",
		"<pre>count = 0;      sum = 0;\nlength = 10;    mean = 0;\nwidth = 3;      top = "
		"9;</pre>",
		"<pre>int32_t  width,\nuint8_t  *pixels,\nconst char  *file_name,</pre>",
		"<pre>cd harbour      # go there\nmake all        # build it\n./run --fast    # start "
		"it</pre>",
		"<pre>-c command   run a command\n-d           look for faults\n-r file      run a "
		"file</pre>",
		"<p>--start-day 10<br>--end-day 60<br>--last-day 75<br>--page-size 20</p>",
		"<p>x = 10;<br>y = 20;<br>z = 30;<br>total = 60;</p>",
		"<pre>│   ├── crane.txt\n│   ├── quay.txt\n│   └── ship.txt</pre>",
		"<pre>\"name\":    \"Aven\",\n\"tonnes\":  1204,\n\"cars\":    88</pre>",
		/* prose and notes in columns of two */
		"<pre>conventions.  These rules are needed, in part, for separate\npassages to work.  "
		"One such rule is the calling\nrule.  The calling rule is a set of thoughts made "
		"by</pre>",
		"<pre>the cranes stay fast.  Going beyond ships, even tide-time\nrules like \"which "
		"harbour should I use?\"  or \"should I\nlook for a deep or a shallow one?\"  belong "
		"in the</pre>",
		"<pre>harbour.  You may use this quay for ships or\nboats.  (Note: it has no crane if "
		"the harbour is\n0.)  At the time of writing the quay has not all</pre>",
		"<p>[1] https://example.org/aven<br>[2] https://example.org/holm<br>[3] "
		"https://example.org/skarn<br>[4] https://example.org/quay</p>",
		"<pre>holidays := []Date{\n{\"Feb\", 14},\n{\"Nov\", 11},\n{\"Dec\", 25},\n}</pre>",
		"<pre>Title:   The Harbour\nAuthor:  Ann Smith\nPlace:   Aven</pre>",
		"<pre>--   the sign of the sum is\n--   not known here\n--   at all</pre>",
		"<pre>- Mended a fault that let the crane stop\nwhen it was windy\n\n- Mended the lamp "
		"at the quay, which was\nout for a week\n\n- Mended the door of the harbour "
		"office\nand its two windows</pre>",
	};
	for (size_t i = 0; i < WD_COUNTOF(cases); i++)
		run(&(struct table_case){cases[i], cases[i], ""}, 1);
}

/* The table stands in the tree, well-formed, at its place; what was around it still is. */
static void test_place(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
	wd_tables tables = {0};
	struct wd_html tree;
	collect(a,
		WD_STR("<p>Before.<br>Year | Sum<br>2020 | 5<br>2021 | 6<br>After it all.</p><p>End"
		       "</p>"),
		&tables, &tree);
	assert_int_equal(tables.n, 1);
	assert_str("text", wd_node_inner_text(a, tree.root),
		"Before. Year Sum 2020 5 2021 6 After it all. End");
	struct wd_node *t = wd_node_find(tree.root, WD_TAG_TABLE);
	assert_non_null(t);
	assert_ptr_equal(t->parent, tree.root);
	assert_int_equal(t->prev->tag, WD_TAG_P);
	assert_int_equal(t->next->tag, WD_TAG_P);
	assert_int_equal(t->first->tag, WD_TAG_THEAD);
	/* and once more: it is a real table now */
	wd_tables again = {0};
	wd_repairs repairs = {0};
	wd_tables_collect(a, tree.root, &again, &repairs);
	assert_int_equal(again.n, 1);
	assert_int_equal(again.v[0].header.n, 1);
	assert_int_equal(again.v[0].rows.n, 2);
}

static void test_linear(void **state)
{
	(void)state;
	static const char *const units[] = {"<table>", "<table><tr><td>", "<tr><td>x", "a | b<br>",
		"1 2 3<br>", "x 1 y 2<br>", "word<br>", "word\n", "2020\n", "<td rowspan=200>x",
		"<td colspan=200>x", "<table><tr><td>1<td>2</table>", "a\tb\n", "a  b\n", "- | -\n",
		"<div><div>1</div><div>2</div></div>", "<span>1</span>", "* note<br>", "a;b;1\n"};
	wd_cleanup(wd_free_charp) char *buf = malloc(1u << 20);
	assert_non_null(buf);
	for (size_t i = 0; i < WD_COUNTOF(units); i++) {
		double took[2];
		for (int k = 0; k < 2; k++) {
			size_t want = k == 0 ? 1u << 16 : 1u << 18, n = 0, u = strlen(units[i]);
			for (; n + u <= want; n += u)
				memcpy(buf + n, units[i], u);
			wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_GIB);
			wd_tables tables = {0};
			struct wd_html tree;
			clock_t t = clock();
			collect(a, (struct wd_str){buf, n}, &tables, &tree);
			took[k] = (double)(clock() - t) / CLOCKS_PER_SEC;
		}
		if (took[1] > 0.5 && took[1] > 10 * took[0])
			fail_msg("'%s' repeated: %.3f s, four times as much %.3f s", units[i],
				took[0], took[1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_flat),
		cmocka_unit_test(test_innocent),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_linear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
