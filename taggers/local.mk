# A cleaned article → tags. Includes base/ and parsers/.
libwiredesk_a_SOURCES += \
	%reldir%/consistency.c \
	%reldir%/facts.c \
	%reldir%/fold.c %reldir%/fold.h \
	%reldir%/garbled.c \
	%reldir%/language.c %reldir%/language.h \
	%reldir%/language_words.h \
	%reldir%/meeting.c %reldir%/meeting.h \
	%reldir%/people.c %reldir%/people.h \
	%reldir%/people_alone.c \
	%reldir%/phrases.c %reldir%/phrases.h \
	%reldir%/rules.h \
	%reldir%/rules_check.c \
	%reldir%/rules_load.c \
	%reldir%/scan.c %reldir%/scan.h \
	%reldir%/score.c \
	%reldir%/tagger.c %reldir%/tagger.h \
	%reldir%/textdates.c \
	%reldir%/topics.c
