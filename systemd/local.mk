# Units. Their paths are those of this build, so they are made by make, not by configure.
systemdsystemunit_DATA = %reldir%/wiredesk.service %reldir%/wiredesk.socket
sysusersdir = $(prefix)/lib/sysusers.d
tmpfilesdir = $(prefix)/lib/tmpfiles.d
systemdexampledir = $(pkgdatadir)/systemd
dist_systemdexample_DATA = %reldir%/credentials.conf
EXTRA_DIST += %reldir%/wiredesk.service.in %reldir%/wiredesk.socket.in %reldir%/wiredesk.sysusers \
	%reldir%/wiredesk.tmpfiles
CLEANFILES += $(systemdsystemunit_DATA)

%reldir%/wiredesk.service: $(srcdir)/%reldir%/wiredesk.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %reldir% && sed -e 's,[@]bindir[@],$(bindir),g' $< >$@
%reldir%/wiredesk.socket: $(srcdir)/%reldir%/wiredesk.socket.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %reldir% && cp $< $@

# sysusers.d and tmpfiles.d want files of the package's name.
install-data-local:
	$(MKDIR_P) $(DESTDIR)$(sysusersdir) $(DESTDIR)$(tmpfilesdir)
	$(INSTALL_DATA) $(srcdir)/%reldir%/wiredesk.sysusers $(DESTDIR)$(sysusersdir)/wiredesk.conf
	$(INSTALL_DATA) $(srcdir)/%reldir%/wiredesk.tmpfiles $(DESTDIR)$(tmpfilesdir)/wiredesk.conf
uninstall-local:
	rm -f $(DESTDIR)$(sysusersdir)/wiredesk.conf $(DESTDIR)$(tmpfilesdir)/wiredesk.conf
