/**
 * Pump: one thread that carries outbox rows to one sink and its position back to the store. A sink
 * that is down keeps its own backlog and stops no other.
 */
#pragma once
#include "base/err.h"
#include "desk/store.h"
#include "sinks/sink.h"

struct wd_pump;

struct wd_pump_opts {
	struct wd_store *store;
	const struct wd_sink_conf *conf; /* borrowed for the pump's life */
	void (*event)(struct wd_str line, void *ctx);
	void (*fatal)(const struct wd_err *err, void *ctx);
	void *ctx;
};

/** Starts the thread. Errors are the configuration's; an unreachable sink is none. */
WD_MUST_USE int wd_pump_new(
	const struct wd_pump_opts *opts, struct wd_pump **ret, struct wd_err *err);
/** All rows up to here are delivered. */
int64_t wd_pump_pos(struct wd_pump *p);
/** It will never deliver again in this process. */
bool wd_pump_is_dead(struct wd_pump *p);
/** {"sink", "state", "position", "backlog", "error"} */
void wd_pump_json(struct wd_pump *p, struct wd_buf *out);
/** The store has a new identity: the sink is opened anew, soon and on the pump's thread. */
void wd_pump_renew(struct wd_pump *p);
/** Ends the thread after the call it is in (a transaction is finished or aborted), frees all. */
void wd_pump_free(struct wd_pump *p);
