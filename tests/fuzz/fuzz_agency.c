/*
 * The agencies' XML and sitemaps on any bytes: the first byte picks the format, whatever the rest
 * looks like. The invariants are in format.h.
 */
#include "tests/fuzz/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const formats[] = {"nitf", "newsml1", "newsmlg2", "sitemap"};
	return size < 2 ? 0 : fuzz_format(formats[data[0] % 4], data + 1, size - 1);
}
