#include "tests/unit/test.h"

#include "base/clock.h"
#include "base/file.h"
#include "taggers/scan.h"

struct row {
	const char *text, *pub; /* publication day; "" for none */
	const char *want;       /* "from" or "from/to", several separated by a space; "" for none */
};

static const struct row rows[] = {
	{"Talks were held on August 23, 2025.", "", "2025-08-23"},
	{"Talks were held on 23 August 2025.", "", "2025-08-23"},
	{"They meet on August 23-24 in Tokyo.", "2025-08-20", "2025-08-23/2025-08-24"},
	{"They meet Aug. 23 and 24.", "2025-08-20", "2025-08-23/2025-08-24"},
	{"On Jan. 13 they met.", "2026-01-20", "2026-01-13"},
	{"On Dec. 30 they met.", "2026-01-03", "2025-12-30"},
	{"They met on Saturday.", "2025-08-24", "2025-08-23"},
	{"They met yesterday.", "2025-08-24", "2025-08-23"},
	{"Held 2025-08-23.", "", "2025-08-23"},
	{"In March 2023 ties thawed.", "2025-08-24", "2023-03-01/2023-03-31"},
	{"2025년 8월 23일 열렸다.", "", "2025-08-23"},
	{"8월 23일 열렸다.", "2025-08-24", "2025-08-23"},
	{"지난 23일 열렸다.", "2025-09-02", "2025-08-23"},
	{"오는 23일 열린다.", "2025-08-20", "2025-08-23"},
	{"내달 13·14일 열린다.", "2025-12-20", "2026-01-13/2026-01-14"},
	{"내달 13∼14일 열린다.", "2025-12-20", "2026-01-13/2026-01-14"},
	{"이달 30일 열린다.", "2025-09-21", "2025-09-30"},
	{"지난달 5일 만났다.", "2025-09-21", "2025-08-05"},
	{"23∼24일 방일", "2025-08-13", "2025-08-23/2025-08-24"},
	{"사흘간 2박 3일간 머문다.", "2025-08-20", ""},
	{"20일 만에 만났다.", "2025-08-20", ""},
	{"2026年1月13日に会談した。", "", "2026-01-13"},
	{"16日、会談した。", "2023-03-17", "2023-03-16"},
	{"13、14日に訪問する。", "2026-01-09", "2026-01-13/2026-01-14"},
	{"13～14日に訪問する。", "2026-01-09", "2026-01-13/2026-01-14"},
	{"今月23日に会談する。", "2025-08-13", "2025-08-23"},
	{"来月13日に会談する。", "2025-12-20", "2026-01-13"},
	{"3日間の日程", "2025-08-13", ""},
	{"10日ぶりに会った。", "2025-08-13", ""},
	{"１３日に会談した。", "2026-01-14", "2026-01-13"},
	{"In 2015 the ministers agreed on 1.5 percent.", "2025-08-24", "2015-01-01/2015-12-31"},
};

static void finds_dates(void **state)
{
	struct wd_rules *r = *state;
	for (size_t i = 0; i < WD_COUNTOF(rows); i++) {
		wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(8 << 20);
		struct wd_article art = {.text = wd_str_c(rows[i].text)};
		int64_t pub = wd_facts_day(wd_str_c(rows[i].pub));
		if (pub != WD_DAY_NONE)
			art.published = (struct wd_date){pub * WD_DAY, WD_DATE_DAY, false};
		struct wd_scan s = {.r = r, .a = a, .art = &art};
		assert_int_equal(wd_scan_article(&s), WD_OK);
		assert_int_equal(wd_scan_dates(&s), WD_OK);
		struct wd_buf got;
		wd_buf_init(&got, 4096);
		WD_VEC_EACH (const struct wd_text_date, d, &s.dates) {
			struct wd_str from = wd_facts_day_text(a, d->from);
			wd_buf_printf(&got, "%s%.*s", got.n > 0 ? " " : "", WD_STR_ARG(from));
			if (d->to != d->from)
				wd_buf_printf(
					&got, "/%.*s", WD_STR_ARG(wd_facts_day_text(a, d->to)));
		}
		assert_str(rows[i].text, wd_buf_str(&got), rows[i].want);
		wd_buf_done(&got);
	}
}

static int load(void **state)
{
	struct wd_rules *r = NULL;
	struct wd_err err;
	int rc = wd_rules_load(wd_datadir(), &r, &err);
	*state = r;
	return rc == WD_OK ? 0 : -1;
}

static int unload(void **state)
{
	wd_rules_unref(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(finds_dates)};
	return cmocka_run_group_tests(tests, load, unload);
}
