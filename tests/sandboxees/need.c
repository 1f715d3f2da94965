/* Does the one thing that its argument names, and says `done`: each needs one of the groups. `need.rs` is the same in Rust. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t handled;

static void handler(int number)
{
    (void)number;
    handled = 1;
}

static int need(const char *what)
{
    if (!strcmp(what, "nothing"))
        return 1;
    if (!strcmp(what, "malloc")) {
        volatile char *large = malloc(1 << 20);
        if (!large)
            return 0;
        large[(1 << 20) - 1] = 7;
        large = realloc((void *)large, 64 << 20);
        return large && large[(1 << 20) - 1] == 7;
    }
    if (!strcmp(what, "time")) {
        struct timespec time;
        return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0;
    }
    if (!strcmp(what, "read")) {
        char buffer[8];
        return read(0, buffer, sizeof buffer) >= 0;
    }
    if (!strcmp(what, "stat")) {
        struct stat data;
        return stat("/", &data) == 0 && S_ISDIR(data.st_mode);
    }
    if (!strcmp(what, "signals")) {
        signal(SIGUSR1, handler);
        kill(getpid(), SIGUSR1);
        return handled;
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && need(argv[1]))
        puts("done");
    return 0;
}
