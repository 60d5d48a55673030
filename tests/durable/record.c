/*
 * Preloaded into a process: writes down, in order, what it writes, truncates, syncs and unlinks below one folder, so that the disk's state at
 * any moment can be made again (disk.ts). Nothing is changed on the way. One record: kind, inode, offset, length, length of the name, name, bytes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int out = -1;
static char folder[PATH_MAX];
static size_t folder_length;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
  const char *where = getenv("RECORD_FOLDER"), *log = getenv("RECORD_LOG");
  if (where == NULL || log == NULL || realpath(where, folder) == NULL) return;
  folder_length = strlen(folder);
  out = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  unsetenv("LD_PRELOAD");
}

static void put(const void *bytes, size_t length) {
  for (const char *at = bytes; length > 0;) {
    ssize_t done = syscall(SYS_write, out, at, length);
    if (done <= 0) abort();
    at += done;
    length -= (size_t)done;
  }
}

static void record(char kind, const char *path, uint64_t inode, uint64_t offset, const void *bytes, uint32_t length) {
  if (out < 0 || strncmp(path, folder, folder_length) != 0 || path[folder_length] != '/') return;
  const char *name = path + folder_length + 1;
  uint16_t name_length = (uint16_t)strlen(name);
  unsigned char head[23];
  head[0] = (unsigned char)kind;
  memcpy(head + 1, &inode, 8);
  memcpy(head + 9, &offset, 8);
  memcpy(head + 17, &length, 4);
  memcpy(head + 21, &name_length, 2);
  put(head, sizeof head);
  put(name, name_length);
  if (length > 0 && bytes != NULL) put(bytes, length);
}

static void record_fd(char kind, int fd, uint64_t offset, const void *bytes, uint32_t length) {
  char link[64], path[PATH_MAX];
  struct stat about;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t end = readlink(link, path, sizeof path - 1);
  if (end <= 0 || path[0] != '/' || fstat(fd, &about) != 0) return;
  path[end] = 0;
  record(kind, path, about.st_ino, offset, bytes, length);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
/* The call and its record are one step: what another thread does comes before or after both. */
#define STEP(type, call, succeeded, remember) \
  if (out < 0) return call;                   \
  pthread_mutex_lock(&lock);                  \
  type result = call;                         \
  if (succeeded) remember;                    \
  pthread_mutex_unlock(&lock);                \
  return result;

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at) { STEP(ssize_t, REAL(pwrite)(fd, bytes, n, at), result > 0, record_fd('w', fd, (uint64_t)at, bytes, (uint32_t)result)) }
ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at) { STEP(ssize_t, REAL(pwrite64)(fd, bytes, n, at), result > 0, record_fd('w', fd, (uint64_t)at, bytes, (uint32_t)result)) }
/* Appended: where it went follows from where the file stands now. */
ssize_t write(int fd, const void *bytes, size_t n) { STEP(ssize_t, REAL(write)(fd, bytes, n), result > 0, record_fd('w', fd, (uint64_t)(lseek(fd, 0, SEEK_CUR) - result), bytes, (uint32_t)result)) }
int ftruncate(int fd, off_t size) { STEP(int, REAL(ftruncate)(fd, size), result == 0, record_fd('t', fd, (uint64_t)size, NULL, 0)) }
int ftruncate64(int fd, off64_t size) { STEP(int, REAL(ftruncate64)(fd, size), result == 0, record_fd('t', fd, (uint64_t)size, NULL, 0)) }
int fsync(int fd) { STEP(int, REAL(fsync)(fd), result == 0, record_fd('s', fd, 0, NULL, 0)) }
int fdatasync(int fd) { STEP(int, REAL(fdatasync)(fd), result == 0, record_fd('s', fd, 0, NULL, 0)) }
int unlink(const char *path) { STEP(int, REAL(unlink)(path), result == 0, record('u', path, 0, 0, NULL, 0)) }
