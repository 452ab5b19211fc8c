/**
 * Between websub.c (what a subscription does at which event; no time of its own, no I/O) and
 * websub_http.c (all subscriptions, requests to hubs).
 */
#pragma once
#include "base/clock.h"
#include "sources/websub.h"

#define WD_WEBSUB_KEY 65 /* 32 random bytes in hex */
#define WD_WEBSUB_HUBS 4 /* of one topic; more are not looked at */

struct wd_fetch;

struct wd_websub_sub {
	struct wd_websub_sub *next;
	struct wd_websub *ws;
	char *feed, *callback, *topic;
	char *hub; /* all of the topic's, separated by spaces; the first is the one asked */
	char secret[WD_WEBSUB_KEY];
	char next_secret[WD_WEBSUB_KEY]; /* asked for by a renewal, in force once verified */
	uint64_t feed_hash, id_hash, max_bytes;
	enum wd_websub_state state;
	int64_t lease_end_us, next_us; /* wall clock */
	unsigned failures, tried;      /* tried: hubs since the last pause */
	bool works, is_dirty, has_ended, has_complained;
	struct wd_fetch *fetch;
};

enum wd_websub_step { WD_WEBSUB_WAIT, WD_WEBSUB_SUBSCRIBE, WD_WEBSUB_UNSUBSCRIBE };

/** What is due now; the state is that of having done it. */
enum wd_websub_step wd_websub_due(struct wd_websub_sub *s, int64_t now_us);
/** The hub answered our request (2xx or not). */
void wd_websub_answered(struct wd_websub_sub *s, bool ok, int64_t now_us);
/** The hub verifies intent: true, the challenge is echoed. `lease_us` is the one asked for. */
bool wd_websub_verify(
	struct wd_websub_sub *s, const struct wd_websub_query *q, int64_t lease_us, int64_t now_us);
/** False: not about this subscription. */
bool wd_websub_deny(struct wd_websub_sub *s, const struct wd_websub_query *q, int64_t now_us);
/** The feed is not wanted by push any more. */
void wd_websub_leave(struct wd_websub_sub *s, int64_t now_us);
bool wd_websub_takes_content(const struct wd_websub_sub *s);

/** The hub to ask. */
struct wd_str wd_websub_hub(const struct wd_websub_sub *s);
/** The http(s) addresses of a list, each once, at most WD_WEBSUB_HUBS; from `a`. */
struct wd_str wd_websub_hubs(struct wd_arena *a, struct wd_str list);
/** The same hubs, in whatever order. */
bool wd_websub_same_hubs(struct wd_str one, struct wd_str other);
/** The list with its first at the end. */
struct wd_str wd_websub_rotated(struct wd_arena *a, struct wd_str list);

/** X-Hub-Signature: method=hex, methods sha1, sha256, sha384, sha512; takes the same time whatever
 * is right about a guess. */
bool wd_websub_signature_ok(struct wd_str secret, struct wd_str header, struct wd_str body);
/** Targets of rel=hub (all, as wd_websub_hubs gives them) and rel=self (the first) in Link headers
 * (RFC 8288); left as they are when there is none. Strings from `a`. */
void wd_websub_links(struct wd_arena *a, const struct wd_header *headers, size_t n,
	struct wd_str base, struct wd_str *hub, struct wd_str *self);
