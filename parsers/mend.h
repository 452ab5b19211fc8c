/**
 * Mender: text that was meant to be XML → well-formed XML, byte for byte the same where nothing was
 * wrong. Used by parsers/xml.c only.
 */
#pragma once
#include "base/err.h"
#include "parsers/article.h"

struct wd_mend_ops {
	/* The next piece of well-formed XML; negative stops. */
	int (*out)(void *ctx, struct wd_str piece);
	/* Something was mended at this byte of the input. All output of earlier records is out by
	 * then, and none of this record's. `code` is a literal. */
	void (*fault)(void *ctx, const char *code, size_t offset);
	/* Optional. A long run of text with nothing in it to mend comes here instead of in the
	 * output, which has the instruction WD_MEND_RUN in its place: the parser behind need not
	 * look at every letter of what was looked at already. */
	void (*text)(void *ctx, struct wd_str run, bool cdata);
};

#define WD_MEND_RUN "w"

/**
 * Runs over the text (valid UTF-8); the output has one root of its own, WD_MEND_ROOT, around
 * whatever roots the input has. Scratch comes from `a`. Linear in the input; memory is constant but
 * for declared entities. Errors: what out() returned, WD_E_NOMEM.
 */
WD_MUST_USE int wd_mend(
	struct wd_arena *a, struct wd_str text, const struct wd_mend_ops *ops, void *ctx);

#define WD_MEND_ROOT "wd-document"
