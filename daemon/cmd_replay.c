/*
 * `wiredesk replay`: archives (folders, tar, WARC, JSONL, single files) through the whole pipeline.
 *
 * The clock is the archive's: every document comes with the time it was fetched then, and nothing
 * below asks another. So the same archive with the same rules gives the same bytes, whatever the
 * number of workers. The desk starts with an empty memory in a store of its own.
 */
#include <getopt.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "daemon/cmd.h"
#include "daemon/cmdconf.h"
#include "daemon/pipeline.h"
#include "daemon/sinkconf.h"
#include "parsers/dates.h"
#include "parsers/links.h"
#include "sources/replay.h"
#include "taggers/tagger.h"

static const char help[] =
	"usage: wiredesk replay [OPTION…] ARCHIVE…\n\n"
	"Archives (folder, tar, WARC, JSONL, file) through the whole pipeline with a virtual clock.\n\n"
	"  -s, --sink SINK     stdout (default), jsonl:FILE, or kafka (section kafka and sinks of -c)\n"
	"  -w, --workers N     threads; the output does not depend on it\n"
	"  -p, --speed SPEED   max (default), realtime, or Nx\n"
	"  -e, --expect FILE   compare the events with the file's; exit status 1 when they differ\n"
	"  -a, --at TIME       the time of documents that carry none\n"
	"  -F, --feed NAME     only this feed's documents\n"
	"  -c, --config FILE   configuration\n"
	"  -h, --help          this text\n";

struct replay {
	const char *sink, *expect, *config, *feed;
	unsigned workers;
	double speed; /* 0: as fast as can be */
	int64_t at_us;

	/* run */
	struct wd_config *cf;
	struct wd_rules *rules;
	struct wd_str want, rest; /* --expect */
	size_t line;
	atomic_bool differs, fatal;
	_Atomic uint64_t failed;
	int64_t first_doc_us, began_us;
};

/* ---- --expect ---- */

static void compare(struct wd_str line, void *ctx)
{
	struct replay *r = ctx;
	struct wd_str want = WD_STR_NONE;
	line = wd_str_trim(line);
	bool more = wd_str_line(&r->rest, &want);
	r->line++;
	if (more && wd_str_eq(wd_str_trim(want), line))
		return;
	if (atomic_exchange(&r->differs, true))
		return;
	size_t at = 0;
	while (at < want.n && at < line.n && want.p[at] == line.p[at])
		at++;
	size_t from = at > 40 ? at - 40 : 0;
	(void)fprintf(stderr,
		"wiredesk: %s:%zu: event differs at byte %zu:\n  want …%.*s…\n  got  …%.*s…\n",
		r->expect, r->line, at, WD_STR_ARG(wd_str_sub(want, from, at + 80)),
		WD_STR_ARG(wd_str_sub(line, from, at + 80)));
}

/* ---- documents ---- */

static void report(const struct wd_doc *doc, const struct wd_feed *feed, size_t articles,
	size_t versions, int rc, const struct wd_err *err, void *ctx)
{
	struct replay *r = ctx;
	(void)feed, (void)articles, (void)versions;
	if (rc >= 0)
		return;
	atomic_fetch_add(&r->failed, 1);
	(void)fprintf(stderr, "wiredesk: %.*s: %s\n", WD_STR_ARG(doc->input), err->text);
}

static void fatal(const struct wd_err *err, void *ctx)
{
	atomic_store(&((struct replay *)ctx)->fatal, true);
	(void)fprintf(stderr, "wiredesk: %s\n", err->text);
}

/* The archive's pace, or faster. */
static void keep_pace(struct replay *r, const struct wd_doc *doc)
{
	if (r->speed <= 0)
		return;
	if (r->first_doc_us == 0) {
		r->first_doc_us = doc->fetched_at_us;
		r->began_us = wd_clock_mono_us();
	}
	double due = (double)(doc->fetched_at_us - r->first_doc_us) / r->speed;
	int64_t wait = r->began_us + (int64_t)due - wd_clock_mono_us();
	if (wait <= 0)
		return;
	struct timespec ts = {.tv_sec = wait / WD_SEC, .tv_nsec = wait % WD_SEC * 1000};
	(void)nanosleep(&ts, NULL);
}

static void progress(struct wd_replay *in, struct wd_pipeline *p, int64_t *next_us, bool last)
{
	int64_t now = wd_clock_mono_us();
	if (isatty(STDERR_FILENO) == 0 || (now < *next_us && !last))
		return;
	uint64_t done, total;
	struct wd_pipeline_stats st;
	*next_us = now + WD_SEC / 2;
	wd_replay_progress(in, &done, &total);
	wd_pipeline_stats(p, &st);
	(void)fprintf(stderr, "\r%3.0f %%  %llu documents, %llu articles, %llu events%s",
		total > 0 ? 100.0 * (double)done / (double)total : 0.0,
		(unsigned long long)st.docs_done, (unsigned long long)st.articles,
		(unsigned long long)st.versions, last ? "\n" : "");
}

static int feed_pipeline(struct replay *r, struct wd_replay *in, struct wd_pipeline *p)
{
	int status = WD_EXIT_OK, got;
	int64_t next_us = 0;
	struct wd_doc *doc = NULL;
	struct wd_err err;
	while (!atomic_load(&r->fatal) && (got = wd_replay_next(in, &doc, &err)) != 0) {
		if (got < 0) {
			(void)fprintf(stderr, "wiredesk: %s\n", err.text);
			status = WD_EXIT_INPUT;
			continue;
		}
		keep_pace(r, doc);
		if (wd_pipeline_push_wait(p, doc) != WD_OK)
			wd_doc_free(doc);
		progress(in, p, &next_us, false);
	}
	if (wd_pipeline_drain(p, -1) != WD_OK)
		status = WD_EXIT_INPUT;
	progress(in, p, &next_us, true);
	return status;
}

/* ---- set-up ---- */

static int choose_sinks(struct replay *r, struct wd_sink_conf *one, struct wd_sinkconf **list,
	struct wd_pipeline_opts *po, struct wd_err *err)
{
	po->sinks = one;
	po->sink_count = 1;
	if (r->expect != NULL) {
		one->type = "memory";
	} else if (strcmp(r->sink, "stdout") == 0) {
		one->type = "stdout";
	} else if (strncmp(r->sink, "jsonl:", 6) == 0) {
		one->type = "jsonl";
		one->path = r->sink + 6;
	} else if (strcmp(r->sink, "kafka") == 0) {
		int rc = wd_sinkconf_new(r->cf, "kafka", list, err);
		if (rc != WD_OK)
			return rc;
		po->sinks = wd_sinkconf_list(*list, &po->sink_count);
		if (po->sink_count == 0)
			return wd_err_set(err, WD_E_MALFORMED,
				"--sink kafka: the configuration has no sink of type kafka");
	} else {
		return wd_err_set(err, WD_E_MALFORMED,
			"--sink %s: stdout, jsonl:FILE or kafka is known", r->sink);
	}
	return WD_OK;
}

static int run(struct replay *r, char **paths, size_t count, struct wd_err *err)
{
	struct wd_sink_conf one = {0};
	wd_cleanup(wd_sinkconf_freep) struct wd_sinkconf *list = NULL;
	wd_cleanup(wd_pipeline_freep) struct wd_pipeline *p = NULL;
	wd_cleanup(wd_replay_closep) struct wd_replay *in = NULL;
	struct wd_pipeline_opts po = {.workers = r->workers,
		.rules = r->rules,
		.page_allowed = true,
		.report = report,
		.event = compare,
		.fatal = fatal,
		.ctx = r};
	struct wd_replay_opts ro = {.at_us = r->at_us, .feed = r->feed};
	if (choose_sinks(r, &one, &list, &po, err) != WD_OK)
		return -WD_EXIT_USAGE;
	if (wd_replay_open((const char *const *)paths, count, &ro, &in, err) != WD_OK ||
		wd_pipeline_new(&po, &p, err) != WD_OK)
		return -WD_EXIT_INPUT;
	int status = feed_pipeline(r, in, p);
	/* Archives hold what sites really sent, broken documents too: a comparison passes with
	 * them. */
	if ((atomic_load(&r->failed) > 0 && r->expect == NULL) || atomic_load(&r->fatal))
		status = WD_EXIT_INPUT;
	struct wd_str missing;
	if (r->expect != NULL && wd_str_line(&r->rest, &missing) && wd_str_trim(missing).n > 0 &&
		!atomic_exchange(&r->differs, true))
		(void)fprintf(
			stderr, "wiredesk: %s:%zu: an event is missing\n", r->expect, r->line + 1);
	return atomic_load(&r->differs) ? WD_EXIT_INPUT : status;
}

static int load(struct replay *r, struct wd_err *err)
{
	int rc = wd_cmd_config(r->config, &r->cf, err);
	if (rc != WD_OK)
		return rc;
	rc = wd_links_load(wd_datadir(), err);
	if (rc == WD_OK)
		rc = wd_rules_load(wd_datadir(), &r->rules, err);
	if (rc == WD_OK && r->expect != NULL)
		rc = wd_file_read(r->expect, SIZE_MAX / 2, &r->want, err);
	r->rest = r->want;
	return rc;
}

static bool parse_speed(const char *arg, double *ret)
{
	struct wd_str s = wd_str_c(arg);
	uint64_t n;
	*ret = 0;
	if (wd_str_eqc(s, "max"))
		return true;
	*ret = 1;
	if (wd_str_eqc(s, "realtime"))
		return true;
	if (s.n < 2 || s.p[s.n - 1] != 'x' ||
		wd_str_to_u64(wd_str_sub(s, 0, s.n - 1), 1, 1000000, &n) != WD_OK)
		return false;
	*ret = (double)n;
	return true;
}

static bool parse_time(const char *arg, int64_t *ret)
{
	struct wd_date d;
	struct wd_date_opts opts = {
		.now_us = WD_REPLAY_EPOCH_US, .timezone = WD_STR("UTC"), .no_relative = true};
	if (wd_date_parse(wd_str_c(arg), &opts, &d, NULL) != WD_OK)
		return false;
	*ret = d.us;
	return true;
}

static int usage(const char *option, const char *arg)
{
	(void)fprintf(
		stderr, "wiredesk replay: %s %s is not understood; see --help\n", option, arg);
	return WD_EXIT_USAGE;
}

int wd_cmd_replay(int argc, char **argv)
{
	static const struct option longs[] = {{"sink", required_argument, NULL, 's'},
		{"workers", required_argument, NULL, 'w'}, {"speed", required_argument, NULL, 'p'},
		{"expect", required_argument, NULL, 'e'}, {"at", required_argument, NULL, 'a'},
		{"feed", required_argument, NULL, 'F'}, {"config", required_argument, NULL, 'c'},
		{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	struct replay r = {.sink = "stdout", .at_us = -1};
	struct wd_err err = {0};
	uint64_t n = 0;
	int opt;
	while ((opt = getopt_long(argc, argv, "s:w:p:e:a:F:c:h", longs, NULL)) != -1) {
		switch (opt) {
		case 's':
			r.sink = optarg;
			break;
		case 'w':
			if (wd_str_to_u64(wd_str_c(optarg), 1, 64, &n) != WD_OK)
				return usage("--workers", optarg);
			r.workers = (unsigned)n;
			break;
		case 'p':
			if (!parse_speed(optarg, &r.speed))
				return usage("--speed", optarg);
			break;
		case 'e':
			r.expect = optarg;
			break;
		case 'a':
			if (!parse_time(optarg, &r.at_us))
				return usage("--at", optarg);
			break;
		case 'F':
			r.feed = optarg;
			break;
		case 'c':
			r.config = optarg;
			break;
		case 'h':
			(void)fputs(help, stdout);
			return WD_EXIT_OK;
		default:
			return WD_EXIT_USAGE;
		}
	}
	if (optind >= argc) {
		(void)fputs(help, stderr);
		return WD_EXIT_USAGE;
	}
	wd_log_set_level(WD_LOG_WARNING);
	int status = load(&r, &err) == WD_OK ? run(&r, argv + optind, (size_t)(argc - optind), &err)
					     : -WD_EXIT_USAGE;
	if (status < 0)
		(void)fprintf(stderr, "wiredesk: %s\n", err.text);
	free(wd_unconst(r.want.p));
	wd_rules_unref(r.rules);
	wd_links_unload();
	wd_config_unref(r.cf);
	return status < 0 ? -status : status;
}
