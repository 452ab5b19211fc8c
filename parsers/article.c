#include "parsers/article.h"

#include "base/limits.h"

void wd_repair_add(struct wd_arena *a, wd_repairs *list, const char *kind, const char *field,
	int64_t count, struct wd_str note)
{
	WD_VEC_EACH (struct wd_repair, r, list) {
		if (wd_str_eqc(r->kind, kind) && wd_str_eqc(r->field, field)) {
			r->count += count;
			return;
		}
	}
	struct wd_repair *r = list->n < WD_MAX_REPAIRS ? wd_vec_push(a, list) : NULL;
	if (r == NULL)
		return;
	r->kind = wd_arena_str(a, wd_str_c(kind));
	r->field = wd_arena_str(a, wd_str_c(field));
	r->count = count;
	r->note = wd_arena_str(a, note);
}

void wd_removed_add(struct wd_arena *a, wd_removals *list, const char *kind, struct wd_str text)
{
	text = wd_str_trim(text);
	struct wd_removed *r = text.n > 0 && list->n < WD_MAX_REMOVED ? wd_vec_push(a, list) : NULL;
	if (r == NULL)
		return;
	r->kind = wd_arena_str(a, wd_str_c(kind));
	r->text = wd_arena_str(a, text);
}
