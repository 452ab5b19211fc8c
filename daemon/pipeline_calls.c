/*
 * What others ask of the desk thread: it alone may write to the store in a transaction, so an
 * operator's command is handed to it and waited for. And the clock: what is held goes out when its
 * time has come.
 *
 * A call has a transaction of its own and never waits for room in the store: who asked is told at
 * once that there is none.
 */
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "daemon/pipeline_impl.h"

struct wd_pipe_call {
	struct wd_pipe_call *next;
	int (*fn)(struct wd_pipeline *p, void *ctx, struct wd_err *err);
	void *ctx;
	struct wd_err *err;
	int rc;
	bool done;
};

int wd_pipeline_call(struct wd_pipeline *p,
	int (*fn)(struct wd_pipeline *p, void *ctx, struct wd_err *err), void *ctx,
	struct wd_err *err)
{
	struct wd_pipe_call c = {.fn = fn, .ctx = ctx, .err = err};
	(void)pthread_mutex_lock(&p->lock);
	if (p->calls_over) {
		c.done = true;
		c.rc = wd_err_set(err, WD_E_DENIED, "the program is ending");
	} else {
		struct wd_pipe_call **end = &p->calls;
		while (*end != NULL)
			end = &(*end)->next;
		*end = &c;
		(void)pthread_cond_broadcast(&p->changed);
	}
	while (!c.done)
		(void)pthread_cond_wait(&p->changed, &p->lock);
	(void)pthread_mutex_unlock(&p->lock);
	return c.rc;
}

static struct wd_pipe_call *next_call(struct wd_pipeline *p)
{
	(void)pthread_mutex_lock(&p->lock);
	struct wd_pipe_call *c = p->calls;
	if (c != NULL)
		p->calls = c->next;
	(void)pthread_mutex_unlock(&p->lock);
	return c;
}

static void answer(struct wd_pipeline *p, struct wd_pipe_call *c, int rc)
{
	(void)pthread_mutex_lock(&p->lock);
	c->rc = rc;
	c->done = true;
	(void)pthread_cond_broadcast(&p->changed);
	(void)pthread_mutex_unlock(&p->lock);
}

static int perform(struct wd_pipeline *p, const struct wd_pipe_call *c)
{
	int r = wd_store_begin(p->store, c->err);
	if (r != WD_OK)
		return r;
	r = c->fn(p, c->ctx, c->err);
	if (r == WD_OK)
		r = wd_store_commit(p->store, c->err);
	if (r != WD_OK) {
		wd_store_rollback(p->store);
		wd_desk_rolled_back(p->desk);
	}
	return r;
}

void wd_pipe_serve_calls(struct wd_pipeline *p)
{
	struct wd_pipe_call *c;
	while (!wd_store_in_txn(p->store) && (c = next_call(p)) != NULL)
		answer(p, c, perform(p, c));
}

void wd_pipe_refuse_calls(struct wd_pipeline *p)
{
	struct wd_pipe_call *c;
	(void)pthread_mutex_lock(&p->lock);
	p->calls_over = true;
	(void)pthread_mutex_unlock(&p->lock);
	while ((c = next_call(p)) != NULL)
		answer(p, c, wd_err_set(c->err, WD_E_DENIED, "the program is ending"));
}

/* ---- the clock ---- */

int wd_pipe_release(struct wd_pipeline *p, int64_t now_us, struct wd_err *err)
{
	size_t n = 0;
	int r = wd_store_release(p->store, now_us, &n, err);
	p->group_events += n;
	if (r == WD_OK && n > 0)
		wd_log(WD_LOG_INFO, WD_STR("desk"), "released", "versions=%zu", n);
	return r;
}

void wd_pipe_release_by_clock(struct wd_pipeline *p)
{
	uint64_t held;
	int64_t due;
	struct wd_err err = {0};
	wd_store_held_fill(p->store, &held, &due);
	int64_t now = wd_clock_now_us();
	if (p->opts.virtual_clock || due > now || wd_store_in_txn(p->store) ||
		wd_store_is_full(p->store))
		return;
	int r = wd_store_begin(p->store, &err);
	if (r != WD_OK) /* the disk is full: said elsewhere, and tried again */
		return;
	r = wd_pipe_release(p, now, &err);
	if (r == WD_OK)
		(void)wd_pipe_commit(p);
	else
		wd_pipe_give_back(p, &err);
}

/* ---- operators ---- */

struct withdrawals {
	const struct wd_desk_withdrawal *list;
	size_t n;
	bool tombstones;
};

static int withdraw(struct wd_pipeline *p, void *ctx, struct wd_err *err)
{
	const struct withdrawals *w = ctx;
	int r = WD_OK;
	for (size_t i = 0; i < w->n && r == WD_OK; i++) {
		struct wd_str route = WD_STR_NONE;
		char hex[WD_HASH_TEXT];
		wd_arena_reset(p->scratch);
		r = wd_desk_withdraw(p->desk, &w->list[i], p->scratch, &route, err);
		struct wd_row tomb = {.kind = WD_ROW_TOMBSTONE,
			.time_us = w->list[i].now_us,
			.key = wd_hash_hex(w->list[i].article, hex),
			.route = route};
		if (r == WD_E_NOTFOUND)
			(void)wd_err_set(
				err, r, "no article %.*s in the store", WD_STR_ARG(tomb.key));
		if (r == WD_OK && w->tombstones)
			r = wd_store_out(p->store, &tomb, err);
	}
	return r;
}

int wd_pipeline_withdraw(struct wd_pipeline *p, const struct wd_desk_withdrawal *list, size_t n,
	bool tombstones, struct wd_err *err)
{
	struct withdrawals w = {list, n, tombstones};
	return wd_pipeline_call(p, withdraw, &w, err);
}

static int requeue_event(struct wd_pipeline *p, void *ctx, struct wd_err *err)
{
	const struct wd_store_dead *d = ctx;
	struct wd_row row = {.time_us = d->time_us,
		.key = d->input,
		.route = d->feed,
		.attrs = d->attrs,
		.data = d->bytes};
	int r = wd_store_out(p->store, &row, err);
	return r == WD_OK ? wd_store_dead_drop(p->store, d->id, err) : r;
}

int wd_pipeline_requeue_event(
	struct wd_pipeline *p, const struct wd_store_dead *d, struct wd_err *err)
{
	return wd_pipeline_call(p, requeue_event, wd_unconst(d), err);
}

static int renew(struct wd_pipeline *p, void *ctx, struct wd_err *err)
{
	(void)ctx;
	return wd_store_renew(p->store, err);
}

int wd_pipeline_renew(struct wd_pipeline *p, struct wd_err *err)
{
	int r = wd_pipeline_call(p, renew, NULL, err);
	for (size_t i = 0; r == WD_OK && i < p->pump_count; i++)
		wd_pump_renew(p->pumps[i]);
	return r;
}
