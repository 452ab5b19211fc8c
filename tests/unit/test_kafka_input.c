/* Topics as a source: places and headers, and reading from librdkafka's mock cluster through a real
 * inbox. What only a broker can do (retention, deleting) is in tests/integration. */
#include "tests/unit/test.h"

#include <dirent.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "sources/kafka_input_impl.h"
#include "sources/kafka_record.h"

/* ---- places ---- */

static void test_places(void **state)
{
	static const struct {
		const char *text;
		struct wd_kafka_place place;
	} cases[] = {
		{"kafka://c-1_X/raw.docs/0/0",
			{.offset = 0, .partition = 0, .index = 1, .count = 1}},
		{"kafka://c-1_X/raw.docs/2147483647/9223372036854775807",
			{.offset = INT64_MAX, .partition = INT32_MAX, .index = 1, .count = 1}},
		{"kafka://c-1_X/raw.docs/7/12?epoch=3",
			{.offset = 12, .partition = 7, .epoch = 3, .index = 1, .count = 1}},
		{"kafka://c-1_X/raw.docs/7/12#2/3",
			{.offset = 12, .partition = 7, .index = 2, .count = 3}},
		{"kafka://c-1_X/raw.docs/7/12?epoch=1#3/3",
			{.offset = 12, .partition = 7, .epoch = 1, .index = 3, .count = 3}},
	};
	static const char *const none[] = {"", "kafka://", "kafka://c/t/1", "kafka://c//1/2",
		"kafka:///t/1/2", "kafka://c/t/x/2", "kafka://c/t/1/-2", "kafka://c/t/1/2#1",
		"kafka://c/t/1/2?other=1", "kafka://c/t/1/2#x/2", "/v1/ingest/a",
		"kafka://c/t/2147483648/1", "kafka://c/t/1/9223372036854775808"};
	char text[WD_KAFKA_PLACE_TEXT];
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		struct wd_kafka_place p = cases[i].place, q;
		p.cluster = WD_STR("c-1_X");
		p.topic = WD_STR("raw.docs");
		assert_str("text", wd_kafka_place_text(&p, text), cases[i].text);
		if (wd_kafka_place_read(wd_str_c(cases[i].text), &q) != WD_OK)
			fail_msg("'%s' was not read", cases[i].text);
		assert_str("cluster", q.cluster, "c-1_X");
		assert_str("topic", q.topic, "raw.docs");
		assert_true(q.offset == p.offset && q.partition == p.partition);
		assert_true(q.epoch == p.epoch && q.index == p.index && q.count == p.count);
		assert_true(wd_hash_eq(wd_kafka_place_id(&p, 5), wd_kafka_place_id(&q, 5)));
		assert_false(wd_hash_eq(wd_kafka_place_id(&p, 5), wd_kafka_place_id(&p, 6)));
	}
	for (size_t i = 0; i < WD_COUNTOF(none); i++) {
		struct wd_kafka_place q;
		if (wd_kafka_place_read(wd_str_c(none[i]), &q) == WD_OK)
			fail_msg("'%s' was taken for a place", none[i]);
	}
}

/* ---- records ---- */

#define CE_BINARY                                                                                  \
	{WD_STR("ce_specversion"), WD_STR("1.0")}, {WD_STR("ce_id"), WD_STR("i")},                 \
		{WD_STR("ce_source"), WD_STR("/s")},                                               \
	{                                                                                          \
		WD_STR("ce_type"), WD_STR("t")                                                     \
	}

static void test_records(void **state)
{
	static const char event[] = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\","
				    "\"type\":\"t\",\"datacontenttype\":\"text/plain\","
				    "\"data\":\"inside\"}";
	static const char batch[] =
		"[{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"data\":"
		"\"one\"},{\"specversion\":\"1.0\",\"id\":\"2\",\"source\":\"/s\",\"type\":\"t\","
		"\"data_base64\":\"dHdv\"}]";
	static const struct {
		const char *name, *value, *given; /* given: content_type of the configuration */
		struct wd_kafka_header headers[6];
		int rc;
		const char *first, *type, *error;
		size_t n;
	} cases[] = {
		{.name = "bare", .value = "<rss/>", .first = "<rss/>", .type = "", .n = 1},
		{.name = "typed",
			.value = "<rss/>",
			.headers = {{WD_STR("Content-Type"), WD_STR(" application/rss+xml ")}},
			.first = "<rss/>",
			.type = "application/rss+xml",
			.n = 1},
		{.name = "binary",
			.value = "plain",
			.headers = {CE_BINARY, {WD_STR("content-type"), WD_STR("text/plain")}},
			.first = "plain",
			.type = "text/plain",
			.n = 1},
		{.name = "binary, no id",
			.value = "plain",
			.headers = {{WD_STR("ce_specversion"), WD_STR("1.0")},
				{WD_STR("ce_source"), WD_STR("/s")},
				{WD_STR("ce_type"), WD_STR("t")}},
			.rc = WD_E_MALFORMED,
			.error = "not a CloudEvent"},
		{.name = "structured",
			.value = event,
			.headers = {{WD_STR("content-type"),
				WD_STR("application/cloudevents+json; charset=utf-8")}},
			.first = "inside",
			.type = "text/plain",
			.n = 1},
		{.name = "structured by configuration",
			.value = event,
			.given = "application/cloudevents+json",
			.first = "inside",
			.type = "text/plain",
			.n = 1},
		{.name = "a header wins over the configuration",
			.value = event,
			.given = "application/cloudevents+json",
			.headers = {{WD_STR("content-type"), WD_STR("application/json")}},
			.first = event,
			.type = "application/json",
			.n = 1},
		{.name = "batch",
			.value = batch,
			.headers = {{WD_STR("content-type"),
				WD_STR("application/cloudevents-batch+json")}},
			.first = "one",
			.type = "",
			.n = 2},
		{.name = "headers of requests mean nothing",
			.value = "text",
			.headers = {{WD_STR("content-length"), WD_STR("x")},
				{WD_STR("transfer-encoding"), WD_STR("gzip")},
				{WD_STR("ce-id"), WD_STR("x")},
				{WD_STR("ce-specversion"), WD_STR("9")}},
			.first = "text",
			.type = "",
			.n = 1},
		{.name = "a long ce_ name",
			.value = "text",
			.headers = {{WD_STR("ce_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
				WD_STR("x")}},
			.first = "text",
			.type = "",
			.n = 1},
		{.name = "picture",
			.value = "GIF89a",
			.headers = {{WD_STR("content-type"), WD_STR("image/gif")}},
			.rc = WD_E_MALFORMED,
			.error = "not a document we read"},
		{.name = "unknown coding",
			.value = "x",
			.headers = {{WD_STR("content-encoding"), WD_STR("compress")}},
			.rc = WD_E_MALFORMED,
			.error = "content coding"},
		{.name = "too large",
			.value = "01234567890123456789012345678901234567890123456789"
				 "01234567890123456789012345678901234567890123456789"
				 "01234567890123456789012345678901234567890123456789"
				 "01234567890123456789012345678901234567890123456789"
				 "01234567890123456789012345678901234567890123456789x",
			.rc = WD_E_LIMIT,
			.error = "max_size"},
	};
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		struct wd_err err = {0};
		struct wd_kafka_documents docs;
		struct wd_arena *a = wd_arena_new(WD_MIB);
		struct wd_kafka_record r = {.value = wd_str_c(cases[i].value),
			.headers = cases[i].headers,
			.content_type =
				cases[i].given != NULL ? wd_str_c(cases[i].given) : WD_STR_NONE};
		while (r.header_count < WD_COUNTOF(cases[i].headers) &&
			cases[i].headers[r.header_count].name.n > 0)
			r.header_count++;
		int rc = wd_kafka_record_open(&r, 250, a, &docs, &err);
		if (rc != cases[i].rc || docs.n != cases[i].n)
			fail_msg("%s: %s, %zu documents: %s", cases[i].name, wd_rc_name(rc), docs.n,
				err.text);
		if (rc == WD_OK) {
			assert_str(cases[i].name, docs.v[0].body, cases[i].first);
			assert_str(cases[i].name, docs.v[0].type, cases[i].type);
		} else if (strstr(err.text, cases[i].error) == NULL) {
			fail_msg("%s: '%s'", cases[i].name, err.text);
		}
		wd_arena_free(a);
	}
}

/* ---- properties ---- */

static void test_properties(void **state)
{
	(void)state;
	assert_true(wd_kafka_input_owns(WD_STR("enable.auto.commit")));
	assert_true(wd_kafka_input_owns(WD_STR("isolation.level")));
	assert_false(wd_kafka_input_owns(WD_STR("fetch.max.bytes")));
}

/* ---- reading ---- */

#define TOPIC "raw"
#define PARTS 3
#define MAX_SEEN 4096

struct bench {
	char dir[64];
	rd_kafka_t *rk; /* producer, and home of the cluster */
	rd_kafka_mock_cluster_t *mc;
	const char *properties[8];
	struct wd_intake *intake;
	struct wd_kafka_input *in;
	atomic_bool full;
	pthread_mutex_t lock; /* guards all below */
	struct wd_kafka_cursor cursors[PARTS];
	bool has[PARTS], begun;
	struct wd_fate fates[MAX_SEEN];
	size_t seen, refused;
	int64_t last[PARTS]; /* offset given to the pipeline last */
	unsigned out_of_order;
	uint64_t position;
	char state[32];
};

static int load(struct wd_str cluster, struct wd_kafka_cursor *c, void *ctx)
{
	struct bench *b = ctx;
	assert_true(cluster.n > 0);
	(void)pthread_mutex_lock(&b->lock);
	bool has = c->partition < 0 ? b->begun : b->has[c->partition];
	if (has && c->partition >= 0)
		*c = b->cursors[c->partition];
	(void)pthread_mutex_unlock(&b->lock);
	return has ? WD_OK : WD_E_NOTFOUND;
}

/* Under lock. */
static void put_cursor(struct bench *b, const struct wd_kafka_cursor *c)
{
	struct wd_kafka_cursor *have = &b->cursors[c->partition];
	if (!b->has[c->partition] || c->epoch > have->epoch ||
		(c->epoch == have->epoch && c->next > have->next))
		*have = *c;
	b->has[c->partition] = true;
}

static int save(struct wd_str cluster, const struct wd_kafka_cursor *c, void *ctx)
{
	struct bench *b = ctx;
	(void)cluster;
	(void)pthread_mutex_lock(&b->lock);
	if (c->partition < 0)
		b->begun = true;
	else
		put_cursor(b, c);
	(void)pthread_mutex_unlock(&b->lock);
	return WD_OK;
}

static void tell(const struct wd_kafka_state *s, void *ctx)
{
	struct bench *b = ctx;
	(void)pthread_mutex_lock(&b->lock);
	(void)snprintf(b->state, sizeof(b->state), "%s", s->state);
	(void)pthread_mutex_unlock(&b->lock);
}

static int deliver(struct wd_doc *doc, void *ctx)
{
	struct bench *b = ctx;
	struct wd_kafka_place p;
	struct wd_fate f;
	uint64_t position;
	if (atomic_load(&b->full))
		return WD_E_FULL;
	assert_int_equal(doc->origin, WD_DOC_KAFKA);
	assert_int_equal(wd_kafka_place_read(doc->input, &p), WD_OK);
	int rc = doc->refused.n > 0 ? WD_E_MALFORMED : WD_OK;
	assert_true(wd_intake_settle(doc, 1, 1, rc, "why", &f, &position));
	(void)pthread_mutex_lock(&b->lock);
	b->refused += rc != WD_OK;
	b->out_of_order += p.offset <= b->last[p.partition];
	b->last[p.partition] = p.offset;
	b->fates[b->seen++ % MAX_SEEN] = f;
	b->position = position;
	const struct wd_kafka_cursor c = {
		.partition = p.partition, .epoch = p.epoch, .next = p.offset + 1, .last = f.id};
	put_cursor(b, &c);
	(void)pthread_mutex_unlock(&b->lock);
	doc->done(doc, rc, doc->done_ctx);
	wd_doc_free(doc);
	return WD_OK;
}

static void dress(struct wd_doc *doc, void *ctx)
{
	(void)doc, (void)ctx;
}

static bool is_settled(uint64_t seq, void *ctx)
{
	(void)seq, (void)ctx;
	return false;
}

static bool find(struct wd_hash id, struct wd_fate *ret, void *ctx)
{
	struct bench *b = ctx;
	bool found = false;
	(void)pthread_mutex_lock(&b->lock);
	for (size_t i = 0; i < b->seen && i < MAX_SEEN && !found; i++) {
		found = wd_hash_eq(b->fates[i].id, id);
		*ret = b->fates[i];
	}
	(void)pthread_mutex_unlock(&b->lock);
	return found;
}

static bool is_full(void *ctx)
{
	struct bench *b = ctx;
	return atomic_load(&b->full);
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
	(void)rd_kafka_conf_set(rc, "test.mock.num.brokers", "1", text, sizeof(text));
	wd_log_set_output(quiet, NULL);
	(void)pthread_mutex_init(&b->lock, NULL);
	(void)snprintf(b->dir, sizeof(b->dir), "/tmp/wiredesk-topic-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	b->rk = rd_kafka_new(RD_KAFKA_PRODUCER, rc, text, sizeof(text));
	assert_non_null(b->rk);
	b->mc = rd_kafka_handle_mock_cluster(b->rk);
	assert_non_null(b->mc);
	(void)rd_kafka_mock_topic_create(b->mc, TOPIC, PARTS, 1);
	b->properties[0] = "bootstrap.servers";
	b->properties[1] = rd_kafka_mock_cluster_bootstraps(b->mc);
	for (size_t i = 0; i < PARTS; i++)
		b->last[i] = -1;
	*state = b;
	return 0;
}

static void start(struct bench *b, bool from_latest)
{
	struct wd_err err = {0};
	struct wd_intake_opts io = {.dir = b->dir,
		.max_bytes = WD_GIB,
		.position = b->position,
		.deliver = deliver,
		.dress = dress,
		.is_settled = is_settled,
		.find = find,
		.is_full = is_full,
		.ctx = b};
	struct wd_kafka_input_opts o = {.topic = WD_STR(TOPIC),
		.source = WD_STR("wire"),
		.group = "group",
		.from_latest = from_latest,
		.properties = b->properties,
		.max_bytes = 100000,
		.load = load,
		.save = save,
		.tell = tell,
		.ctx = b};
	if (wd_intake_new(&io, &b->intake, &err) != WD_OK ||
		wd_intake_start(b->intake, &err) != WD_OK)
		fail_msg("%s", err.text);
	o.intake = b->intake;
	if (wd_kafka_input_new(&o, &b->in, &err) != WD_OK)
		fail_msg("%s", err.text);
}

static void stop(struct bench *b)
{
	wd_kafka_input_free(wd_take(b->in));
	if (b->intake != NULL)
		wd_intake_close(b->intake);
	wd_intake_free(wd_take(b->intake));
}

static int teardown(void **state)
{
	struct bench *b = *state;
	char path[400];
	stop(b);
	rd_kafka_destroy(b->rk);
	DIR *d = opendir(b->dir);
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		(void)snprintf(path, sizeof(path), "%s/%s", b->dir, e->d_name);
		(void)unlink(path);
	}
	(void)closedir(d);
	(void)rmdir(b->dir);
	(void)pthread_mutex_destroy(&b->lock);
	free(b);
	wd_log_set_output(NULL, NULL);
	return 0;
}

/* value NULL: a tombstone. */
static void produce(struct bench *b, int partition, const char *value)
{
	size_t n = value != NULL ? strlen(value) : 0;
	rd_kafka_resp_err_t e = rd_kafka_producev(b->rk, RD_KAFKA_V_TOPIC(TOPIC),
		RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
		RD_KAFKA_V_VALUE(wd_unconst(value), n), RD_KAFKA_V_END);
	assert_int_equal(e, RD_KAFKA_RESP_ERR_NO_ERROR);
}

static size_t seen(struct bench *b)
{
	(void)pthread_mutex_lock(&b->lock);
	size_t n = b->seen;
	(void)pthread_mutex_unlock(&b->lock);
	return n;
}

static bool has_cursors(struct bench *b, int64_t sum)
{
	(void)pthread_mutex_lock(&b->lock);
	int64_t is = 0;
	for (size_t i = 0; i < PARTS; i++)
		is += b->has[i] ? b->cursors[i].next : -1000;
	(void)pthread_mutex_unlock(&b->lock);
	return is == sum;
}

static void nap(void)
{
	const struct timespec ts = {.tv_nsec = 10000000};
	(void)nanosleep(&ts, NULL);
}

#define WAIT_FOR(cond)                                                                             \
	do {                                                                                       \
		int64_t until_ = wd_clock_mono_us() + WD_TEST_PATIENCE_US;                         \
		while (!(cond) && wd_clock_mono_us() < until_)                                     \
			nap();                                                                     \
		assert_true(cond);                                                                 \
	} while (0)

static void produce_many(struct bench *b, int n)
{
	for (int i = 0; i < n; i++) {
		char text[40];
		(void)snprintf(text, sizeof(text), "document %d", i);
		produce(b, i % PARTS, text);
	}
	assert_int_equal(rd_kafka_flush(b->rk, 20000), RD_KAFKA_RESP_ERR_NO_ERROR);
}

static void test_reads_each_once(void **state)
{
	struct bench *b = *state;
	produce_many(b, 600);
	start(b, false);
	WAIT_FOR(seen(b) == 600);
	stop(b);
	assert_true(has_cursors(b, 600));
	start(b, false);
	produce_many(b, 30);
	WAIT_FOR(seen(b) == 630);
	stop(b);
	/* a crash that lost the cursors but not the inbox and the fates: known, all of them */
	(void)pthread_mutex_lock(&b->lock);
	memset(b->has, 0, sizeof(b->has));
	(void)pthread_mutex_unlock(&b->lock);
	start(b, false);
	WAIT_FOR(has_cursors(b, 630)); /* once nothing waits */
	assert_int_equal(seen(b), 630);
	assert_int_equal(b->out_of_order, 0);
	assert_string_equal(b->state, "ok");
}

static void test_tombstones_and_refused(void **state)
{
	struct bench *b = *state;
	char large[120001];
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	produce(b, 0, NULL);
	produce(b, 0, "a document");
	produce(b, 0, large);
	produce(b, 0, "\x01\x02\x03\x04\x05\xff\xfe");
	produce(b, 0, NULL);
	assert_int_equal(rd_kafka_flush(b->rk, 20000), RD_KAFKA_RESP_ERR_NO_ERROR);
	start(b, false);
	WAIT_FOR(seen(b) == 3);
	WAIT_FOR(has_cursors(b, 5)); /* behind the last tombstone */
	assert_int_equal(b->refused, 2);
}

static void test_latest(void **state)
{
	struct bench *b = *state;
	produce_many(b, 9);
	start(b, true);
	WAIT_FOR(has_cursors(b, 9));
	produce_many(b, 3);
	WAIT_FOR(seen(b) == 3);
	stop(b);
	produce_many(b, 3); /* the begin is remembered */
	start(b, true);
	WAIT_FOR(seen(b) == 6);
}

static bool is_paused(struct bench *b)
{
	struct wd_buf out;
	struct wd_json j;
	wd_buf_init(&out, WD_MIB);
	wd_json_init(&j, &out);
	wd_kafka_input_json(b->in, &j);
	struct wd_str s = wd_buf_str(&out);
	bool is = wd_str_find(s, WD_STR("\"paused\":true"), 0) < s.n;
	wd_buf_done(&out);
	return is;
}

static void test_pauses(void **state)
{
	struct bench *b = *state;
	atomic_store(&b->full, true);
	produce_many(b, 300);
	start(b, false);
	WAIT_FOR(is_paused(b));
	assert_int_equal(seen(b), 0);
	atomic_store(&b->full, false);
	WAIT_FOR(seen(b) == 300);
	assert_false(is_paused(b));
	assert_int_equal(b->out_of_order, 0);
}

static void test_stops_without_a_broker(void **state)
{
	struct bench *b = *state;
	b->properties[1] = "127.0.0.1:1"; /* nobody there */
	start(b, false);
	WAIT_FOR(strcmp(b->state, "failing") == 0);
	stop(b);
}

/* As long as somebody holds a message, librdkafka's own destroy waits for it. */
static void test_a_client_that_does_not_end_is_left(void **state)
{
	struct bench *b = *state;
	char text[300];
	rd_kafka_conf_t *rc = rd_kafka_conf_new();
	(void)rd_kafka_conf_set(rc, "bootstrap.servers", b->properties[1], text, sizeof(text));
	(void)rd_kafka_conf_set(rc, "group.id", "another", text, sizeof(text));
	produce_many(b, 3);
	int threads = rd_kafka_thread_cnt();
	rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_CONSUMER, rc, text, sizeof(text));
	assert_non_null(rk);
	(void)rd_kafka_poll_set_consumer(rk);
	rd_kafka_topic_partition_list_t *l = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(l, TOPIC, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
	assert_int_equal(rd_kafka_assign(rk, l), RD_KAFKA_RESP_ERR_NO_ERROR);
	rd_kafka_topic_partition_list_destroy(l);
	rd_kafka_message_t *m = NULL;
	WAIT_FOR(m != NULL || (m = rd_kafka_consumer_poll(rk, 100)) != NULL);
	rd_kafka_topic_t *held = rd_kafka_topic_new(rk, TOPIC, NULL);
	assert_false(kafka_in_destroy(rk, WD_SEC / 10));
	rd_kafka_topic_destroy(held);
	rd_kafka_message_destroy(m);
	WAIT_FOR(rd_kafka_thread_cnt() == threads);
}

static void test_broker_errors(void **state)
{
	struct bench *b = *state;
	start(b, false);
	produce_many(b, 30);
	WAIT_FOR(seen(b) == 30);
	rd_kafka_mock_push_request_errors(b->mc, 1 /* Fetch */, 4,
		RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR__TRANSPORT,
		RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT);
	produce_many(b, 30);
	WAIT_FOR(seen(b) == 60);
	(void)rd_kafka_mock_broker_set_down(b->mc, 1);
	nap();
	(void)rd_kafka_mock_broker_set_up(b->mc, 1);
	produce_many(b, 30);
	WAIT_FOR(seen(b) == 90);
	assert_int_equal(b->out_of_order, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_properties),
		cmocka_unit_test_setup_teardown(test_reads_each_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tombstones_and_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_latest, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pauses, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stops_without_a_broker, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_client_that_does_not_end_is_left, setup, teardown),
		cmocka_unit_test_setup_teardown(test_broker_errors, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
