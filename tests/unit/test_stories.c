#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/clock.h"
#include "desk/stories.h"

/* Texts drawn from a vocabulary by a fixed generator; numbers stand for the rarer words that real
 * texts have. */
static uint64_t state_x = 88172645463325252u;
static unsigned rnd(unsigned n)
{
	state_x ^= state_x << 13;
	state_x ^= state_x >> 7;
	state_x ^= state_x << 17;
	return (unsigned)(state_x % n);
}

static const char *const words[] = {"the", "a", "of", "in", "on", "and", "to", "for", "with", "by",
	"port", "ship", "minister", "talks", "trade", "figures", "harbour", "storm", "fund", "town",
	"leaders", "agreed", "said", "would", "next", "month", "visit", "economy", "security",
	"chips", "supply", "chain", "summit", "meeting", "joint", "statement", "region", "peace",
	"market", "growth", "young", "people", "energy", "plan", "budget", "vote", "court",
	"police", "school", "health", "water", "price", "rise", "fall", "week", "day", "year",
	"city", "island", "office", "company", "worker", "union", "bank"};
static const char *const ko_words[] = {"정상회담을", "대통령은", "총리와", "협력하기로", "했다",
	"공급망", "나라에서", "항만", "물동량이", "늘었다고", "밝혔다", "경제", "안보", "분야에서",
	"양국은", "관계를", "발전", "시키기로", "합의했다", "지난해", "올해", "다음", "달", "방문",
	"회의에서", "참석한", "관계자는", "말했다", "기업", "시장", "가격이", "올랐다"};

#define PARAGRAPHS 9
struct text {
	char part[PARAGRAPHS][900];
};

static void make_text(struct text *t, bool korean)
{
	for (size_t p = 0; p < PARAGRAPHS; p++) {
		size_t n = 0;
		for (unsigned w = 0; w < 45; w++)
			n += (size_t)snprintf(t->part[p] + n, sizeof(t->part[p]) - n, "%s%u ",
				korean ? ko_words[rnd(WD_COUNTOF(ko_words))]
				       : words[rnd(WD_COUNTOF(words))],
				rnd(korean ? 2 : 6) == 0 ? rnd(9000) : 1);
	}
}

/* A reprint: a credit before, paragraphs [from, to), some words changed. */
static struct wd_sketch sketch_of(
	const struct text *t, size_t from, size_t to, const char *before, unsigned edits)
{
	struct wd_buf b;
	wd_buf_init(&b, 1 << 20);
	wd_buf_printf(&b, "%s\n\n", before);
	for (size_t p = from; p < to; p++)
		wd_buf_printf(&b, "%s\n\n", t->part[p]);
	for (unsigned i = 0; i < edits; i++)
		b.p[rnd((unsigned)b.n)] = ' ';
	/* Edits may cut a character in two; the sketch has to bear that. */
	struct wd_sketch k = wd_sketch_make(wd_buf_str(&b));
	wd_buf_done(&b);
	return k;
}

static void test_reprints_are_found_and_others_are_not(void **state)
{
	(void)state;
	enum { ORIGINALS = 500 };
	wd_cleanup(wd_stories_freep) struct wd_stories *s = wd_stories_new(10000, 3 * WD_DAY);
	struct text *t = calloc(ORIGINALS, sizeof(*t));
	assert_non_null(t);
	unsigned hits = 0, tries = 0, wrong = 0;
	for (unsigned i = 0; i < ORIGINALS; i++) {
		make_text(&t[i], i % 2 == 1);
		/* Every fifth is another story on the event before: it shares one paragraph (the
		 * quoted statement). */
		if (i % 5 == 4)
			memcpy(t[i].part[3], t[i - 2].part[3], sizeof(t[i].part[3]));
		struct wd_sketch k = sketch_of(&t[i], 0, PARAGRAPHS, "first print", 0);
		wrong += wd_stories_find(s, &k, WD_DAY).story != 0;
		wd_stories_add(s, &k, i + 1, WD_DAY);
	}
	for (unsigned i = 0; i < ORIGINALS; i++) {
		struct wd_sketch reprints[3] = {
			sketch_of(&t[i], 0, PARAGRAPHS, "Another headline about it (Agency)", 6),
			sketch_of(&t[i], 0, 5, "Cut to the first half", 2),
			sketch_of(&t[i], 0, 3, "Only the beginning", 0),
		};
		for (size_t k = 0; k < WD_COUNTOF(reprints); k++) {
			struct wd_story_hit hit =
				wd_stories_find(s, &reprints[k], WD_DAY + WD_HOUR);
			tries++;
			hits += hit.story == i + 1;
			wrong += hit.story != 0 && hit.story != i + 1;
		}
	}
	free(t);
	double recall = (double)hits / tries, precision = (double)hits / (hits + wrong);
	print_message("recall %.3f precision %.3f\n", recall, precision);
	assert_true(recall >= 0.9);
	assert_true(precision >= 0.98);
}

static void test_time_window_and_ring(void **state)
{
	(void)state;
	wd_cleanup(wd_stories_freep) struct wd_stories *s = wd_stories_new(16, WD_DAY);
	struct text t;
	make_text(&t, false);
	struct wd_sketch k = sketch_of(&t, 0, PARAGRAPHS, "x", 0);
	wd_stories_add(s, &k, 7, WD_DAY);
	assert_int_equal(wd_stories_find(s, &k, WD_DAY + WD_HOUR).story, 7);
	assert_int_equal(wd_stories_find(s, &k, WD_DAY + WD_HOUR).first_seen_us, WD_DAY);
	assert_int_equal(wd_stories_find(s, &k, 2 * WD_DAY + WD_HOUR).story, 0); /* too long ago */
	for (unsigned i = 0; i < 16; i++) {                                      /* pushes it out */
		struct text other;
		make_text(&other, false);
		struct wd_sketch o = sketch_of(&other, 0, PARAGRAPHS, "y", 0);
		wd_stories_add(s, &o, 100 + i, WD_DAY);
	}
	assert_int_equal(wd_stories_count(s), 16);
	assert_int_equal(wd_stories_find(s, &k, WD_DAY).story, 0);
}

static void test_short_texts_match_nothing(void **state)
{
	(void)state;
	wd_cleanup(wd_stories_freep) struct wd_stories *s = wd_stories_new(100, WD_DAY);
	struct wd_sketch k = wd_sketch_make(WD_STR("Follow us on social media."));
	assert_int_equal(k.size, 0);
	wd_stories_add(s, &k, 1, 0);
	assert_int_equal(wd_stories_count(s), 0);
	assert_int_equal(wd_stories_find(s, &k, 0).story, 0);
	k = wd_sketch_make(WD_STR_NONE);
	assert_int_equal(k.size, 0);
}

static void test_memory_and_packing(void **state)
{
	(void)state;
	wd_cleanup(wd_stories_freep) struct wd_stories *s = wd_stories_new(100000, WD_DAY);
	assert_true(wd_stories_memory(s) < 100 * 100000);
	struct text t;
	make_text(&t, true);
	struct wd_sketch k = sketch_of(&t, 0, PARAGRAPHS, "x", 0), back;
	unsigned char blob[WD_SKETCH_BLOB];
	wd_sketch_pack(&k, blob);
	assert_int_equal(
		wd_sketch_unpack((struct wd_str){(const char *)blob, sizeof(blob)}, &back), WD_OK);
	assert_memory_equal(k.sig, back.sig, sizeof(k.sig));
	assert_memory_equal(k.band, back.band, sizeof(k.band));
	assert_int_equal(k.size, back.size);
	assert_int_equal(
		wd_sketch_unpack((struct wd_str){(const char *)blob, 3}, &back), WD_E_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reprints_are_found_and_others_are_not),
		cmocka_unit_test(test_time_window_and_ring),
		cmocka_unit_test(test_short_texts_match_nothing),
		cmocka_unit_test(test_memory_and_packing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
