#include "base/doc.h"

struct wd_doc *wd_doc_new(size_t limit_bytes)
{
	struct wd_doc *doc = calloc(1, sizeof(*doc));
	if (doc == NULL)
		return NULL;
	doc->magic = WD_DOC_MAGIC;
	doc->mem = wd_arena_new(limit_bytes);
	if (doc->mem == NULL) {
		free(doc);
		return NULL;
	}
	return doc;
}

void wd_doc_free(struct wd_doc *doc)
{
	if (doc == NULL)
		return;
	WD_ASSERT(doc->magic == WD_DOC_MAGIC);
	doc->magic = 0;
	wd_arena_free(doc->mem);
	free(doc);
}

struct wd_str wd_doc_header(const struct wd_doc *doc, const char *name)
{
	for (size_t i = 0; i < doc->header_count; i++) {
		if (wd_str_ieqc(doc->headers[i].name, name))
			return doc->headers[i].value;
	}
	return WD_STR_NONE;
}

#define LOOK 4096

/* Any of the eight bytes is below 0x20 (Bit Twiddling Hacks' hasless). */
static bool has_control(const char *p)
{
	uint64_t x;
	memcpy(&x, p, sizeof(x));
	return ((x - UINT64_C(0x2020202020202020)) & ~x & UINT64_C(0x8080808080808080)) != 0;
}

bool wd_doc_is_binary(struct wd_str body)
{
	struct wd_str s = wd_str_sub(body, 0, LOOK);
	size_t odd = 0, nul[2] = {0, 0};
	/* UTF-16 and UTF-32 have a NUL beside each ASCII letter: a mark or a '<' tells them. */
	if (s.n >= 2 &&
		(wd_str_starts(s, WD_STR("\xFF\xFE")) || wd_str_starts(s, WD_STR("\xFE\xFF")) ||
			(s.p[0] == '\0' && (s.p[1] == '<' || s.p[1] == '\0')) ||
			(s.p[0] == '<' && s.p[1] == '\0')))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (i + 8 <= s.n && !has_control(s.p + i)) {
			i += 7;
			continue;
		}
		unsigned char c = (unsigned char)s.p[i];
		/* ESC belongs to ISO-2022-JP */
		odd += c != 0 && c < 0x20 && !wd_is_space(s.p[i]) && c != 0x1B;
		nul[i % 2] += c == 0;
	}
	if (nul[0] > 0 && nul[1] > 0) /* on one side only: UTF-16 without a mark */
		odd += nul[0] + nul[1];
	return odd * 20 > s.n;
}
