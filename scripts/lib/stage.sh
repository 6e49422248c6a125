# Common to the stages of scripts/test, to be sourced: each stage is a script
# that runs by itself, prints what failed and closes with
# "stage NAME: N passed, N failed, N skipped".
# shellcheck source=scripts/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"

# The optimised build that most stages look at, warnings as errors.
release_build() {
    configure "$build" -DCMAKE_BUILD_TYPE=Release -DPICKLE_BUILD_TESTS=ON \
        -DPICKLE_WERROR=ON
    compile "$build"
}

passed=0 failed=0 skipped=0

pass() { passed=$((passed + ${1:-1})); }
fail() { failed=$((failed + 1)) && say "FAIL $*"; }
skip() { skipped=$((skipped + 1)) && say "skip $*"; }

# check NAME COMMAND...: run it; its output is shown when it fails.
check() {
    local name=$1 out
    shift
    if out=$("$@" 2>&1); then pass; else fail "$name" && say "$out"; fi
}

# check_if_all_here NAME COMMAND...: as check, but a command that ends with exit
# code 4 lacks interpreters: skipped, with what it says.
check_if_all_here() {
    local name=$1 out code=0
    shift
    out=$("$@" 2>&1) || code=$?
    case $code in
    0) pass ;;
    4) skip "$1: $(tail -n 1 <<<"$out")" ;;
    *) fail "$name" && say "$out" ;;
    esac
}

# count_ctest DIR LABEL: run the tests with that label; count cmocka's tests
# where an executable has them, the executable otherwise.
count_ctest() {
    local dir=$1 label=$2 log=$1/Testing/Temporary/LastTest.log
    if ! ctest --test-dir "$dir" -L "^$label\$" --no-tests=error -j "$jobs" \
        --output-on-failure >"$dir/ctest.log" 2>&1; then
        fail "ctest -L $label in $dir" && tail -n 60 "$dir/ctest.log"
        return
    fi
    local tests cases
    tests=$(sed -n 's/.*tests passed.* out of \([0-9]*\)$/\1/p' \
        "$dir/ctest.log")
    cases=$(awk '/^\[  PASSED  \] [0-9]+ test/ {n += $4; e++}
                 END {print n - e + 0}' "$log")
    pass $((tests + cases))
}

# count_run NAME COMMAND...: a command that closes with the runner's line, or one
# like it.
count_run() {
    local name=$1 out code=0 line
    shift
    out=$("$@" 2>&1) || code=$?
    line=$(tail -n 1 <<<"$out")
    if [[ $code != 0 || ! $line =~ ^[a-z]+:\ ([0-9]+)\ passed,\ 0\ failed,\ ([0-9]+)\ skipped$ ]]; then
        fail "$name (exit code $code)" && tail -n 60 <<<"$out"
        return
    fi
    say "$name: ${line#*: }"
    pass "${BASH_REMATCH[1]}"
    skipped=$((skipped + BASH_REMATCH[2]))
}

finish() {
    say "stage ${self}: $passed passed, $failed failed, $skipped skipped"
    [[ $failed == 0 && $((passed + skipped)) != 0 ]]
    exit
}
