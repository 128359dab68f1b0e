package etl

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/etl/mapping"
	"github.com/weir-warehouse/weir/etl/tabular"
	"github.com/weir-warehouse/weir/policy"
)

// zipSuffix ends the names of archives that are unpacked and then looked
// through like a directory.
const zipSuffix = ".zip"

func isArchive(name string) bool { return strings.EqualFold(filepath.Ext(name), zipSuffix) }

// unpacked holds the contents of the archives of a load while it runs.
func (h Home) unpacked() string { return filepath.Join(h.scratch(), "unpacked") }

// unpack adds what the archives hold to f. An archive that is refused becomes
// a job with an error.
func (l *Loader) unpack(ctx context.Context, f *found) (refused []job, err error) {
	for i, file := range f.archives {
		name := filepath.Base(file)
		dir := filepath.Join(l.Home.unpacked(), strconv.Itoa(i), name)
		err := extract(ctx, file, dir, tabular.DefaultLimits())
		if err == nil {
			err = f.walk(dir)
		}
		switch {
		case err == nil:
		case policy.CodeOf(err) == policy.DataRefused:
			refused = append(refused, job{file: tabular.File{Path: file, Name: name}, err: err})
		default:
			return nil, fmt.Errorf("unpack %s: %w", name, err)
		}
	}
	return refused, nil
}

// extract unpacks the tables and mappings of a zip archive into a new
// directory. It refuses the archive as a whole, before it writes anything,
// when an entry is no plain file inside it or all together would unpack to
// more than the limits allow. An entry longer than it declares is an error of
// package zip, so that what is declared bounds what is written.
func extract(ctx context.Context, file, dir string, limits tabular.Limits) (err error) {
	archive, err := zip.OpenReader(file)
	if err != nil {
		return damaged(filepath.Base(file), err)
	}
	defer func() { err = errors.Join(err, archive.Close()) }()
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	entries, err := checkArchive(info, archive.File, limits)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir) // a second wall against paths that lead out
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	for _, entry := range entries {
		if err := extractEntry(ctx, root, entry, info.Name()); err != nil {
			return err
		}
	}
	return nil
}

// checkArchive returns the entries to unpack.
func checkArchive(info os.FileInfo, entries []*zip.File, limits tabular.Limits) ([]*zip.File, error) {
	var wanted []*zip.File
	var total uint64
	names := map[string]bool{}
	for _, entry := range entries {
		if fault := entryFault(entry, names); fault != "" {
			return nil, policy.Errorf(policy.DataRefused, "%s: holds %q, %s", info.Name(), entry.Name, fault)
		}
		names[strings.ToLower(entry.Name)] = true
		if isWanted(entry.Name) {
			wanted = append(wanted, entry)
			total += min(entry.UncompressedSize64, 1<<62)
		}
		if exceeds(limits, total, uint64(info.Size())) { //nolint:gosec // no file has a negative size
			return nil, policy.Errorf(policy.DataRefused, "%s: would unpack to at least %d bytes from %d; it looks like a decompression bomb: unpack and inspect it first",
				info.Name(), total, info.Size())
		}
	}
	if len(wanted) == 0 {
		return nil, policy.Errorf(policy.DataRefused, "%s: holds no table file; expected .csv, .tsv, .txt, .psv, .parquet, .ndjson or .jsonl", info.Name())
	}
	return wanted, nil
}

func exceeds(limits tabular.Limits, unpacked, packed uint64) bool {
	tooLong := limits.Bytes > 0 && unpacked > uint64(limits.Bytes)
	tooDense := limits.Ratio > 0 && unpacked > 1<<20 && unpacked/uint64(limits.Ratio) > packed
	return tooLong || tooDense
}

// entryFault says why an entry must not be unpacked.
func entryFault(entry *zip.File, names map[string]bool) string {
	mode, name := entry.Mode(), strings.TrimSuffix(entry.Name, "/")
	switch {
	case !mode.IsRegular() && !mode.IsDir():
		return "which is a link or a device; pack the files themselves"
	case !filepath.IsLocal(name) || path.Clean(name) != name || strings.ContainsAny(name, "\\\x00"):
		return "a path that is not plainly inside the archive; pack it again from within its folder"
	case names[strings.ToLower(entry.Name)]:
		return "a name that it has twice; pack it again with one"
	case mode.IsDir():
		return ""
	case isArchive(name):
		return "an archive in an archive; unpack it, and load the folder"
	case entry.Flags&0x1 != 0:
		return "which is encrypted; unpack it with its password, and load the folder"
	case entry.Method != zip.Store && entry.Method != zip.Deflate:
		return "which is packed by a method other than deflate; unpack it, and load the folder"
	}
	return ""
}

// isWanted tells what is looked at in a directory, without what macOS adds.
func isWanted(name string) bool {
	base := path.Base(name)
	return !strings.HasPrefix(name, "__MACOSX/") && (strings.HasSuffix(base, mapping.Suffix) || tabular.Supported(base)) && !strings.HasSuffix(name, "/")
}

func extractEntry(ctx context.Context, root *os.Root, entry *zip.File, archive string) (err error) {
	if err := root.MkdirAll(path.Dir(entry.Name), 0o700); err != nil {
		return err
	}
	out, err := root.OpenFile(entry.Name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	in, err := entry.Open()
	if err != nil {
		return damaged(archive, err)
	}
	defer in.Close() //nolint:errcheck // read only
	_, err = io.Copy(out, reading(func(p []byte) (int, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		n, err := in.Read(p)
		if err != nil && !errors.Is(err, io.EOF) {
			err = damaged(archive, err)
		}
		return n, err
	}))
	return err
}

// reading is a reader that is a function.
type reading func([]byte) (int, error)

func (r reading) Read(p []byte) (int, error) { return r(p) }

func damaged(archive string, err error) error {
	return policy.Errorf(policy.DataRefused, "%s: cannot be unpacked (%w); it may be cut off or damaged: fetch it again", archive, err)
}
