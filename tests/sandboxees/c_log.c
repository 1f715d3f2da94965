/* Logs to its host: over descriptor 5, or with any argument over what the host has made for that. */

#include <string.h>

#include "c_check.h"

int main(int argc, char **argv) {
    sandbox2_client *client;
    sandbox2_logger *logger, *none;
    static char text[5000];

    /* Its host put the policy in force before it started. */
    HOLDS(sandbox2_am_i_sandboxed());
    (void)argv;
    if (argc == 1) {
        OK(sandbox2_logger_new(5, &logger));
    } else {
        OK(sandbox2_client_new(&client));
        OK(sandbox2_client_logger(client, &logger));
        FAILS(sandbox2_client_logger(client, &none), SANDBOX2_ERROR_TAKEN);
        sandbox2_client_free(client);
    }
    OK(sandbox2_log(logger, SANDBOX2_LEVEL_ERROR, "c_log", "c_log.c", 7, "it \033[1mfailed", 13));
    OK(sandbox2_log(logger, SANDBOX2_LEVEL_INFO, NULL, NULL, 0, "no\xffthing", 8));
    memset(text, 'x', sizeof text);
    OK(sandbox2_log(logger, SANDBOX2_LEVEL_TRACE, "c_log", NULL, 0, text, sizeof text));
    FAILS(sandbox2_log(logger, 0, "c_log", NULL, 0, "", 0), SANDBOX2_ERROR_ARGUMENT);
    FAILS(sandbox2_log(logger, 6, "c_log", NULL, 0, "", 0), SANDBOX2_ERROR_ARGUMENT);
    FAILS(sandbox2_log(NULL, SANDBOX2_LEVEL_INFO, "c_log", NULL, 0, "", 0), SANDBOX2_ERROR_ARGUMENT);
    sandbox2_logger_free(logger);
    return 0;
}
