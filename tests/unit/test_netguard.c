/* What counts as private, and what a listed range lets through. */
#include "tests/unit/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "sources/netguard.h"

static bool allowed(const char *addr, const char *range)
{
	struct sockaddr_storage ss = {0};
	struct sockaddr_in *in = (void *)&ss;
	struct sockaddr_in6 *in6 = (void *)&ss;
	struct wd_cidr c;
	if (inet_pton(AF_INET, addr, &in->sin_addr) == 1)
		ss.ss_family = AF_INET;
	else if (inet_pton(AF_INET6, addr, &in6->sin6_addr) == 1)
		ss.ss_family = AF_INET6;
	else
		fail_msg("bad address %s", addr);
	if (range != NULL)
		assert_int_equal(wd_cidr_parse(wd_str_c(range), &c), WD_OK);
	return wd_addr_allowed((const void *)&ss, &c, range != NULL ? 1 : 0);
}

static void test_table(void **state)
{
	static const struct {
		const char *addr, *range;
		bool want;
	} rows[] = {
		{"93.184.216.34", NULL, true},
		{"8.8.8.8", NULL, true},
		{"2606:2800:220:1::1", NULL, true},
		{"127.0.0.1", NULL, false},
		{"127.255.255.254", NULL, false},
		{"0.0.0.0", NULL, false},
		{"10.1.2.3", NULL, false},
		{"172.15.255.255", NULL, true},
		{"172.16.0.1", NULL, false},
		{"172.31.255.255", NULL, false},
		{"172.32.0.0", NULL, true},
		{"192.168.1.1", NULL, false},
		{"169.254.169.254", NULL, false},
		{"100.64.0.1", NULL, false},
		{"100.128.0.1", NULL, true},
		{"224.0.0.1", NULL, false},
		{"255.255.255.255", NULL, false},
		{"::1", NULL, false},
		{"::", NULL, false},
		{"::ffff:127.0.0.1", NULL, false},
		{"::ffff:8.8.8.8", NULL, true},
		{"::127.0.0.1", NULL, false},
		{"64:ff9b::7f00:1", NULL, false},
		{"64:ff9b::808:808", NULL, true},
		{"2002:7f00:1::1", NULL, false},
		{"fe80::1", NULL, false},
		{"fd00::1", NULL, false},
		{"ff02::1", NULL, false},
		{"127.1.0.1", "127.1.0.0/16", true},
		{"127.2.0.1", "127.1.0.0/16", false},
		{"::ffff:127.1.0.1", "127.1.0.0/16", true},
		{"fd00::1", "fd00::/8", true},
		{"10.0.0.5", "10.0.0.5", true},
		{"10.0.0.6", "10.0.0.5", false},
		{"10.0.0.6", "0.0.0.0/0", true},
		{"::1", "0.0.0.0/0", false},
	};
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(rows); i++) {
		if (allowed(rows[i].addr, rows[i].range) != rows[i].want)
			fail_msg("%s with %s", rows[i].addr, rows[i].range ? rows[i].range : "-");
	}
}

static void test_bad_ranges(void **state)
{
	static const char *const rows[] = {"", "/8", "127.0.0.1/33", "127.0.0.1/8", "::1/129", "a",
		"127.0.0.0/", "127.0.0.0/-1", "1.2.3", "1.2.3.4/8 "};
	struct wd_cidr c;
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(rows); i++) {
		if (wd_cidr_parse(wd_str_c(rows[i]), &c) != WD_E_MALFORMED)
			fail_msg("'%s' was taken", rows[i]);
	}
}

static void test_other_families(void **state)
{
	struct sockaddr_storage ss = {.ss_family = AF_UNIX};
	(void)state;
	assert_false(wd_addr_allowed((const void *)&ss, NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_table),
		cmocka_unit_test(test_bad_ranges), cmocka_unit_test(test_other_families)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
