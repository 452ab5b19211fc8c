/* The table of sinks, and the two that only write lines: stdout and memory. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "sinks/event.h"
#include "sinks/sink.h"

static const struct wd_sink_ops *const sinks[] = {
	&wd_sink_jsonl, &wd_sink_kafka, &wd_sink_memory, &wd_sink_stdout};

const struct wd_sink_ops *wd_sink_find(const char *type)
{
	for (size_t i = 0; i < WD_COUNTOF(sinks); i++) {
		if (strcmp(sinks[i]->name, type) == 0)
			return sinks[i];
	}
	return NULL;
}

struct lines {
	struct wd_sink_host host;
	struct wd_buf buf;
	struct wd_sink_place place;
};

static bool wants_articles(const struct wd_sink *s, const struct wd_row *row)
{
	(void)s;
	return row->kind == WD_ROW_ARTICLE;
}

static int lines_open(const struct wd_sink_conf *conf, const struct wd_sink_host *host,
	struct wd_sink **ret, struct wd_err *err)
{
	(void)conf;
	struct lines *l = calloc(1, sizeof(*l));
	if (l == NULL)
		return wd_err_set(err, WD_E_NOMEM, "sink: out of memory");
	l->host = *host;
	wd_buf_init(&l->buf, 2 * WD_EVENT_MAX_BYTES);
	l->place.pos = host->pos;
	*ret = (struct wd_sink *)l;
	return WD_OK;
}

static int lines_establish(struct wd_sink *s, struct wd_sink_place *ret, struct wd_err *err)
{
	(void)err;
	*ret = ((struct lines *)s)->place;
	return WD_OK;
}

static int lines_poll(
	struct wd_sink *s, int64_t wait_us, struct wd_sink_place *ret, struct wd_err *err)
{
	(void)wait_us;
	return lines_establish(s, ret, err);
}

static void lines_close(struct wd_sink *s)
{
	struct lines *l = (struct lines *)s;
	if (l == NULL)
		return;
	wd_buf_done(&l->buf);
	free(l);
}

static int stdout_submit(struct wd_sink *s, const struct wd_row *rows, size_t n, size_t *ret_taken,
	struct wd_err *err)
{
	struct lines *l = (struct lines *)s;
	for (*ret_taken = 0; *ret_taken < n; (*ret_taken)++) {
		wd_buf_reset(&l->buf);
		wd_event_line(&l->buf, rows[*ret_taken].attrs, rows[*ret_taken].data);
		int r = wd_buf_failed(&l->buf)
				? wd_err_set(err, WD_E_LIMIT, "stdout: an event is too large")
				: wd_fd_write(STDOUT_FILENO, wd_buf_str(&l->buf), err);
		if (r != WD_OK) /* the reader is gone: nobody can be served any more */
			return wd_err_set(
				err, errno == EPIPE ? WD_E_BUG : r, "stdout: %s", strerror(errno));
		l->place.pos = rows[*ret_taken].seq;
	}
	return WD_OK;
}

static int memory_submit(struct wd_sink *s, const struct wd_row *rows, size_t n, size_t *ret_taken,
	struct wd_err *err)
{
	struct lines *l = (struct lines *)s;
	(void)err;
	for (*ret_taken = 0; *ret_taken < n; (*ret_taken)++) {
		wd_buf_reset(&l->buf);
		wd_event_line(&l->buf, rows[*ret_taken].attrs, rows[*ret_taken].data);
		l->host.line(wd_buf_str(&l->buf), l->host.ctx);
		l->place.pos = rows[*ret_taken].seq;
	}
	return WD_OK;
}

const struct wd_sink_ops wd_sink_stdout = {
	.name = "stdout",
	.wants = wants_articles,
	.open = lines_open,
	.establish = lines_establish,
	.submit = stdout_submit,
	.poll = lines_poll,
	.close = lines_close,
};

const struct wd_sink_ops wd_sink_memory = {
	.name = "memory",
	.wants = wants_articles,
	.open = lines_open,
	.establish = lines_establish,
	.submit = memory_submit,
	.poll = lines_poll,
	.close = lines_close,
};
