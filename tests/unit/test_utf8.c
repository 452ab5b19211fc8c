#include "tests/unit/test.h"

#include "base/utf8.h"

static const struct {
	const char *bytes;
	size_t first_bad; /* SIZE_MAX: none */
} checks[] = {
	{"ascii only, longer than eight bytes", SIZE_MAX},
	{"é 한 日 😀", SIZE_MAX},
	{"\xEF\xBF\xBD", SIZE_MAX}, /* U+FFFD itself is fine */
	{"ab\xC0\x80", 2},          /* overlong */
	{"\xE0\x80\x80", 0},
	{"x\xED\xA0\x80", 1},    /* surrogate */
	{"\xF4\x90\x80\x80", 0}, /* above U+10FFFF */
	{"12345678\x80", 8},
	{"\xE3\x81", 0},
	{"\xFF", 0},
};

static void test_check(void **state)
{
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(checks); i++) {
		struct wd_str s = wd_str_c(checks[i].bytes);
		size_t want = checks[i].first_bad == SIZE_MAX ? s.n : checks[i].first_bad;
		if (wd_utf8_check(s) != want)
			fail_msg("row %zu: %zu", i, wd_utf8_check(s));
	}
}

static void test_every_code_point_round_trips(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
		char u[4];
		size_t at = 0, n = wd_utf8_put(cp, u);
		struct wd_str s = {u, n};
		uint32_t want = cp >= 0xD800 && cp <= 0xDFFF ? WD_CP_BAD : cp;
		if (wd_utf8_next(s, &at) != want || at != n)
			fail_msg("U+%04X forwards", cp);
		if (wd_utf8_prev(s, &at) != want || at != 0)
			fail_msg("U+%04X backwards", cp);
	}
}

static void test_text(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	assert_int_equal(wd_utf8_count(WD_STR("a한😀")), 3);
	assert_str("cut", wd_utf8_cut(WD_STR("a한b"), 3), "a");
	assert_str("cut whole", wd_utf8_cut(WD_STR("a한b"), 4), "a한");
	assert_str("trim", wd_utf8_trim(WD_STR("\xC2\xA0 \xE3\x80\x80x y\xE2\x80\x8B\n")), "x y");
	assert_str("squeeze",
		wd_utf8_squeeze(a, WD_STR("a \xC2\xA0\n b\xE3\x80\x80"
					  "c")),
		"a b c");
	assert_str("squeeze same", wd_utf8_squeeze(a, WD_STR("a b")), "a b");
	/* decomposed Hangul, a combining accent, the compatibility ideograph U+F9E1 */
	assert_str(
		"nfc hangul", wd_utf8_nfc(a, WD_STR("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB")), "한");
	assert_str("nfc accent", wd_utf8_nfc(a, WD_STR("e\xCC\x81")), "é");
	assert_str("nfc compat", wd_utf8_nfc(a, WD_STR("\xEF\xA7\xA1")), "李");
	assert_str("fold", wd_utf8_fold(a, WD_STR("ＡＢＣ Straße ﾕﾝ")), "abc strasse ユン");
	assert_str("fold ascii", wd_utf8_fold(a, WD_STR("MiXed")), "mixed");
}

/* A conjoined syllable at the end takes any text the slow way: both ways have to agree. */
static void test_nfc_by_block_is_nfc(void **state)
{
	static const uint32_t before[] = {'e', 0x1100, 0x304B, 0x0418, 0x03B1, 0x627};
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	for (uint32_t cp = 0x80; cp < 0x20000; cp++) {
		if (cp >= 0xD800 && cp <= 0xDFFF)
			continue;
		for (size_t i = 0; i < WD_COUNTOF(before); i++) {
			char text[20];
			size_t n = wd_utf8_put(before[i], text);
			n += wd_utf8_put(cp, text + n);
			struct wd_str quick = wd_utf8_nfc(a, (struct wd_str){text, n});
			memcpy(text + n, " \xE1\x84\x92\xE1\x85\xA1", 7);
			struct wd_str slow = wd_utf8_nfc(a, (struct wd_str){text, n + 7});
			assert_int_equal(slow.n, quick.n + 4);
			assert_memory_equal(slow.p, quick.p, quick.n);
			wd_arena_reset(a);
		}
	}
}

/* A run of more than 64 bytes makes the whole text go one way, short ones go each by itself. */
static void test_fold_by_run_is_fold(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	for (uint32_t cp = 0x80; cp < 0x20000; cp++) {
		char text[128] = "Ae";
		if (cp >= 0xD800 && cp <= 0xDFFF)
			continue;
		size_t n = 2 + wd_utf8_put(cp, text + 2);
		memcpy(text + n, "I ", 2);
		n += 2;
		struct wd_str quick = wd_utf8_fold(a, (struct wd_str){text, n});
		for (size_t i = 0; i < 24; i++)
			memcpy(text + n + i * 3, "한", 3);
		struct wd_str slow = wd_utf8_fold(a, (struct wd_str){text, n + 72});
		assert_int_equal(slow.n, quick.n + 72);
		assert_memory_equal(slow.p, quick.p, quick.n);
		wd_arena_reset(a);
	}
}

static void test_classes(void **state)
{
	(void)state;
	assert_true(wd_cp_is_hangul(0xD55C) && wd_cp_is_kana(0x30E6) && wd_cp_is_han(0x674E));
	assert_false(wd_cp_is_kana(0x30FB)); /* the middle dot stands between names */
	assert_true(wd_cp_is_letter(0xE9) && !wd_cp_is_letter('1') && wd_cp_is_digit(0xFF11));
	assert_true(wd_cp_is_upper(0xC9) && wd_cp_is_lower(0xE9) && wd_cp_is_space(0x3000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_every_code_point_round_trips),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_nfc_by_block_is_nfc),
		cmocka_unit_test(test_fold_by_run_is_fold),
		cmocka_unit_test(test_classes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
