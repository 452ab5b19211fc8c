/**
 * The application's inside, for daemon/app*.c alone.
 */
#pragma once
#include <pthread.h>
#include <uv.h>

#include "base/json.h"
#include "daemon/admin.h"
#include "daemon/app.h"
#include "daemon/completer.h"
#include "daemon/config.h"
#include "daemon/control.h"
#include "daemon/operate.h"
#include "daemon/pipeline.h"
#include "daemon/sinkconf.h"
#include "desk/store.h"
#include "sources/http_poll.h"
#include "sources/http_push.h"
#include "sources/spool.h"
#include "sources/stdin.h"
#include "sources/warc.h"
#include "sources/websub.h"
#include "taggers/tagger.h"

#define STATUS_MAX_BYTES (64 * WD_MIB)

struct wd_app {
	uv_loop_t loop;
	const char *path;
	struct wd_config *conf;
	struct wd_config *first_conf; /* what the sinks were made from: they stay through reloads */
	struct wd_sinkconf *sinks;
	struct wd_arena *mem; /* paths as C strings */
	struct wd_rules *rules;
	struct wd_store *store;
	struct wd_pipeline *pipeline;
	struct wd_operate operate;
	struct wd_control *control;
	uv_async_t fatal; /* a sink gave up for good: `fatal_text`, under lock */
	char fatal_text[512];
	int exit_status;
	uv_work_t check_work; /* of the store, after a crash */
	struct wd_err check_err;
	int check_rc;
	struct wd_poll *poll;
	struct wd_spool *spool;
	struct wd_intake *intake; /* NULL: nothing that needs it */
	struct wd_push *push;
	struct wd_websub *websub; /* NULL: no callback, nothing left of one */
	struct wd_stdin *in;
	struct wd_app_topic *topics; /* that documents are read from */
	size_t topic_count;
	pthread_mutex_t push_lock; /* sources on two threads push, one at a time */
	struct wd_admin *admin;
	struct wd_warc_writer *archive; /* NULL: none */
	char *archive_dir;
	bool is_archive_dirty, is_index_behind; /* the index names files that are gone */
	struct wd_completer *completer;
	bool has_fulltext; /* under push_lock: some feed is completed from pages */
	uv_signal_t term, intr, hup;
	uv_timer_t watchdog, summary;
	uv_async_t room;
	uv_work_t drain_work;
	int drain_rc;
	bool is_stopping, is_loop_ready;
	int64_t started_us;
	pthread_mutex_t conf_lock; /* `conf` is replaced under it, and read by other threads */
	pthread_mutex_t lock;
	struct wd_buf status; /* under lock */
	bool is_healthy;      /* under lock */
	char why[256];        /* under lock */
};

/** Metrics of app_status.c. */
void wd_app_status_register(void);
/** Renews what /status, /metrics and systemctl status show. Loop thread, every second. */
void wd_app_summarise(struct wd_app *app);

/** app_archive.c: opens what section archive names (nothing: no archive), closes it. */
WD_MUST_USE int wd_app_archive_open(struct wd_app *app, struct wd_err *err);
void wd_app_archive_close(struct wd_app *app);
void wd_app_archive_register(void);
/** Writes the document down and notes in it where. Under push_lock. */
void wd_app_archive(struct wd_app *app, struct wd_doc *doc);
/** The same for a feed that said nothing new. `ctx` is the app; loop thread. */
void wd_app_archive_unchanged(const struct wd_doc *doc, void *ctx);
/** fsync, rotation, retention. Loop thread, every second. */
void wd_app_archive_second(struct wd_app *app);

/** A document to the pipeline, archived on its way. Any thread. */
int wd_app_deliver(struct wd_doc *doc, void *app);

/* app_websub.c */
WD_MUST_USE int wd_app_websub_open(struct wd_app *app, struct wd_err *err);
/** For wd_poll_opts.least_pause. */
int64_t wd_app_websub_pause(struct wd_str feed, void *app);
/** A document of a hub becomes one of its feed; false: it is of another source. */
bool wd_app_websub_dress(struct wd_doc *doc, const struct wd_config *c);

/* app_kafka.c */
WD_MUST_USE int wd_app_kafka_open(struct wd_app *app, struct wd_err *err);
/** Ends the threads; at most about a second. */
void wd_app_kafka_stop(struct wd_app *app);
/** Member "topics". Loop thread. */
void wd_app_kafka_json(struct wd_app *app, struct wd_json *j);
/** Desk thread, in the transaction: the cursor of the document's topic, when it is of one. */
WD_MUST_USE int wd_app_kafka_settle(struct wd_app *app, const struct wd_doc *doc,
	const struct wd_fate *f, uint64_t position, struct wd_err *err);

/* app_receive.c: HTTP, stdin, spool */
WD_MUST_USE int wd_app_receive_open(struct wd_app *app, struct wd_err *err);
/** Anything at all comes in by itself. */
bool wd_app_receives(const struct wd_app *app);
/** The pipeline has room again. */
void wd_app_receive_resume(struct wd_app *app);
void wd_app_receive_reload(struct wd_app *app, const struct wd_config *next);
/** Nothing new from here on. */
void wd_app_receive_stop(struct wd_app *app);
/** When the pipeline is gone; then the loop runs, then free. */
void wd_app_receive_close(struct wd_app *app);
void wd_app_receive_free(struct wd_app *app);
/** Desk thread, inside the transaction: positions of sources that keep one in the store. */
WD_MUST_USE int wd_app_settle(const struct wd_doc *doc, size_t articles, size_t versions, int rc,
	const struct wd_err *why, void *app, struct wd_err *err);
