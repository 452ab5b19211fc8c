/**
 * Documents that are gzip files themselves (sitemap.xml.gz), not only sent compressed.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

/** The body decompressed into `a` when it is gzip by its magic number, else the body itself.
 * WD_E_LIMIT: over WD_MAX_DOC_BYTES, or a decompression bomb by WD_MAX_DECOMPRESS_RATIO;
 * WD_E_MALFORMED: broken or cut off; half a document would pass for a new version of it. */
WD_MUST_USE int wd_inflate(
	struct wd_arena *a, struct wd_str body, struct wd_str *ret, struct wd_err *err);
