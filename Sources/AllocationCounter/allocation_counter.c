// SPDX-License-Identifier: MIT OR Apache-2.0

// Counts the allocations of the program it is linked into, by standing in front of the C library's functions. Only the
// benchmark links it. While counting is off it costs one predictable branch per allocation.

#include "allocation_counter.h"

#include <errno.h>
#include <features.h>
#include <stdatomic.h>
#include <stddef.h>

static atomic_bool is_enabled;
static atomic_ullong count;

void x0x_allocation_counter_enable(bool enable) { atomic_store(&is_enabled, enable); }

uint64_t x0x_allocation_counter_count(void) { return atomic_load(&count); }

#if defined(__GLIBC__)

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

bool x0x_allocation_counter_is_supported(void) { return true; }

static inline void note(void) {
    if (atomic_load_explicit(&is_enabled, memory_order_relaxed)) {
        atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
    }
}

void *malloc(size_t size) {
    note();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    note();
    return __libc_calloc(number, size);
}

void *realloc(void *pointer, size_t size) {
    note();
    return __libc_realloc(pointer, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    note();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **pointer, size_t alignment, size_t size) {
    note();
    void *allocated = __libc_memalign(alignment, size);
    if (allocated == NULL) { return ENOMEM; }
    *pointer = allocated;
    return 0;
}

#else

bool x0x_allocation_counter_is_supported(void) { return false; }

#endif
