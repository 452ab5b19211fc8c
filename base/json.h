/**
 * JSON writer: streams one value into a wd_buf. Members whose value is absent are left out by the
 * kv helpers ("absent means absent: no empty strings, no nulls"). Reading JSON is jansson's work.
 * Strings must be valid UTF-8; bytes that are not, and C0 controls but tab, newline and return,
 * are written as U+FFFD and nothing respectively, so the output is always strict JSON.
 */
#pragma once
#include "base/buf.h"

#define WD_JSON_DEPTH 64

struct wd_json {
	struct wd_buf *out;
	unsigned depth;
	bool comma[WD_JSON_DEPTH];
	bool after_key;
};

void wd_json_init(struct wd_json *j, struct wd_buf *out);
void wd_json_obj(struct wd_json *j);     /* { */
void wd_json_obj_end(struct wd_json *j); /* } */
void wd_json_arr(struct wd_json *j);
void wd_json_arr_end(struct wd_json *j);
void wd_json_key(struct wd_json *j, const char *key);
void wd_json_str(struct wd_json *j, struct wd_str s);
void wd_json_int(struct wd_json *j, int64_t v);
void wd_json_real(struct wd_json *j, double v); /* at most four decimals, shortest form */
void wd_json_bool(struct wd_json *j, bool v);
void wd_json_raw(struct wd_json *j, struct wd_str json); /* a value that is JSON already */

/** "key": "value", nothing at all when s is empty. */
void wd_json_kv(struct wd_json *j, const char *key, struct wd_str s);
void wd_json_kv_int(struct wd_json *j, const char *key, int64_t v);
void wd_json_kv_bool(struct wd_json *j, const char *key, bool v);
/** Opens `"key": [` / `"key": {`. */
void wd_json_kv_arr(struct wd_json *j, const char *key);
void wd_json_kv_obj(struct wd_json *j, const char *key);
