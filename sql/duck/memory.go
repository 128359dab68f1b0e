package duck

import (
	"strconv"
	"strings"
)

// units are the sizes in which a memory limit may be given, in bytes.
func units() map[string]float64 {
	return map[string]float64{
		"KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
		"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
	}
}

// Less returns the options with some bytes off the memory limit, but never more
// than half of it. The engine does not count all that its work takes, so who
// must keep a whole process within a limit gives the engine less. A limit that
// is not spelled as a number and a unit stays.
func (o Options) Less(bytes int64) Options {
	number := strings.TrimRight(o.MemoryLimit, "BKMGTi")
	size, err := strconv.ParseFloat(number, 64)
	unit, ok := units()[o.MemoryLimit[len(number):]]
	if err == nil && ok {
		o.MemoryLimit = strconv.FormatInt(int64(max(size*unit-float64(bytes), size*unit/2)/1e3), 10) + "KB"
	}
	return o
}
