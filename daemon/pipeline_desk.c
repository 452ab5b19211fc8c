/* The desk thread: chunks of the first job, in document order, through the desk (pipeline.c has the
 * design). */
#include "base/clock.h"
#include "base/cond.h"
#include "base/metrics.h"
#include "daemon/pipeline_impl.h"

static struct wd_metric m_articles = {.name = "wiredesk_articles_total",
	.help = "Articles read, known ones included.",
	.kind = WD_METRIC_COUNTER};

void wd_pipe_desk_metrics(void)
{
	wd_metric_register(&m_articles);
}

/* The next chunk of the first job; NULL with *ret_finished when there is none to come. What waits
 * for a slow document should not hold others back: they are committed meanwhile. A commit that
 * fails takes back what was written of this job too: then the whole of it must come again. */
static int next_chunk(struct wd_pipeline *p, struct job *j, struct chunk **ret, bool *ret_finished)
{
	struct chunk *c = NULL;
	bool committed = !wd_store_in_txn(p->store);
	for (;;) {
		(void)pthread_mutex_lock(&p->lock);
		while (j->first == NULL && !j->finished) {
			if (committed)
				(void)pthread_cond_wait(&p->changed, &p->lock);
			else if (!wd_cond_wait_until(
					 &p->changed, &p->lock, p->committed_us + PACE_US))
				break;
		}
		c = j->first;
		if (c != NULL) {
			j->first = c->next;
			j->bytes -= wd_arena_used(c->mem);
			(void)pthread_cond_broadcast(&p->changed);
		}
		*ret_finished = j->finished && c == NULL;
		(void)pthread_mutex_unlock(&p->lock);
		*ret = c;
		if (c != NULL || *ret_finished)
			return WD_OK;
		committed = true;
		int r = wd_pipe_commit(p);
		if (r != WD_OK)
			return r;
	}
}

static int one_chunk(struct wd_pipeline *p, struct job *j, struct chunk *c, struct wd_err *err)
{
	for (size_t i = 0; i < c->n; i++) {
		bool is_version = false;
		wd_arena_reset(p->scratch);
		if (j->articles == 0) {
			/* Before its events: a long document is committed in parts. */
			int r = wd_pipe_index(p, j->doc, err);
			if (r == WD_OK)
				r = wd_desk_doc_begin(p->desk, j->doc, c->v[i]->feed, err);
			if (r != WD_OK)
				return r;
		}
		int r = wd_desk_article(p->desk, c->v[i], p->scratch, &is_version, err);
		if (r != WD_OK)
			return r;
		j->articles++;
		j->versions += is_version;
		atomic_fetch_add(&p->articles, 1);
		atomic_fetch_add(is_version ? &p->versions : &p->unchanged, 1);
		wd_metric_add(&m_articles, 1);
	}
	return WD_OK;
}

/* A page that is gone for good: nothing to read, but its article is withdrawn. */
static int end_gone(struct wd_pipeline *p, struct job *j, struct wd_err *err)
{
	wd_arena_reset(p->scratch);
	int r = wd_desk_gone(p->desk, j->doc, p->scratch, err);
	return r == WD_E_NOTFOUND ? WD_OK : r;
}

static int end_doc(struct wd_pipeline *p, struct job *j, struct wd_err *err)
{
	int r = j->articles == 0 ? wd_pipe_index(p, j->doc, err) : WD_OK;
	if (r != WD_OK)
		return r;
	if (wd_pipe_is_gone(j->doc))
		return end_gone(p, j, err);
	if (j->rc < 0)
		return wd_pipe_bury(p, j->doc, &j->err, err);
	if (j->articles == 0)
		r = wd_desk_doc_begin(p->desk, j->doc, &j->feed, err);
	if (r == WD_OK && p->wants_health)
		r = wd_pipe_feed_read(p, j->doc, &j->feed, err);
	return r == WD_OK ? wd_desk_doc_end(p->desk, err) : r;
}

static void drop_rest(struct wd_pipeline *p, struct job *j)
{
	(void)pthread_mutex_lock(&p->lock);
	j->dropped = true;
	(void)pthread_cond_broadcast(&p->changed);
	while (!j->finished)
		(void)pthread_cond_wait(&p->changed, &p->lock);
	(void)pthread_mutex_unlock(&p->lock);
}

/* In a replay the documents bring the time. */
static bool is_something_due(const struct wd_pipeline *p, int64_t now_us)
{
	uint64_t held;
	int64_t due;
	wd_store_held_fill(p->store, &held, &due);
	return p->opts.virtual_clock && due <= now_us;
}

/* One document, from the first chunk to the group. */
static void one_job(struct wd_pipeline *p, struct job *j)
{
	struct wd_err err = {0};
	bool finished = false;
	int r = WD_OK;
	bool due = is_something_due(p, j->doc->fetched_at_us);
	if (due)
		r = wd_pipe_begin(p) ? wd_pipe_release(p, j->doc->fetched_at_us, &err)
				     : WD_E_TRANSIENT;
	while (!finished && r == WD_OK) {
		struct chunk *c = NULL;
		r = next_chunk(p, j, &c, &finished);
		if (c == NULL)
			continue;
		r = wd_pipe_begin(p)
			    ? one_chunk(p, j, c, &err)
			    : wd_err_set(&err, WD_E_TRANSIENT, "ending while the store is full");
		wd_pipe_chunk_free(c);
		if (r == WD_OK && p->group_events >= GROUP_EVENTS)
			r = wd_pipe_commit(p);
	}
	if (r == WD_OK)
		r = wd_pipe_begin(p)
			    ? end_doc(p, j, &err)
			    : wd_err_set(&err, WD_E_TRANSIENT, "ending while the store is full");
	/* The poisoned stays known: its source may bring it again with every poll. */
	if (r == WD_OK && !j->is_poison)
		r = wd_guard_survived(p->guard, p->store, j->doc, &err);
	if (r == WD_OK && p->opts.settle != NULL)
		r = p->opts.settle(
			j->doc, j->articles, j->versions, j->rc, &j->err, p->opts.ctx, &err);
	if (r != WD_OK)
		drop_rest(p, j);
	*p->group_end = j;
	p->group_end = &j->next;
	j->next = NULL;
	if (r == WD_OK)
		return;
	if (wd_store_in_txn(p->store))
		wd_pipe_give_back(p, &err);
	else
		wd_pipe_finish_group(p, WD_E_TRANSIENT);
}

/* The first job, taken off the list; waits for one, a tick or until the open group is due. */
static struct job *first_job(struct wd_pipeline *p, bool *ret_over)
{
	int64_t until = wd_store_in_txn(p->store) ? p->committed_us + PACE_US
						  : wd_clock_mono_us() + TICK_US;
	(void)pthread_mutex_lock(&p->lock);
	while (p->first == NULL && p->busy > 0 && wd_cond_wait_until(&p->changed, &p->lock, until))
		;
	struct job *j = p->first;
	if (j != NULL) {
		p->first = j->next;
		if (p->first == NULL)
			p->last = NULL;
	}
	*ret_over = j == NULL && p->busy == 0;
	(void)pthread_mutex_unlock(&p->lock);
	return j;
}

void *wd_pipe_desk_main(void *arg)
{
	struct wd_pipeline *p = arg;
	bool over = false;
	(void)pthread_setname_np(pthread_self(), "desk");
	while (!(over && atomic_load(&p->ending))) {
		struct job *j = first_job(p, &over);
		if (j != NULL) {
			one_job(p, j);
			if (p->group_events < GROUP_EVENTS && wd_store_in_txn(p->store) &&
				wd_clock_mono_us() - p->group_began_us < GROUP_US)
				continue;
		}
		(void)wd_pipe_commit(p);
		wd_pipe_save_acks(p);
		wd_pipe_serve_calls(p);
		wd_pipe_release_by_clock(p);
		wd_pipe_serve_notes(p);
		if (j == NULL)
			wd_pipe_prune(p);
		atomic_store(&p->idle, over);
		if (over)
			wd_pipe_wait_us(TICK_US / 4);
	}
	return NULL;
}
