# The example configuration; a test loads it.
EXTRA_DIST += %reldir%/wiredesk.yaml.example
