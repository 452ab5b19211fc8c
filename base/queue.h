/**
 * Bounded queue between threads: counts items and bytes, has high and low marks, can be closed.
 *
 * A producer that may not block asks wd_queue_try_push(); once it answered "full" the owner's
 * `low` callback tells when the fill is below the low mark again (three quarters down), so a source
 * pauses and resumes instead of flapping. Any number of producers and consumers.
 */
#pragma once
#include "base/str.h"

struct wd_queue;

struct wd_queue_opts {
	size_t max_items, max_bytes;
	/* Called from a consumer's thread, without the lock, when a queue that refused is low
	 * again. */
	void (*low)(void *ctx);
	void *ctx;
};

struct wd_queue *wd_queue_new(const struct wd_queue_opts *opts); /* NULL: out of memory */
/** The queue must be empty or `drop` gives the items back. */
void wd_queue_free(struct wd_queue *q, void (*drop)(void *item));
/** Takes the item. WD_E_FULL: not taken, the queue is full (an item larger than max_bytes is let in
 * when the queue is empty). WD_E_DENIED: closed. */
WD_MUST_USE int wd_queue_try_push(struct wd_queue *q, void *item, size_t bytes);
/** As above, but waits for room. */
WD_MUST_USE int wd_queue_push(struct wd_queue *q, void *item, size_t bytes);
/** Waits for an item; NULL: closed and empty. */
void *wd_queue_pop(struct wd_queue *q);
/** As pop, but gives NULL after timeout_us too. */
void *wd_queue_pop_wait(struct wd_queue *q, int64_t timeout_us);
/** No more pushes; poppers get what is left, then NULL. */
void wd_queue_close(struct wd_queue *q);
void wd_queue_fill(struct wd_queue *q, size_t *ret_items, size_t *ret_bytes);
