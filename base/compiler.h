/**
 * Compiler helpers: scope-bound release, moving a pointer out, assertions that stay on in release.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/** Releases a variable when its scope ends: `wd_cleanup(wd_arena_freep) struct wd_arena *a = …`. */
#define wd_cleanup(fn) __attribute__((cleanup(fn)))
/** Hands a pointer out of a variable that a cleanup would release. */
#define wd_take(p)                                                                                 \
	__extension__({                                                                            \
		__typeof__(p) wd_t_ = (p);                                                         \
		(p) = NULL;                                                                        \
		wd_t_;                                                                             \
	})
/** Defines fnp(), the cleanup form of a release function that takes a pointer. */
#define WD_DEFINE_CLEANUP(type, fn)                                                                \
	static inline void fn##p(type *p)                                                          \
	{                                                                                          \
		if (*p != NULL)                                                                    \
			fn(*p);                                                                    \
	}

#define WD_COUNTOF(a) (sizeof(a) / sizeof((a)[0]))
#define WD_MIN(a, b) ((a) < (b) ? (a) : (b))
#define WD_MAX(a, b) ((a) > (b) ? (a) : (b))
#define WD_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define WD_MUST_USE __attribute__((warn_unused_result))
#define WD_UNUSED __attribute__((unused))

/** A programming error: the process ends here, systemd restarts it, nothing acknowledged is lost.
 */
#define WD_ASSERT(cond)                                                                            \
	do {                                                                                       \
		if (__builtin_expect(!(cond), 0))                                                  \
			wd_assert_failed(#cond, __FILE__, __LINE__);                               \
	} while (0)

_Noreturn void wd_assert_failed(const char *what, const char *file, int line);

/** Casts const away for library interfaces that promise not to write. */
static inline void *wd_unconst(const void *p)
{
	return (void *)(uintptr_t)p;
}

static inline void wd_free_charp(char **p)
{
	free(*p);
}

static inline void wd_close_filep(FILE **f)
{
	if (*f != NULL)
		(void)fclose(*f);
}
