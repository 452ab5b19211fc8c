/**
 * Completing feeds with `fulltext` in the daemon: keeps the pages that come in at hand, and has a
 * feed's last document read again when a page comes that one of its entries was waiting for.
 */
#pragma once
#include "daemon/pages.h"

struct wd_completer;

struct wd_completer_opts {
	uint64_t pages_bytes;    /* of pages kept, on disk */
	const char *archive_dir; /* pages received earlier, NULL: none */
};

WD_MUST_USE int wd_completer_new(
	const struct wd_completer_opts *opts, struct wd_completer **ret, struct wd_err *err);
/** Ends the reading of the archive. NULL is fine. */
void wd_completer_free(struct wd_completer *c);
struct wd_pages *wd_completer_pages(struct wd_completer *c); /* this, load and due take NULL */
/** Begins to read the newest pages of the archive, in a thread of its own; once, when the first
 * feed asks for it. Any thread. */
void wd_completer_load(struct wd_completer *c);
/** A document that is about to go into the pipeline. Any thread. */
void wd_completer_see(struct wd_completer *c, const struct wd_doc *doc);
/** A feed's document that should be read again (the caller's), NULL: none. Any thread. */
struct wd_doc *wd_completer_due(struct wd_completer *c);
/** The pipeline had no room for it: due again. */
void wd_completer_again(struct wd_completer *c, struct wd_str feed);
