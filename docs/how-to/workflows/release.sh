#!/bin/sh
set -eu
tag=$1

rm -f ./*.dossier.zip ./*.dossier.zip.sha256 # of an earlier release

pytest --stage-gate-at=release
stagegate check --as-of run --at release
stagegate dossier --tag "$tag"

notes=dossier/release-body.md
[ -f "$notes" ] || notes=dossier/notes.md
set -- ./*.dossier.zip ./*.dossier.zip.sha256
[ ! -d dist ] || set -- "$@" dist/*
gh release create "$tag" "$@" --verify-tag --title "$tag" --notes-file "$notes"
