/*
 * Configuration: any bytes give a snapshot or findings, never both; what was taken dumps to a text
 * that is taken too and dumps to the same.
 */
#include <stdlib.h>

#include "daemon/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct wd_config *parse(struct wd_str text, size_t *ret_errors)
{
	struct wd_config *c = NULL;
	struct wd_findings f = {.mem = wd_arena_new(4 << 20)};
	if (f.mem == NULL)
		abort();
	int rc = wd_config_parse(text, WD_STR("fuzz"), "/nonexistent", &c, &f);
	if ((rc == WD_OK) != (c != NULL) || (rc == WD_OK) != (f.errors == 0))
		abort();
	struct wd_buf b;
	wd_buf_init(&b, 8 << 20);
	wd_findings_print(&f, &b);
	wd_buf_done(&b);
	*ret_errors = f.errors;
	wd_arena_free(f.mem);
	return c;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t errors;
	struct wd_buf one, two;
	struct wd_config *c = parse((struct wd_str){(const char *)data, size}, &errors);
	if (c == NULL)
		return 0;
	wd_buf_init(&one, 64 << 20);
	wd_buf_init(&two, 64 << 20);
	wd_config_dump(c, &one);
	bool has_files = false; /* a secret's file cannot be there */
	for (size_t i = 0; i < c->kafka.n; i++)
		has_files |= wd_str_ends(c->kafka.v[i].key, WD_STR("_file"));
	wd_config_unref(c);
	c = parse(wd_buf_str(&one), &errors);
	if (c == NULL && !has_files)
		abort();
	if (c != NULL) {
		wd_config_dump(c, &two);
		if (!wd_str_eq(wd_buf_str(&one), wd_buf_str(&two)))
			abort();
	}
	wd_config_unref(c);
	wd_buf_done(&one);
	wd_buf_done(&two);
	return 0;
}
