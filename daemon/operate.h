/**
 * What operators do to a store: withdraw, requeue dead letters, renew. The daemon does it when it
 * runs (daemon/control.c asks), a command of its own pipeline without sinks when it does not.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "daemon/pipeline.h"
#include "desk/store.h"

/** Where it is done. */
struct wd_operate {
	struct wd_pipeline *pipeline;
	struct wd_store *store;
	/* Takes a document as wd_pipeline_push does, also while sources push. */
	int (*push)(struct wd_doc *doc, void *ctx);
	void *ctx;
};

/** What a command asks; members its verb does not use are ignored. */
struct wd_operate_request {
	const char *verb;       /* withdraw, requeue, renew, backup */
	const char *const *ids; /* withdraw: events' subjects; requeue: dead letters' numbers */
	size_t n;
	const char *reason; /* withdraw; stands in the event */
	const char *to;     /* backup: a file */
	bool erase, tombstones;
	bool all; /* requeue: every dead letter */
};
/** Does it. withdraw: all or none. requeue: what works is dropped from the dead letters, each
 * failure is a line in `out`. WD_E_UNSUPPORTED: no such verb. */
WD_MUST_USE int wd_operate_do(const struct wd_operate *o, const struct wd_operate_request *q,
	struct wd_buf *out, struct wd_err *err);
