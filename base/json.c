#include "base/json.h"

#include <math.h>

#include "base/utf8.h"

void wd_json_init(struct wd_json *j, struct wd_buf *out)
{
	*j = (struct wd_json){.out = out};
}

static void before_value(struct wd_json *j)
{
	if (j->after_key) {
		j->after_key = false;
		return;
	}
	if (j->comma[j->depth])
		wd_buf_putc(j->out, ',');
	j->comma[j->depth] = true;
}

static void open_scope(struct wd_json *j, char c)
{
	before_value(j);
	wd_buf_putc(j->out, c);
	WD_ASSERT(j->depth + 1 < WD_JSON_DEPTH);
	j->comma[++j->depth] = false;
}

static void close_scope(struct wd_json *j, char c)
{
	WD_ASSERT(j->depth > 0);
	j->depth--;
	wd_buf_putc(j->out, c);
}

void wd_json_obj(struct wd_json *j)
{
	open_scope(j, '{');
}

void wd_json_obj_end(struct wd_json *j)
{
	close_scope(j, '}');
}

void wd_json_arr(struct wd_json *j)
{
	open_scope(j, '[');
}

void wd_json_arr_end(struct wd_json *j)
{
	close_scope(j, ']');
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c != '"' && c != '\\' && c < 0x7F;
}

#define EACH(byte) ((byte)*UINT64_C(0x0101010101010101))
#define HAS_ZERO(w) (((w)-EACH(1)) & ~(w)&EACH(0x80))

/* How many of eight bytes, from the first in memory on, need no care: ASCII, none below 0x20, no
 * quote, backslash or DEL. A borrow marks bytes only behind one that is marked rightly. */
static size_t plain_bytes(uint64_t w)
{
	uint64_t stop = (w & EACH(0x80)) | (~w & (w - EACH(0x20)) & EACH(0x80)) |
			HAS_ZERO(w ^ EACH('"')) | HAS_ZERO(w ^ EACH('\\')) |
			HAS_ZERO(w ^ EACH(0x7F));
	if (stop == 0)
		return sizeof(w);
	return (size_t)(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_ctzll(stop) / 8 : 0);
}

/* Three bytes of one character, as quotes and all of CJK are; the rare first bytes are left out. */
static bool is_usual_three(struct wd_str s, size_t at)
{
	const unsigned char *p = (const unsigned char *)s.p + at;
	return s.n - at >= 3 && p[0] >= 0xE1 && p[0] < 0xED && (p[1] & 0xC0) == 0x80 &&
	       (p[2] & 0xC0) == 0x80;
}

/* The bytes from `at` on that stand in JSON as they are, well-formed UTF-8 among them. */
static size_t plain_run(struct wd_str s, size_t at)
{
	for (uint64_t w; at < s.n;) {
		for (size_t plain = 8; plain == 8 && s.n - at >= 8; at += plain) {
			memcpy(&w, s.p + at, 8);
			plain = plain_bytes(w);
		}
		while (at < s.n && is_plain((unsigned char)s.p[at]))
			at++;
		if (at == s.n || (unsigned char)s.p[at] < 0x80)
			return at;
		while (at < s.n && (unsigned char)s.p[at] >= 0x80) {
			if (is_usual_three(s, at)) {
				at += 3;
				continue;
			}
			size_t next = at;
			if (wd_utf8_next(s, &next) == WD_CP_BAD && next - at == 1)
				return at;
			at = next;
		}
	}
	return at;
}

static void put_special(struct wd_buf *b, uint32_t cp)
{
	switch (cp) {
	case '"':
		wd_buf_addc(b, "\\\"");
		return;
	case '\\':
		wd_buf_addc(b, "\\\\");
		return;
	case '\n':
		wd_buf_addc(b, "\\n");
		return;
	case '\r':
		wd_buf_addc(b, "\\r");
		return;
	case '\t':
		wd_buf_addc(b, "\\t");
		return;
	case WD_CP_BAD:
		wd_buf_addc(b, "\xEF\xBF\xBD");
		return;
	default: /* other control characters go */
		return;
	}
}

static void put_string(struct wd_buf *b, struct wd_str s)
{
	wd_buf_putc(b, '"');
	for (size_t at = 0; at < s.n;) {
		size_t run = plain_run(s, at);
		wd_buf_add(b, wd_str_sub(s, at, run));
		at = run;
		if (at < s.n)
			put_special(b, wd_utf8_next(s, &at));
	}
	wd_buf_putc(b, '"');
}

void wd_json_key(struct wd_json *j, const char *key)
{
	before_value(j);
	put_string(j->out, wd_str_c(key));
	wd_buf_putc(j->out, ':');
	j->after_key = true;
}

void wd_json_str(struct wd_json *j, struct wd_str s)
{
	before_value(j);
	put_string(j->out, s);
}

void wd_json_int(struct wd_json *j, int64_t v)
{
	before_value(j);
	wd_buf_printf(j->out, "%lld", (long long)v);
}

void wd_json_real(struct wd_json *j, double v)
{
	before_value(j);
	if (!isfinite(v))
		v = 0;
	char text[64];
	int n = snprintf(text, sizeof(text), "%.4f", v);
	while (n > 1 && text[n - 1] == '0')
		n--;
	if (n > 1 && text[n - 1] == '.')
		n--;
	wd_buf_add(j->out, (struct wd_str){text, (size_t)WD_MAX(n, 0)});
}

void wd_json_bool(struct wd_json *j, bool v)
{
	before_value(j);
	wd_buf_addc(j->out, v ? "true" : "false");
}

void wd_json_raw(struct wd_json *j, struct wd_str json)
{
	before_value(j);
	wd_buf_add(j->out, json);
}

void wd_json_kv(struct wd_json *j, const char *key, struct wd_str s)
{
	if (s.n == 0)
		return;
	wd_json_key(j, key);
	wd_json_str(j, s);
}

void wd_json_kv_int(struct wd_json *j, const char *key, int64_t v)
{
	wd_json_key(j, key);
	wd_json_int(j, v);
}

void wd_json_kv_bool(struct wd_json *j, const char *key, bool v)
{
	wd_json_key(j, key);
	wd_json_bool(j, v);
}

void wd_json_kv_arr(struct wd_json *j, const char *key)
{
	wd_json_key(j, key);
	wd_json_arr(j);
}

void wd_json_kv_obj(struct wd_json *j, const char *key)
{
	wd_json_key(j, key);
	wd_json_obj(j);
}
