/*
 * gzip bodies, in two runs: the first only counts, so that limits are met before memory is given
 * and the arena gets one piece of the right size instead of a buffer's doublings.
 */
#include "parsers/inflate.h"

#include <zlib.h>

#include "base/limits.h"

#define STEP (64 * 1024)
#define GZIP_WINDOW (MAX_WBITS + 16) /* zlib: gzip wrapping only */

/** Runs over all members; writes to `out` unless it is NULL. */
static int run(struct wd_str body, char *out, size_t cap, size_t *ret_n, bool *ret_cut)
{
	unsigned char step[STEP];
	z_stream z = {0};
	size_t n = 0;
	int rc = WD_OK, zr = Z_OK;
	if (inflateInit2(&z, GZIP_WINDOW) != Z_OK)
		return WD_E_NOMEM;
	z.next_in = wd_unconst(body.p);
	z.avail_in = (uInt)body.n;
	for (;;) {
		bool direct = out != NULL;
		size_t room = direct ? WD_MIN(cap - n, (size_t)STEP) : STEP;
		if (room == 0)
			break;
		z.next_out = direct ? (unsigned char *)out + n : step;
		z.avail_out = (uInt)room;
		zr = inflate(&z, Z_NO_FLUSH);
		n += room - z.avail_out;
		if (n > WD_MAX_DOC_BYTES || (n > WD_MIB && n / WD_MAX_DECOMPRESS_RATIO > body.n)) {
			rc = WD_E_LIMIT;
			break;
		}
		if (zr == Z_STREAM_END && z.avail_in >= 2 && z.next_in[0] == 0x1f &&
			z.next_in[1] == 0x8b && inflateReset(&z) == Z_OK)
			continue; /* another member */
		if (zr != Z_OK)
			break;
	}
	(void)inflateEnd(&z);
	*ret_n = n;
	*ret_cut = zr != Z_STREAM_END;
	return rc;
}

int wd_inflate(struct wd_arena *a, struct wd_str body, struct wd_str *ret, struct wd_err *err)
{
	size_t n, written;
	bool cut;
	if (body.n < 3 || memcmp(body.p, "\x1f\x8b\x08", 3) != 0) {
		*ret = body;
		return WD_OK;
	}
	if (body.n > WD_MAX_DOC_BYTES)
		return wd_err_set(err, WD_E_LIMIT, "a gzip file of %zu bytes", body.n);
	int rc = run(body, NULL, 0, &n, &cut);
	if (rc < 0)
		return wd_err_set(err, rc, "gzip: %s",
			rc == WD_E_LIMIT ? "it decompresses to too much" : "out of memory");
	if (n == 0)
		return wd_err_set(err, WD_E_MALFORMED, "gzip: nothing in it can be decompressed");
	if (cut)
		return wd_err_set(err, WD_E_MALFORMED,
			"gzip: the data is cut off or broken after %zu bytes of text", n);
	char *out = wd_arena_bytes(a, n);
	if (out == NULL)
		return wd_err_set(err, WD_E_LIMIT, "gzip: no room for %zu bytes", n);
	rc = run(body, out, n, &written, &cut);
	if (rc < 0)
		return wd_err_set(err, rc, "gzip");
	*ret = (struct wd_str){out, written};
	return WD_OK;
}
