/**
 * Bytes → UTF-8. Precedence: forced > BOM > (HTTP charset | XML declaration | meta, as the format
 * has it) > content; a label that the bytes contradict loses (valid UTF-8 beats a legacy label;
 * undecodable bytes beat a UTF-8 one). Single bad bytes become U+FFFD; the neighbours stay. A
 * stretch between two tags that is wholly in a CJK charset amid UTF-8 is decoded for itself.
 */
#pragma once
#include "base/err.h"
#include "parsers/article.h"

enum wd_charset_kind { WD_CHARSET_XML, WD_CHARSET_HTML, WD_CHARSET_TEXT, WD_CHARSET_JSON };

struct wd_charset_result {
	struct wd_str
		text; /* valid UTF-8, no BOM; in the arena, or the input itself when it was fine */
	struct wd_str charset; /* "utf-8", "euc-kr", … lower-case IANA name */
	struct wd_str source;  /* forced, bom, http, declaration, meta, content, default */
	size_t replaced;       /* bytes that became U+FFFD */
	size_t segments;       /* stretches between markup that were in another charset */
	bool mislabelled;      /* a label was there and was wrong */
};

/** `content_type` is the HTTP header (may be empty), `forced` a charset name from the configuration
 * (may be empty). */
WD_MUST_USE int wd_charset_decode(struct wd_arena *a, struct wd_str bytes,
	enum wd_charset_kind kind, struct wd_str content_type, struct wd_str forced,
	struct wd_charset_result *ret, struct wd_err *err);

/** The name of a charset that can be decoded. */
bool wd_charset_is_known(struct wd_str name);

/** Text → cp949 bytes, for undoing what was read as such: one thread's, opened at the first use. */
struct wd_cp949 {
	void *handle;
};
/** Encodes all of `utf8` into `out`; returns the bytes, 0: it cannot be, or does not fit. */
size_t wd_cp949_encode(struct wd_cp949 *c, struct wd_str utf8, char *out, size_t cap);
void wd_cp949_done(struct wd_cp949 *c);
