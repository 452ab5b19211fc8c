/**
 * WARC 1.0/1.1 archives: reading any (gzip per record, gzip whole, plain), writing our own.
 *
 * The reader streams: one record in memory at a time, its block capped. Damage is survivable: an
 * error names the file and the offset, and the next call goes on at the next record that can be
 * found. Not thread-safe; one reader or writer a thread.
 */
#pragma once
#include "base/doc.h"
#include "base/err.h"

struct wd_warc_record {
	struct wd_str
		type;     /* response, request, revisit, metadata, resource, conversion, warcinfo */
	struct wd_str id; /* WARC-Record-ID without < > */
	struct wd_str uri;  /* WARC-Target-URI without < > */
	struct wd_str date; /* WARC-Date */
	int64_t date_us;    /* parsed; -1: absent or wrong */
	struct wd_str content_type;
	struct wd_str payload_digest, block_digest;
	struct wd_str refers_to_id, refers_to_uri, refers_to_date, concurrent_to, profile;
	struct wd_header *headers; /* all of them */
	size_t header_count;
	struct wd_str block;
	uint64_t offset; /* where the record (its gzip member) begins in the file */
	uint64_t length; /* its bytes in the file; 0 while unknown (one member holds several) */
};

/** The HTTP message in a response block. */
struct wd_warc_http {
	int status;
	struct wd_header *headers;
	size_t header_count;
	struct wd_str payload; /* behind the headers; transfer coding undone, content coding not */
};

struct wd_warc_reader;

/** "-" reads stdin. `max_block` caps one record's block (larger: an error for that record, the next
 * follows). */
WD_MUST_USE int wd_warc_open(
	const char *path, size_t max_block, struct wd_warc_reader **ret, struct wd_err *err);
/** Starts at an offset (of a gzip member or a plain record). */
WD_MUST_USE int wd_warc_seek(struct wd_warc_reader *r, uint64_t offset, struct wd_err *err);
/** 1: a record, valid until the next call. 0: the end. Negative: this record is lost (err says
 * where and why); call again. */
int wd_warc_next(struct wd_warc_reader *r, struct wd_warc_record *ret, struct wd_err *err);
/** How many bytes of the file are used up, for progress. */
uint64_t wd_warc_tell(const struct wd_warc_reader *r);
void wd_warc_close(struct wd_warc_reader *r); /* NULL is fine */
WD_DEFINE_CLEANUP(struct wd_warc_reader *, wd_warc_close)

/** Splits a block of application/http into status, headers and payload; memory from `a`. */
WD_MUST_USE int wd_warc_http(
	struct wd_arena *a, struct wd_str block, struct wd_warc_http *ret, struct wd_err *err);
/** Content coding (gzip, deflate, br, zstd) undone, capped at `max`. The input itself when there is
 * none. WD_E_MALFORMED: broken or cut off. */
WD_MUST_USE int wd_warc_decode(struct wd_arena *a, struct wd_str payload, struct wd_str coding,
	size_t max, struct wd_str *ret, struct wd_err *err);

/** "sha1:BASE32" over the bytes, as WARC-Payload-Digest is written. */
struct wd_str wd_warc_digest(struct wd_arena *a, struct wd_str bytes);
/** 1: the digest (sha1, sha256, sha512, md5; base32 or hex) is that of the bytes; 0: it is not;
 * negative: it cannot be told. */
int wd_warc_digest_check(struct wd_str digest, struct wd_str bytes);

/* ---- writing ---- */

/** One record as it was read, header fields and block, as a gzip member. */
WD_MUST_USE int wd_warc_put_record(int fd, const struct wd_warc_record *rec, struct wd_err *err);

struct wd_warc_writer_opts {
	const char *dir; /* files DIR/wiredesk-<time>-<n>.warc.gz; ".open" behind the name while
			    written */
	uint64_t max_file_bytes;  /* a new file above this; at most half of max_total_bytes */
	int64_t max_file_us;      /* … or when the file is older than this */
	uint64_t max_total_bytes; /* the oldest finished files go above this; 0: no limit */
	int64_t max_age_us;       /* finished files older than this go; 0: no limit */
	const char *software;     /* for the warcinfo record */
};

struct wd_warc_writer;

/** An earlier record with the same payload. */
struct wd_warc_same {
	struct wd_str id, uri;
	int64_t us;
};

/** Makes the folder; a file left ".open" by a crash has its torn last record cut off and is closed
 * properly. */
WD_MUST_USE int wd_warc_writer_open(
	const struct wd_warc_writer_opts *opts, struct wd_warc_writer **ret, struct wd_err *err);
/**
 * Writes response, request and metadata for a document that came over HTTP, a resource and metadata
 * for one that did not; a revisit alone when `same` names a record with the same payload or the
 * status is 304 (same NULL: that record is not known). The response is written with the decoded
 * body: its Content-Encoding, Transfer-Encoding and Content-Length headers are renamed
 * X-Archive-Orig-…, as other archivers do. `ret_id` (in `a`) is the record's id, deterministic: a
 * function of URI, time and bytes.
 */
WD_MUST_USE int wd_warc_write_doc(struct wd_warc_writer *w, struct wd_arena *a,
	const struct wd_doc *doc, const struct wd_warc_same *same, struct wd_str *ret_id,
	struct wd_err *err);
/** fsync; a record is durable after it. */
WD_MUST_USE int wd_warc_writer_sync(struct wd_warc_writer *w, struct wd_err *err);
/** What time brings: a file that is old enough is closed, old files go. Call it now and then. */
WD_MUST_USE int wd_warc_writer_tick(struct wd_warc_writer *w, struct wd_err *err);
/** Whether files went since the last call: whoever keeps an index has to look. */
bool wd_warc_writer_pruned(struct wd_warc_writer *w);
/** The file (its name in the folder, without ".open") and offset of the document written last. */
void wd_warc_writer_where(
	const struct wd_warc_writer *w, struct wd_str *ret_file, uint64_t *ret_offset);
/** Closes and renames; NULL is fine. */
WD_MUST_USE int wd_warc_writer_close(struct wd_warc_writer *w, struct wd_err *err);
