/*
 * Identity: the ladder, and what it does when its rungs break.
 *
 * Feeds break their promises in known ways, and each has its sign:
 *   guid churn       a new guid for an article known by its link (or title and date): `churned`
 *   guid reuse       a known guid on another article: positions ("1", "2", …), a constant: `reused`
 *   shared links     all entries link to the home page or a live page: `shared_links`
 * A sign that comes often enough takes the rung out for this feed (`guid_is_bad`, `link_is_bad`);
 * single ones are decided by what the entry says: same title, or texts that resemble each other.
 *
 * Rejected: hashing the whole entry (an edited article would be a new one), trusting links alone
 * (live pages), a global switch per feed set by hand (nobody does it for a thousand feeds).
 */
#include "desk/identity.h"

#include "base/url.h"
#include "base/utf8.h"
#include "desk/lifecycle.h"
#include "desk/texts.h"
#include "parsers/links.h"

#define BAD_SIGNS 3       /* so many at least, … */
#define BAD_SHARE 5       /* … and one sign to so many good ones */
#define ALIKE 0.3         /* shared words of texts that are versions of one */
#define POSITION_DIGITS 3 /* a guid of so few digits counts items, it names none */

static bool is_set(struct wd_hash h)
{
	return (h.hi | h.lo) != 0;
}

/* ---- keys ---- */

static struct wd_str strip_host(struct wd_str host)
{
	static const char *const twins[] = {"www.", "m.", "mobile.", "amp.", "www2."};
	for (size_t i = 0; i < WD_COUNTOF(twins); i++) {
		struct wd_str t = wd_str_c(twins[i]);
		if (wd_str_istarts(host, t) &&
			wd_str_chr(wd_str_from(host, t.n), '.', 0) != SIZE_MAX)
			return wd_str_from(host, t.n);
	}
	return host;
}

static struct wd_str strip_path(struct wd_str path)
{
	static const char *const tails[] = {
		"/", "/amp", ".amp", "/index.html", "/index.htm", "/index.php", "/default.aspx"};
	for (bool again = true; again;) {
		again = false;
		for (size_t i = 0; i < WD_COUNTOF(tails); i++) {
			struct wd_str t = wd_str_c(tails[i]);
			if (path.n >= t.n && wd_str_ieq(wd_str_from(path, path.n - t.n), t)) {
				path.n -= t.n;
				again = true;
			}
		}
	}
	if (wd_str_istarts(path, WD_STR("/amp/")))
		path = wd_str_from(path, 4);
	return path;
}

static bool is_view_param(struct wd_str pair)
{
	static const char *const names[] = {"amp", "amp=1", "amp=true", "output=amp",
		"outputtype=amp", "view=mobile", "m=1", "mobile=1"};
	for (size_t i = 0; i < WD_COUNTOF(names); i++) {
		if (wd_str_ieqc(pair, names[i]))
			return true;
	}
	return pair.n == 0;
}

static struct wd_str strip_query(struct wd_arena *a, struct wd_str query)
{
	struct wd_str out = WD_STR_NONE, pair;
	while (wd_str_split(&query, '&', &pair)) {
		if (is_view_param(pair))
			continue;
		out = wd_arena_cat(a, out, out.n > 0 ? WD_STR("&") : WD_STR("?"));
		out = wd_arena_cat(a, out, pair);
	}
	return out;
}

struct wd_str wd_identity_link(struct wd_arena *a, struct wd_str link)
{
	if (!wd_url_is_http(link))
		return wd_str_trim(link);
	struct wd_url u = wd_url_split(wd_link_untrack(a, wd_url_resolve(a, WD_STR_NONE, link)));
	struct wd_str q = u.has_query ? strip_query(a, u.query) : WD_STR_NONE;
	/* A fragment tells entries of one page apart ("changes#v2"), unless it carries parameters.
	 */
	bool keep = u.fragment.n > 0 && wd_str_chr(u.fragment, '=', 0) == SIZE_MAX;
	struct wd_str host = strip_host(u.host), path = strip_path(u.path);
	return wd_arena_printf(a, "%.*s%s%.*s%.*s%.*s%s%.*s", WD_STR_ARG(host),
		u.port.n > 0 ? ":" : "", WD_STR_ARG(u.port), WD_STR_ARG(path), WD_STR_ARG(q),
		keep ? "#" : "", WD_STR_ARG(keep ? u.fragment : WD_STR_NONE));
}

static struct wd_hash key_of(const char *kind, struct wd_str x, struct wd_str y, uint64_t z)
{
	struct wd_hash none = {0, 0};
	wd_cleanup(wd_hasher_freep) struct wd_hasher *h = wd_hasher_new();
	if (h == NULL)
		return none;
	wd_hasher_add(h, wd_str_c(kind));
	wd_hasher_add(h, x);
	wd_hasher_add(h, y);
	wd_hasher_add_u64(h, z);
	return wd_hasher_end(h);
}

/* "3", "item-3", "post3": a few digits at the end of few letters. */
static bool is_position(struct wd_str guid)
{
	size_t digits = 0, letters = 0;
	for (size_t i = 0; i < guid.n; i++) {
		if (guid.p[i] == ':' || guid.p[i] == '/')
			return false; /* a URI names something, however short its end */
		if (wd_is_digit(guid.p[i]))
			digits++;
		else if (digits > 0)
			return false;
		else
			letters++;
	}
	return digits > 0 && digits <= POSITION_DIGITS && letters <= 8;
}

/*
 * NewsML 1's PublicIdentifier (and some agencies' guids) ends with the version it names:
 * "urn:newsml:agency.example:20250823:ABC12:2", also with the update's letter, "2U". A correction
 * or a kill is then no new article.
 */
static struct wd_str without_version(struct wd_str guid, struct wd_str version)
{
	if (version.n == 0 || guid.n < version.n + 2)
		return guid;
	size_t end = guid.n;
	if (wd_is_alpha(guid.p[end - 1]) && !wd_is_alpha(version.p[version.n - 1]))
		end--;
	size_t at = end - version.n;
	bool names_it = wd_str_eq(wd_str_sub(guid, at, end), version) && guid.p[at - 1] == ':';
	return names_it ? wd_str_sub(guid, 0, at - 1) : guid;
}

void wd_identity_make(struct wd_arena *a, const struct wd_article *art, struct wd_str scope,
	struct wd_identity *ret)
{
	*ret = (struct wd_identity){.weak_guid = is_position(art->guid)};
	struct wd_str link = art->canonical.n > 0 ? art->canonical : art->link;
	struct wd_str title = wd_utf8_squeeze(a, wd_utf8_fold(a, art->headline));
	struct wd_str version = art->entry != NULL ? art->entry->version : WD_STR_NONE;
	if (art->guid.n > 0)
		ret->guid = key_of("guid", scope, without_version(art->guid, version), 0);
	if (link.n > 0)
		ret->link = key_of("link", wd_identity_link(a, link), WD_STR_NONE, 0);
	if (title.n > 0)
		ret->title = key_of("title", title, WD_STR_NONE, 0);
	bool dated = art->published.precision != WD_DATE_NONE;
	bool bare = art->guid.n == 0 && link.n == 0;
	if (title.n > 0 && (dated || bare))
		ret->dated_title =
			key_of("dated", scope, title, dated ? (uint64_t)art->published.us : 0);
	else if (bare)
		ret->dated_title = key_of("text", scope, art->text, 0);
}

/* ---- the ladder ---- */

static bool often(uint32_t bad, uint32_t good)
{
	return bad >= BAD_SIGNS && (uint64_t)bad * BAD_SHARE > good;
}

static bool guid_is_bad(const struct wd_store_feed *f)
{
	return often(f->churned + f->reused, f->known);
}

static bool link_is_bad(const struct wd_store_feed *f)
{
	return often(f->shared_links, f->known);
}

/* An article found under one of the entry's keys. */
struct hit {
	bool found;
	struct wd_store_article art;
};

static int look(
	struct wd_identity_ctx *ctx, struct wd_hash key, struct hit *ret, struct wd_err *err)
{
	ret->found = false;
	if (!is_set(key))
		return WD_OK;
	int r = wd_store_find(ctx->store, key, &ret->art, err);
	ret->found = r == WD_OK;
	return r == WD_E_NOTFOUND ? WD_OK : r;
}

static bool same_title(const struct hit *h, const struct wd_identity *id)
{
	return is_set(id->title) && wd_hash_eq(h->art.title, id->title);
}

/* Could the entry be a version of that article? */
static bool resembles(struct wd_identity_ctx *ctx, struct wd_arena *a, const struct hit *h,
	const struct wd_article *art, const struct wd_identity *id)
{
	if (same_title(h, id))
		return true;
	struct wd_str rec;
	if (wd_texts_get(ctx->store, h->art.row, h->art.version, a, &rec, NULL) != WD_OK)
		return false;
	return wd_lifecycle_similarity(a, rec, art) >= ALIKE;
}

static int by_both(struct wd_identity_ctx *ctx, const struct wd_identity *id, struct hit *g,
	struct hit *l, struct wd_store_article *ret)
{
	if (g->art.row == l->art.row) {
		ctx->feed->known++;
		*ret = g->art;
	} else if (same_title(l, id)) {
		ctx->feed->reused++;
		*ret = l->art;
	} else if (same_title(g, id)) {
		*ret = g->art;
	} else {
		*ret = guid_is_bad(ctx->feed) || id->weak_guid ? l->art : g->art;
	}
	return WD_OK;
}

static int by_guid(struct wd_identity_ctx *ctx, struct wd_arena *a, const struct wd_article *art,
	const struct wd_identity *id, struct hit *g, struct hit *t, struct wd_store_article *ret)
{
	bool doubt = id->weak_guid || guid_is_bad(ctx->feed) ||
		     (is_set(id->link) && is_set(g->art.link)) || ctx->met(ctx->ctx, g->art.row);
	if (!doubt || resembles(ctx, a, g, art, id)) {
		ctx->feed->known++;
		*ret = g->art;
		return WD_OK;
	}
	ctx->feed->reused++;
	if (!t->found)
		return WD_E_NOTFOUND;
	*ret = t->art;
	return WD_OK;
}

static int by_link(struct wd_identity_ctx *ctx, struct wd_arena *a, const struct wd_article *art,
	const struct wd_identity *id, struct hit *l, struct wd_store_article *ret)
{
	bool same_feed = l->art.owner == ctx->feed_hash;
	bool other_guid = is_set(id->guid) && is_set(l->art.guid) && same_feed;
	bool doubt = ctx->met(ctx->ctx, l->art.row) || other_guid;
	if (doubt && !resembles(ctx, a, l, art, id)) {
		ctx->feed->shared_links++;
		return WD_E_NOTFOUND;
	}
	if (other_guid)
		ctx->feed->churned++;
	else
		ctx->feed->known++;
	*ret = l->art;
	return WD_OK;
}

int wd_identity_resolve(struct wd_identity_ctx *ctx, struct wd_arena *a,
	const struct wd_article *art, const struct wd_identity *id, struct wd_store_article *ret,
	struct wd_err *err)
{
	struct hit g, l, t;
	struct wd_hash none = {0, 0};
	int r = look(ctx, id->guid, &g, err);
	if (r == WD_OK)
		r = look(ctx, link_is_bad(ctx->feed) ? none : id->link, &l, err);
	if (r == WD_OK)
		r = look(ctx, id->dated_title, &t, err);
	if (r != WD_OK)
		return r;
	if (g.found && l.found)
		return by_both(ctx, id, &g, &l, ret);
	if (g.found)
		return by_guid(ctx, a, art, id, &g, &t, ret);
	if (l.found)
		return by_link(ctx, a, art, id, &l, ret);
	/* Title and date alone: when there is nothing better, or guid and link are both new
	 * although the text is the same. */
	if (!t.found || ctx->met(ctx->ctx, t.art.row))
		return WD_E_NOTFOUND;
	bool bare = !is_set(id->guid) && !is_set(id->link);
	if (!bare && !wd_hash_eq(t.art.content, wd_content_hash(art)))
		return WD_E_NOTFOUND;
	if (is_set(id->guid))
		ctx->feed->churned++;
	*ret = t.art;
	return WD_OK;
}
