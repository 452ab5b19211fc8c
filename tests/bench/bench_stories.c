/*
 * Near-duplicates: CPU time and memory per article (sketch; find and add) with 10,000, 100,000 and
 * 1,000,000 remembered articles. Articles are 400 words drawn from a vocabulary of 20,000; every
 * tenth looked for is a copy.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "desk/stories.h"

#define WORDS 400
#define TIMED 20000

static uint64_t seed = 1;

static uint32_t pick(uint32_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

static double now(void)
{
	struct timespec ts;
	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static struct wd_str text_of(uint64_t number, char *buf, size_t cap)
{
	size_t n = 0;
	seed = number * 7919 + 1;
	for (int i = 0; i < WORDS; i++)
		n += (size_t)snprintf(buf + n, cap - n, "w%u ", pick(20000));
	return (struct wd_str){buf, n};
}

/* Random sketches fill the index as well as real ones, and faster. */
static struct wd_sketch random_sketch(void)
{
	struct wd_sketch k = {.size = 90};
	for (size_t i = 0; i < WD_SKETCH_BANDS; i++)
		k.band[i] = pick(1u << 31) / 400; /* a minimum of 400 values */
	for (size_t i = 0; i < WD_SKETCH_MINS; i++)
		k.sig[i] = i < WD_SKETCH_BANDS ? (uint8_t)k.band[i] : (uint8_t)pick(256);
	return k;
}

static void measure(size_t remembered)
{
	static char buf[WORDS * 8];
	wd_cleanup(wd_stories_freep) struct wd_stories *s = wd_stories_new(remembered, WD_DAY);
	size_t found = 0;
	double sketching = 0, finding = 0;
	if (s == NULL)
		return;
	for (size_t i = 0; i < remembered; i++) {
		struct wd_sketch k = random_sketch();
		wd_stories_add(s, &k, i + 1, 0);
	}
	for (uint64_t i = 0; i < TIMED; i++) {
		struct wd_str text = text_of(i % 10 == 9 ? i - 1 : i, buf, sizeof(buf));
		double a = now();
		struct wd_sketch k = wd_sketch_make(text);
		double b = now();
		struct wd_story_hit hit = wd_stories_find(s, &k, 0);
		wd_stories_add(s, &k, hit.story != 0 ? hit.story : remembered + i, 0);
		double c = now();
		sketching += b - a;
		finding += c - b;
		found += hit.story != 0;
	}
	(void)printf(
		"%8zu remembered: sketch %5.1f us, find and add %5.2f us, %.1f bytes an article, "
		"%zu of %d copies found\n",
		remembered, sketching / TIMED, finding / TIMED,
		(double)wd_stories_memory(s) / (double)remembered, found, TIMED / 10);
}

int main(void)
{
	measure(10000);
	measure(100000);
	measure(1000000);
	return EXIT_SUCCESS;
}
