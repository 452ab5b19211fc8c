/* Wiring of topics that documents are read from: cursors of the store, states for the health topic.
 */
#include "base/clock.h"
#include "base/log.h"
#include "daemon/app_impl.h"
#include "daemon/sinkconf.h"
#include "sources/kafka_input.h"
#include "sources/kafka_record.h"

/* One topic of section receive. */
struct wd_app_topic {
	struct wd_app *app;
	struct wd_str topic, source;
	struct wd_kafka_input *in;
};

static int load(struct wd_str cluster, struct wd_kafka_cursor *c, void *ctx)
{
	const struct wd_app_topic *t = ctx;
	struct wd_err err;
	struct wd_store_cursor s = {
		.cluster = cluster, .topic = t->topic, .partition = c->partition};
	int rc = wd_store_cursor_get(t->app->store, &s, &err);
	if (rc == WD_OK)
		*c = (struct wd_kafka_cursor){
			.partition = s.partition, .epoch = s.epoch, .next = s.next, .last = s.last};
	else if (rc != WD_E_NOTFOUND)
		wd_log(WD_LOG_ERR, t->source, "cursor-unread", "%s", err.text);
	return rc;
}

static int save(struct wd_str cluster, const struct wd_kafka_cursor *c, void *ctx)
{
	const struct wd_app_topic *t = ctx;
	struct wd_err err;
	const struct wd_store_cursor s = {.cluster = cluster,
		.topic = t->topic,
		.partition = c->partition,
		.epoch = c->epoch,
		.next = c->next,
		.last = c->last};
	int rc = wd_store_cursor_put(t->app->store, &s, &err);
	if (rc != WD_OK)
		wd_log(WD_LOG_WARNING, t->source, "cursor-unsaved", "%s", err.text);
	return rc;
}

static void tell(const struct wd_kafka_state *k, void *ctx)
{
	const struct wd_app_topic *t = ctx;
	char url[128];
	(void)snprintf(url, sizeof(url), "urn:wiredesk:source:%.*s", WD_STR_ARG(t->source));
	const struct wd_feed_state s = {.feed = t->source,
		.url = wd_str_c(url),
		.state = wd_str_c(k->state),
		.reason = wd_str_c(k->reason),
		.at_us = wd_clock_now_us(),
		.is_an_incident = k->is_an_incident};
	wd_pipeline_feed_state(t->app->pipeline, &s);
}

static uint64_t max_size(const struct wd_config *c, struct wd_str source)
{
	WD_VEC_EACH (const struct wd_push_conf, s, &c->receive.sources) {
		if (wd_str_eq(s->name, source))
			return s->max_bytes;
	}
	return c->limits.document_bytes;
}

static int open_topic(struct wd_app *app, const struct wd_topic_conf *c, struct wd_app_topic *t,
	struct wd_err *err)
{
	const struct wd_config *cf = app->first_conf; /* its strings stay through reloads */
	*t = (struct wd_app_topic){.app = app, .topic = c->topic, .source = c->source};
	struct wd_kafka_input_opts o = {.topic = c->topic,
		.source = c->source,
		.content_type = c->content_type,
		.group = wd_arena_cstr(app->mem,
			c->group.n > 0 ? c->group
				       : wd_arena_cat(app->mem, WD_STR("wiredesk-"), c->source)),
		.from_latest = c->start == WD_START_LATEST,
		.properties = wd_sinkconf_topic_properties(app->mem, cf, c),
		.max_bytes = max_size(cf, c->source),
		.intake = app->intake,
		.load = load,
		.save = save,
		.tell = tell,
		.ctx = t};
	if (o.group == NULL || o.properties == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	return wd_kafka_input_new(&o, &t->in, err);
}

int wd_app_kafka_open(struct wd_app *app, struct wd_err *err)
{
	size_t n = app->first_conf->receive.kafka.n;
	int rc = WD_OK;
	if (n == 0)
		return WD_OK;
	app->topics = calloc(n, sizeof(*app->topics));
	if (app->topics == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	for (size_t i = 0; i < n && rc == WD_OK; i++) {
		rc = open_topic(app, &app->first_conf->receive.kafka.v[i], &app->topics[i], err);
		app->topic_count += rc == WD_OK;
	}
	return rc;
}

void wd_app_kafka_stop(struct wd_app *app)
{
	for (size_t i = 0; i < app->topic_count; i++)
		wd_kafka_input_stop(app->topics[i].in);
	for (size_t i = 0; i < app->topic_count; i++)
		wd_kafka_input_free(app->topics[i].in);
	app->topic_count = 0;
	free(wd_take(app->topics));
}

void wd_app_kafka_json(struct wd_app *app, struct wd_json *j)
{
	wd_json_kv_arr(j, "topics");
	for (size_t i = 0; i < app->topic_count; i++)
		wd_kafka_input_json(app->topics[i].in, j);
	wd_json_arr_end(j);
}

int wd_app_kafka_settle(struct wd_app *app, const struct wd_doc *doc, const struct wd_fate *f,
	uint64_t position, struct wd_err *err)
{
	struct wd_kafka_place p;
	/* One before it is still in work (it was given back): then the cursor waits for that one.
	 * Of a record with several documents the last one moves it. */
	if (doc->origin != WD_DOC_KAFKA || position < f->seq ||
		wd_kafka_place_read(doc->input, &p) != WD_OK || p.index < p.count)
		return WD_OK;
	const struct wd_store_cursor c = {.cluster = p.cluster,
		.topic = p.topic,
		.partition = p.partition,
		.epoch = p.epoch,
		.next = p.offset + 1,
		.last = p.count == 1 ? f->id : (struct wd_hash){0, 0}};
	return wd_store_cursor_put(app->store, &c, err);
}
