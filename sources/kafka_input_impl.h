/**
 * Inside sources/kafka_input*.c only: thread and batches (kafka_input.c), the consumer and its
 * positions (kafka_input_client.c), metrics and status (kafka_input_status.c).
 */
#pragma once
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/metrics.h"
#include "sources/kafka_input.h"
#include "sources/kafka_record.h"

#define KAFKA_BATCH 256 /* records taken at once */
#define KAFKA_MAX_CLUSTER 100
#define KAFKA_UNKNOWN INT64_C(-1)

/* A partition's own figure; it outlives no one: taken out of the registry before it is freed. */
struct kafka_lag {
	struct wd_metric metric;
	char labels[420];
};

struct kafka_part {
	int32_t id;
	uint32_t epoch;
	int64_t next;   /* the record to be read next; KAFKA_UNKNOWN: the topic's begin or end */
	int64_t stored; /* the store's cursor, committed; KAFKA_UNKNOWN: none */
	int64_t told;   /* the group's offset */
	int64_t missed; /* asked for, and the broker has it no more; KAFKA_UNKNOWN: no */
	int64_t end;    /* as last asked for, while paused */
	struct wd_hash verify; /* the record before `next` must be this document; zero: not asked */
	struct kafka_lag *lag;
};

/* What others see of a partition; renewed by the thread, under lock. */
struct kafka_view {
	int32_t id;
	int64_t next, stored, end;
};

struct wd_kafka_input {
	struct wd_kafka_input_opts o;
	char topic[256], cluster[KAFKA_MAX_CLUSTER];
	pthread_t thread;
	bool has_thread;

	/* the thread's */
	rd_kafka_t *rk;
	rd_kafka_topic_t *rkt;
	struct kafka_part *parts; /* in the order of their numbers */
	size_t part_count;
	bool is_assigned, is_assign_due, has_begun, is_down;
	int tellings; /* commits for the group that were not answered */
	int64_t looked_us, ticked_us, told_us, asked_us;
	rd_kafka_message_t *batch[KAFKA_BATCH];
	size_t batch_n, batch_done; /* those before batch_done are in the inbox */
	size_t batch_bytes;
	struct wd_inbox_ticket ticket;
	rd_kafka_resp_err_t last_error; /* that was logged; none since a record came */

	struct wd_metric m_records, m_bytes, m_skipped, m_refused, m_known, m_lost, m_lag, m_paused;
	char labels[380];

	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stopping; /* under lock, as all below */
	int synced;    /* of the ticket; 1: not yet */
	bool is_paused;
	char state[16], reason[400];
	struct kafka_view *views;
	size_t view_count;
};

bool kafka_in_is_stopping(struct wd_kafka_input *in);
/** Waits unless told to stop. */
void kafka_in_wait(struct wd_kafka_input *in, int64_t us);
/** Logs and tells a change of state; the same again is not repeated. */
void kafka_in_state(struct wd_kafka_input *in, const char *state, const char *fmt, ...)
	WD_PRINTF(3, 4);
/** Records were lost, or the topic is another one: told each time. */
void kafka_in_incident(struct wd_kafka_input *in, const char *event, const char *fmt, ...)
	WD_PRINTF(3, 4);

/* kafka_input_client.c */
WD_MUST_USE int kafka_in_open(struct wd_kafka_input *in, struct wd_err *err);
/** Waits for the broker and for librdkafka a few seconds at most. */
void kafka_in_close(struct wd_kafka_input *in);
/** Destroys a client on a thread of its own; false: it takes longer than the limit, and goes on by
 * itself. */
bool kafka_in_destroy(rd_kafka_t *rk, int64_t limit_us);
/** Partitions and cluster, when they are due to be asked for; assigns when something changed.
 * False: nothing can be read now. */
bool kafka_in_look(struct wd_kafka_input *in);
/** Takes records into the batch; waits a little for the first. */
void kafka_in_fetch(struct wd_kafka_input *in);
void kafka_in_pause(struct wd_kafka_input *in, bool pause);
/** Saves the partition's `next` as its cursor and waits until that is committed; false: stopped. */
bool kafka_in_pin(struct wd_kafka_input *in, struct kafka_part *p);
struct kafka_part *kafka_in_part(struct wd_kafka_input *in, int32_t id);

/* kafka_input_status.c */
void kafka_in_metrics(struct wd_kafka_input *in);
void kafka_in_metrics_end(struct wd_kafka_input *in);
/** A new partition's lag; NULL: no memory, then it has none. */
struct kafka_lag *kafka_in_lag(struct wd_kafka_input *in, int32_t partition);
/** Once a second: cursors from the store, views, lag; the group is told. */
void kafka_in_tick(struct wd_kafka_input *in);
