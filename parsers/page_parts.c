/*
 * Page numbers in addresses. rel=next alone says too little: blog systems use it for the next post.
 * So the next page has to be the same address with the next number in it.
 */
#include "parsers/page_parts.h"

#include "base/url.h"
#include "parsers/html.h"

/* The number that ends s, 2 … the most an article has; 0: none. *ret_at is where it begins. */
static unsigned number_at_end(struct wd_str s, size_t *ret_at)
{
	size_t at = s.n;
	unsigned v = 0, unit = 1;
	while (at > 0 && wd_is_digit(s.p[at - 1]) && s.n - at < 3) {
		at--;
		v += (unsigned)(s.p[at] - '0') * unit;
		unit *= 10;
	}
	*ret_at = at;
	bool whole = at == 0 || !wd_is_digit(s.p[at - 1]);
	bool zero = at < s.n && s.p[at] == '0';
	return whole && !zero && v >= 1 && v <= WD_MAX_ARTICLE_PAGES ? v : 0;
}

static struct wd_str without_slash(struct wd_str s)
{
	while (s.n > 1 && s.p[s.n - 1] == '/')
		s.n--;
	return s;
}

/* "/story/2", "/story/page/2", "/story-2.html", "/story,2" → "/story", "/story.html". */
static struct wd_str first_path(struct wd_arena *a, struct wd_str path, unsigned *ret_number)
{
	static const char *const words[] = {"/page", "/seite", "/pagina", "/strona", "/p"};
	struct wd_str s = without_slash(path), tail = WD_STR_NONE;
	size_t slash = s.n, at;
	while (slash > 0 && s.p[slash - 1] != '/')
		slash--;
	size_t dot = wd_str_chr(s, '.', slash);
	if (dot < s.n) {
		tail = wd_str_from(s, dot);
		s = wd_str_sub(s, 0, dot);
	}
	unsigned n = number_at_end(s, &at);
	if (n == 0 || at == 0)
		return without_slash(path);
	struct wd_str head = wd_str_sub(s, 0, at - 1);
	char sep = s.p[at - 1];
	if (sep == '/' && tail.n == 0) {
		for (size_t i = 0; i < WD_COUNTOF(words); i++)
			if (head.n > strlen(words[i]) && wd_str_ends(head, wd_str_c(words[i]))) {
				head.n -= strlen(words[i]);
				break;
			}
	} else if (sep != '-' && sep != '_' && sep != ',') {
		return without_slash(path);
	}
	if (head.n <= 1)
		return without_slash(path);
	*ret_number = n;
	return wd_arena_cat(a, head, tail);
}

static bool is_page_param(struct wd_str pair, unsigned *ret_number)
{
	static const char *const names[] = {
		"page", "p", "pg", "seite", "pagina", "paged", "pageno"};
	size_t eq = wd_str_chr(pair, '=', 0), at;
	if (eq >= pair.n)
		return false;
	for (size_t i = 0; i < WD_COUNTOF(names); i++) {
		if (!wd_str_ieqc(wd_str_sub(pair, 0, eq), names[i]))
			continue;
		unsigned n = number_at_end(wd_str_from(pair, eq + 1), &at);
		if (n == 0 || at != 0)
			return false;
		*ret_number = n;
		return true;
	}
	return false;
}

struct wd_str wd_page_first_of(struct wd_arena *a, struct wd_str url, unsigned *ret_number)
{
	struct wd_url u = wd_url_split(url);
	struct wd_str query = u.query, kept = WD_STR_NONE, pair;
	*ret_number = 1;
	bool by_query = false;
	while (wd_str_split(&query, '&', &pair)) {
		if (pair.n == 0)
			continue;
		if (!by_query && is_page_param(pair, ret_number)) {
			by_query = true;
			continue;
		}
		kept = kept.n == 0 ? wd_arena_cat(a, WD_STR("?"), pair)
				   : wd_arena_printf(
					     a, "%.*s&%.*s", WD_STR_ARG(kept), WD_STR_ARG(pair));
	}
	struct wd_str path = by_query ? without_slash(u.path) : first_path(a, u.path, ret_number);
	return wd_arena_printf(
		a, "%.*s%.*s%.*s", WD_STR_ARG(u.host), WD_STR_ARG(path), WD_STR_ARG(kept));
}

bool wd_page_is_next(struct wd_arena *a, struct wd_str url, struct wd_str next)
{
	unsigned n, m;
	if (!wd_url_is_http(url) || !wd_url_is_http(next))
		return false;
	struct wd_str first = wd_page_first_of(a, url, &n);
	if (wd_str_eq(first, wd_page_first_of(a, next, &m)) && m == n + 1)
		return true;
	/* The first page may end in a number of its own: "/news/7" → "/news/7/2". */
	struct wd_url u = wd_url_split(url);
	struct wd_str whole = wd_arena_printf(a, "%.*s%.*s%s%.*s", WD_STR_ARG(u.host),
		WD_STR_ARG(without_slash(u.path)), u.query.n > 0 ? "?" : "", WD_STR_ARG(u.query));
	return m == 2 && wd_str_eq(whole, wd_page_first_of(a, next, &m));
}

bool wd_page_has_frame(struct wd_str html)
{
	enum { LOOK = 4096 };
	static const char *const marks[] = {"<!doctype html", "<html", "<head>", "<body"};
	struct wd_str top = wd_str_sub(html, 0, LOOK);
	for (size_t i = 0; i < WD_COUNTOF(marks); i++) {
		if (wd_str_ifind(top, wd_str_c(marks[i]), 0) != SIZE_MAX)
			return true;
	}
	return false;
}

static bool has_value(const struct wd_node *n, const char *name, const char *value)
{
	struct wd_str list = wd_node_attr(n, name), word;
	while (wd_str_split(&list, ' ', &word))
		if (wd_str_ieqc(word, value))
			return true;
	return false;
}

struct wd_str wd_page_own_address(struct wd_arena *a, struct wd_str html, struct wd_str base)
{
	enum { LOOK = 262144 };
	struct wd_html h;
	struct wd_str own = WD_STR_NONE, graph = WD_STR_NONE;
	size_t end = wd_str_ifind(wd_str_sub(html, 0, LOOK), WD_STR("</head"), 0);
	if (wd_html_parse(a, wd_str_sub(html, 0, WD_MIN(end, (size_t)LOOK)),
		    &(struct wd_html_opts){0}, &h, NULL) != WD_OK)
		return WD_STR_NONE;
	for (struct wd_node *n = h.html; n != NULL && own.n == 0;
		n = wd_node_next(h.html, n, false)) {
		if (n->tag == WD_TAG_LINK && has_value(n, "rel", "canonical"))
			own = wd_str_trim(wd_node_attr(n, "href"));
		else if (n->tag == WD_TAG_META && graph.n == 0 &&
			 has_value(n, "property", "og:url"))
			graph = wd_str_trim(wd_node_attr(n, "content"));
	}
	own = own.n > 0 ? own : graph;
	if (own.n == 0)
		return WD_STR_NONE;
	own = wd_url_resolve(a, base, own);
	return wd_url_is_http(own) ? own : WD_STR_NONE;
}
