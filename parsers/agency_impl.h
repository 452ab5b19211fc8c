/**
 * What the agency formats' files share. Not for anybody else.
 *   agency.c      detection, dispatch, entries in and out
 *   agency_lines.c lines, content and files of either NewsML
 *   agency_nitf.c NITF, alone or inside the other two
 *   agency_n1.c   NewsML 1.x
 *   agency_g2.c   NewsML-G2
 *   agency_home.c the clocks of agencies that write no zone
 */
#pragma once
#include "base/buf.h"
#include "base/limits.h"
#include "parsers/fields.h"
#include "parsers/xml.h"

enum agency_tag {
	A_NONE,
	/* NewsML-G2 */
	A_ITEMSET,
	A_SENDER,
	A_NEWSITEM, /* also NewsML 1 */
	A_PACKAGEITEM,
	A_RIGHTSINFO,
	A_COPYRIGHTHOLDER,
	A_COPYRIGHTNOTICE,
	A_USAGETERMS,
	A_ITEMMETA,
	A_ITEMCLASS,
	A_PROVIDER,
	A_VERSIONCREATED,
	A_FIRSTCREATED,
	A_EMBARGOED,
	A_EXPIRES,
	A_PUBSTATUS,
	A_SIGNAL,
	A_EDNOTE,
	A_LINK,
	A_CONTENTMETA,
	A_URGENCY,
	A_PRIORITY,
	A_CONTENTCREATED,
	A_CONTENTMODIFIED,
	A_LOCATED,
	A_CREATOR,
	A_CONTRIBUTOR,
	A_INFOSOURCE,
	A_NAME,
	A_SUBJECT,
	A_KEYWORD,
	A_GENRE,
	A_HEADLINE,
	A_DATELINE,
	A_SLUGLINE,
	A_CREDITLINE,
	A_DESCRIPTION,
	A_LANGUAGE,
	A_INLINEXML,
	A_INLINEDATA,
	A_REMOTECONTENT,
	A_ITEMREF,
	A_HTML,
	A_BODY,
	/* NewsML 1 */
	A_NEWSML,
	A_ENVELOPE,
	A_PROVIDERID,
	A_NEWSITEMID,
	A_REVISIONID,
	A_PUBLICIDENTIFIER,
	A_MANAGEMENT,
	A_THISREVISION,
	A_STATUS,
	A_STATUSWILLCHANGE,
	A_FUTURESTATUS,
	A_DATEANDTIME,
	A_INSTRUCTION,
	A_LIMITATIONS,
	A_COMPONENT,
	A_ROLE,
	A_SUBHEADLINE,
	A_BYLINE,
	A_COPYRIGHTLINE,
	A_RIGHTSLINE,
	A_PARTY,
	A_SOURCE,
	A_SUBJECTMATTER, /* Subject, SubjectMatter, SubjectDetail, SubjectQualifier */
	A_PROPERTY,
	A_SIZEINBYTES,
	A_NEWSLINETYPE,
	A_NEWSLINETEXT,
	A_LOCATION,
	A_CONTENTITEM,
	A_MEDIATYPE,
	A_MIMETYPE,
	A_CHARACTERISTICS,
	A_DATACONTENT,
	A_NAMELABEL,
	/* NITF */
	A_NITF,
	A_TITLE,
	A_DOCDATA,
	A_DOCID,
	A_DATEISSUE,
	A_DATERELEASE,
	A_DATEEXPIRE,
	A_DOCCOPYRIGHT,
	A_DOCRIGHTS,
	A_EVLOC,
	A_NOTE,
	A_EDMSG,
	A_TOBJECTSUBJECT,
	A_PUBDATA,
	A_META,
	A_TOBJECTPROPERTY,
	A_CORRECTION,
	A_BODYHEAD,
	A_HEDLINE,
	A_HL1,
	A_HL2,
	A_ABSTRACT,
	A_DISTRIBUTOR,
	A_BODYCONTENT,
};

/** A NewsML 1 component that is open: what it says about itself. */
struct agency_component {
	struct wd_str headline, role;
	size_t depth;
};
#define AGENCY_COMPONENTS 16

struct agency_state {
	struct wd_parse_ctx *pc;
	struct wd_arena *a; /* the entry's */
	struct wd_xml *x;
	struct wd_entry entry;
	bool in_entry, is_package;
	size_t depth;      /* of the element open now */
	size_t nitf_depth; /* of the <nitf> around it, 0: none */
	size_t count;
	struct wd_err *err;
	struct wd_str attr;             /* of the element being captured */
	struct wd_str priority, sender; /* of the message */
	/* text beside elements in inlineData, DataContent, ed-msg */
	struct wd_buf loose, parts; /* parts: the elements themselves, as markup */
	size_t loose_depth;
	/* G2 */
	struct wd_subject *subject; /* whose <name> may follow */
	struct wd_str usage_terms, notice, provider;
	bool headline_is_main;
	struct wd_str provider_code; /* of a provider who may have no name */
	uint64_t image_extent;       /* of the picture that is the item's image so far */
	/* NewsML 1 */
	struct agency_component components[AGENCY_COMPONENTS];
	size_t component_count;
	struct wd_str provider_id, item_id, any_headline, source_name, creator;
	bool has_text, will_be_usable;
	size_t file_depth; /* of the ContentItem whose file was added last, 0: closed */
	bool location_is_origin,
		city_is_origin;  /* the place it was filed from, rather than what it is about */
	struct wd_str line_type; /* of the NewsLine that is open */
	struct wd_str caption;   /* of a picture, with or beside a text */
	bool caption_is_html;
	bool is_embargoed; /* in NewsML 1 and NITF */
	/* an agency's own XML */
	unsigned boxes; /* bit i: bodies[i] of story.c stands around headline and text */
	struct wd_str date_text;
	/* NITF */
	struct wd_str nitf_title, event_city;
	struct wd_str correction; /* what it corrects */
};

/** Each answers what the element's start and end mean in its format; captures what it wants. */
int agency_nitf_start(struct agency_state *s, const struct wd_xml_elem *e);
int agency_nitf_end(struct agency_state *s, const struct wd_xml_elem *e, struct wd_str text);
int agency_n1_start(struct agency_state *s, const struct wd_xml_elem *e);
int agency_n1_end(struct agency_state *s, const struct wd_xml_elem *e, struct wd_str text);
int agency_g2_start(struct agency_state *s, const struct wd_xml_elem *e);
int agency_g2_end(struct agency_state *s, const struct wd_xml_elem *e, struct wd_str text);

void agency_begin(struct agency_state *s);
int agency_emit(struct agency_state *s);
/** Text of captured markup, with a space where only a tag parts two words. */
struct wd_str agency_plain(struct agency_state *s, struct wd_str markup);
/** Keeps the trimmed text in *to when nothing is there yet; white space inside is squeezed. */
void agency_set(struct agency_state *s, struct wd_str *to, struct wd_str text);
void agency_add_body(struct agency_state *s, struct wd_str text, bool is_html);
void agency_set_date(struct agency_state *s, struct wd_date *to, struct wd_str text);
/** Lines of text that are one field in either NewsML: captured, kept; false for other elements. */
bool agency_line_start(struct agency_state *s, const struct wd_xml_elem *e);
bool agency_line_end(struct agency_state *s, int tag, struct wd_str text);
/** A file of the item; NULL without a usable href. The rest of it is the caller's. */
struct wd_enclosure *agency_add_file(
	struct agency_state *s, const struct wd_xml_elem *e, struct wd_str href);
/** Content given as text or elements: its start, an element in it, all of it (borrowed). */
void agency_content_start(struct agency_state *s, const struct wd_xml_elem *e);
void agency_content_part(struct agency_state *s, const struct wd_xml_elem *e, struct wd_str markup);
struct wd_str agency_content_end(struct agency_state *s, bool *ret_is_html);
/** IANA zone of a national agency's home by its name or domain; empty when unknown. */
struct wd_str agency_home_zone(struct wd_str name);
/** Reads the entry's times without a zone in the home zone of whoever it is from. */
void agency_home_dates(struct agency_state *s);
/** "By Jane Doe, Staff Writer" → the byline, and its person among the authors. */
void agency_set_byline(struct agency_state *s, struct wd_str text);
