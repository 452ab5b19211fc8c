# Bytes → articles. Includes base/ only.
libwiredesk_a_SOURCES += \
	%reldir%/article.c \
	%reldir%/article.c %reldir%/article.h \
	%reldir%/article.h \
	%reldir%/charset.c \
	%reldir%/charset.c %reldir%/charset.h \
	%reldir%/charset.h \
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
	%reldir%/xml.h
