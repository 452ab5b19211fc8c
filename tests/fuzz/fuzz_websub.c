/*
 * A polled page and what is then sent to its callback. Headers (`Name: value`) and requests come a
 * line each, up to an empty line; the rest is the page, and the content that is brought:
 *
 *   GET QUERY        a hub verifies or denies     POST SIGNATURE   content, X-Hub-Signature as
 * given SIGN METHOD      content, signed rightly      SEEN             the page was polled again
 *   LEAVE            the feed goes
 *
 * What discovery finds is addresses of the web, each once and few; a challenge is echoed only for
 * the subscription's topic; content is taken only when signed with its secret, and always then;
 * what is written down can be restored. No hub is asked: the loop never runs.
 */
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/url.h"
#include "parsers/page_hubs.h"
#include "sources/websub_impl.h"

#define MAX_LINES 64
#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER_ID "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define SECRET "5ec2e7"
#define NEXT_SECRET "5ec2e8"
#define BASE "https://desk.example/"
#define TOPIC "https://news.example/feed"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond))                                                                       \
			abort();                                                                   \
	} while (0)

static const struct wd_http_conf http = {.max_transfers = 1};

struct run {
	struct wd_websub *ws;
	struct wd_arena *a;
	struct wd_doc doc;
	struct wd_header headers[MAX_LINES];
	bool is_denied;
};

static void quiet(enum wd_log_level level, struct wd_str line, void *ctx)
{
	(void)level, (void)line, (void)ctx;
}

/* ---- what is written down ---- */

static void on_save(const struct wd_websub_record *r, void *ctx)
{
	(void)ctx;
	MUST(r->state >= WD_WEBSUB_NONE && r->state < WD_WEBSUB_GONE);
	MUST(wd_str_eq(r->feed, WD_STR("f")) && r->topic.n > 0 && r->secret.n > 0);
	MUST(wd_str_starts(r->callback, WD_STR(BASE "v1/websub/")));
	MUST(r->state == WD_WEBSUB_NONE || r->state == WD_WEBSUB_LEAVING || r->hub.n > 0);
}

static void on_drop(struct wd_str callback, void *ctx)
{
	(void)ctx;
	MUST(wd_str_starts(callback, WD_STR(BASE)));
}

static void on_ended(struct wd_str feed, void *ctx)
{
	(void)ctx;
	MUST(wd_str_eq(feed, WD_STR("f")));
}

/* ---- discovery ---- */

static size_t check_list(struct wd_str list)
{
	struct wd_str w;
	size_t n = 0;
	while (list.n > 0) {
		MUST(wd_str_split(&list, ' ', &w) && wd_url_is_http(w));
		n++;
	}
	return n;
}

static void discover(struct run *r, struct wd_str *hub, struct wd_str *self)
{
	wd_page_hubs(r->a, r->doc.body, r->doc.url, hub, self);
	(void)check_list(*hub);
	MUST(self->n == 0 || check_list(*self) == 1);
	struct wd_str hubs = *hub, topic = *self;
	wd_websub_links(r->a, r->doc.headers, r->doc.header_count, r->doc.url, &hubs, &topic);
	MUST(topic.n == 0 || check_list(topic) == 1);
	hubs = wd_websub_hubs(r->a, hubs);
	size_t n = check_list(hubs);
	MUST(n <= WD_WEBSUB_HUBS && wd_websub_same_hubs(hubs, hubs));
	MUST(wd_str_eq(hubs, wd_websub_hubs(r->a, hubs)));
	struct wd_str turned = hubs;
	for (size_t i = 0; i < n; i++) {
		turned = wd_websub_rotated(r->a, turned);
		MUST(wd_websub_same_hubs(turned, hubs) && check_list(turned) == n);
	}
	MUST(wd_str_eq(turned, hubs));
}

/* ---- the callback ---- */

static int hex_digit(char c)
{
	c = wd_lower(c);
	return wd_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* As the HTTP library hands arguments on. */
static struct wd_str decode(struct wd_arena *a, struct wd_str s)
{
	char *out = wd_arena_bytes(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		int high = i + 2 < s.n && s.p[i] == '%' ? hex_digit(s.p[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(s.p[i + 2]) : -1;
		out[n++] = (char)(low >= 0 ? high << 4 | low : s.p[i] == '+' ? ' ' : s.p[i]);
		i += low >= 0 ? 2 : 0;
	}
	out[n] = '\0';
	return wd_str_c(out);
}

static void get(struct run *r, struct wd_str query)
{
	struct wd_websub_query q = {0};
	const struct {
		const char *name;
		struct wd_str *to;
	} known[] = {{"hub.mode", &q.mode}, {"hub.topic", &q.topic},
		{"hub.challenge", &q.challenge}, {"hub.lease_seconds", &q.lease},
		{"hub.reason", &q.reason}};
	struct wd_str pair;
	while (query.n > 0 && wd_str_split(&query, '&', &pair)) {
		size_t eq = WD_MIN(wd_str_chr(pair, '=', 0), pair.n);
		for (size_t i = 0; i < WD_COUNTOF(known); i++) {
			if (wd_str_eqc(wd_str_sub(pair, 0, eq), known[i].name))
				*known[i].to =
					decode(r->a, wd_str_from(pair, WD_MIN(eq + 1, pair.n)));
		}
	}
	MUST(wd_websub_asks(r->ws, WD_STR(OTHER_ID), &q) == 404);
	unsigned status = wd_websub_asks(r->ws, WD_STR(ID), &q);
	MUST(status == 200 || status == 404);
	if (status == 404)
		return;
	MUST(wd_str_eqc(q.topic, TOPIC));
	if (wd_str_eqc(q.mode, "denied")) {
		r->is_denied = true;
		return;
	}
	MUST(q.challenge.n > 0);
	MUST(wd_str_eqc(q.mode, "subscribe") || wd_str_eqc(q.mode, "unsubscribe"));
	MUST(!r->is_denied);
}

/* The header that a hub with this secret sends; empty: no such method. */
static struct wd_str sign(
	struct wd_arena *a, struct wd_str method, const char *secret, struct wd_str body)
{
	static const struct {
		const char *name;
		gnutls_mac_algorithm_t mac;
	} methods[] = {{"sha1", GNUTLS_MAC_SHA1}, {"sha256", GNUTLS_MAC_SHA256},
		{"sha384", GNUTLS_MAC_SHA384}, {"sha512", GNUTLS_MAC_SHA512}};
	unsigned char mac[64];
	char text[16 + 2 * sizeof(mac)];
	for (size_t i = 0; i < WD_COUNTOF(methods); i++) {
		if (!wd_str_ieqc(method, methods[i].name))
			continue;
		MUST(gnutls_hmac_fast(
			     methods[i].mac, secret, strlen(secret), body.p, body.n, mac) == 0);
		int n = snprintf(text, sizeof(text), "%s=", methods[i].name);
		for (size_t k = 0; k < gnutls_hmac_get_len(methods[i].mac); k++)
			n += snprintf(text + n, sizeof(text) - (size_t)n, "%02x", mac[k]);
		return wd_arena_str(a, (struct wd_str){text, (size_t)n});
	}
	return WD_STR_NONE;
}

/* The header says what the right one says, blanks and letter case aside. */
static bool is_right(struct run *r, struct wd_str header, const char *secret)
{
	size_t eq = WD_MIN(wd_str_chr(header, '=', 0), header.n);
	struct wd_str method = wd_str_trim(wd_str_sub(header, 0, eq));
	struct wd_str hex = wd_str_trim(wd_str_from(header, WD_MIN(eq + 1, header.n)));
	struct wd_str right = sign(r->a, method, secret, r->doc.body);
	return right.n > 0 && wd_str_ieq(hex, wd_str_from(right, method.n + 1));
}

static void post(struct run *r, struct wd_str header)
{
	struct wd_websub_target t = {0};
	MUST(!wd_websub_target(r->ws, WD_STR(OTHER_ID), &t));
	MUST(!wd_websub_content(r->ws, WD_STR(OTHER_ID), header, r->doc.body));
	if (wd_websub_target(r->ws, WD_STR(ID), &t)) {
		MUST(!r->is_denied && wd_str_eqc(wd_str_c(t.feed), "f"));
		MUST(wd_str_eqc(wd_str_c(t.topic), TOPIC) && t.max_bytes == WD_MIB);
	}
	free(t.feed);
	free(t.topic);
	/* a verified renewal ends the first secret, so it is not known here which of them holds */
	bool may = is_right(r, header, SECRET) || is_right(r, header, NEXT_SECRET);
	bool is_taken = wd_websub_content(r->ws, WD_STR(ID), header, r->doc.body);
	MUST(may || !is_taken);
	MUST(is_taken == wd_websub_content(r->ws, WD_STR(ID), header, r->doc.body));
}

static void post_signed(struct run *r, struct wd_str method)
{
	struct wd_str header = sign(r->a, method, NEXT_SECRET, r->doc.body);
	if (header.n == 0)
		return;
	MUST(wd_websub_signature_ok(WD_STR(NEXT_SECRET), header, r->doc.body));
	MUST(!wd_websub_signature_ok(WD_STR("another"), header, r->doc.body));
	MUST(wd_websub_content(r->ws, WD_STR(ID), header, r->doc.body));
	post(r, header);
	char *bad = wd_unconst(header.p);
	bad[header.n - 1] = bad[header.n - 1] == '0' ? '1' : '0';
	MUST(!wd_websub_content(r->ws, WD_STR(ID), header, r->doc.body));
}

/* ---- one input ---- */

static void run_line(struct run *r, struct wd_str line)
{
	struct wd_str hub, self;
	struct wd_err err;
	size_t gap = WD_MIN(wd_str_chr(line, ' ', 0), line.n);
	struct wd_str what = wd_str_sub(line, 0, gap), rest = wd_str_trim(wd_str_from(line, gap));
	if (wd_str_eqc(what, "GET")) {
		get(r, rest);
	} else if (wd_str_eqc(what, "POST")) {
		post(r, rest);
	} else if (wd_str_eqc(what, "SIGN")) {
		post_signed(r, rest);
	} else if (wd_str_eqc(what, "SEEN")) {
		discover(r, &hub, &self);
		wd_websub_seen(r->ws, &r->doc, hub, self, rest.n);
		MUST(!wd_websub_is_unknown(r->ws, r->doc.feed));
	} else if (wd_str_eqc(what, "LEAVE")) {
		MUST(wd_websub_set_feeds(r->ws, &http, NULL, 0, &err) == WD_OK);
	} else if (r->doc.header_count < MAX_LINES) {
		size_t colon = WD_MIN(wd_str_chr(line, ':', 0), line.n);
		r->headers[r->doc.header_count++] = (struct wd_header){wd_str_sub(line, 0, colon),
			wd_str_trim(wd_str_from(line, WD_MIN(colon + 1, line.n)))};
	}
}

static void subscribe(struct run *r, uv_loop_t *loop, enum wd_websub_state state)
{
	static const struct wd_feed_conf feed = {
		.id = {"f", 1}, .websub = true, .max_bytes = WD_MIB};
	const struct wd_websub_opts o = {.loop = loop,
		.http = &http,
		.callback = WD_STR(BASE),
		.lease_us = WD_DAY,
		.poll_us = WD_HOUR,
		.save = on_save,
		.drop = on_drop,
		.ended = on_ended};
	const struct wd_websub_record before = {.feed = feed.id,
		.callback = WD_STR(BASE "v1/websub/" ID),
		.topic = WD_STR(TOPIC),
		.hub = WD_STR("https://hub.example/"),
		.secret = WD_STR(SECRET " " NEXT_SECRET),
		.state = state,
		.lease_end_us = wd_clock_now_us() + WD_HOUR};
	struct wd_err err;
	r->ws = wd_websub_new(&o, &err);
	MUST(r->ws != NULL && wd_websub_restore(r->ws, &before, &err) == WD_OK);
	MUST(wd_websub_set_feeds(r->ws, &http, &feed, 1, &err) == WD_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct run r;
	struct wd_str rest = {(const char *)data, size}, line, body;
	uv_loop_t loop;
	if (size == 0)
		return 0;
	wd_log_set_output(quiet, NULL);
	enum wd_websub_state state = (enum wd_websub_state)(1 + data[0] % WD_WEBSUB_LEAVING);
	struct wd_arena *a = wd_arena_new(64 * WD_MIB);
	MUST(a != NULL && uv_loop_init(&loop) == 0);
	r = (struct run){.a = a,
		.doc = {.url = WD_STR(TOPIC), .feed_url = WD_STR(TOPIC), .feed = WD_STR("f")}};
	r.doc.headers = r.headers;
	subscribe(&r, &loop, state);
	rest = body = wd_str_from(rest, 1);
	while (wd_str_line(&body, &line) && line.n > 0)
		;
	r.doc.body = body;
	for (size_t i = 0; i < MAX_LINES && wd_str_line(&rest, &line) && line.n > 0; i++)
		run_line(&r, line);
	wd_websub_stop(r.ws);
	wd_websub_close(r.ws);
	MUST(uv_run(&loop, UV_RUN_DEFAULT) == 0 && uv_loop_close(&loop) == 0);
	wd_websub_free(r.ws);
	wd_arena_free(a);
	return 0;
}
