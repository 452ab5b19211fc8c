/*
 * What hubs ask of a callback: GET verifies intent (or tells of a denial), POST brings content.
 *
 * The callback's path is the subscriber's secret, so a path nobody has answers like any other
 * (404); content for one is answered 410, which hubs take for "send no more". Content with a wrong
 * signature, or none, is answered like content that was taken, and ignored: who guesses learns
 * nothing (WebSub, section 8).
 */
#include <microhttpd.h>

#include "sources/http_push_impl.h"

static struct wd_str query(struct wd_push_request *r, const char *name)
{
	return wd_str_c(MHD_lookup_connection_value(r->conn, MHD_GET_ARGUMENT_KIND, name));
}

static int answer_text(struct wd_push_request *r, unsigned status, struct wd_str text)
{
	struct MHD_Response *resp = MHD_create_response_from_buffer(
		text.n, wd_unconst(text.n > 0 ? text.p : ""), MHD_RESPMEM_MUST_COPY);
	if (resp == NULL)
		return MHD_NO;
	(void)MHD_add_response_header(resp, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain");
	(void)MHD_add_response_header(resp, "X-Content-Type-Options", "nosniff");
	enum MHD_Result rc = MHD_queue_response(r->conn, status, resp);
	MHD_destroy_response(resp);
	return (int)rc;
}

bool wd_push_hub_head(struct wd_push_request *r, struct wd_str id, struct wd_str method)
{
	r->is_hub = true;
	if (wd_str_eqc(method, MHD_HTTP_METHOD_GET))
		return true;
	if (!wd_str_eqc(method, MHD_HTTP_METHOD_POST))
		return wd_problem_set(&r->problem, MHD_HTTP_METHOD_NOT_ALLOWED, "wrong method",
			"a hub sends GET and POST");
	if (!wd_websub_target(r->p->o.websub, id, &r->target))
		return wd_problem_set(
			&r->problem, MHD_HTTP_GONE, "no such subscription", "send no more");
	if (atomic_load(&r->p->is_stopping)) {
		(void)wd_problem_set(&r->problem, MHD_HTTP_SERVICE_UNAVAILABLE, "stopping",
			"the daemon is stopping: send it again");
		r->problem.retry_after_s = 1;
		return false;
	}
	r->hub_source = calloc(1, sizeof(*r->hub_source));
	if (r->hub_source == NULL)
		return wd_problem_set(&r->problem, MHD_HTTP_SERVICE_UNAVAILABLE, "no memory",
			"out of memory: send it again");
	r->source = r->hub_source;
	r->source->conf.name = wd_str_c(r->target.feed);
	r->source->conf.max_bytes = r->target.max_bytes;
	r->source->name_hash = wd_hash64(r->source->conf.name);
	r->body.max = r->target.max_bytes;
	/* ours, not the hub's: they would make the id of a document that is the feed's */
	r->head.key = r->head.signature = WD_STR_NONE;
	return true;
}

int wd_push_hub_verify(struct wd_push_request *r, struct wd_str id)
{
	const struct wd_websub_query q = {.mode = query(r, "hub.mode"),
		.topic = query(r, "hub.topic"),
		.challenge = query(r, "hub.challenge"),
		.lease = query(r, "hub.lease_seconds"),
		.reason = query(r, "hub.reason")};
	r->is_whole = true;
	unsigned status = wd_websub_asks(r->p->o.websub, id, &q);
	return answer_text(r, status, status == MHD_HTTP_OK ? q.challenge : WD_STR_NONE);
}

bool wd_push_hub_signed(struct wd_push_request *r, struct wd_str id)
{
	const char *given =
		MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, "X-Hub-Signature");
	return wd_websub_content(
		r->p->o.websub, id, wd_str_trim(wd_str_c(given)), wd_buf_str(&r->body));
}

int wd_push_hub_received(struct wd_push_request *r)
{
	return answer_text(r, MHD_HTTP_ACCEPTED, WD_STR_NONE);
}

void wd_push_hub_free(struct wd_push_request *r)
{
	free(r->hub_source);
	free(r->target.feed);
	free(r->target.topic);
	r->hub_source = NULL;
	r->target = (struct wd_websub_target){0};
}
