/**
 * Inside sinks/kafka*.c only: the Kafka sink's instance.
 */
#pragma once
#include <librdkafka/rdkafka.h>
#include <stdatomic.h>

#include "sinks/sink.h"

#define KAFKA_STATS 6
#define KAFKA_WINDOW 16384 /* rows in flight, a power of two */

struct kafka_slot {
	int64_t seq;
	bool done;
};

/* A topic beside the sink's own: of dead letters, health, or a rule. One that cannot be written to
 * stops nothing else: its rows are refused, and it is looked at again from time to time. */
struct kafka_side {
	const char *topic;
	rd_kafka_topic_t *rkt; /* of this producer; NULL: not used yet */
	bool is_bad;
	char why[300];
	int64_t looked_us;
};

/* What a transaction is doing, for status; written by the sink's thread, read by any. */
enum kafka_txn_state { KAFKA_TXN_NONE, KAFKA_TXN_IDLE, KAFKA_TXN_OPEN, KAFKA_TXN_COMMITTING };

struct kafka {
	struct wd_sink_host host;
	struct wd_sink_conf conf;
	char txn_id[160], group[160];
	rd_kafka_t *rk;
	rd_kafka_queue_t *reports; /* of rk: what rd_kafka_poll serves */
	rd_kafka_topic_t *rkt;     /* the own topic, of this producer; NULL: not used yet */
	bool ready;                /* transactions are initialised, topics were looked at */
	bool eo;
	int64_t pos;  /* delivered up to here */
	int64_t sent; /* highest sequence number handed to librdkafka in this run */
	/* In flight, in order: slots [head, tail) of the ring; a message's opaque is its number. */
	struct kafka_slot ring[KAFKA_WINDOW];
	uint64_t head, tail;
	/* What delivery reports said of the rows in flight. */
	int failed; /* enum wd_rc, 0: nothing failed */
	char failure[400];
	int64_t refused_seq; /* a row the broker will not take, 0: none */
	int64_t skip_seq;    /* refused while alone: counts as delivered when it comes again */
	/* Batches shrink to find a row that spoils its neighbours, and grow again after it. */
	size_t limit;
	unsigned aborts; /* of this batch; at-least-once: small batches delivered since a failure */
	bool topic_denied; /* the last error of a transaction: not allowed to write to a topic */
	struct kafka_side *sides;
	size_t side_count;
	rd_kafka_queue_t *settings; /* the topics' settings were asked for: the answer comes here */
	bool knows_settings;        /* and were compared with what delivery needs */
	atomic_int txn_state;
	_Atomic uint64_t txns, txn_aborts;
	_Atomic int64_t txn_us; /* how long the last commit took, from begin */
	int64_t txn_began_us;
	int64_t stats[KAFKA_STATS]; /* of this producer, as it reported last (kafka_stats.c) */
	bool in_txn;
};

int kafka_new_producer(struct kafka *k, struct wd_err *err);
void kafka_drop_producer(struct kafka *k);
/** The error as a wd_rc with advice. */
int kafka_error(struct kafka *k, rd_kafka_resp_err_t e, const char *what, const char *detail,
	struct wd_err *err);
/** Hands one row to librdkafka: WD_OK, WD_E_FULL, or an error (WD_E_LIMIT: refused for good). */
int kafka_produce(struct kafka *k, const struct wd_row *row, struct wd_err *err);
const char *kafka_topic_of(const struct kafka *k, const struct wd_row *row);
/** The side topic of that name; NULL: the sink's own. */
struct kafka_side *kafka_side_of(struct kafka *k, const char *topic);
/** Whether rows for it are refused now; looks at a bad one again after a while. */
bool kafka_side_is_bad(struct kafka *k, struct kafka_side *side);
void kafka_side_spoil(struct kafka_side *side, const char *why);
/** WD_E_NOMEM or done. */
int kafka_sides_make(struct kafka *k, struct wd_err *err);
/** A refusal that is the row's own fault. */
bool kafka_is_poison(rd_kafka_resp_err_t e);
/** Moves `pos` over rows that are done. */
void kafka_advance(struct kafka *k);
/** kafka_txn.c: a batch as one transaction with its position in it. */
int kafka_txn_establish(struct kafka *k, struct wd_err *err);
int kafka_txn_submit(struct kafka *k, const struct wd_row *rows, size_t n, size_t *ret_taken,
	struct wd_err *err);
/** kafka_init.c: asks for the topics' settings; delivery does not wait for the answer. */
void kafka_ask_settings(struct kafka *k);
/** Looks whether it came, and says once, with advice, what they lack. */
void kafka_hear_settings(struct kafka *k);
void kafka_forget_settings(struct kafka *k);
/** kafka_admin.c: the own topic exists? WD_E_NOTFOUND with advice; looks at the others, too. */
int kafka_check_topics(struct kafka *k, struct wd_err *err);
/** Statistics JSON → metrics. */
int kafka_on_stats(rd_kafka_t *rk, char *json, size_t n, void *opaque);
/** The producer is gone: its queues are empty. */
void kafka_stats_forget(struct kafka *k);
void kafka_count_delivered(uint64_t n);
/** A transaction that took us µs. */
void kafka_count_committed(int64_t us);
void kafka_count_aborted(void);
void kafka_metrics_register(void);
