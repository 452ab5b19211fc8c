/**
 * Files: read whole ones with a limit, write them so that a crash leaves the old or the new one,
 * find the data folder that belongs to the program.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"

/** Reads the file (or stdin for "-"); free() ret->p. More than `max` bytes: WD_E_LIMIT. The error
 * names the path. */
WD_MUST_USE int wd_file_read(const char *path, size_t max, struct wd_str *ret, struct wd_err *err);
/** Writes path.tmp, syncs, renames, syncs the folder. */
WD_MUST_USE int wd_file_write(const char *path, struct wd_str data, struct wd_err *err);
/** Writes all, going on after short writes and EINTR. */
WD_MUST_USE int wd_fd_write(int fd, struct wd_str data, struct wd_err *err);
WD_MUST_USE int wd_dir_sync(const char *dir, struct wd_err *err);
/** mkdir -p */
WD_MUST_USE int wd_dir_make(const char *path, unsigned mode, struct wd_err *err);
/** The folder of shipped dictionaries: $WIREDESK_DATA, data/ beside the program (build tree), else
 * the installed one. */
const char *wd_datadir(void);
