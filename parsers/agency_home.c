/*
 * Where national agencies keep their clocks.
 *
 * Agencies write times without a zone because their customers share theirs. A national agency's is
 * its country's; the international ones (AFP, AP, Reuters) state zones and are not here. A zone
 * from the configuration comes first.
 */
#include "parsers/agency_impl.h"
#include "parsers/date_zone.h"

static const struct {
	const char *zone, *names; /* separated by |, lower-case; also matched as a domain's label */
} homes[] = {
	{"Europe/Helsinki", "stt|stt-lehtikuva|stt-lehtikuva.fi"},
	{"Europe/Copenhagen", "ritzau"},
	{"Europe/Oslo", "ntb"},
	{"Europe/Stockholm", "tt"},
	{"Pacific/Auckland", "businessdesk|nzpa"},
	{"Australia/Sydney", "aap|australian associated press"},
	{"Europe/Brussels", "belga"},
	{"Europe/Amsterdam", "anp"},
	{"Europe/Berlin", "dpa|deutsche presse-agentur gmbh"},
	{"Europe/Vienna", "apa"},
	{"Europe/Zurich", "ats|sda|keystone-sda|keystone-ats"},
	{"Europe/Rome", "ansa|agi|adnkronos"},
	{"Europe/Madrid", "efe|europa press"},
	{"Europe/Lisbon", "lusa"},
	{"Europe/London", "pa|press association|pa media"},
	{"Europe/Warsaw", "pap"},
	{"Europe/Prague", "ctk|čtk"},
	{"Europe/Bratislava", "tasr"},
	{"Europe/Budapest", "mti"},
	{"Europe/Athens", "ana|ana-mpe|απε-μπε"},
	{"Europe/Bucharest", "agerpres"},
	{"Europe/Sofia", "bta"},
	{"Europe/Belgrade", "tanjug"},
	{"Europe/Zagreb", "hina"},
	{"Europe/Moscow", "tass|itar-tass|interfax|ria|ria novosti"},
	{"Europe/Istanbul", "anadolu|anadolu agency"},
	{"Asia/Seoul", "yonhap|yonhapnews|연합뉴스|newsis|뉴시스|news1|뉴스1"},
	{"Asia/Tokyo", "kyodo|kyodonews|kyodo news|共同通信|jiji|jijipress|時事通信"},
	{"Asia/Shanghai", "xinhua|xinhuanet|新华社|chinanews"},
	{"Asia/Taipei", "中央社"},
	{"Asia/Jakarta", "antara"},
	{"Asia/Kuala_Lumpur", "bernama"},
	{"Asia/Kolkata", "pti|ians|press trust of india"},
	{"America/Toronto", "the canadian press|canadian press"},
};

/** The name itself, or one label of it when it is a host ("www.belga.be"). */
static bool is_named(struct wd_str name, struct wd_str list)
{
	struct wd_str one, label;
	while (wd_str_split(&list, '|', &one)) {
		struct wd_str rest = name;
		if (wd_str_ieq(name, one))
			return true;
		while (wd_str_split(&rest, '.', &label)) {
			if (label.n < name.n && label.n > 2 && wd_str_ieq(label, one))
				return true;
		}
	}
	return false;
}

struct wd_str agency_home_zone(struct wd_str name)
{
	if (name.n >= 2 && name.p[0] == '/' && name.p[name.n - 1] == '/') /* "/ritzau/" */
		name = wd_str_sub(name, 1, name.n - 1);
	for (size_t i = 0; name.n > 0 && i < WD_COUNTOF(homes); i++) {
		if (is_named(name, wd_str_c(homes[i].names)))
			return wd_str_c(homes[i].zone);
	}
	return WD_STR_NONE;
}

void agency_home_dates(struct agency_state *s)
{
	const struct wd_str names[] = {s->provider, s->provider_id, s->source_name, s->sender};
	struct wd_entry *e = &s->entry;
	struct wd_date *const dates[] = {
		&e->published, &e->updated, &e->created, &e->expired, &e->embargoed};
	struct wd_str zone = WD_STR_NONE;
	for (size_t i = 0; i < WD_COUNTOF(names) && zone.n == 0; i++)
		zone = agency_home_zone(names[i]);
	for (size_t i = 0; zone.n > 0 && i < WD_COUNTOF(dates); i++) {
		struct wd_date *d = dates[i];
		if (d->precision == WD_DATE_TIME && !d->has_zone)
			d->has_zone = wd_zone_wall_to_utc(zone, d->us, &d->us) == WD_OK;
	}
}
