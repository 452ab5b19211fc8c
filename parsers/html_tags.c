/*
 * Element names: number ↔ name, and what the standard says of each.
 *
 * A name is looked up by a perfect hash: its last eight bytes as one integer times a constant found
 * by trial, so that no two names of html_tags.def share a slot; one comparison decides. A name
 * added to html_tags.def needs its slot here (tests/unit/test_html.c fails until it has one, and
 * says which).
 */
#include "parsers/html_tags.h"

#define HASH_FACTOR UINT64_C(0xad08324e5157e579)
#define HASH_BITS 10

static const struct wd_str names[WD_TAG_COUNT] = {
#define WD_TAG(id, text) [WD_TAG_##id] = {text, sizeof(text) - 1},
#include "parsers/html_tags.def"
#undef WD_TAG
};

/* clang-format off */
static const uint8_t slots[1 << HASH_BITS] = {
	[6] = WD_TAG_COL, [8] = WD_TAG_TH, [10] = WD_TAG_BUTTON, [18] = WD_TAG_APPLET,
	[31] = WD_TAG_RTC, [40] = WD_TAG_SELECT, [47] = WD_TAG_SUP, [56] = WD_TAG_RT,
	[67] = WD_TAG_DIR, [82] = WD_TAG_U, [100] = WD_TAG_PROGRESS, [101] = WD_TAG_HTML,
	[103] = WD_TAG_OBJECT, [106] = WD_TAG_FRAME, [107] = WD_TAG_ASIDE, [120] = WD_TAG_SEARCH,
	[121] = WD_TAG_MAIN, [122] = WD_TAG_TT, [126] = WD_TAG_ABBR, [128] = WD_TAG_H2,
	[156] = WD_TAG_H5, [158] = WD_TAG_IFRAME, [159] = WD_TAG_FIELDSET, [176] = WD_TAG_STRONG,
	[179] = WD_TAG_INPUT, [195] = WD_TAG_BR, [196] = WD_TAG_ADDRESS, [204] = WD_TAG_DL,
	[224] = WD_TAG_THEAD, [231] = WD_TAG_MAP, [239] = WD_TAG_NOEMBED, [241] = WD_TAG_COLGROUP,
	[243] = WD_TAG_BIG, [244] = WD_TAG_B, [248] = WD_TAG_SECTION, [255] = WD_TAG_ARTICLE,
	[272] = WD_TAG_DFN, [291] = WD_TAG_ACRONYM, [294] = WD_TAG_TRACK, [301] = WD_TAG_MARQUEE,
	[303] = WD_TAG_TEXTAREA, [305] = WD_TAG_PICTURE, [311] = WD_TAG_TD, [339] = WD_TAG_FOOTER,
	[349] = WD_TAG_FORM, [350] = WD_TAG_FIGCAPTION, [355] = WD_TAG_VAR, [359] = WD_TAG_RP,
	[368] = WD_TAG_HEAD, [386] = WD_TAG_Q, [388] = WD_TAG_MARK, [392] = WD_TAG_HR,
	[395] = WD_TAG_SOURCE, [413] = WD_TAG_SMALL, [423] = WD_TAG_HEADER, [425] = WD_TAG_MATH,
	[438] = WD_TAG_LI, [439] = WD_TAG_BDI, [444] = WD_TAG_SAMP, [446] = WD_TAG_BLOCKQUOTE,
	[452] = WD_TAG_SCRIPT, [454] = WD_TAG_PARAM, [460] = WD_TAG_H1, [467] = WD_TAG_TEMPLATE,
	[480] = WD_TAG_AMP_IMG, [481] = WD_TAG_META, [484] = WD_TAG_FRAMESET, [488] = WD_TAG_H4,
	[489] = WD_TAG_NAV, [492] = WD_TAG_LABEL, [496] = WD_TAG_BDO, [499] = WD_TAG_CANVAS,
	[512] = WD_TAG_TITLE, [528] = WD_TAG_TABLE, [529] = WD_TAG_LINK, [533] = WD_TAG_EMBED,
	[539] = WD_TAG_VIDEO, [543] = WD_TAG_STYLE, [558] = WD_TAG_STRIKE,
	[564] = WD_TAG_OPTGROUP, [565] = WD_TAG_OL, [576] = WD_TAG_A, [581] = WD_TAG_CODE,
	[585] = WD_TAG_HGROUP, [589] = WD_TAG_WBR, [595] = WD_TAG_PLAINTEXT, [597] = WD_TAG_SUB,
	[621] = WD_TAG_DT, [630] = WD_TAG_METER, [639] = WD_TAG_DATALIST, [653] = WD_TAG_TBODY,
	[659] = WD_TAG_LEGEND, [661] = WD_TAG_SPAN, [669] = WD_TAG_AUDIO, [671] = WD_TAG_NOBR,
	[674] = WD_TAG_CAPTION, [678] = WD_TAG_LISTING, [685] = WD_TAG_DETAILS, [718] = WD_TAG_P,
	[741] = WD_TAG_OPTION, [746] = WD_TAG_S, [748] = WD_TAG_SUMMARY, [759] = WD_TAG_IMG,
	[761] = WD_TAG_UL, [772] = WD_TAG_KBD, [785] = WD_TAG_TR, [786] = WD_TAG_DIALOG,
	[788] = WD_TAG_DIV, [790] = WD_TAG_XMP, [798] = WD_TAG_BODY, [808] = WD_TAG_RUBY,
	[809] = WD_TAG_BASEFONT, [810] = WD_TAG_NOFRAMES, [811] = WD_TAG_DD, [815] = WD_TAG_MENU,
	[820] = WD_TAG_H3, [822] = WD_TAG_FIGURE, [837] = WD_TAG_CENTER, [848] = WD_TAG_H6,
	[854] = WD_TAG_TFOOT, [894] = WD_TAG_AREA, [898] = WD_TAG_TIME, [903] = WD_TAG_DEL,
	[905] = WD_TAG_INS, [910] = WD_TAG_RB, [922] = WD_TAG_CITE, [929] = WD_TAG_EM,
	[947] = WD_TAG_PRE, [953] = WD_TAG_DATA, [954] = WD_TAG_NOSCRIPT, [957] = WD_TAG_OUTPUT,
	[966] = WD_TAG_FONT, [993] = WD_TAG_I, [1014] = WD_TAG_BASE, [1018] = WD_TAG_SVG,
};
/* clang-format on */
_Static_assert(WD_TAG_COUNT <= 256, "slots are bytes");

#define VOID WD_TC_VOID
#define SP WD_TC_SPECIAL
#define FMT WD_TC_FORMAT
#define BLK (WD_TC_SPECIAL | WD_TC_CLOSES_P | WD_TC_BLOCK | WD_TC_BLOCK_END)
#define OUT WD_TC_BREAKOUT
#define HDG (WD_TC_SPECIAL | WD_TC_CLOSES_P | WD_TC_BLOCK | WD_TC_HEADING | WD_TC_BREAKOUT)
#define PART (WD_TC_SPECIAL | WD_TC_TABLE_PART | WD_TC_THOROUGH | WD_TC_BLOCK)
#define HEAD WD_TC_HEAD

const uint32_t wd_tag_classes[WD_TAG_COUNT] = {
	[WD_TAG_A] = FMT,
	[WD_TAG_ADDRESS] = BLK,
	[WD_TAG_APPLET] = SP | WD_TC_SCOPE | WD_TC_MARKER,
	[WD_TAG_AREA] = SP | VOID,
	[WD_TAG_ARTICLE] = BLK,
	[WD_TAG_ASIDE] = BLK,
	[WD_TAG_B] = FMT | OUT,
	[WD_TAG_BASE] = SP | VOID | HEAD,
	[WD_TAG_BASEFONT] = SP | VOID | HEAD,
	[WD_TAG_BIG] = FMT | OUT,
	[WD_TAG_BLOCKQUOTE] = BLK | OUT,
	[WD_TAG_BODY] = SP | OUT | WD_TC_BLOCK,
	[WD_TAG_BR] = SP | VOID | OUT | WD_TC_BLOCK,
	[WD_TAG_BUTTON] = SP | WD_TC_BLOCK_END,
	[WD_TAG_CAPTION] = PART | WD_TC_SCOPE,
	[WD_TAG_CENTER] = BLK | OUT,
	[WD_TAG_CODE] = FMT | OUT,
	[WD_TAG_COL] = PART | VOID,
	[WD_TAG_COLGROUP] = PART,
	[WD_TAG_DD] = SP | WD_TC_IMPLIED | OUT | WD_TC_BLOCK,
	[WD_TAG_DETAILS] = BLK,
	[WD_TAG_DIALOG] = BLK,
	[WD_TAG_DIR] = BLK,
	[WD_TAG_DIV] = BLK | OUT,
	[WD_TAG_DL] = BLK | OUT,
	[WD_TAG_DT] = SP | WD_TC_IMPLIED | OUT | WD_TC_BLOCK,
	[WD_TAG_EM] = FMT | OUT,
	[WD_TAG_EMBED] = SP | VOID | OUT,
	[WD_TAG_FIELDSET] = BLK,
	[WD_TAG_FIGCAPTION] = BLK,
	[WD_TAG_FIGURE] = BLK,
	[WD_TAG_FONT] = FMT,
	[WD_TAG_FOOTER] = BLK,
	[WD_TAG_FORM] = SP | WD_TC_BLOCK,
	[WD_TAG_FRAME] = SP | VOID,
	[WD_TAG_FRAMESET] = SP | WD_TC_BLOCK,
	[WD_TAG_H1] = HDG,
	[WD_TAG_H2] = HDG,
	[WD_TAG_H3] = HDG,
	[WD_TAG_H4] = HDG,
	[WD_TAG_H5] = HDG,
	[WD_TAG_H6] = HDG,
	[WD_TAG_HEAD] = SP | OUT | WD_TC_BLOCK,
	[WD_TAG_HEADER] = BLK,
	[WD_TAG_HGROUP] = BLK,
	[WD_TAG_HR] = SP | VOID | OUT | WD_TC_BLOCK,
	[WD_TAG_HTML] = SP | WD_TC_SCOPE | WD_TC_BLOCK,
	[WD_TAG_I] = FMT | OUT,
	[WD_TAG_IFRAME] = SP | WD_TC_RAW | WD_TC_DROP_TEXT,
	[WD_TAG_IMG] = SP | VOID | OUT,
	[WD_TAG_INPUT] = SP | VOID,
	[WD_TAG_LEGEND] = WD_TC_BLOCK,
	[WD_TAG_LI] = SP | WD_TC_IMPLIED | OUT | WD_TC_BLOCK,
	[WD_TAG_LINK] = SP | VOID | HEAD,
	[WD_TAG_LISTING] = BLK | OUT,
	[WD_TAG_MAIN] = BLK,
	[WD_TAG_MARQUEE] = SP | WD_TC_SCOPE | WD_TC_MARKER | WD_TC_BLOCK,
	[WD_TAG_MENU] = BLK | OUT,
	[WD_TAG_META] = SP | VOID | HEAD | OUT,
	[WD_TAG_NAV] = BLK,
	[WD_TAG_NOBR] = FMT | OUT,
	[WD_TAG_NOEMBED] = SP | WD_TC_RAW | WD_TC_DROP_TEXT,
	[WD_TAG_NOFRAMES] = SP | WD_TC_RAW | WD_TC_DROP_TEXT | HEAD,
	[WD_TAG_NOSCRIPT] = SP,
	[WD_TAG_OBJECT] = SP | WD_TC_SCOPE | WD_TC_MARKER,
	[WD_TAG_OL] = BLK | OUT,
	[WD_TAG_OPTGROUP] = WD_TC_IMPLIED | WD_TC_BLOCK,
	[WD_TAG_OPTION] = WD_TC_IMPLIED | WD_TC_BLOCK,
	[WD_TAG_P] = SP | WD_TC_CLOSES_P | WD_TC_IMPLIED | OUT | WD_TC_BLOCK,
	[WD_TAG_PARAM] = SP | VOID,
	[WD_TAG_PLAINTEXT] = SP | WD_TC_CLOSES_P | WD_TC_BLOCK,
	[WD_TAG_PRE] = BLK | OUT,
	[WD_TAG_RB] = WD_TC_IMPLIED,
	[WD_TAG_RP] = WD_TC_IMPLIED,
	[WD_TAG_RT] = WD_TC_IMPLIED,
	[WD_TAG_RTC] = WD_TC_IMPLIED,
	[WD_TAG_RUBY] = OUT,
	[WD_TAG_S] = FMT | OUT,
	[WD_TAG_SCRIPT] = SP | HEAD | WD_TC_RAW,
	[WD_TAG_SEARCH] = BLK,
	[WD_TAG_SECTION] = BLK,
	[WD_TAG_SELECT] = SP | WD_TC_BLOCK | WD_TC_BLOCK_END,
	[WD_TAG_SMALL] = FMT | OUT,
	[WD_TAG_SOURCE] = SP | VOID,
	[WD_TAG_SPAN] = OUT,
	[WD_TAG_STRIKE] = FMT | OUT,
	[WD_TAG_STRONG] = FMT | OUT,
	[WD_TAG_STYLE] = SP | HEAD | WD_TC_RAW | WD_TC_DROP_TEXT,
	[WD_TAG_SUB] = OUT,
	[WD_TAG_SUMMARY] = BLK,
	[WD_TAG_SUP] = OUT,
	[WD_TAG_TABLE] = SP | WD_TC_SCOPE | WD_TC_TABLE_CTX | OUT | WD_TC_BLOCK,
	[WD_TAG_TBODY] = PART | WD_TC_TABLE_CTX,
	[WD_TAG_TD] = PART | WD_TC_SCOPE,
	[WD_TAG_TEMPLATE] = SP | WD_TC_SCOPE | HEAD | WD_TC_BLOCK,
	[WD_TAG_TEXTAREA] = SP | WD_TC_RCDATA,
	[WD_TAG_TFOOT] = PART | WD_TC_TABLE_CTX,
	[WD_TAG_TH] = PART | WD_TC_SCOPE,
	[WD_TAG_THEAD] = PART | WD_TC_TABLE_CTX,
	[WD_TAG_TITLE] = SP | HEAD | WD_TC_RCDATA | WD_TC_BLOCK,
	[WD_TAG_TR] = PART | WD_TC_TABLE_CTX,
	[WD_TAG_TRACK] = SP | VOID,
	[WD_TAG_TT] = FMT | OUT,
	[WD_TAG_U] = FMT | OUT,
	[WD_TAG_UL] = BLK | OUT,
	[WD_TAG_VAR] = OUT,
	[WD_TAG_WBR] = SP | VOID,
	[WD_TAG_XMP] = SP | WD_TC_CLOSES_P | WD_TC_RAW | WD_TC_BLOCK,
};

/* memcmp() for names, most of which have one to four bytes. */
static inline bool is_name(const char *a, const char *b, size_t n)
{
	uint32_t x[2], y[2];
	if (n > 8)
		return memcmp(a, b, n) == 0;
	if (n >= 4) {
		memcpy(&x[0], a, 4);
		memcpy(&y[0], b, 4);
		memcpy(&x[1], a + n - 4, 4);
		memcpy(&y[1], b + n - 4, 4);
		return x[0] == y[0] && x[1] == y[1];
	}
	while (n > 0 && a[n - 1] == b[n - 1])
		n--;
	return n == 0;
}

enum wd_tag wd_tag_from_key(uint64_t key, struct wd_str lower_name)
{
	unsigned tag = slots[(key * HASH_FACTOR) >> (64 - HASH_BITS)];
	struct wd_str is = names[tag];
	/* WD_TAG_OTHER has an empty name, which no element has. */
	return is.n == lower_name.n && is_name(is.p, lower_name.p, is.n) ? tag : WD_TAG_OTHER;
}

enum wd_tag wd_tag_find(struct wd_str name)
{
	char lower[16];
	uint64_t key = 0;
	if (name.n == 0 || name.n > sizeof(lower))
		return WD_TAG_OTHER;
	for (size_t i = 0; i < name.n; i++) {
		lower[i] = wd_lower(name.p[i]);
		key = wd_tag_key(key, (unsigned char)lower[i]);
	}
	return wd_tag_from_key(key, (struct wd_str){lower, name.n});
}

struct wd_str wd_tag_name(enum wd_tag tag)
{
	return names[tag];
}

bool wd_tag_is_block(enum wd_tag tag)
{
	return wd_tag_has(tag, WD_TC_BLOCK);
}

bool wd_tag_is_void(enum wd_tag tag)
{
	return wd_tag_has(tag, WD_TC_VOID);
}
