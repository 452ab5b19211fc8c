/*
 * Wiring. One libuv loop on the main thread runs the sources, signals and timers; the pipeline has
 * its own threads and calls back through `resume` (room again) and `report` (what a document was).
 *
 * Start:  configuration → rules → store → pipeline (sinks) → sources → READY.
 * A broker that does not answer is no reason not to start: events wait in the outbox.
 *
 * SIGHUP: a new configuration is loaded and checked in full, then applied in one step between two
 * turns of the loop. With an error in it, or when a section changed that only a restart can apply,
 * nothing at all is applied.
 *
 * SIGTERM: sources stop first (nothing new), then the pipeline drains in a helper thread while the
 * loop goes on to answer the watchdog, then everything is closed. The wait is bounded by
 * pipeline.drain_timeout; what is left is in the store. A second signal ends the wait.
 *
 * Concurrency: wd_app_* on the main thread, but the two marked otherwise, which read a summary that
 * the loop renews every second under a mutex.
 */
#include "daemon/app.h"

#include <inttypes.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/metrics.h"
#include "daemon/app_impl.h"
#include "daemon/cmd.h"
#include "daemon/notify.h"
#include "parsers/page_hubs.h"

#define SUMMARY_EVERY_MS 1000
#define PAGE_ARENA_BYTES (4 * WD_MIB)
#define LOCK_WAIT_US (3 * WD_SEC) /* an operator's command may be at work on the store */

static struct wd_metric reloads_ok = {.name = "wiredesk_reloads_total",
	.help = "Configuration reloads by result",
	.labels = "result=\"applied\""};
static struct wd_metric reloads_bad = {.name = "wiredesk_reloads_total",
	.help = "Configuration reloads by result",
	.labels = "result=\"refused\""};

/* ---- callbacks of sources and pipeline ---- */

int wd_app_deliver(struct wd_doc *doc, void *ctx)
{
	struct wd_app *app = ctx;
	(void)pthread_mutex_lock(&app->push_lock);
	wd_app_archive(app, doc);
	if (app->has_fulltext)
		wd_completer_see(app->completer, doc);
	int rc = wd_pipeline_push(app->pipeline, doc);
	(void)pthread_mutex_unlock(&app->push_lock);
	return rc;
}

static void give_cursor(
	struct wd_str feed_id, struct wd_arena *a, struct wd_poll_cursor *ret, void *ctx)
{
	struct wd_app *app = ctx;
	struct wd_store_feed f = {0};
	struct wd_err err;
	int rc = wd_store_feed_get(app->store, feed_id, a, &f, &err);
	/* without the document its hub would stay unknown; what is in it is known all the same */
	if (rc == WD_OK && app->websub != NULL && wd_websub_is_unknown(app->websub, feed_id))
		ret->schedule = f.schedule;
	else if (rc == WD_OK)
		*ret = (struct wd_poll_cursor){.etag = f.etag,
			.last_modified = f.last_modified,
			.body_hash = f.body,
			.has_body_hash = f.body.hi != 0 || f.body.lo != 0,
			.schedule = f.schedule};
	else if (rc != WD_E_NOTFOUND)
		wd_log(WD_LOG_WARNING, feed_id, "cursor-unread", "%s: read as if new", err.text);
}

static void save_schedule(struct wd_str feed_id, struct wd_str record, void *ctx)
{
	struct wd_app *app = ctx;
	struct wd_err err;
	if (wd_store_schedule_put(app->store, feed_id, record, &err) != WD_OK)
		wd_log(WD_LOG_WARNING, feed_id, "schedule-unsaved", "%s", err.text);
}

static void on_room(uv_async_t *a)
{
	struct wd_app *app = a->data;
	if (app->is_stopping)
		return;
	wd_poll_resume(app->poll);
	wd_app_receive_resume(app);
}

static void resume(void *ctx)
{
	struct wd_app *app = ctx;
	(void)uv_async_send(&app->room);
}

/* Sink threads. */
static void fatal(const struct wd_err *err, void *ctx)
{
	struct wd_app *app = ctx;
	(void)pthread_mutex_lock(&app->lock);
	(void)snprintf(app->fatal_text, sizeof(app->fatal_text), "%s", err->text);
	(void)pthread_mutex_unlock(&app->lock);
	(void)uv_async_send(&app->fatal);
}

/* For operators' documents: the control thread is one more that pushes. */
static int push_again(struct wd_doc *doc, void *ctx)
{
	struct wd_app *app = ctx;
	(void)pthread_mutex_lock(&app->push_lock);
	int rc = wd_pipeline_push(app->pipeline, doc);
	(void)pthread_mutex_unlock(&app->push_lock);
	return rc;
}

static void on_health(const struct wd_poll_view *v, void *ctx)
{
	static const char *const states[WD_POLL_HEALTH_COUNT] = {[WD_POLL_OK] = "ok",
		[WD_POLL_REFUSED_ADDRESS] = "blocked",
		[WD_POLL_DENIED] = "blocked",
		[WD_POLL_LIMITED] = "blocked",
		[WD_POLL_GONE] = "gone"};
	struct wd_app *app = ctx;
	const char *state = states[v->health] != NULL ? states[v->health] : "failing";
	if (v->health == WD_POLL_NEW)
		return;
	struct wd_feed_state s = {.feed = v->id,
		.url = v->url,
		.state = wd_str_c(state),
		.reason = v->reason,
		.status = v->status,
		.failures = (int)v->failures,
		.at_us = wd_clock_now_us(),
		.last_ok_us = v->last_ok_us};
	wd_pipeline_feed_state(app->pipeline, &s);
}

/* A topic may be a page: its hub is named in the page's head. A page without one says nothing, as
 * it may be a server's in trouble. */
static void see_page(struct wd_app *app, const struct wd_doc *doc, size_t new_versions)
{
	struct wd_str hubs, self;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(PAGE_ARENA_BYTES);
	if (a == NULL || doc->body.n == 0)
		return;
	wd_page_hubs(a, doc->body, doc->url, &hubs, &self);
	if (hubs.n > 0)
		wd_websub_seen(app->websub, doc, hubs, self, new_versions);
}

static void report(const struct wd_doc *doc, const struct wd_feed *feed, size_t articles,
	size_t new_versions, int rc, const struct wd_err *err, void *ctx)
{
	struct wd_app *app = ctx;
	struct wd_poll_report r = {.new_items = new_versions};
	(void)articles;
	r.is_feed = rc == WD_OK && feed != NULL && feed->format.n > 0;
	if (r.is_feed) {
		r.ttl_us = feed->ttl_s > 0 && feed->ttl_s < INT64_MAX / WD_SEC
				   ? feed->ttl_s * WD_SEC
				   : 0;
		r.skip_hours = feed->skip_hours;
		r.skip_days = feed->skip_days;
	} else {
		(void)snprintf(r.reason, sizeof(r.reason), "%.*s", (int)sizeof(r.reason) - 1,
			err != NULL && err->text[0] != '\0' ? err->text : "not a feed");
	}
	if (r.is_feed && doc->origin == WD_DOC_HTTP && app->websub != NULL)
		wd_websub_seen(app->websub, doc, feed->hub, feed->self, new_versions);
	else if (doc->origin == WD_DOC_HTTP && app->websub != NULL)
		see_page(app, doc, new_versions);
	if (doc->origin == WD_DOC_HTTP)
		wd_poll_reported(doc, &r);
	else if (rc != WD_OK)
		wd_spool_reported(doc, r.reason);
}

/* ---- start ---- */

static void log_findings(const struct wd_findings *f)
{
	WD_VEC_EACH (const struct wd_finding, x, &f->list) {
		wd_log(x->is_warning ? WD_LOG_WARNING : WD_LOG_ERR, WD_STR_NONE, "config",
			"%.*s:%u:%u: %.*s", WD_STR_ARG(x->file), x->line, x->col,
			WD_STR_ARG(x->text));
	}
}

static int load_config(const char *path, struct wd_config **ret)
{
	struct wd_findings f = {.mem = wd_arena_new(4 * WD_MIB)};
	if (f.mem == NULL)
		return WD_E_NOMEM;
	int rc = wd_config_load(path, ret, &f);
	log_findings(&f);
	wd_arena_free(f.mem);
	return rc;
}

static const char *rules_dir(const struct wd_config *c)
{
	return c->topics.path.n > 0 ? c->topics.path.p : wd_datadir();
}

static const char *text(struct wd_app *app, struct wd_str s)
{
	return s.n > 0 ? wd_arena_cstr(app->mem, s) : NULL;
}

/* Feeds that are completed from pages may come and go with a reload. */
static void look_for_fulltext(struct wd_app *app)
{
	bool any = false;
	for (size_t i = 0; i < app->conf->feeds.n && !any; i++)
		any = app->conf->feeds.v[i].fulltext;
	(void)pthread_mutex_lock(&app->push_lock);
	app->has_fulltext = any && app->completer != NULL;
	(void)pthread_mutex_unlock(&app->push_lock);
	if (any)
		wd_completer_load(app->completer);
}

static int open_pipeline(struct wd_app *app, struct wd_err *err)
{
	const struct wd_config *c = app->conf;
	struct wd_store_opts so = {.dir = text(app, c->store.path),
		.outbox_max_bytes = c->store.outbox_max_bytes,
		.lock_wait_us = LOCK_WAIT_US};
	size_t sink_count = 0;
	app->first_conf = wd_config_ref(app->conf); /* the sinks' strings are there */
	struct wd_completer_opts co = {
		.pages_bytes = c->limits.pages_bytes, .archive_dir = text(app, c->archive.path)};
	int rc = wd_sinkconf_new(app->conf, NULL, &app->sinks, err);
	/* Without room for pages all else works: feeds give what they give. */
	if (rc == WD_OK && wd_completer_new(&co, &app->completer, err) != WD_OK)
		wd_log(WD_LOG_WARNING, WD_STR_NONE, "no-fulltext", "%s", err->text);
	if (rc == WD_OK)
		rc = wd_store_open(&so, &app->store, err);
	if (rc != WD_OK)
		return rc;
	struct wd_pipeline_opts po = {.store = app->store,
		.rules = app->rules,
		.sinks = wd_sinkconf_list(app->sinks, &sink_count),
		.pages = wd_completer_pages(app->completer),
		.resume = resume,
		.report = report,
		.settle = wd_app_settle,
		.fatal = fatal,
		.ctx = app};
	wd_sinkconf_pipeline(c, &po);
	po.sink_count = sink_count;
	rc = wd_pipeline_new(&po, &app->pipeline, err);
	if (rc != WD_OK)
		return rc;
	app->operate = (struct wd_operate){
		.pipeline = app->pipeline, .store = app->store, .push = push_again, .ctx = app};
	return wd_control_new(so.dir, &app->operate, &app->control, err);
}

static int open_sources(struct wd_app *app, struct wd_err *err)
{
	const struct wd_config *c = app->conf;
	if (wd_app_archive_open(app, err) != WD_OK)
		return WD_E_SYS;
	look_for_fulltext(app);
	struct wd_poll_opts po = {.loop = &app->loop,
		.http = &c->http,
		.deliver = wd_app_deliver,
		.cursor = give_cursor,
		.save = save_schedule,
		.unchanged = app->archive != NULL ? wd_app_archive_unchanged : NULL,
		.least_pause = wd_app_websub_pause,
		.health = on_health,
		.ctx = app};
	app->poll = wd_poll_new(&po, err);
	if (app->poll == NULL)
		return WD_E_SYS;
	if (wd_app_receive_open(app, err) != WD_OK)
		return WD_E_SYS;
	if (c->admin.listen.n > 0) {
		app->admin = wd_admin_new(app, c->admin.listen, err);
		if (app->admin == NULL)
			return WD_E_SYS;
	}
	return wd_poll_set_feeds(app->poll, &c->http, c->feeds.v, c->feeds.n, err);
}

/* ---- stop ---- */

static void on_drained(uv_work_t *w, int status)
{
	struct wd_app *app = w->data;
	(void)status;
	uv_stop(&app->loop);
}

static void drain(uv_work_t *w)
{
	struct wd_app *app = w->data;
	app->drain_rc = wd_pipeline_drain(app->pipeline, app->conf->pipeline.drain_timeout_us);
}

static void stop(struct wd_app *app, const char *why)
{
	if (app->is_stopping) {
		wd_log(WD_LOG_NOTICE, WD_STR_NONE, "stop-now",
			"a second signal: what is not delivered stays in the store");
		_exit(WD_EXIT_OK);
	}
	app->is_stopping = true;
	wd_log(WD_LOG_NOTICE, WD_STR_NONE, "stopping", "reason=%s drain_timeout_s=%" PRId64, why,
		app->conf->pipeline.drain_timeout_us / WD_SEC);
	wd_notify("STOPPING=1\nSTATUS=finishing what is in work\nEXTEND_TIMEOUT_USEC=%" PRId64,
		app->conf->pipeline.drain_timeout_us + 10 * WD_SEC);
	wd_poll_stop(app->poll);
	wd_app_receive_stop(app);
	app->drain_work.data = app;
	if (uv_queue_work(&app->loop, &app->drain_work, drain, on_drained) != 0)
		uv_stop(&app->loop);
}

static void on_stop_signal(uv_signal_t *h, int signum)
{
	stop(h->data, signum == SIGTERM ? "SIGTERM" : "SIGINT");
}

/* A sink that will never deliver again in this process: better to end, loudly, than to fill the
 * disk quietly. */
static void on_fatal(uv_async_t *a)
{
	struct wd_app *app = a->data;
	(void)pthread_mutex_lock(&app->lock);
	wd_log(WD_LOG_ERR, WD_STR_NONE, "sink-gave-up", "%s", app->fatal_text);
	(void)pthread_mutex_unlock(&app->lock);
	app->exit_status = WD_EXIT_INPUT;
	if (!app->is_stopping)
		stop(app, "a sink gave up");
}

/* ---- the store after a crash ---- */

static void check_store(uv_work_t *w)
{
	struct wd_app *app = w->data;
	app->check_rc = wd_store_check(app->store, &app->check_err);
}

static void on_checked(uv_work_t *w, int status)
{
	struct wd_app *app = w->data;
	if (status != 0)
		return;
	if (app->check_rc == WD_OK) {
		wd_log(WD_LOG_INFO, WD_STR("store"), "checked", "after_crash=sound");
		return;
	}
	wd_log(WD_LOG_ERR, WD_STR("store"), "corrupt", "%s", app->check_err.text);
	app->exit_status = WD_EXIT_INPUT;
	if (!app->is_stopping)
		stop(app, "the store is corrupt");
}

/* ---- reload ---- */

static int apply(struct wd_app *app, struct wd_config *next, struct wd_rules *rules)
{
	struct wd_err err;
	struct wd_config *old = app->conf;
	int rc = app->websub != NULL ? wd_websub_set_feeds(app->websub, &next->http, next->feeds.v,
					       next->feeds.n, &err)
				     : WD_OK;
	if (rc == WD_OK)
		rc = wd_poll_set_feeds(app->poll, &next->http, next->feeds.v, next->feeds.n, &err);
	if (rc != WD_OK)
		return rc;
	wd_app_receive_reload(app, next);
	wd_pipeline_set_rules(app->pipeline, rules);
	wd_log_set_level((enum wd_log_level)next->log.level);
	wd_rules_unref(app->rules);
	app->rules = rules;
	(void)pthread_mutex_lock(&app->conf_lock);
	app->conf = next;
	(void)pthread_mutex_unlock(&app->conf_lock);
	wd_config_unref(old);
	look_for_fulltext(app);
	return WD_OK;
}

static bool reload(struct wd_app *app)
{
	struct wd_config *next = NULL;
	struct wd_rules *rules = NULL;
	struct wd_err err;
	struct wd_buf changed;
	if (load_config(app->path, &next) != WD_OK) {
		wd_log(WD_LOG_ERR, WD_STR_NONE, "reload-refused",
			"the configuration has errors (above); the old one stays in force");
		return false;
	}
	wd_buf_init(&changed, 4096);
	wd_config_restart_keys(app->conf, next, &changed);
	if (changed.n > 0) {
		wd_log(WD_LOG_ERR, WD_STR_NONE, "reload-refused",
			"changed, but only a restart applies it: %.*s; nothing was applied",
			WD_STR_ARG(wd_buf_str(&changed)));
		wd_buf_done(&changed);
		wd_config_unref(next);
		return false;
	}
	wd_buf_done(&changed);
	if (wd_rules_load(rules_dir(next), &rules, &err) != WD_OK) {
		wd_log(WD_LOG_ERR, WD_STR_NONE, "reload-refused", "%s; nothing was applied",
			err.text);
		wd_config_unref(next);
		return false;
	}
	if (apply(app, next, rules) != WD_OK)
		return false;
	wd_log(WD_LOG_NOTICE, WD_STR_NONE, "reloaded", "feeds=%zu rules=%.*s", app->conf->feeds.n,
		WD_STR_ARG(wd_rules_version(app->rules)));
	return true;
}

static void on_hup(uv_signal_t *h, int signum)
{
	struct wd_app *app = h->data;
	(void)signum;
	if (app->is_stopping)
		return;
	wd_notify_reloading();
	bool ok = reload(app);
	wd_metric_add(ok ? &reloads_ok : &reloads_bad, 1);
	wd_notify("READY=1\nSTATUS=%s, %zu feeds",
		ok ? "configuration reloaded" : "reload refused, see the log", app->conf->feeds.n);
}

/* ---- timers ---- */

static void on_watchdog(uv_timer_t *t)
{
	(void)t;
	wd_notify("WATCHDOG=1");
}

/* Feeds whose pages came after them. */
static void read_again(struct wd_app *app)
{
	struct wd_doc *doc;
	while (!app->is_stopping && (doc = wd_completer_due(app->completer)) != NULL) {
		(void)pthread_mutex_lock(&app->push_lock);
		int rc = wd_pipeline_push(app->pipeline, doc);
		(void)pthread_mutex_unlock(&app->push_lock);
		if (rc == WD_OK)
			continue;
		wd_completer_again(app->completer, doc->feed);
		wd_doc_free(doc);
		return;
	}
}

/* What hangs cannot be ended in place; after the restart the document is suspect. */
static void end_when_hung(struct wd_app *app)
{
	struct wd_err err;
	if (!wd_pipeline_hangs(app->pipeline, &err))
		return;
	wd_log(WD_LOG_ERR, WD_STR_NONE, "document-hangs", "%s", err.text);
	_exit(WD_EXIT_INPUT);
}

static void on_second(uv_timer_t *t)
{
	struct wd_app *app = t->data;
	end_when_hung(app);
	read_again(app);
	wd_app_archive_second(app);
	wd_app_summarise(app);
}

/* ---- interface ---- */

static void start_signals(struct wd_app *app)
{
	(void)uv_signal_init(&app->loop, &app->term);
	(void)uv_signal_init(&app->loop, &app->intr);
	(void)uv_signal_init(&app->loop, &app->hup);
	app->term.data = app->intr.data = app->hup.data = app;
	(void)uv_signal_start(&app->term, on_stop_signal, SIGTERM);
	(void)uv_signal_start(&app->intr, on_stop_signal, SIGINT);
	(void)uv_signal_start(&app->hup, on_hup, SIGHUP);
	(void)signal(SIGPIPE, SIG_IGN);
}

static void start_timers(struct wd_app *app)
{
	uint64_t dog = wd_notify_watchdog_us();
	(void)uv_timer_init(&app->loop, &app->watchdog);
	(void)uv_timer_init(&app->loop, &app->summary);
	app->watchdog.data = app->summary.data = app;
	if (dog > 0)
		(void)uv_timer_start(
			&app->watchdog, on_watchdog, 0, WD_MAX(dog / 3000, (uint64_t)1));
	(void)uv_timer_start(&app->summary, on_second, 0, SUMMARY_EVERY_MS);
}

static void register_metrics(void)
{
	wd_app_status_register();
	wd_app_archive_register();
	static struct wd_metric *const all[] = {&reloads_ok, &reloads_bad};
	for (size_t i = 0; i < WD_COUNTOF(all); i++)
		wd_metric_register(all[i]);
}

/* A connection is a file: the usual soft limit of 1,024 is for programs that use select(). */
static void raise_file_limit(void)
{
	struct rlimit l;
	if (getrlimit(RLIMIT_NOFILE, &l) == 0 && l.rlim_cur < l.rlim_max) {
		l.rlim_cur = WD_MIN(l.rlim_max, (rlim_t)65536);
		(void)setrlimit(RLIMIT_NOFILE, &l);
	}
}

static int start(struct wd_app *app)
{
	struct wd_err err;
	if (load_config(app->path, &app->conf) != WD_OK) {
		wd_log(WD_LOG_ERR, WD_STR_NONE, "not-started",
			"the configuration has errors; `wiredesk check%s%s` tells them all",
			app->path != NULL ? " -c " : "", app->path != NULL ? app->path : "");
		return WD_EXIT_USAGE;
	}
	wd_log_set_level((enum wd_log_level)app->conf->log.level);
	if (wd_rules_load(rules_dir(app->conf), &app->rules, &err) != WD_OK) {
		wd_log(WD_LOG_ERR, WD_STR_NONE, "not-started", "dictionaries: %s", err.text);
		return WD_EXIT_USAGE;
	}
	raise_file_limit();
	start_signals(app); /* before threads, so that none of them is the one to take a signal */
	(void)uv_async_init(&app->loop, &app->room, on_room);
	(void)uv_async_init(&app->loop, &app->fatal, on_fatal);
	app->room.data = app->fatal.data = app;
	int rc = open_pipeline(app, &err);
	if (rc == WD_OK)
		rc = open_sources(app, &err);
	if (rc != WD_OK) {
		wd_log(WD_LOG_ERR, WD_STR_NONE, "not-started", "%s", err.text);
		return WD_EXIT_INPUT;
	}
	if (app->conf->feeds.n == 0 && !wd_app_receives(app))
		wd_log(WD_LOG_WARNING, WD_STR_NONE, "no-sources",
			"no feeds, no spool, nothing to listen on: nothing will come in until the "
			"configuration names a source");
	start_timers(app);
	return WD_EXIT_OK;
}

int wd_app_new(const char *path, struct wd_app **ret)
{
	struct wd_app *app = calloc(1, sizeof(*app));
	if (app == NULL)
		return WD_EXIT_INPUT;
	app->path = path;
	app->mem = wd_arena_new(16 * WD_MIB);
	app->started_us = wd_clock_now_us();
	(void)pthread_mutex_init(&app->lock, NULL);
	(void)pthread_mutex_init(&app->push_lock, NULL);
	(void)pthread_mutex_init(&app->conf_lock, NULL);
	wd_buf_init(&app->status, STATUS_MAX_BYTES);
	register_metrics();
	app->is_loop_ready = uv_loop_init(&app->loop) == 0;
	int rc = app->mem != NULL && app->is_loop_ready ? start(app) : WD_EXIT_INPUT;
	if (rc != WD_EXIT_OK) {
		wd_app_free(app);
		return rc;
	}
	*ret = app;
	return WD_EXIT_OK;
}

int wd_app_run(struct wd_app *app)
{
	wd_log(WD_LOG_NOTICE, WD_STR_NONE, "ready", "version=%s feeds=%zu sinks=%zu rules=%.*s",
		PACKAGE_VERSION, app->conf->feeds.n, app->conf->sinks.n,
		WD_STR_ARG(wd_rules_version(app->rules)));
	wd_notify("READY=1\nSTATUS=%zu feeds", app->conf->feeds.n);
	app->check_work.data = app;
	if (!wd_store_was_clean(app->store)) /* ready first: a large file takes minutes */
		(void)uv_queue_work(&app->loop, &app->check_work, check_store, on_checked);
	(void)uv_run(&app->loop, UV_RUN_DEFAULT);
	if (app->drain_rc != WD_OK)
		wd_log(WD_LOG_NOTICE, WD_STR_NONE, "stopped",
			"not everything was delivered in time: it is in the store and goes out at the "
			"next start");
	else
		wd_log(WD_LOG_NOTICE, WD_STR_NONE, "stopped", "everything is delivered");
	return app->exit_status;
}

static void close_one(uv_handle_t *h, void *ctx)
{
	(void)ctx;
	if (!uv_is_closing(h))
		uv_close(h, NULL);
}

void wd_app_free(struct wd_app *app)
{
	if (app == NULL)
		return;
	wd_admin_free(app->admin); /* its threads ask the app */
	wd_control_free(app->control);
	if (app->poll != NULL)
		wd_poll_stop(app->poll);
	wd_app_receive_stop(app);
	wd_pipeline_free(app->pipeline); /* from here on nothing calls back */
	wd_completer_free(app->completer);
	if (app->poll != NULL)
		wd_poll_close(app->poll);
	wd_app_receive_close(app);
	if (app->is_loop_ready) {
		uv_walk(&app->loop, close_one, NULL);
		(void)uv_run(&app->loop, UV_RUN_DEFAULT);
		(void)uv_loop_close(&app->loop);
	}
	wd_poll_free(app->poll);
	wd_app_receive_free(app);
	(void)pthread_mutex_destroy(&app->push_lock);
	(void)pthread_mutex_destroy(&app->conf_lock);
	wd_app_archive_close(app);
	wd_store_close(app->store);
	wd_rules_unref(app->rules);
	wd_sinkconf_free(app->sinks);
	wd_config_unref(app->first_conf);
	wd_config_unref(app->conf);
	wd_buf_done(&app->status);
	wd_arena_free(app->mem);
	(void)pthread_mutex_destroy(&app->lock);
	free(app);
}
