/*
 * Who may push, how much: the sources' settings. They are replaced whole by a reload; a request
 * keeps the set it began with.
 */
#include <inttypes.h>
#include <microhttpd.h>

#include "base/clock.h"
#include "sources/http_push_impl.h"

void wd_push_sources_unref(struct wd_push *p, struct wd_push_sources *s)
{
	if (s == NULL)
		return;
	(void)pthread_mutex_lock(&p->lock);
	bool last = --s->refs == 0;
	(void)pthread_mutex_unlock(&p->lock);
	if (last)
		wd_arena_free(s->mem);
}

static void copy_list(struct wd_arena *a, const wd_conf_strs *from, wd_conf_strs *to)
{
	*to = (wd_conf_strs){0};
	for (size_t i = 0; i < from->n; i++) {
		struct wd_str *s = wd_vec_push(a, to);
		if (s != NULL)
			*s = wd_arena_str(a, from->v[i]);
	}
}

int wd_push_set_sources(
	struct wd_push *p, const struct wd_push_conf *list, size_t n, struct wd_err *err)
{
	struct wd_arena *a = wd_arena_new(64 * WD_MIB);
	struct wd_push_sources *s = a != NULL ? wd_arena_new_of(a, struct wd_push_sources) : NULL;
	struct wd_push_source *v = s != NULL ? wd_arena_array(a, n + 1, sizeof(*v)) : NULL;
	if (v == NULL) {
		wd_arena_free(a);
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	}
	*s = (struct wd_push_sources){.refs = 1, .mem = a, .v = v, .n = n};
	for (size_t i = 0; i < n; i++) {
		struct wd_push_conf *c = &v[i].conf;
		*c = list[i];
		c->name = wd_arena_str(a, list[i].name);
		c->format = wd_arena_str(a, list[i].format);
		c->timezone = wd_arena_str(a, list[i].timezone);
		c->language = wd_arena_str(a, list[i].language);
		c->charset = wd_arena_str(a, list[i].charset);
		copy_list(a, &list[i].tokens, &c->tokens);
		copy_list(a, &list[i].hmac_keys, &c->hmac_keys);
		v[i].tokens = (double)c->rate;
		v[i].filled_us = wd_clock_mono_us();
		v[i].name_hash = wd_hash64(c->name);
	}
	(void)pthread_mutex_lock(&p->lock);
	struct wd_push_sources *old = p->sources;
	p->sources = s;
	(void)pthread_mutex_unlock(&p->lock);
	wd_push_sources_unref(p, old);
	return WD_OK;
}

bool wd_push_find_source(struct wd_push_request *r, struct wd_str name)
{
	struct wd_push *p = r->p;
	(void)pthread_mutex_lock(&p->lock);
	r->set = p->sources;
	r->set->refs++;
	(void)pthread_mutex_unlock(&p->lock);
	for (size_t i = 0; i < r->set->n && r->source == NULL; i++) {
		if (wd_str_eq(r->set->v[i].conf.name, name))
			r->source = &r->set->v[i];
	}
	if (r->source != NULL)
		return true;
	return wd_problem_set(&r->problem, MHD_HTTP_NOT_FOUND, "no such source",
		"receive.sources has no source of this name");
}

bool wd_push_rate_ok(struct wd_push_request *r)
{
	struct wd_push_source *s = r->source;
	double rate = (double)s->conf.rate;
	if (s->conf.rate == 0)
		return true;
	(void)pthread_mutex_lock(&r->p->lock);
	int64_t now = wd_clock_mono_us();
	s->tokens =
		WD_MIN(WD_MAX(rate, 1.0), s->tokens + rate * (double)(now - s->filled_us) / 1e6);
	s->filled_us = now;
	bool ok = s->tokens >= 1;
	if (ok)
		s->tokens -= 1;
	(void)pthread_mutex_unlock(&r->p->lock);
	if (ok)
		return true;
	(void)wd_problem_set(&r->problem, MHD_HTTP_TOO_MANY_REQUESTS, "too many requests",
		"this source may send %" PRId64 " a second (receive.sources[].rate)", s->conf.rate);
	r->problem.retry_after_s = 1;
	return false;
}
