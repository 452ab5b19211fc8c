/*
 * Replays a fuzz target over its corpus when libFuzzer is not linked, so that every input that ever
 * broke something is a regression test in `make check`. Without arguments: all files of
 * tests/fuzz/corpus/<target>/, each whole and cut off at three places.
 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_bytes(const char *p, size_t n)
{
	/* An exact-size heap copy: AddressSanitizer then sees reads past the end. */
	uint8_t *copy = malloc(n > 0 ? n : 1);
	if (copy == NULL)
		return 1;
	if (n > 0)
		memcpy(copy, p, n);
	int rc = LLVMFuzzerTestOneInput(copy, n);
	free(copy);
	return rc;
}

static int run_file(const char *path)
{
	struct wd_str data;
	struct wd_err err;
	if (wd_file_read(path, (size_t)1 << 30, &data, &err) != WD_OK) {
		(void)fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	int rc = run_bytes(data.p, data.n);
	for (size_t part = 1; part < 4; part++)
		rc |= run_bytes(data.p, data.n * part / 4);
	free(wd_unconst(data.p));
	return rc;
}

int main(int argc, char **argv)
{
	char dir[PATH_MAX - 260], path[PATH_MAX];
	unsigned seen = 0;
	int rc = 0;

	for (int i = 1; i < argc; i++)
		rc |= run_file(argv[i]);
	if (argc > 1)
		return rc;
	const char *name = strrchr(argv[0], '/'), *src = getenv("SRCDIR");
	(void)snprintf(dir, sizeof(dir), "%s/tests/fuzz/corpus/%s", src != NULL ? src : ".",
		name != NULL ? name + 1 : argv[0]);
	DIR *d = opendir(dir);
	if (d == NULL) {
		(void)fprintf(stderr, "no corpus: %s\n", dir);
		return 1;
	}
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		rc |= run_file(path);
		seen++;
	}
	(void)closedir(d);
	(void)printf("[  PASSED  ] %u test(s).\n", rc == 0 ? seen : 0);
	return seen == 0 || rc != 0;
}
