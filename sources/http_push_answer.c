/*
 * Answers. A 202 is put together by hand in the request's own memory: it is the one answer that is
 * given thousands of times a second.
 */
#include <microhttpd.h>

#include "base/json.h"
#include "base/metrics.h"
#include "sources/http_push_impl.h"

#define DOCUMENTS "/v1/documents/"

static struct wd_metric requests[] = {
	{.name = "wiredesk_push_requests_total",
		.help = "Requests to receive by status class",
		.labels = "class=\"2xx\""},
	{.name = "wiredesk_push_requests_total",
		.help = "Requests to receive by status class",
		.labels = "class=\"4xx\""},
	{.name = "wiredesk_push_requests_total",
		.help = "Requests to receive by status class",
		.labels = "class=\"5xx\""},
};

void wd_push_answer_register(void)
{
	for (size_t i = 0; i < WD_COUNTOF(requests); i++)
		wd_metric_register(&requests[i]);
}

static int answer(struct wd_push_request *r, unsigned status, const char *type, struct wd_str text,
	const char *location)
{
	struct MHD_Response *resp = MHD_create_response_from_buffer(text.n, wd_unconst(text.p),
		text.p == r->answer ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY);
	if (resp == NULL)
		return MHD_NO;
	wd_metric_add(&requests[status >= 500 ? 2 : status >= 400 ? 1 : 0], 1);
	(void)MHD_add_response_header(resp, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	if (r->problem.status != 0 && r->problem.retry_after_s > 0) {
		char seconds[16];
		(void)snprintf(seconds, sizeof(seconds), "%u", r->problem.retry_after_s);
		(void)MHD_add_response_header(resp, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
	}
	if (location != NULL)
		(void)MHD_add_response_header(resp, MHD_HTTP_HEADER_LOCATION, location);
	if (status == MHD_HTTP_UNAUTHORIZED)
		(void)MHD_add_response_header(resp, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		(void)MHD_add_response_header(resp, MHD_HTTP_HEADER_ALLOW,
			r->source == NULL ? MHD_HTTP_METHOD_GET : MHD_HTTP_METHOD_POST);
	/* an unread body would be taken for the next request */
	if (!r->is_whole && r->problem.status != 0)
		(void)MHD_add_response_header(resp, MHD_HTTP_HEADER_CONNECTION, "close");
	enum MHD_Result rc = MHD_queue_response(r->conn, status, resp);
	MHD_destroy_response(resp);
	return (int)rc;
}

int wd_push_answer_problem(struct wd_push_request *r)
{
	const struct wd_problem *p = &r->problem;
	struct wd_buf b;
	struct wd_json j;
	wd_buf_init(&b, 4096);
	wd_json_init(&j, &b);
	wd_json_obj(&j);
	wd_json_kv(&j, "type", WD_STR("about:blank"));
	wd_json_kv(&j, "title", wd_str_c(p->title));
	wd_json_kv_int(&j, "status", (int64_t)p->status);
	wd_json_kv(&j, "detail", wd_str_c(p->detail));
	wd_json_obj_end(&j);
	wd_buf_putc(&b, '\n');
	int rc = answer(r, p->status, "application/problem+json", wd_buf_str(&b), NULL);
	wd_buf_done(&b);
	return rc;
}

static char *add(char *at, const char *text)
{
	size_t n = strlen(text);
	memcpy(at, text, n);
	return at + n;
}

static char *add_document(char *at, const struct wd_push_taken *t)
{
	char hex[WD_HASH_TEXT];
	(void)wd_hash_hex(t->id, hex);
	at = add(at, "{\"id\": \"");
	at = add(at, hex);
	at = add(at, "\", \"state\": \"");
	at = add(at, wd_fate_name(t->state));
	at = add(at, "\", \"location\": \"" DOCUMENTS);
	at = add(at, hex);
	return add(at, "\"}");
}

static int answer_many(struct wd_push_request *r)
{
	char *text = calloc(r->taken_n + 1, WD_PUSH_ANSWER + 2);
	if (text == NULL)
		return MHD_NO;
	char *at = add(text, "{\"documents\": [");
	for (size_t i = 0; i < r->taken_n; i++) {
		at = add(at, i > 0 ? ", " : "");
		at = add_document(at, &r->taken[i]);
	}
	at = add(at, "]}\n");
	int rc = answer(r, MHD_HTTP_ACCEPTED, "application/json",
		(struct wd_str){text, (size_t)(at - text)}, NULL);
	free(text);
	return rc;
}

int wd_push_answer_taken(struct wd_push_request *r)
{
	char location[sizeof(DOCUMENTS) + WD_HASH_TEXT];
	if (r->taken_n != 1)
		return answer_many(r);
	char *at = add_document(r->answer, r->taken);
	at = add(at, "\n");
	(void)wd_hash_hex(r->taken->id, add(location, DOCUMENTS));
	return answer(r, MHD_HTTP_ACCEPTED, "application/json",
		(struct wd_str){r->answer, (size_t)(at - r->answer)}, location);
}

int wd_push_answer_fate(struct wd_push_request *r, const struct wd_fate *f)
{
	char hex[WD_HASH_TEXT];
	struct wd_buf b;
	struct wd_json j;
	wd_buf_init(&b, 4096);
	wd_json_init(&j, &b);
	wd_json_obj(&j);
	wd_json_kv(&j, "id", wd_hash_hex(f->id, hex));
	wd_json_kv(&j, "state", wd_str_c(wd_fate_name(f->state)));
	if (f->state == WD_DOC_PROCESSED || f->state == WD_DOC_DUPLICATE) {
		wd_json_kv_int(&j, "articles", f->articles);
		wd_json_kv_int(&j, "versions", f->versions);
	}
	wd_json_kv(&j, "reason", wd_str_c(f->reason));
	wd_json_obj_end(&j);
	wd_buf_putc(&b, '\n');
	int rc = answer(r, MHD_HTTP_OK, "application/json", wd_buf_str(&b), NULL);
	wd_buf_done(&b);
	return rc;
}
