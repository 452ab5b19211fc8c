#include "tests/unit/test.h"

#include <archive.h>
#include <archive_entry.h>
#include <ftw.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "sources/replay.h"
#include "sources/warc.h"

static char dir[] = "/tmp/wd-test-replay-XXXXXX";

static int setup(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static int teardown(void **state)
{
	(void)state;
	return nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *in_dir(const char *name)
{
	static char path[2][300];
	static unsigned turn;
	turn ^= 1;
	(void)snprintf(path[turn], sizeof(path[turn]), "%s/%s", dir, name);
	return path[turn];
}

static void put(const char *name, const char *text)
{
	struct wd_err err;
	if (wd_file_write(in_dir(name), wd_str_c(text), &err) != WD_OK)
		fail_msg("%s", err.text);
}

/* Everything an archive gives, as "feed|body|time;" and "!" for an unreadable piece. */
static const char *read_all(const char *path, struct wd_replay_opts opts)
{
	static char out[4000];
	struct wd_err err;
	struct wd_replay *r;
	struct wd_doc *doc;
	size_t n = 0;
	if (opts.at_us == 0)
		opts.at_us = -1;
	if (wd_replay_open(&path, 1, &opts, &r, &err) != WD_OK)
		return strcpy(out, "cannot open");
	out[0] = '\0';
	for (int rc; (rc = wd_replay_next(r, &doc, &err)) != 0;) {
		if (rc < 0) {
			n += (size_t)snprintf(out + n, sizeof(out) - n, "!");
			assert_non_null(strstr(err.text, dir)); /* names the file */
			continue;
		}
		char t[WD_TIME_TEXT];
		struct wd_str feed = doc->feed;
		if (wd_str_starts(feed, wd_str_c(dir)))
			feed = wd_str_from(feed, strlen(dir) + 1);
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%.*s|%.*s|%.*s;", WD_STR_ARG(feed),
			WD_STR_ARG(doc->body),
			WD_STR_ARG(wd_time_format(doc->fetched_at_us, false, t)));
		wd_doc_free(doc);
	}
	uint64_t done, total;
	wd_replay_progress(r, &done, &total);
	assert_int_equal(done, total);
	wd_replay_close(r);
	return out;
}

static void test_folder(void **state)
{
	(void)state;
	struct wd_err err;
	assert_int_equal(wd_dir_make(in_dir("f/bbc"), 0700, &err), WD_OK);
	assert_int_equal(wd_dir_make(in_dir("f/afp"), 0700, &err), WD_OK);
	put("f/bbc/2.xml", "two");
	put("f/bbc/1.xml", "one");
	put("f/afp/9.xml", "nine");
	put("f/.hidden", "no");
	assert_string_equal(read_all(in_dir("f"), (struct wd_replay_opts){0}),
		"afp|nine|2026-01-01T00:00:00Z;bbc|one|2026-01-01T00:00:00Z;bbc|two|2026-01-01T00:00:00Z;");
	assert_string_equal(
		read_all(in_dir("f/"), (struct wd_replay_opts){.feed = "afp", .at_us = WD_DAY}),
		"afp|nine|1970-01-02T00:00:00Z;");
	assert_string_equal(read_all(in_dir("nothing"), (struct wd_replay_opts){0}), "cannot open");
}

static void test_lines(void **state)
{
	(void)state;
	put("d.jsonl",
		"{\"url\": \"http://a.example/\", \"body\": \"x\", \"fetched_at\": \"2025-08-23T00:00:00Z\"}\n"
		"{\"feed\": \"n\", \"body\": \"y\"}\n\n"
		"not json\n{\"feed\": \"n\"}\n{\"feed\": \"n\", \"body\": \"z\", \"fetched_at\": \"yesterday\"}\n"
		"{\"feed\": \"n\", \"body\": \"last\"}");
	assert_string_equal(read_all(in_dir("d.jsonl"), (struct wd_replay_opts){0}),
		"http://a.example/|x|2025-08-23T00:00:00Z;n|y|2026-01-01T00:00:00Z;!!!n|last|2026-01-01T00:00:00Z;");
	assert_string_equal(
		read_all(in_dir("d.jsonl"), (struct wd_replay_opts){.to_us = WD_REPLAY_EPOCH_US}),
		"http://a.example/|x|2025-08-23T00:00:00Z;!!!");
	assert_string_equal(
		read_all(in_dir("d.jsonl"),
			(struct wd_replay_opts){.from_us = WD_REPLAY_EPOCH_US, .feed = "n"}),
		"n|y|2026-01-01T00:00:00Z;!!!n|last|2026-01-01T00:00:00Z;");
}

static void test_tar(void **state)
{
	(void)state;
	struct archive *a = archive_write_new();
	(void)archive_write_add_filter_gzip(a);
	(void)archive_write_set_format_pax_restricted(a);
	assert_int_equal(archive_write_open_filename(a, in_dir("x.tar.gz")), ARCHIVE_OK);
	static const char *const members[] = {"desk/b.xml", "a.xml"};
	for (size_t i = 0; i < WD_COUNTOF(members); i++) {
		struct archive_entry *e = archive_entry_new();
		archive_entry_set_pathname(e, members[i]);
		archive_entry_set_filetype(e, AE_IFREG);
		archive_entry_set_perm(e, 0600);
		archive_entry_set_size(e, 5);
		assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
		assert_int_equal(archive_write_data(a, "hello", 5), 5);
		archive_entry_free(e);
	}
	(void)archive_write_free(a);
	assert_string_equal(read_all(in_dir("x.tar.gz"), (struct wd_replay_opts){0}),
		"desk|hello|2026-01-01T00:00:00Z;a.xml|hello|2026-01-01T00:00:00Z;");
	assert_string_equal(
		read_all(in_dir("x.tar.gz"), (struct wd_replay_opts){.max_doc_bytes = 4}), "!!");
	put("bad.tar.gz", "\x1f\x8b\x08 this is no gzip at all, is it");
	assert_string_equal(read_all(in_dir("bad.tar.gz"), (struct wd_replay_opts){0}), "!");
}

static void test_warc(void **state)
{
	(void)state;
	put("w.warc",
		"WARC/1.0\r\nWARC-Type: request\r\nContent-Length: 3\r\n\r\nGET\r\n\r\n"
		"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/1\r\nWARC-Date: 2025-08-23T00:00:00Z\r\n"
		"Content-Length: 40\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: x/y\r\n\r\nab\r\n\r\n"
		"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/2\r\nWARC-Date: 2025-08-24T00:00:00Z\r\n"
		"Content-Length: 24\r\n\r\nHTTP/1.1 404 No\r\n\r\nhello\r\n\r\n"
		"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 5\r\n\r\nhello\r\n\r\n"
		"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: <file:z>\r\nWARC-X-Wiredesk-Feed: spooled\r\n"
		"Content-Length: 5\r\n\r\nhello\r\n\r\n");
	assert_string_equal(read_all(in_dir("w.warc"), (struct wd_replay_opts){0}),
		"http://a.example/1|ab|2025-08-23T00:00:00Z;!spooled|hello|2026-01-01T00:00:00Z;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folder),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_tar),
		cmocka_unit_test(test_warc),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
