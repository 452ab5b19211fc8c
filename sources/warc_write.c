/*
 * Writing WARC 1.1: one gzip member a record, files rotated by size and age, ".open" behind the
 * name of the file in work. A member is compressed into memory first and written with one write, so
 * a crash can tear only the last one; the next start cuts that off.
 *
 * Record ids are "urn:uuid:" over a hash of URI, time and bytes: the same document archived again
 * has the same id, which keeps replays identical.
 *
 * Concurrency: none; the owner calls from one thread.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/limits.h"
#include "sources/warc.h"

struct wd_warc_writer {
	struct wd_warc_writer_opts opts;
	char dir[PATH_MAX / 2], path[PATH_MAX];
	int fd;
	uint64_t size, last_offset;
	int64_t opened_us;
	unsigned serial;
	struct wd_buf record, member;
};

static const char open_suffix[] = ".open";

static struct wd_str record_id(struct wd_arena *a, struct wd_str what, const struct wd_doc *doc)
{
	struct wd_hasher *h = wd_hasher_new();
	if (h == NULL)
		return WD_STR_NONE;
	wd_hasher_add(h, what);
	wd_hasher_add(h, doc->url);
	wd_hasher_add_u64(h, (uint64_t)doc->fetched_at_us);
	wd_hasher_add(h, doc->body);
	struct wd_hash x = wd_hasher_end(h);
	wd_hasher_free(h);
	/* RFC 9562 version 8: custom content. */
	unsigned long long hi = (x.hi & ~UINT64_C(0xF000)) | 0x8000;
	unsigned long long lo = (x.lo & ~(UINT64_C(3) << 62)) | UINT64_C(1) << 63;
	return wd_arena_printf(a, "urn:uuid:%08llx-%04llx-%04llx-%04llx-%012llx", hi >> 32,
		hi >> 16 & 0xFFFF, hi & 0xFFFF, lo >> 48, lo & 0xFFFFFFFFFFFF);
}

static int compress_member(struct wd_warc_writer *w, struct wd_err *err)
{
	z_stream z = {0};
	wd_buf_reset(&w->member);
	if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	int rc = WD_E_LIMIT;
	if (wd_buf_reserve(&w->member, deflateBound(&z, w->record.n))) {
		z.next_in = (unsigned char *)w->record.p;
		z.avail_in = (uInt)w->record.n;
		z.next_out = (unsigned char *)w->member.p;
		z.avail_out = (uInt)WD_MIN(w->member.cap, (size_t)UINT32_MAX);
		size_t room = z.avail_out;
		if (deflate(&z, Z_FINISH) == Z_STREAM_END) {
			w->member.n = room - z.avail_out;
			rc = WD_OK;
		}
	}
	(void)deflateEnd(&z);
	return rc == WD_OK ? rc : wd_err_set(err, rc, "a record is too large to archive");
}

static int put_record(struct wd_warc_writer *w, struct wd_err *err)
{
	if (w->record.failed)
		return wd_err_set(err, WD_E_LIMIT, "a record is too large to archive");
	int rc = compress_member(w, err);
	if (rc == WD_OK)
		rc = wd_fd_write(w->fd, wd_buf_str(&w->member), err);
	if (rc != WD_OK) {
		/* A torn member must not stand before good ones. */
		if (ftruncate(w->fd, (off_t)w->size) != 0 ||
			lseek(w->fd, (off_t)w->size, SEEK_SET) < 0)
			return wd_err_prefix(err, "archive '%s' is torn", w->path);
		return wd_err_prefix(err, "archive '%s'", w->path);
	}
	w->last_offset = w->size;
	w->size += w->member.n;
	return WD_OK;
}

static void begin_record(
	struct wd_warc_writer *w, const char *type, struct wd_str id, int64_t date_us)
{
	char t[WD_TIME_TEXT];
	wd_buf_reset(&w->record);
	wd_buf_printf(&w->record,
		"WARC/1.1\r\nWARC-Type: %s\r\nWARC-Record-ID: <%.*s>\r\nWARC-Date: %.*s\r\n", type,
		WD_STR_ARG(id), WD_STR_ARG(wd_time_format(date_us, true, t)));
}

static void end_record(struct wd_warc_writer *w, const char *content_type, struct wd_str block)
{
	wd_buf_printf(&w->record, "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n", content_type,
		block.n);
	wd_buf_add(&w->record, block);
	wd_buf_addc(&w->record, "\r\n\r\n");
}

static int put_warcinfo(struct wd_warc_writer *w, struct wd_err *err)
{
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(64 * WD_KIB);
	if (a == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	const char *name = strrchr(w->path, '/');
	name = name != NULL ? name + 1 : w->path;
	struct wd_doc who = {.url = wd_str_c(name), .fetched_at_us = w->opened_us};
	struct wd_str body = wd_arena_printf(a,
		"software: %s\r\nformat: WARC File Format 1.1\r\n"
		"conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n",
		w->opts.software != NULL ? w->opts.software : "wiredesk");
	begin_record(w, "warcinfo", record_id(a, WD_STR("warcinfo"), &who), w->opened_us);
	wd_buf_printf(&w->record, "WARC-Filename: %.*s\r\n",
		(int)(strlen(name) - strlen(open_suffix)), name);
	end_record(w, "application/warc-fields", body);
	return put_record(w, err);
}

static int open_file(struct wd_warc_writer *w, struct wd_err *err)
{
	w->opened_us = wd_clock_now_us();
	int64_t year, days = w->opened_us / WD_DAY, s = w->opened_us % WD_DAY / WD_SEC;
	unsigned month, day;
	wd_civil_from_days(days, &year, &month, &day);
	do {
		int n = snprintf(w->path, sizeof(w->path),
			"%s/wiredesk-%04d%02u%02u%02d%02d%02d-%05u.warc.gz%s", w->dir, (int)year,
			month, day, (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60), w->serial++,
			open_suffix);
		if (n < 0 || (size_t)n >= sizeof(w->path))
			return wd_err_set(err, WD_E_LIMIT, "archive path too long");
		/* Neither a file in work nor a finished one may have the name. */
		char final[PATH_MAX];
		(void)snprintf(final, sizeof(final), "%.*s", n - (int)strlen(open_suffix), w->path);
		if (access(final, F_OK) == 0) {
			errno = EEXIST;
			continue;
		}
		w->fd = open(w->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	} while (w->fd < 0 && errno == EEXIST);
	if (w->fd < 0)
		return wd_err_set(err, WD_E_SYS, "create '%s': %s", w->path, strerror(errno));
	w->size = 0;
	return put_warcinfo(w, err);
}

static int close_file(struct wd_warc_writer *w, struct wd_err *err)
{
	if (w->fd < 0)
		return WD_OK;
	char final[PATH_MAX];
	size_t n = strlen(w->path) - strlen(open_suffix);
	memcpy(final, w->path, n);
	final[n] = '\0';
	int rc = fsync(w->fd) == 0
			 ? WD_OK
			 : wd_err_set(err, WD_E_SYS, "sync '%s': %s", w->path, strerror(errno));
	(void)close(w->fd);
	w->fd = -1;
	if (rc == WD_OK && rename(w->path, final) != 0)
		rc = wd_err_set(err, WD_E_SYS, "rename '%s': %s", w->path, strerror(errno));
	return rc == WD_OK ? wd_dir_sync(w->dir, err) : rc;
}

/* A file that a crash left open: good records up to the tear are kept, the rest is cut off. */
static int mend(struct wd_warc_writer *w, const char *name, struct wd_err *err)
{
	struct wd_warc_reader *r;
	struct wd_warc_record rec;
	uint64_t good = 0;
	if (snprintf(w->path, sizeof(w->path), "%s/%s", w->dir, name) >= (int)sizeof(w->path))
		return wd_err_set(err, WD_E_LIMIT, "archive path too long");
	int rc = wd_warc_open(w->path, WD_MAX_DOC_BYTES * 2, &r, err);
	if (rc != WD_OK)
		return rc;
	while (wd_warc_next(r, &rec, err) > 0)
		good = rec.offset + rec.length;
	wd_warc_close(r);
	if (good == 0)
		return unlink(w->path) == 0 ? WD_OK
					    : wd_err_set(err, WD_E_SYS, "remove '%s': %s", w->path,
						      strerror(errno));
	w->fd = open(w->path, O_WRONLY | O_CLOEXEC);
	if (w->fd < 0 || ftruncate(w->fd, (off_t)good) != 0)
		return wd_err_set(err, WD_E_SYS, "mend '%s': %s", w->path, strerror(errno));
	return close_file(w, err);
}

static bool has_suffix(const char *name, const char *suffix)
{
	return wd_str_ends(wd_str_c(name), wd_str_c(suffix));
}

static int mend_all(struct wd_warc_writer *w, struct wd_err *err)
{
	DIR *d = opendir(w->dir);
	int rc = WD_OK;
	if (d == NULL)
		return wd_err_set(err, WD_E_SYS, "open '%s': %s", w->dir, strerror(errno));
	for (struct dirent *e; rc == WD_OK && (e = readdir(d)) != NULL;) {
		if (has_suffix(e->d_name, open_suffix))
			rc = mend(w, e->d_name, err);
	}
	(void)closedir(d);
	return rc;
}

static int is_finished(const struct dirent *e)
{
	return has_suffix(e->d_name, ".warc.gz") && strncmp(e->d_name, "wiredesk-", 9) == 0;
}

/* Names sort by time, so the oldest go first. */
static void prune(const struct wd_warc_writer *w)
{
	struct dirent **list;
	int n = scandir(w->dir, &list, is_finished, alphasort);
	uint64_t total = 0;
	int64_t now = wd_clock_now_us();
	for (int i = n - 1; i >= 0; i--) {
		char path[PATH_MAX];
		struct stat st;
		(void)snprintf(path, sizeof(path), "%s/%s", w->dir, list[i]->d_name);
		if (stat(path, &st) == 0) {
			total += (uint64_t)st.st_size;
			bool old = w->opts.max_age_us > 0 &&
				   now - (int64_t)st.st_mtim.tv_sec * WD_SEC > w->opts.max_age_us;
			if (old || (w->opts.max_total_bytes > 0 && total > w->opts.max_total_bytes))
				(void)unlink(path);
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

int wd_warc_writer_open(
	const struct wd_warc_writer_opts *opts, struct wd_warc_writer **ret, struct wd_err *err)
{
	struct wd_warc_writer *w = calloc(1, sizeof(*w));
	if (w == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	w->opts = *opts;
	w->fd = -1;
	wd_buf_init(&w->record, WD_MAX_DOC_BYTES + WD_MIB);
	wd_buf_init(&w->member, WD_MAX_DOC_BYTES + 2 * WD_MIB);
	int rc = snprintf(w->dir, sizeof(w->dir), "%s", opts->dir) < (int)sizeof(w->dir)
			 ? wd_dir_make(w->dir, 0750, err)
			 : wd_err_set(err, WD_E_LIMIT, "archive path too long");
	if (rc == WD_OK)
		rc = mend_all(w, err);
	if (rc == WD_OK)
		rc = open_file(w, err);
	if (rc != WD_OK) {
		struct wd_err ignored;
		(void)(wd_warc_writer_close(w, &ignored) == WD_OK);
		return rc;
	}
	*ret = w;
	return WD_OK;
}

static int rotate_if_due(struct wd_warc_writer *w, struct wd_err *err)
{
	bool due =
		(w->opts.max_file_bytes > 0 && w->size >= w->opts.max_file_bytes) ||
		(w->opts.max_file_us > 0 && wd_clock_now_us() - w->opened_us > w->opts.max_file_us);
	if (w->fd >= 0 && !due)
		return WD_OK;
	int rc = close_file(w, err);
	if (rc != WD_OK)
		return rc;
	prune(w);
	return open_file(w, err);
}

static void put_http_head(struct wd_buf *b, const struct wd_doc *doc)
{
	static const char *const undone[] = {
		"Content-Encoding", "Transfer-Encoding", "Content-Length"};
	wd_buf_printf(b, "HTTP/1.1 %d \r\n", doc->status > 0 ? doc->status : 200);
	for (size_t i = 0; i < doc->header_count; i++) {
		bool is_undone = false;
		for (size_t k = 0; k < WD_COUNTOF(undone); k++)
			is_undone = is_undone || wd_str_ieqc(doc->headers[i].name, undone[k]);
		wd_buf_printf(b, "%s%.*s: %.*s\r\n", is_undone ? "X-Archive-Orig-" : "",
			WD_STR_ARG(doc->headers[i].name), WD_STR_ARG(doc->headers[i].value));
	}
	wd_buf_printf(b, "Content-Length: %zu\r\n\r\n", doc->body.n);
}

static void put_target(struct wd_buf *b, const struct wd_doc *doc)
{
	wd_buf_printf(b, "WARC-Target-URI: %.*s\r\n",
		WD_STR_ARG(doc->url.n > 0 ? doc->url : doc->feed_url));
	if (doc->feed.n > 0)
		wd_buf_printf(b, "WARC-X-Wiredesk-Feed: %.*s\r\n", WD_STR_ARG(doc->feed));
}

int wd_warc_write_doc(struct wd_warc_writer *w, struct wd_arena *a, const struct wd_doc *doc,
	struct wd_str same_as_uri, int64_t same_as_us, struct wd_str *ret_id, struct wd_err *err)
{
	int rc = rotate_if_due(w, err);
	if (rc != WD_OK)
		return rc;
	bool revisit = same_as_uri.n > 0 || doc->status == 304;
	bool resource = doc->status == 0 && !revisit; /* a spooled file: there was no HTTP */
	char t[WD_TIME_TEXT];
	struct wd_buf block;
	wd_buf_init(&block, WD_MAX_DOC_BYTES + WD_MIB);
	if (!resource)
		put_http_head(&block, doc);
	if (!revisit)
		wd_buf_add(&block, doc->body);
	struct wd_str id = record_id(a, revisit ? WD_STR("revisit") : WD_STR("response"), doc);
	begin_record(w,
		revisit    ? "revisit"
		: resource ? "resource"
			   : "response",
		id, doc->fetched_at_us);
	put_target(&w->record, doc);
	wd_buf_printf(&w->record, "WARC-Payload-Digest: %.*s\r\nWARC-Block-Digest: %.*s\r\n",
		WD_STR_ARG(wd_warc_digest(a, doc->body)),
		WD_STR_ARG(wd_warc_digest(a, wd_buf_str(&block))));
	if (revisit)
		wd_buf_printf(&w->record,
			"WARC-Profile: http://netpreserve.org/warc/1.1/revisit/%s\r\n",
			doc->status == 304 ? "server-not-modified" : "identical-payload-digest");
	if (revisit && same_as_uri.n > 0)
		wd_buf_printf(&w->record,
			"WARC-Refers-To-Target-URI: %.*s\r\nWARC-Refers-To-Date: %.*s\r\n",
			WD_STR_ARG(same_as_uri), WD_STR_ARG(wd_time_format(same_as_us, true, t)));
	struct wd_str ct =
		doc->content_type.n > 0 ? doc->content_type : WD_STR("application/octet-stream");
	end_record(w, resource ? wd_arena_cstr(a, ct) : "application/http; msgtype=response",
		wd_buf_str(&block));
	rc = block.failed ? wd_err_set(err, WD_E_LIMIT, "a document is too large to archive")
			  : put_record(w, err);
	wd_buf_done(&block);
	if (rc == WD_OK)
		*ret_id = id;
	return rc;
}

int wd_warc_writer_sync(struct wd_warc_writer *w, struct wd_err *err)
{
	return w->fd < 0 || fsync(w->fd) == 0
		       ? WD_OK
		       : wd_err_set(err, WD_E_SYS, "sync '%s': %s", w->path, strerror(errno));
}

void wd_warc_writer_where(
	const struct wd_warc_writer *w, struct wd_str *ret_file, uint64_t *ret_offset)
{
	*ret_file = wd_str_c(w->path);
	ret_file->n -= w->fd >= 0 ? strlen(open_suffix) : 0;
	*ret_offset = w->last_offset;
}

int wd_warc_writer_close(struct wd_warc_writer *w, struct wd_err *err)
{
	if (w == NULL)
		return WD_OK;
	int rc = close_file(w, err);
	wd_buf_done(&w->record);
	wd_buf_done(&w->member);
	free(w);
	return rc;
}
