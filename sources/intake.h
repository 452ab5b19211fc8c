/**
 * Intake: from the inbox into the pipeline, and what became of each document.
 *
 *   put ─► inbox (durable) ─► feeder thread ─► deliver ─► … desk: settle, in the transaction of all
 * the document caused ─► done
 *
 * Every source whose documents exist nowhere else goes through it (HTTP, stdin). After a crash the
 * documents above the store's position are delivered again, in order, and those that were settled
 * are not. Threads: as said at each function.
 */
#pragma once
#include "base/doc.h"
#include "sources/inbox.h"

struct wd_intake;

enum wd_fate_state { WD_DOC_QUEUED = 1, WD_DOC_PROCESSED, WD_DOC_DUPLICATE, WD_DOC_FAILED };

struct wd_fate {
	enum wd_fate_state state;
	uint64_t seq, body_hash;
	struct wd_hash id;
	uint32_t articles, versions;
	char reason[300];
};
/** "queued", "processed", "duplicate", "failed" */
const char *wd_fate_name(enum wd_fate_state state);

struct wd_intake_opts {
	const char *dir;
	uint64_t max_bytes;
	uint64_t position; /* the store's */
	/** As in http_poll.h; feeder thread. */
	int (*deliver)(struct wd_doc *doc, void *ctx);
	/** Hints and names that the configuration has for the document's source; feeder thread. */
	void (*dress)(struct wd_doc *doc, void *ctx);
	/** What the store knows: of a number (at the start only), of an id. Any thread. */
	bool (*is_settled)(uint64_t seq, void *ctx);
	bool (*find)(struct wd_hash id, struct wd_fate *ret, void *ctx);
	/** The outbox is full: nothing more is taken. Any thread. */
	bool (*is_full)(void *ctx);
	void *ctx;
};

WD_MUST_USE int wd_intake_new(
	const struct wd_intake_opts *opts, struct wd_intake **ret, struct wd_err *err);
/** The feeder begins: once the pipeline is there. */
WD_MUST_USE int wd_intake_start(struct wd_intake *in, struct wd_err *err);
/** The feeder ends; puts are still taken. */
void wd_intake_stop(struct wd_intake *in);
/** Later puts are denied, all tickets were called. */
void wd_intake_close(struct wd_intake *in);
/** When the pipeline can call no done any more. NULL is fine. */
void wd_intake_free(struct wd_intake *in);

/** As wd_inbox_put. Any thread. */
WD_MUST_USE int wd_intake_put(
	struct wd_intake *in, struct wd_inbox_record *list, size_t n, struct wd_inbox_ticket *t);
/** The ticket said that it did not become durable. */
void wd_intake_lost(struct wd_intake *in, struct wd_hash id);
/** False: never heard of it. Any thread. */
bool wd_intake_fate(struct wd_intake *in, struct wd_hash id, struct wd_fate *ret);
/** There is room in the pipeline again. Any thread. */
void wd_intake_resume(struct wd_intake *in);
/** Desk thread, in the transaction: what to write into the store, and the new position. False: the
 * document is not the intake's. */
bool wd_intake_settle(const struct wd_doc *doc, size_t articles, size_t versions, int rc,
	const char *reason, struct wd_fate *ret, uint64_t *ret_position);
void wd_intake_fill(struct wd_intake *in, uint64_t *ret_records, uint64_t *ret_bytes);
