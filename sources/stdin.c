/*
 * One document at a time: the next is read when the last is durable, so a full inbox holds the pipe
 * back and its writer waits.
 *
 * Concurrency: the thread owns all; `lock` guards `synced`; an eventfd ends a wait for bytes.
 */
#include "sources/stdin.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "sources/conf.h"

#define READ_BYTES (64 * WD_KIB)
#define FULL_WAIT_MS 200

struct wd_stdin {
	struct wd_stdin_opts o;
	pthread_t thread;
	int stop_fd;
	struct wd_buf doc;
	bool is_too_long;
	uint64_t taken, dropped;
	struct wd_inbox_ticket ticket;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int synced; /* 1: not yet */
};

static void on_synced(struct wd_inbox_ticket *t, int rc)
{
	struct wd_stdin *s = (struct wd_stdin *)((char *)t - offsetof(struct wd_stdin, ticket));
	(void)pthread_mutex_lock(&s->lock);
	s->synced = rc;
	(void)pthread_cond_signal(&s->changed);
	(void)pthread_mutex_unlock(&s->lock);
}

/* False: told to stop. */
static bool wait_stop(struct wd_stdin *s, int fd, int timeout_ms)
{
	struct pollfd p[2] = {{.fd = s->stop_fd, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
	while (poll(p, fd >= 0 ? 2 : 1, timeout_ms) < 0 && errno == EINTR)
		;
	return p[0].revents == 0;
}

static int put(struct wd_stdin *s, struct wd_inbox_record *r)
{
	s->ticket.done = on_synced;
	s->synced = 1;
	int rc = wd_intake_put(s->o.intake, r, 1, &s->ticket);
	if (rc != WD_OK)
		return rc;
	(void)pthread_mutex_lock(&s->lock);
	while (s->synced == 1)
		(void)pthread_cond_wait(&s->changed, &s->lock);
	rc = s->synced;
	(void)pthread_mutex_unlock(&s->lock);
	if (rc != WD_OK)
		wd_intake_lost(s->o.intake, r->id);
	return rc;
}

static void drop(struct wd_stdin *s, const char *why)
{
	s->dropped++;
	wd_log(WD_LOG_WARNING, s->o.source, "stdin-dropped", "bytes=%zu: %s", s->doc.n, why);
}

/* The document is whole. False: told to stop. */
static bool take(struct wd_stdin *s)
{
	struct wd_str body = wd_buf_str(&s->doc);
	bool is_long = s->is_too_long;
	s->is_too_long = false;
	if (!is_long && wd_str_trim(body).n == 0)
		return true;
	if (is_long || wd_doc_is_binary(body)) {
		drop(s, is_long ? "over max_size" : "no text in any character set");
		return true;
	}
	struct wd_hash h = wd_hash_bytes(body);
	uint64_t id[4] = {wd_hash64(s->o.source), 0, h.hi, h.lo};
	struct wd_inbox_record r = {.id = wd_hash_bytes((struct wd_str){(char *)id, sizeof(id)}),
		.body_hash = h.lo,
		.origin = WD_DOC_PUSH,
		.source = s->o.source,
		.input = WD_STR("-"),
		.body = body};
	for (;;) {
		r.received_us = wd_clock_now_us();
		int rc = put(s, &r);
		if (rc == WD_OK) {
			s->taken++;
			return true;
		}
		if (rc == WD_E_LIMIT) {
			drop(s, "too large for the inbox");
			return true;
		}
		if (rc == WD_E_DENIED || !wait_stop(s, -1, FULL_WAIT_MS))
			return false;
	}
}

static bool add(struct wd_stdin *s, struct wd_str bytes)
{
	while (bytes.n > 0) {
		size_t end = wd_str_chr(bytes, '\0', 0);
		wd_buf_add(&s->doc, wd_str_sub(bytes, 0, end));
		if (wd_buf_failed(&s->doc)) {
			s->is_too_long = true;
			wd_buf_reset(&s->doc);
		}
		if (end >= bytes.n)
			return true;
		if (!take(s))
			return false;
		wd_buf_reset(&s->doc);
		bytes = wd_str_from(bytes, end + 1);
	}
	return true;
}

static void *read_main(void *arg)
{
	struct wd_stdin *s = arg;
	static char bytes[READ_BYTES];
	bool goes_on = true;
	(void)pthread_setname_np(pthread_self(), "stdin");
	while (goes_on && wait_stop(s, s->o.fd, -1)) {
		ssize_t n = read(s->o.fd, bytes, sizeof(bytes));
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0) {
			(void)take(s);
			wd_log(WD_LOG_NOTICE, s->o.source, "stdin-ended", "taken=%llu dropped=%llu",
				(unsigned long long)s->taken, (unsigned long long)s->dropped);
			break;
		}
		goes_on = add(s, (struct wd_str){bytes, (size_t)n});
	}
	return NULL;
}

struct wd_stdin *wd_stdin_new(const struct wd_stdin_opts *opts, struct wd_err *err)
{
	struct wd_stdin *s = calloc(1, sizeof(*s));
	if (s == NULL) {
		(void)wd_err_set(err, WD_E_NOMEM, "out of memory");
		return NULL;
	}
	s->o = *opts;
	s->stop_fd = eventfd(0, EFD_CLOEXEC);
	wd_buf_init(&s->doc, opts->max_bytes);
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->changed, NULL);
	if (s->stop_fd < 0 || pthread_create(&s->thread, NULL, read_main, s) != 0) {
		(void)wd_err_set(err, WD_E_SYS, "receive.stdin: cannot start its thread");
		if (s->stop_fd >= 0)
			(void)close(s->stop_fd);
		free(s);
		return NULL;
	}
	return s;
}

void wd_stdin_free(struct wd_stdin *s)
{
	if (s == NULL)
		return;
	uint64_t one = 1;
	if (write(s->stop_fd, &one, sizeof(one)) == (ssize_t)sizeof(one))
		(void)pthread_join(s->thread, NULL);
	(void)close(s->stop_fd);
	wd_buf_done(&s->doc);
	(void)pthread_mutex_destroy(&s->lock);
	(void)pthread_cond_destroy(&s->changed);
	free(s);
}
