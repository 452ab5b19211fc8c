/**
 * Between inbox.c and inbox_record.c: the bytes of a record and of a segment's head.
 */
#pragma once
#include "sources/inbox.h"

#define WD_INBOX_HEAD 24       /* of a record: magic, length, seq, check */
#define WD_INBOX_SEGMENT 24    /* of a segment: magic, first seq, check */
#define WD_INBOX_PAYLOAD 52    /* the fixed part of a payload */
#define WD_INBOX_MAX_TEXT 8192 /* each of source, type, input, url */

/** Size of the record in the file. */
size_t wd_inbox_record_size(const struct wd_inbox_record *r);
/** Writes it to `out`, which has that much room. `salt`: the segment's first seq. */
void wd_inbox_record_write(const struct wd_inbox_record *r, uint64_t salt, char *out);
/** The salt of a record that was written with another one is put right. */
void wd_inbox_record_seal(char *record, uint64_t salt);
/** The record at the start of `bytes`; strings point into them. WD_OK and *ret_n its size;
 * WD_E_LIMIT: it goes on beyond the bytes, *ret_n says how many are wanted; WD_E_MALFORMED: none.
 */
int wd_inbox_record_read(
	struct wd_str bytes, uint64_t salt, struct wd_inbox_record *ret, size_t *ret_n);
/** Offset at or after `from` where a record may begin; bytes.n when there is none. */
size_t wd_inbox_record_find(struct wd_str bytes, size_t from);
void wd_inbox_segment_write(uint64_t first_seq, char out[WD_INBOX_SEGMENT]);
bool wd_inbox_segment_read(struct wd_str bytes, uint64_t *ret_first_seq);
