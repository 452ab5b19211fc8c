# Bytes → articles. Includes base/ only.
libwiredesk_a_SOURCES += \
	%reldir%/article.c \
	%reldir%/article.h \
	%reldir%/charset.c \
	%reldir%/charset.h \
	%reldir%/date_clock.c \
	%reldir%/date_day.c \
	%reldir%/date_lex.c \
	%reldir%/date_read.c \
	%reldir%/date_read.h \
	%reldir%/date_rel.c \
	%reldir%/date_words.c \
	%reldir%/date_words.h \
	%reldir%/date_zone.c \
	%reldir%/date_zone.h \
	%reldir%/dates.c \
	%reldir%/dates.h \
	%reldir%/html.c \
	%reldir%/html.h \
	%reldir%/html_body.c \
	%reldir%/html_build.c \
	%reldir%/html_build.h \
	%reldir%/html_entities.c \
	%reldir%/html_entities.def \
	%reldir%/html_format.c \
	%reldir%/html_modes.c \
	%reldir%/html_tags.c \
	%reldir%/html_tags.def \
	%reldir%/html_tags.h \
	%reldir%/html_token.c \
	%reldir%/html_token.h \
	%reldir%/repair.c \
	%reldir%/repair.h \
	%reldir%/repair_escaped.c \
	%reldir%/repair_lex.c \
	%reldir%/repair_lex.h \
	%reldir%/repair_mojibake.c \
	%reldir%/repair_passes.h \
	%reldir%/repair_rows.c \
	%reldir%/repair_tags.c \
	%reldir%/tables.h \
	%reldir%/version.c %reldir%/version.h \
	%reldir%/xml.h
