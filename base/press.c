#include "base/press.h"

#include <stdlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "base/limits.h"

#define LEVEL 1
#define KEEP_BYTES (256 * WD_KIB) /* of the buffer, after a large one */
static const char magic[4] = {'\x28', '\xB5', '\x2F', '\xFD'}; /* RFC 8878, 3.1.1 */

struct wd_press {
	ZSTD_CCtx *ctx;
	struct wd_buf out;
};

struct wd_press *wd_press_new(void)
{
	struct wd_press *p = calloc(1, sizeof(*p));
	if (p == NULL)
		return NULL;
	p->ctx = ZSTD_createCCtx();
	wd_buf_init(&p->out, 2 * WD_GIB);
	if (p->ctx != NULL)
		return p;
	wd_press_free(p);
	return NULL;
}

void wd_press_free(struct wd_press *p)
{
	if (p == NULL)
		return;
	(void)ZSTD_freeCCtx(p->ctx);
	wd_buf_done(&p->out);
	free(p);
}

struct wd_str wd_press(struct wd_press *p, struct wd_str in)
{
	size_t bound = ZSTD_compressBound(in.n);
	if (p->out.cap > KEEP_BYTES) {
		wd_buf_done(&p->out);
		wd_buf_init(&p->out, 2 * WD_GIB);
	}
	wd_buf_reset(&p->out);
	if (in.n == 0 || ZSTD_isError(bound) || !wd_buf_reserve(&p->out, bound))
		return in;
	size_t n = ZSTD_compressCCtx(p->ctx, p->out.p, p->out.cap, in.p, in.n, LEVEL);
	/* Bytes that look pressed are pressed whatever comes of it: the way back goes by the look.
	 */
	if (ZSTD_isError(n) || (n >= in.n && !wd_str_starts(in, (struct wd_str){magic, 4})))
		return in;
	return (struct wd_str){p->out.p, n};
}

int wd_press_undo(
	struct wd_arena *a, struct wd_str in, size_t max, struct wd_str *ret, struct wd_err *err)
{
	*ret = in;
	if (!wd_str_starts(in, (struct wd_str){magic, sizeof(magic)}))
		return WD_OK;
	unsigned long long n = ZSTD_getFrameContentSize(in.p, in.n);
	if (n == ZSTD_CONTENTSIZE_UNKNOWN || n == ZSTD_CONTENTSIZE_ERROR)
		return wd_err_set(err, WD_E_MALFORMED, "a pressed record is damaged");
	char *out = n <= max ? wd_arena_bytes(a, (size_t)n + 1) : NULL;
	if (out == NULL)
		return wd_err_set(err, WD_E_LIMIT, "a pressed record of %llu bytes", n);
	size_t got = ZSTD_decompress(out, (size_t)n, in.p, in.n);
	if (ZSTD_isError(got) || got != n)
		return wd_err_set(err, WD_E_MALFORMED, "a pressed record is damaged");
	*ret = (struct wd_str){out, got};
	return WD_OK;
}
