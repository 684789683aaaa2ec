#!/bin/sh
# Proves the two commands of the README on a machine that has Node 20 and nothing else: a minimal Debian made with
# debootstrap, this host's Node tree and network settings, and a clone of this repository's last commit.
#
#   scripts/fresh-machine.sh [--dir DIR] [--suite SUITE] [--mirror URL] [--sudo] [--keep] [--shell] [-- COMMAND…]
#
# --sudo: as an ordinary user with passwordless sudo instead of as root. --keep: the machine of the last run with the
# newest commit. --shell: look around inside.
# Needs root and debootstrap. All mounts live in a mount namespace of their own, so none can be left behind.
set -eu

usage() {
  sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

dir=/var/tmp/dk-fresh-machine
suite=bookworm
mirror=http://deb.debian.org/debian
mode=prove
user=root
keep=no
while [ $# -gt 0 ]; do
  case $1 in
    --dir) dir=$2 && shift 2 ;;
    --suite) suite=$2 && shift 2 ;;
    --mirror) mirror=$2 && shift 2 ;;
    --sudo) user=dev && shift ;;
    --keep) keep=yes && shift ;;
    --shell) mode=shell && shift ;;
    --) mode=command && shift && break ;;
    *) usage ;;
  esac
done

[ "$(id -u)" -eq 0 ] || { echo 'fresh-machine: run this as root.' >&2 && exit 1; }
command -v debootstrap >/dev/null || { echo 'fresh-machine: install debootstrap first.' >&2 && exit 1; }

repo=$(cd "$(dirname "$0")/.." && pwd -P)
base=$dir/base-$suite
root=$dir/root
home=/root
# Not below /root, which ordinary users cannot enter: some tests are about them.
clone=/srv/diffkeeper
if [ "$user" != root ]; then
  home=/home/$user
  clone=$home/diffkeeper
fi

say() { printf 'fresh-machine: %s\n' "$*" >&2; }

# Nothing here is ever mounted in this namespace; --one-file-system is the second lock on that door.
if grep -q " $root" /proc/self/mountinfo; then
  say "Something is mounted below $root; unmount it first." && exit 1
fi
make_machine() {
  mkdir -p "$dir"
  rm -rf --one-file-system "$root"
  if [ ! -e "$base/.complete" ]; then
    say "debootstrap $suite"
    rm -rf --one-file-system "$base"
    debootstrap --variant=minbase "$suite" "$base" "$mirror" >"$dir/debootstrap.log" 2>&1 ||
      { say "debootstrap failed; see $dir/debootstrap.log" && exit 1; }
    touch "$base/.complete"
  fi
  cp -a --reflink=auto "$base" "$root"
  if [ "$user" != root ]; then
    chroot "$root" useradd --create-home --shell /bin/bash "$user"
    mkdir -p "$root/etc/sudoers.d"
    echo "$user ALL=(ALL) NOPASSWD: ALL" >"$root/etc/sudoers.d/$user"
  fi

  # The network as this host sees it.
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  cp /etc/hosts "$root/etc/hosts"
  if grep -qs "^VERSION_CODENAME=$suite" /etc/os-release; then
    rm -rf "$root/etc/apt/sources.list" "$root/etc/apt/sources.list.d"
    cp -a /etc/apt/sources.list "$root/etc/apt/" 2>/dev/null || true
    mkdir -p "$root/etc/apt/sources.list.d"
    # Only what Debian's own keys sign; others need keys that a fresh machine does not have.
    grep -ls debian-archive-keyring /etc/apt/sources.list.d/*.sources | xargs -r cp -t "$root/etc/apt/sources.list.d"
  fi
  grep -ls Acquire:: /etc/apt/apt.conf.d/* | xargs -r cp -t "$root/etc/apt/apt.conf.d"
  # Certificates that the npm settings below name.
  for bundle in "$(npm config get cafile)" "${NODE_EXTRA_CA_CERTS-}"; do
    [ ! -f "$bundle" ] || { mkdir -p "$root$(dirname "$bundle")" && cp -L "$bundle" "$root$bundle"; }
  done

  # Node as its tarball lays it out: one prefix with bin, lib and include.
  node=$(readlink -f "$(command -v node)")
  prefix=$(dirname "$(dirname "$node")")
  mkdir -p "$root/opt/node/bin" "$root/opt/node/lib/node_modules" "$root/opt/node/include" "$root/opt/node/etc"
  cp "$node" "$root/opt/node/bin/node"
  cp -a "$(readlink -f "$prefix/lib/node_modules/npm")" "$root/opt/node/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/opt/node/bin/npm"
  [ ! -d "$prefix/include/node" ] || cp -a "$prefix/include/node" "$root/opt/node/include/"
  for config in "$(npm config get globalconfig)" "$prefix/etc/npmrc"; do
    [ ! -e "$config" ] || cp "$config" "$root/opt/node/etc/npmrc"
  done
  [ ! -e "$HOME/.npmrc" ] || grep -v '^nodedir' "$HOME/.npmrc" >"$root$home/.npmrc" || true

  git clone -q --no-hardlinks "$repo" "$root$clone"
}

if [ "$keep" = yes ] && [ -d "$root$clone" ]; then
  git -c safe.directory="*" -C "$root$clone" fetch -q "$repo" HEAD
  git -c safe.directory="*" -C "$root$clone" reset -q --hard FETCH_HEAD
else
  make_machine
fi
say "$(git -c safe.directory="*" -C "$root$clone" log -1 --format='clone of %h: %s')"

cat >"$root/prove.sh" <<'PROVE'
failed=0
# attempt NAME COMMAND… : runs it, says how long it took and how it ended
attempt() {
  name=$1
  shift
  began=$(date +%s%N)
  "$@" && ended=0 || ended=$?
  awk -v n="$name" -v ms=$((($(date +%s%N) - began) / 1000000)) -v e="$ended" \
    'BEGIN { printf "\nfresh-machine: %-30s %8.1f s  exit %d\n\n", n, ms / 1000, e }' >&2
  [ "$ended" -eq 0 ] || failed=1
}
attempt './dk run, first time' ./dk run --no-tui -- sh -c 'id -u; echo hello >greeting; mv greeting farewell; rm farewell'
attempt './dk run, again' ./dk run --no-tui -- true
attempt './dk log' ./dk log
attempt './dk verify' ./dk verify
# Without root the kernel tests are skipped, with the reason.
require=$([ "$(id -u)" -eq 0 ] && echo 1)
attempt 'npm test, first time' env DK_REQUIRE_BPF="$require" npm test
exit "$failed"
PROVE

case $mode in
  prove) set -- sh /prove.sh ;;
  shell) set -- bash ;;
  command) ;;
esac

[ "$user" = root ] || chroot "$root" chown -R "$user:" "/home/$user"

# pivot_root, not chroot alone: the kernel names paths from the root of the mount namespace, as on a real machine.
# shellcheck disable=SC2016 # expanded inside
exec unshare --mount --propagation private sh -euc '
  root=$1 user=$2 home=$3 clone=$4 && shift 4
  mount --bind "$root" "$root"
  cd "$root"
  mount -t proc proc proc
  mount --rbind /sys sys
  mount --rbind /dev dev
  pivot_root . .
  cd /
  umount -l .
  path=/opt/node/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  if [ "$user" != root ]; then
    apt-get update >/dev/null
    apt-get install -y --no-install-recommends -o Dpkg::Options::=--force-confold sudo >/dev/null
    path=/opt/node/bin:/usr/local/bin:/usr/bin:/bin
  fi
  exec chroot --userspec="$user" / /usr/bin/env -i -C "$clone" HOME="$home" USER="$user" LOGNAME="$user" \
    TERM="${TERM:-dumb}" LANG=C.UTF-8 PATH="$path" \
    ${NODE_EXTRA_CA_CERTS:+NODE_EXTRA_CA_CERTS="$NODE_EXTRA_CA_CERTS"} "$@"
' sh "$root" "$user" "$home" "$clone" "$@"
