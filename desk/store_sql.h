/**
 * Inside desk/store*.c only: the connection, its statements and SQLite in small words.
 */
#pragma once
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "desk/store.h"

#define ROW_OVERHEAD 96 /* bytes an outbox row costs beside its contents */

enum wd_store_stmt {
	ST_BEGIN,
	ST_COMMIT,
	ST_ROLLBACK,
	ST_FEED_GET,
	ST_FEED_PUT,
	ST_SCHEDULE_PUT,
	ST_STATE_PUT,
	ST_FIND,
	ST_FIND_ID,
	ST_ARTICLE_ADD,
	ST_ARTICLE_SET,
	ST_KEY_PUT,
	ST_CARRIED_GET,
	ST_CARRIED_PUT,
	ST_CARRIERS,
	ST_VERSION_PUT,
	ST_VERSION_GET,
	ST_VERSION_TRIM,
	ST_OUT,
	ST_OUT_SUM,
	ST_OUT_TRIM,
	ST_OUT_CLEAR,
	ST_OUT_OLDEST,
	ST_HOLD,
	ST_HELD_GET,
	ST_HELD_DROP,
	ST_HELD_SUM,
	ST_RELEASE,
	ST_RELEASED,
	ST_RELEASE_DROP,
	ST_SINK_GET,
	ST_SINK_PUT,
	ST_DEAD_PUT,
	ST_DEAD_DROP,
	ST_TRY_ADD,
	ST_TRY_GET,
	ST_TRY_CLEAR,
	ST_KEPT_PUT,
	ST_KEPT_GET,
	ST_KEPT_NEXT,
	ST_STORY_PUT,
	ST_STORY_OF,
	ST_STORY_FIRST,
	ST_ARCHIVE_FILE,
	ST_ARCHIVE_PUT,
	ST_ARCHIVE_EVENT,
	ST_ARCHIVE_LAST,
	ST_DOC_PUT,
	ST_DOC_TRIM,
	ST_DOC_POS,
	ST_CURSOR_PUT,
	ST_WEBSUB_PUT,
	ST_WEBSUB_DROP,
	ST_WEBSUB_NEXT,
	ST_COUNT
};

struct wd_store_reader {
	struct wd_store *store;
	sqlite3 *db; /* own connection, or the store's when that is temporary */
	sqlite3_stmt *read;
	char *name;
	int64_t pos, mark;           /* acknowledged; under store->seq_lock */
	bool dirty, known, is_poked; /* the same; not saved, saved once */
	int64_t put_pos, put_mark;   /* in the open transaction; under store->lock */
	bool is_put;
	struct wd_store_reader *next;
};

struct wd_store {
	sqlite3 *db;
	sqlite3_stmt *st[ST_COUNT];
	char *dir, *path; /* NULL: temporary */
	int lock_fd;
	bool in_txn, was_clean, read_only, is_loaded;
	char uuid[WD_HASH_TEXT];
	int64_t last_seq, opened_seq;
	uint64_t max_bytes;
	_Atomic uint64_t rows, bytes;
	_Atomic int64_t shown_seq; /* committed */
	_Atomic int64_t gone;      /* rows up to here are no more; some may lie in the file: */
	bool has_gone;
	uint64_t gone_bytes;
	_Atomic uint64_t held;
	_Atomic int64_t next_due_us;
	struct wd_store_reader *readers;
	pthread_mutex_t lock, seq_lock;
	pthread_cond_t grown;
	bool woken;
	pthread_mutex_t doc_lock;
	sqlite3 *doc_db; /* under doc_lock: reads documents beside the desk; opened at first use */
	sqlite3_stmt *doc_get, *doc_seq, *doc_cursor;
	struct wd_letter *letters, **letters_end; /* under lock: wait for the next commit */
	struct wd_checkpointer *checkpointer;     /* the desk's thread */
	bool has_no_checkpointer;
	struct wd_press *press; /* the desk's thread; made at first use */
	bool has_attempts;      /* the table is not empty: the usual case costs no lookup */
};

int wd_sql_error(sqlite3 *db, int rc, const char *what, struct wd_err *err);
int wd_sql_exec(sqlite3 *db, const char *text, struct wd_err *err);
/** First column of the first row, 0 when there is none. */
int64_t wd_sql_one(sqlite3 *db, const char *text);
int wd_sql_open(const char *path, bool read_only, sqlite3 **ret, struct wd_err *err);
/** Strings and hashes are not copied: they last until the statement has run. */
void wd_sql_str(sqlite3_stmt *st, int at, struct wd_str s);
void wd_sql_blob(sqlite3_stmt *st, int at, struct wd_str s);
void wd_sql_hash(sqlite3_stmt *st, int at, const struct wd_hash *h);
void wd_sql_int(sqlite3_stmt *st, int at, int64_t v);
struct wd_hash wd_sql_col_hash(sqlite3_stmt *st, int at);
struct wd_str wd_sql_col_str(sqlite3_stmt *st, int at, struct wd_arena *a);
/** Steps a statement that gives no row, and resets it. */
int wd_sql_run(struct wd_store *s, enum wd_store_stmt which, struct wd_err *err);
/** Steps a statement to its only row: WD_OK (read it, then reset) or WD_E_NOTFOUND. */
int wd_sql_row(struct wd_store *s, enum wd_store_stmt which, struct wd_err *err);
void wd_store_lock(struct wd_store *s);
/** Gives the lock back and r on, for return statements. */
int wd_store_unlock(struct wd_store *s, int r);
/** Positions the sinks reached, and many rows behind all of them. Under lock, in a transaction. */
int wd_store_apply_acks(struct wd_store *s, struct wd_err *err);
/** Letters into the open transaction; they stay until wd_store_drop_letters. Under lock. */
int wd_store_put_letters(struct wd_store *s, struct wd_err *err);
/** They are durable, or nobody can save them any more. Under lock. */
void wd_store_drop_letters(struct wd_store *s);
/** wd_store_out and wd_store_dead_put for who has the lock. */
int wd_store_out_locked(struct wd_store *s, struct wd_row *row, struct wd_err *err);
int wd_store_dead_put_locked(
	struct wd_store *s, const struct wd_store_dead *d, bool *ret_new, struct wd_err *err);
/** Empties the outbox if every sink is past all of it. Under lock, in a transaction. */
int wd_store_sweep(struct wd_store *s, struct wd_err *err);
/** The transaction with the readers' positions is committed. Under lock. */
void wd_store_acks_saved(struct wd_store *s);
/** Counts the outbox anew. Under lock. */
int wd_store_count_outbox(struct wd_store *s, struct wd_err *err);
/** From here the log of commits is moved into the file by store_checkpoint.c. */
void wd_store_checkpoint_init(struct wd_store *s);
/** Ends its thread and connection. */
void wd_store_checkpoint_end(struct wd_store *s);
/** Ends the connection that reads documents. */
void wd_store_documents_close(struct wd_store *s);
/** Counts the held versions anew. Under lock. */
int wd_store_count_held(struct wd_store *s, struct wd_err *err);
