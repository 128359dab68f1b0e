package encode

import (
	"bytes"

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

// binaryTimeTZ reads a time of day with its offset, such as
// 23:59:59.5-03:30:15. PostgreSQL counts offsets west of Greenwich.
func binaryTimeTZ(a arrow.Array) writer {
	text := verbatim(a)
	return func(dst []byte, row int) []byte {
		var space [24]byte
		at := text(space[:0], row)
		zone := bytes.LastIndexAny(at, "+-")
		clock, fraction, _ := bytes.Cut(at[:zone], []byte{'.'})
		micros := seconds(clock)
		for i := range 6 {
			if micros *= 10; i < len(fraction) {
				micros += int64(fraction[i] - '0')
			}
		}
		offset := seconds(at[zone+1:])
		if at[zone] == '+' {
			offset = -offset
		}
		return appendInt32(appendInt64(dst, micros), int32(offset)) //nolint:gosec // below a day
	}
}

// seconds reads hours, and minutes and seconds if they are there.
func seconds(clock []byte) int64 {
	var total int64
	for unit := int64(3600); len(clock) >= 2; unit /= 60 {
		total += unit * (10*int64(clock[0]-'0') + int64(clock[1]-'0'))
		clock = clock[min(3, len(clock)):]
	}
	return total
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
