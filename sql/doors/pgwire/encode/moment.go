package encode

import (
	"math"

	"github.com/apache/arrow-go/v18/arrow"
)

// PostgreSQL counts from 2000-01-01, Arrow from 1970-01-01.
const (
	epochDays   = 10957
	daySeconds  = 86400
	second      = 1_000_000 // microseconds
	dayMicros   = daySeconds * second
	epochMicros = epochDays * dayMicros
)

// The engine's infinite moments are the largest number of the type and its
// negative; PostgreSQL's are the largest and the least.
const (
	infiniteDay    = math.MaxInt32
	infiniteMicros = math.MaxInt64
)

func binaryDate(a arrow.Array) writer {
	v := values[arrow.Date32](a)
	return func(dst []byte, row int) []byte {
		switch day := int64(v[row]); {
		case day == infiniteDay:
			return appendInt32(dst, math.MaxInt32)
		case day-epochDays <= math.MinInt32 || day == -infiniteDay:
			return appendInt32(dst, math.MinInt32)
		default:
			return appendInt32(dst, int32(day-epochDays)) //nolint:gosec // compared above
		}
	}
}

func textDate(a arrow.Array) writer {
	v := values[arrow.Date32](a)
	return func(dst []byte, row int) []byte {
		switch day := int64(v[row]); day {
		case infiniteDay:
			return append(dst, "infinity"...)
		case -infiniteDay:
			return append(dst, "-infinity"...)
		default:
			dst, before := appendDate(dst, day)
			return append(dst, before...)
		}
	}
}

// micros returns the reader of a column of moments, in microseconds. A part of
// one is cut off; what is too far away for them is infinite.
func micros(t *arrow.TimestampType) func(a arrow.Array) func(row int) int64 {
	return func(a arrow.Array) func(row int) int64 {
		v := values[arrow.Timestamp](a)
		switch t.Unit {
		case arrow.Nanosecond:
			return func(row int) int64 { return towards(int64(v[row]), func(v int64) int64 { return floor(v, 1000) }) }
		case arrow.Millisecond:
			return func(row int) int64 { return towards(int64(v[row]), func(v int64) int64 { return times(v, 1000) }) }
		case arrow.Second:
			return func(row int) int64 { return towards(int64(v[row]), func(v int64) int64 { return times(v, second) }) }
		case arrow.Microsecond:
		}
		return func(row int) int64 { return int64(v[row]) }
	}
}

// towards converts a moment that is not infinite.
func towards(v int64, convert func(int64) int64) int64 {
	if v == infiniteMicros || v == -infiniteMicros {
		return v
	}
	return convert(v)
}

func floor(v, by int64) int64 {
	q := v / by
	if v%by < 0 {
		q--
	}
	return q
}

func times(v, by int64) int64 {
	switch {
	case v > infiniteMicros/by:
		return infiniteMicros
	case v < -infiniteMicros/by:
		return -infiniteMicros
	}
	return v * by
}

func binaryTimestamp(t *arrow.TimestampType) codec {
	read := micros(t)
	return func(a arrow.Array) writer {
		at := read(a)
		return func(dst []byte, row int) []byte {
			switch v := at(row); {
			case v == infiniteMicros:
				return appendInt64(dst, math.MaxInt64)
			case v < math.MinInt64+epochMicros:
				return appendInt64(dst, math.MinInt64)
			default:
				return appendInt64(dst, v-epochMicros)
			}
		}
	}
}

func textTimestamp(t *arrow.TimestampType) codec {
	zone := ""
	if t.TimeZone != "" {
		zone = "+00"
	}
	read := micros(t)
	return func(a arrow.Array) writer {
		at := read(a)
		return func(dst []byte, row int) []byte {
			v := at(row)
			switch v {
			case infiniteMicros:
				return append(dst, "infinity"...)
			case -infiniteMicros:
				return append(dst, "-infinity"...)
			}
			day := floor(v, dayMicros)
			dst, before := appendDate(dst, day)
			dst = appendClock(append(dst, ' '), v-day*dayMicros, 6)
			return append(append(dst, zone...), before...)
		}
	}
}

// appendDate writes a day since 1970-01-01, and returns what must follow the
// whole text if its year is before Christ. The calendar is Howard Hinnant's
// civil_from_days.
func appendDate(dst []byte, day int64) (out []byte, before string) {
	day += 719468 // since 0000-03-01
	era := floor(day, 146097)
	of := day - era*146097
	yearOf := (of - of/1460 + of/36524 - of/146096) / 365
	dayOf := of - (365*yearOf + yearOf/4 - yearOf/100)
	shifted := (5*dayOf + 2) / 153
	month, year := shifted+3, yearOf+era*400
	if month > 12 {
		month, year = month-12, year+1
	}
	if year <= 0 {
		year, before = 1-year, " BC"
	}
	dst = appendPadded(dst, year, 4)
	dst = appendTwo(append(dst, '-'), month)
	return appendTwo(append(dst, '-'), dayOf-(153*shifted+2)/5+1), before
}

// appendClock writes a time of day in units of 10^-places seconds, without
// the zeros that end its fraction.
func appendClock(dst []byte, v int64, places int) []byte {
	unit := int64(second)
	if places == 9 {
		unit *= 1000
	}
	seconds, fraction := v/unit, v%unit
	dst = appendTwo(dst, seconds/3600)
	dst = appendTwo(append(dst, ':'), seconds/60%60)
	dst = appendTwo(append(dst, ':'), seconds%60)
	return appendFraction(dst, fraction, places)
}

func appendFraction(dst []byte, fraction int64, places int) []byte {
	if fraction == 0 {
		return dst
	}
	for fraction%10 == 0 {
		fraction, places = fraction/10, places-1
	}
	return appendPadded(append(dst, '.'), fraction, places)
}

func appendTwo(dst []byte, v int64) []byte {
	if v >= 100 {
		return appendPadded(dst, v, 0)
	}
	return append(dst, byte('0'+v/10), byte('0'+v%10)) //nolint:gosec // below 100
}

// appendPadded writes a number of at least so many digits.
func appendPadded(dst []byte, v int64, digits int) []byte {
	var reversed [20]byte
	n := 0
	for ; v > 0 || n < digits || n == 0; v /= 10 {
		reversed[n] = byte('0' + v%10)
		n++
	}
	for n--; n >= 0; n-- {
		dst = append(dst, reversed[n])
	}
	return dst
}
