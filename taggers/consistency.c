/*
 * What cannot be true: flags, each with the words it rests on and the fact it contradicts.
 *
 * A flag is a statement about somebody's text, so it is raised only on what the text says of this
 * meeting: dates written out (never "지난 23일"), holders who act in it (not those whom a sentence
 * looks back on or calls former), and only against facts that are known: the table of meetings
 * where coverage says it is complete, terms of office always. Around a change of office both are
 * right for some days, since reports appear later than what they report.
 */
#include "base/utf8.h"
#include "taggers/meeting.h"

#define HANDOVER 14   /* days around a term's end in which only an explicit date convicts */
#define FAR_DAYS 180  /* a date line and an event this far apart contradict each other */
#define LAST_WORDS 40 /* characters shown of a text that breaks off */

/* ---- making flags ---- */

static struct wd_flag *raise(
	struct wd_scan *s, const char *code, const char *severity, struct wd_str message)
{
	struct wd_flag *f = wd_vec_push(s->a, &s->art->flags);
	if (f == NULL)
		return NULL;
	f->code = wd_str_c(code);
	f->severity = wd_str_c(severity);
	f->message = message;
	wd_scan_note(s, "flag", 0, NULL, "%s: %.*s", code, WD_STR_ARG(message));
	return f;
}

static int show(struct wd_scan *s, struct wd_flag *f, struct wd_span span)
{
	struct wd_span *to = wd_vec_push(s->a, &f->evidence);
	if (to == NULL)
		return WD_E_LIMIT;
	*to = span;
	return WD_OK;
}

static int fact(struct wd_scan *s, struct wd_flag *f, struct wd_str text)
{
	struct wd_str *to = wd_vec_push(s->a, &f->facts);
	if (to == NULL || text.n == 0)
		return WD_E_LIMIT;
	*to = text;
	return WD_OK;
}

static struct wd_span mention_span(const struct wd_scan *s, const struct wd_mention *m)
{
	return wd_scan_span(s, m->field, m->start, m->end);
}

static struct wd_str day_text(struct wd_scan *s, int64_t day)
{
	return wd_facts_day_text(s->a, day);
}

static struct wd_str name_of(const struct wd_scan *s, int figure)
{
	return s->r->figures.v[figure].name;
}

static struct wd_str label_of(const struct wd_scan *s, int office)
{
	return s->r->offices.v[office].label;
}

static struct wd_str term_fact(struct wd_scan *s, int figure, int office, int64_t day)
{
	const struct wd_term *t = wd_facts_term(s->r, figure, office, day);
	if (t == NULL)
		return wd_arena_printf(s->a, "%.*s has never been %.*s (leaders.tsv)",
			WD_STR_ARG(name_of(s, figure)), WD_STR_ARG(label_of(s, office)));
	struct wd_str to = t->to == WD_DAY_OPEN ? WD_STR("today") : day_text(s, t->to);
	return wd_arena_printf(s->a, "%.*s: %.*s from %.*s to %.*s (leaders.tsv: %.*s; %.*s)",
		WD_STR_ARG(name_of(s, figure)), WD_STR_ARG(label_of(s, office)),
		WD_STR_ARG(day_text(s, t->from)), WD_STR_ARG(to), WD_STR_ARG(t->source),
		WD_STR_ARG(t->verified));
}

static struct wd_str meeting_fact(struct wd_scan *s, const struct wd_meeting *m)
{
	return wd_arena_printf(s->a,
		"%.*s: %.*s and %.*s met in %.*s, %.*s%s%.*s (summits.tsv: %.*s; %.*s)",
		WD_STR_ARG(m->id), WD_STR_ARG(name_of(s, m->leader[0])),
		WD_STR_ARG(name_of(s, m->leader[1])), WD_STR_ARG(m->place_name),
		WD_STR_ARG(day_text(s, m->from)), m->to != m->from ? " to " : "",
		WD_STR_ARG(m->to != m->from ? day_text(s, m->to) : WD_STR("")),
		WD_STR_ARG(m->source), WD_STR_ARG(m->verified));
}

/* ---- offices ---- */

/* The explicit date that stands with the mention, with its year; NULL. */
static const struct wd_text_date *dated(const struct wd_event *e, const struct wd_mention *m)
{
	WD_VEC_EACH (const struct wd_text_date *const, d, &e->dates) {
		if ((*d)->sentence == m->sentence && (*d)->has_year && (*d)->has_month)
			return *d;
	}
	return NULL;
}

static bool holds_at_some_date(
	const struct wd_scan *s, const struct wd_event *e, int figure, int office)
{
	WD_VEC_EACH (const struct wd_text_date *const, d, &e->dates) {
		if ((*d)->has_year && (*d)->has_month &&
			wd_facts_holds(s->r, figure, office, (*d)->from, 1))
			return true;
	}
	return false;
}

/* The sentence tells of a time, with its year, in which the actor did hold the office: history told
 * right ("in 1998 President Kim Dae-jung"), whatever day it is told on. */
static bool is_in_its_time(const struct wd_scan *s, const struct wd_actor *a, int office)
{
	const struct wd_sentence *st = &s->sentences.v[a->first->sentence];
	for (size_t i = st->date_from; i < st->date_to; i++) {
		const struct wd_text_date *d = &s->dates.v[i];
		if (!d->has_year || d->from == WD_DAY_NONE)
			continue;
		int64_t to = d->to == WD_DAY_NONE ? d->from : d->to;
		for (int64_t day = d->from; day < to; day += 7) {
			if (wd_facts_holds(s->r, a->figure, office, day, 0))
				return true;
		}
		if (wd_facts_holds(s->r, a->figure, office, to, 0))
			return true;
	}
	return false;
}

static bool has_both_sides(const struct wd_scan *s, int sentence)
{
	uint64_t offices = s->sentences.v[sentence].offices;
	return (offices >> s->r->side[0] & 1) != 0 && (offices >> s->r->side[1] & 1) != 0;
}

/* The actor meets the other side in a sentence with the meeting's own day or place: that meeting
 * and no other, whatever slack a change of office deserves. */
static bool is_at_known_meeting(
	const struct wd_scan *s, const struct wd_event *e, const struct wd_actor *a)
{
	int k = a->first->sentence;
	const struct wd_meeting *m = e->meeting;
	if (m == NULL || !has_both_sides(s, k) || !wd_event_is_meeting(s, k) ||
		wd_event_is_background(s, k))
		return false;
	const struct wd_sentence *st = &s->sentences.v[k];
	for (size_t i = st->date_from; i < st->date_to; i++) {
		const struct wd_text_date *d = &s->dates.v[i];
		if (d->form == WD_DATED_DAY && d->from != WD_DAY_NONE && d->from <= m->to &&
			d->to >= m->from)
			return true;
	}
	for (size_t i = st->hit_from; i < st->hit_to; i++) {
		const struct wd_hit *h = &s->fields[st->field].hits.v[i];
		if (h->word->kind == WD_WORD_PLACE && m->place != WD_NO_INDEX &&
			wd_facts_in_place(s->r, h->word->ref, m->place))
			return true;
	}
	return false;
}

/* The day at which this actor does not hold the office it acts in; WD_DAY_NONE: nothing wrong. */
static int64_t wrong_day(const struct wd_scan *s, const struct wd_event *e,
	const struct wd_actor *a, int office, const struct wd_text_date **ret_date)
{
	const struct wd_text_date *d = dated(e, a->first);
	*ret_date = d;
	if (d != NULL)
		return wd_facts_holds(s->r, a->figure, office, d->from, 1) ? WD_DAY_NONE : d->from;
	if (is_at_known_meeting(s, e, a) &&
		!wd_facts_holds(s->r, a->figure, office, e->meeting->from, 1))
		return e->meeting->from;
	if (s->pub_day == WD_DAY_NONE || holds_at_some_date(s, e, a->figure, office) ||
		is_in_its_time(s, a, office))
		return WD_DAY_NONE;
	return wd_facts_holds(s->r, a->figure, office, s->pub_day, HANDOVER) ? WD_DAY_NONE
									     : s->pub_day;
}

static int check_in_office(struct wd_scan *s, const struct wd_event *e, bool *ret_any)
{
	for (int k = 0; k < 2; k++) {
		const struct wd_side *side = &e->side[k];
		for (size_t i = 0; i < side->n; i++) {
			const struct wd_actor *a = &side->actors[i];
			const struct wd_text_date *d;
			int64_t day = a->strength >= 2 ? wrong_day(s, e, a, side->office, &d)
						       : WD_DAY_NONE;
			int holder = day != WD_DAY_NONE ? wd_facts_holder(s->r, side->office, day)
							: WD_NO_INDEX;
			if (holder == WD_NO_INDEX || a->first->is_garbled)
				continue;
			struct wd_flag *f = raise(s, "leader_not_in_office", "error",
				wd_arena_printf(s->a, "%.*s was not %.*s on %.*s; %.*s was",
					WD_STR_ARG(name_of(s, a->figure)),
					WD_STR_ARG(label_of(s, side->office)),
					WD_STR_ARG(day_text(s, day)),
					WD_STR_ARG(name_of(s, holder))));
			if (f == NULL || show(s, f, mention_span(s, a->first)) != WD_OK)
				return WD_E_LIMIT;
			if (d != NULL &&
				show(s, f, wd_scan_span(s, d->field, d->start, d->end)) != WD_OK)
				return WD_E_LIMIT;
			if (fact(s, f, term_fact(s, a->figure, side->office, day)) != WD_OK ||
				fact(s, f, term_fact(s, holder, side->office, day)) != WD_OK)
				return WD_E_LIMIT;
			*ret_any = true;
		}
	}
	return WD_OK;
}

/* Two holders who could be mixed up: terms do not touch, or no date says which is right. */
static bool could_both_be_right(const struct wd_scan *s, const struct wd_event *e,
	const struct wd_actor *ax, const struct wd_actor *ay, int office)
{
	int x = ax->figure, y = ay->figure;
	const struct wd_actor *const both[] = {ax, ay};
	for (int i = 0; i < 2; i++) {
		if (is_at_known_meeting(s, e, both[i]) &&
			!wd_facts_holds(s->r, both[i]->figure, office, e->meeting->from, 1))
			return false;
	}
	if (s->pub_day != WD_DAY_NONE && wd_facts_holds(s->r, x, office, s->pub_day, HANDOVER) &&
		wd_facts_holds(s->r, y, office, s->pub_day, HANDOVER))
		return true;
	return false;
}

static int check_mixed(struct wd_scan *s, const struct wd_event *e)
{
	for (int k = 0; k < 2; k++) {
		const struct wd_side *side = &e->side[k];
		const struct wd_actor *x = NULL, *y = NULL;
		for (size_t i = 0; i < side->n; i++) {
			const struct wd_actor *a = &side->actors[i];
			if (a->strength < 2 || (a->strength == 2 && !a->is_titled) ||
				is_in_its_time(s, a, side->office))
				continue;
			if (x == NULL)
				x = a;
			else if (y == NULL)
				y = a;
		}
		if (x == NULL || y == NULL || could_both_be_right(s, e, x, y, side->office))
			continue;
		struct wd_flag *f = raise(s, "mixed_leaders", "error",
			wd_arena_printf(s->a, "%.*s and %.*s both stand as %.*s",
				WD_STR_ARG(name_of(s, x->figure)),
				WD_STR_ARG(name_of(s, y->figure)),
				WD_STR_ARG(label_of(s, side->office))));
		if (f == NULL || show(s, f, mention_span(s, x->first)) != WD_OK ||
			show(s, f, mention_span(s, y->first)) != WD_OK ||
			fact(s, f, term_fact(s, x->figure, side->office, s->pub_day)) != WD_OK ||
			fact(s, f, term_fact(s, y->figure, side->office, s->pub_day)) != WD_OK)
			return WD_E_LIMIT;
	}
	return WD_OK;
}

/* ---- posts and names ---- */

static bool holds_now(const struct wd_scan *s, int figure, int office)
{
	if (s->pub_day == WD_DAY_NONE) {
		const struct wd_term *t = wd_facts_term(s->r, figure, office, WD_DAY_OPEN);
		return t != NULL;
	}
	return wd_facts_holds(s->r, figure, office, s->pub_day, 0);
}

static bool is_wrong_post(const struct wd_scan *s, const struct wd_mention *m)
{
	if (m->figure == WD_NO_INDEX || m->office == WD_NO_INDEX ||
		s->r->offices.v[m->office].side == WD_NO_INDEX || m->is_garbled)
		return false;
	if (m->titled != WD_NO_INDEX && !m->has_post)
		return wd_facts_term(s->r, m->figure, m->titled, s->pub_day) == NULL &&
		       s->r->offices.v[m->titled].side != WD_NO_INDEX;
	if (!m->has_post || !holds_now(s, m->figure, m->office))
		return false;
	bool acts = s->sentences.v[m->sentence].zone != WD_ZONE_BODY &&
		    !wd_event_is_background(s, m->sentence);
	/* A biography may well call a prime minister "former minister"; it gives the right title
	 * too. */
	return acts &&
	       (!(m->is_former_post || m->is_bare) ||
		       (s->introduced[m->figure] & WD_INTRODUCED_TITLED) == 0) &&
	       wd_event_is_meeting(s, m->sentence);
}

static int check_posts(struct wd_scan *s)
{
	struct wd_flag *f = NULL;
	int done = WD_NO_INDEX;
	WD_VEC_EACH (const struct wd_mention, m, &s->mentions) {
		if (!is_wrong_post(s, m))
			continue;
		if (f == NULL || done != m->figure) {
			struct wd_span sp = mention_span(s, m);
			f = raise(s, "wrong_office", "error",
				wd_arena_printf(s->a, "\"%.*s\": %.*s is not that, but %.*s",
					WD_STR_ARG(sp.text), WD_STR_ARG(name_of(s, m->figure)),
					WD_STR_ARG(label_of(s, m->office))));
			done = m->figure;
			if (f == NULL ||
				fact(s, f, term_fact(s, m->figure, m->office, s->pub_day)) != WD_OK)
				return WD_E_LIMIT;
		}
		if (f->evidence.n < 10 && show(s, f, mention_span(s, m)) != WD_OK)
			return WD_E_LIMIT;
	}
	return WD_OK;
}

/* Somebody else's name under the office's national title. */
static bool is_foreign_name(const struct wd_scan *s, const struct wd_mention *m)
{
	if (m->figure == WD_NO_INDEX || m->titled == WD_NO_INDEX || m->country != m->titled ||
		m->is_former || m->has_post || s->r->offices.v[m->titled].side == WD_NO_INDEX)
		return false;
	const struct wd_figure *f = &s->r->figures.v[m->figure];
	return f->office == WD_NO_INDEX && f->leads.n == 0 && wd_event_is_meeting(s, m->sentence) &&
	       !wd_event_is_background(s, m->sentence);
}

static int check_names(struct wd_scan *s)
{
	WD_VEC_EACH (const struct wd_mention, m, &s->mentions) {
		bool foreign = is_foreign_name(s, m);
		if (!m->is_garbled && !foreign)
			continue;
		int office = foreign ? m->titled : m->office;
		int meant = !foreign                    ? m->figure
			    : s->pub_day != WD_DAY_NONE ? wd_facts_holder(s->r, office, s->pub_day)
							: WD_NO_INDEX;
		if (meant == WD_NO_INDEX)
			continue;
		struct wd_span sp = wd_scan_span(s, m->field, m->name_start, m->name_end);
		struct wd_flag *f = raise(s, "name_error", "error",
			wd_arena_printf(s->a, "\"%.*s\" is not the name of %.*s %.*s",
				WD_STR_ARG(sp.text), WD_STR_ARG(label_of(s, office)),
				WD_STR_ARG(name_of(s, meant))));
		if (f == NULL || show(s, f, sp) != WD_OK ||
			fact(s, f, term_fact(s, meant, office, s->pub_day)) != WD_OK)
			return WD_E_LIMIT;
		return WD_OK;
	}
	return WD_OK;
}

/* ---- dates ---- */

static bool in_meeting(const struct wd_text_date *d, const struct wd_meeting *m, int64_t slack)
{
	return d->from <= m->to + slack && d->to >= m->from - slack;
}

/* A day's difference is the time zone's when the meeting was far away. */
static int64_t slack_of(const struct wd_scan *s, const struct wd_meeting *m)
{
	for (int k = 0; k < 2; k++) {
		if (wd_str_eq(m->country, s->r->offices.v[s->r->side[k]].country))
			return 0;
	}
	return 1;
}

static bool pair_met(const struct wd_scan *s, int x, int y, const struct wd_text_date *d)
{
	WD_VEC_EACH (const struct wd_meeting, m, &s->r->meetings) {
		if (m->leader[0] == x && m->leader[1] == y && in_meeting(d, m, slack_of(s, m)))
			return true;
	}
	return false;
}

/* Any line of the table at that date: the date is right, whoever is named wrongly. */
static bool some_met(const struct wd_scan *s, const struct wd_text_date *d)
{
	WD_VEC_EACH (const struct wd_meeting, m, &s->r->meetings) {
		if (in_meeting(d, m, slack_of(s, m)))
			return true;
	}
	return false;
}

static bool has_other_leader(const struct wd_scan *s, int sentence)
{
	const struct wd_sentence *st = &s->sentences.v[sentence];
	for (size_t i = st->mention_from; i < st->mention_to; i++) {
		const struct wd_mention *m = &s->mentions.v[i];
		if (m->figure != WD_NO_INDEX && s->r->figures.v[m->figure].leads.n > 0)
			return true;
	}
	return false;
}

static bool has_both_sides_or_summit(const struct wd_scan *s, int sentence)
{
	return has_both_sides(s, sentence) ||
	       wd_scan_has(s, sentence, s->r->fact_words.summit, NULL);
}

static int check_dates(struct wd_scan *s, const struct wd_event *e, bool not_in_office)
{
	int x = wd_event_sole(&e->side[0]), y = wd_event_sole(&e->side[1]);
	if (e->meeting == NULL || x == WD_NO_INDEX || y == WD_NO_INDEX || not_in_office ||
		e->meeting->leader[0] != x || e->meeting->leader[1] != y)
		return WD_OK;
	WD_VEC_EACH (const struct wd_text_date *const, at, &e->dates) {
		const struct wd_text_date *d = *at;
		if (d->is_relative || !d->has_month || has_other_leader(s, d->sentence) ||
			pair_met(s, x, y, d) || !wd_facts_complete(s->r, d->from, d->to) ||
			!has_both_sides_or_summit(s, d->sentence))
			continue;
		struct wd_flag *f = raise(s, "wrong_date", "error",
			wd_arena_printf(s->a, "%.*s and %.*s did not meet on %.*s",
				WD_STR_ARG(name_of(s, x)), WD_STR_ARG(name_of(s, y)),
				WD_STR_ARG(day_text(s, d->from))));
		if (f == NULL || show(s, f, wd_scan_span(s, d->field, d->start, d->end)) != WD_OK ||
			fact(s, f, meeting_fact(s, e->meeting)) != WD_OK ||
			fact(s, f,
				wd_arena_printf(s->a,
					"summits.tsv lists every meeting of that time (coverage.tsv)")) !=
				WD_OK)
			return WD_E_LIMIT;
		return WD_OK;
	}
	return WD_OK;
}

static int raise_conflict(struct wd_scan *s, const struct wd_event *e, const struct wd_text_date *x,
	const struct wd_text_date *y)
{
	struct wd_str other = y != NULL ? day_text(s, y->from) : day_text(s, s->pub_day);
	struct wd_flag *f = raise(s, "date_conflict", "warning",
		wd_arena_printf(s->a, "the meeting is dated %.*s here, %s %.*s",
			WD_STR_ARG(day_text(s, x->from)),
			y != NULL ? "and there" : "and the article is of", WD_STR_ARG(other)));
	if (f == NULL || show(s, f, wd_scan_span(s, x->field, x->start, x->end)) != WD_OK)
		return WD_E_LIMIT;
	if (y != NULL && show(s, f, wd_scan_span(s, y->field, y->start, y->end)) != WD_OK)
		return WD_E_LIMIT;
	if (y == NULL &&
		fact(s, f, wd_arena_printf(s->a, "date of the article: %.*s", WD_STR_ARG(other))) !=
			WD_OK)
		return WD_E_LIMIT;
	return e->meeting != NULL ? fact(s, f, meeting_fact(s, e->meeting)) : WD_OK;
}

static int check_date_conflict(struct wd_scan *s, const struct wd_event *e)
{
	const struct wd_text_date *first = NULL;
	WD_VEC_EACH (const struct wd_text_date *const, at, &e->dates) {
		const struct wd_text_date *d = *at;
		if (d->is_relative || !d->has_month || has_other_leader(s, d->sentence))
			continue;
		bool far = d->has_year && s->pub_day != WD_DAY_NONE &&
			   (d->from > s->pub_day ? d->from - s->pub_day : s->pub_day - d->from) >
				   FAR_DAYS;
		bool is_other = e->meeting == NULL || !in_meeting(d, e->meeting, 1);
		bool now = e->meeting != NULL && s->pub_day != WD_DAY_NONE &&
			   s->pub_day - e->meeting->to <= 30 && e->meeting->from - s->pub_day <= 30;
		if (far && is_other && now && !some_met(s, d) &&
			s->sentences.v[d->sentence].zone != WD_ZONE_BODY)
			return raise_conflict(s, e, d, NULL);
		if (first == NULL) {
			first = d;
			continue;
		}
		/* Consecutive days are one visit; another meeting's day is another meeting. */
		bool apart = d->from > first->to + 1 || first->from > d->to + 1;
		bool known = some_met(s, d) && some_met(s, first);
		if (apart && !known &&
			(has_both_sides(s, d->sentence) || has_both_sides(s, first->sentence)) &&
			(some_met(s, d) || some_met(s, first) || e->meeting == NULL))
			return raise_conflict(s, e, first, d);
	}
	return WD_OK;
}

/* ---- places ---- */

/* "in X", "X에서", "Xで": the place of what the sentence tells. */
static bool is_locative(const struct wd_folded *d, const struct wd_hit *h)
{
	uint32_t after = d->cp[h->end];
	if (after == 0xc11c || after == 0x3067) /* 서 で */
		return true;
	if (after == 0xc5d0) /* 에서 */
		return h->end + 1 < d->n && d->cp[h->end + 1] == 0xc11c;
	uint32_t i = h->start;
	return i >= 4 && d->cp[i - 1] == ' ' &&
	       ((d->cp[i - 2] == 'n' && d->cp[i - 3] == 'i' && d->cp[i - 4] == ' ') ||
		       (d->cp[i - 2] == 't' && d->cp[i - 3] == 'a' && d->cp[i - 4] == ' '));
}

/* In that field; -1: in any. */
static bool mentions_place(const struct wd_scan *s, int place, int only)
{
	for (int field = 0; field < s->n_fields; field++) {
		if (only >= 0 && field != only)
			continue;
		WD_VEC_EACH (const struct wd_hit, h, &s->fields[field].hits) {
			if (!h->is_hidden && h->word->kind == WD_WORD_PLACE &&
				(wd_facts_in_place(s->r, h->word->ref, place) ||
					wd_facts_in_place(s->r, place, h->word->ref)))
				return true;
		}
	}
	return false;
}

/* The pair met there within some months: the article may be about that one. */
static bool met_there(const struct wd_scan *s, const struct wd_meeting *m, int place)
{
	WD_VEC_EACH (const struct wd_meeting, o, &s->r->meetings) {
		if (o != m && o->place != WD_NO_INDEX && o->from > m->from - 100 &&
			o->from < m->from + 100 && wd_facts_in_place(s->r, place, o->place))
			return true;
	}
	return false;
}

static bool is_wrong_place(const struct wd_scan *s, const struct wd_event *e,
	const struct wd_folded *d, const struct wd_hit *h)
{
	if (h->is_hidden || h->word->kind != WD_WORD_PLACE || h->sentence == WD_NO_INDEX)
		return false;
	const struct wd_place *p = &s->r->places.v[h->word->ref];
	return !p->is_country && s->sentences.v[h->sentence].zone != WD_ZONE_BODY &&
	       is_locative(d, h) && wd_event_is_meeting(s, h->sentence) &&
	       !wd_event_is_background(s, h->sentence) && !has_other_leader(s, h->sentence) &&
	       !wd_facts_in_place(s->r, h->word->ref, e->meeting->place) &&
	       !met_there(s, e->meeting, h->word->ref);
}

/* "summit in Osaka", "오사카서 정상회담": the meeting's word stands at the place itself. */
static bool is_at_meeting(const struct wd_scan *s, const struct wd_hit *place)
{
	enum { TOUCH = 4 };
	const struct wd_sentence *st = &s->sentences.v[place->sentence];
	for (size_t i = st->hit_from; i < st->hit_to; i++) {
		const struct wd_hit *h = &s->fields[st->field].hits.v[i];
		bool meets = h->word->kind == WD_WORD_CONCEPT &&
			     (h->word->ref == s->r->fact_words.meet ||
				     h->word->ref == s->r->fact_words.summit);
		if (meets && !h->is_hidden && h->start <= place->end + TOUCH &&
			place->start <= h->end + TOUCH)
			return true;
	}
	return false;
}

/* The article knows the right place as well: only a headline that plainly puts the meeting
 * elsewhere is wrong then. */
static bool contradicts_own_text(const struct wd_scan *s, const struct wd_hit *h)
{
	const struct wd_sentence *st = &s->sentences.v[h->sentence];
	return st->zone == WD_ZONE_HEADLINE && is_at_meeting(s, h);
}

static int check_place(struct wd_scan *s, const struct wd_event *e)
{
	const struct wd_meeting *m = e->meeting;
	if (m == NULL || m->place == WD_NO_INDEX)
		return WD_OK;
	bool is_known = mentions_place(s, m->place, -1);
	bool is_now = s->pub_day != WD_DAY_NONE && s->pub_day >= m->from && s->pub_day <= m->to + 2;
	if (!e->by_date && !is_now && !e->near_date)
		return WD_OK;
	if (is_known && s->n_fields > 1 && mentions_place(s, m->place, 0))
		return WD_OK;
	for (int field = 0; field < (is_known ? 1 : s->n_fields); field++) {
		WD_VEC_EACH (const struct wd_hit, h, &s->fields[field].hits) {
			if (!is_wrong_place(s, e, &s->fields[field].folded, h) ||
				(is_known && !contradicts_own_text(s, h)))
				continue;
			struct wd_span sp = wd_scan_span(s, field, h->start, h->end);
			struct wd_flag *f = raise(s, "wrong_place", "error",
				wd_arena_printf(s->a, "the meeting was in %.*s, not in %.*s",
					WD_STR_ARG(m->place_name),
					WD_STR_ARG(s->r->places.v[h->word->ref].name)));
			if (f == NULL || show(s, f, sp) != WD_OK)
				return WD_E_LIMIT;
			return fact(s, f, meeting_fact(s, m));
		}
	}
	return WD_OK;
}

/* ---- other facts ---- */

static const struct wd_meeting *earlier(const struct wd_scan *s, const struct wd_meeting *than)
{
	WD_VEC_EACH (const struct wd_meeting, m, &s->r->meetings) {
		if (m->leader[0] == than->leader[0] && m->leader[1] == than->leader[1] &&
			m->to < than->from)
			return m;
	}
	return NULL;
}

static int check_first(struct wd_scan *s, const struct wd_event *e)
{
	const struct wd_fact_words *w = &s->r->fact_words;
	if (e->meeting == NULL)
		return WD_OK;
	const struct wd_meeting *before = earlier(s, e->meeting);
	for (int k = 0; k < 2 && before != NULL; k++) {
		bool named = false;
		for (size_t i = 0; i < e->side[k].n; i++)
			named = named || e->side[k].actors[i].figure == e->meeting->leader[k];
		if (!named)
			return WD_OK;
	}
	if (before == NULL || mentions_place(s, before->place, -1))
		return WD_OK;
	for (int i = 0; i < (int)s->sentences.n; i++) {
		const struct wd_hit *h;
		if (!wd_scan_has(s, i, w->first, &h) || wd_scan_has(s, i, w->first_not, NULL) ||
			has_other_leader(s, i))
			continue;
		struct wd_flag *f = raise(s, "fact_conflict", "error",
			wd_arena_printf(s->a, "not their first meeting: they met on %.*s in %.*s",
				WD_STR_ARG(day_text(s, before->from)),
				WD_STR_ARG(before->place_name)));
		if (f == NULL ||
			show(s, f, wd_scan_span(s, s->sentences.v[i].field, h->start, h->end)) !=
				WD_OK)
			return WD_E_LIMIT;
		return fact(s, f, meeting_fact(s, before));
	}
	return WD_OK;
}

/* The last words of the text: what a reader sees break off. */
static int check_truncated(struct wd_scan *s)
{
	if (!s->art->truncated || s->n_fields == 0)
		return WD_OK;
	int field = s->n_fields - 1;
	const struct wd_folded *d = &s->fields[field].folded;
	uint32_t end = (uint32_t)d->n;
	while (end > 0 && (d->cp[end - 1] == ' ' || d->cp[end - 1] == '\n'))
		end--;
	uint32_t start = end > LAST_WORDS ? end - LAST_WORDS : 0;
	for (uint32_t i = start; i < end; i++) {
		if (d->cp[i] == '\n')
			start = i + 1;
	}
	if (start >= end)
		return WD_OK;
	struct wd_flag *f = raise(s, "truncated", "warning", WD_STR("the text breaks off"));
	return f != NULL ? show(s, f, wd_scan_span(s, field, start, end)) : WD_E_LIMIT;
}

/* ---- all of it ---- */

static int add_summit(struct wd_scan *s, const struct wd_event *e)
{
	const struct wd_meeting *m = e->meeting;
	struct wd_summit *to = m != NULL ? wd_vec_push(s->a, &s->art->summits) : NULL;
	if (to == NULL)
		return m != NULL ? WD_E_LIMIT : WD_OK;
	to->id = m->id;
	to->date = day_text(s, m->from);
	to->place = m->place_name;
	to->confidence = e->confidence;
	for (int k = 0; k < 2; k++) {
		struct wd_str *name = wd_vec_push(s->a, &to->leaders);
		if (name == NULL)
			return WD_E_LIMIT;
		*name = name_of(s, m->leader[k]);
	}
	return WD_OK;
}

static bool is_checked(const struct wd_scan *s)
{
	WD_VEC_EACH (const struct wd_topic, t, &s->art->topics) {
		WD_VEC_EACH (const struct wd_topic_def, def, &s->r->topics) {
			if (def->checks_facts && wd_str_eq(def->id, t->id))
				return s->r->side[0] != WD_NO_INDEX && s->r->side[1] != WD_NO_INDEX;
		}
	}
	return false;
}

int wd_consistency(struct wd_scan *s)
{
	int rc = check_truncated(s);
	if (rc != WD_OK || !is_checked(s))
		return rc;
	struct wd_event e;
	bool not_in_office = false;
	rc = wd_event_find(s, &e);
	if (rc == WD_OK)
		rc = add_summit(s, &e);
	if (rc == WD_OK)
		rc = check_in_office(s, &e, &not_in_office);
	if (rc == WD_OK)
		rc = check_mixed(s, &e);
	if (rc == WD_OK)
		rc = check_posts(s);
	if (rc == WD_OK)
		rc = check_names(s);
	if (rc == WD_OK)
		rc = check_dates(s, &e, not_in_office);
	if (rc == WD_OK)
		rc = check_date_conflict(s, &e);
	if (rc == WD_OK)
		rc = check_place(s, &e);
	return rc == WD_OK ? check_first(s, &e) : rc;
}
