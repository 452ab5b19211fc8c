#include "base/url.h"
#include "base/utf8.h"
#include "parsers/dates.h"
#include "parsers/feed_impl.h"

bool feed_is_html_type(struct wd_str type)
{
	return type.n == 0 || wd_str_ieqc(type, "text/html") ||
	       wd_str_ieqc(type, "application/xhtml+xml") || wd_str_ieqc(type, "html") ||
	       wd_str_ieqc(type, "xhtml");
}

/* ---- text constructs ---- */

/* RFC 4287 §3.1 and Atom 0.3's type/mode, and what RSS means by plain text: HTML, mostly. */
enum form { FORM_TEXT, FORM_HTML, FORM_XHTML, FORM_BASE64 };

static enum form form_of(struct wd_str type, struct wd_str mode, const struct wd_xml_elem *e)
{
	bool atom = e->ns == WD_NS_ATOM || e->ns == WD_NS_ATOM03;
	if (wd_str_ieqc(mode, "base64"))
		return FORM_BASE64;
	if (wd_str_ieqc(mode, "escaped"))
		return wd_str_ieqc(type, "text/plain") ? FORM_TEXT : FORM_HTML;
	if (wd_str_ieqc(type, "xhtml") || wd_str_ieqc(type, "application/xhtml+xml"))
		return FORM_XHTML;
	if (wd_str_ieqc(type, "html") || wd_str_istarts(type, WD_STR("text/html")))
		return FORM_HTML;
	if (type.n == 0 || wd_str_ieqc(type, "text") || wd_str_istarts(type, WD_STR("text/")))
		return atom ? FORM_TEXT : FORM_HTML;
	if (wd_str_ends(type, WD_STR("+xml")) || wd_str_ends(type, WD_STR("/xml")))
		return FORM_XHTML;
	return atom && wd_str_chr(type, '/', 0) != SIZE_MAX ? FORM_BASE64 : FORM_HTML;
}

static const char *const form_names[] = {"text", "html", "xhtml", "html"};

void feed_text_start(struct feed_state *s, const struct wd_xml_elem *e)
{
	struct wd_str type = wd_str_trim(wd_xml_attr_ns(e, WD_NS_NONE, "type"));
	enum form form = form_of(type, wd_str_trim(wd_xml_attr_ns(e, WD_NS_NONE, "mode")), e);
	s->mode = wd_str_c(form == FORM_BASE64 ? "base64" : "");
	s->type = wd_str_c(form_names[form]);
	wd_xml_capture(s->x, form == FORM_XHTML ? WD_XML_MARKUP : WD_XML_MIXED);
}

static struct wd_str base64(struct wd_arena *a, struct wd_str s)
{
	char *out = wd_arena_bytes(a, s.n / 4 * 3 + 4);
	size_t n = 0;
	uint32_t acc = 0;
	unsigned bits = 0;
	if (out == NULL)
		return WD_STR_NONE;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		int v = c >= 'A' && c <= 'Z'   ? c - 'A'
			: c >= 'a' && c <= 'z' ? c - 'a' + 26
			: c >= '0' && c <= '9' ? c - '0' + 52
			: c == '+' || c == '-' ? 62
			: c == '/' || c == '_' ? 63
					       : -1;
		if (wd_is_space(c))
			continue;
		if (c == '=')
			break;
		if (v < 0)
			return WD_STR_NONE;
		acc = acc << 6 | (uint32_t)v;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (char)(acc >> bits & 0xFF);
		}
	}
	struct wd_str r = {out, n};
	return wd_utf8_ok(r) ? r : WD_STR_NONE;
}

/* The one <div> that carries XHTML is no part of the content (RFC 4287 §3.1.1.3). */
static struct wd_str without_div(struct wd_str v)
{
	size_t open = wd_str_chr(v, '>', 0);
	if (!wd_str_istarts(v, WD_STR("<div")) || open == SIZE_MAX || v.n < open + 7 ||
		!(v.p[4] == '>' || wd_is_space(v.p[4])) || !wd_str_ends(v, WD_STR("</div>")))
		return v;
	struct wd_str inner = wd_str_sub(v, open + 1, v.n - 6);
	/* Only when the last end tag is the first start tag's. */
	size_t depth = 1;
	for (size_t at = 0; at < inner.n; at++) {
		at = wd_str_chr(inner, '<', at);
		if (at == SIZE_MAX)
			break;
		struct wd_str s = wd_str_from(inner, at);
		if (wd_str_starts(s, WD_STR("</div>")))
			depth--;
		else if (wd_str_starts(s, WD_STR("<div")) && s.n > 4 &&
			 (s.p[4] == '>' || wd_is_space(s.p[4])))
			depth++;
		if (depth == 0)
			return v;
	}
	return wd_str_trim(inner);
}

struct wd_str feed_text_value(struct feed_state *s, struct wd_arena *a, struct wd_str *ret_type)
{
	const struct wd_xml_content *c = wd_xml_content(s->x);
	struct wd_str v = wd_utf8_trim(c->text);
	struct wd_str type = s->type;
	if (s->mode.n > 0) {
		struct wd_str plain = base64(a, v);
		v = plain.n > 0 ? wd_str_trim(plain) : v;
	} else if (wd_str_eqc(type, "xhtml")) {
		v = without_div(v);
	} else if (c->has_markup) {
		type = WD_STR("html");
		v = without_div(v);
	}
	if (c->cut)
		wd_xml_fault(s->x, "content-too-long");
	if (ret_type != NULL)
		*ret_type = type;
	return wd_arena_str(a, v);
}

struct wd_str feed_html_value(struct feed_state *s, struct wd_arena *a)
{
	struct wd_str type;
	struct wd_str v = feed_text_value(s, a, &type);
	size_t n = 0, lt = 0;
	if (!wd_str_eqc(type, "text"))
		return v;
	for (size_t i = 0; i < v.n; i++)
		lt += v.p[i] == '<';
	char *p = lt > 0 ? wd_arena_bytes(a, v.n + lt * 3) : NULL;
	if (p == NULL)
		return v;
	for (size_t i = 0; i < v.n; i++) {
		memcpy(p + n, v.p[i] == '<' ? "&lt;" : &v.p[i], v.p[i] == '<' ? 4 : 1);
		n += v.p[i] == '<' ? 4 : 1;
	}
	return (struct wd_str){p, n};
}

struct wd_str feed_plain(struct feed_state *s, struct wd_arena *a)
{
	return wd_arena_str(a, wd_utf8_trim(wd_xml_content(s->x)->text));
}

/* ---- persons ---- */

static bool is_mail(struct wd_str s)
{
	size_t at = wd_str_chr(s, '@', 0);
	if (at == SIZE_MAX || at == 0 || wd_str_chr(s, '.', at) == SIZE_MAX ||
		wd_str_chr(s, '@', at + 1) != SIZE_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (wd_is_space(s.p[i]) || strchr("<>()[],;\"", s.p[i]) != NULL)
			return false;
	}
	return s.p[s.n - 1] != '.';
}

static struct wd_str unquote(struct wd_str s)
{
	s = wd_utf8_trim(s);
	while (s.n > 1 &&
		((s.p[0] == '"' && s.p[s.n - 1] == '"') || (s.p[0] == '(' && s.p[s.n - 1] == ')') ||
			(s.p[0] == '<' && s.p[s.n - 1] == '>') ||
			(s.p[0] == '[' && s.p[s.n - 1] == ']')))
		s = wd_utf8_trim(wd_str_sub(s, 1, s.n - 1));
	return s;
}

struct wd_person feed_person(struct wd_arena *a, struct wd_str text)
{
	struct wd_person p = {0};
	text = wd_utf8_trim(text);
	/* The word that is a mail address, in whatever brackets; the rest is the name. */
	for (size_t i = 0; i < text.n; i++) {
		size_t from = i;
		while (i < text.n && !wd_is_space(text.p[i]) &&
			strchr("<>()[],;\"", text.p[i]) == NULL)
			i++;
		struct wd_str word = wd_str_sub(text, from, i);
		bool scheme = wd_str_istarts(word, WD_STR("mailto:"));
		struct wd_str mail = scheme ? wd_str_from(word, 7) : word;
		if (!is_mail(mail))
			continue;
		size_t before = from, after = i;
		if (before > 0 && after < text.n && strchr("<([\"", text.p[before - 1]) != NULL) {
			before--;
			after++;
		}
		struct wd_str head = unquote(wd_str_sub(text, 0, before));
		struct wd_str tail = unquote(wd_str_from(text, after));
		while (tail.n > 0 && strchr(",;-:", tail.p[0]) != NULL)
			tail = unquote(wd_str_from(tail, 1));
		while (head.n > 0 && strchr(",;-:", head.p[head.n - 1]) != NULL)
			head = unquote(wd_str_sub(head, 0, head.n - 1));
		p.email = wd_arena_str(a, mail);
		p.name = wd_arena_str(a, head.n > 0 ? head : tail);
		return p;
	}
	if (wd_url_is_http(text) && wd_str_chr(text, ' ', 0) == SIZE_MAX)
		p.url = wd_arena_str(a, text);
	p.name = wd_arena_str(a, unquote(text));
	return p;
}

void feed_add_person(struct wd_arena *a, wd_persons *list, struct wd_person p)
{
	if (p.name.n + p.email.n + p.url.n == 0)
		return;
	WD_VEC_EACH (struct wd_person, q, list) {
		bool same_name = p.name.n > 0 && wd_str_eq(p.name, q->name);
		bool same_mail = p.email.n > 0 && wd_str_eq(p.email, q->email);
		if (same_name || same_mail) { /* named again by another module */
			q->name = q->name.n > 0 ? q->name : p.name;
			q->email = q->email.n > 0 ? q->email : p.email;
			q->url = q->url.n > 0 ? q->url : p.url;
			return;
		}
	}
	struct wd_person *n = list->n < WD_MAX_LIST ? wd_vec_push(a, list) : NULL;
	if (n != NULL)
		*n = p;
}

void feed_add_category(struct wd_arena *a, wd_categories *list, struct wd_str term,
	struct wd_str scheme, struct wd_str label)
{
	term = wd_utf8_trim(term);
	if (term.n + label.n == 0)
		return;
	WD_VEC_EACH (const struct wd_category, c, list) {
		if (wd_str_eq(c->term, term) && wd_str_eq(c->scheme, scheme) &&
			wd_str_eq(c->label, label))
			return;
	}
	struct wd_category *c = list->n < WD_MAX_LIST ? wd_vec_push(a, list) : NULL;
	if (c == NULL)
		return;
	c->term = wd_arena_str(a, term);
	c->scheme = wd_arena_str(a, wd_utf8_trim(scheme));
	c->label = wd_arena_str(a, wd_utf8_trim(label));
}

/* ---- dates ---- */

bool feed_date_of(
	struct feed_state *s, struct wd_str text, struct wd_date *ret, struct wd_str *ret_reason)
{
	const struct wd_date_opts opts = {.now_us = s->pc->now_us,
		.timezone = s->pc->doc->hints.timezone,
		.language = s->entry.language.n > 0 ? s->entry.language : s->feed->language};
	struct wd_err err = {0};
	struct wd_date d;
	text = wd_utf8_trim(text);
	if (text.n == 0 || ret->precision != WD_DATE_NONE)
		return false;
	if (wd_date_parse(text, &opts, &d, &err) != WD_OK) {
		if (ret_reason != NULL)
			*ret_reason = wd_arena_str(s->pc->entry_arena, wd_str_c(err.text));
		return false;
	}
	*ret = d;
	return true;
}

bool feed_date(struct feed_state *s, struct wd_date *ret, struct wd_str *ret_reason)
{
	return feed_date_of(s, wd_xml_content(s->x)->text, ret, ret_reason);
}

/* ---- links ---- */

struct wd_link *feed_add_link(
	struct wd_arena *a, wd_links *list, struct wd_str href, const char *rel)
{
	struct wd_link *l = href.n > 0 && list->n < WD_MAX_LIST ? wd_vec_push(a, list) : NULL;
	if (l != NULL) {
		l->href = href;
		l->rel = wd_str_c(rel);
	}
	return l;
}

void feed_add_enclosure(
	struct feed_state *s, struct wd_str href, struct wd_str type, struct wd_str length)
{
	struct wd_arena *a = s->pc->entry_arena;
	if (href.n == 0 || s->entry.enclosures.n >= WD_MAX_LIST)
		return;
	WD_VEC_EACH (struct wd_enclosure, e, &s->entry.enclosures) {
		if (wd_str_eq(e->href, href)) {
			e->type = e->type.n > 0 ? e->type : wd_arena_str(a, type);
			e->length = e->length.n > 0 ? e->length : wd_arena_str(a, length);
			return;
		}
	}
	struct wd_enclosure *e = wd_vec_push(a, &s->entry.enclosures);
	if (e == NULL)
		return;
	e->href = href;
	e->type = wd_arena_str(a, wd_str_trim(type));
	e->length = wd_arena_str(a, wd_str_trim(length));
}

static void feed_rel(struct wd_arena *a, struct wd_feed *f, struct wd_str rel, struct wd_str href)
{
	struct {
		const char *rel;
		struct wd_str *to;
	} const known[] = {
		{"self", &f->self},
		{"hub", &f->hub},
		{"next", &f->next},
		{"prev", &f->prev},
		{"previous", &f->prev},
		{"next-archive", &f->next_archive},
		{"prev-archive", &f->prev_archive},
	};
	if (wd_str_ieqc(rel, "hub") && f->hub.n > 0 && f->hub.n < WD_MAX_URL_BYTES)
		f->hub = wd_arena_cat(a, wd_arena_cat(a, f->hub, WD_STR(" ")), href);
	for (size_t i = 0; i < WD_COUNTOF(known); i++) {
		if (wd_str_ieqc(rel, known[i].rel) && known[i].to->n == 0)
			*known[i].to = href;
	}
}

void feed_atom_link(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where)
{
	struct wd_arena *a = feed_arena(s, where);
	struct wd_str raw = wd_xml_attr_ns(e, WD_NS_NONE, "href");
	struct wd_str rel = wd_str_trim(wd_xml_attr_ns(e, WD_NS_NONE, "rel"));
	struct wd_str type = wd_str_trim(wd_xml_attr_ns(e, WD_NS_NONE, "type"));
	struct wd_str length = wd_str_trim(wd_xml_attr_ns(e, WD_NS_NONE, "length"));
	if (raw.p == NULL)
		return;
	static const struct wd_str iana = WD_STR("http://www.iana.org/assignments/relation/");
	if (wd_str_istarts(rel, iana)) /* RFC 4287 §4.2.7.2: the same relation, spelt out */
		rel = wd_str_from(rel, iana.n);
	struct wd_str href = wd_url_resolve(a, e->base, raw);
	wd_links *list = where == IN_ENTRY ? &s->entry.links : &feed_of(s, where)->links;
	struct wd_link *l = feed_add_link(a, list, href, "alternate");
	if (l == NULL)
		return;
	if (rel.n > 0)
		l->rel = wd_arena_str(a, rel);
	l->type = wd_arena_str(a, type);
	l->title = wd_arena_str(a, wd_str_trim(wd_xml_attr_ns(e, WD_NS_NONE, "title")));
	l->hreflang = wd_arena_str(a, wd_str_trim(wd_xml_attr_ns(e, WD_NS_NONE, "hreflang")));
	l->length = wd_arena_str(a, length);
	bool alternate = wd_str_ieqc(l->rel, "alternate");
	if (where == IN_ENTRY) {
		if (rel.n == 0 && e->ns == WD_NS_NONE &&
			wd_str_starts(s->feed->format, WD_STR("rss"))) {
			s->entry.link = href; /* an RSS link in Atom's dress */
			s->rank_link = true;
		}
		if (alternate && (!s->rank_link || s->entry.link.n == 0) &&
			feed_is_html_type(type)) {
			s->entry.link = href;
			s->rank_link = true;
		} else if (alternate && s->alt_link.n == 0) {
			s->alt_link = href;
		}
		if (wd_str_ieqc(l->rel, "enclosure"))
			feed_add_enclosure(s, href, type, length);
		return;
	}
	struct wd_feed *f = feed_of(s, where);
	if (alternate && f->link.n == 0 && feed_is_html_type(type))
		f->link = href;
	feed_rel(a, f, l->rel, href);
}
