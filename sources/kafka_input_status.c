/* What a topic's reading looks like from outside: metrics, /status, and the group's offsets. */
#include <inttypes.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "sources/kafka_input_impl.h"

#define TELL_US (5 * WD_SEC)
#define ASK_US (5 * WD_SEC)
#define ASK_MS 500

static void add_metric(struct wd_kafka_input *in, struct wd_metric *m, const char *name,
	enum wd_metric_kind kind, const char *help)
{
	*m = (struct wd_metric){.name = name, .help = help, .kind = kind, .labels = in->labels};
	wd_metric_register(m);
}

void kafka_in_metrics(struct wd_kafka_input *in)
{
	(void)snprintf(in->labels, sizeof(in->labels), "topic=\"%s\",source=\"%.*s\"", in->topic,
		WD_STR_ARG(in->o.source));
	add_metric(in, &in->m_records, "wiredesk_kafka_input_records_total", WD_METRIC_COUNTER,
		"Records of a topic taken into the inbox.");
	add_metric(in, &in->m_bytes, "wiredesk_kafka_input_bytes_total", WD_METRIC_COUNTER,
		"Bytes of the records read from a topic.");
	add_metric(in, &in->m_skipped, "wiredesk_kafka_input_skipped_total", WD_METRIC_COUNTER,
		"Records without a value.");
	add_metric(in, &in->m_refused, "wiredesk_kafka_input_refused_total", WD_METRIC_COUNTER,
		"Records that hold no document; they become dead letters.");
	add_metric(in, &in->m_known, "wiredesk_kafka_input_known_total", WD_METRIC_COUNTER,
		"Documents that were in the inbox already: read again after a crash.");
	add_metric(in, &in->m_lost, "wiredesk_kafka_input_lost_total", WD_METRIC_COUNTER,
		"Records the broker deleted before they were read.");
	add_metric(in, &in->m_paused, "wiredesk_kafka_input_paused", WD_METRIC_GAUGE,
		"1 while reading waits for room in the inbox or the outbox.");
}

void kafka_in_metrics_end(struct wd_kafka_input *in)
{
	struct wd_metric *const all[] = {&in->m_records, &in->m_bytes, &in->m_skipped,
		&in->m_refused, &in->m_known, &in->m_lost, &in->m_paused};
	for (size_t i = 0; i < WD_COUNTOF(all); i++)
		wd_metric_remove(all[i]);
	for (size_t i = 0; i < in->part_count; i++) {
		if (in->parts[i].lag == NULL)
			continue;
		wd_metric_remove(&in->parts[i].lag->metric);
		free(in->parts[i].lag);
	}
}

struct kafka_lag *kafka_in_lag(struct wd_kafka_input *in, int32_t partition)
{
	struct kafka_lag *l = calloc(1, sizeof(*l));
	if (l == NULL)
		return NULL;
	(void)snprintf(l->labels, sizeof(l->labels), "%s,partition=\"%" PRId32 "\"", in->labels,
		partition);
	l->metric = (struct wd_metric){.name = "wiredesk_kafka_input_lag",
		.help = "Records of a partition that are not worked up yet.",
		.kind = WD_METRIC_GAUGE,
		.labels = l->labels};
	wd_metric_register(&l->metric);
	return l;
}

/* Records that are no documents move no cursor: once nothing waits, all before `next` is done. */
static void renew(struct wd_kafka_input *in, struct kafka_part *p, bool nothing_waits)
{
	struct wd_kafka_cursor c = {.partition = p->id};
	struct wd_str cluster = wd_str_c(in->cluster);
	if (in->o.load(cluster, &c, in->o.ctx) == WD_OK && c.epoch == p->epoch)
		p->stored = c.next;
	if (!nothing_waits || p->stored == KAFKA_UNKNOWN || p->next <= p->stored)
		return;
	c = (struct wd_kafka_cursor){.partition = p->id, .epoch = p->epoch, .next = p->next};
	(void)in->o.save(cluster, &c, in->o.ctx);
}

static int64_t lag_of(const struct kafka_view *v)
{
	int64_t from = v->stored != KAFKA_UNKNOWN ? v->stored : v->next;
	return v->end > from && from != KAFKA_UNKNOWN ? v->end - from : 0;
}

/* Fetching brings the ends along; while it is paused they have to be asked for. */
static void ask_ends(struct wd_kafka_input *in)
{
	rd_kafka_topic_partition_list_t *l = rd_kafka_topic_partition_list_new((int)in->part_count);
	for (size_t i = 0; i < in->part_count; i++)
		rd_kafka_topic_partition_list_add(l, in->topic, in->parts[i].id)->offset =
			RD_KAFKA_OFFSET_END;
	if (rd_kafka_offsets_for_times(in->rk, l, ASK_MS) == RD_KAFKA_RESP_ERR_NO_ERROR) {
		for (int i = 0; i < l->cnt; i++) {
			struct kafka_part *p = kafka_in_part(in, l->elems[i].partition);
			if (p != NULL && l->elems[i].err == RD_KAFKA_RESP_ERR_NO_ERROR)
				p->end = l->elems[i].offset;
		}
	}
	rd_kafka_topic_partition_list_destroy(l);
}

static void show(struct wd_kafka_input *in, size_t i)
{
	const struct kafka_part *p = &in->parts[i];
	int64_t low = KAFKA_UNKNOWN, high = KAFKA_UNKNOWN;
	(void)rd_kafka_get_watermark_offsets(in->rk, in->topic, p->id, &low, &high);
	if (in->is_paused && p->end > high)
		high = p->end;
	struct kafka_view v = {.id = p->id,
		.next = p->next,
		.stored = p->stored,
		.end = WD_MAX(high, KAFKA_UNKNOWN)};
	if (p->lag != NULL)
		wd_metric_set(&p->lag->metric, lag_of(&v));
	(void)pthread_mutex_lock(&in->lock);
	in->views[i] = v;
	(void)pthread_mutex_unlock(&in->lock);
}

static void tell_group(struct wd_kafka_input *in)
{
	rd_kafka_topic_partition_list_t *l =
		rd_kafka_topic_partition_list_new((int)in->part_count + 1);
	for (size_t i = 0; i < in->part_count; i++) {
		struct kafka_part *p = &in->parts[i];
		if (p->stored == KAFKA_UNKNOWN || p->stored == p->told)
			continue;
		rd_kafka_topic_partition_list_add(l, in->topic, p->id)->offset = p->stored;
		p->told = p->stored;
	}
	if (l->cnt > 0 && rd_kafka_commit(in->rk, l, 1) == RD_KAFKA_RESP_ERR_NO_ERROR)
		in->tellings++;
	rd_kafka_topic_partition_list_destroy(l);
}

/* The first time, when every partition has a cursor: those that come later are new ones. */
static void note_begun(struct wd_kafka_input *in)
{
	const struct wd_kafka_cursor begun = {.partition = -1};
	for (size_t i = 0; i < in->part_count; i++) {
		if (in->parts[i].stored == KAFKA_UNKNOWN)
			return;
	}
	in->has_begun = in->o.save(wd_str_c(in->cluster), &begun, in->o.ctx) == WD_OK;
}

void kafka_in_tick(struct wd_kafka_input *in)
{
	uint64_t records, bytes;
	int64_t now = wd_clock_mono_us();
	if (in->part_count == 0 || now - in->ticked_us < WD_SEC)
		return;
	in->ticked_us = now;
	if (in->is_paused && now - in->asked_us >= ASK_US) {
		in->asked_us = now;
		ask_ends(in);
	}
	wd_intake_fill(in->o.intake, &records, &bytes);
	for (size_t i = 0; i < in->part_count; i++) {
		renew(in, &in->parts[i], records == 0 && in->batch_done == in->batch_n);
		show(in, i);
	}
	(void)pthread_mutex_lock(&in->lock);
	in->view_count = in->part_count;
	(void)pthread_mutex_unlock(&in->lock);
	if (!in->has_begun)
		note_begun(in);
	if (now - in->told_us >= TELL_US) {
		in->told_us = now;
		tell_group(in);
	}
}

void wd_kafka_input_json(struct wd_kafka_input *in, struct wd_json *j)
{
	int64_t lag = 0;
	wd_json_obj(j);
	wd_json_kv(j, "topic", in->o.topic);
	wd_json_kv(j, "source", in->o.source);
	(void)pthread_mutex_lock(&in->lock);
	wd_json_kv(j, "state", wd_str_c(in->state[0] != '\0' ? in->state : "starting"));
	wd_json_kv(j, "reason", wd_str_c(in->reason));
	wd_json_kv_bool(j, "paused", in->is_paused);
	wd_json_kv_int(j, "records", wd_metric_get(&in->m_records));
	wd_json_kv_int(j, "skipped", wd_metric_get(&in->m_skipped));
	wd_json_kv_int(j, "refused", wd_metric_get(&in->m_refused));
	wd_json_kv_int(j, "lost", wd_metric_get(&in->m_lost));
	for (size_t i = 0; i < in->view_count; i++)
		lag += lag_of(&in->views[i]);
	wd_json_kv_int(j, "lag", lag);
	wd_json_kv_arr(j, "partitions");
	for (size_t i = 0; i < in->view_count; i++) {
		const struct kafka_view *v = &in->views[i];
		wd_json_obj(j);
		wd_json_kv_int(j, "partition", v->id);
		if (v->stored != KAFKA_UNKNOWN)
			wd_json_kv_int(j, "cursor", v->stored);
		if (v->next != KAFKA_UNKNOWN)
			wd_json_kv_int(j, "position", v->next);
		if (v->end != KAFKA_UNKNOWN)
			wd_json_kv_int(j, "end", v->end);
		wd_json_kv_int(j, "lag", lag_of(v));
		wd_json_obj_end(j);
	}
	wd_json_arr_end(j);
	(void)pthread_mutex_unlock(&in->lock);
	wd_json_obj_end(j);
}
