/* Charset on any bytes: what comes out is valid UTF-8 without a BOM, and clean UTF-8 is untouched.
 * The first byte chooses kind and label. */
#include "base/utf8.h"
#include "parsers/charset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = {"", "text/xml; charset=euc-kr",
		"text/xml; charset=\"utf-8\"", "a/b; charset=iso-2022-jp",
		"x;charset='windows-1252'", "charset=gb18030", "text/html; charset=Shift_JIS",
		"text/xml;charset=utf-16"};
	if (size == 0)
		return 0;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(64 << 20);
	struct wd_str in = {(const char *)data + 1, size - 1};
	struct wd_charset_result r;
	struct wd_err err;
	bool bom = wd_str_starts(in, WD_STR("\xEF\xBB\xBF"));
	const char *type = types[(data[0] >> 2) % WD_COUNTOF(types)];
	WD_ASSERT(a != NULL);
	int rc = wd_charset_decode(
		a, in, (enum wd_charset_kind)(data[0] & 3), wd_str_c(type), WD_STR_NONE, &r, &err);
	WD_ASSERT(rc == WD_OK);
	WD_ASSERT(wd_utf8_ok(r.text));
	WD_ASSERT(r.charset.n > 0 && r.source.n > 0);
	WD_ASSERT(!wd_str_starts(r.text, WD_STR("\xEF\xBB\xBF")));
	if (wd_str_eqc(r.charset, "utf-8") && wd_utf8_ok(in) && !bom)
		WD_ASSERT(wd_str_eq(r.text, in) && r.replaced == 0);
	return 0;
}
