/* The wall clock of a process, moved by the seconds that the file $CLOCK_FILE holds as an int64.
 *
 * As a step of the machine's clock: what was to happen at a moment happens earlier or later, what
 * counts from its own start does not notice. The monotonic clock stays as it is. Debian's faketime
 * (0.9.10) answers EINVAL to sleeps that Python asks for by the monotonic clock.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t none, *shift = &none;

__attribute__((constructor)) static void begin(void)
{
    const char *name = getenv("CLOCK_FILE");
    int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        return;
    void *page = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
    if (page != MAP_FAILED)
        shift = page;
    close(file);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int answer = syscall(SYS_clock_gettime, clock, now);
    if (answer == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += *shift;
    return answer;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    int answer = syscall(SYS_gettimeofday, now, zone);
    if (answer == 0)
        now->tv_sec += *shift;
    return answer;
}

time_t time(time_t *where)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (where)
        *where = now.tv_sec;
    return now.tv_sec;
}

/* A moment of the wall clock, as the kernel counts. No machine is up for thirty years: a smaller
 * number is one of the monotonic clock, which a condition may wait by. */
static struct timespec real(const struct timespec *moment)
{
    struct timespec there = *moment;
    if (there.tv_sec > 1000000000)
        there.tv_sec -= *shift;
    return there;
}

int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until)
{
    static int (*next)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    if (!next)
        next = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
    struct timespec there = real(until);
    return next(cond, mutex, &there);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until)
{
    static int (*next)(sem_t *, const struct timespec *);
    if (!next)
        next = dlsym(RTLD_NEXT, "sem_timedwait");
    struct timespec there = real(until);
    return next(semaphore, &there);
}
