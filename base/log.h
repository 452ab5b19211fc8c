/**
 * Log: one line = priority, subject, event word, key=value pairs, on stderr. With journald behind
 * stderr the "<N>" prefix gives the priority. Only daemon/ and the long-lived parts (sources,
 * sinks, desk) log; parsers and taggers return errors. Untrusted text goes through WD_LOGQ: quoted
 * and cut. Repeats of one (subject, event) pair are limited to a burst a minute and counted.
 * Thread-safe.
 */
#pragma once
#include "base/str.h"

enum wd_log_level {
	WD_LOG_ERR = 3,
	WD_LOG_WARNING = 4,
	WD_LOG_NOTICE = 5,
	WD_LOG_INFO = 6,
	WD_LOG_DEBUG = 7,
};

/** Lines above this level are dropped. Default: WD_LOG_INFO. */
void wd_log_set_level(enum wd_log_level max);
/** "err" … "debug" → level; -1 when unknown. */
int wd_log_level_parse(struct wd_str name);
/** Tests: lines go to `fn` instead of stderr (NULL: stderr again). */
void wd_log_set_output(
	void (*fn)(enum wd_log_level level, struct wd_str line, void *ctx), void *ctx);

/** `wd_log(WD_LOG_WARNING, feed_id, "fetch-failed", "status=%d url=%s", …)`; subject may be empty.
 */
void wd_log(enum wd_log_level level, struct wd_str subject, const char *event, const char *fmt, ...)
	WD_PRINTF(4, 5);
/** How many lines the rate limit kept back so far. */
uint64_t wd_log_suppressed(void);

#define WD_LOG_TEXT 220
/** Untrusted text for a log line: quoted, controls escaped, cut at 200 bytes. Writes to out,
 * returns it. */
const char *wd_log_quote(struct wd_str s, char out[WD_LOG_TEXT]);
#define WD_LOGQ(s) wd_log_quote((s), (char[WD_LOG_TEXT]){0})
