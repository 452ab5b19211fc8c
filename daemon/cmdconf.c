/* What operator commands share: the configuration and the store it names. */
#include "daemon/cmdconf.h"

#include <getopt.h>
#include <stdio.h>

#include "base/file.h"
#include "base/limits.h"
#include "daemon/cmd.h"
#include "daemon/sinkconf.h"
#include "parsers/links.h"
#include "sinks/event.h"
#include "taggers/tagger.h"

int wd_cmd_config(const char *path, struct wd_config **ret, struct wd_err *err)
{
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
	struct wd_findings f = {.mem = a};
	struct wd_buf text;
	if (a == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	if (path == NULL)
		path = wd_config_default_path();
	int rc = wd_config_load(path, ret, &f);
	if (rc == WD_OK)
		return WD_OK;
	wd_buf_init(&text, WD_MIB);
	wd_findings_print(&f, &text);
	(void)fprintf(stderr, "%.*s", WD_STR_ARG(wd_buf_str(&text)));
	wd_buf_done(&text);
	return wd_err_set(err, WD_E_MALFORMED, "the configuration has errors");
}

int wd_cmd_store_open(
	const struct wd_config *cf, bool read_only, struct wd_store **ret, struct wd_err *err)
{
	char dir[4096];
	if (cf->store.path.n == 0)
		return wd_err_set(err, WD_E_MALFORMED, "the configuration names no store.path");
	(void)snprintf(dir, sizeof(dir), "%.*s", WD_STR_ARG(cf->store.path));
	/* An operator's command looks at what the daemon made; it never makes a store. */
	if (!wd_store_exists(dir))
		return wd_err_set(err, WD_E_NOTFOUND,
			"no store in '%s': the daemon has not run with this configuration yet",
			dir);
	struct wd_store_opts so = {
		.dir = dir, .read_only = read_only, .outbox_max_bytes = cf->store.outbox_max_bytes};
	return wd_store_open(&so, ret, err);
}

int wd_cmd_emit(struct wd_store *s, const struct wd_article *art, const struct wd_version *v,
	struct wd_arena *a, struct wd_err *err)
{
	struct wd_event_attrs at;
	struct wd_buf attrs, data;
	wd_buf_init(&attrs, 64 * WD_KIB);
	wd_buf_init(&data, WD_EVENT_MAX_BYTES);
	wd_event_attrs_make(a, art, v, &at);
	wd_event_attrs_pack(&attrs, &at);
	wd_event_data(&data, a, art, v);
	struct wd_row row = {.kind = WD_ROW_ARTICLE,
		.time_us = v->seen_us,
		.key = v->article_id,
		.route = v->route,
		.attrs = wd_buf_str(&attrs),
		.data = wd_buf_str(&data)};
	int rc = wd_buf_failed(&data) || wd_buf_failed(&attrs)
			 ? wd_err_set(err, WD_E_LIMIT, "an event is too large")
			 : wd_store_out(s, &row, err);
	wd_buf_done(&attrs);
	wd_buf_done(&data);
	return rc;
}

int wd_cmd_options(int argc, char **argv, const char *help, const char **ret_config)
{
	static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
		{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	int opt;
	while ((opt = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
		if (opt == 'c') {
			*ret_config = optarg;
			continue;
		}
		(void)fputs(help, opt == 'h' ? stdout : stderr);
		return opt == 'h' ? WD_EXIT_OK : WD_EXIT_USAGE;
	}
	return -1;
}

/* ---- commands that write ---- */

static int push(struct wd_doc *doc, void *ctx)
{
	return wd_pipeline_push_wait(ctx, doc);
}

/* The lock is ours: a pipeline without sinks; its rows wait in the outbox for the daemon. */
static int operate_here(const struct wd_config *cf, struct wd_store *s,
	const struct wd_operate_request *q, struct wd_buf *out, struct wd_err *err)
{
	wd_cleanup(wd_rules_unrefp) struct wd_rules *rules = NULL;
	wd_cleanup(wd_pipeline_freep) struct wd_pipeline *p = NULL;
	int r = wd_links_load(wd_datadir(), err);
	if (r == WD_OK && strcmp(q->verb, "requeue") == 0)
		r = wd_rules_load(
			cf->topics.path.n > 0 ? cf->topics.path.p : wd_datadir(), &rules, err);
	struct wd_pipeline_opts po = {0};
	wd_sinkconf_pipeline(cf, &po);
	po.workers = 1;
	po.store = s;
	po.rules = rules;
	if (r == WD_OK)
		r = wd_pipeline_new(&po, &p, err);
	struct wd_operate o = {.pipeline = p, .store = s, .push = push, .ctx = p};
	return r == WD_OK ? wd_operate_do(&o, q, out, err) : r;
}

int wd_cmd_operate(const struct wd_config *cf, const struct wd_operate_request *q)
{
	wd_cleanup(wd_store_closep) struct wd_store *s = NULL;
	struct wd_err err = {0};
	struct wd_buf out;
	char dir[4096];
	wd_buf_init(&out, 4 * WD_MIB);
	(void)snprintf(dir, sizeof(dir), "%.*s", WD_STR_ARG(cf->store.path));
	int r = wd_cmd_store_open(cf, false, &s, &err);
	if (r == WD_OK)
		r = operate_here(cf, s, q, &out, &err);
	else if (r == WD_E_DENIED && s == NULL)
		r = wd_control_ask(dir, q, &out, &err);
	(void)fprintf(stderr, "%.*s", WD_STR_ARG(wd_buf_str(&out)));
	wd_buf_done(&out);
	if (r != WD_OK)
		(void)fprintf(stderr, "wiredesk: %s\n", err.text);
	return r == WD_OK ? WD_EXIT_OK : WD_EXIT_INPUT;
}
