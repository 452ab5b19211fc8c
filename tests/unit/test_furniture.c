/*
 * The rules for furniture against their own examples: under each rule in data/boilerplate, an
 * indented "+ text" must be found as the rule's kind, "- text" must not be found as that kind by
 * any rule.
 */
#include "tests/unit/test.h"

#include "base/file.h"
#include "parsers/furniture.h"

static const char *const rule_files[] = {
	"bylines.txt", "datelines.txt", "credits.txt", "promo.txt", "legal.txt"};

struct rule_line {
	struct wd_str kind;
	unsigned zones, forms;
};

static bool has_word(struct wd_str list, const char *word)
{
	struct wd_str w;
	while (wd_str_split(&list, ',', &w)) {
		if (wd_str_eqc(w, word))
			return true;
	}
	return false;
}

static struct rule_line read_rule(struct wd_str line)
{
	struct rule_line r = {0};
	struct wd_str zones, form;
	(void)wd_str_split(&line, ' ', &r.kind);
	(void)wd_str_split(&line, ' ', &zones);
	(void)wd_str_split(&line, ' ', &form);
	r.zones |= has_word(zones, "head") ? WD_ZONE_HEAD : 0u;
	r.zones |= has_word(zones, "tail") ? WD_ZONE_TAIL : 0u;
	r.zones |= has_word(zones, "any") ? WD_ZONE_BODY : 0u;
	r.zones |= has_word(zones, "title") ? WD_ZONE_TITLE : 0u;
	r.zones |= has_word(zones, "caption") ? WD_ZONE_CAPTION : 0u;
	r.zones |= has_word(zones, "last") ? WD_ZONE_LAST : 0u;
	r.forms = wd_str_eqc(form, "start")     ? (unsigned)WD_FORM_START
		  : wd_str_eqc(form, "end")     ? (unsigned)WD_FORM_END
		  : wd_str_eqc(form, "block")   ? (unsigned)WD_FORM_BLOCK
		  : wd_str_eqc(form, "section") ? (unsigned)WD_FORM_SECTION
						: (unsigned)WD_FORM_LINE;
	return r;
}

static int check_file(const char *name, struct wd_matcher *m, int *wrong)
{
	char path[1024];
	struct wd_str text, line;
	struct wd_err err;
	struct rule_line rule = {0};
	int examples = 0;
	(void)snprintf(path, sizeof(path), "%s/boilerplate/%s", wd_datadir(), name);
	assert_int_equal(wd_file_read(path, 1 << 20, &text, &err), WD_OK);
	wd_cleanup(wd_free_charp) char *owned = wd_unconst(text.p);
	while (wd_str_line(&text, &line)) {
		struct wd_str t = wd_str_trim(line);
		if (t.n == 0 || t.p[0] == '#' || wd_str_starts(t, WD_STR("define ")))
			continue;
		if (!wd_is_space(line.p[0])) {
			rule = read_rule(t);
			continue;
		}
		struct wd_furniture_hit hit;
		struct wd_str example = wd_str_trim(wd_str_from(t, 1));
		bool found = wd_furniture_find(m, example, rule.zones, rule.forms, &hit) &&
			     wd_str_eqc(rule.kind, hit.kind);
		if (t.p[0] == '-')
			found = wd_furniture_find(m, example,
					WD_ZONE_HEAD | WD_ZONE_TAIL | WD_ZONE_BODY, 31, &hit) &&
				wd_str_eqc(rule.kind, hit.kind);
		examples++;
		if (found == (t.p[0] == '+'))
			continue;
		(*wrong)++;
		print_error("%s: %.*s: '%.*s' %s\n", name, WD_STR_ARG(rule.kind),
			WD_STR_ARG(example), found ? "found" : "not found");
	}
	return examples;
}

static void test_examples(void **state)
{
	(void)state;
	wd_cleanup(wd_matcher_freep) struct wd_matcher *m = wd_matcher_new();
	int examples = 0, wrong = 0;
	for (size_t i = 0; i < WD_COUNTOF(rule_files); i++)
		examples += check_file(rule_files[i], m, &wrong);
	assert_true(examples > 150);
	assert_int_equal(wrong, 0);
}

static const struct {
	const char *text;
	unsigned zones, forms;
	const char *kind, *by, *located, *agency;
	size_t start, end;
} meanings[] = {
	{"By Hyun Young Yi", WD_ZONE_HEAD, WD_FORM_LINE, "byline", "Hyun Young Yi", "", "", 0, 16},
	{"By Jane Doe, Staff Writer", WD_ZONE_HEAD, WD_FORM_LINE, "byline", "Jane Doe", "", "", 0,
		25},
	{"SEOUL, Aug. 23 (Yonhap) -- The two", WD_ZONE_HEAD, WD_FORM_START, "dateline", "", "SEOUL",
		"Yonhap", 0, 27},
	{"(서울=연합뉴스) 홍길동 기자 = 정부는", WD_ZONE_HEAD, WD_FORM_START, "dateline",
		"홍길동 기자", "서울", "연합뉴스", 0, 41},
	{"【ソウル共同】両首脳は", WD_ZONE_HEAD, WD_FORM_START, "dateline", "", "ソウル", "共同", 0,
		21},
	{"They met. – Agencies", WD_ZONE_TAIL, WD_FORM_END, "agency_credit", "", "", "Agencies", 10,
		22},
	{"Lee in Tokyo – Reuters", WD_ZONE_TITLE, WD_FORM_END, "agency_credit", "", "", "Reuters",
		12, 24},
};

static void test_meanings(void **state)
{
	(void)state;
	wd_cleanup(wd_matcher_freep) struct wd_matcher *m = wd_matcher_new();
	for (size_t i = 0; i < WD_COUNTOF(meanings); i++) {
		struct wd_furniture_hit hit;
		if (!wd_furniture_find(m, wd_str_c(meanings[i].text), meanings[i].zones,
			    meanings[i].forms, &hit))
			fail_msg("'%s' not found", meanings[i].text);
		if (strcmp(hit.kind, meanings[i].kind) != 0 ||
			!wd_str_eqc(hit.by, meanings[i].by) ||
			!wd_str_eqc(hit.located, meanings[i].located) ||
			!wd_str_eqc(hit.agency, meanings[i].agency) ||
			hit.start != meanings[i].start || hit.end != meanings[i].end)
			fail_msg("'%s': %s, by '%.*s', located '%.*s', agency '%.*s', [%zu, %zu)",
				meanings[i].text, hit.kind, WD_STR_ARG(hit.by),
				WD_STR_ARG(hit.located), WD_STR_ARG(hit.agency), hit.start,
				hit.end);
	}
}

static void count_names(struct wd_str name, void *ctx)
{
	assert_true(name.n > 0);
	(*(int *)ctx)++;
}

static void test_agencies(void **state)
{
	(void)state;
	int n = 0;
	wd_furniture_each_agency(WD_STR("Reuters/AP, and AFP and Yonhap"), count_names, &n);
	assert_int_equal(n, 4);
	assert_true(wd_furniture_is_agency(WD_STR("reuters")));
	assert_true(wd_furniture_is_agency(WD_STR("연합뉴스")));
	assert_false(wd_furniture_is_agency(WD_STR("Asahi Shimbun")));
	assert_true(wd_furniture_is_no_name(WD_STR("Seoul")));
	assert_false(wd_furniture_is_no_name(WD_STR("Layla")));
}

static void test_bad_rules(void **state)
{
	(void)state;
	struct wd_err err;
	assert_int_equal(wd_furniture_load("/nonexistent", &err), WD_E_SYS);
	assert_non_null(strstr(err.text, "agencies.txt"));
	struct wd_furniture_hit hit; /* nothing loaded: nothing found */
	wd_cleanup(wd_matcher_freep) struct wd_matcher *m = wd_matcher_new();
	assert_false(wd_furniture_find(m, WD_STR("By Jane Doe"), 31, 31, &hit));
	assert_int_equal(wd_furniture_load(wd_datadir(), &err), WD_OK);
}

static int load(void **state)
{
	(void)state;
	struct wd_err err;
	int r = wd_furniture_load(wd_datadir(), &err);
	if (r < 0)
		print_error("%s\n", err.text);
	return r;
}

static int unload(void **state)
{
	(void)state;
	wd_furniture_unload();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_examples),
		cmocka_unit_test(test_meanings), cmocka_unit_test(test_agencies),
		cmocka_unit_test(test_bad_rules)};
	return cmocka_run_group_tests(tests, load, unload);
}
