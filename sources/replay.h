/**
 * Documents out of archives, in a fixed order, each with the time it was fetched then: WARC files,
 * folders, tar (plain, gzip, zstd, …), JSONL of documents, single files. What `wiredesk replay`
 * reads.
 *
 * Order: archives as given; a folder's files by their relative path, byte by byte; records as they
 * stand. Times: a WARC record's WARC-Date, a JSONL line's fetched_at; folders, tar members and
 * single files have the fixed time `at_us` (never a file's own time, which differs from copy to
 * copy).
 */
#pragma once
#include "base/doc.h"
#include "base/err.h"

/** The time of documents that carry none, unless another is given: 2026-01-01T00:00:00Z. */
#define WD_REPLAY_EPOCH_US INT64_C(1767225600000000)

struct wd_replay;
struct wd_warc_record;

struct wd_replay_opts {
	int64_t at_us;          /* negative: WD_REPLAY_EPOCH_US */
	int64_t from_us, to_us; /* documents fetched in [from, to); 0: no bound */
	const char *feed;       /* only this feed's documents (id or URL); NULL: all */
	size_t max_doc_bytes;   /* 0: WD_MAX_DOC_BYTES */
};

/** `paths` are borrowed until the close. A path that is not there is an error here, not later. */
WD_MUST_USE int wd_replay_open(const char *const *paths, size_t count,
	const struct wd_replay_opts *opts, struct wd_replay **ret, struct wd_err *err);
/** 1: a document (the caller's). 0: the end. Negative: something in an archive was unreadable (err
 * names file and offset or member); call again. */
int wd_replay_next(struct wd_replay *r, struct wd_doc **ret, struct wd_err *err);
/** Bytes of archives read so far and in all, for progress; total 0: unknown. */
void wd_replay_progress(const struct wd_replay *r, uint64_t *ret_done, uint64_t *ret_total);
void wd_replay_close(struct wd_replay *r); /* NULL is fine */
WD_DEFINE_CLEANUP(struct wd_replay *, wd_replay_close)

/** The document of a WARC record; WD_E_NOTFOUND: the record holds none (request, metadata, revisit
 * …). */
WD_MUST_USE int wd_replay_doc_from_warc(const struct wd_warc_record *rec, size_t max_bytes,
	struct wd_doc **ret, struct wd_err *err);
