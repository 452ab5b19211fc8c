/*
 * The server side: connections, requests, answers.
 *
 *   headers ─► route, framing, token, rate, length ─► body (capped) ─► signature, unpack
 *     ─► suspend, deliver ─► … the desk commits … ─► done: resume ─► 202
 *
 * A refusal that the headers allow is given before the body is read. A suspended connection costs
 * no thread, so thousands of requests wait for one group commit.
 *
 * Deadlines are total, not per read: a connection that has not brought a whole request (or nothing
 * at all) within receive.deadline is shut down, however steadily it drips. When there are more
 * connections than allowed, the one idle for longest goes, so idle ones cannot keep others out.
 *
 * The fate of the last documents is kept in a fixed table, by id. It is a convenience (202 says it
 * all); after a restart, or when newer documents took the place, an id is unknown.
 *
 * Concurrency: `lock` guards the connection list, the fates, the sources and the rates. Requests
 * belong to the HTTP thread; on_doc_done() (desk thread) touches a request only between suspend and
 * resume. Nothing calls libmicrohttpd with the lock held, but the shutdown of a socket, which must
 * not meet its closing.
 *
 * libmicrohttpd 0.9.75 takes bare LF line ends and folded headers; intermediaries in front should
 * not. Both transfer codings at once and differing lengths are refused here.
 */
#include "sources/http_push.h"

#include <errno.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/metrics.h"
#include "sources/http_push_impl.h"

#define FATES 65536 /* a power of two */
#define SWEEP_EVERY_MS 250
#define SPARE_CONNECTIONS 64
#define CONNECTION_MEMORY 32768

enum fate_state { FATE_NONE, FATE_PENDING, FATE_DONE, FATE_FAILED };

struct fate {
	struct wd_hash id;
	enum fate_state state;
	uint32_t articles, versions;
	char reason[160];
};

struct conn {
	struct conn *prev, *next;
	int fd;
	int64_t since_us;
	bool in_request, waits; /* waits: for the desk, so not for the client */
};

struct source {
	struct wd_push_conf conf; /* strings in mem */
	double tokens;            /* of the rate limit's bucket */
	int64_t filled_us;
};

/* Settings, replaced whole; a request holds a reference while it uses them. */
struct sources {
	unsigned refs; /* under lock */
	struct wd_arena *mem;
	struct source *v;
	size_t n;
};

struct request {
	struct wd_push *p;
	struct MHD_Connection *conn;
	struct conn *c;
	struct sources *set;
	struct source *source;
	struct wd_buf body;
	bool is_signed, is_submitted, is_finished, is_resumed;
	struct wd_problem problem; /* status 0: none */
	struct wd_hash id;
	int rc;
	size_t articles, versions;
	char reason[160];
};

struct wd_push {
	struct wd_push_opts o;
	struct MHD_Daemon *daemon;
	uv_timer_t sweep;
	pthread_mutex_t lock;
	struct conn *conns;
	size_t conn_count;
	struct sources *sources;
	struct fate *fates;
	bool is_stopping, is_timer_open;
};

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
static struct wd_metric connections = {.name = "wiredesk_push_connections",
	.help = "Open connections of receive",
	.kind = WD_METRIC_GAUGE};

/* ---- answers ---- */

static enum MHD_Result answer(struct request *r, unsigned status, const char *type,
	struct wd_buf *b, unsigned retry_after_s, const char *location)
{
	size_t n = 0;
	char *text = wd_buf_take(b, &n);
	struct MHD_Response *resp =
		text != NULL ? MHD_create_response_from_buffer(n, text, MHD_RESPMEM_MUST_FREE)
			     : NULL;
	if (resp == NULL) {
		free(text);
		return MHD_NO;
	}
	wd_metric_add(&requests[status >= 500 ? 2 : status >= 400 ? 1 : 0], 1);
	(void)MHD_add_response_header(resp, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	if (retry_after_s > 0) {
		char seconds[16];
		(void)snprintf(seconds, sizeof(seconds), "%u", retry_after_s);
		(void)MHD_add_response_header(resp, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
	}
	if (location != NULL)
		(void)MHD_add_response_header(resp, MHD_HTTP_HEADER_LOCATION, location);
	if (status == MHD_HTTP_UNAUTHORIZED)
		(void)MHD_add_response_header(resp, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
	/* an unread body would be taken for the next request */
	if (!r->is_submitted && r->problem.status != 0)
		(void)MHD_add_response_header(resp, MHD_HTTP_HEADER_CONNECTION, "close");
	enum MHD_Result rc = MHD_queue_response(r->conn, status, resp);
	MHD_destroy_response(resp);
	return rc;
}

static enum MHD_Result answer_problem(struct request *r)
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
	return answer(r, p->status, "application/problem+json", &b, p->retry_after_s, NULL);
}

static void fate_json(struct wd_buf *b, const struct fate *f)
{
	static const char *const names[] = {"unknown", "pending", "done", "failed"};
	char hex[WD_HASH_TEXT];
	struct wd_json j;
	wd_json_init(&j, b);
	wd_json_obj(&j);
	wd_json_kv(&j, "id", wd_hash_hex(f->id, hex));
	wd_json_kv(&j, "state", wd_str_c(names[f->state]));
	if (f->state == FATE_DONE) {
		wd_json_kv_int(&j, "articles", f->articles);
		wd_json_kv_int(&j, "versions", f->versions);
	}
	wd_json_kv(&j, "reason", wd_str_c(f->reason));
	wd_json_obj_end(&j);
	wd_buf_putc(b, '\n');
}

static struct fate *fate_slot(struct wd_push *p, struct wd_hash id)
{
	return &p->fates[id.lo & (FATES - 1)];
}

static void fate_put(struct request *r, enum fate_state state)
{
	struct wd_push *p = r->p;
	(void)pthread_mutex_lock(&p->lock);
	struct fate *f = fate_slot(p, r->id);
	*f = (struct fate){.id = r->id,
		.state = state,
		.articles = (uint32_t)WD_MIN(r->articles, (size_t)UINT32_MAX),
		.versions = (uint32_t)WD_MIN(r->versions, (size_t)UINT32_MAX)};
	memcpy(f->reason, r->reason, sizeof(f->reason));
	(void)pthread_mutex_unlock(&p->lock);
}

static bool fate_get(struct wd_push *p, struct wd_hash id, struct fate *ret)
{
	(void)pthread_mutex_lock(&p->lock);
	*ret = *fate_slot(p, id);
	(void)pthread_mutex_unlock(&p->lock);
	return ret->state != FATE_NONE && wd_hash_eq(ret->id, id);
}

static enum MHD_Result answer_fate(struct request *r, unsigned status, const struct fate *f)
{
	struct wd_buf b;
	char location[32 + WD_HASH_TEXT], hex[WD_HASH_TEXT];
	wd_buf_init(&b, 4096);
	fate_json(&b, f);
	(void)snprintf(
		location, sizeof(location), "/v1/documents/%.32s", wd_hash_hex(f->id, hex).p);
	return answer(r, status, "application/json", &b, 0,
		status == MHD_HTTP_ACCEPTED ? location : NULL);
}

/* After the desk: the commit has happened, or the document was given up. */
static enum MHD_Result answer_done(struct request *r)
{
	struct fate f;
	if (r->rc == WD_OK) {
		if (!fate_get(r->p, r->id, &f)) /* a newer one took its place */
			f = (struct fate){.id = r->id, .state = FATE_DONE};
		return answer_fate(r, MHD_HTTP_ACCEPTED, &f);
	}
	if (r->rc == WD_E_TRANSIENT || r->rc == WD_E_FULL || r->rc == WD_E_DENIED) {
		(void)wd_problem_set(&r->problem, MHD_HTTP_SERVICE_UNAVAILABLE, "not now",
			"the document was not stored: send it again");
		r->problem.retry_after_s = 1;
	} else {
		(void)wd_problem_set(&r->problem, MHD_HTTP_UNPROCESSABLE_CONTENT,
			"not a document that can be read", "%.150s",
			r->reason[0] != '\0' ? r->reason : wd_rc_name(r->rc));
	}
	return answer_problem(r);
}

/* ---- sources ---- */

static void sources_unref(struct wd_push *p, struct sources *s)
{
	if (s == NULL)
		return;
	(void)pthread_mutex_lock(&p->lock);
	bool last = --s->refs == 0;
	(void)pthread_mutex_unlock(&p->lock);
	if (last)
		wd_arena_free(s->mem);
}

static void copy_list(struct wd_arena *a, const wd_conf_strs *from, wd_conf_strs *to)
{
	*to = (wd_conf_strs){0};
	for (size_t i = 0; i < from->n; i++) {
		struct wd_str *s = wd_vec_push(a, to);
		if (s != NULL)
			*s = wd_arena_str(a, from->v[i]);
	}
}

int wd_push_set_sources(
	struct wd_push *p, const struct wd_push_conf *list, size_t n, struct wd_err *err)
{
	struct wd_arena *a = wd_arena_new(64 * WD_MIB);
	struct sources *s = a != NULL ? wd_arena_new_of(a, struct sources) : NULL;
	struct source *v = s != NULL ? wd_arena_array(a, n + 1, sizeof(*v)) : NULL;
	if (v == NULL) {
		wd_arena_free(a);
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	}
	*s = (struct sources){.refs = 1, .mem = a, .v = v, .n = n};
	for (size_t i = 0; i < n; i++) {
		struct wd_push_conf *c = &v[i].conf;
		*c = list[i];
		c->name = wd_arena_str(a, list[i].name);
		c->format = wd_arena_str(a, list[i].format);
		c->timezone = wd_arena_str(a, list[i].timezone);
		c->language = wd_arena_str(a, list[i].language);
		c->charset = wd_arena_str(a, list[i].charset);
		copy_list(a, &list[i].tokens, &c->tokens);
		copy_list(a, &list[i].hmac_keys, &c->hmac_keys);
		v[i].tokens = (double)c->rate;
		v[i].filled_us = wd_clock_mono_us();
	}
	(void)pthread_mutex_lock(&p->lock);
	struct sources *old = p->sources;
	p->sources = s;
	(void)pthread_mutex_unlock(&p->lock);
	sources_unref(p, old);
	return WD_OK;
}

static bool find_source(struct request *r, struct wd_str name)
{
	struct wd_push *p = r->p;
	(void)pthread_mutex_lock(&p->lock);
	r->set = p->sources;
	r->set->refs++;
	(void)pthread_mutex_unlock(&p->lock);
	for (size_t i = 0; i < r->set->n && r->source == NULL; i++) {
		if (wd_str_eq(r->set->v[i].conf.name, name))
			r->source = &r->set->v[i];
	}
	if (r->source != NULL)
		return true;
	return wd_problem_set(&r->problem, MHD_HTTP_NOT_FOUND, "no such source",
		"receive.sources has no source of this name");
}

/* A bucket of one second's worth of requests. */
static bool rate_ok(struct request *r)
{
	struct source *s = r->source;
	double rate = (double)s->conf.rate;
	if (s->conf.rate == 0)
		return true;
	(void)pthread_mutex_lock(&r->p->lock);
	int64_t now = wd_clock_mono_us();
	s->tokens =
		WD_MIN(WD_MAX(rate, 1.0), s->tokens + rate * (double)(now - s->filled_us) / 1e6);
	s->filled_us = now;
	bool ok = s->tokens >= 1;
	if (ok)
		s->tokens -= 1;
	(void)pthread_mutex_unlock(&r->p->lock);
	if (ok)
		return true;
	(void)wd_problem_set(&r->problem, MHD_HTTP_TOO_MANY_REQUESTS, "too many requests",
		"this source may send %" PRId64 " a second (receive.sources[].rate)", s->conf.rate);
	r->problem.retry_after_s = 1;
	return false;
}

/* ---- documents ---- */

static void on_doc_done(struct wd_doc *doc, int rc, void *ctx)
{
	struct request *r = ctx;
	(void)doc;
	r->rc = rc;
	fate_put(r, rc == WD_OK ? FATE_DONE : FATE_FAILED);
	struct MHD_Connection *conn = r->conn;
	r->is_finished = true;
	MHD_resume_connection(conn);
}

void wd_push_reported(
	const struct wd_doc *doc, size_t articles, size_t new_versions, const char *reason)
{
	struct request *r = doc->done == on_doc_done ? doc->done_ctx : NULL;
	if (r == NULL)
		return;
	r->articles = articles;
	r->versions = new_versions;
	if (reason != NULL)
		(void)snprintf(r->reason, sizeof(r->reason), "%s", reason);
}

static struct wd_doc *make_doc(struct request *r)
{
	const struct wd_push_conf *c = &r->source->conf;
	struct wd_doc *doc = wd_doc_new(r->body.n + 2 * c->max_bytes + WD_MIB);
	if (doc == NULL)
		return NULL;
	struct wd_arena *a = doc->mem;
	doc->origin = WD_DOC_PUSH;
	doc->feed = wd_arena_str(a, c->name);
	doc->feed_url = wd_arena_cat(a, WD_STR("urn:wiredesk:source:"), c->name);
	doc->input = wd_arena_cat(a, WD_STR("/v1/ingest/"), c->name);
	doc->fetched_at_us = wd_clock_now_us();
	doc->hints = (struct wd_doc_hints){.timezone = wd_arena_str(a, c->timezone),
		.language = wd_arena_str(a, c->language),
		.charset = wd_arena_str(a, c->charset),
		.format = wd_arena_str(a, c->format)};
	doc->done = on_doc_done;
	doc->done_ctx = r;
	return doc;
}

static struct wd_hash document_id(const struct request *r, const struct wd_doc *doc)
{
	wd_cleanup(wd_hasher_freep) struct wd_hasher *h = wd_hasher_new();
	struct wd_str key = wd_push_header(r->conn, "Idempotency-Key");
	if (h == NULL)
		return wd_hash_bytes(doc->body);
	wd_hasher_add(h, r->source->conf.name);
	/* the sender's own name for it counts; else the bytes are the name */
	wd_hasher_add(h, key.n > 0 ? key : doc->body);
	return wd_hasher_end(h);
}

static void set_waits(struct request *r, bool waits)
{
	(void)pthread_mutex_lock(&r->p->lock);
	r->c->waits = waits;
	(void)pthread_mutex_unlock(&r->p->lock);
}

/* True: handed over, the answer comes from on_doc_done. */
static bool submit(struct request *r, struct wd_doc *doc)
{
	struct fate known;
	r->id = document_id(r, doc);
	bool has_key = wd_push_header(r->conn, "Idempotency-Key").n > 0;
	if (has_key && fate_get(r->p, r->id, &known) && known.state == FATE_PENDING)
		return wd_problem_set(&r->problem, MHD_HTTP_CONFLICT, "still in work",
			"a request with this Idempotency-Key is not answered yet");
	if (has_key && fate_get(r->p, r->id, &known) && known.state == FATE_DONE) {
		r->rc = WD_OK;
		r->is_finished = true;
		return false;
	}
	fate_put(r, FATE_PENDING);
	set_waits(r, true);
	MHD_suspend_connection(r->conn);
	int rc = r->p->o.deliver(doc, r->p->o.ctx);
	if (rc == WD_OK)
		return true;
	/* the answer comes with the next call: a suspended connection takes none */
	MHD_resume_connection(r->conn);
	r->is_resumed = true;
	(void)wd_problem_set(&r->problem, MHD_HTTP_SERVICE_UNAVAILABLE,
		rc == WD_E_FULL ? "full" : "stopping",
		rc == WD_E_FULL ? "the pipeline is full: send it again"
				: "the daemon is stopping: send it again");
	r->problem.retry_after_s = 1;
	return false;
}

/* The body is whole. */
static enum MHD_Result finish_body(struct request *r)
{
	struct wd_str body = wd_buf_str(&r->body);
	if (r->problem.status != 0)
		return answer_problem(r);
	struct wd_doc *doc = make_doc(r);
	const struct wd_push_conf *c = &r->source->conf;
	bool ok =
		doc != NULL &&
		(!r->is_signed || wd_push_auth_body(wd_push_header(r->conn, "X-Wiredesk-Signature"),
					  c, body, wd_clock_now_us(), &r->problem));
	ok = ok && wd_push_unpack(wd_push_header(r->conn, MHD_HTTP_HEADER_CONTENT_TYPE),
			   wd_push_header(r->conn, MHD_HTTP_HEADER_CONTENT_ENCODING), c->max_bytes,
			   body, doc, &r->problem);
	r->is_submitted = true;
	if (ok && submit(r, doc))
		return MHD_YES;
	wd_doc_free(doc);
	if (r->is_resumed)
		return MHD_YES;
	if (r->is_finished)
		return answer_done(r);
	if (r->problem.status == 0)
		(void)wd_problem_set(&r->problem, MHD_HTTP_SERVICE_UNAVAILABLE, "no memory",
			"out of memory: send it again");
	return answer_problem(r);
}

/* ---- requests ---- */

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

static bool check_length(struct request *r)
{
	struct wd_str length = wd_push_header(r->conn, MHD_HTTP_HEADER_CONTENT_LENGTH);
	uint64_t n;
	if (length.n > 0 && wd_str_to_u64(length, 0, UINT64_MAX, &n) == WD_OK &&
		n > r->source->conf.max_bytes)
		return wd_problem_set(&r->problem, MHD_HTTP_CONTENT_TOO_LARGE, "too large",
			"at most %" PRIu64 " bytes (receive.sources[].max_size)",
			r->source->conf.max_bytes);
	return true;
}

/* All that the headers decide. */
static bool check_head(struct request *r, struct wd_str path, struct wd_str method)
{
	static const struct wd_str ingest = {"/v1/ingest/", 11};
	if (!wd_push_framing_ok(r->conn, &r->problem))
		return false;
	if (!wd_str_starts(path, ingest))
		return wd_problem_set(&r->problem, MHD_HTTP_NOT_FOUND, "nothing here",
			"POST /v1/ingest/SOURCE and GET /v1/documents/ID are answered");
	if (!wd_str_eqc(method, MHD_HTTP_METHOD_POST))
		return wd_problem_set(
			&r->problem, MHD_HTTP_METHOD_NOT_ALLOWED, "wrong method", "use POST");
	if (!find_source(r, wd_str_from(path, ingest.n)))
		return false;
	if (!wd_push_auth_head(
		    r->conn, &r->source->conf, is_local(r->conn), &r->is_signed, &r->problem))
		return false;
	if (!rate_ok(r) || !check_length(r))
		return false;
	wd_buf_init(&r->body, r->source->conf.max_bytes);
	return true;
}

static bool is_status_path(struct wd_str path)
{
	return wd_str_starts(path, WD_STR("/v1/documents/"));
}

static enum MHD_Result get_document(struct request *r, struct wd_str path)
{
	struct wd_hash id;
	struct fate f;
	if (wd_hash_from_hex(wd_str_from(path, strlen("/v1/documents/")), &id) == WD_OK &&
		fate_get(r->p, id, &f))
		return answer_fate(r, MHD_HTTP_OK, &f);
	(void)wd_problem_set(&r->problem, MHD_HTTP_NOT_FOUND, "unknown document",
		"no such id, or too long ago, or before the last start; a document whose request was "
		"answered 202 is stored");
	return answer_problem(r);
}

static enum MHD_Result first_call(struct wd_push *p, struct MHD_Connection *conn,
	struct wd_str path, struct wd_str method, void **state)
{
	struct request *r = calloc(1, sizeof(*r));
	const union MHD_ConnectionInfo *i =
		MHD_get_connection_info(conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	if (r == NULL || i == NULL || i->socket_context == NULL) {
		free(r);
		return MHD_NO;
	}
	r->p = p;
	r->conn = conn;
	r->c = i->socket_context;
	wd_buf_init(&r->body, 0);
	*state = r;
	(void)pthread_mutex_lock(&p->lock);
	r->c->in_request = true;
	(void)pthread_mutex_unlock(&p->lock);
	if (is_status_path(path) && wd_str_eqc(method, MHD_HTTP_METHOD_GET))
		return MHD_YES;
	if (check_head(r, path, method))
		return MHD_YES;
	return answer_problem(r);
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *conn, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_n, void **state)
{
	struct request *r = *state;
	struct wd_str path = wd_str_c(url);
	(void)version;
	if (r == NULL)
		return first_call(ctx, conn, path, wd_str_c(method), state);
	if (*upload_n > 0) {
		wd_buf_add(&r->body, (struct wd_str){upload, *upload_n});
		*upload_n = 0;
		if (wd_buf_failed(&r->body) && r->problem.status == 0)
			(void)wd_problem_set(&r->problem, MHD_HTTP_CONTENT_TOO_LARGE, "too large",
				"at most %zu bytes (receive.sources[].max_size)", r->body.max);
		return MHD_YES;
	}
	if (r->source == NULL)
		return get_document(r, path);
	if (!r->is_submitted)
		return finish_body(r);
	if (!r->is_finished && r->problem.status == 0)
		return MHD_YES;
	set_waits(r, false);
	return r->problem.status != 0 ? answer_problem(r) : answer_done(r);
}

static void on_completed(
	void *ctx, struct MHD_Connection *conn, void **state, enum MHD_RequestTerminationCode code)
{
	struct wd_push *p = ctx;
	struct request *r = *state;
	(void)conn;
	(void)code;
	if (r == NULL)
		return;
	(void)pthread_mutex_lock(&p->lock);
	r->c->in_request = r->c->waits = false;
	r->c->since_us = wd_clock_mono_us();
	(void)pthread_mutex_unlock(&p->lock);
	sources_unref(p, r->set);
	wd_buf_done(&r->body);
	free(r);
	*state = NULL;
}

/* ---- connections ---- */

/* Lock held. The socket is still MHD's: it is removed from the list before it is closed. */
static void shed_oldest(struct wd_push *p)
{
	struct conn *oldest = NULL;
	for (struct conn *c = p->conns; c != NULL; c = c->next) {
		if (!c->in_request && c->fd >= 0 &&
			(oldest == NULL || c->since_us < oldest->since_us))
			oldest = c;
	}
	if (oldest != NULL) {
		(void)shutdown(oldest->fd, SHUT_RDWR);
		oldest->in_request = true; /* not chosen twice */
	}
}

static void on_connection(void *ctx, struct MHD_Connection *conn, void **socket_ctx,
	enum MHD_ConnectionNotificationCode code)
{
	struct wd_push *p = ctx;
	struct conn *c = *socket_ctx;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *i =
			MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD);
		c = calloc(1, sizeof(*c));
		*socket_ctx = c;
		if (c == NULL)
			return;
		c->fd = i != NULL ? i->connect_fd : -1;
		c->since_us = wd_clock_mono_us();
		(void)pthread_mutex_lock(&p->lock);
		c->next = p->conns;
		if (p->conns != NULL)
			p->conns->prev = c;
		p->conns = c;
		if (++p->conn_count > (size_t)p->o.max_connections)
			shed_oldest(p);
		(void)pthread_mutex_unlock(&p->lock);
	} else if (c != NULL) {
		(void)pthread_mutex_lock(&p->lock);
		if (c->prev != NULL)
			c->prev->next = c->next;
		else
			p->conns = c->next;
		if (c->next != NULL)
			c->next->prev = c->prev;
		p->conn_count--;
		(void)pthread_mutex_unlock(&p->lock);
		free(c);
		*socket_ctx = NULL;
	}
	wd_metric_set(&connections, (int64_t)p->conn_count);
}

static void on_sweep(uv_timer_t *t)
{
	struct wd_push *p = t->data;
	int64_t now = wd_clock_mono_us();
	(void)pthread_mutex_lock(&p->lock);
	for (struct conn *c = p->conns; c != NULL; c = c->next) {
		if (!c->waits && c->fd >= 0 && now - c->since_us > p->o.deadline_us) {
			(void)shutdown(c->fd, SHUT_RDWR);
			c->since_us = now;
		}
	}
	(void)pthread_mutex_unlock(&p->lock);
}

/* ---- interface ---- */

static struct MHD_Daemon *start_daemon(struct wd_push *p)
{
	const struct wd_push_opts *o = &p->o;
	struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, wd_unconst(o->tls_cert.p)},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, wd_unconst(o->tls_key.p)}, {MHD_OPTION_END, 0, NULL}};
	struct MHD_OptionItem where[] = {
		{o->fd >= 0 ? MHD_OPTION_LISTEN_SOCKET : MHD_OPTION_SOCK_ADDR,
			o->fd >= 0 ? o->fd : 0, o->fd >= 0 ? NULL : (void *)&p->o.addr},
		{MHD_OPTION_END, 0, NULL}};
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
	if (o->fd < 0 && o->addr.ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	if (o->tls_cert.n > 0)
		flags |= MHD_USE_TLS;
	return MHD_start_daemon(flags, 0, NULL, NULL, on_request, p, MHD_OPTION_ARRAY, where,
		MHD_OPTION_ARRAY, o->tls_cert.n > 0 ? tls : tls + 2, MHD_OPTION_NOTIFY_CONNECTION,
		on_connection, p, MHD_OPTION_NOTIFY_COMPLETED, on_completed, p,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)o->max_connections + SPARE_CONNECTIONS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U, MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024U,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
}

struct wd_push *wd_push_new(const struct wd_push_opts *opts, struct wd_err *err)
{
	struct wd_push *p = calloc(1, sizeof(*p));
	struct fate *fates = calloc(FATES, sizeof(*fates));
	if (p == NULL || fates == NULL) {
		free(p);
		free(fates);
		(void)wd_err_set(err, WD_E_NOMEM, "out of memory");
		return NULL;
	}
	p->o = *opts;
	p->fates = fates;
	(void)pthread_mutex_init(&p->lock, NULL);
	if (wd_push_set_sources(p, opts->sources, opts->source_count, err) == WD_OK) {
		p->daemon = start_daemon(p);
		if (p->daemon == NULL)
			(void)wd_err_set(err, WD_E_SYS,
				"receive.listen: cannot listen (%s): is another program on that port? wrong "
				"certificate?",
				strerror(errno));
	}
	if (p->daemon == NULL) {
		wd_push_free(p);
		return NULL;
	}
	(void)uv_timer_init(opts->loop, &p->sweep);
	p->sweep.data = p;
	p->is_timer_open = true;
	(void)uv_timer_start(&p->sweep, on_sweep, SWEEP_EVERY_MS, SWEEP_EVERY_MS);
	for (size_t i = 0; i < WD_COUNTOF(requests); i++)
		wd_metric_register(&requests[i]);
	wd_metric_register(&connections);
	return p;
}

uint16_t wd_push_port(const struct wd_push *p)
{
	const union MHD_DaemonInfo *i = MHD_get_daemon_info(p->daemon, MHD_DAEMON_INFO_BIND_PORT);
	return i != NULL ? i->port : 0;
}

void wd_push_stop(struct wd_push *p)
{
	if (p->is_stopping)
		return;
	p->is_stopping = true;
	(void)MHD_quiesce_daemon(p->daemon);
	(void)uv_timer_stop(&p->sweep);
	uv_close((uv_handle_t *)&p->sweep, NULL);
	p->is_timer_open = false;
}

void wd_push_close(struct wd_push *p)
{
	MHD_stop_daemon(wd_take(p->daemon));
}

void wd_push_free(struct wd_push *p)
{
	if (p == NULL)
		return;
	sources_unref(p, p->sources);
	(void)pthread_mutex_destroy(&p->lock);
	free(p->fates);
	free(p);
}
