/*
 * Problem: documents that stand in a topic are to become events exactly once, however often this
 * process or the broker dies, and the broker's group offsets cannot be committed together with what
 * a document caused.
 *
 * Chosen: the position stands in the store (table cursors) and is written by the desk in the
 * transaction of the events (daemon/app_kafka.c). Partitions are assigned by hand, all of them,
 * from there; a group is used only to tell it how far we are. Records go through the inbox as every
 * received document does, so that order, fate, poison and dead letters are one way for all:
 *
 *   poll ─► batch ─► unpack, ids known? ─► inbox (durable) ─► … desk: events, fate and cursor in
 * one transaction
 *
 * After a crash reading begins at the cursor. What was in the inbox by then comes a second time,
 * has the same id (its place: topic, partition, offset) and is passed over. Records are put into
 * the inbox in the order of their offsets, each batch after the one before it was durable, so all
 * in front of a settled record is durable, too.
 *
 * What is no document (broken gzip, too large …) goes the same way, marked as refused, and becomes
 * a dead letter in its turn. A record without a value is counted and passed over.
 *
 * Rejected: past the inbox, straight to the pipeline (Kafka keeps the bytes already). It saves one
 * write, but needs a second bookkeeping of what is in work, given back or settled out of order,
 * and a record whose retention ends while it waits for us would be lost.
 *
 * Back-pressure: an inbox without room pauses the partitions until it has some; then the fetchers
 * stop and what they had is dropped. At most KAFKA_BATCH records are held here, and librdkafka's
 * queue is bounded in bytes.
 *
 * Concurrency: the thread owns all but what stands under `lock`. No call of it waits for the desk,
 * or a stop could hang behind a full disk.
 */
#include "sources/kafka_input.h"

#include <inttypes.h>
#include <stdarg.h>

#include "base/clock.h"
#include "base/cond.h"
#include "base/doc.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/vec.h"
#include "sources/kafka_input_impl.h"

#define RETRY_US (WD_SEC / 5)
#define LOOK_AGAIN_US (2 * WD_SEC)
#define UNPACKED_BYTES (4 * WD_MIB) /* of one put into the inbox, or one record */
#define CUT_BYTES (64 * WD_KIB)     /* kept of a record that fits nowhere */
#define MAX_TYPE 1024

/* ---- small things ---- */

bool kafka_in_is_stopping(struct wd_kafka_input *in)
{
	(void)pthread_mutex_lock(&in->lock);
	bool is = in->stopping;
	(void)pthread_mutex_unlock(&in->lock);
	return is;
}

void kafka_in_wait(struct wd_kafka_input *in, int64_t us)
{
	int64_t until = wd_clock_mono_us() + us;
	(void)pthread_mutex_lock(&in->lock);
	while (!in->stopping && wd_clock_mono_us() < until)
		(void)wd_cond_wait_until(&in->changed, &in->lock, until);
	(void)pthread_mutex_unlock(&in->lock);
}

void kafka_in_state(struct wd_kafka_input *in, const char *state, const char *fmt, ...)
{
	char reason[sizeof(in->reason)];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	(void)pthread_mutex_lock(&in->lock);
	bool is_same = strcmp(in->state, state) == 0 && strcmp(in->reason, reason) == 0;
	bool is_first = in->state[0] == '\0';
	(void)snprintf(in->state, sizeof(in->state), "%s", state);
	(void)snprintf(in->reason, sizeof(in->reason), "%s", reason);
	(void)pthread_mutex_unlock(&in->lock);
	if (is_same)
		return;
	bool is_ok = strcmp(state, "ok") == 0;
	wd_log(is_ok ? WD_LOG_NOTICE : WD_LOG_WARNING, in->o.source,
		is_ok ? is_first ? "topic-read" : "topic-recovered" : "topic-failed",
		"topic=%s%s%s", in->topic, reason[0] != '\0' ? " " : "", reason);
	const struct wd_kafka_state s = {.state = state, .reason = reason};
	in->o.tell(&s, in->o.ctx);
}

void kafka_in_incident(struct wd_kafka_input *in, const char *event, const char *fmt, ...)
{
	char reason[sizeof(in->reason)];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	wd_log(WD_LOG_WARNING, in->o.source, event, "topic=%s %s", in->topic, reason);
	const struct wd_kafka_state gap = {
		.state = "gap", .reason = reason, .is_an_incident = true};
	in->o.tell(&gap, in->o.ctx);
	const struct wd_kafka_state ok = {.state = "ok", .reason = "", .is_an_incident = true};
	in->o.tell(&ok, in->o.ctx);
}

/* ---- into the inbox ---- */

static void on_synced(struct wd_inbox_ticket *t, int rc)
{
	struct wd_kafka_input *in =
		(struct wd_kafka_input *)((char *)t - offsetof(struct wd_kafka_input, ticket));
	(void)pthread_mutex_lock(&in->lock);
	in->synced = rc;
	(void)pthread_cond_broadcast(&in->changed);
	(void)pthread_mutex_unlock(&in->lock);
}

/* What goes into the inbox at once, and the memory behind it. */
struct load {
	struct wd_arena *mem;
	WD_VEC(struct wd_inbox_record) list;
	size_t records,
		known; /* of the batch; documents that are in the inbox or settled already */
};

static struct wd_str header_value(const void *p, size_t n)
{
	return p != NULL ? (struct wd_str){p, n} : WD_STR_NONE;
}

static void read_headers(struct wd_arena *a, const rd_kafka_message_t *m, struct wd_kafka_record *r)
{
	enum { MAX_HEADERS = 100 };
	rd_kafka_headers_t *h = NULL;
	const char *name;
	const void *value;
	size_t n;
	if (rd_kafka_message_headers(m, &h) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return;
	size_t count = WD_MIN(rd_kafka_header_cnt(h), (size_t)MAX_HEADERS);
	struct wd_kafka_header *list = wd_arena_array(a, count + 1, sizeof(*list));
	for (size_t i = 0; list != NULL && i < count; i++) {
		if (rd_kafka_header_get_all(h, i, &name, &value, &n) != RD_KAFKA_RESP_ERR_NO_ERROR)
			break;
		list[r->header_count++] =
			(struct wd_kafka_header){wd_str_c(name), header_value(value, n)};
	}
	r->headers = list;
}

static int add_document(struct wd_kafka_input *in, struct load *l,
	const struct wd_kafka_place *place, int64_t timestamp_ms, struct wd_str type,
	struct wd_str body, const char *refused)
{
	char text[WD_KAFKA_PLACE_TEXT];
	struct wd_fate known;
	struct wd_hash id = wd_kafka_place_id(place, timestamp_ms);
	if (wd_intake_fate(in->o.intake, id, &known)) {
		l->known++;
		return WD_OK;
	}
	struct wd_str input = wd_arena_str(l->mem, wd_kafka_place_text(place, text));
	struct wd_inbox_record *r = wd_vec_push(l->mem, &l->list);
	if (r == NULL || input.n == 0)
		return WD_E_NOMEM;
	*r = (struct wd_inbox_record){.id = id,
		.body_hash = wd_hash64(body),
		.received_us = wd_clock_now_us(),
		.origin = WD_DOC_KAFKA | (refused != NULL ? WD_INBOX_REFUSED : 0),
		.source = in->o.source,
		.type = wd_str_sub(type, 0, WD_MIN(type.n, (size_t)MAX_TYPE)),
		.input = input,
		.url = refused != NULL ? wd_arena_str(l->mem, wd_str_c(refused)) : WD_STR_NONE,
		.body = body};
	return WD_OK;
}

/* WD_E_NOMEM: later. */
static int add_record(struct wd_kafka_input *in, struct load *l, const rd_kafka_message_t *m)
{
	const struct kafka_part *p = kafka_in_part(in, m->partition);
	struct wd_kafka_place place = {.cluster = wd_str_c(in->cluster),
		.topic = in->o.topic,
		.partition = m->partition,
		.offset = m->offset,
		.epoch = p != NULL ? p->epoch : 0,
		.index = 1,
		.count = 1};
	int64_t at = rd_kafka_message_timestamp(m, NULL);
	struct wd_kafka_record r = {
		.value = {m->payload, m->len}, .content_type = in->o.content_type};
	struct wd_kafka_documents docs;
	struct wd_err err = {0};
	read_headers(l->mem, m, &r);
	int rc = wd_kafka_record_open(&r, in->o.max_bytes, l->mem, &docs, &err);
	if (rc != WD_OK && rc != WD_E_NOMEM)
		return add_document(in, l, &place, at, WD_STR_NONE, r.value, err.text);
	place.count = (uint32_t)docs.n;
	for (size_t i = 0; i < docs.n && rc == WD_OK; i++) {
		place.index = (uint32_t)i + 1;
		rc = add_document(in, l, &place, at, docs.v[i].type, docs.v[i].body, NULL);
	}
	return rc;
}

/* From batch_done on, at most `max` records or about UNPACKED_BYTES. */
static int make_load(struct wd_kafka_input *in, size_t max, struct load *l)
{
	size_t bytes = 0;
	l->mem = wd_arena_new(in->batch_bytes + 8 * in->o.max_bytes + 64 * WD_MIB);
	if (l->mem == NULL)
		return WD_E_NOMEM;
	for (size_t i = in->batch_done; i < in->batch_n && l->records < max; i++) {
		const rd_kafka_message_t *m = in->batch[i];
		size_t had = l->list.n, known = l->known;
		if (l->records > 0 &&
			(bytes + m->len > UNPACKED_BYTES || wd_arena_used(l->mem) > UNPACKED_BYTES))
			break;
		if (add_record(in, l, m) != WD_OK) {
			l->list.n = had; /* a record goes in whole */
			l->known = known;
			return l->records > 0 ? WD_OK : WD_E_NOMEM;
		}
		bytes += m->len;
		l->records++;
	}
	return WD_OK;
}

static int put_and_wait(struct wd_kafka_input *in, struct load *l)
{
	if (l->list.n == 0)
		return WD_OK;
	in->ticket.done = on_synced;
	in->synced = 1; /* nobody else knows of the ticket yet */
	int rc = wd_intake_put(in->o.intake, l->list.v, l->list.n, &in->ticket);
	if (rc != WD_OK)
		return rc;
	(void)pthread_mutex_lock(&in->lock);
	while (in->synced == 1)
		(void)pthread_cond_wait(&in->changed, &in->lock);
	rc = in->synced;
	(void)pthread_mutex_unlock(&in->lock);
	for (size_t i = 0; i < l->list.n && rc != WD_OK; i++)
		wd_intake_lost(in->o.intake, l->list.v[i].id);
	return rc;
}

/* Alone in an empty inbox and still no room: there never will be. What is kept of the record says
 * where it is. */
static int put_cut(struct wd_kafka_input *in, struct load *l)
{
	for (size_t i = 0; i < l->list.n; i++) {
		struct wd_inbox_record *r = &l->list.v[i];
		r->origin |= WD_INBOX_REFUSED;
		r->url = wd_arena_printf(l->mem,
			"a document of %zu bytes does not fit into the inbox (receive.inbox_max); "
			"its first bytes are kept here, the record stands in the topic",
			r->body.n);
		r->body = wd_str_sub(r->body, 0, WD_MIN(r->body.n, (size_t)CUT_BYTES));
	}
	return put_and_wait(in, l);
}

static bool is_inbox_empty(struct wd_kafka_input *in)
{
	uint64_t records, bytes;
	wd_intake_fill(in->o.intake, &records, &bytes);
	return records == 0;
}

static void count(struct wd_kafka_input *in, const struct load *l)
{
	wd_metric_add(&in->m_records, (int64_t)l->records);
	wd_metric_add(&in->m_known, (int64_t)l->known);
	WD_VEC_EACH (const struct wd_inbox_record, r, &l->list)
		wd_metric_add(&in->m_refused, (r->origin & WD_INBOX_REFUSED) != 0);
}

static void drop_batch(struct wd_kafka_input *in)
{
	for (size_t i = 0; i < in->batch_n; i++)
		rd_kafka_message_destroy(in->batch[i]);
	in->batch_n = in->batch_done = in->batch_bytes = 0;
}

/* All of the batch into the inbox, however long that takes. A batch that was left half done by a
 * stop is read again at the next start. */
static void store_batch(struct wd_kafka_input *in)
{
	size_t max = KAFKA_BATCH;
	while (in->batch_done < in->batch_n && !kafka_in_is_stopping(in)) {
		struct load l = {0};
		int rc = make_load(in, max, &l);
		size_t n = l.records;
		if (rc == WD_OK)
			rc = put_and_wait(in, &l);
		bool is_alone =
			n == 1 && (rc == WD_E_LIMIT || (rc == WD_E_FULL && is_inbox_empty(in)));
		if (is_alone)
			rc = put_cut(in, &l);
		if (rc == WD_OK)
			count(in, &l);
		wd_arena_free(l.mem);
		if (rc == WD_OK) {
			in->batch_done += n;
			continue;
		}
		if (max > 1 && (rc == WD_E_FULL || rc == WD_E_LIMIT) && n > 1) {
			max = n / 2; /* less may have room */
			continue;
		}
		kafka_in_pause(in, true);
		kafka_in_wait(in, RETRY_US);
		kafka_in_tick(in);
	}
	kafka_in_pause(in, false);
	drop_batch(in);
}

/* ---- the thread ---- */

static void *read_main(void *arg)
{
	struct wd_kafka_input *in = arg;
	(void)pthread_setname_np(pthread_self(), "kafka-in");
	while (!kafka_in_is_stopping(in)) {
		if (!kafka_in_look(in)) {
			kafka_in_tick(in);
			kafka_in_wait(in, LOOK_AGAIN_US);
			continue;
		}
		kafka_in_fetch(in);
		store_batch(in);
		kafka_in_tick(in);
	}
	drop_batch(in);
	kafka_in_close(in);
	return NULL;
}

/* ---- life ---- */

static void input_free(struct wd_kafka_input *in)
{
	kafka_in_close(in);
	kafka_in_metrics_end(in);
	free(in->parts);
	free(in->views);
	(void)pthread_mutex_destroy(&in->lock);
	(void)pthread_cond_destroy(&in->changed);
	free(in);
}

int wd_kafka_input_new(
	const struct wd_kafka_input_opts *opts, struct wd_kafka_input **ret, struct wd_err *err)
{
	struct wd_kafka_input *in = calloc(1, sizeof(*in));
	if (in == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	in->o = *opts;
	(void)snprintf(in->topic, sizeof(in->topic), "%.*s", WD_STR_ARG(opts->topic));
	(void)pthread_mutex_init(&in->lock, NULL);
	wd_cond_init(&in->changed);
	kafka_in_metrics(in);
	int rc = kafka_in_open(in, err);
	if (rc == WD_OK && pthread_create(&in->thread, NULL, read_main, in) != 0)
		rc = wd_err_set(err, WD_E_SYS, "receive.kafka: cannot start its thread");
	if (rc != WD_OK) {
		input_free(in);
		return rc;
	}
	in->has_thread = true;
	*ret = in;
	return WD_OK;
}

void wd_kafka_input_stop(struct wd_kafka_input *in)
{
	(void)pthread_mutex_lock(&in->lock);
	in->stopping = true;
	(void)pthread_cond_broadcast(&in->changed);
	(void)pthread_mutex_unlock(&in->lock);
}

void wd_kafka_input_free(struct wd_kafka_input *in)
{
	if (in == NULL)
		return;
	wd_kafka_input_stop(in);
	if (in->has_thread)
		(void)pthread_join(in->thread, NULL);
	input_free(in);
}
