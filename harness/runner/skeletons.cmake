# Run as a script: makes a C file of the files of skeletons/, one array each.
# cmake -DOUT=FILE -DIN=FOLDER -P skeletons.cmake
set(text "/* Made by skeletons.cmake. */\n#include <stddef.h>\n\n")
foreach(pair python:testee.py c:testee.c js:testee.js go:testee.go rust:testee.rs)
    string(REPLACE ":" ";" pair ${pair})
    list(GET pair 0 name)
    list(GET pair 1 file)
    file(READ ${IN}/${file} hex HEX)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
    string(APPEND text
        "extern const unsigned char skeleton_${name}[];\n"
        "extern const size_t skeleton_${name}_len;\n"
        "const unsigned char skeleton_${name}[] = {${bytes}};\n"
        "const size_t skeleton_${name}_len = sizeof skeleton_${name};\n\n")
endforeach()
file(WRITE ${OUT} "${text}")
