/**
 * Charsets by name: what we report, what iconv calls them, and what else they are called. Not for
 * anybody but charset.c.
 */
#pragma once
#include "base/str.h"

/* A charset as we know it: the name we report, the converters to try in order. `kind` says what the
 * bytes of text in it look like. */
enum charset_kind { K_UTF8, K_WIDE, K_SINGLE, K_CJK, K_ASCII, K_7BIT };
struct charset {
	const char *name, *iconv, *iconv2;
	enum charset_kind kind;
};

/** By the name we report; NULL: none of them. */
const struct charset *charset_named(const char *name);
/** By any of its names, without quotes or spaces around it, in any case. */
const struct charset *charset_labelled(struct wd_str label);
