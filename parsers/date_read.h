/**
 * Tokens → a date: the grammar. Internal to parsers/dates*.c.
 *
 *   date_exact.c  RFC 822 and RFC 3339 to the letter, without all that follows
 *   date_read.c   the order of work, words that say nothing, putting the answer together
 *   date_clock.c  time of day and zone
 *   date_day.c    year, month, day
 *   date_rel.c    "3 hours ago", "어제"
 */
#pragma once
#include "parsers/date_words.h"
#include "parsers/dates.h"

struct wd_dread {
	struct wd_str text;
	struct wd_dtok *t;
	size_t n;
	const struct wd_date_opts *opts;
	struct wd_err *err; /* may be NULL */
	enum wd_dlang lang; /* what the words are written in */
	int weekday;        /* -1: none written */

	bool has_time;
	int64_t hour, minute, second, micro;
	size_t time_end; /* token behind the time */

	bool has_zone, zone_unknown;
	int64_t zone_s; /* east of UTC */
	const char *zone_iana;
	struct wd_str zone_name; /* IANA, as written */

	enum wd_date_precision precision; /* of the day part */
	int64_t year;
	unsigned month, day;
};

/** One date from the n tokens; nothing may be left over. */
WD_MUST_USE int wd_date_read(struct wd_str text, struct wd_dtok *t, size_t n,
	const struct wd_date_opts *opts, struct wd_date *ret, struct wd_err *err);

/** The two exact forms of date_exact.c; false: not one of them. */
bool wd_date_exact(struct wd_str s, struct wd_date *ret);

/** Each marks what it used. WD_E_NOTFOUND: nothing of the kind there; WD_E_MALFORMED: wrong. */
WD_MUST_USE int wd_dread_time(struct wd_dread *r);
WD_MUST_USE int wd_dread_zone(struct wd_dread *r);
/** The zone that a wall time is in when none is written: configured, or the language's. */
WD_MUST_USE int wd_dread_default_zone(struct wd_dread *r, int64_t wall_us, int64_t *ret_us);
WD_MUST_USE int wd_dread_day(struct wd_dread *r);
/** Dates relative to opts->now_us; `ret` is complete when it answers WD_OK and r->has_time is
 * not set, else only the day part is filled. */
WD_MUST_USE int wd_dread_relative(struct wd_dread *r, struct wd_date *ret);

static inline bool wd_dread_is(const struct wd_dread *r, size_t i, enum wd_dword kind)
{
	return i < r->n && !r->t[i].used && r->t[i].type == WD_DT_WORD &&
	       wd_dtok_word(&r->t[i], kind) != NULL;
}
static inline bool wd_dread_num(const struct wd_dread *r, size_t i, unsigned max_digits)
{
	return i < r->n && !r->t[i].used && r->t[i].type == WD_DT_NUM &&
	       r->t[i].digits <= max_digits;
}
static inline bool wd_dread_punct(const struct wd_dread *r, size_t i, char c)
{
	return i < r->n && !r->t[i].used && r->t[i].type == WD_DT_PUNCT && r->t[i].c == c;
}
/** Token i stands right behind the one before it. */
static inline bool wd_dread_tight(const struct wd_dread *r, size_t i)
{
	return i < r->n && !r->t[i].space;
}
static inline int wd_dread_val(const struct wd_dread *r, size_t i, enum wd_dword kind)
{
	const struct wd_dword_entry *w = wd_dtok_word(&r->t[i], kind);
	return w != NULL ? w->val : 0;
}
static inline void wd_dread_use(struct wd_dread *r, size_t from, size_t to)
{
	for (size_t i = from; i < to && i < r->n; i++)
		r->t[i].used = true;
}
/** The hint's language (primary subtag) is this. */
bool wd_dread_lang_is(const struct wd_dread *r, const char *primary);
