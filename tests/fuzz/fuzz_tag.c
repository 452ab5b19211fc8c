/*
 * The taggers on any text. Input: headline, a blank line, text; the first byte's low bits choose a
 * publication date or none. Invariants: every span lies in its field and its text is exactly what
 * stands there; ids and codes are not empty; confidences are between 0 and 1; a second run says the
 * same.
 */
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "taggers/tagger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_INPUT (64 << 10)

/* Code points → bytes. */
static size_t byte_of(struct wd_str s, size_t cp)
{
	size_t at = 0;
	while (cp > 0 && at < s.n) {
		(void)wd_utf8_next(s, &at);
		cp--;
	}
	WD_ASSERT(cp == 0);
	return at;
}

static void check_spans(const struct wd_article *art, const wd_spans *spans)
{
	WD_ASSERT(spans->n <= WD_MAX_EVIDENCE);
	WD_VEC_EACH (const struct wd_span, sp, spans) {
		struct wd_str field = wd_str_eqc(sp->field, "headline") ? art->headline : art->text;
		WD_ASSERT(sp->start < sp->end);
		size_t from = byte_of(field, sp->start), to = byte_of(field, sp->end);
		WD_ASSERT(wd_str_eq(wd_str_sub(field, from, to), sp->text));
	}
}

static void check_article(const struct wd_article *art)
{
	WD_VEC_EACH (const struct wd_topic, t, &art->topics) {
		WD_ASSERT(t->id.n > 0 && t->confidence > 0 && t->confidence <= 1);
		check_spans(art, &t->evidence);
	}
	WD_VEC_EACH (const struct wd_theme, t, &art->themes)
		check_spans(art, &t->evidence);
	WD_VEC_EACH (const struct wd_entity, e, &art->entities) {
		WD_ASSERT(e->name.n > 0 && e->mentions.n > 0);
		check_spans(art, &e->mentions);
	}
	WD_VEC_EACH (const struct wd_flag, f, &art->flags) {
		WD_ASSERT(f->code.n > 0 && f->message.n > 0 && f->evidence.n > 0);
		WD_ASSERT(f->facts.n > 0 || wd_str_eqc(f->code, "truncated"));
		check_spans(art, &f->evidence);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct wd_rules *rules;
	static struct wd_tag_scratch *scratch;
	struct wd_err err;
	if (rules == NULL) {
		WD_ASSERT(wd_rules_load(wd_datadir(), &rules, &err) == WD_OK);
		scratch = wd_tag_scratch_new(rules);
		WD_ASSERT(scratch != NULL);
	}
	if (size < 2 || size > MAX_INPUT)
		return 0;
	struct wd_str in = {(const char *)data + 1, size - 1};
	if (!wd_utf8_ok(in))
		return 0;
	size_t cut = wd_str_find(in, WD_STR("\n\n"), 0);
	struct wd_arena *a = wd_arena_new(WD_MAX_ARTICLE_ARENA * 2);
	struct wd_article one = {0};
	if (cut != SIZE_MAX) {
		one.headline = wd_str_sub(in, 0, cut);
		one.text = wd_str_from(in, cut + 2);
	} else {
		one.text = in;
	}
	one.truncated = (data[0] & 1) != 0;
	if ((data[0] & 6) != 0)
		one.published =
			(struct wd_date){wd_days_from_civil(1997 + data[0] % 32, 8, 24) * WD_DAY,
				WD_DATE_DAY, false};
	struct wd_article two = one;
	if (a != NULL && wd_tag_article(rules, scratch, a, &one, NULL, &err) == WD_OK) {
		check_article(&one);
		WD_ASSERT(wd_tag_article(rules, scratch, a, &two, NULL, &err) != WD_OK ||
			  (one.topics.n == two.topics.n && one.flags.n == two.flags.n &&
				  one.entities.n == two.entities.n));
	}
	wd_arena_free(a);
	return 0;
}
