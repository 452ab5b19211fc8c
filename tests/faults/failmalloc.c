/*
 * Preloaded: the allocation number FAIL_AT (counted from the program's own start) fails, once, and
 * the libraries it was asked from are named on stderr ("failed in: …"). With FAIL_COUNT set to a
 * file, the number of allocations is written there at exit.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);

static atomic_long seen, fail_at = -1;

__attribute__((constructor)) static void start(void)
{
	void *frame;
	const char *at = getenv("FAIL_AT");
	(void)backtrace(&frame, 1);
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

/* Without allocating: backtrace() was called once at the start, dladdr() never does. */
static void say_where(void)
{
	void *frames[8];
	char line[1200] = "failed in:";
	int n = backtrace(frames, 8);
	for (int i = 2; i < n; i++) {
		Dl_info info;
		if (dladdr(frames[i], &info) == 0 || info.dli_fname == NULL)
			continue;
		const char *slash = strrchr(info.dli_fname, '/');
		size_t at = strlen(line);
		snprintf(line + at, sizeof(line) - 2 - at, " %s",
			slash != NULL ? slash + 1 : info.dli_fname);
	}
	strcat(line, "\n");
	if (write(STDERR_FILENO, line, strlen(line)) < 0)
		return;
}

static int is_due(void)
{
	if (atomic_load(&fail_at) < 0 || atomic_fetch_add(&seen, 1) + 1 != atomic_load(&fail_at))
		return 0;
	say_where();
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
