/*
 * The Kafka sink's metrics: its own counts, and a handful out of librdkafka's statistics.
 *
 * Each producer counts from nought and there may be several sinks: a counter moves by what came
 * since the producer's last report, a gauge by the difference to what this sink said before.
 */
#include <string.h>

#include "base/metrics.h"
#include "sinks/kafka_impl.h"

static const double bounds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 0};

#define COUNTER(text, about)                                                                       \
	{                                                                                          \
		.name = (text), .help = (about), .kind = WD_METRIC_COUNTER                         \
	}
#define GAUGE(text, about)                                                                         \
	{                                                                                          \
		.name = (text), .help = (about), .kind = WD_METRIC_GAUGE                           \
	}

static struct wd_metric delivered =
	COUNTER("wiredesk_kafka_delivered_total", "Events the broker acknowledged.");
static struct wd_metric aborted =
	COUNTER("wiredesk_kafka_transactions_aborted_total", "Transactions given up and repeated.");
static struct wd_metric committed = {.name = "wiredesk_kafka_transaction_seconds",
	.help = "Time of a committed transaction, from its begin.",
	.kind = WD_METRIC_HISTOGRAM,
	.bounds = bounds};
static struct wd_metric rtt = GAUGE("wiredesk_kafka_broker_rtt_p99_microseconds",
	"Time to a broker's answer, 99th percentile of the slowest broker's.");

/* Out of the statistics, in the order of struct kafka's `stats`. */
static struct {
	struct wd_metric metric;
	const char *member;
	bool per_broker; /* the sum over brokers; else the first, the producer's own */
} reported[KAFKA_STATS] = {
	{GAUGE("wiredesk_kafka_queue_messages", "Messages in librdkafka's queues."),
		"\"msg_cnt\":", false},
	{GAUGE("wiredesk_kafka_queue_bytes", "Bytes in librdkafka's queues."),
		"\"msg_size\":", false},
	{COUNTER("wiredesk_kafka_sent_bytes_total", "Bytes sent to brokers, compressed."),
		"\"tx_bytes\":", false},
	{COUNTER("wiredesk_kafka_send_errors_total", "Requests that could not be sent."),
		"\"txerrs\":", true},
	{COUNTER("wiredesk_kafka_retries_total", "Requests sent again."), "\"txretries\":", true},
	{COUNTER("wiredesk_kafka_timeouts_total", "Requests a broker did not answer in time."),
		"\"req_timeouts\":", true},
};

void kafka_metrics_register(void)
{
	wd_metric_register(&delivered);
	wd_metric_register(&aborted);
	wd_metric_register(&committed);
	wd_metric_register(&rtt);
	for (size_t i = 0; i < KAFKA_STATS; i++)
		wd_metric_register(&reported[i].metric);
}

void kafka_count_delivered(uint64_t n)
{
	wd_metric_add(&delivered, (int64_t)n);
}

void kafka_count_committed(int64_t us)
{
	wd_metric_observe(&committed, (double)us / 1e6);
}

void kafka_count_aborted(void)
{
	wd_metric_add(&aborted, 1);
}

/* The number behind the next `member` from *at on, which moves behind it. */
static bool next_number(struct wd_str json, const char *member, size_t *at, int64_t *ret)
{
	size_t from = wd_str_find(json, wd_str_c(member), *at);
	if (from == SIZE_MAX)
		return false;
	from += strlen(member);
	while (from < json.n && json.p[from] == ' ')
		from++;
	size_t end = from;
	while (end < json.n && wd_is_digit(json.p[end]))
		end++;
	*at = end;
	return wd_str_to_i64(wd_str_sub(json, from, end), 0, INT64_MAX, ret) == WD_OK;
}

static int64_t slowest(struct wd_str json)
{
	int64_t most = 0, v;
	size_t at = 0;
	while ((at = wd_str_find(json, WD_STR("\"rtt\":"), at)) != SIZE_MAX) {
		if (!next_number(json, "\"p99\":", &at, &v))
			break;
		most = WD_MAX(most, v);
	}
	return most;
}

static void say(struct kafka *k, size_t i, int64_t v)
{
	/* A counter that fell is a new producer's. */
	bool anew = reported[i].metric.kind == WD_METRIC_COUNTER && v < k->stats[i];
	wd_metric_add(&reported[i].metric, anew ? v : v - k->stats[i]);
	k->stats[i] = v;
}

int kafka_on_stats(rd_kafka_t *rk, char *json, size_t n, void *opaque)
{
	struct kafka *k = opaque;
	struct wd_str s = {json, n};
	(void)rk;
	for (size_t i = 0; i < KAFKA_STATS; i++) {
		int64_t sum = 0, v;
		bool any = false;
		for (size_t at = 0; next_number(s, reported[i].member, &at, &v);) {
			sum += v;
			any = true;
			if (!reported[i].per_broker)
				break;
		}
		if (any)
			say(k, i, sum);
	}
	int64_t p99 = slowest(s);
	if (p99 > 0) /* of the time since the last report: nothing was sent, nothing is known */
		wd_metric_set(&rtt, p99);
	return 0; /* librdkafka frees the text */
}

void kafka_stats_forget(struct kafka *k)
{
	for (size_t i = 0; i < KAFKA_STATS; i++) {
		if (reported[i].metric.kind == WD_METRIC_GAUGE)
			say(k, i, 0);
		k->stats[i] = 0;
	}
}
