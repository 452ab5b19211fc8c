#include "tests/unit/test.h"

#include "base/buf.h"

static void test_grows_to_its_ceiling(void **state)
{
	(void)state;
	struct wd_buf b;
	wd_buf_init(&b, 1000);
	for (int i = 0; i < 100; i++)
		wd_buf_addc(&b, "0123456789");
	assert_false(wd_buf_failed(&b));
	assert_int_equal(b.n, 1000);
	wd_buf_putc(&b, 'x');
	assert_true(wd_buf_failed(&b));
	wd_buf_addc(&b, "y"); /* sticky */
	assert_int_equal(b.n, 1000);
	wd_buf_reset(&b);
	assert_false(wd_buf_failed(&b));
	wd_buf_done(&b);
}

static void test_printf_and_take(void **state)
{
	(void)state;
	struct wd_buf b;
	wd_buf_init(&b, 100);
	wd_buf_printf(&b, "%s-%d", "a", 7);
	wd_buf_putc(&b, '!');
	assert_str("printf", wd_buf_str(&b), "a-7!");
	size_t n;
	char *p = wd_buf_take(&b, &n);
	assert_string_equal(p, "a-7!");
	assert_int_equal(n, 4);
	assert_null(b.p);
	free(p);
	wd_buf_done(&b);
}

static void test_zero_ceiling(void **state)
{
	(void)state;
	struct wd_buf b;
	wd_buf_init(&b, 0);
	wd_buf_add(&b, WD_STR_NONE);
	assert_false(wd_buf_failed(&b));
	wd_buf_putc(&b, 'x');
	assert_true(wd_buf_failed(&b));
	assert_null(wd_buf_take(&b, NULL));
	wd_buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grows_to_its_ceiling),
		cmocka_unit_test(test_printf_and_take),
		cmocka_unit_test(test_zero_ceiling),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
