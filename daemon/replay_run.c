/* One replay: documents out of archives into a pipeline, paced, with progress on a terminal. */
#include "daemon/replay_run.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "daemon/pages.h"
#include "daemon/pipeline.h"
#include "daemon/sinkconf.h"

#define SHOW_EVERY_US (WD_SEC / 4)

struct run {
	const struct wd_replay_run *r;
	struct wd_replay *in;
	struct wd_pipeline *pipeline;
	atomic_bool fatal;
	_Atomic uint64_t refused;
	int64_t first_doc_us, paced_from_us; /* of the archive / of the pace */
	int64_t began_us, shown_us;
	bool is_terminal, is_damaged;
};

static void report(const struct wd_doc *doc, const struct wd_feed *feed, size_t articles,
	size_t versions, int rc, const struct wd_err *err, void *ctx)
{
	struct run *run = ctx;
	(void)feed, (void)articles, (void)versions;
	if (rc >= 0)
		return;
	atomic_fetch_add(&run->refused, 1);
	(void)fprintf(stderr, "wiredesk: %.*s: %s\n", WD_STR_ARG(doc->input), err->text);
}

static void fatal(const struct wd_err *err, void *ctx)
{
	atomic_store(&((struct run *)ctx)->fatal, true);
	(void)fprintf(stderr, "wiredesk: %s\n", err->text);
}

static void event(struct wd_str line, void *ctx)
{
	struct run *run = ctx;
	if (run->r->event != NULL)
		run->r->event(line, run->r->ctx);
}

/* ---- progress ---- */

static void put_left(double seconds)
{
	unsigned long s = (unsigned long)(seconds + 0.5);
	if (s >= 3600)
		(void)fprintf(stderr, ", %lu h %02lu min left", s / 3600, s / 60 % 60);
	else if (s >= 60)
		(void)fprintf(stderr, ", %lu min %02lu s left", s / 60, s % 60);
	else
		(void)fprintf(stderr, ", %lu s left", s);
}

/* " 42 %  1200 documents, 5300 articles (2100/s), 900 events, 12 s left" */
static void show(struct run *run, bool is_last)
{
	int64_t now = wd_clock_mono_us();
	if (!run->is_terminal || (now - run->shown_us < SHOW_EVERY_US && !is_last))
		return;
	uint64_t done, total;
	struct wd_pipeline_stats st;
	run->shown_us = now;
	wd_replay_progress(run->in, &done, &total);
	wd_pipeline_stats(run->pipeline, &st);
	double seconds = (double)WD_MAX(now - run->began_us, INT64_C(1)) / 1e6;
	double part = total > 0 ? (double)WD_MIN(done, total) / (double)total : 0;
	(void)fprintf(stderr,
		"\r\x1b[K%3.0f %%  %llu documents, %llu articles (%.0f/s), %llu events", 100 * part,
		(unsigned long long)st.docs_done, (unsigned long long)st.articles,
		(double)st.articles / seconds, (unsigned long long)st.versions);
	if (is_last)
		(void)fprintf(stderr, ", %.1f s\n", seconds);
	else if (part > 0)
		put_left(seconds * (1 - part) / part);
}

/* ---- documents ---- */

/* The archive's pace, or a multiple of it. */
static void keep_pace(struct run *run, const struct wd_doc *doc)
{
	if (run->r->speed <= 0)
		return;
	if (run->paced_from_us == 0) {
		run->first_doc_us = doc->fetched_at_us;
		run->paced_from_us = wd_clock_mono_us();
	}
	double due = (double)(doc->fetched_at_us - run->first_doc_us) / run->r->speed;
	while (!atomic_load(&run->fatal)) {
		int64_t wait = run->paced_from_us + (int64_t)due - wd_clock_mono_us();
		if (wait <= 0)
			return;
		wait = WD_MIN(wait, SHOW_EVERY_US);
		struct timespec ts = {.tv_sec = wait / WD_SEC, .tv_nsec = wait % WD_SEC * 1000};
		(void)nanosleep(&ts, NULL);
		show(run, false);
	}
}

void wd_replay_hints(const struct wd_config *conf, struct wd_doc *doc)
{
	WD_VEC_EACH (const struct wd_feed_conf, f, &conf->feeds) {
		if (wd_str_eq(f->id, doc->feed) || wd_str_eq(f->url, doc->feed_url)) {
			doc->hints = (struct wd_doc_hints){.timezone = f->timezone,
				.language = f->language,
				.charset = f->charset,
				.format = f->format,
				.fulltext = f->fulltext,
				.topics = f->topics.v,
				.topic_count = f->topics.n};
			return;
		}
	}
	WD_VEC_EACH (const struct wd_push_conf, s, &conf->receive.sources) {
		if (wd_str_eq(s->name, doc->feed)) {
			doc->hints = (struct wd_doc_hints){.timezone = s->timezone,
				.language = s->language,
				.charset = s->charset,
				.format = s->format};
			return;
		}
	}
}

static void feed_pipeline(struct run *run)
{
	struct wd_doc *doc = NULL;
	struct wd_err err;
	int got;
	while (!atomic_load(&run->fatal) && (got = wd_replay_next(run->in, &doc, &err)) != 0) {
		if (got < 0) {
			(void)fprintf(stderr, "wiredesk: %s\n", err.text);
			run->is_damaged = true;
			continue;
		}
		if (run->r->conf != NULL)
			wd_replay_hints(run->r->conf, doc);
		doc->hints.fulltext |= run->r->fulltext;
		keep_pace(run, doc);
		if (wd_pipeline_push_wait(run->pipeline, doc) != WD_OK)
			wd_doc_free(doc);
		show(run, false);
	}
}

static bool wants_pages(const struct wd_replay_run *r)
{
	bool any = r->fulltext;
	for (size_t i = 0; r->conf != NULL && i < r->conf->feeds.n && !any; i++)
		any = r->conf->feeds.v[i].fulltext;
	return any;
}

/* All pages of the archives before the first document goes in: what an entry is completed from must
 * not depend on how far the reading has come. */
static int gather_pages(const struct wd_replay_run *r, struct wd_pages **ret, struct wd_err *err)
{
	struct wd_replay_opts opts = {.at_us = r->in.at_us, .max_doc_bytes = r->in.max_doc_bytes};
	wd_cleanup(wd_pages_freep) struct wd_pages *pages = NULL;
	wd_cleanup(wd_replay_closep) struct wd_replay *in = NULL;
	struct wd_doc *doc = NULL;
	uint64_t feeds[2]; /* none has asked yet */
	int rc = wd_pages_new(r->pages_bytes > 0 ? r->pages_bytes : WD_PAGES_BYTES, &pages, err);
	if (rc == WD_OK)
		rc = wd_replay_open(r->paths, r->count, &opts, &in, err);
	if (rc != WD_OK)
		return rc;
	for (int got; (got = wd_replay_next(in, &doc, err)) != 0;) {
		if (got < 0) /* told when the document itself is read */
			continue;
		(void)wd_pages_add(pages, doc, feeds);
		wd_doc_free(doc);
	}
	*ret = wd_take(pages);
	return WD_OK;
}

int wd_replay_run(const struct wd_replay_run *r, struct wd_replay_result *ret, struct wd_err *err)
{
	struct run run = {
		.r = r, .began_us = wd_clock_mono_us(), .is_terminal = isatty(STDERR_FILENO) != 0};
	struct wd_pipeline_opts po = {.rules = r->rules,
		.page_allowed = true,
		.virtual_clock = true,
		.sinks = r->sinks,
		.sink_count = r->sink_count,
		.report = report,
		.event = event,
		.fatal = fatal,
		.ctx = &run};
	if (r->conf != NULL)
		wd_sinkconf_pipeline(r->conf, &po);
	if (r->sink_count == 0 || r->sinks[0].routes == NULL)
		po.route_count = 0; /* into one topic of the command's choice */
	po.workers = r->workers;
	po.outbox_max_bytes = 0; /* the store is in memory */
	wd_cleanup(wd_replay_closep) struct wd_replay *in = NULL;
	wd_cleanup(wd_pages_freep) struct wd_pages *pages = NULL;
	wd_cleanup(wd_pipeline_freep) struct wd_pipeline *pipeline = NULL;
	int rc = wants_pages(r) ? gather_pages(r, &pages, err) : WD_OK;
	po.pages = pages;
	if (rc == WD_OK)
		rc = wd_replay_open(r->paths, r->count, &r->in, &in, err);
	if (rc == WD_OK)
		rc = wd_pipeline_new(&po, &pipeline, err);
	if (rc != WD_OK)
		return rc;
	run.in = in;
	run.pipeline = pipeline;
	feed_pipeline(&run);
	rc = wd_pipeline_drain(pipeline, -1);
	show(&run, true);
	struct wd_pipeline_stats st;
	wd_pipeline_stats(pipeline, &st);
	*ret = (struct wd_replay_result){.documents = st.docs_done + st.docs_failed,
		.refused = atomic_load(&run.refused),
		.articles = st.articles,
		.events = st.versions,
		.is_damaged = run.is_damaged};
	if (rc != WD_OK || atomic_load(&run.fatal))
		return wd_err_set(err, WD_E_SYS, "not everything could be delivered");
	return WD_OK;
}
