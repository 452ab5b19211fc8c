/*
 * What cleaning costs: against libxml2's bare HTML SAX parse of the same bytes (no handlers but the
 * ones that count), side by side in one run; and that no broken input costs more than its length:
 * 1 MB and 10 MB of each kind of breakage. CPU time: the machine may be busy with other things.
 *
 *   bench_clean [clean | NAME]    the first half alone; the kinds of breakage whose name has NAME
 */
#include <libxml/HTMLparser.h>
#include <stdio.h>
#include <time.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "parsers/clean.h"

enum { RUNS = 7, ARTICLE_KB = 24 };

static size_t events;

static int64_t cpu_us(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar **attrs)
{
	(void)ctx, (void)name, (void)attrs;
	events++;
}

static void on_end(void *ctx, const xmlChar *name)
{
	(void)ctx, (void)name;
	events++;
}

static void on_text(void *ctx, const xmlChar *text, int n)
{
	(void)ctx, (void)text, (void)n;
	events++;
}

static void sax_parse(struct wd_str html)
{
	htmlSAXHandler sax = {
		.startElement = on_start, .endElement = on_end, .characters = on_text};
	htmlParserCtxtPtr p =
		htmlCreatePushParserCtxt(&sax, NULL, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
	(void)htmlParseChunk(p, html.p, (int)html.n, 1);
	htmlFreeParserCtxt(p);
}

static int clean(struct wd_arena *a, struct wd_str html, struct wd_clean *c)
{
	struct wd_clean_opts opts = {.field = "text", .base = WD_STR("http://example.org/")};
	struct wd_err err;
	wd_arena_reset(a);
	return wd_clean_fragment(a, html, &opts, c, &err);
}

/* Well-formed articles: paragraphs, headings, links, lists, a picture, letters beyond ASCII. */
static void make_article(struct wd_buf *b, unsigned seed)
{
	static const char *const words[] = {"summit", "leaders", "agreed", "the", "of", "to",
		"Seoul", "“trade”", "cooperation", "and", "a", "ministers", "said", "on", "Tuesday",
		"that", "economic", "정상회담", "会談", "security", "in", "both", "countries",
		"would", "Tokyo’s"};
	unsigned r = seed;
	while (b->n < ARTICLE_KB * WD_KIB) {
		r = r * 1664525u + 1013904223u;
		unsigned kind = (r >> 16) % 10;
		wd_buf_addc(b, kind == 0 ? "<h2>" : kind == 1 ? "<ul>\n<li>" : "<p>");
		unsigned n = kind == 0 ? 6 : 40;
		for (unsigned i = 0; i < n; i++) {
			r = r * 1664525u + 1013904223u;
			const char *w = words[(r >> 16) % WD_COUNTOF(words)];
			if ((r >> 24) % 32 == 0)
				wd_buf_printf(b, "<a href=\"http://example.org/%u\">%s</a> ", r, w);
			else
				wd_buf_printf(b, "%s ", w);
		}
		wd_buf_addc(b, kind == 0   ? "end</h2>\n"
			       : kind == 1 ? "end.</li>\n</ul>\n"
					   : "end.</p>\n");
	}
}

static int cmp_us(const void *x, const void *y)
{
	const int64_t *a = x, *b = y;
	return *a < *b ? -1 : *a > *b;
}

static void against_sax(struct wd_arena *a)
{
	enum { ARTICLES = 80 };
	static struct wd_buf articles[ARTICLES];
	int64_t sax[RUNS], own[RUNS];
	size_t bytes = 0;
	struct wd_clean c;
	for (unsigned i = 0; i < ARTICLES; i++) {
		wd_buf_init(&articles[i], WD_MIB);
		make_article(&articles[i], i + 1);
		bytes += articles[i].n;
	}
	for (int run = 0; run < RUNS; run++) {
		int64_t t0 = cpu_us();
		for (unsigned i = 0; i < ARTICLES; i++)
			sax_parse(wd_buf_str(&articles[i]));
		int64_t t1 = cpu_us();
		for (unsigned i = 0; i < ARTICLES; i++)
			(void)clean(a, wd_buf_str(&articles[i]), &c);
		own[run] = cpu_us() - t1;
		sax[run] = t1 - t0;
	}
	qsort(sax, RUNS, sizeof(*sax), cmp_us);
	qsort(own, RUNS, sizeof(*own), cmp_us);
	double mb = (double)bytes / 1e6, s = (double)sax[RUNS / 2], o = (double)own[RUNS / 2];
	(void)printf("clean input, %d articles, %.1f MB, median of %d runs:\n", ARTICLES, mb, RUNS);
	(void)printf("  libxml2 HTML SAX alone     %7.1f MB/s\n", mb * 1e6 / s);
	(void)printf("  repair + parse + clean     %7.1f MB/s   %.2f x SAX (bar: 0.50)\n",
		mb * 1e6 / o, s / o);
}

static const struct {
	const char *name, *unit;
} breakages[] = {
	{"spaced tags", "< td >a< / td >< td >b< / td > tr > "},
	{"lost brackets", "td>a/td> <td b </td tr> "},
	{"full-width brackets", "\xEF\xBC\x9Ctd\xEF\xBC\x9E"
				"a\xEF\xBC\x9C/td\xEF\xBC\x9E "},
	{"escaped markup", "&lt;td&gt;a&lt;/td&gt; "},
	{"twice escaped", "&amp;lt;td&amp;gt;a&amp;lt;/td&amp;gt; "},
	{"open angle brackets", "<<<<<<< a < b "},
	{"open quotes", "<a href=\"x <p title='y> "},
	{"open tags", "<b><i><div><p>a"},
	{"end tags", "</b></p></div></td>a "},
	{"mis-nested", "<b><p>a</b><i>b</p></i> "},
	{"open comments", "<!-- a <!- b --! "},
	{"entities without end", "&amp &copy &#146 &#x; &bogus "},
	{"mojibake", "\xC3\xA2\xE2\x82\xAC\xE2\x84\xA2 caf\xC3\x83\xC2\xA9 "},
	{"cells in a line", "Year\tTotal\t2020\n"},
	{"columns by spaces", "2020  27.2  31.5<br>"},
	{"typed bullets", "<p>- a</p><p>* b</p><p>1) c</p>"},
	{"bullets among lines", "<b>•</b> a<br>b<br>"},
	{"nested lists", "<ul><li>a"},
	{"nested tables", "<table><tr><td>a"},
	{"combining marks", "a\xCC\x81\xCC\x95\xCC\x80\xCC\x9A"},
	{"zero width", "a\xE2\x80\x8B\xE2\x80\x8D"},
	{"furniture", "<p>Read more: a</p><p>SEOUL – b (Yonhap)</p>"},
	{"links", "<a href='/x?utm_source=a&b=c&fbclid=d'>a</a> "},
};

static double seconds_for(struct wd_arena *a, const char *unit, size_t bytes, const char **how)
{
	struct wd_buf b;
	struct wd_clean c;
	wd_buf_init(&b, 16 * WD_MIB);
	while (b.n < bytes)
		wd_buf_addc(&b, unit);
	int64_t t0 = cpu_us();
	int r = clean(a, wd_buf_str(&b), &c);
	int64_t t = cpu_us() - t0;
	*how = r == WD_OK ? "" : wd_rc_name(r);
	wd_buf_done(&b);
	return (double)t / 1e6;
}

static int linear(struct wd_arena *a, const char *name)
{
	int bad = 0;
	(void)printf("broken input, seconds for 1 MB and 10 MB:\n");
	for (size_t i = 0; i < WD_COUNTOF(breakages); i++) {
		if (name != NULL && strstr(breakages[i].name, name) == NULL)
			continue;
		const char *how1, *how10;
		double one = seconds_for(a, breakages[i].unit, 1000000, &how1);
		double ten = seconds_for(a, breakages[i].unit, 10000000, &how10);
		/* noise apart, ten times the bytes may take ten times as long; the arena's
		 * first touch of so much memory is in it */
		bool ok = ten < 20 * one + 0.5;
		bad += !ok;
		(void)printf("  %-22s %7.3f %8.3f   x%.1f%s %s%s\n", breakages[i].name, one, ten,
			ten / one, ok ? "" : "  NOT LINEAR", how1, how10);
	}
	return bad;
}

int main(int argc, char **argv)
{
	struct wd_err err;
	if (wd_clean_init(wd_datadir(), &err) < 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	struct wd_arena *a = wd_arena_new(4 * WD_GIB);
	xmlInitParser();
	const char *what = argc > 1 ? argv[1] : NULL;
	bool clean_only = what != NULL && strcmp(what, "clean") == 0;
	if (what == NULL || clean_only)
		against_sax(a);
	int bad = clean_only ? 0 : linear(a, what);
	wd_arena_free(a);
	wd_clean_done();
	return bad > 0;
}
