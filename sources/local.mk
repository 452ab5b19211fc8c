# Where documents come from. Includes base/ only.
libwiredesk_a_SOURCES += \
	%reldir%/conf.h \
	%reldir%/netguard.c %reldir%/netguard.h \
	%reldir%/warc.h \
	%reldir%/warc_decode.c \
	%reldir%/warc_read.c \
	%reldir%/warc_write.c
