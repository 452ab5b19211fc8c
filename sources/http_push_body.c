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

struct wd_str wd_push_header(struct MHD_Connection *conn, const char *name)
{
	return wd_str_trim(wd_str_c(MHD_lookup_connection_value(conn, MHD_HEADER_KIND, name)));
}

struct framing {
	struct wd_str length;
	bool differs, has_encoding;
};

static enum MHD_Result see_header(
	void *ctx, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct framing *f = ctx;
	struct wd_str name = wd_str_c(key), v = wd_str_trim(wd_str_c(value));
	(void)kind;
	if (wd_str_ieqc(name, "transfer-encoding"))
		f->has_encoding = true;
	if (wd_str_ieqc(name, "content-length")) {
		uint64_t n;
		if (f->length.p != NULL || wd_str_to_u64(v, 0, INT64_MAX, &n) != WD_OK)
			f->differs = true;
		f->length = v.p != NULL ? v : WD_STR("");
	}
	return MHD_YES;
}

bool wd_push_framing_ok(struct MHD_Connection *conn, struct wd_problem *p)
{
	struct framing f = {0};
	(void)MHD_get_connection_values(conn, MHD_HEADER_KIND, see_header, &f);
	if (f.differs || (f.has_encoding && f.length.p != NULL))
		return wd_problem_set(p, MHD_HTTP_BAD_REQUEST, "bad request",
			"send either one Content-Length or Transfer-Encoding: chunked");
	return true;
}

static bool media_is(struct wd_str type, const char *want)
{
	size_t end = wd_str_chr(type, ';', 0);
	return wd_str_ieqc(wd_str_trim(wd_str_sub(type, 0, end)), want);
}

static bool is_foreign(struct wd_str type)
{
	static const char *const prefixes[] = {"image/", "audio/", "video/", "font/", "model/",
		"multipart/", "application/zip", "application/pdf", "application/x-tar",
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

/* A structured CloudEvent: its data is the document. */
static bool unwrap(struct wd_doc *doc, struct wd_problem *p)
{
	json_error_t je;
	struct wd_arena *a = doc->mem;
	json_t *o = json_loadb(doc->body.p, doc->body.n, JSON_REJECT_DUPLICATES, &je);
	const json_t *data = json_object_get(o, "data"), *b64 = json_object_get(o, "data_base64");
	bool ok = json_is_string(json_object_get(o, "specversion")) &&
		  (data != NULL) != (b64 != NULL);
	if (ok) {
		doc->content_type = json_text(a, o, "datacontenttype");
		if (b64 != NULL) {
			ok = json_is_string(b64) &&
			     from_base64(a, wd_str_c(json_string_value(b64)), &doc->body);
		} else if (json_is_string(data)) {
			doc->body = json_text(a, o, "data");
		} else {
			char *text = json_dumps(data, JSON_COMPACT | JSON_ENCODE_ANY);
			doc->body = wd_arena_str(a, wd_str_c(text));
			free(text);
		}
	}
	json_decref(o);
	return ok || wd_problem_set(p, MHD_HTTP_BAD_REQUEST, "not a CloudEvent",
			     "a structured event needs specversion and one of data, data_base64");
}

static bool decode(struct wd_str coding, uint64_t max_bytes, struct wd_doc *doc, struct wd_str body,
	struct wd_problem *p)
{
	struct wd_err err = {0};
	if (coding.n == 0 || wd_str_ieqc(coding, "identity")) {
		doc->body = wd_arena_str(doc->mem, body);
		return true;
	}
	int rc = wd_warc_decode(doc->mem, body, coding, max_bytes, &doc->body, &err);
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
	/* nothing was packed: the decoder gives the input itself, which is the connection's */
	if (doc->body.p == body.p)
		doc->body = wd_arena_str(doc->mem, body);
	return true;
}

bool wd_push_unpack(struct wd_str type, struct wd_str coding, uint64_t max_bytes,
	struct wd_str body, struct wd_doc *doc, struct wd_problem *p)
{
	if (!decode(coding, max_bytes, doc, body, p))
		return false;
	doc->content_type = wd_arena_str(doc->mem, type);
	if (media_is(type, "application/cloudevents+json") && !unwrap(doc, p))
		return false;
	/* what `curl --data-binary` says of everything */
	struct wd_str head = wd_str_trim(doc->body);
	if (media_is(doc->content_type, "application/x-www-form-urlencoded") && head.n > 0 &&
		(head.p[0] == '<' || head.p[0] == '{'))
		doc->content_type = WD_STR_NONE;
	if (is_foreign(doc->content_type))
		return wd_problem_set(p, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "not a document we read",
			"send a feed, a page, NITF, NewsML, ninjs, JSON or plain text, one a request");
	if (wd_str_trim(doc->body).n == 0)
		return wd_problem_set(
			p, MHD_HTTP_BAD_REQUEST, "empty", "the request has no document in it");
	if (wd_doc_is_binary(doc->body))
		return wd_problem_set(p, MHD_HTTP_UNPROCESSABLE_CONTENT,
			"not a document that can be read",
			"the bytes are no text in any character set");
	return true;
}
