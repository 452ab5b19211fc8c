#include "base/buf.h"

#include <stdarg.h>

void wd_buf_init(struct wd_buf *b, size_t max_bytes)
{
	*b = (struct wd_buf){.max = max_bytes};
}

void wd_buf_done(struct wd_buf *b)
{
	free(b->p);
	*b = (struct wd_buf){.max = b->max};
}

bool wd_buf_reserve(struct wd_buf *b, size_t more)
{
	if (b->failed)
		return false;
	if (more <= b->cap - b->n)
		return true;
	if (b->n > b->max || more > b->max - b->n) {
		b->failed = true;
		return false;
	}
	size_t want = WD_MAX(b->n + more, b->cap < b->max / 2 ? b->cap * 2 : b->max);
	want = WD_MAX(want, WD_MIN((size_t)256, b->max));
	char *p = realloc(b->p, want);
	if (p == NULL) {
		b->failed = true;
		return false;
	}
	b->p = p;
	b->cap = want;
	return true;
}

void wd_buf_add(struct wd_buf *b, struct wd_str s)
{
	if (s.n > 0 && wd_buf_reserve(b, s.n)) {
		memcpy(b->p + b->n, s.p, s.n);
		b->n += s.n;
	}
}

void wd_buf_addc(struct wd_buf *b, const char *z)
{
	wd_buf_add(b, wd_str_c(z));
}

void wd_buf_printf(struct wd_buf *b, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n >= 0 && wd_buf_reserve(b, (size_t)n + 1)) {
		(void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

char *wd_buf_take(struct wd_buf *b, size_t *ret_n)
{
	if (!wd_buf_reserve(b, 1))
		return NULL;
	b->p[b->n] = '\0';
	if (ret_n != NULL)
		*ret_n = b->n;
	char *p = wd_take(b->p);
	*b = (struct wd_buf){.max = b->max};
	return p;
}
