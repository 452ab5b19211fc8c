#include "tests/unit/test.h"

#include <zlib.h>
#include <zstd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "sources/unpack.h"

/* "wiredesk wiredesk wiredesk\n" by the brotli program */
static const char brotli[] =
	"\x1b\x1a\x00\x00\x04\x36\xe0\x3c\xa1\x1c\x9e\xc6\x53\x10\x45\xd4\x29\xc6\x13"
	"\xf6\xd3\x4f\x01";

static int add(struct wd_str out, void *ctx, struct wd_err *err)
{
	(void)err;
	wd_buf_add(ctx, out);
	return WD_OK;
}

/* Fed `step` bytes at a time. */
static int unpack(const char *coding, struct wd_str in, size_t step, struct wd_buf *out)
{
	struct wd_err err = {0};
	wd_cleanup(wd_unpack_freep) struct wd_unpack *u = wd_unpack_new(wd_str_c(coding), &err);
	wd_buf_reset(out);
	if (u == NULL)
		return err.code;
	int rc = WD_OK;
	for (size_t i = 0; i < in.n && rc == WD_OK; i += step)
		rc = wd_unpack_feed(u, wd_str_sub(in, i, i + step), add, out, &err);
	return rc == WD_OK ? wd_unpack_end(u, add, out, &err) : rc;
}

static struct wd_str zlib_pack(struct wd_arena *a, struct wd_str in, int bits)
{
	z_stream z = {0};
	size_t cap = in.n + 1000;
	char *out = wd_arena_bytes(a, cap);
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = wd_unconst(in.p);
	z.avail_in = (uInt)in.n;
	z.next_out = (unsigned char *)out;
	z.avail_out = (uInt)cap;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	struct wd_str r = {out, cap - z.avail_out};
	(void)deflateEnd(&z);
	return r;
}

static struct wd_str zstd_pack(struct wd_arena *a, struct wd_str in)
{
	size_t cap = ZSTD_compressBound(in.n);
	char *out = wd_arena_bytes(a, cap);
	return (struct wd_str){out, ZSTD_compress(out, cap, in.p, in.n, 3)};
}

static void check(const char *coding, struct wd_str packed, struct wd_str want)
{
	static const size_t steps[] = {1, 2, 3, 7, 1000, 1000000};
	struct wd_buf out;
	wd_buf_init(&out, WD_MIB);
	for (size_t i = 0; i < WD_COUNTOF(steps); i++) {
		assert_int_equal(unpack(coding, packed, steps[i], &out), WD_OK);
		assert_true(wd_str_eq(wd_buf_str(&out), want));
	}
	for (size_t cut = 1; cut < packed.n; cut += packed.n / 20 + 1) {
		struct wd_str half = wd_str_sub(packed, 0, packed.n - cut);
		if (half.n >= 4) /* less does not show its coding's mark */
			assert_int_equal(unpack(coding, half, 1000, &out), WD_E_MALFORMED);
	}
	wd_buf_done(&out);
}

static void test_codings(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(4 * WD_MIB);
	char text[200000];
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + (i * i / 7) % 26);
	struct wd_str in = {text, sizeof(text)};
	check("gzip", zlib_pack(a, in, 31), in);
	check("X-GZIP", zlib_pack(a, in, 31), in);
	check("deflate", zlib_pack(a, in, 15), in);
	check("deflate", zlib_pack(a, in, -15), in);
	check("zstd", zstd_pack(a, in), in);
	check("br", (struct wd_str){brotli, sizeof(brotli) - 1},
		WD_STR("wiredesk wiredesk wiredesk\n"));
}

static void test_members_and_padding(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
	struct wd_str one = zlib_pack(a, WD_STR("<rss>"), 31),
		      two = zlib_pack(a, WD_STR("</rss>"), 31);
	struct wd_buf out;
	wd_buf_init(&out, WD_MIB);
	assert_int_equal(unpack("gzip", wd_arena_cat(a, one, two), 5, &out), WD_OK);
	assert_str("two members", wd_buf_str(&out), "<rss></rss>");
	assert_int_equal(unpack("gzip", wd_arena_cat(a, one, WD_STR("\0\0\0\0")), 5, &out), WD_OK);
	assert_str("padding", wd_buf_str(&out), "<rss>");
	assert_int_equal(
		unpack("gzip", wd_arena_cat(a, one, WD_STR("\x1f junk")), 500, &out), WD_OK);
	assert_str("junk", wd_buf_str(&out), "<rss>");
	assert_int_equal(
		unpack("gzip", wd_arena_cat(a, one, wd_str_sub(two, 0, two.n - 3)), 5, &out),
		WD_E_MALFORMED);
	wd_buf_done(&out);
}

static void test_wrong_headers(void **state)
{
	(void)state;
	static const char *const codings[] = {"", "identity", "gzip", "zstd", "deflate"};
	struct wd_buf out;
	wd_buf_init(&out, WD_MIB);
	for (size_t i = 0; i < WD_COUNTOF(codings); i++) {
		assert_int_equal(unpack(codings[i], WD_STR("<rss/>"), 1, &out), WD_OK);
		assert_str(codings[i], wd_buf_str(&out), "<rss/>");
		assert_int_equal(unpack(codings[i], WD_STR_NONE, 1, &out), WD_OK);
		assert_int_equal(out.n, 0);
	}
	assert_int_equal(unpack("compress", WD_STR("x"), 1, &out), WD_E_UNSUPPORTED);
	assert_int_equal(unpack("gzip, br", WD_STR("x"), 1, &out), WD_E_UNSUPPORTED);
	wd_buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codings),
		cmocka_unit_test(test_members_and_padding),
		cmocka_unit_test(test_wrong_headers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
