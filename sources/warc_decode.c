/* Content codings of archived responses: gzip and deflate by zlib, zstd by libzstd. */
#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "sources/warc.h"

/* windowBits: 15 + 32 detects gzip and zlib; some servers' "deflate" is raw (-15). */
static int inflate_all(struct wd_arena *a, struct wd_str in, int window_bits, size_t max,
	struct wd_str *ret, struct wd_err *err)
{
	z_stream z = {0};
	struct wd_buf out;
	if (inflateInit2(&z, window_bits) != Z_OK)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	wd_buf_init(&out, max);
	z.next_in = wd_unconst(in.p);
	z.avail_in = (uInt)in.n;
	int rc = Z_OK;
	while (rc == Z_OK &&
		wd_buf_reserve(&out, WD_MIN((size_t)65536, WD_MAX(max - out.n, (size_t)1)))) {
		z.next_out = (unsigned char *)out.p + out.n;
		z.avail_out = (uInt)WD_MIN(out.cap - out.n, (size_t)UINT32_MAX);
		size_t room = z.avail_out;
		rc = inflate(&z, Z_NO_FLUSH);
		out.n += room - z.avail_out;
		if (rc == Z_BUF_ERROR && z.avail_in == 0)
			break;
	}
	(void)inflateEnd(&z);
	int result = WD_OK;
	if (out.failed)
		result = wd_err_set(err, WD_E_LIMIT, "decoded body is over %zu bytes", max);
	else if (rc != Z_STREAM_END && out.n == 0 && in.n > 0)
		result = wd_err_set(err, WD_E_MALFORMED, "bad gzip or deflate data");
	else if (wd_arena_dup(a, wd_buf_str(&out), ret) != WD_OK)
		result = wd_err_set(err, WD_E_LIMIT, "decoded body is over the document's memory");
	wd_buf_done(&out);
	return result;
}

static int unzstd(
	struct wd_arena *a, struct wd_str in, size_t max, struct wd_str *ret, struct wd_err *err)
{
	ZSTD_DCtx *ctx = ZSTD_createDCtx();
	struct wd_buf buf;
	if (ctx == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	wd_buf_init(&buf, max);
	ZSTD_inBuffer src = {in.p, in.n, 0};
	size_t left = 1;
	bool bad = false;
	while (src.pos < src.size && !bad &&
		wd_buf_reserve(&buf, WD_MIN((size_t)131072, WD_MAX(max - buf.n, (size_t)1)))) {
		ZSTD_outBuffer dst = {buf.p + buf.n, buf.cap - buf.n, 0};
		left = ZSTD_decompressStream(ctx, &dst, &src);
		bad = ZSTD_isError(left) != 0;
		buf.n += dst.pos;
	}
	(void)ZSTD_freeDCtx(ctx);
	int rc = WD_OK;
	if (buf.failed)
		rc = wd_err_set(err, WD_E_LIMIT, "decoded body is over %zu bytes", max);
	else if (bad)
		rc = wd_err_set(err, WD_E_MALFORMED, "bad zstd data");
	else if (wd_arena_dup(a, wd_buf_str(&buf), ret) != WD_OK)
		rc = wd_err_set(err, WD_E_LIMIT, "decoded body is over the document's memory");
	wd_buf_done(&buf);
	return rc;
}

int wd_warc_decode(struct wd_arena *a, struct wd_str payload, struct wd_str coding, size_t max,
	struct wd_str *ret, struct wd_err *err)
{
	coding = wd_str_trim(coding);
	*ret = payload;
	if (coding.n == 0 || wd_str_ieqc(coding, "identity") || payload.n == 0)
		return WD_OK;
	if (wd_str_ieqc(coding, "gzip") || wd_str_ieqc(coding, "x-gzip")) {
		/* Archives often hold the decoded body under the old header: believe the bytes. */
		if (!wd_str_starts(payload, WD_STR("\x1F\x8B")))
			return WD_OK;
		return inflate_all(a, payload, 15 + 32, max, ret, err);
	}
	if (wd_str_ieqc(coding, "deflate")) {
		bool zlib =
			payload.n > 1 && (payload.p[0] & 0x0F) == 8 &&
			((unsigned char)payload.p[0] * 256u + (unsigned char)payload.p[1]) % 31 ==
				0;
		return inflate_all(a, payload, zlib ? 15 : -15, max, ret, err);
	}
	if (wd_str_ieqc(coding, "zstd")) {
		if (!wd_str_starts(payload, WD_STR("\x28\xB5\x2F\xFD")))
			return WD_OK;
		return unzstd(a, payload, max, ret, err);
	}
	return wd_err_set(err, WD_E_UNSUPPORTED, "content coding '%.*s' is not undone here",
		WD_STR_ARG(coding));
}
