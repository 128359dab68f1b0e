package view

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A column of maxWidth digits and a value of maxDigits, maxScale of them after
// the point, meet in at most 38 digits.
const (
	maxWidth  = 28
	maxDigits = 18
	maxScale  = 9
)

// timestampLayout is how rules see a timestamp: fractions, if any, of up to
// six digits, without trailing zeros, so that texts order as times do.
const timestampLayout = "2006-01-02T15:04:05.999999"

var (
	uuidPattern   = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	numberPattern = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?$`)
)

// encoded is a value in the spelling that a cast to its DuckDB type reads.
type encoded struct{ kind, value string }

// encode turns a JSON value into one of a kind. A value that no field of that
// kind could equal is an error: the rule is mistaken.
func encode(k kind, v Value) (encoded, error) {
	switch value := v.JSON.(type) {
	case bool:
		if k == boolean {
			return encoded{"BOOLEAN", strconv.FormatBool(value)}, nil
		}
	case json.Number:
		switch k {
		case number:
			return encodeNumber(value.String())
		case float:
			return encodeFloat(value.String())
		case text, uuid, date, timestamp, boolean:
		}
	case string:
		return encodeText(k, value)
	}
	return encoded{}, fmt.Errorf("it is %s, which no %T is", k, v.JSON)
}

// encodeText encodes what JSON has no type of its own for.
func encodeText(k kind, s string) (encoded, error) {
	switch k {
	case text:
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return encoded{}, errors.New("a text with a NUL or an invalid character")
		}
		return encoded{"VARCHAR", s}, nil
	case uuid:
		if !uuidPattern.MatchString(s) {
			return encoded{}, fmt.Errorf("%q is no lower-case UUID", s)
		}
		return encoded{"UUID", s}, nil
	case date:
		return encodeTime("DATE", time.DateOnly, s)
	case timestamp:
		return encodeTime("TIMESTAMP", timestampLayout, s)
	case boolean, number, float:
	}
	return encoded{}, fmt.Errorf("it is %s, and %q is a text", k, s)
}

// encodeTime encodes a time that is spelled exactly as rules see it.
func encodeTime(duckType, layout, s string) (encoded, error) {
	t, err := time.Parse(layout, s)
	if err != nil || t.Year() < 1 || t.Format(layout) != s {
		return encoded{}, fmt.Errorf("%q is not of the form %s", s, layout)
	}
	return encoded{duckType, s}, nil
}

// encodeNumber encodes an exact number.
func encodeNumber(s string) (encoded, error) {
	exact, err := rational(s)
	if err != nil {
		return encoded{}, err
	}
	if exact.IsInt() && exact.Num().IsInt64() && len(exact.Num().String()) <= maxDigits {
		return encoded{"BIGINT", exact.Num().String()}, nil
	}
	scale := 1
	for scale < maxScale && !scaled(exact, scale) {
		scale++
	}
	spelled := exact.FloatString(scale)
	if !scaled(exact, scale) || len(strings.Trim(spelled, "-")) > maxDigits+1 {
		return encoded{}, fmt.Errorf("%s has too many digits", s)
	}
	return encoded{fmt.Sprintf("DECIMAL(%d,%d)", maxDigits, scale), spelled}, nil
}

// scaled reports whether a number has at most scale digits after the point.
func scaled(exact *big.Rat, scale int) bool {
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)
	return new(big.Rat).Mul(exact, new(big.Rat).SetInt(power)).IsInt()
}

// encodeFloat encodes a number that is the shortest spelling of a float, as a
// float in a row is: another one would be rounded, and then compare otherwise.
func encodeFloat(s string) (encoded, error) {
	exact, err := rational(s)
	if err != nil {
		return encoded{}, err
	}
	nearest, _ := exact.Float64()
	shortest := strconv.FormatFloat(nearest, 'g', -1, 64)
	if same, err := rational(shortest); err != nil || same.Cmp(exact) != 0 {
		return encoded{}, fmt.Errorf("%s is not exactly a float", s)
	}
	return encoded{"DOUBLE", shortest}, nil
}

// rational reads a decimal number.
func rational(s string) (*big.Rat, error) {
	r, ok := new(big.Rat).SetString(s)
	if !ok || !numberPattern.MatchString(s) {
		return nil, fmt.Errorf("%s is no number that fits", s)
	}
	return r, nil
}
