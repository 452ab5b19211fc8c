/*
 * One internal thread of libmicrohttpd; answers are made from the metrics registry and from the
 * summary the app keeps, so a slow reader of /status never holds the loop up.
 */
#include "daemon/admin.h"

#include <errno.h>
#include <microhttpd.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/metrics.h"
#include "daemon/app.h"
#include "daemon/config.h"

#define ANSWER_MAX_BYTES (64 * WD_MIB)

struct wd_admin {
	struct MHD_Daemon *daemon;
	struct wd_app *app;
};

static enum MHD_Result answer(
	struct MHD_Connection *conn, unsigned status, const char *type, struct wd_buf *b)
{
	size_t n = 0;
	bool failed = wd_buf_failed(b);
	char *p = wd_buf_take(b, &n);
	if (failed || p == NULL) {
		free(p);
		return MHD_NO;
	}
	struct MHD_Response *r = MHD_create_response_from_buffer(n, p, MHD_RESPMEM_MUST_FREE);
	if (r == NULL) {
		free(p);
		return MHD_NO;
	}
	(void)MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	(void)MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	enum MHD_Result rc = MHD_queue_response(conn, status, r);
	MHD_destroy_response(r);
	return rc;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *conn, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_n, void **state)
{
	static char seen;
	struct wd_admin *a = ctx;
	struct wd_buf b;
	(void)version;
	(void)upload;
	if (*state == NULL) { /* headers only: the answer waits for the end of the request */
		*state = &seen;
		return MHD_YES;
	}
	*upload_n = 0;
	wd_buf_init(&b, ANSWER_MAX_BYTES);
	struct wd_str path = wd_str_c(url);
	if (!wd_str_eqc(wd_str_c(method), "GET") && !wd_str_eqc(wd_str_c(method), "HEAD")) {
		wd_buf_addc(&b, "only GET is answered here\n");
		return answer(conn, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain", &b);
	}
	if (wd_str_eqc(path, "/metrics")) {
		wd_metrics_render(&b);
		return answer(conn, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", &b);
	}
	if (wd_str_eqc(path, "/healthz")) {
		bool ok = wd_app_is_healthy(a->app, &b);
		return answer(
			conn, ok ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE, "text/plain", &b);
	}
	if (wd_str_eqc(path, "/status")) {
		wd_app_status_json(a->app, &b);
		if (b.n == 0) { /* on its way up */
			wd_buf_addc(&b, "starting\n");
			return answer(conn, MHD_HTTP_SERVICE_UNAVAILABLE, "text/plain", &b);
		}
		return answer(conn, MHD_HTTP_OK, "application/json", &b);
	}
	wd_buf_addc(&b, "here are /metrics, /healthz and /status\n");
	return answer(conn, MHD_HTTP_NOT_FOUND, "text/plain", &b);
}

struct wd_admin *wd_admin_new(struct wd_app *app, struct wd_str listen, struct wd_err *err)
{
	struct sockaddr_storage addr;
	struct wd_admin *a = calloc(1, sizeof(*a));
	if (a == NULL || wd_listen_address(listen, &addr) != WD_OK) {
		free(a);
		(void)wd_err_set(err, WD_E_MALFORMED, "admin.listen: '%.*s'", WD_STR_ARG(listen));
		return NULL;
	}
	a->app = app;
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL;
	if (addr.ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	a->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, a, MHD_OPTION_SOCK_ADDR,
		(struct sockaddr *)&addr, MHD_OPTION_CONNECTION_LIMIT, 32U,
		MHD_OPTION_CONNECTION_TIMEOUT, 10U, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)32768, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U, MHD_OPTION_END);
	if (a->daemon == NULL) {
		(void)wd_err_set(err, WD_E_SYS,
			"admin.listen: cannot listen on %.*s (%s): is another program there? choose another "
			"port or leave admin.listen out",
			WD_STR_ARG(listen), strerror(errno));
		free(a);
		return NULL;
	}
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(a->daemon, MHD_DAEMON_INFO_BIND_PORT);
	wd_log(WD_LOG_INFO, WD_STR_NONE, "admin", "listen=%.*s port=%u", WD_STR_ARG(listen),
		info != NULL ? info->port : 0);
	return a;
}

void wd_admin_free(struct wd_admin *a)
{
	if (a == NULL)
		return;
	MHD_stop_daemon(a->daemon);
	free(a);
}
