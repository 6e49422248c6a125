# What the project needs, to be sourced by setup.sh. One line a need: its name,
# how to look for it, and its package for apt, dnf and brew. A look is
# cmd:NAME[|NAME], lib:HEADER,PKGCONFIG or fuzzer:COMPILER; "-" stands for
# nothing.
# shellcheck shell=bash disable=SC2034
needs_build='
cc       cmd:cc                       gcc            gcc              llvm
libc     lib:stdio.h,-                libc6-dev      glibc-devel      -
cmake    cmd:cmake                    cmake          cmake            cmake
ninja    cmd:ninja|make               ninja-build    ninja-build      ninja
pkgconf  cmd:pkg-config               pkg-config     pkgconf-pkg-config pkgconf
jansson  lib:jansson.h,jansson        libjansson-dev jansson-devel    jansson
openssl  lib:openssl/hmac.h,libcrypto libssl-dev     openssl-devel    openssl@3'
needs_python='
python   cmd:python3                  python3        python3          python3'
needs_test="$needs_python
cmocka   lib:cmocka.h,cmocka          libcmocka-dev  libcmocka-devel  cmocka"
# For scripts/fuzz.
needs_fuzz='
clang    cmd:clang                    clang          clang            llvm
runtime  fuzzer:clang                 libclang-rt-dev compiler-rt     llvm'
needs_afl='
afl      cmd:afl-clang-fast           afl++          american-fuzzy-lop afl++'
# For scripts/coverage.
needs_coverage='
gcovr    cmd:gcovr                    gcovr          gcovr            gcovr'
# Nice to have: a stage without its tool is skipped and says so.
wants_test='
cxx      cmd:c++                      g++            gcc-c++          llvm
clang    cmd:clang                    clang          clang            llvm
format   cmd:clang-format             clang-format   clang-tools-extra clang-format
xmllint  cmd:xmllint                  libxml2-utils  libxml2          libxml2'
