package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/weir-warehouse/weir/policy"
)

// manifestName is the file that lists a folder's other files, so that the next
// run knows its own.
const manifestName = "match.json"

// manifest says how a folder's files were made.
type manifest struct {
	Call     string            `json:"call"`
	Warnings []string          `json:"warnings"`
	SHA256   map[string]string `json:"sha256"`
}

// tableWriters lists the formats of tables.
func tableWriters() map[string]func(io.Writer, matchTable) error {
	return map[string]func(io.Writer, matchTable) error{"csv": writeTableCSV, formatJSON: writeTableJSON, "parquet": writeTableParquet}
}

func isTableFormat(format string) bool {
	_, ok := tableWriters()[format]
	return ok
}

func writeTableCSV(w io.Writer, t matchTable) error {
	out := csv.NewWriter(w)
	row := make([]string, t.rows.NumCols())
	for j := range row {
		row[j] = t.rows.ColumnName(j)
	}
	err := out.Write(row)
	for i := 0; err == nil && i < int(t.rows.NumRows()); i++ {
		for j, column := range t.rows.Columns() {
			row[j] = spell(column, i, "")
		}
		err = out.Write(row)
	}
	out.Flush()
	return errors.Join(err, out.Error())
}

func writeTableJSON(w io.Writer, t matchTable) error {
	rows, err := t.jsonRows()
	if err != nil {
		return err
	}
	return printJSON(w, rows)
}

func writeTableParquet(w io.Writer, t matchTable) error {
	out, err := pqarrow.NewFileWriter(t.rows.Schema(), plainWriter{w},
		parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Zstd)), pqarrow.DefaultWriterProps())
	if err != nil {
		return err
	}
	return errors.Join(out.Write(t.rows), out.Close())
}

// folder collects files beside their destination, which they replace whole.
type folder struct {
	dir, partial string
	manifest     manifest
}

// checkFolder refuses a directory that holds anything but what match wrote.
func checkFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return policy.Errorf(policy.Usage, "--out %s is no directory to write into: %w", dir, err)
	}
	var m manifest
	if data, err := os.ReadFile(filepath.Join(dir, manifestName)); err == nil {
		_ = json.Unmarshal(data, &m) //nolint:errcheck // a broken list owns nothing
	}
	for _, entry := range entries {
		if entry.Name() == manifestName && m.SHA256 != nil {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil || m.SHA256[entry.Name()] != digest(data) {
			return policy.Errorf(policy.Usage, "--out %s holds %s, which this command did not write, or which was changed since; name a new directory", dir, entry.Name())
		}
	}
	return nil
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// writeFolder makes dir of what fill adds, or leaves it as it is.
func writeFolder(dir string, m manifest, fill func(*folder) error) (err error) {
	dir = filepath.Clean(dir)
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return err
	}
	partial, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", dir, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(partial)) }()
	m.SHA256 = map[string]string{}
	f := &folder{dir: dir, partial: partial, manifest: m}
	if err := fill(f); err != nil {
		return fmt.Errorf("write %s: %w", dir, err)
	}
	err = f.add(manifestName, func(w io.Writer) error { return printJSON(w, f.manifest) })
	if err != nil {
		return fmt.Errorf("write %s: %w", dir, err)
	}
	return f.replace()
}

// replace puts the new files in the place of the old ones.
func (f *folder) replace() error {
	if err := checkFolder(f.dir); err != nil {
		return err
	}
	old := f.partial + ".old"
	err := os.Rename(f.dir, old)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if renamed := os.Rename(f.partial, f.dir); renamed != nil {
		return errors.Join(renamed, os.Rename(old, f.dir))
	}
	return os.RemoveAll(old)
}

// add writes one file.
func (f *folder) add(name string, write func(io.Writer) error) (err error) {
	file, err := os.OpenFile(filepath.Join(f.partial, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	hash := sha256.New()
	buffered := bufio.NewWriter(io.MultiWriter(file, hash))
	if err := errors.Join(write(buffered), buffered.Flush(), file.Sync()); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	f.manifest.SHA256[name] = hex.EncodeToString(hash.Sum(nil))
	return nil
}
