/* The library itself: how long it takes to load, and its size without symbols. */
#define _GNU_SOURCE
#include "work.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void read_whole(const char *path, unsigned char **bytes, size_t *size) {
    FILE *file = fopen(path, "rb");
    struct stat info;
    BENCH_CHECK(file && fstat(fileno(file), &info) == 0);
    *size = (size_t)info.st_size;
    *bytes = bench_allocate(1, *size);
    BENCH_CHECK(fread(*bytes, 1, *size, file) == *size);
    fclose(file);
}

/* As strip(1) leaves it: all but the symbol table, its strings and debugging sections. */
static size_t stripped_size(const unsigned char *bytes) {
    const ElfW(Ehdr) *head = (const void *)bytes;
    const ElfW(Shdr) *sections = (const void *)(bytes + head->e_shoff);
    const char *names = (const char *)bytes + sections[head->e_shstrndx].sh_offset;
    size_t loaded = 0, rest = 0;
    for (unsigned i = 1; i < head->e_shnum; i++) {
        const ElfW(Shdr) *section = sections + i;
        const char *name = names + section->sh_name;
        size_t end = section->sh_offset + section->sh_size;
        bool debug = strncmp(name, ".debug", 6) == 0 || strcmp(name, ".strtab") == 0;
        if (section->sh_type == SHT_NOBITS || section->sh_type == SHT_SYMTAB || debug)
            continue;
        if (section->sh_flags & SHF_ALLOC)
            loaded = end > loaded ? end : loaded;
        else
            rest += section->sh_size;
        rest += sizeof *section;
    }
    return loaded + rest;
}

/* A copy that the loader takes for another library: nothing of it is loaded yet. */
static int make_copy(const unsigned char *bytes, size_t size) {
    int fd = memfd_create("libbackstage", MFD_CLOEXEC);
    BENCH_CHECK(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
    return fd;
}

static double load_ms(int fd, Lmid_t namespace) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    uint64_t start = bench_wall_ns();
    void *handle = dlmopen(namespace, path, RTLD_NOW | RTLD_LOCAL);
    uint64_t end = bench_wall_ns();
    BENCH_CHECK(handle != NULL);
    void *symbol = dlsym(handle, "backstage_version");
    BENCH_CHECK(symbol && symbol != (void *)(uintptr_t)backstage_version);
    uint32_t (*version)(void);
    memcpy(&version, &symbol, sizeof version);
    BENCH_CHECK(version() == backstage_version());
    return (double)(end - start) * 1e-6;
}

static void load(const bench_workload *workload, uint64_t count, double *figures) {
    Dl_info info;
    unsigned char *bytes;
    size_t size;
    (void)workload, (void)count;
    BENCH_CHECK(dladdr((void *)(uintptr_t)backstage_version, &info) != 0);
    read_whole(info.dli_fname, &bytes, &size);
    figures[0] = load_ms(make_copy(bytes, size), LM_ID_BASE);
    figures[1] = load_ms(make_copy(bytes, size), LM_ID_NEWLM);
    figures[2] = (double)stripped_size(bytes) * 1e-3;
    free(bytes);
}

static const bench_workload workloads[] = {{
    .name = "library",
    .count = 1,
    .backstage = load,
    .figures = {{"dlopen", "ms"}, {"with its own libc, libm, libev", "ms"}, {"stripped", "kB"}},
}};

const bench_group load_group = BENCH_GROUP(workloads);
