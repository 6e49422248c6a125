# The two engines of scripts/fuzz, to be sourced by it: for each, how to build,
# how to run a target, and how many runs it made. They set and read `dir`, and
# read `seconds`.
# shellcheck shell=bash

# build_targets COMPILER SANITIZERS
build_targets() {
    configure "$dir" -DCMAKE_BUILD_TYPE=RelWithDebInfo \
        -DCMAKE_C_COMPILER="$1" -DPICKLE_SANITIZE="$2" -DPICKLE_BUILD_FUZZ=ON \
        -DPICKLE_BUILD_HARNESS=OFF -DPICKLE_BUILD_TESTS=OFF \
        -DPICKLE_BUILD_EXAMPLES=OFF -DPICKLE_BUILD_BENCH=OFF
    compile "$dir"
}

build_libfuzzer() {
    setup "$needs_build$needs_python$needs_fuzz"
    dir=$build/fuzz
    build_targets clang fuzzer-no-link,address,undefined
}

run_libfuzzer() {
    "$dir/bin/pickle_fuzz_$1" -max_total_time="$seconds" -timeout=20 \
        -rss_limit_mb=4096 -max_len=4096 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix="$dir/found/$1-" "$dir/corpus/$1" "$dir/seeds/$1"
}

runs_of_libfuzzer() {
    sed -n 's/^stat::number_of_executed_units: *//p' "$dir/$1.log"
}

# AFL++ takes libFuzzer's targets as they are: its compiler brings a driver.
build_afl() {
    setup "$needs_build$needs_python$needs_fuzz$needs_afl"
    dir=$build/afl
    build_targets afl-clang-fast address,undefined
}

# Crashes and hangs are files; a run that has any fails.
run_afl() {
    local out=$dir/found/$1 code=0
    rm -rf "$out"
    AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_CMPLOG_ONLY_NEW=1 \
        AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_TESTCACHE_SIZE=200 \
        AFL_FAST_CAL=1 afl-fuzz -V "$seconds" -t 20000 -m none -G 4096 \
        -i "$dir/seeds/$1" -o "$out" -- "$dir/bin/pickle_fuzz_$1" || code=$?
    [[ -z $(find "$out" \( -path '*crashes/id*' -o -path '*hangs/id*' \)) ]] ||
        code=1
    return "$code"
}

runs_of_afl() {
    sed -n 's/^execs_done *: *//p' "$dir/found/$1/default/fuzzer_stats"
}
