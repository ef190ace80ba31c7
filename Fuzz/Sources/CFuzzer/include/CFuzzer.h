// SPDX-License-Identifier: MIT OR Apache-2.0

#pragma once
#include <stddef.h>
#include <stdint.h>

/// The entry of libFuzzer: runs `callback` on ever new inputs until the arguments say stop.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
