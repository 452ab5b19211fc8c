#include "base/cond.h"

#include <errno.h>
#include <time.h>

#include "base/clock.h"

void wd_cond_init(pthread_cond_t *c)
{
	pthread_condattr_t attr;
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(c, &attr);
	(void)pthread_condattr_destroy(&attr);
}

bool wd_cond_wait_until(pthread_cond_t *c, pthread_mutex_t *lock, int64_t until_us)
{
	struct timespec ts = {.tv_sec = until_us / WD_SEC, .tv_nsec = until_us % WD_SEC * 1000};
	return pthread_cond_timedwait(c, lock, &ts) != ETIMEDOUT;
}
