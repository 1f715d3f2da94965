/* Shares memory with its host: descriptor 3 is the host's buffer, descriptor 4 none at all, and 5 the channel. */

#include <string.h>
#include <unistd.h>

#include "c_check.h"

static void the_hosts(void) {
    sandbox2_buffer *buffer;
    uint8_t *data, some[4];
    uint32_t word;
    uint64_t two;
    size_t index, size;

    OK(sandbox2_buffer_from_descriptor(3, SANDBOX2_DEFAULT_MAX_BUFFER, &buffer));
    size = sandbox2_buffer_size(buffer);
    HOLDS(size == 1 << 20 && !sandbox2_buffer_is_read_only(buffer) && sandbox2_buffer_descriptor(buffer) == 3);

    OK(sandbox2_buffer_read_at(buffer, size - 4, some, 4));
    FAILS(sandbox2_buffer_read_at(buffer, size - 3, some, 4), SANDBOX2_ERROR_RANGE);
    FAILS(sandbox2_buffer_read_at(buffer, (size_t)-1, some, 4), SANDBOX2_ERROR_RANGE);
    FAILS(sandbox2_buffer_write_at(buffer, size, some, 1), SANDBOX2_ERROR_RANGE);
    FAILS(sandbox2_buffer_load_u32(buffer, 2, &word), SANDBOX2_ERROR_RANGE);
    FAILS(sandbox2_buffer_store_u64(buffer, size, 1), SANDBOX2_ERROR_RANGE);
    FAILS(sandbox2_buffer_expand(buffer, 1), SANDBOX2_ERROR_RANGE);
    FAILS(sandbox2_buffer_read_at(buffer, 0, NULL, 4), SANDBOX2_ERROR_ARGUMENT);

    data = sandbox2_buffer_data(buffer);
    for (index = 0; index < size; index++) data[index] = (uint8_t)~data[index];
    OK(sandbox2_buffer_store_u32(buffer, 0, 0x01020304));
    OK(sandbox2_buffer_store_u64(buffer, 8, 0x0102030405060708));
    OK(sandbox2_buffer_store_u8(buffer, 16, 0xaa));
    OK(sandbox2_buffer_load_u32(buffer, 0, &word));
    OK(sandbox2_buffer_load_u64(buffer, 8, &two));
    OK(sandbox2_buffer_load_u8(buffer, 16, some));
    HOLDS(word == 0x01020304 && two == 0x0102030405060708 && some[0] == 0xaa);
    OK(sandbox2_buffer_write_at(buffer, 24, (const uint8_t *)"from inside", 11));
    OK(sandbox2_buffer_fill(buffer, 40, 3, 'x'));
    sandbox2_buffer_free(buffer);
}

static void its_own(sandbox2_comms *comms) {
    sandbox2_buffer *buffer, *other;
    int copy;

    OK(sandbox2_buffer_new(0, NULL, &buffer));
    HOLDS(sandbox2_buffer_size(buffer) == 0 && sandbox2_buffer_data(buffer) == NULL);
    sandbox2_buffer_free(buffer);

    OK(sandbox2_buffer_from_bytes((const uint8_t *)"five!", 5, &buffer));
    OK(sandbox2_buffer_expand(buffer, 100000));
    HOLDS(sandbox2_buffer_size(buffer) == 100000 && memcmp(sandbox2_buffer_data(buffer), "five!\0", 7) == 0);
    OK(sandbox2_buffer_seal_writes(buffer));
    OK(sandbox2_buffer_seal_size(buffer));
    FAILS(sandbox2_buffer_expand(buffer, 200000), SANDBOX2_ERROR_SYSTEM);
    HOLDS(sandbox2_last_errno() != 0);

    /* Nobody else can write to it now. */
    copy = dup(sandbox2_buffer_descriptor(buffer));
    FAILS(sandbox2_buffer_from_descriptor(copy, 100000, &other), SANDBOX2_ERROR_READ_ONLY);
    copy = dup(sandbox2_buffer_descriptor(buffer));
    FAILS(sandbox2_buffer_from_descriptor(copy, 99999, &other), SANDBOX2_ERROR_READ_ONLY);
    copy = dup(sandbox2_buffer_descriptor(buffer));
    OK(sandbox2_buffer_from_descriptor_read_only(copy, &other));
    HOLDS(sandbox2_buffer_is_read_only(other) && memcmp(sandbox2_buffer_data(other), "five!", 5) == 0);
    FAILS(sandbox2_buffer_fill(other, 0, 1, 1), SANDBOX2_ERROR_READ_ONLY);
    sandbox2_buffer_free(other);

    OK(sandbox2_buffer_fill(buffer, 5, 1, '!'));
    OK(sandbox2_comms_send_descriptor(comms, sandbox2_buffer_descriptor(buffer)));
    sandbox2_buffer_free(buffer);
}

static void none(void) {
    sandbox2_buffer *buffer;
    FAILS(sandbox2_buffer_from_descriptor_with_size(4, 10, &buffer), SANDBOX2_ERROR_NOT_MEMORY);
    /* It was closed. */
    HOLDS(write(4, "x", 1) == -1);
    FAILS(sandbox2_buffer_from_descriptor(-1, 10, &buffer), SANDBOX2_ERROR_ARGUMENT);
    FAILS(sandbox2_buffer_new((size_t)-1, "too large", &buffer), SANDBOX2_ERROR_TOO_LARGE);
    FAILS(sandbox2_buffer_new(10, "nowhere", NULL), SANDBOX2_ERROR_ARGUMENT);
}

int main(void) {
    sandbox2_comms *comms;
    OK(sandbox2_comms_new(5, &comms));
    the_hosts();
    its_own(comms);
    none();
    sandbox2_comms_free(comms);
    return 0;
}
