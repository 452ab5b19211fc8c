/**
 * Documents that are gzip files themselves (sitemap.xml.gz), not only sent compressed.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

/** The body decompressed into `a` when it is gzip by its magic number, else the body itself. A
 * file that is cut off gives what it held and sets *ret_cut. WD_E_LIMIT: over WD_MAX_DOC_BYTES, or
 * a decompression bomb by WD_MAX_DECOMPRESS_RATIO; WD_E_MALFORMED: nothing could be decompressed.
 */
WD_MUST_USE int wd_inflate(struct wd_arena *a, struct wd_str body, struct wd_str *ret,
	bool *ret_cut, struct wd_err *err);
