/*
 * Events: attributes, ids and the two CloudEvents modes. The `data` member is sinks/event_data.c's.
 *
 * Everything here is a function of the article and of what the desk says about it; nothing asks a
 * clock. So a replay gives the same bytes, ids included: the event id hashes article id, version
 * number, type and content hash (and the rule set's version when only the tags are new), which
 * makes A → B → A three events and a repeated delivery the same one.
 */
#include "sinks/event.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/row.h"
#include "base/url.h"
#include "sinks/event_data.h"

/* What the traceparent looks at of a document: enough to tell two apart, and a bounded cost for
 * each of the thousands of entries one document may hold. */
#define TRACE_SAMPLE_BYTES 4096

static struct wd_str hex_of(struct wd_arena *a, struct wd_hash h)
{
	char text[WD_HASH_TEXT];
	return wd_arena_str(a, wd_hash_hex(h, text));
}

/* CloudEvents want an absolute URI: the feed's, else where the bytes came from, else the file. */
static struct wd_str source_uri(struct wd_arena *a, const struct wd_doc *doc)
{
	const struct wd_str tries[] = {doc->feed_url, doc->url, doc->input};
	for (size_t i = 0; i < WD_COUNTOF(tries); i++) {
		if (tries[i].n > 0 && wd_url_is_uri(tries[i]))
			return wd_url_redact(a, tries[i]);
	}
	if (doc->input.n == 0 || wd_str_eqc(doc->input, "-"))
		return WD_STR("urn:wiredesk:stdin");
	struct wd_str path =
		wd_url_resolve(a, WD_STR_NONE, wd_arena_cat(a, WD_STR("./"), doc->input));
	path = wd_str_from(path, 2);
	return wd_arena_cat(
		a, wd_str_starts(path, WD_STR("/")) ? WD_STR("file://") : WD_STR("file:"), path);
}

/* Nobody remembers earlier versions here, so two inputs are two articles, and so are two entries of
 * one link with different headlines. */
static struct wd_hash first_identity(struct wd_arena *a, const struct wd_article *art)
{
	struct wd_hash none = {0, 0};
	wd_cleanup(wd_hasher_freep) struct wd_hasher *h = wd_hasher_new();
	if (h == NULL)
		return none;
	struct wd_str link = art->canonical.n > 0 ? art->canonical : art->link;
	wd_hasher_add(h, WD_STR("wiredesk-article-1"));
	wd_hasher_add(h, source_uri(a, art->doc));
	wd_hasher_add(h, art->guid);
	if (art->guid.n == 0) {
		wd_hasher_add(h, link);
		wd_hasher_add(h, art->headline);
	}
	if (art->guid.n + link.n == 0)
		wd_hasher_add(h, art->text);
	return wd_hasher_end(h);
}

void wd_version_first(
	struct wd_arena *a, const struct wd_article *art, int64_t now_us, struct wd_version *ret)
{
	*ret = (struct wd_version){.type = WD_EVENT_PUBLISHED, .number = 1};
	ret->content_hash = wd_content_hash(art);
	ret->article_id = hex_of(a, first_identity(a, art));
	ret->event_id = hex_of(
		a, wd_event_id(ret->article_id, 1, ret->type, ret->content_hash, WD_STR_NONE));
	ret->first_seen_us = ret->seen_us = now_us;
}

static struct wd_str topic_list(struct wd_arena *a, const struct wd_article *art)
{
	struct wd_str list = WD_STR_NONE;
	for (size_t i = 0; i < art->topics.n; i++) {
		if (i > 0)
			list = wd_arena_cat(a, list, WD_STR(","));
		list = wd_arena_cat(a, list, art->topics.v[i].id);
	}
	return list;
}

static struct wd_str trace_parent(
	struct wd_arena *a, const struct wd_doc *doc, struct wd_str event_id)
{
	wd_cleanup(wd_hasher_freep) struct wd_hasher *h = wd_hasher_new();
	if (h == NULL || event_id.n < 32)
		return WD_STR_NONE;
	wd_hasher_add(h, doc->input);
	wd_hasher_add_u64(h, doc->body.n);
	wd_hasher_add(h, wd_str_sub(doc->body, 0, TRACE_SAMPLE_BYTES));
	wd_hasher_add(h, wd_str_from(doc->body,
				 doc->body.n - WD_MIN(doc->body.n, (size_t)TRACE_SAMPLE_BYTES)));
	struct wd_hash trace = wd_hasher_end(h);
	trace.lo |= 1; /* W3C Trace Context forbids all zeros */
	struct wd_str span = wd_str_sub(event_id, 0, 16);
	if (wd_str_eqc(span, "0000000000000000"))
		span = WD_STR("0000000000000001");
	char hex[WD_HASH_TEXT];
	return wd_arena_printf(
		a, "00-%.*s-%.*s-01", WD_STR_ARG(wd_hash_hex(trace, hex)), WD_STR_ARG(span));
}

void wd_event_attrs_make(struct wd_arena *a, const struct wd_article *art,
	const struct wd_version *v, struct wd_event_attrs *ret)
{
	*ret = (struct wd_event_attrs){
		.id = v->event_id,
		.source = source_uri(a, art->doc),
		.type = wd_str_c(wd_event_type_name(v->type)),
		.subject = v->article_id,
		.dataschema = WD_STR(WD_EVENT_SCHEMA),
		.topics = topic_list(a, art),
		.traceparent = trace_parent(a, art->doc, v->event_id),
	};
	char text[WD_TIME_TEXT];
	struct wd_str time = wd_time_format(v->seen_us, true, text);
	memcpy(ret->time, time.p, WD_MIN(time.n, sizeof(ret->time) - 1));
}

void wd_event_attrs_pack(struct wd_buf *out, const struct wd_event_attrs *at)
{
	wd_row_attr_put(out, "specversion", WD_STR("1.0"));
	wd_row_attr_put(out, "id", at->id);
	wd_row_attr_put(out, "source", at->source);
	wd_row_attr_put(out, "type", at->type);
	wd_row_attr_put(out, "subject", at->subject);
	wd_row_attr_put(out, "time", wd_str_c(at->time));
	wd_row_attr_put(out, "datacontenttype", WD_STR("application/json"));
	wd_row_attr_put(out, "dataschema", at->dataschema);
	wd_row_attr_put(out, "topics", at->topics);
	wd_row_attr_put(out, "partitionkey", at->subject);
	wd_row_attr_put(out, "traceparent", at->traceparent);
}

void wd_event_health_pack(struct wd_buf *out, struct wd_str id, const char *type,
	struct wd_str feed, struct wd_str url, struct wd_str time)
{
	wd_row_attr_put(out, "specversion", WD_STR("1.0"));
	wd_row_attr_put(out, "id", id);
	wd_row_attr_put(out, "source", url.n > 0 ? url : WD_STR("urn:wiredesk:feed"));
	wd_row_attr_put(out, "type", wd_str_c(type));
	wd_row_attr_put(out, "subject", feed);
	wd_row_attr_put(out, "time", time);
	wd_row_attr_put(out, "datacontenttype", WD_STR("application/json"));
	wd_row_attr_put(out, "partitionkey", feed);
}

void wd_event_line(struct wd_buf *out, struct wd_str attrs, struct wd_str data)
{
	struct wd_json j;
	struct wd_str name, value;
	char key[32];
	wd_json_init(&j, out);
	wd_json_obj(&j);
	while (wd_row_attr(&attrs, &name, &value)) {
		(void)snprintf(key, sizeof(key), "%.*s", WD_STR_ARG(name));
		wd_json_kv(&j, key, value);
	}
	wd_json_key(&j, "data");
	wd_json_raw(&j, data);
	wd_json_obj_end(&j);
	wd_buf_putc(out, '\n');
}

void wd_event_structured(struct wd_buf *out, const struct wd_event_attrs *at, struct wd_str data)
{
	struct wd_buf attrs;
	wd_buf_init(&attrs, 64 * WD_KIB);
	wd_event_attrs_pack(&attrs, at);
	wd_event_line(out, wd_buf_str(&attrs), data);
	wd_buf_done(&attrs);
}
