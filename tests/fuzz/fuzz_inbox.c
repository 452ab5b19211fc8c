/*
 * A segment with damage in it: three bytes say where and what, the rest is lines, a record each.
 * Reading finds only records that were written, in order and byte for byte, and every one of them
 * that the damage did not touch.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "sources/inbox_impl.h"

#define MAX_RECORDS 64
#define SALT 7

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct written {
	struct wd_inbox_record r;
	size_t from, to;
};

static size_t write_all(struct wd_str rest, struct wd_buf *b, struct written *list)
{
	struct wd_str line;
	size_t n = 0;
	while (n < MAX_RECORDS && rest.n > 0 && wd_str_line(&rest, &line)) {
		struct written *w = &list[n++];
		w->r = (struct wd_inbox_record){.seq = n,
			.id = wd_hash_bytes(line),
			.received_us = (int64_t)line.n,
			.source = wd_str_sub(line, 0, WD_MIN(line.n, (size_t)5)),
			.type = WD_STR("t"),
			.body = line};
		size_t bytes = wd_inbox_record_size(&w->r);
		if (!wd_buf_reserve(b, bytes))
			abort();
		wd_inbox_record_write(&w->r, SALT, b->p + b->n);
		w->from = b->n;
		w->to = b->n += bytes;
	}
	return n;
}

static void check(const struct written *w, const struct wd_inbox_record *r)
{
	if (r->seq != w->r.seq || !wd_hash_eq(r->id, w->r.id) || !wd_str_eq(r->body, w->r.body) ||
		!wd_str_eq(r->source, w->r.source) || !wd_str_eq(r->type, w->r.type) ||
		r->url.n != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct written list[MAX_RECORDS];
	struct wd_inbox_record r;
	struct wd_buf b;
	size_t need, at = 0, next = 0;
	/* what comes from outside as it is */
	(void)wd_inbox_record_read((struct wd_str){(const char *)data, size}, SALT, &r, &need);
	if (size < 3)
		return 0;
	wd_buf_init(&b, 16 * WD_MIB);
	size_t n = write_all((struct wd_str){(const char *)data + 3, size - 3}, &b, list);
	size_t hit = b.n > 0 ? (data[0] | (size_t)data[1] << 8) % b.n : 0;
	if (b.n > 0)
		b.p[hit] = (char)(b.p[hit] ^ (char)data[2]);
	while (at < b.n) {
		struct wd_str rest = wd_str_from(wd_buf_str(&b), at);
		if (wd_inbox_record_read(rest, SALT, &r, &need) != WD_OK) {
			at = wd_inbox_record_find(wd_buf_str(&b), at + 1);
			continue;
		}
		/* what was left out was damaged */
		while (next < n && list[next].from < at) {
			if (data[2] == 0 || hit < list[next].from || hit >= list[next].to)
				abort();
			next++;
		}
		if (next == n || list[next].from != at)
			abort();
		check(&list[next++], &r);
		at += need;
	}
	for (; next < n; next++) {
		if (data[2] == 0 || hit < list[next].from || hit >= list[next].to)
			abort();
	}
	wd_buf_done(&b);
	return 0;
}
