/*
 * Preloaded: of the system calls on files under FAIL_UNDER, number FAIL_AT fails, once, with
 * FAIL_ERRNO (default EIO), and is named on stderr ("failed: …"); with FAIL_KILL set the process
 * dies there by SIGKILL instead. With FAIL_COUNT set to a file, their number is written there at
 * exit. Files are known by the path they were opened with,
 * descriptors by their file.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MAX_FD = 4096 };

static atomic_bool watched[MAX_FD];
static atomic_long seen;
static long fail_at;
static int fail_errno = EIO;
static bool dies;
static const char *under;

__attribute__((constructor)) static void start(void)
{
	const char *at = getenv("FAIL_AT"), *e = getenv("FAIL_ERRNO");
	fail_at = at != NULL ? strtol(at, NULL, 10) : 0;
	fail_errno = e != NULL ? (int)strtol(e, NULL, 10) : EIO;
	under = getenv("FAIL_UNDER");
	dies = getenv("FAIL_KILL") != NULL;
}

__attribute__((destructor)) static void finish(void)
{
	const char *path = getenv("FAIL_COUNT");
	under = NULL;
	FILE *f = path != NULL ? fopen(path, "w") : NULL;
	if (f != NULL) {
		fprintf(f, "%ld\n", atomic_load(&seen));
		fclose(f);
	}
}

static bool due(const char *call)
{
	char line[80];
	if (atomic_fetch_add(&seen, 1) + 1 != fail_at)
		return false;
	int n = snprintf(line, sizeof(line), "failed: %s\n", call);
	(void)!syscall(SYS_write, STDERR_FILENO, line, (size_t)n);
	if (dies)
		(void)kill(getpid(), SIGKILL);
	errno = fail_errno;
	return true;
}

static bool path_due(const char *call, const char *path)
{
	return under != NULL && path != NULL && strstr(path, under) != NULL && due(call);
}

static bool fd_due(const char *call, int fd)
{
	return under != NULL && fd >= 0 && fd < MAX_FD && atomic_load(&watched[fd]) && due(call);
}

static int opened(int fd, const char *path)
{
	if (fd >= 0 && fd < MAX_FD)
		atomic_store(&watched[fd], under != NULL && strstr(path, under) != NULL);
	return fd;
}

#define REAL(ret, name, ...) ((ret(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

#define OPEN(name)                                                                                 \
	int name(const char *path, int flags, ...)                                                 \
	{                                                                                          \
		va_list ap;                                                                        \
		va_start(ap, flags);                                                               \
		mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(ap, mode_t) : 0;       \
		va_end(ap);                                                                        \
		if (path_due("open", path))                                                        \
			return -1;                                                                 \
		return opened(REAL(int, name, const char *, int, ...)(path, flags, mode), path);   \
	}
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                               \
	int name(int dir, const char *path, int flags, ...)                                        \
	{                                                                                          \
		va_list ap;                                                                        \
		va_start(ap, flags);                                                               \
		mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(ap, mode_t) : 0;       \
		va_end(ap);                                                                        \
		if (path_due("openat", path))                                                      \
			return -1;                                                                 \
		return opened(                                                                     \
			REAL(int, name, int, const char *, int, ...)(dir, path, flags, mode),      \
			path);                                                                     \
	}
OPENAT(openat)
OPENAT(openat64)

int close(int fd)
{
	if (fd >= 0 && fd < MAX_FD)
		atomic_store(&watched[fd], false);
	return REAL(int, close, int)(fd);
}

#define FD_CALL(ret, name, args, names, ...)                                                       \
	ret name args                                                                              \
	{                                                                                          \
		return fd_due(#name, fd) ? (ret)-1 : REAL(ret, name, __VA_ARGS__) names;           \
	}
FD_CALL(ssize_t, read, (int fd, void *p, size_t n), (fd, p, n), int, void *, size_t)
FD_CALL(ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n), int, const void *, size_t)
FD_CALL(ssize_t, pread, (int fd, void *p, size_t n, off_t at), (fd, p, n, at), int, void *, size_t,
	off_t)
FD_CALL(ssize_t, pread64, (int fd, void *p, size_t n, off64_t at), (fd, p, n, at), int, void *,
	size_t, off64_t)
FD_CALL(ssize_t, pwrite, (int fd, const void *p, size_t n, off_t at), (fd, p, n, at), int,
	const void *, size_t, off_t)
FD_CALL(ssize_t, pwrite64, (int fd, const void *p, size_t n, off64_t at), (fd, p, n, at), int,
	const void *, size_t, off64_t)
FD_CALL(ssize_t, writev, (int fd, const struct iovec *v, int n), (fd, v, n), int,
	const struct iovec *, int)
FD_CALL(int, fsync, (int fd), (fd), int)
FD_CALL(int, fdatasync, (int fd), (fd), int)
FD_CALL(int, ftruncate, (int fd, off_t n), (fd, n), int, off_t)
FD_CALL(int, ftruncate64, (int fd, off64_t n), (fd, n), int, off64_t)
FD_CALL(off_t, lseek, (int fd, off_t at, int from), (fd, at, from), int, off_t, int)
FD_CALL(off64_t, lseek64, (int fd, off64_t at, int from), (fd, at, from), int, off64_t, int)
FD_CALL(int, flock, (int fd, int how), (fd, how), int, int)

#define PATH_CALL(name, args, names, ...)                                                          \
	int name args                                                                              \
	{                                                                                          \
		return path_due(#name, path) ? -1 : REAL(int, name, __VA_ARGS__) names;            \
	}
PATH_CALL(unlink, (const char *path), (path), const char *)
PATH_CALL(mkdir, (const char *path, mode_t mode), (path, mode), const char *, mode_t)
PATH_CALL(rename, (const char *path, const char *to), (path, to), const char *, const char *)

static void *map(const char *call, int fd, void *(*real)(void *, size_t, int, int, int, off_t),
	void *p, size_t n, int prot, int flags, off_t at)
{
	return fd_due(call, fd) ? MAP_FAILED : real(p, n, prot, flags, fd, at);
}

void *mmap(void *p, size_t n, int prot, int flags, int fd, off_t at)
{
	return map("mmap", fd, REAL(void *, mmap, void *, size_t, int, int, int, off_t), p, n, prot,
		flags, at);
}

void *mmap64(void *p, size_t n, int prot, int flags, int fd, off64_t at)
{
	return map("mmap", fd, REAL(void *, mmap64, void *, size_t, int, int, int, off_t), p, n,
		prot, flags, at);
}
