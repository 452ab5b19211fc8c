/**
 * Document: what a source received, before anybody looked into it. One owner at a time; handing on
 * moves it. All its strings live in its own arena, so freeing it is one call.
 */
#pragma once
#include "base/arena.h"

enum wd_doc_origin {
	WD_DOC_FILE,    /* named on the command line, or stdin */
	WD_DOC_HTTP,    /* polled */
	WD_DOC_PUSH,    /* received over HTTP */
	WD_DOC_SPOOL,   /* dropped into the spool folder */
	WD_DOC_ARCHIVE, /* replayed */
	WD_DOC_KAFKA,   /* a topic of raw documents */
};

/** What a feed's first read gives: everything (as backfill), only what is newer than an age, or
 * nothing but the memory of it. */
enum wd_first_poll { WD_FIRST_ALL, WD_FIRST_SINCE, WD_FIRST_NONE };

struct wd_header {
	struct wd_str name, value;
};

/** What the feed's configuration says about its documents; set by the source, owned by the
 * configuration snapshot or the doc's arena. */
struct wd_doc_hints {
	struct wd_str timezone; /* IANA name or ±hh:mm for dates without a zone; empty: unknown */
	struct wd_str language; /* BCP 47, when the feed states none */
	struct wd_str charset;  /* forced */
	struct wd_str format;   /* forced format name; empty: detect */
	bool fulltext;
	const struct wd_str *topics; /* only articles with one of these are published; none: all */
	size_t topic_count;
	enum wd_first_poll first_poll;
	int64_t first_age_us; /* WD_FIRST_SINCE: published at most so long before the read */
};

struct wd_doc {
	uint32_t magic;
	enum wd_doc_origin origin;
	uint64_t seq;           /* order of receipt; the desk works in this order */
	struct wd_arena *mem;   /* owns everything below */
	struct wd_str body;     /* decompressed bytes */
	struct wd_str feed;     /* feed or source id; empty for a bare file */
	struct wd_str feed_url; /* the feed's configured URL: the CloudEvents source */
	struct wd_str url;      /* where it came from after redirects; the base of relative links */
	struct wd_str input;    /* path or URL as given: provenance.input */
	struct wd_str content_type;        /* header, verbatim */
	struct wd_str etag, last_modified; /* validators, byte for byte as received */
	struct wd_str record;              /* archive record id */
	struct wd_str archive_file;        /* where the record is: name in the archive's folder */
	uint64_t archive_offset;
	struct wd_header *headers;
	size_t header_count;
	struct wd_header *sent; /* the request's, secrets taken out */
	size_t sent_count;
	struct wd_str
		refused; /* not to be read: why its source refused it; it becomes a dead letter */
	int status;      /* HTTP status, 0 when there was none */
	int64_t fetched_at_us;
	struct wd_doc_hints hints;
	/* Called once, on the desk thread, when all that the document caused is durable (rc WD_OK)
	 * or it was given up (negative). May be NULL. */
	void (*done)(struct wd_doc *doc, int rc, void *ctx);
	void *done_ctx;
};

#define WD_DOC_MAGIC 0x57444f43u

/** New document with an arena of `limit_bytes`; NULL: out of memory. */
struct wd_doc *wd_doc_new(size_t limit_bytes);
void wd_doc_free(struct wd_doc *doc);
WD_DEFINE_CLEANUP(struct wd_doc *, wd_doc_free)
/** Value of the header (case-insensitive), empty when absent. */
struct wd_str wd_doc_header(const struct wd_doc *doc, const char *name);
/** The bytes are no text in any character set: a picture, an archive, a program. */
bool wd_doc_is_binary(struct wd_str body);
