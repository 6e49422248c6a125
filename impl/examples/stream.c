/*
 * Reads the pickles of one Pickler from standard input, as
 * Unpickler(file).load() in a loop, and writes each again to standard output
 * with protocol 2. What was one object in two of them stays one object. Only
 * what a pickle needs is read, so whatever follows the last one is left to
 * others.
 */
#include <stdio.h>

#include <pickleproof/pickle.h>
#include <pickleproof/value.h>

static int read_stdin(void *ctx, void *out, size_t cap, size_t *got) {
    (void)ctx;
    *got = fread(out, 1, cap, stdin);
    return ferror(stdin);
}

static int write_stdout(void *ctx, const void *data, size_t len) {
    (void)ctx;
    return fwrite(data, 1, len, stdout) != len;
}

/* Returns when the input ends between two pickles. */
static pickle_code copy_all(pickle_doc *doc, pickle_error *err) {
    pickle_encode_options opt = pickle_encode_defaults;
    pickle_decoder *dec = NULL;
    pickle_encoder *enc = NULL;

    opt.protocol = 2;
    pickle_code code =
        pickle_decoder_new_stream(doc, read_stdin, NULL, NULL, &dec, err);
    if (code == PICKLE_OK)
        code = pickle_encoder_new(doc, &opt, write_stdout, NULL, &enc, err);
    while (code == PICKLE_OK) {
        pickle_value v;
        code = pickle_decoder_load(dec, &v, err);
        if (code == PICKLE_OK)
            code = pickle_encoder_dump(enc, v, err);
    }
    pickle_encoder_free(enc);
    pickle_decoder_free(dec);
    return code == PICKLE_ERR_EOF ? PICKLE_OK : code;
}

int main(void) {
    pickle_error err;
    pickle_doc *doc;
    if (pickle_doc_new(NULL, &doc, &err) != PICKLE_OK)
        return 1;
    pickle_code code = copy_all(doc, &err);
    if (code != PICKLE_OK)
        fprintf(stderr, "stream: %s\n", err.message);
    pickle_doc_free(doc);
    return code != PICKLE_OK;
}
