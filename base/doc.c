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
