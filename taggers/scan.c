/*
 * From the article's fields to sentences with hits.
 *
 * Headline, summary and text are folded once and matched once. Sentences end at 。, at !, ? and .
 * before a space (not after an abbreviation or an initial), and at line ends. The first three of
 * summary and of text are the lead. A hit that lies under a longer hit of a mask concept
 * (국교정상화 over 정상, "AI summit" over "summit") is hidden.
 */
#include "taggers/scan.h"

#include <stdarg.h>

#include "base/clock.h"
#include "base/utf8.h"

#define MAX_SENTENCE 1500 /* items */

static bool item_is(const struct wd_folded *d, uint32_t from, uint32_t to, const char *ascii)
{
	uint32_t i = from;
	for (; *ascii != '\0' && i < to && d->cp[i] == (uint32_t)*ascii; i++)
		ascii++;
	return *ascii == '\0' && i == to;
}

static bool is_word_item(uint32_t cp)
{
	return wd_cp_is_letter(cp) && !wd_cp_is_cjk(cp);
}

/* A full stop that belongs to the word: "U.S.", "Mr.", "Aug. 23". */
static bool is_abbreviation(const struct wd_folded *d, uint32_t start, uint32_t dot)
{
	static const char *const words[] = {"mr", "mrs", "ms", "dr", "st", "gen", "sen", "rep",
		"gov", "no", "vs", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept",
		"oct", "nov", "dec", "lt", "col", "prof", "jr", "sr"};
	uint32_t from = dot;
	while (from > start && is_word_item(d->cp[from - 1]))
		from--;
	if (dot - from == 1)
		return true;
	for (size_t i = 0; i < WD_COUNTOF(words); i++) {
		if (item_is(d, from, dot, words[i]))
			return true;
	}
	return false;
}

static bool ends_sentence(const struct wd_folded *d, uint32_t start, uint32_t i)
{
	uint32_t cp = d->cp[i];
	if (cp == '\n' || cp == 0x3002)
		return true;
	if (cp != '.' && cp != '!' && cp != '?')
		return false;
	bool is_wide_after =
		i + 1 < d->n && (wd_cp_is_han(d->cp[i + 1]) || wd_cp_is_kana(d->cp[i + 1]));
	if (cp == '!' || cp == '?')
		return i + 1 >= d->n || d->cp[i + 1] == ' ' || d->gap[i + 1] != 0 || is_wide_after;
	bool before_space =
		i + 1 >= d->n || d->cp[i + 1] == ' ' || d->cp[i + 1] == '\n' || d->gap[i + 1] != 0;
	bool after_quote = i + 2 < d->n && (d->cp[i + 1] == '"' || d->cp[i + 1] == '\'') &&
			   (d->cp[i + 2] == ' ' || d->gap[i + 2] != 0);
	bool after_digit = i > start && wd_cp_is_digit(d->cp[i - 1]) && i + 2 < d->n &&
			   (wd_cp_is_digit(d->cp[i + 1]) || wd_cp_is_digit(d->cp[i + 2]));
	return (before_space || after_quote) && !after_digit && !is_abbreviation(d, start, i);
}

static int add_sentence(struct wd_scan *s, int field, uint32_t start, uint32_t end, unsigned no)
{
	if (s->sentences.n >= WD_MAX_SENTENCES)
		return WD_OK;
	struct wd_sentence *st = wd_vec_push(s->a, &s->sentences);
	if (st == NULL)
		return WD_E_LIMIT;
	bool is_headline = field == 0 && strcmp(s->fields[0].name, "headline") == 0;
	st->field = field;
	st->start = start;
	st->end = end;
	st->zone = is_headline && no == 0   ? WD_ZONE_HEADLINE
		   : no < WD_LEAD_SENTENCES ? WD_ZONE_LEAD
					    : WD_ZONE_BODY;
	return WD_OK;
}

static int split(struct wd_scan *s, int field)
{
	const struct wd_folded *d = &s->fields[field].folded;
	uint32_t start = 0;
	unsigned no = 0;
	for (uint32_t i = 0; i <= d->n; i++) {
		while (i < d->n && i - start < MAX_SENTENCE && d->cp[i] > '?' && d->cp[i] != 0x3002)
			i++; /* nearly always */
		/* A text without stops is cut, which bounds all work that is done by sentence. */
		if (i < d->n && i - start < MAX_SENTENCE && !ends_sentence(d, start, i))
			continue;
		uint32_t end = i < d->n ? i + 1 : i;
		/* A date line or a one-word label is no sentence of the lead. */
		if (i > start + 1 || i == d->n) {
			if (end > start && add_sentence(s, field, start, end, no) != WD_OK)
				return WD_E_LIMIT;
			no += end > start + 12;
		}
		start = i + 1;
	}
	return WD_OK;
}

static int hit_cmp(const void *a, const void *b)
{
	const struct wd_hit *x = a, *y = b;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->end != y->end)
		return x->end > y->end ? -1 : 1;
	return x->word < y->word ? -1 : x->word > y->word;
}

static int match(struct wd_scan *s, int field)
{
	struct wd_field *f = &s->fields[field];
	wd_phrase_hits raw = {0};
	int rc = wd_phrases_scan(s->r->phrases, &f->folded, s->a, &raw);
	if (rc != WD_OK)
		return rc;
	WD_VEC_EACH (const struct wd_phrase_hit, h, &raw) {
		if (f->hits.n >= WD_MAX_HITS)
			break;
		struct wd_hit *hit = wd_vec_push(s->a, &f->hits);
		if (hit == NULL)
			return WD_E_LIMIT;
		*hit = (struct wd_hit){
			h->start, h->end, &s->r->words.v[h->value], WD_NO_INDEX, false};
	}
	if (f->hits.n > 0)
		qsort(f->hits.v, f->hits.n, sizeof(*f->hits.v), hit_cmp);
	return WD_OK;
}

static bool is_mask(const struct wd_scan *s, const struct wd_hit *h)
{
	return h->word->kind == WD_WORD_CONCEPT && s->r->concepts.v[h->word->ref].is_mask;
}

/* Hits overlapped by a mask and not longer than it are hidden. Hits are sorted by start, so only a
 * bounded stretch around each mask is looked at. */
static void hide_masked(struct wd_scan *s, struct wd_field *f)
{
	for (size_t m = 0; m < f->hits.n; m++) {
		const struct wd_hit *mask = &f->hits.v[m];
		if (!is_mask(s, mask))
			continue;
		size_t from = m;
		while (from > 0 && f->hits.v[from - 1].start + WD_PHRASE_MAX > mask->start)
			from--;
		for (size_t i = from; i < f->hits.n && f->hits.v[i].start < mask->end; i++) {
			struct wd_hit *h = &f->hits.v[i];
			bool overlaps = h->end > mask->start;
			uint32_t n = h->end - h->start, m_n = mask->end - mask->start;
			if (overlaps && (n < m_n || (n == m_n && !is_mask(s, h))))
				h->is_hidden = true;
		}
	}
}

static void place_hits(struct wd_scan *s, int field)
{
	struct wd_field *f = &s->fields[field];
	size_t h = 0;
	for (size_t i = 0; i < s->sentences.n; i++) {
		struct wd_sentence *st = &s->sentences.v[i];
		if (st->field != field)
			continue;
		while (h < f->hits.n && f->hits.v[h].start < st->start)
			h++;
		st->hit_from = h;
		for (; h < f->hits.n && f->hits.v[h].start < st->end; h++)
			f->hits.v[h].sentence = (int)i;
		st->hit_to = h;
	}
	/* Hits outside any sentence (there is a limit on those) do not count. */
	for (size_t i = 0; i < f->hits.n; i++) {
		if (f->hits.v[i].sentence == WD_NO_INDEX)
			f->hits.v[i].is_hidden = true;
	}
}

static int add_field(struct wd_scan *s, const char *name, struct wd_str text)
{
	if (text.n == 0)
		return WD_OK;
	int i = s->n_fields++;
	struct wd_field *f = &s->fields[i];
	f->name = name;
	int rc = wd_fold_text(s->r->fold, s->a, text, &f->folded);
	if (rc == WD_OK)
		rc = split(s, i);
	if (rc == WD_OK)
		rc = match(s, i);
	if (rc != WD_OK)
		return rc;
	hide_masked(s, f);
	place_hits(s, i);
	return WD_OK;
}

/* The publication day where the events are: nine hours east of UTC for a time with a zone. */
static int64_t day_of(struct wd_date d)
{
	if (d.precision < WD_DATE_DAY)
		return WD_DAY_NONE;
	bool is_zoned = d.has_zone && d.precision == WD_DATE_TIME;
	int64_t us = d.us + (is_zoned ? 9 * WD_HOUR : 0);
	return us >= 0 ? us / WD_DAY : (us - WD_DAY + 1) / WD_DAY;
}

int wd_scan_article(struct wd_scan *s)
{
	s->pub_day = day_of(s->art->published);
	s->is_korean = wd_str_istarts(s->art->language, WD_STR("ko"));
	s->is_japanese = wd_str_istarts(s->art->language, WD_STR("ja"));
	int rc = add_field(s, "headline", s->art->headline);
	/* Sub-headlines count as lead: what stands there is often not the article's subject. */
	static const char *const pointers[] = {"/headlines/1/value", "/headlines/2/value"};
	size_t n = 0;
	WD_VEC_EACH (const struct wd_str, alt, &s->art->alt_headlines) {
		if (s->art->headline.n == 0 || alt->n == 0 || n == WD_COUNTOF(pointers) ||
			rc != WD_OK)
			continue;
		rc = add_field(s, pointers[n++], *alt);
	}
	if (rc == WD_OK)
		rc = add_field(s, "summary", s->art->summary);
	return rc == WD_OK ? add_field(s, "text", s->art->text) : rc;
}

struct wd_span wd_scan_span(const struct wd_scan *s, int field, uint32_t start, uint32_t end)
{
	const struct wd_field *f = &s->fields[field];
	size_t to = wd_folded_end_byte(&f->folded, end);
	return (struct wd_span){wd_str_c(f->name), f->folded.at[start],
		wd_folded_end_cp(&f->folded, end),
		wd_str_sub(f->folded.text, f->folded.byte[start], to)};
}

void wd_scan_note(const struct wd_scan *s, const char *rule, double weight,
	const struct wd_span *span, const char *fmt, ...)
{
	if (s->trace == NULL || s->trace->note == NULL)
		return;
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	s->trace->note(s->trace->ctx, rule, weight, span, text);
}

bool wd_scan_has(const struct wd_scan *s, int sentence, int concept, const struct wd_hit **ret)
{
	if (concept == WD_NO_INDEX)
		return false;
	const struct wd_sentence *st = &s->sentences.v[sentence];
	const struct wd_field *f = &s->fields[st->field];
	for (size_t i = st->hit_from; i < st->hit_to; i++) {
		const struct wd_hit *h = &f->hits.v[i];
		if (!h->is_hidden && h->word->kind == WD_WORD_CONCEPT && h->word->ref == concept) {
			if (ret != NULL)
				*ret = h;
			return true;
		}
	}
	return false;
}
