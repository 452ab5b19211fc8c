/*
 * From an id back to its article. A record's document may hold a hundred articles; the one that is
 * meant is told by its content: event ids are functions of article, number, type and content, so
 * the version that gives the id again is the one. When none does (a parser has learned since, or
 * the entry was completed from its page) the newest version is taken from what the store keeps, and
 * only then the entry which the desk would take for that article.
 *
 * Rejected: the entry's position in its document, written into the index, which would be wrong as
 * soon as a parser finds an entry more.
 *
 * Each document is built twice, to choose and to show: articles live in an arena that is emptied
 * between them.
 */
#include "daemon/recall.h"

#include <limits.h>
#include <stdio.h>

#include "base/file.h"
#include "base/limits.h"
#include "daemon/cmdconf.h"
#include "daemon/replay_run.h"
#include "desk/desk.h"
#include "parsers/links.h"
#include "parsers/version.h"

#define MAX_BLOCK (WD_MAX_DOC_BYTES + WD_MIB)
#define MAX_VERSIONS 1000 /* event ids tried for one entry */

static bool is_hash(struct wd_str s)
{
	struct wd_hash h;
	return s.n == WD_HASH_TEXT - 1 && wd_hash_from_hex(s, &h) == WD_OK;
}

struct wd_str wd_recall_bare_id(struct wd_str s)
{
	return s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>' ? wd_str_sub(s, 1, s.n - 1) : s;
}

bool wd_recall_is_id(struct wd_str s)
{
	s = wd_recall_bare_id(s);
	return is_hash(s) || wd_str_istarts(s, WD_STR("urn:uuid:"));
}

int wd_recall_record(const char *dir, const struct wd_store_record *where,
	void (*fn)(const char *path, const struct wd_warc_record *rec, void *ctx), void *ctx,
	struct wd_err *err)
{
	struct wd_warc_reader *r = NULL;
	struct wd_warc_record rec;
	char path[PATH_MAX];
	int rc = WD_E_SYS;
	for (size_t i = 0; i < 2 && rc != WD_OK; i++) {
		int n = snprintf(path, sizeof(path), "%s/%.*s%s", dir, WD_STR_ARG(where->file),
			i == 0 ? "" : ".open");
		rc = n < (int)sizeof(path)
			     ? wd_warc_open(path, MAX_BLOCK, &r, err)
			     : wd_err_set(err, WD_E_LIMIT, "archive.path is too long");
	}
	if (rc == WD_OK)
		rc = wd_warc_seek(r, where->offset, err);
	if (rc == WD_OK && wd_warc_next(r, &rec, err) == 1 && wd_str_eq(rec.id, where->id))
		fn(path, &rec, ctx);
	else if (rc == WD_OK)
		rc = wd_err_set(err, WD_E_MALFORMED, "'%s': offset %llu: not the record %.*s", path,
			(unsigned long long)where->offset, WD_STR_ARG(where->id));
	wd_warc_close(r);
	return rc;
}

/* ---- ids that lead nowhere ---- */

int wd_recall_none(struct wd_store *s, struct wd_str id, struct wd_err *err)
{
	struct wd_hash h, tags;
	struct wd_store_article art;
	struct wd_str packed;
	char hex[WD_HASH_TEXT];
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(2 * WD_EVENT_MAX_BYTES);
	if (a == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	if (wd_store_article_of(s, id, &h, NULL) != WD_OK ||
		wd_store_find_id(s, h, &art, NULL) != WD_OK)
		return wd_err_set(err, WD_E_NOTFOUND,
			"'%.*s' is not in the archive's index, and no article or event that this "
			"store knows: look at the id and at --config; it may have gone with its file "
			"(archive.max_age, archive.max_size) or been erased",
			WD_STR_ARG(id));
	(void)wd_hash_hex(h, hex);
	bool is_kept = wd_store_kept_get(s, art.row, a, &tags, &packed, NULL) == WD_OK;
	if (art.blocked && !is_kept)
		return wd_err_set(err, WD_E_NOTFOUND,
			"'%.*s' is not in the archive's index: its article %s was withdrawn and erased, "
			"nothing of its text is kept",
			WD_STR_ARG(id), hex);
	return wd_err_set(err, WD_E_NOTFOUND,
		"'%.*s' is not in the archive's index: of its article %s no document was archived, or "
		"its file has gone (archive.max_age, archive.max_size)%s",
		WD_STR_ARG(id), hex,
		is_kept ? "; `wiredesk explain` shows the newest version, which the store keeps"
			: "");
}

/* ---- which article of a document ---- */

enum fit { FIT_NONE, FIT_ARTICLE, FIT_VERSION };

struct search {
	const struct wd_recall *r;
	struct wd_store *store;
	struct wd_desk *desk;
	const char *dir;
	struct wd_arena *mem; /* the records' places */
	WD_VEC(struct wd_store_record) records;
	bool is_record, is_event, is_known;
	struct wd_hash id, article_id;
	struct wd_store_article article;
	/* the document in work */
	const struct wd_doc *doc;
	bool is_begun;
	size_t at, wanted;
	enum fit best;
	enum wd_recall_from from;
	size_t shown;
	struct wd_err err;
};

static bool gives_the_event(const struct search *s, struct wd_hash content)
{
	char hex[WD_HASH_TEXT];
	struct wd_str article = wd_hash_hex(s->article_id, hex);
	unsigned last = s->is_known ? WD_MIN(s->article.version, MAX_VERSIONS) : MAX_VERSIONS;
	for (unsigned n = 1; n <= last; n++) {
		for (int type = WD_EVENT_PUBLISHED; type <= WD_EVENT_WITHDRAWN; type++) {
			struct wd_hash id = wd_event_id(
				article, n, (enum wd_event_type)type, content, WD_STR_NONE);
			if (wd_hash_eq(id, s->id))
				return true;
		}
	}
	return false;
}

static enum fit fit_of(struct search *s, const struct wd_article *art)
{
	struct wd_hash content = wd_content_hash(art), id;
	if (s->is_event ? gives_the_event(s, content)
			: s->is_known && wd_hash_eq(content, s->article.content))
		return FIT_VERSION;
	int rc = s->is_begun ? WD_OK : wd_desk_doc_begin(s->desk, s->doc, art->feed, &s->err);
	s->is_begun = true;
	if (rc == WD_OK)
		rc = wd_desk_find(s->desk, art, s->r->mem, &id, &s->err);
	return rc == WD_OK && wd_hash_eq(id, s->article_id) ? FIT_ARTICLE : FIT_NONE;
}

static int look(struct wd_article *art, void *ctx)
{
	struct search *s = ctx;
	size_t at = s->at++;
	enum fit fit = s->best < FIT_VERSION ? fit_of(s, art) : FIT_NONE;
	if (fit > s->best) {
		s->best = fit;
		s->wanted = at;
	}
	return WD_OK;
}

static int show(struct wd_article *art, void *ctx)
{
	struct search *s = ctx;
	if (s->at++ != s->wanted && !s->is_record)
		return WD_OK;
	s->shown++;
	return s->r->emit(art, s->from, s->r->ctx);
}

/* ---- records ---- */

struct reading {
	struct wd_doc *doc;
	struct wd_err *err;
	int rc;
};

static void read_doc(const char *path, const struct wd_warc_record *rec, void *ctx)
{
	struct reading *g = ctx;
	(void)path;
	g->rc = wd_replay_doc_from_warc(rec, WD_MAX_DOC_BYTES, &g->doc, g->err);
}

/* Each article of the record's document to `emit`. */
static int build(struct search *s, size_t i, int (*emit)(struct wd_article *art, void *ctx),
	struct wd_err *err)
{
	struct reading g = {.err = err};
	const struct wd_recall *r = s->r;
	int rc = wd_recall_record(s->dir, &s->records.v[i], read_doc, &g, err);
	if (rc == WD_OK && g.rc == WD_E_NOTFOUND)
		rc = wd_err_set(err, WD_E_UNSUPPORTED, "record %.*s holds no document",
			WD_STR_ARG(s->records.v[i].id));
	else if (rc == WD_OK)
		rc = g.rc;
	if (rc != WD_OK)
		return rc;
	wd_cleanup(wd_doc_freep) struct wd_doc *doc = g.doc;
	struct wd_feed feed = {0};
	struct wd_build_ctx ctx = {.doc = doc,
		.arena = r->mem,
		.feed_arena = r->feed_mem,
		.feed = &feed,
		.now_us = doc->fetched_at_us,
		.page_allowed = true,
		.trace = emit == show ? r->trace : NULL,
		.emit = emit,
		.emit_ctx = s};
	wd_replay_hints(r->cf, doc);
	wd_arena_reset(r->mem);
	wd_arena_reset(r->feed_mem);
	s->doc = doc;
	s->is_begun = false;
	s->at = 0;
	return wd_build_document(&ctx, err);
}

static int show_kept(struct search *s, struct wd_err *err)
{
	struct wd_article art;
	wd_arena_reset(s->r->mem);
	int rc = wd_desk_kept(s->desk, s->article.row, s->r->mem, &art, err);
	if (rc != WD_OK)
		return rc;
	s->shown++;
	return s->r->emit(&art, WD_RECALL_KEPT, s->r->ctx);
}

/* Newest first: an article's last record that gives what is wanted. */
static int search(struct search *s, struct wd_err *err)
{
	size_t chosen = 0;
	int rc = WD_OK;
	if (s->is_record)
		return build(s, 0, show, err);
	for (size_t i = s->records.n; i > 0 && s->best < FIT_VERSION; i--) {
		enum fit before = s->best;
		int got = build(s, i - 1, look, err);
		rc = got < 0 ? got : rc;
		if (s->best > before)
			chosen = i - 1;
	}
	bool is_newest = s->is_known && (!s->is_event || wd_hash_eq(s->id, s->article.event));
	if (s->best < FIT_VERSION && is_newest && show_kept(s, &s->err) == WD_OK)
		return WD_OK;
	if (s->best != FIT_NONE) {
		s->from = s->best == FIT_VERSION ? WD_RECALL_ARCHIVE : WD_RECALL_OTHER;
		return build(s, chosen, show, err);
	}
	if (rc != WD_OK)
		return rc;
	return s->records.n > 0
		       ? wd_err_set(err, WD_E_NOTFOUND,
				 "record %.*s, which '%.*s' came from, holds no such article any more "
				 "as it is read today: `wiredesk archive cat` gives its document",
				 WD_STR_ARG(s->records.v[s->records.n - 1].id),
				 WD_STR_ARG(s->r->id))
		       : wd_recall_none(s->store, s->r->id, err);
}

/* ---- the call ---- */

static int keep(const struct wd_store_record *rec, void *ctx)
{
	struct search *s = ctx;
	struct wd_store_record *copy = wd_vec_push(s->mem, &s->records);
	if (copy == NULL)
		return WD_E_NOMEM;
	*copy = *rec;
	return WD_OK;
}

static int prepare(struct search *s, struct wd_err *err)
{
	const struct wd_recall *r = s->r;
	struct wd_desk_opts opts = {.store = s->store};
	s->desk = wd_desk_new(&opts);
	if (s->desk == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	if (wd_hash_from_hex(r->id, &s->id) == WD_OK &&
		wd_store_article_of(s->store, r->id, &s->article_id, NULL) == WD_OK) {
		s->is_event = !wd_hash_eq(s->id, s->article_id);
		s->is_known = wd_store_find_id(s->store, s->article_id, &s->article, NULL) == WD_OK;
	} else {
		s->is_record = true;
	}
	int rc = s->dir[0] != '\0' ? wd_store_record_find(s->store, r->id, keep, s, s->mem, err)
				   : WD_E_NOTFOUND;
	if (rc == WD_E_NOTFOUND && s->is_record)
		return wd_recall_none(s->store, r->id, err);
	return rc == WD_E_NOTFOUND ? WD_OK : rc;
}

int wd_recall(const struct wd_recall *r, struct wd_err *err)
{
	wd_cleanup(wd_store_closep) struct wd_store *store = NULL;
	wd_cleanup(wd_arena_freep) struct wd_arena *mem = wd_arena_new(64 * WD_MIB);
	char dir[4096];
	(void)snprintf(dir, sizeof(dir), "%.*s", WD_STR_ARG(r->cf->archive.path));
	int rc = mem != NULL ? wd_links_load(wd_datadir(), err)
			     : wd_err_set(err, WD_E_NOMEM, "out of memory");
	if (rc == WD_OK)
		rc = wd_cmd_store_open(r->cf, true, &store, err);
	if (rc != WD_OK)
		return rc;
	struct search s = {.r = r, .store = store, .dir = dir, .mem = mem};
	rc = prepare(&s, err);
	if (rc == WD_OK)
		rc = search(&s, err);
	wd_desk_free(s.desk);
	return rc;
}
