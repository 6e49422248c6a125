# Common to all scripts, to be sourced: where things are, how to stop, how to
# build. The caller has set -euo pipefail.

self=$(basename "$0")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${BUILD_DIR:-$root/build}
[[ $build == /* ]] || build=$PWD/$build
jobs=$( (nproc || sysctl -n hw.ncpu || echo 2) 2>/dev/null | head -n 1)

say() { printf '%s\n' "$*"; }

# die MESSAGE [CODE]: one line that says what to do, on standard error.
die() {
    printf '%s: %s\n' "$self" "$1" >&2
    exit "${2:-1}"
}

# usage FILE: print the comment block at the top of a script, for --help.
usage() { sed -n '2,/^[^#]/{/^#/s/^# \{0,1\}//p;}' "$1"; }

have() { command -v "$1" >/dev/null 2>&1; }

generator() {
    if have ninja; then say Ninja; else say 'Unix Makefiles'; fi
}

# configure DIR OPTION...: run CMake in DIR, quietly unless it fails. A folder
# that was configured with the same options is left as it is.
configure() {
    local dir=$1 log
    shift
    log=$dir/configure.log
    if [[ -f $dir/CMakeCache.txt && -f $dir/configured-with ]] &&
        [[ $(<"$dir/configured-with") == "$root $*" ]]; then
        return 0
    fi
    mkdir -p "$dir"
    local args=(-S "$root" -B "$dir" "$@")
    [[ -f $dir/CMakeCache.txt ]] || args+=(-G "$(generator)")
    if ! cmake "${args[@]}" >"$log" 2>&1; then
        cat "$log" >&2
        die "cmake could not configure $dir" 3
    fi
    say "$root $*" >"$dir/configured-with"
}

# compile DIR [TARGET...]: build, quietly unless it fails. Warnings are shown.
compile() {
    local dir=$1 log=$1/build.log target args=()
    shift
    for target in "$@"; do args+=(--target "$target"); done
    if ! cmake --build "$dir" -j "$jobs" ${args[@]+"${args[@]}"} >"$log" 2>&1; then
        grep -vE '^\[[0-9]+/[0-9]+\]|^\[ *[0-9]+%\]' "$log" | cut -c1-400 |
            head -n 60 >&2
        die "the build in $dir failed" 3
    fi
    grep -E 'warning:' "$log" >&2 || true
}

# find_peers: --peer options for one interpreter of each version into `peers`;
# says which versions are absent.
find_peers() {
    local path
    peers=()
    if ! have python3; then
        say 'not run: scenarios with Python, no python3 here' >&2
        return
    fi
    while read -r path; do
        peers+=(--peer "$path")
    done < <(python3 -B "$root/scripts/oracle/interpreters.py" --peers)
}
