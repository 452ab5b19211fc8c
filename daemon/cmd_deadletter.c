/*
 * `wiredesk deadletter list|show|requeue`: documents nobody could read and events nobody would
 * take.
 *
 * requeue gives a document to the pipeline again (with today's parsers; its events wait in the
 * outbox for the daemon), and an event back to the outbox. What works is dropped from the dead
 * letters, what fails again stays.
 */
#include <getopt.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "daemon/cmd.h"
#include "daemon/cmdconf.h"
#include "daemon/pipeline.h"
#include "parsers/links.h"
#include "taggers/tagger.h"

static const char help[] =
	"usage: wiredesk deadletter [-c FILE] list | show ID | requeue ID… | requeue all\n\n"
	"  list         one JSON object a line: id, time, kind, input, feed, stage, error\n"
	"  show ID      the original bytes\n"
	"  requeue ID   try again: documents through the pipeline, events to the sinks (the daemon\n"
	"               must be stopped; it delivers when it runs again)\n\n"
	"  -c, --config FILE   the daemon's configuration\n"
	"  -h, --help          this text\n";

#define LIST_BYTES (64 * WD_MIB)

static int print_one(const struct wd_store_dead *d, void *ctx)
{
	struct wd_json j;
	struct wd_buf b;
	char time[WD_TIME_TEXT];
	(void)ctx;
	wd_buf_init(&b, WD_MIB);
	wd_json_init(&j, &b);
	wd_json_obj(&j);
	wd_json_kv_int(&j, "id", d->id);
	wd_json_kv(&j, "time", wd_time_format(d->time_us, false, time));
	wd_json_kv(&j, "kind", d->is_event ? WD_STR("event") : WD_STR("document"));
	wd_json_kv(&j, d->is_event ? "article" : "input", d->input);
	wd_json_kv(&j, "feed", d->feed);
	wd_json_kv(&j, "stage", d->stage);
	wd_json_kv(&j, "error", d->error);
	wd_json_obj_end(&j);
	wd_buf_putc(&b, '\n');
	(void)fwrite(b.p, 1, b.n, stdout);
	wd_buf_done(&b);
	return WD_OK;
}

static struct wd_doc *doc_of(const struct wd_store_dead *d)
{
	struct wd_doc *doc = wd_doc_new(2 * d->bytes.n + WD_MIB);
	if (doc == NULL)
		return NULL;
	struct wd_str rest = d->attrs, name, value;
	doc->body = wd_arena_str(doc->mem, d->bytes);
	doc->input = wd_arena_str(doc->mem, d->input);
	doc->feed = wd_arena_str(doc->mem, d->feed);
	doc->fetched_at_us = d->time_us;
	while (wd_row_attr(&rest, &name, &value)) {
		if (wd_str_eqc(name, "content-type"))
			doc->content_type = wd_arena_str(doc->mem, value);
		if (wd_str_eqc(name, "wd_fetched_at"))
			(void)!wd_time_parse(value, &doc->fetched_at_us);
	}
	return doc;
}

static void note_result(struct wd_doc *doc, int rc, void *ctx)
{
	(void)doc;
	*(int *)ctx = rc;
}

/* The document through a pipeline of its own, without sinks: its rows stay in the outbox. */
static int requeue_doc(struct wd_store *s, const struct wd_store_dead *d, struct wd_rules *rules,
	struct wd_err *err)
{
	int result = WD_E_TRANSIENT;
	wd_cleanup(wd_pipeline_freep) struct wd_pipeline *p = NULL;
	struct wd_pipeline_opts po = {.workers = 1, .store = s, .rules = rules};
	struct wd_doc *doc = doc_of(d);
	int rc = doc != NULL ? wd_pipeline_new(&po, &p, err)
			     : wd_err_set(err, WD_E_NOMEM, "out of memory");
	if (rc != WD_OK) {
		wd_doc_free(doc);
		return rc;
	}
	doc->done = note_result;
	doc->done_ctx = &result;
	rc = wd_pipeline_push_wait(p, doc);
	if (rc == WD_OK)
		rc = wd_pipeline_drain(p, -1);
	if (rc == WD_OK && result < 0)
		rc = wd_err_set(err, result, "it failed again");
	return rc;
}

static int requeue_event(struct wd_store *s, const struct wd_store_dead *d, struct wd_err *err)
{
	struct wd_row row = {
		.time_us = d->time_us, .key = d->input, .attrs = d->attrs, .data = d->bytes};
	int rc = wd_store_begin(s, err);
	if (rc == WD_OK)
		rc = wd_store_out(s, &row, err);
	return rc == WD_OK ? wd_store_commit(s, err) : rc;
}

static int requeue_one(struct wd_store *s, int64_t id, struct wd_rules *rules, struct wd_err *err)
{
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(2 * WD_MAX_DOC_BYTES);
	struct wd_store_dead d;
	if (a == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	int rc = wd_store_dead_get(s, id, a, &d, err);
	if (rc != WD_OK)
		return rc;
	rc = d.is_event ? requeue_event(s, &d, err) : requeue_doc(s, &d, rules, err);
	if (rc == WD_OK)
		return wd_store_dead_drop(s, id, err);
	return wd_err_prefix(err, "dead letter %lld", (long long)id);
}

struct ids {
	int64_t v[10000];
	size_t n;
};

static int note_id(const struct wd_store_dead *d, void *ctx)
{
	struct ids *ids = ctx;
	if (ids->n < WD_COUNTOF(ids->v))
		ids->v[ids->n++] = d->id;
	return WD_OK;
}

static int requeue(struct wd_store *s, char **args, size_t n, struct wd_arena *a)
{
	wd_cleanup(wd_rules_unrefp) struct wd_rules *rules = NULL;
	struct ids *ids = wd_arena_new_of(a, struct ids);
	struct wd_err err = {0};
	int rc = ids == NULL ? wd_err_set(&err, WD_E_NOMEM, "out of memory") : WD_OK;
	if (rc == WD_OK && n == 1 && strcmp(args[0], "all") == 0) {
		rc = wd_store_dead_each(s, false, a, note_id, ids, &err);
	} else {
		for (size_t i = 0; i < n && rc == WD_OK; i++) {
			if (wd_str_to_i64(wd_str_c(args[i]), 1, INT64_MAX, &ids->v[ids->n++]) !=
				WD_OK)
				rc = wd_err_set(&err, WD_E_MALFORMED, "'%s' is no id", args[i]);
		}
	}
	if (rc == WD_OK)
		rc = wd_links_load(wd_datadir(), &err);
	if (rc == WD_OK)
		rc = wd_rules_load(wd_datadir(), &rules, &err);
	int status = WD_EXIT_OK;
	for (size_t i = 0; rc == WD_OK && i < ids->n; i++) {
		if (requeue_one(s, ids->v[i], rules, &err) != WD_OK) {
			(void)fprintf(stderr, "wiredesk: %s\n", err.text);
			status = WD_EXIT_INPUT;
		}
	}
	if (rc != WD_OK) {
		(void)fprintf(stderr, "wiredesk: %s\n", err.text);
		status = WD_EXIT_INPUT;
	}
	return status;
}

static int show(struct wd_store *s, const char *arg, struct wd_arena *a, struct wd_err *err)
{
	struct wd_store_dead d;
	int64_t id;
	if (wd_str_to_i64(wd_str_c(arg), 1, INT64_MAX, &id) != WD_OK)
		return wd_err_set(err, WD_E_MALFORMED, "'%s' is no id", arg);
	int rc = wd_store_dead_get(s, id, a, &d, err);
	if (rc == WD_OK)
		(void)fwrite(d.bytes.p, 1, d.bytes.n, stdout);
	return rc;
}

static int act(const struct wd_config *cf, char **args, size_t n)
{
	wd_cleanup(wd_store_closep) struct wd_store *s = NULL;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(2 * LIST_BYTES);
	struct wd_err err = {0};
	bool again = strcmp(args[0], "requeue") == 0;
	int rc = a != NULL ? wd_cmd_store_open(cf, !again, &s, &err)
			   : wd_err_set(&err, WD_E_NOMEM, "out of memory");
	if (rc == WD_OK && again)
		return requeue(s, args + 1, n - 1, a);
	if (rc == WD_OK)
		rc = n == 2 ? show(s, args[1], a, &err)
			    : wd_store_dead_each(s, false, a, print_one, NULL, &err);
	if (rc == WD_OK)
		return WD_EXIT_OK;
	(void)fprintf(stderr, "wiredesk: %s\n", err.text);
	return WD_EXIT_INPUT;
}

int wd_cmd_deadletter(int argc, char **argv)
{
	static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
		{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	wd_cleanup(wd_config_unrefp) struct wd_config *cf = NULL;
	struct wd_err err = {0};
	const char *config = NULL;
	int opt;
	while ((opt = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
		if (opt == 'c') {
			config = optarg;
		} else {
			(void)fputs(help, opt == 'h' ? stdout : stderr);
			return opt == 'h' ? WD_EXIT_OK : WD_EXIT_USAGE;
		}
	}
	size_t n = (size_t)(argc - optind);
	const char *verb = n > 0 ? argv[optind] : "";
	bool ok = (strcmp(verb, "list") == 0 && n == 1) || (strcmp(verb, "show") == 0 && n == 2) ||
		  (strcmp(verb, "requeue") == 0 && n >= 2 && n < 10000);
	if (!ok) {
		(void)fputs(help, stderr);
		return WD_EXIT_USAGE;
	}
	if (wd_cmd_config(config, &cf, &err) != WD_OK) {
		(void)fprintf(stderr, "wiredesk: %s\n", err.text);
		return WD_EXIT_USAGE;
	}
	return act(cf, argv + optind, n);
}
