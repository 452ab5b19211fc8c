/*
 * The WARC reader on any bytes: it ends, every loss names its offset, records lie within the file;
 * the document of a record keeps its limit, and a record that is written again reads as it was.
 */
#define _GNU_SOURCE 1
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "sources/replay.h"
#include "sources/warc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_inside(const struct wd_warc_record *rec)
{
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(4 * WD_MIB);
	struct wd_warc_http http;
	struct wd_str body;
	struct wd_err err;
	WD_ASSERT(a != NULL);
	if (wd_warc_http(a, rec->block, &http, &err) != WD_OK)
		return;
	static const char *const codings[] = {"gzip", "deflate", "zstd"};
	for (size_t i = 0; i < WD_COUNTOF(codings); i++) {
		if (wd_warc_decode(a, http.payload, wd_str_c(codings[i]), WD_MIB, &body, &err) ==
			WD_OK)
			WD_ASSERT(body.n <= WD_MAX(WD_MIB, http.payload.n));
	}
}

static void make_document(const struct wd_warc_record *rec)
{
	struct wd_doc *doc = NULL;
	struct wd_err err = {0, ""};
	int rc = wd_replay_doc_from_warc(rec, WD_MIB, &doc, &err);
	WD_ASSERT((rc == WD_OK) == (doc != NULL));
	if (doc == NULL) {
		WD_ASSERT(rc == WD_E_NOTFOUND || err.text[0] != '\0');
		return;
	}
	WD_ASSERT(doc->body.n <= WD_MAX(WD_MIB, rec->block.n));
	WD_ASSERT(doc->feed_url.n > 0 || rec->uri.n == 0);
	wd_doc_free(doc);
}

static void write_again(const struct wd_warc_record *rec)
{
	char path[64];
	struct wd_warc_reader *r;
	struct wd_warc_record again;
	struct wd_err err;
	int fd = memfd_create("again", MFD_CLOEXEC);
	WD_ASSERT(fd >= 0 && wd_warc_put_record(fd, rec, &err) == WD_OK);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	WD_ASSERT(wd_warc_open(path, WD_MIB, &r, &err) == WD_OK);
	WD_ASSERT(wd_warc_next(r, &again, &err) == 1);
	WD_ASSERT(again.offset == 0 && again.length > 0 && wd_str_eq(again.block, rec->block));
	WD_ASSERT(wd_str_eq(again.id, rec->id) && wd_str_eq(again.type, rec->type));
	WD_ASSERT(again.header_count == rec->header_count);
	WD_ASSERT(wd_warc_next(r, &again, &err) == 0);
	wd_warc_close(r);
	(void)close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	struct wd_warc_reader *r;
	struct wd_warc_record rec;
	struct wd_err err;
	int fd = memfd_create("warc", MFD_CLOEXEC);
	WD_ASSERT(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	WD_ASSERT(wd_warc_open(path, WD_MIB, &r, &err) == WD_OK);
	size_t steps = 0;
	for (int rc; (rc = wd_warc_next(r, &rec, &err)) != 0; steps++) {
		WD_ASSERT(steps <= size);
		if (rc < 0) {
			WD_ASSERT(strstr(err.text, "offset") != NULL);
			continue;
		}
		WD_ASSERT(rec.offset + rec.length <= size && rec.block.n <= WD_MIB);
		look_inside(&rec);
		make_document(&rec);
		write_again(&rec);
	}
	wd_warc_close(r);
	(void)close(fd);
	return 0;
}
