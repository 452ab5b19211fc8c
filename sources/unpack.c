/*
 * One decoder of three libraries' behind one face. libcurl could undo the codings itself, but does
 * not say when the coded data ends before it is complete.
 *
 * The first bytes tell whether the data is coded at all and which of deflate's two forms it has,
 * so up to HEAD of them wait until that is known. brotli has no mark of its own: it is believed.
 */
#include "sources/unpack.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#define STEP (64 * 1024)
#define HEAD 4

enum coding { PLAIN, GZIP, DEFLATE, ZSTD, BROTLI };
static const char *const names[] = {"plain", "gzip", "deflate", "zstd", "br"};

struct wd_unpack {
	enum coding coding;
	bool is_open;     /* the decoder is chosen */
	bool is_complete; /* the coded data has come to an end */
	bool has_member;  /* gzip: one is complete, another may follow */
	char head[HEAD];
	size_t head_n;
	uint64_t fed;
	z_stream z;
	ZSTD_DCtx *zstd;
	BrotliDecoderState *br;
	unsigned char out[STEP];
};

struct wd_unpack *wd_unpack_new(struct wd_str coding, struct wd_err *err)
{
	static const struct {
		const char *name;
		enum coding coding;
	} known[] = {{"", PLAIN}, {"identity", PLAIN}, {"gzip", GZIP}, {"x-gzip", GZIP},
		{"deflate", DEFLATE}, {"zstd", ZSTD}, {"br", BROTLI}};
	coding = wd_str_trim(coding);
	for (size_t i = 0; i < WD_COUNTOF(known); i++) {
		if (!wd_str_ieqc(coding, known[i].name))
			continue;
		struct wd_unpack *u = calloc(1, sizeof(*u));
		if (u == NULL)
			(void)wd_err_set(err, WD_E_NOMEM, "out of memory");
		else
			u->coding = known[i].coding;
		return u;
	}
	(void)wd_err_set(err, WD_E_UNSUPPORTED, "content coding '%.*s' is not undone here",
		WD_STR_ARG(wd_str_sub(coding, 0, 60)));
	return NULL;
}

void wd_unpack_free(struct wd_unpack *u)
{
	if (u == NULL)
		return;
	if (u->is_open && (u->coding == GZIP || u->coding == DEFLATE))
		(void)inflateEnd(&u->z);
	(void)ZSTD_freeDCtx(u->zstd);
	if (u->br != NULL)
		BrotliDecoderDestroyInstance(u->br);
	free(u);
}

/* windowBits: 15 + 16 is gzip, 15 zlib, -15 bare deflate, which some servers send as "deflate". */
static bool open_zlib(struct wd_unpack *u, struct wd_str head)
{
	int bits = 15 + 16;
	if (u->coding == DEFLATE) {
		unsigned two =
			head.n > 1 ? (unsigned char)head.p[0] * 256u + (unsigned char)head.p[1] : 0;
		bits = head.n > 1 && (head.p[0] & 0x0F) == 8 && two % 31 == 0 ? 15 : -15;
	}
	return inflateInit2(&u->z, bits) == Z_OK;
}

bool wd_unpack_is_plain(const struct wd_unpack *u, struct wd_str start)
{
	switch (u->coding) {
	case PLAIN:
		return true;
	case GZIP:
		return !wd_str_starts(start, WD_STR("\x1F\x8B"));
	case ZSTD:
		return !wd_str_starts(start, WD_STR("\x28\xB5\x2F\xFD"));
	case DEFLATE:
		return start.n > 0 && (start.p[0] == '<' || start.p[0] == '{');
	default:
		return false;
	}
}

/* Chooses the decoder; data without its coding's mark is taken as it is. */
static int open_coding(struct wd_unpack *u, struct wd_err *err)
{
	struct wd_str head = {u->head, u->head_n};
	bool ok = true;
	if (wd_unpack_is_plain(u, head))
		u->coding = PLAIN;
	if (u->coding == GZIP || u->coding == DEFLATE)
		ok = open_zlib(u, head);
	else if (u->coding == ZSTD)
		ok = (u->zstd = ZSTD_createDCtx()) != NULL;
	else if (u->coding == BROTLI)
		ok = (u->br = BrotliDecoderCreateInstance(NULL, NULL, NULL)) != NULL;
	u->is_open = ok;
	return ok ? WD_OK : wd_err_set(err, WD_E_NOMEM, "out of memory");
}

static int broken(const struct wd_unpack *u, struct wd_err *err)
{
	return wd_err_set(err, WD_E_MALFORMED, "broken %s data", names[u->coding]);
}

static int feed_zlib(
	struct wd_unpack *u, struct wd_str in, wd_unpack_sink *sink, void *ctx, struct wd_err *err)
{
	int zr = Z_OK, rc = WD_OK;
	u->z.next_in = wd_unconst(in.p);
	u->z.avail_in = (uInt)in.n;
	while (rc == WD_OK && zr == Z_OK) {
		if (u->is_complete) {
			if (u->coding != GZIP || u->z.avail_in == 0 || u->z.next_in[0] != 0x1F)
				return WD_OK;
			u->has_member = true;
			u->is_complete = inflateReset(&u->z) != Z_OK;
		}
		u->z.next_out = u->out;
		u->z.avail_out = STEP;
		zr = inflate(&u->z, Z_NO_FLUSH);
		if (u->z.avail_out < STEP)
			rc = sink((struct wd_str){(char *)u->out, STEP - u->z.avail_out}, ctx, err);
		if (zr == Z_STREAM_END) {
			u->is_complete = true;
			zr = Z_OK;
		}
	}
	if (rc < 0 || zr == Z_BUF_ERROR) /* no more input */
		return rc;
	if (u->has_member && u->z.total_out == 0) { /* it was no other member */
		u->is_complete = true;
		return WD_OK;
	}
	return broken(u, err);
}

static int feed_zstd(
	struct wd_unpack *u, struct wd_str in, wd_unpack_sink *sink, void *ctx, struct wd_err *err)
{
	ZSTD_inBuffer src = {in.p, in.n, 0};
	int rc = WD_OK;
	for (bool more = true; more && rc == WD_OK;) {
		ZSTD_outBuffer dst = {u->out, STEP, 0};
		size_t left = ZSTD_decompressStream(u->zstd, &dst, &src);
		if (ZSTD_isError(left) != 0) {
			/* behind a whole frame: not ours */
			return u->is_complete ? WD_OK : broken(u, err);
		}
		if (dst.pos > 0)
			rc = sink((struct wd_str){(char *)u->out, dst.pos}, ctx, err);
		u->is_complete = left == 0;
		more = src.pos < src.size || dst.pos == STEP;
	}
	return rc;
}

static int feed_brotli(
	struct wd_unpack *u, struct wd_str in, wd_unpack_sink *sink, void *ctx, struct wd_err *err)
{
	const uint8_t *next = (const uint8_t *)in.p;
	size_t left = in.n;
	int rc = WD_OK;
	BrotliDecoderResult r = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
	while (rc == WD_OK && r == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
		uint8_t *out = u->out;
		size_t room = STEP;
		r = BrotliDecoderDecompressStream(u->br, &left, &next, &room, &out, NULL);
		if (room < STEP)
			rc = sink((struct wd_str){(char *)u->out, STEP - room}, ctx, err);
	}
	u->is_complete = r == BROTLI_DECODER_RESULT_SUCCESS;
	return rc == WD_OK && r == BROTLI_DECODER_RESULT_ERROR ? broken(u, err) : rc;
}

static int feed(
	struct wd_unpack *u, struct wd_str in, wd_unpack_sink *sink, void *ctx, struct wd_err *err)
{
	if (in.n == 0)
		return WD_OK;
	switch (u->coding) {
	case GZIP:
	case DEFLATE:
		return feed_zlib(u, in, sink, ctx, err);
	case ZSTD:
		return feed_zstd(u, in, sink, ctx, err);
	case BROTLI:
		return u->is_complete ? WD_OK : feed_brotli(u, in, sink, ctx, err);
	default:
		return sink(in, ctx, err);
	}
}

/* The bytes that waited for their coding to be known. */
static int feed_head(struct wd_unpack *u, wd_unpack_sink *sink, void *ctx, struct wd_err *err)
{
	struct wd_str head = {u->head, u->head_n};
	int rc = open_coding(u, err);
	return rc == WD_OK ? feed(u, head, sink, ctx, err) : rc;
}

int wd_unpack_feed(
	struct wd_unpack *u, struct wd_str in, wd_unpack_sink *sink, void *ctx, struct wd_err *err)
{
	u->fed += in.n;
	if (!u->is_open) {
		size_t n = WD_MIN(HEAD - u->head_n, in.n);
		if (n > 0)
			memcpy(u->head + u->head_n, in.p, n);
		u->head_n += n;
		in = wd_str_from(in, n);
		if (u->head_n < HEAD)
			return WD_OK;
		int rc = feed_head(u, sink, ctx, err);
		if (rc < 0)
			return rc;
	}
	return feed(u, in, sink, ctx, err);
}

int wd_unpack_end(struct wd_unpack *u, wd_unpack_sink *sink, void *ctx, struct wd_err *err)
{
	int rc = u->is_open ? WD_OK : feed_head(u, sink, ctx, err);
	if (rc < 0 || u->coding == PLAIN || u->is_complete || u->fed == 0)
		return rc;
	return wd_err_set(err, WD_E_MALFORMED, "the %s data is cut off after %llu bytes",
		names[u->coding], (unsigned long long)u->fed);
}
