/*
 * From a document to its entries: charset, which format it is, that format's parser.
 *
 * The format is told by content first (what the first element is, what the JSON holds); a name or a
 * Content-Type only breaks ties, since both lie. What is no feed says what it is: an HTML page
 * names its title and the feeds it links to, a bot wall is told apart from an ordinary page, so the
 * schedule can slow down instead of calling the feed broken.
 */
#include "parsers/parser.h"

#include "base/limits.h"
#include "base/url.h"
#include "base/utf8.h"
#include "parsers/charset.h"
#include "parsers/html.h"
#include "parsers/inflate.h"
#include "parsers/parsers.h"

static const struct wd_parser_ops *const parsers[] = {
	&wd_feed_parser,
	&wd_jsonfeed_parser,
	&wd_ninjs_parser,
	&wd_sitemap_parser,
	&wd_nitf_parser,
	&wd_newsml1_parser,
	&wd_newsmlg2_parser,
	&wd_story_parser,
};

/* The names a format may be asked for by: architecture's, and their families. */
static const struct {
	const char *name;
	const struct wd_parser_ops *ops;
} formats[] = {{"rss", &wd_feed_parser}, {"rss090", &wd_feed_parser}, {"rss091", &wd_feed_parser},
	{"rss092", &wd_feed_parser}, {"rss093", &wd_feed_parser}, {"rss094", &wd_feed_parser},
	{"rss10", &wd_feed_parser}, {"rss20", &wd_feed_parser}, {"atom", &wd_feed_parser},
	{"atom03", &wd_feed_parser}, {"atom10", &wd_feed_parser}, {"cdf", &wd_feed_parser},
	{"jsonfeed", &wd_jsonfeed_parser}, {"jsonfeed10", &wd_jsonfeed_parser},
	{"jsonfeed11", &wd_jsonfeed_parser}, {"sitemap", &wd_sitemap_parser},
	{"sitemapindex", &wd_sitemap_parser}, {"nitf", &wd_nitf_parser},
	{"newsml1", &wd_newsml1_parser}, {"newsmlg2", &wd_newsmlg2_parser},
	{"ninjs", &wd_ninjs_parser}, {"json", &wd_ninjs_parser}, {"xml", &wd_story_parser}};

static const struct wd_parser_ops *by_format(struct wd_str format)
{
	for (size_t i = 0; i < WD_COUNTOF(formats); i++) {
		if (wd_str_eqc(format, formats[i].name))
			return formats[i].ops;
	}
	return NULL;
}

const char *wd_parser_format(size_t i)
{
	return i < WD_COUNTOF(formats) ? formats[i].name : NULL;
}

bool wd_parser_is_format(struct wd_str name)
{
	return by_format(name) != NULL;
}

bool wd_parser_is_json(struct wd_str text)
{
	struct wd_str s = wd_utf8_trim(text);
	char open = s.n > 1 ? s.p[0] : '\0', last = s.n > 1 ? s.p[s.n - 1] : '\0';
	struct wd_str inside = wd_utf8_trim(wd_str_sub(wd_str_from(s, 1), 0, 4096));
	char first = inside.n > 0 ? inside.p[0] : '\0';
	if (open == '{')
		return first == '"' || (first == '}' && inside.n == 1);
	/* "[Seoul = ...] text" is an article */
	return open == '[' &&
	       (first == '{' || (last == ']' && (first == '"' || first == '[' || first == ']' ||
							wd_is_digit(first))));
}

const struct wd_parser_ops *wd_parser_find(struct wd_str text, const struct wd_doc *doc)
{
	const struct wd_parser_ops *best = NULL;
	int best_score = 0;
	if (doc != NULL && doc->hints.format.n > 0 && (best = by_format(doc->hints.format)) != NULL)
		return best;
	/* Ordinary feeds come first and are sure of themselves: the other sniffers, some of which
	 * look far into the text, are not asked then. */
	for (size_t i = 0; i < WD_COUNTOF(parsers) && best_score < 90; i++) {
		int score = parsers[i]->sniff(text, doc);
		if (score > best_score) {
			best = parsers[i];
			best_score = score;
		}
	}
	return best;
}

static enum wd_charset_kind kind_of(struct wd_str body)
{
	struct wd_str s = wd_str_trim(wd_str_sub(body, 0, 64));
	while (s.n >= 3 && memcmp(s.p, "\xEF\xBB\xBF", 3) == 0)
		s = wd_str_trim(wd_str_from(s, 3));
	if (s.n > 0 && (s.p[0] == '{' || s.p[0] == '['))
		return WD_CHARSET_JSON;
	return WD_CHARSET_XML;
}

/* ---- what is no feed ---- */

static bool looks_like_html(struct wd_str text)
{
	struct wd_str head = wd_str_sub(text, 0, 64 * 1024);
	return wd_str_ifind(head, WD_STR("<html"), 0) != SIZE_MAX ||
	       wd_str_ifind(head, WD_STR("<!doctype html"), 0) != SIZE_MAX ||
	       wd_str_ifind(head, WD_STR("<body"), 0) != SIZE_MAX;
}

/* Words of the pages that stand between a client and a site; each is a vendor's own, not prose. */
bool wd_parser_is_bot_wall(struct wd_str text)
{
	static const char *const marks[] = {"cf-browser-verification",
		"/cdn-cgi/challenge-platform/", "cf_chl_opt", "cf-challenge", "_Incapsula_Resource",
		"px-captcha", "datadome", "ddos-guard", "sucuri_cloudproxy", "ak_bmsc",
		"g-recaptcha", "h-captcha", "Attention Required! | Cloudflare",
		"<title>Just a moment...", "Access Denied</"};
	struct wd_str head = wd_str_sub(text, 0, 64 * 1024);
	for (size_t i = 0; i < WD_COUNTOF(marks); i++) {
		if (wd_str_find(head, wd_str_c(marks[i]), 0) != SIZE_MAX)
			return true;
	}
	return false;
}

static bool is_feed_type(struct wd_str type)
{
	return wd_str_istarts(type, WD_STR("application/rss+xml")) ||
	       wd_str_istarts(type, WD_STR("application/atom+xml")) ||
	       wd_str_istarts(type, WD_STR("application/feed+json")) ||
	       wd_str_istarts(type, WD_STR("application/rdf+xml"));
}

static int say_html(const struct wd_parse_ctx *ctx, struct wd_err *err)
{
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MAX_ARTICLE_ARENA);
	const struct wd_html_opts opts = {0};
	struct wd_html html;
	struct wd_str title = WD_STR_NONE, feeds = WD_STR_NONE;
	const char *what = wd_parser_is_bot_wall(ctx->text) ? "a bot wall" : "an HTML page";

	if (a == NULL ||
		wd_html_parse(a, wd_str_sub(ctx->text, 0, WD_MIB), &opts, &html, NULL) != WD_OK)
		return wd_err_set(err, WD_E_UNSUPPORTED, "no feed but %s", what);
	struct wd_node *t = wd_node_find(html.root, WD_TAG_TITLE);
	if (t != NULL)
		title = wd_utf8_cut(wd_node_inner_text(a, t), 120);
	for (struct wd_node *n = html.root; n != NULL; n = wd_node_next(html.root, n, false)) {
		if (n->tag != WD_TAG_LINK || !is_feed_type(wd_node_attr(n, "type")) ||
			wd_str_ifind(wd_node_attr(n, "rel"), WD_STR("alternate"), 0) == SIZE_MAX)
			continue;
		struct wd_str href = wd_url_resolve(a, ctx->doc->url, wd_node_attr(n, "href"));
		if (feeds.n + href.n < 300)
			feeds = feeds.n > 0 ? wd_arena_printf(a, "%.*s %.*s", WD_STR_ARG(feeds),
						      WD_STR_ARG(href))
					    : href;
	}
	return wd_err_set(err, WD_E_UNSUPPORTED, "no feed but %s%s%.*s%s%s%.*s", what,
		title.n > 0 ? " titled \"" : "", WD_STR_ARG(title), title.n > 0 ? "\"" : "",
		feeds.n > 0 ? "; its feeds: " : "", WD_STR_ARG(feeds));
}

static int say_what(const struct wd_parse_ctx *ctx, struct wd_err *err)
{
	struct wd_str text = wd_str_trim(ctx->text);
	if (text.n == 0)
		return wd_err_set(err, WD_E_UNSUPPORTED, "no feed: empty");
	if (looks_like_html(text))
		return say_html(ctx, err);
	struct wd_str start = wd_utf8_cut(text, 40);
	return wd_err_set(err, WD_E_UNSUPPORTED, "no feed: it starts \"%.*s\"", WD_STR_ARG(start));
}

int wd_parse_feed(struct wd_parse_ctx *ctx, struct wd_err *err)
{
	const struct wd_doc *doc = ctx->doc;
	struct wd_charset_result cs;
	struct wd_str body;
	int rc = wd_inflate(ctx->arena, doc->body, &body, err);
	if (rc == WD_OK)
		rc = wd_charset_decode(ctx->arena, body, kind_of(body), doc->content_type,
			doc->hints.charset, &cs, err);
	if (rc != WD_OK)
		return rc;
	ctx->text = cs.text;
	ctx->feed->charset = cs.charset;
	ctx->feed->charset_source = cs.source;
	const struct wd_parser_ops *ops = wd_parser_find(ctx->text, doc);
	if (ops == NULL)
		return say_what(ctx, err);
	rc = ops->parse(ctx, err);
	if (cs.segments > 0) {
		struct wd_str *f = wd_vec_push(ctx->arena, &ctx->feed->faults);
		if (f != NULL)
			*f = wd_arena_printf(ctx->arena, "mixed-charsets (%zu)", cs.segments);
		ctx->feed->wellformed = false;
	}
	if (cs.replaced > 0 || cs.mislabelled) {
		struct wd_str *f = wd_vec_push(ctx->arena, &ctx->feed->faults);
		if (f != NULL)
			*f = cs.replaced > 0
				     ? wd_arena_printf(ctx->arena, "bad-bytes (%zu)", cs.replaced)
				     : WD_STR("wrong-charset-label");
		ctx->feed->wellformed = false;
	}
	return rc;
}
