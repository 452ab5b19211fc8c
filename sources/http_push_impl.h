/**
 * Between the files of http_push: server (http_push.c), authentication (http_push_auth.c), bodies
 * (http_push_body.c).
 */
#pragma once
#include "base/buf.h"
#include "base/hash.h"
#include "sources/http_push.h"

struct MHD_Connection;

/** A refusal: status, short title, what to do. */
struct wd_problem {
	unsigned status;
	const char *title;
	char detail[300];
	unsigned retry_after_s; /* 0: no header */
};
/** Fills it and returns false, so `return wd_problem_set(…)`. */
bool wd_problem_set(struct wd_problem *p, unsigned status, const char *title, const char *fmt, ...)
	WD_PRINTF(4, 5);

/** First value of a request header, empty when absent. */
struct wd_str wd_push_header(struct MHD_Connection *conn, const char *name);

/** Both Transfer-Encoding and Content-Length, or two Content-Lengths: the request's end is in doubt
 * and an intermediary may see another one (request smuggling). */
bool wd_push_framing_ok(struct MHD_Connection *conn, struct wd_problem *p);
/** What can be said before the body: bearer token, or that there is a signature to check later. */
bool wd_push_auth_head(struct MHD_Connection *conn, const struct wd_push_conf *s, bool is_local,
	bool *ret_signed, struct wd_problem *p);
/** The signature over the body: `header` is X-Wiredesk-Signature's value, "t=UNIX,v1=HEX". */
bool wd_push_auth_body(struct wd_str header, const struct wd_push_conf *s, struct wd_str body,
	int64_t now_us, struct wd_problem *p);

/** The document in a request's body: content coding undone, CloudEvents unwrapped. False: a problem
 * is set. The strings live in `doc`. */
bool wd_push_unpack(struct wd_str type, struct wd_str coding, uint64_t max_bytes,
	struct wd_str body, struct wd_doc *doc, struct wd_problem *p);
