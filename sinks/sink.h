/**
 * Sinks: where outbox rows go. A sink says what was delivered; it never decides what may be
 * dropped. One thread drives each sink (daemon/pump.c):
 *
 *   open → establish → { submit … poll … } → close
 *
 * establish finds the position the sink itself knows and may be called again after any error; what
 * was submitted but not delivered before is submitted again after it.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/row.h"

struct wd_sink; /* each kind's own struct */

/** A sink as configured. Strings are borrowed for the sink's life. */
struct wd_sink_conf {
	const char *type;  /* "kafka", "jsonl", "stdout", "memory" */
	const char *name;  /* its position's name in the store; NULL: made of type and place */
	const char *path;  /* jsonl */
	const char *topic; /* kafka */
	const char *dead_letter_topic; /* kafka; NULL: the local dead-letter store only */
	const char *health_topic;      /* kafka; NULL: none */
	const char *mark; /* kafka: value of a header wd_replay on every record; NULL: no header */
	const char *const *routes; /* kafka; topics that rules name, NULL at the end; or NULL */
	bool exactly_once;
	bool sent_timestamps; /* kafka: records carry the time of sending, not the event's */
	/* librdkafka properties, name and value in turn, NULL at the end; may be NULL */
	const char *const *properties;
	size_t batch_events;   /* 0: 1,000 */
	int64_t batch_wait_us; /* how long a transaction waits for more; 0: 20 ms */
};

/** What the sink may ask of its driver. */
struct wd_sink_host {
	struct wd_str store_uuid;
	int64_t pos, mark;  /* as the store remembers them */
	bool known;         /* it remembers them at all: the sink worked for this store before */
	int64_t opened_seq; /* no row beyond it was ever made before this run */
	/* The row can never be delivered: it goes to the dead letters and counts as done. */
	void (*refused)(int64_t seq, const char *why, void *ctx);
	/* Waits until refused events are safe; else what comes after them may not be delivered. */
	int (*settle)(void *ctx, struct wd_err *err);
	/* "memory": each JSON line */
	void (*line)(struct wd_str line, void *ctx);
	/* Any thread: poll has something to tell. For sinks with `wakes`. */
	void (*wake)(void *ctx);
	/* True when the program is ending: waits should be cut short. */
	bool (*stopping)(void *ctx);
	void *ctx;
};

struct wd_sink_place {
	int64_t pos;  /* all rows up to here are delivered */
	int64_t mark; /* the sink's own note to it (file offset) */
	size_t skip;  /* articles after pos that are delivered, too (lines found in the file) */
};

struct wd_sink_ops {
	const char *name;
	/* The row concerns the sink; others count as delivered. */
	bool (*wants)(const struct wd_sink *s, const struct wd_row *row);
	/* Checks the configuration; no network. */
	int (*open)(const struct wd_sink_conf *conf, const struct wd_sink_host *host,
		struct wd_sink **ret, struct wd_err *err);
	/* WD_E_TRANSIENT: not reachable, again later. WD_E_DENIED: needs an operator; again much
	 * later. WD_E_BUG: never again in this process (fenced, foreign position). */
	int (*establish)(struct wd_sink *s, struct wd_sink_place *ret, struct wd_err *err);
	/* Takes rows in order. WD_E_FULL: *ret_taken < n, poll and go on with the rest. Other
	 * errors: establish. */
	int (*submit)(struct wd_sink *s, const struct wd_row *rows, size_t n, size_t *ret_taken,
		struct wd_err *err);
	/* Serves the sink up to wait_us and says how far it got. Errors: establish. */
	int (*poll)(
		struct wd_sink *s, int64_t wait_us, struct wd_sink_place *ret, struct wd_err *err);
	void (*close)(struct wd_sink *s); /* NULL is fine */
	/* Members of its own for the status page; any thread. May be NULL. */
	void (*status)(const struct wd_sink *s, struct wd_json *j);
	bool wakes; /* calls host.wake: its driver need not ask it from time to time */
	/* Rows taken are not copied: keys and data must last until a position past them was given,
	 * or the next establish or close, whatever that answers. */
	bool keeps;
};

extern const struct wd_sink_ops wd_sink_jsonl, wd_sink_kafka, wd_sink_memory, wd_sink_stdout;

/** NULL: no such type. */
const struct wd_sink_ops *wd_sink_find(const char *type);
