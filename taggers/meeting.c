/*
 * Which meeting is it?
 *
 * Every line of the table is scored against the article: leaders named for each side, dates of the
 * text that lie in its days, its place, how near it is to publication. The best line wins when it
 * is plain enough. An article may be wrong in one of these and is still recognised by the others,
 * which is what makes its error visible. A meeting that is not in the table finds no line, because
 * leaders alone do not suffice far from its days.
 */
#include "taggers/meeting.h"

#define NEAR_AFTER 7   /* days after a meeting in which most is written about it */
#define NEAR_BEFORE 45 /* days before */
#define ENOUGH 4.0

static const uint64_t one = 1;

static bool has_side(const struct wd_scan *s, int sentence, int side)
{
	int office = s->r->side[side];
	return office != WD_NO_INDEX && (s->sentences.v[sentence].offices & one << office) != 0;
}

bool wd_event_is_background(const struct wd_scan *s, int sentence)
{
	return wd_scan_has(s, sentence, s->r->fact_words.background, NULL);
}

bool wd_event_is_meeting(const struct wd_scan *s, int sentence)
{
	bool meets = wd_scan_has(s, sentence, s->r->fact_words.meet, NULL) ||
		     wd_scan_has(s, sentence, s->r->fact_words.summit, NULL);
	bool sides = has_side(s, sentence, 0) || has_side(s, sentence, 1);
	return meets && (sides || wd_scan_has(s, sentence, s->r->fact_words.summit, NULL));
}

int wd_event_sole(const struct wd_side *side)
{
	return side->n == 1 ? side->actors[0].figure : WD_NO_INDEX;
}

/* ---- who takes part ---- */

static int strength_of(enum wd_zone z)
{
	return z == WD_ZONE_HEADLINE ? 3 : z == WD_ZONE_LEAD ? 2 : 1;
}

static bool has_year_far_away(const struct wd_scan *s, int sentence)
{
	const struct wd_sentence *st = &s->sentences.v[sentence];
	for (size_t i = st->date_from; i < st->date_to; i++) {
		const struct wd_text_date *d = &s->dates.v[i];
		if (d->form == WD_DATED_YEAR && d->has_year && s->pub_day != WD_DAY_NONE &&
			d->to != WD_DAY_NONE && d->to < s->pub_day - 300)
			return true;
	}
	return false;
}

/* Whether the mention takes part in the meeting, and is not looked back on. */
static bool takes_part(const struct wd_scan *s, const struct wd_mention *m)
{
	enum wd_zone z = s->sentences.v[m->sentence].zone;
	if (m->is_former || m->figure == WD_NO_INDEX || m->office == WD_NO_INDEX)
		return false;
	/* Where a sentence looks back, only who holds the office today takes part as well:
	 * "… upheld the 1998 declaration of Kim and Obuchi". */
	bool holds = s->pub_day != WD_DAY_NONE &&
		     wd_facts_holds(s->r, m->figure, m->office, s->pub_day, 0);
	if (!holds && (wd_event_is_background(s, m->sentence) || has_year_far_away(s, m->sentence)))
		return false;
	if (z == WD_ZONE_HEADLINE)
		return true;
	bool both = has_side(s, m->sentence, 0) && has_side(s, m->sentence, 1);
	return both || wd_scan_has(s, m->sentence, s->r->fact_words.meet, NULL) ||
	       wd_scan_has(s, m->sentence, s->r->fact_words.summit, NULL) || z == WD_ZONE_LEAD;
}

static void add_actor(const struct wd_scan *s, struct wd_side *side, const struct wd_mention *m)
{
	int strength = strength_of(s->sentences.v[m->sentence].zone);
	struct wd_actor *a = NULL;
	for (size_t i = 0; i < side->n; i++) {
		if (side->actors[i].figure == m->figure)
			a = &side->actors[i];
	}
	if (a == NULL) {
		if (side->n == WD_MAX_ACTORS)
			return;
		a = &side->actors[side->n++];
		*a = (struct wd_actor){m->figure, m, 0, 0, false};
	}
	if (strength > a->strength) {
		a->strength = strength;
		a->first = m;
	}
	a->mentions++;
	a->is_titled = a->is_titled || m->titled == side->office || m->country == side->office;
}

static void find_actors(const struct wd_scan *s, struct wd_event *e, bool strict)
{
	for (int k = 0; k < 2; k++) {
		struct wd_side *side = &e->side[k];
		side->office = s->r->side[k];
		WD_VEC_EACH (const struct wd_mention, m, &s->mentions) {
			if (m->office == side->office && m->figure != WD_NO_INDEX &&
				!m->is_former && (!strict || takes_part(s, m)))
				add_actor(s, side, m);
		}
	}
}

/* ---- when and where ---- */

static bool overlaps(const struct wd_text_date *d, const struct wd_meeting *m)
{
	return d->from != WD_DAY_NONE && d->from <= m->to && d->to >= m->from;
}

static double date_score(const struct wd_scan *s, const struct wd_meeting *m, bool *ret_by_date)
{
	double best = 0;
	WD_VEC_EACH (const struct wd_text_date, d, &s->dates) {
		if (!overlaps(d, m))
			continue;
		double v = d->form == WD_DATED_DAY     ? (d->has_year           ? 6
								 : d->has_month ? 5
										: 4)
			   : d->form == WD_DATED_MONTH ? 2
						       : 0;
		if (wd_event_is_background(s, d->sentence) &&
			s->sentences.v[d->sentence].zone == WD_ZONE_BODY)
			v /= 3;
		best = v > best ? v : best;
		*ret_by_date = *ret_by_date || (d->form == WD_DATED_DAY && v >= 4);
	}
	return best;
}

/* The date belongs to the meeting: it stands in a sentence that meets. */
static bool is_event_date(const struct wd_scan *s, const struct wd_text_date *d)
{
	const struct wd_fact_words *w = &s->r->fact_words;
	return d->form == WD_DATED_DAY && d->from != WD_DAY_NONE &&
	       wd_event_is_meeting(s, d->sentence) &&
	       !wd_scan_has(s, d->sentence, w->announce, NULL) &&
	       !wd_event_is_background(s, d->sentence);
}

/* A date written out for the meeting is wrong by some days: the nearest one is meant. */
static double almost_score(const struct wd_scan *s, const struct wd_meeting *m)
{
	enum { ALMOST = 20 };
	double best = 0;
	WD_VEC_EACH (const struct wd_text_date, d, &s->dates) {
		if (d->is_relative || !d->has_year || !d->has_month || !is_event_date(s, d))
			continue;
		int64_t apart = d->from > m->to ? d->from - m->to : m->from - d->to;
		double v = apart <= 0 || apart > ALMOST ? 0 : 2 - (double)apart / ALMOST;
		best = v > best ? v : best;
	}
	return best;
}

static double near_score(const struct wd_scan *s, const struct wd_meeting *m)
{
	if (s->pub_day == WD_DAY_NONE)
		return 0;
	int64_t after = s->pub_day - m->from, before = m->from - s->pub_day;
	if (after >= 0 && s->pub_day - m->to <= NEAR_AFTER)
		return after <= 3 ? 4.2 : 4;
	if (before > 0 && before <= 14)
		return 3.2 - (double)before / 20;
	if (before > 0 && before <= NEAR_BEFORE)
		return 2;
	return after > 0 && after <= 30 ? 2 : after > -60 && after <= 60 ? 0 : -4;
}

static bool has_place(const struct wd_scan *s, int place, bool lead_only)
{
	if (place == WD_NO_INDEX)
		return false;
	for (int field = 0; field < s->n_fields; field++) {
		WD_VEC_EACH (const struct wd_hit, h, &s->fields[field].hits) {
			if (h->is_hidden || h->word->kind != WD_WORD_PLACE ||
				!wd_facts_in_place(s->r, h->word->ref, place))
				continue;
			if (!lead_only || s->sentences.v[h->sentence].zone != WD_ZONE_BODY)
				return true;
		}
	}
	return false;
}

static double leaders_score(const struct wd_event *e, const struct wd_meeting *m)
{
	double v = 0;
	for (int k = 0; k < 2; k++) {
		const struct wd_side *side = &e->side[k];
		bool same = false;
		for (size_t i = 0; i < side->n; i++)
			same = same || side->actors[i].figure == m->leader[k];
		v += same ? 3 : side->n > 0 ? -1 : 0;
	}
	return v;
}

static void find_meeting(const struct wd_scan *s, struct wd_event *e)
{
	double top = 0, second = 0;
	WD_VEC_EACH (const struct wd_meeting, m, &s->r->meetings) {
		bool by_date = false;
		double date = date_score(s, m, &by_date);
		double near = near_score(s, m);
		if (near < 0 && date >= 5)
			near = -1;
		double place = has_place(s, m->place, true)    ? 3
			       : has_place(s, m->place, false) ? 1
							       : 0;
		/* Leaders alone are not enough: they meet at times that the table lacks. */
		if (date <= 0 && near < 2 && place <= 0)
			continue;
		double almost = date <= 0 ? almost_score(s, m) : 0;
		double leaders = leaders_score(e, m);
		if (leaders <= -2 && date < 4) /* two other people, at no such date */
			continue;
		double v = leaders + date + almost + near + place;
		if (v <= top) {
			second = v > second ? v : second;
			continue;
		}
		second = top;
		top = v;
		e->meeting = m;
		e->by_date = by_date;
		e->near_date = almost > 0;
	}
	if (top < ENOUGH || top - second < 0.1)
		e->meeting = NULL;
	e->confidence = top > 14 ? 0.99 : 0.5 + top / 30;
}

int wd_event_find(struct wd_scan *s, struct wd_event *ret)
{
	struct wd_event *e = ret;
	memset(e, 0, sizeof(*e));
	find_actors(s, e, true);
	if (e->side[0].n == 0 && e->side[1].n == 0)
		find_actors(s, e, false);
	find_meeting(s, e);
	WD_VEC_EACH (const struct wd_text_date, d, &s->dates) {
		if (!is_event_date(s, d))
			continue;
		const struct wd_text_date **to = wd_vec_push(s->a, &e->dates);
		if (to == NULL)
			return WD_E_LIMIT;
		*to = d;
	}
	return WD_OK;
}
