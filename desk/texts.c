/*
 * Most articles have one version for ever, and its text stood in the store twice: in the record
 * and in what is kept whole. A record of some thousand bytes costs two pages of the log and two of
 * the file, more than all else that is remembered of a new article.
 *
 * Chosen: the newest version's record has no text, that is taken from the kept article. When a
 * newer version takes its place there, the record gets its text first.
 *
 * Invariant: a record without text is the newest one put, and the article it belongs to is kept.
 * (A held version that is taken back leaves the record of what was before, which got its text when
 * the held one came.)
 *
 * Rejected: no record at all for the newest: its names are tags, which are not kept. Records in a
 * table of another form: every store would have to be rewritten at the next start.
 */
#include "desk/texts.h"

#include "base/buf.h"
#include "base/limits.h"
#include "desk/lifecycle.h"
#include "parsers/article_pack.h"

int wd_texts_get(struct wd_store *s, int64_t row, uint32_t number, struct wd_arena *a,
	struct wd_str *ret, struct wd_err *err)
{
	struct wd_str packed;
	struct wd_hash tags;
	struct wd_article art;
	int r = wd_store_version_get(s, row, number, a, ret, err);
	if (r != WD_OK || !wd_lifecycle_lacks_text(*ret))
		return r;
	r = wd_store_kept_get(s, row, a, &tags, &packed, err);
	if (r == WD_OK)
		r = wd_article_unpack(a, packed, &art, err);
	if (r == WD_OK)
		*ret = wd_lifecycle_with_text(a, *ret, art.text);
	return r;
}

/* The version before loses its place among the kept. */
static int complete(
	struct wd_store *s, const struct wd_texts *t, struct wd_arena *a, struct wd_err *err)
{
	struct wd_str record;
	if (t->before == 0)
		return WD_OK;
	int r = wd_store_version_get(s, t->row, t->before, a, &record, err);
	if (r != WD_OK || !wd_lifecycle_lacks_text(record))
		return r == WD_E_NOTFOUND ? WD_OK : r;
	r = wd_texts_get(s, t->row, t->before, a, &record, err);
	return r == WD_OK ? wd_store_version_put(s, t->row, t->before, record, t->keep, err)
			  : WD_OK; /* a diff less, for what cannot be read any more */
}

/* *ret_kept false: it is too large to keep, and to send. */
static int keep(struct wd_store *s, const struct wd_texts *t, const struct wd_article *art,
	bool *ret_kept, struct wd_err *err)
{
	struct wd_buf packed;
	wd_buf_init(&packed, WD_EVENT_MAX_BYTES);
	wd_article_pack(&packed, art);
	*ret_kept = !wd_buf_failed(&packed);
	int r = *ret_kept ? wd_store_kept_put(s, t->row, t->tags, wd_buf_str(&packed), err) : WD_OK;
	wd_buf_done(&packed);
	return r;
}

int wd_texts_put(struct wd_store *s, const struct wd_texts *t, const struct wd_article *art,
	struct wd_arena *a, struct wd_err *err)
{
	bool is_kept = false;
	int r = complete(s, t, a, err);
	if (r == WD_OK && t->whole)
		r = keep(s, t, art, &is_kept, err);
	struct wd_str record =
		is_kept ? wd_lifecycle_record_but_text(a, art) : wd_lifecycle_record(a, art);
	return r == WD_OK ? wd_store_version_put(s, t->row, t->number, record, t->keep, err) : r;
}
