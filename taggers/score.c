/*
 * Rules → score → topics and themes.
 *
 * A rule asks for terms together (in a sentence, within so many characters of each other, in a
 * zone, in the article) and for the absence of others there. It counts once, in the best zone it
 * fires in, times that zone's weight. A topic's score is the sum; rules that add less than nothing
 * take away the same way. Only the first sentences of a long text are looked at: what an article is
 * about stands there.
 */
#include "base/limits.h"
#include "taggers/scan.h"

#define SCORE_SENTENCES 300
#define MAX_TERMS 12

/* One place where a term was found. */
struct spot {
	int sentence;
	uint32_t start, end;
};

static bool leads(const struct wd_scan *s, const struct wd_mention *m, struct wd_str country)
{
	if (m->figure == WD_NO_INDEX)
		return false;
	struct wd_str own = s->r->figures.v[m->figure].leads;
	return own.n > 0 && (wd_str_eqc(country, "*") || wd_str_eq(own, country));
}

static bool mention_is(
	const struct wd_scan *s, const struct wd_mention *m, const struct wd_cond_term *t)
{
	if (t->kind == WD_TERM_LEADER)
		return leads(s, m, t->text);
	if (m->office == WD_NO_INDEX || m->office != t->ref)
		return false;
	return t->kind == WD_TERM_FORMER ? m->is_former : !m->is_former;
}

static bool hit_is(const struct wd_scan *s, const struct wd_hit *h, const struct wd_cond_term *t)
{
	if (h->is_hidden)
		return false;
	if (t->kind == WD_TERM_CONCEPT)
		return h->word->kind == WD_WORD_CONCEPT && h->word->ref == t->ref;
	if (t->kind != WD_TERM_PLACE)
		return false;
	if (h->word->kind == WD_WORD_COUNTRY)
		return wd_str_eq(s->r->offices.v[h->word->ref].country, t->text);
	return h->word->kind == WD_WORD_PLACE &&
	       wd_str_eq(s->r->places.v[h->word->ref].country, t->text);
}

/* First spot of the condition in the sentence that begins at or after `from`. */
static bool find_in_sentence(
	const struct wd_scan *s, const wd_cond *c, int sentence, uint32_t from, struct spot *ret)
{
	const struct wd_sentence *st = &s->sentences.v[sentence];
	const struct wd_field *f = &s->fields[st->field];
	bool found = false;
	WD_VEC_EACH (const struct wd_cond_term, t, c) {
		bool by_mention = t->kind != WD_TERM_CONCEPT && t->kind != WD_TERM_PLACE;
		for (size_t i = st->mention_from; by_mention && i < st->mention_to; i++) {
			const struct wd_mention *m = &s->mentions.v[i];
			if (m->start >= from && mention_is(s, m, t) &&
				(!found || m->start < ret->start)) {
				*ret = (struct spot){sentence, m->start, m->end};
				found = true;
				break;
			}
		}
		for (size_t i = st->hit_from; !by_mention && i < st->hit_to; i++) {
			const struct wd_hit *h = &f->hits.v[i];
			if (h->start >= from && hit_is(s, h, t) &&
				(!found || h->start < ret->start)) {
				*ret = (struct spot){sentence, h->start, h->end};
				found = true;
				break;
			}
		}
	}
	return found;
}

static bool any_of(const struct wd_scan *s, const wd_conds *none, int sentence)
{
	struct spot unused;
	WD_VEC_EACH (const wd_cond, c, none) {
		if (find_in_sentence(s, c, sentence, 0, &unused))
			return true;
	}
	return false;
}

/* All terms from the first spot of the first term at or after `from`. */
static bool all_from(const struct wd_scan *s, const struct wd_rule *rule, int sentence,
	uint32_t from, struct spot *spots)
{
	if (!find_in_sentence(s, &rule->all.v[0], sentence, from, &spots[0]))
		return false;
	uint32_t lo = spots[0].start, hi = spots[0].end;
	for (size_t i = 1; i < rule->all.n; i++) {
		uint32_t at = rule->is_ordered                    ? spots[i - 1].end
			      : rule->near > 0 && lo > rule->near ? lo - (uint32_t)rule->near
								  : 0;
		if (!find_in_sentence(s, &rule->all.v[i], sentence, at, &spots[i]))
			return false;
		lo = WD_MIN(lo, spots[i].start);
		hi = WD_MAX(hi, spots[i].end);
	}
	return rule->near == 0 || hi - lo <= rule->near;
}

static bool fires_in_sentence(
	const struct wd_scan *s, const struct wd_rule *rule, int sentence, struct spot *spots)
{
	/* Each place of the first term is tried: with `near` a later one may be close enough. */
	for (uint32_t from = 0;; from = spots[0].start + 1) {
		struct spot first;
		if (!find_in_sentence(s, &rule->all.v[0], sentence, from, &first))
			return false;
		if (all_from(s, rule, sentence, from, spots))
			return !any_of(s, &rule->none, sentence);
		spots[0] = first;
		if (rule->near == 0 && !rule->is_ordered)
			return false;
	}
}

static size_t looked_at(const struct wd_scan *s)
{
	return WD_MIN(s->sentences.n, (size_t)SCORE_SENTENCES);
}

/* Terms anywhere in the sentences of one zone (or all): field and article windows. */
static bool fires_over(
	const struct wd_scan *s, const struct wd_rule *rule, int zone, struct spot *spots)
{
	uint64_t found = 0;
	for (size_t k = 0; k < looked_at(s); k++) {
		enum wd_zone z = s->sentences.v[k].zone;
		if (!rule->zones[z] || (zone >= 0 && (int)z != zone))
			continue;
		if (any_of(s, &rule->none, (int)k))
			return false;
		for (size_t i = 0; i < rule->all.n; i++) {
			if ((found >> i & 1) == 0 &&
				find_in_sentence(s, &rule->all.v[i], (int)k, 0, &spots[i]))
				found |= UINT64_C(1) << i;
		}
	}
	return found == (UINT64_C(1) << rule->all.n) - 1;
}

/* The weight of the best zone the rule fires in; 0 when it does not. */
static double fire(const struct wd_scan *s, const struct wd_topic_def *t,
	const struct wd_rule *rule, struct spot *best)
{
	struct spot spots[MAX_TERMS];
	double top = 0;
	if (rule->all.n > MAX_TERMS)
		return 0;
	if (rule->window != WD_WINDOW_SENTENCE) {
		bool is_article = rule->window == WD_WINDOW_ARTICLE;
		for (int z = is_article ? -1 : 0; z < (is_article ? 0 : WD_ZONE_COUNT); z++) {
			if (!fires_over(s, rule, z, spots))
				continue;
			double w = t->weight[z >= 0 ? (enum wd_zone)z
						    : s->sentences.v[spots[0].sentence].zone];
			if (w <= top)
				continue;
			top = w;
			memcpy(best, spots, sizeof(spots));
		}
		return top;
	}
	for (size_t k = 0; k < looked_at(s); k++) {
		enum wd_zone z = s->sentences.v[k].zone;
		if (!rule->zones[z] || t->weight[z] <= top ||
			!fires_in_sentence(s, rule, (int)k, spots))
			continue;
		top = t->weight[z];
		memcpy(best, spots, sizeof(spots));
	}
	return top;
}

static struct wd_span spot_span(const struct wd_scan *s, const struct spot *p)
{
	return wd_scan_span(s, s->sentences.v[p->sentence].field, p->start, p->end);
}

static bool has_span(const wd_spans *list, const struct wd_span *sp)
{
	WD_VEC_EACH (const struct wd_span, x, list) {
		if (x->start == sp->start && x->end == sp->end && wd_str_eq(x->field, sp->field))
			return true;
	}
	return false;
}

struct outcome {
	double score;
	const struct wd_rule *main; /* that added most */
	double main_add;
	wd_spans evidence;
};

static int run_rules(const struct wd_scan *s, const struct wd_topic_def *t, struct outcome *o)
{
	WD_VEC_EACH (const struct wd_rule, rule, &t->rules) {
		struct spot spots[MAX_TERMS];
		double w = fire(s, t, rule, spots);
		if (w <= 0)
			continue;
		double add = rule->add * w;
		o->score += add;
		struct wd_span first = spot_span(s, &spots[0]);
		wd_scan_note(s, "rule", add, &first, "%.*s: %.*s%s%.*s", WD_STR_ARG(t->id),
			WD_STR_ARG(rule->id), rule->text.n > 0 ? ": " : "", WD_STR_ARG(rule->text));
		if (add > o->main_add) {
			o->main_add = add;
			o->main = rule;
		}
		for (size_t i = 0; add > 0 && i < rule->all.n; i++) {
			struct wd_span sp = spot_span(s, &spots[i]);
			if (o->evidence.n >= WD_MAX_EVIDENCE || has_span(&o->evidence, &sp))
				continue;
			struct wd_span *to = wd_vec_push(s->a, &o->evidence);
			if (to == NULL)
				return WD_E_LIMIT;
			*to = sp;
		}
	}
	return WD_OK;
}

static bool has_topic(const struct wd_article *art, struct wd_str id)
{
	WD_VEC_EACH (const struct wd_topic, t, &art->topics) {
		if (wd_str_eq(t->id, id))
			return true;
	}
	return false;
}

static bool is_wanted(const struct wd_scan *s, const struct wd_topic_def *t)
{
	if (t->with_topics.n == 0)
		return true;
	WD_VEC_EACH (const struct wd_str, id, &t->with_topics) {
		if (has_topic(s->art, *id))
			return true;
	}
	return false;
}

static int add_subjects(struct wd_scan *s, const struct wd_topic_def *t)
{
	WD_VEC_EACH (const struct wd_str, code, &t->subjects) {
		WD_VEC_EACH (const struct wd_subject_name, n, &s->r->subjects) {
			if (!wd_str_eq(n->code, *code))
				continue;
			bool known = false;
			WD_VEC_EACH (const struct wd_tag_subject, x, &s->art->subjects)
				known = known || wd_str_eq(x->uri, n->uri);
			struct wd_tag_subject *to =
				known ? NULL : wd_vec_push(s->a, &s->art->subjects);
			if (to == NULL && !known)
				return WD_E_LIMIT;
			if (to != NULL)
				*to = (struct wd_tag_subject){n->uri, n->name, WD_STR("about")};
		}
	}
	return WD_OK;
}

static double confidence(const struct wd_topic_def *t, double score)
{
	double c = 0.6 + 0.2 * (score - t->threshold);
	return c > 0.99 ? 0.99 : c;
}

static int add_result(struct wd_scan *s, const struct wd_topic_def *t, const struct outcome *o)
{
	if (t->kind == WD_TOPIC) {
		struct wd_topic *to = wd_vec_push(s->a, &s->art->topics);
		if (to == NULL)
			return WD_E_LIMIT;
		to->id = t->id;
		to->label = t->label;
		to->rule = o->main != NULL ? o->main->id : WD_STR_NONE;
		to->confidence = confidence(t, o->score);
		to->evidence.v = o->evidence.v;
		to->evidence.n = o->evidence.n;
	} else {
		struct wd_theme *to = wd_vec_push(s->a, &s->art->themes);
		if (to == NULL)
			return WD_E_LIMIT;
		to->id = t->id;
		to->label = t->label;
		to->medtop = t->subjects.n > 0 ? t->subjects.v[0] : WD_STR_NONE;
		to->confidence = confidence(t, o->score);
		to->evidence.v = o->evidence.v;
		to->evidence.n = o->evidence.n;
	}
	return add_subjects(s, t);
}

int wd_score_article(struct wd_scan *s)
{
	for (int kind = WD_TOPIC; kind <= WD_THEME; kind++) {
		WD_VEC_EACH (const struct wd_topic_def, t, &s->r->topics) {
			if ((int)t->kind != kind || !is_wanted(s, t))
				continue;
			struct outcome o = {0};
			if (run_rules(s, t, &o) != WD_OK)
				return WD_E_LIMIT;
			bool is_in = o.score >= t->threshold - 1e-9;
			if (o.main != NULL || is_in)
				wd_scan_note(s, is_in ? "topic" : "near miss", o.score, NULL,
					"%.*s: %.2f of %.2f needed%s", WD_STR_ARG(t->id), o.score,
					t->threshold, is_in ? "" : ": stays out");
			if (is_in && add_result(s, t, &o) != WD_OK)
				return WD_E_LIMIT;
		}
	}
	return WD_OK;
}
