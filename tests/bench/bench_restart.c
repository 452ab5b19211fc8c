/*
 * Makes a store that remembers many articles, by the daemon's own store functions:
 *
 *   bench_restart FOLDER ARTICLES
 *
 * Each article has what one read from a feed leaves: its record, three keys, a version's texts, the
 * feed that carried it and a sketch for near-duplicates.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"
#include "desk/store.h"
#include "desk/stories.h"

#define GROUP 5000
#define RECORD 600

static struct wd_hash some_hash(uint64_t i, uint64_t what)
{
	uint64_t x[2] = {i, what};
	return wd_hash_bytes((struct wd_str){(const char *)x, sizeof(x)});
}

static int remember(struct wd_store *s, uint64_t i, int64_t now_us, struct wd_err *err)
{
	static const char text[RECORD] = "as long as the texts of a short report";
	char sketch[WD_SKETCH_BLOB];
	struct wd_hash noise = some_hash(i, 9);
	for (size_t at = 0; at < sizeof(sketch); at++) {
		if (at % 8 == 0)
			noise = some_hash(noise.lo, at);
		sketch[at] = (char)(noise.lo >> at % 8 * 8);
	}
	struct wd_store_article art = {.id = some_hash(i, 0),
		.content = some_hash(i, 1),
		.first_seen_us = now_us,
		.last_seen_us = now_us,
		.version = 1};
	int r = wd_store_article_put(s, &art, err);
	for (uint64_t k = 2; k < 5 && r == WD_OK; k++)
		r = wd_store_key_put(s, some_hash(i, k), art.row, err);
	if (r == WD_OK)
		r = wd_store_version_put(
			s, art.row, 1, (struct wd_str){text, sizeof(text)}, 3, err);
	if (r == WD_OK)
		r = wd_store_carried_put(
			s, art.row, 1, WD_STR("https://x.example/feed"), art.id, err);
	struct wd_store_story story = {.article = art.row,
		.story = some_hash(i, 5).lo,
		.similarity = 1,
		.first_seen_us = now_us,
		.seen_us = now_us,
		.sketch = {sketch, sizeof(sketch)}};
	return r == WD_OK ? wd_store_story_put(s, &story, err) : r;
}

int main(int argc, char **argv)
{
	uint64_t n = 0;
	struct wd_store *s = NULL;
	struct wd_err err = {0};
	if (argc != 3 || wd_str_to_u64(wd_str_c(argv[2]), 1, 100000000, &n) != WD_OK) {
		(void)fprintf(stderr, "usage: bench_restart FOLDER ARTICLES\n");
		return 2;
	}
	struct wd_store_opts opts = {.dir = argv[1], .no_sync = true};
	int64_t now_us = wd_clock_now_us();
	int r = wd_store_open(&opts, &s, &err);
	for (uint64_t i = 0; i < n && r == WD_OK; i++) {
		if (i % GROUP == 0)
			r = wd_store_begin(s, &err);
		if (r == WD_OK)
			r = remember(s, i, now_us, &err);
		if (r == WD_OK && (i % GROUP == GROUP - 1 || i == n - 1))
			r = wd_store_commit(s, &err);
	}
	wd_store_close(s);
	if (r != WD_OK)
		(void)fprintf(stderr, "bench_restart: %s\n", err.text);
	return r == WD_OK ? 0 : 1;
}
