/**
 * From the id of an event, an article or a record back to what it was made from: the archive by
 * way of the store's index, else what the store keeps of the newest version. Beside a running
 * daemon. Shared by `archive cat` and `explain`.
 */
#pragma once
#include "daemon/config.h"
#include "desk/store.h"
#include "parsers/build.h"
#include "sources/warc.h"

/** Could be such an id: 32 hex digits, or a record's "urn:uuid:…", also in < >. */
bool wd_recall_is_id(struct wd_str s);
/** Without < >. */
struct wd_str wd_recall_bare_id(struct wd_str s);

/** The record at its place in the archive's folder, whose file may still be written; valid until fn
 * returns. */
WD_MUST_USE int wd_recall_record(const char *dir, const struct wd_store_record *where,
	void (*fn)(const char *path, const struct wd_warc_record *rec, void *ctx), void *ctx,
	struct wd_err *err);
/** The index leads nowhere from this id: says why as far as the store knows (erased, gone with its
 * file, never heard of) and what to do. Returns WD_E_NOTFOUND. */
int wd_recall_none(struct wd_store *s, struct wd_str id, struct wd_err *err);

enum wd_recall_from {
	WD_RECALL_ARCHIVE, /* the archived bytes give the version again */
	WD_RECALL_OTHER,   /* … give the article, but read otherwise than they were then */
	WD_RECALL_KEPT,    /* the newest version as the store keeps it */
};

struct wd_recall {
	const struct wd_config *cf;
	struct wd_str id;
	struct wd_arena *mem, *feed_mem; /* of the articles handed on */
	struct wd_page_trace *trace;     /* may be NULL */
	/* The article of an event or an article's newest version, untagged; of a record each that
	 * is in it. */
	int (*emit)(struct wd_article *art, enum wd_recall_from from, void *ctx);
	void *ctx;
};
WD_MUST_USE int wd_recall(const struct wd_recall *r, struct wd_err *err);
