/*
 * From a request's body to a document: framing, content coding, media type, CloudEvents.
 *
 * Media types decide only what is certainly not ours (pictures, sound, archives); what a document
 * is, its content says, as everywhere else.
 */
#include <jansson.h>
#include <microhttpd.h>
#include <stdarg.h>

#include "base/limits.h"
#include "sources/http_push_impl.h"
#include "sources/warc.h"

bool wd_problem_set(struct wd_problem *p, unsigned status, const char *title, const char *fmt, ...)
{
	va_list ap;
	p->status = status;
	p->title = title;
	va_start(ap, fmt);
	(void)vsnprintf(p->detail, sizeof(p->detail), fmt, ap);
	va_end(ap);
	return false;
}

/* One pass over the headers, by length first: a request has ten or so, and ten look-ups by name
 * would each walk them all. */
void wd_push_head_add(struct wd_push_head *h, struct wd_str name, struct wd_str value)
{
	const struct {
		const char *name;
		struct wd_str *to;
	} wanted[] = {{"content-type", &h->type}, {"content-encoding", &h->coding},
		{"authorization", &h->auth}, {"x-wiredesk-signature", &h->signature},
		{"idempotency-key", &h->key}, {"ce-specversion", &h->ce_version},
		{"ce-id", &h->ce_id}, {"ce-source", &h->ce_source}, {"ce-type", &h->ce_type}};
	uint64_t n;
	if (wd_str_ieqc(name, "content-length")) {
		h->is_doubtful |= h->has_length || wd_str_to_u64(value, 0, INT64_MAX, &n) != WD_OK;
		h->has_length = true;
		h->length = value;
		return;
	}
	if (wd_str_ieqc(name, "transfer-encoding")) {
		h->is_doubtful |= h->has_transfer || !wd_str_ieqc(value, "chunked");
		h->has_transfer = true;
		return;
	}
	for (size_t i = 0; i < WD_COUNTOF(wanted); i++) {
		if (name.n > 0 && wd_lower(name.p[0]) == wanted[i].name[0] &&
			wd_str_ieqc(name, wanted[i].name)) {
			if (wanted[i].to->p == NULL) /* the first counts */
				*wanted[i].to = value;
			return;
		}
	}
}

bool wd_push_framing_ok(const struct wd_push_head *h, struct wd_problem *p)
{
	if (h->is_doubtful || (h->has_transfer && h->has_length))
		return wd_problem_set(p, MHD_HTTP_BAD_REQUEST, "bad request",
			"send either one Content-Length or Transfer-Encoding: chunked");
	return true;
}

static bool media_is(struct wd_str type, const char *want)
{
	size_t end = wd_str_chr(type, ';', 0);
	return wd_str_ieqc(wd_str_trim(wd_str_sub(type, 0, end)), want);
}

static bool is_multipart(struct wd_str type)
{
	return wd_str_istarts(type, WD_STR("multipart/"));
}

static bool is_foreign(struct wd_str type)
{
	static const char *const prefixes[] = {"image/", "audio/", "video/", "font/", "model/",
		"application/zip", "application/pdf", "application/x-tar",
		"application/x-www-form-urlencoded"};
	for (size_t i = 0; i < WD_COUNTOF(prefixes); i++) {
		if (wd_str_istarts(type, wd_str_c(prefixes[i])))
			return true;
	}
	return false;
}

static struct wd_str json_text(struct wd_arena *a, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);
	return json_is_string(v) ? wd_arena_str(a, (struct wd_str){json_string_value(v),
							   json_string_length(v)})
				 : WD_STR_NONE;
}

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (wd_is_digit(c))
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

static bool from_base64(struct wd_arena *a, struct wd_str s, struct wd_str *ret)
{
	char *out = wd_arena_bytes(a, s.n + 1);
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;
	for (size_t i = 0; i < s.n && out != NULL && s.p[i] != '='; i++) {
		int v = base64_value(s.p[i]);
		if (wd_is_space(s.p[i]))
			continue;
		if (v < 0)
			return false;
		bits = bits << 6 | (uint32_t)v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (char)(bits >> have & 0xFF);
		}
	}
	*ret = (struct wd_str){out, n};
	return out != NULL;
}

static bool not_event(struct wd_problem *p, const char *why)
{
	return wd_problem_set(p, MHD_HTTP_BAD_REQUEST, "not a CloudEvent",
		"%s: an event needs specversion 1.0, id, source, type and, in structured mode, one of "
		"data, data_base64",
		why);
}

/* One event's data is a document. */
static bool take_event(
	struct wd_arena *a, const json_t *o, struct wd_push_part *ret, struct wd_problem *p)
{
	const json_t *data = json_object_get(o, "data"), *b64 = json_object_get(o, "data_base64");
	*ret = (struct wd_push_part){.type = json_text(a, o, "datacontenttype"),
		.event_source = json_text(a, o, "source"),
		.event_id = json_text(a, o, "id")};
	if (!wd_str_eqc(json_text(a, o, "specversion"), "1.0") || ret->event_source.n == 0 ||
		ret->event_id.n == 0 || json_text(a, o, "type").n == 0)
		return not_event(p, "an attribute is missing");
	if ((data != NULL) == (b64 != NULL))
		return not_event(p, "no data, or twice");
	if (b64 != NULL) {
		struct wd_str text = json_text(a, o, "data_base64");
		return (json_is_string(b64) && from_base64(a, text, &ret->body)) ||
		       not_event(p, "data_base64 is not Base64");
	}
	if (json_is_string(data)) {
		ret->body = json_text(a, o, "data");
		return true;
	}
	char *text = json_dumps(data, JSON_COMPACT | JSON_ENCODE_ANY);
	ret->body = wd_arena_str(a, wd_str_c(text));
	free(text);
	return true;
}

/* Structured mode: one event, or a batch of them. */
static bool unwrap(struct wd_arena *a, struct wd_str body, bool is_batch, struct wd_push_parts *ret,
	struct wd_problem *p)
{
	json_error_t je;
	json_t *o = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, &je);
	size_t n = is_batch ? json_array_size(o) : 1;
	bool ok = o != NULL && (!is_batch || json_is_array(o)) && n > 0;
	if (!ok)
		(void)not_event(p, o == NULL ? "not JSON" : "no event in it");
	if (ok && n > WD_MAX_PARTS)
		ok = wd_problem_set(p, MHD_HTTP_CONTENT_TOO_LARGE, "too many",
			"at most %d documents a request", WD_MAX_PARTS);
	struct wd_push_part *v = ok ? wd_arena_array(a, n, sizeof(*v)) : NULL;
	for (size_t i = 0; ok && v != NULL && i < n; i++)
		ok = take_event(a, is_batch ? json_array_get(o, i) : o, &v[i], p);
	json_decref(o);
	ret->v = v;
	ret->n = n;
	if (ok && v == NULL)
		return wd_problem_set(p, MHD_HTTP_SERVICE_UNAVAILABLE, "no memory",
			"out of memory: send it again");
	return ok;
}

static bool decode(struct wd_arena *a, struct wd_str coding, uint64_t max_bytes,
	struct wd_str *body, struct wd_problem *p)
{
	struct wd_err err = {0};
	struct wd_str out;
	int rc = wd_warc_decode(a, *body, coding, max_bytes, &out, &err);
	if (rc == WD_E_UNSUPPORTED)
		return wd_problem_set(p, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "unknown content coding",
			"Content-Encoding may be gzip, deflate, br or zstd");
	if (rc == WD_E_LIMIT)
		return wd_problem_set(p, MHD_HTTP_CONTENT_TOO_LARGE, "too large",
			"unpacked it is over %llu bytes (receive.sources[].max_size)",
			(unsigned long long)max_bytes);
	if (rc != WD_OK)
		return wd_problem_set(
			p, MHD_HTTP_BAD_REQUEST, "bad content coding", "%.250s", err.text);
	*body = out;
	return true;
}

static bool is_identity(struct wd_str coding)
{
	return coding.n == 0 || wd_str_ieqc(coding, "identity");
}

static bool is_event_batch(struct wd_str type)
{
	return media_is(type, "application/cloudevents-batch+json");
}

static bool is_structured(struct wd_str type)
{
	return media_is(type, "application/cloudevents+json") || is_event_batch(type);
}

bool wd_push_needs_memory(const struct wd_push_head *h)
{
	return !is_identity(h->coding) || is_multipart(h->type) || is_structured(h->type);
}

/* What is certainly no document. What is one, the parsers say later: see the document's fate. */
static bool check_part(struct wd_push_part *part, struct wd_problem *p)
{
	struct wd_str text = wd_str_trim(part->body);
	/* what `curl --data-binary` says of everything */
	if (media_is(part->type, "application/x-www-form-urlencoded") && text.n > 0 &&
		(text.p[0] == '<' || text.p[0] == '{'))
		part->type = WD_STR_NONE;
	if (part->type.n > WD_MAX_TYPE_BYTES)
		part->type.n = WD_MAX_TYPE_BYTES;
	if (is_foreign(part->type) || is_multipart(part->type))
		return wd_problem_set(p, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "not a document we read",
			"send feeds, pages, NITF, NewsML, ninjs, JSON or plain text");
	if (text.n == 0)
		return wd_problem_set(
			p, MHD_HTTP_BAD_REQUEST, "empty", "the request has no document in it");
	if (wd_doc_is_binary(part->body))
		return wd_problem_set(p, MHD_HTTP_UNPROCESSABLE_CONTENT,
			"not a document that can be read",
			"the bytes are no text in any character set");
	return true;
}

static bool take_parts(const struct wd_push_head *h, struct wd_str body, struct wd_arena *a,
	struct wd_push_parts *ret, struct wd_problem *p)
{
	if (is_structured(h->type))
		return unwrap(a, body, is_event_batch(h->type), ret, p);
	if (is_multipart(h->type)) {
		ret->v = wd_arena_array(a, WD_MAX_PARTS, sizeof(*ret->v));
		return ret->v != NULL
			       ? wd_push_split(h->type, body, ret->v, WD_MAX_PARTS, &ret->n, p)
			       : wd_problem_set(p, MHD_HTTP_SERVICE_UNAVAILABLE, "no memory",
					 "out of memory: send it again");
	}
	ret->one = (struct wd_push_part){.type = h->type, .body = body};
	ret->v = &ret->one;
	ret->n = 1;
	if (h->ce_version.n == 0)
		return true;
	ret->one.event_source = h->ce_source;
	ret->one.event_id = h->ce_id;
	return (wd_str_eqc(h->ce_version, "1.0") && h->ce_id.n > 0 && h->ce_source.n > 0 &&
		       h->ce_type.n > 0) ||
	       not_event(p, "a ce- header is missing");
}

bool wd_push_unpack(const struct wd_push_head *h, uint64_t max_bytes, struct wd_str body,
	struct wd_arena *a, struct wd_push_parts *ret, struct wd_problem *p)
{
	*ret = (struct wd_push_parts){0};
	if (!is_identity(h->coding) && !decode(a, h->coding, max_bytes, &body, p))
		return false;
	if (!take_parts(h, body, a, ret, p))
		return false;
	for (size_t i = 0; i < ret->n; i++) {
		if (check_part(&ret->v[i], p))
			continue;
		if (ret->n > 1) {
			char why[sizeof(p->detail)];
			(void)snprintf(why, sizeof(why), "%s", p->detail);
			(void)snprintf(p->detail, sizeof(p->detail),
				"document %zu of %zu (none was taken): %.200s", i + 1, ret->n, why);
		}
		return false;
	}
	return true;
}
