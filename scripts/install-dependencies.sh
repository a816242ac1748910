#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# install-dependencies.sh [tests|bench]: installs the Debian packages that building and running Gordian needs, with
# `tests` those that only the checks need, with `bench` those that bench/run measures. Does nothing, silently, when they
# are all there.
set -eu

packages="
  cmake ninja-build g++ pkg-config
  libboost-dev libdw-dev libelf-dev libfmt-dev nlohmann-json3-dev libcli11-dev libgtest-dev
  python3 graphviz"
case ${1:-} in
  tests) packages="$packages clang-format-14 libpython3-dev python3-jsonschema valgrind" ;;
  bench) packages="$packages libbenchmark-dev valgrind memcached mariadb-server sysbench redis-server redis-tools pbzip2 zstd
    python3-matplotlib" ;;
esac

if ! command -v dpkg-query >/dev/null; then
  echo "gordian: this is no Debian system; make sure that you have what these packages hold:" $packages >&2
  exit 0
fi

missing=""
for package in $packages; do
  case $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null) in
    ii*) ;;
    *) missing="$missing $package" ;;
  esac
done
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "gordian: missing packages, and no sudo to install them. As root: apt-get install$missing" >&2
    exit 1
  fi
  as_root=sudo
fi
echo "gordian: installing$missing" >&2
apt() {
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" >&2
}
apt update
apt install --no-install-recommends $missing
