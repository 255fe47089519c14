#!/bin/sh
# Installs kees, inject-init and export-iam: one file that contains Node, and two links to it. docs/executables.md describes what is verified.
# Runs in any POSIX shell. Everything is in a function that the last line calls, so that a download that broke off does nothing.
set -eu

version=v0.1.0
repository=https://github.com/bsycorp/kees

usage() {
  cat <<END
Usage: install.sh [--dir DIR] [--version VERSION] [--from URL]

  --dir DIR          where to install (default \$HOME/.local/bin)
  --version VERSION  the release (default $version)
  --from URL         the folder of the release's files, such as a mirror
                     (default $repository/releases/download/VERSION)
END
}

fail() {
  printf 'error: %s\n' "$1" >&2
  if [ $# -gt 1 ]; then printf '  hint: %s\n' "$2" >&2; fi
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# fetch URL FILE
fetch() {
  if has curl; then
    curl --fail --silent --show-error --location --output "$2" "$1"
  elif has wget; then
    wget -q -O "$2" "$1"
  else
    fail 'curl or wget is required'
  fi || fail "$1 cannot be downloaded"
}

sha256_of() {
  if has sha256sum; then
    sha256sum <"$1"
  elif has shasum; then
    shasum -a 256 <"$1"
  elif has openssl; then
    openssl dgst -sha256 -r <"$1"
  else
    fail 'sha256sum, shasum or openssl is required'
  fi
}

platform_of_machine() {
  case $(uname -s) in
    Linux) system=linux ;;
    Darwin) system=darwin ;;
    *) fail "there is no executable for $(uname -s)" 'use the npm package, which needs Node: docs/executables.md' ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) processor=x64 ;;
    aarch64 | arm64) processor=arm64 ;;
    *) fail "there is no executable for $(uname -m)" 'use the npm package, which needs Node: docs/executables.md' ;;
  esac
  printf '%s-%s\n' "$system" "$processor"
}

# verify_signature: of SHA256SUMS, by the identity of the release workflow at the tag of the version
verify_signature() {
  if ! has cosign; then
    printf 'cosign is not installed: the signature of SHA256SUMS is not verified\n' >&2
    return
  fi
  fetch "$from/SHA256SUMS.sigstore.json" "$work/SHA256SUMS.sigstore.json"
  cosign verify-blob --bundle "$work/SHA256SUMS.sigstore.json" \
    --certificate-oidc-issuer https://token.actions.githubusercontent.com \
    --certificate-identity "$repository/.github/workflows/release.yaml@refs/tags/$version" \
    "$work/SHA256SUMS" || fail "the signature of $from/SHA256SUMS is wrong: nothing was installed"
}

# verify_checksum NAME: of the downloaded file, which must be listed once
verify_checksum() {
  expected=$(awk -v name="$1" '$2 == name { print $1 }' "$work/SHA256SUMS")
  case $expected in
    *[!0-9a-f]* | '') fail "$from/SHA256SUMS does not list $1 once: nothing was installed" ;;
  esac
  actual=$(sha256_of "$work/$1")
  actual=${actual%% *}
  [ "$actual" = "$expected" ] ||
    fail "$from/$1 has SHA-256 $actual, SHA256SUMS has $expected: nothing was installed"
}

main() {
  dir=${HOME:-}/.local/bin
  from=
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help)
        usage
        exit 0
        ;;
      --dir | --version | --from)
        [ $# -gt 1 ] && [ -n "$2" ] || fail "$1 must have a value"
        case $1 in
          --dir) dir=$2 ;;
          --version) version=v${2#v} ;;
          --from) from=${2%/} ;;
        esac
        shift 2
        ;;
      *)
        usage >&2
        fail "argument $1 is not known"
        ;;
    esac
  done
  [ -n "$from" ] || from=$repository/releases/download/$version
  [ "$dir" != /.local/bin ] || fail 'HOME is not set' 'name a folder by --dir'

  case $dir in
    /*) ;;
    *) dir=$(pwd)/$dir ;;
  esac

  archive=kees-$(platform_of_machine).tar.gz
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  fetch "$from/SHA256SUMS" "$work/SHA256SUMS"
  verify_signature
  fetch "$from/$archive" "$work/$archive"
  verify_checksum "$archive"

  mkdir "$work/unpacked"
  tar -xzf "$work/$archive" -C "$work/unpacked"
  found=$("$work/unpacked/kees" --version) ||
    fail 'the executable does not run on this machine: nothing was installed' \
      'on Linux it needs glibc 2.28 or later and libstdc++, which Alpine does not have: docs/executables.md'
  [ "$found" = "kees ${version#v}" ] || fail "the archive contains $found, not ${version#v}: nothing was installed"
  # All or nothing, also while an older version runs.
  "$work/unpacked/kees" install "$dir"

  # Without the parts . and .., as a PATH has it.
  dir=$(cd "$dir" && pwd)
  case :${PATH:-}: in
    *:"$dir":*) ;;
    *) printf 'add %s to PATH: export PATH="%s:$PATH"\n' "$dir" "$dir" ;;
  esac
  printf 'completion of arguments: kees help completion\n'
}

main "$@"
