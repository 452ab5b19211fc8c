/*
 * Preloaded: the allocation number FAIL_AT (counted from the program's own start) fails, once. With
 * FAIL_COUNT set to a file, the number of allocations is written there at exit.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);

static atomic_long seen, fail_at = -1;

__attribute__((constructor)) static void start(void)
{
	const char *at = getenv("FAIL_AT");
	atomic_store(&seen, 0);
	atomic_store(&fail_at, at != NULL ? strtol(at, NULL, 10) : 0);
}

__attribute__((destructor)) static void finish(void)
{
	const char *path = getenv("FAIL_COUNT");
	long n = atomic_load(&seen);
	atomic_store(&fail_at, 0);
	FILE *f = path != NULL ? fopen(path, "w") : NULL;
	if (f != NULL) {
		fprintf(f, "%ld\n", n);
		fclose(f);
	}
}

static int is_due(void)
{
	if (atomic_load(&fail_at) < 0 || atomic_fetch_add(&seen, 1) + 1 != atomic_load(&fail_at))
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t n)
{
	return is_due() ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return is_due() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return is_due() ? NULL : __libc_realloc(p, n);
}
