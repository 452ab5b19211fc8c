/**
 * Time zones by IANA name.
 *
 * localtime() knows one zone per process and switching it means setenv("TZ"), which no thread may
 * do beside others; so the compiled zone files (TZif, RFC 8536) are read here: transitions, and
 * the POSIX rule in the footer for times after the last one. A zone is read once and kept; their
 * number is bounded by the files of the system's zoneinfo.
 *
 * Concurrency: one mutex around the list of loaded zones; a loaded zone never changes.
 */
#include "parsers/date_zone.h"

#include <pthread.h>

#include "base/clock.h"

#define ZONEINFO "/usr/share/zoneinfo/"
#define NAME_MAX_BYTES 64
#define FILE_MAX_BYTES (64 * 1024)
#define DAY_S INT64_C(86400)

/** "M3.2.0/2": the w-th weekday d of month m, at a second of that day. */
struct posix_date {
	unsigned month, week, day;
	int64_t time_s;
};
struct posix_rule {
	bool valid, has_dst;
	int64_t std_s, dst_s; /* east of UTC */
	struct posix_date from, to;
};
struct wd_zone {
	struct wd_zone *next;
	char name[NAME_MAX_BYTES];
	struct posix_rule rule;
	size_t count;
	int64_t first_s; /* offset before the first transition */
	int64_t *at;     /* transitions, ascending, UTC seconds */
	int64_t *offset_s;
};

static pthread_mutex_t zones_lock = PTHREAD_MUTEX_INITIALIZER;
static struct wd_zone *zones;

static const struct wd_zone_region regions[] = {
	{"America/New_York", -300},
	{"America/Chicago", -360},
	{"America/Denver", -420},
	{"America/Los_Angeles", -480},
	{"Asia/Seoul", 540},
	{"Asia/Tokyo", 540},
	{"Asia/Shanghai", 480},
	{"Europe/London", 0},
	{"Asia/Singapore", 480},
	{"Asia/Kolkata", 330},
	{"Europe/Paris", 60},
	{"Etc/UTC", 0},
	{"Europe/Moscow", 180},
	{"Asia/Hong_Kong", 480},
	{"America/Halifax", -240},
	{"Australia/Sydney", 600},
	{"Europe/Athens", 120},
};

const struct wd_zone_region *wd_zone_region(int id)
{
	WD_ASSERT(id >= 0 && (size_t)id < WD_COUNTOF(regions));
	return &regions[id];
}

/* ---- the footer: "EST5EDT,M3.2.0,M11.1.0" ---- */

static bool posix_name(const char **p)
{
	const char *s = *p;
	if (*s == '<') {
		while (*s != '\0' && *s != '>')
			s++;
		if (*s != '>')
			return false;
		*p = s + 1;
		return true;
	}
	while (wd_is_alpha(*s))
		s++;
	bool found = s > *p;
	*p = s;
	return found;
}

/** [+-]hh[:mm[:ss]] in seconds. */
static bool posix_time(const char **p, int64_t *ret_s)
{
	const char *s = *p;
	int64_t sign = 1, total = 0, unit = 3600;
	if (*s == '-' || *s == '+')
		sign = *s++ == '-' ? -1 : 1;
	if (!wd_is_digit(*s))
		return false;
	for (int part = 0; part < 3; part++) {
		int64_t v = 0;
		for (int n = 0; n < 3 && wd_is_digit(*s); n++)
			v = v * 10 + (*s++ - '0');
		total += v * unit;
		unit /= 60;
		if (*s != ':')
			break;
		s++;
	}
	*p = s;
	*ret_s = sign * total;
	return true;
}

static bool posix_date(const char **p, struct posix_date *ret)
{
	const char *s = *p;
	unsigned v[3] = {0};
	if (*s++ != ',' || *s++ != 'M')
		return false;
	for (int i = 0; i < 3; i++) {
		if (i > 0 && *s++ != '.')
			return false;
		if (!wd_is_digit(*s))
			return false;
		for (int n = 0; n < 2 && wd_is_digit(*s); n++)
			v[i] = v[i] * 10 + (unsigned)(*s++ - '0');
	}
	if (v[0] < 1 || v[0] > 12 || v[1] < 1 || v[1] > 5 || v[2] > 6)
		return false;
	*ret = (struct posix_date){v[0], v[1], v[2], 7200};
	if (*s == '/') {
		s++;
		if (!posix_time(&s, &ret->time_s))
			return false;
	}
	*p = s;
	return true;
}

static void posix_parse(const char *s, struct posix_rule *r)
{
	int64_t west_s;
	if (!posix_name(&s) || !posix_time(&s, &west_s))
		return;
	r->std_s = -west_s;
	if (*s == '\0') {
		r->valid = true;
		return;
	}
	if (!posix_name(&s))
		return;
	r->dst_s = r->std_s + 3600;
	if (*s != ',') {
		if (!posix_time(&s, &west_s))
			return;
		r->dst_s = -west_s;
	}
	r->has_dst = r->valid = posix_date(&s, &r->from) && posix_date(&s, &r->to);
}

/** Wall second (as if UTC) of the rule's date in that year. */
static int64_t posix_date_s(const struct posix_date *d, int64_t year)
{
	int64_t first = wd_days_from_civil(year, d->month, 1);
	int64_t weekday = ((first + 4) % 7 + 7) % 7;
	int64_t day = (d->day - weekday + 7) % 7 + 7 * ((int64_t)d->week - 1);
	if (day >= wd_days_in_month(year, d->month))
		day -= 7;
	return (first + day) * DAY_S + d->time_s;
}

static int64_t posix_offset_s(const struct posix_rule *r, int64_t utc_s)
{
	if (!r->has_dst)
		return r->std_s;
	int64_t year;
	unsigned month, day;
	int64_t wall = utc_s + r->std_s;
	wd_civil_from_days((wall - (wall % DAY_S + DAY_S) % DAY_S) / DAY_S, &year, &month, &day);
	int64_t from = posix_date_s(&r->from, year) - r->std_s;
	int64_t to = posix_date_s(&r->to, year) - r->dst_s;
	bool dst = from < to ? utc_s >= from && utc_s < to : utc_s >= from || utc_s < to;
	return dst ? r->dst_s : r->std_s;
}

/* ---- TZif ---- */

static int64_t big_endian(const unsigned char *p, size_t n)
{
	uint64_t v = p[0] & 0x80 ? UINT64_MAX : 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return (int64_t)v;
}

struct tzif_counts {
	size_t isut, isstd, leap, time, type, chars;
};

static bool tzif_header(const unsigned char *p, size_t n, struct tzif_counts *c)
{
	if (n < 44 || memcmp(p, "TZif", 4) != 0)
		return false;
	size_t *fields[] = {&c->isut, &c->isstd, &c->leap, &c->time, &c->type, &c->chars};
	for (size_t i = 0; i < WD_COUNTOF(fields); i++) {
		int64_t v = big_endian(p + 20 + 4 * i, 4);
		if (v < 0 || v > FILE_MAX_BYTES)
			return false;
		*fields[i] = (size_t)v;
	}
	return c->type > 0;
}

static size_t tzif_size(const struct tzif_counts *c, size_t time_size)
{
	return c->time * time_size + c->time + c->type * 6 + c->chars + c->leap * (time_size + 4) +
	       c->isstd + c->isut;
}

/** Fills the zone from the 64-bit block of a version 2+ file. */
static bool tzif_read(struct wd_zone *z, const unsigned char *p, size_t n)
{
	struct tzif_counts c;
	if (!tzif_header(p, n, &c) || p[4] < '2')
		return false;
	size_t skip = 44 + tzif_size(&c, 4);
	if (skip > n || !tzif_header(p + skip, n - skip, &c))
		return false;
	const unsigned char *times = p + skip + 44;
	size_t size = tzif_size(&c, 8);
	if (size > n - skip - 44)
		return false;
	const unsigned char *idx = times + 8 * c.time, *types = idx + c.time;
	z->at = calloc(c.time + 1, sizeof(*z->at));
	z->offset_s = calloc(c.time + 1, sizeof(*z->offset_s));
	if (z->at == NULL || z->offset_s == NULL)
		return false;
	z->first_s = big_endian(types, 4);
	for (size_t i = 0; i < c.time; i++) {
		if (idx[i] >= c.type)
			return false;
		z->at[i] = big_endian(times + 8 * i, 8);
		z->offset_s[i] = big_endian(types + 6 * (size_t)idx[i], 4);
		if (i > 0 && z->at[i] <= z->at[i - 1])
			return false;
	}
	z->count = c.time;
	const char *foot = (const char *)times + size, *end = (const char *)p + n;
	char rule[128];
	size_t len = 0;
	for (foot++; foot < end && *foot != '\n' && len < sizeof(rule) - 1; foot++)
		rule[len++] = *foot;
	rule[len] = '\0';
	posix_parse(rule, &z->rule);
	return true;
}

static void zone_free(struct wd_zone *z)
{
	free(z->at);
	free(z->offset_s);
	free(z);
}

/** Region/City as the database spells it: no way out of the folder, no leap-second variants. */
static bool name_ok(struct wd_str name)
{
	if (name.n == 0 || name.n >= NAME_MAX_BYTES || !wd_is_alpha(name.p[0]) ||
		wd_str_starts(name, WD_STR("right/")) || wd_str_starts(name, WD_STR("posix")))
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (!wd_is_alnum(c) && c != '/' && c != '_' && c != '-' && c != '+')
			return false;
	}
	return true;
}

static struct wd_zone *zone_load(struct wd_str name)
{
	char path[sizeof(ZONEINFO) + NAME_MAX_BYTES];
	(void)snprintf(path, sizeof(path), ZONEINFO "%.*s", WD_STR_ARG(name));
	wd_cleanup(wd_close_filep) FILE *f = fopen(path, "re");
	if (f == NULL)
		return NULL;
	wd_cleanup(wd_free_charp) char *bytes = calloc(1, FILE_MAX_BYTES);
	struct wd_zone *z = calloc(1, sizeof(*z));
	if (bytes == NULL || z == NULL) {
		free(z);
		return NULL;
	}
	size_t n = fread(bytes, 1, FILE_MAX_BYTES, f);
	memcpy(z->name, name.p, name.n);
	if (!tzif_read(z, (const unsigned char *)bytes, n)) {
		zone_free(z);
		return NULL;
	}
	return z;
}

int wd_zone_get(struct wd_str name, const struct wd_zone **ret)
{
	if (!name_ok(name))
		return WD_E_NOTFOUND;
	(void)pthread_mutex_lock(&zones_lock);
	struct wd_zone *z = zones;
	while (z != NULL && !wd_str_eqc(name, z->name))
		z = z->next;
	if (z == NULL) {
		z = zone_load(name);
		if (z != NULL) {
			z->next = zones;
			zones = z;
		}
	}
	(void)pthread_mutex_unlock(&zones_lock);
	if (z == NULL)
		return WD_E_NOTFOUND;
	*ret = z;
	return WD_OK;
}

int64_t wd_zone_offset_s(const struct wd_zone *z, int64_t utc_s)
{
	if (z->count == 0 || utc_s < z->at[0])
		return z->count == 0 && z->rule.valid ? posix_offset_s(&z->rule, utc_s)
						      : z->first_s;
	if (utc_s >= z->at[z->count - 1] && z->rule.valid)
		return posix_offset_s(&z->rule, utc_s);
	size_t lo = 0, hi = z->count;
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;
		if (z->at[mid] <= utc_s)
			lo = mid;
		else
			hi = mid;
	}
	return z->offset_s[lo];
}

int64_t wd_zone_to_utc_s(const struct wd_zone *z, int64_t wall_s)
{
	int64_t before = wd_zone_offset_s(z, wall_s - DAY_S);
	int64_t after = wd_zone_offset_s(z, wall_s + DAY_S);
	if (wd_zone_offset_s(z, wall_s - before) == before)
		return wall_s - before;
	if (wd_zone_offset_s(z, wall_s - after) == after)
		return wall_s - after;
	return wall_s - before;
}

/** "+09:00", "-0330", "+9" → seconds. */
static bool fixed_offset(struct wd_str s, int64_t *ret_s)
{
	if (wd_str_eqc(s, "UTC") || wd_str_eqc(s, "Z") || wd_str_eqc(s, "GMT")) {
		*ret_s = 0;
		return true;
	}
	if (s.n < 2 || (s.p[0] != '+' && s.p[0] != '-'))
		return false;
	char digits[4];
	size_t n = 0;
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] == ':' && i + 3 == s.n && n > 0)
			continue;
		if (!wd_is_digit(s.p[i]) || n == sizeof(digits))
			return false;
		digits[n++] = s.p[i];
	}
	uint64_t v;
	if (wd_str_to_u64((struct wd_str){digits, n}, 0, 1500, &v) < 0)
		return false;
	uint64_t minutes = n > 2 ? v / 100 * 60 + v % 100 : v * 60;
	if ((n > 2 && v % 100 > 59) || minutes > 15 * 60)
		return false;
	*ret_s = (int64_t)minutes * (s.p[0] == '-' ? -60 : 60);
	return true;
}

static int64_t floor_s(int64_t us)
{
	return (us - ((us % WD_SEC) + WD_SEC) % WD_SEC) / WD_SEC;
}

int wd_zone_wall_to_utc(struct wd_str name, int64_t wall_us, int64_t *ret_us)
{
	int64_t offset_s;
	if (!fixed_offset(name, &offset_s)) {
		const struct wd_zone *z;
		if (wd_zone_get(name, &z) < 0)
			return WD_E_NOTFOUND;
		offset_s = floor_s(wall_us) - wd_zone_to_utc_s(z, floor_s(wall_us));
	}
	*ret_us = wall_us - offset_s * WD_SEC;
	return WD_OK;
}

int wd_zone_utc_to_wall(struct wd_str name, int64_t utc_us, int64_t *ret_us)
{
	int64_t offset_s;
	if (!fixed_offset(name, &offset_s)) {
		const struct wd_zone *z;
		if (wd_zone_get(name, &z) < 0)
			return WD_E_NOTFOUND;
		offset_s = wd_zone_offset_s(z, floor_s(utc_us));
	}
	*ret_us = utc_us + offset_s * WD_SEC;
	return WD_OK;
}
