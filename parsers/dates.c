/**
 * Dates as people and programs write them.
 *
 * One tolerant reader instead of a list of formats: the text becomes tokens (date_lex.c), words are
 * looked up with all the meanings they have in any language (date_words.c), and the reader
 * (date_read.c) takes time, zone and day by their shapes. A list of formats was the other way; the
 * zoo of feeds mixes languages, orders and separators freely, so the list would never end, and
 * each format that fails costs as much as one that fits.
 *
 * Limits: a date has at most TEXT_MAX bytes and WD_DATE_TOKENS tokens; everything is on the stack.
 * Concurrency: pure but for the word index and the zone files, both read once.
 */
#include "parsers/dates.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "parsers/date_read.h"
#include "parsers/date_zone.h"

#define TEXT_MAX 256

static int malformed(struct wd_err *err, const char *why)
{
	return wd_err_set(err, WD_E_MALFORMED, "%s", why);
}

/** Seconds, milli- or microseconds since 1970, told by their number of digits. */
static bool read_epoch(struct wd_str s, struct wd_date *ret)
{
	static const struct {
		size_t digits;
		int64_t unit_us;
	} kinds[] = {{9, WD_SEC}, {10, WD_SEC}, {13, 1000}, {16, 1}};
	uint64_t v;
	struct wd_str whole = s, frac;
	if (wd_str_starts(whole, WD_STR("@")))
		whole = wd_str_from(whole, 1);
	size_t dot = wd_str_chr(whole, '.', 0);
	if (dot != SIZE_MAX) { /* 1755961445.123 */
		frac = wd_str_from(whole, dot + 1);
		whole = wd_str_sub(whole, 0, dot);
		if (whole.n != 10 || frac.n == 0 || frac.n > 9 ||
			wd_str_to_u64(frac, 0, UINT64_MAX, &v) < 0)
			return false;
	}
	for (size_t i = 0; i < WD_COUNTOF(kinds); i++) {
		if (whole.n != kinds[i].digits ||
			wd_str_to_u64(whole, 1, INT64_MAX / (uint64_t)kinds[i].unit_us, &v) < 0)
			continue;
		*ret = (struct wd_date){(int64_t)v * kinds[i].unit_us, WD_DATE_TIME, true};
		return true;
	}
	return false;
}

/** The number inside "/Date(1755961445000)/", as .NET's JSON writes it. */
static struct wd_str unwrap_dotnet(struct wd_str s)
{
	if (!wd_str_istarts(s, WD_STR("/Date(")) || !wd_str_ends(s, WD_STR(")/")))
		return s;
	s = wd_str_sub(s, 6, s.n - 2);
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] == '+' || s.p[i] == '-') /* the zone only says how it was shown */
			return wd_str_sub(s, 0, i);
	}
	return s;
}

int wd_date_parse(
	struct wd_str s, const struct wd_date_opts *opts, struct wd_date *ret, struct wd_err *err)
{
	struct wd_dtok t[WD_DATE_TOKENS];
	size_t n = 0, at = 0;
	s = unwrap_dotnet(wd_utf8_trim(s));
	if (s.n == 0)
		return malformed(err, "empty");
	if (s.n > TEXT_MAX)
		return malformed(err, "too long for a date");
	if (wd_date_exact(s, ret) || read_epoch(s, ret))
		return WD_OK;
	while (n < WD_DATE_TOKENS && wd_date_token(s, &at, &t[n]))
		n++;
	if (n == WD_DATE_TOKENS)
		return malformed(err, "too many words for a date");
	return wd_date_read(s, t, n, opts, ret, err);
}

bool wd_date_is_plausible(struct wd_date d, int64_t now_us)
{
	return d.precision != WD_DATE_NONE && d.us >= WD_DATE_EARLIEST_US &&
	       (now_us <= 0 || d.us <= now_us + WD_DATE_FUTURE_US);
}

struct wd_str wd_date_format(struct wd_arena *a, struct wd_date d)
{
	char buf[WD_TIME_TEXT];
	if (d.precision == WD_DATE_NONE)
		return WD_STR_NONE;
	struct wd_str s = wd_time_format(d.us, false, buf);
	size_t keep = s.n - (d.has_zone ? 0 : 1);
	switch (d.precision) {
	case WD_DATE_YEAR:
		keep = s.n - 16;
		break;
	case WD_DATE_MONTH:
		keep = s.n - 13;
		break;
	case WD_DATE_DAY:
		keep = s.n - 10;
		break;
	case WD_DATE_NONE:
	case WD_DATE_TIME:
		break;
	}
	return wd_arena_str(a, wd_str_sub(s, 0, keep));
}

struct wd_str wd_date_utc(struct wd_arena *a, struct wd_date d)
{
	char buf[WD_TIME_TEXT];
	if (d.precision != WD_DATE_TIME || !d.has_zone)
		return WD_STR_NONE;
	return wd_arena_str(a, wd_time_format(d.us, false, buf));
}

bool wd_date_zone_is_known(struct wd_str name)
{
	int64_t us;
	return wd_zone_wall_to_utc(name, 0, &us) == WD_OK;
}
