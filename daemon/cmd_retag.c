/*
 * `wiredesk retag`: present rules over articles received before. The newest version of each is kept
 * whole in the store; with --archive the archived documents are read and parsed again instead,
 * which also takes in what the parsers have learned since. Only articles whose tags are others than
 * those sent last make events. The daemon must be stopped: the store has one writer.
 */
#include <getopt.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "daemon/cmd.h"
#include "daemon/cmdconf.h"
#include "desk/desk.h"
#include "parsers/build.h"
#include "parsers/links.h"
#include "sources/replay.h"
#include "taggers/tagger.h"

static const char help[] =
	"usage: wiredesk retag [-c FILE] [--dry-run] [--archive PATH…]\n\n"
	"Runs the present rules over articles received before, and sends an event\n"
	"news.article.updated (lifecycle reason \"retag\") for each whose tags are others now. The\n"
	"events are delivered when the daemon runs again (it must be stopped for this).\n\n"
	"      --archive       re-read these archives (WARC, folder, tar, JSONL), in place of what the\n"
	"                      store kept; of articles that the store does not know nothing is sent\n"
	"  -n, --dry-run       tell which articles would change, send nothing\n"
	"  -c, --config FILE   the daemon's configuration\n"
	"  -h, --help          this text\n";

enum { OPT_ARCHIVE = 256, COMMIT_EVERY = 500 };

static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
	{"help", no_argument, NULL, 'h'}, {"archive", no_argument, NULL, OPT_ARCHIVE},
	{"dry-run", no_argument, NULL, 'n'}, {NULL, 0, NULL, 0}};

struct retag {
	struct wd_store *store;
	struct wd_desk *desk;
	struct wd_rules *rules;
	struct wd_tag_scratch *scratch;
	struct wd_arena *mem, *feed_mem;
	const struct wd_doc *doc; /* --archive: the document in work */
	bool is_begun;            /* … whose feed the desk knows */
	bool dry_run;
	size_t looked, changed, refused, in_group;
	int64_t now_us;
	struct wd_err err;
};

static int emit(const struct wd_article *art, const struct wd_version *v, struct wd_arena *a,
	void *ctx, struct wd_err *err)
{
	struct retag *t = ctx;
	(void)printf("%.*s  %.*s\n", WD_STR_ARG(v->article_id), WD_STR_ARG(art->headline));
	return t->dry_run ? WD_OK : wd_cmd_emit(t->store, art, v, a, err);
}

static int commit(struct retag *t, struct wd_err *err)
{
	if (!wd_store_in_txn(t->store))
		return WD_OK;
	t->in_group = 0;
	if (!t->dry_run)
		return wd_store_commit(t->store, err);
	wd_store_rollback(t->store);
	wd_desk_rolled_back(t->desk);
	return WD_OK;
}

/* The article is tagged and known as `id`. A dry run takes each back at once, lest one article is
 * told twice for two documents that hold it: what the first would have changed is not there. */
static int judge(
	struct retag *t, struct wd_hash id, const struct wd_article *art, struct wd_err *err)
{
	bool changed = false;
	int rc = wd_store_in_txn(t->store) ? WD_OK : wd_store_begin(t->store, err);
	if (rc == WD_OK)
		rc = wd_desk_retag(t->desk, id, art, t->now_us, t->mem, &changed, err);
	t->looked++;
	t->changed += changed;
	t->in_group += changed;
	return rc == WD_OK && t->in_group >= COMMIT_EVERY && !t->dry_run ? commit(t, err) : rc;
}

/* ---- from the store ---- */

static int one_kept(struct retag *t, int64_t row, struct wd_hash id, struct wd_err *err)
{
	struct wd_article art;
	wd_arena_reset(t->mem);
	int rc = wd_desk_kept(t->desk, row, t->mem, &art, err);
	if (rc == WD_E_MALFORMED) { /* kept by another version of the program */
		t->refused++;
		return WD_OK;
	}
	if (rc == WD_OK)
		rc = wd_tag_article(t->rules, t->scratch, t->mem, &art, NULL, err);
	return rc == WD_OK ? judge(t, id, &art, err) : rc;
}

static int from_store(struct retag *t, struct wd_err *err)
{
	struct wd_hash id;
	int64_t row = 0;
	int rc;
	while ((rc = wd_store_kept_next(t->store, row, &row, &id, err)) == WD_OK) {
		rc = one_kept(t, row, id, err);
		if (rc != WD_OK)
			return rc;
	}
	return rc == WD_E_NOTFOUND ? WD_OK : rc;
}

/* ---- from archives ---- */

static int one_archived(struct wd_article *art, void *ctx)
{
	struct retag *t = ctx;
	struct wd_hash id;
	int rc = t->is_begun ? WD_OK : wd_desk_doc_begin(t->desk, t->doc, art->feed, &t->err);
	t->is_begun = true;
	if (rc == WD_OK)
		rc = wd_tag_article(t->rules, t->scratch, t->mem, art, NULL, &t->err);
	if (rc == WD_OK)
		rc = wd_desk_find(t->desk, art, t->mem, &id, &t->err);
	if (rc == WD_E_NOTFOUND)
		return WD_OK;
	return rc == WD_OK ? judge(t, id, art, &t->err) : rc;
}

static int one_doc(struct retag *t, const struct wd_doc *doc, struct wd_err *err)
{
	struct wd_feed feed = {0};
	struct wd_build_ctx ctx = {.doc = doc,
		.arena = t->mem,
		.feed_arena = t->feed_mem,
		.feed = &feed,
		.now_us = doc->fetched_at_us,
		.page_allowed = true,
		.emit = one_archived,
		.emit_ctx = t};
	wd_arena_reset(t->mem);
	wd_arena_reset(t->feed_mem);
	t->doc = doc;
	t->is_begun = false;
	t->err = (struct wd_err){0};
	int rc = wd_build_document(&ctx, err);
	if (t->err.code != 0 && t->err.code != WD_E_NOTFOUND) {
		*err = t->err;
		return t->err.code;
	}
	t->refused += rc < 0;
	return WD_OK;
}

static int from_archives(
	struct retag *t, const char *const *paths, size_t count, struct wd_err *err)
{
	wd_cleanup(wd_replay_closep) struct wd_replay *in = NULL;
	struct wd_replay_opts ro = {.at_us = -1};
	int rc = wd_replay_open(paths, count, &ro, &in, err);
	while (rc == WD_OK) {
		struct wd_doc *doc = NULL;
		int got = wd_replay_next(in, &doc, err);
		if (got == 0)
			return WD_OK;
		if (got < 0) {
			(void)fprintf(stderr, "wiredesk: %s\n", err->text);
			t->refused++;
			continue;
		}
		rc = one_doc(t, doc, err);
		wd_doc_free(doc);
	}
	return rc;
}

/* ---- the command ---- */

static int prepare(struct retag *t, const struct wd_config *cf, struct wd_err *err)
{
	const char *dir = cf->topics.path.n > 0 ? cf->topics.path.p : wd_datadir();
	struct wd_desk_opts opts = {.emit = emit, .ctx = t};
	int rc = wd_links_load(wd_datadir(), err);
	if (rc == WD_OK)
		rc = wd_rules_load(dir, &t->rules, err);
	if (rc == WD_OK)
		rc = wd_cmd_store_open(cf, false, &t->store, err);
	if (rc != WD_OK)
		return rc;
	opts.store = t->store;
	t->desk = wd_desk_new(&opts);
	t->scratch = wd_tag_scratch_new(t->rules);
	t->mem = wd_arena_new(4 * WD_MAX_ARTICLE_ARENA);
	t->feed_mem = wd_arena_new(4 * WD_MAX_ARTICLE_ARENA);
	t->now_us = wd_clock_now_us();
	return t->desk != NULL && t->scratch != NULL && t->mem != NULL && t->feed_mem != NULL
		       ? WD_OK
		       : wd_err_set(err, WD_E_NOMEM, "out of memory");
}

static int retag(const struct wd_config *cf, bool archive, bool dry_run, const char *const *paths,
	size_t count)
{
	struct retag t = {.dry_run = dry_run};
	struct wd_err err = {0};
	int rc = prepare(&t, cf, &err);
	if (rc == WD_OK)
		rc = archive ? from_archives(&t, paths, count, &err) : from_store(&t, &err);
	if (rc == WD_OK)
		rc = commit(&t, &err);
	if (rc == WD_OK)
		(void)printf("%zu articles looked at, %zu %s\n", t.looked, t.changed,
			dry_run ? "would change" : "changed");
	else
		(void)fprintf(stderr, "wiredesk: %s\n", err.text);
	if (t.refused > 0)
		(void)fprintf(stderr, "wiredesk: %zu could not be read\n", t.refused);
	wd_desk_free(t.desk);
	wd_store_close(t.store); /* takes an open transaction back */
	wd_tag_scratch_free(t.scratch);
	wd_rules_unref(t.rules);
	wd_arena_free(t.mem);
	wd_arena_free(t.feed_mem);
	return rc == WD_OK && t.refused == 0 ? WD_EXIT_OK : WD_EXIT_INPUT;
}

int wd_cmd_retag(int argc, char **argv)
{
	wd_cleanup(wd_config_unrefp) struct wd_config *cf = NULL;
	struct wd_err err = {0};
	const char *config = NULL;
	bool archive = false, dry_run = false;
	int opt;
	while ((opt = getopt_long(argc, argv, "c:hn", longs, NULL)) != -1) {
		if (opt == 'c') {
			config = optarg;
		} else if (opt == OPT_ARCHIVE) {
			archive = true;
		} else if (opt == 'n') {
			dry_run = true;
		} else {
			(void)fputs(help, opt == 'h' ? stdout : stderr);
			return opt == 'h' ? WD_EXIT_OK : WD_EXIT_USAGE;
		}
	}
	if (archive != (optind < argc)) {
		(void)fputs(help, stderr);
		return WD_EXIT_USAGE;
	}
	if (wd_cmd_config(config, &cf, &err) != WD_OK) {
		(void)fprintf(stderr, "wiredesk: %s\n", err.text);
		return WD_EXIT_USAGE;
	}
	return retag(cf, archive, dry_run, (const char *const *)(argv + optind),
		(size_t)(argc - optind));
}
