/**
 * Hashing for ids and deduplication (XXH3-128): deterministic across machines and runs, not for
 * security.
 */
#pragma once
#include "base/arena.h"

struct wd_hash {
	uint64_t hi, lo;
};

/** Incremental: wd_hasher h; init, add …, end. A length is mixed in with each piece, so pieces do
 * not run together. */
struct wd_hasher;
struct wd_hasher *wd_hasher_new(void); /* NULL: out of memory */
void wd_hasher_free(struct wd_hasher *h);
WD_DEFINE_CLEANUP(struct wd_hasher *, wd_hasher_free)
void wd_hasher_reset(struct wd_hasher *h);
void wd_hasher_add(struct wd_hasher *h, struct wd_str s);
void wd_hasher_add_u64(struct wd_hasher *h, uint64_t v);
struct wd_hash wd_hasher_end(struct wd_hasher *h);

struct wd_hash wd_hash_bytes(struct wd_str s);
uint64_t wd_hash64(struct wd_str s);
static inline bool wd_hash_eq(struct wd_hash a, struct wd_hash b)
{
	return a.hi == b.hi && a.lo == b.lo;
}
#define WD_HASH_TEXT 33
/** 32 lower-case hex digits and a NUL. */
struct wd_str wd_hash_hex(struct wd_hash h, char out[WD_HASH_TEXT]);
/** 32 hex digits → hash. */
WD_MUST_USE int wd_hash_from_hex(struct wd_str s, struct wd_hash *ret);
