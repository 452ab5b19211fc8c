/*
 * The operator's socket.
 *
 * Problem: withdraw, requeue and renew write to the store, whose lock the daemon holds; asking the
 * operator to stop it for an erasure is no answer.
 *
 * Chosen: a Unix socket in the store's folder (mode 0700), on a thread of its own; what is asked is
 * done by the same functions that the commands use when no daemon runs (daemon/operate.c).
 * Rejected: the admin HTTP server, which is optional, has no authentication and should stay
 * read-only; a table of requests in the store, which only another process with the lock could write
 * to.
 *
 * The path may be longer than a socket address holds: the folder is opened, and the socket named
 * through /proc/self/fd.
 *
 * Concurrency: one request at a time, in order; the thread waits in poll() on the socket and on a
 * pipe that ends it.
 */
#include "daemon/control.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "daemon/operate.h"

#define SOCKET_NAME "control"
#define REQUEST_MAX WD_MIB
#define ANSWER_MAX (4 * WD_MIB)
#define READ_US (5 * WD_SEC)
#define ANSWER_S 600 /* a backup of a large store takes its time */

struct wd_control {
	const struct wd_operate *o;
	int dir_fd, fd, end[2];
	pthread_t thread;
	bool started;
};

/* The socket's address; `dir_fd` must stay open while it is used. */
static void make_address(int dir_fd, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	(void)snprintf(
		ret->sun_path, sizeof(ret->sun_path), "/proc/self/fd/%d/" SOCKET_NAME, dir_fd);
}

/* ---- the daemon's side ---- */

static const char *text(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static bool flag(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}

/* The strings stay the JSON object's; the array of ids is the caller's to free. */
static int read_request(const json_t *o, struct wd_operate_request *q, struct wd_err *err)
{
	json_t *list = json_object_get(o, "ids"), *one;
	const char **ids = calloc(json_array_size(list) + 1, sizeof(*ids));
	size_t i;
	if (ids == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	*q = (struct wd_operate_request){.verb = text(o, "verb"),
		.ids = ids,
		.reason = text(o, "reason"),
		.to = text(o, "to"),
		.erase = flag(o, "erase"),
		.tombstones = flag(o, "tombstones"),
		.all = flag(o, "all")};
	json_array_foreach(list, i, one)
	{
		if (!json_is_string(one))
			return wd_err_set(err, WD_E_MALFORMED, "ids must be strings");
		ids[q->n++] = json_string_value(one);
	}
	return q->verb != NULL ? WD_OK : wd_err_set(err, WD_E_MALFORMED, "no verb");
}

static void write_answer(int fd, int rc, const struct wd_err *err, struct wd_buf *lines)
{
	struct wd_err ignored;
	json_t *o = json_pack("{s:b, s:i, s:s, s:s%}", "ok", rc == WD_OK, "code", rc, "error",
		rc == WD_OK ? "" : err->text, "lines", lines->n > 0 ? lines->p : "", lines->n);
	char *s = o != NULL ? json_dumps(o, JSON_COMPACT) : NULL;
	if (s != NULL && wd_fd_write(fd, wd_str_c(s), &ignored) == WD_OK)
		(void)!wd_fd_write(fd, WD_STR("\n"), &ignored);
	free(s);
	json_decref(o);
}

/* One line, within READ_US: a connection that says nothing must not block the next. */
static int read_line(int fd, int64_t timeout_us, struct wd_buf *b, struct wd_err *err)
{
	int64_t until = wd_clock_mono_us() + timeout_us;
	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left = until - wd_clock_mono_us();
		int got = poll(&p, 1, (int)WD_MAX(left / 1000, INT64_C(0)));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return wd_err_set(err, WD_E_TRANSIENT, "no answer in time");
		if (!wd_buf_reserve(b, 65536))
			return wd_err_set(err, WD_E_LIMIT, "a line is too long");
		ssize_t n = read(fd, b->p + b->n, b->cap - b->n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return wd_err_set(err, WD_E_TRANSIENT, "the connection ended");
		b->n += (size_t)n;
		if (b->p[b->n - 1] == '\n')
			return WD_OK;
	}
}

static void serve(struct wd_control *c, int fd)
{
	struct wd_err err = {0};
	struct wd_buf line, lines;
	struct wd_operate_request q = {0};
	json_t *o = NULL;
	wd_buf_init(&line, REQUEST_MAX);
	wd_buf_init(&lines, WD_MIB);
	int rc = read_line(fd, READ_US, &line, &err);
	if (rc == WD_OK) {
		o = json_loadb(line.p, line.n, 0, NULL);
		rc = o != NULL ? read_request(o, &q, &err)
			       : wd_err_set(&err, WD_E_MALFORMED, "the request is not JSON");
	}
	if (rc == WD_OK) {
		rc = wd_operate_do(c->o, &q, &lines, &err);
		wd_log(WD_LOG_NOTICE, WD_STR("control"), "command", "verb=%s ids=%zu %s%s",
			WD_LOGQ(wd_str_c(q.verb)), q.n,
			rc == WD_OK ? "done" : "refused: ", rc == WD_OK ? "" : err.text);
	}
	write_answer(fd, rc, &err, &lines);
	free(wd_unconst(q.ids));
	json_decref(o);
	wd_buf_done(&line);
	wd_buf_done(&lines);
}

static void *thread_main(void *arg)
{
	struct wd_control *c = arg;
	for (;;) {
		struct pollfd p[2] = {
			{.fd = c->fd, .events = POLLIN}, {.fd = c->end[0], .events = POLLIN}};
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return NULL;
		if (p[1].revents != 0)
			return NULL;
		int fd = p[0].revents != 0 ? accept4(c->fd, NULL, NULL, SOCK_CLOEXEC) : -1;
		if (fd < 0)
			continue;
		serve(c, fd);
		(void)close(fd);
	}
}

static int listen_at(struct wd_control *c, const char *dir, struct wd_err *err)
{
	struct sockaddr_un addr;
	c->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->dir_fd < 0 || c->fd < 0 || pipe2(c->end, O_CLOEXEC) != 0)
		return wd_err_set(err, WD_E_SYS, "control socket: %s", strerror(errno));
	make_address(c->dir_fd, &addr);
	(void)unlinkat(c->dir_fd, SOCKET_NAME, 0); /* a dead process's; ours is the store's lock */
	if (bind(c->fd, (struct sockaddr *)&addr, sizeof(addr)) != 0 || listen(c->fd, 8) != 0)
		return wd_err_set(
			err, WD_E_SYS, "control socket in '%s': %s", dir, strerror(errno));
	if (fchmodat(c->dir_fd, SOCKET_NAME, 0600, 0) != 0)
		return wd_err_set(
			err, WD_E_SYS, "control socket in '%s': %s", dir, strerror(errno));
	return WD_OK;
}

int wd_control_new(
	const char *dir, const struct wd_operate *o, struct wd_control **ret, struct wd_err *err)
{
	struct wd_control *c = calloc(1, sizeof(*c));
	if (c == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	c->o = o;
	c->dir_fd = c->fd = c->end[0] = c->end[1] = -1;
	int r = listen_at(c, dir, err);
	if (r == WD_OK && pthread_create(&c->thread, NULL, thread_main, c) != 0)
		r = wd_err_set(err, WD_E_SYS, "control socket: cannot start a thread");
	c->started = r == WD_OK;
	if (r != WD_OK) {
		wd_control_free(c);
		return r;
	}
	*ret = c;
	return WD_OK;
}

void wd_control_free(struct wd_control *c)
{
	if (c == NULL)
		return;
	if (c->started) {
		(void)!write(c->end[1], "x", 1);
		(void)pthread_join(c->thread, NULL);
		(void)unlinkat(c->dir_fd, SOCKET_NAME, 0);
	}
	const int fds[] = {c->dir_fd, c->fd, c->end[0], c->end[1]};
	for (size_t i = 0; i < WD_COUNTOF(fds); i++) {
		if (fds[i] >= 0)
			(void)close(fds[i]);
	}
	free(c);
}

/* ---- the command's side ---- */

static char *make_request(const struct wd_operate_request *q)
{
	json_t *ids = json_array();
	for (size_t i = 0; i < q->n; i++)
		(void)json_array_append_new(ids, json_string(q->ids[i]));
	json_t *o = json_pack("{s:s, s:o, s:s*, s:s*, s:b, s:b, s:b}", "verb", q->verb, "ids", ids,
		"reason", q->reason, "to", q->to, "erase", q->erase, "tombstones", q->tombstones,
		"all", q->all);
	char *s = o != NULL ? json_dumps(o, JSON_COMPACT) : NULL;
	json_decref(o);
	return s;
}

static int read_answer(struct wd_str line, struct wd_buf *out, struct wd_err *err)
{
	json_t *o = json_loadb(line.p, line.n, 0, NULL);
	int rc = wd_err_set(err, WD_E_MALFORMED, "the daemon's answer is not understood");
	if (o != NULL && text(o, "lines") != NULL) {
		wd_buf_addc(out, text(o, "lines"));
		rc = flag(o, "ok")
			     ? WD_OK
			     : wd_err_set(err, (int)json_integer_value(json_object_get(o, "code")),
				       "%s", text(o, "error") != NULL ? text(o, "error") : "");
	}
	json_decref(o);
	return rc;
}

static int exchange(
	int fd, const struct wd_operate_request *q, struct wd_buf *out, struct wd_err *err)
{
	struct wd_buf line;
	char *s = make_request(q);
	if (s == NULL)
		return wd_err_set(err, WD_E_NOMEM, "a word of the command is not UTF-8");
	wd_buf_init(&line, ANSWER_MAX);
	int r = wd_fd_write(fd, wd_str_c(s), err);
	if (r == WD_OK)
		r = wd_fd_write(fd, WD_STR("\n"), err);
	if (r == WD_OK)
		r = read_line(fd, ANSWER_S * WD_SEC, &line, err);
	if (r == WD_OK)
		r = read_answer(wd_buf_str(&line), out, err);
	wd_buf_done(&line);
	free(s);
	return r;
}

int wd_control_ask(
	const char *dir, const struct wd_operate_request *q, struct wd_buf *out, struct wd_err *err)
{
	struct sockaddr_un addr;
	int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r = WD_E_NOTFOUND;
	if (dir_fd >= 0 && fd >= 0) {
		make_address(dir_fd, &addr);
		r = connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0
			    ? exchange(fd, q, out, err)
			    : wd_err_set(err, WD_E_NOTFOUND,
				      "store '%s' is in use by a process that does not listen to "
				      "commands; stop it, then try again",
				      dir);
	} else {
		(void)wd_err_set(err, r, "store '%s': %s", dir, strerror(errno));
	}
	if (fd >= 0)
		(void)close(fd);
	if (dir_fd >= 0)
		(void)close(dir_fd);
	return r;
}
