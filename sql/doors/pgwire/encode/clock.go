package encode

import (
	"encoding/binary"

	"github.com/apache/arrow-go/v18/arrow"
)

func binaryTime(a arrow.Array) writer {
	v := values[arrow.Time64](a)
	return func(dst []byte, row int) []byte { return appendInt64(dst, int64(v[row])) }
}

func textTime(places int) codec {
	return func(a arrow.Array) writer {
		v := values[arrow.Time64](a)
		return func(dst []byte, row int) []byte { return appendClock(dst, int64(v[row]), places) }
	}
}

// zoned is a time of day with its offset, in seconds east of Greenwich.
type zoned struct{ micros, east int64 }

// zonedTimes reads TIMETZ: as the engine keeps it (40 bits of microseconds, 24
// bits of the greatest offset less this one), or as a time in UTC.
func zonedTimes(a arrow.Array) func(row int) zoned {
	const greatest = 16*3600 - 1
	if a.DataType().ID() == arrow.TIME64 {
		v := values[arrow.Time64](a)
		return func(row int) zoned { return zoned{micros: int64(v[row])} }
	}
	at := fixed(a)
	return func(row int) zoned {
		bits := binary.LittleEndian.Uint64(at(row))
		return zoned{micros: int64(bits >> 24), east: greatest - int64(bits&(1<<24-1))}
	}
}

func binaryTimeTZ(a arrow.Array) writer {
	at := zonedTimes(a)
	return func(dst []byte, row int) []byte {
		v := at(row)
		return appendInt32(appendInt64(dst, v.micros), int32(-v.east)) //nolint:gosec // below a day
	}
}

func textTimeTZ(a arrow.Array) writer {
	at := zonedTimes(a)
	return func(dst []byte, row int) []byte {
		v := at(row)
		dst = appendClock(dst, v.micros, 6)
		sign, offset := byte('+'), v.east
		if offset < 0 {
			sign, offset = '-', -offset
		}
		dst = appendTwo(append(dst, sign), offset/3600)
		if offset%3600 != 0 {
			dst = appendTwo(append(dst, ':'), offset/60%60)
		}
		if offset%60 != 0 {
			dst = appendTwo(append(dst, ':'), offset%60)
		}
		return dst
	}
}

func binaryInterval(a arrow.Array) writer {
	v := values[arrow.MonthDayNanoInterval](a)
	return func(dst []byte, row int) []byte {
		dst = appendInt64(dst, v[row].Nanoseconds/1000)
		return appendInt32(appendInt32(dst, v[row].Days), v[row].Months)
	}
}

// textInterval writes intervals in the style "postgres" (EncodeInterval).
func textInterval(a arrow.Array) writer {
	v := values[arrow.MonthDayNanoInterval](a)
	return func(dst []byte, row int) []byte {
		i, months := intervalText{dst: dst, start: len(dst)}, int64(v[row].Months)
		i.part(months/12, "year")
		i.part(months%12, "mon")
		i.part(int64(v[row].Days), "day")
		return i.clock(v[row].Nanoseconds / 1000)
	}
}

type intervalText struct {
	dst    []byte
	start  int
	before bool // the last part is negative, so that a positive one needs a sign
}

func (i *intervalText) part(v int64, unit string) {
	if v == 0 {
		return
	}
	i.space()
	switch {
	case v < 0:
		i.dst = append(i.dst, '-')
	case i.before:
		i.dst = append(i.dst, '+')
	}
	i.before = v < 0
	i.dst = append(appendPadded(i.dst, max(v, -v), 1), ' ')
	i.dst = append(i.dst, unit...)
	if v != 1 {
		i.dst = append(i.dst, 's')
	}
}

func (i *intervalText) space() {
	if len(i.dst) > i.start {
		i.dst = append(i.dst, ' ')
	}
}

func (i *intervalText) clock(v int64) []byte {
	if v == 0 && len(i.dst) > i.start {
		return i.dst
	}
	i.space()
	switch {
	case v < 0:
		i.dst = append(i.dst, '-')
	case i.before:
		i.dst = append(i.dst, '+')
	}
	return appendClock(i.dst, max(v, -v), 6)
}
