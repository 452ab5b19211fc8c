# The program: wiring and subcommands. May include every other folder.
wiredesk_SOURCES += %reldir%/main.c %reldir%/cmd.h
wiredesk_LDADD = $(LDADD)
