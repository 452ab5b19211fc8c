/*
 * JSONL file: one structured event a line, each batch synced before it counts as delivered.
 *
 * The store remembers the file offset beside the position. What a crash left behind that offset is
 * looked at on start: complete lines are events that were delivered although nobody noted it (they
 * are skipped, not written twice), a torn last line is cut off and written anew. A file shorter
 * than the offset was rotated away or emptied: writing goes on at its end.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "sinks/event.h"
#include "sinks/sink.h"

struct jsonl {
	struct wd_sink_host host;
	const char *path;
	int fd;
	bool fresh; /* nothing was noted in this run yet */
	struct wd_sink_place place;
	struct wd_buf buf;
};

static bool wants(const struct wd_sink *s, const struct wd_row *row)
{
	(void)s;
	return row->kind == WD_ROW_ARTICLE;
}

static void jsonl_close(struct wd_sink *s)
{
	struct jsonl *j = (struct jsonl *)s;
	if (j == NULL)
		return;
	if (j->fd >= 0)
		(void)close(j->fd);
	wd_buf_done(&j->buf);
	free(j);
}

static int jsonl_open(const struct wd_sink_conf *conf, const struct wd_sink_host *host,
	struct wd_sink **ret, struct wd_err *err)
{
	if (conf->path == NULL || conf->path[0] == '\0')
		return wd_err_set(err, WD_E_MALFORMED, "sink jsonl: no path given");
	struct jsonl *j = calloc(1, sizeof(*j));
	if (j == NULL)
		return wd_err_set(err, WD_E_NOMEM, "sink jsonl: out of memory");
	j->host = *host;
	j->path = conf->path;
	j->fd = -1;
	j->fresh = true;
	j->place = (struct wd_sink_place){.pos = host->pos, .mark = host->mark};
	wd_buf_init(&j->buf, 4 * WD_EVENT_MAX_BYTES);
	*ret = (struct wd_sink *)j;
	return WD_OK;
}

/* Counts line ends in [from, size); *ret_end is the offset behind the last one. */
static int count_lines(struct jsonl *j, int64_t from, int64_t size, size_t *ret_lines,
	int64_t *ret_end, struct wd_err *err)
{
	char block[65536];
	*ret_lines = 0;
	*ret_end = from;
	for (int64_t at = from; at < size;) {
		ssize_t n = pread(j->fd, block, sizeof(block), at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return wd_err_set(err, WD_E_SYS, "jsonl '%s': read: %s", j->path,
				n < 0 ? strerror(errno) : "it became shorter");
		for (ssize_t i = 0; i < n; i++) {
			if (block[i] != '\n')
				continue;
			(*ret_lines)++;
			*ret_end = at + i + 1;
		}
		at += n;
	}
	return WD_OK;
}

static int open_file(struct jsonl *j, struct stat *st, struct wd_err *err)
{
	if (j->fd >= 0)
		(void)close(j->fd);
	j->fd = open(j->path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (j->fd >= 0 && fstat(j->fd, st) == 0)
		return WD_OK;
	return wd_err_set(err, errno == EACCES || errno == EISDIR ? WD_E_DENIED : WD_E_TRANSIENT,
		"jsonl '%s': %s", j->path, strerror(errno));
}

static int jsonl_establish(struct wd_sink *s, struct wd_sink_place *ret, struct wd_err *err)
{
	struct jsonl *j = (struct jsonl *)s;
	struct stat st;
	size_t lines;
	int64_t end;
	int r = open_file(j, &st, err);
	if (r != WD_OK)
		return r;
	bool known = j->host.known || !j->fresh;
	bool rotated = st.st_size < j->place.mark;
	int64_t from = known && !rotated ? j->place.mark : 0;
	r = count_lines(j, from, st.st_size, &lines, &end, err);
	if (r != WD_OK)
		return r;
	if (end < st.st_size && ftruncate(j->fd, end) != 0)
		return wd_err_set(err, WD_E_TRANSIENT, "jsonl '%s': cut a torn line: %s", j->path,
			strerror(errno));
	j->place.mark = end;
	j->place.skip = known && !rotated ? lines : 0;
	j->fresh = false;
	*ret = j->place;
	j->place.skip = 0;
	return WD_OK;
}

static int write_out(struct jsonl *j, struct wd_err *err)
{
	struct wd_str s = wd_buf_str(&j->buf);
	int64_t at = j->place.mark;
	while (s.n > 0) {
		ssize_t n = pwrite(j->fd, s.p, s.n, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return wd_err_set(err, errno == ENOSPC ? WD_E_FULL : WD_E_TRANSIENT,
				"jsonl '%s': write: %s", j->path, strerror(errno));
		s = wd_str_from(s, (size_t)n);
		at += n;
	}
	if (fdatasync(j->fd) != 0)
		return wd_err_set(
			err, WD_E_TRANSIENT, "jsonl '%s': sync: %s", j->path, strerror(errno));
	j->place.mark = at;
	return WD_OK;
}

static int jsonl_submit(struct wd_sink *s, const struct wd_row *rows, size_t n, size_t *ret_taken,
	struct wd_err *err)
{
	struct jsonl *j = (struct jsonl *)s;
	*ret_taken = 0;
	wd_buf_reset(&j->buf);
	size_t taken = 0;
	for (; taken < n && j->buf.n < WD_EVENT_MAX_BYTES; taken++)
		wd_event_line(&j->buf, rows[taken].attrs, rows[taken].data);
	if (wd_buf_failed(&j->buf))
		return wd_err_set(err, WD_E_LIMIT, "jsonl '%s': a batch is too large", j->path);
	int r = write_out(j, err);
	if (r != WD_OK) {
		/* Nothing half-written stays for readers; establish repairs what this cannot. */
		if (ftruncate(j->fd, j->place.mark) != 0)
			(void)wd_err_prefix(err, "and not cut back");
		return r == WD_E_FULL ? WD_E_TRANSIENT : r;
	}
	j->place.pos = rows[taken - 1].seq;
	*ret_taken = taken;
	return taken < n ? WD_E_FULL : WD_OK;
}

static int jsonl_poll(
	struct wd_sink *s, int64_t wait_us, struct wd_sink_place *ret, struct wd_err *err)
{
	(void)wait_us, (void)err;
	*ret = ((struct jsonl *)s)->place;
	return WD_OK;
}

const struct wd_sink_ops wd_sink_jsonl = {
	.name = "jsonl",
	.wants = wants,
	.open = jsonl_open,
	.establish = jsonl_establish,
	.submit = jsonl_submit,
	.poll = jsonl_poll,
	.close = jsonl_close,
};
