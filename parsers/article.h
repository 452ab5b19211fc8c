/**
 * The data model between parsers, taggers, desk and sinks.
 *
 *   doc (base/doc.h) ── parser ──► wd_feed + wd_entry…      what the source said, HTML still raw
 *   wd_entry (or an HTML page, or plain text) ── build ──► wd_article   cleaned, furniture out
 *   wd_article ── taggers ──► the same, with topics, entities, flags
 *   wd_article ── desk ──► version, lifecycle, story ── sinks/event ──► JSON
 *
 * All slices live in one arena (the article's) or in the doc; absent means n == 0. Strings are
 * valid UTF-8 without C0 controls (tab and newline excepted).
 */
#pragma once
#include "base/doc.h"
#include "base/vec.h"

/* ---- dates ---- */

enum wd_date_precision { WD_DATE_NONE, WD_DATE_YEAR, WD_DATE_MONTH, WD_DATE_DAY, WD_DATE_TIME };

/** A date as the source gave it. `us` is UTC when has_zone, else the written wall time read as if
 * UTC. */
struct wd_date {
	int64_t us;
	enum wd_date_precision precision; /* WD_DATE_NONE: absent */
	bool has_zone;
};

/* ---- what feeds say: the flat fields of `wiredesk parse` ---- */

struct wd_person {
	struct wd_str name, email, url;
};
struct wd_category {
	struct wd_str term, scheme, label;
};
struct wd_enclosure {
	struct wd_str href, type, length;
};
struct wd_link {
	struct wd_str href, rel, type, title, hreflang, length;
};
struct wd_content {
	struct wd_str value, type, lang; /* value: raw HTML or text as the type says */
	struct wd_str base;              /* xml:base in force, for relative links in it */
};
struct wd_image {
	struct wd_str href, link, title, caption, credit;
};
struct wd_subject {
	struct wd_str code, name, scheme;
};
typedef WD_VEC(struct wd_person) wd_persons;
typedef WD_VEC(struct wd_category) wd_categories;
typedef WD_VEC(struct wd_enclosure) wd_enclosures;
typedef WD_VEC(struct wd_link) wd_links;
typedef WD_VEC(struct wd_content) wd_contents;
typedef WD_VEC(struct wd_image) wd_images;
typedef WD_VEC(struct wd_subject) wd_subjects;
typedef WD_VEC(struct wd_str) wd_strs;

/** `source` of an entry, and the base of the feed itself. */
struct wd_feed {
	struct wd_str title, title_lang, link, id, description, description_lang, language, rights,
		rights_lang, generator, hub, self, title_base, description_base, rights_base;
	struct wd_date published, updated, created;
	struct wd_str next, prev, next_archive, prev_archive; /* RFC 5005 */
	struct wd_image image;
	wd_persons authors, contributors;
	wd_categories categories;
	wd_links links;
	struct wd_person publisher;
	/* next-update hints */
	int64_t ttl_s;       /* RSS ttl or sy:update*, 0: none */
	uint32_t skip_hours; /* bit per hour */
	uint8_t skip_days;   /* bit per day, Sunday = 0 */
	bool complete;       /* fh:complete */
	/* how it was read */
	struct wd_str format; /* rss20, atom10, …; empty in an entry's source */
	struct wd_str charset, charset_source;
	bool wellformed;
	wd_strs faults;
};

struct wd_entry {
	struct wd_str title, title_type, title_lang, title_base, link, guid, summary, summary_type,
		summary_lang, summary_base, language, rights, comments, description;
	bool guid_is_permalink;
	wd_contents content;
	wd_persons authors, contributors;
	struct wd_date published, updated, created, expired;
	struct wd_str date_field;  /* which element `published` came from: pubDate, dc:date, … */
	struct wd_str date_reason; /* why there is no date although one was written */
	wd_categories categories;
	wd_enclosures enclosures;
	wd_links links;
	struct wd_image image;
	wd_images media_thumbnails;
	struct wd_person publisher;
	struct wd_feed *source; /* NULL: none */
	wd_strs faults;         /* what was mended in this entry */
	/* agency formats */
	struct wd_str byline, dateline_text, dateline_city, slugline, pubstatus, item_type, ednote,
		rights_holder, credit, version;
	int urgency, priority; /* 0: none */
	struct wd_date embargoed;
	wd_subjects subjects;
	wd_strs keywords, genres;
	int64_t word_count; /* 0: none */
	bool is_backfill;
	bool is_correction; /* the agency's mark: a signal, an instruction, docdata's correction */
};

/* ---- the cleaned article ---- */

struct wd_table_row {
	struct wd_str *cells;
	size_t n;
};
struct wd_table {
	struct wd_str caption;
	WD_VEC(struct wd_table_row) header; /* rectangular: every row is as long as the widest */
	WD_VEC(struct wd_table_row) rows;
	wd_strs footnotes;
	double confidence; /* 0 … 1 */
	bool repaired;
};
struct wd_repair {
	struct wd_str kind, field, note; /* field: headline, summary, text, feed, … */
	int64_t count;
};
struct wd_removed {
	struct wd_str kind, text; /* byline, dateline, agency_credit, disclaimer, promo, share, … */
};
typedef WD_VEC(struct wd_table) wd_tables;
typedef WD_VEC(struct wd_repair) wd_repairs;
typedef WD_VEC(struct wd_removed) wd_removals;

struct wd_info_source {
	struct wd_str name, uri;
};
/** Where a fact comes from and how far to trust it; what another place says instead, if one does.
 */
struct wd_fact {
	struct wd_str field;               /* headline, authors, published, updated, … */
	struct wd_str source;              /* json-ld, opengraph, meta, microdata, h1, feed, … */
	struct wd_str other_source, other; /* empty: nobody disagrees */
	double confidence;                 /* 0 … 1 */
};
typedef WD_VEC(struct wd_fact) wd_facts_list;

/* ---- what taggers add ---- */

/** A span of a field, in Unicode code points; `text` is exactly what stands there. */
struct wd_span {
	struct wd_str field; /* headline, summary, text, or a JSON pointer into data */
	size_t start, end;
	struct wd_str text;
};
typedef WD_VEC(struct wd_span) wd_spans;

struct wd_topic {
	struct wd_str id, label, rule;
	double confidence;
	wd_spans evidence;
};
struct wd_entity {
	struct wd_str qid, name, kind; /* kind: person, place, organisation, event */
	struct wd_str rel;
	wd_spans mentions;
};
struct wd_theme {
	struct wd_str id, label, medtop;
	double confidence;
	wd_spans evidence;
};
struct wd_summit {
	struct wd_str id, date, place;
	wd_strs leaders; /* names */
	double confidence;
};
struct wd_flag {
	struct wd_str code, severity, message;
	wd_spans evidence;
	wd_strs facts; /* each a sentence with its source */
};
struct wd_tag_subject {
	struct wd_str uri, name, rel; /* IPTC Media Topic */
};

enum wd_pubstatus { WD_USABLE, WD_WITHHELD, WD_CANCELED };

struct wd_article {
	const struct wd_doc *doc;     /* where it came from */
	const struct wd_feed *feed;   /* NULL for pages */
	const struct wd_entry *entry; /* NULL for pages */

	struct wd_str headline, summary, slugline, by, located;
	wd_strs alt_headlines;
	struct wd_str
		title_raw; /* what the source called the title (wiredesk/title) when it differs */
	wd_persons authors;
	struct wd_str authors_source; /* whose they are when the entry names none: source, feed */
	struct wd_str html, text;     /* bodies/0, bodies/1 */
	wd_tables tables;
	wd_repairs repairs;
	wd_removals removed;
	WD_VEC(struct wd_info_source) info_sources;
	wd_facts_list facts; /* of pages: where the metadata comes from */
	wd_images images;
	struct wd_str link, canonical, guid, site_name, section, copyright, item_type, usage_terms;
	wd_strs keywords;
	wd_categories categories;
	wd_enclosures enclosures;
	wd_subjects subjects_in; /* subjects the source gave (agency formats) */
	struct wd_date published, updated, embargoed;
	struct wd_str
		date_source; /* pubDate, dc:date, json-ld, meta, text, url; empty with no date */
	struct wd_str language, language_source;
	enum wd_pubstatus pubstatus;
	int urgency;
	bool truncated; /* the text breaks off (source of the flag) */
	bool paywalled;
	bool is_backfill;
	bool is_correction; /* marked "Correction:", 정정, 訂正 */
	bool is_retraction; /* killed or retracted */
	/* fulltext: the page the entry was completed from; empty: none */
	struct wd_str page_url, page_record;
	struct wd_str next_page; /* the address of its next page, where the article has several */
	struct wd_str parser;    /* "rss20", "html", "text", … */
	struct wd_str charset, charset_source;

	/* taggers */
	WD_VEC(struct wd_topic) topics;
	WD_VEC(struct wd_entity) entities;
	WD_VEC(struct wd_theme) themes;
	WD_VEC(struct wd_summit) summits;
	WD_VEC(struct wd_flag) flags;
	WD_VEC(struct wd_tag_subject) subjects;
	struct wd_str rules_version;
};

/** Appends a repair, or counts one up that is there already (same kind and field). Quietly stops at
 * WD_MAX_REPAIRS. */
void wd_repair_add(struct wd_arena *a, wd_repairs *list, const char *kind, const char *field,
	int64_t count, struct wd_str note);
/** Appends to `removed`; the text is copied. */
void wd_removed_add(struct wd_arena *a, wd_removals *list, const char *kind, struct wd_str text);
