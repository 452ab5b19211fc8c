# The program: wiring and subcommands. May include every other folder.
wiredesk_SOURCES += \
	%reldir%/admin.c %reldir%/admin.h \
	%reldir%/app.c %reldir%/app.h %reldir%/app_impl.h \
	%reldir%/app_archive.c \
	%reldir%/app_kafka.c \
	%reldir%/app_receive.c \
	%reldir%/app_status.c \
	%reldir%/app_websub.c \
	%reldir%/batch.c %reldir%/batch.h \
	%reldir%/cmd.h \
	%reldir%/cmd_archive.c \
	%reldir%/cmd_check.c \
	%reldir%/cmd_clean.c \
	%reldir%/cmd_explain.c \
	%reldir%/cmd_deadletter.c \
	%reldir%/cmd_extract.c \
	%reldir%/cmd_kafka.c \
	%reldir%/cmd_parse.c \
	%reldir%/cmd_retag.c \
	%reldir%/cmd_run.c \
	%reldir%/cmd_status.c \
	%reldir%/cmd_store.c \
	%reldir%/cmd_stories.c \
	%reldir%/cmd_replay.c \
	%reldir%/replay_other.c %reldir%/replay_other.h \
	%reldir%/main.c
wiredesk_LDADD = $(wd_libs)
libwiredesk_a_SOURCES += \
	%reldir%/cmdconf.c %reldir%/cmdconf.h \
	%reldir%/compare.c %reldir%/compare.h \
	%reldir%/completer.c %reldir%/completer.h \
	%reldir%/config.c %reldir%/config.h \
	%reldir%/config_check.c \
	%reldir%/config_doc.c \
	%reldir%/config_feeds.c \
	%reldir%/config_kafka.c \
	%reldir%/config_schema.c %reldir%/config_schema.h \
	%reldir%/config_value.c \
	%reldir%/control.c %reldir%/control.h \
	%reldir%/guard.c %reldir%/guard.h \
	%reldir%/notify.c %reldir%/notify.h \
	%reldir%/pages.c %reldir%/pages.h \
	%reldir%/operate.c %reldir%/operate.h \
	%reldir%/pipeline.c %reldir%/pipeline.h %reldir%/pipeline_impl.h \
	%reldir%/pipeline_calls.c \
	%reldir%/pipeline_desk.c \
	%reldir%/pipeline_group.c \
	%reldir%/pipeline_health.c \
	%reldir%/pipeline_work.c \
	%reldir%/pump.c %reldir%/pump.h \
	%reldir%/pump_rows.c %reldir%/pump_rows.h \
	%reldir%/recall.c %reldir%/recall.h \
	%reldir%/replay_run.c %reldir%/replay_run.h \
	%reldir%/route.c %reldir%/route.h \
	%reldir%/sinkconf.c %reldir%/sinkconf.h
