/**
 * Tolerant XML: any bytes that were meant to be XML → start, end and text events.
 *
 * The text is first mended into well-formed XML where it is not (parsers/mend.h: bare & and <, HTML
 * entities, controls, unclosed and stray tags, broken CDATA, a second root, truncation), then read
 * by libxml2's SAX2 parser. So a handler never sees broken nesting: every start has its end, and
 * what was mended is a list of faults.
 *
 * How to write a format on top of it:
 *
 *   enum { T_NONE, T_ITEM, T_TITLE, T_BODY };
 *   static int lookup(enum wd_xmlns ns, struct wd_str name)    // asked once per distinct name
 *   {                                                          // name is lower-case
 *           static const struct wd_xml_tag tags[] = {
 *                   {WD_NS_NONE, "item", T_ITEM}, {WD_NS_DC, "title", T_TITLE}, …
 *           };
 *           return wd_xml_tag_find(tags, WD_COUNTOF(tags), ns, name);
 *   }
 *   static int start(struct wd_xml *x, const struct wd_xml_elem *e, void *ctx)
 *   {
 *           switch (e->tag) {
 *           case T_TITLE: wd_xml_capture(x, WD_XML_TEXT); break;    // its text comes with the end
 *           case T_BODY:  wd_xml_capture(x, WD_XML_MARKUP); break;  // … or its inner markup
 *           }
 *           … wd_xml_attr(e, "href") … e->parent->tag …
 *           return WD_OK;                                     // negative stops and is returned
 *   }
 *   static int end(struct wd_xml *x, const struct wd_xml_elem *e, void *ctx)
 *   {
 *           case T_TITLE: title = wd_arena_str(a, wd_xml_content(x)->text); break;
 *           case T_ITEM:  wd_xml_take_faults(x, entry_arena, &entry.faults); emit …
 *   }
 *   rc = wd_xml_parse(ctx->text, &ops, my, &result, err);
 *
 * While an element is captured, the elements inside it make no events of their own. Elements that
 * are not captured may be nested as deep as they like; text between them goes to `text` (optional).
 *
 * Limits: WD_MAX_XML_DEPTH, WD_MAX_ATTRS, WD_MAX_BODY_BYTES for one captured content. No network,
 * no external entities, internal ones only as plain text. Not thread-safe: one wd_xml per call.
 */
#pragma once
#include "base/err.h"
#include "parsers/article.h"

/* Namespaces that mean something here. Unknown ones are WD_NS_OTHER; an undeclared prefix that
 * everybody knows (dc:, media: …) is the namespace it stands for. */
enum wd_xmlns {
	WD_NS_NONE, /* no namespace, or one of RSS's own (0.90, 1.0, "2.0", netscape, userland) */
	WD_NS_OTHER,
	WD_NS_XML,
	WD_NS_XHTML,
	WD_NS_RDF,
	WD_NS_ATOM, /* 1.0 and the drafts */
	WD_NS_ATOM03,
	WD_NS_APP,
	WD_NS_DC,
	WD_NS_DCTERMS,
	WD_NS_CONTENT,
	WD_NS_MEDIA,
	WD_NS_ITUNES,
	WD_NS_GOOGLEPLAY,
	WD_NS_SLASH,
	WD_NS_SY,
	WD_NS_WFW,
	WD_NS_THR,
	WD_NS_GEORSS,
	WD_NS_GEO,
	WD_NS_GML,
	WD_NS_CC, /* creativeCommons (backend.userland) and creativecommons.org/ns */
	WD_NS_FEEDBURNER,
	WD_NS_HISTORY, /* fh: RFC 5005 */
	WD_NS_ADMIN,
	WD_NS_FOAF,
	WD_NS_PRISM,
	WD_NS_SITEMAP,
	WD_NS_SITEMAP_NEWS,
	WD_NS_SITEMAP_IMAGE,
	WD_NS_SITEMAP_VIDEO,
	WD_NS_NITF,
	WD_NS_NEWSML, /* NewsML 1.x */
	WD_NS_NAR,    /* NewsML-G2 (iptc.org/std/nar/…) */
	WD_NS_SVG,
	WD_NS_MATHML,
	WD_NS_COUNT
};

struct wd_xml_attr {
	struct wd_str name, value; /* local name as written; value decoded, UTF-8 */
	enum wd_xmlns ns;          /* WD_NS_NONE for plain attributes */
};

struct wd_xml_elem {
	struct wd_str name;   /* local name as written */
	struct wd_str lower;  /* the same in lower case */
	struct wd_str prefix; /* as written, empty without */
	struct wd_str uri;    /* namespace URI, empty when none is declared */
	enum wd_xmlns ns;
	int tag;                         /* what lookup() said, 0 without */
	const struct wd_xml_attr *attrs; /* only during the start event */
	size_t attr_count;
	struct wd_str base, lang; /* xml:base (absolute) and xml:lang in force; may be empty */
	const struct wd_xml_elem *parent; /* NULL at the top */
	size_t depth;                     /* 1: the document's root */
	int64_t user;                     /* the handler's own; starts at 0 */
};

enum wd_xml_capture {
	WD_XML_NO_CAPTURE,
	WD_XML_TEXT,   /* text only; inner elements leave their text, a space for a block or <br> */
	WD_XML_MIXED,  /* RSS: text as it is (escaped HTML becomes HTML); with inline elements,
			  markup */
	WD_XML_MARKUP, /* always markup: text is escaped, elements are written as HTML */
};

/* What a captured element held. Borrowed: until the next capture starts. */
struct wd_xml_content {
	struct wd_str text; /* as the capture mode says; not trimmed */
	bool has_markup;    /* there were inner elements */
	bool has_cdata;
	bool cut; /* over WD_MAX_BODY_BYTES */
};

struct wd_xml; /* one parse */

struct wd_xml_ops {
	int (*lookup)(enum wd_xmlns ns, struct wd_str lower_name); /* may be NULL */
	int (*start)(struct wd_xml *x, const struct wd_xml_elem *e, void *ctx);
	int (*end)(struct wd_xml *x, const struct wd_xml_elem *e, void *ctx);
	int (*text)(struct wd_xml *x, struct wd_str s, void *ctx); /* may be NULL */
};

struct wd_xml_result {
	bool wellformed; /* nothing had to be mended */
	wd_strs faults;  /* for wd_feed.faults: "bare-ampersand (line 3)", at most WD_MAX_FAULTS */
};

/**
 * Runs the whole document. `base` is its URL (xml:base is resolved against it), `a` holds the
 * result and scratch. Malformed input is no error: it is mended and listed. Errors: what a handler
 * returned, WD_E_LIMIT, WD_E_NOMEM.
 */
WD_MUST_USE int wd_xml_parse(struct wd_arena *a, struct wd_str text, struct wd_str base,
	const struct wd_xml_ops *ops, void *ctx, struct wd_xml_result *ret, struct wd_err *err);

/** Only inside a start event: collects what the element holds until its end event. */
void wd_xml_capture(struct wd_xml *x, enum wd_xml_capture mode);
/** Inside the end event of a captured element; empty text in any other. */
const struct wd_xml_content *wd_xml_content(const struct wd_xml *x);
/** Value of the attribute (local name, any namespace but a plain one first, case-insensitive);
 * empty when absent. Only during the start event. */
struct wd_str wd_xml_attr(const struct wd_xml_elem *e, const char *name);
/** The same with the namespace given. */
struct wd_str wd_xml_attr_ns(const struct wd_xml_elem *e, enum wd_xmlns ns, const char *name);
bool wd_xml_has_attr(const struct wd_xml_elem *e, const char *name);
/** Nearest ancestor (or itself) with this tag, NULL: none. */
const struct wd_xml_elem *wd_xml_within(const struct wd_xml_elem *e, int tag);
/** Moves the faults met since the last call (of this record) into `list`: codes, in `a`. */
void wd_xml_take_faults(struct wd_xml *x, struct wd_arena *a, wd_strs *list);
/** A fault the format itself found. */
void wd_xml_fault(struct wd_xml *x, const char *code);

struct wd_xml_tag {
	enum wd_xmlns ns;
	const char *name; /* lower-case */
	int tag;
};
/** 0 when the table has none. */
int wd_xml_tag_find(
	const struct wd_xml_tag *tags, size_t n, enum wd_xmlns ns, struct wd_str lower_name);

/** The first element of a document without parsing it: local name, lower-cased in `buf`, and its
 * namespace when declared right there; false when there is none. For sniffing. */
struct wd_xml_root {
	char buf[64];
	struct wd_str name; /* lower-case local name */
	struct wd_str tag;  /* the whole start tag, raw */
	enum wd_xmlns ns;
	size_t at; /* offset of its '<' */
};
bool wd_xml_root(struct wd_str text, struct wd_xml_root *ret);

/** Namespace of a URI (spelling variants included); WD_NS_OTHER when it is not one of ours. */
enum wd_xmlns wd_xml_ns_of_uri(struct wd_str uri);
/** What a prefix stands for when nothing declares it. */
enum wd_xmlns wd_xml_ns_of_prefix(struct wd_str prefix);
