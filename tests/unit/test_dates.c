#include "tests/unit/test.h"

#include <time.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/dates.h"

/* 2025-08-24T00:00:00Z */
#define NOW_US INT64_C(1755993600000000)

static struct wd_str unescape(struct wd_arena *a, struct wd_str s)
{
	char *p = wd_arena_bytes(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		bool newline = s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] == 'n';
		p[n++] = newline ? '\n' : s.p[i];
		i += newline;
	}
	return (struct wd_str){p, n};
}

/** One row of dates.tsv; false (and told) when it is read wrong. */
static bool check_row(struct wd_arena *a, struct wd_str row)
{
	struct wd_str col[4] = {WD_STR_NONE, WD_STR_NONE, WD_STR_NONE, WD_STR_NONE}, rest = row;
	for (size_t i = 0; i < 4 && wd_str_split(&rest, '\t', &col[i]); i++)
		continue;
	struct wd_date_opts opts = {.now_us = NOW_US, .language = col[2], .timezone = col[3]};
	struct wd_date d = {0};
	struct wd_err err = {0};
	int rc = wd_date_parse(unescape(a, col[0]), &opts, &d, &err);
	struct wd_str got = rc == WD_OK ? wd_date_format(a, d) : WD_STR("-");
	if (rc < 0 && err.text[0] == '\0')
		fail_msg("'%.*s' is refused without a reason", WD_STR_ARG(col[0]));
	assert_true(rc == WD_OK || wd_utf8_ok(wd_str_c(err.text)));
	if (wd_str_eq(got, col[1]))
		return true;
	print_error("'%.*s': %.*s instead of %.*s %s\n", WD_STR_ARG(col[0]), WD_STR_ARG(got),
		WD_STR_ARG(col[1]), err.text);
	return false;
}

static void test_table(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
	char path[4096];
	const char *dir = getenv("SRCDIR");
	(void)snprintf(path, sizeof(path), "%s/tests/unit/dates.tsv", dir != NULL ? dir : ".");
	struct wd_str file, row;
	struct wd_err err = {0};
	if (wd_file_read(path, WD_MIB, &file, &err) < 0)
		fail_msg("%s", err.text);
	wd_cleanup(wd_free_charp) char *owned = wd_unconst(file.p);
	size_t wrong = 0, count = 0;
	while (wd_str_line(&file, &row)) {
		if (row.n == 0 || row.p[0] == '#')
			continue;
		struct wd_arena_mark m = wd_arena_mark(a);
		wrong += !check_row(a, row);
		count++;
		wd_arena_rewind(a, m);
	}
	assert_true(count >= 300);
	assert_int_equal(wrong, 0);
}

static void test_empty_and_long(void **state)
{
	(void)state;
	char text[5000];
	memset(text, '1', sizeof(text));
	struct wd_date_opts opts = {.now_us = NOW_US};
	struct wd_date d;
	assert_int_equal(wd_date_parse(WD_STR_NONE, &opts, &d, NULL), WD_E_MALFORMED);
	assert_int_equal(wd_date_parse(WD_STR(" \n"), &opts, &d, NULL), WD_E_MALFORMED);
	assert_int_equal(wd_date_parse((struct wd_str){text, sizeof(text)}, &opts, &d, NULL),
		WD_E_MALFORMED);
}

static void test_relative_needs_a_clock(void **state)
{
	(void)state;
	struct wd_date_opts without = {0}, forbidden = {.now_us = NOW_US, .no_relative = true};
	struct wd_date d;
	assert_int_equal(wd_date_parse(WD_STR("3 hours ago"), &without, &d, NULL), WD_E_MALFORMED);
	assert_int_equal(wd_date_parse(WD_STR("어제"), &forbidden, &d, NULL), WD_E_MALFORMED);
}

static void test_formats(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
	const struct {
		struct wd_date d;
		const char *iso, *utc;
	} cases[] = {
		{{0, WD_DATE_NONE, false}, "", ""},
		{{NOW_US, WD_DATE_YEAR, false}, "2025", ""},
		{{NOW_US, WD_DATE_MONTH, false}, "2025-08", ""},
		{{NOW_US, WD_DATE_DAY, false}, "2025-08-24", ""},
		{{NOW_US, WD_DATE_TIME, false}, "2025-08-24T00:00:00", ""},
		{{NOW_US + 999999, WD_DATE_TIME, true}, "2025-08-24T00:00:00Z",
			"2025-08-24T00:00:00Z"},
	};
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		assert_str(cases[i].iso, wd_date_format(a, cases[i].d), cases[i].iso);
		assert_str(cases[i].iso, wd_date_utc(a, cases[i].d), cases[i].utc);
	}
}

static void test_plausible(void **state)
{
	(void)state;
	const struct {
		const char *text;
		bool plausible;
	} cases[] = {
		{"2025-08-23T15:04:05Z", true},
		{"1990-01-01", true},
		{"1989-12-31", false},
		{"1970-01-01T00:00:00Z", false},
		{"2025-08-25T12:00:00Z", true}, /* a clock that is ahead */
		{"2026-08-23T15:04:05Z", false},
		{"9999-12-31", false},
	};
	struct wd_date_opts opts = {.now_us = NOW_US};
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		struct wd_date d;
		assert_int_equal(wd_date_parse(wd_str_c(cases[i].text), &opts, &d, NULL), WD_OK);
		if (wd_date_is_plausible(d, NOW_US) != cases[i].plausible)
			fail_msg("%s", cases[i].text);
	}
}

static void test_scan(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
	const struct {
		const char *text, *hits; /* each as written = as read */
	} cases[] = {
		{"SEOUL, Aug. 23, 2025 (Desk) -- The two met.", "Aug. 23, 2025=2025-08-23;"},
		{"They met on 23 August 2025 and again on September 1st, 2025, in Busan.",
			"23 August 2025=2025-08-23;September 1st, 2025=2025-09-01;"},
		{"회담은 2025년 8월 23일 오후 3시 15분에 열렸다.",
			"2025년 8월 23일 오후 3시 15분=2025-08-23T06:15:00Z;"},
		{"기사입력 2025.08.23 15:15 | 기자", "2025.08.23 15:15=2025-08-23T06:15:00Z;"},
		{"首相は２０２５年８月２３日（土）に会談した。",
			"２０２５年８月２３日（土）=2025-08-23;"},
		{"Am 23. August 2025 um 15:04 Uhr kam er.",
			"23. August 2025 um 15:04 Uhr=2025-08-23T15:04:00;"},
		{"Le samedi 23 août 2025 à Paris", "samedi 23 août 2025=2025-08-23;"},
		{"Updated 2025-08-23T15:04:05Z by us",
			"2025-08-23T15:04:05Z=2025-08-23T15:04:05Z;"},
		{"Version 1.2025.08.23 and 2025-08-23-rc, path /2025/08/23/x", ""},
		{"In 2025 there were 12 of 30, in May 2024 none; 2025 8 23.", ""},
		{"3 hours ago, yesterday, on 30 February 2025", ""},
		{"Tel. 02-2025-0823, 10.12 percent", ""},
		{"", ""},
	};
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		struct wd_str text = wd_str_c(cases[i].text), got = WD_STR("");
		struct wd_date_opts opts = {.now_us = NOW_US};
		struct wd_date_hit hit;
		size_t at = 0;
		if (i == 3)
			opts.language = WD_STR("ko");
		while (wd_date_scan(text, &at, &opts, &hit)) {
			struct wd_str d = wd_date_format(a, hit.date),
				      w = wd_str_sub(text, hit.start, hit.end);
			got = wd_arena_printf(
				a, "%.*s%.*s=%.*s;", WD_STR_ARG(got), WD_STR_ARG(w), WD_STR_ARG(d));
		}
		assert_str(cases[i].text, got, cases[i].hits);
	}
}

/** Text made of years only must not take time for every pair of them. */
static void test_scan_stays_linear(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(16 * WD_MIB);
	size_t n = WD_MIB;
	char *text = wd_arena_bytes(a, n);
	for (size_t i = 0; i < n; i++)
		text[i] = "2025 "[i % 5];
	struct wd_date_opts opts = {.now_us = NOW_US};
	struct wd_date_hit hit;
	size_t at = 0;
	clock_t started = clock(); /* the processor's time: how busy it is else does not matter */
	assert_false(wd_date_scan((struct wd_str){text, n}, &at, &opts, &hit));
	assert_true((double)(clock() - started) / CLOCKS_PER_SEC < 20);
	assert_int_equal(at, n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_empty_and_long),
		cmocka_unit_test(test_relative_needs_a_clock),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_plausible),
		cmocka_unit_test(test_scan),
		cmocka_unit_test(test_scan_stays_linear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
