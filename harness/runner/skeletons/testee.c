/*
 * A testee for pickleproof: puts a pickle library behind the line protocol.
 *
 *     cc -o testee testee.c
 *     pickleproof check-testee -- ./testee
 *     pickleproof run --baseline expect.txt -- ./testee
 *
 * It only says what is accepted and what is rejected. Next steps: report values
 * (add caps=value), then dump. harness/PROTOCOL.md has the grammar. On Windows
 * put both streams in binary mode.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Decode one pickle with your library. Return NULL if it accepts it, else one
 * word that says why not: UnpicklingError, EOFError, truncated, ...
 *
 * In its place: a pickle ends with STOP. Nearly every check will fail.
 */
static const char *load(const unsigned char *data, size_t len) {
    if (len == 0)
        return "EOFError";
    return data[len - 1] == '.' ? NULL : "truncated";
}

/* The bytes that `hex` stands for, in its own place. */
static size_t unhex(char *hex) {
    size_t len = strlen(hex) / 2;
    for (size_t i = 0; i < len; i++) {
        char pair[3] = {hex[2 * i], hex[2 * i + 1], 0};
        hex[i] = (char)strtoul(pair, NULL, 16);
    }
    return len;
}

/* A whole line of any length, without its end; NULL at the end of input. */
static char *read_line(char **line, size_t *cap) {
    size_t len = 0;
    int c;
    while ((c = getchar()) != EOF && c != '\n') {
        if (len + 2 > *cap) {
            *cap = *cap ? *cap * 2 : 4096;
            *line = realloc(*line, *cap);
            if (!*line)
                exit(1);
        }
        if (c != '\r')
            (*line)[len++] = (char)c;
    }
    if (c == EOF && len == 0)
        return NULL;
    if (!*line)
        *line = calloc(1, *cap = 4096);
    (*line)[len] = '\0';
    return *line;
}

static void answer(const char *id, const char *op, char *rest) {
    char *word = strtok(rest, " ");
    if (!op || strcmp(op, "load") != 0) {
        printf("%s na op\n", id); /* what you do not do yet */
        return;
    }
    /* Before the data are keys. The runner sends none that caps= does not ask
     * for. */
    while (word && strncmp(word, "x:", 2) != 0)
        word = strtok(NULL, " ");
    if (!word) {
        printf("%s na data\n", id);
        return;
    }
    char *data = word + 2;
    size_t len = unhex(data);
    const char *wrong = load((const unsigned char *)data, len);
    if (wrong)
        printf("%s err %s\n", id, wrong);
    else
        printf("%s ok ?\n", id); /* accepted; "?": the value is not reported */
}

int main(void) {
    char *line = NULL;
    size_t cap = 0;
    while (read_line(&line, &cap)) {
        char *id = strtok(line, " ");
        if (!id)
            continue;
        if (strcmp(id, "bye") == 0)
            break;
        if (strcmp(id, "hello") == 0) {
            puts("hello pickleproof/1 name=mine version=1 lang=c ops=load");
        } else {
            char *op = strtok(NULL, " ");
            char *rest = strtok(NULL, "");
            char none[1] = "";
            answer(id, op, rest ? rest : none);
        }
        fflush(stdout);
    }
    free(line);
    return 0;
}
