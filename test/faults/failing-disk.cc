// A disk that fails, for tests. Preloaded by LD_PRELOAD, it counts what a process and its children ask the disk to write
// below the folder FAULT_BELOW: files opened for writing, writes, flushes, names made, changed and removed. At call
// number FAULT_AT (0 for none) it fails with FAULT_ERROR, an errno, or, where that is 0, kills the process before the
// call; with FAULT_STAYS=1 every later call fails too. FAULT_COUNT is a file of 8 bytes that all these processes count
// in; FAULT_LOG gets a line for each call.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
// The declarations with 64 in their names are wanted beside the others, not instead of them.
#undef _FILE_OFFSET_BITS
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *setting(const char *name) {
  const char *value = getenv(name);
  return value ? value : "";
}

/** The next number, counted over all processes. */
static unsigned long count() {
  static unsigned long *shared = nullptr;
  if (!shared) {
    long file = syscall(SYS_openat, AT_FDCWD, setting("FAULT_COUNT"), O_RDWR | O_CLOEXEC, 0);
    if (file < 0) return 0;
    void *place = mmap(nullptr, 8, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    syscall(SYS_close, file);
    if (place == MAP_FAILED) return 0;
    shared = static_cast<unsigned long *>(place);
  }
  return __atomic_add_fetch(shared, 1, __ATOMIC_SEQ_CST);
}

/** Whether this call on this path is to fail; errno then says why. */
static bool fails(const char *call, const char *path) {
  const char *below = setting("FAULT_BELOW");
  char whole[2 * PATH_MAX];
  if (!path || !*below) return false;
  if (path[0] != '/') {
    char here[PATH_MAX];
    if (!getcwd(here, sizeof here)) return false;
    snprintf(whole, sizeof whole, "%s/%s", here, path);
    path = whole;
  }
  if (strncmp(path, below, strlen(below)) != 0) return false;
  unsigned long number = count();
  const char *log = setting("FAULT_LOG");
  if (*log) {
    char line[3 * PATH_MAX];
    int length = snprintf(line, sizeof line, "%lu %s %s\n", number, call, path);
    long file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file >= 0) {
      syscall(SYS_write, file, line, length);
      syscall(SYS_close, file);
    }
  }
  unsigned long at = strtoul(setting("FAULT_AT"), nullptr, 10);
  if (at == 0 || (*setting("FAULT_STAYS") == '1' ? number < at : number != at)) return false;
  int error = atoi(setting("FAULT_ERROR"));
  if (error == 0) kill(getpid(), SIGKILL);
  errno = error;
  return true;
}

static bool fails(const char *call, int file) {
  char link[64];
  char path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
  // Pipes and the like have names that are no paths.
  if (length <= 0 || path[0] != '/') return false;
  path[length] = 0;
  return fails(call, path);
}

template <typename F> static F next(const char *name) { return reinterpret_cast<F>(dlsym(RTLD_NEXT, name)); }

static bool writes(int flags) { return (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT) || (flags & O_TRUNC); }

static mode_t modeOf(int flags, va_list rest) {
  return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;
}

#define OPEN(name)                                                                    \
  extern "C" int name(const char *path, int flags, ...) {                             \
    va_list rest;                                                                     \
    va_start(rest, flags);                                                            \
    mode_t mode = modeOf(flags, rest);                                                \
    va_end(rest);                                                                     \
    if (writes(flags) && fails("open", path)) return -1;                              \
    static auto real = next<int (*)(const char *, int, ...)>(#name);                  \
    return real(path, flags, mode);                                                   \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                  \
  extern "C" int name(int folder, const char *path, int flags, ...) {                 \
    va_list rest;                                                                     \
    va_start(rest, flags);                                                            \
    mode_t mode = modeOf(flags, rest);                                                \
    va_end(rest);                                                                     \
    if (writes(flags) && (path[0] == '/' || folder == AT_FDCWD) && fails("open", path)) return -1; \
    static auto real = next<int (*)(int, const char *, int, ...)>(#name);             \
    return real(folder, path, flags, mode);                                           \
  }
OPENAT(openat)
OPENAT(openat64)

// Each of these calls is told by a file's descriptor, or by the path that it makes, changes or removes.
#define CALL(type, name, told, arguments, ...)                                        \
  extern "C" type name arguments {                                                    \
    if (fails(#name, told)) return -1;                                                \
    static auto real = next<type(*) arguments>(#name);                                \
    return real(__VA_ARGS__);                                                         \
  }
CALL(ssize_t, write, file, (int file, const void *data, size_t size), file, data, size)
CALL(ssize_t, writev, file, (int file, const iovec *parts, int many), file, parts, many)
CALL(ssize_t, pwrite, file, (int file, const void *data, size_t size, off_t at), file, data, size, at)
CALL(ssize_t, pwrite64, file, (int file, const void *data, size_t size, off64_t at), file, data, size, at)
CALL(ssize_t, pwritev, file, (int file, const iovec *parts, int many, off_t at), file, parts, many, at)
CALL(ssize_t, pwritev64, file, (int file, const iovec *parts, int many, off64_t at), file, parts, many, at)
CALL(ssize_t, copy_file_range, to, (int from, off64_t *at, int to, off64_t *place, size_t size, unsigned flags), from, at, to, place, size, flags)
CALL(ssize_t, sendfile64, to, (int to, int from, off64_t *at, size_t size), to, from, at, size)
CALL(int, ftruncate, file, (int file, off_t size), file, size)
CALL(int, ftruncate64, file, (int file, off64_t size), file, size)
CALL(int, fsync, file, (int file), file)
CALL(int, fdatasync, file, (int file), file)
CALL(int, rename, to, (const char *from, const char *to), from, to)
CALL(int, link, to, (const char *from, const char *to), from, to)
CALL(int, symlink, to, (const char *from, const char *to), from, to)
CALL(int, mkdir, path, (const char *path, mode_t mode), path, mode)
CALL(int, rmdir, path, (const char *path), path)
CALL(int, unlink, path, (const char *path), path)
