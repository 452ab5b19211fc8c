/*
 * Load for bench-receive: POSTs of one-item feeds, each with another story, over many connections
 * from one thread. Without a rate each connection sends when its last answer came; with one,
 * requests are due at fixed times and wait for a connection that is free. A story's title carries
 * the time it was due, in µs, so that a consumer at the other end can tell how long it took.
 *
 * usage: load_http PORT REQUESTS CONNECTIONS [RATE [FIRST]]
 * Prints one line of JSON: answered, refused, seconds, requests a second, p50 and p99 in ms.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONNECTIONS 4096

struct conn {
	int fd;
	bool busy;
	int64_t due_us;
	char answer[2048];
	size_t n;
};

static struct conn conns[MAX_CONNECTIONS];
static size_t conn_count, idle[MAX_CONNECTIONS], idle_n;
static int64_t *took;
static size_t sent, answered, refused, wanted, first;

static int64_t now_us(clockid_t clock)
{
	struct timespec t;
	(void)clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void connect_all(int ep, uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int one = 1;
	for (size_t i = 0; i < conn_count; i++) {
		struct epoll_event e = {.events = EPOLLIN, .data.u64 = i};
		conns[i].fd = socket(AF_INET, SOCK_STREAM, 0);
		if (conns[i].fd < 0 || connect(conns[i].fd, (struct sockaddr *)&a, sizeof(a)) != 0)
			die("connect");
		(void)setsockopt(conns[i].fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		if (epoll_ctl(ep, EPOLL_CTL_ADD, conns[i].fd, &e) != 0)
			die("epoll_ctl");
		idle[idle_n++] = i;
	}
}

static void post(int64_t due_us)
{
	static char filler[1100], body[2048], request[4096];
	struct conn *c = &conns[idle[--idle_n]];
	if (filler[0] == '\0') {
		static const char text[] = "The minister said on Tuesday that talks would go on. ";
		for (size_t i = 0; i + 1 < sizeof(filler); i++)
			filler[i] = text[i % (sizeof(text) - 1)];
	}
	size_t number = first + sent++;
	int n = snprintf(body, sizeof(body),
		"<rss version='2.0'><channel><title>t</title><item><title>Story %zu of %lld</title>"
		"<guid>g%zu</guid><description>%s</description></item></channel></rss>",
		number, (long long)due_us, number, filler);
	n = snprintf(request, sizeof(request),
		"POST /v1/ingest/s HTTP/1.1\r\nHost: x\r\nContent-Type: application/rss+xml\r\n"
		"Content-Length: %d\r\n\r\n%s",
		n, body);
	c->busy = true;
	c->due_us = due_us;
	c->n = 0;
	if (send(c->fd, request, (size_t)n, MSG_NOSIGNAL) != n)
		die("send");
}

/* True: the answer is whole. */
static bool read_answer(struct conn *c)
{
	ssize_t n = recv(c->fd, c->answer + c->n, sizeof(c->answer) - 1 - c->n, 0);
	if (n <= 0)
		die("recv");
	c->n += (size_t)n;
	c->answer[c->n] = '\0';
	const char *end = strstr(c->answer, "\r\n\r\n"),
		   *length = strcasestr(c->answer, "content-length:");
	return end != NULL && length != NULL &&
	       c->n >= (size_t)(end + 4 - c->answer) + strtoul(length + 15, NULL, 10);
}

static void on_readable(size_t i)
{
	struct conn *c = &conns[i];
	if (!c->busy)
		die("closed");
	if (!read_answer(c))
		return;
	took[answered++] = now_us(CLOCK_REALTIME) - c->due_us;
	refused += strncmp(c->answer, "HTTP/1.1 202", 12) != 0;
	c->busy = false;
	idle[idle_n++] = i;
}

static int by_time(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	wanted = strtoul(argv[2], NULL, 10);
	conn_count = strtoul(argv[3], NULL, 10);
	double rate = argc > 4 ? strtod(argv[4], NULL) : 0;
	first = argc > 5 ? strtoul(argv[5], NULL, 10) : 0;
	took = calloc(wanted + 1, sizeof(*took));
	int ep = epoll_create1(0);
	if (conn_count == 0 || conn_count > MAX_CONNECTIONS || took == NULL || ep < 0)
		return 2;
	connect_all(ep, (uint16_t)strtoul(argv[1], NULL, 10));
	int64_t start = now_us(CLOCK_REALTIME);
	while (answered < wanted) {
		struct epoll_event events[256];
		int64_t now = now_us(CLOCK_REALTIME);
		while (sent < wanted && idle_n > 0) {
			int64_t due = rate > 0 ? start + (int64_t)((double)sent * 1e6 / rate) : now;
			if (due > now)
				break;
			post(due);
		}
		int n = epoll_wait(ep, events, 256, rate > 0 ? 1 : 1000);
		for (int i = 0; i < n; i++)
			on_readable((size_t)events[i].data.u64);
	}
	double seconds = (double)(now_us(CLOCK_REALTIME) - start) / 1e6;
	qsort(took, wanted, sizeof(*took), by_time);
	(void)printf("{\"answered\": %zu, \"refused\": %zu, \"seconds\": %.3f, \"rate\": %.1f, "
		     "\"p50_ms\": %.2f, \"p99_ms\": %.2f}\n",
		answered, refused, seconds, (double)answered / seconds,
		(double)took[wanted / 2] / 1e3, (double)took[wanted * 99 / 100] / 1e3);
	return 0;
}
