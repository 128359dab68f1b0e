package param

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

var errSize = errors.New("the value has a length that its type cannot have")

// Text returns a value in the text that the engine casts to its type. Value is
// in the client's text or binary form of the type oid.
func Text(oid uint32, isBinary bool, value []byte) (string, error) {
	switch {
	case isBinary:
		return binaryText(oid, value)
	case oid == 17:
		b, ok := strings.CutPrefix(string(value), `\x`)
		if !ok {
			return string(value), nil
		}
		raw, err := hex.DecodeString(b)
		if err != nil {
			return "", errors.New("the value is not hexadecimal")
		}
		return blob(raw), nil
	case isArray(oid):
		return arrayText(string(value))
	}
	return string(value), nil
}

func isArray(oid uint32) bool {
	for _, array := range arrays {
		if array == oid {
			return true
		}
	}
	return oid == 1015
}

// blob writes bytes as the engine reads them.
func blob(b []byte) string {
	var out strings.Builder
	for _, c := range b {
		fmt.Fprintf(&out, `\x%02X`, c)
	}
	return out.String()
}

// fixedSizes are the lengths of types that have one.
var fixedSizes = map[uint32]int{
	16: 1, 20: 8, 21: 2, 23: 4, 26: 4, 700: 4, 701: 8, 1082: 4, 1083: 8, 1114: 8, 1184: 8, 1186: 16, 1266: 12, 2950: 16,
}

func binaryText(oid uint32, b []byte) (string, error) {
	if size, ok := fixedSizes[oid]; ok && len(b) != size {
		return "", errSize
	}
	switch oid {
	case 16:
		return strconv.FormatBool(b[0] != 0), nil
	case 17:
		return blob(b), nil
	case 20:
		return strconv.FormatInt(int64At(b), 10), nil
	case 21:
		return strconv.Itoa(int(int16(binary.BigEndian.Uint16(b)))), nil //nolint:gosec // the same bits
	case 23:
		return strconv.Itoa(int(int32At(b))), nil
	case 26:
		return strconv.FormatUint(uint64(binary.BigEndian.Uint32(b)), 10), nil
	case 700:
		return strconv.FormatFloat(float64(math.Float32frombits(binary.BigEndian.Uint32(b))), 'g', -1, 32), nil
	case 701:
		return strconv.FormatFloat(math.Float64frombits(binary.BigEndian.Uint64(b)), 'g', -1, 64), nil
	case 1082, 1083, 1114, 1184, 1186, 1266:
		return moment(oid, b)
	case oidNumeric:
		return numeric(b)
	case 2950:
		h := hex.EncodeToString(b)
		return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
	case 3802:
		if len(b) == 0 || b[0] != 1 {
			return "", errors.New("the value is jsonb of an unknown version")
		}
		return string(b[1:]), nil
	}
	if isArray(oid) {
		return binaryArray(b)
	}
	return string(b), nil
}

func int64At(b []byte) int64 { return int64(binary.BigEndian.Uint64(b)) } //nolint:gosec // the same bits
func int32At(b []byte) int32 { return int32(binary.BigEndian.Uint32(b)) } //nolint:gosec // the same bits

// moment reads dates, times and intervals, which count from 2000-01-01 in
// microseconds or days.
func moment(oid uint32, b []byte) (string, error) {
	epoch := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	switch oid {
	case 1083:
		return clock(int64At(b)), nil
	case 1266:
		west := time.Duration(int32At(b[8:])) * time.Second
		return clock(int64At(b)) + time.Unix(0, 0).In(time.FixedZone("", -int(west.Seconds()))).Format("-07:00"), nil
	case 1186:
		return fmt.Sprintf("%d months %d days %d microseconds", int32At(b[12:]), int32At(b[8:]), int64At(b)), nil
	case 1082:
		switch days := int32At(b); days {
		case math.MaxInt32:
			return "infinity", nil
		case math.MinInt32:
			return "-infinity", nil
		default:
			return dated(epoch.AddDate(0, 0, int(days)), time.DateOnly, "")
		}
	}
	v := int64At(b)
	switch v {
	case math.MaxInt64:
		return "infinity", nil
	case math.MinInt64:
		return "-infinity", nil
	}
	zone := ""
	if oid == 1184 {
		zone = "+00"
	}
	if v > math.MaxInt64-epoch.UnixMicro() {
		return "", errors.New("the value lies too far in the future")
	}
	return dated(time.UnixMicro(v+epoch.UnixMicro()).UTC(), "", zone)
}

// dated writes a moment of our era.
func dated(t time.Time, layout, zone string) (string, error) {
	if t.Year() < 1 {
		return "", errors.New("the value lies before year 1")
	}
	if layout == "" {
		layout = "2006-01-02 15:04:05.999999"
	}
	return t.Format(layout) + zone, nil
}

func clock(micros int64) string {
	return fmt.Sprintf("%02d:%02d:%02d.%06d", micros/3_600_000_000, micros/60_000_000%60, micros/1_000_000%60, micros%1_000_000)
}

// numeric reads numeric's binary form: groups of four decimal digits.
func numeric(b []byte) (string, error) {
	if len(b) < 8 {
		return "", errSize
	}
	groups, weight := int(binary.BigEndian.Uint16(b)), int(int16(binary.BigEndian.Uint16(b[2:]))) //nolint:gosec // the same bits
	sign, scale := binary.BigEndian.Uint16(b[4:]), int(binary.BigEndian.Uint16(b[6:]))
	switch sign {
	case 0xc000:
		return "NaN", nil
	case 0xd000:
		return "Infinity", nil
	case 0xf000:
		return "-Infinity", nil
	}
	const most = 40 // groups; the engine's numbers have 39 digits
	if len(b) != 8+2*groups || groups > most || weight > most || weight < -most || scale > 4*most {
		return "", errors.New("the number has too many digits")
	}
	group := func(i int) uint16 {
		if i < 0 || i >= groups {
			return 0
		}
		return binary.BigEndian.Uint16(b[8+2*i:])
	}
	var out strings.Builder
	if sign == 0x4000 {
		out.WriteByte('-')
	}
	out.WriteByte('0')
	for i := 0; i <= weight; i++ {
		fmt.Fprintf(&out, "%04d", group(i))
	}
	var fraction strings.Builder
	for i := weight + 1; fraction.Len() < scale; i++ {
		fmt.Fprintf(&fraction, "%04d", group(i))
	}
	if scale > 0 {
		out.WriteString("." + fraction.String()[:scale])
	}
	return out.String(), nil
}
