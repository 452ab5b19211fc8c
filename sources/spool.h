/**
 * Spool: a folder that other programs drop files into.
 *
 *   SPOOL/FILE or SPOOL/SOURCE/FILE   put there by rename, so that it is whole when it is seen
 *   …/done/FILE                       committed: every event it caused is in the store
 *   …/failed/FILE, FILE.reason        could not be worked up, and why
 *
 * Names that begin with a dot or end in .tmp, .part or .reason are left alone. A file stays where
 * it is until it is committed, so a crash only means that it is read again.
 *
 * All functions: loop thread.
 */
#pragma once
#include <uv.h>

#include "base/doc.h"
#include "sources/conf.h"

struct wd_spool;

struct wd_spool_opts {
	uv_loop_t *loop;
	const char *dir;
	const struct wd_push_conf *sources; /* hints by name of the subfolder */
	size_t source_count;
	uint64_t max_bytes;
	/** As in http_poll.h. */
	int (*deliver)(struct wd_doc *doc, void *ctx);
	void *ctx;
};

/** Creates the folder when missing. NULL with the reason in err: no rights, not a folder. */
struct wd_spool *wd_spool_new(const struct wd_spool_opts *opts, struct wd_err *err);
/** New settings for the sources; they must live until the next call or the end. */
void wd_spool_set_sources(struct wd_spool *s, const struct wd_push_conf *sources, size_t n);
/** There is room again. */
void wd_spool_resume(struct wd_spool *s);
/** Takes no more files. */
void wd_spool_stop(struct wd_spool *s);
/** When the pipeline can call no done any more; then the loop runs, then free. */
void wd_spool_close(struct wd_spool *s);
void wd_spool_free(struct wd_spool *s); /* NULL is fine */

/** Why a document was given up, for the .reason file. Any thread, before the document's done. */
void wd_spool_reported(const struct wd_doc *doc, const char *reason);
