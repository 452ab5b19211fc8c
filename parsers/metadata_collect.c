/*
 * One walk over the page that collects what it states about itself.
 */
#include "base/limits.h"
#include "base/url.h"
#include "base/utf8.h"
#include "parsers/metadata_impl.h"

#define MAX_STATEMENTS 400
#define MAX_H1 8
#define MAX_NEXT 32

static struct wd_str lower(struct wd_arena *a, struct wd_str s)
{
	bool upper = false;
	for (size_t i = 0; i < s.n && !upper; i++)
		upper = s.p[i] >= 'A' && s.p[i] <= 'Z';
	if (!upper)
		return s;
	char *p = wd_arena_bytes(a, s.n);
	if (p == NULL)
		return WD_STR_NONE;
	for (size_t i = 0; i < s.n; i++)
		p[i] = wd_lower(s.p[i]);
	return (struct wd_str){p, s.n};
}

static void add_meta(struct wd_facts *f, const struct wd_node *n)
{
	static const char *const names[] = {"property", "name", "itemprop", "http-equiv"};
	struct wd_str value = wd_utf8_trim(wd_node_attr(n, "content"));
	for (size_t i = 0; value.n > 0 && i < WD_COUNTOF(names); i++) {
		struct wd_str key = wd_str_trim(wd_node_attr(n, names[i]));
		struct wd_statement *s = key.n > 0 && f->meta.n < MAX_STATEMENTS
						 ? wd_vec_push(f->a, &f->meta)
						 : NULL;
		if (s != NULL)
			*s = (struct wd_statement){lower(f->a, key), value};
	}
}

/* RDFa: "schema:headline", "headline" below a vocab, and Dublin Core as "dc.date". */
static struct wd_str rdfa_key(struct wd_facts *f, struct wd_str key, bool *ret_dublin)
{
	static const char *const schema[] = {
		"schema:", "http://schema.org/", "https://schema.org/", "rnews:"};
	struct wd_str first = wd_str_sub(key, 0, wd_str_chr(key, ' ', 0));
	*ret_dublin = false;
	if (first.n == 0)
		return first;
	*ret_dublin =
		wd_str_istarts(first, WD_STR("dc:")) || wd_str_istarts(first, WD_STR("dcterms:"));
	if (*ret_dublin) {
		size_t colon = wd_str_chr(first, ':', 0);
		return wd_arena_printf(f->a, "%.*s.%.*s", WD_STR_ARG(wd_str_sub(first, 0, colon)),
			WD_STR_ARG(wd_str_from(first, colon + 1)));
	}
	for (size_t i = 0; i < WD_COUNTOF(schema); i++)
		if (wd_str_istarts(first, wd_str_c(schema[i])))
			return wd_str_from(first, strlen(schema[i]));
	return wd_str_chr(first, ':', 0) < first.n ? WD_STR_NONE : first;
}

/* An itemprop or a property: two words of eight letters that nearly no element has. */
static bool may_be_micro(const struct wd_node *n)
{
	for (size_t i = 0; i < n->attr_count; i++) {
		struct wd_str name = n->attrs[i].name;
		if (name.n == 8 && (name.p[0] == 'i' || name.p[0] == 'p'))
			return true;
	}
	return false;
}

static void add_micro(struct wd_facts *f, const struct wd_node *n)
{
	bool dublin = false;
	struct wd_str key = wd_str_trim(wd_node_attr(n, "itemprop"));
	if (key.n == 0)
		key = rdfa_key(f, wd_str_trim(wd_node_attr(n, "property")), &dublin);
	if (key.n == 0 || f->micro.n >= MAX_STATEMENTS || wd_str_eqc(key, "articleBody"))
		return;
	struct wd_str value = wd_node_attr(n, "content");
	if (value.n == 0)
		value = wd_node_attr(n, "datetime");
	if (value.n == 0 && n->tag == WD_TAG_LINK)
		value = wd_node_attr(n, "href");
	if (value.n == 0) {
		const struct wd_page_el *e = wd_page_el_of(n);
		if (e == NULL || e->sub > 600)
			return;
		value = wd_node_inner_text(f->a, n);
	}
	struct wd_statement *s = !dublin                      ? wd_vec_push(f->a, &f->micro)
				 : f->meta.n < MAX_STATEMENTS ? wd_vec_push(f->a, &f->meta)
							      : NULL;
	if (s != NULL)
		*s = (struct wd_statement){lower(f->a, key), wd_utf8_trim(value)};
}

/* "2", "Next page", "다음": what links to the next page say. */
static bool says_next(struct wd_str s)
{
	static const char *const words[] = {"next", "weiter", "nächste", "suivant", "page suivante",
		"siguiente", "próxima", "avanti", "volgende", "nästa", "neste", "næste", "dalej",
		"далее", "следующая", "次へ", "次の", "次ページ", "다음", "下一", "page 2",
		"seite 2", "read more", "continue"};
	s = wd_utf8_trim(s);
	if (s.n == 0 || s.n >= 60)
		return false;
	unsigned char first = (unsigned char)wd_lower(s.p[0]);
	if (first < 0x80 && !wd_is_digit(s.p[0]) && strchr("nwspavdrc", first) == NULL)
		return false;
	bool digits = s.n <= 2;
	for (size_t i = 0; i < s.n && digits; i++)
		digits = wd_is_digit(s.p[i]);
	for (size_t i = 0; i < WD_COUNTOF(words) && !digits; i++)
		digits = wd_str_istartsc(s, words[i]);
	return digits;
}

static void add_next(struct wd_facts *f, const struct wd_node *n)
{
	struct wd_str text = n->first != NULL ? n->first->text : WD_STR_NONE;
	if (f->nexts.n >= MAX_NEXT ||
		(!wd_str_has_word(wd_node_attr(n, "rel"), "next") && !says_next(text)))
		return;
	struct wd_str href = wd_str_trim(wd_node_attr(n, "href"));
	struct wd_str *s = href.n > 0 ? wd_vec_push(f->a, &f->nexts) : NULL;
	if (s != NULL)
		*s = href;
}

static void add_link(struct wd_facts *f, const struct wd_node *n)
{
	if (wd_str_has_word(wd_node_attr(n, "rel"), "next"))
		add_next(f, n);
	if (f->canonical.n == 0 && wd_str_has_word(wd_node_attr(n, "rel"), "canonical"))
		f->canonical = wd_str_trim(wd_node_attr(n, "href"));
}

static void add_rel_author(struct wd_facts *f, const struct wd_node *n)
{
	const struct wd_page_el *e = wd_page_el_of(n);
	if (f->rel_authors.n >= MAX_H1 || (e != NULL && e->sub > 100) ||
		!wd_str_has_word(wd_node_attr(n, "rel"), "author"))
		return;
	struct wd_str *s = wd_vec_push(f->a, &f->rel_authors);
	if (s != NULL)
		*s = wd_utf8_trim(wd_node_inner_text(f->a, n));
}

/* "/", "https://example.org": the front page. */
static bool is_home(struct wd_str href)
{
	href = wd_str_trim(href);
	if (wd_str_eqc(href, "/") || wd_str_eqc(href, "./"))
		return true;
	struct wd_url u = wd_url_split(href);
	return u.host.n > 0 && (u.path.n == 0 || wd_str_eqc(u.path, "/")) && u.query.n == 0;
}

static void add_home(struct wd_facts *f, const struct wd_node *a)
{
	enum { MAX_LOOKS = 20, MIN_BYTES = 5, MAX_BYTES = 50 };
	if (f->home.n > 0 || f->home_looks++ >= MAX_LOOKS || !is_home(wd_node_attr(a, "href")))
		return;
	struct wd_str text = wd_utf8_trim(wd_node_inner_text(f->a, a));
	if (text.n >= MIN_BYTES && text.n <= MAX_BYTES)
		f->home = text;
}

/* A headline, or the site's name with a link to the front page. */
static void add_h1(struct wd_facts *f, struct wd_node *n)
{
	if (f->h1s.n >= MAX_H1)
		return;
	struct wd_str text = wd_utf8_trim(wd_node_inner_text(f->a, n));
	const struct wd_node *a = wd_node_find(n, WD_TAG_A);
	if (a != NULL && is_home(wd_node_attr(a, "href")) &&
		wd_str_eq(text, wd_utf8_trim(wd_node_inner_text(f->a, a))))
		return;
	struct wd_str *s = text.n > 0 ? wd_vec_push(f->a, &f->h1s) : NULL;
	if (s != NULL)
		*s = text;
}

static void visit(struct wd_facts *f, struct wd_node *n)
{
	switch (n->tag) {
	case WD_TAG_META:
		add_meta(f, n);
		return;
	case WD_TAG_LINK:
		add_link(f, n);
		break;
	case WD_TAG_BASE:
		if (f->base.n == 0)
			f->base = wd_str_trim(wd_node_attr(n, "href"));
		break;
	case WD_TAG_TITLE:
		if (f->title.n == 0 && n->first != NULL)
			f->title = wd_utf8_trim(wd_utf8_squeeze(f->a, n->first->text));
		break;
	case WD_TAG_SCRIPT:
		if (n->first != NULL &&
			wd_str_ifind(wd_node_attr(n, "type"), WD_STR("ld+json"), 0) != SIZE_MAX)
			wd_jsonld_read(f, n->first->text);
		break;
	case WD_TAG_H1:
		add_h1(f, n);
		break;
	case WD_TAG_A:
		add_rel_author(f, n);
		add_home(f, n);
		add_next(f, n);
		break;
	default:
		break;
	}
	if (may_be_micro(n))
		add_micro(f, n);
}

void wd_facts_collect(struct wd_facts *f)
{
	struct wd_node *root = f->h->html;
	for (struct wd_node *n = root; n != NULL; n = wd_node_next(root, n, n->tag == WD_TAG_SVG))
		if (n->type == WD_NODE_ELEMENT)
			visit(f, n);
	f->lang = wd_str_trim(wd_node_attr(root, "lang"));
	if (f->lang.n == 0)
		f->lang = wd_str_trim(wd_node_attr(root, "xml:lang"));
}

struct wd_str wd_facts_meta_from(
	const struct wd_facts *f, const char *const *keys, const char **ret_source)
{
	for (; *keys != NULL; keys++) {
		for (size_t i = 0; i < f->meta.n; i++) {
			if (!wd_str_eqc(f->meta.v[i].key, *keys))
				continue;
			bool graph =
				strncmp(*keys, "og:", 3) == 0 || strncmp(*keys, "article:", 8) == 0;
			*ret_source = graph ? "opengraph" : "meta";
			return f->meta.v[i].value;
		}
	}
	return WD_STR_NONE;
}

struct wd_str wd_facts_meta(const struct wd_facts *f, const char *const *keys)
{
	const char *source;
	return wd_facts_meta_from(f, keys, &source);
}

struct wd_str wd_facts_micro(const struct wd_facts *f, const char *key)
{
	for (size_t i = 0; i < f->micro.n; i++)
		if (wd_str_has_word(f->micro.v[i].key, key) && f->micro.v[i].value.n > 0)
			return f->micro.v[i].value;
	return WD_STR_NONE;
}
