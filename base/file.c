#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_all(FILE *f, const char *path, size_t max, struct wd_buf *b, struct wd_err *err)
{
	for (;;) {
		/* Room for the file and a byte was made: only a file that grew needs more. */
		if (b->cap == b->n && (!wd_buf_reserve(b, WD_MIN((size_t)65536, b->max - b->n)) ||
					      b->cap == b->n))
			break;
		size_t got = fread(b->p + b->n, 1, b->cap - b->n, f);
		b->n += got;
		if (got == 0)
			break;
	}
	if (ferror(f))
		return wd_err_set(err, WD_E_SYS, "read '%s': %s", path, strerror(errno));
	if (b->failed || b->n > max)
		return wd_err_set(err, WD_E_LIMIT,
			"'%s' is over %zu bytes: raise limits.document or split it", path, max);
	return WD_OK;
}

int wd_file_read(const char *path, size_t max, struct wd_str *ret, struct wd_err *err)
{
	bool in = strcmp(path, "-") == 0;
	wd_cleanup(wd_close_filep) FILE *opened = in ? NULL : fopen(path, "rbe");
	FILE *f = in ? stdin : opened;
	if (f == NULL)
		return wd_err_set(err, WD_E_SYS, "open '%s': %s", path, strerror(errno));
	struct stat st;
	if (fstat(fileno(f), &st) == 0 && S_ISDIR(st.st_mode))
		return wd_err_set(err, WD_E_SYS, "read '%s': %s", path, strerror(EISDIR));
	struct wd_buf b;
	wd_buf_init(&b, max + 1);
	if (S_ISREG(st.st_mode) && st.st_size >= 0 && (uint64_t)st.st_size < max)
		(void)wd_buf_reserve(&b, (size_t)st.st_size + 1);
	int rc = read_all(f, path, max, &b, err);
	if (rc != WD_OK) {
		wd_buf_done(&b);
		return rc;
	}
	*ret = wd_buf_str(&b);
	return WD_OK;
}

int wd_fd_write(int fd, struct wd_str data, struct wd_err *err)
{
	while (data.n > 0) {
		ssize_t n = write(fd, data.p, data.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return wd_err_set(err,
				errno == ENOSPC || errno == EDQUOT ? WD_E_FULL : WD_E_SYS,
				"write: %s", strerror(errno));
		data = wd_str_from(data, (size_t)n);
	}
	return WD_OK;
}

int wd_dir_sync(const char *dir, struct wd_err *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return wd_err_set(err, WD_E_SYS, "open '%s': %s", dir, strerror(errno));
	int rc = fsync(fd) == 0 ? WD_OK
				: wd_err_set(err, WD_E_SYS, "sync '%s': %s", dir, strerror(errno));
	(void)close(fd);
	return rc;
}

int wd_file_write(const char *path, struct wd_str data, struct wd_err *err)
{
	char tmp[PATH_MAX], dir[PATH_MAX];
	if (snprintf(tmp, sizeof(tmp), "%s.tmp", path) >= (int)sizeof(tmp))
		return wd_err_set(err, WD_E_LIMIT, "path too long: '%s'", path);
	int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return wd_err_set(err, WD_E_SYS, "create '%s': %s", tmp, strerror(errno));
	int rc = wd_fd_write(fd, data, err);
	if (rc == WD_OK && fsync(fd) != 0)
		rc = wd_err_set(err, WD_E_SYS, "sync '%s': %s", tmp, strerror(errno));
	(void)close(fd);
	if (rc == WD_OK && rename(tmp, path) != 0)
		rc = wd_err_set(err, WD_E_SYS, "rename '%s': %s", tmp, strerror(errno));
	if (rc != WD_OK) {
		(void)unlink(tmp);
		return rc;
	}
	(void)snprintf(dir, sizeof(dir), "%s", path);
	char *slash = strrchr(dir, '/');
	if (slash == NULL)
		return wd_dir_sync(".", err);
	slash[slash == dir ? 1 : 0] = '\0';
	return wd_dir_sync(dir, err);
}

int wd_dir_make(const char *path, unsigned mode, struct wd_err *err)
{
	char part[PATH_MAX];
	if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
		return wd_err_set(err, WD_E_LIMIT, "path too long: '%s'", path);
	for (char *p = part + 1;; p++) {
		if (*p != '/' && *p != '\0')
			continue;
		char was = *p;
		*p = '\0';
		if (mkdir(part, (mode_t)mode) != 0 && errno != EEXIST)
			return wd_err_set(
				err, WD_E_SYS, "create folder '%s': %s", part, strerror(errno));
		*p = was;
		if (was == '\0')
			break;
	}
	struct stat st;
	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return wd_err_set(err, WD_E_SYS, "'%s' is not a folder", path);
	return WD_OK;
}

const char *wd_datadir(void)
{
	static char found[PATH_MAX];
	const char *env = getenv("WIREDESK_DATA");
	struct stat st;
	if (env != NULL && env[0] != '\0')
		return env;
	if (found[0] != '\0')
		return found;
	char exe[PATH_MAX - 16];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	while (n > 0 && exe[n - 1] != '/')
		n--;
	/* Programs of the tests live two folders below the build tree's top. */
	static const char *const ups[] = {"data", "../data", "../../data"};
	for (size_t i = 0; n > 0 && i < WD_COUNTOF(ups); i++) {
		char try[PATH_MAX], probe[PATH_MAX + 32];
		exe[n] = '\0';
		(void)snprintf(try, sizeof(try), "%s%s", exe, ups[i]);
		(void)snprintf(probe, sizeof(probe), "%s/korea-japan/leaders.tsv", try);
		if (stat(probe, &st) == 0) {
			memcpy(found, try, sizeof(found));
			return found;
		}
	}
	return WD_PKGDATADIR;
}
