/**
 * Buffer: grows up to a ceiling given at birth. Errors are sticky (Varnish's string builder):
 * append freely, ask once at the end with wd_buf_failed().
 */
#pragma once
#include "base/str.h"

struct wd_buf {
	char *p;
	size_t n, cap, max;
	bool failed; /* ceiling reached or out of memory; contents are then incomplete */
};

void wd_buf_init(struct wd_buf *b, size_t max_bytes);
void wd_buf_done(
	struct wd_buf *b); /* frees the contents; the struct may be used again after init */
static inline void wd_buf_reset(struct wd_buf *b)
{
	b->n = 0;
	b->failed = false;
}
static inline bool wd_buf_failed(const struct wd_buf *b)
{
	return b->failed;
}
static inline struct wd_str wd_buf_str(const struct wd_buf *b)
{
	return (struct wd_str){b->p, b->n};
}
/** Makes room for `more` bytes; false (and sticky) when the ceiling forbids it. */
bool wd_buf_reserve(struct wd_buf *b, size_t more);
void wd_buf_add(struct wd_buf *b, struct wd_str s);
void wd_buf_addc(struct wd_buf *b, const char *z);
void wd_buf_printf(struct wd_buf *b, const char *fmt, ...) WD_PRINTF(2, 3);
static inline void wd_buf_putc(struct wd_buf *b, char c)
{
	if (b->n < b->cap || wd_buf_reserve(b, 1))
		b->p[b->n++] = c;
}
/** Hands the memory out (free() it); the buffer is empty after. NUL-terminated. NULL on failure. */
char *wd_buf_take(struct wd_buf *b, size_t *ret_n);
