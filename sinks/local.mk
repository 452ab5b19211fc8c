# Events and where they go. Includes base/ and parsers/.
libwiredesk_a_SOURCES += \
	%reldir%/event.c %reldir%/event.h \
	%reldir%/event_data.c %reldir%/event_data.h \
	%reldir%/event_wiredesk.c \
	%reldir%/flat.c %reldir%/flat.h \
	%reldir%/jsonl.c \
	%reldir%/kafka.c \
	%reldir%/kafka_admin.c \
	%reldir%/kafka_impl.h \
	%reldir%/kafka_init.c %reldir%/kafka_init.h \
	%reldir%/kafka_stats.c \
	%reldir%/kafka_txn.c \
	%reldir%/sink.h \
	%reldir%/sinks.c
