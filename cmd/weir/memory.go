package main

import (
	"bufio"
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

const megabyte = 1_000_000 // bytes, as the engine's unit MB counts them

// maxMemoryLimit is the engine's default memory limit on a machine with at
// least twice as much.
const maxMemoryLimit = 4000 * megabyte

// defaultMemoryLimit derives the engine's memory limit: half of the memory of
// the machine, or of the container if that has less, and at most 4 GB. Where
// neither can be read (they are files of Linux), it is 4 GB.
func defaultMemoryLimit(readFile func(string) ([]byte, error)) string {
	limit := uint64(maxMemoryLimit)
	if info, err := readFile("/proc/meminfo"); err == nil {
		limit = min(limit, totalMemory(info)/2)
	}
	if group, err := readFile("/sys/fs/cgroup/memory.max"); err == nil {
		if n, err := strconv.ParseUint(strings.TrimSpace(string(group)), 10, 64); err == nil { // or the word max
			limit = min(limit, n/2)
		}
	}
	if limit%(1000*megabyte) == 0 {
		return fmt.Sprintf("%dGB", limit/(1000*megabyte))
	}
	return fmt.Sprintf("%dMB", limit/megabyte)
}

// totalMemory returns the bytes that the MemTotal line of /proc/meminfo
// states, or maxMemoryLimit*2 when there is none.
func totalMemory(info []byte) uint64 {
	lines := bufio.NewScanner(bytes.NewReader(info))
	for lines.Scan() {
		var kibibytes uint64
		if n, _ := fmt.Sscanf(lines.Text(), "MemTotal: %d kB", &kibibytes); n == 1 { //nolint:errcheck // another line
			return kibibytes * 1024
		}
	}
	return 2 * maxMemoryLimit
}
