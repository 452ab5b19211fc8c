/*
 * Reading archives beside bare zlib, and where a replay's time goes. All in one process on one
 * file, turn by turn, CPU time of the process; the median of the rounds counts.
 *
 *   zlib       inflate() over the whole file, the output thrown away: nothing can be faster
 *   records    wd_warc_next() to the end
 *   documents  wd_replay_next() to the end: HTTP taken apart, the document copied out
 *   built      … and wd_build_document(): parsed, repaired, cleaned
 *   tagged     … and wd_tag_article()
 *   replay     the whole of it, with desk, store and encoding, events thrown away
 *
 * Usage: bench_warc ROUNDS FILE; prints one JSON line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "daemon/replay_run.h"
#include "parsers/build.h"
#include "parsers/clean.h"
#include "parsers/links.h"
#include "sources/warc.h"

enum { STEPS = 6, MAX_ROUNDS = 21, WINDOW = 256 * 1024 };

static const char *file;
static struct wd_rules *rules;
static struct wd_tag_scratch *scratch;
static uint64_t bytes, docs, articles;

static double cpu_seconds(void)
{
	struct timespec ts;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void fail(const char *what)
{
	(void)fprintf(stderr, "bench_warc: %s\n", what);
	exit(1);
}

static void bare_zlib(void)
{
	static unsigned char in[WINDOW], out[WINDOW];
	z_stream z = {0};
	FILE *f = fopen(file, "rbe");
	if (f == NULL || inflateInit2(&z, 15 + 16) != Z_OK)
		fail("open");
	for (;;) {
		if (z.avail_in == 0) {
			z.next_in = in;
			z.avail_in = (uInt)fread(in, 1, sizeof(in), f);
			if (z.avail_in == 0)
				break;
		}
		z.next_out = out;
		z.avail_out = sizeof(out);
		int rc = inflate(&z, Z_NO_FLUSH);
		bytes += sizeof(out) - z.avail_out;
		if (rc == Z_STREAM_END)
			(void)inflateReset(&z);
		else if (rc != Z_OK && rc != Z_BUF_ERROR)
			fail("bad gzip data");
	}
	(void)inflateEnd(&z);
	(void)fclose(f);
}

static void records(void)
{
	struct wd_warc_reader *r;
	struct wd_warc_record rec;
	struct wd_err err;
	if (wd_warc_open(file, WD_MAX_DOC_BYTES, &r, &err) != WD_OK)
		fail(err.text);
	while (wd_warc_next(r, &rec, &err) == 1)
		bytes += rec.block.n;
	wd_warc_close(r);
}

static int tag(struct wd_article *art, void *ctx)
{
	struct wd_err err;
	articles++;
	return ctx != NULL ? wd_tag_article(rules, scratch, ctx, art, NULL, &err) : WD_OK;
}

/* 0: documents alone, 1: articles, 2: tagged */
static void documents(int depth)
{
	const char *const paths[] = {file};
	struct wd_replay_opts o = {.at_us = -1};
	struct wd_replay *r;
	struct wd_doc *doc;
	struct wd_err err;
	struct wd_arena *a = wd_arena_new(WD_MAX_ARTICLE_ARENA), *fa = wd_arena_new(64 * WD_MIB);
	if (wd_replay_open(paths, 1, &o, &r, &err) != WD_OK)
		fail(err.text);
	while (wd_replay_next(r, &doc, &err) == 1) {
		struct wd_feed feed = {0};
		struct wd_build_ctx ctx = {.doc = doc,
			.arena = a,
			.feed_arena = fa,
			.feed = &feed,
			.now_us = doc->fetched_at_us,
			.page_allowed = true,
			.emit = tag,
			.emit_ctx = depth > 1 ? a : NULL};
		docs++;
		if (depth > 0 && wd_build_document(&ctx, &err) < 0)
			fail(err.text);
		wd_arena_reset(a);
		wd_arena_reset(fa);
		wd_doc_free(doc);
	}
	wd_replay_close(r);
	wd_arena_free(a);
	wd_arena_free(fa);
}

static void no_event(struct wd_str line, void *ctx)
{
	(void)line, (void)ctx;
}

static double wall_seconds;

static void whole(void)
{
	const char *const paths[] = {file};
	struct wd_sink_conf sink = {.type = "memory"};
	struct wd_replay_run run = {.paths = paths,
		.count = 1,
		.in = {.at_us = -1},
		.rules = rules,
		.workers = 2,
		.sinks = &sink,
		.sink_count = 1,
		.event = no_event};
	struct wd_replay_result res;
	struct wd_err err;
	int64_t began = wd_clock_mono_us();
	if (wd_replay_run(&run, &res, &err) != WD_OK)
		fail(err.text);
	wall_seconds = (double)(wd_clock_mono_us() - began) / 1e6;
	articles = res.articles;
}

static void step(int which)
{
	if (which == 0)
		bare_zlib();
	else if (which == 1)
		records();
	else if (which < 5)
		documents(which - 2);
	else
		whole();
}

static int by_value(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;
	return a < b ? -1 : a > b;
}

int main(int argc, char **argv)
{
	static const char *const names[STEPS] = {
		"zlib", "records", "documents", "built", "tagged", "replay"};
	double took[STEPS][MAX_ROUNDS], wall[MAX_ROUNDS];
	uint64_t rounds = 0, size = 0;
	struct wd_err err;
	if (argc != 3 || wd_str_to_u64(wd_str_c(argv[1]), 1, MAX_ROUNDS, &rounds) != WD_OK)
		fail("usage: bench_warc ROUNDS FILE");
	file = argv[2];
	if (wd_clean_init(wd_datadir(), &err) < 0 || wd_links_load(wd_datadir(), &err) != WD_OK ||
		wd_rules_load(wd_datadir(), &rules, &err) != WD_OK)
		fail(err.text);
	scratch = wd_tag_scratch_new(rules);
	for (uint64_t i = 0; i < rounds; i++) {
		for (int k = 0; k < STEPS; k++) {
			bytes = docs = articles = 0;
			double began = cpu_seconds();
			step(k);
			took[k][i] = cpu_seconds() - began;
			if (k == 0)
				size = bytes;
		}
		wall[i] = wall_seconds;
	}
	(void)printf("{\"bytes\":%llu,\"articles\":%llu", (unsigned long long)size,
		(unsigned long long)articles);
	for (int k = 0; k < STEPS; k++) {
		qsort(took[k], rounds, sizeof(double), by_value);
		(void)printf(",\"%s\":%.4f", names[k], took[k][rounds / 2]);
	}
	qsort(wall, rounds, sizeof(double), by_value);
	(void)printf(",\"wall\":%.4f}\n", wall[rounds / 2]);
	wd_tag_scratch_free(scratch);
	wd_rules_unref(rules);
	wd_links_unload();
	return 0;
}
