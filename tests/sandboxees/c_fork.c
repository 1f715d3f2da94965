/* Gets ready once, and is forked for each sandbox: "loop" or "wait" is how. */

#include <string.h>
#include <unistd.h>

#include "c_check.h"

/* What a child does. */
static void child(sandbox2_client *client, pid_t prepared) {
    sandbox2_comms *comms;
    uint32_t number;

    OK(sandbox2_client_comms(client, &comms));
    HOLDS(!sandbox2_am_i_sandboxed());
    OK(sandbox2_client_sandbox_me_here(client));
    HOLDS(sandbox2_am_i_sandboxed());
    sandbox2_client_free(client);
    OK(sandbox2_comms_send_i32(comms, prepared));
    OK(sandbox2_comms_receive_u32(comms, &number));
    if (number == 0) getppid();
    OK(sandbox2_comms_send_u32(comms, number * number));
    sandbox2_comms_free(comms);
    exit(0);
}

int main(int argc, char **argv) {
    sandbox2_forking_client *server, *another;
    sandbox2_client *client;
    pid_t prepared = getpid();

    HOLDS(argc == 2);
    OK(sandbox2_forking_client_new(&server));
    FAILS(sandbox2_forking_client_new(&another), SANDBOX2_ERROR_TAKEN);
    OK(sandbox2_forking_client_keep_descriptor(server, 2));
    FAILS(sandbox2_forking_client_keep_descriptor(server, -1), SANDBOX2_ERROR_ARGUMENT);
    if (strcmp(argv[1], "loop") == 0) {
        OK(sandbox2_enter_fork_loop(server, &client));
        child(client, prepared);
    }
    for (;;) {
        int result = sandbox2_wait_and_fork(server, &client);
        if (result == SANDBOX2_ERROR_CLOSED) break;
        OK(result);
        if (client != NULL) child(client, prepared);
    }
    sandbox2_forking_client_free(server);
    return 0;
}
