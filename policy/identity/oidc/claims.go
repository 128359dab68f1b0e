package oidc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// claims are what a token says, by name.
type claims map[string]any

// UnmarshalJSON keeps all digits of numbers: some issuers number people.
func (c *claims) UnmarshalJSON(data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	return decoder.Decode((*map[string]any)(c))
}

// texts returns the values of a claim as text: of a list each one, of anything
// nested none.
func (c claims) texts(name string) []string {
	list, ok := c[name].([]any)
	if !ok {
		list = []any{c[name]}
	}
	var out []string
	for _, value := range list {
		switch value := value.(type) {
		case string:
			out = append(out, value)
		case bool:
			out = append(out, strconv.FormatBool(value))
		case json.Number:
			out = append(out, value.String())
		}
	}
	return out
}

// time returns a claim that is a NumericDate (RFC 7519, section 2); ok is false
// when there is none.
func (c claims) time(name string) (t time.Time, ok bool, err error) {
	value, ok := c[name]
	if !ok {
		return t, false, nil
	}
	number, isNumber := value.(json.Number)
	seconds, err := number.Float64()
	if !isNumber || err != nil || seconds < 0 || seconds > 1e11 { // the year 5138
		return t, false, fmt.Errorf("its claim %s is no time", name)
	}
	return time.Unix(int64(seconds), 0), true, nil
}

// verified reports whether the issuer has checked the address that the token
// gives (OpenID Connect Core 1.0, section 5.1). Some write it as a text.
func (c claims) verified() bool {
	values := c.texts("email_verified")
	return len(values) == 1 && values[0] == "true"
}
