/*
 * One subscription.
 *
 *   WANTED ──POST──► ASKED ──verified──► ACTIVE ──before the lease ends──► RENEWING ──verified──►
 * ACTIVE ▲               │ refused, or nobody verified                        │ lease over
 *      └───────────────┴────────────────────────────────────────────────────┘
 *   denied, at any time ─► DENIED ── a day ─► WANTED
 *   the feed goes ─► LEAVING ──POST, verified (or given up)──► GONE
 *
 * A verification is echoed only in ASKED, RENEWING (subscribe) and LEAVING (unsubscribe), and only
 * for the same topic: anything else would let others subscribe us. The hub may verify before it
 * answers the POST, so the state is ASKED before the POST goes out, and the answer changes nothing
 * when the verification came first.
 *
 * Renewal asks with the same callback, as a hub knows a subscription by topic and callback, and a
 * new secret. Until the hub has verified, content may be signed with either.
 *
 * A topic may have several hubs. The next one is asked at once when one refuses, after a while when
 * nobody verifies, and when the news did not come by it; all of them in turn come before a pause.
 */
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "base/limits.h"
#include "base/url.h"
#include "sources/websub_impl.h"

#define VERIFY_WAIT WD_HOUR        /* hubs may queue verifications */
#define OTHER_WAIT (5 * WD_MINUTE) /* the same, while there are others to ask */
#define RETRY_MIN WD_MINUTE
#define RETRY_MAX (6 * WD_HOUR)
#define DENIED_PAUSE WD_DAY
#define LEAVE_TRIES 3
#define LEASE_MIN_US WD_SEC
#define LEASE_MAX_US (3650 * WD_DAY)
#define MAX_LINKS 100

static int64_t backoff(unsigned failures)
{
	return WD_MIN(RETRY_MIN << WD_MIN(failures, 10U), RETRY_MAX);
}

static void lose(struct wd_websub_sub *s)
{
	s->has_ended |= s->works;
	s->works = false;
}

/* ---- hubs ---- */

static bool next_word(struct wd_str *list, struct wd_str *ret)
{
	*list = wd_str_trim(*list);
	size_t end = WD_MIN(wd_str_chr(*list, ' ', 0), list->n);
	*ret = wd_str_sub(*list, 0, end);
	*list = wd_str_from(*list, end);
	return ret->n > 0;
}

static size_t count_words(struct wd_str list)
{
	struct wd_str w;
	size_t n = 0;
	while (next_word(&list, &w))
		n++;
	return n;
}

static bool has_hub(struct wd_str list, struct wd_str hub)
{
	struct wd_str w;
	while (next_word(&list, &w)) {
		if (wd_str_eq(w, hub))
			return true;
	}
	return false;
}

struct wd_str wd_websub_hub(const struct wd_websub_sub *s)
{
	struct wd_str list = wd_str_c(s->hub), first;
	(void)next_word(&list, &first);
	return first;
}

struct wd_str wd_websub_hubs(struct wd_arena *a, struct wd_str list)
{
	struct wd_str all = WD_STR_NONE, w;
	size_t n = 0;
	while (n < WD_WEBSUB_HUBS && next_word(&list, &w)) {
		if (!wd_url_is_http(w) || w.n > WD_MAX_URL_BYTES || has_hub(all, w))
			continue;
		all = n++ > 0 ? wd_arena_cat(a, wd_arena_cat(a, all, WD_STR(" ")), w) : w;
	}
	return wd_arena_str(a, all);
}

bool wd_websub_same_hubs(struct wd_str one, struct wd_str other)
{
	struct wd_str w, rest = one;
	while (next_word(&rest, &w)) {
		if (!has_hub(other, w))
			return false;
	}
	return count_words(one) == count_words(other);
}

struct wd_str wd_websub_rotated(struct wd_arena *a, struct wd_str list)
{
	struct wd_str rest = list, first;
	(void)next_word(&rest, &first);
	rest = wd_str_trim(rest);
	return rest.n > 0 ? wd_arena_cat(a, wd_arena_cat(a, rest, WD_STR(" ")), first) : list;
}

/* Without memory the same hub is asked again. */
static void next_hub(struct wd_websub_sub *s)
{
	wd_cleanup(wd_arena_freep) struct wd_arena *a =
		wd_arena_new(4 * WD_WEBSUB_HUBS * WD_MAX_URL_BYTES);
	size_t n = s->hub != NULL ? strlen(s->hub) : 0;
	struct wd_str list = a != NULL ? wd_websub_rotated(a, wd_str_c(s->hub)) : WD_STR_NONE;
	if (n > 0 && list.n == n)
		memmove(s->hub, list.p, n);
}

static void want_again(struct wd_websub_sub *s, int64_t now_us)
{
	lose(s);
	s->state = WD_WEBSUB_WANTED;
	s->is_dirty = true;
	next_hub(s);
	if (++s->tried < count_words(wd_str_c(s->hub))) {
		s->next_us = now_us;
		return;
	}
	s->tried = 0;
	s->next_us = now_us + backoff(s->failures);
	s->failures++;
}

static int64_t renew_retry(const struct wd_websub_sub *s, int64_t now_us)
{
	return now_us + WD_MAX(WD_MIN((s->lease_end_us - now_us) / 3, WD_HOUR), WD_SEC);
}

static enum wd_websub_step leave_step(struct wd_websub_sub *s, int64_t now_us)
{
	if (s->failures >= LEAVE_TRIES || (s->lease_end_us > 0 && now_us >= s->lease_end_us)) {
		s->state = WD_WEBSUB_GONE;
		s->is_dirty = true;
		return WD_WEBSUB_WAIT;
	}
	s->next_us = now_us + backoff(s->failures);
	s->failures++;
	return WD_WEBSUB_UNSUBSCRIBE;
}

enum wd_websub_step wd_websub_due(struct wd_websub_sub *s, int64_t now_us)
{
	bool is_over = s->lease_end_us > 0 && now_us >= s->lease_end_us;
	if ((s->state == WD_WEBSUB_RENEWING || s->state == WD_WEBSUB_ACTIVE) && is_over) {
		s->failures = 0;
		lose(s);
		s->state = WD_WEBSUB_WANTED;
		s->next_us = now_us;
	}
	if (now_us < s->next_us)
		return WD_WEBSUB_WAIT;
	switch (s->state) {
	case WD_WEBSUB_WANTED:
		s->state = WD_WEBSUB_ASKED;
		s->next_us = now_us + (s->tried + 1 < count_words(wd_str_c(s->hub)) ? OTHER_WAIT
										    : VERIFY_WAIT);
		s->is_dirty = true;
		return WD_WEBSUB_SUBSCRIBE;
	case WD_WEBSUB_ASKED:
		want_again(s, now_us);
		return WD_WEBSUB_WAIT;
	case WD_WEBSUB_ACTIVE:
	case WD_WEBSUB_RENEWING:
		s->state = WD_WEBSUB_RENEWING;
		s->next_us = renew_retry(s, now_us);
		s->is_dirty = true;
		return WD_WEBSUB_SUBSCRIBE;
	case WD_WEBSUB_DENIED:
		s->state = WD_WEBSUB_WANTED;
		s->failures = 0;
		return WD_WEBSUB_WAIT;
	case WD_WEBSUB_LEAVING:
		return leave_step(s, now_us);
	case WD_WEBSUB_NONE:
	case WD_WEBSUB_GONE:
		break;
	}
	return WD_WEBSUB_WAIT;
}

void wd_websub_answered(struct wd_websub_sub *s, bool ok, int64_t now_us)
{
	if (!ok && s->state == WD_WEBSUB_ASKED)
		want_again(s, now_us);
}

static void begin_lease(struct wd_websub_sub *s, int64_t lease_us, int64_t now_us)
{
	s->state = WD_WEBSUB_ACTIVE;
	s->failures = s->tried = 0;
	if (s->next_secret[0] != '\0')
		memcpy(s->secret, s->next_secret, sizeof(s->secret));
	s->next_secret[0] = '\0';
	s->lease_end_us = now_us + lease_us;
	s->next_us = s->lease_end_us - WD_MIN(lease_us / 4, WD_DAY);
	s->is_dirty = true;
}

bool wd_websub_verify(
	struct wd_websub_sub *s, const struct wd_websub_query *q, int64_t lease_us, int64_t now_us)
{
	uint64_t given;
	if (q->challenge.n == 0 || !wd_str_eqc(q->topic, s->topic))
		return false;
	if (wd_str_eqc(q->mode, "unsubscribe") && s->state == WD_WEBSUB_LEAVING) {
		s->state = WD_WEBSUB_GONE;
		s->is_dirty = true;
		return true;
	}
	if (!wd_str_eqc(q->mode, "subscribe") ||
		(s->state != WD_WEBSUB_ASKED && s->state != WD_WEBSUB_RENEWING))
		return false;
	if (wd_str_to_u64(q->lease, 1, INT64_MAX / WD_SEC, &given) == WD_OK)
		lease_us = (int64_t)given * WD_SEC;
	begin_lease(s, WD_MAX(WD_MIN(lease_us, LEASE_MAX_US), LEASE_MIN_US), now_us);
	return true;
}

bool wd_websub_deny(struct wd_websub_sub *s, const struct wd_websub_query *q, int64_t now_us)
{
	if (!wd_str_eqc(q->topic, s->topic) || s->state == WD_WEBSUB_NONE ||
		s->state == WD_WEBSUB_GONE)
		return false;
	lose(s);
	s->state = s->state == WD_WEBSUB_LEAVING ? WD_WEBSUB_GONE : WD_WEBSUB_DENIED;
	s->next_us = now_us + DENIED_PAUSE;
	s->lease_end_us = 0;
	s->is_dirty = true;
	return true;
}

void wd_websub_leave(struct wd_websub_sub *s, int64_t now_us)
{
	bool is_known = s->state == WD_WEBSUB_ASKED || s->state == WD_WEBSUB_ACTIVE ||
			s->state == WD_WEBSUB_RENEWING;
	if (s->state == WD_WEBSUB_LEAVING || s->state == WD_WEBSUB_GONE)
		return;
	lose(s);
	s->state = is_known ? WD_WEBSUB_LEAVING : WD_WEBSUB_GONE;
	s->next_us = now_us;
	s->failures = 0;
	s->is_dirty = true;
}

bool wd_websub_takes_content(const struct wd_websub_sub *s)
{
	return s->state == WD_WEBSUB_ASKED || s->state == WD_WEBSUB_ACTIVE ||
	       s->state == WD_WEBSUB_RENEWING;
}

/* ---- signatures ---- */

static int hex_digit(char c)
{
	c = wd_lower(c);
	return wd_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool wd_websub_signature_ok(struct wd_str secret, struct wd_str header, struct wd_str body)
{
	static const struct {
		const char *name;
		gnutls_mac_algorithm_t mac;
		size_t n;
	} methods[] = {{"sha1", GNUTLS_MAC_SHA1, 20}, {"sha256", GNUTLS_MAC_SHA256, 32},
		{"sha384", GNUTLS_MAC_SHA384, 48}, {"sha512", GNUTLS_MAC_SHA512, 64}};
	unsigned char mac[64];
	size_t eq = wd_str_chr(header, '=', 0);
	struct wd_str name = wd_str_trim(wd_str_sub(header, 0, eq));
	struct wd_str hex = eq != SIZE_MAX ? wd_str_trim(wd_str_from(header, eq + 1)) : WD_STR_NONE;
	for (size_t i = 0; i < WD_COUNTOF(methods); i++) {
		unsigned diff = 0;
		if (!wd_str_ieqc(name, methods[i].name))
			continue;
		if (hex.n != 2 * methods[i].n || gnutls_hmac_fast(methods[i].mac, secret.p,
							 secret.n, body.p, body.n, mac) != 0)
			return false;
		for (size_t k = 0; k < methods[i].n; k++) {
			int high = hex_digit(hex.p[2 * k]), low = hex_digit(hex.p[2 * k + 1]);
			diff |= high < 0 || low < 0 ? 1U : (unsigned)((high << 4 | low) ^ mac[k]);
		}
		return diff == 0;
	}
	return false;
}

/* ---- discovery ---- */

/* Where the parameter that starts at `from` ends: at ; or , outside quotes. */
static size_t param_end(struct wd_str v, size_t from)
{
	bool quoted = false;
	size_t i = from;
	for (; i < v.n && (quoted || (v.p[i] != ';' && v.p[i] != ',')); i++) {
		if (quoted && v.p[i] == '\\')
			i++;
		else if (v.p[i] == '"')
			quoted = !quoted;
	}
	return WD_MIN(i, v.n);
}

/* The first rel parameter from `at` on, which is moved behind the link. */
static struct wd_str link_rel(struct wd_str v, size_t *at)
{
	struct wd_str rel = WD_STR_NONE;
	while (*at < v.n && v.p[*at] != ',') {
		size_t end = param_end(v, *at + (v.p[*at] == ';'));
		struct wd_str p = wd_str_trim(wd_str_sub(v, *at + (v.p[*at] == ';'), end));
		size_t eq = wd_str_chr(p, '=', 0);
		if (rel.n == 0 && eq != SIZE_MAX &&
			wd_str_ieqc(wd_str_trim(wd_str_sub(p, 0, eq)), "rel")) {
			rel = wd_str_trim(wd_str_from(p, eq + 1));
			if (rel.n >= 2 && rel.p[0] == '"' && rel.p[rel.n - 1] == '"')
				rel = wd_str_trim(wd_str_sub(rel, 1, rel.n - 1));
		}
		*at = end;
	}
	return rel;
}

void wd_websub_links(struct wd_arena *a, const struct wd_header *headers, size_t n,
	struct wd_str base, struct wd_str *hub, struct wd_str *self)
{
	struct wd_str found_hub = WD_STR_NONE, found_self = WD_STR_NONE;
	size_t seen = 0;
	for (size_t i = 0; i < n; i++) {
		struct wd_str v = headers[i].value;
		size_t at = 0;
		while (wd_str_ieqc(headers[i].name, "link") && seen++ < MAX_LINKS) {
			size_t open = wd_str_chr(v, '<', at);
			size_t close = open != SIZE_MAX ? wd_str_chr(v, '>', open) : SIZE_MAX;
			if (close == SIZE_MAX)
				break;
			struct wd_str url = wd_url_resolve(
				a, base, wd_str_trim(wd_str_sub(v, open + 1, close)));
			at = close + 1;
			struct wd_str rel = link_rel(v, &at);
			if (!wd_url_is_http(url) || url.n > WD_MAX_URL_BYTES)
				continue;
			if (wd_str_has_word(rel, "hub"))
				found_hub = wd_websub_hubs(
					a, wd_arena_cat(a, wd_arena_cat(a, found_hub, WD_STR(" ")),
						   url));
			if (found_self.n == 0 && wd_str_has_word(rel, "self"))
				found_self = url;
		}
	}
	*hub = found_hub.n > 0 ? found_hub : *hub;
	*self = found_self.n > 0 ? found_self : *self;
}
