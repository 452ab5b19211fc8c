#include "tests/unit/test.h"

#include "base/limits.h"
#include "parsers/agency_impl.h"
#include "parsers/fields.h"

static void test_pubstatus(void **state)
{
	(void)state;
	static const struct {
		const char *text, *status;
	} cases[] = {
		{"Usable", "usable"},
		{"stat:usable", "usable"},
		{"http://cv.iptc.org/newscodes/pubstatusg2/withheld", "withheld"},
		{"Embargoed", "withheld"},
		{"stat:canceled", "canceled"},
		{"Cancelled", "canceled"},
		{"KILL", "canceled"},
		{" usable ", "usable"},
		{"whatever", ""},
		{"", ""},
	};
	for (size_t i = 0; i < WD_COUNTOF(cases); i++)
		assert_str(cases[i].text, wd_field_pubstatus(wd_str_c(cases[i].text)),
			cases[i].status);
}

static void test_urgency_and_qcode(void **state)
{
	(void)state;
	assert_int_equal(wd_field_urgency(WD_STR(" 4 ")), 4);
	assert_int_equal(wd_field_urgency(WD_STR("0")), 0);
	assert_int_equal(wd_field_urgency(WD_STR("10")), 0);
	assert_int_equal(wd_field_urgency(WD_STR("high")), 0);
	assert_str("qcode", wd_field_qcode_value(WD_STR("medtop:20000763")), "20000763");
	assert_str("bare", wd_field_qcode_value(WD_STR("text")), "text");
}

static void test_lists_hold_each_once(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
	wd_strs list = {0};
	wd_subjects subjects = {0};
	wd_field_add_str(a, &list, WD_STR(" a "));
	wd_field_add_str(a, &list, WD_STR("a"));
	wd_field_add_str(a, &list, WD_STR("  "));
	assert_int_equal(list.n, 1);
	wd_field_add_subject(a, &subjects, WD_STR("1"), WD_STR_NONE, WD_STR("s"));
	wd_field_add_subject(a, &subjects, WD_STR("1"), WD_STR("one"), WD_STR("s"));
	wd_field_add_subject(a, &subjects, WD_STR("1"), WD_STR("other"), WD_STR("t"));
	assert_int_equal(subjects.n, 2);
	assert_str("the name comes later", subjects.v[0].name, "one");
}

static void test_persons_of_a_byline(void **state)
{
	(void)state;
	static const struct {
		const char *line, *first, *second;
	} cases[] = {
		{"By Jane Roe", "Jane Roe", ""},
		{"Jane Roe and Kim Min-su, Staff Writers", "Jane Roe", "Kim Min-su"},
		{"By JANE ROE in Seoul", "JANE ROE", ""},
		{"Ana Sol en Madrid", "Ana Sol", ""},
		{"Jane in Wonderland", "Jane in Wonderland", ""}, /* no full name before it */
		{"Johnson and Partners", "Johnson and Partners", ""},
		{"", "", ""},
	};
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
		wd_persons list = {0};
		wd_field_add_named(a, &list, wd_str_c(cases[i].line));
		assert_str(
			cases[i].line, list.n > 0 ? list.v[0].name : WD_STR_NONE, cases[i].first);
		assert_str(
			cases[i].line, list.n > 1 ? list.v[1].name : WD_STR_NONE, cases[i].second);
	}
}

static void test_agency_homes(void **state)
{
	(void)state;
	static const struct {
		const char *name, *zone;
	} cases[] = {
		{"Yonhap", "Asia/Seoul"},
		{"www.belga.be", "Europe/Brussels"},
		{"kyodonews.jp", "Asia/Tokyo"},
		{"/ritzau/", "Europe/Copenhagen"},
		{"dpa", "Europe/Berlin"},
		{"AFP", ""},
		{"Padova", ""},
		{"example.com", ""},
		{"", ""},
	};
	for (size_t i = 0; i < WD_COUNTOF(cases); i++)
		assert_str(cases[i].name, agency_home_zone(wd_str_c(cases[i].name)), cases[i].zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pubstatus),
		cmocka_unit_test(test_urgency_and_qcode),
		cmocka_unit_test(test_lists_hold_each_once),
		cmocka_unit_test(test_persons_of_a_byline),
		cmocka_unit_test(test_agency_homes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
