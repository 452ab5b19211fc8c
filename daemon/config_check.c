/*
 * What a value means, asked of whoever will use it: zones and charsets of the parsers, formats of
 * the parser table. A misspelt time zone would otherwise make every date of a feed wrong silently.
 */
#include "daemon/config_schema.h"

#include "base/url.h"
#include "parsers/charset.h"
#include "parsers/dates.h"
#include "parsers/parser.h"

int wd_conf_check_zone(struct wd_str s, struct wd_err *err)
{
	if (wd_date_zone_is_known(s))
		return WD_OK;
	return wd_err_set(err, WD_E_MALFORMED,
		"no time zone: write an IANA name the system knows, such as Asia/Seoul, or an offset "
		"such as +09:00");
}

/* BCP 47 by its shape: a language of two or three letters, then parts of up to eight. */
int wd_conf_check_language(struct wd_str s, struct wd_err *err)
{
	struct wd_str rest = s, part;
	for (size_t i = 0; wd_str_split(&rest, '-', &part); i++) {
		bool ok = i == 0 ? part.n == 2 || part.n == 3 : part.n >= 1 && part.n <= 8;
		for (size_t k = 0; k < part.n; k++)
			ok = ok && (i == 0 ? wd_is_alpha(part.p[k]) : wd_is_alnum(part.p[k]));
		if (!ok)
			return wd_err_set(err, WD_E_MALFORMED,
				"no language tag: write one such as ko, ja or zh-Hant");
	}
	return WD_OK;
}

int wd_conf_check_charset(struct wd_str s, struct wd_err *err)
{
	if (wd_charset_is_known(s))
		return WD_OK;
	return wd_err_set(err, WD_E_MALFORMED,
		"no character set that is known here, such as utf-8, euc-kr, shift_jis or windows-1252");
}

int wd_conf_check_format(struct wd_str s, struct wd_err *err)
{
	struct wd_buf b;
	const char *f;
	if (wd_parser_is_format(s))
		return WD_OK;
	wd_buf_init(&b, 1000);
	for (size_t i = 0; (f = wd_parser_format(i)) != NULL; i++)
		wd_buf_printf(&b, "%s%s", i > 0 ? ", " : "", f);
	int rc = wd_err_set(err, WD_E_MALFORMED, "is none of: %.*s", WD_STR_ARG(wd_buf_str(&b)));
	wd_buf_done(&b);
	return rc;
}

int wd_conf_check_proxy(struct wd_str s, struct wd_err *err)
{
	static const char *const schemes[] = {
		"http://", "https://", "socks4://", "socks4a://", "socks5://", "socks5h://"};
	struct wd_url u = wd_url_split(s);
	for (size_t i = 0; i < WD_COUNTOF(schemes); i++) {
		if (wd_str_istarts(s, wd_str_c(schemes[i])) && u.host.n > 0)
			return WD_OK;
	}
	return wd_err_set(
		err, WD_E_MALFORMED, "no proxy: write http://HOST:PORT, https://… or socks5h://…");
}

/* The bounds of learning. Against an inherited one it is only doubtful: a start value beyond a
 * bound moves it (wd_conf_feeds_finish). */
void wd_conf_check_feed(struct wd_conf_load *ld, const struct wd_yaml *map, const char *base)
{
	const struct wd_feed_conf *f = (const void *)base;
	const struct wd_yaml *min = wd_yaml_get(map, "interval_min"),
			     *max = wd_yaml_get(map, "interval_max"), *at = min != NULL ? min : max;
	bool both = min != NULL && max != NULL;
	if (at != NULL && f->interval_min_us > f->interval_max_us)
		wd_finding_add(ld->f, !both, ld->file, at->line, at->column,
			"interval_min is longer than interval_max%s",
			both ? "" : " (the one that is not given here)");
}
