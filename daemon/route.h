/**
 * Routes: which Kafka topic an event goes to, by rules of the configuration. Pure.
 */
#pragma once
#include "parsers/version.h"
#include "sources/conf.h"

/** One rule: all conditions that are given must hold, each by one of its values. */
struct wd_route {
	wd_conf_strs topics;    /* topic ids found in the article */
	wd_conf_strs feeds;     /* a feed's name or URL, a source's name */
	wd_conf_strs languages; /* BCP 47; "en" is also "en-GB" */
	wd_conf_strs types;     /* published, updated, corrected, withdrawn */
	struct wd_str to;       /* Kafka topic; "none": not into Kafka; "default": the sink's own */
	unsigned line;
};

/** The first rule that holds decides: its topic, WD_ROUTE_NONE, or empty for the sink's own. A rule
 * with types is about that event alone (*ret_stays false), others about the article. */
struct wd_str wd_route_choose(const struct wd_route *rules, size_t n, const struct wd_article *art,
	const struct wd_version *v, bool *ret_stays);
/** The rule's target as a Kafka topic; empty when it names none. */
struct wd_str wd_route_topic(const struct wd_route *rule);
/** "published" or "news.article.published" … */
bool wd_route_is_type(struct wd_str name);
/** 1 to 249 of A-Z a-z 0-9 . _ - and not "." or "..": what Kafka allows. */
bool wd_route_is_topic(struct wd_str name);
/** The rule holds for everything: rules behind it never come to their turn. */
bool wd_route_is_catch_all(const struct wd_route *rule);
