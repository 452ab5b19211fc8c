#include "tests/unit/test.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "sinks/sink.h"

/* A mock cluster inside librdkafka, and one sink on it. */
struct bench {
	rd_kafka_t *rk;
	rd_kafka_mock_cluster_t *mc;
	const char *properties[16];
	struct wd_sink_conf conf;
	struct wd_sink_host host;
	struct wd_sink *sink;
	int64_t refused[16];
	size_t refused_count;
	atomic_int woken;
};

static void refused(int64_t seq, const char *why, void *ctx)
{
	struct bench *b = ctx;
	(void)why;
	b->refused[b->refused_count++ % 16] = seq;
}

static int settle(void *ctx, struct wd_err *err)
{
	(void)ctx, (void)err;
	return WD_OK;
}

static void wake(void *ctx)
{
	struct bench *b = ctx;
	atomic_fetch_add(&b->woken, 1);
}

static bool stopping(void *ctx)
{
	(void)ctx;
	return false;
}

static void quiet(enum wd_log_level level, struct wd_str line, void *ctx)
{
	(void)level, (void)line, (void)ctx;
}

static int setup(void **state)
{
	char text[200];
	struct bench *b = calloc(1, sizeof(*b));
	rd_kafka_conf_t *rc = rd_kafka_conf_new();
	(void)rd_kafka_conf_set(rc, "log_level", "0", text, sizeof(text));
	wd_log_set_output(quiet, NULL);
	b->rk = rd_kafka_new(RD_KAFKA_PRODUCER, rc, text, sizeof(text));
	assert_non_null(b->rk);
	b->mc = rd_kafka_mock_cluster_new(b->rk, 1);
	assert_non_null(b->mc);
	(void)rd_kafka_mock_topic_create(b->mc, "news", 3, 1);
	const char *props[] = {"bootstrap.servers", rd_kafka_mock_cluster_bootstraps(b->mc),
		"compression.type", "none", "linger.ms", "1"};
	memcpy(b->properties, props, sizeof(props));
	b->conf = (struct wd_sink_conf){
		.type = "kafka", .topic = "news", .properties = b->properties, .batch_events = 100};
	b->host = (struct wd_sink_host){.store_uuid = WD_STR("00112233445566778899aabbccddeeff"),
		.opened_seq = 0,
		.refused = refused,
		.settle = settle,
		.wake = wake,
		.stopping = stopping,
		.ctx = b};
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;
	wd_sink_kafka.close(b->sink);
	rd_kafka_mock_cluster_destroy(b->mc);
	rd_kafka_destroy(b->rk);
	free(b);
	wd_log_set_output(NULL, NULL);
	return 0;
}

static void open_sink(struct bench *b)
{
	struct wd_err err = {0};
	if (wd_sink_kafka.open(&b->conf, &b->host, &b->sink, &err) != WD_OK)
		fail_msg("open: %s", err.text);
}

/* Establishes, again and again as the pump does; gives the position. */
static int64_t establish(struct bench *b)
{
	struct wd_sink_place place = {0};
	struct wd_err err = {0};
	int64_t until = wd_clock_mono_us() + WD_TEST_PATIENCE_US;
	while (wd_clock_mono_us() < until) {
		int r = wd_sink_kafka.establish(b->sink, &place, &err);
		if (r == WD_OK)
			return place.pos;
		assert_int_equal(r, WD_E_TRANSIENT);
	}
	fail_msg("establish: %s", err.text);
	return -1;
}

static struct wd_row *rows(int64_t from, size_t n)
{
	static struct wd_row list[2000];
	assert_true(n <= WD_COUNTOF(list));
	for (size_t i = 0; i < n; i++)
		list[i] = (struct wd_row){.seq = from + (int64_t)i,
			.time_us = INT64_C(1760000000000000),
			.key = WD_STR("0123456789abcdef0123456789abcdef"),
			.attrs = WD_STR("id\0x\0type\0news.article.published\0"
					"datacontenttype\0application/json\0"),
			.data = WD_STR("{\"uri\":\"urn:x\"}")};
	return list;
}

/* What the pump does, without a store: until `last` is delivered. */
static int64_t deliver(struct bench *b, int64_t from, int64_t last, struct wd_row *poisoned)
{
	int64_t sent = from - 1, pos = from - 1, until = wd_clock_mono_us() + WD_TEST_PATIENCE_US;
	while (pos < last && wd_clock_mono_us() < until) {
		size_t taken = 0, n = (size_t)WD_MIN(last - sent, (int64_t)100);
		struct wd_err err = {0};
		struct wd_sink_place place = {0};
		int r = WD_OK;
		if (n > 0) {
			struct wd_row *list = rows(sent + 1, n);
			for (size_t i = 0; i < n && poisoned != NULL; i++)
				if (list[i].seq == poisoned->seq)
					list[i] = *poisoned;
			r = wd_sink_kafka.submit(b->sink, list, n, &taken, &err);
			if (taken > 0)
				sent = list[taken - 1].seq;
		}
		if (r == WD_OK || r == WD_E_FULL) {
			r = wd_sink_kafka.poll(b->sink, 20000, &place, &err);
			pos = WD_MAX(pos, place.pos);
		}
		if (r != WD_OK) {
			assert_true(r == WD_E_TRANSIENT || r == WD_E_LIMIT);
			sent = pos = establish(b);
		}
	}
	return pos;
}

static void test_at_least_once_delivers_in_order(void **state)
{
	struct bench *b = *state;
	open_sink(b);
	assert_int_equal(establish(b), 0);
	assert_int_equal(deliver(b, 1, 1500, NULL), 1500);
	assert_int_equal(b->refused_count, 0);
}

static void test_a_delivery_wakes_the_driver(void **state)
{
	struct bench *b = *state;
	struct wd_sink_place place;
	size_t taken;
	struct wd_err err;
	int64_t until = wd_clock_mono_us() + WD_TEST_PATIENCE_US;
	const struct timespec pause = {.tv_nsec = 1000000};
	open_sink(b);
	(void)establish(b);
	atomic_store(&b->woken, 0);
	assert_int_equal(wd_sink_kafka.submit(b->sink, rows(1, 1), 1, &taken, &err), WD_OK);
	while (atomic_load(&b->woken) == 0 && wd_clock_mono_us() < until)
		(void)nanosleep(&pause, NULL); /* nobody polls */
	assert_true(atomic_load(&b->woken) > 0);
	assert_int_equal(wd_sink_kafka.poll(b->sink, 0, &place, &err), WD_OK);
	assert_int_equal(place.pos, 1);
}

static void test_broker_errors_are_retried(void **state)
{
	struct bench *b = *state;
	open_sink(b);
	(void)establish(b);
	rd_kafka_mock_push_request_errors(b->mc, 0 /* Produce */, 4,
		RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
		RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE);
	assert_int_equal(deliver(b, 1, 300, NULL), 300);
	assert_int_equal(b->refused_count, 0);
}

static void test_broker_away_and_back(void **state)
{
	struct bench *b = *state;
	struct wd_sink_place place;
	size_t taken;
	struct wd_err err;
	open_sink(b);
	(void)establish(b);
	(void)rd_kafka_mock_broker_set_down(b->mc, 1);
	assert_int_equal(wd_sink_kafka.submit(b->sink, rows(1, 50), 50, &taken, &err), WD_OK);
	for (int i = 0; i < 10; i++)
		assert_int_equal(wd_sink_kafka.poll(b->sink, 20000, &place, &err), WD_OK);
	assert_int_equal(place.pos, 0); /* nothing counts before its delivery report */
	(void)rd_kafka_mock_broker_set_up(b->mc, 1);
	int64_t until = wd_clock_mono_us() + WD_TEST_PATIENCE_US;
	while (place.pos < 50 && wd_clock_mono_us() < until)
		assert_int_equal(wd_sink_kafka.poll(b->sink, 20000, &place, &err), WD_OK);
	assert_int_equal(place.pos, 50);
}

static void test_a_row_too_large_is_refused_alone(void **state)
{
	struct bench *b = *state;
	static char big[2000000];
	memset(big, 'x', sizeof(big));
	struct wd_row poison = *rows(7, 1);
	poison.data = (struct wd_str){big, sizeof(big)};
	for (int eo = 0; eo < 2; eo++) {
		b->conf.exactly_once = eo == 1;
		b->refused_count = 0;
		open_sink(b);
		(void)establish(b);
		assert_int_equal(deliver(b, 1, 20, &poison), 20);
		assert_int_equal(b->refused_count, 1);
		assert_int_equal(b->refused[0], 7);
		wd_sink_kafka.close(b->sink);
		b->sink = NULL;
	}
}

static void test_a_batch_the_broker_refuses_is_bisected(void **state)
{
	struct bench *b = *state;
	open_sink(b);
	(void)establish(b);
	/* The broker's limit is below ours: a whole batch is refused, and each smaller one, until
	 * the single row. 100 → 12 → 1. */
	rd_kafka_mock_push_request_errors(b->mc, 0, 3, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
		RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
	assert_int_equal(deliver(b, 1, 100, NULL), 100);
	assert_true(b->refused_count <= 1);
}

/* The mock cluster forgets offsets stored inside transactions, so the position is put there from
 * outside, as the last run's commit would have left it. (The real broker's own: tests/integration.)
 */
static void store_position(struct bench *b, const char *group, int64_t offset)
{
	char text[200];
	rd_kafka_conf_t *rc = rd_kafka_conf_new();
	(void)rd_kafka_conf_set(rc, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(b->mc),
		text, sizeof(text));
	(void)rd_kafka_conf_set(rc, "group.id", group, text, sizeof(text));
	rd_kafka_t *c = rd_kafka_new(RD_KAFKA_CONSUMER, rc, text, sizeof(text));
	assert_non_null(c);
	rd_kafka_topic_partition_list_t *l = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(l, "news", 0)->offset = offset;
	assert_int_equal(rd_kafka_commit(c, l, 0), RD_KAFKA_RESP_ERR_NO_ERROR);
	rd_kafka_topic_partition_list_destroy(l);
	rd_kafka_destroy(c);
}

#define GROUP "wiredesk-00112233445566778899aabbccddeeff-news"

static void test_exactly_once_goes_on_at_the_stored_position(void **state)
{
	struct bench *b = *state;
	b->conf.exactly_once = true;
	store_position(b, GROUP, 250);
	/* The store remembers less than the broker: the broker's word counts. */
	b->host.opened_seq = 400;
	b->host.pos = 90;
	open_sink(b);
	assert_int_equal(establish(b), 250);
	assert_int_equal(deliver(b, 251, 400, NULL), 400);
}

static void test_restored_and_foreign_stores_are_refused(void **state)
{
	struct bench *b = *state;
	struct wd_sink_place place;
	struct wd_err err = {0};
	b->conf.exactly_once = true;
	store_position(b, GROUP, 50);
	b->host.opened_seq = 20; /* an older copy of the store */
	open_sink(b);
	assert_int_equal(wd_sink_kafka.establish(b->sink, &place, &err), WD_E_BUG);
	assert_non_null(strstr(err.text, "restored from a backup"));
	wd_sink_kafka.close(b->sink);
	b->host.store_uuid = WD_STR("ffffffffffffffffffffffffffffffff"); /* another cluster's */
	b->host.opened_seq = b->host.pos = 20;
	open_sink(b);
	assert_int_equal(wd_sink_kafka.establish(b->sink, &place, &err), WD_E_BUG);
	assert_non_null(strstr(err.text, "store renew"));
}

/* Vectors of the Java client's own tests (Utils.murmur2), as it makes partitions of them: the sign
 * bit off, then the remainder. */
static void test_partitions_are_the_java_clients(void **state)
{
	static const struct {
		const char *key;
		int32_t murmur2;
	} cases[] = {
		{"21", -973932308},
		{"foobar", -790332482},
		{"a-little-bit-long-string", -985981536},
		{"a-little-bit-longer-string", -1486304829},
		{"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
		{"abc", 479470107},
	};
	(void)state;
	for (int32_t parts = 1; parts <= 50; parts += 7) {
		for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
			int32_t got = rd_kafka_msg_partitioner_murmur2_random(
				NULL, cases[i].key, strlen(cases[i].key), parts, NULL, NULL);
			assert_int_equal(got, (cases[i].murmur2 & 0x7fffffff) % parts);
		}
	}
}

static int64_t metric(const char *name)
{
	struct wd_buf b;
	int64_t v = -1;
	wd_buf_init(&b, 1 << 20);
	wd_metrics_render(&b);
	struct wd_str s = wd_buf_str(&b);
	size_t at = wd_str_find(s, wd_str_c(name), 0);
	while (at != SIZE_MAX && at > 0 && s.p[at - 1] != '\n') /* not its HELP and TYPE */
		at = wd_str_find(s, wd_str_c(name), at + 1);
	if (at != SIZE_MAX)
		v = strtoll(s.p + at + strlen(name), NULL, 10);
	wd_buf_done(&b);
	return v;
}

static void test_statistics_become_metrics(void **state)
{
	struct bench *b = *state;
	struct wd_sink_place place;
	struct wd_err err;
	b->properties[6] = "statistics.interval.ms";
	b->properties[7] = "50";
	open_sink(b);
	(void)establish(b);
	int64_t before = metric("wiredesk_kafka_delivered_total ");
	assert_int_equal(deliver(b, 1, 200, NULL), 200);
	int64_t until = wd_clock_mono_us() + WD_TEST_PATIENCE_US;
	while (metric("wiredesk_kafka_sent_bytes_total ") < 200 && wd_clock_mono_us() < until) {
		assert_int_equal(wd_sink_kafka.poll(b->sink, 20000, &place, &err), WD_OK);
		(void)usleep(10000);
	}
	assert_int_equal(metric("wiredesk_kafka_delivered_total ") - before, 200);
	assert_true(metric("wiredesk_kafka_sent_bytes_total ") >= 200);
	assert_true(metric("wiredesk_kafka_broker_rtt_p99_microseconds ") > 0);
	assert_int_equal(metric("wiredesk_kafka_send_errors_total "), 0);
	wd_sink_kafka.close(b->sink);
	b->sink = NULL;
	assert_int_equal(metric("wiredesk_kafka_queue_messages "), 0);
}

static void test_wrong_properties_are_named(void **state)
{
	struct bench *b = *state;
	struct wd_err err = {0};
	b->properties[4] = "no.such.property";
	assert_int_equal(wd_sink_kafka.open(&b->conf, &b->host, &b->sink, &err), WD_E_MALFORMED);
	assert_non_null(strstr(err.text, "no.such.property"));
	b->properties[0] = NULL;
	assert_int_equal(wd_sink_kafka.open(&b->conf, &b->host, &b->sink, &err), WD_E_MALFORMED);
	assert_non_null(strstr(err.text, "bootstrap.servers"));
}

int main(void)
{
#ifdef __SANITIZE_THREAD__
	/* librdkafka starts its threads with thrd_create, which this ThreadSanitizer does not know.
	 */
	return 77;
#endif
#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_partitions_are_the_java_clients),
		T(test_at_least_once_delivers_in_order),
		T(test_a_delivery_wakes_the_driver),
		T(test_broker_errors_are_retried),
		T(test_broker_away_and_back),
		T(test_a_row_too_large_is_refused_alone),
		T(test_a_batch_the_broker_refuses_is_bisected),
		T(test_exactly_once_goes_on_at_the_stored_position),
		T(test_restored_and_foreign_stores_are_refused),
		T(test_statistics_become_metrics),
		T(test_wrong_properties_are_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
