/*
 * The daemon's archive: everything received is written down before anybody looks into it. Where a
 * record is goes into the store with the document's own transaction; when a file goes (age, size,
 * or by hand), its rows leave the index a few thousand a second.
 *
 * An archive that cannot be written (disk full) is said and counted, and does not stop the news.
 */
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "daemon/app_impl.h"

#define FORGET_AT_ONCE 5000 /* records; some tens of milliseconds */

static struct wd_metric archived = {
	.name = "wiredesk_archive_records_total", .help = "Documents written to the archive"};
static struct wd_metric revisited = {.name = "wiredesk_archive_revisits_total",
	.help = "Polls that brought nothing new, written to the archive"};
static struct wd_metric failed = {
	.name = "wiredesk_archive_failed_total", .help = "Documents that could not be archived"};

void wd_app_archive_register(void)
{
	static struct wd_metric *const all[] = {&archived, &revisited, &failed};
	for (size_t i = 0; i < WD_COUNTOF(all); i++)
		wd_metric_register(all[i]);
}

static void complain(const struct wd_err *err)
{
	wd_log(WD_LOG_ERR, WD_STR_NONE, "archive-failed", "%s", err->text);
}

int wd_app_archive_open(struct wd_app *app, struct wd_err *err)
{
	const struct wd_config *c = app->conf;
	if (c->archive.path.n == 0)
		return WD_OK;
	app->archive_dir = wd_arena_cstr(app->mem, c->archive.path);
	struct wd_warc_writer_opts wo = {.dir = app->archive_dir,
		.max_file_bytes = c->archive.file_bytes,
		.max_file_us = c->archive.file_age_us,
		.max_total_bytes = c->archive.max_bytes,
		.max_age_us = c->archive.max_age_us,
		.software = "wiredesk/" PACKAGE_VERSION};
	int rc = app->archive_dir != NULL ? wd_warc_writer_open(&wo, &app->archive, err)
					  : wd_err_set(err, WD_E_NOMEM, "out of memory");
	if (rc != WD_OK)
		(void)wd_err_prefix(err, "archive.path");
	app->is_index_behind = true; /* files may have gone while nobody looked */
	return rc;
}

void wd_app_archive_close(struct wd_app *app)
{
	struct wd_err err;
	if (wd_warc_writer_close(wd_take(app->archive), &err) != WD_OK)
		complain(&err);
}

void wd_app_archive(struct wd_app *app, struct wd_doc *doc)
{
	struct wd_err err;
	struct wd_str file;
	if (app->archive == NULL || doc->record.n > 0 || doc->refused.n > 0)
		return;
	if (wd_warc_write_doc(app->archive, doc->mem, doc, NULL, &doc->record, &err) != WD_OK) {
		wd_metric_add(&failed, 1);
		complain(&err);
	}
	if (doc->record.n == 0)
		return;
	wd_warc_writer_where(app->archive, &file, &doc->archive_offset);
	doc->archive_file = wd_arena_str(doc->mem, file);
	app->is_archive_dirty = true;
	wd_metric_add(&archived, 1);
}

void wd_app_archive_unchanged(const struct wd_doc *doc, void *ctx)
{
	struct wd_app *app = ctx;
	struct wd_store_record last;
	struct wd_err err;
	struct wd_str id = WD_STR_NONE;
	if (!app->conf->archive.revisits)
		return;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MIB);
	int rc = a != NULL ? wd_store_record_last(app->store, doc->feed, a, &last, &err)
			   : wd_err_set(&err, WD_E_NOMEM, "out of memory");
	bool is_known = rc == WD_OK;
	/* The same body of which no record is left has to be written in full. */
	struct wd_warc_same same = {0};
	if (is_known)
		same = (struct wd_warc_same){last.id, last.uri, last.time_us};
	if (rc == WD_OK || rc == WD_E_NOTFOUND) {
		(void)pthread_mutex_lock(&app->push_lock);
		rc = wd_warc_write_doc(app->archive, a, doc, is_known ? &same : NULL, &id, &err);
		(void)pthread_mutex_unlock(&app->push_lock);
	}
	if (rc == WD_OK) {
		app->is_archive_dirty = true;
		wd_metric_add(&revisited, 1);
		return;
	}
	wd_metric_add(&failed, 1);
	complain(&err);
}

/* ---- the index follows the files ---- */

struct look {
	struct wd_app *app;
	struct wd_arena *mem;
	struct wd_str gone; /* the first file that is not there any more */
};

static int look_for(struct wd_str file, void *ctx)
{
	struct look *l = ctx;
	static const char *const suffixes[] = {"", ".open"};
	for (size_t i = 0; i < WD_COUNTOF(suffixes); i++) {
		struct wd_str path = wd_arena_printf(
			l->mem, "%s/%.*s%s", l->app->archive_dir, WD_STR_ARG(file), suffixes[i]);
		if (path.n == 0 || access(path.p, F_OK) == 0)
			return WD_OK;
	}
	l->gone = file;
	return WD_E_DENIED; /* no further: one at a time */
}

static void forget(struct wd_app *app)
{
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(16 * WD_MIB);
	struct look l = {.app = app, .mem = a};
	struct wd_err err = {0, ""};
	bool more = false;
	if (a == NULL)
		return;
	int rc = wd_store_record_files(app->store, look_for, &l, a, &err);
	if (l.gone.n > 0)
		rc = wd_store_record_forget(app->store, l.gone, FORGET_AT_ONCE, &more, &err);
	app->is_index_behind = l.gone.n > 0;
	if (l.gone.n > 0 && !more && rc == WD_OK)
		wd_log(WD_LOG_INFO, WD_STR_NONE, "archive-forgot", "file=%.*s", WD_STR_ARG(l.gone));
	if (rc != WD_OK)
		complain(&err);
}

void wd_app_archive_second(struct wd_app *app)
{
	struct wd_err err;
	if (app->archive == NULL)
		return;
	(void)pthread_mutex_lock(&app->push_lock);
	int rc = app->is_archive_dirty ? wd_warc_writer_sync(app->archive, &err) : WD_OK;
	app->is_archive_dirty = false;
	if (rc == WD_OK)
		rc = wd_warc_writer_tick(app->archive, &err);
	app->is_index_behind = wd_warc_writer_pruned(app->archive) || app->is_index_behind;
	(void)pthread_mutex_unlock(&app->push_lock);
	if (rc != WD_OK)
		complain(&err);
	if (app->is_index_behind)
		forget(app);
}
