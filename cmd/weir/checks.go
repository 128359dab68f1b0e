package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"golang.org/x/sys/unix"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/metrics/mart"
	"github.com/weir-warehouse/weir/sql/duck"
)

const (
	homeMode   = fs.ModeDir | 0o700
	othersBits = 0o077   // permissions that nobody but the owner may have
	diskSpare  = 1 << 30 // bytes that should stay free beside the next snapshot
	keySuffix  = ".key"  // of the files that hold secrets
	asOwner    = "run weir as the user that owns the home"
)

func checkConfig(_ context.Context, a *app) finding {
	if a.configErr != nil {
		return fail(strings.ReplaceAll(a.configErr.Error(), "\n", "; "), "correct it; the checks below use the defaults instead")
	}
	return ok(fmt.Sprintf("%d settings are valid", len(a.settings)))
}

func checkHome(_ context.Context, a *app) finding {
	home := a.config.Home
	info, err := os.Stat(home)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fail(home+" does not exist", "run 'weir init "+home+"', or name another with --home")
	case err != nil:
		return fail(err.Error(), asOwner)
	case !info.IsDir():
		return fail(home+" is not a directory", "name a directory with --home")
	case info.Mode() != homeMode:
		return fail(fmt.Sprintf("%s has mode %04o", home, info.Mode().Perm()), "run 'chmod 0700 "+home+"'")
	}
	return ok(home + " has mode 0700")
}

// checkPermissions looks for what others than the owner may use, were the home
// ever opened to them.
func checkPermissions(_ context.Context, a *app) finding {
	files, open, example := 0, 0, ""
	err := walkHome(a.config.Home, func(path string, info fs.FileInfo) {
		files++
		if info.Mode().Perm()&othersBits != 0 {
			open++
			example = cmp.Or(example, path)
		}
	})
	switch {
	case err != nil:
		return fail(err.Error(), asOwner)
	case open > 0:
		return fail(fmt.Sprintf("others may use %d of %d files, such as %s", open, files, example),
			"run 'chmod -R go= "+a.config.Home+"'")
	}
	return ok(fmt.Sprintf("%d files are their owner's alone", files))
}

// checkKeys looks for keys that a full disk or a bad copy has emptied.
func checkKeys(_ context.Context, a *app) finding {
	keys, empty := 0, ""
	err := walkHome(a.config.Home, func(path string, info fs.FileInfo) {
		if filepath.Ext(path) != keySuffix {
			return
		}
		keys++
		if info.Size() == 0 {
			empty = cmp.Or(empty, path)
		}
	})
	switch {
	case err != nil:
		return fail(err.Error(), asOwner)
	case empty != "":
		return fail(empty+" is empty", "restore it from a backup")
	}
	return ok(fmt.Sprintf("%d key files, none empty", keys))
}

// checkWriter names the process that holds the writer's lock, if one does.
func checkWriter(_ context.Context, a *app) finding {
	home := etl.Home{Dir: a.config.Home}
	if home.Check() != nil {
		return ok("nobody writes: there is nothing yet")
	}
	writer, held, err := home.Writer()
	switch {
	case err != nil:
		return warn("who writes is not known: "+err.Error(), asOwner)
	case held:
		since := writer.Since.Format(time.RFC3339)
		return warn(fmt.Sprintf("process %d on %s writes since %s: %s", writer.PID, writer.Host, since, writer.Command),
			"wait for it, or stop it: what it has not finished is finished by the same command")
	}
	return ok("nobody writes")
}

// checkMetrics asks whether the marts were made from what is loaded, under the
// policy in force, by this program, and when. While somebody writes it cannot tell.
func checkMetrics(ctx context.Context, a *app) finding {
	const advice = "run 'weir metrics run', and then 'weir publish'"
	home := etl.Home{Dir: a.config.Home}
	if home.Check() != nil {
		return ok("nothing is measured: there is nothing yet")
	}
	if _, held, err := home.Writer(); err != nil || held {
		return ok("not looked at while somebody writes")
	}
	build := mart.Build{Dir: home.Build()}
	marts, err := build.List(ctx)
	if err != nil {
		return warn("the marts cannot be read: "+err.Error(), advice)
	}
	revisions, err := home.BuiltRevisions(ctx)
	if err != nil {
		return warn("what is loaded is not known: "+err.Error(), asOwner)
	}
	if len(marts) == 0 {
		if len(revisions) == 0 {
			return ok("nothing is measured: nothing is loaded")
		}
		return warn("no metric was computed yet", advice)
	}
	rulings, err := a.thresholds(ctx)
	if err != nil {
		return warn("the policy cannot be read: "+err.Error(), "see 'weir policy test'")
	}
	var last time.Time
	for _, m := range marts {
		if why := a.outdated(m, revisions, rulings.Revision()); why != "" {
			return warn(m.Name+" is out of date: "+why, advice)
		}
		if info, err := os.Stat(build.Path(m.Name)); err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return ok(fmt.Sprintf("%d marts are those of what is loaded, the last written at %s", len(marts), last.UTC().Format(time.RFC3339)))
}

// checkDisk asks whether the next snapshot fits: in the worst case it is a copy
// of all that has been built.
func checkDisk(_ context.Context, a *app) finding {
	var built uint64
	err := walkHome(etl.Home{Dir: a.config.Home}.Build(), func(_ string, info fs.FileInfo) {
		built += uint64(info.Size()) //nolint:gosec // a file's size is not negative
	})
	if err != nil {
		return fail(err.Error(), asOwner)
	}
	var disk unix.Statfs_t
	if err := unix.Statfs(nearestDirectory(a.config.Home), &disk); err != nil {
		return fail("free space is not known: "+err.Error(), asOwner)
	}
	free := disk.Bavail * uint64(disk.Bsize) //nolint:gosec // a block's size is not negative
	found := fmt.Sprintf("%s free, the next snapshot takes up to %s", humanize.Bytes(free), humanize.Bytes(built))
	const makeRoom = "free some space, or run 'weir snapshots prune'"
	switch {
	case free < built:
		return fail(found, makeRoom)
	case free < built+diskSpare:
		return warn(found, makeRoom)
	}
	return ok(found)
}

// checkEngine opens an instance under the configured limits, but for the
// directory to spill to, which doctor does not create.
func checkEngine(ctx context.Context, a *app) finding {
	const advice = "lower engine.memory_limit or engine.threads, or build weir again"
	engine := a.config.Engine
	db, err := duck.Open(ctx, duck.Options{MemoryLimit: engine.MemoryLimit, Threads: engine.Threads})
	if err != nil {
		return fail(err.Error(), advice)
	}
	if err := db.Close(); err != nil {
		return fail(err.Error(), advice)
	}
	return ok(fmt.Sprintf("opens with %s and %d threads", engine.MemoryLimit, engine.Threads))
}

// walkHome visits the regular files and directories under root, which need not
// exist. A file that is removed meanwhile, as a load does with its own, is none.
func walkHome(root string, visit func(path string, info fs.FileInfo)) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if path != root && (info.IsDir() || info.Mode().IsRegular()) {
			visit(path, info)
		}
		return nil
	})
}

// nearestDirectory returns path, or the nearest directory above it that exists.
func nearestDirectory(path string) string {
	for {
		if _, err := os.Stat(path); err == nil || path == filepath.Dir(path) {
			return path
		}
		path = filepath.Dir(path)
	}
}
