/*
 * Routing rules. The first one that holds wins, so that a reader of the configuration sees from the
 * order alone what happens.
 *
 * The desk keeps an article in the topic of its first event (desk/desk.c): versions of one article
 * never overtake each other in two topics, and a withdrawal, which has neither text nor topics,
 * reaches those who got the article. Only a rule with types splits an article, on request.
 */
#include "daemon/route.h"

#include "base/row.h"

#define TYPE_PREFIX "news.article."

static bool is_in(const wd_conf_strs *list, struct wd_str value)
{
	for (size_t i = 0; i < list->n; i++) {
		if (wd_str_eq(list->v[i], value))
			return true;
	}
	return false;
}

static bool has_topic(const wd_conf_strs *list, const struct wd_article *art)
{
	for (size_t i = 0; i < art->topics.n; i++) {
		if (is_in(list, art->topics.v[i].id))
			return true;
	}
	return false;
}

/* RFC 4647 §3.3.1, basic filtering: a range is a prefix that ends where a subtag ends. */
static bool speaks(const wd_conf_strs *list, struct wd_str tag)
{
	for (size_t i = 0; i < list->n; i++) {
		struct wd_str range = list->v[i];
		if (tag.n > 0 && wd_str_istarts(tag, range) &&
			(tag.n == range.n || tag.p[range.n] == '-'))
			return true;
	}
	return false;
}

static struct wd_str short_type(struct wd_str name)
{
	struct wd_str prefix = WD_STR(TYPE_PREFIX);
	return wd_str_starts(name, prefix) ? wd_str_from(name, prefix.n) : name;
}

static bool is_of_type(const wd_conf_strs *list, enum wd_event_type type)
{
	struct wd_str have = short_type(wd_str_c(wd_event_type_name(type)));
	for (size_t i = 0; i < list->n; i++) {
		if (wd_str_eq(short_type(list->v[i]), have))
			return true;
	}
	return false;
}

static bool holds(const struct wd_route *r, const struct wd_article *art, enum wd_event_type type)
{
	return (r->topics.n == 0 || has_topic(&r->topics, art)) &&
	       (r->feeds.n == 0 || is_in(&r->feeds, art->doc->feed) ||
		       is_in(&r->feeds, art->doc->feed_url)) &&
	       (r->languages.n == 0 || speaks(&r->languages, art->language)) &&
	       (r->types.n == 0 || is_of_type(&r->types, type));
}

struct wd_str wd_route_topic(const struct wd_route *rule)
{
	bool is_word = wd_str_eqc(rule->to, "none") || wd_str_eqc(rule->to, "default");
	return is_word ? WD_STR_NONE : rule->to;
}

struct wd_str wd_route_choose(const struct wd_route *rules, size_t n, const struct wd_article *art,
	const struct wd_version *v, bool *ret_stays)
{
	*ret_stays = true;
	for (size_t i = 0; i < n; i++) {
		if (!holds(&rules[i], art, v->type))
			continue;
		*ret_stays = rules[i].types.n == 0;
		return wd_str_eqc(rules[i].to, "none") ? WD_STR(WD_ROUTE_NONE)
						       : wd_route_topic(&rules[i]);
	}
	return WD_STR_NONE;
}

bool wd_route_is_type(struct wd_str name)
{
	static const enum wd_event_type types[] = {
		WD_EVENT_PUBLISHED, WD_EVENT_UPDATED, WD_EVENT_CORRECTED, WD_EVENT_WITHDRAWN};
	wd_conf_strs one = {.v = &name, .n = 1};
	for (size_t i = 0; i < WD_COUNTOF(types); i++) {
		if (is_of_type(&one, types[i]))
			return true;
	}
	return false;
}

bool wd_route_is_topic(struct wd_str name)
{
	if (name.n == 0 || name.n > 249 || wd_str_eqc(name, ".") || wd_str_eqc(name, ".."))
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (!wd_is_alnum(c) && c != '.' && c != '_' && c != '-')
			return false;
	}
	return true;
}

bool wd_route_is_catch_all(const struct wd_route *rule)
{
	return rule->topics.n + rule->feeds.n + rule->languages.n + rule->types.n == 0;
}
