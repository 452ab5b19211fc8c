#include "base/url.h"

static bool is_scheme_char(char c)
{
	return wd_is_alnum(c) || c == '+' || c == '-' || c == '.';
}

struct wd_url wd_url_split(struct wd_str s)
{
	struct wd_url u = {0};
	size_t at = 0;

	while (at < s.n && is_scheme_char(s.p[at]))
		at++;
	if (at > 0 && at < s.n && s.p[at] == ':' && wd_is_alpha(s.p[0])) {
		u.scheme = wd_str_sub(s, 0, at);
		s = wd_str_from(s, at + 1);
	}
	size_t hash = wd_str_chr(s, '#', 0);
	if (hash != SIZE_MAX) {
		u.has_fragment = true;
		u.fragment = wd_str_from(s, hash + 1);
		s = wd_str_sub(s, 0, hash);
	}
	size_t q = wd_str_chr(s, '?', 0);
	if (q != SIZE_MAX) {
		u.has_query = true;
		u.query = wd_str_from(s, q + 1);
		s = wd_str_sub(s, 0, q);
	}
	if (wd_str_starts(s, WD_STR("//"))) {
		u.has_authority = true;
		size_t end = wd_str_chr(s, '/', 2);
		struct wd_str auth = wd_str_sub(s, 2, end == SIZE_MAX ? s.n : end);
		s = end == SIZE_MAX ? wd_str_from(s, s.n) : wd_str_from(s, end);
		for (size_t i = auth.n; i > 0; i--) { /* the last @ ends the userinfo */
			if (auth.p[i - 1] == '@') {
				u.userinfo = wd_str_sub(auth, 0, i - 1);
				auth = wd_str_from(auth, i);
				break;
			}
		}
		size_t colon = auth.n;
		while (colon > 0 && wd_is_digit(auth.p[colon - 1]))
			colon--;
		if (colon > 0 && auth.p[colon - 1] == ':') {
			u.port = wd_str_from(auth, colon);
			auth = wd_str_sub(auth, 0, colon - 1);
		}
		u.host = auth;
	}
	u.path = s;
	return u;
}

static bool is_uri_char(char c)
{
	static const bool marks[256] = {['-'] = true,
		['.'] = true,
		['_'] = true,
		['~'] = true,
		[':'] = true,
		['/'] = true,
		['?'] = true,
		['#'] = true,
		['['] = true,
		[']'] = true,
		['@'] = true,
		['!'] = true,
		['$'] = true,
		['&'] = true,
		['\''] = true,
		['('] = true,
		[')'] = true,
		['*'] = true,
		['+'] = true,
		[','] = true,
		[';'] = true,
		['='] = true,
		['%'] = true};
	return wd_is_alnum(c) || marks[(unsigned char)c];
}

/* What may not stand in a URI is percent-encoded; a "%" that starts no escape too. Tabs and line
 * ends vanish, as in browsers. Returns `s` itself where that is nothing. */
static struct wd_str encode(struct wd_arena *a, struct wd_str s)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t fine = 0;
	while (fine < s.n && s.p[fine] != '%' && is_uri_char(s.p[fine]))
		fine++;
	if (fine == s.n)
		return s;
	char *p = s.n < SIZE_MAX / 4 ? wd_arena_bytes(a, s.n * 3 + 1) : NULL;
	size_t n = 0;
	if (p == NULL)
		return WD_STR_NONE;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '\t' || c == '\n' || c == '\r' || c == '\0')
			continue;
		bool escape = c == '%' && i + 2 < s.n &&
			      strchr("0123456789abcdefABCDEF", s.p[i + 1]) != NULL &&
			      strchr("0123456789abcdefABCDEF", s.p[i + 2]) != NULL;
		if (is_uri_char(c) && (c != '%' || escape)) {
			p[n++] = c;
		} else {
			p[n++] = '%';
			p[n++] = hex[(unsigned char)c >> 4];
			p[n++] = hex[(unsigned char)c & 15];
		}
	}
	p[n] = '\0';
	return (struct wd_str){p, n};
}

/* RFC 3986 §5.2.4 in place. */
static struct wd_str remove_dots(char *p, size_t n)
{
	size_t out = 0, i = 0;
	while (i < n) {
		struct wd_str s = {p + i, n - i};
		if (wd_str_starts(s, WD_STR("/./"))) {
			i += 2;
		} else if (wd_str_eqc(s, "/.")) {
			p[out++] = '/';
			i = n;
		} else if (wd_str_starts(s, WD_STR("/../")) || wd_str_eqc(s, "/..")) {
			bool last = s.n == 3;
			while (out > 0 && p[--out] != '/')
				;
			if (last)
				p[out++] = '/';
			i += 3;
		} else {
			do
				p[out++] = p[i++];
			while (i < n && p[i] != '/');
		}
	}
	return (struct wd_str){p, out};
}

static struct wd_str merge_path(struct wd_arena *a, const struct wd_url *base, struct wd_str path)
{
	size_t keep = base->path.n;
	while (keep > 0 && base->path.p[keep - 1] != '/')
		keep--;
	if (base->has_authority && base->path.n == 0)
		return wd_arena_cat(a, WD_STR("/"), path);
	return wd_arena_cat(a, wd_str_sub(base->path, 0, keep), path);
}

static struct wd_str lower(struct wd_arena *a, struct wd_str s)
{
	size_t fine = 0;
	while (fine < s.n && s.p[fine] == wd_lower(s.p[fine]))
		fine++;
	if (fine == s.n)
		return s;
	struct wd_str c = wd_arena_str(a, s);
	char *p = wd_unconst(c.p);
	for (size_t i = 0; i < c.n; i++)
		p[i] = wd_lower(p[i]);
	return c;
}

static struct wd_str join(struct wd_arena *a, const struct wd_url *u)
{
	bool port = u->port.n > 0 &&
		    !(wd_str_eqc(u->scheme, "http") && wd_str_eqc(u->port, "80")) &&
		    !(wd_str_eqc(u->scheme, "https") && wd_str_eqc(u->port, "443"));
	const struct wd_str parts[] = {u->scheme, WD_STR(":"),
		u->has_authority ? WD_STR("//") : WD_STR_NONE, u->userinfo,
		u->userinfo.n > 0 ? WD_STR("@") : WD_STR_NONE, u->host,
		port ? WD_STR(":") : WD_STR_NONE, port ? u->port : WD_STR_NONE, u->path,
		u->has_query ? WD_STR("?") : WD_STR_NONE, u->query,
		u->has_fragment ? WD_STR("#") : WD_STR_NONE, u->fragment};
	size_t n = 0;
	for (size_t i = 0; i < WD_COUNTOF(parts); i++)
		n += parts[i].n;
	char *p = wd_arena_bytes(a, n + 1);
	if (p == NULL)
		return WD_STR_NONE;
	n = 0;
	for (size_t i = 0; i < WD_COUNTOF(parts); i++) {
		if (parts[i].n > 0)
			memcpy(p + n, parts[i].p, parts[i].n);
		n += parts[i].n;
	}
	p[n] = '\0';
	return (struct wd_str){p, n};
}

struct wd_str wd_url_resolve(struct wd_arena *a, struct wd_str base_text, struct wd_str ref)
{
	struct wd_str tidy = encode(a, wd_str_trim(ref));
	struct wd_url r = wd_url_split(tidy);
	bool http = wd_str_ieqc(r.scheme, "http") || wd_str_ieqc(r.scheme, "https");

	/* "http:foo" and "http:/foo" are what browsers read as "//foo". */
	if (r.scheme.n > 0 && !http)
		return wd_arena_str(a, tidy);
	if (r.scheme.n == 0) {
		struct wd_url b = wd_url_split(wd_str_trim(base_text));
		if (b.scheme.n == 0)
			return wd_arena_str(a, tidy);
		r.scheme = b.scheme;
		if (!r.has_authority) {
			r.has_authority = b.has_authority;
			r.userinfo = b.userinfo;
			r.host = b.host;
			r.port = b.port;
			if (r.path.n == 0) {
				r.path = b.path;
				if (!r.has_query) {
					r.has_query = b.has_query;
					r.query = b.query;
				}
			} else if (r.path.p[0] != '/') {
				r.path = merge_path(a, &b, r.path);
			}
		}
	}
	if (r.path.n > 0 && r.path.p[0] == '/' &&
		wd_str_find(r.path, WD_STR("/."), 0) != SIZE_MAX) {
		struct wd_str path = wd_arena_str(a, r.path);
		r.path = remove_dots(wd_unconst(path.p), path.n);
	}
	r.scheme = lower(a, r.scheme);
	r.host = lower(a, r.host);
	return join(a, &r);
}

bool wd_url_is_http(struct wd_str s)
{
	struct wd_url u = wd_url_split(s);
	return (wd_str_ieqc(u.scheme, "http") || wd_str_ieqc(u.scheme, "https")) && u.host.n > 0;
}

bool wd_url_is_uri(struct wd_str s)
{
	struct wd_url u = wd_url_split(s);
	if (u.scheme.n == 0 || u.scheme.n + 1 >= s.n)
		return false;
	if ((wd_str_ieqc(u.scheme, "http") || wd_str_ieqc(u.scheme, "https")) && u.host.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_uri_char(s.p[i]))
			return false;
		if (s.p[i] == '%' &&
			(i + 2 >= s.n || strchr("0123456789abcdefABCDEF", s.p[i + 1]) == NULL ||
				strchr("0123456789abcdefABCDEF", s.p[i + 2]) == NULL))
			return false;
	}
	return true;
}

struct wd_str wd_url_redact(struct wd_arena *a, struct wd_str s)
{
	struct wd_url u = wd_url_split(s);
	if (u.userinfo.n == 0)
		return s;
	u.userinfo = WD_STR_NONE;
	return join(a, &u);
}
