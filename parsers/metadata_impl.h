/**
 * Metadata of pages, inside. For parsers/metadata*.c.
 */
#pragma once
#include "parsers/dates.h"
#include "parsers/metadata.h"
#include "parsers/page_impl.h"

#define WD_FACT_OTHER_BYTES                                                                        \
	180 /* what another place says, quoted: too short to be a text twice                       \
	     */

/* One statement in the head, or microdata anywhere: key lower-case. */
struct wd_statement {
	struct wd_str key, value;
};

/* What JSON-LD says about the article. */
struct wd_jsonld {
	int rank; /* how surely the object is the article; 0: none found */
	struct wd_str type, headline, description, body, section, language, published, modified,
		publisher, copyright, url, site;
	wd_persons authors;
	wd_strs keywords;
	wd_images images;
	bool paywalled;
};

/* An object or array of JSON-LD that may say something. */
struct wd_ld_object {
	const struct wd_jnode *o;
	struct wd_str id;
	bool named;
};

struct wd_facts {
	struct wd_arena *a;
	const struct wd_doc *doc;
	struct wd_html *h;
	const struct wd_page *page;
	WD_VEC(struct wd_statement) meta;  /* meta elements */
	WD_VEC(struct wd_statement) micro; /* itemprop */
	wd_strs h1s;
	wd_strs nexts; /* links that may lead to the article's next page */
	struct wd_str title, canonical, base, lang;
	unsigned home_looks; /* links asked for it */
	unsigned looks_left; /* elements whose text may still be compared with a title's part */
	struct wd_str home; /* how the first link to the front page reads: mostly the site's name */
	wd_strs rel_authors;
	struct wd_ld_object *objects; /* of the JSON-LD script being read */
	size_t object_count;
	bool ld_torn; /* its structure is damaged */
	struct wd_jsonld ld;
	wd_facts_list *said; /* wd_metadata.facts */
	size_t headline_at;  /* the element of the page that is the headline; 0: none found */
};

/* metadata_collect.c */
void wd_facts_collect(struct wd_facts *f);
/** First value of one of the keys (NULL-ended), in the order of the keys. */
struct wd_str wd_facts_meta(const struct wd_facts *f, const char *const *keys);
/** The same, and what kind of place it stands in: opengraph, meta. */
struct wd_str wd_facts_meta_from(
	const struct wd_facts *f, const char *const *keys, const char **ret_source);
struct wd_str wd_facts_micro(const struct wd_facts *f, const char *key);
/* metadata_jsonld.c */
void wd_jsonld_read(struct wd_facts *f, struct wd_str script);
/* metadata_title.c */
struct wd_str wd_meta_headline(struct wd_facts *f, struct wd_str site);
/** Where on the page the headline stands: its index in page->els, 0 when nowhere. */
size_t wd_meta_headline_at(struct wd_facts *f, struct wd_str headline);
/* metadata_author.c */
void wd_meta_authors(struct wd_facts *f, struct wd_str site, wd_persons *ret);
/** Splits "A and B, C" at every separator of names and adds those that may be a person's.
 * `statement`: said as an author, so that one word is enough. */
void wd_meta_add_names(struct wd_facts *f, struct wd_str s, struct wd_str url, struct wd_str site,
	bool statement, wd_persons *ret);
/* metadata_byline.c */
/** Names in visible bylines, `named`: those of elements that are named so too. */
void wd_meta_byline(struct wd_facts *f, struct wd_str site, bool named, wd_persons *ret);
/* metadata_script.c */
/** The value of one of the keys (NULL-ended) in the scripts' own data that is the article's; empty
 * when several differ and none stands by the headline. `same`: whether two say the same. */
struct wd_str wd_meta_script_value(struct wd_facts *f, const char *const *keys,
	struct wd_str headline, bool (*same)(struct wd_str a, struct wd_str b));
/* metadata_date.c */
void wd_meta_dates(struct wd_facts *f, struct wd_metadata *ret);
/* metadata.c */
/** Notes where `field` comes from. NULL or empty source: nothing to note. */
struct wd_fact *wd_facts_note(
	struct wd_facts *f, const char *field, const char *source, double confidence);
