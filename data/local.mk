# Dictionaries and facts. Each folder is installed under the same name in $(pkgdatadir).
data_folddir = $(pkgdatadir)/fold
dist_data_fold_DATA = %reldir%/fold/variants.tsv
data_koreajapandir = $(pkgdatadir)/korea-japan
dist_data_koreajapan_DATA = \
	%reldir%/korea-japan/coverage.tsv \
	%reldir%/korea-japan/leaders.tsv \
	%reldir%/korea-japan/organisations.tsv \
	%reldir%/korea-japan/people.tsv \
	%reldir%/korea-japan/places.tsv \
	%reldir%/korea-japan/summits.tsv
EXTRA_DIST += %reldir%/README.md
