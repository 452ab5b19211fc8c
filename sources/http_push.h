/**
 * Receiving over HTTP: POST /v1/ingest/SOURCE, GET /v1/documents/ID.
 *
 * 202 is answered only when the document and all it caused are committed in the store; the group
 * commit of the desk serves many requests at once. Every refusal is application/problem+json and
 * says what to do. See docs/RECEIVE.md for the whole interface.
 *
 * libmicrohttpd runs a thread of its own; functions here are for the loop thread but where said.
 */
#pragma once
#include <uv.h>

#include "base/doc.h"
#include "sources/conf.h"

struct wd_push;

struct wd_push_opts {
	uv_loop_t *loop;
	struct sockaddr_storage addr; /* ss_family 0: only `fd` */
	int fd;                       /* a listening socket handed over; -1: none */
	const struct wd_push_conf *sources;
	size_t source_count;
	int64_t max_connections, deadline_us;
	struct wd_str tls_cert, tls_key; /* PEM; empty: plain HTTP */
	/** As in http_poll.h; called from the HTTP thread. */
	int (*deliver)(struct wd_doc *doc, void *ctx);
	void *ctx;
};

/** NULL with the reason in err. */
struct wd_push *wd_push_new(const struct wd_push_opts *opts, struct wd_err *err);
/** The port listened on (for port 0). */
uint16_t wd_push_port(const struct wd_push *p);
/** New settings; copied. */
WD_MUST_USE int wd_push_set_sources(
	struct wd_push *p, const struct wd_push_conf *sources, size_t n, struct wd_err *err);
/** Takes no more requests; those with the pipeline still get their answer. */
void wd_push_stop(struct wd_push *p);
/** When the pipeline can call no done any more. */
void wd_push_close(struct wd_push *p);
void wd_push_free(struct wd_push *p); /* after the loop has closed its handles; NULL is fine */

/** What came of a document; any thread, before its done. `reason` NULL: all is well. */
void wd_push_reported(
	const struct wd_doc *doc, size_t articles, size_t new_versions, const char *reason);
