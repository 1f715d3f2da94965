/*
 * The sandboxee's side of sandbox2: what a program in C links that talks to its host.
 *
 * Link libsandbox2_client.a or libsandbox2_client.so; `pkg-config sandbox2_client` knows how.
 *
 *     sandbox2_comms *comms;
 *     uint32_t number;
 *     int result = sandbox2_comms_new(5, &comms);       // descriptor 5 is mapped by the host
 *     if (result == SANDBOX2_OK) result = sandbox2_comms_receive_u32(comms, &number);
 *     if (result == SANDBOX2_OK) result = sandbox2_comms_send_u32(comms, number + 1);
 *     if (result != SANDBOX2_OK) fprintf(stderr, "%s\n", sandbox2_error_message(result));
 *     sandbox2_comms_free(comms);                       // also closes the descriptor
 *
 * Results. A function that returns `int` gives SANDBOX2_OK, which is 0, or one of the values of sandbox2_error, which are negative.
 * Then it has stored nothing, and unless it says otherwise nothing has changed hands. sandbox2_last_error has the details.
 *
 * Pointers. A handle must come from this library and not have been freed; where bytes and a length go together, so many must be there.
 * NULL is an error (SANDBOX2_ERROR_ARGUMENT) wherever a function does not say that it may be; so is a length that no memory has.
 * What the other side sends may be anything: it ends in a value or in an error.
 *
 * Ownership. What a function stores a handle for is the caller's to free, each kind by its own function, which takes NULL too.
 * Descriptors that a function stores are the caller's to close, and close-on-exec; those that it is given stay the caller's, but for
 * sandbox2_comms_new's.
 *
 * Threads. A handle is for one thread at a time; it may go from one to another. Different handles are independent.
 *
 * A program whose memory runs out is aborted. No function raises an exception or jumps.
 *
 * This file is generated: `BLESS=1 cargo test -p sandbox2-client-c` writes it.
 */

#ifndef SANDBOX2_CLIENT_H
#define SANDBOX2_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What a function gives that returns `int`, if it did what it was to do. */
#define SANDBOX2_OK 0

/** The tags of this library's messages. */
#define SANDBOX2_TAG_FIRST_RESERVED UINT32_C(0x80000000) /* a caller's own tags are below */
#define SANDBOX2_TAG_BOOL UINT32_C(0x80000001)
#define SANDBOX2_TAG_I8 UINT32_C(0x80000002)
#define SANDBOX2_TAG_U8 UINT32_C(0x80000003)
#define SANDBOX2_TAG_I16 UINT32_C(0x80000004)
#define SANDBOX2_TAG_U16 UINT32_C(0x80000005)
#define SANDBOX2_TAG_I32 UINT32_C(0x80000006)
#define SANDBOX2_TAG_U32 UINT32_C(0x80000007)
#define SANDBOX2_TAG_I64 UINT32_C(0x80000008)
#define SANDBOX2_TAG_U64 UINT32_C(0x80000009)
#define SANDBOX2_TAG_TEXT UINT32_C(0x80000100)
#define SANDBOX2_TAG_BYTES UINT32_C(0x80000101)
#define SANDBOX2_TAG_BARRIER UINT32_C(0x80000103)
#define SANDBOX2_TAG_STATUS UINT32_C(0x80000104)
#define SANDBOX2_TAG_DESCRIPTOR UINT32_C(0x80000201)
#define SANDBOX2_TAG_CREDENTIALS UINT32_C(0x80000202)

/** The most bytes that a message may have that is received, if nothing else is said: 256 MiB. */
#define SANDBOX2_DEFAULT_MAX_MESSAGE 268435456

/**
 * What a function gives that returns `int`, if it did not do what it was to do. All of them are negative.
 */
typedef enum sandbox2_error {
  /**
   * The other side has closed the channel, or it was terminated. Every later call gives this too.
   */
  SANDBOX2_ERROR_CLOSED = -1,
  /**
   * The time for it was over. If nothing of a message had come or gone, the channel can still be used.
   */
  SANDBOX2_ERROR_TIMED_OUT = -2,
  /**
   * A message of another type came. It was taken from the channel, which can still be used.
   */
  SANDBOX2_ERROR_MISMATCH = -3,
  /**
   * A message is larger than may be, or than the place for it.
   */
  SANDBOX2_ERROR_TOO_LARGE = -4,
  /**
   * The other side does not keep to the format.
   */
  SANDBOX2_ERROR_MALFORMED = -5,
  /**
   * Another number of descriptors came than was waited for; they were closed.
   */
  SANDBOX2_ERROR_DESCRIPTORS = -6,
  /**
   * A system call failed: `sandbox2_last_errno` has its error number.
   */
  SANDBOX2_ERROR_SYSTEM = -7,
  /**
   * An argument cannot be: a null pointer, a length that no memory has, a text that is not UTF-8, a descriptor that is none.
   * Nothing was done.
   */
  SANDBOX2_ERROR_ARGUMENT = -8,
  /**
   * Something else; `sandbox2_last_error` says what.
   */
  SANDBOX2_ERROR_OTHER = -9,
} sandbox2_error;

/**
 * A channel to the other side: `sandbox2_comms_new` and its like make one, `sandbox2_comms_free` ends it.
 *
 * Not for several threads at once.
 */
typedef struct sandbox2_comms sandbox2_comms;

/**
 * A message that was received: its bytes, and the descriptors that came along.
 */
typedef struct sandbox2_message sandbox2_message;

/**
 * Who someone is, as the kernel says, in the receiver's namespaces.
 */
typedef struct sandbox2_credentials {
  /**
   * The process; 0 if it is not visible from the receiver's PID namespace.
   */
  int32_t pid;
  /**
   * The user.
   */
  uint32_t uid;
  /**
   * The group.
   */
  uint32_t gid;
} sandbox2_credentials;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Makes a channel over a connected UNIX stream socket, and stores its handle in `comms`.
 *
 * The channel owns `descriptor` from then on, and closes it in the end; it must be open, and nothing else may close it. If this
 * function fails the caller keeps it. No system call is made.
 */
int sandbox2_comms_new(int descriptor, struct sandbox2_comms **comms);

/**
 * Makes two channels to each other, over a new pair of sockets: for two threads, or a program and its child.
 */
int sandbox2_comms_pair(struct sandbox2_comms **one, struct sandbox2_comms **other);

/**
 * Frees a channel and closes its descriptor; the other side's calls then give `SANDBOX2_ERROR_CLOSED`. Nothing for `NULL`.
 */
void sandbox2_comms_free(struct sandbox2_comms *comms);

/**
 * The channel's socket, which stays the channel's: for `poll`. Negative if `comms` is `NULL`.
 *
 * Reading from it or writing to it goes past what the channel has read ahead.
 */
int sandbox2_comms_descriptor(const struct sandbox2_comms *comms);

/**
 * Says how long sending or receiving one message may take, in milliseconds; negative, which is the default: as long as it takes.
 *
 * Nothing of a message may have come or gone for the channel to be usable after `SANDBOX2_ERROR_TIMED_OUT`; otherwise it is closed.
 */
int sandbox2_comms_set_timeout(struct sandbox2_comms *comms, int64_t milliseconds);

/**
 * Says how many bytes a message may have that is received; `SANDBOX2_DEFAULT_MAX_MESSAGE` if nothing is said. A larger one is
 * `SANDBOX2_ERROR_TOO_LARGE`, and closes the channel.
 */
int sandbox2_comms_set_max_message(struct sandbox2_comms *comms, size_t bytes);

/**
 * Ends the channel for both sides and all copies of its socket. The handle is still to be freed.
 */
int sandbox2_comms_terminate(struct sandbox2_comms *comms);

/**
 * Stores who has the other end, as the kernel knew it when the two were connected. One `getsockopt`.
 */
int sandbox2_comms_peer(struct sandbox2_comms *comms, struct sandbox2_credentials *credentials);

/**
 * Sends a message with a tag of the caller's own, below `SANDBOX2_TAG_FIRST_RESERVED`: `length` bytes (`bytes` may be `NULL` if there
 * are none), and copies of `count` descriptors, at most 253, which stay the caller's and must be open.
 */
int sandbox2_comms_send(struct sandbox2_comms *comms, uint32_t tag, const uint8_t *bytes, size_t length, const int *descriptors, size_t count);

/**
 * Receives the next message, whatever its tag, and stores a handle for it, to be freed by `sandbox2_message_free`.
 */
int sandbox2_comms_receive(struct sandbox2_comms *comms, struct sandbox2_message **message);

/**
 * Sends a message with a tag of the caller's own, and receives the next: `sandbox2_comms_send` without descriptors, then
 * `sandbox2_comms_receive`.
 */
int sandbox2_comms_exchange(struct sandbox2_comms *comms, uint32_t tag, const uint8_t *bytes, size_t length, struct sandbox2_message **message);

/**
 * Sends a truth value.
 */
int sandbox2_comms_send_bool(struct sandbox2_comms *comms, bool value);

/**
 * Receives a truth value.
 */
int sandbox2_comms_receive_bool(struct sandbox2_comms *comms, bool *value);

/**
 * Sends a text of `length` bytes in UTF-8, which may have zeros in it and needs none at its end.
 */
int sandbox2_comms_send_text(struct sandbox2_comms *comms, const char *text, size_t length);

/**
 * Receives a text, which is UTF-8, and stores a handle for it, to be freed by `sandbox2_message_free`.
 */
int sandbox2_comms_receive_text(struct sandbox2_comms *comms, struct sandbox2_message **text);

/**
 * Sends `length` bytes.
 */
int sandbox2_comms_send_bytes(struct sandbox2_comms *comms, const uint8_t *bytes, size_t length);

/**
 * Receives bytes, and stores a handle for them, to be freed by `sandbox2_message_free`.
 */
int sandbox2_comms_receive_bytes(struct sandbox2_comms *comms, struct sandbox2_message **bytes);

/**
 * Receives bytes into `place`, which has room for `size`, and stores in `length` how many came.
 *
 * If there are more than `size`, that is `SANDBOX2_ERROR_TOO_LARGE`; they are gone, and the channel can still be used.
 */
int sandbox2_comms_receive_bytes_into(struct sandbox2_comms *comms, uint8_t *place, size_t size, size_t *length);

/**
 * Sends a copy of a descriptor, which stays the caller's and must be open.
 */
int sandbox2_comms_send_descriptor(struct sandbox2_comms *comms, int descriptor);

/**
 * Receives a descriptor, close-on-exec, which is the caller's to close.
 */
int sandbox2_comms_receive_descriptor(struct sandbox2_comms *comms, int *descriptor);

/**
 * Tells the other side that this one has come to its barrier.
 */
int sandbox2_comms_send_barrier(struct sandbox2_comms *comms);

/**
 * Waits until the other side has come to its barrier.
 */
int sandbox2_comms_receive_barrier(struct sandbox2_comms *comms);

/**
 * Sends what something came to: `status` is 0 if it succeeded, otherwise a number that both sides know, and `text` has `length`
 * bytes in UTF-8.
 */
int sandbox2_comms_send_status(struct sandbox2_comms *comms, int32_t status, const char *text, size_t length);

/**
 * Receives what something came to: stores its number in `status`, and a handle for its text in `text`, to be freed by
 * `sandbox2_message_free`; `text` may be `NULL`, if nobody wants to read it.
 */
int sandbox2_comms_receive_status(struct sandbox2_comms *comms, int32_t *status, struct sandbox2_message **text);

/**
 * Tells the other side who this is. The kernel says it, so that it is true; the other side must have asked for it before.
 */
int sandbox2_comms_send_credentials(struct sandbox2_comms *comms);

/**
 * Asks the kernel to say who sends what comes from now on: needed once, before the other side sends its credentials. One
 * `setsockopt`.
 */
int sandbox2_comms_expect_credentials(struct sandbox2_comms *comms);

/**
 * Receives who the other side is. `SANDBOX2_ERROR_SYSTEM` if nobody asked for it before it was sent.
 */
int sandbox2_comms_receive_credentials(struct sandbox2_comms *comms, struct sandbox2_credentials *credentials);

/**
 * A sentence for a code, without details. Never `NULL`, also for a number that is no code; not to be freed.
 */
const char *sandbox2_error_message(int code);

/**
 * Writes what went wrong in the calling thread's last call that failed, with all that is known, to `place`: at most `size` bytes,
 * always with a zero at the end unless `size` is 0. An empty text if no call has failed.
 *
 * Returns the length of the whole text in bytes, without the zero, as `snprintf` does; `place` may be `NULL` if `size` is 0.
 */
size_t sandbox2_last_error(char *place, size_t size);

/**
 * The error number (`errno`) of the system call that failed in the calling thread's last call that failed; 0 if it failed for
 * another reason, or none did.
 */
int sandbox2_last_errno(void);

/**
 * The message's tag: one of this library's, or one of the sender's own. 0 for `NULL`.
 */
uint32_t sandbox2_message_tag(const struct sandbox2_message *message);

/**
 * The message's bytes, which live until the message is freed. Stores in `length`, unless that is `NULL`, how many there are.
 *
 * After those of `sandbox2_comms_receive_text` and of a status comes a zero that does not count; they may have others in them.
 * `NULL`, and a length of 0, if `message` is `NULL`.
 */
const uint8_t *sandbox2_message_bytes(const struct sandbox2_message *message, size_t *length);

/**
 * How many descriptors came with the message, counting those that were taken. 0 for `NULL`.
 */
size_t sandbox2_message_descriptor_count(const struct sandbox2_message *message);

/**
 * Takes the descriptor at `index`, counted from 0, from the message, and stores it in `descriptor`: close-on-exec, and the caller's to
 * close. `SANDBOX2_ERROR_ARGUMENT` if there is none (any more).
 */
int sandbox2_message_take_descriptor(struct sandbox2_message *message, size_t index, int *descriptor);

/**
 * Frees a message, and closes the descriptors that were not taken from it. Nothing for `NULL`.
 */
void sandbox2_message_free(struct sandbox2_message *message);

/**
 * Sends a signed number of 8 bits.
 */
int sandbox2_comms_send_i8(struct sandbox2_comms *comms, int8_t value);

/**
 * Receives a signed number of 8 bits.
 */
int sandbox2_comms_receive_i8(struct sandbox2_comms *comms, int8_t *value);

/**
 * Sends an unsigned number of 8 bits.
 */
int sandbox2_comms_send_u8(struct sandbox2_comms *comms, uint8_t value);

/**
 * Receives an unsigned number of 8 bits.
 */
int sandbox2_comms_receive_u8(struct sandbox2_comms *comms, uint8_t *value);

/**
 * Sends a signed number of 16 bits.
 */
int sandbox2_comms_send_i16(struct sandbox2_comms *comms, int16_t value);

/**
 * Receives a signed number of 16 bits.
 */
int sandbox2_comms_receive_i16(struct sandbox2_comms *comms, int16_t *value);

/**
 * Sends an unsigned number of 16 bits.
 */
int sandbox2_comms_send_u16(struct sandbox2_comms *comms, uint16_t value);

/**
 * Receives an unsigned number of 16 bits.
 */
int sandbox2_comms_receive_u16(struct sandbox2_comms *comms, uint16_t *value);

/**
 * Sends a signed number of 32 bits.
 */
int sandbox2_comms_send_i32(struct sandbox2_comms *comms, int32_t value);

/**
 * Receives a signed number of 32 bits.
 */
int sandbox2_comms_receive_i32(struct sandbox2_comms *comms, int32_t *value);

/**
 * Sends an unsigned number of 32 bits.
 */
int sandbox2_comms_send_u32(struct sandbox2_comms *comms, uint32_t value);

/**
 * Receives an unsigned number of 32 bits.
 */
int sandbox2_comms_receive_u32(struct sandbox2_comms *comms, uint32_t *value);

/**
 * Sends a signed number of 64 bits.
 */
int sandbox2_comms_send_i64(struct sandbox2_comms *comms, int64_t value);

/**
 * Receives a signed number of 64 bits.
 */
int sandbox2_comms_receive_i64(struct sandbox2_comms *comms, int64_t *value);

/**
 * Sends an unsigned number of 64 bits.
 */
int sandbox2_comms_send_u64(struct sandbox2_comms *comms, uint64_t value);

/**
 * Receives an unsigned number of 64 bits.
 */
int sandbox2_comms_receive_u64(struct sandbox2_comms *comms, uint64_t *value);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* SANDBOX2_CLIENT_H */
