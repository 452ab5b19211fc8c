/**
 * What operator commands share: the configuration and the store it names.
 */
#pragma once
#include "daemon/config.h"
#include "daemon/control.h"
#include "daemon/operate.h"
#include "desk/store.h"
#include "parsers/version.h"

/** Loads the configuration (NULL: the usual place); findings go to stderr. */
WD_MUST_USE int wd_cmd_config(const char *path, struct wd_config **ret, struct wd_err *err);
/** Opens the configuration's store. Writing needs the lock: the daemon must not be running. */
WD_MUST_USE int wd_cmd_store_open(
	const struct wd_config *cf, bool read_only, struct wd_store **ret, struct wd_err *err);
/** The version's event into the store's outbox: an operator's command between begin and commit. */
WD_MUST_USE int wd_cmd_emit(struct wd_store *s, const struct wd_article *art,
	const struct wd_version *v, struct wd_arena *a, struct wd_err *err);
/** A command that writes: done by the daemon when one runs, else here, by a pipeline without sinks.
 * Words go to stderr; the answer is an exit status. */
int wd_cmd_operate(const struct wd_config *cf, const struct wd_operate_request *q);
/** Options of commands that take -c and -h alone; -1: go on with *ret_config (may be NULL), else
 * the exit status. */
int wd_cmd_options(int argc, char **argv, const char *help, const char **ret_config);
