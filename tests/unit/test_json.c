#include "tests/unit/test.h"

#include "base/json.h"

static const struct {
	const char *in;
	size_t n; /* 0: strlen */
	const char *out;
} strings[] = {
	{"plain", 0, "\"plain\""},
	{"a\"b\\c", 0, "\"a\\\"b\\\\c\""},
	{"tab\tline\nret\r", 0, "\"tab\\tline\\nret\\r\""},
	{"nul\0bell\a", 9, "\"nulbell\""},
	{"del\x7F", 0, "\"del\""},
	{"한국 日本", 0, "\"한국 日本\""},
	{"bad\xFFutf", 0, "\"bad\xEF\xBF\xBDutf\""},
	{"cut\xE3\x81", 0, "\"cut\xEF\xBF\xBD\xEF\xBF\xBD\""},
};

static void test_strings(void **state)
{
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(strings); i++) {
		struct wd_buf b;
		struct wd_json j;
		wd_buf_init(&b, 1000);
		wd_json_init(&j, &b);
		wd_json_str(&j, (struct wd_str){strings[i].in,
					strings[i].n > 0 ? strings[i].n : strlen(strings[i].in)});
		assert_str(strings[i].out, wd_buf_str(&b), strings[i].out);
		wd_buf_done(&b);
	}
}

static void test_structure(void **state)
{
	(void)state;
	struct wd_buf b;
	struct wd_json j;
	wd_buf_init(&b, 1000);
	wd_json_init(&j, &b);
	wd_json_obj(&j);
	wd_json_kv(&j, "a", WD_STR("x"));
	wd_json_kv(&j, "absent", WD_STR_NONE);
	wd_json_kv_arr(&j, "list");
	wd_json_int(&j, -5);
	wd_json_real(&j, 0.5);
	wd_json_real(&j, 1.0);
	wd_json_real(&j, 0.12345);
	wd_json_bool(&j, true);
	wd_json_arr(&j);
	wd_json_arr_end(&j);
	wd_json_arr_end(&j);
	wd_json_kv_obj(&j, "o");
	wd_json_kv_int(&j, "n", 3);
	wd_json_kv_bool(&j, "b", false);
	wd_json_obj_end(&j);
	wd_json_key(&j, "raw");
	wd_json_raw(&j, WD_STR("[1]"));
	wd_json_obj_end(&j);
	assert_str("structure", wd_buf_str(&b),
		"{\"a\":\"x\",\"list\":[-5,0.5,1,0.1235,true,[]],\"o\":{\"n\":3,\"b\":false},\"raw\":[1]}");
	wd_buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_structure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
