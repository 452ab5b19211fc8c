/*
 * The repair layer on any bytes. Invariants: valid UTF-8 stays valid; linear time; the result is
 * bounded by the input; what it says it did not repair is byte for byte the input, but for brackets
 * of tags that a sentence speaks of, which become references.
 */
#include <time.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/repair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The text with brackets for the references that stand for spoken ones. */
static struct wd_str with_brackets(struct wd_arena *a, struct wd_str s)
{
	char *o = wd_arena_bytes(a, s.n + 1);
	size_t n = 0;
	WD_ASSERT(o != NULL);
	for (size_t i = 0; i < s.n; i++) {
		struct wd_str rest = wd_str_from(s, i);
		static const char *const refs[][2] = {{"&#00060;", "<"}, {"&#00062;", ">"},
			{"&#65308;", "＜"}, {"&#65310;", "＞"}};
		size_t k = 0;
		while (k < WD_COUNTOF(refs) && !wd_str_starts(rest, wd_str_c(refs[k][0])))
			k++;
		if (k == WD_COUNTOF(refs)) {
			o[n++] = s.p[i];
			continue;
		}
		memcpy(o + n, refs[k][1], strlen(refs[k][1]));
		n += strlen(refs[k][1]);
		i += strlen(refs[k][0]) - 1;
	}
	return (struct wd_str){o, n};
}

static bool same(struct wd_arena *a, struct wd_str x, struct wd_str y)
{
	return wd_str_eq(with_brackets(a, x), with_brackets(a, y));
}

/* In plain text nothing goes: references apart it is the same. */
static void check_mentions(struct wd_arena *a, struct wd_str in)
{
	struct wd_str out = wd_repair_mentions(a, in);
	WD_ASSERT(wd_utf8_ok(out) && out.n <= in.n * 8 + 64);
	WD_ASSERT(same(a, out, in));
}

/* CPU time over the input again and again, up to `bytes`. */
static double cost(struct wd_str in, size_t bytes)
{
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_GIB);
	WD_ASSERT(a != NULL);
	char *p = wd_arena_bytes(a, bytes);
	WD_ASSERT(p != NULL);
	for (size_t i = 0; i < bytes; i++)
		p[i] = in.p[i % in.n];
	struct wd_str s = {p, bytes - bytes % in.n};
	clock_t start = clock();
	(void)wd_repair_mentions(a, s);
	(void)wd_repair_markup(a, s, "text", &(wd_repairs){0});
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

/* Eight times the bytes cost about eight times as much; asked of one input in 64. */
static void check_linear(struct wd_str in)
{
	enum { SMALL = 8192, TIMES = 8, SLACK = 4 };
	unsigned sum = 0;
	for (size_t i = 0; i < in.n; i++)
		sum = sum * 31 + (unsigned char)in.p[i];
	if (in.n < 2 || in.n > 4096 || sum % 64 != 0)
		return;
	double small = cost(in, SMALL), large = cost(in, (size_t)SMALL * TIMES);
	WD_ASSERT(large < 0.2 || large < small * TIMES * SLACK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wd_str in = {(const char *)data, size};
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MAX_ARTICLE_ARENA);
	if (a == NULL || size > WD_MIB || !wd_utf8_ok(in))
		return 0;
	wd_repairs log = {0};
	struct wd_str undone = wd_repair_mojibake(a, in, "text", &log);
	WD_ASSERT(wd_utf8_ok(undone) && undone.n <= in.n);
	WD_ASSERT(log.n > 0 || wd_str_eq(undone, in));
	log.n = 0;
	struct wd_str out = wd_repair_markup(a, undone, "text", &log);
	WD_ASSERT(wd_utf8_ok(out));
	WD_ASSERT(out.n <= undone.n * 8 + 256);
	WD_ASSERT(log.n > 0 || same(a, out, undone));
	check_mentions(a, undone);
	check_linear(in);
	return 0;
}
