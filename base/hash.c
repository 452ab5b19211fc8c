#include "base/hash.h"

#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

#include "base/err.h"

struct wd_hasher {
	XXH3_state_t *st;
};

struct wd_hasher *wd_hasher_new(void)
{
	struct wd_hasher *h = calloc(1, sizeof(*h));
	if (h == NULL)
		return NULL;
	h->st = XXH3_createState();
	if (h->st == NULL) {
		free(h);
		return NULL;
	}
	wd_hasher_reset(h);
	return h;
}

void wd_hasher_free(struct wd_hasher *h)
{
	if (h != NULL) {
		(void)XXH3_freeState(h->st);
		free(h);
	}
}

void wd_hasher_reset(struct wd_hasher *h)
{
	(void)XXH3_128bits_reset(h->st);
}

void wd_hasher_add_u64(struct wd_hasher *h, uint64_t v)
{
	unsigned char le[8];
	for (int i = 0; i < 8; i++)
		le[i] = (unsigned char)(v >> (8 * i));
	(void)XXH3_128bits_update(h->st, le, sizeof(le));
}

void wd_hasher_add(struct wd_hasher *h, struct wd_str s)
{
	wd_hasher_add_u64(h, s.n);
	if (s.n > 0)
		(void)XXH3_128bits_update(h->st, s.p, s.n);
}

struct wd_hash wd_hasher_end(struct wd_hasher *h)
{
	XXH128_hash_t x = XXH3_128bits_digest(h->st);
	return (struct wd_hash){x.high64, x.low64};
}

struct wd_hash wd_hash_bytes(struct wd_str s)
{
	XXH128_hash_t x = XXH3_128bits(s.n > 0 ? s.p : "", s.n);
	return (struct wd_hash){x.high64, x.low64};
}

uint64_t wd_hash64(struct wd_str s)
{
	return XXH3_64bits(s.n > 0 ? s.p : "", s.n);
}

static void put_hex(uint64_t v, char out[16])
{
	static const char digits[] = "0123456789abcdef";
	for (int i = 15; i >= 0; i--, v >>= 4)
		out[i] = digits[v & 15];
}

/* By hand: every document needs several, and snprintf took longer than its hash. */
struct wd_str wd_hash_hex(struct wd_hash h, char out[WD_HASH_TEXT])
{
	put_hex(h.hi, out);
	put_hex(h.lo, out + 16);
	out[WD_HASH_TEXT - 1] = '\0';
	return (struct wd_str){out, WD_HASH_TEXT - 1};
}

static int hex64(const char *p, uint64_t *ret)
{
	uint64_t v = 0;
	for (int i = 0; i < 16; i++) {
		char c = wd_lower(p[i]);
		if (!wd_is_digit(c) && (c < 'a' || c > 'f'))
			return WD_E_MALFORMED;
		v = v << 4 | (uint64_t)(wd_is_digit(c) ? c - '0' : c - 'a' + 10);
	}
	*ret = v;
	return WD_OK;
}

int wd_hash_from_hex(struct wd_str s, struct wd_hash *ret)
{
	struct wd_hash h;
	if (s.n != 32 || hex64(s.p, &h.hi) != WD_OK || hex64(s.p + 16, &h.lo) != WD_OK)
		return WD_E_MALFORMED;
	*ret = h;
	return WD_OK;
}
