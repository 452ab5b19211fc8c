/*
 * Reading WARC.
 *
 * A file is a stream of bytes (plain, or zlib's output over one or many gzip members) through one
 * window buffer; records are cut from it. With one member a record, offset and length of a record
 * are those of its member; where one member holds several records the member's offset is given.
 *
 * Damage: a bad gzip member is given up at the point of damage and the raw bytes are searched for
 * the next member (1F 8B 08 with sane flags) that inflates to "WARC/"; in plain text the next line
 * that begins with "WARC/" is searched for. Every lost stretch is one error with its offset, never
 * silence.
 *
 * Limits: a record's header 64 KiB, its block `max_block`; a larger block is skipped, not stored.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/vec.h"
#include "sources/warc.h"

#define RAW_BYTES (256 * WD_KIB)
#define STEP_BYTES (256 * WD_KIB)
#define MAX_HEADERS 200

struct wd_warc_reader {
	char *path;
	int fd;
	size_t max_block;
	/* raw bytes of the file */
	unsigned char *raw;
	size_t raw_at, raw_n;
	uint64_t raw_base; /* file offset of raw[0] */
	bool raw_end;
	/* decompressed bytes: window.p[at … n) is unread */
	z_stream z;
	bool is_gzip, in_member, z_ready;
	uint64_t member_offset; /* where the current member begins */
	uint64_t next_record;   /* file offset of the record that begins at window.p[at] */
	struct wd_buf window;
	size_t at;
	struct wd_arena *mem; /* the record given out last */
	bool skipped;         /* the record was only too large: the next one follows */
	bool damaged;         /* search for the next record before reading on */
};

static uint64_t raw_offset(const struct wd_warc_reader *r)
{
	return r->raw_base + r->raw_at;
}

uint64_t wd_warc_tell(const struct wd_warc_reader *r)
{
	return raw_offset(r);
}

/* More raw bytes behind those still unread. False: end of file or error (err set then). */
static bool raw_fill(struct wd_warc_reader *r, struct wd_err *err)
{
	if (r->raw_end)
		return false;
	memmove(r->raw, r->raw + r->raw_at, r->raw_n - r->raw_at);
	r->raw_base += r->raw_at;
	r->raw_n -= r->raw_at;
	r->raw_at = 0;
	ssize_t got;
	do
		got = read(r->fd, r->raw + r->raw_n, RAW_BYTES - r->raw_n);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		(void)wd_err_set(err, WD_E_SYS, "read '%s': %s", r->path, strerror(errno));
	if (got <= 0) {
		r->raw_end = true;
		return false;
	}
	r->raw_n += (size_t)got;
	return true;
}

int wd_warc_open(
	const char *path, size_t max_block, struct wd_warc_reader **ret, struct wd_err *err)
{
	struct wd_warc_reader *r = calloc(1, sizeof(*r));
	if (r == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	r->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	if (r->fd < 0) {
		free(r);
		return wd_err_set(err, WD_E_SYS, "open '%s': %s", path, strerror(errno));
	}
	r->path = strdup(path);
	r->raw = calloc(1, RAW_BYTES);
	r->max_block = max_block;
	r->mem = wd_arena_new(WD_MAX_HEADER_BYTES * 8);
	wd_buf_init(&r->window, max_block + WD_MAX_HEADER_BYTES + 2 * STEP_BYTES);
	if (r->path == NULL || r->raw == NULL || r->mem == NULL) {
		wd_warc_close(r);
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	}
	struct wd_err read_err = {0, ""};
	while (r->raw_n < 3 && raw_fill(r, &read_err))
		;
	if (read_err.code != 0) {
		wd_warc_close(r);
		return wd_err_set(err, read_err.code, "%s", read_err.text);
	}
	r->is_gzip = r->raw_n >= 2 && r->raw[0] == 0x1F && r->raw[1] == 0x8B;
	*ret = r;
	return WD_OK;
}

void wd_warc_close(struct wd_warc_reader *r)
{
	if (r == NULL)
		return;
	if (r->z_ready)
		(void)inflateEnd(&r->z);
	if (r->fd >= 0)
		(void)close(r->fd);
	wd_buf_done(&r->window);
	wd_arena_free(r->mem);
	free(r->raw);
	free(r->path);
	free(r);
}

int wd_warc_seek(struct wd_warc_reader *r, uint64_t offset, struct wd_err *err)
{
	if (lseek(r->fd, (off_t)offset, SEEK_SET) < 0)
		return wd_err_set(err, WD_E_SYS, "seek '%s': %s", r->path, strerror(errno));
	r->raw_at = r->raw_n = 0;
	r->raw_base = offset;
	r->raw_end = r->in_member = r->damaged = false;
	r->at = 0;
	wd_buf_reset(&r->window);
	return WD_OK;
}

static int member_begin(struct wd_warc_reader *r)
{
	int z = r->z_ready ? inflateReset2(&r->z, 15 + 16) : inflateInit2(&r->z, 15 + 16);
	r->z_ready = r->z_ready || z == Z_OK;
	r->in_member = z == Z_OK;
	r->member_offset = raw_offset(r);
	return z == Z_OK ? WD_OK : WD_E_NOMEM;
}

/* One call of inflate() within the current member; WD_OK with or without output. */
static int inflate_once(struct wd_warc_reader *r, size_t *ret_got, struct wd_err *err)
{
	if (r->raw_at == r->raw_n && !raw_fill(r, err)) {
		r->in_member = false;
		return wd_err_set(err, WD_E_MALFORMED,
			"'%s': the gzip member at offset %llu is cut off", r->path,
			(unsigned long long)r->member_offset);
	}
	if (!wd_buf_reserve(&r->window, STEP_BYTES))
		return wd_err_set(err, WD_E_LIMIT, "'%s': record at offset %llu is over the limit",
			r->path, (unsigned long long)r->member_offset);
	r->z.next_in = r->raw + r->raw_at;
	r->z.avail_in = (uInt)(r->raw_n - r->raw_at);
	r->z.next_out = (unsigned char *)r->window.p + r->window.n;
	r->z.avail_out = STEP_BYTES;
	int z = inflate(&r->z, Z_NO_FLUSH);
	*ret_got = STEP_BYTES - r->z.avail_out;
	r->raw_at = r->raw_n - r->z.avail_in;
	r->window.n += *ret_got;
	if (z == Z_STREAM_END) {
		r->in_member = false;
	} else if (z != Z_OK && z != Z_BUF_ERROR) {
		r->in_member = false;
		return wd_err_set(err, WD_E_MALFORMED, "'%s': offset %llu: %s", r->path,
			(unsigned long long)raw_offset(r),
			r->z.msg != NULL ? r->z.msg : "bad gzip data");
	}
	return WD_OK;
}

/* Inflates a step into the window. 1: bytes came; 0: end; negative: damage. */
static int inflate_step(struct wd_warc_reader *r, struct wd_err *err)
{
	size_t got = 0;
	while (got == 0) {
		if (!r->in_member) {
			if (r->raw_at == r->raw_n && !raw_fill(r, err))
				return 0;
			if (member_begin(r) != WD_OK)
				return wd_err_set(err, WD_E_NOMEM, "out of memory");
		}
		int rc = inflate_once(r, &got, err);
		if (rc != WD_OK)
			return rc;
	}
	return 1;
}

static int plain_step(struct wd_warc_reader *r, struct wd_err *err)
{
	if (r->raw_at == r->raw_n && !raw_fill(r, err))
		return 0;
	size_t n = WD_MIN(r->raw_n - r->raw_at, (size_t)STEP_BYTES);
	wd_buf_add(&r->window, (struct wd_str){(const char *)r->raw + r->raw_at, n});
	if (r->window.failed)
		return wd_err_set(err, WD_E_LIMIT, "'%s': record is over the limit", r->path);
	r->raw_at += n;
	return 1;
}

/* More decompressed bytes; drops what was read. 1, 0 (end) or negative. */
static int fill(struct wd_warc_reader *r, struct wd_err *err)
{
	if (r->at > 0) {
		memmove(r->window.p, r->window.p + r->at, r->window.n - r->at);
		r->window.n -= r->at;
		r->at = 0;
	}
	return r->is_gzip ? inflate_step(r, err) : plain_step(r, err);
}

static struct wd_str unread(const struct wd_warc_reader *r)
{
	return wd_str_from(wd_buf_str(&r->window), r->at);
}

/* Offset of the record that begins at the window's read position: exact for plain files and one
 * record a member, the member's otherwise. */
static uint64_t here(const struct wd_warc_reader *r)
{
	if (!r->is_gzip)
		return raw_offset(r) - (r->window.n - r->at);
	return r->window.n > r->at ? r->member_offset : raw_offset(r);
}

/* After damage: the next place that looks like a record. False: none to the end. */
static bool resync_gzip(struct wd_warc_reader *r, struct wd_err *err)
{
	wd_buf_reset(&r->window);
	r->at = 0;
	for (;;) {
		while (r->raw_n - r->raw_at < 4) {
			if (!raw_fill(r, err))
				return false;
		}
		unsigned char *p = r->raw + r->raw_at;
		unsigned char *hit = memchr(p, 0x1F, r->raw_n - r->raw_at - 3);
		if (hit == NULL) {
			r->raw_at = r->raw_n - 3;
			continue;
		}
		r->raw_at = (size_t)(hit - r->raw);
		if (hit[1] == 0x8B && hit[2] == 8 && (hit[3] & 0xE0) == 0) {
			/* A true member begins with "WARC/"; keep the place to go on from if it
			 * does not. */
			uint64_t place = raw_offset(r);
			struct wd_err ignored;
			if (member_begin(r) == WD_OK && inflate_step(r, &ignored) == 1 &&
				wd_str_starts(unread(r), WD_STR("WARC/")))
				return true;
			wd_buf_reset(&r->window);
			r->in_member = false;
			if (wd_warc_seek(r, place + 1, err) != WD_OK)
				return false;
			continue;
		}
		r->raw_at++;
	}
}

static bool resync_plain(struct wd_warc_reader *r, struct wd_err *err)
{
	for (;;) {
		size_t hit = wd_str_find(unread(r), WD_STR("\nWARC/"), 0);
		if (hit != SIZE_MAX) {
			r->at += hit + 1;
			return true;
		}
		size_t keep = WD_MIN(unread(r).n, (size_t)5);
		r->at = r->window.n - keep;
		if (fill(r, err) <= 0)
			return false;
	}
}

/* Skips line ends between records and makes sure that `need` bytes are there. 1, 0 (clean end),
 * negative. */
static int at_record(struct wd_warc_reader *r, struct wd_err *err)
{
	for (;;) {
		while (r->at < r->window.n &&
			(r->window.p[r->at] == '\r' || r->window.p[r->at] == '\n'))
			r->at++;
		if (unread(r).n >= 5)
			return 1;
		/* The start of a member is the record's offset. */
		int rc = fill(r, err);
		if (rc < 0)
			return rc;
		if (rc == 0)
			return unread(r).n == 0 ? 0 : 1;
	}
}

static struct wd_str angle(struct wd_str s)
{
	s = wd_str_trim(s);
	if (s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
		return wd_str_sub(s, 1, s.n - 1);
	return s;
}

static void assign(struct wd_warc_record *rec, struct wd_str name, struct wd_str value)
{
	const struct {
		const char *name;
		struct wd_str *to;
	} known[] = {
		{"WARC-Type", &rec->type},
		{"WARC-Record-ID", &rec->id},
		{"WARC-Target-URI", &rec->uri},
		{"WARC-Date", &rec->date},
		{"Content-Type", &rec->content_type},
		{"WARC-Payload-Digest", &rec->payload_digest},
		{"WARC-Block-Digest", &rec->block_digest},
		{"WARC-Refers-To", &rec->refers_to_id},
		{"WARC-Refers-To-Target-URI", &rec->refers_to_uri},
		{"WARC-Refers-To-Date", &rec->refers_to_date},
		{"WARC-Concurrent-To", &rec->concurrent_to},
		{"WARC-Profile", &rec->profile},
	};
	for (size_t i = 0; i < WD_COUNTOF(known); i++) {
		if (wd_str_ieqc(name, known[i].name))
			*known[i].to = angle(value);
	}
}

/* "Name: value" lines into the arena; a line that begins with white space continues the one before.
 */
static int parse_headers(
	struct wd_arena *a, struct wd_str text, struct wd_header **ret, size_t *ret_n)
{
	WD_VEC(struct wd_header) list = {0};
	struct wd_str line;
	while (wd_str_line(&text, &line)) {
		if (line.n == 0)
			break;
		size_t colon = wd_str_chr(line, ':', 0);
		if ((line.p[0] == ' ' || line.p[0] == '\t') && list.n > 0) {
			struct wd_str *v = &list.v[list.n - 1].value;
			*v = wd_arena_printf(
				a, "%.*s %.*s", WD_STR_ARG(*v), WD_STR_ARG(wd_str_trim(line)));
			continue;
		}
		if (colon == SIZE_MAX || list.n >= MAX_HEADERS)
			continue;
		struct wd_header *h = wd_vec_push(a, &list);
		if (h == NULL)
			return WD_E_LIMIT;
		h->name = wd_arena_str(a, wd_str_trim(wd_str_sub(line, 0, colon)));
		h->value = wd_arena_str(a, wd_str_trim(wd_str_from(line, colon + 1)));
	}
	*ret = list.v;
	*ret_n = list.n;
	return WD_OK;
}

/* Behind the first empty line. Looks at the header only: a block may be megabytes. */
static size_t header_end(struct wd_str s)
{
	size_t at = 0;
	while ((at = wd_str_chr(s, '\n', at)) != SIZE_MAX) {
		at++;
		if (at < s.n && s.p[at] == '\n')
			return at + 1;
		if (at + 1 < s.n && s.p[at] == '\r' && s.p[at + 1] == '\n')
			return at + 2;
	}
	return SIZE_MAX;
}

/* The record's header: into rec, read position behind it, ret_length the block's length. */
static int read_header(struct wd_warc_reader *r, struct wd_warc_record *rec, uint64_t *ret_length,
	struct wd_err *err)
{
	size_t end;
	while ((end = header_end(unread(r))) == SIZE_MAX) {
		if (unread(r).n > WD_MAX_HEADER_BYTES)
			return wd_err_set(err, WD_E_LIMIT,
				"'%s': offset %llu: a record's header is over %u bytes", r->path,
				(unsigned long long)rec->offset, (unsigned)WD_MAX_HEADER_BYTES);
		int rc = fill(r, err);
		if (rc < 0)
			return rc;
		if (rc == 0)
			return wd_err_set(err, WD_E_MALFORMED,
				"'%s': offset %llu: the file ends inside a record's header",
				r->path, (unsigned long long)rec->offset);
	}
	struct wd_str head = wd_str_sub(unread(r), 0, end), version;
	if (!wd_str_line(&head, &version) || !wd_str_starts(version, WD_STR("WARC/")))
		return wd_err_set(err, WD_E_MALFORMED,
			"'%s': offset %llu: no WARC record begins here", r->path,
			(unsigned long long)rec->offset);
	if (parse_headers(r->mem, head, &rec->headers, &rec->header_count) != WD_OK)
		return wd_err_set(err, WD_E_LIMIT, "'%s': offset %llu: header too large", r->path,
			(unsigned long long)rec->offset);
	r->at += end;
	struct wd_str length = WD_STR_NONE;
	for (size_t i = 0; i < rec->header_count; i++) {
		assign(rec, rec->headers[i].name, rec->headers[i].value);
		if (wd_str_ieqc(rec->headers[i].name, "Content-Length"))
			length = rec->headers[i].value;
	}
	if (wd_str_to_u64(length, 0, INT64_MAX, ret_length) != WD_OK) {
		r->at--; /* the next record's line is then found behind a line end */
		return wd_err_set(err, WD_E_MALFORMED,
			"'%s': offset %llu: no usable Content-Length", r->path,
			(unsigned long long)rec->offset);
	}
	if (wd_time_parse(rec->date, &rec->date_us) != WD_OK)
		rec->date_us = -1;
	return WD_OK;
}

static int skip_block(struct wd_warc_reader *r, uint64_t length, struct wd_err *err)
{
	while (length > 0) {
		size_t n = (size_t)WD_MIN(length, (uint64_t)unread(r).n);
		r->at += n;
		length -= n;
		if (length > 0 && fill(r, err) <= 0)
			return WD_E_MALFORMED;
	}
	return WD_OK;
}

static int read_block(
	struct wd_warc_reader *r, struct wd_warc_record *rec, uint64_t length, struct wd_err *err)
{
	if (length > r->max_block) {
		r->skipped = skip_block(r, length, err) == WD_OK;
		return wd_err_set(err, WD_E_LIMIT,
			"'%s': offset %llu: a block of %llu bytes is over the limit of %zu",
			r->path, (unsigned long long)rec->offset, (unsigned long long)length,
			r->max_block);
	}
	while (unread(r).n < length) {
		int rc = fill(r, err);
		if (rc < 0)
			return rc;
		if (rc == 0)
			return wd_err_set(err, WD_E_MALFORMED,
				"'%s': offset %llu: the file ends inside a record: %zu of %llu bytes are there",
				r->path, (unsigned long long)rec->offset, unread(r).n,
				(unsigned long long)length);
	}
	rec->block = wd_str_sub(unread(r), 0, (size_t)length);
	r->at += (size_t)length;
	return WD_OK;
}

/* Reads on to the end of the record's member, so that its length is known and its checksum was
 * seen; the window may move. */
static int finish_member(struct wd_warc_reader *r, struct wd_warc_record *rec, struct wd_err *err)
{
	size_t block_at = (size_t)(rec->block.p - r->window.p);
	int rc = WD_OK;
	size_t got;
	while (r->in_member && rc == WD_OK) {
		struct wd_str rest = unread(r);
		while (rest.n > 0 && (rest.p[0] == '\r' || rest.p[0] == '\n'))
			rest = wd_str_from(rest, 1);
		if (rest.n > 0)
			break; /* several records in one member */
		rc = inflate_once(r, &got, err);
	}
	rec->block.p = r->window.p + block_at;
	rec->length = r->in_member ? 0 : raw_offset(r) - rec->offset;
	return rc;
}

static int next_record(struct wd_warc_reader *r, struct wd_warc_record *rec, struct wd_err *err)
{
	uint64_t length = 0;
	int rc = at_record(r, err);
	if (rc <= 0)
		return rc;
	rec->offset = here(r);
	if (!wd_str_starts(unread(r), WD_STR("WARC/")))
		return wd_err_set(err, WD_E_MALFORMED,
			"'%s': offset %llu: no WARC record begins here", r->path,
			(unsigned long long)rec->offset);
	rc = read_header(r, rec, &length, err);
	if (rc == WD_OK)
		rc = read_block(r, rec, length, err);
	if (rc != WD_OK)
		return rc;
	if (!r->is_gzip) {
		rec->length = here(r) - rec->offset;
		return 1;
	}
	rc = finish_member(r, rec, err);
	return rc == WD_OK ? 1 : rc;
}

int wd_warc_next(struct wd_warc_reader *r, struct wd_warc_record *ret, struct wd_err *err)
{
	*ret = (struct wd_warc_record){.date_us = -1};
	wd_arena_reset(r->mem);
	r->skipped = false;
	if (r->damaged) {
		struct wd_err seek_err = {0, ""};
		bool found = r->is_gzip ? resync_gzip(r, &seek_err) : resync_plain(r, &seek_err);
		if (!found && seek_err.code != 0) {
			r->damaged = false;
			return wd_err_set(err, seek_err.code, "%s", seek_err.text);
		}
		if (!found)
			return 0;
		r->damaged = false;
	}
	int rc = next_record(r, ret, err);
	r->damaged = rc < 0 && !r->skipped;
	return rc;
}

/* ---- HTTP inside ---- */

static struct wd_str header_value(const struct wd_warc_http *h, const char *name)
{
	for (size_t i = 0; i < h->header_count; i++) {
		if (wd_str_ieqc(h->headers[i].name, name))
			return h->headers[i].value;
	}
	return WD_STR_NONE;
}

/* RFC 9112 §7.1; what is cut off or wrong ends the payload there. */
static struct wd_str unchunk(struct wd_arena *a, struct wd_str s)
{
	char *out = wd_arena_bytes(a, s.n);
	size_t n = 0;
	struct wd_str line;
	if (out == NULL)
		return s;
	while (wd_str_line(&s, &line)) {
		uint64_t size = 0;
		size_t i = 0;
		for (; i < line.n && i < 15; i++) {
			char c = wd_lower(line.p[i]);
			if (!wd_is_digit(c) && (c < 'a' || c > 'f'))
				break;
			size = size << 4 | (uint64_t)(wd_is_digit(c) ? c - '0' : c - 'a' + 10);
		}
		if (i == 0 || size == 0)
			break;
		size_t take = (size_t)WD_MIN(size, (uint64_t)s.n);
		memcpy(out + n, s.p, take);
		n += take;
		s = wd_str_from(s, take);
		(void)wd_str_line(&s, &line);
	}
	return (struct wd_str){out, n};
}

/* Some archivers keep the header although they undid the coding: believe the bytes. */
static bool looks_chunked(struct wd_str s)
{
	struct wd_str line;
	if (!wd_str_line(&s, &line) || line.n == 0 || line.n > 64)
		return false;
	for (size_t i = 0; i < line.n && line.p[i] != ';' && line.p[i] != ' '; i++) {
		char c = wd_lower(line.p[i]);
		if (!wd_is_digit(c) && (c < 'a' || c > 'f'))
			return false;
	}
	return true;
}

int wd_warc_http(
	struct wd_arena *a, struct wd_str block, struct wd_warc_http *ret, struct wd_err *err)
{
	size_t end = header_end(block);
	struct wd_str head = wd_str_sub(block, 0, end == SIZE_MAX ? block.n : end), status;
	*ret = (struct wd_warc_http){0};
	if (!wd_str_line(&head, &status) || !wd_str_istarts(status, WD_STR("HTTP/")))
		return wd_err_set(err, WD_E_MALFORMED, "the block is no HTTP message");
	size_t space = wd_str_chr(status, ' ', 0);
	uint64_t code;
	if (space == SIZE_MAX ||
		wd_str_to_u64(wd_str_sub(status, space + 1, space + 4), 100, 999, &code) != WD_OK)
		return wd_err_set(err, WD_E_MALFORMED, "no HTTP status");
	ret->status = (int)code;
	if (parse_headers(a, head, &ret->headers, &ret->header_count) != WD_OK)
		return wd_err_set(err, WD_E_LIMIT, "too many HTTP headers");
	ret->payload = end == SIZE_MAX ? WD_STR_NONE : wd_str_from(block, end);
	if (wd_str_ifind(header_value(ret, "Transfer-Encoding"), WD_STR("chunked"), 0) !=
			SIZE_MAX &&
		looks_chunked(ret->payload))
		ret->payload = unchunk(a, ret->payload);
	return WD_OK;
}
