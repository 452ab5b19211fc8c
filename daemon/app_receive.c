/*
 * Wiring of what comes in by itself: HTTP, stdin, topics (app_kafka.c), the spool folder.
 *
 * All but the spool's files, which wait in their folder, go through the inbox (sources/intake.h):
 * it keeps their order, and knows what became of each. A further kind of source adds its open,
 * resume, stop and free here, and a line in wd_app_settle when it keeps a position in the store.
 */
#include <inttypes.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "daemon/app_impl.h"
#include "daemon/cmd.h"
#include "daemon/notify.h"

/* ---- what the intake asks ---- */

static bool is_full(void *ctx)
{
	struct wd_app *app = ctx;
	return wd_store_is_full(app->store);
}

static bool is_settled(uint64_t seq, void *ctx)
{
	struct wd_app *app = ctx;
	return wd_store_document_is_settled(app->store, seq);
}

static bool find(struct wd_hash id, struct wd_fate *ret, void *ctx)
{
	static const enum wd_fate_state states[] = {[WD_FATE_PROCESSED] = WD_DOC_PROCESSED,
		[WD_FATE_DUPLICATE] = WD_DOC_DUPLICATE,
		[WD_FATE_FAILED] = WD_DOC_FAILED};
	struct wd_app *app = ctx;
	struct wd_store_document d;
	struct wd_err err;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(64 * WD_KIB);
	int rc = wd_store_document_get(app->store, id, a, &d, &err);
	if (rc != WD_OK && rc != WD_E_NOTFOUND)
		wd_log(WD_LOG_ERR, WD_STR_NONE, "document-unread", "%s", err.text);
	if (rc != WD_OK || d.fate < WD_FATE_PROCESSED || d.fate > WD_FATE_FAILED)
		return false;
	*ret = (struct wd_fate){.state = states[d.fate],
		.seq = d.seq,
		.body_hash = d.body_hash,
		.id = id,
		.articles = d.articles,
		.versions = d.versions};
	(void)snprintf(ret->reason, sizeof(ret->reason), "%.*s", WD_STR_ARG(d.reason));
	return true;
}

/* The configuration may be replaced meanwhile, so its strings are copied. */
static void dress(struct wd_doc *doc, void *ctx)
{
	struct wd_app *app = ctx;
	struct wd_arena *a = doc->mem;
	(void)pthread_mutex_lock(&app->conf_lock);
	bool is_fed = wd_app_websub_dress(doc, app->conf);
	(void)pthread_mutex_unlock(&app->conf_lock);
	if (is_fed)
		return;
	doc->feed_url = wd_arena_cat(a, WD_STR("urn:wiredesk:source:"), doc->feed);
	if (doc->input.n == 0)
		doc->input = wd_arena_cat(a, WD_STR("/v1/ingest/"), doc->feed);
	(void)pthread_mutex_lock(&app->conf_lock);
	WD_VEC_EACH (const struct wd_push_conf, c, &app->conf->receive.sources) {
		if (!wd_str_eq(c->name, doc->feed))
			continue;
		doc->hints = (struct wd_doc_hints){.timezone = wd_arena_str(a, c->timezone),
			.language = wd_arena_str(a, c->language),
			.charset = wd_arena_str(a, c->charset),
			.format = wd_arena_str(a, c->format)};
	}
	(void)pthread_mutex_unlock(&app->conf_lock);
}

int wd_app_settle(const struct wd_doc *doc, size_t articles, size_t versions, int rc,
	const struct wd_err *why, void *ctx, struct wd_err *err)
{
	static const enum wd_store_fate fates[] = {[WD_DOC_PROCESSED] = WD_FATE_PROCESSED,
		[WD_DOC_DUPLICATE] = WD_FATE_DUPLICATE,
		[WD_DOC_FAILED] = WD_FATE_FAILED};
	struct wd_app *app = ctx;
	struct wd_fate f;
	uint64_t position;
	if (!wd_intake_settle(
		    doc, articles, versions, rc, why != NULL ? why->text : NULL, &f, &position))
		return WD_OK;
	struct wd_store_document d = {.seq = f.seq,
		.id = f.id,
		.body_hash = f.body_hash,
		.fate = fates[f.state],
		.articles = f.articles,
		.versions = f.versions,
		.reason = wd_str_c(f.reason),
		.time_us = doc->fetched_at_us};
	int put = wd_store_document_put(app->store, &d, position, err);
	return put == WD_OK ? wd_app_kafka_settle(app, doc, &f, position, err) : put;
}

/* ---- opening ---- */

static bool has_http(const struct wd_app *app, int fd)
{
	return fd >= 0 || app->conf->receive.listen.n > 0;
}

static const char *inbox_dir(struct wd_app *app)
{
	const struct wd_config *c = app->conf;
	if (c->receive.inbox.n > 0)
		return wd_arena_cstr(app->mem, c->receive.inbox);
	return wd_arena_cstr(app->mem, wd_arena_cat(app->mem, c->store.path, WD_STR("/inbox")));
}

static int open_intake(struct wd_app *app, bool is_wanted, struct wd_err *err)
{
	const char *dir = inbox_dir(app);
	/* what an earlier configuration took is worked up all the same */
	if (!is_wanted && (dir == NULL || access(dir, F_OK) != 0))
		return WD_OK;
	struct wd_intake_opts io = {.dir = dir,
		.max_bytes = app->conf->receive.inbox_max,
		.position = wd_store_inbox_position(app->store),
		.deliver = wd_app_deliver,
		.dress = dress,
		.is_settled = is_settled,
		.find = find,
		.is_full = is_full,
		.ctx = app};
	int rc = dir != NULL ? wd_intake_new(&io, &app->intake, err)
			     : wd_err_set(err, WD_E_NOMEM, "out of memory");
	return rc == WD_OK ? wd_intake_start(app->intake, err) : rc;
}

static int open_push(struct wd_app *app, int fd, struct wd_err *err)
{
	const struct wd_config *c = app->conf;
	struct wd_push_opts po = {.loop = &app->loop,
		.fd = fd,
		.sources = c->receive.sources.v,
		.source_count = c->receive.sources.n,
		.max_connections = c->receive.max_connections,
		.max_per_address = c->receive.max_per_address,
		.deadline_us = c->receive.deadline_us,
		.tls_cert = c->receive.tls_cert_text,
		.tls_key = c->receive.tls_key_text,
		.intake = app->intake,
		.websub = app->websub};
	if (fd < 0 && wd_listen_address(c->receive.listen, &po.addr) != WD_OK)
		return wd_err_set(err, WD_E_MALFORMED, "receive.listen");
	app->push = wd_push_new(&po, err);
	if (app->push == NULL)
		return WD_E_SYS;
	wd_log(WD_LOG_INFO, WD_STR_NONE, "receive", "listen=%.*s port=%u sources=%zu",
		WD_STR_ARG(c->receive.listen), wd_push_port(app->push), c->receive.sources.n);
	return WD_OK;
}

static int open_stdin(struct wd_app *app, struct wd_err *err)
{
	const struct wd_config *c = app->conf;
	struct wd_stdin_opts so = {.fd = STDIN_FILENO,
		.source = wd_arena_str(app->mem, c->receive.stdin_source),
		.max_bytes = c->limits.document_bytes,
		.intake = app->intake};
	app->in = wd_stdin_new(&so, err);
	return app->in != NULL ? WD_OK : WD_E_SYS;
}

static int open_spool(struct wd_app *app, struct wd_err *err)
{
	const struct wd_config *c = app->conf;
	struct wd_spool_opts so = {.loop = &app->loop,
		.dir = wd_arena_cstr(app->mem, c->receive.spool),
		.sources = c->receive.sources.v,
		.source_count = c->receive.sources.n,
		.max_bytes = c->limits.document_bytes,
		.deliver = wd_app_deliver,
		.ctx = app};
	app->spool = wd_spool_new(&so, err);
	return app->spool != NULL ? WD_OK : WD_E_SYS;
}

int wd_app_receive_open(struct wd_app *app, struct wd_err *err)
{
	const struct wd_config *c = app->conf;
	int fd = wd_notify_socket("receive");
	bool has_stdin = c->receive.stdin_source.n > 0;
	bool has_topics = c->receive.kafka.n > 0;
	int rc = open_intake(app, has_http(app, fd) || has_stdin || has_topics, err);
	if (rc == WD_OK && c->receive.spool.n > 0)
		rc = open_spool(app, err);
	if (rc == WD_OK && has_http(app, fd))
		rc = wd_app_websub_open(app, err);
	else if (rc == WD_OK && c->websub.callback.n > 0)
		wd_log(WD_LOG_WARNING, WD_STR_NONE, "websub-unreachable",
			"websub.callback is set, but nothing listens (receive.listen): no subscriptions");
	if (rc == WD_OK && has_http(app, fd))
		rc = open_push(app, fd, err);
	if (rc == WD_OK && has_stdin)
		rc = open_stdin(app, err);
	return rc == WD_OK ? wd_app_kafka_open(app, err) : rc;
}

/* ---- afterwards ---- */

bool wd_app_receives(const struct wd_app *app)
{
	return app->spool != NULL || app->push != NULL || app->in != NULL || app->topic_count > 0;
}

void wd_app_receive_resume(struct wd_app *app)
{
	if (app->spool != NULL)
		wd_spool_resume(app->spool);
	if (app->intake != NULL)
		wd_intake_resume(app->intake);
}

void wd_app_receive_reload(struct wd_app *app, const struct wd_config *next)
{
	struct wd_err err;
	if (app->spool != NULL)
		wd_spool_set_sources(app->spool, next->receive.sources.v, next->receive.sources.n);
	if (app->push != NULL && wd_push_set_sources(app->push, next->receive.sources.v,
					 next->receive.sources.n, &err) != WD_OK)
		wd_log(WD_LOG_ERR, WD_STR_NONE, "reload", "receive.sources: %s", err.text);
}

void wd_app_receive_stop(struct wd_app *app)
{
	if (app->spool != NULL)
		wd_spool_stop(app->spool);
	if (app->push != NULL)
		wd_push_stop(app->push);
	if (app->websub != NULL)
		wd_websub_stop(app->websub);
	wd_stdin_free(wd_take(app->in));
	wd_app_kafka_stop(app);
	if (app->intake != NULL)
		wd_intake_stop(app->intake);
}

void wd_app_receive_close(struct wd_app *app)
{
	if (app->spool != NULL)
		wd_spool_close(app->spool);
	if (app->intake != NULL)
		wd_intake_close(app->intake); /* requests that wait for a sync get their answer */
	if (app->push != NULL)
		wd_push_close(app->push);
	wd_websub_close(app->websub);
}

void wd_app_receive_free(struct wd_app *app)
{
	wd_spool_free(app->spool);
	wd_push_free(app->push);
	wd_websub_free(app->websub);
	wd_intake_free(app->intake);
}
