/*
 * The repair layer on any bytes. Invariants: valid UTF-8 stays valid; the result is bounded by the
 * input; what it says it did not repair is byte for byte the input.
 */
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/repair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
	WD_ASSERT(out.n <= undone.n * 6 + 256);
	WD_ASSERT(log.n > 0 || wd_str_eq(out, undone));
	return 0;
}
