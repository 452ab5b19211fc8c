/**
 * Inbox: documents as they came in, durable before anybody looked into them.
 *
 * An append-only log of segment files in a folder. Many requests share one fdatasync (group
 * commit). Records are numbered; the reader gets them in order; those up to a position are settled
 * and leave. What a crash left is read again at the next start. See inbox.c for the format.
 *
 * wd_inbox_put and wd_inbox_fill: any thread. Reading and settling: one thread each.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

struct wd_inbox;

/** In `origin`: the document is not to be read, `url` says why; it becomes a dead letter. */
#define WD_INBOX_REFUSED 0x100u

/** A document: enough to make a struct wd_doc of it at any later time. */
struct wd_inbox_record {
	uint64_t seq; /* given by wd_inbox_put; never used twice */
	struct wd_hash id;
	uint64_t body_hash; /* of `body` */
	int64_t received_us;
	uint32_t origin; /* enum wd_doc_origin, WD_INBOX_REFUSED */
	struct wd_str source, type, input, url;
	struct wd_str body;
};

/** Waits for a sync; lives in the caller's request. */
struct wd_inbox_ticket {
	struct wd_inbox_ticket *next;
	/** From the inbox's thread: WD_OK, all that was put is durable; else none of it is. */
	void (*done)(struct wd_inbox_ticket *t, int rc);
};

struct wd_inbox_opts {
	const char *dir;
	uint64_t max_bytes;   /* records not settled; more are refused */
	size_t max_records;   /* the same, by number */
	size_t segment_bytes; /* 0: WD_INBOX_SEGMENT_BYTES */
	uint64_t position;    /* settled up to here, as the store says */
	/** Each record found at the start that is above the position (strings: during the call). */
	void (*found)(const struct wd_inbox_record *r, void *ctx);
	void *ctx;
};

/** Opens, creates, reads what a crash left. Damaged records are stepped over and counted. */
WD_MUST_USE int wd_inbox_open(
	const struct wd_inbox_opts *opts, struct wd_inbox **ret, struct wd_err *err);
/** Writes what waits and ends the thread; later puts are denied. */
void wd_inbox_end(struct wd_inbox *in);
/** wd_inbox_end, and frees all: nobody may call any more. */
void wd_inbox_close(struct wd_inbox *in); /* NULL is fine */
/** Bytes that were found damaged when it was opened. */
uint64_t wd_inbox_damaged(const struct wd_inbox *in);

/** Copies the records to the end (their seq is set) and has the ticket called after the sync.
 * n 0: only waits for what was put before. WD_E_FULL, WD_E_DENIED (closing), WD_E_NOMEM: nothing
 * happened and the ticket is not called. */
WD_MUST_USE int wd_inbox_put(
	struct wd_inbox *in, struct wd_inbox_record *list, size_t n, struct wd_inbox_ticket *t);
/** The next durable record after the last one given; its strings live until the next call.
 * WD_E_NOTFOUND: none within wait_us, or woken. */
WD_MUST_USE int wd_inbox_next(
	struct wd_inbox *in, int64_t wait_us, struct wd_inbox_record *ret, struct wd_err *err);
/** The next record given will be the first above `seq`. Reader's thread. */
void wd_inbox_seek(struct wd_inbox *in, uint64_t seq);
/** Ends a wait in wd_inbox_next. Any thread. */
void wd_inbox_wake(struct wd_inbox *in);
/** A record is settled for good: its room is free. Any thread. */
void wd_inbox_settled(struct wd_inbox *in, const struct wd_inbox_record *r);
/** Nothing up to here will be asked for again: its segments go. Any thread. */
void wd_inbox_trim(struct wd_inbox *in, uint64_t position);
/** Records and bytes not settled yet. */
void wd_inbox_fill(struct wd_inbox *in, uint64_t *ret_records, uint64_t *ret_bytes);
/** How many syncs there were (tests, benches). */
uint64_t wd_inbox_syncs(struct wd_inbox *in);
