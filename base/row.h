/**
 * Row: one record of the outbox on its way to the sinks.
 */
#pragma once
#include "base/buf.h"

enum wd_row_kind {
	WD_ROW_ARTICLE = 0,
	WD_ROW_DEAD = 1,      /* a document or event that failed */
	WD_ROW_HEALTH = 2,    /* news.feed.* */
	WD_ROW_TOMBSTONE = 3, /* an erased event: key without value, for compacted topics */
};

/* A route that is no topic: a rule keeps the event out of Kafka. Not a name Kafka allows. */
#define WD_ROUTE_NONE "!none"
#define WD_ROUTE_BYTES 256 /* Kafka's topic names have at most 249 */

struct wd_row {
	int64_t seq;
	enum wd_row_kind kind;
	int64_t time_us;     /* the event's time */
	struct wd_str key;   /* record key; empty: none */
	struct wd_str route; /* topic chosen by a routing rule; empty: the sink's own; see above */
	struct wd_str attrs; /* name NUL value NUL … : CloudEvents attributes, or plain headers */
	struct wd_str data;
};

/** Appends a pair to packed attributes; an empty value: none. */
static inline void wd_row_attr_put(struct wd_buf *b, const char *name, struct wd_str value)
{
	if (value.n == 0)
		return;
	wd_buf_add(b, wd_str_c(name));
	wd_buf_putc(b, '\0');
	wd_buf_add(b, value);
	wd_buf_putc(b, '\0');
}
/** Next pair of packed attributes, moving *rest on; false at the end. */
static inline bool wd_row_attr(
	struct wd_str *rest, struct wd_str *ret_name, struct wd_str *ret_value)
{
	size_t n = wd_str_chr(*rest, '\0', 0);
	size_t v = n == SIZE_MAX ? SIZE_MAX : wd_str_chr(*rest, '\0', n + 1);
	if (v == SIZE_MAX)
		return false;
	*ret_name = wd_str_sub(*rest, 0, n);
	*ret_value = wd_str_sub(*rest, n + 1, v);
	*rest = wd_str_from(*rest, v + 1);
	return true;
}
