/*
 * Pipeline: N workers, one desk thread, one pump a sink.
 *
 * Problem: documents are worked on in parallel, but what the desk remembers must not depend on
 * which worker was faster: replay is byte-identical for any number of workers.
 *
 * Chosen: a worker takes a document and appends a job to the list of jobs in one step, so the list
 * is in document order. It copies finished articles into chunks and hangs them on its job; the desk
 * thread takes chunks of the first job only, and goes on to the next when that one is finished. A
 * job holds a bounded number of bytes; a worker above it waits, but never the one whose job is
 * first, because the desk is eating from that. So there is always progress.
 *
 * The desk groups documents into store transactions: it commits when nothing more is ready, or the
 * group is large or old enough. `done` of a document comes after its commit. When the store fails,
 * the whole group is given back with WD_E_TRANSIENT: cursors were not written, so sources read the
 * same again and nothing is lost.
 *
 * Back-pressure: outbox at its limit → the desk stands still (acknowledgements go on) → jobs fill →
 * the document queue fills → push answers WD_E_FULL.
 *
 * Concurrency: `lock` guards the job list and every job's chunks; `changed` is signalled on each
 * change of it. The store, the desk and the group belong to the desk thread.
 */
#include "daemon/pipeline.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/queue.h"
#include "daemon/guard.h"
#include "daemon/pump.h"
#include "desk/desk.h"
#include "parsers/article_copy.h"
#include "parsers/build.h"
#include "sinks/event.h"
#include "taggers/tagger.h"

#define MAX_WORKERS 64
#define CHUNK_ARTICLES 16
#define CHUNK_BYTES (256 * WD_KIB)
#define JOB_BYTES (16 * WD_MIB) /* finished articles that may wait for their turn, per document */
#define GROUP_EVENTS 500
#define GROUP_US 50000
#define TICK_US 20000
#define SAVE_US 100000 /* between commits that only save what sinks acknowledged */
#define PRUNE_EVERY_US WD_HOUR
#define PRUNE_ARTICLES 5000      /* in one go: some tens of milliseconds */
#define FORGET_US (180 * WD_DAY) /* an article that no feed carried for so long */
#define MEMORY_OUTBOX (64 * WD_MIB)

struct chunk {
	struct chunk *next;
	struct wd_arena *mem;
	struct wd_article *v[CHUNK_ARTICLES];
	size_t n;
};

struct job {
	struct job *next;
	struct wd_doc *doc;
	struct wd_arena *feed_mem;
	struct wd_feed feed; /* the worker's until finished */
	struct chunk *first, *last;
	size_t bytes;
	bool finished, dropped; /* dropped: the desk wants no more of it */
	int rc;
	struct wd_err err;
	size_t articles, versions;
};

struct worker {
	struct wd_pipeline *p;
	pthread_t thread;
	struct wd_arena *mem;
	struct wd_rules *rules;
	struct wd_tag_scratch *scratch;
	struct job *job;
	struct chunk *chunk;
	struct wd_guard_slot *slot;
	struct wd_err err;
};

struct wd_pipeline {
	struct wd_pipeline_opts opts;
	struct wd_store *store, *own_store;
	struct wd_desk *desk;
	struct wd_guard *guard;
	struct wd_queue *queue;
	struct worker *workers;
	unsigned worker_count, started;
	struct wd_pump **pumps;
	size_t pump_count;
	pthread_t desk_thread;
	bool desk_started;
	uint64_t next_seq;
	struct wd_arena *scratch; /* desk thread: per article */
	struct wd_buf attrs, data;

	pthread_mutex_t take; /* pop + append in one step */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct job *first, *last;
	unsigned busy; /* workers that have not left yet */
	atomic_bool ending, idle;
	struct wd_rules *rules;

	/* the desk thread's group */
	struct job *group, **group_end;
	size_t group_events;
	int64_t group_began_us;
	bool waits; /* said that it stands still */
	int64_t saved_us, pruned_us;

	_Atomic uint64_t docs_in, docs_done, docs_failed, articles, versions, unchanged;
};

static struct wd_metric m_docs = {.name = "wiredesk_documents_total",
	.help = "Documents finished.",
	.kind = WD_METRIC_COUNTER};
static struct wd_metric m_failed = {.name = "wiredesk_documents_failed_total",
	.help = "Documents given up; their bytes are in the dead letters.",
	.kind = WD_METRIC_COUNTER};
static struct wd_metric m_articles = {.name = "wiredesk_articles_total",
	.help = "Articles read, known ones included.",
	.kind = WD_METRIC_COUNTER};
static struct wd_metric m_unwanted = {.name = "wiredesk_articles_unwanted_total",
	.help = "Articles without a topic their feed is configured for.",
	.kind = WD_METRIC_COUNTER};
static struct wd_metric m_events = {.name = "wiredesk_events_total",
	.help = "Events put into the outbox.",
	.kind = WD_METRIC_COUNTER};
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

/* ---- chunks and jobs ---- */

static void chunk_free(struct chunk *c)
{
	if (c == NULL)
		return;
	wd_arena_free(c->mem);
	free(c);
}

static struct chunk *chunk_new(void)
{
	struct chunk *c = calloc(1, sizeof(*c));
	if (c != NULL)
		c->mem = wd_arena_new(2 * WD_MAX_ARTICLE_ARENA);
	if (c != NULL && c->mem == NULL) {
		free(c);
		return NULL;
	}
	return c;
}

static void job_free(struct job *j)
{
	for (struct chunk *c = j->first, *next; c != NULL; c = next) {
		next = c->next;
		chunk_free(c);
	}
	wd_arena_free(j->feed_mem);
	wd_doc_free(j->doc);
	free(j);
}

/* ---- workers ---- */

/* Hangs the chunk on its job; waits while the job holds too much and is not the first. */
static void hand_chunk(struct worker *w)
{
	struct wd_pipeline *p = w->p;
	struct job *j = w->job;
	struct chunk *c = wd_take(w->chunk);
	if (c == NULL)
		return;
	size_t bytes = wd_arena_used(c->mem);
	(void)pthread_mutex_lock(&p->lock);
	while (!j->dropped && j->bytes > 0 && j->bytes + bytes > JOB_BYTES)
		(void)pthread_cond_wait(&p->changed, &p->lock);
	bool drop = j->dropped;
	if (!drop) {
		j->bytes += bytes;
		*(j->first == NULL ? &j->first : &j->last->next) = c;
		j->last = c;
		(void)pthread_cond_broadcast(&p->changed);
	}
	(void)pthread_mutex_unlock(&p->lock);
	if (drop)
		chunk_free(c);
}

/* The feed's configuration may ask for some topics only. */
static bool is_wanted(const struct wd_article *art, const struct wd_doc_hints *h)
{
	if (h->topic_count == 0)
		return true;
	for (size_t i = 0; i < art->topics.n; i++) {
		for (size_t k = 0; k < h->topic_count; k++) {
			if (wd_str_eq(art->topics.v[i].id, h->topics[k]))
				return true;
		}
	}
	return false;
}

static int take_article(struct wd_article *art, void *ctx)
{
	struct worker *w = ctx;
	if (w->job->dropped)
		return WD_E_TRANSIENT;
	int r = w->rules != NULL ? wd_tag_article(w->rules, w->scratch, w->mem, art, NULL, &w->err)
				 : WD_OK;
	if (r != WD_OK)
		return r;
	if (!is_wanted(art, &w->job->doc->hints)) {
		wd_metric_add(&m_unwanted, 1);
		return WD_OK;
	}
	if (w->chunk == NULL)
		w->chunk = chunk_new();
	struct wd_article *copy =
		w->chunk != NULL ? wd_arena_new_of(w->chunk->mem, struct wd_article) : NULL;
	if (copy == NULL)
		return wd_err_set(&w->err, WD_E_NOMEM, "out of memory");
	r = wd_article_copy(w->chunk->mem, art, copy);
	if (r != WD_OK)
		return wd_err_set(&w->err, r, "the article is too large");
	w->chunk->v[w->chunk->n++] = copy;
	if (w->chunk->n == CHUNK_ARTICLES || wd_arena_used(w->chunk->mem) >= CHUNK_BYTES)
		hand_chunk(w);
	return WD_OK;
}

/* What somebody gave us is what they meant to give; a polled address that answers with a page is
 * a feed that broke. */
static bool is_handed_in(const struct wd_doc *doc)
{
	return doc->origin == WD_DOC_PUSH || doc->origin == WD_DOC_SPOOL;
}

static void build(struct worker *w)
{
	struct job *j = w->job;
	struct wd_build_ctx ctx = {.doc = j->doc,
		.arena = w->mem,
		.feed_arena = j->feed_mem,
		.feed = &j->feed,
		.now_us = j->doc->fetched_at_us,
		.page_allowed = w->p->opts.page_allowed || is_handed_in(j->doc),
		.emit = take_article,
		.emit_ctx = w};
	wd_arena_reset(w->mem);
	w->err = (struct wd_err){0};
	if (wd_guard_enter(w->p->guard, w->slot, w->p->store, j->doc, &j->err)) {
		j->rc = wd_build_document(&ctx, &j->err);
		if (j->rc < 0 && w->err.code != 0)
			j->err = w->err;
	} else {
		j->rc = j->err.code;
	}
	wd_guard_leave(w->slot);
	hand_chunk(w);
}

static struct job *next_job(struct wd_pipeline *p)
{
	(void)pthread_mutex_lock(&p->take);
	struct wd_doc *doc = wd_queue_pop(p->queue);
	struct job *j = doc != NULL ? calloc(1, sizeof(*j)) : NULL;
	if (j != NULL) {
		j->doc = doc;
		j->feed_mem = wd_arena_new(WD_MAX_ARTICLE_ARENA);
		(void)pthread_mutex_lock(&p->lock);
		*(p->first == NULL ? &p->first : &p->last->next) = j;
		p->last = j;
		(void)pthread_mutex_unlock(&p->lock);
	} else if (doc != NULL) { /* no memory for so little: the source asks again */
		if (doc->done != NULL)
			doc->done(doc, WD_E_NOMEM, doc->done_ctx);
		wd_doc_free(doc);
	}
	(void)pthread_mutex_unlock(&p->take);
	return j;
}

/* The newest rules, with scratch that fits them. */
static void renew_rules(struct worker *w)
{
	(void)pthread_mutex_lock(&w->p->lock);
	struct wd_rules *now = w->p->rules != NULL ? wd_rules_ref(w->p->rules) : NULL;
	(void)pthread_mutex_unlock(&w->p->lock);
	if (now == w->rules) {
		wd_rules_unref(now);
		return;
	}
	wd_tag_scratch_free(w->scratch);
	wd_rules_unref(w->rules);
	w->rules = now;
	w->scratch = now != NULL ? wd_tag_scratch_new(now) : NULL;
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	struct wd_pipeline *p = w->p;
	wd_guard_watch_thread(w->slot);
	while ((w->job = next_job(p)) != NULL) {
		renew_rules(w);
		if (w->job->feed_mem != NULL)
			build(w);
		else
			w->job->rc = wd_err_set(&w->job->err, WD_E_NOMEM, "out of memory");
		(void)pthread_mutex_lock(&p->lock);
		w->job->finished = true;
		(void)pthread_cond_broadcast(&p->changed);
		(void)pthread_mutex_unlock(&p->lock);
	}
	(void)pthread_mutex_lock(&p->lock);
	p->busy--;
	(void)pthread_cond_broadcast(&p->changed);
	(void)pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* ---- desk thread: events ---- */

static int emit(const struct wd_article *art, const struct wd_version *v, struct wd_arena *a,
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
		.attrs = wd_buf_str(&p->attrs),
		.data = wd_buf_str(&p->data)};
	int r = wd_store_out(p->store, &row, err);
	if (r == WD_OK) {
		p->group_events++;
		wd_metric_add(&m_events, 1);
		wd_metric_observe(&m_size, (double)row.data.n);
	}
	return r;
}

static void pack(struct wd_buf *b, const char *name, struct wd_str value)
{
	if (value.n == 0)
		return;
	wd_buf_add(b, wd_str_c(name));
	wd_buf_putc(b, '\0');
	wd_buf_add(b, value);
	wd_buf_putc(b, '\0');
}

/* A document nobody could read: kept with its original bytes, and sent to the dead-letter topic. */
static int bury(struct wd_pipeline *p, const struct wd_doc *doc, const struct wd_err *why,
	struct wd_err *err)
{
	bool is_new = false;
	char time[WD_TIME_TEXT];
	int64_t now = wd_clock_now_us();
	wd_buf_reset(&p->attrs);
	pack(&p->attrs, "wd_error", wd_str_c(why->text));
	pack(&p->attrs, "wd_stage", WD_STR("parse"));
	pack(&p->attrs, "wd_input", doc->input.n > 0 ? doc->input : doc->url);
	pack(&p->attrs, "wd_feed", doc->feed);
	pack(&p->attrs, "wd_fetched_at", wd_time_format(doc->fetched_at_us, true, time));
	pack(&p->attrs, "content-type", doc->content_type);
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

static void finish_group(struct wd_pipeline *p, int rc)
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
		job_free(j);
		j = next;
	}
}

static void show_outbox(struct wd_pipeline *p)
{
	uint64_t rows, bytes;
	wd_store_outbox_fill(p->store, &rows, &bytes);
	wd_metric_set(&m_outbox, (int64_t)rows);
	wd_metric_set(&m_outbox_bytes, (int64_t)bytes);
}

/* The store failed: documents of the group go back to their sources, unread. */
static void give_back(struct wd_pipeline *p, const struct wd_err *err)
{
	wd_log(WD_LOG_ERR, WD_STR("store"), "transaction-failed", "error=%s",
		WD_LOGQ(wd_str_c(err->text)));
	wd_store_rollback(p->store);
	finish_group(p, WD_E_TRANSIENT);
}

static int commit(struct wd_pipeline *p)
{
	struct wd_err err = {0};
	if (!wd_store_in_txn(p->store))
		return WD_OK;
	int r = wd_store_commit(p->store, &err);
	if (r == WD_OK)
		finish_group(p, WD_OK);
	else
		give_back(p, &err);
	show_outbox(p);
	return r;
}

static void wait_us(int64_t us)
{
	struct timespec ts = {.tv_sec = us / WD_SEC, .tv_nsec = us % WD_SEC * 1000};
	(void)nanosleep(&ts, NULL);
}

/* Acknowledged positions need a commit of their own when no documents come. */
static void save_acks(struct wd_pipeline *p)
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
		(void)commit(p);
}

/* Articles that left their feeds long ago are forgotten, a few at a time. */
static void prune(struct wd_pipeline *p)
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
		(void)commit(p);
	else
		give_back(p, &err);
	if (gone > 0)
		wd_log(WD_LOG_INFO, WD_STR("store"), "pruned", "articles=%d", gone);
}

static bool all_pumps_dead(struct wd_pipeline *p)
{
	for (size_t i = 0; i < p->pump_count; i++) {
		if (!wd_pump_is_dead(p->pumps[i]))
			return false;
	}
	return p->pump_count > 0;
}

/* Begins a transaction when none is open; stands still while the disk or the outbox is full. */
static bool begin(struct wd_pipeline *p)
{
	while (!wd_store_in_txn(p->store)) {
		struct wd_err err = {0};
		bool full = wd_store_is_full(p->store) && !all_pumps_dead(p);
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
			save_acks(p);
		wait_us(full ? TICK_US / 4 : TICK_US * 10);
	}
	return true;
}

/* ---- desk thread: documents ---- */

/* The next chunk of the first job; NULL with *ret_finished when there is none to come. */
static struct chunk *next_chunk(struct wd_pipeline *p, struct job *j, bool *ret_finished)
{
	struct chunk *c = NULL;
	bool committed = false;
	for (;;) {
		(void)pthread_mutex_lock(&p->lock);
		if (j->first == NULL && !j->finished && committed)
			(void)pthread_cond_wait(&p->changed, &p->lock);
		c = j->first;
		if (c != NULL) {
			j->first = c->next;
			j->bytes -= wd_arena_used(c->mem);
			(void)pthread_cond_broadcast(&p->changed);
		}
		*ret_finished = j->finished && c == NULL;
		(void)pthread_mutex_unlock(&p->lock);
		if (c != NULL || *ret_finished || committed)
			return c;
		committed = true; /* what waits for a slow document should not hold others back */
		(void)commit(p);
	}
}

static int one_chunk(struct wd_pipeline *p, struct job *j, struct chunk *c, struct wd_err *err)
{
	for (size_t i = 0; i < c->n; i++) {
		bool is_version = false;
		wd_arena_reset(p->scratch);
		if (j->articles == 0) {
			int r = wd_desk_doc_begin(p->desk, j->doc, c->v[i]->feed, err);
			if (r != WD_OK)
				return r;
		}
		int r = wd_desk_article(p->desk, c->v[i], p->scratch, &is_version, err);
		if (r != WD_OK)
			return r;
		j->articles++;
		j->versions += is_version;
		atomic_fetch_add(&p->articles, 1);
		atomic_fetch_add(is_version ? &p->versions : &p->unchanged, 1);
		wd_metric_add(&m_articles, 1);
	}
	return WD_OK;
}

static int end_doc(struct wd_pipeline *p, struct job *j, struct wd_err *err)
{
	int r = WD_OK;
	if (j->rc < 0)
		return bury(p, j->doc, &j->err, err);
	if (j->articles == 0)
		r = wd_desk_doc_begin(p->desk, j->doc, &j->feed, err);
	return r == WD_OK ? wd_desk_doc_end(p->desk, err) : r;
}

static void drop_rest(struct wd_pipeline *p, struct job *j)
{
	(void)pthread_mutex_lock(&p->lock);
	j->dropped = true;
	(void)pthread_cond_broadcast(&p->changed);
	while (!j->finished)
		(void)pthread_cond_wait(&p->changed, &p->lock);
	(void)pthread_mutex_unlock(&p->lock);
}

/* One document, from the first chunk to the group. */
static void one_job(struct wd_pipeline *p, struct job *j)
{
	struct wd_err err = {0};
	bool finished = false;
	int r = WD_OK;
	while (!finished && r == WD_OK) {
		struct chunk *c = next_chunk(p, j, &finished);
		if (c == NULL)
			continue;
		r = begin(p) ? one_chunk(p, j, c, &err)
			     : wd_err_set(&err, WD_E_TRANSIENT, "ending while the store is full");
		chunk_free(c);
		if (r == WD_OK && p->group_events >= GROUP_EVENTS)
			r = commit(p);
	}
	if (r == WD_OK)
		r = begin(p) ? end_doc(p, j, &err)
			     : wd_err_set(&err, WD_E_TRANSIENT, "ending while the store is full");
	if (r == WD_OK)
		r = wd_guard_survived(p->guard, p->store, j->doc, &err);
	if (r != WD_OK)
		drop_rest(p, j);
	*p->group_end = j;
	p->group_end = &j->next;
	j->next = NULL;
	if (r == WD_OK)
		return;
	if (wd_store_in_txn(p->store))
		give_back(p, &err);
	else
		finish_group(p, WD_E_TRANSIENT);
}

/* The first job, taken off the list; waits a tick for one. */
static struct job *first_job(struct wd_pipeline *p, bool *ret_over)
{
	(void)pthread_mutex_lock(&p->lock);
	if (p->first == NULL && p->busy > 0 && !wd_store_in_txn(p->store)) {
		int64_t until = wd_clock_mono_us() + TICK_US;
		struct timespec ts = {.tv_sec = until / WD_SEC, .tv_nsec = until % WD_SEC * 1000};
		(void)pthread_cond_timedwait(&p->changed, &p->lock, &ts);
	}
	struct job *j = p->first;
	if (j != NULL) {
		p->first = j->next;
		if (p->first == NULL)
			p->last = NULL;
	}
	*ret_over = j == NULL && p->busy == 0;
	(void)pthread_mutex_unlock(&p->lock);
	return j;
}

static void *desk_main(void *arg)
{
	struct wd_pipeline *p = arg;
	bool over = false;
	while (!(over && atomic_load(&p->ending))) {
		struct job *j = first_job(p, &over);
		if (j != NULL) {
			one_job(p, j);
			if (p->group_events < GROUP_EVENTS && wd_store_in_txn(p->store) &&
				wd_clock_mono_us() - p->group_began_us < GROUP_US)
				continue;
		}
		(void)commit(p);
		save_acks(p);
		if (j == NULL)
			prune(p);
		atomic_store(&p->idle, over);
		if (over)
			wait_us(TICK_US / 4);
	}
	return NULL;
}

/* ---- life ---- */

static int open_store(struct wd_pipeline *p, struct wd_err *err)
{
	p->store = p->opts.store;
	if (p->store != NULL)
		return WD_OK;
	struct wd_store_opts so = {.outbox_max_bytes = p->opts.outbox_max_bytes > 0
							       ? p->opts.outbox_max_bytes
							       : MEMORY_OUTBOX};
	int r = wd_store_open(&so, &p->own_store, err);
	p->store = p->own_store;
	return r;
}

static int start_pumps(struct wd_pipeline *p, struct wd_err *err)
{
	p->pumps = calloc(p->opts.sink_count + 1, sizeof(*p->pumps));
	if (p->pumps == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	for (size_t i = 0; i < p->opts.sink_count; i++) {
		struct wd_pump_opts po = {.store = p->store,
			.conf = &p->opts.sinks[i],
			.event = p->opts.event,
			.fatal = p->opts.fatal,
			.ctx = p->opts.ctx};
		int r = wd_pump_new(&po, &p->pumps[i], err);
		if (r != WD_OK)
			return r;
		p->pump_count++;
	}
	return WD_OK;
}

static int start_threads(struct wd_pipeline *p, struct wd_err *err)
{
	p->workers = calloc(p->worker_count, sizeof(*p->workers));
	if (p->workers == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	if (pthread_create(&p->desk_thread, NULL, desk_main, p) != 0)
		return wd_err_set(err, WD_E_SYS, "cannot start the desk thread");
	p->desk_started = true;
	for (unsigned i = 0; i < p->worker_count; i++) {
		struct worker *w = &p->workers[i];
		w->p = p;
		w->mem = wd_arena_new(WD_MAX_ARTICLE_ARENA);
		w->slot = wd_guard_slot(p->guard, i);
		if (w->mem == NULL || pthread_create(&w->thread, NULL, worker_main, w) != 0)
			return wd_err_set(err, WD_E_SYS, "cannot start worker %u", i);
		p->started++;
	}
	return WD_OK;
}

static void low(void *ctx)
{
	struct wd_pipeline *p = ctx;
	if (p->opts.resume != NULL)
		p->opts.resume(p->opts.ctx);
}

static void register_metrics(void)
{
	struct wd_metric *const all[] = {&m_docs, &m_failed, &m_articles, &m_unwanted, &m_events,
		&m_outbox, &m_outbox_bytes, &m_size};
	for (size_t i = 0; i < WD_COUNTOF(all); i++)
		wd_metric_register(all[i]);
}

static unsigned worker_count(unsigned asked)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	if (asked > 0)
		return WD_MIN(asked, (unsigned)MAX_WORKERS);
	return cores > 0 ? (unsigned)WD_MIN(cores, 8L) : 1;
}

static void init(struct wd_pipeline *p, const struct wd_pipeline_opts *opts)
{
	p->opts = *opts;
	p->pruned_us = wd_clock_mono_us();
	p->group_end = &p->group;
	p->worker_count = p->busy = worker_count(opts->workers);
	p->rules = opts->rules != NULL ? wd_rules_ref(opts->rules) : NULL;
	wd_buf_init(&p->attrs, 64 * WD_KIB);
	wd_buf_init(&p->data, WD_EVENT_MAX_BYTES);
	pthread_condattr_t attr;
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_mutex_init(&p->take, NULL);
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_cond_init(&p->changed, &attr);
	(void)pthread_condattr_destroy(&attr);
	register_metrics();
}

int wd_pipeline_new(
	const struct wd_pipeline_opts *opts, struct wd_pipeline **ret, struct wd_err *err)
{
	struct wd_pipeline *p = calloc(1, sizeof(*p));
	if (p == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	init(p, opts);
	struct wd_queue_opts qo = {
		.max_items = opts->queue_items > 0 ? opts->queue_items : WD_DOC_QUEUE_ITEMS,
		.max_bytes = opts->queue_bytes > 0 ? opts->queue_bytes : WD_DOC_QUEUE_BYTES,
		.low = low,
		.ctx = p};
	p->queue = wd_queue_new(&qo);
	p->scratch = wd_arena_new(4 * WD_MAX_ARTICLE_ARENA);
	int r = p->queue != NULL && p->scratch != NULL
			? open_store(p, err)
			: wd_err_set(err, WD_E_NOMEM, "out of memory");
	struct wd_desk_opts dopts = {.store = p->store,
		.first = (enum wd_desk_first)opts->first_poll,
		.first_since_us = opts->first_since_us,
		.emit = emit,
		.ctx = p};
	if (r == WD_OK && (p->desk = wd_desk_new(&dopts)) == NULL)
		r = wd_err_set(err, WD_E_NOMEM, "out of memory");
	if (r == WD_OK)
		r = wd_guard_new(p->store, p->worker_count, &p->guard, err);
	if (r == WD_OK)
		r = start_pumps(p, err);
	if (r == WD_OK)
		r = start_threads(p, err);
	if (r != WD_OK) {
		wd_pipeline_free(p);
		return r;
	}
	*ret = p;
	return WD_OK;
}

static int push(struct wd_pipeline *p, struct wd_doc *doc, bool wait)
{
	size_t bytes = doc->body.n + 1024;
	doc->seq = p->next_seq;
	int r = wait ? wd_queue_push(p->queue, doc, bytes)
		     : wd_queue_try_push(p->queue, doc, bytes);
	if (r == WD_OK) {
		p->next_seq++;
		atomic_fetch_add(&p->docs_in, 1);
	}
	return r;
}

int wd_pipeline_push(struct wd_pipeline *p, struct wd_doc *doc)
{
	return push(p, doc, false);
}

int wd_pipeline_push_wait(struct wd_pipeline *p, struct wd_doc *doc)
{
	return push(p, doc, true);
}

static bool is_drained(struct wd_pipeline *p)
{
	if (!atomic_load(&p->idle))
		return false;
	int64_t last = wd_store_last_seq(p->store);
	for (size_t i = 0; i < p->pump_count; i++) {
		if (wd_pump_pos(p->pumps[i]) < last && !wd_pump_is_dead(p->pumps[i]))
			return false;
	}
	return true;
}

int wd_pipeline_drain(struct wd_pipeline *p, int64_t timeout_us)
{
	int64_t until = wd_clock_mono_us() + timeout_us;
	wd_queue_close(p->queue);
	while (!is_drained(p)) {
		if (timeout_us >= 0 && wd_clock_mono_us() >= until)
			return WD_E_TRANSIENT;
		wait_us(TICK_US / 10);
	}
	return all_pumps_dead(p) ? WD_E_TRANSIENT : WD_OK;
}

static void drop_doc(void *item)
{
	struct wd_doc *doc = item;
	if (doc->done != NULL)
		doc->done(doc, WD_E_TRANSIENT, doc->done_ctx);
	wd_doc_free(doc);
}

/* Documents still queued go back to their sources. */
static void empty_queue(struct wd_pipeline *p)
{
	struct wd_doc *doc;
	wd_queue_close(p->queue);
	while (atomic_load(&p->ending) && (doc = wd_queue_pop_wait(p->queue, 0)) != NULL)
		drop_doc(doc);
}

void wd_pipeline_free(struct wd_pipeline *p)
{
	if (p == NULL)
		return;
	atomic_store(&p->ending, true);
	if (p->queue != NULL)
		empty_queue(p);
	for (unsigned i = 0; i < p->started; i++)
		(void)pthread_join(p->workers[i].thread, NULL);
	(void)pthread_mutex_lock(&p->lock);
	p->busy = 0;
	(void)pthread_cond_broadcast(&p->changed);
	(void)pthread_mutex_unlock(&p->lock);
	if (p->store != NULL)
		wd_store_wake(p->store);
	if (p->desk_started)
		(void)pthread_join(p->desk_thread, NULL);
	for (size_t i = 0; i < p->pump_count; i++)
		wd_pump_free(p->pumps[i]);
	free(p->pumps);
	for (unsigned i = 0; p->workers != NULL && i < p->worker_count; i++) {
		wd_tag_scratch_free(p->workers[i].scratch);
		wd_rules_unref(p->workers[i].rules);
		wd_arena_free(p->workers[i].mem);
	}
	free(p->workers);
	wd_guard_free(p->guard);
	wd_desk_free(p->desk);
	wd_store_close(p->own_store);
	wd_queue_free(p->queue, drop_doc);
	wd_rules_unref(p->rules);
	wd_arena_free(p->scratch);
	wd_buf_done(&p->attrs);
	wd_buf_done(&p->data);
	(void)pthread_mutex_destroy(&p->take);
	(void)pthread_mutex_destroy(&p->lock);
	(void)pthread_cond_destroy(&p->changed);
	free(p);
}

void wd_pipeline_set_rules(struct wd_pipeline *p, struct wd_rules *rules)
{
	struct wd_rules *fresh = rules != NULL ? wd_rules_ref(rules) : NULL;
	(void)pthread_mutex_lock(&p->lock);
	struct wd_rules *old = p->rules;
	p->rules = fresh;
	(void)pthread_mutex_unlock(&p->lock);
	wd_rules_unref(old);
}

void wd_pipeline_stats(struct wd_pipeline *p, struct wd_pipeline_stats *ret)
{
	*ret = (struct wd_pipeline_stats){.docs_in = atomic_load(&p->docs_in),
		.docs_done = atomic_load(&p->docs_done),
		.docs_failed = atomic_load(&p->docs_failed),
		.articles = atomic_load(&p->articles),
		.versions = atomic_load(&p->versions),
		.unchanged = atomic_load(&p->unchanged)};
	wd_store_outbox_fill(p->store, &ret->outbox_rows, &ret->outbox_bytes);
	wd_queue_fill(p->queue, &ret->queued_docs, &ret->queued_bytes);
}

void wd_pipeline_sinks_json(struct wd_pipeline *p, struct wd_buf *out)
{
	wd_buf_putc(out, '[');
	for (size_t i = 0; i < p->pump_count; i++) {
		if (i > 0)
			wd_buf_putc(out, ',');
		wd_pump_json(p->pumps[i], out);
	}
	wd_buf_putc(out, ']');
}
