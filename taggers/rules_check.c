/*
 * A topic file's own examples, run as tests: each is tagged as an article of its own, as `wiredesk
 * tag` would.
 */
#include "base/clock.h"
#include "base/limits.h"
#include "taggers/rules.h"
#include "taggers/tagger.h"

struct check {
	const struct wd_rules *r;
	struct wd_tag_scratch *scratch;
	struct wd_arena *a;
	void (*report)(void *ctx, const char *file, unsigned line, const char *text);
	void *ctx;
};

static bool is_tagged(const struct wd_article *art, const struct wd_topic_def *t)
{
	WD_VEC_EACH (const struct wd_topic, x, &art->topics) {
		if (wd_str_eq(x->id, t->id))
			return true;
	}
	WD_VEC_EACH (const struct wd_theme, x, &art->themes) {
		if (wd_str_eq(x->id, t->id))
			return true;
	}
	return false;
}

/* 1 when the example goes wrong. */
static size_t run(struct check *c, const struct wd_topic_def *t, const struct wd_example *e)
{
	wd_arena_reset(c->a);
	struct wd_article *art = wd_arena_new_of(c->a, struct wd_article);
	struct wd_err err = {0};
	if (art == NULL)
		return 1;
	art->headline = e->headline;
	art->text = e->text;
	if (e->day != WD_DAY_NONE)
		art->published = (struct wd_date){e->day * WD_DAY, WD_DATE_DAY, false};
	int rc = wd_tag_article(c->r, c->scratch, c->a, art, NULL, &err);
	if (rc == WD_OK && is_tagged(art, t) == e->want)
		return 0;
	char text[1024];
	(void)snprintf(text, sizeof(text), "example is %s%.*s: \"%.*s\"%s%s",
		e->want ? "not tagged " : "tagged ", WD_STR_ARG(t->id),
		WD_STR_ARG(e->headline.n > 0 ? e->headline : e->text), rc != WD_OK ? ": " : "",
		rc != WD_OK ? err.text : "");
	c->report(c->ctx, t->file.p, e->line, text);
	return 1;
}

size_t wd_rules_check(const struct wd_rules *r,
	void (*report)(void *ctx, const char *file, unsigned line, const char *text), void *ctx,
	size_t *ret_examples)
{
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MAX_ARTICLE_ARENA);
	struct check c = {r, wd_tag_scratch_new(r), a, report, ctx};
	size_t wrong = 0;
	*ret_examples = 0;
	if (a == NULL || c.scratch == NULL) {
		wd_tag_scratch_free(c.scratch);
		report(ctx, "topics", 0, "out of memory");
		return 1;
	}
	WD_VEC_EACH (const struct wd_topic_def, t, &r->topics) {
		WD_VEC_EACH (const struct wd_example, e, &t->examples) {
			wrong += run(&c, t, e);
			(*ret_examples)++;
		}
	}
	wd_tag_scratch_free(c.scratch);
	return wrong;
}
