/* A disk that fails, or loses power, for a program that knows nothing of it: preloaded with LD_PRELOAD by disk_faults.py, which compiles it.
 *
 * It stands between the program and the C library for everything that changes files in one folder: open, write, pwrite, ftruncate, fsync, fdatasync, rename,
 * unlink. SQLite writes in no other way; its "-shm" file is memory shared by processes and left alone. Each such call gets a number, and at a chosen number
 * something goes wrong. The choice, and what came of it, are in a page of memory that is shared with disk_faults.py, in the order of `struct control`.
 *
 * Power cuts. A disk has for certain only what fsync was answered for. So for each file the content of every sector (512 bytes) that was written since is kept
 * as it was before, and the length that the file had. At the cut all of that is undone, or a random part of it in pages of 4096 bytes or in single sectors, and
 * the program is killed in the same moment. Names that were made, changed or removed are undone too, unless their folder was synced since. Now and then a part
 * is written out early, as kernels do. A disk that lies answers fsync and does nothing.
 *
 * Two rules keep SQLite's locks right: no file of the program is ever closed here (that would drop the process's locks), and a file's old content is read
 * through a descriptor of our own. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTOR = 512, PAGE = 4096, FILES_MAX = 64, NAMES_MAX = 64 };

/* The same numbers as in disk_faults.py. */
enum fault {
    NONE, WRITE_ENOSPC, WRITE_EIO, WRITE_HALF, WRITE_TORN_DEATH, WRITE_DEATH, SYNC_EIO, SYNC_DEATH, SYNC_EIO_POWER, POWER_ALL, POWER_PAGES, POWER_SECTORS
};

struct control {
    /* Said by disk_faults.py. */
    uint64_t armed; /* Calls are counted from now on. */
    uint64_t at;    /* At the first call of the right sort with this number or a later one. */
    uint64_t fault;
    uint64_t seed;
    uint64_t lies;      /* fsync does nothing. */
    uint64_t main_only; /* Only calls about the database itself are counted, not those about its journal: a checkpoint. */
    uint64_t more;      /* So many calls of the same sort after it fail, too. */
    /* Said here. */
    uint64_t count; /* Calls since `armed`. */
    uint64_t hit;   /* The number of the call at which it went wrong; 0 if it did not yet. */
    uint64_t where; /* 1 the journal, 2 the database, 3 another file; 10 more if it was a sync. */
    uint64_t undone, kept; /* Sectors that the power cut took, and that it left, of those not synced. */
    uint64_t names;        /* Names that it undid. */
};

struct sector {
    uint64_t number;
    int doomed; /* The sync that should have written it failed: the kernel takes it for written. */
    unsigned char old[SECTOR];
};

/* A file, and what it was when it was last synced. */
struct file {
    dev_t device;
    ino_t inode;
    int own; /* Our own descriptor, never closed. */
    int kind; /* As in `where`. */
    uint64_t length;
    struct sector *sectors; /* Sorted by number. */
    size_t used, room;
};

/* A name in the folder that was made (`from` is empty), moved (`to` is where it is now) or removed (`to` keeps what it named). */
struct name {
    char from[PATH_MAX], to[PATH_MAX];
    int was_made, had; /* `had`: it was moved over another one, whose removal is the entry before. */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct control *control;
static char folder[PATH_MAX], kept_folder[PATH_MAX];
static struct file files[FILES_MAX];
static struct name names[NAMES_MAX];
static int files_used, names_used, kept_used;
static uint64_t chance;
static uint64_t power_at; /* SYNC_EIO_POWER: the call at which the power goes. */

static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static int (*real_ftruncate)(int, off64_t);
static int (*real_fsync)(int), (*real_fdatasync)(int);
static int (*real_rename)(const char *, const char *), (*real_unlink)(const char *);

static void broken(const char *what) {
    dprintf(2, "disk_faults: %s\n", what);
    _exit(99);
}

static void begin(void) {
    static int has_begun;
    if (__atomic_exchange_n(&has_begun, 1, __ATOMIC_SEQ_CST)) return;
    real_open = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open64");
    real_openat = (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, "openat64");
    real_write = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    real_pwrite = (ssize_t (*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
    real_ftruncate = (int (*)(int, off64_t))dlsym(RTLD_NEXT, "ftruncate64");
    real_fsync = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    real_rename = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
    real_unlink = (int (*)(const char *))dlsym(RTLD_NEXT, "unlink");
    const char *watched = getenv("DISK_FAULTS_FOLDER"), *page = getenv("DISK_FAULTS_CONTROL");
    if (!watched || !page) return;
    if (!realpath(watched, folder)) broken("DISK_FAULTS_FOLDER is not there");
    snprintf(kept_folder, sizeof kept_folder, "%.4000s.removed", page);
    int handle = real_open(page, O_RDWR | O_CLOEXEC);
    if (handle < 0) broken("DISK_FAULTS_CONTROL is not there");
    void *memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, handle, 0);
    if (memory == MAP_FAILED) broken("DISK_FAULTS_CONTROL cannot be mapped");
    close(handle);
    control = memory;
    chance = control->seed * 0x9e3779b97f4a7c15u + 1;
}

__attribute__((constructor)) static void at_start(void) { begin(); }

static uint64_t any(uint64_t below) {
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return below ? (chance >> 11) % below : 0;
}

static int inside(const char *path) {
    size_t length = strlen(folder);
    return length && strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static int ends(const char *path, const char *ending) {
    size_t length = strlen(path), its = strlen(ending);
    return length >= its && strcmp(path + length - its, ending) == 0;
}

/* Files. */

static struct file *known(int fd) {
    struct stat about;
    if (!control || !files_used || fstat(fd, &about) != 0) return NULL;
    for (int n = 0; n < files_used; n++)
        if (files[n].inode == about.st_ino && files[n].device == about.st_dev) return &files[n];
    return NULL;
}

static uint64_t length_of(struct file *file) {
    struct stat about;
    if (fstat(file->own, &about) != 0) broken("a file's length is not known");
    return (uint64_t)about.st_size;
}

/* The program has opened a file of the folder. */
static void note_opened(int fd) {
    char link[64], path[PATH_MAX];
    struct stat about;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return;
    path[length] = 0;
    if (!inside(path) || ends(path, "-shm") || known(fd) || fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) return;
    if (files_used == FILES_MAX) broken("too many files");
    struct file *file = &files[files_used];
    file->own = real_open(link, O_RDWR | O_CLOEXEC);
    if (file->own < 0) broken("a file cannot be opened a second time");
    file->device = about.st_dev;
    file->inode = about.st_ino;
    file->kind = ends(path, "-wal") ? 1 : ends(path, ".sqlite") || ends(path, ".db") ? 2 : 3;
    file->length = (uint64_t)about.st_size;
    files_used++;
}

/* Keeps these bytes of a file as they are, unless they were changed since the last sync already. */
static void keep_bytes(struct file *file, uint64_t from, uint64_t length) {
    if (!length) return;
    for (uint64_t number = from / SECTOR; number <= (from + length - 1) / SECTOR; number++) {
        size_t low = 0, high = file->used;
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (file->sectors[middle].number < number) low = middle + 1;
            else high = middle;
        }
        if (low < file->used && file->sectors[low].number == number) {
            file->sectors[low].doomed = 0;
            continue;
        }
        if (file->used == file->room) {
            file->room = file->room ? 2 * file->room : 256;
            file->sectors = realloc(file->sectors, file->room * sizeof *file->sectors);
            if (!file->sectors) broken("no memory");
        }
        struct sector *place = &file->sectors[low];
        memmove(place + 1, place, (file->used - low) * sizeof *place);
        memset(place, 0, sizeof *place);
        place->number = number;
        if (pread(file->own, place->old, SECTOR, (off_t)(number * SECTOR)) < 0) broken("a file cannot be read");
        file->used++;
    }
}

/* A part of what was not synced reaches the disk early, as it is now. */
static void write_out_early(struct file *file) {
    uint64_t fault = control->fault;
    if (control->lies || (fault != POWER_PAGES && fault != POWER_SECTORS) || any(8)) return;
    size_t left = 0;
    for (size_t n = 0; n < file->used; n++)
        if (any(2)) file->sectors[left++] = file->sectors[n];
    file->used = left;
}

static void has_synced(struct file *file) {
    size_t left = 0;
    for (size_t n = 0; n < file->used; n++)
        if (file->sectors[n].doomed) file->sectors[left++] = file->sectors[n];
    file->used = left;
    file->length = length_of(file);
}

static void sync_failed(struct file *file) {
    for (size_t n = 0; n < file->used; n++) file->sectors[n].doomed = 1;
}

/* Names. */

static void note_name(const char *from, const char *to, int was_made, int had) {
    if (names_used == NAMES_MAX) broken("too many names");
    struct name *name = &names[names_used++];
    snprintf(name->from, sizeof name->from, "%s", from);
    snprintf(name->to, sizeof name->to, "%s", to);
    name->was_made = was_made;
    name->had = had;
}

/* What a name of the folder is about to lose is kept, outside of the folder; answers where. */
static int keep_named(const char *path, char *kept) {
    mkdir(kept_folder, 0700);
    snprintf(kept, PATH_MAX, "%.4050s/%d", kept_folder, kept_used++);
    return link(path, kept) == 0;
}

/* One folder is watched, so its sync is for all names. */
static void names_synced(void) { names_used = 0; }

static void undo_names(void) {
    while (names_used > 0) {
        struct name *name = &names[--names_used], *before = name->had ? &names[--names_used] : NULL;
        if (control->fault != POWER_ALL && any(2)) continue;
        if (name->was_made) real_unlink(name->to);
        /* Moved: back to where it was; removed: `to` is where it is kept. */
        else real_rename(name->to, name->from);
        if (before) real_rename(before->to, before->from);
        control->names++;
    }
}

/* What goes wrong. */

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* The power goes: what was not synced is gone, all of it or a part. */
static void cut(void) {
    uint64_t fault = control->fault == SYNC_EIO_POWER ? (any(2) ? POWER_ALL : POWER_SECTORS) : control->fault;
    for (int n = 0; n < files_used; n++) {
        struct file *file = &files[n];
        uint64_t now = length_of(file), until = now, page = UINT64_MAX;
        int is_kept = 0;
        if (fault == POWER_ALL) until = file->length;
        else if (now != file->length && any(2)) until = any(2) ? file->length : file->length + any(now > file->length ? now - file->length : 1) / SECTOR * SECTOR;
        for (size_t s = 0; s < file->used; s++) {
            struct sector *sector = &file->sectors[s];
            uint64_t its = sector->number * SECTOR / PAGE;
            if (fault == POWER_SECTORS || its != page) is_kept = fault != POWER_ALL && any(2);
            page = its;
            if (is_kept && !sector->doomed) {
                control->kept++;
                continue;
            }
            real_pwrite(file->own, sector->old, SECTOR, (off64_t)(sector->number * SECTOR));
            control->undone++;
        }
        real_ftruncate(file->own, (off64_t)until);
    }
    undo_names();
    die();
}

/* What became of a call: whether it is done, answered with an error, or done in part. */
enum outcome { DO, FAIL_ENOSPC, FAIL_EIO, PART, PART_THEN_DIE, CUT_AFTER };

static enum outcome judge(struct file *file, int is_sync) {
    uint64_t fault = control->fault;
    if (!__atomic_load_n(&control->armed, __ATOMIC_SEQ_CST)) return DO;
    uint64_t number = control->count + 1;
    if (!control->main_only || file->kind == 2 || control->hit) control->count = number;
    else return DO;
    if (power_at && number >= power_at) cut();
    int is_power = fault >= POWER_ALL, wants_sync = fault == SYNC_EIO || fault == SYNC_DEATH || fault == SYNC_EIO_POWER;
    if (fault == NONE || number < control->at || (!is_power && is_sync != wants_sync)) return DO;
    if (!control->hit) {
        control->hit = number;
        control->where = (uint64_t)file->kind + (is_sync ? 10 : 0);
    } else if (control->more == 0 || fault == SYNC_EIO_POWER) return DO;
    else control->more--;
    switch (fault) {
    case WRITE_ENOSPC: return FAIL_ENOSPC;
    case WRITE_EIO: case SYNC_EIO: return FAIL_EIO;
    /* A part, and no room for the rest. */
    case WRITE_HALF: return control->hit == number ? PART : FAIL_ENOSPC;
    case WRITE_TORN_DEATH: return PART_THEN_DIE;
    case SYNC_EIO_POWER: power_at = number + 1 + any(80); return FAIL_EIO;
    case WRITE_DEATH: case SYNC_DEATH: die(); return DO;
    default:
        if (!is_sync && any(2)) return CUT_AFTER;
        cut();
        return DO;
    }
}

static ssize_t put(int fd, const void *bytes, size_t length, off64_t at, int is_positioned) {
    struct file *file = length ? known(fd) : NULL;
    if (!file) return is_positioned ? real_pwrite(fd, bytes, length, at) : real_write(fd, bytes, length);
    off64_t from = is_positioned ? at : lseek64(fd, 0, fcntl(fd, F_GETFL) & O_APPEND ? SEEK_END : SEEK_CUR);
    enum outcome outcome = judge(file, 0);
    if (outcome == FAIL_ENOSPC || outcome == FAIL_EIO) {
        errno = outcome == FAIL_EIO ? EIO : ENOSPC;
        return -1;
    }
    if ((outcome == PART || outcome == PART_THEN_DIE) && length > 1) {
        length = 1 + any(length - 1);
        /* After it, with one call more: the rest has no room. */
        if (outcome == PART && control->more == 0) control->more = 1;
    }
    write_out_early(file);
    keep_bytes(file, (uint64_t)from, length);
    ssize_t written = is_positioned ? real_pwrite(fd, bytes, length, at) : real_write(fd, bytes, length);
    if (outcome == PART_THEN_DIE) die();
    if (outcome == CUT_AFTER) cut();
    return written;
}

static int sync_file(int fd, int (*real)(int)) {
    struct stat about;
    struct file *file = known(fd);
    if (!file) {
        int done = control && control->lies ? 0 : real(fd);
        char link[64], path[PATH_MAX];
        if (done || !control || control->lies || fstat(fd, &about) != 0 || !S_ISDIR(about.st_mode)) return done;
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, path, sizeof path - 1);
        path[length > 0 ? length : 0] = 0;
        if (inside(path)) names_synced();
        return done;
    }
    if (judge(file, 1) == FAIL_EIO) {
        sync_failed(file);
        errno = EIO;
        return -1;
    }
    /* That the real disk has it would only take time: nothing here cuts the real power. */
    if (!control->lies) has_synced(file);
    return 0;
}

static int truncate_file(int fd, off64_t length) {
    struct file *file = known(fd);
    if (!file) return real_ftruncate(fd, length);
    enum outcome outcome = judge(file, 0);
    if (outcome == FAIL_ENOSPC || outcome == FAIL_EIO) {
        errno = outcome == FAIL_EIO ? EIO : ENOSPC;
        return -1;
    }
    uint64_t now = length_of(file);
    if ((uint64_t)length < now) keep_bytes(file, (uint64_t)length, now - (uint64_t)length);
    int done = real_ftruncate(fd, length);
    if (outcome == PART_THEN_DIE) die();
    if (outcome == CUT_AFTER) cut();
    return done;
}

static int open_file(int at, const char *path, int flags, mode_t mode) {
    int is_there = 1;
    if (control && (flags & O_CREAT)) is_there = faccessat(at, path, F_OK, 0) == 0;
    if (control && (flags & O_TRUNC) && is_there) {
        int before = real_openat(at, path, O_RDONLY | O_CLOEXEC);
        if (before >= 0) note_opened(before);
        struct file *file = before >= 0 ? known(before) : NULL;
        if (file) keep_bytes(file, 0, length_of(file));
    }
    int fd = real_openat(at, path, flags, mode);
    if (!control || fd < 0) return fd;
    note_opened(fd);
    if (!is_there && known(fd)) {
        char link[64], whole[PATH_MAX];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, whole, sizeof whole - 1);
        whole[length > 0 ? length : 0] = 0;
        note_name("", whole, 1, 0);
        known(fd)->length = 0;
    }
    return fd;
}

/* What the program calls. */

#define LOCKED(type, call) \
    begin(); \
    pthread_mutex_lock(&lock); \
    type answer = call; \
    int error = errno; \
    pthread_mutex_unlock(&lock); \
    errno = error; \
    return answer

#define MODE \
    mode_t mode = 0; \
    if (flags & (O_CREAT | __O_TMPFILE)) { \
        va_list more; \
        va_start(more, flags); \
        mode = va_arg(more, mode_t); \
        va_end(more); \
    }

int open(const char *path, int flags, ...) { MODE LOCKED(int, open_file(AT_FDCWD, path, flags, mode)); }
int open64(const char *path, int flags, ...) { MODE LOCKED(int, open_file(AT_FDCWD, path, flags, mode)); }
int openat(int at, const char *path, int flags, ...) { MODE LOCKED(int, open_file(at, path, flags, mode)); }
int openat64(int at, const char *path, int flags, ...) { MODE LOCKED(int, open_file(at, path, flags, mode)); }

/* Sockets and pipes wait: they must not wait with the lock. */
static int is_ours(int fd) {
    begin();
    pthread_mutex_lock(&lock);
    int is = known(fd) != NULL;
    pthread_mutex_unlock(&lock);
    return is;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    if (!is_ours(fd)) return real_write(fd, bytes, length);
    LOCKED(ssize_t, put(fd, bytes, length, 0, 0));
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { LOCKED(ssize_t, put(fd, bytes, length, at, 1)); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) { LOCKED(ssize_t, put(fd, bytes, length, at, 1)); }
int fsync(int fd) { LOCKED(int, sync_file(fd, real_fsync)); }
int fdatasync(int fd) { LOCKED(int, sync_file(fd, real_fdatasync)); }
int ftruncate(int fd, off_t length) { LOCKED(int, truncate_file(fd, length)); }
int ftruncate64(int fd, off64_t length) { LOCKED(int, truncate_file(fd, length)); }

/* Whole paths alone are looked at: both programs use no others in their folders. */
static int move_name(const char *from, const char *to) {
    char kept[PATH_MAX];
    if (!control || !inside(from) || !inside(to)) return real_rename(from, to);
    int had = access(to, F_OK) == 0 && keep_named(to, kept);
    int done = real_rename(from, to);
    if (done != 0) return done;
    if (had) note_name(to, kept, 0, 0);
    note_name(from, to, 0, had);
    return done;
}

static int remove_name(const char *path) {
    char kept[PATH_MAX];
    int is_kept = control && inside(path) && !ends(path, "-shm") && keep_named(path, kept);
    int done = real_unlink(path);
    if (done == 0 && is_kept) note_name(path, kept, 0, 0);
    return done;
}

int rename(const char *from, const char *to) { LOCKED(int, move_name(from, to)); }
int unlink(const char *path) { LOCKED(int, remove_name(path)); }
