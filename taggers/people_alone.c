/*
 * Surnames and titles that stand alone.
 *
 * A surname alone is somebody only where the article has introduced its bearer, or he is in office
 * and the sentence is about the two sides. All the rest here is about what it is not: part of a
 * longer name, of a word, or of the name of somebody in the family.
 */
#include "base/utf8.h"
#include "taggers/people.h"

static const struct wd_folded *folded(const struct wd_scan *s, int field)
{
	return &s->fields[field].folded;
}

static unsigned bit(enum wd_word_kind k)
{
	return 1u << k;
}

/* A word behind the name that makes it somebody else's: 石破夫人, 이시바 여사, also with a given
 * name between (이시바 요시코 여사). */
static bool is_relative_of(const struct wd_scan *s, int field, uint32_t p)
{
	enum { GIVEN_NAME_MAX = 5 };
	const struct wd_folded *d = folded(s, field);
	for (int word = 0; word < 2; word++) {
		const struct wd_hit *h = wd_people_starting(
			s, field, wd_people_right_edge(d, p), bit(WD_WORD_RELATIVE));
		if (h != NULL)
			return true;
		uint32_t e = p, start;
		while (e < d->n && d->cp[e] == ' ')
			e++;
		for (start = e; e < d->n && e < start + GIVEN_NAME_MAX &&
				wd_cp_is_hangul(d->cp[e]) && (e == start || d->gap[e] == 0);)
			e++;
		if (e == start)
			return false;
		p = e;
	}
	return false;
}

/* A capitalised word goes on after p: "Lee Jun-seok". */
bool wd_people_name_goes_on(const struct wd_scan *s, int field, uint32_t p)
{
	const struct wd_folded *d = folded(s, field);
	if (p + 1 >= d->n || d->cp[p] != ' ' || !wd_people_is_upper(d, p + 1))
		return false;
	if ((d->gap[p] & WD_FOLD_GAP_DOT) != 0 && (d->gap[p] & WD_FOLD_GAP_SPACE) == 0) {
		/* "Lee-Ishiba": another surname, not a given name */
		return wd_people_starting(
			       s, field, p + 1, bit(WD_WORD_FAMILY) | bit(WD_WORD_PERSON)) == NULL;
	}
	if (wd_people_starting(s, field, p + 1, ~bit(WD_WORD_PLACE)) != NULL)
		return false;
	/* In a title-case headline every word is capitalised: only a hyphenated one is a name. */
	int st = wd_people_sentence_at(s, field, p);
	bool is_headline = st != WD_NO_INDEX && s->sentences.v[st].zone == WD_ZONE_HEADLINE;
	uint32_t e = p + 1;
	while (e < d->n && d->cp[e] >= 'a' && d->cp[e] <= 'z')
		e++;
	bool is_hyphenated = e < d->n && d->cp[e] == ' ' && (d->gap[e] & WD_FOLD_GAP_DOT) != 0 &&
			     !wd_people_is_upper(d, e + 1);
	return is_headline ? is_hyphenated : true;
}

static bool is_common_word(const struct wd_folded *d, uint32_t from, uint32_t to)
{
	static const char *const words[] = {"as", "when", "while", "but", "and", "after", "before",
		"with", "for", "if", "in", "on", "at", "since", "both", "meanwhile", "although",
		"though", "because", "that", "then", "said", "says", "between", "to", "from", "by",
		"of", "the", "mr", "ms", "mr.", "ms.", "during", "under", "yet", "so", "will",
		"not", "like", "how", "why", "what", "vs", "hosts", "meets", "welcomes", "greets",
		"tells"};
	for (size_t i = 0; i < WD_COUNTOF(words); i++) {
		size_t n = strlen(words[i]);
		bool same = to - from == n;
		for (uint32_t k = 0; same && k < n; k++)
			same = d->cp[from + k] == (uint32_t)words[i][k];
		if (same)
			return true;
	}
	return false;
}

/* A capitalised word stands directly before: "Akie Abe". */
static bool name_came_before(const struct wd_scan *s, int field, uint32_t start)
{
	const struct wd_folded *d = folded(s, field);
	/* A stop or a comma between them ends the other name. */
	if (start < 2 || d->cp[start - 1] != ' ' || !wd_cp_is_letter(d->cp[start - 2]))
		return false;
	uint32_t from = start - 1;
	while (from > 0 && d->cp[from - 1] != ' ' && d->cp[from - 1] != '\n')
		from--;
	if (!wd_people_is_upper(d, from) || is_common_word(d, from, start - 1))
		return false;
	int st = wd_people_sentence_at(s, field, start);
	if (st != WD_NO_INDEX && s->sentences.v[st].zone == WD_ZONE_HEADLINE)
		return false;
	uint32_t edge = wd_people_left_edge(d, start);
	return wd_people_ending(s, field, edge,
		       bit(WD_WORD_TITLE) | bit(WD_WORD_HOLDER) | bit(WD_WORD_COUNTRY) |
			       bit(WD_WORD_FORMER) | bit(WD_WORD_PERSON) | bit(WD_WORD_POST) |
			       bit(WD_WORD_PLACE) | bit(WD_WORD_CONCEPT)) == NULL;
}

static bool has_side_mention(const struct wd_scan *s, int sentence, int not_office)
{
	uint64_t others = s->sentences.v[sentence].offices & ~(UINT64_C(1) << not_office);
	for (; others != 0; others &= others - 1) {
		if (s->r->offices.v[__builtin_ctzll(others)].side != WD_NO_INDEX)
			return true;
	}
	return false;
}

/* Another surname of the other office in the sentence: "Roh, Koizumi warn". */
static bool has_side_family(const struct wd_scan *s, int field, int sentence, int not_office)
{
	const struct wd_sentence *st = &s->sentences.v[sentence];
	for (size_t i = st->hit_from; i < st->hit_to; i++) {
		const struct wd_hit *h = &s->fields[field].hits.v[i];
		if (h->word->kind != WD_WORD_FAMILY || h->is_hidden)
			continue;
		int office = s->r->figures.v[h->word->ref].office;
		if (office != not_office &&
			(s->pub_day == WD_DAY_NONE ||
				wd_facts_holds(s->r, h->word->ref, office, s->pub_day, 30)))
			return true;
	}
	return false;
}

/* No other holder has that surname: Abe, but not Lee. */
static bool is_only_bearer(const struct wd_scan *s, int figure)
{
	struct wd_str own = s->r->figures.v[figure].family[WD_LANG_EN];
	for (size_t i = 0; i < s->r->figures.n; i++) {
		if ((int)i != figure && wd_str_eq(s->r->figures.v[i].family[WD_LANG_EN], own))
			return false;
	}
	return true;
}

/* The office's country stands somewhere in the article's first hits. */
static bool names_country(const struct wd_scan *s, int office)
{
	enum { LOOK = 500 }; /* hits of each field: a bound, not a judgement */
	for (int field = 0; field < s->n_fields; field++) {
		const struct wd_field *f = &s->fields[field];
		for (size_t i = 0; i < f->hits.n && i < LOOK; i++) {
			const struct wd_hit *h = &f->hits.v[i];
			if (h->word->kind == WD_WORD_COUNTRY && h->word->ref == office)
				return true;
		}
	}
	return false;
}

static bool bare_latin_ok(const struct wd_scan *s, int field, const struct wd_hit *h, int figure)
{
	if (wd_people_name_goes_on(s, field, h->end) || name_came_before(s, field, h->start))
		return false;
	if (wd_people_is_introduced(s, figure))
		return true;
	int office = s->r->figures.v[figure].office;
	if (s->pub_day == WD_DAY_NONE || !wd_facts_holds(s->r, figure, office, s->pub_day, 30))
		return false;
	return has_side_mention(s, h->sentence, office) ||
	       has_side_family(s, field, h->sentence, office) ||
	       (is_only_bearer(s, figure) && names_country(s, office));
}

/* What may follow a surname in Han without being a given name. */
static bool is_surname_suffix(uint32_t cp)
{
	static const uint32_t ok[] = {0x6c0f, 0x9996, 0x7dcf, 0x653f, 0x5185, 0x524d, 0x5143,
		0x4e21, 0x5927, 0x3005}; /* 氏 首 総 政 内 前 元 両 大 */
	for (size_t i = 0; i < WD_COUNTOF(ok); i++) {
		if (cp == ok[i])
			return true;
	}
	return false;
}

static bool bare_cjk_ok(const struct wd_scan *s, int field, const struct wd_hit *h, int figure)
{
	const struct wd_folded *d = folded(s, field);
	uint32_t before = h->start > 0 ? d->cp[h->start - 1] : ' ', after = d->cp[h->end];
	int office = s->r->figures.v[figure].office;
	bool known = wd_people_is_introduced(s, figure);
	bool in_office =
		s->pub_day == WD_DAY_NONE || wd_facts_holds(s->r, figure, office, s->pub_day, 30);
	bool was_lately = s->pub_day == WD_DAY_NONE ||
			  wd_facts_holds(s->r, figure, office, s->pub_day, WD_IN_OFFICE_SLACK);
	bool is_han = wd_cp_is_han(d->cp[h->start]);
	bool is_single = h->end - h->start == 1;
	bool joined_left = h->start > 0 && d->gap[h->start] == 0;
	bool joined_right = d->gap[h->end] == 0;
	if (is_han && ((joined_left && wd_cp_is_han(before)) ||
			      (joined_right && wd_cp_is_han(after) && !is_surname_suffix(after))))
		return false;
	if (is_single && is_han) {
		bool is_honoured = joined_right && after == 0x6c0f;
		if (is_honoured)
			return known || in_office;
		/* 李, 尹 in a Korean headline */
		return s->is_korean && in_office && !(joined_left && wd_cp_is_hangul(before)) &&
		       !(joined_right && wd_cp_is_hangul(after) && !wd_phrases_particle(d, h->end));
	}
	/* Two syllables are common words too (스가, 모리, 노다): only who is in office or known. */
	if (!is_han && h->end - h->start == 2)
		return known || (in_office && s->pub_day != WD_DAY_NONE);
	return known || was_lately;
}

int wd_people_bare(struct wd_scan *s, int field)
{
	struct wd_field *f = &s->fields[field];
	for (size_t i = 0; i < f->hits.n; i++) {
		const struct wd_hit *h = &f->hits.v[i];
		if (h->word->kind != WD_WORD_FAMILY || h->is_hidden || h->sentence == WD_NO_INDEX ||
			wd_people_is_taken(s, field, h->start, h->end))
			continue;
		int figure = wd_people_best_bearer(s, field, i, WD_NO_INDEX, false);
		bool is_latin = h->word->lang == WD_LANG_EN;
		if (figure == WD_NO_INDEX || !(is_latin ? bare_latin_ok(s, field, h, figure)
							: bare_cjk_ok(s, field, h, figure)))
			continue;
		struct wd_beside b = wd_people_beside(s, field, h->start, h->end);
		if (b.is_foreign || is_relative_of(s, field, h->end))
			continue;
		/* "Foreign Minister Lee": somebody else of that name. */
		if (b.has_post && !(h->end - h->start > 1 && wd_people_is_introduced(s, figure)) &&
			is_latin)
			continue;
		struct wd_mention *m = wd_people_add(s, field, h->start, h->end, &b);
		if (m == NULL)
			return WD_E_LIMIT;
		m->is_bare = true;
		wd_people_set(s, m, figure);
	}
	return WD_OK;
}

/* ---- titles alone ---- */

/* 首相 alone in a Japanese text: Japan's, unless a name or another country stands before it. */
static bool is_home_title(const struct wd_scan *s, int field, const struct wd_hit *h)
{
	const struct wd_folded *d = folded(s, field);
	bool lang_ok = h->word->lang == WD_LANG_JA && s->is_japanese &&
		       s->r->offices.v[h->word->ref].is_home[WD_LANG_JA];
	if (!lang_ok)
		return false;
	uint32_t before = h->start > 0 ? d->cp[h->start - 1] : ' ';
	uint32_t after = d->cp[h->end];
	bool is_compound = wd_cp_is_han(after) && d->gap[h->end] == 0; /* 首相官邸 */
	if (wd_cp_is_han(before) || (wd_cp_is_kana(before) && before > 0x30a0) || is_compound)
		return false;
	uint32_t edge = wd_people_left_edge(d, h->start);
	return edge == h->start ||
	       wd_people_ending(s, field, edge,
		       bit(WD_WORD_FOREIGN) | bit(WD_WORD_COUNTRY) | bit(WD_WORD_PLACE)) == NULL;
}

int wd_people_titles(struct wd_scan *s, int field)
{
	struct wd_field *f = &s->fields[field];
	for (size_t i = 0; i < f->hits.n; i++) {
		const struct wd_hit *h = &f->hits.v[i];
		bool is_holder = h->word->kind == WD_WORD_HOLDER;
		if (h->is_hidden || (!is_holder && h->word->kind != WD_WORD_TITLE) ||
			wd_people_is_taken(s, field, h->start, h->end))
			continue;
		if (!is_holder && !is_home_title(s, field, h))
			continue;
		struct wd_beside b = {
			h->start, h->end, h->word->ref, h->word->ref, false, false, false};
		const struct wd_hit *former = wd_people_ending(s, field,
			wd_people_left_edge(folded(s, field), h->start), bit(WD_WORD_FORMER));
		b.is_former = former != NULL;
		struct wd_mention *m = wd_people_add(s, field, h->start, h->start, &b);
		if (m == NULL)
			return WD_E_LIMIT;
		m->end = h->end;
	}
	return WD_OK;
}
