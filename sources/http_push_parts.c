/*
 * multipart/form-data and its family (RFC 2046, RFC 7578): a body is delimiters, parts between
 * them, and a closing delimiter; anything before the first is a preamble and ignored.
 *
 * Linear: every byte is looked at once for the delimiter and once more in a part's headers. Parts
 * point into the body. A body without its closing delimiter was cut off on the way: nothing of it
 * is taken.
 */
#include <microhttpd.h>

#include "sources/http_push_impl.h"

#define MAX_BOUNDARY 70 /* RFC 2046, 5.1.1 */

static bool bad(struct wd_problem *p, const char *why)
{
	return wd_problem_set(p, MHD_HTTP_BAD_REQUEST, "bad multipart body", "%s", why);
}

/* Walks `; name=value` pieces, minding quotes. */
struct wd_str wd_push_param(struct wd_str value, const char *name)
{
	size_t at = wd_str_chr(value, ';', 0);
	while (at < value.n) {
		size_t from = at + 1, eq = from;
		while (eq < value.n && value.p[eq] != '=' && value.p[eq] != ';')
			eq++;
		struct wd_str key = wd_str_trim(wd_str_sub(value, from, eq));
		if (eq >= value.n || value.p[eq] == ';') {
			at = eq;
			continue;
		}
		size_t start = eq + 1;
		while (start < value.n && (value.p[start] == ' ' || value.p[start] == '\t'))
			start++;
		size_t end = start;
		bool quoted = start < value.n && value.p[start] == '"';
		if (quoted) {
			end = ++start;
			while (end < value.n && value.p[end] != '"')
				end += value.p[end] == '\\' && end + 1 < value.n ? 2 : 1;
		} else {
			end = wd_str_chr(value, ';', start);
		}
		end = WD_MIN(end, value.n);
		if (wd_str_ieqc(key, name))
			return quoted ? wd_str_sub(value, start, end)
				      : wd_str_trim(wd_str_sub(value, start, end));
		at = wd_str_chr(value, ';', end);
	}
	return WD_STR_NONE;
}

/* A delimiter: its first byte (the line end before it counts to it), and what follows its line. */
struct delimiter {
	size_t from, after;
	bool is_last;
};

static bool find_delimiter(
	struct wd_str body, struct wd_str dash_boundary, size_t from, struct delimiter *ret)
{
	for (size_t at = from;; at++) {
		at = wd_str_find(body, dash_boundary, at);
		if (at >= body.n)
			return false;
		if (at > 0 && body.p[at - 1] != '\n')
			continue;
		size_t end = at + dash_boundary.n;
		ret->is_last = end + 2 <= body.n && body.p[end] == '-' && body.p[end + 1] == '-';
		end += ret->is_last ? 2 : 0;
		while (end < body.n && (body.p[end] == ' ' || body.p[end] == '\t'))
			end++;
		if (end < body.n && body.p[end] == '\r')
			end++;
		if (end < body.n ? body.p[end] != '\n' : !ret->is_last)
			continue;
		ret->after = WD_MIN(end + 1, body.n);
		ret->from = at;
		if (ret->from > from && body.p[ret->from - 1] == '\n')
			ret->from--;
		if (ret->from > from && body.p[ret->from - 1] == '\r')
			ret->from--;
		return true;
	}
}

struct part_head {
	struct wd_str type, disposition, coding;
};

static void read_head(struct wd_str *rest, struct part_head *h)
{
	struct wd_str line;
	*h = (struct part_head){0};
	while (wd_str_line(rest, &line) && wd_str_trim(line).n > 0) {
		size_t colon = wd_str_chr(line, ':', 0);
		struct wd_str name = wd_str_trim(wd_str_sub(line, 0, colon));
		struct wd_str value = wd_str_trim(wd_str_from(line, WD_MIN(colon + 1, line.n)));
		if (wd_str_ieqc(name, "content-type"))
			h->type = value;
		else if (wd_str_ieqc(name, "content-disposition"))
			h->disposition = value;
		else if (wd_str_ieqc(name, "content-transfer-encoding"))
			h->coding = value;
	}
}

static bool is_plain_coding(struct wd_str coding)
{
	return coding.n == 0 || wd_str_ieqc(coding, "7bit") || wd_str_ieqc(coding, "8bit") ||
	       wd_str_ieqc(coding, "binary");
}

/* A form's field that is neither a file nor says what it is: "submit", "category" … */
static bool is_field(const struct part_head *h)
{
	return wd_str_istarts(h->disposition, WD_STR("form-data")) && h->type.n == 0 &&
	       wd_push_param(h->disposition, "filename").p == NULL &&
	       wd_push_param(h->disposition, "filename*").p == NULL;
}

bool wd_push_split(struct wd_str type, struct wd_str body, struct wd_push_part *list, size_t max,
	size_t *ret_n, struct wd_problem *p)
{
	char text[2 + MAX_BOUNDARY];
	struct wd_str boundary = wd_push_param(type, "boundary");
	struct delimiter d, next;
	*ret_n = 0;
	if (boundary.n == 0 || boundary.n > MAX_BOUNDARY)
		return bad(p, "Content-Type has no boundary of 1 to 70 characters");
	memcpy(text, "--", 2);
	memcpy(text + 2, boundary.p, boundary.n);
	struct wd_str dash_boundary = {text, boundary.n + 2};
	if (!find_delimiter(body, dash_boundary, 0, &d))
		return bad(p, "the boundary that Content-Type names does not occur");
	while (!d.is_last) {
		struct part_head h;
		if (!find_delimiter(body, dash_boundary, d.after, &next))
			return bad(p, "the closing boundary is missing: was it cut off?");
		struct wd_str rest = wd_str_sub(body, d.after, WD_MAX(next.from, d.after));
		read_head(&rest, &h);
		d = next;
		if (is_field(&h))
			continue;
		if (!is_plain_coding(h.coding))
			return wd_problem_set(p, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE,
				"unknown transfer encoding",
				"send the parts as they are, without Content-Transfer-Encoding");
		if (*ret_n == max)
			return wd_problem_set(p, MHD_HTTP_CONTENT_TOO_LARGE, "too many",
				"at most %zu documents a request", max);
		list[(*ret_n)++] = (struct wd_push_part){.type = h.type, .body = rest};
	}
	return *ret_n > 0 ||
	       wd_problem_set(p, MHD_HTTP_BAD_REQUEST, "empty",
		       "the form has no file in it: give each document a filename or a Content-Type");
}
