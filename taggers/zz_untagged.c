/* No tags, until the taggers' own file, whose symbols come first in the archive, replaces this one.
 */
#include "taggers/tagger.h"

int wd_rules_load(const char *dir, struct wd_rules **ret, struct wd_err *err)
{
	(void)dir, (void)err;
	*ret = NULL;
	return WD_OK;
}

struct wd_rules *wd_rules_ref(struct wd_rules *r)
{
	return r;
}

void wd_rules_unref(struct wd_rules *r)
{
	(void)r;
}

struct wd_str wd_rules_version(const struct wd_rules *r)
{
	(void)r;
	return WD_STR_NONE;
}

struct wd_tag_scratch *wd_tag_scratch_new(const struct wd_rules *r)
{
	(void)r;
	return NULL;
}

void wd_tag_scratch_free(struct wd_tag_scratch *s)
{
	(void)s;
}

int wd_tag_article(const struct wd_rules *r, struct wd_tag_scratch *s, struct wd_arena *a,
	struct wd_article *article, const struct wd_tag_trace *trace, struct wd_err *err)
{
	(void)r, (void)s, (void)a, (void)article, (void)trace, (void)err;
	return WD_OK;
}
