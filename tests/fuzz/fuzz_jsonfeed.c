/*
 * JSON Feed on any bytes; the invariants are in format.h.
 */
#include "tests/fuzz/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_format("jsonfeed", data, size);
}
