/* Content codings of archived and posted bodies, undone in one go. */
#include "base/buf.h"
#include "base/limits.h"
#include "sources/unpack.h"
#include "sources/warc.h"

static int add(struct wd_str out, void *ctx, struct wd_err *err)
{
	struct wd_buf *b = ctx;
	wd_buf_add(b, out);
	return b->failed ? wd_err_set(err, WD_E_LIMIT, "decoded body is over %zu bytes", b->max)
			 : WD_OK;
}

int wd_warc_decode(struct wd_arena *a, struct wd_str payload, struct wd_str coding, size_t max,
	struct wd_str *ret, struct wd_err *err)
{
	struct wd_buf out;
	*ret = payload;
	if (payload.n == 0)
		return WD_OK;
	wd_cleanup(wd_unpack_freep) struct wd_unpack *u = wd_unpack_new(coding, err);
	if (u == NULL)
		return err != NULL ? err->code : WD_E_UNSUPPORTED;
	if (wd_unpack_is_plain(u, payload))
		return WD_OK;
	wd_buf_init(&out, max);
	int rc = wd_unpack_feed(u, payload, add, &out, err);
	if (rc == WD_OK)
		rc = wd_unpack_end(u, add, &out, err);
	if (rc == WD_OK && wd_arena_dup(a, wd_buf_str(&out), ret) != WD_OK)
		rc = wd_err_set(err, WD_E_LIMIT, "decoded body is over the document's memory");
	wd_buf_done(&out);
	return rc;
}
