/**
 * Between the files of http_push: server and connections (http_push.c), requests
 * (http_push_request.c), answers (_answer.c), sources and rates (_source.c), who may (_auth.c),
 * bodies (_body.c, _parts.c), hubs' requests (_websub.c).
 */
#pragma once
#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"
#include "sources/http_push.h"

struct MHD_Connection;
struct MHD_Daemon;

/** A refusal: status, short title, what to do. */
struct wd_problem {
	unsigned status; /* 0: none */
	const char *title;
	char detail[300];
	unsigned retry_after_s; /* 0: no header */
};
/** Fills it and returns false, so `return wd_problem_set(…)`. */
bool wd_problem_set(struct wd_problem *p, unsigned status, const char *title, const char *fmt, ...)
	WD_PRINTF(4, 5);

/** The headers that count, collected in one pass; trimmed, the connection's memory. */
struct wd_push_head {
	struct wd_str type, coding, auth, signature, key, length;
	struct wd_str ce_version, ce_id, ce_source, ce_type;
	bool has_length, has_transfer, is_doubtful; /* doubtful: lengths that differ or are none */
};
void wd_push_head_add(struct wd_push_head *h, struct wd_str name, struct wd_str value);
/** Both Transfer-Encoding and Content-Length, or two Content-Lengths: the request's end is in doubt
 * and an intermediary may see another one (request smuggling). */
bool wd_push_framing_ok(const struct wd_push_head *h, struct wd_problem *p);

/** What can be said before the body: bearer token, or that there is a signature to check later. */
bool wd_push_auth_head(const struct wd_push_head *h, const struct wd_push_conf *s, bool is_local,
	bool *ret_signed, struct wd_problem *p);
/** The signature over the body: `header` is X-Wiredesk-Signature's value, "t=UNIX,v1=HEX". */
bool wd_push_auth_body(struct wd_str header, const struct wd_push_conf *s, struct wd_str body,
	int64_t now_us, struct wd_problem *p);

/** A document in a request. */
struct wd_push_part {
	struct wd_str type, body;
	struct wd_str event_source, event_id; /* of a CloudEvent */
};
struct wd_push_parts {
	struct wd_push_part one, *v; /* v: &one, or in the arena */
	size_t n;
};
/** Whether wd_push_unpack needs memory for this request. */
bool wd_push_needs_memory(const struct wd_push_head *h);
/** The documents in a request's body: content coding undone, CloudEvents unwrapped, forms taken
 * apart, and what is certainly no document refused. False: a problem is set. Strings live in the
 * head, the body or `a` (NULL unless wd_push_needs_memory). */
bool wd_push_unpack(const struct wd_push_head *h, uint64_t max_bytes, struct wd_str body,
	struct wd_arena *a, struct wd_push_parts *ret, struct wd_problem *p);
/** multipart/…: its parts, at most `max`; those of a form that are no files are left out. */
bool wd_push_split(struct wd_str type, struct wd_str body, struct wd_push_part *list, size_t max,
	size_t *ret_n, struct wd_problem *p);
/** A header's parameter (`boundary` of `multipart/mixed; boundary="x"`), quotes taken off; empty
 * when absent. */
struct wd_str wd_push_param(struct wd_str value, const char *name);

struct wd_push_source {
	struct wd_push_conf conf; /* strings in the set's memory */
	double tokens;            /* of the rate limit's bucket */
	int64_t filled_us;
	uint64_t name_hash;
	struct wd_hash last; /* id of the last document without a key: HTTP thread */
};

/** Settings, replaced whole; a request holds a reference while it uses them. */
struct wd_push_sources {
	unsigned refs; /* under lock */
	struct wd_arena *mem;
	struct wd_push_source *v;
	size_t n;
};

struct wd_push_conn {
	struct wd_push_conn *prev, *next;
	int fd;
	/* written by the HTTP thread, read by the sweep */
	_Atomic int64_t since_us;
	atomic_bool in_request, waits; /* waits: for the disk, so not for the client */
};

/** A document of a request that was taken. */
struct wd_push_taken {
	struct wd_hash id;
	uint64_t body_hash;
	bool is_known; /* a repeat: `state` is the first one's */
	enum wd_fate_state state;
};

#define WD_PUSH_ANSWER 264 /* no document's JSON is longer */

struct wd_push_request {
	struct wd_push *p;
	struct wd_push_request *next_free;
	struct MHD_Connection *conn;
	struct wd_push_conn *c;
	struct wd_push_sources *set;
	struct wd_push_source *source;
	struct wd_push_head head;
	struct wd_buf body;
	struct wd_arena *mem;
	bool is_signed, is_whole, is_waiting, is_answerable;
	bool is_hub;                       /* on a WebSub callback */
	struct wd_push_source *hub_source; /* of its content; own memory */
	struct wd_websub_target target;
	struct wd_inbox_ticket ticket;
	int rc;                           /* of the sync */
	struct wd_push_taken one, *taken; /* taken: &one, or in mem */
	size_t taken_n;
	struct wd_problem problem;
	char answer[WD_PUSH_ANSWER]; /* of one document; not cleared for the next request */
};

struct wd_push {
	struct wd_push_opts o;
	struct MHD_Daemon *daemon;
	uv_timer_t sweep;
	pthread_mutex_t lock;
	struct wd_push_conn *conns;
	size_t conn_count;
	struct wd_push_sources *sources;
	struct wd_push_request *free_requests; /* HTTP thread */
	size_t free_count;
	atomic_bool is_stopping;
	bool is_timer_open;
};

/* http_push_source.c */
/** The source's settings for this request; false: a problem is set. */
bool wd_push_find_source(struct wd_push_request *r, struct wd_str name);
/** A bucket of one second's worth of requests. */
bool wd_push_rate_ok(struct wd_push_request *r);
void wd_push_sources_unref(struct wd_push *p, struct wd_push_sources *s);

/* http_push_answer.c: enum MHD_Result as int, so that this header needs no microhttpd.h */
int wd_push_answer_problem(struct wd_push_request *r);
/** 202 for r->taken. */
int wd_push_answer_taken(struct wd_push_request *r);
int wd_push_answer_fate(struct wd_push_request *r, const struct wd_fate *f);
void wd_push_answer_register(void);

/* http_push_websub.c */
#define WD_PUSH_WEBSUB "/v1/websub/"
/** Whether the callback takes this method now; false: a problem is set. */
bool wd_push_hub_head(struct wd_push_request *r, struct wd_str id, struct wd_str method);
/** The answer to a verification of intent. */
int wd_push_hub_verify(struct wd_push_request *r, struct wd_str id);
/** Content: its signature holds. */
bool wd_push_hub_signed(struct wd_push_request *r, struct wd_str id);
/** 202 without a word: received, which is all a hub is told. */
int wd_push_hub_received(struct wd_push_request *r);
void wd_push_hub_free(struct wd_push_request *r);

/* http_push_request.c */
int wd_push_on_request(struct wd_push *p, struct MHD_Connection *conn, const char *url,
	const char *method, const char *upload, size_t *upload_n, void **state);
void wd_push_on_completed(void **state);
void wd_push_requests_free(struct wd_push *p);
