# A cleaned article → tags. Includes base/ and parsers/.
libwiredesk_a_SOURCES += \
	%reldir%/fold.c %reldir%/fold.h \
	%reldir%/language.c %reldir%/language.h \
	%reldir%/language_words.h \
	%reldir%/phrases.c %reldir%/phrases.h \
	%reldir%/tagger.h \
	%reldir%/zz_untagged.c
