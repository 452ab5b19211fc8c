# This folder's part of the build.
