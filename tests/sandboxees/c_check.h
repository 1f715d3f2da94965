/* What the sandboxees in C share: a result that was not to come ends the program, and says where. */

#include <stdio.h>
#include <stdlib.h>

#include "sandbox2_client.h"

static void expect(int line, int result, int expected) {
    if (result != expected) {
        char details[200];
        sandbox2_last_error(details, sizeof details);
        fprintf(stderr, "line %d: %d (%s), not %d: %s\n", line, result, sandbox2_error_message(result), expected, details);
        exit(1);
    }
}

static void hold(int line, int holds) {
    if (!holds) {
        fprintf(stderr, "line %d does not hold\n", line);
        exit(1);
    }
}

#define OK(result) expect(__LINE__, result, SANDBOX2_OK)
#define FAILS(result, code) expect(__LINE__, result, code)
#define HOLDS(condition) hold(__LINE__, condition)
