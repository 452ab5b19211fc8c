/* Making a sink's topics and looking at how the broker keeps them: librdkafka's admin calls. */
#include "sinks/kafka_init.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "sinks/kafka_impl.h"

#define ADMIN_MS 15000
#define MAX_TOPICS 64 /* asked for in one request */

struct admin {
	rd_kafka_t *rk;
	rd_kafka_queue_t *queue;
	const struct wd_kafka_init *init;
	struct wd_err *err;
};

static void say(struct admin *a, const char *topic, bool is_problem, const char *text)
{
	a->init->say(topic, is_problem, text, a->init->ctx);
}

static rd_kafka_event_t *wait_event(struct admin *a, rd_kafka_event_type_t type, int *ret_rc)
{
	rd_kafka_event_t *ev;
	int64_t until = wd_clock_mono_us() + INT64_C(1000) * (ADMIN_MS + 5000);
	while (wd_clock_mono_us() < until) {
		ev = rd_kafka_queue_poll(a->queue, 500);
		if (ev != NULL && rd_kafka_event_type(ev) == type) {
			*ret_rc = rd_kafka_event_error(ev) == RD_KAFKA_RESP_ERR_NO_ERROR
					  ? WD_OK
					  : wd_err_set(a->err, WD_E_TRANSIENT, "kafka: %s",
						    rd_kafka_event_error_string(ev));
			return ev;
		}
		if (ev != NULL)
			rd_kafka_event_destroy(ev);
	}
	*ret_rc = wd_err_set(a->err, WD_E_TRANSIENT, "kafka: the broker does not answer");
	return NULL;
}

static rd_kafka_AdminOptions_t *options(struct admin *a, rd_kafka_admin_op_t op)
{
	char text[200];
	rd_kafka_AdminOptions_t *o = rd_kafka_AdminOptions_new(a->rk, op);
	if (o != NULL)
		(void)rd_kafka_AdminOptions_set_request_timeout(o, ADMIN_MS, text, sizeof(text));
	return o;
}

static int create(struct admin *a, const char *topic)
{
	char text[300];
	int rc = WD_OK;
	rd_kafka_NewTopic_t *t = rd_kafka_NewTopic_new(
		topic, a->init->partitions, a->init->replication, text, sizeof(text));
	if (t == NULL)
		return wd_err_set(a->err, WD_E_MALFORMED, "kafka: topic '%s': %s", topic, text);
	rd_kafka_AdminOptions_t *o = options(a, RD_KAFKA_ADMIN_OP_CREATETOPICS);
	rd_kafka_CreateTopics(a->rk, &t, 1, o, a->queue);
	rd_kafka_event_t *ev = wait_event(a, RD_KAFKA_EVENT_CREATETOPICS_RESULT, &rc);
	size_t n = 0;
	const rd_kafka_topic_result_t **res =
		rc == WD_OK ? rd_kafka_CreateTopics_result_topics(
				      rd_kafka_event_CreateTopics_result(ev), &n)
			    : NULL;
	if (n == 1) {
		rd_kafka_resp_err_t e = rd_kafka_topic_result_error(res[0]);
		if (e == RD_KAFKA_RESP_ERR_NO_ERROR)
			say(a, topic, false, "created");
		else if (e == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
			say(a, topic, false, "exists");
		else
			rc = wd_err_set(a->err, WD_E_DENIED, "kafka: topic '%s': %s: %s", topic,
				rd_kafka_err2str(e), rd_kafka_topic_result_error_string(res[0]));
	}
	if (ev != NULL)
		rd_kafka_event_destroy(ev);
	rd_kafka_AdminOptions_destroy(o);
	rd_kafka_NewTopic_destroy(t);
	return rc;
}

static void judge(struct admin *a, const char *topic, const char *name, const char *value)
{
	char text[300];
	uint64_t n = 0;
	bool is_number = wd_str_to_u64(wd_str_c(value), 0, INT64_MAX, &n) == WD_OK;
	if (strcmp(name, "min.insync.replicas") == 0 && is_number && n < 2) {
		(void)snprintf(text, sizeof(text),
			"min.insync.replicas is %s: an acknowledged event lives on one disk only; 2 with "
			"three replicas survives the loss of a broker",
			value);
		say(a, topic, true, text);
	} else if (strcmp(name, "max.message.bytes") == 0 && is_number && n < 1000000) {
		(void)snprintf(text, sizeof(text),
			"max.message.bytes is %s: longer articles will be refused and become dead letters",
			value);
		say(a, topic, true, text);
	}
}

static void judge_all(struct admin *a, const rd_kafka_event_t *ev)
{
	size_t n = 0, entries = 0;
	const rd_kafka_ConfigResource_t **res = rd_kafka_DescribeConfigs_result_resources(
		rd_kafka_event_DescribeConfigs_result(wd_unconst(ev)), &n);
	for (size_t i = 0; i < n; i++) {
		const rd_kafka_ConfigEntry_t **list =
			rd_kafka_ConfigResource_configs(res[i], &entries);
		for (size_t j = 0; j < entries; j++) {
			const char *value = rd_kafka_ConfigEntry_value(list[j]);
			if (value != NULL)
				judge(a, rd_kafka_ConfigResource_name(res[i]),
					rd_kafka_ConfigEntry_name(list[j]), value);
		}
	}
}

/* The answer comes to the queue. */
static void ask(struct admin *a, const char *const *topics, size_t n)
{
	rd_kafka_ConfigResource_t *res[MAX_TOPICS];
	n = WD_MIN(n, WD_COUNTOF(res));
	for (size_t i = 0; i < n; i++)
		res[i] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topics[i]);
	rd_kafka_AdminOptions_t *o = options(a, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
	rd_kafka_DescribeConfigs(a->rk, res, n, o, a->queue);
	rd_kafka_AdminOptions_destroy(o);
	rd_kafka_ConfigResource_destroy_array(res, n);
}

static int look(struct admin *a, const char *topic)
{
	int rc = WD_OK;
	ask(a, &topic, 1);
	rd_kafka_event_t *ev = wait_event(a, RD_KAFKA_EVENT_DESCRIBECONFIGS_RESULT, &rc);
	if (rc == WD_OK)
		judge_all(a, ev);
	if (ev != NULL)
		rd_kafka_event_destroy(ev);
	return rc;
}

static void warn(const char *topic, bool is_problem, const char *text, void *ctx)
{
	(void)ctx;
	if (is_problem)
		wd_log(WD_LOG_WARNING, wd_str_c(topic), "topic-settings", "%s", text);
}

void kafka_ask_settings(struct kafka *k)
{
	const char *topics[MAX_TOPICS] = {k->conf.topic};
	size_t n = 1;
	if (k->settings != NULL || k->knows_settings)
		return;
	for (size_t i = 0; i < k->side_count && n < WD_COUNTOF(topics); i++) {
		if (!k->sides[i].is_bad)
			topics[n++] = k->sides[i].topic;
	}
	k->settings = rd_kafka_queue_new(k->rk);
	struct admin a = {.rk = k->rk, .queue = k->settings};
	ask(&a, topics, n);
}

void kafka_hear_settings(struct kafka *k)
{
	const struct wd_kafka_init init = {.say = warn};
	struct admin a = {.init = &init};
	if (k->settings == NULL)
		return;
	rd_kafka_event_t *ev = rd_kafka_queue_poll(k->settings, 0);
	if (ev == NULL)
		return;
	/* Delivery does not depend on the answer: a user without DescribeConfigs is no fault. */
	if (rd_kafka_event_error(ev) == RD_KAFKA_RESP_ERR_NO_ERROR)
		judge_all(&a, ev);
	else
		wd_log(WD_LOG_INFO, wd_str_c(k->conf.topic), "topic-settings", "not read: %s",
			rd_kafka_event_error_string(ev));
	k->knows_settings = true;
	rd_kafka_event_destroy(ev);
	kafka_forget_settings(k);
}

void kafka_forget_settings(struct kafka *k)
{
	if (k->settings != NULL)
		rd_kafka_queue_destroy(k->settings);
	k->settings = NULL;
}

int wd_kafka_init(
	const struct wd_sink_conf *conf, const struct wd_kafka_init *init, struct wd_err *err)
{
	struct kafka *k = calloc(1, sizeof(*k));
	if (k == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	k->conf = *conf;
	int rc = kafka_sides_make(k, err);
	if (rc == WD_OK)
		rc = kafka_new_producer(k, err);
	struct admin a = {.rk = k->rk, .init = init, .err = err};
	if (rc == WD_OK)
		a.queue = rd_kafka_queue_new(k->rk);
	for (size_t i = 0; i <= k->side_count && rc == WD_OK; i++) {
		const char *topic = i == 0 ? conf->topic : k->sides[i - 1].topic;
		rc = create(&a, topic);
		if (rc == WD_OK)
			rc = look(&a, topic);
	}
	if (a.queue != NULL)
		rd_kafka_queue_destroy(a.queue);
	kafka_drop_producer(k);
	free(k->sides);
	free(k);
	return rc;
}

int wd_kafka_property_check(const char *name, const char *value, struct wd_err *err)
{
	char text[300];
	rd_kafka_conf_t *rc = rd_kafka_conf_new();
	bool ok = rd_kafka_conf_set(rc, name, value, text, sizeof(text)) == RD_KAFKA_CONF_OK;
	rd_kafka_conf_destroy(rc);
	return ok ? WD_OK
		  : wd_err_set(
			    err, WD_E_MALFORMED, "%.*s", WD_STR_ARG(wd_str_trim(wd_str_c(text))));
}
