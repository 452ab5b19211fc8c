#include "parsers/charset_names.h"

#include <stdio.h>
#include <string.h>

static const struct charset charsets[] = {
	{"utf-8", "UTF-8", NULL, K_UTF8},
	{"us-ascii", "CP1252", NULL, K_ASCII},
	{"utf-16", "UTF-16LE", NULL, K_WIDE},
	{"utf-16le", "UTF-16LE", NULL, K_WIDE},
	{"utf-16be", "UTF-16BE", NULL, K_WIDE},
	{"utf-32", "UTF-32LE", NULL, K_WIDE},
	{"utf-32le", "UTF-32LE", NULL, K_WIDE},
	{"utf-32be", "UTF-32BE", NULL, K_WIDE},
	{"windows-1250", "CP1250", NULL, K_SINGLE},
	{"windows-1251", "CP1251", NULL, K_SINGLE},
	{"windows-1252", "CP1252", NULL, K_SINGLE},
	{"windows-1253", "CP1253", NULL, K_SINGLE},
	{"windows-1254", "CP1254", NULL, K_SINGLE},
	{"windows-1255", "CP1255", NULL, K_SINGLE},
	{"windows-1256", "CP1256", NULL, K_SINGLE},
	{"windows-1257", "CP1257", NULL, K_SINGLE},
	{"windows-1258", "CP1258", NULL, K_SINGLE},
	{"windows-874", "CP874", NULL, K_SINGLE},
	{"iso-8859-1", "CP1252", NULL, K_SINGLE}, /* as everybody reads it */
	{"iso-8859-2", "ISO-8859-2", NULL, K_SINGLE},
	{"iso-8859-3", "ISO-8859-3", NULL, K_SINGLE},
	{"iso-8859-4", "ISO-8859-4", NULL, K_SINGLE},
	{"iso-8859-5", "ISO-8859-5", NULL, K_SINGLE},
	{"iso-8859-6", "ISO-8859-6", NULL, K_SINGLE},
	{"iso-8859-7", "ISO-8859-7", NULL, K_SINGLE},
	{"iso-8859-8", "ISO-8859-8", NULL, K_SINGLE},
	{"iso-8859-9", "CP1254", NULL, K_SINGLE},
	{"iso-8859-10", "ISO-8859-10", NULL, K_SINGLE},
	{"iso-8859-11", "CP874", NULL, K_SINGLE},
	{"iso-8859-13", "ISO-8859-13", NULL, K_SINGLE},
	{"iso-8859-14", "ISO-8859-14", NULL, K_SINGLE},
	{"iso-8859-15", "ISO-8859-15", NULL, K_SINGLE},
	{"iso-8859-16", "ISO-8859-16", NULL, K_SINGLE},
	{"tis-620", "CP874", NULL, K_SINGLE},
	{"koi8-r", "KOI8-R", NULL, K_SINGLE},
	{"koi8-u", "KOI8-U", NULL, K_SINGLE},
	{"ibm866", "IBM866", NULL, K_SINGLE},
	{"ibm437", "IBM437", NULL, K_SINGLE},
	{"ibm850", "IBM850", NULL, K_SINGLE},
	{"macintosh", "MACINTOSH", NULL, K_SINGLE},
	{"x-mac-cyrillic", "MAC-CYRILLIC", NULL, K_SINGLE},
	{"x-mac-ce", "MAC-CENTRALEUROPE", NULL, K_SINGLE},
	{"x-mac-icelandic", "MAC-IS", NULL, K_SINGLE},
	{"viscii", "VISCII", NULL, K_SINGLE},
	{"shift_jis", "CP932", NULL, K_CJK},
	{"euc-jp", "EUC-JP", "EUC-JP-MS", K_CJK},
	{"iso-2022-jp", "ISO-2022-JP-3", "ISO-2022-JP", K_7BIT},
	{"iso-2022-kr", "ISO-2022-KR", NULL, K_7BIT},
	{"euc-kr", "CP949", NULL, K_CJK},
	{"johab", "JOHAB", NULL, K_CJK},
	{"gb18030", "GB18030", NULL, K_CJK},
	{"gbk", "GB18030", NULL, K_CJK},
	{"gb2312", "GB18030", NULL, K_CJK},
	{"hz-gb-2312", NULL, NULL, K_7BIT},
	{"big5", "BIG5", "BIG5-HKSCS", K_CJK},
	{"big5-hkscs", "BIG5-HKSCS", NULL, K_CJK},
	{"euc-tw", "EUC-TW", NULL, K_CJK},
};

/* What else they are called; compared without case, '_' as '-'. */
static const struct {
	const char *alias, *name;
} aliases[] = {
	{"utf8", "utf-8"},
	{"unicode-1-1-utf-8", "utf-8"},
	{"ascii", "us-ascii"},
	{"ansi-x3.4-1968", "us-ascii"},
	{"ucs-2", "utf-16"},
	{"unicode", "utf-16"},
	{"iso-10646-ucs-2", "utf-16"},
	{"utf-16-le", "utf-16le"},
	{"utf-16-be", "utf-16be"},
	{"u16", "utf-16"},
	{"utf16", "utf-16"},
	{"utf32", "utf-32"},
	{"ucs-4", "utf-32"},
	{"csucs4", "utf-32be"},
	{"iso-10646-ucs-4", "utf-32be"},
	{"csunicode", "utf-16be"},
	{"unicodefffe", "utf-16be"},
	{"unicodefeff", "utf-16le"},
	{"latin1", "iso-8859-1"},
	{"latin-1", "iso-8859-1"},
	{"l1", "iso-8859-1"},
	{"iso8859-1", "iso-8859-1"},
	{"iso-8859-1:1987", "iso-8859-1"},
	{"8859-1", "iso-8859-1"},
	{"latin2", "iso-8859-2"},
	{"iso8859-2", "iso-8859-2"},
	{"iso8859-5", "iso-8859-5"},
	{"iso8859-7", "iso-8859-7"},
	{"greek", "iso-8859-7"},
	{"hebrew", "iso-8859-8"},
	{"iso-8859-8-i", "iso-8859-8"},
	{"arabic", "iso-8859-6"},
	{"latin5", "iso-8859-9"},
	{"iso8859-9", "iso-8859-9"},
	{"iso8859-15", "iso-8859-15"},
	{"latin9", "iso-8859-15"},
	{"latin-9", "iso-8859-15"},
	{"win-1251", "windows-1251"},
	{"win1251", "windows-1251"},
	{"koi8", "koi8-r"},
	{"cp866", "ibm866"},
	{"mac", "macintosh"},
	{"x-mac-roman", "macintosh"},
	{"macroman", "macintosh"},
	{"mac-roman", "macintosh"},
	{"maccyrillic", "x-mac-cyrillic"},
	{"mac-cyrillic", "x-mac-cyrillic"},
	{"maclatin2", "x-mac-ce"},
	{"mac-latin2", "x-mac-ce"},
	{"maccentraleurope", "x-mac-ce"},
	{"maciceland", "x-mac-icelandic"},
	{"mac-iceland", "x-mac-icelandic"},
	{"tis620", "tis-620"},
	{"sjis", "shift_jis"},
	{"x-sjis", "shift_jis"},
	{"shift-jis", "shift_jis"},
	{"ms-kanji", "shift_jis"},
	{"windows-31j", "shift_jis"},
	{"cp932", "shift_jis"},
	{"ms932", "shift_jis"},
	{"eucjp", "euc-jp"},
	{"x-euc-jp", "euc-jp"},
	{"ujis", "euc-jp"},
	{"csiso2022jp", "iso-2022-jp"},
	{"iso2022jp", "iso-2022-jp"},
	{"iso2022-jp", "iso-2022-jp"},
	{"csiso2022kr", "iso-2022-kr"},
	{"iso2022kr", "iso-2022-kr"},
	{"iso2022-kr", "iso-2022-kr"},
	{"jis", "iso-2022-jp"},
	{"euckr", "euc-kr"},
	{"ks-c-5601-1987", "euc-kr"},
	{"ks-c-5601-1989", "euc-kr"},
	{"ks-c-5601", "euc-kr"},
	{"ksc5601", "euc-kr"},
	{"ksc-5601", "euc-kr"},
	{"ks-x-1001", "euc-kr"},
	{"korean", "euc-kr"},
	{"uhc", "euc-kr"},
	{"cp949", "euc-kr"},
	{"ms949", "euc-kr"},
	{"windows-949", "euc-kr"},
	{"gb-18030", "gb18030"},
	{"euc-cn", "gb2312"},
	{"euccn", "gb2312"},
	{"gb-2312", "gb2312"},
	{"gb2312-80", "gb2312"},
	{"gb-2312-80", "gb2312"},
	{"chinese", "gb2312"},
	{"x-gbk", "gbk"},
	{"cp936", "gbk"},
	{"windows-936", "gbk"},
	{"big-5", "big5"},
	{"cn-big5", "big5"},
	{"x-x-big5", "big5"},
	{"cp950", "big5"},
	{"big5hkscs", "big5-hkscs"},
};

static bool label_eq(struct wd_str s, const char *z)
{
	size_t n = strlen(z);
	if (s.n != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		char x = s.p[i] == '_' ? '-' : wd_lower(s.p[i]), y = z[i] == '_' ? '-' : z[i];
		if (x != y)
			return false;
	}
	return true;
}

const struct charset *charset_named(const char *name)
{
	for (size_t i = 0; i < WD_COUNTOF(charsets); i++) {
		if (strcmp(charsets[i].name, name) == 0)
			return &charsets[i];
	}
	return NULL;
}

const struct charset *charset_labelled(struct wd_str label)
{
	for (size_t i = 0; i < WD_COUNTOF(charsets); i++) {
		if (label_eq(label, charsets[i].name))
			return &charsets[i];
	}
	for (size_t i = 0; i < WD_COUNTOF(aliases); i++) {
		if (label_eq(label, aliases[i].alias))
			return charset_named(aliases[i].name);
	}
	/* cp1250 … cp1258, windows1251, x-windows-…, ibm-… */
	static const char *const prefixes[] = {"cp", "x-cp", "windows", "windows-", "x-windows-"};
	for (size_t i = 0; i < WD_COUNTOF(prefixes); i++) {
		struct wd_str p = wd_str_c(prefixes[i]);
		if (label.n < 6 + p.n && wd_str_istarts(label, p)) {
			struct wd_str num = wd_str_from(label, p.n);
			char buf[20];
			(void)snprintf(buf, sizeof(buf), "windows-%.*s", WD_STR_ARG(num));
			if (charset_named(buf) != NULL)
				return charset_named(buf);
		}
	}
	return NULL;
}
