/**
 * What operator commands share: the configuration and the store it names.
 */
#pragma once
#include "daemon/config.h"
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
