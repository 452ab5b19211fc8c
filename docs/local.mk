# Documentation. CONFIG.md and wiredesk.yaml.5 are generated (wiredesk check --docs); a test compares.
dist_pkgdata_DATA += %reldir%/event.schema.json
dist_man_MANS = %reldir%/wiredesk.1 %reldir%/wiredesk.yaml.5
EXTRA_DIST += %reldir%/TOPICS.md
EXTRA_DIST += %reldir%/CONFIG.md %reldir%/EVENTS.md %reldir%/OPERATIONS.md %reldir%/RECEIVE.md %reldir%/REPLAY.md %reldir%/SECURITY.md
EXTRA_DIST += %reldir%/BENCHMARKS.md %reldir%/RELIABILITY.md
