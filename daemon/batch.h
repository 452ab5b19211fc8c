/**
 * Batch: what `parse`, `extract`, `tag` and their like share: many inputs through one function, on
 * one or several threads, output in input order, one error object a bad input, never more than a
 * bounded part of the output in memory.
 */
#pragma once
#include "base/buf.h"
#include "base/doc.h"
#include "base/err.h"

struct wd_batch_out;

struct wd_batch {
	/* Inputs: paths, "-" is stdin. wd_batch_add* fill it; none at all means stdin. */
	char **paths;
	size_t count, cap;
	unsigned jobs;            /* threads; 0: one */
	int64_t at_us;            /* the clock: fetched_at of every document; negative: now */
	const char *url;          /* document URL and base of relative links; NULL or "": none */
	const char *content_type; /* stands for the HTTP header; NULL or "": none */
	size_t max_bytes;         /* of one input; 0: WD_MAX_DOC_BYTES */

	void *ctx;
	void *(*worker_new)(void *ctx); /* per thread; may be NULL */
	void (*worker_free)(void *worker);
	/* One document. Lines go to wd_batch_buf(out), each followed by wd_batch_line(out). A
	 * negative answer drops what is not written yet and prints an error object from `err`. */
	int (*one)(void *worker, struct wd_doc *doc, struct wd_batch_out *out, struct wd_err *err);
};

void wd_batch_init(struct wd_batch *b);
void wd_batch_done(struct wd_batch *b);
WD_MUST_USE int wd_batch_add(struct wd_batch *b, const char *path);
/** One path a line from the file, or stdin for "-". */
WD_MUST_USE int wd_batch_add_from(struct wd_batch *b, const char *list, struct wd_err *err);
/** Runs all; returns WD_EXIT_OK or WD_EXIT_INPUT. Writes to stdout, errors to stderr. */
int wd_batch_run(struct wd_batch *b);

/** Where the command appends its text. */
struct wd_buf *wd_batch_buf(struct wd_batch_out *out);
/** A line is complete: it may be written out now. */
void wd_batch_line(struct wd_batch_out *out);

/** Prints {"type":"error","input":…,"code":…,"message":…} as one line on stderr. */
void wd_batch_error(const char *input, const struct wd_err *err);

/** The options these commands share: --jobs N, --at TIME, --files-from FILE, --url URL, --help; see
 * wd_batch_option. */
#define WD_BATCH_LONGOPTS                                                                          \
	{"jobs", required_argument, NULL, 'j'}, {"at", required_argument, NULL, 'a'},              \
		{"files-from", required_argument, NULL, 'f'},                                      \
	{                                                                                          \
		"url", required_argument, NULL, 'u'                                                \
	}
/** Handles one of them: 1 done, 0 not one of them, -1 a wrong value (said on stderr). */
int wd_batch_option(struct wd_batch *b, int opt, const char *arg);
