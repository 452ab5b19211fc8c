/*
 * One article through all taggers, in the order in which they need each other: language, scan
 * (phrases), dates, people, topics and themes, then what cannot be true.
 */
#include "taggers/tagger.h"

#include "base/limits.h"
#include "taggers/language.h"
#include "taggers/scan.h"

struct wd_tag_scratch {
	struct wd_language *language;
};

struct wd_tag_scratch *wd_tag_scratch_new(const struct wd_rules *r)
{
	(void)r; /* today's scratch does not depend on the rules */
	struct wd_tag_scratch *s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->language = wd_language_new();
	if (s->language == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

void wd_tag_scratch_free(struct wd_tag_scratch *s)
{
	if (s == NULL)
		return;
	wd_language_free(s->language);
	free(s);
}

/* Declared, unless the script forbids it; else detected. */
static void tag_language(struct wd_tag_scratch *s, struct wd_arena *a, struct wd_article *art)
{
	struct wd_str above = wd_arena_cat(a, art->headline, WD_STR("\n"));
	above = wd_arena_cat(a, above, wd_arena_cat(a, art->summary, WD_STR("\n")));
	struct wd_str parts = wd_arena_cat(a, above, wd_str_sub(art->text, 0, 4000));
	if (art->language.n > 0 && wd_language_plausible(art->language, parts)) {
		if (art->language_source.n == 0)
			art->language_source = WD_STR("declared");
		return;
	}
	struct wd_str code = wd_language_detect(s->language, parts);
	if (code.n > 0) {
		art->language = code;
		art->language_source = WD_STR("detected");
	}
}

static struct wd_entity *entity(
	struct wd_scan *s, struct wd_str qid, struct wd_str name, const char *kind)
{
	WD_VEC_EACH (struct wd_entity, e, &s->art->entities) {
		if (wd_str_eq(e->name, name) && wd_str_eqc(e->kind, kind))
			return e;
	}
	struct wd_entity *e = wd_vec_push(s->a, &s->art->entities);
	if (e != NULL) {
		e->qid = qid;
		e->name = name;
		e->kind = wd_str_c(kind);
	}
	return e;
}

static int add_span(struct wd_scan *s, struct wd_entity *e, struct wd_span span)
{
	if (e == NULL)
		return WD_E_LIMIT;
	if (e->mentions.n >= WD_MAX_EVIDENCE)
		return WD_OK;
	struct wd_span *to = wd_vec_push(s->a, &e->mentions);
	if (to == NULL)
		return WD_E_LIMIT;
	*to = span;
	return WD_OK;
}

static int tag_people(struct wd_scan *s)
{
	WD_VEC_EACH (const struct wd_mention, m, &s->mentions) {
		if (m->figure == WD_NO_INDEX)
			continue;
		const struct wd_figure *f = &s->r->figures.v[m->figure];
		struct wd_entity *e = entity(s, f->qid, f->name, "person");
		if (add_span(s, e, wd_scan_span(s, m->field, m->name_start, m->name_end)) != WD_OK)
			return WD_E_LIMIT;
	}
	return WD_OK;
}

static int tag_places(struct wd_scan *s, const struct wd_field *f, int field)
{
	uint32_t done = 0;
	WD_VEC_EACH (const struct wd_hit, h, &f->hits) {
		bool is_place = h->word->kind == WD_WORD_PLACE;
		if ((!is_place && h->word->kind != WD_WORD_ORG) || h->is_hidden || h->start < done)
			continue;
		done = h->end;
		struct wd_entity *e;
		if (is_place) {
			const struct wd_place *p = &s->r->places.v[h->word->ref];
			e = entity(s, p->qid, p->name, "place");
		} else {
			const struct wd_org *o = &s->r->orgs.v[h->word->ref];
			e = entity(s, o->qid, o->name, "organisation");
		}
		if (add_span(s, e, wd_scan_span(s, field, h->start, h->end)) != WD_OK)
			return WD_E_LIMIT;
	}
	return WD_OK;
}

static int run(struct wd_scan *s)
{
	int rc = wd_scan_article(s);
	if (rc == WD_OK)
		rc = wd_scan_dates(s);
	if (rc == WD_OK)
		rc = wd_scan_people(s);
	if (rc == WD_OK)
		rc = tag_people(s);
	for (int i = 0; rc == WD_OK && i < s->n_fields; i++)
		rc = tag_places(s, &s->fields[i], i);
	if (rc == WD_OK)
		rc = wd_score_article(s);
	return rc == WD_OK ? wd_consistency(s) : rc;
}

int wd_tag_article(const struct wd_rules *r, struct wd_tag_scratch *scratch, struct wd_arena *a,
	struct wd_article *article, const struct wd_tag_trace *trace, struct wd_err *err)
{
	tag_language(scratch, a, article);
	struct wd_scan *s = wd_arena_new_of(a, struct wd_scan);
	if (s == NULL)
		return wd_err_set(err, WD_E_LIMIT, "tags: the article's memory is used up");
	s->r = r;
	s->a = a;
	s->art = article;
	s->trace = trace;
	int rc = run(s);
	if (rc != WD_OK)
		return wd_err_set(err, rc, "tags: the article's memory is used up");
	article->rules_version = wd_arena_str(a, wd_rules_version(r));
	return WD_OK;
}
