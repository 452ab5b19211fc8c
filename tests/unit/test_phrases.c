#include "tests/unit/test.h"

#include "base/utf8.h"
#include "taggers/phrases.h"

struct row {
	const char *phrase, *text;
	int hits;
	size_t start, end; /* of the first hit, in code points of the original */
};

static const struct row rows[] = {
	/* English: whole words, any hyphen or space, any case and width */
	{"Lee Jae-myung", "President Lee Jae Myung said", 1, 10, 23},
	{"Lee Jae-myung", "LEE JAE\xE2\x80\x91MYUNG's visit", 1, 0, 13},
	{"Lee Jae Myung", "ＬＥＥ　ＪＡＥ　ＭＹＵＮＧ", 1, 0, 13},
	{"summit", "summits and consummit", 0, 0, 0},
	{"summit", "The summit's end", 1, 4, 10},
	{"summit*", "two summits", 1, 4, 10},
	{"Obuchi", "Keizō Ōbuchi", 1, 6, 12},
	{"Korea Japan", "Korea - Japan", 0, 0, 0},
	{"Korea-Japan", "Korea–Japan ties", 1, 0, 11},
	/* Korean: words begin, particles may follow, spaces only where the phrase has them */
	{"이시바", "이시바가 왔다", 1, 0, 3},
	{"이시바", "이시바에게서도 들었다", 1, 0, 3},
	{"이시바", "이시바야마 마을", 0, 0, 0},
	{"스가", "가스가 샌다", 0, 0, 0},
	{"스가", "서비스가 좋다", 0, 0, 0},
	{"정상 회담", "한일 정상회담을 열었다", 1, 3, 7},
	{"정상 회담", "정상 회담", 1, 0, 5},
	{"정상회담", "정상 회담", 0, 0, 0},
	{"한일", "그가 한 일", 0, 0, 0},
	{"한일", "한·일 관계", 1, 0, 3},
	{"한일", "한-일 관계", 1, 0, 3},
	{"한일*", "한일회담", 1, 0, 2},
	{"한일", "남한일본", 0, 0, 0},
	{"정상회담",
		"\xE1\x84\x8C\xE1\x85\xA5\xE1\x86\xBC\xE1\x84\x89\xE1\x85\xA1\xE1\x86\xBC"
		"\xE1\x84\x92\xE1\x85\xAC\xE1\x84\x83\xE1\x85\xA1\xE1\x86\xB7",
		1, 0, 11},
	/* Japanese: no boundaries for Han, whole katakana words, dots do not matter */
	{"石破首相", "石破首相は16日", 1, 0, 4},
	{"首脳会談", "日韓首脳会談を", 1, 2, 6},
	{"ユン・ソンニョル", "尹錫悦（ユンソンニョル）氏", 1, 4, 11},
	{"イ大統領", "ハワイ大統領", 0, 0, 0},
	{"サミット", "ｻﾐｯﾄ開催", 1, 0, 4},
	{"ガス", "カ\xE3\x82\x99ス田", 1, 0, 3},
	/* variants and compatibility ideographs */
	{"高市早苗", "髙市早苗氏", 1, 0, 4},
	{"宮沢喜一", "宮澤喜一", 1, 0, 4},
	{"尹錫悦", "尹錫悅大統領", 1, 0, 3},
	{"李在明", "\xEF\xA7\xA1在明", 1, 0, 3},
	/* not across paragraphs */
	{"red house", "red\nhouse", 0, 0, 0},
};

static void finds_what_it_should(void **state)
{
	(void)state;
	struct wd_err err;
	for (size_t i = 0; i < WD_COUNTOF(rows); i++) {
		wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(32 << 20);
		struct wd_fold *f;
		assert_int_equal(
			wd_fold_new(a, WD_STR("髙\t高\n澤\t沢\n悅\t悦\n"), &f, &err), WD_OK);
		struct wd_phrases *p = wd_phrases_new(a, f);
		assert_int_equal(wd_phrases_add(p, wd_str_c(rows[i].phrase), 0, 7, &err), WD_OK);
		assert_int_equal(wd_phrases_build(p, &err), WD_OK);
		struct wd_folded d;
		assert_int_equal(wd_fold_text(f, a, wd_str_c(rows[i].text), &d), WD_OK);
		wd_phrase_hits h = {0};
		assert_int_equal(wd_phrases_scan(p, &d, a, &h), WD_OK);
		if (h.n != (size_t)rows[i].hits)
			fail_msg("'%s' in '%s': %zu hits, wanted %d", rows[i].phrase, rows[i].text,
				h.n, rows[i].hits);
		if (h.n == 0)
			continue;
		size_t start = d.at[h.v[0].start], end = wd_folded_end_cp(&d, h.v[0].end);
		if (start != rows[i].start || end != rows[i].end)
			fail_msg("'%s' in '%s': %zu–%zu, wanted %zu–%zu", rows[i].phrase,
				rows[i].text, start, end, rows[i].start, rows[i].end);
		assert_int_equal(h.v[0].value, 7);
	}
}

/* The automaton against plain search, over words of few letters so that suffixes abound. */
static void agrees_with_plain_search(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(64 << 20);
	struct wd_fold *f;
	struct wd_err err;
	assert_int_equal(wd_fold_new(a, WD_STR(""), &f, &err), WD_OK);
	struct wd_phrases *p = wd_phrases_new(a, f);
	char words[300][8];
	uint32_t r = 1;
	for (size_t i = 0; i < 300; i++) {
		size_t n = 1 + (r = r * 1664525u + 1013904223u) / 7 % 6;
		for (size_t k = 0; k < n; k++)
			words[i][k] = "abc"[((r = r * 1664525u + 1013904223u) >> 16) % 3u];
		words[i][n] = '\0';
		assert_int_equal(
			wd_phrases_add(p, wd_str_c(words[i]),
				WD_PHRASE_OPEN_LEFT | WD_PHRASE_OPEN_RIGHT, (uint32_t)i, &err),
			WD_OK);
	}
	assert_int_equal(wd_phrases_build(p, &err), WD_OK);
	char text[2001];
	for (size_t i = 0; i < 2000; i++)
		text[i] = "abc "[((r = r * 1664525u + 1013904223u) >> 16) % 4u];
	text[2000] = '\0';
	struct wd_folded d;
	assert_int_equal(wd_fold_text(f, a, wd_str_c(text), &d), WD_OK);
	wd_phrase_hits h = {0};
	assert_int_equal(wd_phrases_scan(p, &d, a, &h), WD_OK);
	size_t plain = 0;
	for (size_t i = 0; i < 300; i++) {
		for (size_t at = 0;
			(at = wd_str_find(wd_str_c(text), wd_str_c(words[i]), at)) != SIZE_MAX;
			at++)
			plain++;
	}
	assert_int_equal(h.n, plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_it_should),
		cmocka_unit_test(agrees_with_plain_search),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
