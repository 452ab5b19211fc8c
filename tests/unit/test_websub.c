/* A subscription's life, event by event; signatures; Link headers. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "parsers/page_hubs.h"
#include "sources/websub_impl.h"

#define T0 (1000 * WD_DAY)
#define LEASE (10 * WD_DAY)

static char topic[] = "https://a.example/feed";

enum event { DUE, OK2XX, REFUSED, SUB, UNSUB, DENY, LEAVE };

static bool happen(
	struct wd_websub_sub *s, enum event e, const char *about, const char *lease, int64_t now)
{
	const struct wd_websub_query q = {.mode = wd_str_c(e == UNSUB  ? "unsubscribe"
							   : e == DENY ? "denied"
								       : "subscribe"),
		.topic = wd_str_c(about),
		.challenge = WD_STR("c"),
		.lease = wd_str_c(lease)};
	switch (e) {
	case DUE:
		return wd_websub_due(s, now) != WD_WEBSUB_WAIT;
	case OK2XX:
	case REFUSED:
		wd_websub_answered(s, e == OK2XX, now);
		return true;
	case SUB:
	case UNSUB:
		return wd_websub_verify(s, &q, LEASE, now);
	case DENY:
		return wd_websub_deny(s, &q, now);
	case LEAVE:
		wd_websub_leave(s, now);
		return true;
	}
	return false;
}

static void test_steps(void **state)
{
	static const struct {
		enum wd_websub_state from;
		enum event event;
		const char *about;
		bool is;
		enum wd_websub_state to;
	} rows[] = {
		{WD_WEBSUB_NONE, DUE, topic, false, WD_WEBSUB_NONE},
		{WD_WEBSUB_WANTED, DUE, topic, true, WD_WEBSUB_ASKED},
		{WD_WEBSUB_WANTED, SUB, topic, false, WD_WEBSUB_WANTED}, /* not asked for */
		{WD_WEBSUB_ASKED, SUB, topic, true, WD_WEBSUB_ACTIVE},
		{WD_WEBSUB_ASKED, SUB, "https://a.example/feeD", false, WD_WEBSUB_ASKED},
		{WD_WEBSUB_ASKED, UNSUB, topic, false, WD_WEBSUB_ASKED},
		{WD_WEBSUB_ASKED, REFUSED, topic, true, WD_WEBSUB_WANTED},
		{WD_WEBSUB_ASKED, OK2XX, topic, true, WD_WEBSUB_ASKED},
		{WD_WEBSUB_ASKED, DENY, topic, true, WD_WEBSUB_DENIED},
		{WD_WEBSUB_ACTIVE, REFUSED, topic, true, WD_WEBSUB_ACTIVE}, /* verified before */
		{WD_WEBSUB_ACTIVE, SUB, topic, false, WD_WEBSUB_ACTIVE},
		{WD_WEBSUB_ACTIVE, UNSUB, topic, false, WD_WEBSUB_ACTIVE},
		{WD_WEBSUB_ACTIVE, DENY, topic, true, WD_WEBSUB_DENIED},
		{WD_WEBSUB_ACTIVE, DENY, "https://b.example/", false, WD_WEBSUB_ACTIVE},
		{WD_WEBSUB_ACTIVE, LEAVE, topic, true, WD_WEBSUB_LEAVING},
		{WD_WEBSUB_RENEWING, SUB, topic, true, WD_WEBSUB_ACTIVE},
		{WD_WEBSUB_RENEWING, LEAVE, topic, true, WD_WEBSUB_LEAVING},
		{WD_WEBSUB_WANTED, LEAVE, topic, true, WD_WEBSUB_GONE},
		{WD_WEBSUB_DENIED, SUB, topic, false, WD_WEBSUB_DENIED},
		{WD_WEBSUB_DENIED, LEAVE, topic, true, WD_WEBSUB_GONE},
		{WD_WEBSUB_LEAVING, SUB, topic, false, WD_WEBSUB_LEAVING},
		{WD_WEBSUB_LEAVING, UNSUB, topic, true, WD_WEBSUB_GONE},
		{WD_WEBSUB_LEAVING, UNSUB, "x", false, WD_WEBSUB_LEAVING},
		{WD_WEBSUB_LEAVING, DUE, topic, true, WD_WEBSUB_LEAVING},
		{WD_WEBSUB_GONE, SUB, topic, false, WD_WEBSUB_GONE},
		{WD_WEBSUB_GONE, UNSUB, topic, false, WD_WEBSUB_GONE},
	};
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(rows); i++) {
		struct wd_websub_sub s = {.topic = topic, .state = rows[i].from};
		bool is = happen(&s, rows[i].event, rows[i].about, "100", T0);
		if (is != rows[i].is || s.state != rows[i].to)
			fail_msg("row %zu: %d, state %d", i, is, (int)s.state);
	}
}

static void test_lease(void **state)
{
	struct wd_websub_sub s = {.topic = topic, .state = WD_WEBSUB_WANTED};
	(void)state;
	assert_int_equal(wd_websub_due(&s, T0), WD_WEBSUB_SUBSCRIBE);
	assert_true(happen(&s, SUB, topic, "1000", T0));
	assert_int_equal(s.lease_end_us, T0 + 1000 * WD_SEC); /* the hub decides */
	s.works = true;
	assert_int_equal(wd_websub_due(&s, T0 + 749 * WD_SEC), WD_WEBSUB_WAIT);
	assert_int_equal(wd_websub_due(&s, T0 + 750 * WD_SEC), WD_WEBSUB_SUBSCRIBE);
	assert_int_equal(s.state, WD_WEBSUB_RENEWING);
	assert_true(wd_websub_takes_content(&s) && s.works);
	assert_true(happen(&s, SUB, topic, "", T0 + 800 * WD_SEC));
	assert_int_equal(s.lease_end_us, T0 + 800 * WD_SEC + LEASE); /* none said: what was asked */
	/* nobody verifies the renewal: it is asked again, then the lease is over */
	assert_int_equal(wd_websub_due(&s, s.lease_end_us - WD_HOUR), WD_WEBSUB_SUBSCRIBE);
	assert_int_equal(wd_websub_due(&s, s.lease_end_us - 30 * WD_MINUTE), WD_WEBSUB_SUBSCRIBE);
	assert_false(s.has_ended);
	assert_int_equal(wd_websub_due(&s, s.lease_end_us), WD_WEBSUB_SUBSCRIBE);
	assert_int_equal(s.state, WD_WEBSUB_ASKED);
	assert_true(s.has_ended && !s.works);
}

static void test_backoff(void **state)
{
	struct wd_websub_sub s = {.topic = topic, .state = WD_WEBSUB_WANTED};
	int64_t now = T0, last = 0;
	(void)state;
	for (int i = 0; i < 20; i++) {
		assert_int_equal(wd_websub_due(&s, now), WD_WEBSUB_SUBSCRIBE);
		wd_websub_answered(&s, false, now);
		assert_true(s.next_us - now >= last && s.next_us - now <= 6 * WD_HOUR);
		last = s.next_us - now;
		now = s.next_us;
	}
	assert_int_equal(last, 6 * WD_HOUR);
	wd_websub_leave(&s, now);
	s.state = WD_WEBSUB_LEAVING; /* a hub that never verifies is left all the same */
	for (int i = 0; i < 10 && s.state == WD_WEBSUB_LEAVING; i++, now += WD_DAY)
		(void)wd_websub_due(&s, now);
	assert_int_equal(s.state, WD_WEBSUB_GONE);
}

static void test_the_next_hub_is_asked(void **state)
{
	char *hub = strdup("https://1/ https://2/ https://3/");
	struct wd_websub_sub s = {.topic = topic, .hub = hub, .state = WD_WEBSUB_WANTED};
	(void)state;
	assert_int_equal(wd_websub_due(&s, T0), WD_WEBSUB_SUBSCRIBE);
	wd_websub_answered(&s, false, T0); /* refused: the next one at once */
	assert_str("second", wd_websub_hub(&s), "https://2/");
	assert_int_equal(wd_websub_due(&s, T0), WD_WEBSUB_SUBSCRIBE);
	/* silent: the next one after minutes */
	assert_int_equal(wd_websub_due(&s, T0 + 5 * WD_MINUTE), WD_WEBSUB_WAIT);
	assert_str("third", wd_websub_hub(&s), "https://3/");
	assert_int_equal(wd_websub_due(&s, T0 + 5 * WD_MINUTE), WD_WEBSUB_SUBSCRIBE);
	assert_true(happen(&s, SUB, topic, "1000", T0 + 5 * WD_MINUTE));
	assert_str("verified", wd_websub_hub(&s), "https://3/");
	assert_true(
		wd_websub_same_hubs(wd_str_c(s.hub), WD_STR("https://1/ https://2/ https://3/")));
	assert_false(wd_websub_same_hubs(wd_str_c(s.hub), WD_STR("https://1/ https://2/")));
	/* all refuse: a pause comes after the last */
	s.state = WD_WEBSUB_WANTED;
	s.next_us = T0;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(wd_websub_due(&s, T0), WD_WEBSUB_SUBSCRIBE);
		wd_websub_answered(&s, false, T0);
	}
	assert_true(s.next_us > T0);
	free(hub);
}

static void test_a_renewals_secret(void **state)
{
	struct wd_websub_sub s = {.topic = topic, .state = WD_WEBSUB_RENEWING};
	(void)state;
	(void)snprintf(s.secret, sizeof(s.secret), "old");
	(void)snprintf(s.next_secret, sizeof(s.next_secret), "new");
	wd_websub_answered(&s, true, T0);
	assert_string_equal(s.secret, "old"); /* nobody verified yet */
	assert_true(happen(&s, SUB, topic, "1000", T0));
	assert_string_equal(s.secret, "new");
	assert_string_equal(s.next_secret, "");
}

static void test_signatures(void **state)
{
	/* RFC 2202 and RFC 4231, test case 2 */
	static const char sha1[] = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
	static const char sha256[] =
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
	static const char sha384[] =
		"af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
		"8e2240ca5e69e2c78b3239ecfab21649";
	static const char sha512[] =
		"164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
		"9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737";
	const struct {
		const char *method, *hex;
		bool ok;
	} rows[] = {{"sha1=", sha1, true}, {"sha256=", sha256, true}, {"sha384=", sha384, true},
		{"sha512=", sha512, true},
		{"SHA1=", "EFFCDF6AE5EB2FA2D27416D5F184DF9C259A7C79", true},
		{"sha1=", sha256, false}, {"sha256=", sha1, false}, {"md5=", sha1, false},
		{"sha256", sha256, false}, {"sha256=", "", false}, {"", "", false},
		{"=", "", false}, {"sha1=", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c78", false},
		{"sha1=", "xffcdf6ae5eb2fa2d27416d5f184df9c259a7c79", false},
		{"sha1=", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c", false}};
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(rows); i++) {
		char header[200];
		(void)snprintf(header, sizeof(header), "%s%s", rows[i].method, rows[i].hex);
		if (wd_websub_signature_ok(WD_STR("Jefe"), wd_str_c(header),
			    WD_STR("what do ya want for nothing?")) != rows[i].ok)
			fail_msg("row %zu", i);
		assert_false(wd_websub_signature_ok(
			WD_STR("Jef"), wd_str_c(header), WD_STR("what do ya want for nothing?")));
	}
}

static void test_links(void **state)
{
	static const struct {
		const char *value, *hub, *self;
	} rows[] = {
		{"<https://h/>; rel=\"hub\", <https://t/>; rel=\"self\"", "https://h/",
			"https://t/"},
		{"<https://h/>;rel=hub", "https://h/", "body-self"},
		{"</hub>; rel=hub", "https://base.example/hub", "body-self"},
		{"<https://x/>; title=\"a, <b>; rel=hub\"; rel=next, <https://h/>; rel=\"x HUB\"",
			"https://h/", "body-self"},
		{"<https://x/>; rel=next; rel=hub", "body-hub", "body-self"}, /* the first counts */
		{"<ftp://h/>; rel=hub", "body-hub", "body-self"},
		{"<https://h/>; rel=hubs", "body-hub", "body-self"},
		{"<https://h/", "body-hub", "body-self"},
		{"<https://h/>; rel=\"hub", "body-hub", "body-self"},
		{"<https://1/>; rel=hub, <https://2/>; rel=hub", "https://1/ https://2/",
			"body-self"},
		{"", "body-hub", "body-self"},
		{"<>;;;,,,<>", "body-hub", "body-self"},
	};
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(rows); i++) {
		struct wd_arena *a = wd_arena_new(WD_MIB);
		struct wd_header h[2] = {{WD_STR("Server"), WD_STR("<https://n/>; rel=hub")},
			{WD_STR("LINK"), wd_str_c(rows[i].value)}};
		struct wd_str hub = WD_STR("body-hub"), self = WD_STR("body-self");
		wd_websub_links(a, h, 2, WD_STR("https://base.example/feed"), &hub, &self);
		if (!wd_str_eqc(hub, rows[i].hub) || !wd_str_eqc(self, rows[i].self))
			fail_msg("row %zu: %.*s %.*s", i, WD_STR_ARG(hub), WD_STR_ARG(self));
		wd_arena_free(a);
	}
}

static void test_hubs_of_a_page(void **state)
{
	static const struct {
		const char *html, *hubs, *self;
	} rows[] = {
		{"<html><head><link rel=hub href='https://h/'><link rel='x self' href=/t></head>",
			"https://h/", "https://base.example/t"},
		{"<link href=https://1/ rel=hub><link href=https://2/ rel=HUB>",
			"https://1/ https://2/", ""},
		{"<head><script>'<link rel=hub href=https://h/>'</script></head>", "", ""},
		{"<head><!-- <link rel=hub href=https://h/> --></head>", "", ""},
		{"<head></head><body><link rel=hub href=https://h/>", "", ""},
		{"<head><link rel=hubs href=https://h/><link rel=hub href=ftp://h/><link rel=hub>",
			"", ""},
	};
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(rows); i++) {
		struct wd_arena *a = wd_arena_new(4 * WD_MIB);
		struct wd_str hubs, self;
		wd_page_hubs(
			a, wd_str_c(rows[i].html), WD_STR("https://base.example/p"), &hubs, &self);
		if (!wd_str_eqc(hubs, rows[i].hubs) || !wd_str_eqc(self, rows[i].self))
			fail_msg("row %zu: %.*s %.*s", i, WD_STR_ARG(hubs), WD_STR_ARG(self));
		wd_arena_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_lease),
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_the_next_hub_is_asked),
		cmocka_unit_test(test_a_renewals_secret),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_hubs_of_a_page),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
