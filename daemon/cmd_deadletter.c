/*
 * `wiredesk deadletter list|show|requeue`: documents nobody could read and events nobody would
 * take.
 * Looking is done beside a running daemon, requeue by it (daemon/operate.c).
 */
#include <getopt.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "daemon/cmd.h"
#include "daemon/cmdconf.h"

static const char help[] =
	"usage: wiredesk deadletter [-c FILE] list | show ID | requeue ID… | requeue all\n\n"
	"  list         one JSON object a line: id, time, kind, input, feed, stage, error\n"
	"  show ID      the original bytes\n"
	"  requeue ID   try again: documents through the pipeline, events to the sinks; a running\n"
	"               daemon does it at once, else what comes of it waits in the outbox\n\n"
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
	wd_json_kv(&j, d->is_event ? "topic" : "feed", d->feed);
	wd_json_kv(&j, "stage", d->stage);
	wd_json_kv(&j, "error", d->error);
	wd_json_obj_end(&j);
	wd_buf_putc(&b, '\n');
	(void)fwrite(b.p, 1, b.n, stdout);
	wd_buf_done(&b);
	return WD_OK;
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

static int look(const struct wd_config *cf, char **args, size_t n)
{
	wd_cleanup(wd_store_closep) struct wd_store *s = NULL;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(2 * LIST_BYTES);
	struct wd_err err = {0};
	int rc = a != NULL ? wd_cmd_store_open(cf, true, &s, &err)
			   : wd_err_set(&err, WD_E_NOMEM, "out of memory");
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
	wd_cleanup(wd_config_unrefp) struct wd_config *cf = NULL;
	struct wd_err err = {0};
	const char *config = NULL;
	int status = wd_cmd_options(argc, argv, help, &config);
	if (status >= 0)
		return status;
	size_t n = (size_t)(argc - optind);
	const char *verb = n > 0 ? argv[optind] : "";
	bool again = strcmp(verb, "requeue") == 0 && n >= 2;
	if (!again && !(strcmp(verb, "list") == 0 && n == 1) &&
		!(strcmp(verb, "show") == 0 && n == 2)) {
		(void)fputs(help, stderr);
		return WD_EXIT_USAGE;
	}
	if (wd_cmd_config(config, &cf, &err) != WD_OK) {
		(void)fprintf(stderr, "wiredesk: %s\n", err.text);
		return WD_EXIT_USAGE;
	}
	if (!again)
		return look(cf, argv + optind, n);
	bool all = n == 2 && strcmp(argv[optind + 1], "all") == 0;
	struct wd_operate_request q = {.verb = "requeue",
		.ids = (const char *const *)argv + optind + 1,
		.n = all ? 0 : n - 1,
		.all = all};
	return wd_cmd_operate(cf, &q);
}
