/**
 * Kafka as a source: the records of a topic are documents. How far it was read stands in the
 * store, written with what each document caused; the broker's group offsets are only told, for
 * those who watch the lag. See kafka_input.c.
 *
 * Threads: one of its own for each topic; new, stop and free from one thread; the rest as said.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "sources/intake.h"

struct wd_kafka_input;

/** How far a partition was read, as the store keeps it. */
struct wd_kafka_cursor {
	int32_t partition;   /* -1: says only that the topic was begun */
	uint32_t epoch;      /* so many times the topic was made anew */
	int64_t next;        /* all before it is settled */
	struct wd_hash last; /* id of the document at next - 1; zero: unknown */
};

/** How the topic stands, for the health topic. */
struct wd_kafka_state {
	const char *state;   /* ok, failing, blocked, gap */
	const char *reason;  /* empty: none */
	bool is_an_incident; /* told each time, not only when it differs from what was told last */
};

struct wd_kafka_input_opts {
	struct wd_str topic, source; /* borrowed, as all here */
	struct wd_str content_type;  /* of records without such a header; empty: none */
	const char *group;           /* told how far it was read */
	bool from_latest;            /* the first start reads only what comes after it */
	/* librdkafka's, name and value in turn, NULL at the end; with bootstrap.servers */
	const char *const *properties;
	uint64_t max_bytes; /* of a record, and of a document unpacked */
	struct wd_intake *intake;
	/* What is committed for cluster and partition; WD_E_NOTFOUND: nothing yet. */
	int (*load)(struct wd_str cluster, struct wd_kafka_cursor *c, void *ctx);
	/* Durable now or with the store's next commit; never moves back within an epoch. */
	int (*save)(struct wd_str cluster, const struct wd_kafka_cursor *c, void *ctx);
	void (*tell)(const struct wd_kafka_state *s, void *ctx);
	void *ctx;
};

/** Starts its thread. A broker that does not answer is no error: its state says so. */
WD_MUST_USE int wd_kafka_input_new(
	const struct wd_kafka_input_opts *opts, struct wd_kafka_input **ret, struct wd_err *err);
/** Ends the thread; at most about a second. */
void wd_kafka_input_free(struct wd_kafka_input *in); /* NULL is fine */
/** Tells the thread to end, without waiting for it: before many are freed. */
void wd_kafka_input_stop(struct wd_kafka_input *in);
/** An object: state, position and lag of each partition. Any thread. */
void wd_kafka_input_json(struct wd_kafka_input *in, struct wd_json *j);
/** A property that this source sets itself. */
bool wd_kafka_input_owns(struct wd_str property);
