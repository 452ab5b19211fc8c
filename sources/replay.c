/*
 * One reader per kind behind a small switch; the kind is told by content, not by name. A folder is
 * listed once at the start (sorted), its files are read one by one, and a WARC, tar or JSONL file
 * inside a folder is read as what it is.
 *
 * Concurrency: none, one thread reads.
 */
#include "sources/replay.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <ftw.h>
#include <jansson.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/url.h"
#include "sources/warc.h"

enum kind { KIND_FILE, KIND_WARC, KIND_TAR, KIND_JSONL };

struct item {
	char *path, *feed; /* feed: the folder below the archive's top, or empty */
	uint64_t size;
};

struct wd_replay {
	struct wd_replay_opts opts;
	struct item *items;
	size_t count, cap, next;
	uint64_t done, total;
	/* the open item */
	struct wd_warc_reader *warc;
	struct archive *tar;
	FILE *lines;
	char *line;
	size_t line_cap, line_number;
	const struct item *open;
};

/* ---- listing ---- */

static int add_item(struct wd_replay *r, const char *path, struct wd_str feed, uint64_t size)
{
	if (r->count == r->cap) {
		size_t cap = r->cap > 0 ? r->cap * 2 : 256;
		struct item *items = reallocarray(r->items, cap, sizeof(*items));
		if (items == NULL)
			return WD_E_NOMEM;
		r->items = items;
		r->cap = cap;
	}
	struct item it = {strdup(path), strndup(feed.n > 0 ? feed.p : "", feed.n), size};
	if (it.path == NULL || it.feed == NULL) {
		free(it.path);
		free(it.feed);
		return WD_E_NOMEM;
	}
	r->items[r->count++] = it;
	r->total += size;
	return WD_OK;
}

static int by_path(const void *x, const void *y)
{
	const struct item *a = x, *b = y;
	return strcmp(a->path, b->path);
}

/* nftw() has no context pointer; listing happens on one thread, before anything else runs. */
static __thread struct {
	struct wd_replay *r;
	size_t top_len;
	int rc;
} walk;

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	if (type != FTW_F || !S_ISREG(st->st_mode) || path[ftw->base] == '.')
		return 0;
	size_t dir_end = ftw->base > 0 ? (size_t)ftw->base - 1 : 0;
	struct wd_str feed = WD_STR_NONE;
	if (dir_end > walk.top_len + 1)
		feed = (struct wd_str){path + walk.top_len + 1, dir_end - walk.top_len - 1};
	walk.rc = add_item(walk.r, path, feed, (uint64_t)st->st_size);
	return walk.rc;
}

static int add_path(struct wd_replay *r, const char *path, struct wd_err *err)
{
	struct stat st;
	if (stat(path, &st) != 0)
		return wd_err_set(err, WD_E_SYS, "open '%s': %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return add_item(r, path, WD_STR_NONE, (uint64_t)st.st_size) == WD_OK
			       ? WD_OK
			       : wd_err_set(err, WD_E_NOMEM, "out of memory");
	struct wd_str top = wd_str_c(path);
	while (top.n > 1 && top.p[top.n - 1] == '/')
		top.n--;
	char *clean = strndup(top.p, top.n);
	size_t first = r->count;
	walk.r = r;
	walk.top_len = top.n;
	walk.rc = clean != NULL ? WD_OK : WD_E_NOMEM;
	if (walk.rc == WD_OK && nftw(clean, visit, 32, FTW_PHYS) != 0 && walk.rc == WD_OK)
		walk.rc = wd_err_set(err, WD_E_SYS, "list '%s': %s", path, strerror(errno));
	free(clean);
	if (walk.rc == WD_E_NOMEM)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	if (walk.rc == WD_OK && r->count == first)
		return wd_err_set(err, WD_E_NOTFOUND, "folder '%s' has no files", path);
	if (r->count > first)
		qsort(r->items + first, r->count - first, sizeof(*r->items), by_path);
	return walk.rc;
}

int wd_replay_open(const char *const *paths, size_t count, const struct wd_replay_opts *opts,
	struct wd_replay **ret, struct wd_err *err)
{
	struct wd_replay *r = calloc(1, sizeof(*r));
	if (r == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	r->opts = *opts;
	if (r->opts.at_us < 0)
		r->opts.at_us = WD_REPLAY_EPOCH_US;
	if (r->opts.max_doc_bytes == 0)
		r->opts.max_doc_bytes = WD_MAX_DOC_BYTES;
	int rc = WD_OK;
	for (size_t i = 0; i < count && rc == WD_OK; i++)
		rc = add_path(r, paths[i], err);
	if (rc != WD_OK) {
		wd_replay_close(r);
		return rc;
	}
	*ret = r;
	return WD_OK;
}

static void close_item(struct wd_replay *r)
{
	wd_warc_close(wd_take(r->warc));
	if (r->tar != NULL)
		(void)archive_read_free(r->tar);
	if (r->lines != NULL)
		(void)fclose(r->lines);
	r->tar = NULL;
	r->lines = NULL;
	if (r->open != NULL)
		r->done += r->open->size;
	r->open = NULL;
}

void wd_replay_close(struct wd_replay *r)
{
	if (r == NULL)
		return;
	close_item(r);
	for (size_t i = 0; i < r->count; i++) {
		free(r->items[i].path);
		free(r->items[i].feed);
	}
	free(r->items);
	free(r->line);
	free(r);
}

void wd_replay_progress(const struct wd_replay *r, uint64_t *ret_done, uint64_t *ret_total)
{
	*ret_done = r->done;
	*ret_total = r->total;
	if (r->warc != NULL)
		*ret_done += wd_warc_tell(r->warc);
	else if (r->tar != NULL)
		*ret_done += (uint64_t)WD_MAX(archive_filter_bytes(r->tar, -1), INT64_C(0));
	else if (r->lines != NULL)
		*ret_done += (uint64_t)WD_MAX(ftello(r->lines), INT64_C(0));
}

/* ---- documents ---- */

static struct wd_str file_uri(struct wd_arena *a, struct wd_str path)
{
	return wd_url_resolve(a, WD_STR_NONE, wd_arena_cat(a, WD_STR("file:"), path));
}

static struct wd_doc *new_doc(size_t body_bytes, struct wd_err *err)
{
	struct wd_doc *doc = wd_doc_new(body_bytes + WD_MIB);
	if (doc == NULL)
		(void)wd_err_set(err, WD_E_NOMEM, "out of memory");
	else
		doc->origin = WD_DOC_ARCHIVE;
	return doc;
}

static void copy_headers(struct wd_doc *doc, const struct wd_warc_http *http)
{
	doc->headers = wd_arena_array(doc->mem, http->header_count, sizeof(*doc->headers));
	if (doc->headers == NULL)
		return;
	for (size_t i = 0; i < http->header_count; i++) {
		doc->headers[i].name = wd_arena_str(doc->mem, http->headers[i].name);
		doc->headers[i].value = wd_arena_str(doc->mem, http->headers[i].value);
	}
	doc->header_count = http->header_count;
	doc->content_type = wd_doc_header(doc, "Content-Type");
	doc->etag = wd_doc_header(doc, "ETag");
	doc->last_modified = wd_doc_header(doc, "Last-Modified");
}

/* Some archivers keep the header although they undid the coding. The other codings have a mark of
 * their own; what is no brotli and begins like a document is one. */
static bool is_undone(struct wd_str payload, struct wd_str coding)
{
	struct wd_str s = wd_str_trim(payload);
	if (wd_str_starts(s, WD_STR("\xEF\xBB\xBF")))
		s = wd_str_from(s, 3);
	return wd_str_ieqc(wd_str_trim(coding), "br") && s.n > 0 &&
	       (s.p[0] == '<' || s.p[0] == '{' || s.p[0] == '[');
}

/* A response's decoded payload, or a resource's block, into the document. */
static int warc_body(
	struct wd_doc *doc, const struct wd_warc_record *rec, size_t max, struct wd_err *err)
{
	if (wd_str_eqc(rec->type, "resource")) {
		doc->content_type = wd_arena_str(doc->mem, rec->content_type);
		return wd_arena_dup(doc->mem, rec->block, &doc->body) == WD_OK
			       ? WD_OK
			       : wd_err_set(err, WD_E_LIMIT, "document over its limit");
	}
	wd_cleanup(wd_arena_freep) struct wd_arena *tmp = wd_arena_new(2 * max + 4 * WD_MIB);
	struct wd_warc_http http;
	struct wd_str body, coding = WD_STR_NONE;
	if (tmp == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	int rc = wd_warc_http(tmp, rec->block, &http, err);
	if (rc != WD_OK)
		return rc;
	doc->status = http.status;
	if (http.status != 410 && (http.status < 200 || http.status > 299))
		return WD_E_NOTFOUND;
	for (size_t i = 0; i < http.header_count; i++) {
		if (wd_str_ieqc(http.headers[i].name, "Content-Encoding"))
			coding = http.headers[i].value;
	}
	rc = wd_warc_decode(tmp, http.payload, coding, max, &body, err);
	if (rc == WD_E_MALFORMED && is_undone(http.payload, coding))
		body = http.payload;
	else if (rc != WD_OK)
		return rc;
	copy_headers(doc, &http);
	return wd_arena_dup(doc->mem, body, &doc->body) == WD_OK
		       ? WD_OK
		       : wd_err_set(err, WD_E_LIMIT, "document over its limit");
}

/* What our own archives say beside the standard: where the document belonged. */
static void own_headers(struct wd_doc *doc, const struct wd_warc_record *rec)
{
	struct wd_str feed = WD_STR_NONE, feed_url = WD_STR_NONE, input = WD_STR_NONE,
		      origin = WD_STR_NONE;
	const struct {
		const char *name;
		struct wd_str *to;
	} known[] = {{"WARC-X-Wiredesk-Feed", &feed}, {"WARC-X-Wiredesk-Feed-URL", &feed_url},
		{"WARC-X-Wiredesk-Input", &input}, {"WARC-X-Wiredesk-Origin", &origin}};
	for (size_t i = 0; i < rec->header_count; i++) {
		for (size_t k = 0; k < WD_COUNTOF(known); k++) {
			if (wd_str_ieqc(rec->headers[i].name, known[k].name))
				*known[k].to = rec->headers[i].value;
		}
	}
	doc->feed = feed.n > 0 ? wd_arena_str(doc->mem, feed) : doc->url;
	doc->feed_url = feed_url.n > 0 ? wd_arena_str(doc->mem, feed_url) : doc->url;
	doc->input = input.n > 0 ? wd_arena_str(doc->mem, input) : doc->url;
	/* A polled address that answered with a page was no article then and is none now. */
	if (wd_str_eqc(origin, "poll"))
		doc->origin = WD_DOC_HTTP;
	else if (wd_str_eqc(origin, "push"))
		doc->origin = WD_DOC_PUSH;
	else if (wd_str_eqc(origin, "spool"))
		doc->origin = WD_DOC_SPOOL;
	else if (wd_str_eqc(origin, "kafka"))
		doc->origin = WD_DOC_KAFKA;
	/* A record needs a target; a document that came without a URL had its source's name there.
	 */
	bool is_handed_in = doc->origin == WD_DOC_PUSH || doc->origin == WD_DOC_SPOOL ||
			    doc->origin == WD_DOC_KAFKA;
	if (is_handed_in && feed_url.n == 0)
		doc->url = WD_STR_NONE;
}

int wd_replay_doc_from_warc(
	const struct wd_warc_record *rec, size_t max_bytes, struct wd_doc **ret, struct wd_err *err)
{
	if (!wd_str_eqc(rec->type, "response") && !wd_str_eqc(rec->type, "resource"))
		return WD_E_NOTFOUND;
	wd_cleanup(wd_doc_freep) struct wd_doc *doc = new_doc(max_bytes, err);
	if (doc == NULL)
		return WD_E_NOMEM;
	int rc = warc_body(doc, rec, max_bytes, err);
	if (rc != WD_OK)
		return rc;
	doc->url = wd_arena_str(doc->mem, rec->uri);
	own_headers(doc, rec);
	doc->record = wd_arena_str(doc->mem, rec->id);
	doc->fetched_at_us = rec->date_us;
	*ret = wd_take(doc);
	return WD_OK;
}

/* A document that is a file or a tar's member. */
static int plain_doc(struct wd_replay *r, struct wd_str name, struct wd_str feed,
	struct wd_str body, struct wd_doc **ret, struct wd_err *err)
{
	struct wd_doc *doc = new_doc(body.n, err);
	if (doc == NULL || wd_arena_dup(doc->mem, body, &doc->body) != WD_OK) {
		wd_doc_free(doc);
		return wd_err_set(err, WD_E_NOMEM, "'%.*s': out of memory", WD_STR_ARG(name));
	}
	doc->input = wd_arena_str(doc->mem, name);
	doc->feed = wd_arena_str(doc->mem, feed.n > 0 ? feed : name);
	doc->feed_url = file_uri(doc->mem, doc->feed);
	doc->fetched_at_us = r->opts.at_us;
	*ret = doc;
	return 1;
}

/* ---- readers ---- */

static int next_warc(struct wd_replay *r, struct wd_doc **ret, struct wd_err *err)
{
	struct wd_warc_record rec;
	for (;;) {
		int rc = wd_warc_next(r->warc, &rec, err);
		if (rc <= 0)
			return rc;
		rc = wd_replay_doc_from_warc(&rec, r->opts.max_doc_bytes, ret, err);
		if (rc == WD_OK && (*ret)->fetched_at_us < 0)
			(*ret)->fetched_at_us = r->opts.at_us;
		if (rc == WD_OK)
			return 1;
		if (rc != WD_E_NOTFOUND) {
			(void)wd_err_prefix(err, "'%s': offset %llu", r->open->path,
				(unsigned long long)rec.offset);
			return rc;
		}
	}
}

static int next_tar(struct wd_replay *r, struct wd_doc **ret, struct wd_err *err)
{
	for (;;) {
		struct archive_entry *e;
		int a = archive_read_next_header(r->tar, &e);
		if (a == ARCHIVE_EOF)
			return 0;
		if (a < ARCHIVE_WARN) {
			(void)wd_err_set(err, WD_E_MALFORMED, "'%s': %s", r->open->path,
				archive_error_string(r->tar));
			close_item(r); /* libarchive cannot go on behind damage */
			return err->code;
		}
		const char *name = archive_entry_pathname(e);
		if (archive_entry_filetype(e) != AE_IFREG || name == NULL)
			continue;
		struct wd_buf body;
		wd_buf_init(&body, r->opts.max_doc_bytes + 1); /* one more tells that it is over */
		la_ssize_t got = 1;
		while (got > 0 && body.n < body.max &&
			wd_buf_reserve(&body, WD_MIN((size_t)65536, body.max - body.n))) {
			got = archive_read_data(r->tar, body.p + body.n, body.cap - body.n);
			body.n += got > 0 ? (size_t)got : 0;
		}
		int rc;
		struct wd_str member = wd_str_c(name);
		size_t slash = member.n;
		while (slash > 0 && member.p[slash - 1] != '/')
			slash--;
		if (got < 0)
			rc = wd_err_set(err, WD_E_MALFORMED, "'%s': member '%s': %s", r->open->path,
				name, archive_error_string(r->tar));
		else if (body.n > r->opts.max_doc_bytes)
			rc = wd_err_set(err, WD_E_LIMIT, "'%s': member '%s' is over %zu bytes",
				r->open->path, name, r->opts.max_doc_bytes);
		else
			rc = plain_doc(r, member, wd_str_sub(member, 0, slash > 0 ? slash - 1 : 0),
				wd_buf_str(&body), ret, err);
		wd_buf_done(&body);
		return rc;
	}
}

static struct wd_str member_str(struct wd_doc *doc, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);
	return json_is_string(v) ? wd_arena_str(doc->mem, (struct wd_str){json_string_value(v),
								  json_string_length(v)})
				 : WD_STR_NONE;
}

static int json_doc(
	struct wd_replay *r, const json_t *o, size_t size, struct wd_doc **ret, struct wd_err *err)
{
	wd_cleanup(wd_doc_freep) struct wd_doc *doc = new_doc(size, err);
	if (doc == NULL)
		return WD_E_NOMEM;
	doc->body = member_str(doc, o, "body");
	doc->url = member_str(doc, o, "url");
	doc->feed = member_str(doc, o, "feed");
	doc->content_type = member_str(doc, o, "content_type");
	if (doc->feed.n == 0)
		doc->feed = doc->url;
	if (doc->body.n == 0 || doc->feed.n == 0)
		return wd_err_set(err, WD_E_MALFORMED,
			"'%s': line %zu: a document needs \"body\" and \"url\" or \"feed\"",
			r->open->path, r->line_number);
	doc->feed_url = doc->url.n > 0 ? doc->url : file_uri(doc->mem, doc->feed);
	doc->input = doc->feed_url;
	doc->status = (int)json_integer_value(json_object_get(o, "status"));
	struct wd_str at = member_str(doc, o, "fetched_at");
	if (at.n == 0)
		doc->fetched_at_us = r->opts.at_us;
	else if (wd_time_parse(at, &doc->fetched_at_us) != WD_OK)
		return wd_err_set(err, WD_E_MALFORMED,
			"'%s': line %zu: fetched_at is no RFC 3339 time", r->open->path,
			r->line_number);
	*ret = wd_take(doc);
	return 1;
}

static int next_line(struct wd_replay *r, struct wd_doc **ret, struct wd_err *err)
{
	for (;;) {
		ssize_t n = getline(&r->line, &r->line_cap, r->lines);
		if (n < 0)
			return 0;
		r->line_number++;
		struct wd_str line = wd_str_trim((struct wd_str){r->line, (size_t)n});
		if (line.n == 0)
			continue;
		if (line.n > r->opts.max_doc_bytes)
			return wd_err_set(err, WD_E_LIMIT, "'%s': line %zu is over %zu bytes",
				r->open->path, r->line_number, r->opts.max_doc_bytes);
		json_error_t je;
		json_t *o = json_loadb(line.p, line.n, 0, &je);
		if (!json_is_object(o)) {
			json_decref(o);
			return wd_err_set(err, WD_E_MALFORMED, "'%s': line %zu: %s", r->open->path,
				r->line_number, o == NULL ? je.text : "not an object");
		}
		int rc = json_doc(r, o, line.n, ret, err);
		json_decref(o);
		return rc;
	}
}

static enum kind kind_of(const char *path)
{
	static const char *const tars[] = {
		".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.xz", ".tar.bz2"};
	unsigned char head[512] = {0};
	wd_cleanup(wd_close_filep) FILE *f = fopen(path, "rbe");
	size_t n = f != NULL ? fread(head, 1, sizeof(head), f) : 0;
	struct wd_str name = wd_str_c(path), start = {(const char *)head, n};
	if (wd_str_starts(start, WD_STR("WARC/")) || wd_str_ends(name, WD_STR(".warc.gz")) ||
		wd_str_ends(name, WD_STR(".warc")) || wd_str_ends(name, WD_STR(".warc.gz.open")))
		return KIND_WARC;
	if (n >= 262 && memcmp(head + 257, "ustar", 5) == 0)
		return KIND_TAR;
	for (size_t i = 0; i < WD_COUNTOF(tars); i++) {
		if (wd_str_ends(name, wd_str_c(tars[i])))
			return KIND_TAR;
	}
	return wd_str_ends(name, WD_STR(".jsonl")) && n > 0 && head[0] == '{' ? KIND_JSONL
									      : KIND_FILE;
}

static int open_tar(struct wd_replay *r, const char *path, struct wd_err *err)
{
	r->tar = archive_read_new();
	if (r->tar == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	(void)archive_read_support_format_tar(r->tar);
	(void)archive_read_support_filter_all(r->tar);
	if (archive_read_open_filename(r->tar, path, 1 << 18) != ARCHIVE_OK)
		return wd_err_set(
			err, WD_E_MALFORMED, "'%s': %s", path, archive_error_string(r->tar));
	return WD_OK;
}

/* Opens the next item; a plain file is a document at once. */
static int open_next(struct wd_replay *r, struct wd_doc **ret, struct wd_err *err)
{
	const struct item *it = &r->items[r->next++];
	struct wd_str body;
	int rc = WD_OK;
	r->open = it;
	r->line_number = 0;
	switch (kind_of(it->path)) {
	case KIND_WARC:
		/* A block is a document and its HTTP header. */
		rc = wd_warc_open(
			it->path, r->opts.max_doc_bytes + WD_MAX_HEADER_BYTES, &r->warc, err);
		break;
	case KIND_TAR:
		rc = open_tar(r, it->path, err);
		break;
	case KIND_JSONL:
		r->lines = fopen(it->path, "rbe");
		if (r->lines == NULL)
			rc = wd_err_set(err, WD_E_SYS, "open '%s': %s", it->path, strerror(errno));
		break;
	case KIND_FILE:
		rc = wd_file_read(it->path, r->opts.max_doc_bytes, &body, err);
		if (rc == WD_OK) {
			rc = plain_doc(r, wd_str_c(it->path), wd_str_c(it->feed), body, ret, err);
			free(wd_unconst(body.p));
		}
		close_item(r);
		return rc;
	}
	if (rc != WD_OK)
		close_item(r);
	return rc;
}

static bool is_wanted(const struct wd_replay *r, const struct wd_doc *doc)
{
	return (r->opts.from_us == 0 || doc->fetched_at_us >= r->opts.from_us) &&
	       (r->opts.to_us == 0 || doc->fetched_at_us < r->opts.to_us) &&
	       (r->opts.feed == NULL || wd_str_eqc(doc->feed, r->opts.feed) ||
		       wd_str_eqc(doc->feed_url, r->opts.feed));
}

int wd_replay_next(struct wd_replay *r, struct wd_doc **ret, struct wd_err *err)
{
	for (;;) {
		struct wd_doc *doc = NULL;
		bool reading = r->open != NULL;
		int rc;
		if (r->warc != NULL)
			rc = next_warc(r, &doc, err);
		else if (r->tar != NULL)
			rc = next_tar(r, &doc, err);
		else if (r->lines != NULL)
			rc = next_line(r, &doc, err);
		else if (r->next < r->count)
			rc = open_next(r, &doc, err);
		else
			return 0;
		if (rc < 0)
			return rc;
		if (doc == NULL) { /* an item was opened, or it is at its end */
			if (reading)
				close_item(r);
			continue;
		}
		if (!is_wanted(r, doc)) {
			wd_doc_free(doc);
			continue;
		}
		*ret = doc;
		return 1;
	}
}
