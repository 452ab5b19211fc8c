/* The Kafka sink's look at its topics. */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "sinks/kafka_impl.h"

#define LOOK_MS 5000
#define LOOK_AGAIN_US (30 * WD_SEC)

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
