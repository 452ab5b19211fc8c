/**
 * Between the files of http_poll: the way of a document (http_poll.c) and the set of feeds
 * (http_poll_feeds.c).
 */
#pragma once
#include <pthread.h>

#include "sources/http_fetch.h"

/* After so many 304 in a row one fetch goes without validators: some servers answer 304 for ever.
 */
#define PROBE_AFTER 100
/* A permanent redirect is believed when it stood so long and was seen so often. */
#define MOVED_AFTER (3 * WD_DAY)
#define MOVED_TIMES 5
#define HOST_BUCKETS 4096

enum feed_state { WAITING, READY, FETCHING, HELD, SENT };

struct wd_poll_host {
	struct wd_str key; /* scheme://host:port */
	size_t running;
	struct wd_poll_feed *first, *last; /* ready */
	struct wd_poll_host *next_turn, *next;
	bool has_turn;
};

struct wd_poll_feed {
	struct wd_poll *p;
	const struct wd_feed_conf *conf;
	char *id, *url; /* copies: outlive the configuration they came from */
	struct wd_poll_host *host;
	enum feed_state state;
	struct wd_schedule sched;
	int64_t due_us; /* monotonic */
	size_t heap_at;
	struct wd_poll_feed *next;
	struct wd_fetch *fetch;
	struct wd_doc *doc; /* HELD */
	char *etag, *last_modified;
	struct wd_hash body_hash;
	bool has_body_hash;
	unsigned unchanged_in_a_row;
	char *moved_to;         /* seen behind permanent redirects */
	int64_t moved_since_us; /* wall clock: kept over restarts */
	unsigned moved_seen;
	bool is_moved; /* believed: fetched from there */
	enum wd_poll_health health;
	int status;
	int64_t retry_after_us, last_ok_us, failing_since_us;
	char reason[256];
	int64_t saved_interval_us; /* as the store has them */
	unsigned saved_seen;
	bool saved_moved;
	bool is_removed, keep;
};

/* What travels with a document, in its arena. */
struct delivery {
	struct wd_poll_feed *feed;
	struct wd_poll_report report;
	bool is_reported;
	struct wd_hash body_hash;
};

/* What comes back from the desk's thread. */
struct outcome {
	struct outcome *next;
	struct wd_poll_feed *feed;
	int rc;
	char *etag, *last_modified;
	struct wd_hash body_hash;
	struct wd_poll_report report;
	bool is_reported;
};

struct wd_poll {
	struct wd_poll_opts o;
	const struct wd_http_conf *http;
	struct wd_fetcher *fetcher;
	uv_timer_t timer;
	uv_async_t wake;
	struct wd_poll_feed **feeds;
	size_t n;
	struct wd_poll_feed **heap;
	size_t heap_n, heap_cap;
	struct wd_poll_host *hosts[HOST_BUCKETS], *turn_first, *turn_last;
	size_t running;
	struct wd_poll_feed *held_first, *held_last;
	size_t held;
	bool is_full, is_stopped;
	uint64_t random;
	size_t outstanding; /* documents with the pipeline */
	pthread_mutex_t lock;
	struct outcome *outcomes; /* under lock */
};

/** Frees it and a document it holds. */
void wd_poll_feed_free(struct wd_poll_feed *f);
/** The feed waits until then (monotonic). */
void wd_poll_wait_until(struct wd_poll_feed *f, int64_t due_us);
/** Everything that can go on goes on: due feeds queue up, hosts take turns, the timer is set. */
void wd_poll_pump(struct wd_poll *p);
void wd_poll_view_of(const struct wd_poll_feed *f, struct wd_poll_view *ret);
/** Whatever feeds were doing; a document that is with the pipeline comes back by itself. */
void wd_poll_detach_all(struct wd_poll *p);
/** NUL-terminated copy; NULL when s is empty (or out of memory). */
char *wd_poll_copy(struct wd_str s);
