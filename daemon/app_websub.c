/* Wiring of WebSub: the store's records, and what polling has to know. */
#include "base/log.h"
#include "daemon/app_impl.h"

static void save(const struct wd_websub_record *r, void *ctx)
{
	struct wd_app *app = ctx;
	struct wd_err err;
	const struct wd_store_websub w = {.feed = r->feed,
		.callback = r->callback,
		.topic = r->topic,
		.hub = r->hub,
		.secret = r->secret,
		.state = (int)r->state,
		.lease_end_us = r->lease_end_us,
		.works = r->works};
	if (wd_store_websub_put(app->store, &w, &err) != WD_OK)
		wd_log(WD_LOG_WARNING, r->feed, "websub-unsaved", "%s", err.text);
}

static void drop(struct wd_str callback, void *ctx)
{
	struct wd_app *app = ctx;
	struct wd_err err;
	if (wd_store_websub_drop(app->store, callback, &err) != WD_OK)
		wd_log(WD_LOG_WARNING, WD_STR_NONE, "websub-unsaved", "%s", err.text);
}

static void ended(struct wd_str feed, void *ctx)
{
	struct wd_app *app = ctx;
	if (app->poll != NULL)
		wd_poll_sooner(app->poll, feed);
}

/* Every record the store has; *ret_n how many. */
static int restore(struct wd_app *app, struct wd_arena *a, size_t *ret_n, struct wd_err *err)
{
	struct wd_store_websub w = {0};
	int rc;
	*ret_n = 0;
	while ((rc = wd_store_websub_next(app->store, w.callback, a, &w, err)) == WD_OK) {
		const struct wd_websub_record r = {.feed = w.feed,
			.callback = w.callback,
			.topic = w.topic,
			.hub = w.hub,
			.secret = w.secret,
			.state = (enum wd_websub_state)w.state,
			.lease_end_us = w.lease_end_us,
			.works = w.works};
		++*ret_n;
		if (app->websub != NULL && w.state >= WD_WEBSUB_NONE && w.state < WD_WEBSUB_GONE &&
			wd_websub_restore(app->websub, &r, err) != WD_OK)
			return WD_E_NOMEM;
	}
	return rc == WD_E_NOTFOUND ? WD_OK : rc;
}

int wd_app_websub_open(struct wd_app *app, struct wd_err *err)
{
	const struct wd_config *c = app->conf;
	size_t n = 0;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_GIB);
	if (a == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	int rc = restore(app, a, &n, err);
	/* turned off with subscriptions left: they are ended at their hubs */
	if (rc != WD_OK || (c->websub.callback.n == 0 && n == 0))
		return rc;
	const struct wd_websub_opts wo = {.loop = &app->loop,
		.http = &c->http,
		.callback = wd_arena_str(app->mem, c->websub.callback),
		.lease_us = c->websub.lease_us,
		.poll_us = c->websub.poll_us,
		.save = save,
		.drop = drop,
		.ended = ended,
		.ctx = app};
	app->websub = wd_websub_new(&wo, err);
	if (app->websub == NULL)
		return WD_E_SYS;
	rc = restore(app, a, &n, err);
	return rc == WD_OK ? wd_websub_set_feeds(app->websub, &c->http, c->feeds.v, c->feeds.n, err)
			   : rc;
}

int64_t wd_app_websub_pause(struct wd_str feed, void *ctx)
{
	struct wd_app *app = ctx;
	return app->websub != NULL ? wd_websub_pause(app->websub, feed) : 0;
}

bool wd_app_websub_dress(struct wd_doc *doc, const struct wd_config *c)
{
	struct wd_arena *a = doc->mem;
	if (doc->url.n == 0 || doc->origin != WD_DOC_PUSH)
		return false; /* from a source of receive */
	doc->feed_url = doc->url;
	WD_VEC_EACH (const struct wd_feed_conf, f, &c->feeds) {
		if (!wd_str_eq(f->id, doc->feed))
			continue;
		doc->feed_url = wd_arena_str(a, f->url);
		wd_poll_hints(doc, f);
		break;
	}
	return true;
}
