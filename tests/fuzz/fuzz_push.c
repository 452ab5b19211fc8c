/*
 * A pushed request: type, coding, signature and body from the input (one line each, then the body).
 * Unpacking gives a document within its limit or a problem with a status and advice, never both; a
 * signature nobody could make is never taken.
 */
#include <stdlib.h>

#include "sources/http_push_impl.h"

#define MAX_BYTES 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_problem(const struct wd_problem *p)
{
	if (p->status < 400 || p->status > 599 || p->title == NULL || p->detail[0] == '\0')
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wd_str rest = {(const char *)data, size}, type, coding, signature;
	struct wd_str key = WD_STR("a key the input does not know: 6cb1f0");
	struct wd_push_conf conf = {
		.hmac_keys = {.v = &key, .n = 1, .cap = 1}, .max_bytes = MAX_BYTES};
	struct wd_problem p = {0};
	if (!wd_str_line(&rest, &type) || !wd_str_line(&rest, &coding) ||
		!wd_str_line(&rest, &signature))
		return 0;
	if (wd_push_auth_body(signature, &conf, rest, 0, &p))
		abort();
	check_problem(&p);
	p = (struct wd_problem){0};
	struct wd_doc *doc = wd_doc_new(size + 4 * MAX_BYTES + (1 << 20));
	if (doc == NULL)
		return 0;
	if (wd_push_unpack(wd_str_trim(type), wd_str_trim(coding), MAX_BYTES, rest, doc, &p)) {
		if (doc->body.n == 0 || p.status != 0 ||
			doc->body.n > WD_MAX(size, (size_t)MAX_BYTES))
			abort();
	} else {
		check_problem(&p);
	}
	wd_doc_free(doc);
	return 0;
}
