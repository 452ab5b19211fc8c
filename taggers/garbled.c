/*
 * Garbled names: "President Lee Jae-yung", 이재맹 대통령, 石橋茂首相.
 *
 * Looked for only beside the office's own title, and only where no known name stands. A name that
 * differs from a holder's in romanisation alone (Yoon/Yun, Seok/Suk, order of the parts) is that
 * holder's and no error: both are reduced to a skeleton of consonants and coarse vowels, which are
 * then equal. What is left must share the surname or the given name with a holder, or differ in a
 * letter or two (one syllable, one character).
 */
#include "base/utf8.h"
#include "taggers/people.h"

#define NAME_MAX 32

/* ---- English ---- */

struct latin_name {
	char part[2]
		 [2 * NAME_MAX]; /* the two words, hyphens and spaces inside the given name gone */
	uint32_t end;            /* items */
};

/* Words after a title: two, or three of which two are joined ("Lee Jae-myung", "Lee Jae Myung"). */
static bool read_name(const struct wd_scan *s, int field, uint32_t p, struct latin_name *ret)
{
	const struct wd_folded *d = &s->fields[field].folded;
	char word[3][NAME_MAX] = {{0}};
	bool joined[3] = {false};
	size_t n = 0;
	uint32_t i = p;
	while (n < 3) {
		bool hyphen = n > 0 && i > p && (d->gap[i - 1] & WD_FOLD_GAP_SPACE) == 0;
		if (i >= d->n || (!wd_people_is_upper(d, i) && !hyphen))
			break;
		size_t len = 0;
		uint32_t e = i;
		for (; e < d->n && d->cp[e] >= 'a' && d->cp[e] <= 'z' && len + 1 < NAME_MAX; e++)
			word[n][len++] = (char)d->cp[e];
		if (len < 2)
			break;
		joined[n++] = hyphen;
		ret->end = e;
		if (d->cp[e] != ' ')
			break;
		i = e + 1;
	}
	if (n < 2)
		return false;
	(void)snprintf(ret->part[0], sizeof(ret->part[0]), "%s", word[0]);
	bool three = n == 3 && (joined[2] || strlen(word[1]) <= 4);
	(void)snprintf(ret->part[1], sizeof(ret->part[1]), "%s%s", word[1], three ? word[2] : "");
	return strlen(ret->part[1]) >= 3;
}

/* Romanisations of one name give one skeleton. */
static void skeleton(const char *in, char out[NAME_MAX])
{
	size_t n = 0;
	for (size_t i = 0; in[i] != '\0' && n + 1 < NAME_MAX;) {
		char c = in[i];
		bool vowel = strchr("aeiouyw", c) != NULL;
		if (vowel) {
			/* A run of vowels is "a" when it has an a, "i" when only i, else "o". */
			bool has_a = false, only_i = true;
			for (; in[i] != '\0' && strchr("aeiouyw", in[i]) != NULL; i++) {
				has_a = has_a || in[i] == 'a';
				only_i = only_i && (in[i] == 'i' || in[i] == 'e' || in[i] == 'y');
			}
			out[n++] = has_a ? 'a' : only_i ? 'i' : 'o';
			continue;
		}
		char to = c == 'k' || c == 'q' || c == 'c' ? 'g'
			  : c == 't'                       ? 'd'
			  : c == 'p'                       ? 'b'
			  : c == 'r'                       ? 'l'
			  : c == 'z'                       ? 'j'
							   : c;
		if (c == 'c' && in[i + 1] == 'h')
			to = 'j';
		i += c == 'c' && in[i + 1] == 'h' ? 2 : 1;
		if (c == 'h' && n > 0)
			continue; /* Noh, Roh, Ohbuchi */
		if (n == 0 || out[n - 1] != to)
			out[n++] = to;
	}
	out[n] = '\0';
}

static bool same_sound(const char *x, const char *y)
{
	char a[NAME_MAX], b[NAME_MAX];
	skeleton(x, a);
	skeleton(y, b);
	return strcmp(a, b) == 0;
}

/* Letters to change, at most; beyond 3 is 4. */
static unsigned letters_apart(const char *x, const char *y)
{
	size_t n = strlen(x), m = strlen(y);
	unsigned row[2 * NAME_MAX + 1];
	for (unsigned j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		unsigned diag = row[0];
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= m; j++) {
			unsigned cost = diag + (x[i - 1] != y[j - 1]);
			diag = row[j];
			row[j] = WD_MIN(cost, WD_MIN(row[j], row[j - 1]) + 1);
		}
	}
	return WD_MIN(row[m], 4u);
}

static bool known_name(const struct wd_figure *f, struct latin_name *ret)
{
	struct wd_str name = f->full[WD_LANG_EN];
	size_t sp = wd_str_chr(name, ' ', 0), n[2] = {0, 0};
	if (sp == SIZE_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		size_t k = i > sp;
		char c = wd_lower(name.p[i]);
		if (c >= 'a' && c <= 'z' && n[k] + 1 < NAME_MAX)
			ret->part[k][n[k]++] = c;
	}
	ret->part[0][n[0]] = ret->part[1][n[1]] = '\0';
	return true;
}

enum likeness { UNLIKE, SHARES_PART, NEAR, SAME };

static enum likeness compare(const char *a0, const char *a1, const struct latin_name *k)
{
	bool f0 = same_sound(a0, k->part[0]), f1 = same_sound(a1, k->part[1]);
	if (f0 && f1)
		return SAME;
	unsigned d0 = letters_apart(a0, k->part[0]), d1 = letters_apart(a1, k->part[1]);
	if (d0 + d1 <= 2 || (f0 && d1 <= 2) || (f1 && d0 <= 2))
		return NEAR;
	return d0 == 0 || d1 == 0 ? SHARES_PART : UNLIKE;
}

static enum likeness latin_likeness(const struct latin_name *got, const struct wd_figure *f)
{
	struct latin_name k;
	if (!known_name(f, &k))
		return UNLIKE;
	enum likeness one = compare(got->part[0], got->part[1], &k);
	enum likeness two = compare(got->part[1], got->part[0], &k);
	return WD_MAX(one, two);
}

static bool in_office(const struct wd_scan *s, int figure, int office)
{
	return s->pub_day == WD_DAY_NONE || wd_facts_holds(s->r, figure, office, s->pub_day, 30);
}

static int keep(
	struct wd_scan *s, int field, uint32_t start, uint32_t end, int figure, bool garbled)
{
	struct wd_beside b = wd_people_beside(s, field, start, end);
	if (b.is_former || b.has_post)
		return WD_OK;
	struct wd_mention *m = wd_people_add(s, field, start, end, &b);
	if (m == NULL)
		return WD_E_LIMIT;
	m->is_garbled = garbled;
	wd_people_set(s, m, figure);
	return WD_OK;
}

static int garbled_latin(struct wd_scan *s, int field, const struct wd_hit *title)
{
	const struct wd_folded *d = &s->fields[field].folded;
	struct latin_name got;
	uint32_t p = title->end;
	if (p + 1 >= d->n || d->cp[p] != ' ' || !read_name(s, field, p + 1, &got))
		return WD_OK;
	if (memchr(s->taken[field] + p, 1, got.end - p) != NULL)
		return WD_OK;
	bool is_national = title->word->kind == WD_WORD_HOLDER;
	if (!is_national) {
		const struct wd_hit *c = wd_people_ending(
			s, field, wd_people_left_edge(d, title->start), 1u << WD_WORD_COUNTRY);
		is_national = c != NULL && c->word->ref == title->word->ref;
	}
	int best = WD_NO_INDEX, top = 0;
	enum likeness how = UNLIKE;
	for (size_t i = 0; i < s->r->figures.n; i++) {
		int score = wd_people_score(s, (int)i, title->word->ref, false);
		enum likeness l = score < 0 ? UNLIKE : latin_likeness(&got, &s->r->figures.v[i]);
		if (l == UNLIKE ||
			(l == SHARES_PART &&
				(!is_national || !in_office(s, (int)i, title->word->ref))))
			continue;
		score += (int)l * 1000;
		if (score > top) {
			top = score;
			best = (int)i;
			how = l;
		}
	}
	return best != WD_NO_INDEX ? keep(s, field, p + 1, got.end, best, how != SAME) : WD_OK;
}

/* ---- Korean and Japanese ---- */

static bool is_run(uint32_t cp, bool hangul)
{
	return hangul ? wd_cp_is_hangul(cp) : wd_cp_is_han(cp) || cp == 0x3005;
}

/* 新, 前, 現 …: 石破新首相 is no garbled 石破茂. Same for 전, 新 in Korean. */
static bool is_title_prefix(uint32_t cp)
{
	static const uint32_t list[] = {0x65b0, 0x524d, 0x5143, 0x73fe, 0x526f, 0x4e21, 0x6545,
		0xc804, 0xc2e0, 0xd604, 0x5f53, 0x6b21, 0x671f};
	for (size_t i = 0; i < WD_COUNTOF(list); i++) {
		if (cp == list[i])
			return true;
	}
	return false;
}

/* 렬 and 열, 률 and 율 are spellings of one syllable; 다카이치 and 타카이치 of one Japanese name.
 */
static bool same_syllable(uint32_t x, uint32_t y, bool japanese)
{
	static const uint32_t pairs[][2] = {{0xb82c, 0xc5f4}, {0xb960, 0xc728}, {0xb958, 0xc720}};
	static const uint32_t plain[] = {
		0, 0, 2, 3, 3, 5, 6, 7, 7, 9, 10, 11, 12, 12, 12, 0, 3, 7, 18};
	if (x == y)
		return true;
	/* Japanese names have ㄱ or ㅋ, ㄷ or ㅌ, ㅈ, ㅊ, ㅉ or ㅆ for one sound. */
	if (japanese && wd_cp_is_hangul(x) && wd_cp_is_hangul(y) && x >= 0xac00 && y >= 0xac00) {
		uint32_t a = x - 0xac00, b = y - 0xac00;
		return a % 588 == b % 588 && plain[a / 588] == plain[b / 588];
	}
	for (size_t i = 0; i < WD_COUNTOF(pairs); i++) {
		if ((x == pairs[i][0] && y == pairs[i][1]) ||
			(x == pairs[i][1] && y == pairs[i][0]))
			return true;
	}
	return false;
}

/* Characters that differ between the name before p and `name`, which must be of one length; 9 when
 * they cannot be compared. ret_at: the last one. */
static unsigned chars_apart(const struct wd_folded *d, uint32_t p, const struct wd_folded *name,
	uint32_t *ret_start, size_t *ret_at)
{
	size_t n = name->n;
	if (n < 3 || n > 10 || p < n)
		return 9;
	uint32_t start = p - (uint32_t)n;
	unsigned apart = 0;
	bool hangul = wd_cp_is_hangul(name->cp[0]);
	for (size_t i = 0; i < n; i++) {
		if (!is_run(d->cp[start + i], hangul))
			return 9;
		/* Spaces must agree: "이시바 시게루" has one, 이재명 none. */
		bool space = (d->gap[start + i] & WD_FOLD_GAP_SPACE) != 0;
		if (i > 0 && space != ((name->gap[i] & WD_FOLD_GAP_SPACE) != 0))
			return 9;
		if (!same_syllable(d->cp[start + i], name->cp[i], hangul && n > 4 && i == 0)) {
			apart++;
			*ret_at = i;
		}
	}
	if (hangul && start > 0 && d->gap[start] == 0 && wd_cp_is_hangul(d->cp[start - 1]))
		return 9;
	*ret_start = start;
	return apart;
}

static int garbled_cjk(struct wd_scan *s, int field, const struct wd_hit *title)
{
	const struct wd_folded *d = &s->fields[field].folded;
	uint32_t p = title->start, start = 0;
	const struct wd_hit *country = wd_people_ending(s, field, p, 1u << WD_WORD_COUNTRY);
	if (country != NULL)
		p = country->start;
	if (p == 0 || s->taken[field][p - 1] != 0 ||
		wd_people_ending(s, field, p, 1u << WD_WORD_FORMER) != NULL)
		return WD_OK;
	int lang = wd_cp_is_hangul(d->cp[p - 1]) ? WD_LANG_KO : WD_LANG_JA;
	for (size_t i = 0; i < s->r->figures.n; i++) {
		const struct wd_figure *f = &s->r->figures.v[i];
		if (f->full[lang].n == 0 || wd_people_score(s, (int)i, title->word->ref, false) < 0)
			continue;
		struct wd_arena_mark mark = wd_arena_mark(s->a);
		struct wd_folded name;
		size_t where = 0;
		unsigned apart = wd_fold_text(s->r->fold, s->a, f->full[lang], &name) == WD_OK
					 ? chars_apart(d, p, &name, &start, &where)
					 : 9;
		size_t n = apart <= 1 ? name.n : 0;
		wd_arena_rewind(s->a, mark);
		if (apart > 1 || (apart == 1 && is_title_prefix(d->cp[start + where])))
			continue;
		/* A Korean name of three whose surname differs is another person's. */
		bool same_family = where > 0 || n > 3;
		if (apart == 1 && (!same_family || !in_office(s, (int)i, title->word->ref)))
			continue;
		return keep(s, field, start, p, (int)i, apart == 1);
	}
	return WD_OK;
}

int wd_people_garbled(struct wd_scan *s, int field)
{
	struct wd_field *f = &s->fields[field];
	for (size_t i = 0; i < f->hits.n; i++) {
		const struct wd_hit *h = &f->hits.v[i];
		if (h->is_hidden ||
			(h->word->kind != WD_WORD_TITLE && h->word->kind != WD_WORD_HOLDER))
			continue;
		int rc = h->word->lang == WD_LANG_EN ? garbled_latin(s, field, h)
						     : garbled_cjk(s, field, h);
		if (rc != WD_OK)
			return rc;
	}
	return WD_OK;
}
