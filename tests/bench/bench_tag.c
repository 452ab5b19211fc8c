/*
 * Phrase matching: MB/s of the automaton alone and with folding, for 100, 5,000 and 50,000 phrases
 * over the same text, in one run, CPU time, three rounds in turns. Phrases and text are made from a
 * seeded generator out of syllables of three scripts; one word in twenty of the text is a phrase.
 *
 * usage: bench_tag [MEGABYTES [FILE]]; FILE is text to repeat in place of the generated one, which
 * is the hard case: all its words are made of the syllables that the phrases are made of
 */
#include <stdio.h>
#include <time.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/utf8.h"
#include "taggers/phrases.h"

static uint64_t seed = 1;

static uint32_t pick(uint32_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

static void put_cp(struct wd_buf *b, uint32_t cp)
{
	char c[4];
	size_t n = wd_utf8_put(cp, c);
	wd_buf_add(b, (struct wd_str){c, n});
}

static void put_word(struct wd_buf *b, unsigned script)
{
	static const char *const syl[] = {"ka", "ro", "shi", "ter", "min", "lo", "an", "de", "su",
		"ver", "na", "tion", "pre", "sen", "gu", "be", "mar", "ish"};
	unsigned n = 2 + pick(3);
	for (unsigned i = 0; i < n; i++) {
		if (script == 0)
			wd_buf_addc(b, syl[pick(WD_COUNTOF(syl))]);
		else if (script == 1)
			put_cp(b, 0xac00 + pick(800) * 14);
		else
			put_cp(b, 0x4e00 + pick(2500));
	}
}

static void put_phrase(struct wd_buf *b, unsigned i)
{
	uint64_t was = seed;
	seed = i * UINT64_C(7919) + 17;
	(void)pick(2);
	unsigned script = i % 3;
	put_word(b, script);
	if (script < 2)
		wd_buf_putc(b, ' ');
	put_word(b, script);
	seed = was;
}

static void make_text(struct wd_buf *b, size_t bytes)
{
	seed = 42;
	while (b->n < bytes) {
		/* A third of the bytes in each script, as a mixed wire has them. */
		unsigned script = pick(9) < 5 ? 0 : 1 + pick(2);
		for (unsigned w = 0; w < 12; w++) {
			if (pick(20) == 0)
				put_phrase(b, pick(50000));
			else
				put_word(b, script);
			wd_buf_addc(b, script == 2 ? "" : " ");
		}
		wd_buf_addc(b, script == 2 ? "。\n" : ".\n");
	}
}

/* CPU time: other processes on the machine do not count. */
static int64_t cpu_us(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static double seconds(int64_t from_us)
{
	return (double)(cpu_us() - from_us) / 1e6;
}

static int run(const struct wd_fold *f, struct wd_str text, unsigned phrases)
{
	wd_cleanup(wd_arena_freep) struct wd_arena *pa = wd_arena_new((size_t)1 << 30);
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new((size_t)1 << 30);
	struct wd_err err = {0};
	int64_t t = cpu_us();
	struct wd_phrases *p = wd_phrases_new(pa, f);
	struct wd_buf one;
	wd_buf_init(&one, 4096);
	for (unsigned i = 0; i < phrases; i++) {
		wd_buf_reset(&one);
		put_phrase(&one, i);
		if (wd_phrases_add(p, wd_buf_str(&one), 0, i, &err) != WD_OK) {
			(void)fprintf(stderr, "%s\n", err.text);
			return 1;
		}
	}
	wd_buf_done(&one);
	if (wd_phrases_build(p, &err) != WD_OK) {
		(void)fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	double load = seconds(t), fold = 0, scan = 0;
	size_t hits = 0, done = 0;
	const size_t piece = 64 << 10;
	while (done < text.n) {
		struct wd_str part = wd_utf8_cut(wd_str_from(text, done), piece);
		wd_arena_reset(a);
		struct wd_folded d;
		wd_phrase_hits h = {0};
		t = cpu_us();
		if (wd_fold_text(f, a, part, &d) != WD_OK)
			return 1;
		fold += seconds(t);
		t = cpu_us();
		if (wd_phrases_scan(p, &d, a, &h) != WD_OK)
			return 1;
		scan += seconds(t);
		hits += h.n;
		done += part.n;
	}
	double mb = (double)text.n / 1e6;
	(void)printf("%8u %9.3f %9zu %9.1f %12.1f %12.1f %10.2f %9zu\n", phrases, load,
		wd_phrases_states(p), (double)wd_phrases_bytes(p) / 1e6, mb / scan,
		mb / (scan + fold), 1e3 * (scan + fold) / mb, hits);
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t mb = 32;
	if (argc > 1 && wd_str_to_u64(wd_str_c(argv[1]), 1, 1024, &mb) != WD_OK)
		return 2;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(64 << 20);
	struct wd_fold *f;
	struct wd_err err = {0};
	if (wd_fold_new(a, WD_STR(""), &f, &err) != WD_OK)
		return 1;
	struct wd_buf text;
	wd_buf_init(&text, (size_t)mb * 1000000 + 65536);
	struct wd_str real = {0};
	if (argc > 2 && wd_file_read(argv[2], (size_t)64 << 20, &real, &err) != WD_OK) {
		(void)fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	while (real.n > 0 && wd_utf8_ok(real) && text.n + real.n <= (size_t)mb * 1000000)
		wd_buf_add(&text, real);
	if (text.n == 0)
		make_text(&text, (size_t)mb * 1000000);
	free(wd_unconst(real.p));
	(void)printf("%8s %9s %9s %9s %12s %12s %10s %9s\n", "phrases", "load s", "states", "MB",
		"scan MB/s", "total MB/s", "ms/MB", "hits");
	int rc = 0;
	static const unsigned sizes[] = {100, 5000, 50000};
	for (size_t i = 0; i < 3 * WD_COUNTOF(sizes) && rc == 0; i++)
		rc = run(f, wd_buf_str(&text), sizes[i % WD_COUNTOF(sizes)]);
	wd_buf_done(&text);
	return rc;
}
