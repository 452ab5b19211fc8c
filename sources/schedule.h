/**
 * Schedule: when to fetch a feed next. Pure arithmetic on what was seen; no clock, no I/O.
 *
 * The configured interval is where learning starts. New items shorten it, polls that bring nothing
 * lengthen it, within interval_min and interval_max. A Cache-Control max-age is a floor (asking
 * sooner gives the same copy); the feed's own ttl is believed until items are seen to come faster.
 * Failures back off; Retry-After is kept to. `fixed` turns all but failures and Retry-After off.
 */
#pragma once
#include "sources/conf.h"

struct wd_schedule {
	int64_t interval_us; /* learned; 0: not started */
	int64_t ttl_us;      /* the feed's own hint, 0: none */
	int64_t max_age_us;  /* the last response's, 0: none */
	uint32_t skip_hours; /* bit per hour, UTC */
	uint8_t skip_days;   /* bit per day, Sunday = 0 */
	bool has_learned;    /* a second read was seen: changes are evidence now */
	unsigned failures;   /* in a row */
};

/** Bounds changed or first use. */
void wd_schedule_start(struct wd_schedule *s, const struct wd_feed_conf *conf);
/** A good read that brought so many new versions. */
void wd_schedule_read(struct wd_schedule *s, const struct wd_feed_conf *conf, size_t new_items);
/** A failed one. */
void wd_schedule_failed(struct wd_schedule *s);
/**
 * Pause until the next fetch. `now_us` is wall-clock time (for skipHours), `retry_after_us` what
 * the server asked (0: nothing), `is_lasting` a failure that waiting alone will hardly mend,
 * `jitter` a number in [0, 1).
 */
int64_t wd_schedule_pause(const struct wd_schedule *s, const struct wd_feed_conf *conf,
	int64_t backoff_max_us, int64_t now_us, int64_t retry_after_us, bool is_lasting,
	double jitter);
