/**
 * Desk: the ordered step. Articles of a document come in, in document order; versions go out to
 * `emit`, which puts events into the same store transaction. One thread.
 *
 *   wd_store_begin → { wd_desk_doc_begin → wd_desk_article… → wd_desk_doc_end }… → wd_store_commit
 */
#pragma once
#include "desk/store.h"
#include "parsers/version.h"

struct wd_desk;

struct wd_desk_opts {
	struct wd_store *store;  /* borrowed */
	uint32_t keep_versions;  /* texts kept for diffs; 0: 3 */
	size_t stories_remember; /* articles whose copies are recognised, and for how long after */
	int64_t stories_window_us; /* the first of a story; 0: desk/story_keeper.h */
	/* Versions under embargo, or withheld, wait in the store instead of going out marked. A
	 * newer version takes the place of one that waits: nobody has seen it. */
	bool hold_embargoed, hold_withheld;
	/* The Kafka topic of the version, WD_ROUTE_NONE, or empty for the sink's own; *ret_stays:
	 * the article's next versions go there, too. NULL: no rules. */
	struct wd_str (*route)(const struct wd_article *art, const struct wd_version *v,
		bool *ret_stays, void *ctx);
	/* Encodes the version and adds it to the outbox (v->hold: to what waits). A negative answer
	 * ends the document. */
	int (*emit)(const struct wd_article *art, const struct wd_version *v, struct wd_arena *a,
		void *ctx, struct wd_err *err);
	void *ctx;
};

struct wd_desk *wd_desk_new(const struct wd_desk_opts *opts); /* NULL: out of memory */
void wd_desk_free(struct wd_desk *d);
WD_DEFINE_CLEANUP(struct wd_desk *, wd_desk_free)

WD_MUST_USE int wd_desk_doc_begin(struct wd_desk *d, const struct wd_doc *doc,
	const struct wd_feed *feed, struct wd_err *err);
/** Known and unchanged, or a version. Scratch memory from `a`. */
WD_MUST_USE int wd_desk_article(struct wd_desk *d, const struct wd_article *art, struct wd_arena *a,
	bool *ret_is_version, struct wd_err *err);
/** Writes the feed's cursor. */
WD_MUST_USE int wd_desk_doc_end(struct wd_desk *d, struct wd_err *err);

/** The newest version of an article as it was kept, untagged. WD_E_NOTFOUND: not kept. */
WD_MUST_USE int wd_desk_kept(struct wd_desk *d, int64_t row, struct wd_arena *a,
	struct wd_article *ret, struct wd_err *err);
/** The article, tagged by new rules: where the tags differ from those sent last, a version with the
 * reason "retag" goes to emit. Not so when `art` is not the newest version's text, or the article
 * was withdrawn or never sent. Inside a transaction. */
WD_MUST_USE int wd_desk_retag(struct wd_desk *d, struct wd_hash article,
	const struct wd_article *art, int64_t now_us, struct wd_arena *a, bool *ret_changed,
	struct wd_err *err);
/** Which known article it is, between wd_desk_doc_begin and the next; nothing is remembered.
 * WD_E_NOTFOUND: none. */
WD_MUST_USE int wd_desk_find(struct wd_desk *d, const struct wd_article *art, struct wd_arena *a,
	struct wd_hash *ret, struct wd_err *err);

/** The caller rolled the store's transaction back. */
void wd_desk_rolled_back(struct wd_desk *d);

/** What the document was to its feed; valid until the next one begins. */
struct wd_desk_seen {
	struct wd_str feed; /* the key of its record; empty: none */
	bool first_read;
	size_t articles, unknown; /* met in the document; of them never seen before */
	int64_t now_us;
	struct wd_store_feed *record; /* what wd_desk_doc_end will write or has written */
};
void wd_desk_doc_seen(struct wd_desk *d, struct wd_desk_seen *ret);

/** A page answered 410: withdraws the article that links there. WD_E_NOTFOUND: none does. Inside a
 * transaction. */
WD_MUST_USE int wd_desk_gone(
	struct wd_desk *d, const struct wd_doc *doc, struct wd_arena *a, struct wd_err *err);

/** How an operator withdraws. */
struct wd_desk_withdrawal {
	struct wd_hash article;
	const char *reason;
	bool erase; /* the article's texts leave the store, too */
	int64_t now_us;
};
/** Withdraws a known article: an event without texts, also its held version goes. *ret_route is the
 * topic its events went to, in `a`. An article nobody has seen yet (it was held) gives no event.
 * WD_E_NOTFOUND: no such article. Inside a transaction. */
WD_MUST_USE int wd_desk_withdraw(struct wd_desk *d, const struct wd_desk_withdrawal *w,
	struct wd_arena *a, struct wd_str *ret_route, struct wd_err *err);
