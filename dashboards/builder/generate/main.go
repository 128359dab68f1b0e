// Command generate writes the dashboards as JSON files into a folder, and
// removes those that are no more.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/weir-warehouse/weir/dashboards"
	"github.com/weir-warehouse/weir/dashboards/builder"
)

func main() {
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(dir string) error {
	old, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil { //nolint:gosec // go generate names the folder
			return err
		}
	}
	all, err := builder.All(context.Background())
	if err != nil {
		return err
	}
	for _, d := range all {
		data, err := dashboards.JSON(d)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, strings.TrimPrefix(d.UID, "weir-")+".json"), data, 0o600); err != nil { //nolint:gosec // as above
			return err
		}
	}
	return nil
}
