# The example configuration; a test loads it.
dist_pkgdata_DATA = %reldir%/wiredesk.yaml.example
