/*
 * The server: connections, their deadlines, start and stop.
 *
 * A suspended connection costs no thread, so thousands of requests wait for one sync.
 *
 * Deadlines are total, not per read: a connection that has not brought a whole request (or nothing
 * at all) within receive.deadline is shut down, however steadily it drips. When there are more
 * connections than allowed, the one idle for longest goes, so idle ones cannot keep others out.
 *
 * Concurrency: `lock` guards the connection list, the sources and the rates. Nothing calls
 * libmicrohttpd with the lock held, but the shutdown of a socket, which must not meet its closing.
 *
 * libmicrohttpd 0.9.75 takes bare LF line ends and folded headers; intermediaries in front should
 * not. Both transfer codings at once and differing lengths are refused by us.
 */
#include "sources/http_push.h"

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/metrics.h"
#include "sources/http_push_impl.h"

#define SWEEP_EVERY_MS 250
#define SPARE_CONNECTIONS 64
/* libmicrohttpd clears it after each request: what it has by default, 32 KiB, costs a tenth of all
 * the work there is. It is also the limit of a request's headers. */
#define CONNECTION_MEMORY 16384

static struct wd_metric connections = {.name = "wiredesk_push_connections",
	.help = "Open connections of receive",
	.kind = WD_METRIC_GAUGE};

/* ---- what libmicrohttpd calls ---- */

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *conn, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_n, void **state)
{
	(void)version;
	return (enum MHD_Result)wd_push_on_request(ctx, conn, url, method, upload, upload_n, state);
}

static void on_completed(
	void *ctx, struct MHD_Connection *conn, void **state, enum MHD_RequestTerminationCode code)
{
	(void)ctx;
	(void)conn;
	(void)code;
	wd_push_on_completed(state);
}

/* ---- connections ---- */

/* Lock held. The socket is still MHD's: it is removed from the list before it is closed. */
static void shed_oldest(struct wd_push *p)
{
	struct wd_push_conn *oldest = NULL;
	for (struct wd_push_conn *c = p->conns; c != NULL; c = c->next) {
		if (!c->in_request && c->fd >= 0 &&
			(oldest == NULL || c->since_us < oldest->since_us))
			oldest = c;
	}
	if (oldest != NULL) {
		(void)shutdown(oldest->fd, SHUT_RDWR);
		oldest->in_request = true; /* not chosen twice */
	}
}

static void on_connection(void *ctx, struct MHD_Connection *conn, void **socket_ctx,
	enum MHD_ConnectionNotificationCode code)
{
	struct wd_push *p = ctx;
	struct wd_push_conn *c = *socket_ctx;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *i =
			MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD);
		c = calloc(1, sizeof(*c));
		*socket_ctx = c;
		if (c == NULL)
			return;
		c->fd = i != NULL ? i->connect_fd : -1;
		c->since_us = wd_clock_mono_us();
		(void)pthread_mutex_lock(&p->lock);
		c->next = p->conns;
		if (p->conns != NULL)
			p->conns->prev = c;
		p->conns = c;
		if (++p->conn_count > (size_t)p->o.max_connections)
			shed_oldest(p);
		(void)pthread_mutex_unlock(&p->lock);
	} else if (c != NULL) {
		(void)pthread_mutex_lock(&p->lock);
		if (c->prev != NULL)
			c->prev->next = c->next;
		else
			p->conns = c->next;
		if (c->next != NULL)
			c->next->prev = c->prev;
		p->conn_count--;
		(void)pthread_mutex_unlock(&p->lock);
		free(c);
		*socket_ctx = NULL;
	}
	wd_metric_set(&connections, (int64_t)p->conn_count);
}

static void on_sweep(uv_timer_t *t)
{
	struct wd_push *p = t->data;
	int64_t now = wd_clock_mono_us();
	(void)pthread_mutex_lock(&p->lock);
	for (struct wd_push_conn *c = p->conns; c != NULL; c = c->next) {
		if (!c->waits && c->fd >= 0 && now - c->since_us > p->o.deadline_us) {
			(void)shutdown(c->fd, SHUT_RDWR);
			c->since_us = now;
		}
	}
	(void)pthread_mutex_unlock(&p->lock);
}

/* ---- interface ---- */

static struct MHD_Daemon *start_daemon(struct wd_push *p)
{
	const struct wd_push_opts *o = &p->o;
	struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, wd_unconst(o->tls_cert.p)},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, wd_unconst(o->tls_key.p)}, {MHD_OPTION_END, 0, NULL}};
	struct MHD_OptionItem where[] = {
		{o->fd >= 0 ? MHD_OPTION_LISTEN_SOCKET : MHD_OPTION_SOCK_ADDR,
			o->fd >= 0 ? o->fd : 0, o->fd >= 0 ? NULL : (void *)&p->o.addr},
		{MHD_OPTION_END, 0, NULL}};
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
	if (o->fd < 0 && o->addr.ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	if (o->tls_cert.n > 0)
		flags |= MHD_USE_TLS;
	return MHD_start_daemon(flags, 0, NULL, NULL, on_request, p, MHD_OPTION_ARRAY, where,
		MHD_OPTION_ARRAY, o->tls_cert.n > 0 ? tls : tls + 2, MHD_OPTION_NOTIFY_CONNECTION,
		on_connection, p, MHD_OPTION_NOTIFY_COMPLETED, on_completed, p,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)o->max_connections + SPARE_CONNECTIONS,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)o->max_per_address,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U, MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024U,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
}

struct wd_push *wd_push_new(const struct wd_push_opts *opts, struct wd_err *err)
{
	struct wd_push *p = calloc(1, sizeof(*p));
	if (p == NULL) {
		(void)wd_err_set(err, WD_E_NOMEM, "out of memory");
		return NULL;
	}
	p->o = *opts;
	(void)pthread_mutex_init(&p->lock, NULL);
	if (wd_push_set_sources(p, opts->sources, opts->source_count, err) == WD_OK) {
		p->daemon = start_daemon(p);
		if (p->daemon == NULL)
			(void)wd_err_set(err, WD_E_SYS,
				"receive.listen: cannot listen (%s): is another program on that port? wrong "
				"certificate?",
				strerror(errno));
	}
	if (p->daemon == NULL) {
		wd_push_free(p);
		return NULL;
	}
	(void)uv_timer_init(opts->loop, &p->sweep);
	p->sweep.data = p;
	p->is_timer_open = true;
	(void)uv_timer_start(&p->sweep, on_sweep, SWEEP_EVERY_MS, SWEEP_EVERY_MS);
	wd_push_answer_register();
	wd_metric_register(&connections);
	return p;
}

uint16_t wd_push_port(const struct wd_push *p)
{
	const union MHD_DaemonInfo *i = MHD_get_daemon_info(p->daemon, MHD_DAEMON_INFO_BIND_PORT);
	return i != NULL ? i->port : 0;
}

void wd_push_stop(struct wd_push *p)
{
	if (atomic_exchange(&p->is_stopping, true))
		return;
	(void)MHD_quiesce_daemon(p->daemon);
	(void)uv_timer_stop(&p->sweep);
	uv_close((uv_handle_t *)&p->sweep, NULL);
	p->is_timer_open = false;
}

void wd_push_close(struct wd_push *p)
{
	MHD_stop_daemon(wd_take(p->daemon));
}

void wd_push_free(struct wd_push *p)
{
	if (p == NULL)
		return;
	wd_push_requests_free(p);
	wd_push_sources_unref(p, p->sources);
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}
