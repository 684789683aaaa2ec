#!/bin/sh
# Brings a clone to the state in which dk runs: system packages, npm packages, BPF programs, addon and launcher,
# TypeScript. Redoes only what changed. Writes to stderr and build/setup.log, never to stdout.
# `setup.sh test` also installs the programs that the tests record or drive, `setup.sh ci` the large ones too, without
# which some tests are skipped.
set -u
purpose=${1-run}

root=$(cd "$(dirname "$0")/.." && pwd -P) || exit 5
cd "$root" || exit 5
# bpftool lives in /usr/sbin, which is not in an ordinary user's PATH.
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C

stamps=$root/build/stamps
log=$root/build/setup.log

say() { printf 'dk: %s\n' "$*" >&2; }

# fail WHAT TO-DO
fail() {
  say "$1"
  say "$2"
  exit 5
}

now_ms() { echo $(($(date +%s%N) / 1000000)); }
seconds_since() { awk -v ms="$(($(now_ms) - $1))" 'BEGIN { printf "%.1f s", ms / 1000 }'; }

# hash_of PATH… : one hash over names and contents
hash_of() { find "$@" -type f -print0 2>/dev/null | sort -z | xargs -0 -r sha256sum | sha256sum | cut -d' ' -f1; }

# step TITLE HINT COMMAND… : runs it into the log, one line on stderr with the time it took
step() {
  title=$1
  hint=$2
  shift 2
  began=$(now_ms)
  printf 'dk: set-up: %s … ' "$title" >&2
  printf '\n== %s\n' "$title" >>"$log"
  # 9 is the lock: a service that a package starts must not keep it.
  if "$@" >>"$log" 2>&1 </dev/null 9>&-; then
    printf '%s\n' "$(seconds_since "$began")" >&2
    return
  fi
  printf 'failed\n' >&2
  # The output of this step alone; of a long one, the first complaints and the end.
  sed -n '/^== /h; /^== /!H; ${x;p}' "$log" | sed 1d >"$log.step"
  if [ "$(grep -c '' "$log.step")" -gt 15 ]; then
    grep -m 6 -iE 'error|fatal|failed|cannot|not found' "$log.step"
    echo '…'
    tail -n 6 "$log.step"
  else
    cat "$log.step"
  fi | sed 's/^/dk:   | /' >&2
  rm -f "$log.step"
  fail "Set-up failed at: $title. The whole log is $log" "$hint"
}

# The npm packages' stamp goes and stays with them: removing build/ must not fetch them again.
stamp_of() { if [ "$1" = npm ]; then echo node_modules/.diffkeeper; else echo "$stamps/$1"; fi; }
unchanged() { [ "$(cat "$(stamp_of "$1")" 2>/dev/null)" = "$2" ]; }

# What each step depends on. A step whose product is gone is forgotten.
fingerprint() {
  npm_inputs="$(hash_of package-lock.json) $node_abi"
  bpf_inputs=$(hash_of bpf)
  addon_inputs="$(hash_of addon bpf binding.gyp) $npm_inputs"
  typescript_inputs=$(hash_of src scripts/bundle.mjs tsconfig.json package-lock.json)
  [ -e build/bpf/dk.skel.h ] || rm -f "$stamps/bpf"
  [ -x build/Release/dk-launcher ] && [ -e build/Release/dk.node ] || rm -f "$stamps/addon"
  [ -e dist/program/main.js ] || rm -rf "$stamps/typescript" dist
}

# Compilers are wanted only when something is to be compiled.
native_parts_current() {
  unchanged npm "$npm_inputs" && unchanged bpf "$bpf_inputs" && unchanged addon "$addon_inputs"
}

# once NAME FINGERPRINT TITLE HINT COMMAND… : a step that is skipped while its fingerprint stays the same
once() {
  name=$1
  fingerprint=$2
  shift 2
  unchanged "$name" "$fingerprint" && return
  rm -f "$(stamp_of "$name")"
  step "$@"
  printf '%s\n' "$fingerprint" >"$(stamp_of "$name")"
}

## Node

# zlib.crc32 came with 20.15 and 22.2, crypto.hash before it. The same as "engines" in package.json.
has_what_dk_uses() {
  minor=${1#*.} && minor=${minor%%.*}
  case ${1%%.*} in
    20) [ "$minor" -ge 15 ] ;;
    22) [ "$minor" -ge 2 ] ;;
    ?|1?|21) return 1 ;;
  esac
}

check_node() {
  wanted='Node.js 20.15 or newer (of version 22: 22.2 or newer)'
  node=$(command -v node) || fail 'Node.js was not found in PATH.' "Install $wanted and run this again."
  version=$(node -p process.versions.node) || fail "Node.js ($node) does not start." "Reinstall $wanted."
  has_what_dk_uses "$version" ||
    fail "Node.js $version ($node) lacks functions that dk uses." "Install $wanted and run this again."
  command -v npm >/dev/null || fail "npm was not found beside $node." 'Install npm and run this again.'
  node_file=$(readlink -f "$node")
  node_abi=$(node -p 'process.arch + "-" + process.versions.modules')
  # Headers that came with Node spare node-gyp a download, which may be impossible here.
  headers=$(dirname "$(dirname "$node_file")")
  if [ -z "${npm_config_nodedir-}" ] && [ -e "$headers/include/node/node_api.h" ]; then
    export npm_config_nodedir="$headers"
  fi
  # node-gyp compiles with every core.
  export JOBS=max
}

## System packages

# Ubuntu's bpftool is a wrapper that finds a tool for the running kernel only; any version of the real one will do.
find_bpftool() {
  for tool in bpftool /usr/lib/linux-tools/*/bpftool /usr/lib/linux-tools-*/bpftool; do
    if "$tool" version >/dev/null 2>&1; then
      echo "$tool"
      return
    fi
  done
  return 1
}

bpftool_packages() {
  if grep -qs '^ID=ubuntu' /etc/os-release; then echo linux-tools-common linux-tools-generic; else echo bpftool; fi
}

# What is missing, as Debian's package names.
missing_packages() {
  {
    native_parts_current || missing_build_packages
    [ "$purpose" = run ] || missing_test_packages
  } | sort -u
}

missing_test_packages() {
  large=
  [ "$purpose" != ci ] || large='stress-ng fio pgbench:postgresql redis-server'
  for tool in gcc make python3 git tmux sqlite3 strace ps:procps setfattr:attr patch rsync sudo \
    mkfs.btrfs:btrfs-progs mkfs.xfs:xfsprogs $large; do
    command -v "${tool%%:*}" >/dev/null || echo "${tool#*:}"
  done
}

missing_build_packages() {
  for tool in gcc g++ make python3 clang pkg-config; do
    command -v "$tool" >/dev/null || echo "$tool"
  done
  find_bpftool >/dev/null || bpftool_packages
  for header in bpf/libbpf.h:libbpf-dev gelf.h:libelf-dev zlib.h:zlib1g-dev zstd.h:libzstd-dev; do
    # The compiler knows its own search path. Without one, the header is wanted as well.
    echo "#include <${header%%:*}>" | gcc -E - >/dev/null 2>&1 || echo "${header#*:}"
  done
}

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

can_sudo() {
  command -v sudo >/dev/null || return 1
  sudo -n true 2>/dev/null && return
  # sudo asks for the password on the terminal, before the step line is printed.
  [ -t 2 ] && say 'System packages are missing; sudo is asked to install them:' "$@" && sudo -v
}

apt_install() {
  as_root apt-get update || return
  # shellcheck disable=SC2086 # a list of names
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $1
}

system_packages() {
  missing=$(missing_packages | tr '\n' ' ') && missing=${missing% }
  [ -z "$missing" ] && return
  command -v apt-get >/dev/null ||
    fail "These are needed and missing: $missing (Debian's names)." \
      "Install them with this system's package manager and run this again."
  command="apt-get update && apt-get install -y $missing"
  [ "$(id -u)" -eq 0 ] || can_sudo "$missing" ||
    fail "System packages are missing and only root can install them." "Run: sudo sh -c '$command'"
  step "system packages ($missing)" "Run '$command' as root, then this again." apt_install "$missing"
  missing=$(missing_packages | tr '\n' ' ') && missing=${missing% }
  [ -z "$missing" ] || fail "Still missing after the installation: $missing" "Read $log and install them by hand."
}

## npm packages

npm_ci() {
  npm ci --include=dev --no-audit --no-fund --loglevel=error || return
  # npm may have been told not to run install scripts, which build these.
  natives_load || { npm rebuild --ignore-scripts=false --loglevel=error $natives && natives_load; }
}

natives='better-sqlite3 classic-level zstd-napi'
natives_load() {
  node -e "
    const Database = require('better-sqlite3');
    new Database(':memory:').close();
    require('classic-level');
    require('zstd-napi');
  "
}

npm_packages() {
  once npm "$npm_inputs" 'npm packages (two are compiled, which takes a minute or two)' \
    'Check the network and the npm registry settings (npm config ls), then run this again.' npm_ci
}

## BPF programs, addon and launcher

bpf_programs() { make -C bpf BPFTOOL="$(find_bpftool)"; }

addon_and_launcher() { node_modules/.bin/node-gyp configure build; }

native_parts() {
  hint='It is a fault of dk or of a compiler it does not know: please report it with the log.'
  once bpf "$bpf_inputs" 'BPF programs' "$hint" bpf_programs
  once addon "$addon_inputs" 'addon and launcher' "$hint" addon_and_launcher
}

## TypeScript

# Checks the types and writes the library's declarations; then the program, which has every module of a thread in one
# file.
compile() { node_modules/.bin/tsc -p tsconfig.json && node scripts/bundle.mjs; }

typescript() {
  once typescript "$typescript_inputs" 'TypeScript' \
    'Fix the type errors above (npm run typecheck), then run this again.' compile
}

mkdir -p "$stamps" 2>/dev/null && [ -w "$stamps" ] ||
  fail "$root/build cannot be written, and dk is not set up yet." "Run $root/dk once as the owner of $root."

# One set-up at a time; the second one then finds nothing to do.
exec 9>"$stamps/lock"
flock -n 9 || { say 'Another set-up of this clone is running; waiting for it.' && flock 9; }

began_all=$(now_ms)
first=no
[ -e "$stamps/ready" ] || first=yes
touch "$stamps/begun"
[ "$first" = yes ] && say "Setting up $root for the first time (log: build/setup.log)."
: >"$log"

check_node
fingerprint
system_packages
npm_packages
native_parts
typescript

# Root may have set up a clone that is somebody else's.
[ "$(id -u)" -ne 0 ] || [ "$(stat -c %u .)" -eq 0 ] || chown -R --reference=. build dist node_modules
printf '%s\n%s\n' "$node" "$node_file" >"$stamps/ready"
touch -r "$stamps/begun" "$stamps/ready"
[ "$first" = no ] || say "Ready after $(seconds_since "$began_all")."
