/**
 * Condition variables on the monotonic clock: a clock of the day that is set makes no wait longer.
 */
#pragma once
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

void wd_cond_init(pthread_cond_t *c);
/** pthread_cond_wait, but no longer than to wd_clock_mono_us() == until_us; false: it is then. */
bool wd_cond_wait_until(pthread_cond_t *c, pthread_mutex_t *lock, int64_t until_us);
