# Unit tests: one program per module, tests/unit/test_X.c. Add its name to its area's list.
if HAVE_CMOCKA
unit_base =

unit_parsers =

unit_taggers =

unit_desk =

unit_sinks =

unit_sources =

unit_daemon =

unit_programs = $(unit_base) $(unit_parsers) $(unit_taggers) $(unit_desk) $(unit_sinks) $(unit_sources) $(unit_daemon)
check_PROGRAMS += $(unit_programs)
TESTS += $(unit_programs)
endif
AM_TESTS_ENVIRONMENT = WIREDESK=$(abs_top_builddir)/wiredesk SRCDIR=$(abs_top_srcdir) WIREDESK_DATA=$(abs_top_srcdir)/data; \
	export WIREDESK SRCDIR WIREDESK_DATA;
