# The ordered step: what needs memory of the past. Includes base/ and parsers/.
libwiredesk_a_SOURCES += \
	%reldir%/desk.c %reldir%/desk.h \
	%reldir%/identity.c %reldir%/identity.h \
	%reldir%/lifecycle.c %reldir%/lifecycle.h \
	%reldir%/stories.c %reldir%/stories.h \
	%reldir%/story_keeper.c %reldir%/story_keeper.h \
	%reldir%/store.c %reldir%/store.h \
	%reldir%/store_archive.c \
	%reldir%/store_checkpoint.c \
	%reldir%/store_data.c \
	%reldir%/store_kept.c \
	%reldir%/store_letters.c \
	%reldir%/store_documents.c \
	%reldir%/store_held.c \
	%reldir%/store_outbox.c \
	%reldir%/store_sql.c %reldir%/store_sql.h \
	%reldir%/store_stories.c \
	%reldir%/store_websub.c \
	%reldir%/texts.c %reldir%/texts.h
