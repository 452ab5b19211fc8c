/* The configuration's sinks in the form the pipeline takes: NUL-ended strings in one arena. */
#include "daemon/sinkconf.h"

struct wd_sinkconf {
	struct wd_arena *mem;
	struct wd_sink_conf *v;
	size_t n;
};

static const char *const type_names[] = {
	[WD_SINK_STDOUT] = "stdout", [WD_SINK_JSONL] = "jsonl", [WD_SINK_KAFKA] = "kafka"};

static const char *text(struct wd_arena *a, struct wd_str s)
{
	return s.n > 0 ? wd_arena_cstr(a, s) : NULL;
}

static const char *const *properties(struct wd_arena *a, const wd_conf_pairs *pairs)
{
	const char **list = wd_arena_array(a, pairs->n * 2 + 2, sizeof(*list));
	if (list == NULL)
		return NULL;
	for (size_t i = 0; i < pairs->n; i++) {
		list[i * 2] = wd_arena_cstr(a, pairs->v[i].key);
		list[i * 2 + 1] = wd_arena_cstr(a, pairs->v[i].value);
	}
	return list;
}

/* Each topic that a rule names, once. */
static const char *const *routes(struct wd_arena *a, const struct wd_config *cf)
{
	const char **list = wd_arena_array(a, cf->routes.n + 1, sizeof(*list));
	size_t n = 0;
	for (size_t i = 0; i < cf->routes.n && list != NULL; i++) {
		struct wd_str topic = wd_route_topic(&cf->routes.v[i]);
		bool is_new = topic.n > 0;
		for (size_t k = 0; k < n; k++)
			is_new = is_new && !wd_str_eqc(topic, list[k]);
		if (is_new)
			list[n++] = wd_arena_cstr(a, topic);
	}
	return list;
}

int wd_sinkconf_new(const struct wd_config *cf, const char *only_type, struct wd_sinkconf **ret,
	struct wd_err *err)
{
	struct wd_sinkconf *s = calloc(1, sizeof(*s));
	if (s != NULL)
		s->mem = wd_arena_new(1 << 20);
	if (s != NULL && s->mem != NULL)
		s->v = wd_arena_array(s->mem, cf->sinks.n + 1, sizeof(*s->v));
	if (s == NULL || s->v == NULL) {
		wd_sinkconf_free(s);
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	}
	const char *const *props = properties(s->mem, &cf->kafka);
	const char *const *topics = routes(s->mem, cf);
	for (size_t i = 0; i < cf->sinks.n; i++) {
		const struct wd_config_sink *c = &cf->sinks.v[i];
		if (only_type != NULL && strcmp(type_names[c->type], only_type) != 0)
			continue;
		s->v[s->n++] = (struct wd_sink_conf){.type = type_names[c->type],
			.path = text(s->mem, c->path),
			.topic = text(s->mem, c->topic),
			.dead_letter_topic = text(s->mem, c->dead_letter_topic),
			.health_topic = text(s->mem, c->health_topic),
			.routes = topics,
			.sent_timestamps = c->timestamps == 1,
			.exactly_once = c->delivery == WD_EXACTLY_ONCE,
			.properties = props};
	}
	if (s->n == 0 && only_type == NULL)
		s->v[s->n++] = (struct wd_sink_conf){.type = "stdout"};
	*ret = s;
	return WD_OK;
}

/* A transactional id of the configuration's own would fence the daemon. */
static const char *const *without_transactions(struct wd_arena *a, const wd_conf_pairs *pairs)
{
	const char **list = wd_arena_array(a, pairs->n * 2 + 2, sizeof(*list));
	size_t n = 0;
	for (size_t i = 0; i < pairs->n && list != NULL; i++) {
		if (wd_str_starts(pairs->v[i].key, WD_STR("transaction")))
			continue;
		list[n++] = wd_arena_cstr(a, pairs->v[i].key);
		list[n++] = wd_arena_cstr(a, pairs->v[i].value);
	}
	return list;
}

int wd_sinkconf_replay(
	const struct wd_config *cf, const char *topic, struct wd_sinkconf **ret, struct wd_err *err)
{
	int rc = wd_sinkconf_new(cf, "kafka", ret, err);
	if (rc != WD_OK)
		return rc;
	struct wd_sinkconf *s = *ret;
	if (topic != NULL) {
		s->v[0] = (struct wd_sink_conf){.type = "kafka", .topic = topic};
		s->n = 1;
	}
	for (size_t i = 0; i < s->n; i++) {
		s->v[i].exactly_once = false;
		s->v[i].dead_letter_topic = s->v[i].health_topic = NULL;
		s->v[i].mark = "1";
		s->v[i].properties = without_transactions(s->mem, &cf->kafka);
	}
	return WD_OK;
}

const char *const *wd_sinkconf_topic_properties(
	struct wd_arena *a, const struct wd_config *cf, const struct wd_topic_conf *t)
{
	const char **list =
		wd_arena_array(a, (cf->kafka.n + t->properties.n) * 2 + 4, sizeof(*list));
	size_t n = 0;
	if (list == NULL)
		return NULL;
	if (t->brokers.n > 0) {
		list[n++] = "bootstrap.servers";
		list[n++] = wd_arena_cstr(a, t->brokers);
	}
	/* other brokers: those properties, and above all those secrets, are not for them */
	for (size_t i = 0; i < cf->kafka.n && t->brokers.n == 0; i++) {
		if (wd_str_starts(cf->kafka.v[i].key, WD_STR("transaction")))
			continue;
		list[n++] = wd_arena_cstr(a, cf->kafka.v[i].key);
		list[n++] = wd_arena_cstr(a, cf->kafka.v[i].value);
	}
	for (size_t i = 0; i < t->properties.n; i++) {
		list[n++] = wd_arena_cstr(a, t->properties.v[i].key);
		list[n++] = wd_arena_cstr(a, t->properties.v[i].value);
	}
	return list;
}

void wd_sinkconf_pipeline(const struct wd_config *cf, struct wd_pipeline_opts *ret)
{
	ret->workers = (unsigned)cf->pipeline.workers;
	ret->queue_items = (size_t)cf->pipeline.queue_items;
	ret->queue_bytes = cf->pipeline.queue_bytes;
	ret->outbox_max_bytes = cf->store.outbox_max_bytes;
	ret->hold_embargoed = cf->release.embargoed == WD_RELEASE_HOLD;
	ret->hold_withheld = cf->release.withheld == WD_RELEASE_HOLD;
	ret->keep_versions = (uint32_t)cf->pipeline.keep_versions;
	ret->routes = cf->routes.v;
	ret->route_count = cf->routes.n;
	ret->silent_us = cf->pipeline.silent_us;
	ret->stories_remember = (size_t)cf->pipeline.stories_remember;
	ret->stories_window_us = cf->pipeline.stories_window_us;
	ret->hang_us = cf->pipeline.hang_us;
}

const struct wd_sink_conf *wd_sinkconf_list(const struct wd_sinkconf *s, size_t *ret_n)
{
	*ret_n = s->n;
	return s->v;
}

void wd_sinkconf_free(struct wd_sinkconf *s)
{
	if (s == NULL)
		return;
	wd_arena_free(s->mem);
	free(s);
}
