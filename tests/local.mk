# Unit tests: one program per module, tests/unit/test_X.c. Add its name to its area's list.
if HAVE_CMOCKA
unit_base = \
	tests/unit/test_arena \
	tests/unit/test_buf \
	tests/unit/test_clock \
	tests/unit/test_err \
	tests/unit/test_file \
	tests/unit/test_hash \
	tests/unit/test_json \
	tests/unit/test_log \
	tests/unit/test_metrics \
	tests/unit/test_needles \
	tests/unit/test_press \
	tests/unit/test_queue \
	tests/unit/test_str \
	tests/unit/test_url \
	tests/unit/test_utf8

unit_parsers = \
	tests/unit/test_article_pack \
	tests/unit/test_charset \
	tests/unit/test_clean \
	tests/unit/test_furniture \
	tests/unit/test_links \
	tests/unit/test_mend \
	tests/unit/test_dates \
	tests/unit/test_fields \
	tests/unit/test_json_in \
	tests/unit/test_inflate \
	tests/unit/test_html \
	tests/unit/test_merge \
	tests/unit/test_metadata \
	tests/unit/test_page \
	tests/unit/test_page_parts \
	tests/unit/test_repair \
	tests/unit/test_tables

unit_taggers = \
	tests/unit/test_language \
	tests/unit/test_phrases \
	tests/unit/test_tagger \
	tests/unit/test_textdates

unit_desk = \
	tests/unit/test_stories \
	tests/unit/test_desk \
	tests/unit/test_release \
	tests/unit/test_store

unit_sinks = \
	tests/unit/test_event \
	tests/unit/test_kafka

unit_sources = \
	tests/unit/test_inbox \
	tests/unit/test_kafka_input \
	tests/unit/test_netguard \
	tests/unit/test_schedule \
	tests/unit/test_replay \
	tests/unit/test_unpack \
	tests/unit/test_warc \
	tests/unit/test_websub

unit_daemon = \
	tests/unit/test_compare \
	tests/unit/test_config \
	tests/unit/test_guard \
	tests/unit/test_pipeline \
	tests/unit/test_pump_rows \
	tests/unit/test_route

tests_unit_test_guard_LDFLAGS = -Wl,--wrap=wd_build_document

unit_programs = $(unit_base) $(unit_parsers) $(unit_taggers) $(unit_desk) $(unit_sinks) $(unit_sources) $(unit_daemon)
check_PROGRAMS += $(unit_programs)
TESTS += $(unit_programs)
endif

# Fuzz targets: tests/fuzz/fuzz_X.c with LLVMFuzzerTestOneInput, seeds in tests/fuzz/corpus/fuzz_X/.
# Add to fuzz_programs and: tests_fuzz_fuzz_X_LDADD = $(fuzz_LIBS) $(LDADD).
# `make check` replays the seeds; configured with --enable-fuzzing they are libFuzzer programs.
fuzz_programs = \
	tests/fuzz/fuzz_charset \
	tests/fuzz/fuzz_feed \
	tests/fuzz/fuzz_html \
	tests/fuzz/fuzz_page \
	tests/fuzz/fuzz_tag \
	tests/fuzz/fuzz_warc
tests_fuzz_fuzz_charset_LDADD = $(fuzz_LIBS) $(LDADD)
tests_fuzz_fuzz_feed_LDADD = $(fuzz_LIBS) $(LDADD)
tests_fuzz_fuzz_html_LDADD = $(fuzz_LIBS) $(LDADD)
tests_fuzz_fuzz_tag_LDADD = $(fuzz_LIBS) $(LDADD)
tests_fuzz_fuzz_page_LDADD = $(fuzz_LIBS) $(LDADD)
tests_fuzz_fuzz_warc_LDADD = $(fuzz_LIBS) $(LDADD)

if FUZZING
fuzz_LIBS = $(FUZZ_ENGINE)
else
fuzz_LIBS = tests/fuzz/libreplay.a
noinst_LIBRARIES += tests/fuzz/libreplay.a
tests_fuzz_libreplay_a_SOURCES = tests/fuzz/main.c
TESTS += $(fuzz_programs)
endif
check_PROGRAMS += $(fuzz_programs)

TESTS += tests/golden/golden.sh tests/cli/cli.py
EXTRA_DIST += tests/cli
EXTRA_DIST += tests/fuzz/fuzz_charset.dict tests/fuzz/fuzz_feed.dict
EXTRA_DIST += tests/fuzz/fuzz_html.dict tests/fuzz/fuzz_page.dict
EXTRA_DIST += tests/fuzz/fuzz_tag.dict
EXTRA_DIST += tests/fuzz/fuzz_warc.dict tests/unit/test.h tests/golden tests/fuzz/corpus tests/schema
EXTRA_DIST += tests/unit/dates.tsv tests/unit/test.h tests/golden tests/fuzz/corpus tests/schema
TEST_EXTENSIONS = .sh .py
SH_LOG_COMPILER = sh
PY_LOG_COMPILER = python3
AM_TESTS_ENVIRONMENT = WIREDESK=$(abs_top_builddir)/wiredesk SRCDIR=$(abs_top_srcdir) WIREDESK_DATA=$(abs_top_srcdir)/data; \
	export WIREDESK SRCDIR WIREDESK_DATA;

lint: config.h
	BUILD=$(abs_top_builddir) LINT_CFLAGS="$(WD_DEPS_CFLAGS)" python3 $(srcdir)/tests/lint/lint.py
.PHONY: lint
EXTRA_DIST += tests/lint

# The tests with threads in them, for ThreadSanitizer.
threaded_tests = tests/unit/test_inbox tests/unit/test_queue tests/unit/test_log tests/unit/test_metrics
check-threads: $(threaded_tests)
	$(MAKE) check-TESTS TESTS="$(threaded_tests)" check_PROGRAMS="$(threaded_tests)"
.PHONY: check-threads
EXTRA_DIST += tests/integration tests/faults tests/README.md

# Phrase matching: MB/s for 100, 5,000 and 50,000 phrases. Build with -O2.
EXTRA_PROGRAMS = tests/bench/bench_tag
tests_bench_bench_tag_SOURCES = tests/bench/bench_tag.c
bench-tag: tests/bench/bench_tag
	tests/bench/bench_tag $(BENCH_TAG_ARGS)
.PHONY: bench-tag
# Near-duplicates: cost and memory per article from 10,000 to 1,000,000 remembered.
EXTRA_PROGRAMS += tests/bench/bench_stories
tests_bench_bench_stories_SOURCES = tests/bench/bench_stories.c
bench-stories: tests/bench/bench_stories
	tests/bench/bench_stories
.PHONY: bench-stories
# Pages: against libxml2 (make bench-html LIST=paths.txt), against other extractors (PAGES="files or a folder")
EXTRA_PROGRAMS += tests/bench/bench_html
tests_bench_bench_html_SOURCES = tests/bench/bench_html.c
bench-html: tests/bench/bench_html
	WIREDESK_DATA=$(abs_top_srcdir)/data tests/bench/bench_html $(LIST)
PYTHON = python3
bench-extract: wiredesk
	WIREDESK_DATA=$(abs_top_srcdir)/data WIREDESK=$(abs_top_builddir)/wiredesk \
		$(PYTHON) $(srcdir)/tests/bench/bench_extract.py $(PAGES)
.PHONY: bench-html bench-extract
EXTRA_DIST += tests/bench/bench_extract.py

# Every allocation, every crash point: long runs (docs/RELIABILITY.md has their figures).
check-faults: all
	WIREDESK=$(abs_top_builddir)/wiredesk python3 $(srcdir)/tests/faults/test_malloc.py --all
	WIREDESK=$(abs_top_builddir)/wiredesk python3 $(srcdir)/tests/faults/test_syscalls.py --all
	WIREDESK=$(abs_top_builddir)/wiredesk KILLS=500 FILE_KILLS=50 BROKER_KILLS=50 STOPS=20 STOP_SECONDS=10:40 OUTAGE=30 \
		python3 $(srcdir)/tests/integration/test_delivery.py
	WIREDESK=$(abs_top_builddir)/wiredesk python3 $(srcdir)/tests/faults/test_receive.py --all
.PHONY: check-faults
# The cleaner
fuzz_programs += tests/fuzz/fuzz_repair tests/fuzz/fuzz_tables
tests_fuzz_fuzz_repair_LDADD = $(fuzz_LIBS) $(LDADD)
tests_fuzz_fuzz_tables_LDADD = $(fuzz_LIBS) $(LDADD)
EXTRA_DIST += tests/fuzz/fuzz_repair.dict tests/fuzz/fuzz_tables.dict
fuzz_programs += tests/fuzz/fuzz_clean
tests_fuzz_fuzz_clean_LDADD = $(fuzz_LIBS) $(LDADD)
TESTS += tests/clean/beside.py tests/clean/innocent.py tests/clean/sanitiser.py
EXTRA_DIST += tests/clean tests/fuzz/fuzz_clean.dict
# Cost against libxml2's bare SAX parse, and linear time on broken input. Build with -O2.
# Repair and tables, per kind of damage; over files too: make bench-tables LIST="files"
EXTRA_PROGRAMS += tests/bench/bench_tables
tests_bench_bench_tables_SOURCES = tests/bench/bench_tables.c
EXTRA_DIST += tests/bench/table_damage.py
bench-tables: tests/bench/bench_tables
	tests/bench/bench_tables $(LIST)
.PHONY: bench-tables
EXTRA_PROGRAMS += tests/bench/bench_clean
tests_bench_bench_clean_SOURCES = tests/bench/bench_clean.c
bench-clean: tests/bench/bench_clean
	WIREDESK_DATA=$(abs_top_srcdir)/data tests/bench/bench_clean
.PHONY: bench-clean

# In a build configured with --enable-fuzzing: make fuzz FUZZ_SECONDS=60
FUZZ_SECONDS = 60
fuzz_programs += tests/fuzz/fuzz_config tests/fuzz/fuzz_inbox tests/fuzz/fuzz_push tests/fuzz/fuzz_spool \
	tests/fuzz/fuzz_websub
tests_fuzz_fuzz_config_LDADD = $(fuzz_LIBS) $(LDADD)
tests_fuzz_fuzz_inbox_LDADD = $(fuzz_LIBS) $(LDADD)
tests_fuzz_fuzz_push_LDADD = $(fuzz_LIBS) $(LDADD)
tests_fuzz_fuzz_spool_LDADD = $(fuzz_LIBS) $(LDADD)
tests_fuzz_fuzz_websub_LDADD = $(fuzz_LIBS) $(LDADD)
EXTRA_DIST += tests/fuzz/fuzz_config.dict tests/fuzz/fuzz_inbox.dict tests/fuzz/fuzz_push.dict tests/fuzz/fuzz_spool.dict \
	tests/fuzz/fuzz_websub.dict

fuzz: $(fuzz_programs)
	python3 $(srcdir)/tests/fuzz/run.py --seconds $(FUZZ_SECONDS)
.PHONY: fuzz
EXTRA_DIST += tests/fuzz/run.py

# Dates and formats
fuzz_programs += tests/fuzz/fuzz_dates tests/fuzz/fuzz_jsonfeed tests/fuzz/fuzz_ninjs tests/fuzz/fuzz_agency
tests_fuzz_fuzz_dates_LDADD = $(fuzz_LIBS) $(LDADD)
tests_fuzz_fuzz_jsonfeed_LDADD = $(fuzz_LIBS) $(LDADD)
tests_fuzz_fuzz_ninjs_LDADD = $(fuzz_LIBS) $(LDADD)
tests_fuzz_fuzz_agency_LDADD = $(fuzz_LIBS) $(LDADD)
EXTRA_DIST += tests/fuzz/format.h tests/fuzz/fuzz_dates.dict tests/fuzz/fuzz_jsonfeed.dict tests/fuzz/fuzz_ninjs.dict \
	tests/fuzz/fuzz_agency.dict
# Feeds: MB/s beside bare libxml2 SAX2, and beside feedparser and gofeed where installed. Build with -O2.
# BENCH_PARSE_ARGS='--feeds DIR' reads your own.
BENCH_PARSE_ARGS =
EXTRA_PROGRAMS += tests/bench/bench_parse
tests_bench_bench_parse_SOURCES = tests/bench/bench_parse.c
EXTRA_DIST += tests/bench/parse.py
bench-parse: tests/bench/bench_parse
	python3 $(srcdir)/tests/bench/parse.py tests/bench/bench_parse $(BENCH_PARSE_ARGS)
.PHONY: bench-parse

# Labelled examples of the built-in topic: tests/topic/examples.tsv.
TESTS += tests/topic/topic.py
EXTRA_DIST += tests/topic

# One date of each kind; dates in running text. Build with -O2.
EXTRA_PROGRAMS += tests/bench/bench_dates
tests_bench_bench_dates_SOURCES = tests/bench/bench_dates.c
bench-dates: tests/bench/bench_dates
	tests/bench/bench_dates
.PHONY: bench-dates
# CPU per message against bare librdkafka, on a real broker of its own: make bench-kafka BENCH_KAFKA_ARGS="20000 3"
EXTRA_PROGRAMS += tests/bench/bench_kafka
tests_bench_bench_kafka_SOURCES = tests/bench/bench_kafka.c
EXTRA_DIST += tests/bench/kafka.py tests/bench/make_feeds.py
bench-kafka: tests/bench/bench_kafka
	python3 $(srcdir)/tests/bench/kafka.py tests/bench/bench_kafka $(BENCH_KAFKA_ARGS)
.PHONY: bench-kafka
# A restart with many remembered articles: make bench-restart BENCH_RESTART_ARGS=1000000
EXTRA_PROGRAMS += tests/bench/bench_restart
tests_bench_bench_restart_SOURCES = tests/bench/bench_restart.c
EXTRA_DIST += tests/bench/restart.py
bench-restart: wiredesk tests/bench/bench_restart
	python3 $(srcdir)/tests/bench/restart.py ./wiredesk tests/bench/bench_restart $(BENCH_RESTART_ARGS)
.PHONY: bench-restart

# Receiving: side by side with a bare handler.
EXTRA_PROGRAMS += tests/bench/bare_http tests/bench/load_http
tests_bench_bare_http_SOURCES = tests/bench/bare_http.c
tests_bench_load_http_SOURCES = tests/bench/load_http.c
EXTRA_DIST += tests/bench/receive.py
bench-receive: wiredesk tests/bench/bare_http tests/bench/load_http
	python3 $(srcdir)/tests/bench/receive.py ./wiredesk tests/bench/bare_http tests/bench/load_http $(BENCH_RECEIVE_ARGS)
bench-receive-beside: wiredesk tests/bench/bare_http tests/bench/load_http
	python3 $(srcdir)/tests/bench/receive.py --beside ./wiredesk tests/bench/bare_http tests/bench/load_http $(BENCH_RECEIVE_ARGS)
bench-receive-kafka: wiredesk tests/bench/load_http
	python3 $(srcdir)/tests/bench/receive.py --kafka ./wiredesk tests/bench/load_http $(BENCH_RECEIVE_ARGS)
.PHONY: bench-receive bench-receive-beside bench-receive-kafka

# Archives: reading beside bare zlib, replay and its stages (BENCH_WARC_ARGS="MEGABYTES ROUNDS"). Build with -O2.
EXTRA_PROGRAMS += tests/bench/bench_warc
tests_bench_bench_warc_SOURCES = tests/bench/bench_warc.c
EXTRA_DIST += tests/bench/warc.py
bench-warc: tests/bench/bench_warc
	WIREDESK_DATA=$(abs_top_srcdir)/data python3 $(srcdir)/tests/bench/warc.py tests/bench/bench_warc $(BENCH_WARC_ARGS)
.PHONY: bench-warc

# All benchmarks that need nothing but this tree; bench-html, bench-kafka and bench-receive want input or a broker.
bench: bench-parse bench-clean bench-tag bench-dates bench-extract
.PHONY: bench
