/**
 * Growable arrays in an arena: `WD_VEC(struct wd_link) links;` is {v, n, cap}.
 * Old storage stays in the arena until its reset, at most doubling what is used.
 */
#pragma once
#include "base/arena.h"

#define WD_VEC(type)                                                                               \
	struct {                                                                                   \
		type *v;                                                                           \
		size_t n, cap;                                                                     \
	}

/** Pointer to a new zeroed element at the end, NULL when the arena's limit is reached. */
#define wd_vec_push(arena, vec)                                                                    \
	((vec)->n < (vec)->cap || wd_vec_grow((arena), (void **)&(vec)->v, &(vec)->cap, (vec)->n,  \
					  sizeof(*(vec)->v))                                       \
			? (memset(&(vec)->v[(vec)->n], 0, sizeof(*(vec)->v)),                      \
				  &(vec)->v[(vec)->n++])                                           \
			: NULL)

/** `WD_VEC_EACH(const struct wd_link, l, &links) { … }` */
#define WD_VEC_EACH(type, var, vec)                                                                \
	for (type *var = (vec)->v; var != NULL && var < (vec)->v + (vec)->n; var++)

static inline bool wd_vec_grow(
	struct wd_arena *a, void **v, size_t *cap, size_t n, size_t elem_size)
{
	size_t want = *cap > 0 ? *cap * 2 : 4;
	void *p = wd_arena_array(a, want, elem_size);
	if (p == NULL)
		return false;
	if (n > 0)
		memcpy(p, *v, n * elem_size);
	*v = p;
	*cap = want;
	return true;
}
