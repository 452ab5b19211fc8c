/**
 * Polling feeds over HTTP: many at once on the loop thread, libcurl's multi_socket on libuv.
 *
 * One document of a feed is on its way at a time: the next fetch is planned only when the pipeline
 * has called the last document's `done`, so a slow pipeline slows the polling by itself and a
 * feed's documents never overtake each other. Validators become those of a document when it is
 * committed, never before: what was not stored is fetched again.
 *
 * All functions: loop thread, but wd_poll_reported().
 */
#pragma once
#include <uv.h>

#include "base/doc.h"
#include "base/hash.h"
#include "sources/schedule.h"

struct wd_poll;

/** What is known of a feed from before: kept by the store, given back at the start. */
struct wd_poll_cursor {
	struct wd_str etag, last_modified; /* byte for byte */
	struct wd_hash body_hash;
	bool has_body_hash;
	struct wd_str schedule; /* what `save` was given last */
};

/** How a feed stands. */
enum wd_poll_health {
	WD_POLL_NEW, /* not read yet */
	WD_POLL_OK,
	WD_POLL_REFUSED_ADDRESS, /* a private address */
	WD_POLL_UNREACHABLE,     /* name lookup, connect, TLS */
	WD_POLL_TIMEOUT,
	WD_POLL_TRUNCATED,
	WD_POLL_TOO_LARGE,
	WD_POLL_BOMB,
	WD_POLL_EMPTY,
	WD_POLL_REDIRECTS,
	WD_POLL_DENIED,   /* 401, 403, 407, 451 */
	WD_POLL_MISSING,  /* 404 */
	WD_POLL_GONE,     /* 410 */
	WD_POLL_LIMITED,  /* 429 */
	WD_POLL_SERVER,   /* 5xx */
	WD_POLL_STATUS,   /* any other status */
	WD_POLL_PROTOCOL, /* not HTTP, bad encoding … */
	WD_POLL_NOT_A_FEED,
	WD_POLL_HEALTH_COUNT
};
const char *wd_poll_health_name(enum wd_poll_health h);

/** One feed's state, for /status. */
struct wd_poll_view {
	struct wd_str id, url, reason;
	enum wd_poll_health health;
	unsigned failures;
	int status;
	int64_t interval_us, next_in_us, last_ok_us; /* wall clock; 0: never */
};

struct wd_poll_opts {
	uv_loop_t *loop;
	const struct wd_http_conf *http;
	/** Takes the document and calls its done later, or answers WD_E_FULL and leaves it. */
	int (*deliver)(struct wd_doc *doc, void *ctx);
	/** Fills the cursor a feed starts from; strings from `a`. May be NULL. */
	void (*cursor)(
		struct wd_str feed_id, struct wd_arena *a, struct wd_poll_cursor *ret, void *ctx);
	/** The feed said nothing new (304, or the body it had): for the archive. The document is
	 * borrowed during the call; status 304 has no body. May be NULL. */
	void (*unchanged)(const struct wd_doc *doc, void *ctx);
	/** Keeps what was learned of a feed (interval, redirects) for its next cursor; called only
	 * when it changed. May be NULL. */
	void (*save)(struct wd_str feed_id, struct wd_str record, void *ctx);
	/** A pause to keep at least after a good poll, because news comes another way; 0: none.
	 * May be NULL. */
	int64_t (*least_pause)(struct wd_str feed_id, void *ctx);
	/** The feed's health changed. May be NULL. */
	void (*health)(const struct wd_poll_view *v, void *ctx);
	void *ctx;
};

/** NULL with the reason in err. */
struct wd_poll *wd_poll_new(const struct wd_poll_opts *opts, struct wd_err *err);
/**
 * The feeds to poll from now on: new ones start, ones that are gone stop, ones that stay keep what
 * was learned. Settings and feeds must live until the next call or wd_poll_free.
 */
WD_MUST_USE int wd_poll_set_feeds(struct wd_poll *p, const struct wd_http_conf *http,
	const struct wd_feed_conf *feeds, size_t n, struct wd_err *err);
/** The pipeline has room again: held documents are delivered, fetching goes on. */
void wd_poll_resume(struct wd_poll *p);
/** What least_pause said of the feed no longer holds: it is planned anew. */
void wd_poll_sooner(struct wd_poll *p, struct wd_str feed_id);
/** Stops fetching: running transfers are dropped (their feeds are simply polled again next time).
 */
void wd_poll_stop(struct wd_poll *p);
/** After wd_poll_stop, when the pipeline can call no done any more: closes the last handle. */
void wd_poll_close(struct wd_poll *p);
/** When the loop has run the closing callbacks. NULL is fine. */
void wd_poll_free(struct wd_poll *p);

/** What the feed's configuration says about its documents, into doc->hints. */
void wd_poll_hints(struct wd_doc *doc, const struct wd_feed_conf *c);

/** What the pipeline made of a document: hints for the schedule, or that it was no feed. Any
 * thread, before the document's done. */
struct wd_poll_report {
	size_t new_items;
	int64_t ttl_us;
	uint32_t skip_hours;
	uint8_t skip_days;
	bool is_feed;
	char reason[200]; /* why not */
};
void wd_poll_reported(const struct wd_doc *doc, const struct wd_poll_report *r);

void wd_poll_each(
	struct wd_poll *p, void (*fn)(const struct wd_poll_view *v, void *ctx), void *ctx);
struct wd_poll_counts {
	size_t feeds, by_health[WD_POLL_HEALTH_COUNT], running, held;
};
void wd_poll_counts(const struct wd_poll *p, struct wd_poll_counts *ret);
