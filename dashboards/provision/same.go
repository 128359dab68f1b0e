package provision

import (
	"encoding/json"
	"reflect"
	"strconv"
)

// differs says where what is there lacks what is wanted; empty: nowhere. What
// Grafana adds of its own makes no difference.
func differs(have, want any) (string, error) {
	h, err := plain(have)
	if err != nil {
		return "", err
	}
	w, err := plain(want)
	if err != nil {
		return "", err
	}
	return lacks("", h, w), nil
}

// plain is a value as JSON has it.
func plain(v any) (out any, err error) {
	data, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	return out, err
}

func lacks(at string, have, want any) string {
	switch w := want.(type) {
	case map[string]any:
		h, ok := have.(map[string]any)
		if !ok && len(w) > 0 {
			return at
		}
		for name, v := range w {
			if where := lacks(at+"."+name, h[name], v); where != "" {
				return where
			}
		}
		return ""
	case []any:
		h, ok := have.([]any)
		if len(h) != len(w) || !ok && len(w) > 0 {
			return at
		}
		for i, v := range w {
			if where := lacks(at+"["+strconv.Itoa(i)+"]", h[i], v); where != "" {
				return where
			}
		}
		return ""
	}
	if reflect.DeepEqual(have, want) || have == nil && isZero(want) {
		return ""
	}
	return at
}

// isZero reports whether Grafana may leave the value out.
func isZero(v any) bool { return v == nil || v == "" || v == false || v == float64(0) }
