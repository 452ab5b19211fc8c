/**
 * A record of a topic as documents: where it is, its headers, its documents' ids. Pure; no
 * librdkafka.
 */
#pragma once
#include "base/hash.h"
#include "sources/inbox.h"

/** Where a document is. Slices borrowed. */
struct wd_kafka_place {
	struct wd_str cluster, topic;
	int32_t partition;
	int64_t offset;
	uint32_t epoch;        /* so many times the topic was made anew */
	uint32_t index, count; /* of several documents in one record; else 1 of 1 */
};

#define WD_KAFKA_PLACE_TEXT 512
/** `kafka://CLUSTER/TOPIC/PARTITION/OFFSET`, with `?epoch=N` when it is not 0 and `#INDEX/COUNT`
 * when there are several: a document's provenance.input. The text stands in `out`. */
struct wd_str wd_kafka_place_text(const struct wd_kafka_place *p, char out[WD_KAFKA_PLACE_TEXT]);
/** The same read back; slices point into `s`. WD_E_MALFORMED: no such text. */
WD_MUST_USE int wd_kafka_place_read(struct wd_str s, struct wd_kafka_place *ret);
/** The document's id: its place and the record's timestamp, so that a topic that was made anew
 * unseen is not taken for what it was. */
struct wd_hash wd_kafka_place_id(const struct wd_kafka_place *p, int64_t timestamp_ms);

struct wd_kafka_record {
	struct wd_str value;
	struct wd_str content_type; /* when no header says one */
	const struct wd_kafka_header {
		struct wd_str name, value;
	} * headers;
	size_t header_count;
};

/** What it holds, in the arena or the record. */
struct wd_kafka_documents {
	struct wd_kafka_document {
		struct wd_str type, body;
	} * v;
	size_t n;
};
/** Content coding undone, CloudEvents (binary mode: headers `ce_…`; structured mode; batches) and
 * multipart taken apart. WD_E_MALFORMED, WD_E_LIMIT: no document, err says why. WD_E_NOMEM. */
WD_MUST_USE int wd_kafka_record_open(const struct wd_kafka_record *r, uint64_t max_bytes,
	struct wd_arena *a, struct wd_kafka_documents *ret, struct wd_err *err);
