/* The Kafka sink's look at its topics, and its metrics. */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "sinks/kafka_impl.h"

#define LOOK_MS 5000
#define LOOK_AGAIN_US (30 * WD_SEC)

static struct wd_metric delivered = {.name = "wiredesk_kafka_delivered_total",
	.help = "Events the broker acknowledged.",
	.kind = WD_METRIC_COUNTER};
static struct wd_metric queued = {.name = "wiredesk_kafka_queue_messages",
	.help = "Messages in librdkafka's queues.",
	.kind = WD_METRIC_GAUGE};
static struct wd_metric queued_bytes = {.name = "wiredesk_kafka_queue_bytes",
	.help = "Bytes in librdkafka's queues.",
	.kind = WD_METRIC_GAUGE};
static struct wd_metric sent_bytes = {.name = "wiredesk_kafka_sent_bytes_total",
	.help = "Bytes sent to brokers, compressed.",
	.kind = WD_METRIC_COUNTER};

void kafka_metrics_register(void)
{
	wd_metric_register(&delivered);
	wd_metric_register(&queued);
	wd_metric_register(&queued_bytes);
	wd_metric_register(&sent_bytes);
}

void kafka_count_delivered(uint64_t n)
{
	wd_metric_add(&delivered, (int64_t)n);
}

/* The top-level numbers come first in the text, before any broker's of the same name. */
static bool find_number(struct wd_str json, const char *member, int64_t *ret)
{
	size_t at = wd_str_find(json, wd_str_c(member), 0);
	if (at == SIZE_MAX)
		return false;
	at += strlen(member);
	size_t end = at;
	while (end < json.n && wd_is_digit(json.p[end]))
		end++;
	return wd_str_to_i64(wd_str_sub(json, at, end), 0, INT64_MAX, ret) == WD_OK;
}

int kafka_on_stats(rd_kafka_t *rk, char *json, size_t n, void *opaque)
{
	struct wd_str s = {json, n};
	int64_t v;
	(void)rk, (void)opaque;
	if (find_number(s, "\"msg_cnt\":", &v))
		wd_metric_set(&queued, v);
	if (find_number(s, "\"msg_size\":", &v))
		wd_metric_set(&queued_bytes, v);
	size_t tail = wd_str_find(s, WD_STR("\"tx_bytes\":"), 0);
	if (tail != SIZE_MAX && find_number(wd_str_from(s, tail), "\"tx_bytes\":", &v))
		wd_metric_set(&sent_bytes, v);
	return 0; /* librdkafka frees the text */
}

static int check_one(struct kafka *k, const char *topic, struct wd_err *err)
{
	const struct rd_kafka_metadata *md = NULL;
	rd_kafka_topic_t *t = rd_kafka_topic_new(k->rk, topic, NULL);
	if (t == NULL)
		return wd_err_set(err, WD_E_MALFORMED, "kafka: '%s' is no topic name", topic);
	rd_kafka_resp_err_t e = rd_kafka_metadata(k->rk, 0, t, &md, LOOK_MS);
	if (e == RD_KAFKA_RESP_ERR_NO_ERROR && md->topic_cnt == 1)
		e = md->topics[0].err;
	int parts = e == RD_KAFKA_RESP_ERR_NO_ERROR && md->topic_cnt == 1
			    ? md->topics[0].partition_cnt
			    : 0;
	if (md != NULL)
		rd_kafka_metadata_destroy(md);
	rd_kafka_topic_destroy(t);
	if (e == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || e == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
		return wd_err_set(err, WD_E_NOTFOUND,
			"kafka: topic '%s' does not exist; create it (`wiredesk kafka init`)",
			topic);
	if (e != RD_KAFKA_RESP_ERR_NO_ERROR)
		return kafka_error(k, e, "look at the topic", topic, err);
	return parts > 0 ? WD_OK
			 : wd_err_set(err, WD_E_TRANSIENT, "kafka: topic '%s' has no partition yet",
				   topic);
}

/* ---- topics beside the sink's own ---- */

int kafka_sides_make(struct kafka *k, struct wd_err *err)
{
	const char *const fixed[] = {k->conf.dead_letter_topic, k->conf.health_topic};
	size_t max = WD_COUNTOF(fixed);
	for (const char *const *t = k->conf.routes; t != NULL && *t != NULL; t++)
		max++;
	k->sides = calloc(max, sizeof(*k->sides));
	if (k->sides == NULL)
		return wd_err_set(err, WD_E_NOMEM, "kafka: out of memory");
	for (size_t i = 0; i < max; i++) {
		const char *topic =
			i < WD_COUNTOF(fixed) ? fixed[i] : k->conf.routes[i - WD_COUNTOF(fixed)];
		if (topic != NULL && strcmp(topic, k->conf.topic) != 0 &&
			kafka_side_of(k, topic) == NULL)
			k->sides[k->side_count++].topic = topic;
	}
	return WD_OK;
}

struct kafka_side *kafka_side_of(struct kafka *k, const char *topic)
{
	for (size_t i = 0; i < k->side_count; i++) {
		if (strcmp(k->sides[i].topic, topic) == 0)
			return &k->sides[i];
	}
	return NULL;
}

void kafka_side_spoil(struct kafka_side *side, const char *why)
{
	side->looked_us = wd_clock_mono_us();
	(void)snprintf(side->why, sizeof(side->why), "%.*s", (int)sizeof(side->why) - 1, why);
	if (!side->is_bad)
		wd_log(WD_LOG_WARNING, wd_str_c(side->topic), "topic-unusable",
			"error=%s: its events become dead letters until it can be written to",
			WD_LOGQ(wd_str_c(why)));
	side->is_bad = true;
}

static int look_at_side(struct kafka *k, struct kafka_side *side, struct wd_err *err)
{
	int r = check_one(k, side->topic, err);
	if (r == WD_OK) {
		if (side->is_bad)
			wd_log(WD_LOG_NOTICE, wd_str_c(side->topic), "topic-usable", "again=yes");
		side->is_bad = false;
		return WD_OK;
	}
	if (r == WD_E_TRANSIENT)
		return r;
	kafka_side_spoil(side, err->text);
	return WD_OK;
}

bool kafka_side_is_bad(struct kafka *k, struct kafka_side *side)
{
	struct wd_err err;
	if (side == NULL || !side->is_bad)
		return false;
	if (k->rk != NULL && wd_clock_mono_us() - side->looked_us >= LOOK_AGAIN_US) {
		side->looked_us = wd_clock_mono_us();
		(void)look_at_side(k, side, &err);
	}
	return side->is_bad;
}

int kafka_check_topics(struct kafka *k, struct wd_err *err)
{
	int r = check_one(k, k->conf.topic, err);
	for (size_t i = 0; i < k->side_count && r == WD_OK; i++) {
		struct kafka_side *side = &k->sides[i];
		/* What delivery found out (no right to write) metadata does not show. */
		if (!side->is_bad || wd_clock_mono_us() - side->looked_us >= LOOK_AGAIN_US)
			r = look_at_side(k, side, err);
	}
	return r;
}
