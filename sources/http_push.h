/**
 * Receiving over HTTP: POST /v1/ingest/SOURCE, GET /v1/documents/ID.
 *
 * 202 is answered when the bytes are durable in the inbox (intake.h); one sync serves many requests
 * at once. Every refusal is application/problem+json and says what to do. See docs/RECEIVE.md for
 * the whole interface.
 *
 * libmicrohttpd runs a thread of its own; functions here are for the loop thread.
 */
#pragma once
#include <uv.h>

#include "sources/conf.h"
#include "sources/intake.h"
#include "sources/websub.h"

struct wd_push;

struct wd_push_opts {
	uv_loop_t *loop;
	struct sockaddr_storage addr; /* ss_family 0: only `fd` */
	int fd;                       /* a listening socket handed over; -1: none */
	const struct wd_push_conf *sources;
	size_t source_count;
	int64_t max_connections, max_per_address, deadline_us; /* max_per_address 0: no limit */
	struct wd_str tls_cert, tls_key;                       /* PEM; empty: plain HTTP */
	struct wd_intake *intake;                              /* borrowed */
	struct wd_websub *websub;                              /* borrowed; NULL: no callbacks */
};

/** NULL with the reason in err. */
struct wd_push *wd_push_new(const struct wd_push_opts *opts, struct wd_err *err);
/** The port listened on (for port 0). */
uint16_t wd_push_port(const struct wd_push *p);
/** New settings; copied. */
WD_MUST_USE int wd_push_set_sources(
	struct wd_push *p, const struct wd_push_conf *sources, size_t n, struct wd_err *err);
/** Takes no more requests; those that wait for a sync still get their answer. */
void wd_push_stop(struct wd_push *p);
/** After wd_intake_close. */
void wd_push_close(struct wd_push *p);
void wd_push_free(struct wd_push *p); /* after the loop has closed its handles; NULL is fine */
