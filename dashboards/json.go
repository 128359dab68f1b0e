package dashboards

import (
	"bytes"
	"encoding/json"
)

// JSON writes a dashboard as its file has it.
func JSON(d Dashboard) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(d); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
