/*
 * Who is mentioned: full names, surnames with a title, surnames alone, titles alone.
 *
 * A full name is a phrase. A surname with a title ("President Lee", 이 대통령, 石破首相,
 * ユン大統領) means whoever of that surname held that office when the article appeared, else who
 * was introduced in it. A surname alone counts when its bearer was introduced, or is in office and
 * the context is plain. A title with its country ("日 총리") is a mention of the office that names
 * nobody.
 *
 * Titles stand before names in English and after them in Korean and Japanese, with "former", the
 * country or a reading in brackets between; `left_edge` and `right_edge` step over those.
 */
#include "taggers/people.h"

#include "base/utf8.h"

#define PAREN_MAX 30 /* items of a reading in brackets */

static const struct wd_folded *folded(const struct wd_scan *s, int field)
{
	return &s->fields[field].folded;
}

static unsigned bit(enum wd_word_kind k)
{
	return 1u << k;
}

const struct wd_hit *wd_people_ending(
	const struct wd_scan *s, int field, uint32_t end, unsigned kinds)
{
	const struct wd_field *f = &s->fields[field];
	size_t lo = 0, hi = f->hits.n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (f->hits.v[mid].start < end)
			lo = mid + 1;
		else
			hi = mid;
	}
	const struct wd_hit *best = NULL;
	while (lo > 0 && f->hits.v[lo - 1].start + WD_PHRASE_MAX >= end) {
		const struct wd_hit *h = &f->hits.v[--lo];
		if (h->end == end && !h->is_hidden && (bit(h->word->kind) & kinds) != 0)
			best = h; /* going left, so longer ones come later */
	}
	return best;
}

const struct wd_hit *wd_people_starting(
	const struct wd_scan *s, int field, uint32_t start, unsigned kinds)
{
	const struct wd_field *f = &s->fields[field];
	size_t lo = 0, hi = f->hits.n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (f->hits.v[mid].start < start)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < f->hits.n && f->hits.v[lo].start == start; lo++) {
		const struct wd_hit *h = &f->hits.v[lo];
		if (!h->is_hidden && (bit(h->word->kind) & kinds) != 0)
			return h; /* longer ones stand first */
	}
	return NULL;
}

uint32_t wd_people_left_edge(const struct wd_folded *d, uint32_t p)
{
	for (;;) {
		if (p >= 2 && d->cp[p - 1] == 's' && d->cp[p - 2] == '\'')
			p -= 2;
		else if (p >= 1 &&
			 (d->cp[p - 1] == ' ' || d->cp[p - 1] == '"' || d->cp[p - 1] == 0x306e))
			p--;
		else
			return p;
	}
}

uint32_t wd_people_right_edge(const struct wd_folded *d, uint32_t p)
{
	while (p < d->n && d->cp[p] == ' ')
		p++;
	if (p < d->n && d->cp[p] == '(') {
		for (uint32_t i = p + 1; i < d->n && i < p + PAREN_MAX; i++) {
			if (d->cp[i] == ')')
				return i + 1 < d->n && d->cp[i + 1] == ' ' ? i + 2 : i + 1;
		}
	}
	return p;
}

/* ---- titles beside a name ---- */

static void look_right(const struct wd_scan *s, int field, uint32_t p, struct wd_beside *b)
{
	const struct wd_folded *d = folded(s, field);
	p = wd_people_right_edge(d, p);
	bool former = false;
	const struct wd_hit *h;
	for (int i = 0; i < 3; i++) {
		h = wd_people_starting(
			s, field, p, bit(WD_WORD_TITLE) | bit(WD_WORD_POST) | bit(WD_WORD_HOLDER));
		if (h == NULL || h->word->lang == WD_LANG_EN)
			h = wd_people_starting(
				s, field, p, bit(WD_WORD_FORMER) | bit(WD_WORD_COUNTRY));
		if (h == NULL || h->word->lang == WD_LANG_EN)
			return;
		if (h->word->kind == WD_WORD_FORMER)
			former = true;
		else if (h->word->kind == WD_WORD_COUNTRY)
			b->country = h->word->ref;
		else
			break;
		p = wd_people_right_edge(d, h->end);
	}
	if (h->word->kind == WD_WORD_POST)
		b->has_post = true;
	else if (h->word->kind == WD_WORD_TITLE || h->word->kind == WD_WORD_HOLDER)
		b->titled = h->word->ref;
	else
		return;
	b->is_former = former;
	b->end = h->end;
}

static void look_left(const struct wd_scan *s, int field, uint32_t p, struct wd_beside *b)
{
	const struct wd_folded *d = folded(s, field);
	const unsigned want = bit(WD_WORD_TITLE) | bit(WD_WORD_POST) | bit(WD_WORD_HOLDER) |
			      bit(WD_WORD_COUNTRY) | bit(WD_WORD_FORMER) | bit(WD_WORD_FOREIGN);
	bool has_title = b->titled != WD_NO_INDEX || b->has_post;
	for (int i = 0; i < 4; i++) {
		const struct wd_hit *h =
			wd_people_ending(s, field, wd_people_left_edge(d, p), want);
		if (h == NULL)
			return;
		enum wd_word_kind k = h->word->kind;
		/* In Korean and Japanese a title before a name belongs to the name before it. */
		if (h->word->lang != WD_LANG_EN &&
			(k == WD_WORD_TITLE || k == WD_WORD_HOLDER || k == WD_WORD_POST))
			return;
		bool is_title = k == WD_WORD_TITLE || k == WD_WORD_HOLDER || k == WD_WORD_POST;
		if (is_title && has_title)
			return; /* "President Lee, Prime Minister Ishiba": the other's title */
		if (k == WD_WORD_TITLE || k == WD_WORD_HOLDER)
			b->titled = h->word->ref;
		if (k == WD_WORD_POST)
			b->has_post = true;
		if (k == WD_WORD_COUNTRY || k == WD_WORD_HOLDER)
			b->country = h->word->ref;
		if (k == WD_WORD_FOREIGN)
			b->is_foreign = true;
		if (k == WD_WORD_FORMER)
			b->is_former = true;
		has_title = has_title || is_title;
		b->start = p = h->start;
		/* "the then South Korean": nothing more that belongs to the name. */
		if (k == WD_WORD_FORMER)
			return;
	}
}

struct wd_beside wd_people_beside(const struct wd_scan *s, int field, uint32_t start, uint32_t end)
{
	struct wd_beside b = {start, end, WD_NO_INDEX, WD_NO_INDEX, false, false, false};
	look_right(s, field, end, &b);
	look_left(s, field, start, &b);
	return b;
}

/* ---- mentions ---- */

bool wd_people_is_taken(const struct wd_scan *s, int field, uint32_t start, uint32_t end)
{
	return memchr(s->taken[field] + start, 1, end - start) != NULL;
}

int wd_people_sentence_at(const struct wd_scan *s, int field, uint32_t item)
{
	size_t lo = 0, hi = s->sentences.n;
	while (lo < hi) { /* sentences are in order of (field, start) */
		size_t mid = lo + (hi - lo) / 2;
		const struct wd_sentence *st = &s->sentences.v[mid];
		if (st->field < field || (st->field == field && st->end <= item))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->sentences.n && s->sentences.v[lo].field == field ? (int)lo : WD_NO_INDEX;
}

struct wd_mention *wd_people_add(
	struct wd_scan *s, int field, uint32_t start, uint32_t end, const struct wd_beside *b)
{
	int sentence = wd_people_sentence_at(s, field, start);
	/* A name outside any sentence is made, but not kept. */
	struct wd_mention *m = sentence != WD_NO_INDEX ? wd_vec_push(s->a, &s->mentions)
						       : wd_arena_new_of(s->a, struct wd_mention);
	if (m == NULL)
		return NULL;
	memset(s->taken[field] + start, 1, end - start);
	m->field = field;
	m->sentence = sentence;
	m->name_start = start;
	m->name_end = end;
	m->start = WD_MIN(start, b->start);
	m->end = WD_MAX(end, b->end);
	m->figure = WD_NO_INDEX;
	m->office = m->titled = b->titled;
	m->country = b->country;
	m->has_post = b->has_post;
	m->is_former = b->is_former && !b->has_post;
	m->is_former_post = b->is_former && b->has_post;
	return m;
}

static bool held(const struct wd_scan *s, int figure, int office)
{
	return wd_facts_term(s->r, figure, office, s->pub_day) != NULL;
}

void wd_people_set(struct wd_scan *s, struct wd_mention *m, int figure)
{
	m->figure = figure;
	if (!m->is_bare)
		s->introduced[figure] |= WD_INTRODUCED;
	/* An acting president is a president for topics, unless the title says otherwise. */
	int office = s->r->figures.v[figure].office;
	if (office != WD_NO_INDEX && m->titled != WD_NO_INDEX && held(s, figure, m->titled))
		office = m->titled;
	if (office != WD_NO_INDEX && s->r->offices.v[office].counts_as != WD_NO_INDEX)
		office = s->r->offices.v[office].counts_as;
	/* "Foreign Minister Kishida" of 2015 is no prime minister yet. */
	if (office != WD_NO_INDEX && m->has_post && s->pub_day != WD_DAY_NONE &&
		!wd_facts_holds(s->r, figure, office, s->pub_day, 0))
		office = WD_NO_INDEX;
	m->office = office;
}

bool wd_people_is_introduced(const struct wd_scan *s, int figure)
{
	return (s->introduced[figure] & WD_INTRODUCED) != 0;
}

static int full_names(struct wd_scan *s, int field)
{
	struct wd_field *f = &s->fields[field];
	uint32_t done = 0;
	for (size_t i = 0; i < f->hits.n; i++) {
		struct wd_hit *h = &f->hits.v[i];
		if (h->word->kind != WD_WORD_PERSON || h->is_hidden || h->start < done)
			continue;
		done = h->end;
		struct wd_beside b = wd_people_beside(s, field, h->start, h->end);
		struct wd_mention *m = wd_people_add(s, field, h->start, h->end, &b);
		if (m == NULL)
			return WD_E_LIMIT;
		wd_people_set(s, m, h->word->ref);
	}
	return WD_OK;
}

/* ---- surnames ---- */

/* How likely this bearer is meant; below zero: not at all. */
int wd_people_score(const struct wd_scan *s, int figure, int office, bool is_former)
{
	const struct wd_figure *f = &s->r->figures.v[figure];
	const struct wd_term *t = wd_facts_term(s->r, figure, office, s->pub_day);
	if (t == NULL)
		return -1;
	int score = 10 + (wd_people_is_introduced(s, figure) ? 80 : 0);
	if (s->r->offices.v[f->office].counts_as != WD_NO_INDEX)
		score -= 8;
	if (s->pub_day == WD_DAY_NONE)
		return score + (int)(t->from / 4000);
	bool holds = wd_facts_holds(s->r, figure, office, s->pub_day, 30);
	if (holds && !is_former)
		score += 100;
	if (t->from > s->pub_day + WD_IN_OFFICE_SLACK)
		score -= 9;
	/* Nearer terms first. */
	int64_t gap = t->from > s->pub_day                         ? t->from - s->pub_day
		      : t->to != WD_DAY_OPEN && t->to < s->pub_day ? s->pub_day - t->to
								   : 0;
	return score + 8 - (int)WD_MIN(gap / 2000, (int64_t)8);
}

static bool family_at(const struct wd_folded *d, const struct wd_fold *fold, struct wd_scan *s,
	struct wd_str families, uint32_t end, uint32_t *ret_start)
{
	struct wd_str one;
	while (wd_str_split(&families, '|', &one)) {
		struct wd_arena_mark mark = wd_arena_mark(s->a);
		struct wd_folded w;
		bool same = one.n > 0 && wd_fold_text(fold, s->a, one, &w) == WD_OK && w.n <= end;
		for (size_t i = 0; same && i < w.n; i++)
			same = d->cp[end - w.n + i] == w.cp[i];
		uint32_t start = same ? end - (uint32_t)w.n : 0;
		wd_arena_rewind(s->a, mark);
		if (!same)
			continue;
		uint32_t first = d->cp[start], before = start > 0 ? d->cp[start - 1] : ' ';
		bool goes_on = start > 0 && d->gap[start] == 0 &&
			       ((wd_cp_is_hangul(first) && wd_cp_is_hangul(before)) ||
				       (wd_cp_is_kana(first) && wd_cp_is_kana(before) &&
					       before > 0x30a0) ||
				       (wd_cp_is_han(first) && wd_cp_is_han(before)));
		if (goes_on)
			continue;
		*ret_start = start;
		return true;
	}
	return false;
}

/* Korean and Japanese: the surname before a title at p, of somebody who ever held `office`. */
static int bearer_before(
	struct wd_scan *s, int field, uint32_t p, int office, bool is_former, uint32_t *ret_start)
{
	const struct wd_folded *d = folded(s, field);
	int best = WD_NO_INDEX, top = 0;
	for (size_t i = 0; i < s->r->figures.n; i++) {
		const struct wd_figure *f = &s->r->figures.v[i];
		int score = f->office != WD_NO_INDEX ? wd_people_score(s, (int)i, office, is_former)
						     : -1;
		for (int lang = WD_LANG_KO; score > top && lang <= WD_LANG_COUNT; lang++) {
			if (!family_at(d, s->r->fold, s, f->family[lang], p, ret_start))
				continue;
			top = score;
			best = (int)i;
		}
	}
	uint32_t unused;
	for (int lang = WD_LANG_KO; best != WD_NO_INDEX && lang <= WD_LANG_COUNT; lang++) {
		if (family_at(d, s->r->fold, s, s->r->figures.v[best].family[lang], p, &unused))
			*ret_start = unused;
	}
	return best;
}

static int titled_cjk(struct wd_scan *s, int field, const struct wd_hit *title)
{
	const struct wd_folded *d = folded(s, field);
	struct wd_beside b = {
		title->start, title->end, title->word->ref, WD_NO_INDEX, false, false, false};
	uint32_t p = title->start;
	for (int i = 0; i < 3; i++) {
		const struct wd_hit *h =
			wd_people_ending(s, field, p, bit(WD_WORD_FORMER) | bit(WD_WORD_COUNTRY));
		if (h == NULL)
			break;
		b.is_former = b.is_former || h->word->kind == WD_WORD_FORMER;
		p = h->start;
	}
	if (p > 0 && d->cp[p - 1] == ')') {
		uint32_t open = p - 1;
		while (open > 0 && p - open < PAREN_MAX && d->cp[open] != '(')
			open--;
		p = d->cp[open] == '(' ? open : p;
	}
	uint32_t start = p;
	int figure = bearer_before(s, field, p, title->word->ref, b.is_former, &start);
	if (figure == WD_NO_INDEX)
		return WD_OK;
	struct wd_mention *m = wd_people_add(s, field, start, p, &b);
	if (m == NULL)
		return WD_E_LIMIT;
	wd_people_set(s, m, figure);
	return WD_OK;
}

/* The original's character at an item: is it upper case? */
bool wd_people_is_upper(const struct wd_folded *d, uint32_t i)
{
	if (i >= d->n)
		return false;
	size_t at = d->byte[i];
	return wd_cp_is_upper(wd_utf8_next(d->text, &at));
}

static bool same_span(const struct wd_hit *x, const struct wd_hit *y)
{
	return x->start == y->start && x->end == y->end;
}

/* The best of the figures whose surname stands at hit i; all of them follow each other. */
int wd_people_best_bearer(const struct wd_scan *s, int field, size_t i, int office, bool is_former)
{
	const struct wd_field *f = &s->fields[field];
	int best = WD_NO_INDEX, top = 0;
	for (size_t k = i; k < f->hits.n && same_span(&f->hits.v[k], &f->hits.v[i]); k++) {
		const struct wd_hit *h = &f->hits.v[k];
		if (h->word->kind != WD_WORD_FAMILY || h->is_hidden)
			continue;
		int own = s->r->figures.v[h->word->ref].office;
		int score = wd_people_score(
			s, h->word->ref, office != WD_NO_INDEX ? office : own, is_former);
		if (score > top) {
			top = score;
			best = h->word->ref;
		}
	}
	return best;
}

/* English: "President Lee", "South Korea's Lee". */
static int titled_latin(struct wd_scan *s, int field, size_t i)
{
	const struct wd_hit *h = &s->fields[field].hits.v[i];
	struct wd_beside b = wd_people_beside(s, field, h->start, h->end);
	if ((b.titled == WD_NO_INDEX && b.country == WD_NO_INDEX && !b.has_post) || b.is_foreign ||
		wd_people_name_goes_on(s, field, h->end))
		return WD_OK;
	int office = b.titled != WD_NO_INDEX ? b.titled : b.country;
	int figure = wd_people_best_bearer(s, field, i, office, b.is_former);
	if (figure == WD_NO_INDEX || b.has_post) {
		/* The other office's title, or another post: only for somebody introduced. */
		figure = wd_people_best_bearer(s, field, i, WD_NO_INDEX, b.is_former);
		if (figure == WD_NO_INDEX || !wd_people_is_introduced(s, figure))
			return WD_OK;
	}
	struct wd_mention *m = wd_people_add(s, field, h->start, h->end, &b);
	if (m == NULL)
		return WD_E_LIMIT;
	wd_people_set(s, m, figure);
	return WD_OK;
}

static int titled_names(struct wd_scan *s, int field)
{
	struct wd_field *f = &s->fields[field];
	for (size_t i = 0; i < f->hits.n; i++) {
		const struct wd_hit *h = &f->hits.v[i];
		int rc = WD_OK;
		if (h->is_hidden || wd_people_is_taken(s, field, h->start, h->end))
			continue;
		if ((h->word->kind == WD_WORD_TITLE || h->word->kind == WD_WORD_HOLDER) &&
			h->word->lang != WD_LANG_EN)
			rc = titled_cjk(s, field, h);
		else if (h->word->kind == WD_WORD_FAMILY && h->word->lang == WD_LANG_EN)
			rc = titled_latin(s, field, i);
		if (rc != WD_OK)
			return rc;
	}
	return WD_OK;
}

/* The sentence tells of a day long past, with its year, on which the figure held the office. */
static bool is_history(const struct wd_scan *s, const struct wd_mention *m)
{
	enum { LONG_AGO = 300 };
	const struct wd_sentence *st = &s->sentences.v[m->sentence];
	for (size_t i = st->date_from; i < st->date_to; i++) {
		const struct wd_text_date *d = &s->dates.v[i];
		if (d->has_year && d->from != WD_DAY_NONE && d->from < s->pub_day - LONG_AGO &&
			wd_facts_holds(s->r, m->figure, m->office, d->from, 0))
			return true;
	}
	return false;
}

/* Who is called "former" anywhere is so everywhere: later sentences drop the word. So is who does
 * not hold the office any more and is told of in his own time ("In October 1998, President Kim
 * Dae-jung …"). */
static void spread_former(struct wd_scan *s)
{
	WD_VEC_EACH (const struct wd_mention, f, &s->mentions) {
		if (f->figure != WD_NO_INDEX && f->office != WD_NO_INDEX &&
			s->pub_day != WD_DAY_NONE &&
			!wd_facts_holds(s->r, f->figure, f->office, s->pub_day, 60) &&
			is_history(s, f))
			s->introduced[f->figure] |= WD_INTRODUCED_PAST;
	}
	WD_VEC_EACH (const struct wd_mention, f, &s->mentions) {
		if (f->figure == WD_NO_INDEX)
			continue;
		if (f->titled != WD_NO_INDEX && f->titled == f->office && !f->has_post)
			s->introduced[f->figure] |= WD_INTRODUCED_TITLED;
		if (f->is_former)
			s->introduced[f->figure] |= WD_INTRODUCED_FORMER;
	}
	WD_VEC_EACH (struct wd_mention, m, &s->mentions) {
		if (m->figure == WD_NO_INDEX || m->office == WD_NO_INDEX)
			continue;
		uint8_t how = s->introduced[m->figure];
		/* Nobody calls them by the office, and they do not hold it: a memoir, a visit. */
		bool is_past = (how & WD_INTRODUCED_TITLED) == 0 && m->country == WD_NO_INDEX &&
			       !m->has_post && s->pub_day != WD_DAY_NONE &&
			       !wd_facts_holds(s->r, m->figure, m->office, s->pub_day, 60);
		if (is_past || (how & WD_INTRODUCED_PAST) != 0 ||
			((how & WD_INTRODUCED_FORMER) != 0 &&
				(m->is_bare || m->titled == WD_NO_INDEX)))
			m->is_former = true;
	}
}

/* A post or another office's title that stands beside a holder's name ("高市外相", "Prime Minister
 * Lee Jae-myung") is a mistake about him, and no meeting of others. */
static void hide_posts(struct wd_scan *s)
{
	WD_VEC_EACH (const struct wd_mention, m, &s->mentions) {
		bool is_other = m->titled != WD_NO_INDEX && m->titled != m->office;
		if (m->office == WD_NO_INDEX || !(m->has_post || is_other))
			continue;
		const struct wd_sentence *st = &s->sentences.v[m->sentence];
		for (size_t i = st->hit_from; i < st->hit_to; i++) {
			struct wd_hit *h = &s->fields[m->field].hits.v[i];
			if (h->word->kind == WD_WORD_CONCEPT && h->start >= m->start &&
				h->end <= m->end)
				h->is_hidden = true;
		}
	}
}

static void note_offices(struct wd_scan *s)
{
	WD_VEC_EACH (const struct wd_mention, m, &s->mentions) {
		if (m->office != WD_NO_INDEX && !m->is_former)
			s->sentences.v[m->sentence].offices |= UINT64_C(1) << m->office;
	}
}

static int mention_cmp(const void *a, const void *b)
{
	const struct wd_mention *x = a, *y = b;
	if (x->sentence != y->sentence)
		return x->sentence < y->sentence ? -1 : 1;
	return x->start < y->start ? -1 : x->start > y->start;
}

static void place_mentions(struct wd_scan *s)
{
	if (s->mentions.n > 0)
		qsort(s->mentions.v, s->mentions.n, sizeof(*s->mentions.v), mention_cmp);
	size_t m = 0;
	for (size_t i = 0; i < s->sentences.n; i++) {
		struct wd_sentence *st = &s->sentences.v[i];
		st->offices = 0;
		st->mention_from = m;
		while (m < s->mentions.n && s->mentions.v[m].sentence == (int)i)
			m++;
		st->mention_to = m;
	}
}

int wd_scan_people(struct wd_scan *s)
{
	s->introduced = wd_arena_alloc(s->a, s->r->figures.n + 1);
	for (int field = 0; field < s->n_fields && s->introduced != NULL; field++) {
		s->taken[field] = wd_arena_alloc(s->a, s->fields[field].folded.n + 1);
		if (s->taken[field] == NULL)
			return WD_E_LIMIT;
	}
	if (s->introduced == NULL)
		return WD_E_LIMIT;
	static int (*const steps[])(struct wd_scan * s, int field) = {
		full_names, wd_people_garbled, titled_names, wd_people_bare, wd_people_titles};
	for (size_t k = 0; k < WD_COUNTOF(steps); k++) {
		for (int field = 0; field < s->n_fields; field++) {
			int rc = steps[k](s, field);
			if (rc != WD_OK)
				return rc;
		}
		if (steps[k] == titled_names)
			note_offices(s);
	}
	spread_former(s);
	hide_posts(s);
	place_mentions(s);
	note_offices(s);
	return WD_OK;
}
