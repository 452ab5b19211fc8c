/**
 * What the mender's three files share. Not for anybody else.
 *   mend.c      the main loop: nesting, records, CDATA, comments, the document type
 *   mend_tag.c  start and end tags, attributes
 *   mend_ref.c  character and entity references
 */
#pragma once
#include "base/limits.h"
#include "parsers/mend.h"

enum {
	MEND_CHUNK =
		16 * 1024, /* measured: libxml2's push parser is as fast as it gets from here */
	MEND_DEPTH = WD_MAX_XML_DEPTH - 8, /* libxml2 refuses more than 256 */
	MEND_NAMES = 64,                   /* declared entities kept */
	MEND_ATTR_BYTES = 1024 * 1024,     /* one attribute's value */
	MEND_RUN = 48,                     /* from here on a run of text goes around the parser */
};

/* What an element's name means to the nesting rules. */
enum mend_kind {
	MEND_PLAIN,
	MEND_RECORD, /* item, entry, url: a new one ends an open one */
	MEND_LEAF,   /* title, link, guid, …: holds text; another field's start ends it */
	MEND_BODY,   /* description, content, …: holds HTML; only clear fields end it */
};

struct mend_attr {
	struct wd_str name, value; /* as in the input */
	bool dirty;                /* the value needs mending */
	bool skip;
};

struct mend_tag {
	struct wd_str name;
	size_t end;  /* offset behind it */
	bool dirty;  /* must be written anew */
	bool broken; /* and not only for its values */
	bool closed; /* "/>" */
	size_t attr_count;
	struct mend_attr attrs[WD_MAX_ATTRS];
};

struct mend_entity {
	struct wd_str name, value;
	bool external;
};

struct mend {
	struct wd_arena *a;
	struct wd_str in;
	size_t at;
	const struct wd_mend_ops *ops;
	void *ctx;
	int rc;

	size_t n;            /* bytes in buf */
	size_t record_start; /* where the open record begins in buf */
	bool record_faulty;

	size_t depth, over; /* open elements; start tags above MEND_DEPTH that were left out */
	size_t leaf;        /* 1 + index of the lowest open leaf or body, 0: none */
	bool had_root, broken_doctype;

	/* Offsets found by forward searches, so that no byte is searched twice (quotes, the ends of
	 * CDATA, comments, instructions). */
	size_t next[6];

	struct mend_entity entities[MEND_NAMES];
	size_t entity_count, expanded; /* bytes */
	size_t doubtful;               /* look-ups of names that may be none */

	struct mend_tag tag;
	struct {
		struct wd_str name;
		enum mend_kind kind;
	} stack[MEND_DEPTH];
	char buf[MEND_CHUNK];
};

enum { MEND_DQUOTE, MEND_SQUOTE, MEND_CDATA_END, MEND_COMMENT_END, MEND_PI_END, MEND_CDATA };

/* mend.c */
void mend_put(struct mend *m, struct wd_str s);
void mend_fault(struct mend *m, const char *code);
/** Text of the input with what XML forbids taken out or escaped; references resolved where
 * `refs`. `quote`: inside an attribute value, '<' and '"' are escaped too. */
void mend_text(struct mend *m, struct wd_str s, bool refs, bool quote);
/** The first `what` at or after `from`, SIZE_MAX: none. Forward searches only. */
size_t mend_search(struct mend *m, int what, size_t from);

/* mend_tag.c */
/** Reads the start tag at m->at into m->tag. False: it is none, the '<' is text. */
bool mend_read_tag(struct mend *m);
/** Writes m->tag. */
void mend_write_tag(struct mend *m);
/** Length of the name at s.p, 0: none starts there. */
size_t mend_name_length(struct mend *m, struct wd_str s);

/* mend_ref.c */
/** The reference at s (s.p[0] is '&'): writes what it stands for, returns how many bytes it took,
 * at least 1. */
size_t mend_ref(struct mend *m, struct wd_str s);
/** True when the reference at s may stand as it is. */
bool mend_ref_ok(struct wd_str s, size_t *ret_len);
/** Entities declared in a document type's internal subset. */
void mend_declare(struct mend *m, struct wd_str subset);
