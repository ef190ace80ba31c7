// SPDX-License-Identifier: MIT OR Apache-2.0
#ifndef X0X_ALLOCATION_COUNTER_H
#define X0X_ALLOCATION_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

/// Whether allocations of this process can be counted: with glibc only.
bool x0x_allocation_counter_is_supported(void);

/// Starts or stops counting, in all threads.
void x0x_allocation_counter_enable(bool enable);

/// Allocations counted so far: malloc, calloc, realloc, posix_memalign, aligned_alloc.
uint64_t x0x_allocation_counter_count(void);

#endif
