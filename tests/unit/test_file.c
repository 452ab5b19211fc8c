#include "tests/unit/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static char dir[] = "/tmp/wd-test-file-XXXXXX";

static int setup(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL;
}

static int teardown(void **state)
{
	(void)state;
	char path[200];
	(void)snprintf(path, sizeof(path), "%s/a/b/c", dir);
	for (int i = 0; i < 4; i++) {
		(void)rmdir(path);
		*strrchr(path, '/') = '\0';
	}
	return 0;
}

static void test_write_then_read(void **state)
{
	(void)state;
	char path[200];
	struct wd_err err;
	struct wd_str got;
	(void)snprintf(path, sizeof(path), "%s/f", dir);
	assert_int_equal(wd_file_write(path, WD_STR("one\0two"), &err), WD_OK);
	assert_int_equal(wd_file_write(path, WD_STR("three"), &err), WD_OK);
	assert_int_equal(wd_file_read(path, 100, &got, &err), WD_OK);
	assert_str("replaced", got, "three");
	free(wd_unconst(got.p));
	assert_int_equal(wd_file_read(path, 5, &got, &err), WD_OK);
	free(wd_unconst(got.p));
	assert_int_equal(wd_file_read(path, 4, &got, &err), WD_E_LIMIT);
	assert_non_null(strstr(err.text, path));
	(void)unlink(path);
	assert_int_equal(wd_file_read(path, 4, &got, &err), WD_E_SYS);
	assert_non_null(strstr(err.text, path));
}

static void test_folders(void **state)
{
	(void)state;
	char path[200];
	struct wd_err err;
	struct wd_str got;
	(void)snprintf(path, sizeof(path), "%s/a/b/c", dir);
	assert_int_equal(wd_dir_make(path, 0700, &err), WD_OK);
	assert_int_equal(wd_dir_make(path, 0700, &err), WD_OK);
	assert_int_equal(wd_file_read(path, 4, &got, &err), WD_E_SYS);
	assert_int_equal(wd_dir_make("/dev/null/x", 0700, &err), WD_E_SYS);
}

static void test_no_empty_half_written_file(void **state)
{
	(void)state;
	struct wd_err err;
	char path[200];
	struct stat st;
	(void)snprintf(path, sizeof(path), "%s/no/such/folder", dir);
	assert_int_equal(wd_file_write(path, WD_STR("x"), &err), WD_E_SYS);
	assert_int_not_equal(stat(path, &st), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write_then_read),
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_no_empty_half_written_file),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
