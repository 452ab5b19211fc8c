#include "tests/unit/test.h"

#include <zlib.h>

#include "base/limits.h"
#include "parsers/inflate.h"

static struct wd_str deflate_text(struct wd_arena *a, struct wd_str s)
{
	size_t cap = s.n + 1024;
	char *out = wd_arena_bytes(a, cap);
	z_stream z = {0};
	assert_int_equal(
		deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = wd_unconst(s.p);
	z.avail_in = (uInt)s.n;
	z.next_out = (unsigned char *)out;
	z.avail_out = (uInt)cap;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	struct wd_str r = {out, cap - z.avail_out};
	(void)deflateEnd(&z);
	return r;
}

static void test_whole(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(16 * WD_MIB);
	struct wd_str one = deflate_text(a, WD_STR("<rss>one</rss>")), out;
	struct wd_err err;
	assert_int_equal(wd_inflate(a, one, &out, &err), WD_OK);
	assert_str("one", out, "<rss>one</rss>");
	struct wd_str two = wd_arena_cat(a, one, deflate_text(a, WD_STR("<!-- two -->")));
	assert_int_equal(wd_inflate(a, two, &out, &err), WD_OK);
	assert_str("two members", out, "<rss>one</rss><!-- two -->");
	struct wd_str junk = wd_arena_cat(a, one, WD_STR("\0\0\0\0"));
	assert_int_equal(wd_inflate(a, junk, &out, &err), WD_OK);
	assert_str("padding behind", out, "<rss>one</rss>");
}

static void test_not_gzip(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
	struct wd_str in = WD_STR("<?xml version=\"1.0\"?><rss/>"), out;
	struct wd_err err;
	assert_int_equal(wd_inflate(a, in, &out, &err), WD_OK);
	assert_ptr_equal(out.p, in.p);
	assert_int_equal(wd_inflate(a, WD_STR_NONE, &out, &err), WD_OK);
	assert_int_equal(out.n, 0);
}

static void test_damaged(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(16 * WD_MIB);
	char text[20000];
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + (i * i / 7) % 26);
	struct wd_str z = deflate_text(a, (struct wd_str){text, sizeof(text)}), out;
	struct wd_err err;
	const size_t cuts[] = {3, 10, 17, z.n / 2, z.n - 8, z.n - 1};
	for (size_t i = 0; i < WD_COUNTOF(cuts); i++)
		assert_int_equal(
			wd_inflate(a, wd_str_sub(z, 0, cuts[i]), &out, &err), WD_E_MALFORMED);
	assert_int_equal(
		wd_inflate(a, WD_STR("\x1f\x8b\x08 this is no gzip at all, is it"), &out, &err),
		WD_E_MALFORMED);
}

static void test_bomb(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(256 * WD_MIB);
	size_t n = WD_MAX_DOC_BYTES + 1;
	char *zeros = wd_arena_alloc(a, n);
	assert_non_null(zeros);
	struct wd_str z = deflate_text(a, (struct wd_str){zeros, n}), out;
	size_t used = wd_arena_used(a);
	struct wd_err err;
	assert_int_equal(wd_inflate(a, z, &out, &err), WD_E_LIMIT);
	assert_int_equal(wd_arena_used(a), used); /* refused before it got memory */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_not_gzip),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_bomb),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
