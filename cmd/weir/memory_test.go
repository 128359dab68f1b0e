package main

import (
	"io/fs"
	"testing"
)

func TestDefaultMemoryLimit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, machine, container, want string
	}{
		{"elsewhere than on Linux", "", "", "4GB"},
		{"large machine", "MemTotal:       24586240 kB\nMemFree: 1 kB\n", "", "4GB"},
		{"small machine", "MemTotal:        2097152 kB\n", "", "1073MB"},
		{"container without limit", "MemTotal: 24586240 kB\n", "max\n", "4GB"},
		{"small container", "MemTotal: 24586240 kB\n", "1073741824\n", "536MB"},
		{"container larger than the machine", "MemTotal: 2097152 kB\n", "99999999999\n", "1073MB"},
		{"no total", "MemFree: 5 kB\n", "", "4GB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := defaultMemoryLimit(func(name string) ([]byte, error) {
				content := map[string]string{
					"/proc/meminfo":             test.machine,
					"/sys/fs/cgroup/memory.max": test.container,
				}[name]
				if content == "" {
					return nil, fs.ErrNotExist
				}
				return []byte(content), nil
			})
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
