/*
 * Each thread claims the next input, works on it, and writes when all inputs before it are written.
 * The thread whose input is the next to be written writes straight through; the others keep up to
 * AHEAD_BYTES and then wait for their turn, so memory stays bounded however large the output is.
 *
 * Concurrency: one mutex guards the counters; the turn passes under it. Only the thread whose turn
 * it is writes to stdout, so that needs no lock.
 */
#include "daemon/batch.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/url.h"
#include "daemon/cmd.h"

#define WRITE_BYTES (64 * WD_KIB)
#define AHEAD_BYTES (8 * WD_MIB)
#define MAX_JOBS 256

struct run {
	const struct wd_batch *b;
	pthread_mutex_t lock;
	pthread_cond_t turn_passed;
	size_t next_input, next_output, failed;
	bool broken; /* stdout is gone */
};

struct wd_batch_out {
	struct run *run;
	size_t index;
	struct wd_buf buf;
	size_t lines_end; /* complete lines end here */
};

void wd_batch_init(struct wd_batch *b)
{
	*b = (struct wd_batch){.at_us = -1};
}

void wd_batch_done(struct wd_batch *b)
{
	for (size_t i = 0; i < b->count; i++)
		free(b->paths[i]);
	free(b->paths);
	wd_batch_init(b);
}

int wd_batch_add(struct wd_batch *b, const char *path)
{
	if (b->count == b->cap) {
		size_t cap = b->cap > 0 ? b->cap * 2 : 64;
		char **paths = reallocarray(b->paths, cap, sizeof(*paths));
		if (paths == NULL)
			return WD_E_NOMEM;
		b->paths = paths;
		b->cap = cap;
	}
	b->paths[b->count] = strdup(path);
	return b->paths[b->count] != NULL ? (b->count++, WD_OK) : WD_E_NOMEM;
}

int wd_batch_add_from(struct wd_batch *b, const char *list, struct wd_err *err)
{
	struct wd_str all;
	int rc = wd_file_read(list, 1 * WD_GIB, &all, err);
	if (rc != WD_OK)
		return rc;
	struct wd_str rest = all, line;
	while (rc == WD_OK && wd_str_line(&rest, &line)) {
		if (line.n == 0)
			continue;
		char *path = strndup(line.p, line.n);
		rc = path != NULL ? wd_batch_add(b, path) : WD_E_NOMEM;
		free(path);
	}
	free(wd_unconst(all.p));
	return rc == WD_OK ? rc : wd_err_set(err, rc, "out of memory");
}

void wd_batch_error(const char *input, const struct wd_err *err)
{
	struct wd_buf buf;
	struct wd_json j;
	wd_buf_init(&buf, WD_MIB);
	wd_json_init(&j, &buf);
	wd_json_obj(&j);
	wd_json_kv(&j, "type", WD_STR("error"));
	wd_json_kv(&j, "input", wd_str_c(input));
	wd_json_kv(&j, "code", wd_str_c(wd_rc_name(err->code)));
	wd_json_kv(&j, "message", wd_str_c(err->text));
	wd_json_obj_end(&j);
	(void)fprintf(stderr, "%.*s\n", WD_STR_ARG(wd_buf_str(&buf)));
	wd_buf_done(&buf);
}

struct wd_buf *wd_batch_buf(struct wd_batch_out *out)
{
	return &out->buf;
}

static bool is_my_turn(struct wd_batch_out *out, bool wait)
{
	struct run *r = out->run;
	(void)pthread_mutex_lock(&r->lock);
	while (wait && r->next_output != out->index)
		(void)pthread_cond_wait(&r->turn_passed, &r->lock);
	bool mine = r->next_output == out->index;
	(void)pthread_mutex_unlock(&r->lock);
	return mine;
}

/* The caller has the turn. */
static void write_lines(struct wd_batch_out *out)
{
	struct wd_str lines = {out->buf.p, out->lines_end};
	struct wd_err err;
	if (!out->run->broken && wd_fd_write(STDOUT_FILENO, lines, &err) != WD_OK) {
		out->run->broken = true;
		if (errno != EPIPE)
			wd_batch_error("stdout", &err);
	}
	if (out->lines_end == 0) /* perhaps there is no buffer yet */
		return;
	memmove(out->buf.p, out->buf.p + out->lines_end, out->buf.n - out->lines_end);
	out->buf.n -= out->lines_end;
	out->lines_end = 0;
}

void wd_batch_line(struct wd_batch_out *out)
{
	out->lines_end = out->buf.n;
	if (out->buf.n >= WRITE_BYTES && is_my_turn(out, out->buf.n >= AHEAD_BYTES))
		write_lines(out);
}

/* The document's bytes stay where they were read, a second copy would double the memory of a big
 * one: the caller frees ret_body->p after the document. */
static struct wd_doc *doc_open(
	const struct wd_batch *b, const char *path, struct wd_str *ret_body, struct wd_err *err)
{
	struct wd_str body;
	int rc = wd_file_read(path, b->max_bytes > 0 ? b->max_bytes : WD_MAX_DOC_BYTES, &body, err);
	if (rc != WD_OK)
		return NULL;
	struct wd_doc *doc = wd_doc_new(WD_MIB);
	if (doc == NULL) {
		(void)wd_err_set(err, WD_E_NOMEM, "read '%s': out of memory", path);
		free(wd_unconst(body.p));
		return NULL;
	}
	*ret_body = doc->body = body;
	doc->origin = WD_DOC_FILE;
	doc->input = wd_arena_str(doc->mem, wd_str_c(path));
	doc->url = wd_arena_str(doc->mem, wd_str_c(b->url));
	doc->content_type = wd_arena_str(doc->mem, wd_str_c(b->content_type));
	/* The CloudEvents source has to be a URI: a file without a URL gets a relative file: one.
	 */
	doc->feed_url =
		doc->url.n > 0
			? doc->url
			: wd_url_resolve(doc->mem, WD_STR_NONE,
				  wd_arena_cat(doc->mem, WD_STR("file:"),
					  strcmp(path, "-") == 0 ? WD_STR("stdin") : doc->input));
	doc->fetched_at_us = b->at_us >= 0 ? b->at_us : wd_clock_now_us();
	return doc;
}

static void pass_turn(struct run *r, bool failed)
{
	(void)pthread_mutex_lock(&r->lock);
	r->failed += failed;
	r->next_output++;
	(void)pthread_cond_broadcast(&r->turn_passed);
	(void)pthread_mutex_unlock(&r->lock);
}

static void do_input(struct run *r, size_t index, void *worker)
{
	const char *path = r->b->paths[index];
	struct wd_batch_out out = {.run = r, .index = index};
	struct wd_err err = {0, ""};
	wd_buf_init(&out.buf, 2 * WD_GIB);
	struct wd_str body = WD_STR_NONE;
	struct wd_doc *doc = doc_open(r->b, path, &body, &err);
	int rc = doc != NULL ? WD_OK : err.code;
	if (doc != NULL)
		doc->seq = index;
	if (rc == WD_OK)
		rc = r->b->one(worker, doc, &out, &err);
	if (rc == WD_OK && out.buf.failed)
		rc = wd_err_set(&err, WD_E_LIMIT, "output of one input is over 2 GiB");
	(void)is_my_turn(&out, true);
	if (rc == WD_OK) {
		out.lines_end = out.buf.n;
		write_lines(&out);
	} else {
		err.code = rc;
		wd_batch_error(path, &err);
	}
	pass_turn(r, rc != WD_OK);
	wd_buf_done(&out.buf);
	wd_doc_free(doc);
	free(wd_unconst(body.p));
}

static void show_progress(const struct run *r, size_t index)
{
	if (r->b->count >= 100 && index % 100 == 0 && isatty(STDERR_FILENO) &&
		!isatty(STDOUT_FILENO))
		(void)fprintf(stderr, "\r%zu of %zu%s", index, r->b->count,
			index + 100 > r->b->count ? "\n" : "");
}

static void *work(void *arg)
{
	struct run *r = arg;
	void *worker = r->b->worker_new != NULL ? r->b->worker_new(r->b->ctx) : r->b->ctx;
	for (;;) {
		(void)pthread_mutex_lock(&r->lock);
		size_t index = r->broken ? r->b->count : r->next_input++;
		(void)pthread_mutex_unlock(&r->lock);
		if (index >= r->b->count)
			break;
		show_progress(r, index);
		do_input(r, index, worker);
	}
	if (r->b->worker_free != NULL)
		r->b->worker_free(worker);
	return NULL;
}

int wd_batch_run(struct wd_batch *b)
{
	pthread_t threads[MAX_JOBS];
	struct run r = {
		.b = b, .lock = PTHREAD_MUTEX_INITIALIZER, .turn_passed = PTHREAD_COND_INITIALIZER};
	if (b->count == 0 && wd_batch_add(b, "-") != WD_OK)
		return WD_EXIT_INPUT;
	unsigned extra = (unsigned)WD_MIN(b->jobs > 0 ? b->jobs - 1 : 0, b->count - 1), started = 0;
	while (started < extra && pthread_create(&threads[started], NULL, work, &r) == 0)
		started++;
	(void)work(&r);
	for (unsigned i = 0; i < started; i++)
		(void)pthread_join(threads[i], NULL);
	return r.failed > 0 || r.broken ? WD_EXIT_INPUT : WD_EXIT_OK;
}

int wd_batch_option(struct wd_batch *b, int opt, const char *arg)
{
	struct wd_err err;
	uint64_t v;
	switch (opt) {
	case 'j':
		if (wd_str_to_u64(wd_str_c(arg), 1, MAX_JOBS, &v) != WD_OK) {
			(void)fprintf(stderr,
				"wiredesk: --jobs takes a number from 1 to %d, not '%s'\n",
				MAX_JOBS, arg);
			return -1;
		}
		b->jobs = (unsigned)v;
		return 1;
	case 'a':
		if (wd_time_parse(wd_str_c(arg), &b->at_us) != WD_OK || b->at_us < 0) {
			(void)fprintf(stderr,
				"wiredesk: --at takes a time such as 2025-08-24T00:00:00Z, not '%s'\n",
				arg);
			return -1;
		}
		return 1;
	case 'f':
		if (wd_batch_add_from(b, arg, &err) != WD_OK) {
			(void)fprintf(stderr, "wiredesk: --files-from: %s\n", err.text);
			return -1;
		}
		return 1;
	case 'u':
		b->url = arg;
		return 1;
	default:
		return 0;
	}
}
