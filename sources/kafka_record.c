/*
 * A record is what a request is to HTTP: headers and a body that holds one document or several. So
 * it is unpacked by the same code (http_push_body.c), with the headers of CloudEvents' Kafka
 * binding (`ce_id`, `content-type`) under the names of its HTTP binding (`ce-id`).
 *
 * What a document is, its content says; a media type decides only what is certainly none.
 */
#include "sources/kafka_record.h"

#include <inttypes.h>

#include "sources/http_push_impl.h"

#define SCHEME "kafka://"
#define OUT_OF_MEMORY 503 /* as http_push_body.c says it */

struct wd_str wd_kafka_place_text(const struct wd_kafka_place *p, char out[WD_KAFKA_PLACE_TEXT])
{
	char epoch[24] = "", part[32] = "";
	if (p->epoch > 0)
		(void)snprintf(epoch, sizeof(epoch), "?epoch=%" PRIu32, p->epoch);
	if (p->count > 1)
		(void)snprintf(part, sizeof(part), "#%" PRIu32 "/%" PRIu32, p->index, p->count);
	int n = snprintf(out, WD_KAFKA_PLACE_TEXT, SCHEME "%.*s/%.*s/%" PRId32 "/%" PRId64 "%s%s",
		(int)WD_MIN(p->cluster.n, (size_t)100), p->cluster.p,
		(int)WD_MIN(p->topic.n, (size_t)249), p->topic.p, p->partition, p->offset, epoch,
		part);
	return (struct wd_str){out, n > 0 ? (size_t)n : 0};
}

/* The part of `s` behind its last `sep`, which leaves it; false: there is none. */
static bool cut_last(struct wd_str *s, char sep, struct wd_str *ret)
{
	for (size_t i = s->n; i > 0; i--) {
		if (s->p[i - 1] != sep)
			continue;
		*ret = wd_str_from(*s, i);
		s->n = i - 1;
		return true;
	}
	return false;
}

static bool read_number(struct wd_str s, int64_t max, int64_t *ret)
{
	return wd_str_to_i64(s, 0, max, ret) == WD_OK;
}

int wd_kafka_place_read(struct wd_str s, struct wd_kafka_place *ret)
{
	struct wd_str part, epoch, number;
	int64_t index = 1, count = 1, made = 0, partition;
	if (!wd_str_starts(s, WD_STR(SCHEME)))
		return WD_E_MALFORMED;
	s = wd_str_from(s, strlen(SCHEME));
	if (cut_last(&s, '#', &part) &&
		(!cut_last(&part, '/', &number) || !read_number(number, UINT32_MAX, &count) ||
			!read_number(part, UINT32_MAX, &index)))
		return WD_E_MALFORMED;
	if (cut_last(&s, '?', &epoch) &&
		(!wd_str_starts(epoch, WD_STR("epoch=")) ||
			!read_number(wd_str_from(epoch, 6), UINT32_MAX, &made)))
		return WD_E_MALFORMED;
	*ret = (struct wd_kafka_place){
		.epoch = (uint32_t)made, .index = (uint32_t)index, .count = (uint32_t)count};
	if (!cut_last(&s, '/', &number) || !read_number(number, INT64_MAX, &ret->offset) ||
		!cut_last(&s, '/', &number) || !read_number(number, INT32_MAX, &partition) ||
		!cut_last(&s, '/', &ret->topic) || ret->topic.n == 0 || s.n == 0)
		return WD_E_MALFORMED;
	ret->partition = (int32_t)partition;
	ret->cluster = s;
	return WD_OK;
}

struct wd_hash wd_kafka_place_id(const struct wd_kafka_place *p, int64_t timestamp_ms)
{
	char text[WD_KAFKA_PLACE_TEXT + 24];
	struct wd_str place = wd_kafka_place_text(p, text);
	int n = snprintf(text + place.n, sizeof(text) - place.n, "@%" PRId64, timestamp_ms);
	return wd_hash_bytes((struct wd_str){text, place.n + (size_t)WD_MAX(n, 0)});
}

/* Headers a document does not have (Content-Length, credentials …) mean nothing here. */
static void add_header(struct wd_push_head *h, struct wd_str name, struct wd_str value)
{
	char ce[32] = "ce-";
	if (wd_str_ieqc(name, "content-type") || wd_str_ieqc(name, "content-encoding")) {
		wd_push_head_add(h, name, wd_str_trim(value));
	} else if (wd_str_istarts(name, WD_STR("ce_")) && name.n < sizeof(ce)) {
		memcpy(ce + 3, name.p + 3, name.n - 3);
		wd_push_head_add(h, (struct wd_str){ce, name.n}, wd_str_trim(value));
	}
}

int wd_kafka_record_open(const struct wd_kafka_record *r, uint64_t max_bytes, struct wd_arena *a,
	struct wd_kafka_documents *ret, struct wd_err *err)
{
	struct wd_push_head h = {0};
	struct wd_problem why = {0};
	struct wd_push_parts parts;
	*ret = (struct wd_kafka_documents){0};
	for (size_t i = 0; i < r->header_count; i++)
		add_header(&h, r->headers[i].name, r->headers[i].value);
	if (h.type.n == 0)
		h.type = r->content_type;
	if (r->value.n > max_bytes)
		return wd_err_set(err, WD_E_LIMIT,
			"the record has %zu bytes; at most %" PRIu64
			" are taken (receive.sources[].max_size)",
			r->value.n, max_bytes);
	if (!wd_push_unpack(&h, max_bytes, r->value, a, &parts, &why))
		return wd_err_set(err, why.status == OUT_OF_MEMORY ? WD_E_NOMEM : WD_E_MALFORMED,
			"%s: %s", why.title, why.detail);
	ret->v = wd_arena_array(a, parts.n, sizeof(*ret->v));
	if (ret->v == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	for (size_t i = 0; i < parts.n; i++) {
		/* what was read from a header goes with it */
		ret->v[i].type = wd_arena_str(a, parts.v[i].type);
		ret->v[i].body = parts.v[i].body;
	}
	ret->n = parts.n;
	return WD_OK;
}
