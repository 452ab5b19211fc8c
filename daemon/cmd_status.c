/*
 * `wiredesk status`: asks the running daemon's admin port and prints what it says, readable.
 */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/file.h"
#include "daemon/cmd.h"
#include "daemon/config.h"

#define ANSWER_MAX_BYTES (64 * WD_MIB)

static const char help[] =
	"usage: wiredesk status [-c FILE] [--json] [--watch]\n\n"
	"What the running daemon is doing: asks the address admin.listen of the configuration.\n\n"
	"  -c, --config FILE   the daemon's configuration\n"
	"      --json          print the answer as it comes\n"
	"      --watch         again every two seconds\n"
	"  -h, --help          this text\n";

static int connect_to(struct wd_str listen, struct wd_err *err)
{
	struct sockaddr_storage addr;
	const struct timeval patience = {.tv_sec = 10};
	if (wd_listen_address(listen, &addr) != WD_OK)
		return wd_err_set(err, WD_E_MALFORMED, "admin.listen");
	int fd = socket(addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return wd_err_set(err, WD_E_SYS, "socket: %s", strerror(errno));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	socklen_t n = addr.ss_family == AF_INET ? sizeof(struct sockaddr_in)
						: sizeof(struct sockaddr_in6);
	if (connect(fd, (const struct sockaddr *)&addr, n) != 0) {
		(void)close(fd);
		return wd_err_set(err, WD_E_SYS,
			"nobody answers on %.*s (%s): is the daemon running?", WD_STR_ARG(listen),
			strerror(errno));
	}
	return fd;
}

/* The body of GET /status; free() ret->p. */
static int ask(struct wd_str listen, struct wd_str *ret, struct wd_err *err)
{
	static const char request[] = "GET /status HTTP/1.0\r\n\r\n";
	int fd = connect_to(listen, err);
	if (fd < 0)
		return fd;
	struct wd_buf b;
	wd_buf_init(&b, ANSWER_MAX_BYTES);
	int rc = wd_fd_write(fd, WD_STR(request), err);
	while (rc == WD_OK && wd_buf_reserve(&b, 65536)) {
		ssize_t n = read(fd, b.p + b.n, b.cap - b.n);
		if (n < 0 && errno != EINTR)
			rc = wd_err_set(err, WD_E_SYS, "read: %s", strerror(errno));
		if (n == 0)
			break;
		b.n += (size_t)WD_MAX(n, 0);
	}
	(void)close(fd);
	size_t body = wd_str_find(wd_buf_str(&b), WD_STR("\r\n\r\n"), 0);
	if (rc == WD_OK && (body == SIZE_MAX || wd_buf_failed(&b)))
		rc = wd_err_set(err, WD_E_MALFORMED, "what answers on %.*s is not wiredesk",
			WD_STR_ARG(listen));
	if (rc == WD_OK) {
		memmove(b.p, b.p + body + 4, b.n - body - 4);
		b.n -= body + 4;
		*ret = wd_buf_str(&b);
		return WD_OK;
	}
	wd_buf_done(&b);
	return rc;
}

static long long number(const json_t *o, const char *section, const char *key)
{
	return (long long)json_integer_value(json_object_get(json_object_get(o, section), key));
}

static const char *text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	return s != NULL ? s : "";
}

static void print_feeds(const json_t *feeds)
{
	size_t i, ok = 0;
	json_t *f;
	json_array_foreach(feeds, i, f) ok += strcmp(text(f, "state"), "ok") == 0;
	(void)printf("feeds      %zu, %zu ok\n", json_array_size(feeds), ok);
	json_array_foreach(feeds, i, f)
	{
		if (strcmp(text(f, "state"), "ok") == 0)
			continue;
		(void)printf("  %-24s %-18s next in %llds  %s\n", text(f, "id"), text(f, "state"),
			(long long)json_integer_value(json_object_get(f, "next_in_s")),
			text(f, "reason"));
	}
}

static void print_sinks(const json_t *sinks)
{
	size_t i;
	json_t *s;
	json_array_foreach(sinks, i, s)
	{
		const char *key;
		json_t *v;
		(void)printf("sink      ");
		json_object_foreach(wd_unconst(s), key, v)
		{
			if (json_is_string(v))
				(void)printf(" %s=%s", key, json_string_value(v));
			else if (json_is_integer(v))
				(void)printf(" %s=%lld", key, (long long)json_integer_value(v));
		}
		(void)printf("\n");
	}
}

static long long member(const json_t *o, const char *key)
{
	return (long long)json_integer_value(json_object_get(o, key));
}

static void print_topics(const json_t *topics)
{
	size_t i, k;
	json_t *t, *p;
	json_array_foreach(topics, i, t)
	{
		(void)printf("topic      %s -> %s, %s%s%s%s: %lld records, %lld without a value, "
			     "%lld refused, %lld lost, lag %lld\n",
			text(t, "topic"), text(t, "source"), text(t, "state"),
			json_is_true(json_object_get(t, "paused")) ? ", paused" : "",
			text(t, "reason")[0] != '\0' ? " " : "", text(t, "reason"),
			member(t, "records"), member(t, "skipped"), member(t, "refused"),
			member(t, "lost"), member(t, "lag"));
		json_array_foreach(json_object_get(t, "partitions"), k, p)
		{
			(void)printf("  partition %lld: worked up to %lld, read to %lld of %lld\n",
				member(p, "partition"), member(p, "cursor"), member(p, "position"),
				member(p, "end"));
		}
	}
}

static int print_readable(struct wd_str body, struct wd_err *err)
{
	json_error_t je;
	json_t *o = json_loadb(body.p, body.n, 0, &je);
	if (o == NULL)
		return wd_err_set(err, WD_E_MALFORMED, "the answer is not JSON: %s", je.text);
	(void)printf("wiredesk %s, since %s, rules %s\n", text(o, "version"), text(o, "started"),
		text(o, "rules"));
	(void)printf("documents  %lld received, %lld done, %lld failed, %lld waiting\n",
		number(o, "documents", "received"), number(o, "documents", "done"),
		number(o, "documents", "failed"), number(o, "documents", "waiting"));
	(void)printf("articles   %lld seen, %lld versions, %lld unchanged\n",
		number(o, "articles", "seen"), number(o, "articles", "versions"),
		number(o, "articles", "unchanged"));
	(void)printf("outbox     %lld events, %lld bytes\n", number(o, "outbox", "events"),
		number(o, "outbox", "bytes"));
	if (number(o, "held", "versions") > 0) {
		const char *next = text(json_object_get(o, "held"), "next");
		(void)printf("held       %lld versions, %s%s\n", number(o, "held", "versions"),
			next[0] != '\0' ? "the next until " : "until their sources release them",
			next);
	}
	print_topics(json_object_get(o, "topics"));
	print_sinks(json_object_get(o, "sinks"));
	print_feeds(json_object_get(o, "feeds"));
	json_decref(o);
	return WD_OK;
}

static int show(struct wd_str listen, bool as_json)
{
	struct wd_err err;
	struct wd_str body;
	int rc = ask(listen, &body, &err);
	if (rc == WD_OK) {
		if (as_json)
			(void)fwrite(body.p, 1, body.n, stdout);
		else
			rc = print_readable(body, &err);
		free(wd_unconst(body.p));
	}
	if (rc != WD_OK)
		(void)fprintf(stderr, "wiredesk status: %s\n", err.text);
	(void)fflush(stdout);
	return rc == WD_OK ? WD_EXIT_OK : WD_EXIT_INPUT;
}

static int run(const char *path, bool as_json, bool watch)
{
	wd_cleanup(wd_config_unrefp) struct wd_config *c = NULL;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(16 * WD_MIB);
	struct wd_findings f = {.mem = a};
	if (a == NULL || wd_config_load(path, &c, &f) != WD_OK) {
		(void)fprintf(stderr,
			"wiredesk status: the configuration has errors: see wiredesk check\n");
		return WD_EXIT_USAGE;
	}
	if (c->admin.listen.n == 0) {
		(void)fprintf(
			stderr, "wiredesk status: the configuration has no admin.listen to ask\n");
		return WD_EXIT_USAGE;
	}
	int rc = show(c->admin.listen, as_json);
	while (watch && rc == WD_EXIT_OK) {
		(void)sleep(2);
		if (isatty(STDOUT_FILENO))
			(void)fputs("\033[H\033[2J", stdout);
		rc = show(c->admin.listen, as_json);
	}
	return rc;
}

int wd_cmd_status(int argc, char **argv)
{
	static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
		{"json", no_argument, NULL, 'j'}, {"watch", no_argument, NULL, 'w'},
		{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	const char *path = wd_config_default_path();
	bool as_json = false, watch = false;
	int opt;
	while ((opt = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
		switch (opt) {
		case 'c':
			path = optarg;
			break;
		case 'j':
			as_json = true;
			break;
		case 'w':
			watch = true;
			break;
		case 'h':
			(void)fputs(help, stdout);
			return WD_EXIT_OK;
		default:
			(void)fputs(help, stderr);
			return WD_EXIT_USAGE;
		}
	}
	if (optind < argc) {
		(void)fprintf(
			stderr, "wiredesk status: '%s' is too much; see --help\n", argv[optind]);
		return WD_EXIT_USAGE;
	}
	return run(path, as_json, watch);
}
