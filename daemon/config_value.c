/*
 * Scalars of the configuration: text to value and back. Sizes and durations need a unit, because a
 * bare "10" means seconds to one reader and minutes to the next.
 */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/clock.h"
#include "base/url.h"
#include "daemon/config_schema.h"

struct unit {
	const char *name;
	int64_t factor;
};
/* Descending, so that printing finds the largest that divides. */
static const struct unit durations[] = {
	{"d", WD_DAY}, {"h", WD_HOUR}, {"m", WD_MINUTE}, {"s", WD_SEC}, {"ms", 1000}, {"us", 1}};
static const struct unit sizes[] = {{"TiB", INT64_C(1) << 40}, {"GiB", INT64_C(1) << 30},
	{"MiB", INT64_C(1) << 20}, {"KiB", INT64_C(1) << 10}, {"TB", 1000000000000},
	{"GB", 1000000000}, {"MB", 1000000}, {"kB", 1000}, {"B", 1}};

static const struct unit *unit_find(const struct unit *u, size_t n, struct wd_str name)
{
	for (size_t i = 0; i < n; i++) {
		if (wd_str_eqc(name, u[i].name))
			return &u[i];
	}
	return NULL;
}

/* "1h30m": numbers, each with its unit, added up. */
static int parse_units(struct wd_str s, const struct unit *u, size_t n, int64_t *ret)
{
	int64_t sum = 0;
	if (s.n == 0)
		return WD_E_MALFORMED;
	while (s.n > 0) {
		size_t d = 0, e;
		uint64_t v;
		while (d < s.n && wd_is_digit(s.p[d]))
			d++;
		for (e = d; e < s.n && wd_is_alpha(s.p[e]); e++)
			;
		if (wd_str_to_u64(wd_str_sub(s, 0, d), 0, INT64_MAX, &v) != WD_OK)
			return WD_E_MALFORMED;
		const struct unit *hit = unit_find(u, n, wd_str_sub(s, d, e));
		int64_t part;
		if (hit == NULL || __builtin_mul_overflow((int64_t)v, hit->factor, &part) ||
			__builtin_add_overflow(sum, part, &sum))
			return WD_E_MALFORMED;
		s = wd_str_from(s, e);
	}
	*ret = sum;
	return WD_OK;
}

void wd_conf_number_print(enum wd_conf_type type, int64_t v, struct wd_buf *out)
{
	const struct unit *u = NULL;
	size_t n = 0;
	if (type == WD_CONF_DURATION) {
		u = durations;
		n = WD_COUNTOF(durations);
	} else if (type == WD_CONF_SIZE) {
		u = sizes;
		n = WD_COUNTOF(sizes);
	}
	for (size_t i = 0; i < n; i++) {
		/* decimal sizes are read, never written */
		bool decimal = type == WD_CONF_SIZE && i >= 4 && i + 1 < n;
		if (!decimal && (v % u[i].factor == 0 && (v != 0 || i + 1 == n))) {
			wd_buf_printf(out, "%lld%s", (long long)(v / u[i].factor),
				v == 0 && type == WD_CONF_DURATION ? "s" : u[i].name);
			return;
		}
	}
	wd_buf_printf(out, "%lld", (long long)v);
}

static int range_check(const struct wd_conf_row *row, int64_t v, struct wd_err *err)
{
	if (v >= row->min && (row->max == 0 || v <= row->max))
		return WD_OK;
	struct wd_buf b;
	wd_buf_init(&b, 256);
	wd_conf_number_print(row->type, row->min, &b);
	wd_buf_addc(&b, " to ");
	if (row->max != 0)
		wd_conf_number_print(row->type, row->max, &b);
	else
		wd_buf_addc(&b, "any number");
	int rc = wd_err_set(
		err, WD_E_MALFORMED, "out of range: %.*s is allowed", WD_STR_ARG(wd_buf_str(&b)));
	wd_buf_done(&b);
	return rc;
}

static int set_number(const struct wd_conf_row *row, struct wd_str s, void *at, struct wd_err *err)
{
	int64_t v = 0;
	int rc;
	if (row->type == WD_CONF_INT) {
		if (wd_str_to_i64(s, INT64_MIN, INT64_MAX, &v) != WD_OK)
			return wd_err_set(err, WD_E_MALFORMED, "not a whole number");
	} else if (row->type == WD_CONF_DURATION) {
		if (parse_units(s, durations, WD_COUNTOF(durations), &v) != WD_OK)
			return wd_err_set(err, WD_E_MALFORMED,
				"not a duration: write a number with its unit, such as 500ms, 30s, 5m, 2h, 90d");
	} else if (parse_units(s, sizes, WD_COUNTOF(sizes), &v) != WD_OK) {
		return wd_err_set(err, WD_E_MALFORMED,
			"not a size: write a number with its unit, such as 512KiB, 64MiB, 10GiB");
	}
	rc = range_check(row, v, err);
	if (rc != WD_OK)
		return rc;
	if (row->type == WD_CONF_SIZE)
		*(uint64_t *)at = (uint64_t)v;
	else
		*(int64_t *)at = v;
	return WD_OK;
}

static int set_bool(struct wd_str s, bool *at, struct wd_err *err)
{
	bool yes = wd_str_ieqc(s, "true") || wd_str_ieqc(s, "yes") || wd_str_ieqc(s, "on");
	if (!yes && !wd_str_ieqc(s, "false") && !wd_str_ieqc(s, "no") && !wd_str_ieqc(s, "off"))
		return wd_err_set(err, WD_E_MALFORMED, "not a truth value: write true or false");
	*at = yes;
	return WD_OK;
}

static int set_enum(const struct wd_conf_row *row, struct wd_str s, int *at, struct wd_err *err)
{
	struct wd_buf b;
	for (int i = 0; row->names[i] != NULL; i++) {
		if (wd_str_eqc(s, row->names[i])) {
			*at = i;
			return WD_OK;
		}
	}
	wd_buf_init(&b, 256);
	for (int i = 0; row->names[i] != NULL; i++)
		wd_buf_printf(&b, "%s%s", i > 0 ? ", " : "", row->names[i]);
	int rc = wd_err_set(err, WD_E_MALFORMED, "is none of: %.*s", WD_STR_ARG(wd_buf_str(&b)));
	wd_buf_done(&b);
	return rc;
}

static int check_url(struct wd_str s, struct wd_err *err)
{
	struct wd_url u = wd_url_split(s);
	if (s.n > WD_MAX_URL_BYTES)
		return wd_err_set(err, WD_E_MALFORMED, "longer than %d bytes", WD_MAX_URL_BYTES);
	if (!wd_url_is_http(s))
		return wd_err_set(err, WD_E_MALFORMED,
			"not a web address: it must begin with http:// or https:// and name a host");
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] <= 0x20 || s.p[i] == 0x7F)
			return wd_err_set(
				err, WD_E_MALFORMED, "holds a space or control character");
	}
	if (u.userinfo.n > 0)
		return wd_err_set(err, WD_E_MALFORMED,
			"a password does not belong into a URL: use auth: {user: …, password_file: …}");
	return WD_OK;
}

int wd_listen_split(struct wd_str s, struct wd_str *ret_host, uint16_t *ret_port)
{
	size_t colon = s.n;
	uint64_t port;
	while (colon > 0 && s.p[colon - 1] != ':')
		colon--;
	if (colon == 0 || wd_str_to_u64(wd_str_from(s, colon), 0, 65535, &port) != WD_OK)
		return WD_E_MALFORMED;
	struct wd_str host = wd_str_sub(s, 0, colon - 1);
	bool bracketed = host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
	if (bracketed)
		host = wd_str_sub(host, 1, host.n - 1);
	struct wd_cidr c;
	if (wd_str_chr(host, '/', 0) != SIZE_MAX || wd_cidr_parse(host, &c) != WD_OK ||
		(wd_str_chr(host, ':', 0) != SIZE_MAX) != bracketed)
		return WD_E_MALFORMED;
	*ret_host = host;
	*ret_port = (uint16_t)port;
	return WD_OK;
}

int wd_listen_address(struct wd_str s, struct sockaddr_storage *ret)
{
	struct wd_str host;
	uint16_t port;
	char text[INET6_ADDRSTRLEN];
	struct sockaddr_in *in = (void *)ret;
	struct sockaddr_in6 *in6 = (void *)ret;
	*ret = (struct sockaddr_storage){0};
	if (wd_listen_split(s, &host, &port) != WD_OK || host.n >= sizeof(text))
		return WD_E_MALFORMED;
	memcpy(text, host.p, host.n);
	text[host.n] = '\0';
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		return WD_OK;
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	return inet_pton(AF_INET6, text, &in6->sin6_addr) == 1 ? WD_OK : WD_E_MALFORMED;
}

static int set_cidr(struct wd_str s, wd_cidrs *list, struct wd_arena *a, struct wd_err *err)
{
	struct wd_cidr c;
	if (wd_cidr_parse(s, &c) != WD_OK)
		return wd_err_set(err, WD_E_MALFORMED,
			"not an address range: write it like 127.1.0.0/16 or fd00::/8, with no bits set "
			"behind the prefix");
	struct wd_cidr *to = wd_vec_push(a, list);
	if (to == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	*to = c;
	return WD_OK;
}

bool wd_conf_has_control(struct wd_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
			return true;
	}
	return false;
}

static int set_text(const struct wd_conf_row *row, struct wd_str s, struct wd_str *at,
	struct wd_arena *a, struct wd_err *err)
{
	int rc = WD_OK;
	struct wd_str host;
	uint16_t port;
	if (row->type == WD_CONF_URL && s.n > 0)
		rc = check_url(s, err);
	else if (row->type == WD_CONF_LISTEN && s.n > 0 &&
		 wd_listen_split(s, &host, &port) != WD_OK)
		rc = wd_err_set(err, WD_E_MALFORMED,
			"not a listening address: write ADDRESS:PORT, such as 127.0.0.1:9480 or [::1]:9480");
	if (rc == WD_OK && wd_conf_has_control(s))
		rc = wd_err_set(err, WD_E_MALFORMED, "holds a control character");
	if (rc == WD_OK && row->check != NULL && s.n > 0)
		rc = row->check(s, err);
	if (rc == WD_OK)
		*at = wd_arena_str(a, s);
	return rc;
}

int wd_conf_value_set(const struct wd_conf_row *row, struct wd_str s, void *at, struct wd_arena *a,
	struct wd_err *err)
{
	switch (row->type) {
	case WD_CONF_BOOL:
		return set_bool(s, at, err);
	case WD_CONF_INT:
	case WD_CONF_SIZE:
	case WD_CONF_DURATION:
		return set_number(row, s, at, err);
	case WD_CONF_ENUM:
		return set_enum(row, s, at, err);
	case WD_CONF_STRINGS: {
		struct wd_str *to = wd_vec_push(a, (wd_conf_strs *)at);
		if (to == NULL)
			return wd_err_set(err, WD_E_NOMEM, "out of memory");
		return set_text(row, s, to, a, err);
	}
	case WD_CONF_CIDRS:
		return set_cidr(s, at, a, err);
	default:
		return set_text(row, s, at, a, err);
	}
}

static void print_cidr(const struct wd_cidr *c, struct wd_buf *out)
{
	char text[INET6_ADDRSTRLEN];
	bool v4 = c->bits >= 96 && c->addr[10] == 0xff && c->addr[11] == 0xff;
	if (inet_ntop(v4 ? AF_INET : AF_INET6, c->addr + (v4 ? 12 : 0), text, sizeof(text)) != NULL)
		wd_buf_printf(out, "\"%s/%u\"", text, c->bits - (v4 ? 96 : 0));
}

static void print_text(struct wd_str s, struct wd_buf *out)
{
	/* what YAML takes for a line end or drops, beside the controls that are refused */
	static const struct {
		const char *bytes, *escape;
	} odd[] = {{"\xC2\x85", "\\N"}, {"\xE2\x80\xA8", "\\L"}, {"\xE2\x80\xA9", "\\P"},
		{"\xEF\xBB\xBF", "\\uFEFF"}};
	wd_buf_putc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		size_t k = 0;
		while (k < WD_COUNTOF(odd) &&
			!wd_str_starts(wd_str_from(s, i), wd_str_c(odd[k].bytes)))
			k++;
		if (k < WD_COUNTOF(odd)) {
			wd_buf_addc(out, odd[k].escape);
			i += strlen(odd[k].bytes) - 1;
			continue;
		}
		if (s.p[i] == '"' || s.p[i] == '\\')
			wd_buf_putc(out, '\\');
		wd_buf_putc(out, s.p[i]);
	}
	wd_buf_putc(out, '"');
}

void wd_conf_value_print(const struct wd_conf_row *row, const void *at, struct wd_buf *out)
{
	switch (row->type) {
	case WD_CONF_BOOL:
		wd_buf_addc(out, *(const bool *)at ? "true" : "false");
		break;
	case WD_CONF_SIZE:
		wd_conf_number_print(row->type, (int64_t) * (const uint64_t *)at, out);
		break;
	case WD_CONF_INT:
	case WD_CONF_DURATION:
		wd_conf_number_print(row->type, *(const int64_t *)at, out);
		break;
	case WD_CONF_ENUM:
		wd_buf_addc(out, row->names[*(const int *)at]);
		break;
	case WD_CONF_STRINGS: {
		const wd_conf_strs *list = at;
		wd_buf_putc(out, '[');
		for (size_t i = 0; i < list->n; i++) {
			if (i > 0)
				wd_buf_addc(out, ", ");
			print_text(list->v[i], out);
		}
		wd_buf_putc(out, ']');
		break;
	}
	case WD_CONF_CIDRS: {
		const wd_cidrs *list = at;
		wd_buf_putc(out, '[');
		for (size_t i = 0; i < list->n; i++) {
			if (i > 0)
				wd_buf_addc(out, ", ");
			print_cidr(&list->v[i], out);
		}
		wd_buf_putc(out, ']');
		break;
	}
	case WD_CONF_PAIRS: {
		const wd_conf_pairs *list = at;
		wd_buf_putc(out, '{');
		for (size_t i = 0; i < list->n; i++) {
			wd_buf_addc(out, i > 0 ? ", " : "");
			print_text(list->v[i].key, out);
			wd_buf_addc(out, ": ");
			print_text(list->v[i].value, out);
		}
		wd_buf_putc(out, '}');
		break;
	}
	default:
		print_text(*(const struct wd_str *)at, out);
	}
}

const char *wd_conf_type_name(enum wd_conf_type type)
{
	static const char *const names[] = {"truth value", "number", "size", "duration", "text",
		"URL", "address:port", "path", "path", "secret file", "one of", "list of text",
		"list of address ranges", "mapping", "mapping", "list of mappings"};
	return names[type];
}
