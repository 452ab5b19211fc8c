#include "tests/unit/test.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/err.h"
#include "base/queue.h"

static void count_low(void *ctx)
{
	atomic_fetch_add((_Atomic int *)ctx, 1);
}

static void test_marks(void **state)
{
	(void)state;
	_Atomic int low = 0;
	struct wd_queue *q = wd_queue_new(&(struct wd_queue_opts){
		.max_items = 8, .max_bytes = 100, .low = count_low, .ctx = &low});
	int items[10];
	for (int i = 0; i < 5; i++)
		assert_int_equal(wd_queue_try_push(q, &items[i], 20), WD_OK);
	assert_int_equal(wd_queue_try_push(q, &items[5], 20), WD_E_FULL); /* by bytes */
	size_t n, bytes;
	wd_queue_fill(q, &n, &bytes);
	assert_int_equal(n, 5);
	assert_int_equal(bytes, 100);
	for (int i = 0; i < 3; i++)
		assert_ptr_equal(wd_queue_pop(q), &items[i]);
	assert_int_equal(low, 0); /* not low yet: 40 of 100 bytes */
	assert_ptr_equal(wd_queue_pop(q), &items[3]);
	assert_int_equal(low, 1);
	assert_ptr_equal(wd_queue_pop(q), &items[4]);
	assert_int_equal(low, 1);                                       /* once per refusal */
	assert_int_equal(wd_queue_try_push(q, &items[6], 5000), WD_OK); /* too large, but alone */
	assert_int_equal(wd_queue_try_push(q, &items[7], 1), WD_E_FULL);
	assert_ptr_equal(wd_queue_pop(q), &items[6]);
	for (int i = 0; i < 8; i++)
		assert_int_equal(wd_queue_try_push(q, &items[i], 0), WD_OK);
	assert_int_equal(wd_queue_try_push(q, &items[8], 0), WD_E_FULL); /* by items */
	wd_queue_free(q, NULL);
}

static void test_close(void **state)
{
	(void)state;
	struct wd_queue *q =
		wd_queue_new(&(struct wd_queue_opts){.max_items = 4, .max_bytes = 100});
	int item;
	assert_null(wd_queue_pop_wait(q, 1000));
	assert_int_equal(wd_queue_push(q, &item, 1), WD_OK);
	wd_queue_close(q);
	assert_int_equal(wd_queue_push(q, &item, 1), WD_E_DENIED);
	assert_int_equal(wd_queue_try_push(q, &item, 1), WD_E_DENIED);
	assert_ptr_equal(wd_queue_pop(q), &item);
	assert_null(wd_queue_pop(q));
	wd_queue_free(q, NULL);
}

#define EACH 20000

static void *produce(void *q)
{
	static char token;
	for (int i = 0; i < EACH; i++)
		assert_int_equal(wd_queue_push(q, &token, 3), WD_OK);
	return NULL;
}

static void *consume(void *q)
{
	size_t n = 0;
	while (wd_queue_pop(q) != NULL)
		n++;
	return (void *)(uintptr_t)n; /* NOLINT: a count, not an address */
}

static void test_many_threads(void **state)
{
	(void)state;
	struct wd_queue *q =
		wd_queue_new(&(struct wd_queue_opts){.max_items = 16, .max_bytes = 30});
	pthread_t p[3], c[3];
	for (int i = 0; i < 3; i++) {
		assert_int_equal(pthread_create(&p[i], NULL, produce, q), 0);
		assert_int_equal(pthread_create(&c[i], NULL, consume, q), 0);
	}
	size_t total = 0;
	for (int i = 0; i < 3; i++)
		(void)pthread_join(p[i], NULL);
	wd_queue_close(q);
	for (int i = 0; i < 3; i++) {
		void *n;
		(void)pthread_join(c[i], &n);
		total += (uintptr_t)n;
	}
	assert_int_equal(total, 3 * EACH);
	wd_queue_free(q, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_many_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
