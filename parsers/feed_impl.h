/**
 * What the XML feed handler's files share. Not for anybody else.
 *   feed.c      the parser: detection, what is open, entries in and out
 *   feed_core.c RSS's and Atom's own elements
 *   feed_mod.c  modules: Dublin Core, Media RSS, iTunes, …
 *   feed_text.c text constructs, persons, dates, links
 *   feed_wire.c news agencies' extensions
 */
#pragma once
#include "base/buf.h"
#include "base/limits.h"
#include "parsers/parser.h"
#include "parsers/xml.h"

/* Elements by what they mean, whatever dialect they come from. */
enum feed_tag {
	T_NONE,
	/* containers */
	T_RSS,
	T_RDF,
	T_FEED,
	T_CHANNEL,
	T_ENTRY,
	T_SOURCE,
	T_IMAGE,
	T_TEXTINPUT,
	T_AUTHOR,
	T_CONTRIBUTOR,
	T_OWNER, /* itunes:owner */
	T_MEDIA_GROUP,
	T_MEDIA_CONTENT,
	T_SKIPHOURS,
	T_SKIPDAYS,
	/* persons */
	T_NAME,
	T_EMAIL,
	T_URI,
	/* text */
	T_TITLE,
	T_LINK,
	T_DESCRIPTION,
	T_SUMMARY,
	T_CONTENT,
	T_ENCODED,
	T_BODY,
	T_RIGHTS,
	T_ID,
	T_GUID,
	T_COMMENTS,
	T_CATEGORY,
	T_ENCLOSURE,
	T_GENERATOR,
	T_LANGUAGE,
	T_LOGO,
	T_ICON,
	T_URL,
	T_WEBMASTER,
	T_KEYWORDS,
	T_PUBLISHER,
	/* dates */
	T_PUBLISHED,
	T_UPDATED,
	T_CREATED,
	T_EXPIRED,
	T_VALID,
	T_DC_DATE,
	/* hints */
	T_TTL,
	T_HOUR,
	T_DAY,
	T_SY_PERIOD,
	T_SY_FREQUENCY,
	T_COMPLETE,
	/* modules */
	T_DC_TITLE,
	T_DC_DESCRIPTION,
	T_DC_SUBJECT,
	T_DC_SOURCE,
	T_DC_IDENTIFIER,
	T_MEDIA_TITLE,
	T_MEDIA_DESCRIPTION,
	T_MEDIA_THUMBNAIL,
	T_MEDIA_CREDIT,
	T_MEDIA_KEYWORDS,
	T_ITUNES_IMAGE,
	T_ITUNES_SUMMARY,
	T_ITUNES_SUBTITLE,
	T_ITUNES_CATEGORY,
	T_LEAD, /* of an extension */
	/* of a news agency's extension */
	T_WIRE_BYLINE,
	T_WIRE_DATELINE,
	T_WIRE_PLACE,
	T_WIRE_SLUG,
	T_WIRE_EDNOTE,
	T_WIRE_VERSION,
	T_WIRE_STATUS,
	T_WIRE_PRIORITY,
	T_WIRE_URGENCY,
	T_WIRE_ALERT,
	T_LICENSE,
	T_GENERATOR_AGENT,
	T_ORIG_LINK,
	T_IGNORED, /* known, and nothing to take from it */
};

enum feed_where { IN_NOTHING, IN_FEED, IN_ENTRY, IN_SOURCE, IN_IMAGE };

struct feed_state {
	struct wd_parse_ctx *pc;
	struct wd_xml *x;
	struct wd_feed *feed;
	struct wd_entry entry;
	bool in_entry;
	size_t entries;
	int rc;

	struct wd_person *person; /* the open author, contributor, owner */
	bool person_has_parts;
	struct wd_buf loose; /* text directly in a person element */
	const struct wd_xml_elem *loose_in;

	/* attributes of the captured element, kept for its end */
	struct wd_str type, mode;         /* of a text construct */
	struct wd_str attr, attr2, attr3; /* domain, label, content's type … as the element needs */
	bool permalink;

	/* candidates of lower rank: used when nothing better came */
	struct wd_str alt_title, alt_summary, alt_subtitle, alt_id, alt_link, alt_image;
	struct wd_date dc_date;
	struct wd_str feed_alt_title, feed_alt_description, feed_alt_image, dc_date_reason;
	struct wd_person webmaster;
	struct wd_date feed_dc_date;
	bool rank_link; /* entry.link came from a link element */
	unsigned sy_period_s, sy_frequency;
};

/* ---- feed.c ---- */
enum feed_where feed_where(const struct feed_state *s, const struct wd_xml_elem *e);
/** The arena things of this place live in. */
struct wd_arena *feed_arena(const struct feed_state *s, enum feed_where where);
/** The feed the place belongs to: the feed itself, or the entry's source. */
struct wd_feed *feed_of(struct feed_state *s, enum feed_where where);

/* ---- feed_core.c ---- */
int feed_core_start(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where);
void feed_core_end(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where);

/* ---- feed_mod.c ---- */
int feed_mod_start(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where);
void feed_mod_end(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where);

/* ---- feed_wire.c ---- */
bool feed_wire_is(enum feed_tag tag);
void feed_wire_start(struct feed_state *s, const struct wd_xml_elem *e);
void feed_wire_end(struct feed_state *s, const struct wd_xml_elem *e, struct wd_str text);

/* ---- feed_text.c ---- */
/** Starts to capture a text construct, remembering its type and mode. */
void feed_text_start(struct feed_state *s, const struct wd_xml_elem *e);
/** The captured text construct: decoded, trimmed, in `a`; *ret_type is text, html or xhtml. */
struct wd_str feed_text_value(struct feed_state *s, struct wd_arena *a, struct wd_str *ret_type);
/** The same where no type is kept: always HTML, a '<' of plain text is escaped. */
struct wd_str feed_html_value(struct feed_state *s, struct wd_arena *a);
/** Captured plain text, white space squeezed at the ends. */
struct wd_str feed_plain(struct feed_state *s, struct wd_arena *a);
/** "mail (Name)", "Name <mail>", "Name", … */
struct wd_person feed_person(struct wd_arena *a, struct wd_str text);
void feed_add_person(struct wd_arena *a, wd_persons *list, struct wd_person p);
void feed_add_category(struct wd_arena *a, wd_categories *list, struct wd_str term,
	struct wd_str scheme, struct wd_str label);
/** Reads the captured text as a date into *ret when that is still empty. */
bool feed_date(struct feed_state *s, struct wd_date *ret, struct wd_str *ret_reason);
/** The same from any text. */
bool feed_date_of(
	struct feed_state *s, struct wd_str text, struct wd_date *ret, struct wd_str *ret_reason);
/** A link element with attributes (Atom's form). */
void feed_atom_link(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where);
void feed_add_enclosure(
	struct feed_state *s, struct wd_str href, struct wd_str type, struct wd_str length);
struct wd_link *feed_add_link(
	struct wd_arena *a, wd_links *list, struct wd_str href, const char *rel);
bool feed_is_html_type(struct wd_str type);
