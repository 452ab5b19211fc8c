/**
 * What every unit test includes: cmocka and its needs, and comparisons of slices.
 */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

/** How long to wait for what has to come: a test that passes never does. */
#define WD_TEST_PATIENCE_US INT64_C(300000000)

/** The slice holds exactly this text. `name` tells the table's row. */
#define assert_str(name, got, want)                                                                \
	do {                                                                                       \
		struct wd_str got_ = (got);                                                        \
		if (!wd_str_eqc(got_, (want)))                                                     \
			fail_msg("%s: got '%.*s', wanted '%s'", (name), WD_STR_ARG(got_), (want)); \
	} while (0)
