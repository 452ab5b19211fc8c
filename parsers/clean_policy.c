/*
 * The allow-list: elements, attributes, URL schemes. What is not named here does not come out.
 *
 * The cleaner never passes markup on: it builds a new tree from what this table lets through and
 * serialises that, so a trick that lives in how parsers differ (namespaces, raw text elements,
 * comments) has nothing to live in. Style sheets, classes and ids go as a whole: none is needed to
 * read an article, and each has been a way in.
 */
#include "parsers/clean_impl.h"

#include "base/limits.h"
#include "base/url.h"
#include "parsers/links.h"

enum { MAX_SPAN = 1000, MAX_ATTR_BYTES = 2000 };

#define LEAF(t) [WD_TAG_##t] = {WD_CLEAN_LEAF, WD_TAG_##t}
#define CONT(t) [WD_TAG_##t] = {WD_CLEAN_CONTAINER, WD_TAG_##t}
#define CONT_AS(t, o) [WD_TAG_##t] = {WD_CLEAN_CONTAINER, WD_TAG_##o}
#define INL(t) [WD_TAG_##t] = {WD_CLEAN_INLINE, WD_TAG_##t}
#define INL_AS(t, o) [WD_TAG_##t] = {WD_CLEAN_INLINE, WD_TAG_##o}
#define EDGE(t) [WD_TAG_##t] = {WD_CLEAN_BOUNDARY, 0}
#define DROP(t) [WD_TAG_##t] = {WD_CLEAN_DROP, 0}
#define DROP_TEXT(t) [WD_TAG_##t] = {WD_CLEAN_DROP_TEXT, 0}
#define EMBED(t) [WD_TAG_##t] = {WD_CLEAN_EMBED, 0}
#define RAW(t) [WD_TAG_##t] = {WD_CLEAN_RAWTEXT, WD_TAG_PRE}

static const struct wd_clean_policy table[WD_TAG_COUNT] = {
	/* blocks of text */
	LEAF(P),
	LEAF(H1),
	LEAF(H2),
	LEAF(H3),
	LEAF(H4),
	LEAF(H5),
	LEAF(H6),
	LEAF(PRE),
	RAW(LISTING),
	RAW(XMP),
	RAW(PLAINTEXT),
	/* blocks of blocks */
	CONT(BLOCKQUOTE),
	CONT(UL),
	CONT(OL),
	CONT_AS(MENU, UL),
	CONT_AS(DIR, UL),
	CONT(LI),
	CONT(DL),
	CONT(DT),
	CONT(DD),
	CONT(FIGURE),
	CONT(FIGCAPTION),
	CONT(TABLE),
	CONT(CAPTION),
	CONT(THEAD),
	CONT(TBODY),
	CONT(TFOOT),
	CONT(TR),
	CONT(TH),
	CONT(TD),
	/* in the line */
	INL(A),
	INL(ABBR),
	INL_AS(ACRONYM, ABBR),
	INL(B),
	INL(STRONG),
	INL(I),
	INL(EM),
	INL(CITE),
	INL(CODE),
	INL(KBD),
	INL(SAMP),
	INL(VAR),
	INL_AS(TT, CODE),
	INL(SUB),
	INL(SUP),
	INL(S),
	INL_AS(STRIKE, S),
	INL(DEL),
	INL(INS),
	INL(MARK),
	INL(Q),
	INL(SMALL),
	INL(U),
	INL(BDI),
	INL(BDO),
	INL(SPAN),
	INL(DFN),
	INL(TIME),
	INL(RUBY),
	INL(RT),
	INL(RP),
	[WD_TAG_BR] = {WD_CLEAN_BREAK, WD_TAG_BR},
	[WD_TAG_HR] = {WD_CLEAN_RULE, WD_TAG_HR},
	[WD_TAG_IMG] = {WD_CLEAN_IMAGE, WD_TAG_IMG},
	[WD_TAG_AMP_IMG] = {WD_CLEAN_IMAGE, WD_TAG_IMG},
	/* the box goes, the content stays */
	EDGE(ADDRESS),
	EDGE(ARTICLE),
	EDGE(ASIDE),
	EDGE(BODY),
	EDGE(CENTER),
	EDGE(DETAILS),
	EDGE(DIALOG),
	EDGE(DIV),
	EDGE(FIELDSET),
	EDGE(FOOTER),
	EDGE(FORM),
	EDGE(HEADER),
	EDGE(HGROUP),
	EDGE(HTML),
	EDGE(LEGEND),
	EDGE(MAIN),
	EDGE(MARQUEE),
	EDGE(NAV),
	EDGE(SEARCH),
	EDGE(SECTION),
	EDGE(SUMMARY),
	/* elsewhere on the web: a link to it */
	EMBED(IFRAME),
	EMBED(FRAME),
	EMBED(EMBED),
	EMBED(OBJECT),
	EMBED(APPLET),
	EMBED(VIDEO),
	EMBED(AUDIO),
	/* code and settings */
	DROP(SCRIPT),
	DROP(STYLE),
	DROP(TEMPLATE),
	DROP(META),
	DROP(LINK),
	DROP(BASE),
	DROP(BASEFONT),
	DROP(HEAD),
	DROP(PARAM),
	DROP(SOURCE),
	DROP(TRACK),
	DROP(COL),
	DROP(COLGROUP),
	DROP(INPUT),
	DROP(AREA),
	DROP(MAP),
	DROP(FRAMESET),
	DROP(NOEMBED),
	DROP(NOFRAMES),
	DROP(DATALIST),
	DROP(WBR),
	/* controls: their words are no article text */
	DROP_TEXT(BUTTON),
	DROP_TEXT(SELECT),
	DROP_TEXT(OPTION),
	DROP_TEXT(OPTGROUP),
	DROP_TEXT(TEXTAREA),
	DROP_TEXT(SVG),
	DROP_TEXT(CANVAS),
	DROP_TEXT(PROGRESS),
	DROP_TEXT(METER),
	DROP_TEXT(OUTPUT),
	DROP(TITLE),
	[WD_TAG_NOSCRIPT] = {WD_CLEAN_NOSCRIPT, 0},
};

struct wd_clean_policy wd_clean_policy(const struct wd_node *n)
{
	if (n->tag < WD_TAG_COUNT && n->tag != WD_TAG_OTHER)
		return table[n->tag];
	return (struct wd_clean_policy){WD_CLEAN_UNWRAP, 0};
}

/* ---- addresses ---- */

static bool is_allowed(const struct wd_url *u, bool media)
{
	if (wd_str_ieqc(u->scheme, "http") || wd_str_ieqc(u->scheme, "https"))
		return true;
	return !media && (wd_str_ieqc(u->scheme, "mailto") || wd_str_ieqc(u->scheme, "tel"));
}

struct wd_str wd_clean_url(struct wd_arena *a, struct wd_str base, struct wd_str ref, bool media)
{
	if (ref.n == 0 || ref.n > WD_MAX_URL_BYTES * 2)
		return WD_STR_NONE;
	struct wd_str url = wd_url_resolve(a, base, ref);
	if (url.n == 0 || url.n > WD_MAX_URL_BYTES)
		return WD_STR_NONE;
	struct wd_url u = wd_url_split(url);
	if (u.scheme.n > 0)
		return is_allowed(&u, media) ? wd_link_untrack(a, url) : WD_STR_NONE;
	/* A relative reference without a base. A colon before the first slash would read as a
	 * scheme somewhere; a bare fragment points into a page that is not here. */
	size_t colon = wd_str_chr(url, ':', 0), slash = wd_str_chr(url, '/', 0);
	if ((colon != SIZE_MAX && colon < slash) || url.p[0] == '#' || url.p[0] == '\\')
		return WD_STR_NONE;
	return wd_link_untrack(a, url);
}

/* ---- attributes ---- */

void wd_node_set_attr(struct wd_arena *a, struct wd_node *n, const char *name, struct wd_str value)
{
	enum { ROOM = 8 }; /* more than any element below is given */
	if (n->attrs == NULL)
		n->attrs = wd_arena_array(a, ROOM, sizeof(*n->attrs));
	if (n->attrs == NULL || n->attr_count >= ROOM)
		return;
	n->attrs[n->attr_count++] = (struct wd_attr){wd_str_c(name), value};
}

static struct wd_str small_number(struct wd_str s, uint64_t min, uint64_t max)
{
	uint64_t v;
	s = wd_str_trim(s);
	while (s.n > 1 && s.p[0] == '0')
		s = wd_str_from(s, 1);
	return wd_str_to_u64(s, min, max, &v) == WD_OK ? s : WD_STR_NONE;
}

static struct wd_str language_code(struct wd_str s)
{
	s = wd_str_trim(s);
	for (size_t i = 0; i < s.n; i++) {
		if (!wd_is_alnum(s.p[i]) && s.p[i] != '-')
			return WD_STR_NONE;
	}
	return s.n <= 35 && s.n > 1 && wd_is_alpha(s.p[0]) ? s : WD_STR_NONE;
}

static struct wd_str one_of(struct wd_str s, const char *const *values)
{
	s = wd_str_trim(s);
	for (; *values != NULL; values++) {
		if (wd_str_ieqc(s, *values))
			return wd_str_c(*values);
	}
	return WD_STR_NONE;
}

static void keep(struct wd_arena *a, struct wd_node *to, const char *name, struct wd_str value)
{
	if (value.n > 0)
		wd_node_set_attr(a, to, name, value);
}

static void keep_text(
	struct wd_arena *a, const struct wd_node *from, struct wd_node *to, const char *name)
{
	struct wd_str v = wd_node_attr(from, name);
	if (v.n > 0 && v.n <= MAX_ATTR_BYTES)
		keep(a, to, name, wd_clean_line(a, v));
}

static void list_attrs(struct wd_arena *a, const struct wd_node *from, struct wd_node *to)
{
	keep(a, to, "start", small_number(wd_node_attr(from, "start"), 0, 100000));
	struct wd_str type = wd_str_trim(wd_node_attr(from, "type"));
	if (type.n == 1 && memchr("1aAiI", type.p[0], 5) != NULL)
		keep(a, to, "type", type);
	if (wd_node_has_attr(from, "reversed"))
		keep(a, to, "reversed", WD_STR("reversed"));
}

static void cell_attrs(struct wd_arena *a, const struct wd_node *from, struct wd_node *to)
{
	static const char *const scopes[] = {"row", "col", "rowgroup", "colgroup", NULL};
	keep(a, to, "colspan", small_number(wd_node_attr(from, "colspan"), 2, MAX_SPAN));
	keep(a, to, "rowspan", small_number(wd_node_attr(from, "rowspan"), 2, MAX_SPAN));
	if (to->tag == WD_TAG_TH)
		keep(a, to, "scope", one_of(wd_node_attr(from, "scope"), scopes));
}

void wd_clean_attrs(
	struct wd_arena *a, const struct wd_node *from, struct wd_node *to, struct wd_str base)
{
	static const char *const directions[] = {"ltr", "rtl", "auto", NULL};
	if (from->attr_count == 0)
		return;
	switch (to->tag) {
	case WD_TAG_A:
		keep(a, to, "href", wd_clean_url(a, base, wd_node_attr(from, "href"), false));
		keep_text(a, from, to, "title");
		break;
	case WD_TAG_ABBR:
	case WD_TAG_DFN:
		keep_text(a, from, to, "title");
		break;
	case WD_TAG_BLOCKQUOTE:
	case WD_TAG_Q:
	case WD_TAG_DEL:
	case WD_TAG_INS:
		keep(a, to, "cite", wd_clean_url(a, base, wd_node_attr(from, "cite"), true));
		break;
	case WD_TAG_TIME:
		keep_text(a, from, to, "datetime");
		break;
	case WD_TAG_OL:
		list_attrs(a, from, to);
		break;
	case WD_TAG_LI:
		keep(a, to, "value", small_number(wd_node_attr(from, "value"), 0, 100000));
		break;
	case WD_TAG_TD:
	case WD_TAG_TH:
		cell_attrs(a, from, to);
		break;
	default:
		break;
	}
	keep(a, to, "lang", language_code(wd_node_attr(from, "lang")));
	keep(a, to, "dir", one_of(wd_node_attr(from, "dir"), directions));
}
