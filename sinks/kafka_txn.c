/*
 * Exactly-once: each batch is one Kafka transaction that also stores the outbox sequence it
 * reached, as a group offset of a group of our own (partition 0 of the topic; offset = sequence).
 *
 *   ESTABLISH  init_transactions fences whoever used the id before; read the position back
 *              (read_committed); rows up to it are delivered, whatever was remembered here
 *   RUN        begin, produce all, store the position, commit
 *   ABORT      saves time; RECREATE (establish with a new producer) is always safe
 *
 * Errors are tested in this order: fatal, requires abort, retriable, anything else as fatal. After
 * an unknown commit nothing is deleted or sent again before the position was read. `_FENCED` comes
 * for a second instance and for a transaction of ours that timed out: its age tells which.
 * No call without a time-out: abort(-1) and commit(-1) block without limit.
 */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "sinks/kafka_impl.h"

#define CALL_MS 5000
#define INIT_MS 10000
#define STEP_MS 1000
#define COMMIT_LIMIT (10 * WD_MINUTE)
#define ABORTS_BEFORE_BISECT 2

enum next { NEXT_RETRY, NEXT_ABORT, NEXT_RECREATE, NEXT_STOP };

static int64_t transaction_timeout(const struct kafka *k)
{
	const char *const *p = k->conf.properties;
	uint64_t ms;
	for (; p != NULL && p[0] != NULL; p += 2) {
		if (strcmp(p[0], "transaction.timeout.ms") == 0 &&
			wd_str_to_u64(wd_str_c(p[1]), 1, INT32_MAX, &ms) == WD_OK)
			return (int64_t)ms * 1000;
	}
	return 60 * WD_SEC; /* librdkafka's default */
}

static bool is_fenced(rd_kafka_resp_err_t e)
{
	return e == RD_KAFKA_RESP_ERR__FENCED || e == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
	       e == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

/* Judges and destroys the error; err gets its text. */
static enum next judge(struct kafka *k, rd_kafka_error_t *e, const char *what, struct wd_err *err)
{
	rd_kafka_resp_err_t code = rd_kafka_error_code(e);
	enum next next = NEXT_RECREATE;
	k->topic_denied = code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
	if (code == RD_KAFKA_RESP_ERR__FATAL) {
		char text[300];
		code = rd_kafka_fatal_error(k->rk, text, sizeof(text));
	}
	(void)kafka_error(k, code, what, rd_kafka_error_string(e), err);
	if (is_fenced(code)) {
		bool ours =
			k->in_txn && wd_clock_mono_us() - k->txn_began_us >= transaction_timeout(k);
		next = ours ? NEXT_RECREATE : NEXT_STOP;
		if (!ours)
			(void)wd_err_set(err, WD_E_BUG,
				"kafka: another process works with this store's identity (%s): this one was "
				"fenced and stops delivering. Run one wiredesk per store; a copied store needs "
				"`wiredesk store renew`",
				k->txn_id);
	} else if (err->code == WD_E_DENIED) {
		next = NEXT_RECREATE;
	} else if (!rd_kafka_error_is_fatal(e) && rd_kafka_error_txn_requires_abort(e)) {
		next = NEXT_ABORT;
	} else if (!rd_kafka_error_is_fatal(e) && rd_kafka_error_is_retriable(e)) {
		next = NEXT_RETRY;
	}
	rd_kafka_error_destroy(e);
	return next;
}

/* ---- establish ---- */

static int init_transactions(struct kafka *k, struct wd_err *err)
{
	rd_kafka_error_t *e = rd_kafka_init_transactions(k->rk, STEP_MS);
	/* In steps: a call that timed out goes on where it was, and a stop need not wait for it. */
	for (int ms = STEP_MS; e != NULL && ms < INIT_MS && rd_kafka_error_is_retriable(e) &&
			       !k->host.stopping(k->host.ctx);
		ms += STEP_MS) {
		rd_kafka_error_destroy(e);
		e = rd_kafka_init_transactions(k->rk, STEP_MS);
	}
	if (e == NULL)
		return WD_OK;
	switch (judge(k, e, "init transactions", err)) {
	case NEXT_RETRY: /* the same call again, on the same producer */
		return WD_E_TRANSIENT;
	case NEXT_STOP:
		return WD_E_BUG;
	case NEXT_ABORT:
	case NEXT_RECREATE:
	default:
		kafka_drop_producer(k);
		return err->code == WD_E_DENIED ? WD_E_DENIED : WD_E_TRANSIENT;
	}
}

static rd_kafka_t *new_consumer(struct kafka *k, struct wd_err *err)
{
	static const char *const producer_only[] = {"transactional.id", "transaction.timeout.ms",
		"enable.idempotence", "acks", "compression.type", "compression.codec", "linger.ms",
		"partitioner", "message.timeout.ms", "batch.size", "batch.num.messages"};
	char text[300];
	rd_kafka_conf_t *rc = rd_kafka_conf_new();
	const char *const *p = k->conf.properties;
	for (; p != NULL && p[0] != NULL; p += 2) {
		bool skip = strncmp(p[0], "queue.buffering.", 16) == 0;
		for (size_t i = 0; i < WD_COUNTOF(producer_only); i++)
			skip = skip || strcmp(p[0], producer_only[i]) == 0;
		if (!skip)
			(void)rd_kafka_conf_set(rc, p[0], p[1], text, sizeof(text));
	}
	(void)rd_kafka_conf_set(rc, "group.id", k->group, text, sizeof(text));
	(void)rd_kafka_conf_set(rc, "isolation.level", "read_committed", text, sizeof(text));
	(void)rd_kafka_conf_set(rc, "enable.auto.commit", "false", text, sizeof(text));
	rd_kafka_t *c = rd_kafka_new(RD_KAFKA_CONSUMER, rc, text, sizeof(text));
	if (c == NULL) {
		rd_kafka_conf_destroy(rc);
		(void)wd_err_set(err, WD_E_MALFORMED, "kafka: read the position: %s", text);
	}
	return c;
}

static rd_kafka_topic_partition_list_t *position_list(const struct kafka *k, int64_t offset)
{
	rd_kafka_topic_partition_list_t *l = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_t *p = rd_kafka_topic_partition_list_add(l, k->conf.topic, 0);
	p->offset = offset;
	return l;
}

/* The position of the last committed batch; -1: none was ever stored. */
static int read_position(struct kafka *k, int64_t *ret, struct wd_err *err)
{
	rd_kafka_t *c = new_consumer(k, err);
	if (c == NULL)
		return WD_E_MALFORMED;
	rd_kafka_topic_partition_list_t *l = position_list(k, RD_KAFKA_OFFSET_INVALID);
	rd_kafka_resp_err_t e = rd_kafka_committed(c, l, CALL_MS);
	if (e == RD_KAFKA_RESP_ERR_NO_ERROR)
		e = l->elems[0].err;
	*ret = l->elems[0].offset >= 0 ? l->elems[0].offset : -1;
	rd_kafka_topic_partition_list_destroy(l);
	rd_kafka_destroy(c);
	return e == RD_KAFKA_RESP_ERR_NO_ERROR ? WD_OK
					       : kafka_error(k, e, "read the position", NULL, err);
}

static int check_position(struct kafka *k, int64_t pos, struct wd_err *err)
{
	if (pos < 0 && k->host.pos > 0)
		return wd_err_set(err, WD_E_BUG,
			"kafka: the broker has no position for this store although %lld events were "
			"delivered (group offsets expired after long silence, or another cluster). "
			"If events may be sent again with the same ids, run `wiredesk store renew` and "
			"start anew",
			(long long)k->host.pos);
	if (pos > WD_MAX(k->host.opened_seq, k->sent))
		return wd_err_set(err, WD_E_BUG,
			"kafka: the broker's position %lld is ahead of this store (%lld): the store was "
			"restored from a backup. Run `wiredesk store renew` to go on with it (events "
			"since the backup come again with the same ids), or put the newer store back",
			(long long)pos, (long long)k->host.opened_seq);
	return WD_OK;
}

int kafka_txn_establish(struct kafka *k, struct wd_err *err)
{
	int64_t pos = -1;
	int r = init_transactions(k, err);
	if (r == WD_OK) {
		r = read_position(k, &pos, err);
		if (r != WD_OK)
			kafka_drop_producer(k);
	}
	if (r == WD_OK)
		r = check_position(k, pos, err);
	if (r == WD_OK) {
		k->pos = WD_MAX(pos, 0);
		atomic_store(&k->txn_state, KAFKA_TXN_IDLE);
	}
	return r;
}

/* ---- run ---- */

/* Another producer: what the transaction became is read back in establish. */
static int recreate(struct kafka *k, struct wd_err *err)
{
	int rc =
		err->code == WD_E_DENIED || err->code == WD_E_NOTFOUND ? err->code : WD_E_TRANSIENT;
	kafka_drop_producer(k);
	return rc;
}

static int abort_batch(struct kafka *k, struct wd_err *err)
{
	struct wd_err why = *err;
	for (int tries = 0; tries < 4; tries++) {
		rd_kafka_error_t *e = rd_kafka_abort_transaction(k->rk, CALL_MS);
		if (e == NULL) {
			k->in_txn = false;
			k->head = k->tail = 0;
			atomic_store(&k->txn_state, KAFKA_TXN_IDLE);
			*err = why;
			return WD_OK;
		}
		enum next next = judge(k, e, "abort", err);
		if (next == NEXT_STOP)
			return WD_E_BUG;
		if (next != NEXT_RETRY)
			break;
	}
	return recreate(k, err);
}

/* The same batch failed again and again, or was refused: halve it, and in the end its only row is
 * the culprit. */
static void learn(struct kafka *k, size_t n, const struct wd_row *rows)
{
	bool poison = k->failed == WD_E_LIMIT;
	struct kafka_side *side = n == 1 ? kafka_side_of(k, kafka_topic_of(k, rows)) : NULL;
	k->aborts++;
	atomic_fetch_add(&k->txn_aborts, 1);
	kafka_count_aborted();
	if (side != NULL && k->topic_denied) /* the broker does not say which topic it was */
		kafka_side_spoil(side,
			"kafka: not allowed to write to the topic; give the user Write on it");
	if (!poison && k->aborts < ABORTS_BEFORE_BISECT)
		return;
	if (poison && n == 1) {
		k->host.refused(rows[0].seq, k->failure, k->host.ctx);
		k->skip_seq = rows[0].seq;
	}
	k->limit = WD_MAX(n / 2, (size_t)1);
	k->aborts = 0;
}

static int produce_all(struct kafka *k, const struct wd_row *rows, size_t n, struct wd_err *err)
{
	int64_t until = wd_clock_mono_us() + transaction_timeout(k) / 2;
	for (size_t i = 0; i < n;) {
		int r = kafka_produce(k, &rows[i], err);
		if (r == WD_OK) {
			i++;
			continue;
		}
		if (r == WD_E_LIMIT) { /* never left us; the transaction is not harmed */
			k->host.refused(rows[i].seq, err->text, k->host.ctx);
			i++;
			continue;
		}
		if (r != WD_E_FULL || wd_clock_mono_us() > until)
			return r == WD_E_FULL ? wd_err_set(err, WD_E_TRANSIENT,
							"kafka: the local queue stays full")
					      : r;
		(void)rd_kafka_poll(k->rk, 100);
		if (k->failed != WD_OK)
			return wd_err_set(err, k->failed, "%s", k->failure);
	}
	return WD_OK;
}

static enum next store_position(struct kafka *k, int64_t seq, struct wd_err *err)
{
	rd_kafka_topic_partition_list_t *l = position_list(k, seq);
	rd_kafka_consumer_group_metadata_t *g = rd_kafka_consumer_group_metadata_new(k->group);
	enum next next = NEXT_RETRY;
	rd_kafka_error_t *e = NULL;
	for (int tries = 0; tries < 6 && next == NEXT_RETRY; tries++) {
		e = rd_kafka_send_offsets_to_transaction(k->rk, l, g, CALL_MS);
		if (e == NULL)
			break;
		next = judge(k, e, "store the position", err);
	}
	rd_kafka_consumer_group_metadata_destroy(g);
	rd_kafka_topic_partition_list_destroy(l);
	if (e == NULL)
		return NEXT_RETRY;
	return next == NEXT_RETRY ? NEXT_ABORT : next;
}

static enum next commit(struct kafka *k, struct wd_err *err, bool *ret_done)
{
	int64_t until = wd_clock_mono_us() + COMMIT_LIMIT;
	*ret_done = false;
	for (;;) {
		rd_kafka_error_t *e = rd_kafka_commit_transaction(k->rk, CALL_MS);
		if (e == NULL) {
			*ret_done = true;
			return NEXT_RETRY;
		}
		enum next next = judge(k, e, "commit", err);
		if (next != NEXT_RETRY)
			return next;
		/* Only commit may follow a retriable commit. On the way out the position read back
		 * at the next start tells what became of it. */
		if (wd_clock_mono_us() > until || k->host.stopping(k->host.ctx))
			return NEXT_RECREATE;
	}
}

static int act(
	struct kafka *k, enum next next, const struct wd_row *rows, size_t n, struct wd_err *err)
{
	learn(k, n, rows);
	if (next == NEXT_STOP)
		return WD_E_BUG;
	if (next == NEXT_RECREATE)
		return recreate(k, err);
	int r = abort_batch(k, err);
	k->failed = WD_OK;
	return r;
}

int kafka_txn_submit(
	struct kafka *k, const struct wd_row *rows, size_t n, size_t *ret_taken, struct wd_err *err)
{
	size_t normal = k->conf.batch_events > 0 ? k->conf.batch_events : 1000;
	bool done = false;
	enum next next = NEXT_RETRY;
	*ret_taken = 0;
	if (k->skip_seq != 0 && rows[0].seq == k->skip_seq) { /* alone in its batch */
		k->skip_seq = 0;
		k->pos = rows[0].seq;
		*ret_taken = 1;
		return n == 1 ? WD_OK : WD_E_FULL;
	}
	n = WD_MIN(n, k->limit);
	k->head = k->tail = 0;
	rd_kafka_error_t *e = rd_kafka_begin_transaction(k->rk);
	if (e != NULL)
		return judge(k, e, "begin", err) == NEXT_STOP ? WD_E_BUG : recreate(k, err);
	k->in_txn = true;
	k->topic_denied = false;
	atomic_store(&k->txn_state, KAFKA_TXN_OPEN);
	k->txn_began_us = wd_clock_mono_us();
	int r = produce_all(k, rows, n, err);
	if (r == WD_OK) /* the position may not pass a refused event that nobody has yet */
		r = k->host.settle(k->host.ctx, err);
	if (r != WD_OK) {
		r = act(k, NEXT_ABORT, rows, n, err);
	} else {
		next = store_position(k, rows[n - 1].seq, err);
		atomic_store(&k->txn_state, KAFKA_TXN_COMMITTING);
		if (next == NEXT_RETRY)
			next = commit(k, err, &done);
		if (!done)
			r = act(k, next, rows, n, err);
	}
	if (k->rk != NULL)
		(void)rd_kafka_poll(k->rk, 0);
	if (!done) {
		if (r == WD_OK)
			(void)wd_err_set(err, WD_E_FULL, "kafka: a batch was aborted");
		return r == WD_OK ? WD_E_FULL : r;
	}
	k->in_txn = false;
	atomic_store(&k->txn_state, KAFKA_TXN_IDLE);
	atomic_fetch_add(&k->txns, 1);
	atomic_store(&k->txn_us, wd_clock_mono_us() - k->txn_began_us);
	kafka_count_committed(atomic_load(&k->txn_us));
	k->failed = WD_OK;
	k->head = k->tail = 0;
	k->aborts = 0;
	k->pos = rows[n - 1].seq;
	k->sent = WD_MAX(k->sent, k->pos);
	kafka_count_delivered(n);
	*ret_taken = n;
	bool small = k->limit < normal;
	k->limit = WD_MIN(k->limit * 2, normal);
	return small ? WD_E_FULL : WD_OK;
}
