/**
 * Inside sinks/kafka*.c only: the Kafka sink's instance.
 */
#pragma once
#include <librdkafka/rdkafka.h>
#include <stdatomic.h>

#include "sinks/sink.h"

#define KAFKA_WINDOW 16384 /* rows in flight, a power of two */

struct kafka_slot {
	int64_t seq;
	bool done;
};

struct kafka {
	struct wd_sink_host host;
	struct wd_sink_conf conf;
	char txn_id[160], group[160];
	rd_kafka_t *rk;
	bool ready; /* transactions are initialised, topics were looked at */
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
	int64_t txn_began_us;
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
/** A refusal that is the row's own fault. */
bool kafka_is_poison(rd_kafka_resp_err_t e);
/** Moves `pos` over rows that are done. */
void kafka_advance(struct kafka *k);
/** kafka_txn.c: a batch as one transaction with its position in it. */
int kafka_txn_establish(struct kafka *k, struct wd_err *err);
int kafka_txn_submit(struct kafka *k, const struct wd_row *rows, size_t n, size_t *ret_taken,
	struct wd_err *err);
/** kafka_admin.c: topics exist? WD_E_NOTFOUND with advice. */
int kafka_check_topics(struct kafka *k, struct wd_err *err);
/** Statistics JSON → metrics. */
int kafka_on_stats(rd_kafka_t *rk, char *json, size_t n, void *opaque);
void kafka_count_delivered(uint64_t n);
void kafka_metrics_register(void);
