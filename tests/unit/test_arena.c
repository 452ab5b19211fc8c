#include "tests/unit/test.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

static const struct {
	const char *name;
	size_t limit, ask;
	bool want_null;
} limits[] = {
	{"fits", 1024, 100, false},
	{"exactly the limit", 64, 64, false},
	{"one too many", 64, 65, true},
	{"would wrap", 64, SIZE_MAX, true},
	{"larger than a chunk", 8u << 20, 3u << 20, false},
};

static void test_limits(void **state)
{
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(limits); i++) {
		wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(limits[i].limit);
		void *p = wd_arena_alloc(a, limits[i].ask);
		if ((p == NULL) != limits[i].want_null)
			fail_msg("case '%s': got %p", limits[i].name, p);
	}
}

static void test_limit_is_for_the_sum(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1000);
	for (int i = 0; i < 10; i++)
		assert_non_null(wd_arena_bytes(a, 100));
	assert_null(wd_arena_bytes(a, 1));
	wd_arena_reset(a);
	assert_int_equal(wd_arena_used(a), 0);
	assert_non_null(wd_arena_bytes(a, 1000));
}

static void test_memory_is_zeroed_and_aligned(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	memset(wd_arena_bytes(a, 777), 0xFF, 777);
	wd_arena_reset(a);
	(void)wd_arena_bytes(a, 3);
	unsigned char *p = wd_arena_alloc(a, 600);
	assert_int_equal((uintptr_t)p % 16, 0);
	for (size_t i = 0; i < 600; i++)
		assert_int_equal(p[i], 0);
}

static void test_strings(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	struct wd_str s = wd_arena_str(a, WD_STR("abc"));
	assert_int_equal(s.p[3], '\0');
	assert_str("cat", wd_arena_cat(a, s, WD_STR("def")), "abcdef");
	assert_str("printf", wd_arena_printf(a, "%d-%s", 42, "x"), "42-x");
	assert_str("cat empty", wd_arena_cat(a, WD_STR_NONE, WD_STR_NONE), "");
	assert_string_equal(wd_arena_cstr(a, WD_STR("z")), "z");
	assert_null(wd_arena_array(a, SIZE_MAX / 2, 16));
}

static void test_rewind(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(64u << 20);
	struct wd_str keep = wd_arena_str(a, WD_STR("kept"));
	struct wd_arena_mark m = wd_arena_mark(a);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 100; i++)
			assert_non_null(wd_arena_alloc(a, 50000));
		wd_arena_rewind(a, m);
		assert_int_equal(wd_arena_used(a), m.total);
	}
	assert_str("kept", keep, "kept");
}

static void test_vec(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 16);
	WD_VEC(int) v = {0};
	for (int i = 0; i < 100; i++) {
		int *at = wd_vec_push(a, &v);
		assert_non_null(at);
		if (at != NULL)
			*at = i;
	}
	int sum = 0;
	WD_VEC_EACH (int, x, &v)
		sum += *x;
	assert_int_equal(sum, 4950);
	size_t n = 0;
	while (wd_vec_push(a, &v) != NULL && n < 1000000)
		n++;
	assert_true(n < 1000000); /* the arena's limit ends it */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_limit_is_for_the_sum),
		cmocka_unit_test(test_memory_is_zeroed_and_aligned),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_rewind),
		cmocka_unit_test(test_vec),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
