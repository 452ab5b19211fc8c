# Primitives. Includes nothing of ours.
libwiredesk_a_SOURCES += \
	%reldir%/arena.c %reldir%/arena.h \
	%reldir%/buf.c %reldir%/buf.h \
	%reldir%/clock.c %reldir%/clock.h \
	%reldir%/compiler.h \
	%reldir%/cond.c %reldir%/cond.h \
	%reldir%/doc.c %reldir%/doc.h \
	%reldir%/err.c %reldir%/err.h \
	%reldir%/file.c %reldir%/file.h \
	%reldir%/hash.c %reldir%/hash.h \
	%reldir%/json.c %reldir%/json.h \
	%reldir%/limits.h \
	%reldir%/log.c %reldir%/log.h \
	%reldir%/metrics.c %reldir%/metrics.h \
	%reldir%/needles.c %reldir%/needles.h \
	%reldir%/press.c %reldir%/press.h \
	%reldir%/queue.c %reldir%/queue.h \
	%reldir%/row.h \
	%reldir%/regex.c %reldir%/regex.h \
	%reldir%/regex_needs.c %reldir%/regex_needs.h \
	%reldir%/str.c %reldir%/str.h \
	%reldir%/url.c %reldir%/url.h \
	%reldir%/utf8.c %reldir%/utf8.h \
	%reldir%/vec.h \
	%reldir%/yaml.c %reldir%/yaml.h
