#include "tests/unit/test.h"

#include "base/limits.h"
#include "daemon/pump_rows.h"

/* Fills the room with rows first … last, n bytes each; NULL: no room. */
static char *put(struct wd_pump_rows *r, int64_t pos, int64_t last, size_t n)
{
	struct wd_arena *a = wd_pump_rows_room(r, pos);
	char *p = a != NULL ? wd_arena_bytes(a, n) : NULL;
	if (p == NULL)
		return NULL;
	memset(p, (int)last, n);
	wd_pump_rows_filled(r, last);
	return p;
}

static void test_rows_stay_until_passed(void **state)
{
	(void)state;
	struct wd_pump_rows r;
	char *p[WD_PUMP_SLOTS];
	assert_int_equal(wd_pump_rows_init(&r, 4 * WD_MIB, NULL), WD_OK);
	for (int64_t i = 0; i < WD_PUMP_SLOTS; i++) {
		p[i] = put(&r, 0, i + 1, 2 * WD_MIB);
		if (p[i] == NULL)
			fail_msg("slot %d", (int)i);
	}
	assert_null(put(&r, 0, 9, 10)); /* all of it is on its way */
	for (int64_t i = 0; i < WD_PUMP_SLOTS; i++) {
		assert_int_equal(p[i][0], i + 1);
		assert_int_equal(p[i][2 * WD_MIB - 1], i + 1);
	}
	assert_ptr_equal(put(&r, 1, 9, 10), p[0]); /* the first is past: its memory again */
	assert_int_equal(p[1][0], 2);
	wd_pump_rows_forget(&r);
	assert_ptr_equal(put(&r, 0, 10, 10), p[0]);
	wd_pump_rows_done(&r);
}

static void test_small_reads_share_a_slot(void **state)
{
	(void)state;
	struct wd_pump_rows r;
	size_t n = 0;
	assert_int_equal(wd_pump_rows_init(&r, 4 * WD_MIB, NULL), WD_OK);
	while (put(&r, 0, (int64_t)n + 1, 4000) != NULL)
		n++;
	assert_true(n >= WD_PUMP_SLOTS * 250);
	assert_true(n <= WD_PUMP_SLOTS * 270);
	/* Nothing on its way: one slot serves for ever. */
	wd_pump_rows_forget(&r);
	char *first = put(&r, 0, 1, 4000);
	for (int64_t i = 2; i < 100; i++)
		assert_ptr_equal(put(&r, i - 1, i, 4000), first);
	wd_pump_rows_done(&r);
}

static void test_a_row_larger_than_the_room(void **state)
{
	(void)state;
	struct wd_pump_rows r;
	assert_int_equal(wd_pump_rows_init(&r, WD_MIB, NULL), WD_OK);
	char *small = put(&r, 0, 1, 100);
	char *big = put(&r, 0, 2, 20 * WD_MIB);
	if (small == NULL || big == NULL)
		fail_msg("no room");
	assert_int_equal(big[20 * WD_MIB - 1], 2);
	assert_int_equal(small[99], 1);
	assert_ptr_equal(put(&r, 2, 3, 100), small); /* what was large is given back */
	wd_pump_rows_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_stay_until_passed),
		cmocka_unit_test(test_small_reads_share_a_slot),
		cmocka_unit_test(test_a_row_larger_than_the_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
