/*
 * inotify (through libuv) says that something changed, a scan says what: events can be lost (queue
 * overflow, a network file system), a scan cannot, and one every few seconds costs nothing. Reading
 * is done on the loop thread: the files are local and one is read at a time.
 *
 * At most MAX_IN_FLIGHT files are with the pipeline, so a folder of a million files needs the
 * memory of its names in one batch, not of its contents.
 *
 * Concurrency: loop thread, but on_doc_done() (desk thread), which hands its outcome over a list
 * under a mutex.
 */
#include "sources/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

#include "base/limits.h"
#include "base/log.h"
#include "base/metrics.h"

#define SCAN_EVERY_MS 2000
#define MAX_IN_FLIGHT 64
#define MAX_BATCH 4096 /* names looked at in one scan of a folder */
#define MAX_FOLDERS 1000

struct folder {
	struct folder *next;
	struct wd_spool *s;
	char *path, *source; /* source: "" for the spool itself */
	uv_fs_event_t watch;
};

/* A file that is with the pipeline. */
struct item {
	struct item *next;
	struct wd_spool *s;
	char *folder, *name;
	int rc;
	char reason[256];
};

struct wd_spool {
	struct wd_spool_opts o;
	struct folder *folders;
	size_t folder_count;
	uv_timer_t timer;
	uv_async_t wake;
	struct item *in_flight;
	size_t in_flight_count;
	struct wd_doc *held;
	bool is_stopped;
	pthread_mutex_t lock;
	struct item **done; /* under lock: finished items */
	size_t done_n;
};

static struct wd_metric taken = {.name = "wiredesk_spool_files_total",
	.help = "Spool files by result",
	.labels = "result=\"done\""};
static struct wd_metric refused = {.name = "wiredesk_spool_files_total",
	.help = "Spool files by result",
	.labels = "result=\"failed\""};

static bool is_candidate(const char *name)
{
	struct wd_str s = wd_str_c(name);
	return s.n > 0 && s.p[0] != '.' && !wd_str_ends(s, WD_STR(".tmp")) &&
	       !wd_str_ends(s, WD_STR(".part")) && !wd_str_ends(s, WD_STR(".reason"));
}

/* ---- moving away ---- */

static int join(
	char *out, size_t n, const char *a, const char *b, const char *c, const char *suffix)
{
	int w = snprintf(out, n, "%s/%s%s%s%s", a, b, c[0] != '\0' ? "/" : "", c, suffix);
	return w >= 0 && (size_t)w < n ? WD_OK : WD_E_LIMIT;
}

static int move_to(const char *folder, const char *name, const char *where, struct wd_err *err)
{
	char dir[PATH_MAX], from[PATH_MAX], to[PATH_MAX];
	if (join(dir, sizeof(dir), folder, where, "", "") != WD_OK ||
		join(from, sizeof(from), folder, name, "", "") != WD_OK ||
		join(to, sizeof(to), folder, where, name, "") != WD_OK)
		return wd_err_set(err, WD_E_LIMIT, "path too long");
	if (mkdir(dir, 0777) != 0 && errno != EEXIST)
		return wd_err_set(err, WD_E_SYS, "create folder '%s': %s", dir, strerror(errno));
	if (rename(from, to) != 0)
		return wd_err_set(
			err, WD_E_SYS, "move '%s' to '%s': %s", from, to, strerror(errno));
	return WD_OK;
}

static void put_away(const char *folder, const char *name, int rc, const char *reason)
{
	struct wd_err err;
	char path[PATH_MAX], text[512];
	bool ok = rc == WD_OK;
	wd_metric_add(ok ? &taken : &refused, 1);
	if (!ok) {
		wd_log(WD_LOG_WARNING, wd_str_c(folder), "spool-failed", "file=%s: %s",
			WD_LOGQ(wd_str_c(name)), reason);
		/* the reason first: a file in failed/ always has it beside */
		(void)snprintf(text, sizeof(text), "%s\n", reason);
		char dir[PATH_MAX];
		if (join(dir, sizeof(dir), folder, "failed", "", "") == WD_OK)
			(void)mkdir(dir, 0777);
		if (join(path, sizeof(path), folder, "failed", name, ".reason") == WD_OK &&
			wd_file_write(path, wd_str_c(text), &err) != WD_OK)
			wd_log(WD_LOG_ERR, wd_str_c(folder), "spool-stuck", "%s", err.text);
	}
	if (move_to(folder, name, ok ? "done" : "failed", &err) != WD_OK)
		wd_log(WD_LOG_ERR, wd_str_c(folder), "spool-stuck",
			"%s: the file stays and is read again; give the daemon the right to write there",
			err.text);
}

/* ---- documents ---- */

static void item_free(struct item *it)
{
	free(it->folder);
	free(it->name);
	free(it);
}

static void on_doc_done(struct wd_doc *doc, int rc, void *ctx)
{
	struct item *it = ctx;
	struct wd_spool *s = it->s;
	(void)doc;
	it->rc = rc;
	(void)pthread_mutex_lock(&s->lock);
	s->done[s->done_n++] = it; /* room for all in flight */
	(void)uv_async_send(&s->wake);
	(void)pthread_mutex_unlock(&s->lock);
}

void wd_spool_reported(const struct wd_doc *doc, const char *reason)
{
	struct item *it = doc->done == on_doc_done ? doc->done_ctx : NULL;
	if (it != NULL)
		(void)snprintf(it->reason, sizeof(it->reason), "%s", reason);
}

static void forget(struct wd_spool *s, const struct item *it)
{
	for (struct item **at = &s->in_flight; *at != NULL; at = &(*at)->next) {
		if (*at == it) {
			*at = it->next;
			s->in_flight_count--;
			return;
		}
	}
}

static void scan_all(struct wd_spool *s);

/* Not the file's fault and nothing stored: it stays where it is and is read again. */
static bool is_given_back(int rc)
{
	return rc == WD_E_TRANSIENT || rc == WD_E_FULL || rc == WD_E_DENIED || rc == WD_E_NOMEM;
}

static void on_wake(uv_async_t *a)
{
	struct wd_spool *s = a->data;
	struct item *list[MAX_IN_FLIGHT];
	(void)pthread_mutex_lock(&s->lock);
	size_t n = s->done_n;
	memcpy(list, s->done, n * sizeof(*list));
	s->done_n = 0;
	(void)pthread_mutex_unlock(&s->lock);
	bool again = n > 0;
	for (size_t i = 0; i < n; i++) {
		struct item *it = list[i];
		if (is_given_back(it->rc))
			again = false; /* the store is in trouble: with the next regular scan */
		else
			put_away(it->folder, it->name, it->rc,
				it->reason[0] != '\0' ? it->reason : wd_rc_name(it->rc));
		forget(s, it);
		item_free(it);
	}
	if (again)
		scan_all(s);
}

static const struct wd_push_conf *conf_of(const struct wd_spool *s, const char *source)
{
	for (size_t i = 0; i < s->o.source_count; i++) {
		if (wd_str_eqc(s->o.sources[i].name, source))
			return &s->o.sources[i];
	}
	return NULL;
}

static struct wd_doc *make_doc(
	struct wd_spool *s, const struct folder *fo, const char *path, struct wd_str body)
{
	struct wd_doc *doc = wd_doc_new(body.n + WD_MIB);
	if (doc == NULL)
		return NULL;
	struct wd_arena *a = doc->mem;
	const struct wd_push_conf *c = conf_of(s, fo->source);
	const char *source = fo->source[0] != '\0' ? fo->source : "spool";
	doc->origin = WD_DOC_SPOOL;
	doc->body = wd_arena_str(a, body);
	doc->feed = wd_arena_str(a, wd_str_c(source));
	doc->feed_url = wd_arena_printf(a, "urn:wiredesk:source:%s", source);
	doc->input = wd_arena_str(a, wd_str_c(path));
	doc->fetched_at_us = wd_clock_now_us();
	if (c != NULL)
		doc->hints = (struct wd_doc_hints){.timezone = wd_arena_str(a, c->timezone),
			.language = wd_arena_str(a, c->language),
			.charset = wd_arena_str(a, c->charset),
			.format = wd_arena_str(a, c->format)};
	if (doc->body.n != body.n) {
		wd_doc_free(doc);
		return NULL;
	}
	return doc;
}

/* False: no room, the scan ends here. */
static bool submit(struct wd_spool *s, struct wd_doc *doc)
{
	int rc = s->o.deliver(doc, s->o.ctx);
	if (rc == WD_OK)
		return true;
	if (rc == WD_E_FULL) {
		s->held = doc;
		return false;
	}
	struct item *it = doc->done_ctx; /* draining: the file stays for the next start */
	forget(s, it);
	item_free(it);
	wd_doc_free(doc);
	return false;
}

static bool take_file(struct wd_spool *s, const struct folder *fo, const char *name)
{
	char path[PATH_MAX];
	struct wd_str body;
	struct wd_err err;
	struct stat st;
	if (join(path, sizeof(path), fo->path, name, "", "") != WD_OK || stat(path, &st) != 0 ||
		!S_ISREG(st.st_mode))
		return true;
	const struct wd_push_conf *c = conf_of(s, fo->source);
	uint64_t max = c != NULL ? WD_MIN(c->max_bytes, s->o.max_bytes) : s->o.max_bytes;
	if (wd_file_read(path, max, &body, &err) != WD_OK) {
		if (access(path, F_OK) == 0)
			put_away(fo->path, name, WD_E_SYS, err.text);
		return true;
	}
	if (wd_str_trim(body).n == 0) {
		free(wd_unconst(body.p));
		put_away(fo->path, name, WD_E_MALFORMED,
			"the file is empty: was it moved here before it was written?");
		return true;
	}
	if (wd_doc_is_binary(body)) {
		free(wd_unconst(body.p));
		put_away(fo->path, name, WD_E_UNSUPPORTED,
			"the bytes are no text in any character set: feeds, pages and agency formats are read");
		return true;
	}
	struct wd_doc *doc = make_doc(s, fo, path, body);
	struct item *it = calloc(1, sizeof(*it));
	free(wd_unconst(body.p));
	if (it != NULL) {
		it->s = s;
		it->folder = strdup(fo->path);
		it->name = strdup(name);
	}
	if (doc == NULL || it == NULL || it->folder == NULL || it->name == NULL) {
		wd_doc_free(doc);
		if (it != NULL)
			item_free(it);
		return false;
	}
	it->next = s->in_flight;
	s->in_flight = it;
	s->in_flight_count++;
	doc->done = on_doc_done;
	doc->done_ctx = it;
	return submit(s, doc);
}

static bool is_in_flight(const struct wd_spool *s, const char *folder, const char *name)
{
	for (const struct item *it = s->in_flight; it != NULL; it = it->next) {
		if (strcmp(it->name, name) == 0 && strcmp(it->folder, folder) == 0)
			return true;
	}
	return false;
}

/* ---- scanning ---- */

static void on_change(uv_fs_event_t *w, const char *name, int events, int status)
{
	struct folder *fo = w->data;
	(void)name;
	(void)events;
	(void)status;
	scan_all(fo->s);
}

static void folder_add(struct wd_spool *s, const char *path, const char *source)
{
	for (struct folder *fo = s->folders; fo != NULL; fo = fo->next) {
		if (strcmp(fo->path, path) == 0)
			return;
	}
	struct folder *fo = s->folder_count < MAX_FOLDERS ? calloc(1, sizeof(*fo)) : NULL;
	if (fo == NULL)
		return;
	fo->s = s;
	fo->path = strdup(path);
	fo->source = strdup(source);
	if (fo->path == NULL || fo->source == NULL) {
		free(fo->path);
		free(fo->source);
		free(fo);
		return;
	}
	(void)uv_fs_event_init(s->o.loop, &fo->watch);
	fo->watch.data = fo;
	if (uv_fs_event_start(&fo->watch, on_change, path, 0) != 0)
		wd_log(WD_LOG_NOTICE, wd_str_c(path), "spool-unwatched",
			"no inotify here: scanned every %d ms", SCAN_EVERY_MS);
	fo->next = s->folders;
	s->folders = fo;
	s->folder_count++;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in order, so that files numbered by their sender come in its order. */
static size_t list_names(struct wd_spool *s, const struct folder *fo, DIR *d, char **names)
{
	struct dirent *e;
	size_t n = 0;
	while (n < MAX_BATCH && (e = readdir(d)) != NULL) {
		char path[PATH_MAX];
		struct stat st;
		if (!is_candidate(e->d_name) || strcmp(e->d_name, "done") == 0 ||
			strcmp(e->d_name, "failed") == 0)
			continue;
		if (join(path, sizeof(path), fo->path, e->d_name, "", "") != WD_OK)
			continue;
		if (e->d_type == DT_DIR ||
			(e->d_type == DT_UNKNOWN && stat(path, &st) == 0 && S_ISDIR(st.st_mode))) {
			if (fo->source[0] == '\0')
				folder_add(s, path, e->d_name);
			continue;
		}
		if (is_in_flight(s, fo->path, e->d_name))
			continue;
		names[n] = strdup(e->d_name);
		if (names[n] != NULL)
			n++;
	}
	qsort(names, n, sizeof(*names), by_name);
	return n;
}

/* False: no room for more. */
static bool scan(struct wd_spool *s, struct folder *fo)
{
	bool room = true;
	DIR *d = opendir(fo->path);
	if (d == NULL && errno == ENOENT && fo->source[0] != '\0')
		return true; /* a source that was removed */
	if (d == NULL) {
		wd_log(WD_LOG_ERR, wd_str_c(fo->path), "spool-unreadable",
			"%s: give the daemon the right to read and write there", strerror(errno));
		return true;
	}
	char **names = calloc(MAX_BATCH, sizeof(char *));
	size_t n = names != NULL ? list_names(s, fo, d, names) : 0;
	(void)closedir(d);
	for (size_t i = 0; i < n; i++) {
		room = room && s->in_flight_count < MAX_IN_FLIGHT && take_file(s, fo, names[i]);
		free(names[i]);
	}
	free(names);
	return room;
}

static void scan_all(struct wd_spool *s)
{
	if (s->is_stopped || s->held != NULL)
		return;
	for (struct folder *fo = s->folders; fo != NULL; fo = fo->next) {
		if (!scan(s, fo))
			break;
	}
}

static void on_timer(uv_timer_t *t)
{
	scan_all(t->data);
}

/* ---- interface ---- */

struct wd_spool *wd_spool_new(const struct wd_spool_opts *opts, struct wd_err *err)
{
	if (wd_dir_make(opts->dir, 0777, err) != WD_OK) {
		(void)wd_err_prefix(err, "receive.spool");
		return NULL;
	}
	if (access(opts->dir, R_OK | W_OK | X_OK) != 0) {
		(void)wd_err_set(err, WD_E_DENIED,
			"receive.spool: '%s': %s; the daemon must be able to read and write there",
			opts->dir, strerror(errno));
		return NULL;
	}
	struct wd_spool *s = calloc(1, sizeof(*s));
	struct item **done = calloc(MAX_IN_FLIGHT, sizeof(*done));
	if (s == NULL || done == NULL) {
		free(s);
		free(done);
		(void)wd_err_set(err, WD_E_NOMEM, "out of memory");
		return NULL;
	}
	s->o = *opts;
	s->done = done;
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)uv_timer_init(opts->loop, &s->timer);
	(void)uv_async_init(opts->loop, &s->wake, on_wake);
	s->timer.data = s->wake.data = s;
	wd_metric_register(&taken);
	wd_metric_register(&refused);
	folder_add(s, opts->dir, "");
	(void)uv_timer_start(&s->timer, on_timer, 1, SCAN_EVERY_MS);
	return s;
}

void wd_spool_set_sources(struct wd_spool *s, const struct wd_push_conf *sources, size_t n)
{
	s->o.sources = sources;
	s->o.source_count = n;
}

void wd_spool_resume(struct wd_spool *s)
{
	struct wd_doc *doc = wd_take(s->held);
	if (s->is_stopped) {
		s->held = doc;
		return;
	}
	if (doc == NULL || submit(s, doc))
		scan_all(s);
}

void wd_spool_stop(struct wd_spool *s)
{
	if (s->is_stopped)
		return;
	s->is_stopped = true;
	if (s->held != NULL) {
		forget(s, s->held->done_ctx);
		item_free(s->held->done_ctx);
		wd_doc_free(wd_take(s->held));
	}
	(void)uv_timer_stop(&s->timer);
	uv_close((uv_handle_t *)&s->timer, NULL);
	for (struct folder *fo = s->folders; fo != NULL; fo = fo->next)
		uv_close((uv_handle_t *)&fo->watch, NULL);
}

void wd_spool_close(struct wd_spool *s)
{
	on_wake(&s->wake); /* what was committed while the loop was ending */
	uv_close((uv_handle_t *)&s->wake, NULL);
}

void wd_spool_free(struct wd_spool *s)
{
	if (s == NULL)
		return;
	while (s->folders != NULL) {
		struct folder *fo = s->folders;
		s->folders = fo->next;
		free(fo->path);
		free(fo->source);
		free(fo);
	}
	while (s->in_flight != NULL) {
		struct item *it = s->in_flight;
		s->in_flight = it->next;
		item_free(it);
	}
	(void)pthread_mutex_destroy(&s->lock);
	free(s->done);
	free(s);
}
