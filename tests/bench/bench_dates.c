/*
 * Dates: microseconds for one date of each kind, MB/s for finding them in running text. Build with
 * -O2. Usage: bench_dates
 */
#include <stdio.h>

#include "base/clock.h"
#include "parsers/dates.h"

#define ROUNDS 200000
#define TEXT_BYTES ((size_t)4 << 20)

static const struct wd_date_opts opts = {.now_us = INT64_C(1755993600000000)};

static void one(const char *text)
{
	struct wd_date d;
	int read = 0;
	int64_t started_us = wd_clock_mono_us();
	for (int i = 0; i < ROUNDS; i++)
		read += wd_date_parse(wd_str_c(text), &opts, &d, NULL) == WD_OK;
	double us = (double)(wd_clock_mono_us() - started_us) / ROUNDS;
	(void)printf("%-45s %6.2f us%s\n", text, us, read == ROUNDS ? "" : " (refused)");
}

static void scan(const char *name, const char *sentence)
{
	static char text[TEXT_BYTES];
	size_t len = strlen(sentence), n = 0, at = 0;
	struct wd_date_hit hit;
	int hits = 0;
	for (; n + len <= sizeof(text); n += len)
		memcpy(text + n, sentence, len);
	int64_t started_us = wd_clock_mono_us();
	while (wd_date_scan((struct wd_str){text, n}, &at, &opts, &hit))
		hits++;
	double s = (double)(wd_clock_mono_us() - started_us) / 1e6;
	(void)printf("%-45s %6.2f MB/s, %d found\n", name, (double)n / 1e6 / s, hits);
}

int main(void)
{
	one("Sat, 23 Aug 2025 15:04:05 GMT");
	one("2025-08-23T15:04:05+09:00");
	one("Sat, 23 Aug 2025 15:04 EDT");
	one("2025년 8월 23일 오후 3:15");
	one("令和7年8月23日 午後3時15分");
	one("August 23, 2025 at 3:04 PM EDT");
	one("no date at all");
	scan("text, a date in every 120 bytes",
		"In the year the ferry to the islands ran again, the harbour master said on "
		"23 August 2025 that 12 of 30 ships had left. ");
	scan("text without dates", "The ferry to the islands ran again, and the harbour master, "
				   "who had said little, said that most of the ships had left. ");
	scan("text made of half dates", "2025 8/ 23 May ");
	return 0;
}
