/**
 * Pipeline: documents in, durable events out.
 *
 *   push ─► doc queue ─► N workers (parse, build, tag: pure) ─► desk thread (document order:
 * identity, versions, one store transaction per group) ─► outbox ─► one thread per sink
 *
 * A document is finished when all it caused is committed in the store; then its `done` is called
 * (desk thread) and the document freed. Sinks deliver from the outbox on their own; what a sink has
 * not delivered survives a crash. Without a store path (replay, tests) the store is a temporary
 * one.
 *
 * Back-pressure: push answers WD_E_FULL while the doc queue is full or the outbox is at its limit;
 * `resume` is called (from any thread) when pushing is worth another try.
 */
#pragma once
#include "base/buf.h"
#include "base/doc.h"
#include "base/err.h"
#include "sinks/sink.h"

struct wd_feed;
struct wd_pages;
struct wd_pipeline;
struct wd_store;
struct wd_desk_withdrawal;
struct wd_route;
struct wd_rules;
struct wd_store_dead;

struct wd_pipeline_opts {
	unsigned workers;       /* 0: one per core, at most 8 */
	struct wd_store *store; /* borrowed; NULL: a temporary one */
	struct wd_rules *rules; /* a reference is taken; NULL: no tagging */
	const struct wd_sink_conf *sinks;
	size_t sink_count;
	size_t queue_items, queue_bytes; /* 0: base/limits.h */
	uint64_t outbox_max_bytes;       /* 0: base/limits.h */
	struct wd_pages *pages;          /* borrowed; for feeds with fulltext; NULL: none at hand */
	bool page_allowed;  /* an HTML page is an article (replay); false: feeds only */
	bool virtual_clock; /* documents bring the time (replay): what is held is released by it */
	bool hold_embargoed, hold_withheld; /* desk/desk.h */
	uint32_t keep_versions;             /* 0: the desk's default */
	const struct wd_route *routes;      /* borrowed */
	size_t route_count;
	int64_t silent_us;         /* a feed with nothing new for so long is silent; 0: 7 days */
	int64_t hang_us;           /* a document in work for so long hangs; 0: 2 minutes */
	size_t stories_remember;   /* articles whose copies are recognised; 0: 200,000 */
	int64_t stories_window_us; /* and how long after the first of a story; 0: 3 days */
	void (*resume)(void *ctx);
	/* What a document turned out to be (desk thread, before done): for schedules. `feed` is
	 * borrowed during the call; format is empty when it was no feed; rc and err say why a
	 * document was given up. */
	void (*report)(const struct wd_doc *doc, const struct wd_feed *feed, size_t articles,
		size_t new_versions, int rc, const struct wd_err *err, void *ctx);
	/* Desk thread, once a document, inside the transaction that makes its outcome durable: a
	 * source that keeps a position in the store writes it here. rc and why as for report. A
	 * negative answer gives the document back. May be NULL. */
	int (*settle)(const struct wd_doc *doc, size_t articles, size_t new_versions, int rc,
		const struct wd_err *why, void *ctx, struct wd_err *err);
	/* The JSON lines of sinks of type "memory" (sink thread): tests and --expect. */
	void (*event)(struct wd_str line, void *ctx);
	/* A sink will never work again in this process (fenced, foreign store): say so and end. */
	void (*fatal)(const struct wd_err *err, void *ctx);
	void *ctx;
};

struct wd_pipeline_stats {
	uint64_t docs_in, docs_done, docs_failed, articles, versions, unchanged;
	uint64_t outbox_rows, outbox_bytes;
	uint64_t held;       /* versions that wait for their time */
	int64_t next_due_us; /* wall clock; INT64_MAX: nothing held has a time */
	size_t queued_docs, queued_bytes;
};

/** Starts the threads. A sink that is not reachable yet is no error: its state says so. */
WD_MUST_USE int wd_pipeline_new(
	const struct wd_pipeline_opts *opts, struct wd_pipeline **ret, struct wd_err *err);
/** Takes the document (seq is given here) or leaves it: WD_E_FULL (resume will be called),
 * WD_E_DENIED (draining). Any one thread at a time. */
WD_MUST_USE int wd_pipeline_push(struct wd_pipeline *p, struct wd_doc *doc);
/** As push, but waits for room (replay). */
WD_MUST_USE int wd_pipeline_push_wait(struct wd_pipeline *p, struct wd_doc *doc);
/** No more documents; waits until all that were pushed are committed and the sinks delivered the
 * outbox or timeout_us passed (negative: no limit). WD_E_TRANSIENT: rows are left for the next
 * start. */
WD_MUST_USE int wd_pipeline_drain(struct wd_pipeline *p, int64_t timeout_us);
/** Ends the threads (drain first to keep nothing back) and frees all. */
void wd_pipeline_free(struct wd_pipeline *p);
WD_DEFINE_CLEANUP(struct wd_pipeline *, wd_pipeline_free)
/** New rules from the next document on. */
void wd_pipeline_set_rules(struct wd_pipeline *p, struct wd_rules *rules);

/* ---- what operators ask for, and what sources tell; any thread ---- */

/** Runs fn on the desk thread between two groups, in a store transaction of its own that is
 * committed when fn answers WD_OK; waits for it. WD_E_FULL: disk or outbox are full; WD_E_DENIED:
 * the pipeline ends. */
WD_MUST_USE int wd_pipeline_call(struct wd_pipeline *p,
	int (*fn)(struct wd_pipeline *p, void *ctx, struct wd_err *err), void *ctx,
	struct wd_err *err);
/** Withdraws articles, all or none (wd_desk_withdraw); tombstones: a record without value follows
 * each event, for compacted topics. */
WD_MUST_USE int wd_pipeline_withdraw(struct wd_pipeline *p, const struct wd_desk_withdrawal *list,
	size_t n, bool tombstones, struct wd_err *err);
/** An event of the dead letters goes out again; the letter is dropped. */
WD_MUST_USE int wd_pipeline_requeue_event(
	struct wd_pipeline *p, const struct wd_store_dead *d, struct wd_err *err);
/** The store gets a new identity, and the sinks start anew with it. */
WD_MUST_USE int wd_pipeline_renew(struct wd_pipeline *p, struct wd_err *err);

/** How a feed stands, for the health topic: told when it differs from what was told last. Copied;
 * `state` is ok, failing, blocked, gone, silent or gap. */
struct wd_feed_state {
	struct wd_str feed, url, state, reason;
	int status, failures;
	int64_t at_us, last_ok_us;
	bool is_an_incident; /* told even when the same was told last */
};
void wd_pipeline_feed_state(struct wd_pipeline *p, const struct wd_feed_state *s);
/** A worker has had one document in hand for longer than hang_us; its name and times are in err,
 * and it counts as crashed. */
bool wd_pipeline_hangs(struct wd_pipeline *p, struct wd_err *err);

void wd_pipeline_stats(struct wd_pipeline *p, struct wd_pipeline_stats *ret);
/** One line per sink: name, state, backlog, last error; JSON array. */
void wd_pipeline_sinks_json(struct wd_pipeline *p, struct wd_buf *out);
