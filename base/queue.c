/*
 * A ring of (item, bytes) under one mutex and two conditions. No lock-free structure: items are
 * whole documents, the lock is held for some tens of nanoseconds per document.
 */
#include "base/queue.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/cond.h"
#include "base/err.h"

struct slot {
	void *item;
	size_t bytes;
};

struct wd_queue {
	pthread_mutex_t lock;
	pthread_cond_t has_item, has_room;
	struct wd_queue_opts opts;
	struct slot *ring;
	size_t head, count, bytes;
	bool closed, refused;
};

struct wd_queue *wd_queue_new(const struct wd_queue_opts *opts)
{
	struct wd_queue *q = calloc(1, sizeof(*q));
	if (q == NULL)
		return NULL;
	q->opts = *opts;
	q->ring = calloc(opts->max_items, sizeof(*q->ring));
	if (q->ring == NULL) {
		free(q);
		return NULL;
	}
	(void)pthread_mutex_init(&q->lock, NULL);
	wd_cond_init(&q->has_item);
	wd_cond_init(&q->has_room);
	return q;
}

void wd_queue_free(struct wd_queue *q, void (*drop)(void *item))
{
	if (q == NULL)
		return;
	for (size_t i = 0; i < q->count && drop != NULL; i++)
		drop(q->ring[(q->head + i) % q->opts.max_items].item);
	(void)pthread_cond_destroy(&q->has_item);
	(void)pthread_cond_destroy(&q->has_room);
	(void)pthread_mutex_destroy(&q->lock);
	free(q->ring);
	free(q);
}

static bool has_room(const struct wd_queue *q, size_t bytes)
{
	if (q->count == 0)
		return true;
	return q->count < q->opts.max_items && q->bytes < q->opts.max_bytes &&
	       bytes <= q->opts.max_bytes - q->bytes;
}

static void put(struct wd_queue *q, void *item, size_t bytes)
{
	q->ring[(q->head + q->count) % q->opts.max_items] = (struct slot){item, bytes};
	q->count++;
	q->bytes += bytes;
	(void)pthread_cond_signal(&q->has_item);
}

int wd_queue_try_push(struct wd_queue *q, void *item, size_t bytes)
{
	int rc = WD_OK;
	(void)pthread_mutex_lock(&q->lock);
	if (q->closed) {
		rc = WD_E_DENIED;
	} else if (!has_room(q, bytes)) {
		q->refused = true;
		rc = WD_E_FULL;
	} else {
		put(q, item, bytes);
	}
	(void)pthread_mutex_unlock(&q->lock);
	return rc;
}

int wd_queue_push(struct wd_queue *q, void *item, size_t bytes)
{
	(void)pthread_mutex_lock(&q->lock);
	while (!q->closed && !has_room(q, bytes))
		(void)pthread_cond_wait(&q->has_room, &q->lock);
	int rc = q->closed ? WD_E_DENIED : WD_OK;
	if (rc == WD_OK)
		put(q, item, bytes);
	(void)pthread_mutex_unlock(&q->lock);
	return rc;
}

static bool wait_item(struct wd_queue *q, int64_t timeout_us)
{
	if (timeout_us < 0)
		return pthread_cond_wait(&q->has_item, &q->lock) == 0;
	return wd_cond_wait_until(&q->has_item, &q->lock, wd_clock_mono_us() + timeout_us);
}

void *wd_queue_pop_wait(struct wd_queue *q, int64_t timeout_us)
{
	void *item = NULL;
	bool low = false;
	(void)pthread_mutex_lock(&q->lock);
	while (q->count == 0 && !q->closed) {
		if (!wait_item(q, timeout_us))
			break;
	}
	if (q->count > 0) {
		struct slot s = q->ring[q->head];
		q->head = (q->head + 1) % q->opts.max_items;
		q->count--;
		q->bytes -= s.bytes;
		item = s.item;
		(void)pthread_cond_signal(&q->has_room);
		if (q->refused && q->count <= q->opts.max_items / 4 &&
			q->bytes <= q->opts.max_bytes / 4) {
			q->refused = false;
			low = true;
		}
	}
	(void)pthread_mutex_unlock(&q->lock);
	if (low && q->opts.low != NULL)
		q->opts.low(q->opts.ctx);
	return item;
}

void *wd_queue_pop(struct wd_queue *q)
{
	return wd_queue_pop_wait(q, -1);
}

void wd_queue_close(struct wd_queue *q)
{
	(void)pthread_mutex_lock(&q->lock);
	q->closed = true;
	(void)pthread_cond_broadcast(&q->has_item);
	(void)pthread_cond_broadcast(&q->has_room);
	(void)pthread_mutex_unlock(&q->lock);
}

void wd_queue_fill(struct wd_queue *q, size_t *ret_items, size_t *ret_bytes)
{
	(void)pthread_mutex_lock(&q->lock);
	*ret_items = q->count;
	*ret_bytes = q->bytes;
	(void)pthread_mutex_unlock(&q->lock);
}
