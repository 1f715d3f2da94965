/* Talks to its host over descriptor 5, with every function that the C interface has for it: as it is, or through shared memory, which
 * it asks for ("ask") or is asked for ("agree"). What it expects of the host is in
 * tests/tests/sandbox/c.rs, step by step. */

#include <string.h>
#include <unistd.h>

#include "c_check.h"

static void numbers(sandbox2_comms *comms) {
    int round;
    for (round = 0; round < 4; round++) {
#define BACK(type, receive, send)      \
    {                                  \
        type value;                    \
        OK(receive(comms, &value));    \
        OK(send(comms, value));        \
    }
        BACK(int8_t, sandbox2_comms_receive_i8, sandbox2_comms_send_i8)
        BACK(uint8_t, sandbox2_comms_receive_u8, sandbox2_comms_send_u8)
        BACK(int16_t, sandbox2_comms_receive_i16, sandbox2_comms_send_i16)
        BACK(uint16_t, sandbox2_comms_receive_u16, sandbox2_comms_send_u16)
        BACK(int32_t, sandbox2_comms_receive_i32, sandbox2_comms_send_i32)
        BACK(uint32_t, sandbox2_comms_receive_u32, sandbox2_comms_send_u32)
        BACK(int64_t, sandbox2_comms_receive_i64, sandbox2_comms_send_i64)
        BACK(uint64_t, sandbox2_comms_receive_u64, sandbox2_comms_send_u64)
        BACK(bool, sandbox2_comms_receive_bool, sandbox2_comms_send_bool)
    }
}

static void texts_and_bytes(sandbox2_comms *comms) {
    sandbox2_message *message;
    const uint8_t *bytes;
    uint8_t *reversed, place[16];
    size_t length, index;

    /* A text with a zero in it, and one behind it that does not count. */
    OK(sandbox2_comms_receive_text(comms, &message));
    bytes = sandbox2_message_bytes(message, &length);
    HOLDS(length == 8 && memcmp(bytes, "before\0d\0", 9) == 0);
    HOLDS(sandbox2_message_tag(message) == SANDBOX2_TAG_TEXT);
    OK(sandbox2_comms_send_text(comms, (const char *)bytes, length));
    sandbox2_message_free(message);
    FAILS(sandbox2_comms_send_text(comms, "\xff", 1), SANDBOX2_ERROR_ARGUMENT);

    OK(sandbox2_comms_receive_bytes(comms, &message));
    bytes = sandbox2_message_bytes(message, &length);
    HOLDS(length == 1000000);
    reversed = malloc(length);
    HOLDS(reversed != NULL);
    for (index = 0; index < length; index++) reversed[index] = bytes[length - 1 - index];
    sandbox2_message_free(message);
    OK(sandbox2_comms_send_bytes(comms, reversed, length));
    free(reversed);

    OK(sandbox2_comms_receive_bytes_into(comms, place, sizeof place, &length));
    HOLDS(length == 16 && memcmp(place, "exactly sixteen.", 16) == 0);
    FAILS(sandbox2_comms_receive_bytes_into(comms, place, sizeof place, &length), SANDBOX2_ERROR_TOO_LARGE);
    OK(sandbox2_comms_receive_bytes_into(comms, NULL, 0, &length));
    HOLDS(length == 0);
    OK(sandbox2_comms_send_bytes(comms, NULL, 0));
    OK(sandbox2_comms_receive_bytes(comms, &message));
    bytes = sandbox2_message_bytes(message, &length);
    HOLDS(length == 0 && bytes != NULL && *bytes == 0);
    sandbox2_message_free(message);
}

static void descriptors(sandbox2_comms *comms) {
    sandbox2_message *message;
    int one, descriptor;

    OK(sandbox2_comms_receive_descriptor(comms, &descriptor));
    HOLDS(write(descriptor, "alone", 5) == 5);
    OK(sandbox2_comms_send_descriptor(comms, descriptor));
    HOLDS(close(descriptor) == 0);

    /* Of two, one is taken, and the other is closed with the message. */
    OK(sandbox2_comms_receive(comms, &message));
    HOLDS(sandbox2_message_tag(message) == 7 && sandbox2_message_descriptor_count(message) == 2);
    OK(sandbox2_message_take_descriptor(message, 1, &one));
    FAILS(sandbox2_message_take_descriptor(message, 1, &descriptor), SANDBOX2_ERROR_ARGUMENT);
    FAILS(sandbox2_message_take_descriptor(message, 2, &descriptor), SANDBOX2_ERROR_ARGUMENT);
    sandbox2_message_free(message);
    HOLDS(write(one, "second", 6) == 6);
    OK(sandbox2_comms_send(comms, 8, (const uint8_t *)"eight", 5, &one, 1));
    HOLDS(close(one) == 0);
}

static void the_rest(sandbox2_comms *comms) {
    sandbox2_message *message;
    sandbox2_credentials credentials;
    int32_t status;
    size_t length;

    OK(sandbox2_comms_exchange(comms, 9, (const uint8_t *)"question", 8, &message));
    HOLDS(sandbox2_message_tag(message) == 10);
    HOLDS(memcmp(sandbox2_message_bytes(message, &length), "answer", 6) == 0 && length == 6);
    sandbox2_message_free(message);

    OK(sandbox2_comms_receive_status(comms, &status, &message));
    HOLDS(status == -7 && strcmp((const char *)sandbox2_message_bytes(message, NULL), "it went wrong") == 0);
    sandbox2_message_free(message);
    OK(sandbox2_comms_receive_status(comms, &status, NULL));
    HOLDS(status == 3);
    OK(sandbox2_comms_send_status(comms, 11, "not so well", 11));

    OK(sandbox2_comms_expect_credentials(comms));
    OK(sandbox2_comms_send_barrier(comms));
    OK(sandbox2_comms_receive_barrier(comms));
    OK(sandbox2_comms_send_credentials(comms));
    OK(sandbox2_comms_receive_credentials(comms, &credentials));
    /* The host is in none of this program's namespaces. */
    HOLDS(credentials.pid == 0);
    OK(sandbox2_comms_peer(comms, &credentials));
    HOLDS(sandbox2_comms_descriptor(comms) == 5);
}

static void mistakes(sandbox2_comms *comms) {
    uint16_t wrong;
    uint8_t right;
    char details[200];
    sandbox2_message *message;

    FAILS(sandbox2_comms_receive_u16(comms, &wrong), SANDBOX2_ERROR_MISMATCH);
    sandbox2_last_error(details, sizeof details);
    HOLDS(strstr(details, "0x80000003") != NULL && strstr(details, "0x80000005") != NULL);
    FAILS(sandbox2_comms_receive_u8(comms, NULL), SANDBOX2_ERROR_ARGUMENT);
    FAILS(sandbox2_comms_receive_u8(NULL, &right), SANDBOX2_ERROR_ARGUMENT);
    OK(sandbox2_comms_receive_u8(comms, &right));
    HOLDS(right == 2);

    OK(sandbox2_comms_set_timeout(comms, 10));
    FAILS(sandbox2_comms_receive_u8(comms, &right), SANDBOX2_ERROR_TIMED_OUT);
    OK(sandbox2_comms_set_timeout(comms, -1));

    /* The last one: after it the channel is closed. */
    OK(sandbox2_comms_set_max_message(comms, 10));
    OK(sandbox2_comms_send_barrier(comms));
    FAILS(sandbox2_comms_receive_bytes(comms, &message), SANDBOX2_ERROR_TOO_LARGE);
    FAILS(sandbox2_comms_receive_bytes(comms, &message), SANDBOX2_ERROR_CLOSED);
    OK(sandbox2_comms_terminate(comms));
    FAILS(sandbox2_comms_send_u8(comms, 1), SANDBOX2_ERROR_CLOSED);
}

int main(int argc, char **argv) {
    sandbox2_comms *comms;
    OK(sandbox2_comms_new(5, &comms));
    if (argc == 2) {
        HOLDS(!sandbox2_comms_is_shared(comms));
        if (strcmp(argv[1], "ask") == 0) OK(sandbox2_comms_upgrade_to_shared_memory(comms, 0));
        if (strcmp(argv[1], "agree") == 0) OK(sandbox2_comms_accept_shared_memory(comms));
        HOLDS(sandbox2_comms_is_shared(comms));
        FAILS(sandbox2_comms_accept_shared_memory(comms), SANDBOX2_ERROR_ALREADY_SHARED);
    }
    numbers(comms);
    texts_and_bytes(comms);
    descriptors(comms);
    the_rest(comms);
    mistakes(comms);
    sandbox2_comms_free(comms);
    return 0;
}
