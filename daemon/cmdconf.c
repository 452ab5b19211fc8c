/* What operator commands share: the configuration and the store it names. */
#include "daemon/cmdconf.h"

#include <stdio.h>

#include "base/limits.h"
#include "sinks/event.h"

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
		.attrs = wd_buf_str(&attrs),
		.data = wd_buf_str(&data)};
	int rc = wd_buf_failed(&data) || wd_buf_failed(&attrs)
			 ? wd_err_set(err, WD_E_LIMIT, "an event is too large")
			 : wd_store_out(s, &row, err);
	wd_buf_done(&attrs);
	wd_buf_done(&data);
	return rc;
}
