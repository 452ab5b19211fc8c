/*
 * Bytes of the inbox's files, little-endian as the machine has them: the files never leave it.
 *
 *   segment  "WDINBOX1" · first seq · check
 *   record   magic · length of payload · seq · check · payload
 *   payload  id (16) · body hash · received · origin · lengths of source, type, input, url · texts
 * · body
 *
 * The check covers everything and is salted with the segment's first seq: segments are overwritten
 * instead of grown (that halves what a sync costs), and what a former use left behind them has
 * another salt. It is computed in two steps, payload and rest, so that a writer who learns late
 * which segment a record goes to need not read the payload again.
 */
#include <string.h>

#include "sources/inbox_impl.h"

#define RECORD_MAGIC 0x0a524457u /* "WDR\n" */
#define MAX_LENGTH (UINT32_MAX / 2)

static const char segment_magic[8] = {'W', 'D', 'I', 'N', 'B', 'O', 'X', '1'};

static char *put(char *at, const void *p, size_t n)
{
	if (n > 0)
		memcpy(at, p, n);
	return at + n;
}

static const char *get(const char *at, void *p, size_t n)
{
	memcpy(p, at, n);
	return at + n;
}

size_t wd_inbox_record_size(const struct wd_inbox_record *r)
{
	return WD_INBOX_HEAD + WD_INBOX_PAYLOAD + 8 + r->source.n + r->type.n + r->input.n +
	       r->url.n + r->body.n;
}

/* The payload ends in its own hash, the head has one over all that is not payload. */
static uint64_t head_check(const char *record, uint64_t payload_hash, uint64_t salt)
{
	uint64_t all[4] = {0, 0, payload_hash, salt};
	memcpy(all, record, 16);
	return wd_hash64((struct wd_str){(const char *)all, sizeof(all)});
}

void wd_inbox_record_write(const struct wd_inbox_record *r, uint64_t salt, char *out)
{
	uint32_t magic = RECORD_MAGIC, length = (uint32_t)(wd_inbox_record_size(r) - WD_INBOX_HEAD);
	uint32_t sizes[4] = {(uint32_t)r->source.n, (uint32_t)r->type.n, (uint32_t)r->input.n,
		(uint32_t)r->url.n};
	char *at = put(out, &magic, 4);
	at = put(at, &length, 4);
	at = put(at, &r->seq, 8);
	at = put(at + 8, &r->id, 16);
	at = put(at, &r->body_hash, 8);
	at = put(at, &r->received_us, 8);
	at = put(at, &r->origin, 4);
	at = put(at, sizes, sizeof(sizes));
	at = put(at, r->source.p, r->source.n);
	at = put(at, r->type.p, r->type.n);
	at = put(at, r->input.p, r->input.n);
	at = put(at, r->url.p, r->url.n);
	at = put(at, r->body.p, r->body.n);
	const char *payload = out + WD_INBOX_HEAD;
	uint64_t hash = wd_hash64((struct wd_str){payload, (size_t)(at - payload)});
	(void)put(at, &hash, 8);
	wd_inbox_record_seal(out, salt);
}

void wd_inbox_record_seal(char *record, uint64_t salt)
{
	uint32_t length;
	uint64_t hash;
	(void)get(record + 4, &length, 4);
	(void)get(record + WD_INBOX_HEAD + length - 8, &hash, 8);
	uint64_t check = head_check(record, hash, salt);
	(void)put(record + 16, &check, 8);
}

static bool read_payload(struct wd_str payload, struct wd_inbox_record *ret)
{
	uint32_t sizes[4];
	const char *at = get(payload.p, &ret->id, 16);
	at = get(at, &ret->body_hash, 8);
	at = get(at, &ret->received_us, 8);
	at = get(at, &ret->origin, 4);
	at = get(at, sizes, sizeof(sizes));
	size_t left = payload.n - WD_INBOX_PAYLOAD;
	struct wd_str *texts[4] = {&ret->source, &ret->type, &ret->input, &ret->url};
	for (size_t i = 0; i < WD_COUNTOF(texts); i++) {
		if (sizes[i] > left || sizes[i] > WD_INBOX_MAX_TEXT)
			return false;
		*texts[i] = (struct wd_str){at, sizes[i]};
		at += sizes[i];
		left -= sizes[i];
	}
	ret->body = (struct wd_str){at, left};
	return true;
}

int wd_inbox_record_read(
	struct wd_str bytes, uint64_t salt, struct wd_inbox_record *ret, size_t *ret_n)
{
	uint32_t magic, length;
	uint64_t check, hash;
	*ret_n = WD_INBOX_HEAD;
	if (bytes.n < WD_INBOX_HEAD)
		return WD_E_LIMIT;
	const char *at = get(bytes.p, &magic, 4);
	at = get(at, &length, 4);
	at = get(at, &ret->seq, 8);
	(void)get(at, &check, 8);
	if (magic != RECORD_MAGIC || length < WD_INBOX_PAYLOAD + 8 || length > MAX_LENGTH)
		return WD_E_MALFORMED;
	*ret_n = WD_INBOX_HEAD + length;
	if (bytes.n < *ret_n)
		return WD_E_LIMIT;
	struct wd_str payload = {bytes.p + WD_INBOX_HEAD, length - 8};
	(void)get(payload.p + payload.n, &hash, 8);
	if (check != head_check(bytes.p, hash, salt) || hash != wd_hash64(payload) ||
		!read_payload(payload, ret))
		return WD_E_MALFORMED;
	return WD_OK;
}

size_t wd_inbox_record_find(struct wd_str bytes, size_t from)
{
	uint32_t magic = RECORD_MAGIC;
	const char *p = from < bytes.n ? memmem(bytes.p + from, bytes.n - from, &magic, 4) : NULL;
	return p != NULL ? (size_t)(p - bytes.p) : bytes.n;
}

void wd_inbox_segment_write(uint64_t first_seq, char out[WD_INBOX_SEGMENT])
{
	char *at = put(out, segment_magic, 8);
	at = put(at, &first_seq, 8);
	uint64_t check = wd_hash64((struct wd_str){out, 16});
	(void)put(at, &check, 8);
}

bool wd_inbox_segment_read(struct wd_str bytes, uint64_t *ret_first_seq)
{
	uint64_t check;
	if (bytes.n < WD_INBOX_SEGMENT || memcmp(bytes.p, segment_magic, 8) != 0)
		return false;
	(void)get(bytes.p + 8, ret_first_seq, 8);
	(void)get(bytes.p + 16, &check, 8);
	return check == wd_hash64((struct wd_str){bytes.p, 16});
}
