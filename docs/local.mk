# This folder's part of the build.
dist_pkgdata_DATA = %reldir%/event.schema.json
EXTRA_DIST += %reldir%/EVENTS.md
