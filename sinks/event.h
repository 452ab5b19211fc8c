/**
 * Events: an article plus what the desk knows about it → CloudEvents (docs/event.schema.json).
 */
#pragma once
#include "base/buf.h"
#include "parsers/version.h"

/** CloudEvents attributes that both modes share, made once. */
struct wd_event_attrs {
	struct wd_str id, source, type, subject, dataschema, topics, traceparent;
	char time[40];
};
/** Strings live in `a`. */
void wd_event_attrs_make(struct wd_arena *a, const struct wd_article *art,
	const struct wd_version *v, struct wd_event_attrs *ret);
/** The `data` member alone (Kafka binary mode). */
void wd_event_data(struct wd_buf *out, struct wd_arena *a, const struct wd_article *art,
	const struct wd_version *v);
/** One structured event as one JSON line, newline included, from attributes and encoded data. */
void wd_event_structured(struct wd_buf *out, const struct wd_event_attrs *at, struct wd_str data);

/** The attributes as an outbox row keeps them: name NUL value NUL …, in a fixed order. */
void wd_event_attrs_pack(struct wd_buf *out, const struct wd_event_attrs *at);
/** The same for an event about a feed: subject and partition key are the feed's name. */
void wd_event_health_pack(struct wd_buf *out, struct wd_str id, const char *type,
	struct wd_str feed, struct wd_str url, struct wd_str time);
/** One structured event as a JSON line from packed attributes and encoded data. */
void wd_event_line(struct wd_buf *out, struct wd_str attrs, struct wd_str data);

/** The version of an article nobody remembers (extract, tag, parse without a store): published,
 * number 1. */
void wd_version_first(
	struct wd_arena *a, const struct wd_article *art, int64_t now_us, struct wd_version *ret);
#define WD_EVENT_SCHEMA "https://wiredesk.dev/schema/event-1.0.json"
