#include "base/utf8.h"
#include "parsers/mend_impl.h"

enum { DOUBT_BYTES = 64 * 1024, DOUBTS = 1000 };

static bool is_name_start(char c)
{
	return wd_is_alpha(c) || c == '_';
}

static bool is_name_char(char c)
{
	return wd_is_alnum(c) || c == '_' || c == '-' || c == '.';
}

/* Is there an end tag for this name soon? Then "<앵커>" is an element and not a caption somebody
 * forgot to escape. Few look-ups and short ones, so the whole stays linear. */
static bool has_end_tag(struct mend *m, struct wd_str rest, struct wd_str name)
{
	struct wd_str window = wd_str_sub(rest, name.n, name.n + DOUBT_BYTES);
	if (m->doubtful++ >= DOUBTS)
		return false;
	for (size_t at = 0;; at++) {
		at = wd_str_find(window, name, at);
		if (at == SIZE_MAX)
			return false;
		if (at >= 2 && window.p[at - 1] == '/' && window.p[at - 2] == '<')
			return true;
	}
}

size_t mend_name_length(struct mend *m, struct wd_str s)
{
	size_t n = 0, colon = SIZE_MAX;
	bool foreign = false;
	while (n < s.n && n < WD_MAX_NAME_BYTES &&
		wd_is_alpha(s.p[n])) /* most names are only that */
		n++;
	while (n < s.n && n <= WD_MAX_NAME_BYTES) {
		char c = s.p[n];
		if ((unsigned char)c >= 0x80) {
			size_t at = n;
			uint32_t cp = wd_utf8_next(s, &at);
			if (cp < 0xC0 || !wd_cp_is_letter(cp) || (cp >= 0x0300 && cp < 0x0370) ||
				(cp >= 0x2000 && cp < 0x3001) || cp >= 0xF900)
				return 0;
			foreign = true;
			n = at;
			continue;
		}
		if (c == ':' && colon == SIZE_MAX && n > 0) {
			colon = n;
		} else if (n == 0 || n == colon + 1 ? !is_name_start(c) : !is_name_char(c)) {
			break;
		}
		n++;
	}
	if (n == 0 || n > WD_MAX_NAME_BYTES || colon == n - 1)
		return 0;
	if (foreign && m != NULL && !has_end_tag(m, s, wd_str_sub(s, 0, n)))
		return 0;
	return n;
}

static size_t skip_space(struct wd_str s, size_t at)
{
	while (at < s.n && wd_is_space(s.p[at]))
		at++;
	return at;
}

static bool value_needs_mending(struct wd_str v)
{
	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];
		size_t len = 0;
		if (c == '<' || (c < 0x20 && c != '\t' && c != '\n' && c != '\r') ||
			(c == 0xEF && i + 2 < v.n && (unsigned char)v.p[i + 1] == 0xBF &&
				(unsigned char)v.p[i + 2] >= 0xBE))
			return true;
		if (c == '&' && !mend_ref_ok(wd_str_from(v, i), &len))
			return true;
	}
	return false;
}

/* A quoted value whose closing quote is missing shows by markup inside: it then ends where the tag
 * seems to. */
static size_t read_value(struct mend *m, size_t at, struct mend_attr *attr)
{
	char quote = m->in.p[at];
	if (quote == '"' || quote == '\'') {
		size_t end = mend_search(m, quote == '"' ? MEND_DQUOTE : MEND_SQUOTE, at + 1);
		struct wd_str v = wd_str_sub(m->in, at + 1, end);
		bool lost = end == SIZE_MAX || v.n > MEND_ATTR_BYTES;
		if (!lost) {
			const char *lt = memchr(v.p, '<', v.n);
			lost = lt != NULL && memchr(lt, '>', (size_t)(v.p + v.n - lt)) != NULL &&
			       memchr(v.p, '>', (size_t)(lt - v.p)) != NULL;
		}
		if (!lost) {
			attr->value = v;
			attr->dirty = value_needs_mending(v);
			return end + 1;
		}
		at++;
	}
	size_t end = at;
	while (end < m->in.n && !wd_is_space(m->in.p[end]) && m->in.p[end] != '>' &&
		m->in.p[end] != '<' && m->in.p[end] != '"' && end - at < MEND_ATTR_BYTES)
		end++;
	if (end > at && end < m->in.n && m->in.p[end] == '>' && m->in.p[end - 1] == '/')
		end--;
	attr->value = wd_str_sub(m->in, at, end);
	attr->dirty = true;
	m->tag.dirty = m->tag.broken = true;
	return end;
}

static bool is_duplicate(const struct mend_tag *t, struct wd_str name)
{
	for (size_t i = 0; i < t->attr_count; i++) {
		if (!t->attrs[i].skip && wd_str_eq(t->attrs[i].name, name))
			return true;
	}
	return false;
}

/* One attribute at `at`; the offset behind it. */
static size_t read_attr(struct mend *m, size_t at)
{
	struct mend_tag *t = &m->tag;
	struct mend_attr attr = {0};
	size_t n = mend_name_length(NULL, wd_str_from(m->in, at));
	char after = at + n < m->in.n ? m->in.p[at + n] : '>';
	if (n == 0 || !(wd_is_space(after) || after == '=' || after == '>' || after == '/' ||
			      after == '<')) {
		/* No name: what it is, is left out. */
		t->dirty = t->broken = true;
		do
			at++;
		while (at < m->in.n && !wd_is_space(m->in.p[at]) && m->in.p[at] != '>' &&
			m->in.p[at] != '<' && m->in.p[at] != '/');
		return at;
	}
	attr.name = wd_str_sub(m->in, at, at + n);
	at += n;
	size_t eq = skip_space(m->in, at);
	if (eq < m->in.n && m->in.p[eq] == '=') {
		at = skip_space(m->in, eq + 1);
		if (at < m->in.n)
			at = read_value(m, at, &attr);
	} else { /* HTML's <input checked> */
		attr.value = attr.name;
		t->dirty = t->broken = true;
	}
	attr.skip = t->attr_count >= WD_MAX_ATTRS || is_duplicate(t, attr.name) ||
		    wd_str_eqc(attr.name, "xmlns:xml") || wd_str_eqc(attr.name, "xmlns:xmlns");
	t->broken = t->broken || attr.skip;
	t->dirty = t->dirty || attr.skip || attr.dirty;
	if (t->attr_count < WD_MAX_ATTRS)
		t->attrs[t->attr_count++] = attr;
	return at;
}

bool mend_read_tag(struct mend *m)
{
	struct mend_tag *t = &m->tag;
	size_t at = m->at + 1, n = mend_name_length(m, wd_str_from(m->in, at));
	t->attr_count = 0;
	t->dirty = t->broken = t->closed = false;
	if (n == 0 || at + n >= m->in.n)
		return false;
	t->name = wd_str_sub(m->in, at, at + n);
	at += n;
	char c = m->in.p[at];
	if (!wd_is_space(c) && c != '>' && c != '/' && c != '<')
		return false;
	size_t valued = 0;
	for (;;) {
		size_t before = at;
		at = skip_space(m->in, at);
		if (at >= m->in.n || m->in.p[at] == '<') {
			/* The tag never ends. With attributes it is one all the same. */
			if (valued == 0)
				return false;
			t->dirty = t->broken = true;
			break;
		}
		if (m->in.p[at] == '>') {
			at++;
			break;
		}
		if (m->in.p[at] == '/') {
			at++;
			if (at < m->in.n && m->in.p[at] == '>') {
				t->closed = true;
				at++;
				break;
			}
			t->dirty = t->broken = true;
			continue;
		}
		t->broken = t->broken || before == at; /* a="1"b="2" */
		t->dirty = t->dirty || t->broken;
		at = read_attr(m, at);
		valued += t->attr_count > 0 &&
			  t->attrs[t->attr_count - 1].value.p != t->attrs[t->attr_count - 1].name.p;
	}
	/* White space to HTML, forbidden in XML. */
	struct wd_str raw = wd_str_sub(m->in, m->at, at);
	if (memchr(raw.p, '\f', raw.n) != NULL || memchr(raw.p, '\v', raw.n) != NULL)
		t->dirty = t->broken = true;
	t->end = at;
	return true;
}

void mend_write_tag(struct mend *m)
{
	const struct mend_tag *t = &m->tag;
	if (!t->dirty) {
		mend_put(m, wd_str_sub(m->in, m->at, t->end));
		return;
	}
	mend_put(m, WD_STR("<"));
	mend_put(m, t->name);
	for (size_t i = 0; i < t->attr_count; i++) {
		if (t->attrs[i].skip)
			continue;
		mend_put(m, WD_STR(" "));
		mend_put(m, t->attrs[i].name);
		mend_put(m, WD_STR("=\""));
		mend_text(m, t->attrs[i].value, true, true);
		mend_put(m, WD_STR("\""));
	}
	mend_put(m, t->closed ? WD_STR("/>") : WD_STR(">"));
}
