/*
 * `wiredesk extract` and `wiredesk tag`: documents (article pages, plain texts, feeds) → one event
 * an article. Both clean and tag; `tag` takes the publication date, which texts without one need.
 */
#include <getopt.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "daemon/batch.h"
#include "daemon/cmd.h"
#include "parsers/build.h"
#include "parsers/dates.h"
#include "sinks/event.h"
#include "taggers/tagger.h"

static const char help[] =
	"usage: wiredesk extract [--url URL] [--jobs N] [--at TIME] [FILE… | --files-from LIST]\n\n"
	"Article pages, plain texts (with or without HTML debris) and feeds to events, one a line.\n\n"
	"  -u, --url URL          where the document came from: base of relative links\n"
	"  -f, --files-from LIST  one path a line, - for standard input\n"
	"  -j, --jobs N           threads\n"
	"  -a, --at TIME          the clock, ISO 8601\n"
	"  -h, --help             this text\n";

static const char tag_help[] =
	"usage: wiredesk tag [--date DATE] [--jobs N] [--at TIME] [FILE… | --files-from LIST]\n\n"
	"Plain texts or HTML articles to events with topics, entities, themes and flags.\n\n"
	"  -d, --date DATE        when the articles were published\n"
	"  -u, --url URL          where the document came from: base of relative links\n"
	"  -f, --files-from LIST  one path a line, - for standard input\n"
	"  -j, --jobs N           threads\n"
	"  -a, --at TIME          the clock, ISO 8601\n"
	"  -h, --help             this text\n";

/* What all workers share. */
struct shared {
	struct wd_rules *rules;
	struct wd_date date; /* --date */
};

struct worker {
	struct wd_arena *article, *feed;
	struct wd_tag_scratch *scratch;
	const struct shared *shared;
};

static void worker_free(void *p)
{
	struct worker *w = p;
	if (w == NULL)
		return;
	wd_arena_free(w->article);
	wd_arena_free(w->feed);
	wd_tag_scratch_free(w->scratch);
	free(w);
}

static void *worker_new(void *ctx)
{
	const struct shared *shared = ctx;
	struct worker *w = calloc(1, sizeof(*w));
	if (w == NULL)
		return NULL;
	w->article = wd_arena_new(WD_MAX_ARTICLE_ARENA * 4);
	w->feed = wd_arena_new(WD_MAX_ARTICLE_ARENA * 4);
	w->shared = shared;
	w->scratch = wd_tag_scratch_new(shared->rules);
	if (w->article == NULL || w->feed == NULL || w->scratch == NULL) {
		worker_free(w);
		return NULL;
	}
	return w;
}

struct job {
	struct worker *w;
	const struct wd_doc *doc;
	struct wd_batch_out *out;
	struct wd_err *err;
};

static int emit(struct wd_article *art, void *ctx)
{
	struct job *job = ctx;
	struct wd_arena *a = job->w->article;
	struct wd_version version;
	struct wd_event_attrs attrs;
	struct wd_buf data;
	const struct shared *shared = job->w->shared;
	if (shared->date.precision != WD_DATE_NONE)
		art->published = shared->date;
	int r = wd_tag_article(shared->rules, job->w->scratch, a, art, NULL, job->err);
	if (r != WD_OK)
		return r;
	wd_version_first(a, art, job->doc->fetched_at_us, &version);
	wd_event_attrs_make(a, art, &version, &attrs);
	wd_buf_init(&data, WD_EVENT_MAX_BYTES);
	wd_event_data(&data, a, art, &version);
	r = wd_buf_failed(&data) ? WD_E_LIMIT : WD_OK;
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
	struct job job = {w, doc, out, err};
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

static int set_date(struct shared *shared, const char *text)
{
	struct wd_err err = {0};
	struct wd_date_opts opts = {.now_us = wd_clock_now_us(), .no_relative = true};
	if (text[0] == '\0' || wd_date_parse(wd_str_c(text), &opts, &shared->date, &err) == WD_OK)
		return 1;
	(void)fprintf(stderr, "wiredesk: --date '%s': %s\n", text, err.text);
	return -1;
}

static int options(
	int argc, char **argv, const char *usage, struct wd_batch *b, struct shared *shared)
{
	static const struct option longs[] = {WD_BATCH_LONGOPTS,
		{"date", required_argument, NULL, 'd'}, {"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0}};
	bool is_tag = usage == tag_help;
	int opt;
	while ((opt = getopt_long(argc, argv, is_tag ? "u:j:a:f:d:h" : "u:j:a:f:h", longs, NULL)) !=
		-1) {
		if (opt == 'h') {
			(void)fputs(usage, stdout);
			return -1;
		}
		int done = opt == 'd' && is_tag ? set_date(shared, optarg)
						: wd_batch_option(b, opt, optarg);
		if (done == 0)
			(void)fputs(usage, stderr);
		if (done <= 0)
			return WD_EXIT_USAGE;
	}
	for (int i = optind; i < argc; i++) {
		if (wd_batch_add(b, argv[i]) < 0)
			return WD_EXIT_INPUT;
	}
	return WD_EXIT_OK;
}

static int run(int argc, char **argv, const char *usage)
{
	struct wd_batch b;
	struct wd_err err = {0};
	struct shared shared = {0};
	wd_batch_init(&b);
	b.ctx = &shared;
	b.worker_new = worker_new;
	b.worker_free = worker_free;
	b.one = one;
	int status = options(argc, argv, usage, &b, &shared);
	if (status == WD_EXIT_OK && wd_rules_load(wd_datadir(), &shared.rules, &err) != WD_OK) {
		(void)fprintf(stderr, "wiredesk: rules: %s\n", err.text);
		status = WD_EXIT_USAGE;
	}
	if (status == WD_EXIT_OK)
		status = wd_batch_run(&b);
	wd_rules_unref(shared.rules);
	wd_batch_done(&b);
	return status < 0 ? WD_EXIT_OK : status;
}

int wd_cmd_extract(int argc, char **argv)
{
	return run(argc, argv, help);
}

int wd_cmd_tag(int argc, char **argv)
{
	return run(argc, argv, tag_help);
}
