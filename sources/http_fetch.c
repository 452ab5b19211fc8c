/*
 * libcurl's multi_socket interface on libuv: curl says which sockets and which timeout it wants
 * watched, libuv watches them, so thousands of transfers cost one epoll.
 *
 * Redirects are followed here, not by curl: each hop is checked (http and https only), credentials
 * and configured headers go only to the origin they were configured for, and a chain of only 301
 * and 308 is told apart from one with a 302 in it.
 *
 * Limits: body (decompressed), ratio of decompressed to received bytes, all headers, number of
 * redirects, connect time, total time over all hops, low speed. The network guard sits in the
 * socket-opening callback: it sees the address curl is about to connect to, whatever name or
 * redirect led there. A connection that is reused was checked when it was opened.
 *
 * Concurrency: loop thread only. curl's callbacks run inside curl_multi_socket_action.
 */
#include "sources/http_fetch.h"

#include <curl/curl.h>
#include <netdb.h>
#include <stdarg.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/url.h"
#include "base/vec.h"
#include "sources/unpack.h"

#define MAX_HEADERS 500
#define FETCH_ARENA_BYTES (8 * WD_MIB)
#define RATIO_FROM_BYTES WD_MIB

struct wd_fetcher {
	uv_loop_t *loop;
	const struct wd_http_conf *http;
	CURLM *multi;
	uv_timer_t timer;
	uv_timer_t later; /* finished fetches are told from here, never from inside curl */
	struct wd_fetch *running, *finished;
	bool is_closing;
};

/* A socket curl wants watched; freed by libuv's close callback. */
struct watch {
	uv_poll_t poll;
	struct wd_fetcher *f;
	curl_socket_t fd;
};

struct wd_fetch {
	struct wd_fetcher *f;
	struct wd_fetch *prev, *next;
	CURL *easy;
	struct curl_slist *list;
	struct wd_fetch_request req;
	wd_fetch_done *done;
	void *ctx;
	struct wd_arena *mem;
	struct wd_buf body;
	struct wd_unpack *unpack; /* of this hop; made when its body begins */
	struct wd_err unpack_err;
	WD_VEC(struct wd_header) headers;
	WD_VEC(struct wd_header) sent; /* for the archive: values that may be secret left out */
	size_t header_bytes;
	const char *url; /* of this hop */
	unsigned hops;
	bool all_permanent, in_body, refused, too_large, is_bomb, headers_too_large;
	char refused_address[64];
	char curl_text[CURL_ERROR_SIZE];
	int64_t started_us;
	struct wd_fetch_result r;
};

/* ---- curl's callbacks ---- */

static struct wd_str header(const struct wd_fetch *t, const char *name)
{
	for (size_t i = 0; i < t->headers.n; i++) {
		if (wd_str_ieqc(t->headers.v[i].name, name))
			return t->headers.v[i].value;
	}
	return WD_STR_NONE;
}

static int take_unpacked(struct wd_str out, void *ctx, struct wd_err *err)
{
	struct wd_fetch *t = ctx;
	size_t n = t->body.n + out.n;
	curl_off_t wire = 0;
	t->too_large = n > t->req.conf->max_bytes;
	t->is_bomb = !t->too_large && n > RATIO_FROM_BYTES &&
		     curl_easy_getinfo(t->easy, CURLINFO_SIZE_DOWNLOAD_T, &wire) == CURLE_OK &&
		     (int64_t)n / WD_MAX((int64_t)wire, 1) > t->f->http->max_ratio;
	if (t->too_large || t->is_bomb)
		return wd_err_set(err, WD_E_LIMIT, "too large");
	wd_buf_add(&t->body, out);
	return wd_buf_failed(&t->body) ? wd_err_set(err, WD_E_NOMEM, "out of memory") : WD_OK;
}

static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
	struct wd_fetch *t = ctx;
	struct wd_str in = {p, size * n};
	t->in_body = true;
	if (t->unpack == NULL) {
		t->unpack = wd_unpack_new(header(t, "content-encoding"), &t->unpack_err);
		if (t->unpack == NULL)
			return 0;
	}
	return wd_unpack_feed(t->unpack, in, take_unpacked, t, &t->unpack_err) == WD_OK ? in.n : 0;
}

static size_t on_header(char *p, size_t size, size_t n, void *ctx)
{
	struct wd_fetch *t = ctx;
	struct wd_str line = {p, size * n};
	t->header_bytes += line.n;
	if (t->header_bytes > t->f->http->max_header_bytes || t->headers.n >= MAX_HEADERS) {
		t->headers_too_large = true;
		return 0;
	}
	if (t->in_body) /* trailers say nothing we use */
		return line.n;
	if (wd_str_starts(line, WD_STR("HTTP/"))) { /* an interim response came before */
		t->headers.n = 0;
		return line.n;
	}
	size_t colon = wd_str_chr(line, ':', 0);
	if (colon == SIZE_MAX || colon == 0)
		return line.n;
	struct wd_header *h = wd_vec_push(t->mem, &t->headers);
	if (h == NULL)
		return 0;
	h->name = wd_arena_str(t->mem, wd_str_sub(line, 0, colon));
	h->value = wd_arena_str(t->mem, wd_str_trim(wd_str_from(line, colon + 1)));
	return line.n;
}

static curl_socket_t on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct wd_fetch *t = ctx;
	(void)purpose;
	/* With a proxy the address is the proxy's, which the operator chose. */
	if (t->req.conf->proxy.n == 0 && !wd_addr_allowed(&a->addr, t->f->http->allow_private.v,
						 t->f->http->allow_private.n)) {
		t->refused = true;
		(void)getnameinfo(&a->addr, (socklen_t)a->addrlen, t->refused_address,
			sizeof(t->refused_address), NULL, 0, NI_NUMERICHOST);
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

/* ---- libuv side ---- */

static void check_done(struct wd_fetcher *f);

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct watch *w = poll->data;
	struct wd_fetcher *f = w->f;
	int flags = 0, running;
	if (status < 0)
		flags = CURL_CSELECT_ERR;
	if (events & UV_READABLE)
		flags |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		flags |= CURL_CSELECT_OUT;
	(void)curl_multi_socket_action(f->multi, w->fd, flags, &running);
	check_done(f);
}

static void on_watch_closed(uv_handle_t *h)
{
	free(h->data);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *sock_ctx)
{
	struct wd_fetcher *f = ctx;
	struct watch *w = sock_ctx;
	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (w != NULL) {
			(void)uv_poll_stop(&w->poll);
			uv_close((uv_handle_t *)&w->poll, on_watch_closed);
			(void)curl_multi_assign(f->multi, fd, NULL);
		}
		return 0;
	}
	if (w == NULL) {
		w = calloc(1, sizeof(*w));
		if (w == NULL)
			return -1;
		w->f = f;
		w->fd = fd;
		if (uv_poll_init_socket(f->loop, &w->poll, fd) != 0) {
			free(w);
			return -1;
		}
		w->poll.data = w;
		(void)curl_multi_assign(f->multi, fd, w);
	}
	int events =
		(what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
	return uv_poll_start(&w->poll, events, on_ready) == 0 ? 0 : -1;
}

static void on_timeout(uv_timer_t *timer)
{
	struct wd_fetcher *f = timer->data;
	int running;
	(void)curl_multi_socket_action(f->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	check_done(f);
}

static int on_timer(CURLM *multi, long timeout_ms, void *ctx)
{
	struct wd_fetcher *f = ctx;
	(void)multi;
	if (f->is_closing)
		return 0;
	if (timeout_ms < 0)
		return uv_timer_stop(&f->timer);
	/* 0 means soon, but not from inside this callback */
	return uv_timer_start(&f->timer, on_timeout, (uint64_t)WD_MAX(timeout_ms, 1), 0);
}

/* ---- one hop ---- */

static void note_sent(struct wd_fetch *t, const char *name, struct wd_str value)
{
	struct wd_header *h = wd_vec_push(t->mem, &t->sent);
	if (h != NULL)
		*h = (struct wd_header){wd_str_c(name), wd_arena_str(t->mem, value)};
}

static void add_header(struct wd_fetch *t, const char *name, struct wd_str value)
{
	struct wd_str line = wd_arena_printf(t->mem, "%s: %.*s", name, WD_STR_ARG(value));
	struct curl_slist *more = line.n > 0 ? curl_slist_append(t->list, line.p) : NULL;
	if (more != NULL)
		t->list = more;
}

/* scheme, host and port are those the credentials were configured for */
static bool is_home(const struct wd_fetch *t)
{
	struct wd_url a = wd_url_split(t->req.conf->url), b = wd_url_split(wd_str_c(t->url));
	return wd_str_ieq(a.scheme, b.scheme) && wd_str_ieq(a.host, b.host) &&
	       wd_str_eq(a.port, b.port);
}

static void set_headers(struct wd_fetch *t)
{
	const struct wd_feed_conf *c = t->req.conf;
	const struct wd_http_conf *http = t->f->http;
	struct wd_str accept =
		WD_STR("application/atom+xml, application/rss+xml, application/feed+json, "
		       "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5");
	bool has_mail = wd_str_chr(http->contact, '@', 0) != SIZE_MAX;
	const struct wd_header ours[] = {{WD_STR("Accept"), accept},
		{WD_STR("From"), has_mail ? http->contact : WD_STR_NONE},
		{WD_STR("If-None-Match"), t->req.etag},
		{WD_STR("If-Modified-Since"), t->req.last_modified}};
	curl_slist_free_all(t->list);
	t->list = NULL;
	t->sent.n = 0;
	for (size_t i = 0; i < WD_COUNTOF(ours); i++) {
		if (ours[i].value.n == 0)
			continue;
		add_header(t, ours[i].name.p, ours[i].value);
		note_sent(t, ours[i].name.p, ours[i].value);
	}
	if (!is_home(t))
		return;
	for (size_t i = 0; i < c->headers.n; i++) {
		const char *name = wd_arena_cstr(t->mem, c->headers.v[i].key);
		if (name == NULL)
			continue;
		add_header(t, name, c->headers.v[i].value);
		note_sent(t, name, WD_STR("(not archived)")); /* it may be a key */
	}
	if (c->auth.token.n > 0)
		add_header(
			t, "Authorization", wd_arena_cat(t->mem, WD_STR("Bearer "), c->auth.token));
}

static void set_strings(struct wd_fetch *t)
{
	const struct wd_feed_conf *c = t->req.conf;
	const struct wd_http_conf *http = t->f->http;
	struct wd_str ua = c->user_agent.n > 0 ? c->user_agent : http->user_agent;
	if (ua.n == 0 && http->contact.n > 0)
		ua = wd_arena_printf(
			t->mem, "wiredesk/%s (+%.*s)", PACKAGE_VERSION, WD_STR_ARG(http->contact));
	else if (ua.n == 0)
		ua = WD_STR("wiredesk/" PACKAGE_VERSION);
	(void)curl_easy_setopt(t->easy, CURLOPT_URL, t->url);
	(void)curl_easy_setopt(t->easy, CURLOPT_USERAGENT, wd_arena_cstr(t->mem, ua));
	note_sent(t, "User-Agent", ua);
	(void)curl_easy_setopt(
		t->easy, CURLOPT_PROXY, c->proxy.n > 0 ? wd_arena_cstr(t->mem, c->proxy) : "");
	(void)curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->list);
	if (http->ca_file.n > 0)
		(void)curl_easy_setopt(
			t->easy, CURLOPT_CAINFO, wd_arena_cstr(t->mem, http->ca_file));
	if (c->auth.user.n > 0 && is_home(t)) {
		(void)curl_easy_setopt(t->easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
		(void)curl_easy_setopt(
			t->easy, CURLOPT_USERNAME, wd_arena_cstr(t->mem, c->auth.user));
		(void)curl_easy_setopt(
			t->easy, CURLOPT_PASSWORD, wd_arena_cstr(t->mem, c->auth.password));
	}
}

static void set_options(struct wd_fetch *t)
{
	const struct wd_http_conf *http = t->f->http;
	int64_t left_ms = (http->timeout_us - (wd_clock_mono_us() - t->started_us)) / 1000;
	set_headers(t);
	set_strings(t);
	if (t->req.form.n > 0) {
		(void)curl_easy_setopt(
			t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->req.form.n);
		(void)curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, t->req.form.p);
	}
	(void)curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	(void)curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(t->easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate, br, zstd");
	(void)curl_easy_setopt(t->easy, CURLOPT_HTTP_CONTENT_DECODING, 0L); /* sources/unpack.h */
	(void)curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->curl_text);
	(void)curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	(void)curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_header);
	(void)curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
	(void)curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	(void)curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t);
	(void)curl_easy_setopt(
		t->easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)t->req.conf->max_bytes);
	(void)curl_easy_setopt(
		t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(http->connect_timeout_us / 1000));
	(void)curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)WD_MAX(left_ms, 1));
	(void)curl_easy_setopt(t->easy, CURLOPT_LOW_SPEED_LIMIT, (long)http->low_speed_bytes);
	(void)curl_easy_setopt(
		t->easy, CURLOPT_LOW_SPEED_TIME, (long)(http->low_speed_time_us / WD_SEC));
}

static void finish(struct wd_fetch *t);

static void start_hop(struct wd_fetch *t)
{
	t->headers.n = 0;
	t->in_body = false;
	t->body.n = 0;
	wd_unpack_free(t->unpack);
	t->unpack = NULL;
	t->unpack_err = (struct wd_err){0};
	t->curl_text[0] = '\0';
	curl_easy_reset(t->easy);
	set_options(t);
	if (curl_multi_add_handle(t->f->multi, t->easy) != CURLM_OK) {
		t->r.health = WD_POLL_UNREACHABLE;
		(void)snprintf(t->r.reason, sizeof(t->r.reason), "out of memory");
		finish(t);
	}
}

/* ---- what came of it ---- */

static void fail(struct wd_fetch *t, enum wd_poll_health h, const char *fmt, ...) WD_PRINTF(3, 4);
static void fail(struct wd_fetch *t, enum wd_poll_health h, const char *fmt, ...)
{
	va_list ap;
	t->r.health = h;
	va_start(ap, fmt);
	(void)vsnprintf(t->r.reason, sizeof(t->r.reason), fmt, ap);
	va_end(ap);
}

/* A transfer that curl ended. */
static void judge_error(struct wd_fetch *t, CURLcode code)
{
	const char *why = t->curl_text[0] != '\0' ? t->curl_text : curl_easy_strerror(code);
	if (t->refused)
		fail(t, WD_POLL_REFUSED_ADDRESS,
			"leads to the private address %s: list its range in http.allow_private if that is meant",
			t->refused_address);
	else if (t->too_large || code == CURLE_FILESIZE_EXCEEDED)
		fail(t, WD_POLL_TOO_LARGE,
			"the response is over %llu bytes and was cut off: raise feeds[].max_size or "
			"limits.document if that is meant",
			(unsigned long long)t->req.conf->max_bytes);
	else if (t->is_bomb)
		fail(t, WD_POLL_BOMB,
			"the response unpacks to over %lld times its size and was cut off "
			"(http.max_ratio): looks like a decompression bomb",
			(long long)t->f->http->max_ratio);
	else if (t->headers_too_large)
		fail(t, WD_POLL_PROTOCOL,
			"the response's headers are over %llu bytes (http.max_headers)",
			(unsigned long long)t->f->http->max_header_bytes);
	else if (code == CURLE_OPERATION_TIMEDOUT)
		fail(t, WD_POLL_TIMEOUT, "too slow, given up: %s", why);
	else if (code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR ||
		 code == CURLE_HTTP2_STREAM || (code == CURLE_GOT_NOTHING && t->in_body))
		fail(t, WD_POLL_TRUNCATED, "the response broke off: %s", why);
	else if (code == CURLE_COULDNT_RESOLVE_HOST)
		fail(t, WD_POLL_UNREACHABLE, "%s: check the host name in the URL", why);
	else if (t->unpack_err.code != WD_OK)
		fail(t,
			t->unpack_err.code == WD_E_UNSUPPORTED ? WD_POLL_PROTOCOL
							       : WD_POLL_TRUNCATED,
			"the response cannot be unpacked: %.200s", t->unpack_err.text);
	else if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY ||
		 code == CURLE_URL_MALFORMAT || code == CURLE_HTTP2)
		fail(t, WD_POLL_PROTOCOL, "%s", why);
	else
		fail(t, WD_POLL_UNREACHABLE, "%s", why);
}

static void judge_status(struct wd_fetch *t, int status)
{
	if (status == 304 && (t->req.etag.n > 0 || t->req.last_modified.n > 0)) {
		t->r.is_unchanged = true;
		return;
	}
	if (t->req.form.n > 0 && status >= 200 && status < 300)
		return;
	if (status == 200 || status == 203 || status == 226) {
		if (wd_str_trim(wd_buf_str(&t->body)).n == 0)
			fail(t, WD_POLL_EMPTY,
				"answers %d with an empty body: ask its owner, or remove the feed",
				status);
		return;
	}
	if (status == 401 || status == 403 || status == 407 || status == 451)
		fail(t, WD_POLL_DENIED,
			"answers %d: access is refused; set auth, user_agent or headers, or ask its owner",
			status);
	else if (status == 404)
		fail(t, WD_POLL_MISSING, "answers 404: nothing is there; check the URL");
	else if (status == 410)
		fail(t, WD_POLL_GONE, "answers 410: it is gone for good; remove the feed");
	else if (status == 429)
		fail(t, WD_POLL_LIMITED, "answers 429: polled too often; raise the interval");
	else if (status >= 500)
		fail(t, WD_POLL_SERVER,
			"answers %d: the server is in trouble; it is tried again later", status);
	else
		fail(t, WD_POLL_STATUS, "answers %d, which is no answer to a feed request", status);
}

static int64_t max_age(const struct wd_fetch *t)
{
	struct wd_str rest = header(t, "cache-control"), part, age = header(t, "age");
	uint64_t v, old = 0;
	if (age.n > 0 && wd_str_to_u64(age, 0, 1000000000, &old) != WD_OK)
		old = 0;
	while (rest.n > 0 && wd_str_split(&rest, ',', &part)) {
		part = wd_str_trim(part);
		if (wd_str_istarts(part, WD_STR("max-age=")) &&
			wd_str_to_u64(wd_str_from(part, 8), 0, 1000000000, &v) == WD_OK)
			return v > old ? (int64_t)(v - old) * WD_SEC : 0;
	}
	return 0;
}

static bool is_framed(const struct wd_fetch *t)
{
	long version = 0;
	(void)curl_easy_getinfo(t->easy, CURLINFO_HTTP_VERSION, &version);
	return version >= CURL_HTTP_VERSION_2_0 || header(t, "content-length").n > 0 ||
	       wd_str_ifind(header(t, "transfer-encoding"), WD_STR("chunked"), 0) != SIZE_MAX;
}

/* True when the fetch goes on to another place. */
static bool follow(struct wd_fetch *t, int status)
{
	struct wd_str location = header(t, "location");
	if (status < 300 || status > 308 || status == 304 || status == 305 || status == 306)
		return false;
	if (t->req.form.n > 0 && status == 303)
		return false; /* it would be a GET */
	if (location.n == 0) {
		fail(t, WD_POLL_REDIRECTS, "answers %d without saying where to", status);
		return false;
	}
	struct wd_str to = wd_url_resolve(t->mem, wd_str_c(t->url), location);
	size_t hash = wd_str_chr(to, '#', 0);
	to = wd_str_sub(to, 0, hash);
	if (!wd_url_is_http(to) || to.n > WD_MAX_URL_BYTES) {
		fail(t, WD_POLL_REDIRECTS, "redirects to %s, which is no web address",
			WD_LOGQ(wd_str_sub(location, 0, 100)));
		return false;
	}
	if (t->req.form.n > 0 && wd_str_ieqc(wd_url_split(wd_str_c(t->url)).scheme, "https") &&
		!wd_str_ieqc(wd_url_split(to).scheme, "https")) {
		fail(t, WD_POLL_REDIRECTS, "redirects from https to http, and a secret is in it");
		return false;
	}
	if (++t->hops > t->f->http->max_redirects) {
		fail(t, WD_POLL_REDIRECTS,
			"redirects more than %lld times (last to %.*s): a loop, or raise http.max_redirects",
			(long long)t->f->http->max_redirects, WD_STR_ARG(wd_str_sub(to, 0, 100)));
		return false;
	}
	t->all_permanent = t->all_permanent && (status == 301 || status == 308);
	t->url = wd_arena_cstr(t->mem, to);
	return t->url != NULL;
}

static void fetch_free(struct wd_fetch *t)
{
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->list);
	wd_unpack_free(t->unpack);
	wd_buf_done(&t->body);
	wd_arena_free(t->mem);
	free(t);
}

static void tell(uv_timer_t *timer)
{
	struct wd_fetcher *f = timer->data;
	while (f->finished != NULL) {
		struct wd_fetch *t = f->finished;
		f->finished = t->next;
		if (f->finished != NULL)
			f->finished->prev = NULL;
		t->done(&t->r, t->ctx);
		fetch_free(t);
	}
}

static void list_remove(struct wd_fetch **list, struct wd_fetch *t)
{
	if (t->prev != NULL)
		t->prev->next = t->next;
	else
		*list = t->next;
	if (t->next != NULL)
		t->next->prev = t->prev;
	t->prev = t->next = NULL;
}

static void list_add(struct wd_fetch **list, struct wd_fetch *t)
{
	t->prev = NULL;
	t->next = *list;
	if (*list != NULL)
		(*list)->prev = t;
	*list = t;
}

static void finish(struct wd_fetch *t)
{
	struct wd_fetcher *f = t->f;
	t->r.body = wd_buf_str(&t->body);
	t->r.headers = t->headers.v;
	t->r.header_count = t->headers.n;
	t->r.sent = t->sent.v;
	t->r.sent_count = t->sent.n;
	t->r.url = wd_str_c(t->url);
	if (t->all_permanent && t->hops > 0)
		t->r.permanent = t->r.url;
	t->r.took_us = wd_clock_mono_us() - t->started_us;
	list_remove(&f->running, t);
	list_add(&f->finished, t);
	if (!f->is_closing)
		(void)uv_timer_start(&f->later, tell, 0, 0);
}

static void on_done(struct wd_fetch *t, CURLcode code)
{
	long status = 0;
	curl_off_t retry = 0, wire = 0;
	(void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &retry);
	(void)curl_easy_getinfo(t->easy, CURLINFO_SIZE_DOWNLOAD_T, &wire);
	(void)curl_multi_remove_handle(t->f->multi, t->easy);
	t->r.status = (int)status;
	t->r.health = WD_POLL_OK;
	t->r.wire_bytes += (uint64_t)WD_MAX(wire, 0);
	t->r.retry_after_us = retry > 0 && retry < 100000000 ? (int64_t)retry * WD_SEC : 0;
	if (code == CURLE_OK && follow(t, (int)status)) {
		start_hop(t);
		return;
	}
	if (code == CURLE_OK && t->unpack != NULL &&
		wd_unpack_end(t->unpack, take_unpacked, t, &t->unpack_err) != WD_OK)
		code = CURLE_WRITE_ERROR;
	if (code != CURLE_OK) {
		judge_error(t, code);
	} else if (t->r.health == WD_POLL_OK) {
		t->r.is_framed = is_framed(t);
		t->r.max_age_us = max_age(t);
		judge_status(t, (int)status);
	}
	finish(t);
}

static void check_done(struct wd_fetcher *f)
{
	CURLMsg *msg;
	int left;
	while ((msg = curl_multi_info_read(f->multi, &left)) != NULL) {
		struct wd_fetch *t = NULL;
		CURLcode code = msg->data.result;
		if (msg->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, (char **)&t);
		on_done(t, code);
	}
}

/* ---- interface ---- */

struct wd_fetcher *wd_fetcher_new(
	uv_loop_t *loop, const struct wd_http_conf *http, struct wd_err *err)
{
	struct wd_fetcher *f = calloc(1, sizeof(*f));
	if (f == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(f);
		(void)wd_err_set(err, WD_E_NOMEM, "libcurl does not start");
		return NULL;
	}
	f->loop = loop;
	if (wd_fetcher_set_conf(f, http, err) != WD_OK) {
		free(f);
		return NULL;
	}
	(void)uv_timer_init(loop, &f->timer);
	(void)uv_timer_init(loop, &f->later);
	f->timer.data = f->later.data = f;
	return f;
}

int wd_fetcher_set_conf(struct wd_fetcher *f, const struct wd_http_conf *http, struct wd_err *err)
{
	CURLM *multi = curl_multi_init();
	WD_ASSERT(f->running == NULL);
	if (multi == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	if (f->multi != NULL)
		(void)curl_multi_cleanup(f->multi);
	f->multi = multi;
	f->http = http;
	(void)curl_multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	(void)curl_multi_setopt(f->multi, CURLMOPT_SOCKETDATA, f);
	(void)curl_multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	(void)curl_multi_setopt(f->multi, CURLMOPT_TIMERDATA, f);
	(void)curl_multi_setopt(f->multi, CURLMOPT_MAXCONNECTS, (long)http->max_transfers);
	return WD_OK;
}

struct wd_fetch *wd_fetch_start(
	struct wd_fetcher *f, const struct wd_fetch_request *req, wd_fetch_done *done, void *ctx)
{
	struct wd_fetch *t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->mem = wd_arena_new(FETCH_ARENA_BYTES);
	t->easy = curl_easy_init();
	t->url = t->mem != NULL ? wd_arena_cstr(t->mem, wd_str_c(req->url)) : NULL;
	if (t->easy == NULL || t->url == NULL) {
		curl_easy_cleanup(t->easy);
		wd_arena_free(t->mem);
		free(t);
		return NULL;
	}
	t->f = f;
	t->req = *req;
	t->req.etag = wd_arena_str(t->mem, req->etag);
	t->req.last_modified = wd_arena_str(t->mem, req->last_modified);
	t->req.form = wd_arena_str(t->mem, req->form);
	t->done = done;
	t->ctx = ctx;
	t->all_permanent = true;
	t->started_us = wd_clock_mono_us();
	wd_buf_init(&t->body, req->conf->max_bytes);
	list_add(&f->running, t);
	start_hop(t);
	return t;
}

void wd_fetch_cancel(struct wd_fetch *t)
{
	struct wd_fetcher *f = t->f;
	bool is_finished = false;
	for (const struct wd_fetch *x = f->finished; x != NULL; x = x->next)
		is_finished |= x == t;
	if (!is_finished)
		(void)curl_multi_remove_handle(f->multi, t->easy);
	list_remove(is_finished ? &f->finished : &f->running, t);
	fetch_free(t);
}

void wd_fetcher_close(struct wd_fetcher *f)
{
	f->is_closing = true;
	while (f->running != NULL)
		wd_fetch_cancel(f->running);
	while (f->finished != NULL)
		wd_fetch_cancel(f->finished);
	(void)curl_multi_cleanup(f->multi); /* its sockets go through on_socket */
	f->multi = NULL;
	uv_close((uv_handle_t *)&f->timer, NULL);
	uv_close((uv_handle_t *)&f->later, NULL);
}

void wd_fetcher_free(struct wd_fetcher *f)
{
	free(f);
}
