#include "tests/unit/test.h"

#include "base/utf8.h"
#include "parsers/charset.h"

/* Bytes with zeros in them: the length comes from the literal. */
#define B(lit)                                                                                     \
	{                                                                                          \
		(lit), sizeof(lit) - 1                                                             \
	}

/* clang-format off */
static const struct {
	const char *name;
	struct wd_str bytes;
	enum wd_charset_kind kind;
	const char *content_type, *forced, *text, *charset, *source;
	size_t replaced;
	bool mislabelled;
} cases[] = {
	{"euc-kr declared", B("<?xml version=\"1.0\" encoding=\"euc-kr\"?><t>\xC7\xD1\xC0\xCF \xC1\xA4\xBB\xF3\xC8\xB8\xB4\xE3, \x8C""c\xB9\xE6\xB0\xA2\xC7\xCF</t>"), WD_CHARSET_XML, "", "", "<?xml version=\"1.0\" encoding=\"euc-kr\"?><t>\xED\x95\x9C\xEC\x9D\xBC \xEC\xA0\x95\xEC\x83\x81\xED\x9A\x8C\xEB\x8B\xB4, \xEB\x98\xA0\xEB\xB0\xA9\xEA\xB0\x81\xED\x95\x98</t>", "euc-kr", "declaration", 0, false},
	{"ks_c_5601-1987 declared", B("<?xml version=\"1.0\" encoding=\"KS_C_5601-1987\"?><t>\xC7\xD1\xC0\xCF \xC1\xA4\xBB\xF3\xC8\xB8\xB4\xE3, \x8C""c\xB9\xE6\xB0\xA2\xC7\xCF</t>"), WD_CHARSET_XML, "", "", "<?xml version=\"1.0\" encoding=\"KS_C_5601-1987\"?><t>\xED\x95\x9C\xEC\x9D\xBC \xEC\xA0\x95\xEC\x83\x81\xED\x9A\x8C\xEB\x8B\xB4, \xEB\x98\xA0\xEB\xB0\xA9\xEA\xB0\x81\xED\x95\x98</t>", "euc-kr", "declaration", 0, false},
	{"shift_jis declared", B("<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><t>\x90\xCE\x94j\x8E\xF1\x91\x8A\x82\xC6\x97\x9B\x91\xE5\x93\x9D\x97\xCC \x87@\x87U</t>"), WD_CHARSET_XML, "", "", "<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><t>\xE7\x9F\xB3\xE7\xA0\xB4\xE9\xA6\x96\xE7\x9B\xB8\xE3\x81\xA8\xE6\x9D\x8E\xE5\xA4\xA7\xE7\xB5\xB1\xE9\xA0\x98 \xE2\x91\xA0\xE2\x85\xA1</t>", "shift_jis", "declaration", 0, false},
	{"euc-jp declared", B("<?xml version=\"1.0\" encoding=\"EUC-JP\"?><t>\xC0\xD0\xC7\xCB\xBC\xF3\xC1\xEA\xA4\xC8\xCD\xFB\xC2\xE7\xC5\xFD\xCE\xCE</t>"), WD_CHARSET_XML, "", "", "<?xml version=\"1.0\" encoding=\"EUC-JP\"?><t>\xE7\x9F\xB3\xE7\xA0\xB4\xE9\xA6\x96\xE7\x9B\xB8\xE3\x81\xA8\xE6\x9D\x8E\xE5\xA4\xA7\xE7\xB5\xB1\xE9\xA0\x98</t>", "euc-jp", "declaration", 0, false},
	{"iso-2022-jp declared", B("<?xml version=\"1.0\" encoding=\"ISO-2022-JP\"?><t>\x1B$BF|4Z<sG>2qCL$r3+:E\x1B(B</t>"), WD_CHARSET_XML, "", "", "<?xml version=\"1.0\" encoding=\"ISO-2022-JP\"?><t>\xE6\x97\xA5\xE9\x9F\x93\xE9\xA6\x96\xE8\x84\xB3\xE4\xBC\x9A\xE8\xAB\x87\xE3\x82\x92\xE9\x96\x8B\xE5\x82\xAC</t>", "iso-2022-jp", "declaration", 0, false},
	{"gb2312 declared", B("<?xml version=\"1.0\" encoding=\"gb2312\"?><t>\xC8\xD5\xBA\xAB\xCA\xD7\xC4\xD4\xBB\xE1\xCC\xB8 \xD6\xEC\xE9""F\xBB\xF9</t>"), WD_CHARSET_XML, "", "", "<?xml version=\"1.0\" encoding=\"gb2312\"?><t>\xE6\x97\xA5\xE9\x9F\xA9\xE9\xA6\x96\xE8\x84\x91\xE4\xBC\x9A\xE8\xB0\x88 \xE6\x9C\xB1\xE9\x95\x95\xE5\x9F\xBA</t>", "gb2312", "declaration", 0, false},
	{"big5 declared", B("<?xml version=\"1.0\" encoding=\"Big5\"?><t>\xA4\xE9\xC1\xFA\xBB\xE2\xB3S\xB7|\xBD\xCD</t>"), WD_CHARSET_XML, "", "", "<?xml version=\"1.0\" encoding=\"Big5\"?><t>\xE6\x97\xA5\xE9\x9F\x93\xE9\xA0\x98\xE8\xA2\x96\xE6\x9C\x83\xE8\xAB\x87</t>", "big5", "declaration", 0, false},
	{"koi8-r declared", B("<?xml version=\"1.0\" encoding=\"koi8-r\"?><t>\xF3\xC1\xCD\xCD\xC9\xD4</t>"), WD_CHARSET_XML, "", "", "<?xml version=\"1.0\" encoding=\"koi8-r\"?><t>\xD0\xA1\xD0\xB0\xD0\xBC\xD0\xBC\xD0\xB8\xD1\x82</t>", "koi8-r", "declaration", 0, false},
	{"windows-1251 declared", B("<?xml version=\"1.0\" encoding=\"windows-1251\"?><t>\xD1\xE0\xEC\xEC\xE8\xF2</t>"), WD_CHARSET_XML, "", "", "<?xml version=\"1.0\" encoding=\"windows-1251\"?><t>\xD0\xA1\xD0\xB0\xD0\xBC\xD0\xBC\xD0\xB8\xD1\x82</t>", "windows-1251", "declaration", 0, false},
	{"iso-8859-1 declared", B("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><t>\x93""Caf\xE9\x94</t>"), WD_CHARSET_XML, "", "", "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><t>\xE2\x80\x9C""Caf\xC3\xA9\xE2\x80\x9D</t>", "iso-8859-1", "declaration", 0, false},
	{"header only", B("<t>\xC7\xD1\xC0\xCF \xC1\xA4\xBB\xF3\xC8\xB8\xB4\xE3, \x8C""c\xB9\xE6\xB0\xA2\xC7\xCF</t>"), WD_CHARSET_XML, "text/xml; charset=euc-kr", "", "<t>\xED\x95\x9C\xEC\x9D\xBC \xEC\xA0\x95\xEC\x83\x81\xED\x9A\x8C\xEB\x8B\xB4, \xEB\x98\xA0\xEB\xB0\xA9\xEA\xB0\x81\xED\x95\x98</t>", "euc-kr", "http", 0, false},
	{"header in quotes", B("<t>\xC7\xD1\xC0\xCF \xC1\xA4\xBB\xF3\xC8\xB8\xB4\xE3, \x8C""c\xB9\xE6\xB0\xA2\xC7\xCF</t>"), WD_CHARSET_XML, "text/xml;charset= 'EUC-KR'", "", "<t>\xED\x95\x9C\xEC\x9D\xBC \xEC\xA0\x95\xEC\x83\x81\xED\x9A\x8C\xEB\x8B\xB4, \xEB\x98\xA0\xEB\xB0\xA9\xEA\xB0\x81\xED\x95\x98</t>", "euc-kr", "http", 0, false},
	{"header over declaration", B("<?xml version=\"1.0\" encoding=\"utf-8\"?><t>\xC7\xD1\xC0\xCF \xC1\xA4\xBB\xF3\xC8\xB8\xB4\xE3, \x8C""c\xB9\xE6\xB0\xA2\xC7\xCF</t>"), WD_CHARSET_XML, "text/xml; charset=cp949", "", "<?xml version=\"1.0\" encoding=\"utf-8\"?><t>\xED\x95\x9C\xEC\x9D\xBC \xEC\xA0\x95\xEC\x83\x81\xED\x9A\x8C\xEB\x8B\xB4, \xEB\x98\xA0\xEB\xB0\xA9\xEA\xB0\x81\xED\x95\x98</t>", "euc-kr", "http", 0, false},
	{"utf-8 called latin-1", B("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><t>Caf\xC3\xA9 \xED\x95\x9C\xEA\xB5\xAD</t>"), WD_CHARSET_XML, "", "", "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><t>Caf\xC3\xA9 \xED\x95\x9C\xEA\xB5\xAD</t>", "utf-8", "content", 0, true},
	{"utf-8 called euc-kr", B("<?xml version=\"1.0\" encoding=\"euc-kr\"?><t>\xED\x95\x9C\xEA\xB5\xAD \xEC\xA0\x95\xEC\x83\x81\xED\x9A\x8C\xEB\x8B\xB4</t>"), WD_CHARSET_XML, "", "", "<?xml version=\"1.0\" encoding=\"euc-kr\"?><t>\xED\x95\x9C\xEA\xB5\xAD \xEC\xA0\x95\xEC\x83\x81\xED\x9A\x8C\xEB\x8B\xB4</t>", "utf-8", "content", 0, true},
	{"one euc-kr pair that is also utf-8", B("<?xml version=\"1.0\" encoding=\"euc-kr\"?><t>\xC2\xA6</t>"), WD_CHARSET_XML, "", "", "<?xml version=\"1.0\" encoding=\"euc-kr\"?><t>\xEC\xA7\x9D</t>", "euc-kr", "declaration", 0, false},
	{"euc-kr called utf-8", B("<?xml version=\"1.0\" encoding=\"utf-8\"?><t>\xC7\xD1\xC0\xCF \xC1\xA4\xBB\xF3\xC8\xB8\xB4\xE3\xC0\xCC \xB5\xB5\xC4\xEC\xBF\xA1\xBC\xAD \xBF\xAD\xB7\xC8\xB4\xD9. \xB4\xEB\xC5\xEB\xB7\xC9\xBD\xC7\xC0\xBA \xBF\xC0\xB4\xC3 \xC0\xCC\xB0\xB0\xC0\xCC \xB9\xE0\xC7\xFB\xB4\xD9</t>"), WD_CHARSET_XML, "", "", "<?xml version=\"1.0\" encoding=\"utf-8\"?><t>\xED\x95\x9C\xEC\x9D\xBC \xEC\xA0\x95\xEC\x83\x81\xED\x9A\x8C\xEB\x8B\xB4\xEC\x9D\xB4 \xEB\x8F\x84\xEC\xBF\x84\xEC\x97\x90\xEC\x84\x9C \xEC\x97\xB4\xEB\xA0\xB8\xEB\x8B\xA4. \xEB\x8C\x80\xED\x86\xB5\xEB\xA0\xB9\xEC\x8B\xA4\xEC\x9D\x80 \xEC\x98\xA4\xEB\x8A\x98 \xEC\x9D\xB4\xEA\xB0\x99\xEC\x9D\xB4 \xEB\xB0\x9D\xED\x98\x94\xEB\x8B\xA4</t>", "euc-kr", "content", 0, true},
	{"bom", B("\xEF\xBB\xBF<a>\xC3\xA9</a>"), WD_CHARSET_XML, "", "", "<a>\xC3\xA9</a>", "utf-8", "bom", 0, false},
	{"two boms", B("\xEF\xBB\xBF\xEF\xBB\xBF<a/>"), WD_CHARSET_XML, "", "", "<a/>", "utf-8", "bom", 0, false},
	{"bom over header", B("\xEF\xBB\xBF<a>\xC3\xA9</a>"), WD_CHARSET_XML, "text/xml; charset=iso-8859-1", "", "<a>\xC3\xA9</a>", "utf-8", "bom", 0, false},
	{"utf-16le without bom", B("<\x00r\x00s\x00s\x00 \x00v\x00""e\x00r\x00s\x00i\x00o\x00n\x00=\x00\"\x00""2\x00.\x00""0\x00\"\x00>\x00\\\xD5|\xC7<\x00/\x00r\x00s\x00s\x00>\x00"), WD_CHARSET_XML, "", "", "<rss version=\"2.0\">\xED\x95\x9C\xEC\x9D\xBC</rss>", "utf-16le", "content", 0, false},
	{"utf-16le with bom", B("\xFF\xFE<\x00r\x00s\x00s\x00 \x00v\x00""e\x00r\x00s\x00i\x00o\x00n\x00=\x00\"\x00""2\x00.\x00""0\x00\"\x00>\x00\\\xD5|\xC7<\x00/\x00r\x00s\x00s\x00>\x00"), WD_CHARSET_XML, "", "", "<rss version=\"2.0\">\xED\x95\x9C\xEC\x9D\xBC</rss>", "utf-16le", "bom", 0, false},
	{"utf-16be without bom", B("\x00<\x00r\x00s\x00s\x00 \x00v\x00""e\x00r\x00s\x00i\x00o\x00n\x00=\x00\"\x00""2\x00.\x00""0\x00\"\x00>\xD5\\\xC7|\x00<\x00/\x00r\x00s\x00s\x00>"), WD_CHARSET_XML, "", "", "<rss version=\"2.0\">\xED\x95\x9C\xEC\x9D\xBC</rss>", "utf-16be", "content", 0, false},
	{"utf-16be with bom", B("\xFE\xFF\x00<\x00r\x00s\x00s\x00 \x00v\x00""e\x00r\x00s\x00i\x00o\x00n\x00=\x00\"\x00""2\x00.\x00""0\x00\"\x00>\xD5\\\xC7|\x00<\x00/\x00r\x00s\x00s\x00>"), WD_CHARSET_XML, "", "", "<rss version=\"2.0\">\xED\x95\x9C\xEC\x9D\xBC</rss>", "utf-16be", "bom", 0, false},
	{"utf-32le without bom", B("<\x00\x00\x00r\x00\x00\x00s\x00\x00\x00s\x00\x00\x00 \x00\x00\x00v\x00\x00\x00""e\x00\x00\x00r\x00\x00\x00s\x00\x00\x00i\x00\x00\x00o\x00\x00\x00n\x00\x00\x00=\x00\x00\x00\"\x00\x00\x00""2\x00\x00\x00.\x00\x00\x00""0\x00\x00\x00\"\x00\x00\x00>\x00\x00\x00\\\xD5\x00\x00|\xC7\x00\x00<\x00\x00\x00/\x00\x00\x00r\x00\x00\x00s\x00\x00\x00s\x00\x00\x00>\x00\x00\x00"), WD_CHARSET_XML, "", "", "<rss version=\"2.0\">\xED\x95\x9C\xEC\x9D\xBC</rss>", "utf-32le", "content", 0, false},
	{"utf-32le with bom", B("\xFF\xFE\x00\x00<\x00\x00\x00r\x00\x00\x00s\x00\x00\x00s\x00\x00\x00 \x00\x00\x00v\x00\x00\x00""e\x00\x00\x00r\x00\x00\x00s\x00\x00\x00i\x00\x00\x00o\x00\x00\x00n\x00\x00\x00=\x00\x00\x00\"\x00\x00\x00""2\x00\x00\x00.\x00\x00\x00""0\x00\x00\x00\"\x00\x00\x00>\x00\x00\x00\\\xD5\x00\x00|\xC7\x00\x00<\x00\x00\x00/\x00\x00\x00r\x00\x00\x00s\x00\x00\x00s\x00\x00\x00>\x00\x00\x00"), WD_CHARSET_XML, "", "", "<rss version=\"2.0\">\xED\x95\x9C\xEC\x9D\xBC</rss>", "utf-32le", "bom", 0, false},
	{"utf-32be without bom", B("\x00\x00\x00<\x00\x00\x00r\x00\x00\x00s\x00\x00\x00s\x00\x00\x00 \x00\x00\x00v\x00\x00\x00""e\x00\x00\x00r\x00\x00\x00s\x00\x00\x00i\x00\x00\x00o\x00\x00\x00n\x00\x00\x00=\x00\x00\x00\"\x00\x00\x00""2\x00\x00\x00.\x00\x00\x00""0\x00\x00\x00\"\x00\x00\x00>\x00\x00\xD5\\\x00\x00\xC7|\x00\x00\x00<\x00\x00\x00/\x00\x00\x00r\x00\x00\x00s\x00\x00\x00s\x00\x00\x00>"), WD_CHARSET_XML, "", "", "<rss version=\"2.0\">\xED\x95\x9C\xEC\x9D\xBC</rss>", "utf-32be", "content", 0, false},
	{"utf-32be with bom", B("\x00\x00\xFE\xFF\x00\x00\x00<\x00\x00\x00r\x00\x00\x00s\x00\x00\x00s\x00\x00\x00 \x00\x00\x00v\x00\x00\x00""e\x00\x00\x00r\x00\x00\x00s\x00\x00\x00i\x00\x00\x00o\x00\x00\x00n\x00\x00\x00=\x00\x00\x00\"\x00\x00\x00""2\x00\x00\x00.\x00\x00\x00""0\x00\x00\x00\"\x00\x00\x00>\x00\x00\xD5\\\x00\x00\xC7|\x00\x00\x00<\x00\x00\x00/\x00\x00\x00r\x00\x00\x00s\x00\x00\x00s\x00\x00\x00>"), WD_CHARSET_XML, "", "", "<rss version=\"2.0\">\xED\x95\x9C\xEC\x9D\xBC</rss>", "utf-32be", "bom", 0, false},
	{"ascii keeps its label", B("<a/>"), WD_CHARSET_XML, "application/atom+xml;charset='us-ascii'", "", "<a/>", "us-ascii", "http", 0, false},
	{"ascii without label", B("<a/>"), WD_CHARSET_XML, "", "", "<a/>", "utf-8", "default", 0, false},
	{"one cut character among good ones", B("\xED\x95\x9C\xEA\xB5\xAD \xED\x95< \xEC\x9D\xBC\xEB\xB3\xB8"), WD_CHARSET_XML, "", "", "\xED\x95\x9C\xEA\xB5\xAD \xEF\xBF\xBD\xEF\xBF\xBD< \xEC\x9D\xBC\xEB\xB3\xB8", "utf-8", "content", 2, false},
	{"pasted quote among good ones", B("\xED\x95\x9C\xEA\xB5\xAD \"it\x92s\" \xEC\x9D\xBC\xEB\xB3\xB8"), WD_CHARSET_XML, "", "", "\xED\x95\x9C\xEA\xB5\xAD \"it\xE2\x80\x99s\" \xEC\x9D\xBC\xEB\xB3\xB8", "utf-8", "content", 1, false},
	{"latin-1 byte in what is called utf-8", B("<?xml version=\"1.0\" encoding=\"UTF-8\"?><t>Caf\xE9 summit</t>"), WD_CHARSET_XML, "", "", "<?xml version=\"1.0\" encoding=\"UTF-8\"?><t>Caf\xC3\xA9 summit</t>", "windows-1252", "default", 0, true},
	{"forced", B("\xC7\xD1"), WD_CHARSET_XML, "text/xml; charset=utf-8", "cp949", "\xED\x95\x9C", "euc-kr", "forced", 0, false},
	{"meta", B("<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=euc-kr\"><title>\xC7\xD1\xB1\xB9</title>"), WD_CHARSET_HTML, "", "", "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=euc-kr\"><title>\xED\x95\x9C\xEA\xB5\xAD</title>", "euc-kr", "meta", 0, false},
	{"unknown label", B("<?xml version=\"1.0\" encoding=\"x-foo\"?><a>\xC3\xA9</a>"), WD_CHARSET_XML, "", "", "<?xml version=\"1.0\" encoding=\"x-foo\"?><a>\xC3\xA9</a>", "utf-8", "content", 0, false},
	{"utf-16 label on bytes that are not", B("<?xml version=\"1.0\" encoding=\"utf-16\"?><a>\xC3\xA9</a>"), WD_CHARSET_XML, "", "", "<?xml version=\"1.0\" encoding=\"utf-16\"?><a>\xC3\xA9</a>", "utf-8", "content", 0, true},
	{"single bad byte in euc-kr", B("<?xml version=\"1.0\" encoding=\"euc-kr\"?><t>\xC7\xD1\xC0\xCF \xC1\xA4\xBB\xF3\xC8\xB8\xB4\xE3, \x8C""c\xB9\xE6\xB0\xA2\xC7\xCF</t>\xFF<b/>"), WD_CHARSET_XML, "", "", "<?xml version=\"1.0\" encoding=\"euc-kr\"?><t>\xED\x95\x9C\xEC\x9D\xBC \xEC\xA0\x95\xEC\x83\x81\xED\x9A\x8C\xEB\x8B\xB4, \xEB\x98\xA0\xEB\xB0\xA9\xEA\xB0\x81\xED\x95\x98</t>\xEF\xBF\xBD<b/>", "euc-kr", "declaration", 1, false},
};
/* clang-format on */

static void test_decode(void **state)
{
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
		struct wd_charset_result r;
		struct wd_err err;
		int rc = wd_charset_decode(a, cases[i].bytes, cases[i].kind,
			wd_str_c(cases[i].content_type), wd_str_c(cases[i].forced), &r, &err);
		if (rc != WD_OK)
			fail_msg("%s: %s", cases[i].name, err.text);
		if (!wd_str_eqc(r.text, cases[i].text))
			fail_msg("%s: text '%.*s' as %.*s, want '%s'", cases[i].name,
				WD_STR_ARG(r.text), WD_STR_ARG(r.charset), cases[i].text);
		if (!wd_str_eqc(r.charset, cases[i].charset) ||
			!wd_str_eqc(r.source, cases[i].source) || r.replaced != cases[i].replaced ||
			r.mislabelled != cases[i].mislabelled)
			fail_msg("%s: %.*s by %.*s, %zu replaced, mislabelled %d", cases[i].name,
				WD_STR_ARG(r.charset), WD_STR_ARG(r.source), r.replaced,
				r.mislabelled);
		assert_true(wd_utf8_ok(r.text));
	}
}

static void test_unknown_forced(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	struct wd_charset_result r;
	struct wd_err err;
	assert_int_equal(wd_charset_decode(a, WD_STR("x"), WD_CHARSET_XML, WD_STR_NONE,
				 WD_STR("klingon"), &r, &err),
		WD_E_UNSUPPORTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_unknown_forced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
