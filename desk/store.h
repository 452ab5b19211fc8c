/**
 * Store: what the desk remembers, and the outbox. Feed cursors, identities and the events they
 * caused are committed together; that is all the rest of the program knows of it. SQLite is behind
 * it, and nothing outside store.c knows SQL.
 *
 * Threads: writing calls (between wd_store_begin and wd_store_commit) belong to one thread, the
 * desk's. Readers are one per sink thread. wd_store_ack and the wd_store_dead_* calls may come from
 * any thread.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/row.h"

struct wd_store;

#define WD_STORE_DOCUMENTS 500000 /* fates kept */

struct wd_store_opts {
	const char *dir;           /* NULL: a temporary one, gone after close */
	bool read_only;            /* `store check`, `deadletter list` beside a running daemon */
	bool no_sync;              /* benches only */
	int64_t lock_wait_us;      /* how long another holder of the lock may take to go */
	uint64_t outbox_max_bytes; /* 0: WD_OUTBOX_MAX_BYTES */
};

/** A store was made in this folder. */
bool wd_store_exists(const char *dir);
/** Opens, creates or migrates; takes the lock. Errors say what to do: locked by another process,
 * corrupt, made by a newer version, foreign files in the folder. */
WD_MUST_USE int wd_store_open(
	const struct wd_store_opts *opts, struct wd_store **ret, struct wd_err *err);
void wd_store_close(struct wd_store *s);
WD_DEFINE_CLEANUP(struct wd_store *, wd_store_close)
/** 32 hex digits made when the store was; names positions kept outside. */
struct wd_str wd_store_uuid(const struct wd_store *s);
/** A new identity for a restored or copied store: positions kept outside count no more. */
WD_MUST_USE int wd_store_renew(struct wd_store *s, struct wd_err *err);
/** Full check of the file, WD_E_MALFORMED with the first finding. */
WD_MUST_USE int wd_store_check(struct wd_store *s, struct wd_err *err);
/** Its folder; NULL: a temporary one. */
const char *wd_store_dir(const struct wd_store *s);
/** False when the program before us did not close the store: worth a check once all is up. */
bool wd_store_was_clean(const struct wd_store *s);
/** A consistent copy while running. */
WD_MUST_USE int wd_store_backup(struct wd_store *s, const char *path, struct wd_err *err);

/* ---- the desk's transaction ---- */

WD_MUST_USE int wd_store_begin(struct wd_store *s, struct wd_err *err);
/** Durable when it returns WD_OK (acknowledged positions are applied in it too). On WD_E_FULL
 * (disk) the transaction is still open: call again later. */
WD_MUST_USE int wd_store_commit(struct wd_store *s, struct wd_err *err);
void wd_store_rollback(struct wd_store *s);
bool wd_store_in_txn(const struct wd_store *s);
/** Whether acknowledged positions wait for a commit. */
bool wd_store_has_acks(struct wd_store *s);

/** A feed's whole state, one record: cursor, trust in its ids, and what the scheduler keeps. */
struct wd_store_feed {
	struct wd_str etag, last_modified, url; /* validators byte for byte, address after moves */
	struct wd_str schedule;                 /* the scheduler's own record */
	struct wd_hash body;                    /* of the last document read */
	struct wd_hash about;                   /* of what it says of itself */
	struct wd_str state;                    /* health as last told; empty: never */
	int64_t first_read_us, last_read_us;
	int64_t last_new_us;                           /* when it last brought a new article */
	uint32_t news;                                 /* so many times */
	uint32_t known, churned, reused, shared_links; /* how far guids and links can be trusted */
};
/** WD_E_NOTFOUND: never read. Strings live in `a`. Any thread. */
WD_MUST_USE int wd_store_feed_get(struct wd_store *s, struct wd_str feed, struct wd_arena *a,
	struct wd_store_feed *ret, struct wd_err *err);
/** The desk's part (all but schedule and state). */
WD_MUST_USE int wd_store_feed_put(
	struct wd_store *s, struct wd_str feed, const struct wd_store_feed *f, struct wd_err *err);
/** A subscription at a feed's hub; `state` is the subscriber's (sources/websub.h). */
struct wd_store_websub {
	struct wd_str feed, callback, topic, hub, secret;
	int state;
	int64_t lease_end_us;
	bool works;
};
/** Any thread, durable with the next commit; `callback` is the key. */
WD_MUST_USE int wd_store_websub_put(
	struct wd_store *s, const struct wd_store_websub *w, struct wd_err *err);
WD_MUST_USE int wd_store_websub_drop(
	struct wd_store *s, struct wd_str callback, struct wd_err *err);
/** The one behind `callback` (empty: the first), or WD_E_NOTFOUND. */
WD_MUST_USE int wd_store_websub_next(struct wd_store *s, struct wd_str callback, struct wd_arena *a,
	struct wd_store_websub *ret, struct wd_err *err);
/** The scheduler's part; any thread, durable with the next commit. */
WD_MUST_USE int wd_store_schedule_put(
	struct wd_store *s, struct wd_str feed, struct wd_str record, struct wd_err *err);

/** What was told of the feed's health. */
WD_MUST_USE int wd_store_feed_state_put(
	struct wd_store *s, struct wd_str feed, struct wd_str state, struct wd_err *err);
/** Feeds that brought something new before, last before `before_us`, and are told as `state`;
 * strings in `a`, at most `max`. */
WD_MUST_USE int wd_store_feeds_silent(struct wd_store *s, struct wd_str state, int64_t before_us,
	size_t max, struct wd_arena *a, struct wd_str **ret, size_t *ret_n, struct wd_err *err);

struct wd_store_article {
	int64_t row;
	struct wd_hash id, content, event; /* content and event id of the newest version */
	struct wd_hash title, link, guid;  /* of the newest version; zero: none */
	uint64_t owner;                    /* hash of the feed that published it */
	int64_t first_seen_us, last_seen_us;
	uint32_t version;
	bool was_correction, withdrawn;
	bool blocked;               /* withdrawn by the operator: no feed brings it back */
	bool is_page;               /* came as a page by itself, and no feed has completed it yet */
	bool held;                  /* its newest version waits in `held` */
	bool routed;                /* an event of it went (or goes) to `route` */
	char route[WD_ROUTE_BYTES]; /* empty: the sink's own topic */
};
/** The article a key belongs to; WD_E_NOTFOUND: none. */
WD_MUST_USE int wd_store_find(
	struct wd_store *s, struct wd_hash key, struct wd_store_article *ret, struct wd_err *err);
WD_MUST_USE int wd_store_find_id(
	struct wd_store *s, struct wd_hash id, struct wd_store_article *ret, struct wd_err *err);
/** Inserts when row is 0 (and sets it), else updates. */
WD_MUST_USE int wd_store_article_put(
	struct wd_store *s, struct wd_store_article *art, struct wd_err *err);
/** The key leads to the article from now on. */
WD_MUST_USE int wd_store_key_put(
	struct wd_store *s, struct wd_hash key, int64_t row, struct wd_err *err);
/** What a feed last said of an article; WD_E_NOTFOUND: this feed has not carried it. */
WD_MUST_USE int wd_store_carried_get(struct wd_store *s, int64_t row, uint64_t feed,
	struct wd_hash *ret_content, struct wd_err *err);
WD_MUST_USE int wd_store_carried_put(struct wd_store *s, int64_t row, uint64_t feed,
	struct wd_str source, struct wd_hash content, struct wd_err *err);
/** URLs of the other feeds that carry it, at most `max`. */
WD_MUST_USE int wd_store_carriers(struct wd_store *s, int64_t row, uint64_t but_feed, size_t max,
	struct wd_arena *a, struct wd_str **ret, size_t *ret_n, struct wd_err *err);

/** A version's texts, for diffs: an opaque record. The oldest above `keep` go. */
WD_MUST_USE int wd_store_version_put(struct wd_store *s, int64_t row, uint32_t number,
	struct wd_str record, uint32_t keep, struct wd_err *err);
WD_MUST_USE int wd_store_version_get(struct wd_store *s, int64_t row, uint32_t number,
	struct wd_arena *a, struct wd_str *ret, struct wd_err *err);
/** Erasure: the texts of all versions go, with what stands in the outbox of this article. */
WD_MUST_USE int wd_store_erase(struct wd_store *s, struct wd_hash id, struct wd_err *err);
/** Articles not seen since `before_us` are forgotten, at most `max` in one call. */
WD_MUST_USE int wd_store_prune(
	struct wd_store *s, int64_t before_us, int max, int *ret_gone, struct wd_err *err);

/* ---- stories (near-duplicates) ---- */

struct wd_store_story {
	int64_t article; /* row */
	uint64_t story;
	double similarity;     /* to what made it join; 1 for the first of a story */
	int64_t first_seen_us; /* of the story */
	int64_t seen_us;       /* of this sketch */
	struct wd_str sketch;  /* WD_SKETCH_BLOB bytes; empty: the text is too short to compare */
};
WD_MUST_USE int wd_store_story_put(
	struct wd_store *s, const struct wd_store_story *x, struct wd_err *err);
/** The story an article joined with its first version (no sketch); WD_E_NOTFOUND: none. */
WD_MUST_USE int wd_store_story_of(
	struct wd_store *s, int64_t article, struct wd_store_story *ret, struct wd_err *err);
/** When a story was first seen; 0: unknown. */
int64_t wd_store_story_first_seen(struct wd_store *s, uint64_t story);
/** The newest `max` sketches, oldest first, as they were put: for the index after a start. */
WD_MUST_USE int wd_store_story_each(struct wd_store *s, size_t max,
	void (*fn)(const struct wd_store_story *x, void *ctx), void *ctx, struct wd_err *err);

/** One article of a cluster. */
struct wd_store_member {
	uint64_t story;
	int64_t first_seen_us, seen_us; /* of the story, of the article */
	double similarity;
	struct wd_hash article;
	struct wd_str source; /* the URL of the feed that published it; empty: none */
	struct wd_str record; /* its newest version's texts; empty: erased */
};
/** Articles of stories with at least `least` of them, seen since since_us; newest story first, in
 * each the order of arrival. Strings last until the next call of fn; a negative answer ends. */
WD_MUST_USE int wd_store_clusters(struct wd_store *s, int64_t since_us, unsigned least,
	struct wd_arena *a, int (*fn)(const struct wd_store_member *m, void *ctx), void *ctx,
	struct wd_err *err);
/* ---- held versions ---- */

/** A version that waits for its time, one an article at most: nobody has seen it, so a newer one
 * takes its place. With it what the article was before. */
struct wd_store_held {
	int64_t article;  /* row */
	int64_t due_us;   /* INT64_MAX: until a newer version comes */
	uint32_t version; /* before; 0: nothing was published yet */
	struct wd_hash event, content;
	bool was_correction, was_routed;
};
/** Keeps the row until due; part of the open transaction. */
WD_MUST_USE int wd_store_hold(struct wd_store *s, const struct wd_store_held *h,
	const struct wd_row *row, struct wd_err *err);
/** Takes the article's held version out; *ret is what was before. WD_E_NOTFOUND: none. */
WD_MUST_USE int wd_store_held_take(
	struct wd_store *s, int64_t article, struct wd_store_held *ret, struct wd_err *err);
/** Moves all that are due by `now_us` into the outbox, the earliest first. */
WD_MUST_USE int wd_store_release(
	struct wd_store *s, int64_t now_us, size_t *ret_n, struct wd_err *err);
/** How many are held, and when the next is due (INT64_MAX: none has a time). Any thread. */
void wd_store_held_fill(const struct wd_store *s, uint64_t *ret_n, int64_t *ret_next_us);

/* ---- newest versions whole (store_kept.c) ---- */

/** The newest version of an article (parsers/article_pack.h) and a hash of its tags. */
WD_MUST_USE int wd_store_kept_put(struct wd_store *s, int64_t row, struct wd_hash tags,
	struct wd_str packed, struct wd_err *err);
/** WD_E_NOTFOUND: not kept (erased, or never sent out). */
WD_MUST_USE int wd_store_kept_get(struct wd_store *s, int64_t row, struct wd_arena *a,
	struct wd_hash *ret_tags, struct wd_str *ret_packed, struct wd_err *err);
/** The next kept article behind `row` (0: the first), and its id; WD_E_NOTFOUND: no more. */
WD_MUST_USE int wd_store_kept_next(struct wd_store *s, int64_t row, int64_t *ret_row,
	struct wd_hash *ret_id, struct wd_err *err);

/* ---- the outbox ---- */

/** Adds a row to the open transaction; gives its seq. */
WD_MUST_USE int wd_store_out(struct wd_store *s, struct wd_row *row, struct wd_err *err);
/** The outbox is at its limit: sources should pause. Any thread. */
bool wd_store_is_full(const struct wd_store *s);
void wd_store_outbox_fill(const struct wd_store *s, uint64_t *ret_rows, uint64_t *ret_bytes);
/** Highest sequence number ever given / ever committed. */
int64_t wd_store_last_seq(const struct wd_store *s);
/** As it was when the store was opened: a position beyond it is not ours. */
int64_t wd_store_opened_seq(const struct wd_store *s);
/** Oldest row's age in µs at `now_us`, 0 when empty. */
int64_t wd_store_outbox_age(struct wd_store *s, int64_t now_us);

/** A sink that rows wait for. Its position starts where it was left. */
struct wd_store_reader;
WD_MUST_USE int wd_store_reader_open(
	struct wd_store *s, const char *sink, struct wd_store_reader **ret, struct wd_err *err);
/** A position of it was saved before: what lies behind it was this store's doing. */
bool wd_store_reader_is_known(const struct wd_store_reader *r);
/** Its rows are no longer waited for in this run (the position stays). */
void wd_store_reader_close(struct wd_store_reader *r);
/** Its position anew from the store, after wd_store_renew. */
void wd_store_reader_reload(struct wd_store_reader *r);
/** All up to here is delivered. */
int64_t wd_store_reader_pos(const struct wd_store_reader *r);
/** The sink's own note that belongs to the position (file offset). */
int64_t wd_store_reader_mark(const struct wd_store_reader *r);
/** How many rows behind `after` are committed; waits up to wait_us for the first, or a poke. */
size_t wd_store_wait(struct wd_store_reader *r, int64_t after, int64_t wait_us);
/** Committed rows with seq > after, in order, at most max and about max_bytes; strings in `a`.
 * Waits up to wait_us for the first; 0 rows is no error. */
WD_MUST_USE int wd_store_read(struct wd_store_reader *r, int64_t after, size_t max,
	size_t max_bytes, int64_t wait_us, struct wd_arena *a, struct wd_row **ret, size_t *ret_n,
	struct wd_err *err);
/** Delivered up to `pos`: rows that no sink waits for leave with the next commit. */
void wd_store_ack(struct wd_store_reader *r, int64_t pos, int64_t mark);
/** The last acknowledged position is durable. */
bool wd_store_reader_is_saved(struct wd_store_reader *r);
/** Ends the reader's wait, or the next one that finds no rows. Any thread. */
void wd_store_poke(struct wd_store_reader *r);
/** Wakes readers that wait (stop). */
void wd_store_wake(struct wd_store *s);

/* ---- the archive's index (store_archive.c) ---- */

struct wd_store_record {
	struct wd_str id;   /* "urn:uuid:…", as in an event's provenance.record */
	struct wd_str file; /* its name in the archive's folder */
	uint64_t offset;
	int64_t time_us;
	struct wd_str feed, uri; /* feed: writing only */
};
/** Where a record is; inside the desk's transaction. Ids of other archivers are passed over. */
WD_MUST_USE int wd_store_record_put(
	struct wd_store *s, const struct wd_store_record *rec, struct wd_err *err);
/** The record an event was made from; inside the desk's transaction. */
WD_MUST_USE int wd_store_record_event(struct wd_store *s, struct wd_str record,
	struct wd_hash event, struct wd_hash article, struct wd_err *err);
/** Each record the id (of a record, an event or an article) leads to, oldest first; fn under the
 * store's lock, a negative answer stops. WD_E_NOTFOUND: none. Any thread. */
WD_MUST_USE int wd_store_record_find(struct wd_store *s, struct wd_str id,
	int (*fn)(const struct wd_store_record *rec, void *ctx), void *ctx, struct wd_arena *a,
	struct wd_err *err);
/** The article that the id (its own or one of its events') belongs to, also after its erasure.
 * WD_E_NOTFOUND: no such article or event. Any thread. */
WD_MUST_USE int wd_store_article_of(
	struct wd_store *s, struct wd_str id, struct wd_hash *ret, struct wd_err *err);
/** The feed's newest; WD_E_NOTFOUND: none. Any thread. */
WD_MUST_USE int wd_store_record_last(struct wd_store *s, struct wd_str feed, struct wd_arena *a,
	struct wd_store_record *ret, struct wd_err *err);
/** The files the index knows. Any thread. */
WD_MUST_USE int wd_store_record_files(struct wd_store *s, int (*fn)(struct wd_str file, void *ctx),
	void *ctx, struct wd_arena *a, struct wd_err *err);
/** At most `max` records of a file that is gone leave the index; *ret_more: call again. Any
 * thread. */
WD_MUST_USE int wd_store_record_forget(
	struct wd_store *s, struct wd_str file, int max, bool *ret_more, struct wd_err *err);
/** Erasure: nothing in the index leads to the article any more (wd_store_erase calls it). */
WD_MUST_USE int wd_store_record_erase(
	struct wd_store *s, struct wd_hash article, struct wd_err *err);

/* ---- documents taken by the inbox ---- */

enum wd_store_fate { WD_FATE_PROCESSED = 1, WD_FATE_DUPLICATE, WD_FATE_FAILED };

/** What became of a document. */
struct wd_store_document {
	uint64_t seq; /* its number in the inbox */
	struct wd_hash id;
	uint64_t body_hash;
	enum wd_store_fate fate;
	uint32_t articles, versions;
	struct wd_str reason;
	int64_t time_us;
};
/** In the desk's transaction. All documents up to `position` are settled with it. The oldest above
 * WD_STORE_DOCUMENTS are forgotten. */
WD_MUST_USE int wd_store_document_put(struct wd_store *s, const struct wd_store_document *d,
	uint64_t position, struct wd_err *err);
/** The newest of this id, committed; WD_E_NOTFOUND. `reason` lives in `a` (NULL: left out). Any
 * thread; never waits for a commit. */
WD_MUST_USE int wd_store_document_get(struct wd_store *s, struct wd_hash id, struct wd_arena *a,
	struct wd_store_document *ret, struct wd_err *err);
/** A crash came after its commit. Any thread. */
bool wd_store_document_is_settled(struct wd_store *s, uint64_t seq);
uint64_t wd_store_inbox_position(struct wd_store *s);

/* ---- topics that documents are read from ---- */

/** How far a partition was read. */
struct wd_store_cursor {
	struct wd_str cluster, topic;
	int32_t partition;
	uint32_t epoch;      /* so many times the topic was made anew */
	int64_t next;        /* all before it is settled */
	struct wd_hash last; /* the document at next - 1; zero: there was none */
};
/** Part of the open transaction, else durable at once. Never moves back but with a higher epoch.
 * Any thread. */
WD_MUST_USE int wd_store_cursor_put(
	struct wd_store *s, const struct wd_store_cursor *c, struct wd_err *err);
/** What is committed for c's cluster, topic and partition; WD_E_NOTFOUND. Any thread; never waits
 * for a commit. */
WD_MUST_USE int wd_store_cursor_get(
	struct wd_store *s, struct wd_store_cursor *c, struct wd_err *err);

/* ---- documents and events that failed ---- */

struct wd_store_dead {
	int64_t id, time_us;
	bool is_event;             /* else a document */
	struct wd_str input, feed; /* where from */
	struct wd_str stage, error;
	struct wd_str attrs; /* headers or event attributes, name NUL value NUL … */
	struct wd_str bytes; /* as received */
};
/** Durable at once outside a transaction, with it inside. What failed the same way before is not
 * kept twice (*ret_new false; may be NULL). Any thread. */
WD_MUST_USE int wd_store_dead_put(
	struct wd_store *s, const struct wd_store_dead *d, bool *ret_new, struct wd_err *err);
/** Each in order, newest last; bytes only when `with_bytes`. A negative answer of fn stops. */
WD_MUST_USE int wd_store_dead_each(struct wd_store *s, bool with_bytes, struct wd_arena *a,
	int (*fn)(const struct wd_store_dead *d, void *ctx), void *ctx, struct wd_err *err);
WD_MUST_USE int wd_store_dead_get(struct wd_store *s, int64_t id, struct wd_arena *a,
	struct wd_store_dead *ret, struct wd_err *err);
WD_MUST_USE int wd_store_dead_drop(struct wd_store *s, int64_t id, struct wd_err *err);
/** An event that a sink will never take: it becomes a dead letter in the desk's next commit, with
 * or before any position acknowledged later, and `row` (may be NULL) goes to the outbox with it. An
 * event this stage refused before is not kept twice. Copies all. Any thread. */
WD_MUST_USE int wd_store_letter(struct wd_store *s, const struct wd_store_dead *d,
	const struct wd_row *row, struct wd_err *err);
/** Letters wait for that commit. Any thread. */
bool wd_store_has_letters(struct wd_store *s);

/** Attempts at a document that the program did not survive. */
WD_MUST_USE int wd_store_attempt_add(
	struct wd_store *s, struct wd_hash doc, unsigned *ret_count, struct wd_err *err);
/** 0 when the document never crashed anything. Any thread. */
unsigned wd_store_attempts(struct wd_store *s, struct wd_hash doc);
WD_MUST_USE int wd_store_attempt_clear(struct wd_store *s, struct wd_hash doc, struct wd_err *err);
