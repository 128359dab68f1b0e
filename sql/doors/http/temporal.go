package httpdoor

import (
	"math"
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// temporalText spells dates, times and intervals in ISO 8601, or returns nil
// for what is none.
func temporalText(a arrow.Array) func([]byte, int) []byte {
	switch a := a.(type) {
	case *array.Date32:
		return func(dst []byte, i int) []byte { return appendDate(dst, int32(a.Value(i))) }
	case *array.Time64:
		if t, ok := a.DataType().(*arrow.Time64Type); ok {
			unit := t.Unit.Multiplier()
			return func(dst []byte, i int) []byte { return appendClock(dst, time.Duration(a.Value(i))*unit) }
		}
	case *array.Timestamp:
		if t, ok := a.DataType().(*arrow.TimestampType); ok {
			return func(dst []byte, i int) []byte { return appendTimestamp(dst, int64(a.Value(i)), t) }
		}
	case *array.MonthDayNanoInterval:
		return func(dst []byte, i int) []byte { return appendInterval(dst, a.Value(i)) }
	}
	return nil
}

// appendInfinity writes what the engine keeps at the ends of a range.
func appendInfinity(dst []byte, below bool) []byte {
	if below {
		dst = append(dst, '-')
	}
	return append(dst, "infinity"...)
}

func appendDate(dst []byte, days int32) []byte {
	if days == math.MaxInt32 || days == -math.MaxInt32 {
		return appendInfinity(dst, days < 0)
	}
	return appendDay(dst, time.Unix(int64(days)*24*60*60, 0).UTC())
}

// appendDay writes a day of the proleptic Gregorian calendar. Years before 1
// and after 9999 have a sign, as ISO 8601's expanded form.
func appendDay(dst []byte, t time.Time) []byte {
	year := t.Year()
	switch {
	case year < 0:
		dst, year = append(dst, '-'), -year
	case year > 9999:
		dst = append(dst, '+')
	}
	for limit := 1000; limit > max(year, 1); limit /= 10 {
		dst = append(dst, '0')
	}
	return t.AppendFormat(strconv.AppendInt(dst, int64(year), 10), "-01-02")
}

// appendClock writes a time of day. The engine knows 24:00:00.
func appendClock(dst []byte, t time.Duration) []byte {
	if t == 24*time.Hour {
		return append(dst, "24:00:00"...)
	}
	return time.Unix(0, int64(t)).UTC().AppendFormat(dst, "15:04:05.999999999")
}

// appendTimestamp writes a timestamp: one with a time zone in UTC, with a Z.
func appendTimestamp(dst []byte, value int64, kind *arrow.TimestampType) []byte {
	if value == math.MaxInt64 || value == -math.MaxInt64 {
		return appendInfinity(dst, value < 0)
	}
	perSecond := int64(time.Second / kind.Unit.Multiplier())
	seconds, rest := value/perSecond, value%perSecond
	t := time.Unix(seconds, rest*int64(kind.Unit.Multiplier())).UTC()
	dst = t.AppendFormat(append(appendDay(dst, t), 'T'), "15:04:05.999999999")
	if kind.TimeZone != "" {
		dst = append(dst, 'Z')
	}
	return dst
}

// appendInterval writes an ISO 8601 duration. Months, days and seconds have
// signs of their own, as the engine keeps them apart.
func appendInterval(dst []byte, v arrow.MonthDayNanoInterval) []byte {
	dst = append(dst, 'P')
	start := len(dst)
	if years := v.Months / 12; years != 0 {
		dst = append(strconv.AppendInt(dst, int64(years), 10), 'Y')
	}
	if months := v.Months % 12; months != 0 {
		dst = append(strconv.AppendInt(dst, int64(months), 10), 'M')
	}
	if v.Days != 0 {
		dst = append(strconv.AppendInt(dst, int64(v.Days), 10), 'D')
	}
	if v.Nanoseconds == 0 && len(dst) > start {
		return dst
	}
	dst = append(dst, 'T')
	n := v.Nanoseconds
	if hours := n / int64(time.Hour); hours != 0 {
		dst = append(strconv.AppendInt(dst, hours, 10), 'H')
		n %= int64(time.Hour)
	}
	if minutes := n / int64(time.Minute); minutes != 0 {
		dst = append(strconv.AppendInt(dst, minutes, 10), 'M')
		n %= int64(time.Minute)
	}
	if n != 0 || dst[len(dst)-1] == 'T' {
		dst = append(appendSeconds(dst, n), 'S')
	}
	return dst
}

func appendSeconds(dst []byte, nanoseconds int64) []byte {
	if nanoseconds < 0 {
		dst, nanoseconds = append(dst, '-'), -nanoseconds
	}
	whole, rest := nanoseconds/int64(time.Second), nanoseconds%int64(time.Second)
	dst = strconv.AppendInt(dst, whole, 10)
	if rest == 0 {
		return dst
	}
	return append(dst, time.Unix(0, rest).UTC().Format(".999999999")...)
}
