/* The pipeline's workers: a document in, finished articles hung on its job (pipeline.c has the
 * design). */
#include "base/limits.h"
#include "base/metrics.h"
#include "daemon/pages.h"
#include "daemon/pipeline_impl.h"
#include "parsers/article_pack.h"
#include "parsers/build.h"

#define CHUNK_BYTES (256 * WD_KIB)
#define JOB_BYTES (16 * WD_MIB) /* finished articles that may wait for their turn, per document */

static struct wd_metric m_unwanted = {.name = "wiredesk_articles_unwanted_total",
	.help = "Articles without a topic their feed is configured for.",
	.kind = WD_METRIC_COUNTER};

void wd_pipe_work_metrics(void)
{
	wd_metric_register(&m_unwanted);
}

/* ---- chunks and jobs ---- */

void wd_pipe_chunk_free(struct chunk *c)
{
	if (c == NULL)
		return;
	wd_arena_free(c->mem);
	free(c);
}

static struct chunk *chunk_new(void)
{
	struct chunk *c = calloc(1, sizeof(*c));
	if (c != NULL)
		c->mem = wd_arena_new(2 * WD_MAX_ARTICLE_ARENA);
	if (c != NULL && c->mem == NULL) {
		free(c);
		return NULL;
	}
	return c;
}

void wd_pipe_job_free(struct job *j)
{
	for (struct chunk *c = j->first, *next; c != NULL; c = next) {
		next = c->next;
		wd_pipe_chunk_free(c);
	}
	wd_arena_free(j->feed_mem);
	wd_doc_free(j->doc);
	free(j);
}

/* ---- workers ---- */

/* Hangs the chunk on its job; waits while the job holds too much and is not the first. */
static void hand_chunk(struct worker *w)
{
	struct wd_pipeline *p = w->p;
	struct job *j = w->job;
	struct chunk *c = wd_take(w->chunk);
	if (c == NULL)
		return;
	size_t bytes = wd_arena_used(c->mem);
	(void)pthread_mutex_lock(&p->lock);
	bool wait = !j->dropped && j->bytes > 0 && j->bytes + bytes > JOB_BYTES;
	if (wait) /* for the desk, which may wait for the sinks: the document hangs not */
		wd_guard_leave(w->slot);
	while (!j->dropped && j->bytes > 0 && j->bytes + bytes > JOB_BYTES)
		(void)pthread_cond_wait(&p->changed, &p->lock);
	if (wait)
		wd_guard_resume(w->slot);
	bool drop = j->dropped;
	if (!drop) {
		j->bytes += bytes;
		*(j->first == NULL ? &j->first : &j->last->next) = c;
		j->last = c;
		(void)pthread_cond_broadcast(&p->changed);
	}
	(void)pthread_mutex_unlock(&p->lock);
	if (drop)
		wd_pipe_chunk_free(c);
}

/* The feed's configuration may ask for some topics only. */
static bool is_wanted(const struct wd_article *art, const struct wd_doc_hints *h)
{
	if (h->topic_count == 0)
		return true;
	for (size_t i = 0; i < art->topics.n; i++) {
		for (size_t k = 0; k < h->topic_count; k++) {
			if (wd_str_eq(art->topics.v[i].id, h->topics[k]))
				return true;
		}
	}
	return false;
}

static int take_article(struct wd_article *art, void *ctx)
{
	struct worker *w = ctx;
	if (w->job->dropped)
		return WD_E_TRANSIENT;
	int r = w->rules != NULL ? wd_tag_article(w->rules, w->scratch, w->mem, art, NULL, &w->err)
				 : WD_OK;
	if (r != WD_OK)
		return r;
	if (!is_wanted(art, &w->job->doc->hints)) {
		wd_metric_add(&m_unwanted, 1);
		return WD_OK;
	}
	if (w->chunk == NULL)
		w->chunk = chunk_new();
	struct wd_article *copy =
		w->chunk != NULL ? wd_arena_new_of(w->chunk->mem, struct wd_article) : NULL;
	if (copy == NULL)
		return wd_err_set(&w->err, WD_E_NOMEM, "out of memory");
	r = wd_article_copy(w->chunk->mem, art, copy);
	if (r != WD_OK)
		return wd_err_set(&w->err, r, "the article is too large");
	w->chunk->v[w->chunk->n++] = copy;
	if (w->chunk->n == CHUNK_ARTICLES || wd_arena_used(w->chunk->mem) >= CHUNK_BYTES)
		hand_chunk(w);
	return WD_OK;
}

/* What somebody gave us is what they meant to give; a polled address that answers with a page is
 * a feed that broke. */
static bool is_handed_in(const struct wd_doc *doc)
{
	return doc->origin == WD_DOC_PUSH || doc->origin == WD_DOC_SPOOL ||
	       doc->origin == WD_DOC_KAFKA;
}

bool wd_pipe_is_gone(const struct wd_doc *doc)
{
	return doc->status == 410;
}

static void build(struct worker *w)
{
	struct job *j = w->job;
	if (wd_pipe_is_gone(j->doc))
		return;
	if (j->doc->refused.n > 0) {
		j->rc = wd_err_set(&j->err, WD_E_MALFORMED, "%.*s", WD_STR_ARG(j->doc->refused));
		return;
	}
	struct wd_pages *at_hand = w->p->opts.pages;
	struct wd_page_source pages =
		at_hand != NULL ? wd_pages_source(at_hand) : (struct wd_page_source){0};
	struct wd_build_ctx ctx = {.doc = j->doc,
		.arena = w->mem,
		.feed_arena = j->feed_mem,
		.feed = &j->feed,
		.now_us = j->doc->fetched_at_us,
		.page_allowed = (w->p->opts.page_allowed && j->doc->origin != WD_DOC_HTTP) ||
				is_handed_in(j->doc),
		.pages = at_hand != NULL ? &pages : NULL,
		.emit = take_article,
		.emit_ctx = w};
	wd_arena_reset(w->mem);
	w->err = (struct wd_err){0};
	if (wd_guard_enter(w->p->guard, w->slot, w->p->store, j->doc, &j->err)) {
		j->rc = wd_build_document(&ctx, &j->err);
		if (j->rc < 0 && w->err.code != 0)
			j->err = w->err;
	} else {
		j->rc = j->err.code;
		j->is_poison = true;
	}
	wd_guard_leave(w->slot);
	hand_chunk(w);
}

static struct job *next_job(struct wd_pipeline *p)
{
	(void)pthread_mutex_lock(&p->take);
	struct wd_doc *doc = wd_queue_pop(p->queue);
	struct job *j = doc != NULL ? calloc(1, sizeof(*j)) : NULL;
	if (j != NULL) {
		j->doc = doc;
		j->feed_mem = wd_arena_new(WD_MAX_ARTICLE_ARENA);
		(void)pthread_mutex_lock(&p->lock);
		*(p->first == NULL ? &p->first : &p->last->next) = j;
		p->last = j;
		(void)pthread_mutex_unlock(&p->lock);
	} else if (doc != NULL) { /* no memory for so little: the source asks again */
		if (doc->done != NULL)
			doc->done(doc, WD_E_NOMEM, doc->done_ctx);
		wd_doc_free(doc);
	}
	(void)pthread_mutex_unlock(&p->take);
	return j;
}

/* The newest rules, with scratch that fits them. */
static void renew_rules(struct worker *w)
{
	(void)pthread_mutex_lock(&w->p->lock);
	struct wd_rules *now = w->p->rules != NULL ? wd_rules_ref(w->p->rules) : NULL;
	(void)pthread_mutex_unlock(&w->p->lock);
	if (now == w->rules) {
		wd_rules_unref(now);
		return;
	}
	wd_tag_scratch_free(w->scratch);
	wd_rules_unref(w->rules);
	w->rules = now;
	w->scratch = now != NULL ? wd_tag_scratch_new(now) : NULL;
}

void *wd_pipe_worker_main(void *arg)
{
	struct worker *w = arg;
	struct wd_pipeline *p = w->p;
	(void)pthread_setname_np(pthread_self(), "worker");
	wd_guard_watch_thread(w->slot);
	while ((w->job = next_job(p)) != NULL) {
		renew_rules(w);
		if (w->job->feed_mem != NULL)
			build(w);
		else
			w->job->rc = wd_err_set(&w->job->err, WD_E_NOMEM, "out of memory");
		(void)pthread_mutex_lock(&p->lock);
		w->job->finished = true;
		(void)pthread_cond_broadcast(&p->changed);
		(void)pthread_mutex_unlock(&p->lock);
	}
	(void)pthread_mutex_lock(&p->lock);
	p->busy--;
	(void)pthread_cond_broadcast(&p->changed);
	(void)pthread_mutex_unlock(&p->lock);
	return NULL;
}
