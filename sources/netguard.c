/*
 * The table of what is not public follows the IANA special-purpose address registries (RFC 6890 and
 * its successors). IPv6 forms that carry an IPv4 address (mapped, NAT64, 6to4, Teredo) are refused
 * or looked into: ::ffff:127.0.0.1 and 64:ff9b::7f00:1 reach the loopback on many systems.
 */
#include "sources/netguard.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static const char *const special[] = {
	"0.0.0.0/8",
	"10.0.0.0/8",
	"100.64.0.0/10",
	"127.0.0.0/8",
	"169.254.0.0/16",
	"172.16.0.0/12",
	"192.0.0.0/24",
	"192.0.2.0/24",
	"192.88.99.0/24",
	"192.168.0.0/16",
	"198.18.0.0/15",
	"198.51.100.0/24",
	"203.0.113.0/24",
	"224.0.0.0/4",
	"240.0.0.0/4",
	"::/128",
	"::1/128",
	"::/96",
	"64:ff9b:1::/48",
	"100::/64",
	"2001::/23",
	"2001:db8::/32",
	"3fff::/20",
	"5f00::/16",
	"fc00::/7",
	"fe80::/10",
	"fec0::/10",
	"ff00::/8",
};

int wd_cidr_parse(struct wd_str s, struct wd_cidr *ret)
{
	char text[INET6_ADDRSTRLEN];
	size_t slash = wd_str_chr(s, '/', 0);
	struct wd_str host = slash == SIZE_MAX ? s : wd_str_sub(s, 0, slash);
	struct wd_cidr c = {0};
	uint64_t bits;

	if (host.n == 0 || host.n >= sizeof(text))
		return WD_E_MALFORMED;
	memcpy(text, host.p, host.n);
	text[host.n] = '\0';
	bool is_v4 = inet_pton(AF_INET, text, c.addr + 12) == 1;
	if (is_v4)
		memcpy(c.addr, mapped, sizeof(mapped));
	else if (inet_pton(AF_INET6, text, c.addr) != 1)
		return WD_E_MALFORMED;
	unsigned width = is_v4 ? 32 : 128;
	bits = width;
	if (slash != SIZE_MAX && wd_str_to_u64(wd_str_from(s, slash + 1), 0, width, &bits) != WD_OK)
		return WD_E_MALFORMED;
	c.bits = (unsigned)bits + (128 - width);
	for (unsigned i = c.bits; i < 128; i++) {
		if ((c.addr[i / 8] >> (7 - i % 8)) & 1)
			return WD_E_MALFORMED;
	}
	*ret = c;
	return WD_OK;
}

bool wd_cidr_has(const struct wd_cidr *c, const uint8_t addr[16])
{
	unsigned whole = c->bits / 8, rest = c->bits % 8;
	if (memcmp(c->addr, addr, whole) != 0)
		return false;
	return rest == 0 || ((c->addr[whole] ^ addr[whole]) >> (8 - rest)) == 0;
}

bool wd_addr_map(const struct sockaddr *sa, uint8_t ret[16])
{
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)sa;
		memcpy(ret, mapped, sizeof(mapped));
		memcpy(ret + 12, &in->sin_addr, 4);
		return true;
	}
	if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)sa;
		memcpy(ret, &in6->sin6_addr, 16);
		return true;
	}
	return false;
}

/* IPv4 address inside a transition address, as mapped IPv6; false when there is none. */
static bool inner_v4(const uint8_t addr[16], uint8_t ret[16])
{
	static const uint8_t nat64[12] = {0, 0x64, 0xff, 0x9b};
	const uint8_t *v4 = NULL;
	if (memcmp(addr, nat64, sizeof(nat64)) == 0)
		v4 = addr + 12;
	else if (addr[0] == 0x20 && addr[1] == 0x02) /* 6to4 */
		v4 = addr + 2;
	if (v4 == NULL)
		return false;
	memcpy(ret, mapped, sizeof(mapped));
	memcpy(ret + 12, v4, 4);
	return true;
}

bool wd_addr_is_private(const uint8_t addr[16])
{
	uint8_t inner[16];
	const uint8_t *look = inner_v4(addr, inner) ? inner : addr;
	for (size_t i = 0; i < WD_COUNTOF(special); i++) {
		struct wd_cidr c;
		if (wd_cidr_parse(wd_str_c(special[i]), &c) != WD_OK || wd_cidr_has(&c, look))
			return true;
	}
	return false;
}

bool wd_addr_allowed(const struct sockaddr *sa, const struct wd_cidr *allow, size_t n)
{
	uint8_t addr[16];
	if (!wd_addr_map(sa, addr))
		return false;
	if (!wd_addr_is_private(addr))
		return true;
	for (size_t i = 0; i < n; i++) {
		if (wd_cidr_has(&allow[i], addr))
			return true;
	}
	return false;
}
