/*
 * Why multiplicative steps: a feed's rate changes by day and night; halving on a burst reacts
 * within one poll, growing by a fifth takes ten quiet polls to go six times slower. A first read is
 * no evidence, because everything in it is new.
 */
#include "sources/schedule.h"

#include "base/clock.h"

#define MAX_RETRY_AFTER WD_DAY
#define FIRST_RETRY                                                                                \
	WD_MINUTE /* a stumble of an hourly feed is tried again sooner than in an hour */

static int64_t clamp(int64_t v, int64_t lo, int64_t hi)
{
	return WD_MAX(lo, WD_MIN(v, hi));
}

void wd_schedule_start(struct wd_schedule *s, const struct wd_feed_conf *conf)
{
	if (s->interval_us == 0 || conf->fixed)
		s->interval_us = conf->interval_us;
	s->interval_us = clamp(s->interval_us, conf->interval_min_us, conf->interval_max_us);
}

void wd_schedule_read(struct wd_schedule *s, const struct wd_feed_conf *conf, size_t new_items)
{
	s->failures = 0;
	if (conf->fixed)
		return;
	if (!s->has_learned) {
		s->has_learned = true;
		if (s->ttl_us > s->interval_us)
			s->interval_us = s->ttl_us;
	} else if (new_items > 2) {
		s->interval_us /= 2;
	} else if (new_items > 0) {
		s->interval_us -= s->interval_us / 5;
	} else {
		s->interval_us += s->interval_us / 5;
	}
	s->interval_us = clamp(s->interval_us, conf->interval_min_us, conf->interval_max_us);
}

void wd_schedule_failed(struct wd_schedule *s)
{
	if (s->failures < 1000)
		s->failures++;
}

static int64_t backoff(const struct wd_schedule *s, const struct wd_feed_conf *conf, int64_t max_us,
	bool is_lasting)
{
	int64_t pause = is_lasting ? conf->interval_us : WD_MIN(conf->interval_us, FIRST_RETRY);
	int64_t max = WD_MAX(max_us, conf->interval_us);
	for (unsigned i = 1; i < s->failures && pause < max; i++)
		pause *= 2;
	return WD_MIN(pause, max);
}

/* The first moment at or after t that skipHours and skipDays leave open. */
static int64_t skip(const struct wd_schedule *s, int64_t t)
{
	if ((s->skip_hours & 0xFFFFFF) == 0xFFFFFF || (s->skip_days & 0x7F) == 0x7F)
		return t; /* "never" is a mistake of the feed's author */
	for (int i = 0; i < 24 * 8; i++) {
		int64_t day = t / WD_DAY, hour = t % WD_DAY / WD_HOUR;
		bool closed = (s->skip_days >> ((day + 4) % 7) & 1) || (s->skip_hours >> hour & 1);
		if (!closed)
			return t;
		t = (t / WD_HOUR + 1) * WD_HOUR;
	}
	return t;
}

int64_t wd_schedule_pause(const struct wd_schedule *s, const struct wd_feed_conf *conf,
	int64_t backoff_max_us, int64_t now_us, int64_t retry_after_us, bool is_lasting,
	double jitter)
{
	int64_t pause;
	if (s->failures > 0) {
		pause = backoff(s, conf, backoff_max_us, is_lasting);
		pause +=
			(int64_t)((double)pause * 0.25 * jitter); /* only later: never a stampede */
		return WD_MAX(pause, WD_MIN(retry_after_us, MAX_RETRY_AFTER));
	}
	if (conf->fixed)
		return conf->interval_us;
	pause = WD_MAX(s->interval_us, WD_MIN(s->max_age_us, conf->interval_max_us));
	pause += (int64_t)((double)pause * 0.1 * (jitter - 0.5));
	if (s->skip_hours == 0 && s->skip_days == 0)
		return pause;
	return skip(s, now_us + pause) - now_us;
}
