/*
 * One request, from its headers to its answer.
 *
 *   headers ─► framing, route, source, token, rate, length ─► body (capped) ─► signature, unpack
 *     ─► repeat? ─► suspend, put into the inbox ─► … synced ─► resume ─► 202
 *
 * A refusal that the headers allow is given before the body is read. What a 202 does not say is
 * whether the document can be read: that takes parsing, and turns up as its fate.
 *
 * Repeats: with an Idempotency-Key (or a signature, or a CloudEvent's source and id) the id is made
 * of that, and a request whose id is known is answered without work. Without one the id is made of
 * the bytes; only the source's last document is then taken for a repeat, because A, B, A is three
 * versions of a story.
 *
 * Concurrency: HTTP thread, but on_synced() (the inbox's), which touches a request only between
 * suspend and resume.
 */
#include <microhttpd.h>

#include "base/clock.h"
#include "sources/http_push_impl.h"
#include "sources/netguard.h"

#define KEEP_BODY 16384
#define KEEP_REQUESTS 256

enum id_kind { ID_BYTES, ID_KEY, ID_SIGNATURE, ID_EVENT };

/* ---- memory ---- */

static struct wd_push_request *request_new(struct wd_push *p)
{
	struct wd_push_request *r = p->free_requests;
	if (r != NULL) {
		struct wd_buf body = r->body;
		p->free_requests = r->next_free;
		p->free_count--;
		memset(r, 0, offsetof(struct wd_push_request, problem));
		r->problem.status = r->problem.retry_after_s = 0;
		r->p = p;
		r->body = body;
		return r;
	}
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return NULL;
	r->p = p;
	wd_buf_init(&r->body, 0);
	return r;
}

static void request_free(struct wd_push_request *r)
{
	struct wd_push *p = r->p;
	wd_push_sources_unref(p, r->set);
	wd_push_hub_free(r);
	wd_arena_free(r->mem);
	if (r->body.cap > KEEP_BODY) {
		wd_buf_done(&r->body);
		wd_buf_init(&r->body, 0);
	}
	if (p->free_count == KEEP_REQUESTS) {
		wd_buf_done(&r->body);
		free(r);
		return;
	}
	wd_buf_reset(&r->body);
	r->next_free = p->free_requests;
	p->free_requests = r;
	p->free_count++;
}

void wd_push_requests_free(struct wd_push *p)
{
	for (struct wd_push_request *r = p->free_requests, *next; r != NULL; r = next) {
		next = r->next_free;
		wd_buf_done(&r->body);
		free(r);
	}
	p->free_requests = NULL;
}

/* ---- ids ---- */

static struct wd_hash make_id(
	const struct wd_push_request *r, enum id_kind kind, struct wd_hash what, size_t index)
{
	uint64_t all[5] = {r->source->name_hash, kind, what.hi, what.lo, index};
	return wd_hash_bytes((struct wd_str){(const char *)all, sizeof(all)});
}

static struct wd_hash event_hash(const struct wd_push_part *part, struct wd_hash body)
{
	uint64_t all[4] = {
		wd_hash64(part->event_source), wd_hash64(part->event_id), body.hi, body.lo};
	return wd_hash_bytes((struct wd_str){(const char *)all, sizeof(all)});
}

/* False: refused. */
static bool identify(struct wd_push_request *r, const struct wd_push_part *part, size_t index)
{
	struct wd_push_taken *t = &r->taken[index];
	struct wd_hash body = wd_hash_bytes(part->body);
	struct wd_fate f;
	enum id_kind kind = ID_BYTES;
	struct wd_hash what = body;
	if (r->head.key.n > 0) {
		kind = ID_KEY;
		what = wd_hash_bytes(r->head.key);
	} else if (r->is_signed) {
		kind = ID_SIGNATURE;
		what = wd_hash_bytes(r->head.signature);
	} else if (part->event_id.n > 0) {
		kind = ID_EVENT;
		what = event_hash(part, body);
	}
	*t = (struct wd_push_taken){.id = make_id(r, kind, what, kind == ID_BYTES ? 0 : index),
		.body_hash = body.lo,
		.state = WD_DOC_QUEUED};
	if (kind == ID_BYTES) {
		bool is_last = r->taken_n == 1 && wd_hash_eq(r->source->last, t->id);
		r->source->last = t->id;
		if (!is_last)
			return true;
	}
	if (!wd_intake_fate(r->p->o.intake, t->id, &f) || f.state == WD_DOC_FAILED)
		return true;
	if (f.body_hash != t->body_hash)
		return wd_problem_set(&r->problem, MHD_HTTP_UNPROCESSABLE_CONTENT,
			"key used before",
			"this Idempotency-Key came with another document: give each its own");
	t->is_known = true;
	t->state = f.state;
	return true;
}

/* ---- the inbox ---- */

static void on_synced(struct wd_inbox_ticket *t, int rc)
{
	struct wd_push_request *r =
		(struct wd_push_request *)((char *)t - offsetof(struct wd_push_request, ticket));
	r->rc = rc;
	MHD_resume_connection(r->conn);
}

static bool no_room(struct wd_push_request *r, int rc)
{
	if (rc == WD_E_LIMIT)
		return wd_problem_set(&r->problem, MHD_HTTP_CONTENT_TOO_LARGE, "too large",
			"no document of this size fits into the inbox");
	(void)wd_problem_set(&r->problem, MHD_HTTP_SERVICE_UNAVAILABLE,
		rc == WD_E_FULL     ? "full"
		: rc == WD_E_DENIED ? "stopping"
				    : "not now",
		rc == WD_E_FULL     ? "too much is waiting already: send it again"
		: rc == WD_E_DENIED ? "the daemon is stopping: send it again"
				    : "the document could not be stored: send it again");
	r->problem.retry_after_s = rc == WD_E_FULL ? 2 : 1;
	return false;
}

/* Puts what is not known yet. The answer comes with the next call, after the sync or at once: a
 * suspended connection takes none. */
static void submit(struct wd_push_request *r, const struct wd_push_parts *parts)
{
	struct wd_inbox_record one, *list = &one;
	size_t n = 0;
	bool waits = false;
	if (parts->n > 1)
		list = wd_arena_array(r->mem, parts->n, sizeof(*list));
	for (size_t i = 0; list != NULL && i < parts->n; i++) {
		const struct wd_push_taken *t = &r->taken[i];
		waits = waits || t->state == WD_DOC_QUEUED;
		if (t->is_known)
			continue;
		list[n++] = (struct wd_inbox_record){.id = t->id,
			.body_hash = t->body_hash,
			.received_us = wd_clock_now_us(),
			.origin = WD_DOC_PUSH,
			.source = r->source->conf.name,
			.type = parts->v[i].type,
			.input = wd_str_c(r->target.topic),
			.url = wd_str_c(r->target.topic),
			.body = parts->v[i].body};
	}
	if (!waits && list != NULL) {
		r->is_answerable = true;
		return;
	}
	r->ticket.done = on_synced;
	r->is_waiting = true;
	r->c->waits = true;
	MHD_suspend_connection(r->conn);
	int rc = list == NULL ? WD_E_NOMEM : wd_intake_put(r->p->o.intake, list, n, &r->ticket);
	if (rc == WD_OK)
		return;
	r->rc = rc;
	r->source->last = (struct wd_hash){0, 0};
	(void)no_room(r, rc);
	MHD_resume_connection(r->conn);
}

static int answer_taken(struct wd_push_request *r)
{
	return r->is_hub ? wd_push_hub_received(r) : wd_push_answer_taken(r);
}

/* After the sync. */
static int finish(struct wd_push_request *r)
{
	struct wd_fate f;
	r->c->waits = false;
	for (size_t i = 0; i < r->taken_n && r->problem.status == 0; i++) {
		struct wd_push_taken *t = &r->taken[i];
		if (r->rc != WD_OK && !t->is_known)
			wd_intake_lost(r->p->o.intake, t->id);
		/* the request it repeats may have been lost meanwhile */
		else if (t->is_known && !wd_intake_fate(r->p->o.intake, t->id, &f))
			r->rc = WD_E_TRANSIENT;
	}
	if (r->rc != WD_OK && r->problem.status == 0) {
		r->source->last = (struct wd_hash){0, 0};
		(void)no_room(r, r->rc);
	}
	return r->problem.status != 0 ? wd_push_answer_problem(r) : answer_taken(r);
}

/* ---- bodies ---- */

static bool take_memory(struct wd_push_request *r)
{
	if (!wd_push_needs_memory(&r->head))
		return true;
	r->mem = wd_arena_new(r->body.n + 4 * r->source->conf.max_bytes + WD_MIB);
	return r->mem != NULL || wd_problem_set(&r->problem, MHD_HTTP_SERVICE_UNAVAILABLE,
					 "no memory", "out of memory: send it again");
}

static bool read_body(struct wd_push_request *r, struct wd_push_parts *parts)
{
	const struct wd_push_conf *c = &r->source->conf;
	struct wd_str body = wd_buf_str(&r->body);
	if (r->problem.status != 0 || !take_memory(r))
		return false;
	if (r->is_signed &&
		!wd_push_auth_body(r->head.signature, c, body, wd_clock_now_us(), &r->problem))
		return false;
	if (!wd_push_unpack(&r->head, c->max_bytes, body, r->mem, parts, &r->problem))
		return false;
	r->taken = &r->one;
	r->taken_n = parts->n;
	if (parts->n > 1)
		r->taken = wd_arena_array(r->mem, parts->n, sizeof(*r->taken));
	if (r->taken == NULL)
		return wd_problem_set(&r->problem, MHD_HTTP_SERVICE_UNAVAILABLE, "no memory",
			"out of memory: send it again");
	for (size_t i = 0; i < parts->n; i++) {
		if (!identify(r, &parts->v[i], i))
			return false;
	}
	return true;
}

/* The body is whole. */
static int finish_body(struct wd_push_request *r, struct wd_str path)
{
	struct wd_push_parts parts;
	r->is_whole = true;
	if (r->is_hub && r->problem.status == 0 &&
		!wd_push_hub_signed(r, wd_str_from(path, strlen(WD_PUSH_WEBSUB))))
		return wd_push_hub_received(r); /* and ignored */
	if (!read_body(r, &parts))
		return wd_push_answer_problem(r);
	submit(r, &parts);
	return r->is_answerable ? answer_taken(r) : MHD_YES;
}

/* ---- heads ---- */

static bool is_local(struct MHD_Connection *conn)
{
	const union MHD_ConnectionInfo *i =
		MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	static const uint8_t v4[13] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127};
	static const uint8_t v6[16] = {[15] = 1};
	uint8_t addr[16];
	if (i == NULL || i->client_addr == NULL)
		return false;
	if (i->client_addr->sa_family == AF_UNIX)
		return true;
	return wd_addr_map(i->client_addr, addr) &&
	       (memcmp(addr, v4, sizeof(v4)) == 0 || memcmp(addr, v6, sizeof(v6)) == 0);
}

static bool check_length(struct wd_push_request *r)
{
	uint64_t n, max = r->source->conf.max_bytes;
	if (wd_str_to_u64(r->head.length, 0, UINT64_MAX, &n) == WD_OK && n > max)
		return wd_problem_set(&r->problem, MHD_HTTP_CONTENT_TOO_LARGE, "too large",
			"at most %llu bytes (receive.sources[].max_size)", (unsigned long long)max);
	return true;
}

static enum MHD_Result see_header(void *ctx, enum MHD_ValueKind kind, const char *name,
	size_t name_n, const char *value, size_t value_n)
{
	(void)kind;
	wd_push_head_add(
		ctx, (struct wd_str){name, name_n}, wd_str_trim((struct wd_str){value, value_n}));
	return MHD_YES;
}

static bool is_status_path(struct wd_str path)
{
	return wd_str_starts(path, WD_STR("/v1/documents/"));
}

/* All that the headers decide. */
static bool check_head(struct wd_push_request *r, struct wd_str path, struct wd_str method)
{
	static const struct wd_str ingest = {"/v1/ingest/", 11};
	(void)MHD_get_connection_values_n(r->conn, MHD_HEADER_KIND, see_header, &r->head);
	if (!wd_push_framing_ok(&r->head, &r->problem))
		return false;
	if (is_status_path(path))
		return wd_str_eqc(method, MHD_HTTP_METHOD_GET) ||
		       wd_problem_set(
			       &r->problem, MHD_HTTP_METHOD_NOT_ALLOWED, "wrong method", "use GET");
	if (r->p->o.websub != NULL && wd_str_starts(path, WD_STR(WD_PUSH_WEBSUB)))
		return wd_push_hub_head(r, wd_str_from(path, strlen(WD_PUSH_WEBSUB)), method);
	if (!wd_str_starts(path, ingest))
		return wd_problem_set(&r->problem, MHD_HTTP_NOT_FOUND, "nothing here",
			"POST /v1/ingest/SOURCE and GET /v1/documents/ID are answered");
	if (!wd_push_find_source(r, wd_str_from(path, ingest.n)))
		return false;
	if (!wd_str_eqc(method, MHD_HTTP_METHOD_POST))
		return wd_problem_set(
			&r->problem, MHD_HTTP_METHOD_NOT_ALLOWED, "wrong method", "use POST");
	if (!wd_push_auth_head(
		    &r->head, &r->source->conf, is_local(r->conn), &r->is_signed, &r->problem))
		return false;
	if (!wd_push_rate_ok(r) || !check_length(r))
		return false;
	if (atomic_load(&r->p->is_stopping))
		return no_room(r, WD_E_DENIED);
	r->body.max = r->source->conf.max_bytes;
	return true;
}

static int get_document(struct wd_push_request *r, struct wd_str path)
{
	struct wd_hash id;
	struct wd_fate f;
	r->is_whole = true;
	if (wd_hash_from_hex(wd_str_from(path, strlen("/v1/documents/")), &id) == WD_OK &&
		wd_intake_fate(r->p->o.intake, id, &f))
		return wd_push_answer_fate(r, &f);
	(void)wd_problem_set(&r->problem, MHD_HTTP_NOT_FOUND, "unknown document",
		"no such id, or too long ago; a document whose request was answered 202 is never lost");
	return wd_push_answer_problem(r);
}

static int first_call(struct wd_push *p, struct MHD_Connection *conn, struct wd_str path,
	struct wd_str method, void **state)
{
	const union MHD_ConnectionInfo *i =
		MHD_get_connection_info(conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct wd_push_request *r = i != NULL && i->socket_context != NULL ? request_new(p) : NULL;
	if (r == NULL)
		return MHD_NO;
	r->conn = conn;
	r->c = i->socket_context;
	*state = r;
	r->c->in_request = true;
	return check_head(r, path, method) ? MHD_YES : wd_push_answer_problem(r);
}

/* ---- libmicrohttpd ---- */

int wd_push_on_request(struct wd_push *p, struct MHD_Connection *conn, const char *url,
	const char *method, const char *upload, size_t *upload_n, void **state)
{
	struct wd_push_request *r = *state;
	struct wd_str path = wd_str_c(url);
	if (r == NULL)
		return first_call(p, conn, path, wd_str_c(method), state);
	if (*upload_n > 0) {
		wd_buf_add(&r->body, (struct wd_str){upload, *upload_n});
		*upload_n = 0;
		if (wd_buf_failed(&r->body) && r->problem.status == 0)
			(void)wd_problem_set(&r->problem, MHD_HTTP_CONTENT_TOO_LARGE, "too large",
				"at most %zu bytes (receive.sources[].max_size)", r->body.max);
		return MHD_YES;
	}
	if (r->is_hub && r->source == NULL)
		return wd_push_hub_verify(r, wd_str_from(path, strlen(WD_PUSH_WEBSUB)));
	if (r->source == NULL)
		return get_document(r, path);
	return r->is_waiting ? finish(r) : finish_body(r, path);
}

void wd_push_on_completed(void **state)
{
	struct wd_push_request *r = *state;
	if (r == NULL)
		return;
	r->c->since_us = wd_clock_mono_us();
	r->c->waits = false;
	r->c->in_request = false;
	request_free(r);
	*state = NULL;
}
