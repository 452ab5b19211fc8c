/*
 * Tracking parameters. A rule is a parameter's name, or its first letters and a star; a rule for
 * one site names the site's host first. A parameter goes with its value; the rest of the query
 * keeps its order and its bytes, because some servers care.
 *
 * Concurrency: the list is written by wd_links_load() before threads start, only read after.
 */
#include "parsers/links.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/url.h"
#include "base/vec.h"

enum { MAX_FILE_BYTES = 1 << 20, ARENA_BYTES = 4 << 20 };

struct rule {
	struct wd_str host; /* empty: any; else the host or a domain above it */
	struct wd_str name;
	bool prefix;
};

static struct {
	struct wd_arena *mem;
	WD_VEC(struct rule) rules;
} list;

static int add_line(struct wd_str line, const char *path, size_t number, struct wd_err *err)
{
	size_t hash = wd_str_chr(line, '#', 0);
	line = wd_str_trim(hash == SIZE_MAX ? line : wd_str_sub(line, 0, hash));
	if (line.n == 0)
		return WD_OK;
	struct wd_str host = WD_STR_NONE, name = line;
	size_t gap = wd_str_chr(line, ' ', 0);
	if (gap != SIZE_MAX) {
		host = wd_str_sub(line, 0, gap);
		name = wd_str_trim(wd_str_from(line, gap));
	}
	bool prefix = wd_str_ends(name, WD_STR("*"));
	if (prefix)
		name.n--;
	if (name.n == 0 || wd_str_chr(name, ' ', 0) != SIZE_MAX)
		return wd_err_set(err, WD_E_MALFORMED,
			"%s:%zu: a line is '[host] parameter' or '[host] first-letters*'", path,
			number);
	struct rule *r = wd_vec_push(list.mem, &list.rules);
	if (r == NULL)
		return wd_err_set(err, WD_E_LIMIT, "%s: too many rules", path);
	*r = (struct rule){wd_arena_str(list.mem, host), wd_arena_str(list.mem, name), prefix};
	return WD_OK;
}

int wd_links_load(const char *dir, struct wd_err *err)
{
	char path[1024];
	(void)snprintf(path, sizeof(path), "%s/url/tracking.txt", dir);
	struct wd_str text;
	int r = wd_file_read(path, MAX_FILE_BYTES, &text, err);
	if (r < 0)
		return r;
	wd_cleanup(wd_free_charp) char *owned = wd_unconst(text.p);
	wd_links_unload();
	list.mem = wd_arena_new(ARENA_BYTES);
	if (list.mem == NULL)
		return wd_err_set(err, WD_E_NOMEM, "%s", path);
	struct wd_str line;
	for (size_t number = 1; r == WD_OK && wd_str_line(&text, &line); number++)
		r = add_line(line, path, number, err);
	return r;
}

void wd_links_unload(void)
{
	wd_arena_free(list.mem);
	list.mem = NULL;
	memset(&list.rules, 0, sizeof(list.rules));
}

static bool host_is(struct wd_str host, struct wd_str domain)
{
	if (host.n < domain.n || !wd_str_ieq(wd_str_from(host, host.n - domain.n), domain))
		return false;
	return host.n == domain.n || host.p[host.n - domain.n - 1] == '.';
}

static bool is_tracking(struct wd_str param, struct wd_str host)
{
	size_t eq = wd_str_chr(param, '=', 0);
	struct wd_str name = eq == SIZE_MAX ? param : wd_str_sub(param, 0, eq);
	WD_VEC_EACH (const struct rule, r, &list.rules) {
		bool hit = r->prefix ? wd_str_istarts(name, r->name) : wd_str_ieq(name, r->name);
		if (hit && (r->host.n == 0 || host_is(host, r->host)))
			return true;
	}
	return false;
}

struct wd_str wd_link_untrack(struct wd_arena *a, struct wd_str url)
{
	if (wd_str_chr(url, '?', 0) == SIZE_MAX)
		return url;
	struct wd_url u = wd_url_split(url);
	if (!u.has_query || list.rules.n == 0)
		return url;
	char *out = wd_arena_bytes(a, url.n + 1);
	if (out == NULL)
		return url;
	size_t head = (size_t)(u.query.p - url.p) - 1; /* before the '?' */
	memcpy(out, url.p, head);
	size_t n = head;
	bool dropped = false;
	struct wd_str rest = u.query, param;
	while (wd_str_split(&rest, '&', &param)) {
		/* "&amp;" that was escaped once too often leaves "amp;" before the name */
		struct wd_str bare =
			wd_str_istarts(param, WD_STR("amp;")) ? wd_str_from(param, 4) : param;
		if (is_tracking(bare, u.host)) {
			dropped = true;
			continue;
		}
		out[n] = n == head ? '?' : '&';
		n++;
		memcpy(out + n, param.p, param.n);
		n += param.n;
	}
	if (!dropped)
		return url;
	if (u.has_fragment) {
		out[n++] = '#';
		memcpy(out + n, u.fragment.p, u.fragment.n);
		n += u.fragment.n;
	}
	out[n] = '\0';
	return (struct wd_str){out, n};
}
