# Bytes → articles. Includes base/ only.
libwiredesk_a_SOURCES += \
	%reldir%/article.c %reldir%/article.h \
	%reldir%/charset.c %reldir%/charset.h \
	%reldir%/xml.h
