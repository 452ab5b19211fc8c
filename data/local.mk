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
data_iptcdir = $(pkgdatadir)/iptc
dist_data_iptc_DATA = %reldir%/iptc/mediatopics.tsv
data_topicsdir = $(pkgdatadir)/topics
dist_data_topics_DATA = \
	%reldir%/topics/eu-mercosur.yaml \
	%reldir%/topics/korea-japan-summit-related.yaml \
	%reldir%/topics/korea-japan-summit.yaml \
	%reldir%/topics/korea-japan-themes.yaml \
	%reldir%/topics/korea-japan-trilaterals.yaml \
	%reldir%/topics/korea-japan.vocabulary.yaml
EXTRA_DIST += %reldir%/README.md
# This folder's part of the build.

# Furniture rules (data/boilerplate/README.md) and tracking parameters
boilerplatedir = $(pkgdatadir)/boilerplate
dist_boilerplate_DATA = \
	%reldir%/boilerplate/README.md \
	%reldir%/boilerplate/agencies.txt \
	%reldir%/boilerplate/bylines.txt \
	%reldir%/boilerplate/credits.txt \
	%reldir%/boilerplate/datelines.txt \
	%reldir%/boilerplate/legal.txt \
	%reldir%/boilerplate/macros.txt \
	%reldir%/boilerplate/notnames.txt \
	%reldir%/boilerplate/page-vocabulary.txt \
	%reldir%/boilerplate/places.txt \
	%reldir%/boilerplate/promo.txt
urldatadir = $(pkgdatadir)/url
dist_urldata_DATA = %reldir%/url/tracking.txt
