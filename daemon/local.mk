# The program: wiring and subcommands. May include every other folder.
wiredesk_SOURCES += \
	%reldir%/batch.c %reldir%/batch.h \
	%reldir%/cmd.h \
	%reldir%/main.c
wiredesk_LDADD = $(wd_libs)
