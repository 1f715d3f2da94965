/* Asks the kernel that this runs under about programs and calls that `SANDBOX2_DUMP` wrote; see CONTRIBUTING.md.
 *
 * A child installs two filters: first one that answers every call with an error of its own, then the program. The kernel takes the
 * strictest answer, and of two errors the later filter's, so that no call is ever made and any can be tried.
 *
 *   witness FILE      as a process
 *   /init             as the first process of a machine, on /dump; it turns the machine off
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LET_THROUGH 4094
#define PASSWORD 0x5a5a1234u
#define SILENT UINT64_MAX
#define TRAPPED (UINT64_C(1) << 32)
#define PLACES 500

struct call {
    uint32_t nr, expected;
    uint64_t args[6];
};

struct page {
    volatile uint64_t next, installed, answers[PLACES];
};

static struct page *page;

static void end(void) {
    __builtin_trap();
}

static void trapped(int signal, siginfo_t *info, void *context) {
    (void)signal, (void)context;
    if (page->next > 0 && page->next <= PLACES)
        page->answers[page->next - 1] = TRAPPED | (uint32_t)info->si_errno;
    end();
}

static int install(struct sock_filter *insns, unsigned short count) {
    struct sock_fprog program = {count, insns};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program, 0, 0, PASSWORD) == 0;
}

static void child(struct sock_filter *insns, uint32_t count, const struct call *calls, uint32_t tried) {
    struct sock_filter everything_fails[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PASSWORD, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | LET_THROUGH),
    };
    struct sigaction action = {.sa_sigaction = trapped, .sa_flags = SA_SIGINFO};
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    sigaction(SIGSYS, &action, NULL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!install(everything_fails, 6) || !install(insns, count))
        _exit(1);
    page->installed = 1;
    for (;;) {
        uint64_t place = page->next++;
        if (place >= tried)
            end();
        const uint64_t *args = calls[place].args;
        errno = 0;
        long result = syscall(calls[place].nr, args[0], args[1], args[2], args[3], args[4], args[5]);
        page->answers[place] = result == -1 ? (uint64_t)errno : TRAPPED << 1;
    }
}

static uint64_t expected(uint32_t returned) {
    switch (returned & 0xffff0000u) {
    case SECCOMP_RET_ERRNO: return returned & 0xffff;
    case SECCOMP_RET_TRAP: return TRAPPED | (returned & 0xffff);
    case SECCOMP_RET_ALLOW:
    case SECCOMP_RET_LOG: return LET_THROUGH;
    default: return SILENT;
    }
}

static uint32_t number(FILE *file) {
    uint32_t value;
    if (fread(&value, sizeof value, 1, file) != 1) {
        printf("witness: the file ends too early\n");
        exit(2);
    }
    return value;
}

static int witness(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return 2;
    }
    page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint32_t programs = number(file), asked = 0, different = 0, unloaded = 0;
    for (uint32_t at = 0; at < programs; at++) {
        static struct sock_filter insns[4096];
        static struct call calls[PLACES];
        uint32_t count = number(file);
        if (count > 4096 || fread(insns, 8, count, file) != count)
            return 2;
        uint32_t tried = number(file);
        if (tried > PLACES || fread(calls, sizeof *calls, tried, file) != tried)
            return 2;
        memset(page, 0, sizeof *page);
        memset((void *)page->answers, 0xff, sizeof page->answers);
        while (page->next < tried) {
            page->installed = 0;
            pid_t pid = fork();
            if (pid == 0)
                child(insns, count, calls, tried);
            int status;
            waitpid(pid, &status, 0);
            if (!page->installed) {
                unloaded++;
                break;
            }
        }
        for (uint32_t call = 0; call < tried; call++, asked++)
            if (page->answers[call] != expected(calls[call].expected) && different++ < 20)
                printf("program %u, call %u of number %u: %llx, not %llx\n", at, call, calls[call].nr,
                       (unsigned long long)page->answers[call], (unsigned long long)expected(calls[call].expected));
    }
    printf("witness: %u programs, %u calls, %u with another verdict, %u programs not taken\n", programs, asked, different, unloaded);
    return different || unloaded;
}

int main(int count, char **args) {
    int result = witness(count > 1 ? args[1] : "/dump");
    fflush(stdout);
    if (getpid() == 1) {
        sync();
        reboot(RB_POWER_OFF);
    }
    return result;
}
