package dashboards

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"sync"
)

// All reads all dashboards, by file.
var All = sync.OnceValue(func() []Dashboard {
	paths, err := fs.Glob(files, "grafana/*.json")
	if err != nil {
		panic(err) // it is a constant
	}
	all := make([]Dashboard, len(paths))
	for i, path := range paths {
		data, err := files.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(data, &all[i])
		}
		if err != nil {
			panic(path + ": " + err.Error()) // it was written by the program's own generator
		}
	}
	return all
})

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
