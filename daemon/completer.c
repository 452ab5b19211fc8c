/*
 * Late pages. A feed names an article minutes before somebody has its page; when the page comes,
 * the feed's last document is simply read again: its entries are known, the completed one is a new
 * version, and nothing else had to be invented for it.
 *
 * Bounded: one document a feed, KEEP_BYTES in all; a feed that finds no room is completed when it
 * changes. Of an old archive the newest LOAD_BYTES of files are read.
 *
 * Concurrency: `lock` guards the kept documents; the pages have their own.
 */
#include "daemon/completer.h"

#include <dirent.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/log.h"
#include "sources/replay.h"

#define KEEP_BYTES (64 * WD_MIB)
#define LOAD_BYTES (2 * WD_GIB)
#define MAX_FEEDS 100000

struct kept {
	uint64_t feed;
	struct wd_doc *doc;
	bool due;
};

struct wd_completer {
	struct wd_pages *pages;
	char archive[PATH_MAX];
	pthread_mutex_t lock;
	struct kept *v;
	size_t n, cap, bytes, due;
	pthread_t loader;
	bool loading;
	atomic_bool ending;
};

int wd_completer_new(
	const struct wd_completer_opts *opts, struct wd_completer **ret, struct wd_err *err)
{
	struct wd_completer *c = calloc(1, sizeof(*c));
	if (c == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	(void)pthread_mutex_init(&c->lock, NULL);
	if (opts->archive_dir != NULL)
		(void)snprintf(c->archive, sizeof(c->archive), "%s", opts->archive_dir);
	int rc = wd_pages_new(opts->pages_bytes, &c->pages, err);
	if (rc != WD_OK) {
		wd_completer_free(c);
		return rc;
	}
	*ret = c;
	return WD_OK;
}

void wd_completer_free(struct wd_completer *c)
{
	if (c == NULL)
		return;
	atomic_store(&c->ending, true);
	if (c->loading)
		(void)pthread_join(c->loader, NULL);
	for (size_t i = 0; i < c->n; i++)
		wd_doc_free(c->v[i].doc);
	free(c->v);
	wd_pages_free(c->pages);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
}

struct wd_pages *wd_completer_pages(struct wd_completer *c)
{
	return c != NULL ? c->pages : NULL;
}

/* ---- documents of feeds ---- */

static struct wd_doc *copy_doc(const struct wd_doc *doc)
{
	struct wd_doc *to = wd_doc_new(doc->body.n + WD_MIB);
	if (to == NULL)
		return NULL;
	struct wd_str *const strs[] = {&to->body, &to->feed, &to->feed_url, &to->url, &to->input,
		&to->content_type, &to->etag, &to->last_modified, &to->record, &to->hints.timezone,
		&to->hints.language, &to->hints.charset, &to->hints.format};
	const struct wd_str from[] = {doc->body, doc->feed, doc->feed_url, doc->url, doc->input,
		doc->content_type, doc->etag, doc->last_modified, doc->record, doc->hints.timezone,
		doc->hints.language, doc->hints.charset, doc->hints.format};
	bool whole = true;
	for (size_t i = 0; i < WD_COUNTOF(strs); i++) {
		*strs[i] = wd_arena_str(to->mem, from[i]);
		whole = whole && strs[i]->n == from[i].n;
	}
	to->origin = WD_DOC_ARCHIVE;
	to->status = doc->status;
	to->fetched_at_us = doc->fetched_at_us;
	to->hints.fulltext = doc->hints.fulltext;
	struct wd_str *topics = wd_arena_array(to->mem, doc->hints.topic_count, sizeof(*topics));
	for (size_t i = 0; i < doc->hints.topic_count && topics != NULL; i++)
		topics[to->hints.topic_count++] = wd_arena_str(to->mem, doc->hints.topics[i]);
	to->hints.topics = topics;
	if (!whole) {
		wd_doc_free(to);
		return NULL;
	}
	return to;
}

static struct kept *find(struct wd_completer *c, uint64_t feed)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].feed == feed)
			return &c->v[i];
	return NULL;
}

static struct kept *find_or_add(struct wd_completer *c, uint64_t feed)
{
	struct kept *k = find(c, feed);
	if (k != NULL || c->n >= MAX_FEEDS)
		return k;
	if (c->n == c->cap) {
		size_t cap = c->cap > 0 ? c->cap * 2 : 64;
		struct kept *v = reallocarray(c->v, cap, sizeof(*v));
		if (v == NULL)
			return NULL;
		c->v = v;
		c->cap = cap;
	}
	c->v[c->n] = (struct kept){.feed = feed};
	return &c->v[c->n++];
}

static void drop_doc(struct wd_completer *c, struct kept *k)
{
	if (k->doc == NULL)
		return;
	c->bytes -= k->doc->body.n;
	wd_doc_free(wd_take(k->doc));
}

static void keep(struct wd_completer *c, const struct wd_doc *doc)
{
	(void)pthread_mutex_lock(&c->lock);
	struct kept *k = find_or_add(c, wd_hash64(doc->feed));
	if (k != NULL) {
		drop_doc(c, k);
		if (c->bytes + doc->body.n <= KEEP_BYTES && (k->doc = copy_doc(doc)) != NULL)
			c->bytes += doc->body.n;
	}
	(void)pthread_mutex_unlock(&c->lock);
}

static void make_due(struct wd_completer *c, const uint64_t *feeds, size_t n)
{
	(void)pthread_mutex_lock(&c->lock);
	for (size_t i = 0; i < n; i++) {
		struct kept *k = find(c, feeds[i]);
		if (k == NULL || k->due)
			continue;
		k->due = true;
		c->due++;
	}
	(void)pthread_mutex_unlock(&c->lock);
}

void wd_completer_again(struct wd_completer *c, struct wd_str feed)
{
	uint64_t h = wd_hash64(feed);
	make_due(c, &h, 1);
}

static void add_page(struct wd_completer *c, const struct wd_doc *doc)
{
	uint64_t feeds[2];
	make_due(c, feeds, wd_pages_add(c->pages, doc, feeds));
}

void wd_completer_see(struct wd_completer *c, const struct wd_doc *doc)
{
	if (doc->hints.fulltext)
		keep(c, doc);
	else
		add_page(c, doc);
}

struct wd_doc *wd_completer_due(struct wd_completer *c)
{
	struct wd_doc *doc = NULL;
	if (c == NULL)
		return NULL;
	(void)pthread_mutex_lock(&c->lock);
	for (size_t i = 0; i < c->n && c->due > 0 && doc == NULL; i++) {
		struct kept *k = &c->v[i];
		if (!k->due)
			continue;
		k->due = false;
		c->due--;
		doc = k->doc != NULL ? copy_doc(k->doc) : NULL;
	}
	(void)pthread_mutex_unlock(&c->lock);
	if (doc != NULL)
		doc->fetched_at_us = wd_clock_now_us();
	return doc;
}

/* ---- the archive ---- */

static int is_warc(const struct dirent *e)
{
	struct wd_str name = wd_str_c(e->d_name);
	return wd_str_ends(name, WD_STR(".warc.gz")) || wd_str_ends(name, WD_STR(".warc"));
}

/* Paths of the newest files (their names begin with the time), oldest first; memory from `a`. */
static const char **newest(struct wd_completer *c, struct wd_arena *a, size_t *ret_n)
{
	struct dirent **list = NULL;
	int n = scandir(c->archive, &list, is_warc, alphasort);
	const char **paths = n > 0 ? wd_arena_array(a, (size_t)n, sizeof(*paths)) : NULL;
	uint64_t bytes = 0;
	size_t first = n > 0 ? (size_t)n : 0;
	while (paths != NULL && first > 0 && bytes < LOAD_BYTES) {
		struct stat st;
		struct wd_str path =
			wd_arena_printf(a, "%s/%s", c->archive, list[first - 1]->d_name);
		paths[--first] = wd_arena_cstr(a, path);
		if (paths[first] != NULL && stat(paths[first], &st) == 0)
			bytes += (uint64_t)st.st_size;
	}
	for (int i = 0; i < n; i++)
		free(list[i]);
	free(list);
	*ret_n = n > 0 && paths != NULL ? (size_t)n - first : 0;
	return paths != NULL ? paths + first : NULL;
}

static void *load(void *arg)
{
	struct wd_completer *c = arg;
	struct wd_replay_opts opts = {.at_us = -1};
	struct wd_err err;
	size_t n = 0;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(64 * WD_MIB);
	wd_cleanup(wd_replay_closep) struct wd_replay *in = NULL;
	const char **paths = a != NULL ? newest(c, a, &n) : NULL;
	if (n == 0 || wd_replay_open(paths, n, &opts, &in, &err) != WD_OK)
		return NULL;
	struct wd_doc *doc = NULL;
	for (int got; !atomic_load(&c->ending) && (got = wd_replay_next(in, &doc, &err)) != 0;) {
		if (got < 0)
			continue; /* `wiredesk archive verify` tells what is damaged */
		add_page(c, doc);
		wd_doc_free(doc);
	}
	wd_log(WD_LOG_INFO, WD_STR_NONE, "pages-loaded", "files=%zu pages=%zu", n,
		wd_pages_count(c->pages));
	return NULL;
}

void wd_completer_load(struct wd_completer *c)
{
	if (c == NULL)
		return;
	(void)pthread_mutex_lock(&c->lock);
	if (!c->loading && c->archive[0] != '\0')
		c->loading = pthread_create(&c->loader, NULL, load, c) == 0;
	(void)pthread_mutex_unlock(&c->lock);
}
