/*
 * Moving SQLite's log into its file, beside the desk.
 *
 * SQLite does it inside the commit that makes the log long: thousands of pages written and synced
 * while the desk waits, which every document behind it felt (100 ms and more). Here a thread with
 * a connection of its own does it every EARLY pages; a passive checkpoint neither waits for the
 * writer nor stops it. The log starts anew only after a checkpoint that reached its end, which
 * under constant load none beside the writer does: from LATE on the thread follows the writer until
 * NEAR pages are left, and these the commit itself moves; at most the log grows to LONGEST.
 *
 * The thread is started by the first log that is long enough, so short-lived stores never have one.
 * Where it cannot be started or fails, the commit's own checkpoint does all the work at LONGEST; a
 * disk error is met there again, by the one who can tell the desk.
 *
 * Concurrency: wd_store_checkpoint_* on the desk's thread or with nobody else at work, the rest on
 * the thread; they share the fields under `lock`, and `moved`.
 */
#include <stdatomic.h>

#include "desk/store_sql.h"

/* Pages of 4 KiB. Not too early: pages that change all the time (keys are hashes, the outbox uses
 * its pages again) are then written once for many changes. */
#define EARLY 1000
#define LATE 4000
#define NEAR 100
#define LONGEST 16000

struct wd_checkpointer {
	sqlite3 *db;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool is_due, ends; /* under lock */
	atomic_int moved;  /* pages of the log that are in the file; too many after it began anew */
};

static void *thread_main(void *arg)
{
	struct wd_checkpointer *c = arg;
	(void)pthread_setname_np(pthread_self(), "checkpoint");
	(void)pthread_mutex_lock(&c->lock);
	while (!c->ends) {
		if (!c->is_due) {
			(void)pthread_cond_wait(&c->wake, &c->lock);
			continue;
		}
		(void)pthread_mutex_unlock(&c->lock);
		int moved = 0;
		if (sqlite3_wal_checkpoint_v2(
			    c->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, &moved) == SQLITE_OK)
			atomic_store(&c->moved, moved);
		(void)pthread_mutex_lock(&c->lock);
		/* What was asked for meanwhile the next commit asks for again. Begun at once, one
		 * after the other, they would keep the commit's own from ever having its turn, and
		 * the log from beginning anew. */
		c->is_due = false;
	}
	(void)pthread_mutex_unlock(&c->lock);
	return NULL;
}

static void drop(struct wd_checkpointer *c)
{
	(void)sqlite3_close(c->db);
	(void)pthread_mutex_destroy(&c->lock);
	(void)pthread_cond_destroy(&c->wake);
	free(c);
}

static struct wd_checkpointer *start(const char *path)
{
	struct wd_checkpointer *c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	(void)pthread_mutex_init(&c->lock, NULL);
	(void)pthread_cond_init(&c->wake, NULL);
	/* A connection that has read nothing does not know that there is a log. */
	if (wd_sql_open(path, false, &c->db, NULL) == WD_OK &&
		wd_sql_exec(c->db, "PRAGMA user_version", NULL) == WD_OK &&
		pthread_create(&c->thread, NULL, thread_main, c) == 0)
		return c;
	drop(c);
	return NULL;
}

static void ask(struct wd_checkpointer *c)
{
	(void)pthread_mutex_lock(&c->lock);
	c->is_due = true;
	(void)pthread_cond_signal(&c->wake);
	(void)pthread_mutex_unlock(&c->lock);
}

/* SQLite calls it after each commit. */
static int on_commit(void *ctx, sqlite3 *db, const char *name, int pages)
{
	struct wd_store *s = ctx;
	if (pages < EARLY)
		return SQLITE_OK;
	if (s->checkpointer == NULL && !s->has_no_checkpointer) {
		s->checkpointer = start(s->path);
		s->has_no_checkpointer = s->checkpointer == NULL;
	}
	struct wd_checkpointer *c = s->checkpointer;
	int moved = c != NULL ? atomic_load(&c->moved) : 0;
	int left = moved <= pages ? pages - moved : pages;
	if (pages >= LONGEST || (pages >= LATE && left <= NEAR))
		(void)sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	else if (c != NULL && (pages >= LATE || left >= EARLY))
		ask(c);
	return SQLITE_OK;
}

void wd_store_checkpoint_init(struct wd_store *s)
{
	(void)sqlite3_wal_hook(s->db, on_commit, s);
}

void wd_store_checkpoint_end(struct wd_store *s)
{
	struct wd_checkpointer *c = s->checkpointer;
	if (c == NULL)
		return;
	(void)pthread_mutex_lock(&c->lock);
	c->ends = true;
	(void)pthread_cond_signal(&c->wake);
	(void)pthread_mutex_unlock(&c->lock);
	(void)pthread_join(c->thread, NULL);
	drop(c);
	s->checkpointer = NULL;
}
