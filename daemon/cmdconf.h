/**
 * What operator commands share: the configuration and the store it names.
 */
#pragma once
#include "daemon/config.h"
#include "desk/store.h"

/** Loads the configuration (NULL: the usual place); findings go to stderr. */
WD_MUST_USE int wd_cmd_config(const char *path, struct wd_config **ret, struct wd_err *err);
/** Opens the configuration's store. Writing needs the lock: the daemon must not be running. */
WD_MUST_USE int wd_cmd_store_open(
	const struct wd_config *cf, bool read_only, struct wd_store **ret, struct wd_err *err);
