#include "tests/unit/test.h"

#include "base/clock.h"
#include "base/file.h"
#include "taggers/scan.h"

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

struct row {
	const char *text, *pub;
	const char *want; /* keys of the holders mentioned, in order, former ones with "-" */
};

static const struct row rows[] = {
	{"President Lee met Prime Minister Ishiba.", "2025-08-24", "LJM ISH"},
	{"President Lee met Prime Minister Noda.", "2011-12-18", "LMB NOD"},
	{"Roh, Koizumi warn Pyongyang", "2003-06-08", "RMH KOI"},
	{"Former President Lee Myung-bak spoke.", "2025-08-24", "-LMB"},
	{"Samsung's Lee Jae-yong met Akie Abe.", "2016-05-01", ""},
	{"South Korean President Yun Seok-yeol spoke.", "2023-03-16", "YSY"},
	{"Ishiba Shigeru spoke. Ishiba left.", "2025-08-24", "ISH ISH"},
	{"이 대통령과 이시바 총리가 만났다.", "2025-08-24", "LJM ISH"},
	{"이 대통령과 노다 총리가 만났다.", "2011-12-18", "LMB NOD"},
	{"李대통령-이시바 회담", "2025-08-24", "LJM ISH"},
	{"윤석열 전 대통령이 말했다.", "2025-08-24", "-YSY"},
	{"서비스가 좋은 스가 마을", "2025-08-24", ""},
	{"李大統領と石破首相が会談した。", "2025-08-24", "LJM ISH"},
	{"ユン大統領と岸田首相が会談した。", "2023-03-16", "YSY KIS"},
	{"李在明（イ・ジェミョン）大統領が来日した。", "2025-08-24", "LJM LJM"},
	{"菅首相は会談した。", "2011-05-22", "KAN"},
	{"菅首相は会談した。", "2021-06-12", "SUG"},
	{"菅元首相は会談した。", "2025-08-24", "-SUG"},
	{"小泉進次郎農相が訪韓した。", "2025-08-24", ""},
	{"髙市早苗首相が訪韓した。", "2026-05-19", "TAK"},
	{"타카이치 사나에 총리가 나라에서 이재명 대통령을 맞았다.", "2026-01-13", "TAK LJM"},
	{"이시바 요시코 여사가 이재명 대통령을 만났다.", "2025-08-24", "LJM"},
	{"1998년 10월 도쿄에서 김대중 대통령과 오부치 게이조 총리가 만났다. 이를 두고 말이 많다.",
		"2025-08-13", "-KDJ -OBU"},
};

static void names_people(void **state)
{
	struct wd_rules *r = *state;
	for (size_t i = 0; i < WD_COUNTOF(rows); i++) {
		wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(8 << 20);
		struct wd_article art = {.text = wd_str_c(rows[i].text)};
		size_t han = wd_str_find(art.text, WD_STR("이"), 0);
		art.language = han != SIZE_MAX ? WD_STR("ko") : WD_STR("ja");
		art.published = (struct wd_date){
			wd_facts_day(wd_str_c(rows[i].pub)) * WD_DAY, WD_DATE_DAY, false};
		struct wd_scan s = {.r = r, .a = a, .art = &art};
		assert_int_equal(wd_scan_article(&s), WD_OK);
		assert_int_equal(wd_scan_dates(&s), WD_OK);
		assert_int_equal(wd_scan_people(&s), WD_OK);
		struct wd_buf got;
		wd_buf_init(&got, 4096);
		WD_VEC_EACH (const struct wd_mention, m, &s.mentions) {
			if (m->figure == WD_NO_INDEX ||
				r->figures.v[m->figure].office == WD_NO_INDEX)
				continue;
			wd_buf_printf(&got, "%s%s%.*s", got.n > 0 ? " " : "",
				m->is_former ? "-" : "", WD_STR_ARG(r->figures.v[m->figure].key));
		}
		assert_str(rows[i].text, wd_buf_str(&got), rows[i].want);
		wd_buf_done(&got);
	}
}

static void count(void *ctx, const char *file, unsigned line, const char *text)
{
	(void)ctx;
	print_error("%s:%u: %s\n", file, line, text);
}

/* What only a further headline line says is found, and evidence points into that line. */
static void reads_sub_headlines(void **state)
{
	struct wd_rules *r = *state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(8 << 20);
	struct wd_article art = {.headline = WD_STR("Shuttle diplomacy goes on"),
		.text = WD_STR("Officials were content with the day."),
		.language = WD_STR("en"),
		.published = {wd_facts_day(WD_STR("2026-01-14")) * WD_DAY, WD_DATE_DAY, false}};
	struct wd_str *line = wd_vec_push(a, &art.alt_headlines);
	if (line == NULL) {
		fail();
		return;
	}
	*line = WD_STR("President Lee Jae-myung, Prime Minister Takaichi hold summit in Nara");
	struct wd_tag_scratch *scratch = wd_tag_scratch_new(r);
	assert_int_equal(wd_tag_article(r, scratch, a, &art, NULL, NULL), WD_OK);
	assert_int_equal(art.topics.n, 1);
	assert_str("topic", art.topics.v[0].id, "korea-japan-summit");
	bool found = false;
	for (size_t i = 0; i < art.entities.n; i++) {
		const struct wd_span *sp = &art.entities.v[i].mentions.v[0];
		if (!wd_str_eqc(art.entities.v[i].name, "Sanae Takaichi"))
			continue;
		found = true;
		assert_str("field", sp->field, "/headlines/1/value");
		assert_str("text", sp->text, "Takaichi");
		assert_int_equal(sp->start, 40);
	}
	assert_true(found);
	wd_tag_scratch_free(scratch);
}

static void topics_pass_their_own_examples(void **state)
{
	size_t examples = 0;
	assert_int_equal(wd_rules_check(*state, count, NULL, &examples), 0);
	assert_true(examples > 20);
}

static void version_is_stable(void **state)
{
	struct wd_rules *again = NULL;
	struct wd_err err;
	assert_int_equal(wd_rules_load(wd_datadir(), &again, &err), WD_OK);
	assert_true(wd_str_eq(wd_rules_version(*state), wd_rules_version(again)));
	assert_int_equal(wd_rules_version(again).n, 16);
	wd_rules_unref(again);
}

static void missing_folder_is_named(void **state)
{
	(void)state;
	struct wd_rules *r = NULL;
	struct wd_err err;
	assert_int_not_equal(wd_rules_load("/nonexistent", &r, &err), WD_OK);
	assert_non_null(strstr(err.text, "/nonexistent"));
	assert_null(r);
}

static void facts_answer(void **state)
{
	struct wd_rules *r = *state;
	int kr = wd_rules_office(r, WD_STR("president-kr"));
	int jp = wd_rules_office(r, WD_STR("pm-jp"));
	int64_t day = wd_facts_day(WD_STR("2025-08-23"));
	assert_str("president", r->figures.v[wd_facts_holder(r, kr, day)].key, "LJM");
	assert_str("pm", r->figures.v[wd_facts_holder(r, jp, day)].key, "ISH");
	/* On the day an office changes hands both are right. */
	int64_t change = wd_facts_day(WD_STR("2025-10-21"));
	assert_true(wd_facts_holds(r, wd_facts_holder(r, jp, change - 1), jp, change, 0));
	assert_true(wd_facts_holds(r, wd_facts_holder(r, jp, change), jp, change, 0));
	assert_true(wd_facts_complete(r, day, day));
	assert_false(wd_facts_complete(r, wd_facts_day(WD_STR("2010-01-01")), day));
	assert_int_equal(wd_facts_day(WD_STR("2025-8-23")), WD_DAY_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_people),
		cmocka_unit_test(reads_sub_headlines),
		cmocka_unit_test(topics_pass_their_own_examples),
		cmocka_unit_test(version_is_stable),
		cmocka_unit_test(missing_folder_is_named),
		cmocka_unit_test(facts_answer),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
