/*
 * The consumer: which partitions there are, where each is read from, and what its positions mean
 * when the broker has another opinion.
 *
 *   asked for a record that is no more  ─► read from the first there is
 *       its offset is higher: retention was faster than we; so many are lost ("gap")
 *       its offset is lower: the topic was made anew; its epoch rises, all of it is read
 *   the record before the cursor is another one ─► made anew, and grown beyond the cursor since
 *
 * An epoch is part of a document's id and of its cursor, so what is still in the inbox from the
 * topic as it was cannot move the cursor of the new one.
 *
 * A partition without a cursor begins at the topic's begin or end as configured; where that is, is
 * written down (and committed) before the first record is taken, or a crash would ask again. One
 * that turns up later is read from its begin.
 */
#include <inttypes.h>
#include <pthread.h>
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "sources/kafka_input_impl.h"

#define FETCH_MS 200
#define METADATA_MS 1000
#define LOOK_US (10 * WD_SEC)
#define PIN_WAIT_US 20000
#define MAX_PARTITIONS 10000
#define BATCH_BYTES (4 * WD_MIB)
#define CLOSE_MS 3000
#define CLOSE_ROUNDS 30

static const char *const defaults[][2] = {
	{"client.id", "wiredesk"},
	{"reconnect.backoff.max.ms", "1000"},
	{"queued.max.messages.kbytes", "16384"},
	{"fetch.max.bytes", "8388608"},
	{"fetch.wait.max.ms", "100"},
	{"fetch.error.backoff.ms", "200"},
	{"topic.metadata.refresh.interval.ms", "30000"},
};

/* What the promise rests on. */
static const char *const fixed[][2] = {
	{"enable.auto.commit", "false"},
	{"enable.auto.offset.store", "false"},
	{"enable.partition.eof", "true"},
	{"auto.offset.reset", "error"},
	{"isolation.level", "read_committed"},
};

/* ---- making the consumer ---- */

bool wd_kafka_input_owns(struct wd_str property)
{
	for (size_t i = 0; i < WD_COUNTOF(fixed); i++) {
		if (wd_str_eqc(property, fixed[i][0]))
			return true;
	}
	return wd_str_eqc(property, "group.id");
}

static int set(rd_kafka_conf_t *c, const char *name, const char *value, struct wd_err *err)
{
	char text[300];
	if (rd_kafka_conf_set(c, name, value, text, sizeof(text)) == RD_KAFKA_CONF_OK)
		return WD_OK;
	return wd_err_set(err, WD_E_MALFORMED, "kafka: property %s: %s", name, text);
}

/* Ours, then the configuration's, then what must not be changed. */
static rd_kafka_conf_t *make_conf(
	const char *const *properties, const char *group, struct wd_err *err)
{
	rd_kafka_conf_t *c = rd_kafka_conf_new();
	int rc = WD_OK;
	for (size_t i = 0; i < WD_COUNTOF(defaults) && rc == WD_OK; i++)
		rc = set(c, defaults[i][0], defaults[i][1], err);
	for (const char *const *p = properties; p != NULL && p[0] != NULL && rc == WD_OK; p += 2)
		rc = set(c, p[0], p[1], err);
	for (size_t i = 0; i < WD_COUNTOF(fixed) && rc == WD_OK; i++)
		rc = set(c, fixed[i][0], fixed[i][1], err);
	if (rc == WD_OK)
		rc = set(c, "group.id", group, err);
	if (rc == WD_OK)
		return c;
	rd_kafka_conf_destroy(c);
	return NULL;
}

static void on_error(rd_kafka_t *rk, int e, const char *reason, void *opaque)
{
	struct wd_kafka_input *in = opaque;
	char text[300];
	(void)rk;
	(void)snprintf(text, sizeof(text), "%s", reason);
	if (e == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
		in->is_down = true;
	else if (e == RD_KAFKA_RESP_ERR__AUTHENTICATION || e == RD_KAFKA_RESP_ERR__SSL)
		kafka_in_state(in, "blocked", "error=%s", WD_LOGQ(wd_str_c(text)));
}

static void on_log(const rd_kafka_t *rk, int level, const char *fac, const char *text)
{
	(void)rk;
	wd_log(level <= 3 ? WD_LOG_NOTICE : WD_LOG_DEBUG, WD_STR("kafka"), "librdkafka",
		"fac=%s text=%s", fac, WD_LOGQ(wd_str_c(text)));
}

/* The group's offsets are for onlookers: a refusal changes nothing here. */
static void on_told(
	rd_kafka_t *rk, rd_kafka_resp_err_t e, rd_kafka_topic_partition_list_t *list, void *opaque)
{
	struct wd_kafka_input *in = opaque;
	(void)rk;
	(void)list;
	in->tellings--;
	if (e != RD_KAFKA_RESP_ERR_NO_ERROR && e != RD_KAFKA_RESP_ERR__NO_OFFSET)
		wd_log(WD_LOG_DEBUG, in->o.source, "group-untold", "topic=%s error=%s", in->topic,
			rd_kafka_err2str(e));
}

int kafka_in_open(struct wd_kafka_input *in, struct wd_err *err)
{
	char text[300];
	rd_kafka_conf_t *c = make_conf(in->o.properties, in->o.group, err);
	if (c == NULL)
		return WD_E_MALFORMED;
	rd_kafka_conf_set_opaque(c, in);
	rd_kafka_conf_set_error_cb(c, on_error);
	rd_kafka_conf_set_log_cb(c, on_log);
	rd_kafka_conf_set_offset_commit_cb(c, on_told);
	in->rk = rd_kafka_new(RD_KAFKA_CONSUMER, c, text, sizeof(text));
	if (in->rk == NULL) {
		rd_kafka_conf_destroy(c);
		return wd_err_set(err, WD_E_MALFORMED, "receive.kafka: %s", text);
	}
	(void)rd_kafka_poll_set_consumer(in->rk);
	in->rkt = rd_kafka_topic_new(in->rk, in->topic, NULL);
	return in->rkt != NULL ? WD_OK
			       : wd_err_set(err, WD_E_MALFORMED, "receive.kafka: topic '%s': %s",
					 in->topic, rd_kafka_err2str(rd_kafka_last_error()));
}

static void *destroy_main(void *rk)
{
	(void)pthread_setname_np(pthread_self(), "kafka-end");
	rd_kafka_destroy_flags(rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	return NULL;
}

bool kafka_in_destroy(rd_kafka_t *rk, int64_t limit_us)
{
	pthread_t t;
	if (pthread_create(&t, NULL, destroy_main, rk) != 0) {
		(void)destroy_main(rk);
		return true;
	}
	int64_t us = wd_clock_mono_us() + limit_us;
	struct timespec until = {.tv_sec = us / WD_SEC, .tv_nsec = us % WD_SEC * 1000};
	if (pthread_clockjoin_np(t, NULL, CLOCK_MONOTONIC, &until) == 0)
		return true;
	(void)pthread_detach(t);
	return false;
}

/* What the group was told last is waited for a moment: librdkafka (2.0.2) may wait without end when
 * its consumer goes before the answer. */
void kafka_in_close(struct wd_kafka_input *in)
{
	if (in->rkt != NULL)
		rd_kafka_topic_destroy(in->rkt);
	for (int i = 0; i < CLOSE_ROUNDS && in->rk != NULL && in->tellings > 0; i++) {
		rd_kafka_message_t *m = rd_kafka_consumer_poll(in->rk, CLOSE_MS / CLOSE_ROUNDS);
		if (m != NULL)
			rd_kafka_message_destroy(m);
	}
	if (in->rk != NULL && !kafka_in_destroy(in->rk, CLOSE_MS * INT64_C(1000)))
		wd_log(WD_LOG_NOTICE, in->o.source, "client-left",
			"topic=%s librdkafka does not end its consumer; nothing waits for it",
			in->topic);
	in->rkt = NULL;
	in->rk = NULL;
}

/* ---- partitions ---- */

struct kafka_part *kafka_in_part(struct wd_kafka_input *in, int32_t id)
{
	size_t lo = 0, hi = in->part_count;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (in->parts[mid].id == id)
			return &in->parts[mid];
		if (in->parts[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static rd_kafka_topic_partition_list_t *list_of(struct wd_kafka_input *in)
{
	rd_kafka_topic_partition_list_t *l = rd_kafka_topic_partition_list_new((int)in->part_count);
	for (size_t i = 0; i < in->part_count; i++) {
		const struct kafka_part *p = &in->parts[i];
		bool at_end = p->stored == KAFKA_UNKNOWN && p->missed == KAFKA_UNKNOWN &&
			      in->o.from_latest && !in->has_begun;
		bool verify = (p->verify.hi | p->verify.lo) != 0;
		rd_kafka_topic_partition_list_add(l, in->topic, p->id)->offset =
			p->next == KAFKA_UNKNOWN
				? at_end ? RD_KAFKA_OFFSET_END : RD_KAFKA_OFFSET_BEGINNING
				: p->next - verify;
	}
	return l;
}

static bool assign(struct wd_kafka_input *in)
{
	rd_kafka_topic_partition_list_t *l = list_of(in);
	rd_kafka_resp_err_t e = rd_kafka_assign(in->rk, l);
	rd_kafka_topic_partition_list_destroy(l);
	if (e != RD_KAFKA_RESP_ERR_NO_ERROR) {
		kafka_in_state(in, "failing", "assign: %s", rd_kafka_err2str(e));
		return false;
	}
	in->is_assigned = true;
	in->is_assign_due = false;
	return true;
}

void kafka_in_pause(struct wd_kafka_input *in, bool pause)
{
	if (in->is_paused == pause) /* written by this thread only */
		return;
	rd_kafka_topic_partition_list_t *l = list_of(in);
	(void)(pause ? rd_kafka_pause_partitions(in->rk, l)
		     : rd_kafka_resume_partitions(in->rk, l));
	rd_kafka_topic_partition_list_destroy(l);
	(void)pthread_mutex_lock(&in->lock);
	in->is_paused = pause;
	(void)pthread_mutex_unlock(&in->lock);
	wd_metric_set(&in->m_paused, pause);
	wd_log(WD_LOG_NOTICE, in->o.source, pause ? "topic-paused" : "topic-goes-on", "topic=%s%s",
		in->topic, pause ? " reason=\"the inbox or the outbox is full\"" : "");
}

/* Cursors of the partitions that are new, from the store. */
static void load_cursors(struct wd_kafka_input *in, size_t from)
{
	struct wd_kafka_cursor begun = {.partition = -1};
	in->has_begun = in->o.load(wd_str_c(in->cluster), &begun, in->o.ctx) == WD_OK;
	for (size_t i = from; i < in->part_count; i++) {
		struct kafka_part *p = &in->parts[i];
		struct wd_kafka_cursor c = {.partition = p->id};
		if (in->o.load(wd_str_c(in->cluster), &c, in->o.ctx) != WD_OK)
			continue;
		p->next = p->stored = c.next;
		p->epoch = c.epoch;
		if (c.next > 0)
			p->verify = c.last;
	}
}

static bool grow(struct wd_kafka_input *in, size_t n)
{
	struct kafka_part *parts = reallocarray(in->parts, n, sizeof(*parts));
	if (parts == NULL)
		return false;
	in->parts = parts;
	struct kafka_view *views = calloc(n, sizeof(*views));
	if (views == NULL)
		return false;
	for (size_t i = in->part_count; i < n; i++)
		in->parts[i] = (struct kafka_part){.id = (int32_t)i,
			.next = KAFKA_UNKNOWN,
			.stored = KAFKA_UNKNOWN,
			.told = KAFKA_UNKNOWN,
			.missed = KAFKA_UNKNOWN,
			.lag = kafka_in_lag(in, (int32_t)i)};
	size_t had = in->part_count;
	in->part_count = n;
	(void)pthread_mutex_lock(&in->lock);
	free(in->views);
	in->views = views;
	in->view_count = 0; /* the next tick fills it */
	(void)pthread_mutex_unlock(&in->lock);
	load_cursors(in, had);
	if (had > 0)
		wd_log(WD_LOG_NOTICE, in->o.source, "topic-grown", "topic=%s partitions=%zu",
			in->topic, n);
	return true;
}

static bool refused(struct wd_kafka_input *in, rd_kafka_resp_err_t e)
{
	switch (e) {
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
		kafka_in_state(in, "failing",
			"the topic does not exist; it is looked for every few seconds");
		return false;
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
	case RD_KAFKA_RESP_ERR__AUTHENTICATION:
		kafka_in_state(in, "blocked", "%s; the user needs Read and Describe on the topic",
			rd_kafka_err2str(e));
		return false;
	default:
		kafka_in_state(in, "failing", "no broker answers (%s)", rd_kafka_err2str(e));
		return false;
	}
}

/* The topic was away: whether it is the same as it was is asked of each partition that has nothing
 * in work. */
static void verify_again(struct wd_kafka_input *in)
{
	for (size_t i = 0; i < in->part_count; i++) {
		struct kafka_part *p = &in->parts[i];
		struct wd_kafka_cursor c = {.partition = p->id};
		if (p->next > 0 && in->o.load(wd_str_c(in->cluster), &c, in->o.ctx) == WD_OK &&
			c.epoch == p->epoch && c.next == p->next)
			p->verify = c.last;
	}
}

static bool learn_cluster(struct wd_kafka_input *in)
{
	char *id = rd_kafka_clusterid(in->rk, METADATA_MS);
	bool is_new = id != NULL && in->cluster[0] == '\0';
	bool is_other =
		id != NULL && !is_new && strncmp(in->cluster, id, KAFKA_MAX_CLUSTER - 1) != 0;
	if (is_new)
		(void)snprintf(in->cluster, sizeof(in->cluster), "%s", id);
	if (is_other)
		kafka_in_state(in, "failing",
			"another cluster answers now (%.60s, it was %.60s): restart wiredesk when that "
			"is meant",
			id, in->cluster);
	rd_kafka_mem_free(in->rk, id);
	return in->cluster[0] != '\0' && !is_other;
}

static bool look(struct wd_kafka_input *in)
{
	const struct rd_kafka_metadata *md = NULL;
	rd_kafka_resp_err_t e = rd_kafka_metadata(in->rk, 0, in->rkt, &md, METADATA_MS);
	if (e == RD_KAFKA_RESP_ERR_NO_ERROR && md->topic_cnt == 1)
		e = md->topics[0].err;
	int n = e == RD_KAFKA_RESP_ERR_NO_ERROR && md->topic_cnt == 1 ? md->topics[0].partition_cnt
								      : 0;
	if (md != NULL)
		rd_kafka_metadata_destroy(md);
	if (e != RD_KAFKA_RESP_ERR_NO_ERROR)
		return refused(in, e);
	if (!learn_cluster(in))
		return false;
	in->is_down = false;
	if (in->is_assign_due)
		verify_again(in);
	if ((size_t)n > in->part_count && n <= MAX_PARTITIONS) {
		if (!grow(in, (size_t)n))
			return false;
		in->is_assign_due = true;
	}
	if (in->part_count == 0)
		return refused(in, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
	kafka_in_state(in, "ok", "%s", "");
	return true;
}

bool kafka_in_look(struct wd_kafka_input *in)
{
	int64_t now = wd_clock_mono_us();
	bool is_ok = in->is_assigned && !in->is_down && strcmp(in->state, "ok") == 0;
	if (!is_ok || in->looked_us == 0 || now - in->looked_us > LOOK_US) {
		in->looked_us = now;
		if (!look(in))
			return false;
	}
	return !in->is_assign_due || assign(in);
}

/* ---- positions ---- */

bool kafka_in_pin(struct wd_kafka_input *in, struct kafka_part *p)
{
	struct wd_kafka_cursor want = {.partition = p->id, .epoch = p->epoch, .next = p->next};
	struct wd_str cluster = wd_str_c(in->cluster);
	for (unsigned i = 0; !kafka_in_is_stopping(in); i++) {
		struct wd_kafka_cursor have = {.partition = p->id};
		/* a transaction of the desk that is taken back takes this with it: again, then */
		int rc = i % 50 == 0 ? in->o.save(cluster, &want, in->o.ctx) : WD_OK;
		if (rc == WD_OK && in->o.load(cluster, &have, in->o.ctx) == WD_OK &&
			(have.epoch > p->epoch ||
				(have.epoch == p->epoch && have.next >= p->next))) {
			p->stored = p->next;
			return true;
		}
		kafka_in_wait(in, PIN_WAIT_US);
	}
	return false;
}

static void made_anew(struct wd_kafka_input *in, struct kafka_part *p, int64_t next, int64_t was)
{
	kafka_in_incident(in, "topic-made-anew",
		"partition %" PRId32 ": it was read up to offset %" PRId64
		" and holds other records now: the topic was deleted and made anew; it is read from "
		"its begin",
		p->id, was);
	p->epoch++;
	p->next = next;
	p->verify = (struct wd_hash){0, 0};
	p->missed = KAFKA_UNKNOWN;
}

/* The partition goes on at `offset` after what was asked for was not there. */
static void judge_missed(struct wd_kafka_input *in, struct kafka_part *p, int64_t offset)
{
	int64_t was = p->missed;
	p->missed = KAFKA_UNKNOWN;
	p->next = offset;
	if (offset > was) {
		wd_metric_add(&in->m_lost, offset - was);
		kafka_in_incident(in, "topic-gap",
			"partition %" PRId32 ": the broker has deleted the records from %" PRId64
			" to %" PRId64 " before they were read: up to %" PRId64 " are lost",
			p->id, was, offset - 1, offset - was);
		(void)kafka_in_pin(in, p);
	} else if (offset < was) {
		made_anew(in, p, offset, was);
		(void)kafka_in_pin(in, p);
	}
}

static void on_out_of_range(struct wd_kafka_input *in, struct kafka_part *p)
{
	if (p->missed == KAFKA_UNKNOWN && p->next != KAFKA_UNKNOWN)
		p->missed = p->next;
	p->next = KAFKA_UNKNOWN;
	p->verify = (struct wd_hash){0, 0};
	in->is_assign_due = true;
}

/* A place that was asked for as begin or end is known now. */
static bool settle_begin(struct wd_kafka_input *in, struct kafka_part *p, int64_t offset)
{
	if (p->missed != KAFKA_UNKNOWN)
		judge_missed(in, p, offset);
	if (p->next == KAFKA_UNKNOWN)
		p->next = offset;
	return p->stored != KAFKA_UNKNOWN || kafka_in_pin(in, p);
}

/* The record before the cursor: false when it is another one than it was. */
static bool verify(struct wd_kafka_input *in, struct kafka_part *p, const rd_kafka_message_t *m)
{
	struct wd_hash want = p->verify;
	p->verify = (struct wd_hash){0, 0};
	if (m->offset != p->next - 1)
		return true; /* compacted away */
	struct wd_kafka_place place = {.cluster = wd_str_c(in->cluster),
		.topic = in->o.topic,
		.partition = m->partition,
		.offset = m->offset,
		.epoch = p->epoch,
		.index = 1,
		.count = 1};
	struct wd_hash is = wd_kafka_place_id(&place, rd_kafka_message_timestamp(m, NULL));
	if (wd_hash_eq(is, want))
		return true;
	int64_t was = p->next;
	made_anew(in, p, 0, was);
	if (kafka_in_pin(in, p))
		p->next = KAFKA_UNKNOWN; /* its begin may have moved on already */
	in->is_assign_due = true;
	return false;
}

static void take_record(struct wd_kafka_input *in, struct kafka_part *p, rd_kafka_message_t *m)
{
	bool asked = (p->verify.hi | p->verify.lo) != 0;
	if ((asked && !verify(in, p, m)) || !settle_begin(in, p, m->offset) ||
		m->offset < p->next) {
		rd_kafka_message_destroy(m);
		return;
	}
	p->next = m->offset + 1;
	in->last_error = RD_KAFKA_RESP_ERR_NO_ERROR;
	wd_metric_add(&in->m_bytes, (int64_t)m->len);
	if (m->payload == NULL || m->len == 0) { /* a tombstone */
		wd_metric_add(&in->m_skipped, 1);
		rd_kafka_message_destroy(m);
		return;
	}
	in->batch_bytes += m->len;
	in->batch[in->batch_n++] = m;
}

static void take_error(struct wd_kafka_input *in, struct kafka_part *p, const rd_kafka_message_t *m)
{
	switch (m->err) {
	case RD_KAFKA_RESP_ERR__PARTITION_EOF:
		in->is_down = false;
		if (p == NULL || m->offset < 0)
			return;
		p->verify = (struct wd_hash){0, 0};
		if (settle_begin(in, p, m->offset))
			p->next = WD_MAX(p->next, m->offset);
		return;
	case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
	case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
		if (p != NULL)
			on_out_of_range(in, p);
		return;
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
	case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
		(void)refused(in, m->err);
		in->is_assign_due = true; /* when it is there again */
		return;
	case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
		in->is_down = true;
		return;
	default:
		if (m->err != in->last_error) /* once, not with every fetch */
			wd_log(WD_LOG_WARNING, in->o.source, "topic-error",
				"topic=%s partition=%" PRId32 " error=%s", in->topic, m->partition,
				WD_LOGQ(wd_str_c(rd_kafka_message_errstr(m))));
		in->last_error = m->err;
		return;
	}
}

void kafka_in_fetch(struct wd_kafka_input *in)
{
	int wait = FETCH_MS;
	while (in->batch_n < KAFKA_BATCH && in->batch_bytes < BATCH_BYTES && !in->is_assign_due) {
		rd_kafka_message_t *m = rd_kafka_consumer_poll(in->rk, wait);
		if (m == NULL)
			return;
		struct kafka_part *p = m->rkt != NULL ? kafka_in_part(in, m->partition) : NULL;
		if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR && p != NULL) {
			take_record(in, p, m);
		} else {
			take_error(in, p, m);
			rd_kafka_message_destroy(m);
		}
		wait = 0; /* what is there already */
	}
}
