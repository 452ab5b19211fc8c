/**
 * Versions of an article: what the desk says about one, what the event shows of it.
 */
#pragma once
#include "base/hash.h"
#include "parsers/article.h"

struct wd_store_held;

enum wd_event_type { WD_EVENT_PUBLISHED, WD_EVENT_UPDATED, WD_EVENT_CORRECTED, WD_EVENT_WITHDRAWN };

struct wd_diff {
	struct wd_str field;         /* headline, text, published, … */
	struct wd_str before, after; /* for short fields */
	wd_strs added, removed;      /* for text: paragraphs, cut */
};

/** What the desk says about one version. */
struct wd_version {
	enum wd_event_type type;
	struct wd_str
		article_id; /* stable across versions: subject, key, partitionkey; 32 hex digits */
	struct wd_str event_id; /* deterministic, 32 hex digits */
	unsigned number;        /* 1, 2, … */
	struct wd_str previous; /* event id of the version before; empty for the first */
	struct wd_hash content_hash;
	int64_t first_seen_us, seen_us;
	struct wd_str significance; /* typo, minor, fact, rewrite, tags; empty for the first */
	WD_VEC(struct wd_diff) diff;
	bool is_backfill;       /* first read of a feed */
	struct wd_str reason;   /* why a version without changed text: retag, withdraw … */
	struct wd_str story_id; /* empty: none */
	double story_similarity;
	int64_t story_first_seen_us;
	struct wd_strs_ref {
		const struct wd_str *v;
		size_t n;
	} sources;                        /* other feeds that carry it */
	struct wd_str route;              /* Kafka topic by a rule; empty: the sink's own */
	const struct wd_store_held *hold; /* not before its time (desk/store.h); NULL: now */
};

/** Hash over what makes a version: headline, text, tables, dates, status … not over tags or
 * provenance. */
struct wd_hash wd_content_hash(const struct wd_article *art);

/** "news.article.published", … */
const char *wd_event_type_name(enum wd_event_type type);
/** The deterministic event id; `rules` is empty unless only the tags are new (retag). */
struct wd_hash wd_event_id(struct wd_str article_id, unsigned number, enum wd_event_type type,
	struct wd_hash content, struct wd_str rules);
