/*
 * HTML engines side by side on the same pages in memory, in turn, best of N rounds: the own
 * tokeniser, the own tree, libxml2's SAX events (nothing built), libxml2's tree, and all of an
 * extraction (charset to cleaned article).
 *
 * usage: bench_html LIST [ROUNDS]     LIST: one path a line
 */
#include <libxml/HTMLparser.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "parsers/charset.h"
#include "parsers/clean.h"
#include "parsers/html_token.h"
#include "parsers/page.h"

#define MAX_PAGES 5000

struct pages {
	struct wd_str v[MAX_PAGES];
	size_t n, bytes;
	struct wd_arena *a;
};

static void run_tokens(struct wd_arena *a, struct wd_str page)
{
	static struct wd_tokenizer t;
	struct wd_token k;
	wd_tokenizer_init(&t, a, page);
	for (wd_tokenizer_next(&t, &k); k.kind != WD_TOK_EOF; wd_tokenizer_next(&t, &k))
		if (k.kind == WD_TOK_START && wd_tag_has(k.tag, WD_TC_RAW | WD_TC_RCDATA))
			(void)wd_tokenizer_raw(&t, k.tag, false);
}

static void run_tree(struct wd_arena *a, struct wd_str page)
{
	struct wd_html h;
	(void)!wd_html_parse(a, page, &(struct wd_html_opts){.keep_scripts = true}, &h, NULL);
}

static void run_article(struct wd_arena *a, struct wd_str page)
{
	struct wd_doc doc = {.fetched_at_us = INT64_C(1755993600000000)};
	struct wd_article art;
	(void)!wd_build_page(a, &doc, page, &art, NULL);
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar **attrs)
{
	(void)name;
	(void)attrs;
	++*(size_t *)ctx;
}

static void on_text(void *ctx, const xmlChar *text, int n)
{
	(void)text;
	*(size_t *)ctx += (size_t)n;
}

#define XML_QUIET                                                                                  \
	(HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET)

static void run_xml_sax(struct wd_arena *a, struct wd_str page)
{
	(void)a;
	static htmlSAXHandler sax = {
		.startElement = on_start, .characters = on_text, .cdataBlock = on_text};
	size_t seen = 0;
	htmlParserCtxtPtr ctxt =
		htmlCreatePushParserCtxt(&sax, &seen, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
	if (ctxt == NULL)
		return;
	(void)htmlCtxtUseOptions(ctxt, XML_QUIET);
	(void)htmlParseChunk(ctxt, page.p, (int)page.n, 1);
	htmlFreeParserCtxt(ctxt);
}

static void run_xml_tree(struct wd_arena *a, struct wd_str page)
{
	(void)a;
	xmlFreeDoc(htmlReadMemory(page.p, (int)page.n, NULL, "UTF-8", XML_QUIET));
}

static const struct {
	const char *name;
	void (*run)(struct wd_arena *a, struct wd_str page);
} engines[] = {{"own tokens", run_tokens}, {"own tree", run_tree}, {"libxml2 SAX", run_xml_sax},
	{"libxml2 tree", run_xml_tree}, {"whole article", run_article}};

static int load(struct pages *p, const char *list)
{
	struct wd_str text, line, body;
	struct wd_err err;
	if (wd_file_read(list, WD_MAX_DOC_BYTES, &text, &err) != WD_OK)
		return -1;
	struct wd_str rest = text;
	while (wd_str_line(&rest, &line) && p->n < MAX_PAGES) {
		struct wd_charset_result cs;
		const char *path = wd_arena_cstr(p->a, wd_str_trim(line));
		if (line.n == 0 || path == NULL ||
			wd_file_read(path, WD_MAX_DOC_BYTES, &body, &err) != WD_OK)
			continue;
		if (wd_charset_decode(p->a, body, WD_CHARSET_HTML, WD_STR_NONE, WD_STR_NONE, &cs,
			    &err) == WD_OK) {
			p->v[p->n] = wd_arena_str(p->a, cs.text);
			p->bytes += p->v[p->n++].n;
		}
		free(wd_unconst(body.p));
	}
	free(wd_unconst(text.p));
	return p->n > 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
	static struct pages pages;
	struct wd_err err;
	uint64_t rounds = 5;
	int64_t best[WD_COUNTOF(engines)];
	pages.a = wd_arena_new(4 * WD_GIB);
	if (argc > 2)
		(void)!wd_str_to_u64(wd_str_c(argv[2]), 1, 1000, &rounds);
	if (argc < 2 || load(&pages, argv[1]) < 0 || wd_clean_init(wd_datadir(), &err) < 0) {
		fprintf(stderr, "usage: bench_html LIST [ROUNDS]\n");
		return 2;
	}
	for (size_t e = 0; e < WD_COUNTOF(engines); e++)
		best[e] = INT64_MAX;
	struct wd_arena *a = wd_arena_new(WD_MAX_ARTICLE_ARENA * 2);
	for (uint64_t r = 0; r < rounds; r++)
		for (size_t e = 0; e < WD_COUNTOF(engines); e++) {
			int64_t start = wd_clock_mono_us();
			for (size_t i = 0; i < pages.n; i++) {
				engines[e].run(a, pages.v[i]);
				wd_arena_reset(a);
			}
			best[e] = WD_MIN(best[e], wd_clock_mono_us() - start);
		}
	printf("%zu pages, %.1f MB, best of %llu rounds\n", pages.n, (double)pages.bytes / 1e6,
		(unsigned long long)rounds);
	for (size_t e = 0; e < WD_COUNTOF(engines); e++)
		printf("%-14s %8.1f MB/s %8.0f pages/s\n", engines[e].name,
			(double)pages.bytes / (double)best[e],
			(double)pages.n * 1e6 / (double)best[e]);
	wd_arena_free(a);
	wd_arena_free(pages.a);
	return 0;
}
