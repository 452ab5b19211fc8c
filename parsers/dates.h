/**
 * Dates as people and programs write them → wd_date. Never invents: what cannot be known is
 * refused with a reason; precision is kept ("2025-08" stays a month).
 */
#pragma once
#include "base/err.h"
#include "parsers/article.h"

struct wd_date_opts {
	int64_t now_us;         /* for relative dates and two-digit years; the fetch time */
	struct wd_str timezone; /* IANA name or ±hh:mm for dates without a zone; empty: leave them
				   without */
	struct wd_str language; /* BCP 47 hint for ambiguous month names and day/month order; may be
				   empty */
	bool no_relative;       /* refuse "3 hours ago" */
};

/** The whole of `s` is one date. WD_E_MALFORMED with a reason in err when it is none or cannot be
 * known. */
WD_MUST_USE int wd_date_parse(
	struct wd_str s, const struct wd_date_opts *opts, struct wd_date *ret, struct wd_err *err);

#define WD_DATE_EARLIEST_US INT64_C(631152000000000) /* 1990-01-01 */
#define WD_DATE_FUTURE_US INT64_C(172800000000)      /* two days: clocks and zones go wrong */
/** Not before 1990 and not in the future (now_us 0: unknown). A date may be right and yet not
 * plausible: callers keep and flag it. */
bool wd_date_is_plausible(struct wd_date d, int64_t now_us);

/** ISO 8601 as the contract has it: Z only when a zone is known, never more precise than the
 * source. */
struct wd_str wd_date_format(struct wd_arena *a, struct wd_date d);
/** Seconds precision RFC 3339 UTC; empty unless the date is a full time with a zone. */
struct wd_str wd_date_utc(struct wd_arena *a, struct wd_date d);

/** A date found in running text. */
struct wd_date_hit {
	size_t start, end; /* bytes */
	struct wd_date date;
};
/** Next date in running text at or after byte *at (English, Korean, Japanese, Chinese, European);
 * false: none. For page and text metadata; absolute dates only. */
bool wd_date_scan(
	struct wd_str text, size_t *at, const struct wd_date_opts *opts, struct wd_date_hit *ret);

/** Where a day begins that is told by its name alone, with the preposition before it: "on Monday",
 * "am Montag", "yesterday"; s.n: there is none. */
size_t wd_date_day_name(struct wd_str s);
/** A time zone that dates can be read in: an IANA name the system knows, "UTC" or ±hh:mm. */
bool wd_date_zone_is_known(struct wd_str name);
