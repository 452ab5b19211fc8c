/*
 * Feeds per second: wiredesk (bytes → charset → entries, before cleaning) beside bare libxml2 SAX2
 * with handlers that only count, over the same files in the same process, turn by turn. Prints one
 * JSON line a file set. Usage: bench_parse ROUNDS FILE…
 */
#include <libxml/parser.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/limits.h"
#include "parsers/parser.h"

enum { MAX_ROUNDS = 51 };

static size_t events;

static void on_start(void *ctx, const xmlChar *l, const xmlChar *p, const xmlChar *u, int nn,
	const xmlChar **ns, int na, int nd, const xmlChar **at)
{
	(void)ctx, (void)l, (void)p, (void)u, (void)nn, (void)ns, (void)na, (void)nd, (void)at;
	events++;
}

static void on_end(void *ctx, const xmlChar *l, const xmlChar *p, const xmlChar *u)
{
	(void)ctx, (void)l, (void)p, (void)u;
	events++;
}

static void on_text(void *ctx, const xmlChar *s, int n)
{
	(void)ctx, (void)s;
	events += (size_t)(n > 0);
}

static void silent(void *ctx, xmlErrorPtr e)
{
	(void)ctx, (void)e;
}

static xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC,
	.startElementNs = on_start,
	.endElementNs = on_end,
	.characters = on_text,
	.cdataBlock = on_text,
	.serror = silent};

static void bare_memory(struct wd_str doc)
{
	(void)xmlSAXUserParseMemory(&sax, NULL, doc.p, (int)doc.n);
}

static void bare_push(struct wd_str doc)
{
	xmlParserCtxtPtr p = xmlCreatePushParserCtxt(&sax, NULL, NULL, 0, NULL);
	(void)xmlCtxtUseOptions(p, XML_PARSE_NONET);
	for (size_t at = 0; at < doc.n; at += 16384)
		(void)xmlParseChunk(p, doc.p + at, (int)WD_MIN(doc.n - at, (size_t)16384), 0);
	(void)xmlParseChunk(p, "", 0, 1);
	xmlFreeParserCtxt(p);
}

static size_t entries;

static int on_entry(const struct wd_entry *e, const struct wd_feed *feed, void *ctx)
{
	(void)e, (void)feed, (void)ctx;
	entries++;
	return WD_OK;
}

static struct wd_arena *feed_arena, *entry_arena;

static void ours(struct wd_str body)
{
	struct wd_doc doc = {.magic = WD_DOC_MAGIC, .body = body};
	struct wd_feed feed = {0};
	struct wd_parse_ctx ctx = {.doc = &doc,
		.arena = feed_arena,
		.feed = &feed,
		.emit = on_entry,
		.entry_arena = entry_arena};
	wd_arena_reset(feed_arena);
	wd_arena_reset(entry_arena);
	struct wd_err err;
	if (wd_parse_feed(&ctx, &err) != WD_OK)
		(void)fprintf(stderr, "%s\n", err.text);
}

/* CPU time: the figure is per core, and other work on the machine does not count. */
static int64_t cpu_us(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(struct wd_str);
	} ways[] = {
		{"libxml2_memory", bare_memory}, {"libxml2_push", bare_push}, {"wiredesk", ours}};
	int64_t took[WD_COUNTOF(ways)][MAX_ROUNDS];
	uint64_t rounds = 5;
	size_t bytes = 0, n = 0;
	struct wd_err err;

	if (argc < 3 || wd_str_to_u64(wd_str_c(argv[1]), 1, MAX_ROUNDS, &rounds) != WD_OK) {
		(void)fprintf(stderr, "usage: bench_parse ROUNDS FILE…\n");
		return 2;
	}
	struct wd_str *docs = calloc((size_t)argc, sizeof(*docs));
	feed_arena = wd_arena_new(4 * WD_MAX_DOC_BYTES);
	entry_arena = wd_arena_new(WD_MAX_ARTICLE_ARENA);
	if (docs == NULL || feed_arena == NULL || entry_arena == NULL)
		return 1;
	for (int i = 2; i < argc; i++) {
		if (wd_file_read(argv[i], WD_MAX_DOC_BYTES, &docs[n], &err) != WD_OK)
			continue;
		bytes += docs[n++].n;
	}
	for (size_t r = 0; r < rounds; r++) {
		for (size_t w = 0; w < WD_COUNTOF(ways); w++) {
			int64_t start = cpu_us();
			entries = events = 0;
			for (size_t i = 0; i < n; i++)
				ways[w].run(docs[i]);
			took[w][r] = cpu_us() - start;
		}
	}
	double rate[WD_COUNTOF(ways)];
	(void)printf("{\"files\":%zu,\"bytes\":%zu,\"entries\":%zu", n, bytes, entries);
	for (size_t w = 0; w < WD_COUNTOF(ways); w++) {
		qsort(took[w], rounds, sizeof(took[w][0]), by_value);
		rate[w] = (double)bytes / (double)WD_MAX(took[w][rounds / 2], 1);
		(void)printf(",\"%s_mb_s\":%.1f", ways[w].name, rate[w]);
	}
	(void)printf(",\"ratio_memory\":%.2f,\"ratio_push\":%.2f}\n", rate[2] / rate[0],
		rate[2] / rate[1]);
	for (size_t i = 0; i < n; i++)
		free(wd_unconst(docs[i].p));
	free(docs);
	wd_arena_free(feed_arena);
	wd_arena_free(entry_arena);
	return 0;
}
