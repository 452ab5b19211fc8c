/*
 * Requeue gives a document to the pipeline again (today's parsers; its events go to the outbox),
 * and an event back to the outbox. What works is dropped from the dead letters, what fails again
 * stays.
 */
#include "daemon/operate.h"

#include <pthread.h>
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "daemon/guard.h"
#include "desk/desk.h"

#define MAX_LETTERS 10000
#define PUSH_AGAIN_NS 20000000
#define LETTER_BYTES (256 * WD_MIB)

static int withdraw(
	const struct wd_operate *o, const struct wd_operate_request *w, struct wd_err *err)
{
	const char *reason = w->reason != NULL ? w->reason : "withdrawn by the operator";
	struct wd_desk_withdrawal *list = calloc(w->n + 1, sizeof(*list));
	if (list == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	int r = WD_OK;
	for (size_t i = 0; i < w->n && r == WD_OK; i++) {
		list[i] = (struct wd_desk_withdrawal){
			.reason = reason, .erase = w->erase, .now_us = wd_clock_now_us()};
		r = wd_hash_from_hex(wd_str_c(w->ids[i]), &list[i].article);
		if (r != WD_OK)
			r = wd_err_set(err, WD_E_MALFORMED,
				"'%s' is no article id: 32 hex digits, an event's subject",
				w->ids[i]);
	}
	if (r == WD_OK)
		r = wd_pipeline_withdraw(o->pipeline, list, w->n, w->tombstones, err);
	free(list);
	return r;
}

/* ---- requeue ---- */

/* Waits for one document; it may outlive nobody, since done is always called. */
struct result {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int rc;
	bool done;
};

static void note_result(struct wd_doc *doc, int rc, void *ctx)
{
	struct result *r = ctx;
	(void)doc;
	(void)pthread_mutex_lock(&r->lock);
	r->rc = rc;
	r->done = true;
	(void)pthread_cond_broadcast(&r->changed);
	(void)pthread_mutex_unlock(&r->lock);
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

static int requeue_doc(
	const struct wd_operate *o, const struct wd_store_dead *d, struct wd_err *err)
{
	struct result res = {
		.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
	const struct timespec pause = {.tv_nsec = PUSH_AGAIN_NS};
	struct wd_doc *doc = doc_of(d);
	if (doc == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	doc->done = note_result;
	doc->done_ctx = &res;
	/* Tried often enough before: an operator may try once more. */
	int r = wd_guard_forget(o->store, doc, err);
	while (r == WD_OK && (r = o->push(doc, o->ctx)) == WD_E_FULL) {
		(void)nanosleep(&pause, NULL);
		r = WD_OK;
	}
	if (r != WD_OK) {
		wd_doc_free(doc);
		return wd_err_set(
			err, r, "dead letter %lld: the program is ending", (long long)d->id);
	}
	(void)pthread_mutex_lock(&res.lock);
	while (!res.done)
		(void)pthread_cond_wait(&res.changed, &res.lock);
	(void)pthread_mutex_unlock(&res.lock);
	if (res.rc < 0)
		return wd_err_set(
			err, res.rc, "dead letter %lld: it failed again", (long long)d->id);
	return wd_store_dead_drop(o->store, d->id, err);
}

static int requeue_one(const struct wd_operate *o, int64_t id, struct wd_err *err)
{
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(LETTER_BYTES);
	struct wd_store_dead d;
	if (a == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	int r = wd_store_dead_get(o->store, id, a, &d, err);
	if (r != WD_OK)
		return r;
	return d.is_event ? wd_pipeline_requeue_event(o->pipeline, &d, err)
			  : requeue_doc(o, &d, err);
}

struct numbers {
	int64_t v[MAX_LETTERS];
	size_t n;
};

static int note_number(const struct wd_store_dead *d, void *ctx)
{
	struct numbers *x = ctx;
	if (x->n < MAX_LETTERS)
		x->v[x->n++] = d->id;
	return WD_OK;
}

static int read_numbers(struct numbers *x, const char *const *ids, size_t n, struct wd_err *err)
{
	if (n > MAX_LETTERS)
		return wd_err_set(err, WD_E_LIMIT, "at most %d dead letters at once", MAX_LETTERS);
	for (size_t i = 0; i < n; i++) {
		if (wd_str_to_i64(wd_str_c(ids[i]), 1, INT64_MAX, &x->v[x->n++]) != WD_OK)
			return wd_err_set(err, WD_E_MALFORMED, "'%s' is no id", ids[i]);
	}
	return WD_OK;
}

static int requeue(const struct wd_operate *o, const struct wd_operate_request *q,
	struct wd_buf *out, struct wd_err *err)
{
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
	struct numbers *x = a != NULL ? wd_arena_new_of(a, struct numbers) : NULL;
	size_t failed = 0;
	if (x == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	int r = q->all ? wd_store_dead_each(o->store, false, a, note_number, x, err)
		       : read_numbers(x, q->ids, q->n, err);
	for (size_t i = 0; r == WD_OK && i < x->n; i++) {
		if (requeue_one(o, x->v[i], err) == WD_OK)
			continue;
		wd_buf_printf(out, "%s\n", err->text);
		failed++;
	}
	return r == WD_OK && failed > 0 ? wd_err_set(err, WD_E_MALFORMED, "%zu failed", failed) : r;
}

int wd_operate_do(const struct wd_operate *o, const struct wd_operate_request *q,
	struct wd_buf *out, struct wd_err *err)
{
	struct wd_str verb = wd_str_c(q->verb);
	if (wd_str_eqc(verb, "withdraw"))
		return withdraw(o, q, err);
	if (wd_str_eqc(verb, "requeue"))
		return requeue(o, q, out, err);
	if (wd_str_eqc(verb, "renew"))
		return wd_pipeline_renew(o->pipeline, err);
	if (wd_str_eqc(verb, "backup") && q->to != NULL)
		return wd_store_backup(o->store, q->to, err);
	return wd_err_set(err, WD_E_UNSUPPORTED, "'%s' is no command", q->verb);
}
