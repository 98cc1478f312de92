/* Keeps a journal of what a process does to the files of one folder, so that a disk can be rebuilt as a power
 * cut would have left it. Loaded with LD_PRELOAD; SHIM_FOLDER is the folder, SHIM_JOURNAL the journal.
 * A record: operation, length of the path, offset, length of the data (all little-endian), path, data. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES 4096
static char *paths[FILES];
static const char *folder;
static int journal = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off64_t);
static int (*real_unlink)(const char *);
static int (*real_rename)(const char *, const char *);

__attribute__((constructor)) static void begin(void) {
    real_open = dlsym(RTLD_NEXT, "open64");
    real_close = dlsym(RTLD_NEXT, "close");
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_rename = dlsym(RTLD_NEXT, "rename");
    folder = getenv("SHIM_FOLDER");
    const char *name = getenv("SHIM_JOURNAL");
    if (folder && name) journal = real_open(name, O_WRONLY | O_CREAT | O_APPEND, 0600);
}

static void note(char op, const char *path, uint64_t offset, const void *data, uint64_t length) {
    struct __attribute__((packed)) { char op; uint32_t path; uint64_t offset, length; } head =
        {op, (uint32_t)strlen(path), offset, length};
    struct iovec parts[3] = {{&head, sizeof head}, {(void *)path, head.path}, {(void *)data, length}};
    if (writev(journal, parts, 3) < 0) abort();
}

static int kept(const char *path) { return journal >= 0 && path && !strncmp(path, folder, strlen(folder)); }
static const char *of(int fd) { return journal >= 0 && fd >= 0 && fd < FILES ? paths[fd] : NULL; }

static int opened(const char *path, int flags, int fd) {
    if (fd >= 0 && fd < FILES && kept(path)) {
        pthread_mutex_lock(&lock);
        free(paths[fd]);
        paths[fd] = strdup(path);
        if (flags & O_TRUNC) note('T', path, 0, "", 0);
        pthread_mutex_unlock(&lock);
    }
    return fd;
}

int open64(const char *path, int flags, ...) {
    va_list more; va_start(more, flags); mode_t mode = va_arg(more, mode_t); va_end(more);
    return opened(path, flags, real_open(path, flags, mode));
}
int open(const char *path, int flags, ...) {
    va_list more; va_start(more, flags); mode_t mode = va_arg(more, mode_t); va_end(more);
    return opened(path, flags, real_open(path, flags, mode));
}
int close(int fd) {
    if (fd >= 0 && fd < FILES && paths[fd]) {
        pthread_mutex_lock(&lock); free(paths[fd]); paths[fd] = NULL; pthread_mutex_unlock(&lock);
    }
    return real_close(fd);
}
ssize_t write(int fd, const void *data, size_t length) {
    if (!of(fd)) return real_write(fd, data, length);
    pthread_mutex_lock(&lock);
    /* Only files that are appended to are written without an offset here. */
    off64_t offset = lseek64(fd, 0, SEEK_END);
    ssize_t done = real_write(fd, data, length);
    if (done > 0) note('W', of(fd), (uint64_t)offset, data, (uint64_t)done);
    pthread_mutex_unlock(&lock);
    return done;
}
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
    if (!of(fd)) return real_pwrite(fd, data, length, offset);
    pthread_mutex_lock(&lock);
    ssize_t done = real_pwrite(fd, data, length, offset);
    if (done > 0) note('W', of(fd), (uint64_t)offset, data, (uint64_t)done);
    pthread_mutex_unlock(&lock);
    return done;
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return pwrite64(fd, data, length, offset); }
static int synced(int fd, int (*real)(int)) {
    if (!of(fd)) return real(fd);
    int done = real(fd);
    pthread_mutex_lock(&lock);
    if (!done) note('S', of(fd), 0, "", 0);
    pthread_mutex_unlock(&lock);
    return done;
}
int fsync(int fd) { return synced(fd, real_fsync); }
int fdatasync(int fd) { return synced(fd, real_fdatasync); }
int ftruncate64(int fd, off64_t length) {
    int done = real_ftruncate(fd, length);
    if (!done && of(fd)) {
        pthread_mutex_lock(&lock); note('T', of(fd), (uint64_t)length, "", 0); pthread_mutex_unlock(&lock);
    }
    return done;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }
int unlink(const char *path) {
    int done = real_unlink(path);
    if (!done && kept(path)) {
        pthread_mutex_lock(&lock); note('U', path, 0, "", 0); pthread_mutex_unlock(&lock);
    }
    return done;
}
int rename(const char *from, const char *to) {
    int done = real_rename(from, to);
    if (!done && kept(from)) {
        pthread_mutex_lock(&lock); note('R', from, 0, to, strlen(to)); pthread_mutex_unlock(&lock);
    }
    return done;
}
