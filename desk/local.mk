# The ordered step: what needs memory of the past. Includes base/, parsers/, sinks/event.h.
libwiredesk_a_SOURCES += \
	%reldir%/store.c %reldir%/store.h \
	%reldir%/store_data.c \
	%reldir%/store_outbox.c \
	%reldir%/store_sql.c %reldir%/store_sql.h
