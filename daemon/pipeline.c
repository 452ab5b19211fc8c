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
 * The desk groups documents into store transactions: it commits when nothing more is ready and the
 * last commit is some time ago, or the group is large or old enough. `done` of a document comes
 * after its commit. When the store fails, the whole group is given back with WD_E_TRANSIENT:
 * cursors were not written, so sources read the same again and nothing is lost.
 *
 * Back-pressure: outbox at its limit → the desk stands still (acknowledgements go on) → jobs fill →
 * the document queue fills → push answers WD_E_FULL.
 *
 * Concurrency: `lock` guards the job list and every job's chunks; `changed` is signalled on each
 * change of it. The store, the desk and the group belong to the desk thread.
 */
#include "daemon/pipeline.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/cond.h"
#include "base/limits.h"
#include "daemon/pipeline_impl.h"

#define MAX_WORKERS 64
#define MEMORY_OUTBOX (64 * WD_MIB)
#define HANG_US (2 * WD_MINUTE)

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

static bool opts_want_health(const struct wd_sink_conf *c)
{
	return strcmp(c->type, "kafka") == 0 && c->health_topic != NULL;
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
		p->wants_health = p->wants_health || opts_want_health(&p->opts.sinks[i]);
	}
	return WD_OK;
}

static int start_threads(struct wd_pipeline *p, struct wd_err *err)
{
	p->workers = calloc(p->worker_count, sizeof(*p->workers));
	if (p->workers == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	if (pthread_create(&p->desk_thread, NULL, wd_pipe_desk_main, p) != 0)
		return wd_err_set(err, WD_E_SYS, "cannot start the desk thread");
	p->desk_started = true;
	for (unsigned i = 0; i < p->worker_count; i++) {
		struct worker *w = &p->workers[i];
		w->p = p;
		w->mem = wd_arena_new(WD_MAX_ARTICLE_ARENA);
		w->slot = wd_guard_slot(p->guard, i);
		if (w->mem == NULL || pthread_create(&w->thread, NULL, wd_pipe_worker_main, w) != 0)
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
	wd_pipe_work_metrics();
	wd_pipe_group_metrics();
	wd_pipe_desk_metrics();
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
	p->notes_end = &p->notes;
	p->worker_count = p->busy = worker_count(opts->workers);
	p->rules = opts->rules != NULL ? wd_rules_ref(opts->rules) : NULL;
	wd_buf_init(&p->attrs, 64 * WD_KIB);
	wd_buf_init(&p->data, WD_EVENT_MAX_BYTES);
	(void)pthread_mutex_init(&p->take, NULL);
	(void)pthread_mutex_init(&p->lock, NULL);
	wd_cond_init(&p->changed);
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
		.stories_remember = opts->stories_remember,
		.stories_window_us = opts->stories_window_us,
		.keep_versions = opts->keep_versions,
		.hold_embargoed = opts->hold_embargoed,
		.hold_withheld = opts->hold_withheld,
		.route = opts->route_count > 0 ? wd_pipe_route : NULL,
		.emit = wd_pipe_emit,
		.ctx = p};
	if (r == WD_OK && (p->desk = wd_desk_new(&dopts)) == NULL)
		r = wd_err_set(err, WD_E_NOMEM, "out of memory");
	if (r == WD_OK)
		r = wd_guard_new(p->store, p->worker_count,
			opts->hang_us > 0 ? opts->hang_us : HANG_US, &p->guard, err);
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
		wd_pipe_wait_us(TICK_US / 10);
	}
	return wd_pipe_all_pumps_dead(p) ? WD_E_TRANSIENT : WD_OK;
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
	wd_pipe_refuse_calls(p);
	wd_pipe_drop_notes(p);
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
	wd_arena_free(p->health_mem);
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

bool wd_pipeline_hangs(struct wd_pipeline *p, struct wd_err *err)
{
	return wd_guard_hangs(p->guard, err);
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
	wd_store_held_fill(p->store, &ret->held, &ret->next_due_us);
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
