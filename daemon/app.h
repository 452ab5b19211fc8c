/**
 * The daemon: configuration, store, pipeline and sources, wired on one loop thread.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"

struct wd_app;

/** Everything up to READY. Findings and errors go to the log; the answer is an exit status
 * (WD_EXIT_OK: *ret is set). `path` NULL: built-in defaults; borrowed. */
int wd_app_new(const char *path, struct wd_app **ret);
/** Runs until SIGTERM or SIGINT; returns the exit status. */
int wd_app_run(struct wd_app *app);
void wd_app_free(struct wd_app *app); /* NULL is fine */

/** /status as JSON, /healthz's verdict. Any thread. */
void wd_app_status_json(struct wd_app *app, struct wd_buf *out);
bool wd_app_is_healthy(struct wd_app *app, struct wd_buf *why);
