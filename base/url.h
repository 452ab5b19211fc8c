/**
 * URLs: split, resolve against a base (RFC 3986 §5), tidy what real pages write, registrable host.
 * Tracking parameters are data (data/url/), see desk/; here is only syntax.
 */
#pragma once
#include "base/arena.h"

struct wd_url {
	struct wd_str scheme, userinfo, host, port, path, query, fragment;
	bool has_authority, has_query, has_fragment;
};

/** Splits without copying; never fails (a text with no scheme is a relative reference). */
struct wd_url wd_url_split(struct wd_str s);
/**
 * Absolute form of `ref` against `base` (either may be empty; `ref` is returned trimmed when no
 * absolute form can be made). White space and controls inside are removed, spaces and other
 * characters a URI may not hold are percent-encoded, scheme and host are lower-cased.
 */
struct wd_str wd_url_resolve(struct wd_arena *a, struct wd_str base, struct wd_str ref);
/** http or https with a host. */
bool wd_url_is_http(struct wd_str s);
/** Any syntactically valid absolute URI (scheme ":" something, only characters RFC 3986 allows). */
bool wd_url_is_uri(struct wd_str s);
/** Without userinfo, for logs. */
struct wd_str wd_url_redact(struct wd_arena *a, struct wd_str s);
