#include "tests/unit/test.h"

#include "base/err.h"
#include "base/hash.h"

static void test_pieces_do_not_run_together(void **state)
{
	(void)state;
	wd_cleanup(wd_hasher_freep) struct wd_hasher *h = wd_hasher_new();
	wd_hasher_add(h, WD_STR("ab"));
	wd_hasher_add(h, WD_STR("c"));
	struct wd_hash one = wd_hasher_end(h);
	wd_hasher_reset(h);
	wd_hasher_add(h, WD_STR("a"));
	wd_hasher_add(h, WD_STR("bc"));
	assert_false(wd_hash_eq(one, wd_hasher_end(h)));
	wd_hasher_reset(h);
	wd_hasher_add(h, WD_STR("ab"));
	wd_hasher_add(h, WD_STR("c"));
	assert_true(wd_hash_eq(one, wd_hasher_end(h)));
}

static void test_value_never_changes(void **state)
{
	(void)state;
	/* Ids in Kafka and in stores rest on this value. */
	char hex[WD_HASH_TEXT];
	assert_str("abc", wd_hash_hex(wd_hash_bytes(WD_STR("abc")), hex),
		"06b05ab6733a618578af5f94892f3950");
}

static void test_hex_round_trip(void **state)
{
	(void)state;
	struct wd_hash h = wd_hash_bytes(WD_STR("x")), back;
	char hex[WD_HASH_TEXT];
	assert_int_equal(wd_hash_from_hex(wd_hash_hex(h, hex), &back), WD_OK);
	assert_true(wd_hash_eq(h, back));
	assert_int_equal(wd_hash_from_hex(WD_STR("12"), &back), WD_E_MALFORMED);
	assert_int_equal(wd_hash_from_hex(WD_STR("zz00000000000000000000000000000z"), &back),
		WD_E_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces_do_not_run_together),
		cmocka_unit_test(test_value_never_changes),
		cmocka_unit_test(test_hex_round_trip),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
