/**
 * One HTTP GET at a time per fetch, many fetches at once on the loop thread. Redirects, limits,
 * decompression caps and the network guard are here; when to fetch and what to make of it is
 * http_poll's.
 */
#pragma once
#include "sources/http_poll.h"

struct wd_fetcher;
struct wd_fetch;

struct wd_fetch_request {
	const struct wd_feed_conf *conf; /* headers, auth, proxy, max_bytes; outlives the fetch */
	const char *url;
	struct wd_str etag, last_modified; /* sent as validators when not empty */
	/* application/x-www-form-urlencoded: a POST of it, any 2xx is WD_POLL_OK, and redirects
	 * post it again (but not from https to http: it may hold a secret). Empty: GET. */
	struct wd_str form;
};

struct wd_fetch_result {
	enum wd_poll_health health; /* WD_POLL_OK for 200 and 304 */
	int status;                 /* last one seen, 0: none */
	bool is_unchanged;          /* 304 */
	bool is_framed;             /* the end of the body is certain */
	struct wd_str body;         /* decompressed */
	struct wd_header *headers;
	size_t header_count;
	struct wd_header *sent; /* of the last request, secrets taken out */
	size_t sent_count;
	struct wd_str url;       /* after redirects */
	struct wd_str permanent; /* where only 301 and 308 led; empty: nowhere else */
	int64_t retry_after_us, max_age_us, took_us;
	uint64_t wire_bytes;
	char reason[256]; /* for a human: what went wrong and what to do */
};

/** The result and all it points to live during the call. */
typedef void wd_fetch_done(const struct wd_fetch_result *r, void *ctx);

struct wd_fetcher *wd_fetcher_new(
	uv_loop_t *loop, const struct wd_http_conf *http, struct wd_err *err);
/** New settings, with no fetch running. Idle connections are closed, so that a changed
 * allow_private holds for all of them. */
WD_MUST_USE int wd_fetcher_set_conf(
	struct wd_fetcher *f, const struct wd_http_conf *http, struct wd_err *err);
/** Closes its handles on the loop; free after the loop has run them. */
void wd_fetcher_close(struct wd_fetcher *f);
void wd_fetcher_free(struct wd_fetcher *f); /* NULL is fine */

/** `done` comes later, never from within. NULL: out of memory. */
struct wd_fetch *wd_fetch_start(
	struct wd_fetcher *f, const struct wd_fetch_request *req, wd_fetch_done *done, void *ctx);
/** No done any more. */
void wd_fetch_cancel(struct wd_fetch *t);
