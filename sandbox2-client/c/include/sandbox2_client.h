/*
 * The sandboxee's side of sandbox2: what a program in C links that talks to its host.
 *
 * Link libsandbox2_client.a or libsandbox2_client.so; `pkg-config sandbox2_client` knows how.
 *
 *     sandbox2_comms *comms = NULL;
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
 * Descriptors that a function stores are the caller's to close; those that it is given stay the caller's, but where something is made
 * of one (sandbox2_comms_new, sandbox2_buffer_from_descriptor and its like, sandbox2_logger_new).
 *
 * Threads. A handle is for one thread at a time; it may go from one to another. Different handles are independent.
 *
 * System calls. Beyond what malloc and free make, a policy must allow:
 *   - for messages and records sendmsg, sendto and recvmsg, with a time-out ppoll; for terminate shutdown, for peer getsockopt, for
 *     expect_credentials setsockopt;
 *   - for a buffer mmap, munmap and, to make one, memfd_create, ftruncate and fcntl; of a descriptor fcntl, fstatfs and fstat (older C
 *     libraries: newfstatat); to expand it also mremap;
 *   - for shared memory of a channel what a buffer needs, futex and sched_yield;
 *   - to connect socket, setsockopt and connect; to listen socket, bind, ioctl, listen, accept4, statx, unlink and ppoll;
 *   - for whatever is freed and has a descriptor, close.
 * sandbox2_client_new and what is asked of a client make none; what sandbox2_client_sandbox_me_here makes, the host lets pass.
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
#define SANDBOX2_TAG_PROTO UINT32_C(0x80000102)
#define SANDBOX2_TAG_BARRIER UINT32_C(0x80000103)
#define SANDBOX2_TAG_STATUS UINT32_C(0x80000104)
#define SANDBOX2_TAG_VALUE UINT32_C(0x80000105)
#define SANDBOX2_TAG_DESCRIPTOR UINT32_C(0x80000201)
#define SANDBOX2_TAG_CREDENTIALS UINT32_C(0x80000202)
#define SANDBOX2_TAG_UPGRADE UINT32_C(0x80000203)
#define SANDBOX2_TAG_NO_UPGRADE UINT32_C(0x80000204)
#define SANDBOX2_TAG_UPGRADED UINT32_C(0x80000206)
#define SANDBOX2_TAG_ALONG UINT32_C(0x80000207)

/** The most bytes that a message may have that is received, if nothing else is said: 256 MiB. */
#define SANDBOX2_DEFAULT_MAX_MESSAGE 268435456

/** The most bytes of a buffer that is made of a descriptor, if the caller knows no better: 256 MiB. */
#define SANDBOX2_DEFAULT_MAX_BUFFER 268435456

/** How many bytes the shared memory of a channel has, both ways together, if nothing else is said: 1 MiB. */
#define SANDBOX2_DEFAULT_SHARED_MEMORY 1048576

/** How many bytes it may have: 256 MiB. */
#define SANDBOX2_MAX_SHARED_MEMORY 268435456

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
   * Nothing was done, but a descriptor that was given away is closed.
   */
  SANDBOX2_ERROR_ARGUMENT = -8,
  /**
   * Bytes are meant that are not in the buffer, or a number where none can be, or a buffer was to get smaller. Nothing was done.
   */
  SANDBOX2_ERROR_RANGE = -9,
  /**
   * The descriptor is no memory of ordinary pages that never gets smaller, or has not as many bytes. It was closed.
   */
  SANDBOX2_ERROR_NOT_MEMORY = -10,
  /**
   * The buffer, or the descriptor that one was to be made of, can only be read.
   */
  SANDBOX2_ERROR_READ_ONLY = -11,
  /**
   * The host has not said in the environment what this program asks for: it was not started by sandbox2, or by another version.
   */
  SANDBOX2_ERROR_ENVIRONMENT = -12,
  /**
   * What can be had once is not there, or not any more.
   */
  SANDBOX2_ERROR_TAKEN = -13,
  /**
   * The host speaks another version of the protocol: link the library that belongs to it.
   */
  SANDBOX2_ERROR_VERSION = -14,
  /**
   * A fork server has more than one thread.
   */
  SANDBOX2_ERROR_THREADS = -15,
  /**
   * The host does not keep up with records, or is gone: one was left out.
   */
  SANDBOX2_ERROR_LEFT_OUT = -16,
  /**
   * The other side refuses shared memory; the channel is as before.
   */
  SANDBOX2_ERROR_NO_SHARED_MEMORY = -17,
  /**
   * The channel has shared memory already, and goes on.
   */
  SANDBOX2_ERROR_ALREADY_SHARED = -18,
  /**
   * Something else; `sandbox2_last_error` says what.
   */
  SANDBOX2_ERROR_OTHER = -100,
} sandbox2_error;

/**
 * How much a record matters.
 */
typedef enum sandbox2_level {
  /**
   * Something failed.
   */
  SANDBOX2_LEVEL_ERROR = 1,
  /**
   * Something may be wrong.
   */
  SANDBOX2_LEVEL_WARN = 2,
  /**
   * Something that is good to know.
   */
  SANDBOX2_LEVEL_INFO = 3,
  /**
   * For those who look for mistakes.
   */
  SANDBOX2_LEVEL_DEBUG = 4,
  /**
   * Everything.
   */
  SANDBOX2_LEVEL_TRACE = 5,
} sandbox2_level;

/**
 * Memory that this program and another share, mapped: `sandbox2_buffer_new` and its like make one, `sandbox2_buffer_free` ends it.
 *
 * Nobody can make it smaller, so that touching it cannot bring `SIGBUS`. Not for several threads at once, but for its bytes.
 */
typedef struct sandbox2_buffer sandbox2_buffer;

/**
 * What the host has made for this program: a channel, and descriptors with names. `sandbox2_client_free` frees it.
 */
typedef struct sandbox2_client sandbox2_client;

/**
 * A channel to the other side: `sandbox2_comms_new` and its like make one, `sandbox2_comms_free` ends it.
 *
 * Not for several threads at once.
 */
typedef struct sandbox2_comms sandbox2_comms;

/**
 * A program that is forked for each sandbox: `sandbox2_forking_client_new` makes one, and `sandbox2_enter_fork_loop` or
 * `sandbox2_forking_client_free` ends it.
 *
 * ```c
 * sandbox2_forking_client *server;
 * sandbox2_client *client;
 * int result = sandbox2_forking_client_new(&server);
 * // ... what takes long ...
 * if (result == SANDBOX2_OK) result = sandbox2_enter_fork_loop(server, &client); // returns in children only
 * if (result == SANDBOX2_OK) result = sandbox2_client_sandbox_me_here(client);
 * ```
 */
typedef struct sandbox2_forking_client sandbox2_forking_client;

/**
 * Waits at an address for others to connect: `sandbox2_listener_bind` and its like make one, `sandbox2_listener_free` ends it.
 *
 * Whoever may connect gets a channel: look at `sandbox2_comms_peer` where that may not be everybody.
 */
typedef struct sandbox2_listener sandbox2_listener;

/**
 * Sends records to the host's log: `sandbox2_client_logger` gives one, `sandbox2_logger_free` ends it. For several threads at once.
 */
typedef struct sandbox2_logger sandbox2_logger;

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
 * Makes a buffer of `size` bytes, all 0, and stores its handle in `buffer`. `name` is shown in `/proc`; it has at most 249 bytes and
 * a zero at its end, and `NULL` is some name.
 *
 * No memory is taken before a byte is touched. 0 is a size too.
 */
int sandbox2_buffer_new(size_t size, const char *name, struct sandbox2_buffer **buffer);

/**
 * Makes a buffer of `length` bytes, which are copied, and stores its handle in `buffer`.
 */
int sandbox2_buffer_from_bytes(const uint8_t *bytes, size_t length, struct sandbox2_buffer **buffer);

/**
 * Makes a buffer of all the memory of a descriptor that may come from a hostile other side, up to `most` bytes (such as
 * `SANDBOX2_DEFAULT_MAX_BUFFER`), and stores its handle in `buffer`. The descriptor is the library's from then on, also if this fails.
 *
 * It must be memory of ordinary pages (a buffer's, or of `memfd_create`) that nobody can make smaller any more. If that is not
 * forbidden yet, it is now. Another one is `SANDBOX2_ERROR_NOT_MEMORY`; a larger one is `SANDBOX2_ERROR_TOO_LARGE`.
 */
int sandbox2_buffer_from_descriptor(int descriptor, size_t most, struct sandbox2_buffer **buffer);

/**
 * As `sandbox2_buffer_from_descriptor`, up to `SANDBOX2_DEFAULT_MAX_BUFFER` bytes, but only to be read: also from a descriptor that
 * cannot be written to, or that `sandbox2_buffer_seal_writes` was called for.
 */
int sandbox2_buffer_from_descriptor_read_only(int descriptor, struct sandbox2_buffer **buffer);

/**
 * As `sandbox2_buffer_from_descriptor`, but the first `size` bytes, without another limit. If there are not as many, that is
 * `SANDBOX2_ERROR_NOT_MEMORY`.
 */
int sandbox2_buffer_from_descriptor_with_size(int descriptor, size_t size, struct sandbox2_buffer **buffer);

/**
 * Makes a buffer of the first `size` bytes of any file that can be mapped, which whoever else has it may make smaller. The
 * descriptor is the library's from then on, also if this fails.
 *
 * Whoever can truncate the file can end this process: touching bytes that are gone brings `SIGBUS`.
 */
int sandbox2_buffer_danger_from_descriptor_unsealed(int descriptor, size_t size, struct sandbox2_buffer **buffer);

/**
 * Unmaps a buffer and closes its descriptor; whoever else has the memory keeps it. Nothing for `NULL`.
 */
void sandbox2_buffer_free(struct sandbox2_buffer *buffer);

/**
 * Where the buffer's first byte is, until it is expanded or freed. `NULL` if it has none, or `buffer` is `NULL`.
 *
 * Others may write at the same time: a byte that was looked at once may be another the next time. Copy first, with
 * `sandbox2_buffer_read_at`, then check.
 */
uint8_t *sandbox2_buffer_data(const struct sandbox2_buffer *buffer);

/**
 * How many bytes the buffer has. 0 for `NULL`.
 */
size_t sandbox2_buffer_size(const struct sandbox2_buffer *buffer);

/**
 * Whether the buffer is mapped for reading only. Also for `NULL`.
 */
bool sandbox2_buffer_is_read_only(const struct sandbox2_buffer *buffer);

/**
 * The memory's descriptor, which stays the buffer's: whoever is sent it shares the memory. Negative if `buffer` is `NULL`.
 */
int sandbox2_buffer_descriptor(const struct sandbox2_buffer *buffer);

/**
 * Makes the buffer larger; its contents and its descriptor stay, and its bytes may be elsewhere afterwards. Memory that has as many
 * bytes already keeps its size. The other side still has mapped what it had, and can do the same.
 *
 * A size that is less than the buffer's is `SANDBOX2_ERROR_RANGE`.
 */
int sandbox2_buffer_expand(struct sandbox2_buffer *buffer, size_t size);

/**
 * Forbids for everybody and for good to make the memory larger. No other seals can be added afterwards.
 */
int sandbox2_buffer_seal_size(struct sandbox2_buffer *buffer);

/**
 * Forbids everybody to write, but through what is mapped writable already: this buffer, for one.
 */
int sandbox2_buffer_seal_writes(struct sandbox2_buffer *buffer);

/**
 * Copies the `length` bytes at `offset` to `place`; `SANDBOX2_ERROR_RANGE`, and nothing is copied, if they are not all in the buffer.
 */
int sandbox2_buffer_read_at(const struct sandbox2_buffer *buffer, size_t offset, uint8_t *place, size_t length);

/**
 * Copies `length` bytes to `offset`; `SANDBOX2_ERROR_RANGE`, and nothing is copied, if they do not all fit in the buffer.
 */
int sandbox2_buffer_write_at(struct sandbox2_buffer *buffer, size_t offset, const uint8_t *bytes, size_t length);

/**
 * Sets `length` bytes from `offset` on to `byte`.
 */
int sandbox2_buffer_fill(struct sandbox2_buffer *buffer, size_t offset, size_t length, uint8_t byte);

/**
 * Reads the 8 bits at `offset` in one step. What is read afterwards is not older than what was stored before this number was.
 */
int sandbox2_buffer_load_u8(const struct sandbox2_buffer *buffer, size_t offset, uint8_t *value);

/**
 * Reads the 32 bits at `offset`, a multiple of 4, in one step and this machine's byte order.
 */
int sandbox2_buffer_load_u32(const struct sandbox2_buffer *buffer, size_t offset, uint32_t *value);

/**
 * Reads the 64 bits at `offset`, a multiple of 8, in one step and this machine's byte order.
 */
int sandbox2_buffer_load_u64(const struct sandbox2_buffer *buffer, size_t offset, uint64_t *value);

/**
 * Sets the 8 bits at `offset` in one step. Whoever loads this number sees what was written before.
 */
int sandbox2_buffer_store_u8(struct sandbox2_buffer *buffer, size_t offset, uint8_t value);

/**
 * Sets the 32 bits at `offset`, a multiple of 4, in one step and this machine's byte order.
 */
int sandbox2_buffer_store_u32(struct sandbox2_buffer *buffer, size_t offset, uint32_t value);

/**
 * Sets the 64 bits at `offset`, a multiple of 8, in one step and this machine's byte order.
 */
int sandbox2_buffer_store_u64(struct sandbox2_buffer *buffer, size_t offset, uint64_t value);

/**
 * Whether sandbox2 has a policy in force on this process, as far as the program has been told.
 *
 * True from the start in a program that was started sandboxed, and in all that it starts with the same environment; after
 * `sandbox2_client_sandbox_me_here` in one that sandboxes itself, and in its forks. It makes no system call. Whoever starts a program
 * chooses its environment, so this is no proof. The answer is found once: ask before the environment is changed.
 */
bool sandbox2_am_i_sandboxed(void);

/**
 * Reads from the environment what the host has said when it started this program, and stores a handle for it in `client`. It makes no
 * system call.
 *
 * `SANDBOX2_ERROR_ENVIRONMENT` if this program was not started by sandbox2; `SANDBOX2_ERROR_TAKEN` if this was called before, also
 * if its result was freed: the descriptors belonged to that.
 */
int sandbox2_client_new(struct sandbox2_client **client);

/**
 * Frees a client, and closes the channel and the descriptors that were not taken from it. Nothing for `NULL`.
 */
void sandbox2_client_free(struct sandbox2_client *client);

/**
 * Takes the channel to the host, and stores its handle in `comms`: to be freed by itself, also after the client.
 *
 * `SANDBOX2_ERROR_TAKEN` if the host has made none, or it was taken.
 */
int sandbox2_client_comms(struct sandbox2_client *client, struct sandbox2_comms **comms);

/**
 * Whether `sandbox2_client_descriptor` would give a descriptor for that name, which ends with a zero. False for `NULL`.
 */
bool sandbox2_client_has_descriptor(const struct sandbox2_client *client, const char *name);

/**
 * Takes the descriptor that the host has mapped under that name, which ends with a zero, and stores it in `descriptor`; it is the
 * caller's to close.
 *
 * `SANDBOX2_ERROR_TAKEN` if there is none of that name, or it was taken.
 */
int sandbox2_client_descriptor(struct sandbox2_client *client, const char *name, int *descriptor);

/**
 * Takes what sends records to the host's log, and stores its handle in `logger`: to be freed by itself, also after the client.
 *
 * `SANDBOX2_ERROR_TAKEN` if the host does not take records, or this was called before.
 */
int sandbox2_client_logger(struct sandbox2_client *client, struct sandbox2_logger **logger);

/**
 * Puts the host's policy in force: for this thread, for all others of this process, and for good.
 *
 * Whoever calls this must do so on every path that leads to data that are not to be trusted, and must end where it fails. When
 * it returns `SANDBOX2_OK`, the policy is in force.
 *
 * It makes `sendmsg`, `recvmsg`, `prctl`, `seccomp` and two times `close`, the last one under the policy already, which need not
 * allow it: the host lets it pass.
 *
 * `SANDBOX2_ERROR_TAKEN` if the policy is in force already or nobody waits to be asked for it; any other error if the host is gone or
 * speaks another version, or if the kernel refuses the filter, for example because a thread of this process has one of its own. Then
 * nothing is in force that was not before, and the host ends this process.
 */
int sandbox2_client_sandbox_me_here(struct sandbox2_client *client);

/**
 * Makes a channel over a connected UNIX stream socket, and stores its handle in `comms`.
 *
 * The descriptor is the library's from then on, also if this fails; it must be open, and nothing else may close it. No system call
 * is made.
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
 * Asks the other side to let bytes go through shared memory of `size` bytes from now on, which is faster; 0 stands for
 * `SANDBOX2_DEFAULT_SHARED_MEMORY`. The other side must call `sandbox2_comms_accept_shared_memory` meanwhile.
 *
 * The channel is the same as before, time-outs and limits too. The memory belongs to this process: one that is forked from it must leave
 * its copy of the channel alone.
 *
 * `SANDBOX2_ERROR_NO_SHARED_MEMORY` if the other side refuses, `SANDBOX2_ERROR_ALREADY_SHARED` if it was done before: then the channel can be
 * used as it was. After other errors of the channel it may be closed.
 */
int sandbox2_comms_upgrade_to_shared_memory(struct sandbox2_comms *comms, size_t size);

/**
 * Waits for the other side to ask for shared memory, and agrees. Memory that could be taken away again, or is too large, is refused, and
 * the other side is told so.
 */
int sandbox2_comms_accept_shared_memory(struct sandbox2_comms *comms);

/**
 * Whether bytes go through shared memory. False for `NULL`.
 */
bool sandbox2_comms_is_shared(const struct sandbox2_comms *comms);

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
 * Stores a handle for the fork server that the host has started this program as.
 *
 * `SANDBOX2_ERROR_ENVIRONMENT` if it was not started as one, `SANDBOX2_ERROR_TAKEN` if this was called before.
 */
int sandbox2_forking_client_new(struct sandbox2_forking_client **server);

/**
 * Frees it: no more children can be made. Nothing for `NULL`.
 */
void sandbox2_forking_client_free(struct sandbox2_forking_client *server);

/**
 * Lets children keep this descriptor, unless the host maps another in its place.
 *
 * All others of this process are closed in its children, and their numbers may be those of what the host has mapped: a child must not
 * use or close what it had before. That holds for channels and buffers, too: a child must not free them.
 */
int sandbox2_forking_client_keep_descriptor(struct sandbox2_forking_client *server, int descriptor);

/**
 * Waits for one request of the host and forks. Stores in `client`: in the child, a handle for what the host has given it, with which it
 * must call `sandbox2_client_sandbox_me_here`; in this process, `NULL`.
 *
 * Call it again soon: the ends of the children are noticed, and told to the host, only while it waits. A child that cannot be made
 * is the host's to report and no error here.
 *
 * `SANDBOX2_ERROR_CLOSED` if the host is gone or does not need this process any more; `SANDBOX2_ERROR_THREADS` if this process has more
 * than one thread, since a fork of it would not be whole.
 */
int sandbox2_wait_and_fork(struct sandbox2_forking_client *server, struct sandbox2_client **client);

/**
 * Waits for requests and forks, for ever. Returns in each child, with a handle in `client` for what the host has given it, with which it
 * must call `sandbox2_client_sandbox_me_here`. In this process it does not return but with an error; when the host is gone, or does not
 * need it any more, it ends the process with code 0.
 *
 * `server` is freed, in children and also if this fails. `SANDBOX2_ERROR_THREADS` if this process has more than one thread.
 */
int sandbox2_enter_fork_loop(struct sandbox2_forking_client *server, struct sandbox2_client **client);

/**
 * Connects to the listener at a path, which ends with a zero and has at most 107 bytes, and stores the channel's handle in `comms`.
 *
 * `milliseconds` is how long that may take; negative: as long as it takes. The channel has no time-out of its own then.
 */
int sandbox2_comms_connect(const char *at, int64_t milliseconds, struct sandbox2_comms **comms);

/**
 * As `sandbox2_comms_connect`, to a listener with an abstract name of `length` bytes, at most 107, for which there is no file.
 */
int sandbox2_comms_connect_abstract(const uint8_t *at, size_t length, int64_t milliseconds, struct sandbox2_comms **comms);

/**
 * Listens at a path, which ends with a zero and has at most 107 bytes, and stores a handle in `listener`. A file is made there, and
 * whoever may write to it may connect; it is removed when the listener is freed.
 *
 * `SANDBOX2_ERROR_SYSTEM` if a file is there already: whatever it is, it is left alone.
 */
int sandbox2_listener_bind(const char *at, struct sandbox2_listener **listener);

/**
 * Listens at an abstract name of `length` bytes, at most 107, and stores a handle in `listener`. There is no file: every process of
 * the network namespace may connect, or take the name first.
 */
int sandbox2_listener_bind_abstract(const uint8_t *at, size_t length, struct sandbox2_listener **listener);

/**
 * Waits for somebody to connect, at most `milliseconds` (negative: as long as it takes), and stores the channel's handle in `comms`.
 */
int sandbox2_listener_accept(const struct sandbox2_listener *listener, int64_t milliseconds, struct sandbox2_comms **comms);

/**
 * The listener's socket, which stays the listener's: for `poll`. Negative if `listener` is `NULL`.
 */
int sandbox2_listener_descriptor(const struct sandbox2_listener *listener);

/**
 * Frees a listener, closes its socket, and removes its file. Nothing for `NULL`.
 */
void sandbox2_listener_free(struct sandbox2_listener *listener);

/**
 * Makes a logger over the UNIX stream socket whose other end the host reads with its log server, and stores its handle in `logger`.
 * The descriptor is the library's from then on, also if this fails; it must be open.
 */
int sandbox2_logger_new(int descriptor, struct sandbox2_logger **logger);

/**
 * Frees a logger and closes its descriptor. Nothing for `NULL`.
 */
void sandbox2_logger_free(struct sandbox2_logger *logger);

/**
 * Sends a record to the host's log, in one `sendmsg` that does not wait.
 *
 * `level` is one of `sandbox2_level`. `target`, the part of the program that the record is about, and `file`, in which `line` is (`__FILE__`
 * and `__LINE__`, or `NULL` and 0), end with a zero and are cut off at 256 bytes. `text` has `length` bytes; what is not UTF-8 of it is
 * replaced, and what does not fit in 4096 bytes is cut off.
 *
 * `SANDBOX2_ERROR_LEFT_OUT` if the host does not keep up or is gone: the record is left out and counted. That is no reason to stop.
 */
int sandbox2_log(const struct sandbox2_logger *logger, int level, const char *target, const char *file, uint32_t line, const char *text, size_t length);

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
