/* The sandboxee of the `zpipe` example: compresses its standard input onto its standard output, in gzip's format, or with the argument
 * -d the other way round. It is linked with the system's zlib and knows nothing of sandboxes. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

enum { PIECE = 64 * 1024, GZIP = 16 };

/* Ends the program with a word on what went wrong. */
static int fail(const char *what) {
    const char *lines[] = {"zpipe: ", what, "\n"};
    int line;
    for (line = 0; line < 3; line++) {
        if (write(STDERR_FILENO, lines[line], strlen(lines[line])) < 0) break;
    }
    return 1;
}

/* Reads until there is something, or nothing more: how much, or -1. */
static ssize_t get(unsigned char *piece) {
    ssize_t count;
    do count = read(STDIN_FILENO, piece, PIECE);
    while (count < 0 && errno == EINTR);
    return count;
}

static int put(const unsigned char *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, count);
        if (written < 0 && errno != EINTR) return -1;
        if (written > 0) {
            bytes += written;
            count -= (size_t)written;
        }
    }
    return 0;
}

/* Puts what `step` (deflate or inflate) makes of all input to the output; what there is to complain about, or NULL. */
static const char *pipe_through(z_stream *stream, int (*step)(z_stream *, int)) {
    static unsigned char in[PIECE], out[PIECE];
    int status = Z_OK, flush = Z_NO_FLUSH;

    while (status != Z_STREAM_END) {
        if (stream->avail_in == 0 && flush == Z_NO_FLUSH) {
            ssize_t count = get(in);
            if (count < 0) return "cannot read";
            if (count == 0) flush = Z_FINISH;
            stream->next_in = in;
            stream->avail_in = (uInt)count;
        }
        stream->next_out = out;
        stream->avail_out = PIECE;
        status = step(stream, flush);
        if (put(out, PIECE - stream->avail_out) < 0) return "cannot write";
        /* No progress is no mistake while there may be more to read. */
        if (status == Z_BUF_ERROR) {
            if (flush == Z_FINISH && stream->avail_out > 0) return "the input ends too early";
        } else if (status != Z_OK && status != Z_STREAM_END) {
            return stream->msg != NULL ? stream->msg : "the input is not in gzip's format";
        }
    }
    return NULL;
}

int main(int argc, char **argv) {
    static z_stream stream;
    const char *complaint;

    if (argc == 2 && strcmp(argv[1], "-d") == 0) {
        if (inflateInit2(&stream, MAX_WBITS + GZIP) != Z_OK) return fail("no memory");
        complaint = pipe_through(&stream, inflate);
        inflateEnd(&stream);
    } else if (argc == 1) {
        if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + GZIP, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
            return fail("no memory");
        }
        complaint = pipe_through(&stream, deflate);
        deflateEnd(&stream);
    } else {
        return fail("usage: zpipe [-d]");
    }
    return complaint == NULL ? 0 : fail(complaint);
}
