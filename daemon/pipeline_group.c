/* The desk thread's groups: documents whose cursors and events become durable in one store
 * transaction (pipeline.c has the design). */
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/metrics.h"
#include "daemon/pipeline_impl.h"
#include "daemon/route.h"
#include "sinks/event.h"

#define SAVE_US 100000 /* between commits that only save what sinks acknowledged */
#define PRUNE_EVERY_US WD_HOUR
#define PRUNE_ARTICLES 5000      /* in one go: some tens of milliseconds */
#define FORGET_US (180 * WD_DAY) /* an article that no feed carried for so long */

static struct wd_metric m_docs = {.name = "wiredesk_documents_total",
	.help = "Documents finished.",
	.kind = WD_METRIC_COUNTER};
static struct wd_metric m_failed = {.name = "wiredesk_documents_failed_total",
	.help = "Documents given up; their bytes are in the dead letters.",
	.kind = WD_METRIC_COUNTER};
static struct wd_metric m_events = {.name = "wiredesk_events_total",
	.help = "Events put into the outbox.",
	.kind = WD_METRIC_COUNTER};
static struct wd_metric m_held = {.name = "wiredesk_held_total",
	.help = "Versions that had to wait for their time.",
	.kind = WD_METRIC_COUNTER};
static struct wd_metric m_held_now = {.name = "wiredesk_held",
	.help = "Versions that wait for their time.",
	.kind = WD_METRIC_GAUGE};
static struct wd_metric m_outbox = {.name = "wiredesk_outbox_rows",
	.help = "Events not yet delivered by all sinks.",
	.kind = WD_METRIC_GAUGE};
static struct wd_metric m_outbox_bytes = {.name = "wiredesk_outbox_bytes",
	.help = "Size of the events not yet delivered.",
	.kind = WD_METRIC_GAUGE};
static const double size_bounds[] = {
	2048, 4096, 8192, 16384, 32768, 65536, 131072, 262144, 1048576, 0};
static struct wd_metric m_size = {.name = "wiredesk_event_bytes",
	.help = "Size of events.",
	.kind = WD_METRIC_HISTOGRAM,
	.bounds = size_bounds};

void wd_pipe_group_metrics(void)
{
	wd_metric_register(&m_docs);
	wd_metric_register(&m_failed);
	wd_metric_register(&m_events);
	wd_metric_register(&m_held);
	wd_metric_register(&m_held_now);
	wd_metric_register(&m_outbox);
	wd_metric_register(&m_outbox_bytes);
	wd_metric_register(&m_size);
}

/* ---- desk thread: events ---- */

int wd_pipe_index(struct wd_pipeline *p, const struct wd_doc *doc, struct wd_err *err)
{
	struct wd_store_record rec = {.id = doc->record,
		.file = doc->archive_file,
		.offset = doc->archive_offset,
		.time_us = doc->fetched_at_us,
		.feed = doc->feed,
		.uri = doc->url.n > 0 ? doc->url : doc->feed_url};
	return rec.file.n > 0 ? wd_store_record_put(p->store, &rec, err) : WD_OK;
}

static int index_event(struct wd_pipeline *p, const struct wd_article *art,
	const struct wd_version *v, struct wd_err *err)
{
	struct wd_hash event, article;
	if (art->doc == NULL || art->doc->archive_file.n == 0 ||
		wd_hash_from_hex(v->event_id, &event) != WD_OK ||
		wd_hash_from_hex(v->article_id, &article) != WD_OK)
		return WD_OK;
	return wd_store_record_event(p->store, art->doc->record, event, article, err);
}

int wd_pipe_emit(const struct wd_article *art, const struct wd_version *v, struct wd_arena *a,
	void *ctx, struct wd_err *err)
{
	struct wd_pipeline *p = ctx;
	struct wd_event_attrs at;
	wd_event_attrs_make(a, art, v, &at);
	wd_buf_reset(&p->attrs);
	wd_buf_reset(&p->data);
	wd_event_attrs_pack(&p->attrs, &at);
	wd_event_data(&p->data, a, art, v);
	if (wd_buf_failed(&p->data) || wd_buf_failed(&p->attrs))
		return wd_err_set(err, WD_E_LIMIT, "an event is above %llu bytes",
			(unsigned long long)WD_EVENT_MAX_BYTES);
	struct wd_row row = {.kind = WD_ROW_ARTICLE,
		.time_us = v->seen_us,
		.key = v->article_id,
		.route = v->route,
		.attrs = wd_buf_str(&p->attrs),
		.data = wd_buf_str(&p->data)};
	int r = v->hold != NULL ? wd_store_hold(p->store, v->hold, &row, err)
				: wd_store_out(p->store, &row, err);
	if (r == WD_OK)
		r = index_event(p, art, v, err);
	if (r == WD_OK && v->hold != NULL)
		wd_metric_add(&m_held, 1);
	if (r == WD_OK) {
		p->group_events++;
		wd_metric_add(&m_events, 1);
		wd_metric_observe(&m_size, (double)row.data.n);
	}
	return r;
}

struct wd_str wd_pipe_route(
	const struct wd_article *art, const struct wd_version *v, bool *ret_stays, void *ctx)
{
	const struct wd_pipeline *p = ctx;
	return wd_route_choose(p->opts.routes, p->opts.route_count, art, v, ret_stays);
}

/* A document nobody could read: kept with its original bytes, and sent to the dead-letter topic. */
int wd_pipe_bury(struct wd_pipeline *p, const struct wd_doc *doc, const struct wd_err *why,
	struct wd_err *err)
{
	bool is_new = false;
	char time[WD_TIME_TEXT];
	int64_t now = wd_clock_now_us();
	wd_buf_reset(&p->attrs);
	wd_row_attr_put(&p->attrs, "wd_error", wd_str_c(why->text));
	wd_row_attr_put(&p->attrs, "wd_stage", WD_STR("parse"));
	wd_row_attr_put(&p->attrs, "wd_input", doc->input.n > 0 ? doc->input : doc->url);
	wd_row_attr_put(&p->attrs, "wd_feed", doc->feed);
	wd_row_attr_put(&p->attrs, "wd_fetched_at", wd_time_format(doc->fetched_at_us, true, time));
	wd_row_attr_put(&p->attrs, "content-type", doc->content_type);
	struct wd_store_dead d = {.time_us = now,
		.input = doc->input.n > 0 ? doc->input : doc->url,
		.feed = doc->feed,
		.stage = WD_STR("parse"),
		.error = wd_str_c(why->text),
		.attrs = wd_buf_str(&p->attrs),
		.bytes = doc->body};
	int r = wd_store_dead_put(p->store, &d, &is_new, err);
	if (r != WD_OK || !is_new)
		return r;
	struct wd_row row = {.kind = WD_ROW_DEAD,
		.time_us = now,
		.key = d.input,
		.attrs = wd_buf_str(&p->attrs),
		.data = doc->body};
	return doc->body.n <= WD_EVENT_MAX_BYTES ? wd_store_out(p->store, &row, err) : WD_OK;
}

/* ---- desk thread: groups ---- */

void wd_pipe_finish_group(struct wd_pipeline *p, int rc)
{
	struct job *j = wd_take(p->group);
	p->group_end = &p->group;
	p->group_events = 0;
	while (j != NULL) {
		struct job *next = j->next;
		int done = rc != WD_OK ? rc : j->rc;
		if (p->opts.report != NULL && rc == WD_OK)
			p->opts.report(j->doc, &j->feed, j->articles, j->versions, j->rc, &j->err,
				p->opts.ctx);
		if (j->doc->done != NULL)
			j->doc->done(j->doc, done, j->doc->done_ctx);
		atomic_fetch_add(done < 0 ? &p->docs_failed : &p->docs_done, 1);
		wd_metric_add(&m_docs, 1);
		if (done < 0)
			wd_metric_add(&m_failed, 1);
		wd_pipe_job_free(j);
		j = next;
	}
}

static void show_outbox(struct wd_pipeline *p)
{
	uint64_t rows, bytes;
	wd_store_outbox_fill(p->store, &rows, &bytes);
	wd_metric_set(&m_outbox, (int64_t)rows);
	wd_metric_set(&m_outbox_bytes, (int64_t)bytes);
	uint64_t held;
	int64_t due;
	wd_store_held_fill(p->store, &held, &due);
	wd_metric_set(&m_held_now, (int64_t)held);
}

/* The store failed: documents of the group go back to their sources, unread. */
void wd_pipe_give_back(struct wd_pipeline *p, const struct wd_err *err)
{
	wd_log(WD_LOG_ERR, WD_STR("store"), "transaction-failed", "error=%s",
		WD_LOGQ(wd_str_c(err->text)));
	wd_store_rollback(p->store);
	wd_desk_rolled_back(p->desk);
	wd_pipe_finish_group(p, WD_E_TRANSIENT);
}

int wd_pipe_commit(struct wd_pipeline *p)
{
	struct wd_err err = {0};
	if (!wd_store_in_txn(p->store))
		return WD_OK;
	p->committed_us = wd_clock_mono_us();
	int r = wd_store_commit(p->store, &err);
	if (r == WD_OK)
		wd_pipe_finish_group(p, WD_OK);
	else
		wd_pipe_give_back(p, &err);
	show_outbox(p);
	return r;
}

void wd_pipe_wait_us(int64_t us)
{
	struct timespec ts = {.tv_sec = us / WD_SEC, .tv_nsec = us % WD_SEC * 1000};
	(void)nanosleep(&ts, NULL);
}

/* Acknowledged positions need a commit of their own when no documents come. */
void wd_pipe_save_acks(struct wd_pipeline *p)
{
	struct wd_err err = {0};
	int64_t now = wd_clock_mono_us();
	bool soon = now - p->saved_us < SAVE_US && !wd_store_is_full(p->store);
	if (wd_store_in_txn(p->store) || soon || !wd_store_has_acks(p->store))
		return;
	p->saved_us = now;
	/* Deleting rows frees pages, so a full disk must not stop this. */
	int r = wd_store_begin(p->store, &err);
	if (r == WD_OK)
		(void)wd_pipe_commit(p);
}

/* Articles that left their feeds long ago are forgotten, a few at a time. */
void wd_pipe_prune(struct wd_pipeline *p)
{
	struct wd_err err = {0};
	int64_t now = wd_clock_mono_us();
	int gone = 0;
	if (p->own_store != NULL || now - p->pruned_us < PRUNE_EVERY_US ||
		wd_store_in_txn(p->store))
		return;
	p->pruned_us = now;
	if (wd_store_begin(p->store, &err) != WD_OK)
		return;
	int r = wd_store_prune(
		p->store, wd_clock_now_us() - FORGET_US, PRUNE_ARTICLES, &gone, &err);
	if (r == WD_OK)
		(void)wd_pipe_commit(p);
	else
		wd_pipe_give_back(p, &err);
	if (gone > 0)
		wd_log(WD_LOG_INFO, WD_STR("store"), "pruned", "articles=%d", gone);
}

bool wd_pipe_all_pumps_dead(struct wd_pipeline *p)
{
	for (size_t i = 0; i < p->pump_count; i++) {
		if (!wd_pump_is_dead(p->pumps[i]))
			return false;
	}
	return p->pump_count > 0;
}

/* Begins a transaction when none is open; stands still while the disk or the outbox is full. */
bool wd_pipe_begin(struct wd_pipeline *p)
{
	while (!wd_store_in_txn(p->store)) {
		struct wd_err err = {0};
		bool full = wd_store_is_full(p->store) && !wd_pipe_all_pumps_dead(p);
		int r = full ? wd_err_set(&err, WD_E_FULL, "the outbox is at its limit")
			     : wd_store_begin(p->store, &err);
		if (r == WD_OK) {
			p->group_began_us = wd_clock_mono_us();
			if (p->waits)
				wd_log(WD_LOG_NOTICE, WD_STR("store"), "goes-on", "room=yes");
			p->waits = false;
			return true;
		}
		if (!p->waits)
			wd_log(WD_LOG_WARNING, WD_STR("store"), "stands-still", "reason=%s",
				WD_LOGQ(wd_str_c(err.text)));
		p->waits = true;
		if (atomic_load(&p->ending) && !(full && p->own_store != NULL))
			return false;
		if (full)
			wd_pipe_save_acks(p);
		wd_pipe_wait_us(full ? TICK_US / 4 : TICK_US * 10);
	}
	return true;
}
