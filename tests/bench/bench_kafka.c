/*
 * Delivery against bare librdkafka, side by side in one run: CPU per message of the same bytes.
 *
 *   bench_kafka BOOTSTRAP [MESSAGES [ROUNDS]]        topics bench.* are made by the broker or
 * before
 *
 * Each case runs in a process of its own, in turns, ROUNDS times; the median counts. CPU is user
 * and system time of all threads.
 *
 *   bare-idempotent   rd_kafka_producev and flush
 *   at-least-once     committed outbox → pump → acknowledged → rows deleted
 *   bare-transaction  the same batches in bare transactions
 *   exactly-once      committed outbox → pump → position in the transaction → rows deleted
 *   store-and-…       the insert and the identity records too
 */
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/pump.h"

#define BODY 3000
#define BATCH 1000

static const char *bootstrap;
static int64_t messages = 20000;

/* Words, not noise: news compress about three to one. */
static void fill(char *p, size_t n, uint64_t seed)
{
	static const char *const words[] = {"minister", "summit", "Seoul", "Tokyo", "agreement",
		"the", "of", "and", "trade", "visit", "talks", "said", "on", "Monday", "percent",
		"government", "leader", "a", "in", "to", "reported", "exports", "2025",
		"relations"};
	size_t at = 0;
	while (at + 24 < n) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		int k = snprintf(p + at, 24, "%s ", words[(seed >> 33) % WD_COUNTOF(words)]);
		at += (size_t)k;
		if ((seed >> 60) == 0)
			at += (size_t)snprintf(p + at, 12, "%u ", (unsigned)(seed >> 40) % 100000);
	}
	memset(p + at, 'x', n - at);
}

/* Made before any clock runs; more than a batch holds, so that no message repeats within one. */
#define POOL 2048
static char pool[POOL][BODY];

static double cpu_us(void)
{
	struct rusage r;
	(void)getrusage(RUSAGE_SELF, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1e6 +
	       (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec);
}

static void die(const char *what, const char *why)
{
	(void)fprintf(stderr, "bench_kafka: %s: %s\n", what, why);
	_exit(1);
}

static const char attrs[] =
	"specversion\0001.0\0id\0000123456789abcdef0123456789abcdef\0source\0https://x.example/feed\0"
	"type\0news.article.published\0subject\0000123456789abcdef0123456789abcdef\0"
	"time\0002026-01-01T00:00:00.000000Z\0datacontenttype\0application/json\0"
	"dataschema\0https://wiredesk.dev/schema/event-1.0.json\0"
	"partitionkey\0000123456789abcdef0123456789abcdef\0";

static const char *const props[] = {
	"bootstrap.servers", "", "compression.type", "zstd", "linger.ms", "5", NULL, NULL};
static const char *used_props[8];

/* ---- bare ---- */

static rd_kafka_t *bare_new(bool txn)
{
	static const char *const same[][2] = {{"enable.idempotence", "true"}, {"acks", "all"},
		{"partitioner", "murmur2_random"}, {"compression.type", "zstd"}, {"linger.ms", "5"},
		{"socket.nagle.disable", "true"}, {"queue.buffering.max.messages", "100000"},
		{"queue.buffering.max.kbytes", "65536"}};
	char text[300];
	rd_kafka_conf_t *c = rd_kafka_conf_new();
	for (size_t i = 0; i < WD_COUNTOF(same); i++)
		(void)rd_kafka_conf_set(c, same[i][0], same[i][1], text, sizeof(text));
	(void)rd_kafka_conf_set(c, "bootstrap.servers", bootstrap, text, sizeof(text));
	if (txn)
		(void)rd_kafka_conf_set(c, "transactional.id", "bench-bare", text, sizeof(text));
	rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, c, text, sizeof(text));
	if (rk == NULL)
		die("producer", text);
	return rk;
}

static rd_kafka_headers_t *bare_headers(void)
{
	rd_kafka_headers_t *h = rd_kafka_headers_new(12);
	struct wd_str rest = {attrs, sizeof(attrs) - 1}, name, value;
	char key[64];
	while (wd_row_attr(&rest, &name, &value)) {
		(void)snprintf(key, sizeof(key), "ce_%.*s", WD_STR_ARG(name));
		(void)rd_kafka_header_add(h, key, -1, value.p, (ssize_t)value.n);
	}
	return h;
}

static void bare_produce(rd_kafka_t *rk, const char *topic, int64_t i)
{
	char key[40];
	char *body = pool[i % POOL];
	(void)snprintf(key, sizeof(key), "%032llx", (unsigned long long)i);
	for (;;) {
		rd_kafka_resp_err_t e = rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(topic),
			RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, 32),
			RD_KAFKA_V_VALUE(body, BODY), RD_KAFKA_V_HEADERS(bare_headers()),
			RD_KAFKA_V_END);
		if (e == RD_KAFKA_RESP_ERR_NO_ERROR)
			return;
		if (e != RD_KAFKA_RESP_ERR__QUEUE_FULL)
			die("produce", rd_kafka_err2str(e));
		(void)rd_kafka_poll(rk, 50);
	}
}

static void check(rd_kafka_error_t *e, const char *what)
{
	if (e != NULL)
		die(what, rd_kafka_error_string(e));
}

static double bare(bool txn)
{
	rd_kafka_t *rk = bare_new(txn);
	if (txn)
		check(rd_kafka_init_transactions(rk, 30000), "init transactions");
	double before = cpu_us();
	for (int64_t i = 0; i < messages; i++) {
		if (txn && i % BATCH == 0)
			check(rd_kafka_begin_transaction(rk), "begin");
		bare_produce(rk, txn ? "bench.txn" : "bench.idem", i);
		(void)rd_kafka_poll(rk, 0);
		if (txn && (i % BATCH == BATCH - 1 || i == messages - 1))
			check(rd_kafka_commit_transaction(rk, 30000), "commit");
	}
	(void)rd_kafka_flush(rk, 60000);
	double used = cpu_us() - before;
	rd_kafka_destroy(rk);
	return used;
}

/* ---- ours ---- */

static char dir[64];

static void remember(struct wd_store *s, int64_t i, const struct wd_row *row)
{
	struct wd_store_article art = {.id = {(uint64_t)i, 1}, .version = 1};
	struct wd_hash key = {(uint64_t)i, 2};
	bool ok = wd_store_find(s, key, &art, NULL) == WD_E_NOTFOUND;
	key.lo = 3;
	ok = ok && wd_store_find(s, key, &art, NULL) == WD_E_NOTFOUND;
	ok = ok && wd_store_article_put(s, &art, NULL) == WD_OK;
	for (uint64_t k = 2; k < 5; k++)
		ok = ok &&
		     wd_store_key_put(s, (struct wd_hash){(uint64_t)i, k}, art.row, NULL) == WD_OK;
	ok = ok &&
	     wd_store_version_put(s, art.row, 1, wd_str_sub(row->data, 0, 2000), 3, NULL) == WD_OK;
	ok = ok && wd_store_carried_put(
			   s, art.row, 1, WD_STR("https://x.example/feed"), art.id, NULL) == WD_OK;
	if (!ok)
		die("store", "identity");
}

static void fill_store(struct wd_store *s, bool identities)
{
	char key[40];
	for (int64_t i = 0; i < messages; i++) {
		if (i % 500 == 0 && (wd_store_begin(s, NULL) != WD_OK))
			die("store", "begin");
		char *body = pool[i % POOL];
		(void)snprintf(key, sizeof(key), "%032llx", (unsigned long long)i);
		struct wd_row row = {.time_us = INT64_C(1760000000000000),
			.key = {key, 32},
			.attrs = {attrs, sizeof(attrs) - 1},
			.data = {body, BODY}};
		if (identities)
			remember(s, i, &row);
		if (wd_store_out(s, &row, NULL) != WD_OK)
			die("store", "insert");
		if ((i % 500 == 499 || i == messages - 1) && wd_store_commit(s, NULL) != WD_OK)
			die("store", "commit");
	}
}

static void fatal(const struct wd_err *err, void *ctx)
{
	(void)ctx;
	die("sink", err->text);
}

static double ours(bool eo, bool with_store)
{
	struct wd_store *s = NULL;
	struct wd_pump *p = NULL;
	struct wd_err err = {0};
	struct wd_store_opts so = {.dir = dir};
	(void)snprintf(dir, sizeof(dir), "bench-store-XXXXXX");
	if (mkdtemp(dir) == NULL || wd_store_open(&so, &s, &err) != WD_OK)
		die("store", err.text);
	double before = cpu_us();
	fill_store(s, with_store);
	struct wd_sink_conf conf = {.type = "kafka",
		.topic = eo ? "bench.eo" : "bench.alo",
		.exactly_once = eo,
		.properties = used_props,
		.batch_events = BATCH};
	struct wd_pump_opts po = {.store = s, .conf = &conf, .fatal = fatal};
	if (!with_store)
		before = cpu_us();
	if (wd_pump_new(&po, &p, &err) != WD_OK)
		die("pump", err.text);
	for (bool over = false; !over;) { /* the desk's part: positions and deletions */
		over = wd_pump_pos(p) >= wd_store_last_seq(s);
		(void)usleep(100000);
		if (wd_store_has_acks(s) &&
			(wd_store_begin(s, &err) != WD_OK || wd_store_commit(s, &err) != WD_OK))
			die("store", err.text);
	}
	double used = cpu_us() - before;
	wd_pump_free(p);
	wd_store_close(s);
	char command[128];
	static const char *const names[] = {
		"wiredesk.db", "wiredesk.db-wal", "wiredesk.db-shm", "lock"};
	for (size_t i = 0; i < WD_COUNTOF(names); i++) {
		(void)snprintf(command, sizeof(command), "%s/%s", dir, names[i]);
		(void)unlink(command);
	}
	(void)rmdir(dir);
	return used;
}

/* ---- cases ---- */

static double run_case(int which)
{
	switch (which) {
	case 0:
		return bare(false);
	case 1:
		return ours(false, false);
	case 2:
		return bare(true);
	case 3:
		return ours(true, false);
	case 4:
		return ours(false, true);
	default:
		return ours(true, true);
	}
}

static int cmp(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	static const char *const names[] = {"bare-idempotent", "at-least-once", "bare-transaction",
		"exactly-once", "store-and-at-least-once", "store-and-exactly-once"};
	enum { CASES = 6, MAX_ROUNDS = 9 };
	static double us[CASES][MAX_ROUNDS];
	uint64_t n = 20000, rounds = 3;
	if (argc < 2)
		die("usage", "bench_kafka BOOTSTRAP [MESSAGES [ROUNDS]]");
	bootstrap = argv[1];
	if ((argc > 2 && wd_str_to_u64(wd_str_c(argv[2]), 1, 10000000, &n) != WD_OK) ||
		(argc > 3 && wd_str_to_u64(wd_str_c(argv[3]), 1, MAX_ROUNDS, &rounds) != WD_OK))
		die("usage", "a wrong number");
	messages = (int64_t)n;
	memcpy(used_props, props, sizeof(props));
	used_props[1] = bootstrap;
	wd_log_set_level(WD_LOG_WARNING);
	for (size_t i = 0; i < POOL; i++)
		fill(pool[i], BODY, i + 1);
	double *shared = mmap(
		NULL, sizeof(double), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (uint64_t r = 0; r < rounds; r++) {
		for (int c = 0; c < CASES; c++) {
			int status = 0;
			if (argc > 4 && strcmp(argv[4], names[c]) != 0)
				continue;
			pid_t pid = fork();
			if (pid == 0) {
				*shared = run_case(c);
				_exit(0);
			}
			if (waitpid(pid, &status, 0) != pid || status != 0)
				die(names[c], "failed");
			us[c][r] = *shared / (double)messages;
		}
	}
	for (int c = 0; c < CASES; c++)
		qsort(us[c], rounds, sizeof(double), cmp);
	(void)printf("%lld messages of %d bytes, zstd, median of %llu rounds\n",
		(long long)messages, BODY, (unsigned long long)rounds);
	for (int c = 0; c < CASES; c++) {
		int base = c == 1 || c == 4 ? 0 : 2;
		double m = us[c][rounds / 2];
		(void)printf("%-24s %6.1f us CPU/message", names[c], m);
		if (c != 0 && c != 2)
			(void)printf("  %.2f x %s", us[base][rounds / 2] / m, names[base]);
		(void)printf("\n");
	}
	return 0;
}
