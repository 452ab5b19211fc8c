# Where documents come from. Includes base/ only.
libwiredesk_a_SOURCES += \
	%reldir%/conf.h \
	%reldir%/netguard.c %reldir%/netguard.h
