/**
 * Content codings (gzip, deflate, br, zstd) undone piece by piece, as bytes arrive.
 *
 * Data that is cut off is an error here: whoever sends half of it with a matching Content-Length
 * has sent half a document, and no other layer can see that.
 */
#pragma once
#include "base/err.h"
#include "base/str.h"

struct wd_unpack;
/** Takes unpacked bytes; a negative answer stops the unpacking and is returned by it. */
typedef int wd_unpack_sink(struct wd_str out, void *ctx, struct wd_err *err);

/** Unknown codings and stacks of them: NULL and WD_E_UNSUPPORTED. Empty or "identity" passes the
 * bytes through, and so does data that does not begin as its coding would (a wrong header). */
struct wd_unpack *wd_unpack_new(struct wd_str coding, struct wd_err *err);
/** What is behind the coded data is ignored. WD_E_MALFORMED: the data is broken. */
WD_MUST_USE int wd_unpack_feed(
	struct wd_unpack *u, struct wd_str in, wd_unpack_sink *sink, void *ctx, struct wd_err *err);
/** All has been fed. WD_E_MALFORMED: the data is cut off. */
WD_MUST_USE int wd_unpack_end(
	struct wd_unpack *u, wd_unpack_sink *sink, void *ctx, struct wd_err *err);
/** Whether data that begins so is not coded: it needs no unpacking. */
bool wd_unpack_is_plain(const struct wd_unpack *u, struct wd_str start);
void wd_unpack_free(struct wd_unpack *u); /* NULL is fine */
WD_DEFINE_CLEANUP(struct wd_unpack *, wd_unpack_free)
