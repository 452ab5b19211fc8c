/*
 * `wiredesk extract`: documents (article pages, plain texts, feeds) → one event an article.
 */
#include <getopt.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/limits.h"
#include "daemon/batch.h"
#include "daemon/cmd.h"
#include "parsers/build.h"
#include "sinks/event.h"

static const char help[] =
	"usage: wiredesk extract [--url URL] [--jobs N] [--at TIME] [FILE… | --files-from LIST]\n\n"
	"Article pages, plain texts (with or without HTML debris) and feeds to events, one a line.\n\n"
	"  -u, --url URL          where the document came from: base of relative links\n"
	"  -f, --files-from LIST  one path a line, - for standard input\n"
	"  -j, --jobs N           threads\n"
	"  -a, --at TIME          the clock, ISO 8601\n"
	"  -h, --help             this text\n";

struct worker {
	struct wd_arena *article, *feed;
};

static void worker_free(void *p)
{
	struct worker *w = p;
	if (w == NULL)
		return;
	wd_arena_free(w->article);
	wd_arena_free(w->feed);
	free(w);
}

static void *worker_new(void *ctx)
{
	(void)ctx;
	struct worker *w = calloc(1, sizeof(*w));
	if (w == NULL)
		return NULL;
	w->article = wd_arena_new(WD_MAX_ARTICLE_ARENA * 4);
	w->feed = wd_arena_new(WD_MAX_ARTICLE_ARENA * 4);
	if (w->article == NULL || w->feed == NULL) {
		worker_free(w);
		return NULL;
	}
	return w;
}

struct job {
	struct worker *w;
	const struct wd_doc *doc;
	struct wd_batch_out *out;
};

static int emit(struct wd_article *art, void *ctx)
{
	struct job *job = ctx;
	struct wd_arena *a = job->w->article;
	struct wd_version version;
	struct wd_event_attrs attrs;
	struct wd_buf data;
	wd_version_first(a, art, job->doc->fetched_at_us, &version);
	wd_event_attrs_make(a, art, &version, &attrs);
	wd_buf_init(&data, WD_EVENT_MAX_BYTES);
	wd_event_data(&data, a, art, &version);
	int r = wd_buf_failed(&data) ? WD_E_LIMIT : WD_OK;
	if (r == WD_OK) {
		wd_event_structured(wd_batch_buf(job->out), &attrs, wd_buf_str(&data));
		wd_batch_line(job->out);
	}
	wd_buf_done(&data);
	return r;
}

static int one(void *worker, struct wd_doc *doc, struct wd_batch_out *out, struct wd_err *err)
{
	struct worker *w = worker;
	struct wd_feed feed = {0};
	struct job job = {w, doc, out};
	struct wd_build_ctx ctx = {.doc = doc,
		.arena = w->article,
		.feed_arena = w->feed,
		.feed = &feed,
		.now_us = doc->fetched_at_us,
		.page_allowed = true,
		.emit = emit,
		.emit_ctx = &job};
	int r = wd_build_document(&ctx, err);
	wd_arena_reset(w->feed);
	return r;
}

int wd_cmd_extract(int argc, char **argv)
{
	static const struct option longs[] = {
		WD_BATCH_LONGOPTS, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	struct wd_batch b;
	int opt, status = WD_EXIT_OK;
	wd_batch_init(&b);
	b.worker_new = worker_new;
	b.worker_free = worker_free;
	b.one = one;
	while (status == WD_EXIT_OK &&
		(opt = getopt_long(argc, argv, "u:j:a:f:h", longs, NULL)) != -1) {
		if (opt == 'h') {
			(void)fputs(help, stdout);
			wd_batch_done(&b);
			return WD_EXIT_OK;
		}
		int done = wd_batch_option(&b, opt, optarg);
		if (done == 0)
			(void)fputs(help, stderr);
		if (done <= 0)
			status = WD_EXIT_USAGE;
	}
	for (int i = optind; status == WD_EXIT_OK && i < argc; i++) {
		if (wd_batch_add(&b, argv[i]) < 0)
			status = WD_EXIT_INPUT;
	}
	if (status == WD_EXIT_OK)
		status = wd_batch_run(&b);
	wd_batch_done(&b);
	return status;
}
