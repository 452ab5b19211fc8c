# Where documents come from. Includes base/ only.
libwiredesk_a_SOURCES += \
	%reldir%/conf.h \
	%reldir%/http_fetch.c %reldir%/http_fetch.h \
	%reldir%/http_poll.c %reldir%/http_poll.h %reldir%/http_poll_impl.h \
	%reldir%/http_poll_feeds.c \
	%reldir%/http_push.c %reldir%/http_push.h %reldir%/http_push_impl.h \
	%reldir%/http_push_answer.c \
	%reldir%/http_push_auth.c \
	%reldir%/http_push_body.c \
	%reldir%/http_push_parts.c \
	%reldir%/http_push_request.c \
	%reldir%/http_push_source.c \
	%reldir%/http_push_websub.c \
	%reldir%/inbox.c %reldir%/inbox.h %reldir%/inbox_impl.h \
	%reldir%/inbox_record.c \
	%reldir%/intake.c %reldir%/intake.h \
	%reldir%/kafka_input.c %reldir%/kafka_input.h %reldir%/kafka_input_impl.h \
	%reldir%/kafka_input_client.c \
	%reldir%/kafka_input_status.c \
	%reldir%/kafka_record.c %reldir%/kafka_record.h \
	%reldir%/netguard.c %reldir%/netguard.h \
	%reldir%/schedule.c %reldir%/schedule.h \
	%reldir%/spool.c %reldir%/spool.h \
	%reldir%/stdin.c %reldir%/stdin.h \
	%reldir%/replay.c %reldir%/replay.h \
	%reldir%/unpack.c %reldir%/unpack.h \
	%reldir%/warc.h \
	%reldir%/warc_digest.c \
	%reldir%/warc_decode.c \
	%reldir%/warc_read.c \
	%reldir%/warc_write.c \
	%reldir%/websub.c %reldir%/websub.h %reldir%/websub_impl.h \
	%reldir%/websub_http.c
