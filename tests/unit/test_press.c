#include "tests/unit/test.h"

#include "base/press.h"

#define MAX_BYTES ((size_t)1 << 20)

static struct wd_str undone(struct wd_arena *a, struct wd_str in)
{
	struct wd_str out;
	assert_int_equal(wd_press_undo(a, in, MAX_BYTES, &out, NULL), WD_OK);
	return out;
}

static void test_there_and_back(void **state)
{
	(void)state;
	static char twice[20000];
	for (size_t i = 0; i < sizeof(twice); i++)
		twice[i] = "the minister said that "[i % 23];
	const struct wd_str cases[] = {
		WD_STR_NONE,
		WD_STR("x"),
		WD_STR("short, nothing comes again"),
		{twice, sizeof(twice)},
		{twice, 300},
		WD_STR("\x28\xB5\x2F\xFD looks as if it were pressed"),
		WD_STR("\x28\xB5\x2F\xFD"),
	};
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(MAX_BYTES);
	struct wd_press *p = wd_press_new();
	assert_non_null(p);
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		struct wd_str small = wd_press(p, cases[i]), back = undone(a, small);
		assert_int_equal(back.n, cases[i].n);
		if (back.n > 0)
			assert_memory_equal(back.p, cases[i].p, back.n);
	}
	assert_true(wd_press(p, cases[3]).n < sizeof(twice) / 10);
	wd_press_free(p);
	wd_press_free(NULL);
}

static void test_what_was_never_pressed(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(MAX_BYTES);
	struct wd_str old = WD_STR("\x02 a record of an older program");
	assert_ptr_equal(undone(a, old).p, old.p);
}

static void test_damaged_or_too_large(void **state)
{
	(void)state;
	char text[4000], copy[4000];
	memset(text, 'a', sizeof(text));
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(MAX_BYTES);
	struct wd_press *p = wd_press_new();
	struct wd_str small = wd_press(p, (struct wd_str){text, sizeof(text)}), out;
	assert_int_equal(wd_press_undo(a, small, 3999, &out, NULL), WD_E_LIMIT);
	for (size_t n = 4; n < small.n; n++)
		assert_int_equal(
			wd_press_undo(a, (struct wd_str){small.p, n}, MAX_BYTES, &out, NULL),
			WD_E_MALFORMED);
	memcpy(copy, small.p, small.n);
	copy[4] = (char)(copy[4] ^ 0x08); /* a bit that must be 0 */
	assert_int_equal(wd_press_undo(a, (struct wd_str){copy, small.n}, MAX_BYTES, &out, NULL),
		WD_E_MALFORMED);
	wd_press_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_what_was_never_pressed),
		cmocka_unit_test(test_damaged_or_too_large),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
