/**
 * What is done with a Kafka sink's configuration beside delivering: checking it, and making its
 * topics, on request only.
 */
#pragma once
#include "sinks/sink.h"

/** Whether librdkafka takes this property with this value; the error says what it would take. */
WD_MUST_USE int wd_kafka_property_check(const char *name, const char *value, struct wd_err *err);

struct wd_kafka_init {
	int partitions, replication; /* -1: the broker's defaults */
	/* One line of what was done or found, with advice. */
	void (*say)(const char *topic, bool is_problem, const char *text, void *ctx);
	void *ctx;
};

/** Creates the topics that are not there, compares the others with what delivery needs
 * (min.insync.replicas, max.message.bytes, cleanup.policy). */
WD_MUST_USE int wd_kafka_init(
	const struct wd_sink_conf *conf, const struct wd_kafka_init *init, struct wd_err *err);
