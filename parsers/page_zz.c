/* A page cleaned as a whole, until parsers/page.c chooses its main text; that file's symbol comes
 * first in the archive and replaces this one. */
#include "parsers/build.h"

int wd_build_page(struct wd_arena *a, const struct wd_doc *doc, struct wd_str html,
	struct wd_article *ret, struct wd_err *err)
{
	struct wd_clean clean;
	struct wd_clean_opts opts = {.field = "text", .base = doc->url};
	memset(ret, 0, sizeof(*ret));
	ret->doc = doc;
	ret->parser = WD_STR("html");
	int r = wd_clean_fragment(a, html, &opts, &clean, err);
	if (r == WD_OK)
		wd_build_take_clean(a, &clean, ret);
	return r;
}
