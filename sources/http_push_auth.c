/*
 * Who may push. Tokens and keys come from files, several at once so that they can be rotated; all
 * comparisons take the same time whatever is right about a guess, and all of them are made.
 *
 * A signature covers the time and the body ("t.body", HMAC-SHA256), so a recorded request is of no
 * use after five minutes; within them the signature is the idempotency key, so that a replay brings
 * nothing back that was changed since.
 */
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>

#include "base/clock.h"
#include "sources/http_push_impl.h"

#define SIGNATURE_WINDOW_S 300

static bool same(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;
	unsigned diff = 0;
	for (size_t i = 0; i < n; i++)
		diff |= (unsigned)(x[i] ^ y[i]);
	return diff == 0;
}

/* Digests first: their length tells nothing of the secret's. */
static bool is_token(struct wd_str given, struct wd_str want)
{
	unsigned char a[32], b[32];
	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, given.p, given.n, a) != 0 ||
		gnutls_hash_fast(GNUTLS_DIG_SHA256, want.p, want.n, b) != 0)
		return false;
	return same(a, b, sizeof(a));
}

bool wd_push_auth_head(const struct wd_push_head *h, const struct wd_push_conf *s, bool is_local,
	bool *ret_signed, struct wd_problem *p)
{
	bool good = false;
	*ret_signed = false;
	if (s->tokens.n == 0 && s->hmac_keys.n == 0) {
		if (is_local)
			return true;
		return wd_problem_set(p, MHD_HTTP_UNAUTHORIZED, "not allowed",
			"this source has neither token_file nor hmac_file, so it takes requests from the "
			"same machine only");
	}
	if (s->hmac_keys.n > 0 && h->signature.n > 0) {
		*ret_signed = true;
		return true;
	}
	if (wd_str_istarts(h->auth, WD_STR("Bearer "))) {
		struct wd_str token = wd_str_trim(wd_str_from(h->auth, 7));
		for (size_t i = 0; i < s->tokens.n; i++)
			good |= is_token(token, s->tokens.v[i]);
	}
	if (good)
		return true;
	return wd_problem_set(p, MHD_HTTP_UNAUTHORIZED, "not allowed", "send %s%s%s",
		s->tokens.n > 0 ? "Authorization: Bearer TOKEN" : "",
		s->tokens.n > 0 && s->hmac_keys.n > 0 ? " or " : "",
		s->hmac_keys.n > 0 ? "X-Wiredesk-Signature: t=UNIXTIME,v1=HEX" : "");
}

static bool from_hex(struct wd_str s, unsigned char out[32])
{
	if (s.n != 64)
		return false;
	for (size_t i = 0; i < 64; i++) {
		char c = wd_lower(s.p[i]);
		int v = wd_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
		if (v < 0)
			return false;
		out[i / 2] = (unsigned char)(i % 2 == 0 ? v << 4 : out[i / 2] | v);
	}
	return true;
}

static bool mac_is(
	struct wd_str key, struct wd_str t, struct wd_str body, const unsigned char want[32])
{
	gnutls_hmac_hd_t h;
	unsigned char mac[32];
	if (gnutls_hmac_init(&h, GNUTLS_MAC_SHA256, key.p, key.n) != 0)
		return false;
	(void)gnutls_hmac(h, t.p, t.n);
	(void)gnutls_hmac(h, ".", 1);
	(void)gnutls_hmac(h, body.p, body.n);
	gnutls_hmac_deinit(h, mac);
	return same(mac, want, sizeof(mac));
}

bool wd_push_auth_body(struct wd_str header, const struct wd_push_conf *s, struct wd_str body,
	int64_t now_us, struct wd_problem *p)
{
	struct wd_str rest = header, part;
	struct wd_str t = WD_STR_NONE;
	unsigned char mac[32];
	bool has_mac = false, good = false;
	uint64_t when = 0;
	while (rest.n > 0 && wd_str_split(&rest, ',', &part)) {
		part = wd_str_trim(part);
		if (wd_str_starts(part, WD_STR("t=")))
			t = wd_str_from(part, 2);
		else if (wd_str_starts(part, WD_STR("v1=")))
			has_mac = from_hex(wd_str_from(part, 3), mac);
	}
	if (!has_mac || wd_str_to_u64(t, 0, INT64_MAX / WD_SEC, &when) != WD_OK)
		return wd_problem_set(p, MHD_HTTP_UNAUTHORIZED, "not allowed",
			"X-Wiredesk-Signature must be t=UNIXTIME,v1=HEX with 64 hex digits");
	for (size_t i = 0; i < s->hmac_keys.n; i++)
		good |= mac_is(s->hmac_keys.v[i], t, body, mac);
	if (!good)
		return wd_problem_set(p, MHD_HTTP_UNAUTHORIZED, "not allowed",
			"the signature is not HMAC-SHA256 of \"t.body\" with a key of this source");
	int64_t off = now_us / WD_SEC - (int64_t)when;
	if (off > SIGNATURE_WINDOW_S || off < -SIGNATURE_WINDOW_S)
		return wd_problem_set(p, MHD_HTTP_UNAUTHORIZED, "not allowed",
			"the signature's time is more than %d s from now: sign again, check the clocks",
			SIGNATURE_WINDOW_S);
	return true;
}
