/**
 * Time zones by IANA name, read from the system's zoneinfo, without touching TZ or the process's
 * local time. Internal to parsers/dates*.c. Thread-safe.
 */
#pragma once
#include "base/err.h"
#include "base/str.h"

struct wd_zone;

/** The zone of that IANA name; it lives as long as the process. WD_E_NOTFOUND: no such zone here.
 */
WD_MUST_USE int wd_zone_get(struct wd_str name, const struct wd_zone **ret);
/** Seconds east of UTC at that moment. */
int64_t wd_zone_offset_s(const struct wd_zone *z, int64_t utc_s);
/** Wall time (as if UTC) → UTC. A time that occurs twice is its first occurrence; one that is
 * skipped moves forward by the gap. */
int64_t wd_zone_to_utc_s(const struct wd_zone *z, int64_t wall_s);

/** `name` is an IANA name, "UTC" or ±hh:mm: microseconds of wall time (as if UTC) → UTC. */
WD_MUST_USE int wd_zone_wall_to_utc(struct wd_str name, int64_t wall_us, int64_t *ret_us);
/** The other way. */
WD_MUST_USE int wd_zone_utc_to_wall(struct wd_str name, int64_t utc_us, int64_t *ret_us);

/** How a region is spoken of ("Eastern Time"): its IANA name and standard offset. */
struct wd_zone_region {
	const char *iana;
	int standard_min; /* minutes east without daylight saving */
};
enum wd_zone_region_id {
	WD_ZR_EASTERN,
	WD_ZR_CENTRAL,
	WD_ZR_EUROPEAN = 10,
	WD_ZR_SYDNEY = 15,
	WD_ZR_EAST_EUROPEAN,
	WD_ZR_COUNT
};
/** By the index that date_words.c gives a WD_DW_ZREGION. */
const struct wd_zone_region *wd_zone_region(int id);
