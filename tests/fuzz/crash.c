/* Preloaded into a command and all that it starts: counts the calls that change the disk, kills
 * the process group before one of them, and keeps a journal of what each of them did.
 *
 * CRASH_COUNTER names a file of two 64-bit numbers that all processes share: the call before
 * which to kill (0: none), and the calls so far. CRASH_JOURNAL, where it is set, names a file to
 * which every change is appended once it is done: a line of operation, inode, size of the data,
 * path and second path with tabs between, then the data. Data is always a file's whole content,
 * read back after the change.
 */
#define _GNU_SOURCE
#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utime.h>

static struct { int64_t kill_before, calls; } *counter;
static int journal = -1;

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("CRASH_COUNTER");
    int file = path ? syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *map = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    syscall(SYS_close, file);
    if (map == MAP_FAILED) abort();
    counter = map;
    path = getenv("CRASH_JOURNAL");
    if (!path) return;
    file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CLOEXEC);
    /* High up, where no program expects the descriptor that it gets next. */
    journal = fcntl(file, F_DUPFD_CLOEXEC, 500);
    syscall(SYS_close, file);
}

static void point(void) {
    if (!counter) return;
    if (__atomic_add_fetch(&counter->calls, 1, __ATOMIC_SEQ_CST) == counter->kill_before) {
        kill(0, SIGKILL);
        for (;;) pause();
    }
}

static int regular(int fd) {
    struct stat s;
    return counter && !fstat(fd, &s) && S_ISREG(s.st_mode);
}

static void absolute(int folder, const char *path, char *out) {
    char at[64], base[PATH_MAX] = "";
    if (path[0] != '/') {
        if (folder == AT_FDCWD) strcpy(at, "/proc/self/cwd");
        else snprintf(at, sizeof at, "/proc/self/fd/%d", folder);
        ssize_t length = readlink(at, base, sizeof base - 2);
        if (length < 0) abort();
        strcpy(base + length, "/");
    }
    snprintf(out, 2 * PATH_MAX, "%s%s", base, path);
}

static void append(const char *what, ino_t inode, const char *path, const char *to, int data) {
    int kept = errno;
    struct stat s;
    size_t size = data >= 0 && !fstat(data, &s) ? s.st_size : 0;
    char *record = malloc(size + 5 * PATH_MAX);
    if (!record) abort();
    int head = sprintf(record, "%s\t%ju\t%zu\t%s\t%s\n", what, (uintmax_t)inode, size, path, to);
    for (size_t done = 0; done < size;) {
        ssize_t got = pread(data, record + head + done, size - done, done);
        if (got <= 0) abort();
        done += got;
    }
    if (syscall(SYS_write, journal, record, head + size) != (ssize_t)(head + size)) abort();
    free(record);
    errno = kept;
}

static void did_path(const char *what, int folder, const char *path, int other, const char *to) {
    if (journal < 0) return;
    char from[2 * PATH_MAX], second[2 * PATH_MAX] = "";
    struct stat s = {0};
    absolute(folder, path, from);
    if (to) absolute(other, to, second);
    lstat(to ? second : from, &s);
    append(what, s.st_ino, from, second, -1);
}

static void did_data(int fd) {
    if (journal < 0) return;
    char self[64];
    struct stat s;
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    int data = syscall(SYS_openat, AT_FDCWD, self, O_RDONLY | O_CLOEXEC);
    if (data < 0 || fstat(data, &s)) abort();
    append("data", s.st_ino, "", "", data);
    syscall(SYS_close, data);
}

/* Opening changes the disk where it creates or empties a file; one for writing is counted too. */
static int changes(int folder, const char *path, int flags) {
    struct stat s;
    if (!counter || !((flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC))) return 0;
    return fstatat(folder, path, &s, 0) ? flags & O_CREAT : S_ISREG(s.st_mode);
}

static int opened(int folder, const char *path, int flags, mode_t mode) {
    struct stat s;
    int counted = changes(folder, path, flags);
    int is_new = counted && fstatat(folder, path, &s, 0);
    if (counted) point();
    int fd = syscall(SYS_openat, folder, path, flags, mode);
    if (counted && fd >= 0 && is_new) did_path("create", folder, path, 0, NULL);
    else if (counted && fd >= 0 && flags & O_TRUNC) did_data(fd);
    return fd;
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        va_list rest; va_start(rest, flags); \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        return opened(AT_FDCWD, path, flags, mode); \
    }
#define OPENAT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        va_list rest; va_start(rest, flags); \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        return opened(folder, path, flags, mode); \
    }
OPEN(open) OPEN(open64) OPENAT(openat) OPENAT(openat64)
int __open_2(const char *path, int flags) { return opened(AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return opened(AT_FDCWD, path, flags, 0); }
int __openat_2(int folder, const char *path, int flags) { return opened(folder, path, flags, 0); }
int __openat64_2(int folder, const char *path, int flags) { return opened(folder, path, flags, 0); }
int creat(const char *path, mode_t mode) {
    return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

/* The C library opens and writes its streams past us: a stream for writing is opened by our own
 * call, and what it holds is written by a flush that is counted. */
static FILE *stream(const char *path, const char *mode) {
    int flags = strchr(mode, '+') ? O_RDWR : O_WRONLY;
    flags |= mode[0] == 'w' ? O_CREAT | O_TRUNC : mode[0] == 'a' ? O_CREAT | O_APPEND : 0;
    flags |= (strchr(mode, 'x') ? O_EXCL : 0) | (strchr(mode, 'e') ? O_CLOEXEC : 0);
    int fd = opened(AT_FDCWD, path, flags, 0666);
    return fd < 0 ? NULL : fdopen(fd, mode);
}
#define FOPEN(name) \
    FILE *name(const char *path, const char *mode) { \
        REAL(name); \
        return mode[0] == 'r' && !strchr(mode, '+') ? real(path, mode) : stream(path, mode); \
    }
FOPEN(fopen) FOPEN(fopen64)

static int pending(FILE *file) {
    int fd = fileno(file);
    return fd >= 0 && __fpending(file) && regular(fd);
}
int fflush(FILE *file) {
    REAL(fflush);
    int counted = file && pending(file);
    if (counted) point();
    int result = real(file);
    if (counted && !result) did_data(fileno(file));
    return result;
}
int fclose(FILE *file) {
    REAL(fclose);
    if (fflush(file)) { int kept = errno; real(file); errno = kept; return EOF; }
    return real(file);
}

#define WRITE(name, type, before, after) \
    type name before { \
        REAL(name); \
        int counted = regular(fd); \
        if (counted) point(); \
        type result = real after; \
        if (counted && result >= 0) did_data(fd); \
        return result; \
    }
WRITE(write, ssize_t, (int fd, const void *data, size_t size), (fd, data, size))
WRITE(pwrite, ssize_t, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
WRITE(pwrite64, ssize_t, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
WRITE(writev, ssize_t, (int fd, const struct iovec *parts, int n), (fd, parts, n))
WRITE(pwritev, ssize_t, (int fd, const struct iovec *parts, int n, off_t at), (fd, parts, n, at))
WRITE(ftruncate, int, (int fd, off_t size), (fd, size))
WRITE(ftruncate64, int, (int fd, off64_t size), (fd, size))

#define PATH(what, name, before, after, ...) \
    int name before { \
        REAL(name); \
        point(); \
        int result = real after; \
        if (!result) did_path(what, __VA_ARGS__); \
        return result; \
    }
#define HERE AT_FDCWD
#define FROM_TO (const char *path, const char *to)
#define AT_FROM_TO (int at, const char *path, int other, const char *to)
PATH("rename", rename, FROM_TO, (path, to), HERE, path, HERE, to)
PATH("rename", renameat, AT_FROM_TO, (at, path, other, to), at, path, other, to)
PATH("rename", renameat2, (int at, const char *path, int other, const char *to, unsigned flags),
     (at, path, other, to, flags), at, path, other, to)
PATH("link", link, FROM_TO, (path, to), HERE, path, HERE, to)
PATH("link", linkat, (int at, const char *path, int other, const char *to, int flags),
     (at, path, other, to, flags), at, path, other, to)
PATH("symlink", symlink, (const char *to, const char *path), (to, path), HERE, path, HERE, NULL)
PATH("symlink", symlinkat, (const char *to, int at, const char *path), (to, at, path), at, path,
     HERE, NULL)
/* To remove or touch what is not there changes nothing; git does it a lot. */
static int there(int at, const char *path) {
    struct stat s;
    return counter && !fstatat(at, path, &s, AT_SYMLINK_NOFOLLOW);
}
#define UNLINK(name, before, after, at) \
    int name before { \
        REAL(name); \
        if (there(at, path)) point(); \
        int result = real after; \
        if (!result) did_path("unlink", at, path, HERE, NULL); \
        return result; \
    }
UNLINK(unlink, (const char *path), (path), HERE)
UNLINK(remove, (const char *path), (path), HERE)
UNLINK(rmdir, (const char *path), (path), HERE)
UNLINK(unlinkat, (int at, const char *path, int flags), (at, path, flags), at)
PATH("mkdir", mkdir, (const char *path, mode_t mode), (path, mode), HERE, path, HERE, NULL)
PATH("mkdir", mkdirat, (int at, const char *path, mode_t mode), (at, path, mode), at, path,
     HERE, NULL)

/* Modes and times are counted; the journal leaves them out. A file made by truncate(2) or
 * mkstemp(3) is not followed: nothing here calls them, and strace says so (see the README). */
#define QUIET(name, before, after, changes) \
    int name before { REAL(name); if (changes) point(); return real after; }
QUIET(chmod, (const char *path, mode_t mode), (path, mode), there(HERE, path))
QUIET(fchmod, (int fd, mode_t mode), (fd, mode), 1)
QUIET(fchmodat, (int at, const char *path, mode_t mode, int flags), (at, path, mode, flags),
      there(at, path))
QUIET(chown, (const char *path, uid_t user, gid_t group), (path, user, group), there(HERE, path))
QUIET(lchown, (const char *path, uid_t user, gid_t group), (path, user, group),
      there(HERE, path))
QUIET(fchown, (int fd, uid_t user, gid_t group), (fd, user, group), 1)
QUIET(utime, (const char *path, const struct utimbuf *times), (path, times), there(HERE, path))
QUIET(utimes, (const char *path, const struct timeval times[2]), (path, times), there(HERE, path))
QUIET(utimensat, (int at, const char *path, const struct timespec times[2], int flags),
      (at, path, times, flags), there(at, path))
QUIET(futimens, (int fd, const struct timespec times[2]), (fd, times), 1)

/* Nothing is really synced, which is slow: a killed process leaves the page cache as it is, and of
 * a power loss the journal tells. */
#define SYNC(name) \
    int name(int fd) { \
        struct stat s; \
        if (fstat(fd, &s)) return -1; \
        point(); \
        if (journal >= 0) append("sync", s.st_ino, "", "", -1); \
        return 0; \
    }
SYNC(fsync) SYNC(fdatasync)
void sync(void) {
    point();
    if (journal >= 0) append("sync-all", 0, "", "", -1);
}
