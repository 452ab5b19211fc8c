/**
 * Network guard: which addresses a fetch may connect to. Everything that is not plainly public is
 * refused unless a range in http.allow_private lists it, so a feed, a redirect or a DNS answer
 * cannot make the daemon talk to the machine's own services. Checked on the address that is really
 * connected to, so a name that resolves twice differently gains nothing.
 */
#pragma once
#include <sys/socket.h>

#include "base/err.h"
#include "base/str.h"

/** An address range; IPv4 is held as IPv4-mapped IPv6, so one comparison serves both. */
struct wd_cidr {
	uint8_t addr[16];
	unsigned bits; /* of 128 */
};

/** "127.1.0.0/16", "fd00::/8" or a bare address. WD_E_MALFORMED: anything else, or host bits set.
 */
WD_MUST_USE int wd_cidr_parse(struct wd_str s, struct wd_cidr *ret);
bool wd_cidr_has(const struct wd_cidr *c, const uint8_t addr[16]);
/** Writes the address as mapped IPv6; false for other families than IPv4 and IPv6. */
bool wd_addr_map(const struct sockaddr *sa, uint8_t ret[16]);
/** Loopback, private, link-local, shared, multicast, documentation … : not on the public net. */
bool wd_addr_is_private(const uint8_t addr[16]);
/** The decision for one connect. */
bool wd_addr_allowed(const struct sockaddr *sa, const struct wd_cidr *allow, size_t n);
