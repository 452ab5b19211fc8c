/*
 * What rows alone cannot know of Kafka: librdkafka's properties, secrets by file, the topics that
 * are read.
 */
#include "daemon/config.h"

#include "daemon/config_schema.h"
#include "sinks/kafka_init.h"
#include "sources/kafka_input.h"

bool wd_conf_is_kafka_secret(struct wd_str name)
{
	static const char *const names[] = {"sasl.password", "ssl.key.password", "ssl.key.pem",
		"ssl.keystore.password", "sasl.oauthbearer.client.secret",
		"sasl.oauthbearer.config"};
	for (size_t i = 0; i < WD_COUNTOF(names); i++) {
		if (wd_str_eqc(name, names[i]))
			return true;
	}
	return false;
}

bool wd_conf_has_broker(const struct wd_config *c)
{
	for (size_t i = 0; i < c->kafka.n; i++) {
		if (wd_str_eqc(c->kafka.v[i].key, "bootstrap.servers") ||
			wd_str_eqc(c->kafka.v[i].key, "metadata.broker.list"))
			return true;
	}
	return false;
}

static void check_property(
	struct wd_conf_load *ld, const char *section, const struct wd_conf_pair *p)
{
	const struct wd_conf_place at = wd_conf_place_of(ld, p->value);
	const char *name = wd_arena_cstr(ld->f->mem, p->key),
		   *value = wd_arena_cstr(ld->f->mem, p->value);
	struct wd_err err;
	if (name != NULL && value != NULL && wd_kafka_property_check(name, value, &err) != WD_OK)
		wd_finding_add(ld->f, false, ld->file, p->line, at.line == p->line ? at.col : 1,
			"%s.%s: %s", section, name, err.text);
}

/* Properties are ones librdkafka knows; secrets come from their files. */
static void finish_properties(struct wd_conf_load *ld, const char *section, wd_conf_pairs *k)
{
	for (size_t i = 0; i < k->n; i++) {
		struct wd_conf_pair *p = &k->v[i];
		if (wd_conf_is_kafka_secret(p->key)) {
			wd_finding_add(ld->f, false, ld->file, p->line, 1,
				"%s.%.*s: a secret does not stand in the configuration; name a file or "
				"credential that holds it: %.*s_file",
				section, WD_STR_ARG(p->key), WD_STR_ARG(p->key));
		} else if (wd_str_ends(p->key, WD_STR("_file")) &&
			   wd_conf_is_kafka_secret(wd_str_sub(p->key, 0, p->key.n - 5))) {
			p->value = wd_conf_secret(ld, p->value, section);
			p->key = wd_str_sub(p->key, 0, p->key.n - 5);
		} else {
			check_property(ld, section, p);
		}
	}
}

void wd_conf_kafka_finish(struct wd_conf_load *ld)
{
	finish_properties(ld, "kafka", &ld->c->kafka);
}

/* ---- topics that are read ---- */

static void bad_topic(
	struct wd_conf_load *ld, const struct wd_topic_conf *t, struct wd_str what, const char *why)
{
	const struct wd_conf_place at = wd_conf_place_of(ld, what);
	wd_finding_add(ld->f, false, ld->file, at.line > 0 ? at.line : t->line,
		at.line > 0 ? at.col : 1, "receive.kafka: '%.*s' %s", WD_STR_ARG(what), why);
}

static bool is_source(const struct wd_config *c, struct wd_str name)
{
	WD_VEC_EACH (const struct wd_push_conf, s, &c->receive.sources) {
		if (wd_str_eq(s->name, name))
			return true;
	}
	return false;
}

/* Our own events would come back to us for ever. */
static bool is_written(const struct wd_config *c, const struct wd_topic_conf *t)
{
	if (t->brokers.n > 0)
		return false;
	for (size_t i = 0; i < c->sinks.n; i++) {
		const struct wd_config_sink *s = &c->sinks.v[i];
		if (s->type == WD_SINK_KAFKA && (wd_str_eq(s->topic, t->topic) ||
							wd_str_eq(s->dead_letter_topic, t->topic) ||
							wd_str_eq(s->health_topic, t->topic)))
			return true;
	}
	for (size_t i = 0; i < c->routes.n; i++) {
		if (wd_str_eq(wd_route_topic(&c->routes.v[i]), t->topic))
			return true;
	}
	return false;
}

static void check_topic(struct wd_conf_load *ld, struct wd_topic_conf *t)
{
	const struct wd_config *c = ld->c;
	if (t->topic.n > 0 && !wd_route_is_topic(t->topic))
		bad_topic(ld, t, t->topic, "is no Kafka topic: 1 to 249 of A-Z a-z 0-9 . _ -");
	if (t->source.n > 0 && !is_source(c, t->source))
		bad_topic(ld, t, t->source, "is none of receive.sources");
	if (t->brokers.n == 0 && !wd_conf_has_broker(c))
		bad_topic(ld, t, t->topic,
			"needs brokers here, or kafka: {bootstrap.servers: \"HOST:PORT\"}");
	if (t->topic.n > 0 && is_written(c, t))
		bad_topic(ld, t, t->topic,
			"is written to by sinks or routes: its events would be read as documents");
	for (size_t i = 0; i < t->properties.n; i++) {
		const struct wd_conf_pair *p = &t->properties.v[i];
		bool is_brokers = wd_str_eqc(p->key, "bootstrap.servers") ||
				  wd_str_eqc(p->key, "metadata.broker.list");
		bool is_group = wd_str_eqc(p->key, "group.id");
		if (is_brokers || is_group || wd_kafka_input_owns(p->key))
			wd_finding_add(ld->f, false, ld->file, p->line, 1,
				"receive.kafka.properties: '%.*s' %s", WD_STR_ARG(p->key),
				is_brokers ? "stands beside them as 'brokers'"
				: is_group
					? "stands beside them as 'group'"
					: "is set by wiredesk: no loss and no doubles rest on it");
	}
	finish_properties(ld, "receive.kafka.properties", &t->properties);
}

void wd_conf_topics_finish(struct wd_conf_load *ld)
{
	struct wd_config *c = ld->c;
	for (size_t i = 0; i < c->receive.kafka.n; i++) {
		struct wd_topic_conf *t = &c->receive.kafka.v[i];
		check_topic(ld, t);
		for (size_t j = 0; j < i; j++) {
			const struct wd_topic_conf *o = &c->receive.kafka.v[j];
			if (wd_str_eq(o->topic, t->topic) && wd_str_eq(o->brokers, t->brokers))
				bad_topic(ld, t, t->topic, "is read already");
		}
	}
}
