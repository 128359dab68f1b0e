package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"reflect"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// The formats of -o, and of the log.
const (
	formatTable = "table"
	formatJSON  = "json"
	formatText  = "text"
)

// progressInterval is the least time between two states of a progress bar.
const progressInterval = 100 * time.Millisecond

// print writes rows in the format that -o asks for: a slice of structs as a
// table or an array, a single struct as a list of its fields or an object. The
// fields' json tags name columns and keys alike.
func (a *app) print(rows any) error {
	if a.config.Output == formatJSON {
		return printJSON(a.stdout, rows)
	}
	_, err := fmt.Fprintln(a.stdout, renderTable(reflect.ValueOf(rows)))
	return err
}

func printJSON(w io.Writer, rows any) error {
	if v := reflect.ValueOf(rows); v.Kind() == reflect.Slice && v.Len() == 0 {
		rows = []struct{}{} // a nil slice would become null
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(rows)
}

// progress returns a bar on stderr for work of total steps, or of unknown
// length when total is -1. It shows on a terminal only.
func (a *app) progress(total int64, description string) *progressbar.ProgressBar {
	return progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(a.stderr),
		progressbar.OptionSetVisibility(isTerminal(a.stderr)),
		progressbar.OptionSetDescription(description),
		progressbar.OptionThrottle(progressInterval),
		progressbar.OptionShowCount(),
		progressbar.OptionClearOnFinish())
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
