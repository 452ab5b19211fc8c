/*
 * The head of a plain text: the lines above its first paragraph.
 *
 * Each line is a piece of furniture (byline, date, credit: data/boilerplate), a date alone, a slug,
 * a person's name alone, or a headline; of several headlines the first is the headline, the others
 * are alternatives. Where no line is one, the slug made readable serves, else (plain.c) the first
 * heading of the text; both are listed in `repairs`.
 *
 * A name alone is the riskiest reading: it must look like a name in every word, hold no word that
 * names a place, an office or a topic, and not be spoken of in the text; and there must be another
 * line that can be the headline.
 */
#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/clean.h"
#include "parsers/dates.h"
#include "parsers/furniture.h"
#include "parsers/plain_impl.h"

enum { HEAD_MAX = 10, SLUG_MAX_BYTES = 300, NAMES_MAX = 5, TITLES_MAX = 4 };

struct head {
	struct wd_arena *a;
	struct wd_article *art;
	struct wd_matcher *m;
	const wd_plain_lines *lines;
	size_t n;       /* lines of the head */
	wd_strs titles; /* may be headlines, in order */
	struct wd_str slug;
};

/* ---- slugs ---- */

static bool is_slug(struct wd_str s)
{
	size_t joints = 0, letters = 0;
	bool last_joint = true;
	for (size_t at = 0; at < s.n && at <= SLUG_MAX_BYTES;) {
		uint32_t cp = wd_utf8_next(s, &at);
		bool joint = cp == '-' || cp == '_';
		if (joint && last_joint)
			return false;
		if (!joint && !wd_cp_is_letter(cp) && !wd_cp_is_digit(cp))
			return false;
		if (wd_cp_is_upper(cp))
			return false;
		letters += wd_cp_is_letter(cp);
		joints += joint;
		last_joint = joint;
	}
	return joints >= 2 && letters >= 6 && !last_joint && s.n <= SLUG_MAX_BYTES;
}

/* "/world/a-b-c.html" → "a-b-c" */
static struct wd_str slug_of(struct wd_str s)
{
	static const char *const suffixes[] = {".html", ".htm", ".php", ".aspx", "/", NULL};
	for (size_t i = 0; suffixes[i] != NULL; i++) {
		if (wd_str_ends(s, wd_str_c(suffixes[i])))
			s.n -= strlen(suffixes[i]);
	}
	for (size_t i = s.n; i > 0; i--) {
		if (s.p[i - 1] == '/') {
			s = wd_str_from(s, i);
			break;
		}
	}
	return is_slug(s) ? s : WD_STR_NONE;
}

static bool is_word_byte(char c)
{
	return wd_is_alnum(c) || (unsigned char)c >= 0x80;
}

/* How the text writes the word: with a capital in the middle of sentences? */
static bool has_capital_in_text(struct wd_str text, struct wd_str word, struct wd_str *ret_form)
{
	size_t capital = 0, small = 0;
	for (size_t at = 0; (at = wd_str_ifind(text, word, at)) != SIZE_MAX; at += word.n) {
		size_t end = at + word.n;
		if ((at > 0 && is_word_byte(text.p[at - 1])) ||
			(end < text.n && is_word_byte(text.p[end])))
			continue;
		char c = text.p[at];
		bool starts_sentence =
			at < 2 || text.p[at - 1] == '\n' || strchr(".!?\"", text.p[at - 2]) != NULL;
		if (c >= 'A' && c <= 'Z') {
			if (starts_sentence)
				continue;
			capital++;
			*ret_form = wd_str_sub(text, at, end);
		} else {
			small++;
		}
	}
	return capital > small;
}

static bool all_digits(struct wd_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!wd_is_digit(s.p[i]))
			return false;
	}
	return s.n > 0;
}

static struct wd_str readable(struct head *h, struct wd_str slug)
{
	struct wd_buf b;
	struct wd_str rest = slug, word;
	wd_buf_init(&b, WD_MAX_TITLE_BYTES * 4);
	while (rest.n > 0) {
		size_t end = 0;
		while (end < rest.n && rest.p[end] != '-' && rest.p[end] != '_')
			end++;
		word = wd_str_sub(rest, 0, end);
		rest = wd_str_from(rest, end + 1);
		if (rest.n == 0 && b.n > 0 && all_digits(word) &&
			word.n >= 5) /* an article's number */
			break;
		struct wd_str form = word;
		bool found = false;
		for (size_t i = h->n; i < h->lines->n && !found; i++)
			found = has_capital_in_text(h->lines->v[i].text, word, &form);
		if (b.n > 0)
			wd_buf_putc(&b, ' ');
		else if (!found && form.n > 0 && form.p[0] >= 'a' && form.p[0] <= 'z') {
			wd_buf_putc(&b, (char)(form.p[0] - 32));
			form = wd_str_from(form, 1);
		}
		wd_buf_add(&b, form);
	}
	struct wd_str s = wd_arena_str(h->a, wd_buf_str(&b));
	wd_buf_done(&b);
	return s;
}

/* ---- names ---- */

static bool in_text(const struct head *h, struct wd_str s)
{
	for (size_t i = h->n; i < h->lines->n; i++) {
		if (wd_str_ifind(h->lines->v[i].text, s, 0) != SIZE_MAX)
			return true;
	}
	return false;
}

static bool is_particle(struct wd_str w)
{
	static const char *const words[] = {"de", "da", "dos", "del", "della", "der", "den", "di",
		"van", "von", "bin", "ibn", "al", "el", "la", "le", "ter", "y", NULL};
	for (size_t i = 0; words[i] != NULL; i++) {
		if (wd_str_eqc(w, words[i]))
			return true;
	}
	return false;
}

static bool is_name_word(struct wd_str w)
{
	size_t at = 0, small = 0, capitals = 0;
	if (wd_str_istarts(w, WD_STR("al-")) || wd_str_istarts(w, WD_STR("el-")))
		at = 3;
	if (at >= w.n)
		return false;
	size_t first = at;
	if (!wd_cp_is_upper(wd_utf8_next(w, &at)))
		return false;
	while (at < w.n) {
		uint32_t cp = wd_utf8_next(w, &at);
		if (cp == '-' || cp == '\'' || cp == 0x2019 || (cp == '.' && at == w.n))
			continue;
		if (!wd_cp_is_letter(cp) || cp >= 0x1100)
			return false;
		capitals += wd_cp_is_upper(cp);
		small += wd_cp_is_lower(cp);
	}
	return small > 0 ? capitals <= 2 : w.n - first <= 2; /* "J." yes, "NATO" no */
}

static bool is_latin_name(struct wd_str s)
{
	struct wd_str rest = s, w;
	size_t words = 0;
	while (wd_str_split(&rest, ' ', &w)) {
		if (words > 0 && is_particle(w))
			continue;
		if (!is_name_word(w) || wd_furniture_is_no_name(w))
			return false;
		words++;
	}
	return words >= 2 && words <= 4;
}

/* A Korean name: surname and two syllables. */
static bool is_korean_name(struct wd_str s)
{
	static const char surnames[] =
		"김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구나민진"
		"지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용";
	return s.n == 9 && wd_utf8_count(s) == 3 && !wd_furniture_is_no_name(s) &&
	       wd_str_find(wd_str_c(surnames), wd_str_sub(s, 0, 3), 0) != SIZE_MAX;
}

/* A Japanese name: two short words of kanji, with the space forms put between them. */
static bool is_japanese_name(struct wd_str s)
{
	size_t part = 0, count[2] = {0, 0};
	for (size_t at = 0; at < s.n;) {
		uint32_t cp = wd_utf8_next(s, &at);
		if (cp == ' ' || cp == 0x3000) {
			if (++part > 1)
				return false;
			continue;
		}
		if (!wd_cp_is_han(cp) && cp != 0x3005 && !(part == 1 && wd_cp_is_kana(cp)))
			return false;
		count[part]++;
	}
	return part == 1 && count[0] >= 1 && count[0] <= 3 && count[1] >= 1 && count[1] <= 4;
}

/* One name, or several between commas and "and". */
static bool is_name(const struct head *h, struct wd_str s)
{
	static const char *const joints[] = {", and ", " and ", " & ", ", ", "·", "、", " / "};
	if (wd_str_ifind(s, WD_STR("and"), 0) == 0)
		return false;
	for (size_t names = 0; names < NAMES_MAX; names++) {
		size_t end = s.n, behind = s.n;
		for (size_t i = 0; i < WD_COUNTOF(joints); i++) {
			struct wd_str j = wd_str_c(joints[i]);
			size_t at = wd_str_find(s, j, 0);
			if (at != SIZE_MAX && at < end) {
				end = at;
				behind = at + j.n;
			}
		}
		struct wd_str one = wd_str_sub(s, 0, end);
		if ((!is_latin_name(one) && !is_korean_name(one) && !is_japanese_name(one)) ||
			in_text(h, one))
			return false;
		if (end == s.n)
			return true;
		s = wd_str_from(s, behind);
	}
	return false;
}

/* ---- the lines ---- */

static bool belongs_to_head(const struct wd_plain_line *l)
{
	if (l->look == WD_PLAIN_SHORT)
		return true;
	if (l->look == WD_PLAIN_DEBRIS) /* a headline in its tags */
		return wd_str_ifind(l->text, WD_STR("<h1"), 0) == 0 ||
		       wd_str_ifind(l->text, WD_STR("<h2"), 0) == 0 ||
		       wd_str_ifind(l->text, WD_STR("<title"), 0) == 0;
	/* A headline may be a question or a call. */
	return l->look == WD_PLAIN_PARAGRAPH && wd_plain_width(l->text) < 110 &&
	       (wd_str_ends(l->text, WD_STR("!")) || wd_str_ends(l->text, WD_STR("?")) ||
		       wd_str_ends(l->text, WD_STR("？")) || wd_str_ends(l->text, WD_STR("！")));
}

static void add_source(struct wd_str name, void *ctx)
{
	struct head *h = ctx;
	for (size_t i = 0; i < h->art->info_sources.n; i++) {
		if (wd_str_ieq(h->art->info_sources.v[i].name, name))
			return;
	}
	struct wd_info_source *s = wd_vec_push(h->a, &h->art->info_sources);
	if (s != NULL)
		s->name = wd_arena_str(h->a, name);
}

static bool take_date(struct head *h, struct wd_str s)
{
	struct wd_date_opts opts = {.no_relative = true};
	struct wd_date date;
	struct wd_err ignored;
	if (wd_date_parse(s, &opts, &date, &ignored) != WD_OK)
		return false;
	if (h->art->published.precision == WD_DATE_NONE) {
		h->art->published = date;
		h->art->date_source = WD_STR("text");
	}
	return true;
}

/* A date somewhere in a line of furniture: "By Jane Doe | August 25, 2025". */
static void scan_date(struct head *h, struct wd_str s)
{
	struct wd_date_opts opts = {.no_relative = true};
	struct wd_date_hit hit;
	size_t at = 0;
	if (h->art->published.precision != WD_DATE_NONE || !wd_date_scan(s, &at, &opts, &hit))
		return;
	h->art->published = hit.date;
	h->art->date_source = WD_STR("text");
}

static bool take_furniture(struct head *h, struct wd_str s)
{
	struct wd_furniture_hit hit;
	if (!wd_furniture_find(h->m, s, WD_ZONE_HEAD | WD_ZONE_BODY,
		    WD_FORM_LINE | WD_FORM_BLOCK | WD_FORM_SECTION, &hit) ||
		strcmp(hit.kind, "correction") == 0 || strcmp(hit.kind, "retraction") == 0)
		return false;
	if ((strcmp(hit.kind, "byline") == 0 || strcmp(hit.kind, "date") == 0) &&
		(hit.date.n == 0 || !take_date(h, hit.date)))
		scan_date(h, s);
	if (h->art->located.n == 0)
		h->art->located = wd_arena_str(h->a, hit.located);
	if (strcmp(hit.kind, "byline") == 0) {
		struct wd_str rest = hit.by, w;
		while (wd_str_split(&rest, ' ', &w)) {
			bool capital = w.n > 0 && wd_lower(w.p[0]) != w.p[0];
			if (capital && wd_furniture_is_no_name(w))
				return false;
		}
	}
	if (h->art->by.n == 0)
		h->art->by = wd_arena_str(h->a, hit.by);
	if (hit.agency.n > 0)
		wd_furniture_each_agency(hit.agency, add_source, h);
	wd_removed_add(h->a, &h->art->removed, hit.kind, s);
	return true;
}

static void read_line(struct head *h, struct wd_str s)
{
	if (take_furniture(h, s))
		return;
	if (wd_plain_width(s) < 60 && take_date(h, s)) {
		wd_removed_add(h->a, &h->art->removed, "date", s);
		return;
	}
	struct wd_str slug = slug_of(s);
	if (slug.n > 0 && h->slug.n == 0) {
		h->slug = slug;
		return;
	}
	struct wd_str *title = wd_vec_push(h->a, &h->titles);
	if (title != NULL)
		*title = s;
}

/* More lines than headlines come in, furniture, dates and slugs aside. */
static bool has_too_many(const struct head *h)
{
	struct wd_furniture_hit hit;
	struct wd_date_opts opts = {.no_relative = true};
	struct wd_date date;
	struct wd_err ignored;
	size_t n = 0;
	for (size_t i = 0; i < h->n; i++) {
		struct wd_str s = h->lines->v[i].text;
		n += !wd_furniture_find(h->m, s, WD_ZONE_HEAD | WD_ZONE_BODY,
			     WD_FORM_LINE | WD_FORM_BLOCK | WD_FORM_SECTION, &hit) &&
		     wd_date_parse(s, &opts, &date, &ignored) != WD_OK && slug_of(s).n == 0;
	}
	return n > TITLES_MAX;
}

/* The first line that is a name alone leaves the titles, when another title or a slug remains. */
static void take_name(struct head *h)
{
	for (size_t i = 0; i < h->titles.n && h->art->by.n == 0; i++) {
		struct wd_str s = h->titles.v[i];
		if ((h->titles.n < 2 && h->slug.n == 0) || !is_name(h, s))
			continue;
		h->art->by = wd_arena_str(h->a, s);
		wd_removed_add(h->a, &h->art->removed, "byline", s);
		memmove(&h->titles.v[i], &h->titles.v[i + 1],
			(h->titles.n - i - 1) * sizeof(*h->titles.v));
		h->titles.n--;
	}
}

static struct wd_str without_credit(struct head *h, struct wd_str title)
{
	struct wd_furniture_hit hit;
	if (!wd_furniture_find(h->m, title, WD_ZONE_TITLE, WD_FORM_END, &hit) || hit.start == 0)
		return title;
	wd_furniture_each_agency(hit.agency, add_source, h);
	wd_removed_add(h->a, &h->art->removed, hit.kind, wd_str_sub(title, hit.start, hit.end));
	return wd_utf8_trim(wd_str_sub(title, 0, hit.start));
}

size_t wd_plain_head(struct wd_arena *a, const wd_plain_lines *lines, struct wd_article *art)
{
	wd_cleanup(wd_matcher_freep) struct wd_matcher *m = wd_matcher_new();
	struct head h = {.a = a, .art = art, .m = m, .lines = lines};
	while (h.n < lines->n && h.n < HEAD_MAX && belongs_to_head(&lines->v[h.n]))
		h.n++;
	/* Without a paragraph below them, or with too many of them, lines are no head: the first
	 * may be a headline, the others are text. */
	if (h.n == HEAD_MAX || (h.n == lines->n && h.n > 1))
		h.n = 1;
	if (has_too_many(&h)) /* an address, a list, verse: text as well */
		h.n = 1;
	for (size_t i = 0; i < h.n; i++)
		read_line(&h, lines->v[i].text);
	take_name(&h);
	art->slugline = wd_arena_str(a, h.slug);
	for (size_t i = 0; i < h.titles.n; i++) {
		struct wd_str s = wd_clean_title(a, h.titles.v[i], "headline", &art->repairs);
		s = without_credit(&h, s);
		struct wd_str *to =
			art->headline.n == 0 ? &art->headline : wd_vec_push(a, &art->alt_headlines);
		if (to != NULL)
			*to = s;
	}
	if (art->headline.n == 0 && h.slug.n > 0) {
		art->headline = readable(&h, h.slug);
		wd_repair_add(a, &art->repairs, "headline_from_slug", "headline", 1, h.slug);
	}
	return h.n;
}
