/*
 * The HTML engine against the standard's trees, in the manner of the html5lib tests: a document's
 * body, or a fragment, printed as nested parentheses. Adjacent text nodes are printed as one.
 */
#include <libxml/HTMLparser.h>
#include <time.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/html.h"
#include "tests/unit/test.h"

struct tree_case {
	const char *in, *tree;
};

static void dump(struct wd_buf *out, const struct wd_node *root)
{
	const struct wd_node *n = root->first;
	bool text = false;
	while (n != NULL) {
		if (n->type == WD_NODE_TEXT) {
			wd_buf_addc(out, text ? "" : "'");
			wd_buf_add(out, n->text);
			text = true;
		} else {
			wd_buf_addc(out, text ? "'" : "");
			text = false;
			if (n->type == WD_NODE_COMMENT)
				wd_buf_addc(out, "!--");
			wd_buf_add(out, n->type == WD_NODE_COMMENT ? n->text : n->name);
			for (size_t i = 0; i < n->attr_count; i++) {
				wd_buf_printf(out, "%s%.*s=%.*s", i == 0 ? "[" : " ",
					WD_STR_ARG(n->attrs[i].name),
					WD_STR_ARG(n->attrs[i].value));
			}
			wd_buf_addc(out, n->attr_count > 0 ? "](" : "(");
		}
		if (n->first != NULL) {
			n = n->first;
			continue;
		}
		for (;;) {
			if (n->type != WD_NODE_TEXT || n->next == NULL) {
				wd_buf_addc(out, text ? "'" : "");
				text = false;
			}
			if (n->type != WD_NODE_TEXT)
				wd_buf_putc(out, ')');
			if (n->next != NULL || n->parent == root)
				break;
			n = n->parent;
		}
		n = n->next;
	}
}

static void run(const struct tree_case *cases, size_t n, const struct wd_html_opts *opts)
{
	for (size_t i = 0; i < n; i++) {
		struct wd_arena *a = wd_arena_new(64 << 20);
		struct wd_html h;
		struct wd_err err = {0};
		assert_int_equal(wd_html_parse(a, wd_str_c(cases[i].in), opts, &h, &err), WD_OK);
		struct wd_buf out;
		wd_buf_init(&out, 1 << 20);
		dump(&out, opts->fragment ? h.root : h.html);
		wd_buf_putc(&out, '\0');
		assert_string_equal(out.p, cases[i].tree);
		wd_buf_done(&out);
		wd_arena_free(a);
	}
}

static void test_fragments(void **state)
{
	(void)state;
	static const struct tree_case cases[] = {
		{"", ""},
		{"plain", "'plain'"},
		{"<p>a<p>b", "p('a')p('b')"},
		{"<p>a<div>b</div>c</p>d", "p('a')div('b')'c'p()'d'"},
		{"a</p>b", "'a'p()'b'"},
		{"a</br>b<br/>c", "'a'br()'b'br()'c'"},
		{"<ul><li>a<li>b<ul><li>c</ul><li>d</ul>", "ul(li('a')li('b'ul(li('c')))li('d'))"},
		{"<dl><dt>a<dd>b<dt>c</dl>", "dl(dt('a')dd('b')dt('c'))"},
		{"<b>a<p>b</b>c</p>d", "b('a')p(b('b')'c')'d'"},
		{"<b>1<i>2</b>3</i>4", "b('1'i('2'))i('3')'4'"},
		{"<p>1<b>2<i>3</b>4</i>5</p>", "p('1'b('2'i('3'))i('4')'5')"},
		{"<b>1<p>2</b>3</p>", "b('1')p(b('2')'3')"},
		{"<a href=1>x<a href=2>y</a>", "a[href=1]('x')a[href=2]('y')"},
		{"<a><div><p></a>", "a()div(a()p(a()))"},
		{"<p><b><b><b><b>x<p>y", "p(b(b(b(b('x')))))p(b(b(b('y'))))"},
		{"<h1>a<h2>b</h1>c", "h1('a')h2('b')'c'"},
		{"<table><tr><td>a<td>b<tr><th>c</table>d",
			"table(tbody(tr(td('a')td('b'))tr(th('c'))))'d'"},
		{"<table>x<tr><td>a</table>", "'x'table(tbody(tr(td('a'))))"},
		{"<table><tr>x<b>y</b><td>a</table>", "'x'b('y')table(tbody(tr(td('a'))))"},
		{"<table><caption>c<tr><td>a", "table(caption('c')tbody(tr(td('a'))))"},
		{"<table><col><tr><td>a", "table(colgroup(col())tbody(tr(td('a'))))"},
		{"<table><thead><tr><th>h<tbody><tr><td>a<table><tr><td>in</table>b</table>",
			"table(thead(tr(th('h')))tbody(tr(td('a'table(tbody(tr(td('in'))))'b'))))"},
		{"<table><td>a</th></td><p>x</table>", "p('x')table(tbody(tr(td('a'))))"},
		{"<table><td>a<table>b</table>", "table(tbody(tr(td('ab'table()))))"},
		{"<td>a<td>b", "td('a')td('b')"},
		{"<tr><td>a</td><td>b</td></tr><tr><td>c", "tr(td('a')td('b'))tr(td('c'))"},
		{"x<!-- c -->y", "'xy'"},
		{"<!-->x<!--->y<!-- a --!>z", "'xyz'"},
		{"<!-- never closed <b>x</b>", "'x'"},
		{"<?xml version='1.0'?>a</>b</ x>c<!foo>d", "'abcd'"},
		{"<![CDATA[a <b> &amp;]]>c", "'a <b> &amp;c'"},
		{"<script>a<b</script>x<style>p{}</style>y", "'xy'"},
		{"<textarea>\n<b>&lt;</textarea>x", "textarea('<b><')'x'"},
		{"<title>a<b>&amp;</title>", "title('a<b>&')"},
		{"<title>a&amp;b</title x='&lt;'><p title='&gt;'>&amp;c",
			"title('a&b')p[title=>]('&c')"},
		{"<xmp><b></xmp>", "xmp('<b>')"},
		{"<plaintext><b></plaintext>", "plaintext('<b></plaintext>')"},
		{"<iframe src=x><b>y</iframe>z", "iframe[src=x]()'z'"},
		{"<title>no end <p>x</p>", "title('no end ')p('x')"},
		{"<pre>\nx\n\ny</pre>", "pre('x\n\ny')"},
		{"a &amp b &copy 2 &notit; &notin; &bogus; &",
			"'a & b \302\251 2 \302\254it; \342\210\211 &bogus; &'"},
		{"&#146;&#x80;&#0;&#xD800;&#x110000;&#65&#;&#x;",
			"'\342\200\231\342\202\254\357\277\275\357\277\275\357\277\275A&#;&#x;'"},
		{"<a href='?a=1&copy=2&lt;&amp&reg'>", "a[href=?a=1&copy=2<&\302\256]()"},
		{"<p CLASS=x class=y ID='z' data-a>a", "p[class=x id=z data-a=]('a')"},
		{"<p a=\"1\"b='2'c=3/ d>x", "p[a=1 b=2 c=3/ d=]('x')"},
		{"<p a=\"never closed>x</p>", "p[a=never closed=]('x')"},
		{"<p title='a>b'>x", "p[title=a>b]('x')"},
		{"a < b <3 <", "'a < b <3 <'"},
		{"<svg><title>t</title><path/><a>l</a></svg>x", "svg(title('t')path()a('l'))'x'"},
		{"<svg><g><p>x", "svg(g())p('x')"},
		{"<svg><foreignObject><p>x</p></foreignObject></svg>y",
			"svg(foreignobject(p('x')))'y'"},
		{"<math><mi>x</mi><mo><p>y</p></mo></math>", "math(mi('x')mo(p('y')))"},
		{"<div><svg><g></div>x", "div(svg(g()))'x'"},
		{"<template><td>a</td></template>b", "template(td('a'))'b'"},
		{"<select><option>a<option>b<optgroup><option>c</select>d",
			"select(option('a')option('b')optgroup(option('c')))'d'"},
		{"<ruby>a<rt>b<rp>c</ruby>", "ruby('a'rt('b')rp('c'))"},
		{"<form><div></form>x</div>y", "form(div('x'))'y'"},
		{"<form>a<form>b</form>c", "form('ab')'c'"},
		{"<button>a<button>b", "button('a')button('b')"},
		{"<image src=x>", "img[src=x]()"},
		{"<div><span></div>x</span>y", "div(span())'xy'"},
		{"<p><object><p>x</object>y", "p(object(p('x'))'y')"},
		{"<custom-el a=b><P>x</CUSTOM-EL>y", "custom-el[a=b](p('xy'))"},
		{"<x/>a</x>b", "x('a')'b'"},
		{"<hr>a<hr/>b", "hr()'a'hr()'b'"},
		{"<p>a<table><tr><td>b</table>", "p('a')table(tbody(tr(td('b'))))"},
		{"<figure><img><figcaption>c</figure>", "figure(img()figcaption('c'))"},
		{"<noscript><img></noscript>a", "noscript(img())'a'"},
		{"<frameset><frame>x", "frameset(frame()'x')"},
		{"<div a=1></div><div", "div[a=1]()div()"},
	};
	run(cases, WD_COUNTOF(cases), &(struct wd_html_opts){.fragment = true});
}

static void test_documents(void **state)
{
	(void)state;
	static const struct tree_case cases[] = {
		{"", "head()body()"},
		{"x", "head()body('x')"},
		{"<!DOCTYPE html><html lang=ko><head><title>t</title></head><body class=a>x</body></html>",
			"head(title('t'))body[class=a]('x')"},
		{"<title>t</title><meta name=a><p>x", "head(title('t')meta[name=a]())body(p('x'))"},
		{"<html><body>a</body></html>b<p>c", "head()body('ab'p('c'))"},
		{"<body a=1>x<body a=2 b=3>y", "head()body[a=1 b=3]('xy')"},
		{"<body>a</body></html><html><head><title>2</title></head><body>b",
			"head()body('a'title('2')'b')"},
		{"<head></head><meta name=late><p>x", "head(meta[name=late]())body(p('x'))"},
		{"<head><noscript><p>x</p></noscript><meta name=m></head>y",
			"head(meta[name=m]())body('y')"},
		{"<head><title>lost end<meta name=m></head><svg><title>s</title></svg>",
			"head(title('lost end')meta[name=m]())body(svg(title('s')))"},
		{"<head><div>x</div></head>y", "head()body(div('x')'y')"},
		{"</body>x", "head()body('x')"},
		{"<script>a</script>x", "head()body('x')"},
	};
	run(cases, WD_COUNTOF(cases), &(struct wd_html_opts){0});
	static const struct tree_case scripts[] = {
		{"<script type=a>1<2</script>x", "head(script[type=a]('1<2'))body('x')"},
		{"<p>x<!-- c -->y", "head()body(p('x'!-- c ()'y'))"},
	};
	run(scripts, WD_COUNTOF(scripts),
		&(struct wd_html_opts){.keep_scripts = true, .keep_comments = true});
}

/* Every name finds its tag: no two share a slot of the perfect hash. */
static void test_tag_names(void **state)
{
	(void)state;
	for (unsigned t = 1; t < WD_TAG_COUNT; t++) {
		assert_int_equal(wd_tag_find(wd_tag_name(t)), t);
	}
	assert_int_equal(wd_tag_find(WD_STR("DIV")), WD_TAG_DIV);
	assert_int_equal(wd_tag_find(WD_STR("nosuch")), WD_TAG_OTHER);
	assert_int_equal(wd_tag_find(WD_STR("")), WD_TAG_OTHER);
}

struct repeat_case {
	const char *unit, *tail;
};

/* Inputs that make naive parsers quadratic: one megabyte of each, well under a second even with
 * sanitizers on; memory is bounded by the arena; the text behind is still there. */
static void test_linear(void **state)
{
	(void)state;
	static const struct repeat_case cases[] = {
		{"<div>", "<p>after"},
		{"<b>", "<p>after"},
		{"<b><p>", "after"},
		{"<a><div>", "after"},
		{"<a href=x><p>", "after"},
		{"<i id=1><b id=2><u id=3><p>", "after"},
		{"<p><b class=1>", "</p><p>after"},
		{"</b></p>", "after"},
		{"</x>", "after"},
		{"<table>", "after"},
		{"<table><tr><td>", "after"},
		{"<table>x", "after"},
		{"<table><b>", "after"},
		{"<svg><g>", "after"},
		{"<svg><a></b>", "after"},
		{"<template>", "after"},
		{"<li>", "after"},
		{"<ul><li>", "after"},
		{"<dl><dd>", "after"},
		{"<button>", "after"},
		{"<form>", "after"},
		{"<select><option>", "after"},
		{"<!--", "-->after"},
		{"<!-- -", "-->after"},
		{"<title>", "</title>after"},
		{"<textarea>x", "</textarea>after"},
		{"<a b=\"", "\">after"},
		{"<a b='", "'>after"},
		{"<script>", "</script>after"},
		{"<p a=1 b=2 c=3>&amp;&amp", "after"},
		{"<h1><div>", "after"},
		{"<object><b>", "after"},
		{"<ruby><rt>", "after"},
		{"<div></span></div>", "after"},
		{"&", "after"},
		{"< ", "after"},
		{"<b>x</i></b><i>", "after"},
		{"<font size=1><div></font>", "after"},
	};
	enum { SIZE = 1 << 20 };
	char *in = malloc(SIZE + 64);
	assert_non_null(in);
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		size_t unit = strlen(cases[i].unit), n = 0;
		for (; n + unit <= SIZE; n += unit)
			memcpy(in + n, cases[i].unit, unit);
		memcpy(in + n, cases[i].tail, strlen(cases[i].tail));
		n += strlen(cases[i].tail);
		struct wd_arena *a = wd_arena_new(WD_MAX_ARTICLE_ARENA);
		struct wd_html h;
		struct wd_err err = {0};
		clock_t start = clock();
		int rc = wd_html_parse(a, (struct wd_str){in, n}, NULL, &h, &err);
		double took = (double)(clock() - start) / CLOCKS_PER_SEC;
		if (rc != WD_OK || took > 3 || h.max_depth > WD_MAX_HTML_DEPTH)
			fail_msg("%s: %s, %.2f s, depth %zu", cases[i].unit, err.text, took,
				h.max_depth);
		size_t at = 0;
		for (const struct wd_node *x = h.html; x != NULL;
			x = wd_node_next(h.html, wd_unconst(x), false))
			if (x->type == WD_NODE_TEXT &&
				wd_str_find(x->text, WD_STR("after"), 0) != SIZE_MAX)
				at++;
		if (at != 1 && cases[i].unit[1] != 's' && cases[i].unit[1] != 't')
			fail_msg("%s: the text behind it is lost", cases[i].unit);
		wd_arena_free(a);
	}
	free(in);
}

static void test_inner_text(void **state)
{
	(void)state;
	struct wd_arena *a = wd_arena_new(1 << 20);
	struct wd_html h;
	struct wd_err err = {0};
	struct wd_str in =
		WD_STR("<p>one</p><p>t<b>w</b>o<br>three</p><td>x</td><td>y<script>z</script>");
	assert_int_equal(
		wd_html_parse(a, in, &(struct wd_html_opts){.fragment = true, .keep_scripts = true},
			&h, &err),
		WD_OK);
	assert_true(wd_str_eqc(wd_str_trim(wd_node_inner_text(a, h.root)), "one two three x y"));
	struct wd_node *p = wd_node_find(h.root, WD_TAG_P), *next = p->next;
	wd_node_unwrap(p);
	assert_int_equal(h.root->first->type, WD_NODE_TEXT);
	assert_ptr_equal(h.root->first->next, next);
	wd_node_remove(next);
	assert_true(wd_str_eqc(wd_str_trim(wd_node_inner_text(a, h.root)), "one x y"));
	wd_arena_free(a);
}

/* ---- libxml2 as the other opinion ---- */

static void add_words(struct wd_buf *out, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!wd_is_space(p[i]))
			wd_buf_putc(out, p[i]);
}

/* On markup that both understand, both find the same text in the same order. */
static void test_differential(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"<p>one <b>two</b> three</p><p>four</p>",
		"<ul><li>a<li>b<li>c</ul><p>d",
		"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
		"<div><h1>t</h1><div><p>x<br>y<p>z</div></div>",
		"<dl><dt>a<dd>b<dt>c<dd>d</dl>",
		"<p>&eacute;&amp;&lt;&gt;&#8217;&nbsp;x</p>",
		"<a href='x'>l<i>i</i></a> t <em>e</em>",
		"<blockquote><p>q</p></blockquote><pre> a\n b</pre>",
		"<select><option>1</option><option>2</option></select>",
	};
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		struct wd_arena *a = wd_arena_new(1 << 20);
		struct wd_html h;
		struct wd_buf own, other;
		wd_buf_init(&own, 1 << 16);
		wd_buf_init(&other, 1 << 16);
		assert_int_equal(wd_html_parse(a, wd_str_c(cases[i]), NULL, &h, NULL), WD_OK);
		for (struct wd_node *n = h.html; n != NULL; n = wd_node_next(h.html, n, false))
			add_words(&own, n->text.p, n->text.n);
		htmlDocPtr doc = htmlReadMemory(cases[i], (int)strlen(cases[i]), NULL, "UTF-8",
			HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING);
		assert_non_null(doc);
		xmlChar *text = xmlNodeGetContent(xmlDocGetRootElement(doc));
		add_words(&other, (const char *)text, strlen((const char *)text));
		if (!wd_str_eq(wd_buf_str(&own), wd_buf_str(&other)))
			fail_msg("%s: '%.*s', libxml2 '%.*s'", cases[i],
				WD_STR_ARG(wd_buf_str(&own)), WD_STR_ARG(wd_buf_str(&other)));
		xmlFree(text);
		xmlFreeDoc(doc);
		wd_buf_done(&own);
		wd_buf_done(&other);
		wd_arena_free(a);
	}
	xmlCleanupParser();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_tag_names),
		cmocka_unit_test(test_linear),
		cmocka_unit_test(test_inner_text),
		cmocka_unit_test(test_differential),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
