# Finds what the project needs and is not there, and installs it where that is
# possible. To be sourced after common.sh.
# shellcheck shell=bash
. "$root/scripts/lib/needs.sh"

# is_there LOOK
is_there() {
    local what=${1#*:} name
    case $1 in
    cmd:*)
        for name in ${what//|/ }; do have "$name" && return 0; done
        return 1
        ;;
    lib:*)
        have cc && say "#include <${what%,*}>" | cc -E - >/dev/null 2>&1 ||
            { have pkg-config && pkg-config --exists "${what#*,}" 2>/dev/null; }
        ;;
    fuzzer:*)
        say 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void)
            {return 0;}' |
            "$what" -fsanitize=fuzzer -x c -o /dev/null - >/dev/null 2>&1
        ;;
    esac
}

# missing COLUMN TABLE: the packages of what is not there.
missing() {
    local column=$1 name look packages
    while read -r name look packages; do
        [[ -n $name ]] || continue
        is_there "$look" || awk -v c="$column" '$c != "-" {print $c}' \
            <<<"$packages"
    done <<<"$2" | sort -u | tr '\n' ' '
}

apt_install() {
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get)
    if [[ $(id -u) != 0 ]]; then
        have sudo || die "run as root, or: apt-get install $*" 3
        apt=(sudo "${apt[@]}")
    fi
    local install=("${apt[@]}" install -y --no-install-recommends "$@") log
    say "installing: $*"
    # The lists are fetched only when they are absent or out of date.
    log=$("${install[@]}" 2>&1) && return 0
    log=$("${apt[@]}" update 2>&1 && "${install[@]}" 2>&1) && return 0
    say "$log" >&2
    return 1
}

# setup NEEDS [WANTS]: returns when everything in NEEDS is there. WANTS are tried
# for once.
setup() {
    local lack wish='' tried=$build/wants-tried
    lack=$(missing 1 "$1")
    [[ -z ${2:-} || -f $tried ]] || wish=$(missing 1 "$2")
    [[ -n $lack$wish ]] || return 0
    if [[ ${PICKLEPROOF_INSTALL:-yes} == no ]] || ! have apt-get; then
        [[ -z $lack ]] && return 0
        say "$self: these are missing; install them and start again:" >&2
        say "  Debian, Ubuntu: sudo apt-get install $lack" >&2
        say "  Fedora:         sudo dnf install $(missing 2 "$1")" >&2
        say "  macOS:          brew install $(missing 3 "$1")" >&2
        exit 3
    fi
    # shellcheck disable=SC2086  # lists of package names
    [[ -z $lack ]] || apt_install $lack || die "could not install: $lack" 3
    # shellcheck disable=SC2086
    [[ -z $wish ]] || apt_install $wish || say "not installed: $wish"
    [[ -z $wish ]] || { mkdir -p "$build" && : >"$tried"; }
}
