/*
 * What the daemon says of itself: /status, /healthz, gauges, the line of systemctl status. The loop
 * renews a text every second; whoever asks gets that, so asking never holds the loop up.
 */
#include <inttypes.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/metrics.h"
#include "daemon/app_impl.h"
#include "daemon/notify.h"

static struct wd_metric feeds_total = {
	.name = "wiredesk_feeds", .help = "Feeds polled", .kind = WD_METRIC_GAUGE, .labels = NULL};
static struct wd_metric feeds_failing = {.name = "wiredesk_feeds_failing",
	.help = "Feeds whose last fetch failed",
	.kind = WD_METRIC_GAUGE};
static struct wd_metric feeds_new = {
	.name = "wiredesk_feeds_unread", .help = "Feeds not read yet", .kind = WD_METRIC_GAUGE};
void wd_app_status_register(void)
{
	wd_metric_register(&feeds_total);
	wd_metric_register(&feeds_failing);
	wd_metric_register(&feeds_new);
}

static void feed_json(const struct wd_poll_view *v, void *ctx)
{
	struct wd_json *j = ctx;
	char when[WD_TIME_TEXT];
	wd_json_obj(j);
	wd_json_kv(j, "id", v->id);
	wd_json_kv(j, "url", v->url);
	wd_json_kv(j, "state", wd_str_c(wd_poll_health_name(v->health)));
	wd_json_kv(j, "reason", v->reason);
	if (v->status > 0)
		wd_json_kv_int(j, "status", v->status);
	if (v->failures > 0)
		wd_json_kv_int(j, "failures", v->failures);
	wd_json_kv_int(j, "interval_s", v->interval_us / WD_SEC);
	wd_json_kv_int(j, "next_in_s", WD_MAX(v->next_in_us, 0) / WD_SEC);
	if (v->last_ok_us > 0)
		wd_json_kv(j, "last_ok", wd_time_format(v->last_ok_us, false, when));
	wd_json_obj_end(j);
}

static void write_status(struct wd_app *app, const struct wd_poll_counts *pc,
	const struct wd_pipeline_stats *ps, struct wd_buf *out)
{
	struct wd_json j;
	char when[WD_TIME_TEXT];
	wd_json_init(&j, out);
	wd_json_obj(&j);
	wd_json_kv(&j, "version", WD_STR(PACKAGE_VERSION));
	wd_json_kv(&j, "started", wd_time_format(app->started_us, false, when));
	wd_json_kv(&j, "rules", wd_rules_version(app->rules));
	wd_json_kv_obj(&j, "documents");
	wd_json_kv_int(&j, "received", (int64_t)ps->docs_in);
	wd_json_kv_int(&j, "done", (int64_t)ps->docs_done);
	wd_json_kv_int(&j, "failed", (int64_t)ps->docs_failed);
	wd_json_kv_int(&j, "waiting", (int64_t)ps->queued_docs);
	wd_json_obj_end(&j);
	wd_json_kv_obj(&j, "articles");
	wd_json_kv_int(&j, "seen", (int64_t)ps->articles);
	wd_json_kv_int(&j, "versions", (int64_t)ps->versions);
	wd_json_kv_int(&j, "unchanged", (int64_t)ps->unchanged);
	wd_json_obj_end(&j);
	wd_json_kv_obj(&j, "outbox");
	wd_json_kv_int(&j, "events", (int64_t)ps->outbox_rows);
	wd_json_kv_int(&j, "bytes", (int64_t)ps->outbox_bytes);
	wd_json_obj_end(&j);
	wd_json_kv_obj(&j, "held");
	wd_json_kv_int(&j, "versions", (int64_t)ps->held);
	if (ps->next_due_us < INT64_MAX)
		wd_json_kv(&j, "next", wd_time_format(ps->next_due_us, false, when));
	wd_json_obj_end(&j);
	wd_json_kv_obj(&j, "polling");
	wd_json_kv_int(&j, "feeds", (int64_t)pc->feeds);
	wd_json_kv_int(&j, "running", (int64_t)pc->running);
	wd_json_kv_int(&j, "held", (int64_t)pc->held);
	wd_json_obj_end(&j);
	struct wd_buf sinks;
	wd_buf_init(&sinks, WD_MIB);
	wd_pipeline_sinks_json(app->pipeline, &sinks);
	wd_json_key(&j, "sinks");
	wd_json_raw(&j, sinks.n > 0 ? wd_buf_str(&sinks) : WD_STR("[]"));
	wd_buf_done(&sinks);
	wd_app_kafka_json(app, &j);
	wd_json_kv_arr(&j, "feeds");
	wd_poll_each(app->poll, feed_json, &j);
	wd_json_arr_end(&j);
	wd_json_obj_end(&j);
	wd_buf_putc(out, '\n');
}

void wd_app_summarise(struct wd_app *app)
{
	struct wd_poll_counts pc;
	struct wd_pipeline_stats ps;
	struct wd_buf fresh;
	wd_poll_counts(app->poll, &pc);
	wd_pipeline_stats(app->pipeline, &ps);
	size_t failing = pc.feeds - pc.by_health[WD_POLL_OK] - pc.by_health[WD_POLL_NEW];
	wd_metric_set(&feeds_total, (int64_t)pc.feeds);
	wd_metric_set(&feeds_failing, (int64_t)failing);
	wd_metric_set(&feeds_new, (int64_t)pc.by_health[WD_POLL_NEW]);
	if (!app->is_stopping)
		wd_notify("STATUS=%zu feeds, %zu failing; %" PRIu64 " events made, %" PRIu64
			  " wait for a sink",
			pc.feeds, failing, ps.versions, ps.outbox_rows);
	wd_buf_init(&fresh, STATUS_MAX_BYTES);
	if (app->admin != NULL)
		write_status(app, &pc, &ps, &fresh);
	bool full = wd_store_is_full(app->store);
	(void)pthread_mutex_lock(&app->lock);
	struct wd_buf old = app->status;
	app->status = fresh;
	app->is_healthy = !full && !app->is_stopping;
	(void)snprintf(app->why, sizeof(app->why), "%s",
		app->is_stopping ? "stopping"
		: full           ? "the outbox is full: a sink does not take its events"
				 : "ok");
	(void)pthread_mutex_unlock(&app->lock);
	wd_buf_done(&old);
}

void wd_app_status_json(struct wd_app *app, struct wd_buf *out)
{
	(void)pthread_mutex_lock(&app->lock);
	wd_buf_add(out, wd_buf_str(&app->status));
	(void)pthread_mutex_unlock(&app->lock);
}

bool wd_app_is_healthy(struct wd_app *app, struct wd_buf *why)
{
	(void)pthread_mutex_lock(&app->lock);
	bool ok = app->is_healthy;
	wd_buf_addc(why, app->why);
	(void)pthread_mutex_unlock(&app->lock);
	wd_buf_putc(why, '\n');
	return ok;
}
