/* Sandboxes itself when it is ready; what it does then, its host says. */

#include <string.h>
#include <unistd.h>

#include "c_check.h"

int main(void) {
    sandbox2_client *client, *another;
    sandbox2_comms *comms, *none;
    int file;
    uint32_t number;

    OK(sandbox2_client_new(&client));
    FAILS(sandbox2_client_new(&another), SANDBOX2_ERROR_TAKEN);
    OK(sandbox2_client_comms(client, &comms));
    FAILS(sandbox2_client_comms(client, &none), SANDBOX2_ERROR_TAKEN);

    HOLDS(sandbox2_client_has_descriptor(client, "notes") && !sandbox2_client_has_descriptor(client, "others"));
    OK(sandbox2_client_descriptor(client, "notes", &file));
    HOLDS(!sandbox2_client_has_descriptor(client, "notes"));
    FAILS(sandbox2_client_descriptor(client, "notes", &file), SANDBOX2_ERROR_TAKEN);
    FAILS(sandbox2_client_descriptor(client, NULL, &file), SANDBOX2_ERROR_ARGUMENT);
    FAILS(sandbox2_client_descriptor(client, "\xff", &file), SANDBOX2_ERROR_ARGUMENT);

    /* It may do that now, and not later. */
    HOLDS(getppid() >= 0);
    HOLDS(!sandbox2_am_i_sandboxed());
    OK(sandbox2_client_sandbox_me_here(client));
    HOLDS(sandbox2_am_i_sandboxed());
    FAILS(sandbox2_client_sandbox_me_here(client), SANDBOX2_ERROR_TAKEN);
    sandbox2_client_free(client);

    HOLDS(write(file, "sandboxed", 9) == 9);
    OK(sandbox2_comms_receive_u32(comms, &number));
    if (number == 0) getppid();
    OK(sandbox2_comms_send_u32(comms, number + 1));
    sandbox2_comms_free(comms);
    return 0;
}
