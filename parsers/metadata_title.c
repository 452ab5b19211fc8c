/*
 * The headline: what the page calls the article, without the site's name.
 *
 * The same words usually stand in several places (JSON-LD, og:title, <h1>, <title>), each with its
 * own additions. A visible <h1> that the statements confirm is the newsroom's own wording; else the
 * best statement, with the parts cut off that are the site's name or stand in no other place.
 */
#include "base/limits.h"
#include "base/url.h"
#include "base/utf8.h"
#include "parsers/metadata_impl.h"

/* Letters and digits, folded. */
static struct wd_str key_of(struct wd_arena *a, struct wd_str s)
{
	size_t n = 0;
	if (wd_utf8_is_ascii(s)) {
		char *plain = wd_arena_bytes(a, s.n);
		for (size_t i = 0; plain != NULL && i < s.n; i++) {
			plain[n] = wd_lower(s.p[i]);
			n += wd_is_alnum(s.p[i]);
		}
		return (struct wd_str){plain, n};
	}
	struct wd_str t = wd_utf8_fold(a, s);
	char *out = wd_arena_bytes(a, t.n);
	for (size_t i = 0; out != NULL && i < t.n;) {
		size_t from = i;
		uint32_t cp = wd_utf8_next(t, &i);
		if (wd_cp_is_letter(cp) || wd_cp_is_digit(cp)) {
			memcpy(out + n, t.p + from, i - from);
			n += i - from;
		}
	}
	return (struct wd_str){out, n};
}

static bool same(struct wd_arena *a, struct wd_str x, struct wd_str y)
{
	struct wd_str s = key_of(a, x);
	return s.n > 0 && wd_str_eq(s, key_of(a, y));
}

/* The registrable part of the host, for "example" in "Title - Example". */
static bool is_host(struct wd_facts *f, struct wd_str part)
{
	struct wd_str url = f->canonical.n > 0 ? f->canonical : f->doc->url;
	struct wd_str host = wd_url_split(url).host, key = key_of(f->a, part), label;
	if (key.n < 3)
		return false;
	while (wd_str_split(&host, '.', &label))
		if (label.n >= 3 && wd_str_eq(key_of(f->a, label), key))
			return true;
	host = wd_url_split(url).host;
	return key.n >= 5 && wd_str_find(key_of(f->a, host), key, 0) != SIZE_MAX;
}

/* ": ", "_", "：" stand in headlines themselves: they count only beside the site's name. */
static size_t weak_separator(struct wd_str s, size_t at)
{
	static const char *const seps[] = {": ", " _ ", "_", "：", "丨", ", "};
	unsigned char c = (unsigned char)s.p[at];
	if (c < 0x80 && c != ':' && c != '_' && c != ',' && c != ' ') /* nearly always */
		return 0;
	for (size_t i = 0; i < WD_COUNTOF(seps); i++)
		if (wd_str_startsc(wd_str_from(s, at), seps[i]))
			return strlen(seps[i]);
	return 0;
}

/* " | ", " - ", " – ", " » " … at s.p[at]: its length, 0 when none. */
static size_t separator(struct wd_str s, size_t at)
{
	static const char *const seps[] = {" | ", " - ", " – ", " — ", " :: ", " » ", " « ", " · ",
		" • ", " : ", " ‹ ", " › ", " ~ ", " < ", " > ", "｜", " / ", " // ", "| ", " |",
		"|", " -- "};
	char c = s.p[at];
	if (c == ' ' && at + 1 < s.n && wd_is_alnum(s.p[at + 1])) /* nearly always */
		return 0;
	for (size_t i = 0; i < WD_COUNTOF(seps) && (c == ' ' || c == '|' || c == '\xEF'); i++)
		if (wd_str_startsc(wd_str_from(s, at), seps[i]))
			return strlen(seps[i]);
	return 0;
}

static bool is_site(struct wd_facts *f, struct wd_str part, struct wd_str site)
{
	if ((site.n > 0 && same(f->a, part, site)) || (f->home.n > 0 && same(f->a, part, f->home)))
		return true;
	struct wd_str p = key_of(f->a, part), s = key_of(f->a, site);
	/* "Harbour Gazette Online", "Gazette": a little more or less than the name */
	if (p.n >= 4 && s.n >= 4 && p.n <= s.n + 12 &&
		(wd_str_find(p, s, 0) == 0 || wd_str_find(s, p, 0) == 0))
		return true;
	return is_host(f, part);
}

/* The first letter or digit of the text below begins another key than this, as far as a few bytes
 * tell. */
static bool begins_otherwise(const struct wd_node *root, struct wd_str key)
{
	enum { FEW = 200 };
	size_t seen = 0;
	if ((unsigned char)key.p[0] >= 0x80)
		return false;
	bool code = false;
	for (struct wd_node *n = wd_unconst(root); n != NULL; n = wd_node_next(root, n, code)) {
		code = n->tag == WD_TAG_SCRIPT || n->tag == WD_TAG_STYLE;
		struct wd_str s = n->type == WD_NODE_TEXT ? n->text : WD_STR_NONE;
		for (size_t i = 0; i < s.n; i++) {
			if ((unsigned char)s.p[i] >= 0x80) /* folded it may be anything */
				return false;
			if (wd_is_alnum(s.p[i]))
				return wd_lower(s.p[i]) != key.p[0];
			if (++seen > FEW)
				return false;
		}
	}
	return true;
}

/* The first element of the page that says just `key`, a heading rather than another; 0: none. */
static size_t element_of(struct wd_facts *f, struct wd_str key)
{
	const struct wd_page *p = f->page;
	size_t exact = 0;
	struct wd_arena_mark mark = wd_arena_mark(f->a);
	for (size_t i = 1; p != NULL && key.n > 0 && i < p->n && f->looks_left > 0; i++) {
		const struct wd_page_el *e = &p->els[i];
		bool heading = e->n->tag >= WD_TAG_H1 && e->n->tag <= WD_TAG_H3;
		bool long_enough = e->sub >= key.n && e->sub <= key.n + key.n / 4 + 8;
		if (!long_enough || (exact != 0 && !heading) ||
			(e->why != WD_PAGE_KEPT && !heading) || begins_otherwise(e->n, key))
			continue;
		f->looks_left--;
		if (!wd_str_eq(key, key_of(f->a, wd_node_inner_text(f->a, e->n))))
			continue;
		exact = i;
		if (heading)
			break;
	}
	wd_arena_rewind(f->a, mark);
	return exact;
}

/* Whether `part` alone stands elsewhere as the headline. */
static bool stands_alone(struct wd_facts *f, struct wd_str part)
{
	enum { MIN_BYTES = 15 };
	for (size_t i = 0; i < f->h1s.n; i++)
		if (same(f->a, part, f->h1s.v[i]))
			return true;
	if (same(f->a, part, f->ld.headline))
		return true;
	struct wd_str key = key_of(f->a, part);
	return key.n >= MIN_BYTES && element_of(f, key) != 0;
}

static struct wd_str strip_site(struct wd_facts *f, struct wd_str s, struct wd_str site)
{
	for (bool again = true; again;) {
		again = false;
		size_t last = 0, last_n = 0, first = 0, first_n = 0;
		for (size_t i = 1; i + 1 < s.n; i++) {
			size_t n = separator(s, i);
			if (n == 0)
				continue;
			if (first_n == 0) {
				first = i;
				first_n = n;
			}
			last = i;
			last_n = n;
			i += n - 1;
		}
		if (last_n == 0)
			return s;
		struct wd_str head = wd_utf8_trim(wd_str_sub(s, 0, last)),
			      tail = wd_utf8_trim(wd_str_from(s, last + last_n));
		if (is_site(f, tail, site) || stands_alone(f, head)) {
			s = head;
			again = true;
			continue;
		}
		head = wd_utf8_trim(wd_str_sub(s, 0, first));
		if (first != last && stands_alone(f, head))
			return head;
		if (first != last && stands_alone(f, tail))
			return tail;
		tail = wd_utf8_trim(wd_str_from(s, first + first_n));
		if (is_site(f, head, site) || stands_alone(f, tail)) {
			s = tail;
			again = true;
		}
	}
	return s;
}

/* A heading of the page that says just this. */
static bool is_heading_of(struct wd_facts *f, struct wd_str part)
{
	enum { MIN_BYTES = 15 };
	struct wd_str key = key_of(f->a, part);
	size_t at = key.n >= MIN_BYTES ? element_of(f, key) : 0;
	return at != 0 && f->page->els[at].n->tag >= WD_TAG_H1 &&
	       f->page->els[at].n->tag <= WD_TAG_H3;
}

/* "Site: Title", "Title_Site": at the outermost weak separators, the site's own name only. */
static struct wd_str strip_weak(struct wd_facts *f, struct wd_str s, struct wd_str site)
{
	size_t last = 0, last_n = 0;
	for (size_t i = 1; i + 1 < s.n; i++) {
		size_t n = weak_separator(s, i);
		if (n == 0)
			continue;
		if (last_n == 0 && ((site.n > 0 && same(f->a, wd_str_sub(s, 0, i), site)) ||
					   is_heading_of(f, wd_str_from(s, i + n))))
			return wd_utf8_trim(wd_str_from(s, i + n));
		last = i;
		last_n = n;
		i += n - 1;
	}
	if (last_n > 0 && site.n > 0 && same(f->a, wd_str_from(s, last + last_n), site))
		return wd_utf8_trim(wd_str_sub(s, 0, last));
	return s;
}

/* The h1 that says the same as a statement, or begins one, or completes one cut off by "…". */
static struct wd_str confirmed_h1(struct wd_facts *f, struct wd_str statement)
{
	struct wd_str key = key_of(f->a, statement);
	for (size_t i = 0; key.n > 0 && i < f->h1s.n; i++) {
		struct wd_str h = key_of(f->a, f->h1s.v[i]);
		if (wd_str_eq(h, key))
			return f->h1s.v[i];
		if (h.n >= 20 && h.n > key.n && wd_str_starts(h, key) && key.n * 2 > h.n)
			return f->h1s.v[i];
		if (h.n >= 15 && h.n * 10 >= key.n * 6 && wd_str_find(key, h, 0) != SIZE_MAX)
			return f->h1s.v[i];
	}
	return WD_STR_NONE;
}

/* References that were escaped twice are resolved. */
static struct wd_str one_line(struct wd_arena *a, struct wd_str s)
{
	if (wd_str_chr(s, '&', 0) < s.n && wd_str_chr(s, ';', 0) < s.n)
		s = wd_html_unescape(a, s, false);
	return wd_utf8_trim(wd_utf8_squeeze(a, s));
}

/* " | Site" with a separator that never stands in a headline, when nothing else is known. */
static struct wd_str strip_bar(struct wd_str s)
{
	size_t at = wd_str_find(s, WD_STR(" | "), 0);
	return at != SIZE_MAX && at >= 15 ? wd_str_sub(s, 0, at) : s;
}

/* Where the headline comes from, and the first statement that reads differently. */
static void note(struct wd_facts *f, const char *source, double confidence, struct wd_str chosen,
	const struct wd_str *said, const char *const *sources, size_t n)
{
	struct wd_fact *fact = wd_facts_note(f, "headline", source, confidence);
	for (size_t i = 0; fact != NULL && i < n && fact->other.n == 0; i++) {
		if (said[i].n == 0 || same(f->a, said[i], chosen))
			continue;
		fact->other = wd_utf8_cut(said[i], WD_FACT_OTHER_BYTES);
		fact->other_source = wd_str_c(sources[i]);
	}
}

struct wd_str wd_meta_headline(struct wd_facts *f, struct wd_str site)
{
	enum { LOOKS = 160 };
	const double confirmed = 0.98, stated = 0.85, only_title = 0.7, only_h1 = 0.5;
	const char *sources[] = {"meta", "json-ld", "microdata", "title"};
	static const char *const og[] = {"og:title", "twitter:title", "sailthru.title", "dc.title",
		"dcterms.title", "parsely-title", "hdl", "headline", "title", NULL};
	struct wd_str said[] = {wd_facts_meta_from(f, og, &sources[0]), f->ld.headline,
		wd_facts_micro(f, "headline"), f->title};
	struct wd_str h1 = WD_STR_NONE, best = WD_STR_NONE;
	f->looks_left = LOOKS;
	for (size_t i = 0; i < WD_COUNTOF(said); i++) {
		said[i] = strip_weak(f, strip_site(f, one_line(f->a, said[i]), site), site);
		if (h1.n == 0)
			h1 = one_line(f->a, confirmed_h1(f, said[i]));
	}
	if (h1.n > 0) {
		note(f, "h1", confirmed, h1, said, sources, WD_COUNTOF(said));
		return h1;
	}
	for (size_t i = 0; i < WD_COUNTOF(said) && best.n == 0; i++) {
		bool name = said[i].n > 0 && is_site(f, said[i], site);
		best = name ? WD_STR_NONE : strip_bar(said[i]);
		if (best.n > 0)
			note(f, sources[i], i == 3 ? only_title : stated, best, said, sources,
				WD_COUNTOF(said));
	}
	if (best.n == 0 && f->h1s.n > 0) {
		best = one_line(f->a, f->h1s.v[0]);
		note(f, "h1", only_h1, best, said, sources, 0);
	}
	return wd_utf8_cut(best, WD_MAX_TITLE_BYTES);
}

/* Of the elements that say just that, a heading; else the first. Without one: the first <h1>, or
 * what is named as a title. */
size_t wd_meta_headline_at(struct wd_facts *f, struct wd_str headline)
{
	enum { LOOKS = 40, MIN_H1 = 10, MIN_NAMED = 15, MAX_NAMED = 300 };
	const struct wd_page *p = f->page;
	size_t h1 = 0, named = 0;
	struct wd_arena_mark mark = wd_arena_mark(f->a);
	f->looks_left = LOOKS;
	size_t exact = element_of(f, key_of(f->a, headline));
	wd_arena_rewind(f->a, mark);
	for (size_t i = 1; p != NULL && exact == 0 && i < p->n && h1 == 0; i++) {
		const struct wd_page_el *e = &p->els[i];
		if (e->n->tag == WD_TAG_H1 && e->sub >= MIN_H1)
			h1 = i;
		if (named == 0 && (e->kinds & WD_VOC_TITLE) && e->sub >= MIN_NAMED &&
			e->sub < MAX_NAMED && e->why == WD_PAGE_KEPT)
			named = i;
	}
	return exact != 0 ? exact : h1 != 0 ? h1 : named;
}
