/**
 * The pipeline's inside, for daemon/pipeline*.c alone: workers (pipeline_work.c), the desk thread
 * (pipeline_desk.c) and its groups of documents in one store transaction (pipeline_group.c).
 */
#pragma once
#include <pthread.h>
#include <stdatomic.h>

#include "base/queue.h"
#include "daemon/guard.h"
#include "daemon/pipeline.h"
#include "daemon/pump.h"
#include "desk/desk.h"
#include "taggers/tagger.h"

#define CHUNK_ARTICLES 16
#define GROUP_EVENTS 500
#define GROUP_US 50000
#define TICK_US 20000
/* From one commit to the next: under load the pages that every commit writes, and its sync, are
 * shared by more documents. After a pause nobody waits. */
#define PACE_US 10000

struct chunk {
	struct chunk *next;
	struct wd_arena *mem;
	struct wd_article *v[CHUNK_ARTICLES];
	size_t n;
};

struct job {
	struct job *next;
	struct wd_doc *doc;
	struct wd_arena *feed_mem;
	struct wd_feed feed; /* the worker's until finished */
	struct chunk *first, *last;
	size_t bytes;
	bool finished, dropped; /* dropped: the desk wants no more of it */
	bool is_poison;         /* the guard let nobody look into it */
	int rc;
	struct wd_err err;
	size_t articles, versions;
};

struct worker {
	struct wd_pipeline *p;
	pthread_t thread;
	struct wd_arena *mem;
	struct wd_rules *rules;
	struct wd_tag_scratch *scratch;
	struct job *job;
	struct chunk *chunk;
	struct wd_guard_slot *slot;
	struct wd_err err;
};

struct wd_pipeline {
	struct wd_pipeline_opts opts;
	struct wd_store *store, *own_store;
	struct wd_desk *desk;
	struct wd_guard *guard;
	struct wd_queue *queue;
	struct worker *workers;
	unsigned worker_count, started;
	struct wd_pump **pumps;
	size_t pump_count;
	pthread_t desk_thread;
	bool desk_started;
	uint64_t next_seq;
	struct wd_arena *scratch; /* desk thread: per article */
	struct wd_buf attrs, data;

	pthread_mutex_t take; /* pop + append in one step */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct job *first, *last;
	unsigned busy; /* workers that have not left yet */
	atomic_bool ending, idle;
	struct wd_rules *rules;

	/* the desk thread's group */
	struct job *group, **group_end;
	size_t group_events;
	int64_t group_began_us, committed_us;
	bool waits; /* said that it stands still */
	int64_t saved_us, pruned_us, looked_us;
	bool wants_health; /* some sink has a health topic */
	struct wd_arena *health_mem;

	/* under lock: what others ask of the desk thread */
	struct wd_pipe_call *calls;
	bool calls_over; /* nobody answers any more */
	struct wd_pipe_note *notes, **notes_end;

	_Atomic uint64_t docs_in, docs_done, docs_failed, articles, versions, unchanged;
};

/* ---- pipeline_work.c ---- */

void wd_pipe_chunk_free(struct chunk *c);
void wd_pipe_job_free(struct job *j);
/** A worker's thread; ends when the queue is closed and empty. */
void *wd_pipe_worker_main(void *arg);
void wd_pipe_work_metrics(void);
/** The answer 410 to a page's address. */
bool wd_pipe_is_gone(const struct wd_doc *doc);

/* ---- pipeline_group.c: the desk thread alone ---- */

/** Puts a version's event into the outbox (wd_desk_opts.emit; ctx is the pipeline). */
int wd_pipe_emit(const struct wd_article *art, const struct wd_version *v, struct wd_arena *a,
	void *ctx, struct wd_err *err);
/** Where the archive has the document, into the store's index. */
int wd_pipe_index(struct wd_pipeline *p, const struct wd_doc *doc, struct wd_err *err);
/** wd_desk_opts.route. */
struct wd_str wd_pipe_route(
	const struct wd_article *art, const struct wd_version *v, bool *ret_stays, void *ctx);
/** A document nobody could read: kept with its bytes, and sent to the dead-letter topic. */
int wd_pipe_bury(struct wd_pipeline *p, const struct wd_doc *doc, const struct wd_err *why,
	struct wd_err *err);
/** Begins a transaction when none is open; stands still while the disk or the outbox is full.
 * False: the pipeline ends meanwhile. */
bool wd_pipe_begin(struct wd_pipeline *p);
/** Ends the open transaction, if any: its documents are done, or given back on failure. */
int wd_pipe_commit(struct wd_pipeline *p);
/** The documents of the group are over: reported, their owners told, freed. */
void wd_pipe_finish_group(struct wd_pipeline *p, int rc);
/** The store failed: documents of the group go back to their sources, unread. */
void wd_pipe_give_back(struct wd_pipeline *p, const struct wd_err *err);
void wd_pipe_save_acks(struct wd_pipeline *p);
void wd_pipe_prune(struct wd_pipeline *p);
bool wd_pipe_all_pumps_dead(struct wd_pipeline *p);
void wd_pipe_wait_us(int64_t us);
void wd_pipe_group_metrics(void);

/* ---- pipeline_desk.c ---- */

void *wd_pipe_desk_main(void *arg);

/* ---- pipeline_calls.c ---- */

/** Serves what waits; no transaction is open. */
void wd_pipe_serve_calls(struct wd_pipeline *p);
void wd_pipe_refuse_calls(struct wd_pipeline *p);
/** Held versions that are due at `now_us` go to the outbox, in the open transaction. */
int wd_pipe_release(struct wd_pipeline *p, int64_t now_us, struct wd_err *err);
/** The same by the wall clock, in a transaction of its own. */
void wd_pipe_release_by_clock(struct wd_pipeline *p);

/* ---- pipeline_health.c: the health topic's events ---- */

/** A document of a feed was read; in the open transaction, before wd_desk_doc_end. */
int wd_pipe_feed_read(struct wd_pipeline *p, const struct wd_doc *doc, const struct wd_feed *feed,
	struct wd_err *err);
/** Tells what sources noted, and who has become silent. */
void wd_pipe_serve_notes(struct wd_pipeline *p);
void wd_pipe_drop_notes(struct wd_pipeline *p);
void wd_pipe_desk_metrics(void);
