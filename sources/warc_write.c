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
#include "base/url.h"
#include "sources/warc.h"

struct wd_warc_writer {
	struct wd_warc_writer_opts opts;
	char dir[PATH_MAX / 2], path[PATH_MAX];
	int fd;
	uint64_t size, last_offset, doc_offset;
	uint64_t finished_bytes; /* of the files beside this one */
	uint64_t docs;           /* in this file */
	int64_t opened_us, pruned_us;
	bool pruned;
	unsigned serial;
	struct wd_buf record, member;
};

static const char open_suffix[] = ".open";
#define PRUNE_EVERY_US WD_HOUR

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

static int compress_member(struct wd_str in, struct wd_buf *out, struct wd_err *err)
{
	z_stream z = {0};
	wd_buf_reset(out);
	if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	int rc = WD_E_LIMIT;
	if (wd_buf_reserve(out, deflateBound(&z, in.n))) {
		z.next_in = wd_unconst(in.p);
		z.avail_in = (uInt)in.n;
		z.next_out = (unsigned char *)out->p;
		z.avail_out = (uInt)WD_MIN(out->cap, (size_t)UINT32_MAX);
		size_t room = z.avail_out;
		if (deflate(&z, Z_FINISH) == Z_STREAM_END) {
			out->n = room - z.avail_out;
			rc = WD_OK;
		}
	}
	(void)deflateEnd(&z);
	return rc == WD_OK ? rc : wd_err_set(err, rc, "a record is too large to archive");
}

int wd_warc_put_record(int fd, const struct wd_warc_record *rec, struct wd_err *err)
{
	struct wd_buf b, member;
	wd_buf_init(&b, WD_MAX_DOC_BYTES + 2 * WD_MIB);
	wd_buf_init(&member, WD_MAX_DOC_BYTES + 4 * WD_MIB);
	wd_buf_addc(&b, "WARC/1.1\r\n");
	for (size_t i = 0; i < rec->header_count; i++) { /* as bytes: there may be a NUL in them */
		wd_buf_add(&b, rec->headers[i].name);
		wd_buf_addc(&b, ": ");
		wd_buf_add(&b, rec->headers[i].value);
		wd_buf_addc(&b, "\r\n");
	}
	wd_buf_addc(&b, "\r\n");
	wd_buf_add(&b, rec->block);
	wd_buf_addc(&b, "\r\n\r\n");
	int rc = b.failed ? wd_err_set(err, WD_E_LIMIT, "the record is too large")
			  : compress_member(wd_buf_str(&b), &member, err);
	if (rc == WD_OK)
		rc = wd_fd_write(fd, wd_buf_str(&member), err);
	wd_buf_done(&b);
	wd_buf_done(&member);
	return rc;
}

static int put_record(struct wd_warc_writer *w, struct wd_err *err)
{
	if (w->record.failed)
		return wd_err_set(err, WD_E_LIMIT, "a record is too large to archive");
	int rc = compress_member(wd_buf_str(&w->record), &w->member, err);
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
	w->size = w->docs = 0;
	return put_warcinfo(w, err);
}

static int close_file(struct wd_warc_writer *w, struct wd_err *err)
{
	if (w->fd < 0)
		return WD_OK;
	if (w->docs == 0) { /* nothing came: no file */
		(void)close(w->fd);
		w->fd = -1;
		return unlink(w->path) == 0 ? WD_OK
					    : wd_err_set(err, WD_E_SYS, "remove '%s': %s", w->path,
						      strerror(errno));
	}
	char final[PATH_MAX];
	size_t n = strlen(w->path) - strlen(open_suffix);
	memcpy(final, w->path, n);
	final[n] = '\0';
	int rc = fsync(w->fd) == 0
			 ? WD_OK
			 : wd_err_set(err, WD_E_SYS, "sync '%s': %s", w->path, strerror(errno));
	(void)close(w->fd);
	w->fd = -1;
	w->finished_bytes += w->size;
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
	w->docs = 1;
	w->size = good;
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
static void prune(struct wd_warc_writer *w)
{
	struct dirent **list;
	int n = scandir(w->dir, &list, is_finished, alphasort);
	uint64_t total = w->fd >= 0 ? w->size : 0, kept = 0;
	int64_t now = wd_clock_now_us();
	w->pruned_us = now;
	for (int i = n - 1; i >= 0; i--) {
		char path[PATH_MAX];
		struct stat st;
		(void)snprintf(path, sizeof(path), "%s/%s", w->dir, list[i]->d_name);
		if (stat(path, &st) == 0) {
			total += (uint64_t)st.st_size;
			bool old = w->opts.max_age_us > 0 &&
				   now - (int64_t)st.st_mtim.tv_sec * WD_SEC > w->opts.max_age_us;
			bool over = w->opts.max_total_bytes > 0 && total > w->opts.max_total_bytes;
			if ((old || over) && unlink(path) == 0)
				w->pruned = true;
			else
				kept += (uint64_t)st.st_size;
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	w->finished_bytes = kept;
}

static void prune_if_over(struct wd_warc_writer *w)
{
	if (w->opts.max_total_bytes > 0 && w->finished_bytes > 0 &&
		w->finished_bytes + w->size > w->opts.max_total_bytes)
		prune(w);
}

int wd_warc_writer_open(
	const struct wd_warc_writer_opts *opts, struct wd_warc_writer **ret, struct wd_err *err)
{
	struct wd_warc_writer *w = calloc(1, sizeof(*w));
	if (w == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	w->opts = *opts;
	w->fd = -1;
	if (opts->max_total_bytes > 0 && opts->max_file_bytes > opts->max_total_bytes / 2)
		w->opts.max_file_bytes = opts->max_total_bytes / 2;
	wd_buf_init(&w->record, WD_MAX_DOC_BYTES + WD_MIB);
	wd_buf_init(&w->member, WD_MAX_DOC_BYTES + 2 * WD_MIB);
	int rc = snprintf(w->dir, sizeof(w->dir), "%s", opts->dir) < (int)sizeof(w->dir)
			 ? wd_dir_make(w->dir, 0750, err)
			 : wd_err_set(err, WD_E_LIMIT, "archive path too long");
	if (rc == WD_OK)
		rc = mend_all(w, err);
	if (rc == WD_OK) {
		prune(w);
		rc = open_file(w, err);
	}
	if (rc != WD_OK) {
		struct wd_err ignored;
		(void)(wd_warc_writer_close(w, &ignored) == WD_OK);
		return rc;
	}
	*ret = w;
	return WD_OK;
}

static bool is_due(const struct wd_warc_writer *w)
{
	return (w->opts.max_file_bytes > 0 && w->size >= w->opts.max_file_bytes) ||
	       (w->opts.max_file_us > 0 && wd_clock_now_us() - w->opened_us > w->opts.max_file_us);
}

static int rotate_if_due(struct wd_warc_writer *w, struct wd_err *err)
{
	if (w->fd >= 0 && (w->docs == 0 || !is_due(w)))
		return WD_OK;
	int rc = close_file(w, err);
	if (rc != WD_OK)
		return rc;
	prune(w);
	return open_file(w, err);
}

int wd_warc_writer_tick(struct wd_warc_writer *w, struct wd_err *err)
{
	int rc = w->fd >= 0 && w->docs > 0 ? rotate_if_due(w, err) : WD_OK;
	if (wd_clock_now_us() - w->pruned_us > PRUNE_EVERY_US)
		prune(w);
	return rc;
}

bool wd_warc_writer_pruned(struct wd_warc_writer *w)
{
	bool was = w->pruned;
	w->pruned = false;
	return was;
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

static struct wd_str target_of(const struct wd_doc *doc)
{
	return doc->url.n > 0 ? doc->url : doc->feed_url.n > 0 ? doc->feed_url : doc->input;
}

/* A value from outside may not end its line. */
static void put_field(struct wd_buf *b, const char *name, struct wd_str value)
{
	if (value.n == 0)
		return;
	wd_buf_printf(b, "%s: ", name);
	for (size_t i = 0; i < value.n; i++)
		wd_buf_putc(b, (unsigned char)value.p[i] < 0x20 ? ' ' : value.p[i]);
	wd_buf_addc(b, "\r\n");
}

static const char *origin_of(const struct wd_doc *doc)
{
	return doc->origin == WD_DOC_PUSH    ? "push"
	       : doc->origin == WD_DOC_SPOOL ? "spool"
	       : doc->origin == WD_DOC_KAFKA ? "kafka"
	       : doc->origin == WD_DOC_HTTP  ? "poll"
					     : "other";
}

/* Where it belongs: what a replay needs to do as the daemon did. */
static void put_target(struct wd_buf *b, const struct wd_doc *doc)
{
	struct wd_str target = target_of(doc);
	put_field(b, "WARC-Target-URI", target);
	put_field(b, "WARC-X-Wiredesk-Feed", doc->feed);
	if (!wd_str_eq(doc->feed_url, target))
		put_field(b, "WARC-X-Wiredesk-Feed-URL", doc->feed_url);
	if (!wd_str_eq(doc->input, target))
		put_field(b, "WARC-X-Wiredesk-Input", doc->input);
	put_field(b, "WARC-X-Wiredesk-Origin", wd_str_c(origin_of(doc)));
}

static void put_digests(struct wd_warc_writer *w, struct wd_arena *a, struct wd_str payload,
	bool has_payload, struct wd_str block)
{
	if (has_payload)
		put_field(&w->record, "WARC-Payload-Digest", wd_warc_digest(a, payload));
	put_field(&w->record, "WARC-Block-Digest", wd_warc_digest(a, block));
}

static void put_same(
	struct wd_warc_writer *w, const struct wd_doc *doc, const struct wd_warc_same *same)
{
	char t[WD_TIME_TEXT];
	wd_buf_printf(&w->record, "WARC-Profile: http://netpreserve.org/warc/1.1/revisit/%s\r\n",
		doc->status == 304 ? "server-not-modified" : "identical-payload-digest");
	if (same == NULL)
		return;
	if (same->id.n > 0)
		wd_buf_printf(&w->record, "WARC-Refers-To: <%.*s>\r\n", WD_STR_ARG(same->id));
	put_field(&w->record, "WARC-Refers-To-Target-URI", same->uri);
	put_field(&w->record, "WARC-Refers-To-Date", wd_time_format(same->us, true, t));
}

static int put_main(struct wd_warc_writer *w, struct wd_arena *a, const struct wd_doc *doc,
	const struct wd_warc_same *same, struct wd_str *ret_id, struct wd_err *err)
{
	bool revisit = same != NULL || doc->status == 304;
	bool resource = doc->status == 0 && !revisit; /* a spooled file: there was no HTTP */
	struct wd_buf block;
	wd_buf_init(&block, WD_MAX_DOC_BYTES + WD_MIB);
	if (!resource)
		put_http_head(&block, doc);
	if (!revisit)
		wd_buf_add(&block, doc->body);
	const char *type = revisit ? "revisit" : resource ? "resource" : "response";
	*ret_id = record_id(a, revisit ? WD_STR("revisit") : WD_STR("response"), doc);
	begin_record(w, type, *ret_id, doc->fetched_at_us);
	put_target(&w->record, doc);
	put_digests(w, a, doc->body, doc->status != 304, wd_buf_str(&block));
	if (revisit)
		put_same(w, doc, same);
	struct wd_str ct =
		doc->content_type.n > 0 ? doc->content_type : WD_STR("application/octet-stream");
	end_record(w, resource ? wd_arena_cstr(a, ct) : "application/http; msgtype=response",
		wd_buf_str(&block));
	int rc = block.failed ? wd_err_set(err, WD_E_LIMIT, "a document is too large to archive")
			      : put_record(w, err);
	wd_buf_done(&block);
	return rc;
}

/* Beside the document's record: what was asked, and what is known of it. */
static int put_beside(struct wd_warc_writer *w, struct wd_arena *a, const struct wd_doc *doc,
	const char *type, const char *content_type, struct wd_str to, struct wd_str block,
	struct wd_err *err)
{
	begin_record(w, type, record_id(a, wd_str_c(type), doc), doc->fetched_at_us);
	put_field(&w->record, "WARC-Target-URI", target_of(doc));
	wd_buf_printf(&w->record, "WARC-Concurrent-To: <%.*s>\r\n", WD_STR_ARG(to));
	put_digests(w, a, WD_STR_NONE, false, block);
	end_record(w, content_type, block);
	return put_record(w, err);
}

static int put_request(struct wd_warc_writer *w, struct wd_arena *a, const struct wd_doc *doc,
	struct wd_str to, struct wd_err *err)
{
	struct wd_url u = wd_url_split(doc->url);
	struct wd_buf b;
	wd_buf_init(&b, WD_MIB);
	wd_buf_printf(&b, "GET %s%.*s%s%.*s HTTP/1.1\r\n", u.path.n == 0 ? "/" : "",
		WD_STR_ARG(u.path), u.query.n > 0 ? "?" : "", WD_STR_ARG(u.query));
	wd_buf_printf(&b, "Host: %.*s%s%.*s\r\n", WD_STR_ARG(u.host), u.port.n > 0 ? ":" : "",
		WD_STR_ARG(u.port));
	for (size_t i = 0; i < doc->sent_count; i++)
		put_field(&b, wd_arena_cstr(a, doc->sent[i].name), doc->sent[i].value);
	wd_buf_addc(&b, "\r\n");
	int rc = put_beside(
		w, a, doc, "request", "application/http; msgtype=request", to, wd_buf_str(&b), err);
	wd_buf_done(&b);
	return rc;
}

static int put_metadata(struct wd_warc_writer *w, struct wd_arena *a, const struct wd_doc *doc,
	struct wd_str to, struct wd_err *err)
{
	struct wd_buf b;
	wd_buf_init(&b, WD_MIB);
	put_field(&b, "feed", doc->feed);
	put_field(&b, "feedUrl", doc->feed_url);
	put_field(&b, "origin", wd_str_c(origin_of(doc)));
	put_field(&b, "timezone", doc->hints.timezone);
	put_field(&b, "language", doc->hints.language);
	put_field(&b, "charset", doc->hints.charset);
	put_field(&b, "format", doc->hints.format);
	int rc = put_beside(
		w, a, doc, "metadata", "application/warc-fields", to, wd_buf_str(&b), err);
	wd_buf_done(&b);
	return rc;
}

int wd_warc_write_doc(struct wd_warc_writer *w, struct wd_arena *a, const struct wd_doc *doc,
	const struct wd_warc_same *same, struct wd_str *ret_id, struct wd_err *err)
{
	struct wd_str id = WD_STR_NONE;
	int rc = rotate_if_due(w, err);
	if (rc == WD_OK)
		rc = put_main(w, a, doc, same, &id, err);
	if (rc != WD_OK)
		return rc;
	w->doc_offset = w->last_offset;
	w->docs++;
	*ret_id = id;
	if (same == NULL && doc->status != 304) {
		if (doc->status != 0)
			rc = put_request(w, a, doc, id, err);
		if (rc == WD_OK)
			rc = put_metadata(w, a, doc, id, err);
	}
	prune_if_over(w);
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
	*ret_file = wd_str_from(wd_str_c(w->path), strlen(w->dir) + 1);
	ret_file->n -= w->fd >= 0 ? strlen(open_suffix) : 0;
	*ret_offset = w->doc_offset;
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
