/*
 * A pushed request: its headers (a line each, `Name: value`, up to an empty line), then the body.
 * Unpacking gives documents within their limits or a problem with a status and advice, never both;
 * a signature nobody could make is never taken; framing in doubt is always refused.
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

static void check_parts(const struct wd_push_parts *parts, size_t size)
{
	if (parts->n == 0 || parts->n > WD_MAX_PARTS)
		abort();
	for (size_t i = 0; i < parts->n; i++) {
		const struct wd_push_part *x = &parts->v[i];
		/* a CloudEvent's data written anew may be longer than it stood there */
		if (wd_str_trim(x->body).n == 0 || x->type.n > WD_MAX_TYPE_BYTES ||
			x->body.n > 8 * WD_MAX(size, (size_t)MAX_BYTES))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wd_str rest = {(const char *)data, size}, line;
	struct wd_str key = WD_STR("a key the input does not know: 6cb1f0");
	struct wd_push_conf conf = {.hmac_keys = {.v = &key, .n = 1, .cap = 1},
		.tokens = {.v = &key, .n = 1, .cap = 1},
		.max_bytes = MAX_BYTES};
	struct wd_push_head h = {0};
	struct wd_problem p = {0};
	struct wd_push_parts parts;
	size_t lengths = 0, transfers = 0;
	bool is_signed = false;
	while (wd_str_line(&rest, &line) && line.n > 0) {
		size_t colon = WD_MIN(wd_str_chr(line, ':', 0), line.n);
		struct wd_str name = wd_str_sub(line, 0, colon);
		wd_push_head_add(
			&h, name, wd_str_trim(wd_str_from(line, WD_MIN(colon + 1, line.n))));
		lengths += wd_str_ieqc(name, "content-length");
		transfers += wd_str_ieqc(name, "transfer-encoding");
	}
	bool framed = wd_push_framing_ok(&h, &p);
	if (framed && (lengths > 1 || transfers > 1 || lengths + transfers > 1))
		abort();
	if (!framed)
		check_problem(&p);
	p = (struct wd_problem){0};
	if (wd_push_auth_head(&h, &conf, false, &is_signed, &p) && !is_signed)
		abort();
	p = (struct wd_problem){0};
	if (wd_push_auth_body(h.signature, &conf, rest, 0, &p))
		abort();
	check_problem(&p);
	p = (struct wd_problem){0};
	wd_cleanup(wd_arena_freep) struct wd_arena *a =
		wd_push_needs_memory(&h) ? wd_arena_new(16 * size + 8 * MAX_BYTES + (1 << 20))
					 : NULL;
	if (wd_push_unpack(&h, MAX_BYTES, rest, a, &parts, &p)) {
		if (p.status != 0)
			abort();
		check_parts(&parts, size);
	} else {
		check_problem(&p);
	}
	return 0;
}
