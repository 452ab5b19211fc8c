/*
 * Kafka sink: CloudEvents in binary mode, key = article id, partitions as the Java client chooses
 * them (murmur2_random), idempotent, acks=all.
 *
 * At-least-once: rows go to librdkafka's queue, delivery reports come back in any order, and the
 * position moves over the unbroken run of delivered rows. Exactly-once: kafka_txn.c.
 *
 * Order per article is kept: whenever a row fails for a reason that is not its own fault, the
 * producer is thrown away and everything behind the position is sent again (establish). Sending
 * only the failed row again would put it behind its successors.
 *
 * A row that can never be delivered (too large, invalid) spoils the whole batch it travelled in,
 * and the broker does not say which it was: the batch is halved until one row stands alone, that
 * one is refused, and batches grow again. Queue-full is a state (WD_E_FULL), not a failure.
 *
 * Every librdkafka property of the configuration passes through; ours are only defaults.
 *
 * Concurrency: all calls on the sink's thread, callbacks run inside rd_kafka_poll on it, but for
 * on_report, which only wakes that thread.
 */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "sinks/kafka_impl.h"

#define CLOSE_FLUSH_MS 3000
#define NORMAL_LIMIT 1000

static const char *const defaults[][2] = {
	{"enable.idempotence", "true"},
	{"acks", "all"},
	{"partitioner", "murmur2_random"},
	{"compression.type", "zstd"},
	{"socket.nagle.disable", "true"},
	{"reconnect.backoff.max.ms", "1000"},
	{"statistics.interval.ms", "10000"},
	{"queue.buffering.max.messages", "100000"},
	{"queue.buffering.max.kbytes", "65536"},
	{"client.id", "wiredesk"},
};

/* ---- what went wrong ---- */

bool kafka_is_poison(rd_kafka_resp_err_t e)
{
	return e == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || e == RD_KAFKA_RESP_ERR_INVALID_RECORD ||
	       e == RD_KAFKA_RESP_ERR_INVALID_MSG || e == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE ||
	       e == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE;
}

int kafka_error(struct kafka *k, rd_kafka_resp_err_t e, const char *what, const char *detail,
	struct wd_err *err)
{
	const char *topic = k->conf.topic;
	switch (e) {
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
		return wd_err_set(err, WD_E_NOTFOUND,
			"kafka: %s: topic '%s' does not exist; create it (`wiredesk kafka init`)",
			what, topic);
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
	case RD_KAFKA_RESP_ERR__AUTHENTICATION:
		return wd_err_set(err, WD_E_DENIED,
			"kafka: %s: %s; the user needs %sWrite and Describe on topic '%s'%s", what,
			rd_kafka_err2str(e), k->eo ? "Read, " : "", topic,
			k->eo ? ", Write on the transactional id and Read on the group" : "");
	case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
		return wd_err_set(err, WD_E_DENIED,
			"kafka: %s: transaction.timeout.ms is above the broker's "
			"transaction.max.timeout.ms; lower it in section kafka",
			what);
	default:
		return wd_err_set(err, WD_E_TRANSIENT, "kafka: %s: %s%s%s", what,
			rd_kafka_err2str(e), detail != NULL ? ": " : "",
			detail != NULL ? detail : "");
	}
}

static void note_failure(struct kafka *k, int rc, const char *text)
{
	if (k->failed != WD_OK)
		return;
	k->failed = rc;
	(void)snprintf(k->failure, sizeof(k->failure), "%.*s", (int)sizeof(k->failure) - 1, text);
}

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
	struct kafka *k = opaque;
	uint64_t number = (uint64_t)(uintptr_t)m->_private;
	(void)rk;
	if (m->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE || m->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
		return;
	struct kafka_slot *slot = &k->ring[number % KAFKA_WINDOW];
	if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
		slot->done = true;
		return;
	}
	if (kafka_is_poison(m->err)) {
		if (k->refused_seq == 0 || slot->seq < k->refused_seq)
			k->refused_seq = slot->seq;
		note_failure(k, WD_E_LIMIT, rd_kafka_err2str(m->err));
		return;
	}
	struct wd_err err;
	int rc = kafka_error(k, m->err, "deliver", rd_kafka_message_errstr(m), &err);
	struct kafka_side *side =
		m->rkt != NULL ? kafka_side_of(k, rd_kafka_topic_name(m->rkt)) : NULL;
	if (side != NULL && (rc == WD_E_NOTFOUND || rc == WD_E_DENIED)) {
		(void)wd_err_set(&err, WD_E_TRANSIENT,
			"kafka: topic '%s': %s; create it (`wiredesk kafka init`) or give the user "
			"Write on it",
			side->topic, rd_kafka_err2str(m->err));
		kafka_side_spoil(side, err.text);
		rc = WD_E_TRANSIENT;
	}
	note_failure(k, rc, err.text);
}

static void on_error(rd_kafka_t *rk, int e, const char *reason, void *opaque)
{
	struct kafka *k = opaque;
	char text[400];
	if (e == RD_KAFKA_RESP_ERR__FATAL) {
		rd_kafka_resp_err_t why = rd_kafka_fatal_error(rk, text, sizeof(text));
		struct wd_err err;
		int rc = kafka_error(k, why, "fatal", text, &err);
		note_failure(k, rc, err.text);
		return;
	}
	if (e == RD_KAFKA_RESP_ERR__AUTHENTICATION || e == RD_KAFKA_RESP_ERR__SSL)
		wd_log(WD_LOG_WARNING, wd_str_c(k->conf.topic), "kafka-refused", "error=%s",
			WD_LOGQ(wd_str_c(reason)));
}

static void on_log(const rd_kafka_t *rk, int level, const char *fac, const char *buf)
{
	(void)rk;
	wd_log(level <= 3 ? WD_LOG_NOTICE : WD_LOG_DEBUG, WD_STR("kafka"), "librdkafka",
		"fac=%s text=%s", fac, WD_LOGQ(wd_str_c(buf)));
}

/* From librdkafka's threads. */
static void on_report(rd_kafka_t *rk, void *opaque)
{
	struct kafka *k = opaque;
	(void)rk;
	k->host.wake(k->host.ctx);
}

/* ---- producer ---- */

static int set(rd_kafka_conf_t *rc, const char *name, const char *value, struct wd_err *err)
{
	char text[300];
	rd_kafka_conf_res_t r = rd_kafka_conf_set(rc, name, value, text, sizeof(text));
	if (r == RD_KAFKA_CONF_OK)
		return WD_OK;
	return wd_err_set(err, WD_E_MALFORMED, "kafka: property %s: %s", name, text);
}

/* Ours first, then the configuration's: the later wins. */
static rd_kafka_conf_t *make_conf(struct kafka *k, struct wd_err *err)
{
	rd_kafka_conf_t *rc = rd_kafka_conf_new();
	int r = WD_OK;
	for (size_t i = 0; i < WD_COUNTOF(defaults) && r == WD_OK; i++)
		r = set(rc, defaults[i][0], defaults[i][1], err);
	/* Below some 10 ms librdkafka's thread (2.0.2) spins through the wait: measured at 900
	 * events a second, 400 µs of CPU an event with 0 and 2 ms, 250 with 5, 34 with 10, and
	 * where cores are scarce that costs more time than the wait. A transaction is flushed as a
	 * whole. */
	if (r == WD_OK)
		r = set(rc, "linger.ms", k->eo ? "5" : "10", err);
	/* A message must not time out on its own: that would be silent loss, the outbox decides. */
	if (r == WD_OK && !k->eo)
		r = set(rc, "message.timeout.ms", "0", err);
	if (r == WD_OK && k->eo)
		r = set(rc, "transactional.id", k->txn_id, err);
	const char *const *p = k->conf.properties;
	for (; p != NULL && p[0] != NULL && r == WD_OK; p += 2)
		r = set(rc, p[0], p[1], err);
	if (r != WD_OK) {
		rd_kafka_conf_destroy(rc);
		return NULL;
	}
	rd_kafka_conf_set_opaque(rc, k);
	rd_kafka_conf_set_dr_msg_cb(rc, on_delivery);
	rd_kafka_conf_set_error_cb(rc, on_error);
	rd_kafka_conf_set_log_cb(rc, on_log);
	rd_kafka_conf_set_stats_cb(rc, kafka_on_stats);
	return rc;
}

int kafka_new_producer(struct kafka *k, struct wd_err *err)
{
	char text[300];
	rd_kafka_conf_t *rc = make_conf(k, err);
	if (rc == NULL)
		return WD_E_MALFORMED;
	k->rk = rd_kafka_new(RD_KAFKA_PRODUCER, rc, text, sizeof(text));
	if (k->rk == NULL) {
		rd_kafka_conf_destroy(rc);
		return wd_err_set(err, WD_E_MALFORMED, "kafka: %s", text);
	}
	k->reports = rd_kafka_queue_get_main(k->rk);
	if (k->host.wake != NULL)
		rd_kafka_queue_cb_event_enable(k->reports, on_report, k);
	return WD_OK;
}

static void forget_topic(rd_kafka_topic_t **t)
{
	if (*t != NULL)
		rd_kafka_topic_destroy(*t);
	*t = NULL;
}

void kafka_drop_producer(struct kafka *k)
{
	if (k->rk == NULL)
		return;
	/* Non-blocking: what is in flight is sent again from the outbox. */
	(void)rd_kafka_purge(k->rk,
		RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
	(void)rd_kafka_poll(k->rk, 0);
	rd_kafka_queue_cb_event_enable(k->reports, NULL, NULL);
	rd_kafka_queue_destroy(k->reports);
	kafka_forget_settings(k);
	forget_topic(&k->rkt);
	for (size_t i = 0; i < k->side_count; i++)
		forget_topic(&k->sides[i].rkt);
	/* Ends its threads: from here nothing refers to rows any more. */
	rd_kafka_destroy_flags(k->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	k->rk = NULL;
	kafka_stats_forget(k);
	k->ready = k->in_txn = false;
	atomic_store(&k->txn_state, KAFKA_TXN_NONE);
	k->head = k->tail = 0;
	k->failed = WD_OK;
	k->refused_seq = 0;
}

/* ---- rows ---- */

const char *kafka_topic_of(const struct kafka *k, const struct wd_row *row)
{
	if (row->kind == WD_ROW_DEAD)
		return k->conf.dead_letter_topic;
	if (row->kind == WD_ROW_HEALTH)
		return k->conf.health_topic;
	return row->route.n > 0 ? row->route.p : k->conf.topic; /* arena strings end in NUL */
}

/* Runs for each attribute of each event: no formatting. */
static const char *header_name(char out[64], enum wd_row_kind kind, struct wd_str name)
{
	size_t at = 0;
	if (wd_str_eqc(name, "datacontenttype"))
		return "content-type";
	if (kind != WD_ROW_DEAD) {
		memcpy(out, "ce_", 3);
		at = 3;
	}
	name = wd_str_sub(name, 0, 60);
	memcpy(out + at, name.p, name.n);
	out[at + name.n] = '\0';
	return out;
}

static rd_kafka_headers_t *make_headers(const struct kafka *k, const struct wd_row *row)
{
	rd_kafka_headers_t *h = rd_kafka_headers_new(12);
	struct wd_str rest = row->attrs, name, value;
	char out[64];
	if (h != NULL && k->conf.mark != NULL &&
		rd_kafka_header_add(h, "wd_replay", -1, k->conf.mark, -1) !=
			RD_KAFKA_RESP_ERR_NO_ERROR) {
		rd_kafka_headers_destroy(h);
		return NULL;
	}
	while (h != NULL && wd_row_attr(&rest, &name, &value)) {
		if (rd_kafka_header_add(h, header_name(out, row->kind, name), -1, value.p,
			    (ssize_t)value.n) != RD_KAFKA_RESP_ERR_NO_ERROR) {
			rd_kafka_headers_destroy(h);
			return NULL;
		}
	}
	return h;
}

/* By name it would be looked up under librdkafka's lock for every row. A topic that no rule names
 * any more (the row is older than the configuration) is opened for the row: `once`. */
static rd_kafka_topic_t *topic_handle(
	struct kafka *k, struct kafka_side *side, const char *topic, rd_kafka_topic_t **once)
{
	rd_kafka_topic_t **at = once;
	if (side != NULL)
		at = &side->rkt;
	else if (strcmp(topic, k->conf.topic) == 0)
		at = &k->rkt;
	if (*at == NULL)
		*at = rd_kafka_topic_new(k->rk, topic, NULL);
	return *at;
}

static rd_kafka_resp_err_t produce(
	struct kafka *k, rd_kafka_topic_t *rkt, const struct wd_row *row, rd_kafka_headers_t *h)
{
	bool tomb = row->kind == WD_ROW_TOMBSTONE;
	/* No copy: the row lasts until its delivery report (wd_sink_ops.keeps). */
	return rd_kafka_producev(k->rk, RD_KAFKA_V_RKT(rkt), RD_KAFKA_V_MSGFLAGS(0),
		RD_KAFKA_V_KEY(wd_unconst(row->key.p), row->key.n),
		RD_KAFKA_V_VALUE(tomb ? NULL : wd_unconst(row->data.p), tomb ? 0 : row->data.n),
		RD_KAFKA_V_TIMESTAMP(k->conf.sent_timestamps ? 0 : row->time_us / 1000),
		RD_KAFKA_V_HEADERS(h), RD_KAFKA_V_OPAQUE((void *)(uintptr_t)k->tail),
		RD_KAFKA_V_END);
}

int kafka_produce(struct kafka *k, const struct wd_row *row, struct wd_err *err)
{
	if (k->tail - k->head >= KAFKA_WINDOW)
		return wd_err_set(err, WD_E_FULL, "kafka: %d rows in flight", KAFKA_WINDOW);
	const char *topic = kafka_topic_of(k, row);
	struct kafka_side *side = kafka_side_of(k, topic);
	if (kafka_side_is_bad(k, side))
		return wd_err_set(err, WD_E_LIMIT, "%s", side->why);
	rd_kafka_topic_t *once = NULL, *rkt = topic_handle(k, side, topic, &once);
	rd_kafka_resp_err_t e = RD_KAFKA_RESP_ERR_NO_ERROR;
	if (rkt == NULL)
		return kafka_error(k, rd_kafka_last_error(), "produce", NULL, err);
	rd_kafka_headers_t *h = make_headers(k, row);
	if (h != NULL)
		e = produce(k, rkt, row, h);
	if (once != NULL)
		rd_kafka_topic_destroy(once);
	if (h == NULL)
		return wd_err_set(err, WD_E_NOMEM, "kafka: no memory for headers");
	if (e == RD_KAFKA_RESP_ERR_NO_ERROR) { /* the headers are librdkafka's now */
		k->ring[k->tail % KAFKA_WINDOW] = (struct kafka_slot){row->seq, false};
		k->tail++;
		k->sent = WD_MAX(k->sent, row->seq);
		return WD_OK;
	}
	rd_kafka_headers_destroy(h);
	if (e == RD_KAFKA_RESP_ERR__QUEUE_FULL)
		return wd_err_set(err, WD_E_FULL, "kafka: local queue full");
	if (kafka_is_poison(e))
		return wd_err_set(
			err, WD_E_LIMIT, "%s (%zu bytes)", rd_kafka_err2str(e), row->data.n);
	return kafka_error(k, e, "produce", NULL, err);
}

void kafka_advance(struct kafka *k)
{
	uint64_t n = 0;
	for (; k->head < k->tail && k->ring[k->head % KAFKA_WINDOW].done; n++)
		k->pos = k->ring[k->head++ % KAFKA_WINDOW].seq;
	if (n > 0)
		kafka_count_delivered(n);
}

/* ---- the sink ---- */

static bool wants(const struct wd_sink *s, const struct wd_row *row)
{
	struct kafka *k = wd_unconst(s);
	switch (row->kind) {
	case WD_ROW_DEAD: /* it is in the local dead letters in any case */
		return k->conf.dead_letter_topic != NULL &&
		       !kafka_side_is_bad(k, kafka_side_of(k, k->conf.dead_letter_topic));
	case WD_ROW_HEALTH:
		return k->conf.health_topic != NULL &&
		       !kafka_side_is_bad(k, kafka_side_of(k, k->conf.health_topic));
	case WD_ROW_ARTICLE:
	case WD_ROW_TOMBSTONE:
	default:
		return !wd_str_eqc(row->route, WD_ROUTE_NONE);
	}
}

static void kafka_close(struct wd_sink *s)
{
	struct kafka *k = (struct kafka *)s;
	if (k == NULL)
		return;
	if (k->rk != NULL && !k->eo && k->ready)
		(void)rd_kafka_flush(k->rk, CLOSE_FLUSH_MS);
	/* An open transaction would stall every read_committed reader until it times out. */
	if (k->rk != NULL && k->in_txn)
		rd_kafka_error_destroy(rd_kafka_abort_transaction(k->rk, CLOSE_FLUSH_MS));
	kafka_drop_producer(k);
	free(k->sides);
	free(k);
}

static int kafka_open(const struct wd_sink_conf *conf, const struct wd_sink_host *host,
	struct wd_sink **ret, struct wd_err *err)
{
	if (conf->topic == NULL || conf->topic[0] == '\0')
		return wd_err_set(err, WD_E_MALFORMED, "sink kafka: no topic given");
	struct kafka *k = calloc(1, sizeof(*k));
	if (k == NULL)
		return wd_err_set(err, WD_E_NOMEM, "sink kafka: out of memory");
	kafka_metrics_register();
	k->host = *host;
	k->conf = *conf;
	k->eo = conf->exactly_once;
	k->pos = host->pos;
	k->limit = conf->batch_events > 0 ? conf->batch_events : NORMAL_LIMIT;
	(void)snprintf(k->txn_id, sizeof(k->txn_id), "wiredesk-%.*s-%.80s",
		WD_STR_ARG(host->store_uuid), conf->topic);
	(void)snprintf(k->group, sizeof(k->group), "%s", k->txn_id);
	int r = kafka_sides_make(k, err);
	rd_kafka_conf_t *rc = r == WD_OK ? make_conf(k, err) : NULL;
	if (rc == NULL) {
		free(k->sides);
		free(k);
		return r != WD_OK ? r : WD_E_MALFORMED;
	}
	char servers[8];
	size_t n = sizeof(servers);
	if (rd_kafka_conf_get(rc, "bootstrap.servers", NULL, &n) != RD_KAFKA_CONF_OK || n <= 1) {
		rd_kafka_conf_destroy(rc);
		free(k->sides);
		free(k);
		return wd_err_set(err, WD_E_MALFORMED,
			"sink kafka: bootstrap.servers is missing in section kafka");
	}
	rd_kafka_conf_destroy(rc);
	*ret = (struct wd_sink *)k;
	return WD_OK;
}

static int kafka_establish(struct wd_sink *s, struct wd_sink_place *ret, struct wd_err *err)
{
	struct kafka *k = (struct kafka *)s;
	if (k->failed != WD_OK || (k->rk != NULL && k->ready))
		kafka_drop_producer(k);
	int r = k->rk == NULL ? kafka_new_producer(k, err) : WD_OK;
	if (r == WD_OK)
		r = kafka_check_topics(k, err);
	if (r == WD_OK && k->eo)
		r = kafka_txn_establish(k, err);
	if (r != WD_OK)
		return r;
	k->ready = true;
	kafka_ask_settings(k);
	*ret = (struct wd_sink_place){.pos = k->pos};
	return WD_OK;
}

/* Any thread. */
static void kafka_status(const struct wd_sink *s, struct wd_json *j)
{
	static const char *const names[] = {[KAFKA_TXN_IDLE] = "idle",
		[KAFKA_TXN_OPEN] = "open",
		[KAFKA_TXN_COMMITTING] = "committing"};
	const struct kafka *k = (const struct kafka *)(const void *)s;
	int state = atomic_load(&k->txn_state);
	wd_json_kv(j, "delivery", k->eo ? WD_STR("exactly-once") : WD_STR("at-least-once"));
	if (!k->eo)
		return;
	wd_json_kv(j, "transaction",
		state != KAFKA_TXN_NONE ? wd_str_c(names[state]) : WD_STR("none"));
	wd_json_kv(j, "transactional_id", wd_str_c(k->txn_id));
	wd_json_kv_int(j, "transactions", (int64_t)atomic_load(&k->txns));
	wd_json_kv_int(j, "aborted", (int64_t)atomic_load(&k->txn_aborts));
	wd_json_kv_int(j, "last_commit_ms", atomic_load(&k->txn_us) / 1000);
}

/* After a failure: who was it, and how goes it on. Leaves the producer to establish. */
static int failure(struct kafka *k, struct wd_err *err)
{
	if (k->refused_seq == 0)
		return wd_err_set(err, k->failed, "%s", k->failure);
	if (k->limit > 1) {
		k->limit = k->limit > 8 ? k->limit / 8 : 1;
		return wd_err_set(err, WD_E_TRANSIENT,
			"kafka: a batch was refused (%s); looking for the event in smaller ones",
			k->failure);
	}
	k->host.refused(k->refused_seq, k->failure, k->host.ctx);
	k->pos = WD_MAX(k->pos, k->refused_seq);
	return wd_err_set(err, WD_E_TRANSIENT, "kafka: event %lld was refused: %s",
		(long long)k->refused_seq, k->failure);
}

static int kafka_submit(struct wd_sink *s, const struct wd_row *rows, size_t n, size_t *ret_taken,
	struct wd_err *err)
{
	struct kafka *k = (struct kafka *)s;
	*ret_taken = 0;
	if (k->eo)
		return kafka_txn_submit(k, rows, n, ret_taken, err);
	size_t normal = k->conf.batch_events > 0 ? k->conf.batch_events : NORMAL_LIMIT;
	if (k->limit < normal) { /* one small batch at a time */
		if (k->tail > k->head)
			return wd_err_set(err, WD_E_FULL, "kafka: waiting for a small batch");
		k->limit *= k->aborts == 0 ? 1 : 2;
		k->aborts = 1;
	}
	while (*ret_taken < n && (k->limit >= normal || *ret_taken < k->limit)) {
		int r = kafka_produce(k, &rows[*ret_taken], err);
		if (r == WD_E_LIMIT) { /* refused before it left: no neighbour is harmed */
			k->host.refused(rows[*ret_taken].seq, err->text, k->host.ctx);
			k->ring[k->tail % KAFKA_WINDOW] =
				(struct kafka_slot){rows[*ret_taken].seq, true};
			k->tail++;
		} else if (r != WD_OK) {
			return r;
		}
		(*ret_taken)++;
	}
	(void)rd_kafka_poll(k->rk, 0);
	return *ret_taken < n ? wd_err_set(err, WD_E_FULL, "kafka: small batches") : WD_OK;
}

static int kafka_poll(
	struct wd_sink *s, int64_t wait_us, struct wd_sink_place *ret, struct wd_err *err)
{
	struct kafka *k = (struct kafka *)s;
	(void)rd_kafka_poll(k->rk, k->tail > k->head ? (int)(wait_us / 1000) : 0);
	kafka_advance(k);
	kafka_hear_settings(k);
	*ret = (struct wd_sink_place){.pos = k->pos};
	if (k->failed == WD_OK)
		return WD_OK;
	if (!k->eo)
		k->aborts = 0;
	int r = failure(k, err);
	ret->pos = k->pos;
	return r;
}

const struct wd_sink_ops wd_sink_kafka = {
	.name = "kafka",
	.wants = wants,
	.open = kafka_open,
	.establish = kafka_establish,
	.submit = kafka_submit,
	.poll = kafka_poll,
	.close = kafka_close,
	.status = kafka_status,
	.wakes = true,
	.keeps = true,
};
