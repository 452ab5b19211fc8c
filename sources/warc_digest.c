/* Digests of WARC records: "algorithm:value", the value in base32 (RFC 4648) or hex. */
#include <gnutls/crypto.h>

#include "sources/warc.h"

static size_t to_base32(const unsigned char *d, size_t n, char *out)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	size_t len = (n * 8 + 4) / 5;
	for (size_t i = 0; i < len; i++) {
		size_t bit = i * 5, at = bit / 8;
		unsigned v = (unsigned)d[at] << 8 | (at + 1 < n ? d[at + 1] : 0u);
		out[i] = alphabet[v >> (11 - bit % 8) & 31];
	}
	out[len] = '\0';
	return len;
}

struct wd_str wd_warc_digest(struct wd_arena *a, struct wd_str bytes)
{
	unsigned char d[20];
	char text[40];
	if (gnutls_hash_fast(GNUTLS_DIG_SHA1, bytes.n > 0 ? bytes.p : "", bytes.n, d) != 0)
		return WD_STR_NONE;
	(void)to_base32(d, sizeof(d), text);
	return wd_arena_printf(a, "sha1:%s", text);
}

int wd_warc_digest_check(struct wd_str digest, struct wd_str bytes)
{
	static const struct {
		const char *name;
		gnutls_digest_algorithm_t alg;
	} algs[] = {{"sha1", GNUTLS_DIG_SHA1}, {"sha256", GNUTLS_DIG_SHA256},
		{"sha-256", GNUTLS_DIG_SHA256}, {"sha512", GNUTLS_DIG_SHA512},
		{"md5", GNUTLS_DIG_MD5}};
	unsigned char d[64];
	char base32[128], hex[129];
	size_t colon = wd_str_chr(digest, ':', 0);
	struct wd_str name = wd_str_sub(digest, 0, colon),
		      value = wd_str_trim(wd_str_from(digest, colon + 1));
	if (colon == SIZE_MAX)
		return WD_E_UNSUPPORTED;
	while (value.n > 0 && value.p[value.n - 1] == '=')
		value.n--;
	for (size_t i = 0; i < WD_COUNTOF(algs); i++) {
		if (!wd_str_ieqc(name, algs[i].name))
			continue;
		if (gnutls_hash_fast(algs[i].alg, bytes.n > 0 ? bytes.p : "", bytes.n, d) != 0)
			return WD_E_SYS;
		size_t n = gnutls_hash_get_len(algs[i].alg);
		struct wd_str b32 = {base32, to_base32(d, n, base32)};
		for (size_t k = 0; k < n; k++)
			(void)snprintf(hex + 2 * k, 3, "%02x", d[k]);
		return wd_str_ieq(value, b32) || wd_str_ieqc(value, hex);
	}
	return WD_E_UNSUPPORTED;
}
