#include "tests/unit/test.h"

#include <dirent.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "sources/warc.h"

static char dir[] = "/tmp/wd-test-warc-XXXXXX";

static int setup(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL;
}

static void each_file(void (*fn)(const char *path, void *ctx), void *ctx)
{
	struct dirent **list;
	int n = scandir(dir, &list, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char path[PATH_MAX];
		(void)snprintf(path, sizeof(path), "%s/%s", dir, list[i]->d_name);
		if (list[i]->d_name[0] != '.')
			fn(path, ctx);
		free(list[i]);
	}
	free(list);
}

static void remove_one(const char *path, void *ctx)
{
	(void)ctx;
	(void)unlink(path);
}

static void keep_path(const char *path, void *ctx)
{
	(void)snprintf(ctx, PATH_MAX, "%s", path);
}

static int clear(void **state)
{
	(void)state;
	each_file(remove_one, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)clear(state);
	return rmdir(dir);
}

static struct wd_doc *make_doc(const char *url, const char *body, int status)
{
	static struct wd_header headers[] = {
		{{"Content-Type", 12}, {"text/html", 9}}, {{"Content-Encoding", 16}, {"gzip", 4}}};
	struct wd_doc *doc = wd_doc_new(WD_MIB);
	assert_non_null(doc);
	doc->url = wd_arena_str(doc->mem, wd_str_c(url));
	doc->body = wd_arena_str(doc->mem, wd_str_c(body));
	doc->feed = WD_STR("one");
	doc->status = status;
	doc->headers = headers;
	doc->header_count = 2;
	doc->fetched_at_us = INT64_C(1755961445000000);
	return doc;
}

static struct wd_warc_writer *open_writer(uint64_t max_file)
{
	struct wd_warc_writer *w = NULL;
	struct wd_err err;
	struct wd_warc_writer_opts opts = {
		.dir = dir, .max_file_bytes = max_file, .software = "test"};
	if (wd_warc_writer_open(&opts, &w, &err) != WD_OK)
		fail_msg("%s", err.text);
	return w;
}

static struct wd_str write_doc(
	struct wd_warc_writer *w, const char *url, const char *body, int status, struct wd_str same)
{
	static char id[100];
	struct wd_err err;
	struct wd_str got = WD_STR_NONE;
	wd_cleanup(wd_doc_freep) struct wd_doc *doc = make_doc(url, body, status);
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
	struct wd_warc_same earlier = {.uri = same, .us = doc->fetched_at_us};
	if (wd_warc_write_doc(w, a, doc, same.n > 0 ? &earlier : NULL, &got, &err) != WD_OK)
		fail_msg("%s", err.text);
	(void)snprintf(id, sizeof(id), "%.*s", WD_STR_ARG(got));
	return wd_str_c(id);
}

static void close_writer(struct wd_warc_writer *w)
{
	struct wd_err err;
	if (wd_warc_writer_close(w, &err) != WD_OK)
		fail_msg("%s", err.text);
}

static void test_round_trip(void **state)
{
	(void)state;
	struct wd_warc_writer *w = open_writer(0);
	struct wd_err err;
	char id[100];
	struct wd_str written =
		write_doc(w, "http://a.example/1", "<p>hello</p>", 200, WD_STR_NONE);
	(void)snprintf(id, sizeof(id), "%.*s", WD_STR_ARG(written));
	(void)write_doc(w, "http://a.example/1", "<p>hello</p>", 200, WD_STR("http://a.example/1"));
	(void)write_doc(w, "http://a.example/1", "", 304, WD_STR("http://a.example/1"));
	(void)write_doc(w, "file:x", "<rss/>", 0, WD_STR_NONE);
	close_writer(w);

	char path[PATH_MAX];
	each_file(keep_path, path);
	assert_true(wd_str_ends(wd_str_c(path), WD_STR(".warc.gz")));
	struct wd_warc_reader *r;
	struct wd_warc_record rec;
	assert_int_equal(wd_warc_open(path, WD_MIB, &r, &err), WD_OK);
	static const char *const types[] = {"warcinfo", "response", "request", "metadata",
		"revisit", "revisit", "resource", "metadata"};
	uint64_t offset = 0, second = 0;
	for (size_t i = 0; i < WD_COUNTOF(types); i++) {
		assert_int_equal(wd_warc_next(r, &rec, &err), 1);
		assert_str("type", rec.type, types[i]);
		assert_int_equal(rec.offset, offset);
		assert_true(rec.length > 0);
		offset += rec.length;
		if (i != 1)
			continue;
		second = rec.offset;
		assert_str("id", rec.id, id);
		assert_str("uri", rec.uri, "http://a.example/1");
		assert_int_equal(rec.date_us, INT64_C(1755961445000000));
		wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
		struct wd_warc_http http;
		assert_int_equal(wd_warc_http(a, rec.block, &http, &err), WD_OK);
		assert_int_equal(http.status, 200);
		assert_str("payload", http.payload, "<p>hello</p>");
		assert_str("coding is undone and says so", http.headers[1].name,
			"X-Archive-Orig-Content-Encoding");
	}
	assert_int_equal(wd_warc_next(r, &rec, &err), 0);
	assert_int_equal(wd_warc_seek(r, second, &err), WD_OK);
	assert_int_equal(wd_warc_next(r, &rec, &err), 1);
	assert_str("after seek", rec.id, id);
	wd_warc_close(r);
}

static void test_ids_are_deterministic(void **state)
{
	(void)state;
	char first[100];
	for (int i = 0; i < 2; i++) {
		struct wd_warc_writer *w = open_writer(0);
		struct wd_str id = write_doc(w, "http://a.example/", "same", 200, WD_STR_NONE);
		if (i == 0)
			(void)snprintf(first, sizeof(first), "%.*s", WD_STR_ARG(id));
		else
			assert_str("id", id, first);
		close_writer(w);
	}
}

/* Puts bytes into a file and reads it: how many records and errors come out. */
static void read_bytes(struct wd_str bytes, size_t max_block, unsigned *ret_good, unsigned *ret_bad)
{
	char path[200];
	struct wd_err err;
	struct wd_warc_reader *r;
	struct wd_warc_record rec;
	(void)snprintf(path, sizeof(path), "%s/case", dir);
	assert_int_equal(wd_file_write(path, bytes, &err), WD_OK);
	assert_int_equal(wd_warc_open(path, max_block, &r, &err), WD_OK);
	*ret_good = *ret_bad = 0;
	for (int rc; (rc = wd_warc_next(r, &rec, &err)) != 0;) {
		*(rc > 0 ? ret_good : ret_bad) += 1;
		if (rc < 0)
			assert_non_null(strstr(err.text, "offset")); /* every loss says where */
		assert_true(*ret_good + *ret_bad < 1000);
	}
	wd_warc_close(r);
	(void)unlink(path);
}

#define PLAIN(n, body)                                                                             \
	"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:x:" n ">\r\nContent-Length: "     \
	"5\r\n\r\n" body "\r\n\r\n"

static const struct {
	const char *name, *bytes;
	unsigned good, bad;
} plain[] = {
	{"three", PLAIN("1", "hello") PLAIN("2", "hello") PLAIN("3", "hello"), 3, 0},
	{"garbage between", PLAIN("1", "hello") "rubbish\r\n" PLAIN("2", "hello"), 2, 1},
	{"cut in the block", PLAIN("1", "hello") "WARC/1.0\r\nContent-Length: 99\r\n\r\nabc", 1, 1},
	{"cut in the header", PLAIN("1", "hello") "WARC/1.0\r\nContent-Le", 1, 1},
	{"no length", PLAIN("1", "hello") "WARC/1.0\r\nWARC-Type: x\r\n\r\n" PLAIN("2", "hello"), 2,
		1},
	{"a length that wraps",
		"WARC/1.0\r\nContent-Length: 18446744073709551615\r\n\r\n" PLAIN("2", "hello"), 1,
		1},
	{"too large, then a good one",
		"WARC/1.0\r\nContent-Length: 3000\r\n\r\n%3000c\r\n\r\n" PLAIN("2", "hello"), 1, 1},
	{"bare line feeds",
		"WARC/1.0\nContent-Length: 2\n\nab\n\nWARC/1.0\nContent-Length: 2\n\nab\n\n", 2, 0},
	{"not a WARC file", "<html>no</html>", 0, 1},
	{"empty", "", 0, 0},
};

static void test_damaged_plain_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(plain); i++) {
		struct wd_buf b;
		unsigned good, bad;
		wd_buf_init(&b, WD_MIB);
		const char *fill = strstr(plain[i].bytes, "%3000c");
		if (fill != NULL) {
			wd_buf_add(&b,
				(struct wd_str){plain[i].bytes, (size_t)(fill - plain[i].bytes)});
			for (int k = 0; k < 3000; k++)
				wd_buf_putc(&b, 'x');
			wd_buf_addc(&b, fill + 6);
		} else {
			wd_buf_addc(&b, plain[i].bytes);
		}
		read_bytes(wd_buf_str(&b), 2000, &good, &bad);
		if (good != plain[i].good || bad != plain[i].bad)
			fail_msg("'%s': %u good, %u bad", plain[i].name, good, bad);
		wd_buf_done(&b);
	}
}

static struct wd_str gzip_file(void)
{
	char path[PATH_MAX];
	struct wd_str bytes;
	struct wd_err err;
	struct wd_warc_writer *w = open_writer(0);
	for (int i = 0; i < 5; i++)
		(void)write_doc(w, "http://a.example/x",
			"some bytes of a body, some bytes of a body", 200, WD_STR_NONE);
	close_writer(w);
	each_file(keep_path, path);
	assert_int_equal(wd_file_read(path, WD_MIB, &bytes, &err), WD_OK);
	return bytes;
}

static void test_damaged_gzip_files(void **state)
{
	(void)state;
	unsigned good, bad;
	struct wd_str bytes = gzip_file();
	char *p = wd_unconst(bytes.p);
	read_bytes(bytes, WD_MIB, &good, &bad);
	assert_int_equal(good, 16); /* warcinfo, and three a document */
	assert_int_equal(bad, 0);
	read_bytes(wd_str_sub(bytes, 0, bytes.n - 20), WD_MIB, &good, &bad);
	assert_int_equal(good, 15);
	assert_int_equal(bad, 1);
	/* A stretch in the middle overwritten: the records before and behind it are used. */
	memset(p + bytes.n / 2, 0x55, 40);
	read_bytes(bytes, WD_MIB, &good, &bad);
	assert_in_range(good, 13, 15);
	assert_in_range(bad, 1, 2);
	free(p);
}

static void test_a_crash_leaves_good_records(void **state)
{
	(void)state;
	char path[PATH_MAX], open_path[PATH_MAX + 8];
	struct wd_str bytes = gzip_file();
	struct wd_err err;
	unsigned good, bad;
	each_file(keep_path, path);
	(void)snprintf(open_path, sizeof(open_path), "%s.open", path);
	assert_int_equal(wd_file_write(open_path, wd_str_sub(bytes, 0, bytes.n - 7), &err), WD_OK);
	(void)unlink(path);
	close_writer(open_writer(0)); /* the next start mends it */
	struct wd_str mended;
	assert_int_equal(wd_file_read(path, WD_MIB, &mended, &err), WD_OK);
	read_bytes(mended, WD_MIB, &good, &bad);
	assert_int_equal(good, 15);
	assert_int_equal(bad, 0);
	free(wd_unconst(mended.p));
	free(wd_unconst(bytes.p));
}

static void count_file(const char *path, void *ctx)
{
	(void)path;
	++*(unsigned *)ctx;
}

static void test_rotation_and_pruning(void **state)
{
	(void)state;
	unsigned files = 0;
	struct wd_warc_writer *w = open_writer(1);
	for (int i = 0; i < 4; i++)
		(void)write_doc(w, "http://a.example/x", "body", 200, WD_STR_NONE);
	close_writer(w);
	each_file(count_file, &files);
	assert_in_range(files, 4, 5);
	struct wd_warc_writer_opts opts = {
		.dir = dir, .max_file_bytes = 1, .max_total_bytes = 1, .software = "t"};
	struct wd_err err;
	assert_int_equal(wd_warc_writer_open(&opts, &w, &err), WD_OK);
	(void)write_doc(w, "http://a.example/x", "body", 200, WD_STR_NONE);
	(void)write_doc(w, "http://a.example/x", "body", 200, WD_STR_NONE);
	close_writer(w);
	files = 0;
	each_file(count_file, &files);
	assert_in_range(files, 1, 2);
}

static const struct {
	const char *name, *block, *payload;
	int rc;
} messages[] = {
	{"plain", "HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody", "body", WD_OK},
	{"chunked",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n",
		"abcde", WD_OK},
	{"chunked by header only", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<html>",
		"<html>", WD_OK},
	{"chunk cut off", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc", "abc",
		WD_OK},
	{"huge chunk size",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nabc",
		"abc", WD_OK},
	{"no body", "HTTP/1.1 304 Not Modified\r\nA: b\r\n", "", WD_OK},
	{"no status", "HTTP/1.1\r\n\r\n", "", WD_E_MALFORMED},
	{"no HTTP", "hello", "", WD_E_MALFORMED},
};

static void test_http_messages(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
	for (size_t i = 0; i < WD_COUNTOF(messages); i++) {
		struct wd_warc_http http;
		struct wd_err err;
		int rc = wd_warc_http(a, wd_str_c(messages[i].block), &http, &err);
		if (rc != messages[i].rc)
			fail_msg("'%s': %d", messages[i].name, rc);
		if (rc == WD_OK)
			assert_str(messages[i].name, http.payload, messages[i].payload);
	}
}

static void test_content_codings(void **state)
{
	(void)state;
	static const char gz[] =
		"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00\x00\x00";
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
	struct wd_str out, in = {gz, sizeof(gz) - 1};
	struct wd_err err;
	assert_int_equal(wd_warc_decode(a, in, WD_STR("gzip"), 100, &out, &err), WD_OK);
	assert_str("gzip", out, "hello");
	assert_int_equal(wd_warc_decode(a, in, WD_STR("gzip"), 3, &out, &err), WD_E_LIMIT);
	assert_int_equal(
		wd_warc_decode(a, WD_STR("plain"), WD_STR("gzip"), 100, &out, &err), WD_OK);
	assert_str("decoded already", out, "plain");
	assert_int_equal(
		wd_warc_decode(a, in, WD_STR("compress"), 100, &out, &err), WD_E_UNSUPPORTED);
	assert_int_equal(wd_warc_decode(a, in, WD_STR("br"), 100, &out, &err), WD_E_MALFORMED);
	assert_int_equal(
		wd_warc_decode(a, WD_STR("\xFF\xFF\xFF"), WD_STR("deflate"), 100, &out, &err),
		WD_E_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_round_trip, clear),
		cmocka_unit_test_teardown(test_ids_are_deterministic, clear),
		cmocka_unit_test_teardown(test_damaged_plain_files, clear),
		cmocka_unit_test_teardown(test_damaged_gzip_files, clear),
		cmocka_unit_test_teardown(test_a_crash_leaves_good_records, clear),
		cmocka_unit_test_teardown(test_rotation_and_pruning, clear),
		cmocka_unit_test(test_http_messages),
		cmocka_unit_test(test_content_codings),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
