/**
 * WebSub (W3C Recommendation, 2018): subscriptions at the hubs of polled feeds.
 *
 * A poll tells which hub and topic a feed names (wd_websub_seen); the subscription is asked for,
 * verified on the callback, renewed before its lease ends, and left when the feed goes. While
 * pushes come the feed is polled less often; a poll that finds what the hub did not bring ends
 * that. The callback's side is served by http_push_websub.c. Threads: as said at each function.
 */
#pragma once
#include <uv.h>

#include "base/doc.h"
#include "base/err.h"
#include "sources/conf.h"

struct wd_websub;

enum wd_websub_state {
	WD_WEBSUB_NONE = 1, /* the feed names no hub */
	WD_WEBSUB_WANTED,
	WD_WEBSUB_ASKED, /* the hub has yet to verify */
	WD_WEBSUB_ACTIVE,
	WD_WEBSUB_RENEWING, /* active, and asked again */
	WD_WEBSUB_DENIED,
	WD_WEBSUB_LEAVING,
	WD_WEBSUB_GONE, /* to be forgotten */
};

/** What outlives the process. */
struct wd_websub_record {
	struct wd_str feed, callback, topic, hub, secret;
	enum wd_websub_state state;
	int64_t lease_end_us; /* wall clock; 0: none yet */
	bool works;           /* the last news came by it */
};

struct wd_websub_opts {
	uv_loop_t *loop;
	const struct wd_http_conf *http;
	struct wd_str
		callback; /* base of the callbacks' URLs; empty: only what there was is left */
	int64_t lease_us, poll_us; /* asked for; longest pause of polls while pushes come */
	/* Loop thread. */
	void (*save)(const struct wd_websub_record *r, void *ctx);
	void (*drop)(struct wd_str callback, void *ctx);
	/** Pushes of this feed ended: it is polled as often as ever. */
	void (*ended)(struct wd_str feed, void *ctx);
	void *ctx;
};

/** NULL with the reason in err. */
struct wd_websub *wd_websub_new(const struct wd_websub_opts *opts, struct wd_err *err);
/** A record of before; ahead of set_feeds. Loop thread. */
WD_MUST_USE int wd_websub_restore(
	struct wd_websub *ws, const struct wd_websub_record *r, struct wd_err *err);
/** Feeds with websub on; subscriptions of others are left. `http` as for polling. Loop thread. */
WD_MUST_USE int wd_websub_set_feeds(struct wd_websub *ws, const struct wd_http_conf *http,
	const struct wd_feed_conf *feeds, size_t n, struct wd_err *err);
/** No requests to hubs any more. Loop thread. */
void wd_websub_stop(struct wd_websub *ws);
/** When nobody can call any more but the loop; NULL is fine, as for free. */
void wd_websub_close(struct wd_websub *ws);
void wd_websub_free(struct wd_websub *ws);

/** Nothing is known of the feed's hub, so its next poll should bring the whole document. */
bool wd_websub_is_unknown(struct wd_websub *ws, struct wd_str feed);
/** A polled document of the feed was read: `hub` and `self` as it names them (its Link headers
 * come first), `news` how many new versions it brought. Any thread. */
void wd_websub_seen(struct wd_websub *ws, const struct wd_doc *doc, struct wd_str hub,
	struct wd_str self, size_t news);
/** The pause that polls should keep at least; 0: as ever. Any thread. */
int64_t wd_websub_pause(struct wd_websub *ws, struct wd_str feed);

/* ---- the callback; HTTP thread ---- */

struct wd_websub_query {
	struct wd_str mode, topic, challenge, lease, reason;
};
/** A hub asks: HTTP status; with 200 the challenge is to be echoed. */
unsigned wd_websub_asks(struct wd_websub *ws, struct wd_str id, const struct wd_websub_query *q);

struct wd_websub_target {
	char *feed, *topic; /* the caller frees them */
	uint64_t max_bytes;
};
/** Whose content this callback takes; false: nobody's. */
bool wd_websub_target(struct wd_websub *ws, struct wd_str id, struct wd_websub_target *ret);
/** The signature holds (and the hub works); else the content is to be ignored. */
bool wd_websub_content(
	struct wd_websub *ws, struct wd_str id, struct wd_str signature, struct wd_str body);
