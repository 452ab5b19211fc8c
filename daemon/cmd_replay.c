/*
 * `wiredesk replay`: archives (folders, tar, WARC, JSONL, single files) through the whole pipeline.
 *
 * The clock is the archive's: every document comes with the time it was fetched then, and nothing
 * below asks another. So the same archive with the same rules gives the same bytes, whatever the
 * number of workers. The desk starts with an empty memory in a store of its own; events that go to
 * Kafka are marked, and never go out under the daemon's transactional id.
 *
 * --expect compares with what a person kept, --against with another rule set or program; both by
 * daemon/compare.h.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "daemon/cmd.h"
#include "daemon/cmdconf.h"
#include "daemon/compare.h"
#include "daemon/replay_other.h"
#include "daemon/replay_run.h"
#include "daemon/sinkconf.h"
#include "parsers/dates.h"
#include "parsers/links.h"

static const char help[] =
	"usage: wiredesk replay [OPTION…] ARCHIVE…\n\n"
	"Archives (WARC, folder, tar, JSONL, file) through the whole pipeline with a virtual clock.\n"
	"The live store is never touched.\n\n"
	"  -s, --sink SINK     stdout (default), jsonl:FILE (begun anew), kafka:TOPIC, or\n"
	"                      kafka (the topics of -c); in Kafka every record has the header\n"
	"                      wd_replay, so that consumers can tell it from news\n"
	"  -w, --workers N     threads; the output does not depend on it\n"
	"  -p, --speed SPEED   max (default), realtime, or Nx\n"
	"      --from TIME     only documents fetched then or later\n"
	"      --to TIME       … and before this time\n"
	"  -F, --feed NAME     only this feed's documents (its name or URL)\n"
	"      --fulltext      every feed's entries are completed from their pages in the archives\n"
	"                      (else those of feeds with fulltext in -c)\n"
	"  -a, --at TIME       the time of documents that carry none\n"
	"  -e, --expect FILE   compare the events with the file's, tell each difference;\n"
	"                      exit status 1 when there are any\n"
	"      --update        … and make FILE what came out\n"
	"      --rules DIR     this rule set instead of the configured one\n"
	"      --against OTHER what would change with OTHER: a folder of rules, a configuration\n"
	"                      (.yaml), another wiredesk program, or a file of its events\n"
	"      --examples N    articles shown by --against (default 10)\n"
	"  -c, --config FILE   configuration\n"
	"  -h, --help          this text\n";

struct replay {
	const char *sink, *expect, *against, *config, *rules_dir;
	const char *at, *from, *to;
	bool update;
	uint64_t examples;
	struct wd_replay_run run;

	struct wd_config *cf;
	struct wd_rules *rules;
	struct wd_compare *compare;
	FILE *events;   /* --update: the new file; --against: this side */
	bool is_torn;   /* events could not be written */
	bool is_set_up; /* errors behind this are no longer those of command line or configuration
			 */
};

/* ---- what becomes of the events ---- */

static void take_event(struct wd_str line, void *ctx)
{
	struct replay *r = ctx;
	if (r->compare != NULL)
		wd_compare_event(r->compare, line);
	if (r->events != NULL && fwrite(line.p, 1, line.n, r->events) != line.n)
		r->is_torn = true;
}

static bool is_colored(FILE *f)
{
	return isatty(fileno(f)) != 0 && getenv("NO_COLOR") == NULL;
}

static int run(struct replay *r, struct wd_replay_result *res, struct wd_err *err)
{
	struct wd_sink_conf memory = {.type = "memory"};
	r->run.sinks = &memory;
	r->run.sink_count = 1;
	r->run.event = take_event;
	r->run.ctx = r;
	return wd_replay_run(&r->run, res, err);
}

/* ---- --expect ---- */

static int put_in_place(struct replay *r, const char *tmp, struct wd_err *err)
{
	bool ok = fflush(r->events) == 0 && fsync(fileno(r->events)) == 0 && !r->is_torn;
	(void)fclose(wd_take(r->events));
	if (ok && rename(tmp, r->expect) == 0)
		return WD_OK;
	(void)unlink(tmp);
	return wd_err_set(err, WD_E_SYS, "write '%s': %s", r->expect, strerror(errno));
}

/* The new file beside the old one, so that a replay that fails leaves the old one. */
static int run_and_update(struct replay *r, struct wd_replay_result *res, struct wd_err *err)
{
	char tmp[4096];
	if (snprintf(tmp, sizeof(tmp), "%s.tmp", r->expect) >= (int)sizeof(tmp))
		return wd_err_set(err, WD_E_LIMIT, "--expect: the path is too long");
	r->events = fopen(tmp, "wbe");
	if (r->events == NULL)
		return wd_err_set(err, WD_E_SYS, "write '%s': %s", tmp, strerror(errno));
	int rc = run(r, res, err);
	if (rc == WD_OK)
		return put_in_place(r, tmp, err);
	(void)fclose(wd_take(r->events));
	(void)unlink(tmp);
	return rc;
}

static int expect(struct replay *r, struct wd_err *err)
{
	struct wd_compare_opts co = {
		.out = stdout, .examples = SIZE_MAX, .color = is_colored(stdout)};
	struct wd_compare_counts n;
	struct wd_replay_result res;
	struct wd_str want = WD_STR_NONE;
	int rc = WD_OK;
	if (!r->update || access(r->expect, F_OK) == 0)
		rc = wd_file_read(r->expect, SIZE_MAX / 2, &want, err);
	else
		co.out = NULL; /* a first recording: all of it is new */
	if (rc == WD_OK)
		rc = wd_compare_new(want, r->expect, &co, &r->compare, err);
	if (rc == WD_OK)
		rc = r->update ? run_and_update(r, &res, err) : run(r, &res, err);
	if (rc == WD_OK) {
		wd_compare_end(r->compare, &n);
		(void)printf("%zu events, %zu as expected, %zu changed, %zu missing, %zu added%s\n",
			n.after, n.same, n.changed, n.missing, n.added,
			r->update ? "; the file was updated" : "");
	}
	wd_compare_free(wd_take(r->compare));
	free(wd_unconst(want.p));
	if (rc != WD_OK)
		return rc;
	bool differs = n.changed + n.missing + n.added > 0 && !r->update;
	/* Archives hold what sites really sent, broken documents too: those are no difference. */
	return differs || res.is_damaged ? WD_EXIT_INPUT : WD_EXIT_OK;
}

/* ---- --against ---- */

/* The whole file as a slice; munmap it. */
static int map(FILE *f, struct wd_str *ret, struct wd_err *err)
{
	struct stat st;
	*ret = WD_STR_NONE;
	if (fflush(f) != 0 || fstat(fileno(f), &st) != 0)
		return wd_err_set(err, WD_E_SYS, "temporary file: %s", strerror(errno));
	if (st.st_size == 0)
		return WD_OK;
	void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fileno(f), 0);
	if (p == MAP_FAILED)
		return wd_err_set(err, WD_E_SYS, "temporary file: %s", strerror(errno));
	*ret = (struct wd_str){p, (size_t)st.st_size};
	return WD_OK;
}

static void tell_changes(
	const struct wd_compare *c, const struct wd_compare_counts *n, struct wd_str shown)
{
	(void)printf("%zu events before, %zu after: %zu the same, %zu changed, %zu gone, %zu new\n",
		n->before, n->after, n->same, n->changed, n->missing, n->added);
	if (n->changed > 0) {
		(void)puts("\nArticles by field:");
		wd_compare_fields(c, stdout);
	}
	if (shown.n > 0)
		(void)printf("\nExamples:\n%.*s", WD_STR_ARG(shown));
}

/* Both sets of events are there: this side's as `before`, the other's in a file. */
static int tell(struct replay *r, struct wd_str before, FILE *other, struct wd_err *err)
{
	char *text = NULL, *line = NULL;
	size_t size = 0, cap = 0;
	FILE *examples = open_memstream(&text, &size);
	struct wd_compare_opts co = {
		.out = examples, .examples = (size_t)r->examples, .color = is_colored(stdout)};
	if (examples == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	int rc = wd_compare_new(before, "this side", &co, &r->compare, err);
	while (rc == WD_OK) {
		ssize_t n = getline(&line, &cap, other);
		if (n < 0)
			break;
		wd_compare_event(r->compare, (struct wd_str){line, (size_t)n});
	}
	free(line);
	if (rc == WD_OK) {
		struct wd_compare_counts n;
		wd_compare_end(r->compare, &n); /* what is gone belongs to the examples */
		(void)fclose(wd_take(examples));
		tell_changes(r->compare, &n, (struct wd_str){text, size});
	} else {
		(void)fclose(examples);
	}
	wd_compare_free(wd_take(r->compare));
	free(text);
	return rc;
}

static int against(struct replay *r, struct wd_err *err)
{
	struct wd_replay_other o = {.paths = r->run.paths,
		.fulltext = r->run.fulltext,
		.count = r->run.count,
		.at = r->at,
		.from = r->from,
		.to = r->to,
		.feed = r->run.in.feed,
		.config = r->config,
		.rules = r->rules_dir};
	struct wd_replay_result res;
	struct wd_str before = WD_STR_NONE;
	FILE *other = NULL;
	r->events = tmpfile();
	if (r->events == NULL)
		return wd_err_set(err, WD_E_SYS, "temporary file: %s", strerror(errno));
	int rc = run(r, &res, err);
	if (rc == WD_OK && r->is_torn)
		rc = wd_err_set(err, WD_E_SYS, "temporary file: %s", strerror(errno));
	if (rc == WD_OK)
		rc = wd_replay_other(&o, r->against, &other, err);
	if (rc == WD_OK)
		rc = map(r->events, &before, err);
	if (rc == WD_OK)
		rc = tell(r, before, other, err);
	if (before.n > 0)
		(void)munmap(wd_unconst(before.p), before.n);
	if (other != NULL)
		(void)fclose(other);
	(void)fclose(wd_take(r->events));
	if (rc != WD_OK)
		return rc;
	return res.is_damaged ? WD_EXIT_INPUT : WD_EXIT_OK;
}

/* ---- into a sink ---- */

/* The file holds this replay alone, so it is begun anew; never one that the daemon writes. */
static int begin_file(const struct replay *r, const char *path, struct wd_err *err)
{
	struct stat ours, its;
	char sink[4096];
	bool exists = stat(path, &ours) == 0;
	WD_VEC_EACH (const struct wd_config_sink, s, &r->cf->sinks) {
		(void)snprintf(sink, sizeof(sink), "%.*s", WD_STR_ARG(s->path));
		if (exists && s->type == WD_SINK_JSONL && stat(sink, &its) == 0 &&
			ours.st_dev == its.st_dev && ours.st_ino == its.st_ino)
			return wd_err_set(err, WD_E_DENIED,
				"--sink jsonl:%s: the daemon writes this file; choose another",
				path);
	}
	if (exists && S_ISREG(ours.st_mode) && truncate(path, 0) != 0)
		return wd_err_set(err, WD_E_SYS, "write '%s': %s", path, strerror(errno));
	return WD_OK;
}

static int choose_sink(
	struct replay *r, struct wd_sink_conf *one, struct wd_sinkconf **list, struct wd_err *err)
{
	const char *sink = r->sink != NULL ? r->sink : "stdout";
	r->run.sinks = one;
	r->run.sink_count = 1;
	if (strcmp(sink, "stdout") == 0) {
		one->type = "stdout";
	} else if (strncmp(sink, "jsonl:", 6) == 0) {
		one->type = "jsonl";
		one->path = sink + 6;
		return begin_file(r, one->path, err);
	} else if (strcmp(sink, "kafka") == 0 || strncmp(sink, "kafka:", 6) == 0) {
		int rc = wd_sinkconf_replay(r->cf, sink[5] == ':' ? sink + 6 : NULL, list, err);
		if (rc != WD_OK)
			return rc;
		r->run.sinks = wd_sinkconf_list(*list, &r->run.sink_count);
		if (r->run.sink_count == 0)
			return wd_err_set(err, WD_E_MALFORMED,
				"--sink kafka: the configuration has no sink of type kafka; name the topic (kafka:TOPIC)");
	} else {
		return wd_err_set(err, WD_E_MALFORMED,
			"--sink %s: stdout, jsonl:FILE, kafka or kafka:TOPIC is known", sink);
	}
	return WD_OK;
}

static int into_sink(struct replay *r, struct wd_err *err)
{
	struct wd_sink_conf one = {0};
	struct wd_replay_result res;
	wd_cleanup(wd_sinkconf_freep) struct wd_sinkconf *list = NULL;
	if (choose_sink(r, &one, &list, err) != WD_OK)
		return WD_E_MALFORMED;
	r->is_set_up = true;
	int rc = wd_replay_run(&r->run, &res, err);
	if (rc != WD_OK)
		return rc;
	return res.is_damaged || res.refused > 0 ? WD_EXIT_INPUT : WD_EXIT_OK;
}

/* ---- options ---- */

static int load(struct replay *r, struct wd_err *err)
{
	char dir[4096];
	int rc = wd_cmd_config(r->config, &r->cf, err);
	if (rc != WD_OK)
		return rc;
	(void)snprintf(dir, sizeof(dir), "%.*s", WD_STR_ARG(r->cf->topics.path));
	const char *rules = r->rules_dir != NULL ? r->rules_dir
			    : dir[0] != '\0'     ? dir
						 : wd_datadir();
	rc = wd_links_load(wd_datadir(), err);
	if (rc == WD_OK)
		rc = wd_rules_load(rules, &r->rules, err);
	r->run.conf = r->cf;
	r->run.rules = r->rules;
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

enum { OPT_FROM = 256, OPT_TO, OPT_UPDATE, OPT_RULES, OPT_AGAINST, OPT_EXAMPLES, OPT_FULLTEXT };

static const struct option longs[] = {{"sink", required_argument, NULL, 's'},
	{"workers", required_argument, NULL, 'w'}, {"speed", required_argument, NULL, 'p'},
	{"from", required_argument, NULL, OPT_FROM}, {"to", required_argument, NULL, OPT_TO},
	{"expect", required_argument, NULL, 'e'}, {"update", no_argument, NULL, OPT_UPDATE},
	{"rules", required_argument, NULL, OPT_RULES},
	{"against", required_argument, NULL, OPT_AGAINST},
	{"examples", required_argument, NULL, OPT_EXAMPLES},
	{"fulltext", no_argument, NULL, OPT_FULLTEXT}, {"at", required_argument, NULL, 'a'},
	{"feed", required_argument, NULL, 'F'}, {"config", required_argument, NULL, 'c'},
	{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};

/* False: the argument is not understood. */
static bool take_option(struct replay *r, int opt, const char *arg)
{
	uint64_t n = 0;
	switch (opt) {
	case 's':
		r->sink = arg;
		return true;
	case 'w':
		if (wd_str_to_u64(wd_str_c(arg), 1, 64, &n) != WD_OK)
			return false;
		r->run.workers = (unsigned)n;
		return true;
	case 'p':
		return parse_speed(arg, &r->run.speed);
	case OPT_FROM:
		r->from = arg;
		return parse_time(arg, &r->run.in.from_us);
	case OPT_TO:
		r->to = arg;
		return parse_time(arg, &r->run.in.to_us);
	case 'a':
		r->at = arg;
		return parse_time(arg, &r->run.in.at_us);
	case 'e':
		r->expect = arg;
		return true;
	case OPT_FULLTEXT:
		r->run.fulltext = true;
		return true;
	case OPT_UPDATE:
		r->update = true;
		return true;
	case OPT_RULES:
		r->rules_dir = arg;
		return true;
	case OPT_AGAINST:
		r->against = arg;
		return true;
	case OPT_EXAMPLES:
		return wd_str_to_u64(wd_str_c(arg), 0, 1000000, &r->examples) == WD_OK;
	case 'F':
		r->run.in.feed = arg;
		return true;
	case 'c':
		r->config = arg;
		return true;
	default:
		return false;
	}
}

static const char *contradiction(const struct replay *r)
{
	if (r->update && r->expect == NULL)
		return "--update belongs to --expect";
	if (r->expect != NULL && r->against != NULL)
		return "--expect and --against are two comparisons; choose one";
	if (r->sink != NULL && (r->expect != NULL || r->against != NULL))
		return "a comparison prints no events: leave --sink out";
	return NULL;
}

int wd_cmd_replay(int argc, char **argv)
{
	struct replay r = {.run = {.in = {.at_us = -1}}, .examples = 10};
	struct wd_err err = {0};
	int opt, index = -1;
	while ((opt = getopt_long(argc, argv, "s:w:p:e:a:F:c:h", longs, &index)) != -1) {
		if (opt == 'h') {
			(void)fputs(help, stdout);
			return WD_EXIT_OK;
		}
		if (opt == '?') {
			(void)fputs(help, stderr);
			return WD_EXIT_USAGE;
		}
		if (!take_option(&r, opt, optarg)) {
			(void)fprintf(stderr,
				"wiredesk replay: '%s' is not understood here; see --help\n",
				optarg);
			return WD_EXIT_USAGE;
		}
	}
	const char *wrong = contradiction(&r);
	if (wrong != NULL || optind >= argc) {
		(void)fprintf(stderr, wrong != NULL ? "wiredesk replay: %s\n" : "%s",
			wrong != NULL ? wrong : help);
		return WD_EXIT_USAGE;
	}
	wd_log_set_level(WD_LOG_WARNING);
	r.run.paths = (const char *const *)argv + optind;
	r.run.count = (size_t)(argc - optind);
	int status = load(&r, &err);
	r.is_set_up = status == WD_OK && (r.expect != NULL || r.against != NULL);
	if (status == WD_OK)
		status = r.expect != NULL    ? expect(&r, &err)
			 : r.against != NULL ? against(&r, &err)
					     : into_sink(&r, &err);
	if (status < 0) {
		(void)fprintf(stderr, "wiredesk: %s\n", err.text);
		status = r.is_set_up ? WD_EXIT_INPUT : WD_EXIT_USAGE;
	}
	wd_rules_unref(r.rules);
	wd_links_unload();
	wd_config_unref(r.cf);
	return status;
}
