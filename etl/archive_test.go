package etl_test

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/etl"
)

// entry is a file in an archive, with what is odd about it.
type entry struct {
	name, text string
	header     func(*zip.FileHeader)
	raw        bool // text is stored under the header as it stands
}

// archive writes a zip file; spoil changes its bytes.
func (w *warehouse) archive(name string, spoil func([]byte) []byte, entries ...entry) string {
	w.t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.header != nil {
			e.header(h)
		}
		create := z.CreateHeader
		if e.raw {
			create = z.CreateRaw
		}
		out, err := create(h)
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := out.Write([]byte(e.text)); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		w.t.Fatal(err)
	}
	data := b.Bytes()
	if spoil != nil {
		data = spoil(data)
	}
	path := filepath.Join(w.dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

const district = "district_id,name\nd1,First\n"

func TestArchiveIsLoadedLikeADirectory(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	path := w.archive("export.ZIP", nil,
		entry{name: "exports/"},
		entry{name: "exports/district.csv", text: district},
		entry{name: "exports/readme.pdf", text: "passed over"},
		entry{name: "__MACOSX/exports/._district.csv", text: "\x00\x05"},
		entry{name: "exports/lms/schools.csv", text: "code,name,district_id\ns1,One,d1\ns2,,d1\n"},
		entry{name: "exports/lms/schools.mapping.yaml", text: "dataset: school\ncolumns: {school_id: {from: code}}\n"},
		entry{name: "roster/manifest.csv", text: "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\nfile.orgs,bulk\nfile.academicSessions,absent\n"},
		entry{name: "roster/orgs.csv", text: "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\nd2,,,Second,district,,\n"},
	)
	r := w.load(etl.Options{AcceptRemovals: true}, filepath.Dir(path)) // found in its directory
	for _, o := range r.Outcomes {
		if o.Status != etl.StatusLoaded {
			t.Errorf("%s: %s: %s", o.File, o.Status, o.Reason)
		}
	}
	w.expect("SELECT school_id FROM core.main.school", "s1")
	w.expect("SELECT district_id FROM core.main.district UNION SELECT district_id FROM core.history.district ORDER BY 1", "d1", "d2")
	w.expect("SELECT file, line FROM quarantine.quarantined_row", "schools.csv|3")
	w.expectNoScratch()
}

func (w *warehouse) expectNoScratch() {
	w.t.Helper()
	if left, err := os.ReadDir(filepath.Join(w.Home.Build(), "tmp")); err != nil || len(left) > 0 {
		w.t.Errorf("left in the scratch directory: %v, %v", left, err)
	}
}

// A refused archive says why, leaves nothing behind, and keeps no other file
// out.
func TestArchiveIsRefusedWhole(t *testing.T) {
	t.Parallel()
	link := func(h *zip.FileHeader) { h.SetMode(fs.ModeSymlink | 0o777) }
	declare := func(size uint64) func(*zip.FileHeader) {
		return func(h *zip.FileHeader) {
			h.Method, h.UncompressedSize64, h.CompressedSize64 = zip.Store, size, uint64(len(district))
		}
	}
	for name, c := range map[string]struct {
		want    string
		spoil   func([]byte) []byte
		entries []entry
	}{
		"traversal": {`holds "a/../../district.csv", a path that is not plainly inside`, nil, []entry{{name: "a/../../district.csv", text: district}}},
		"absolute":  {`holds "/tmp/district.csv", a path`, nil, []entry{{name: "/tmp/district.csv", text: district}}},
		"backslash": {`holds "..\\district.csv", a path`, nil, []entry{{name: `..\district.csv`, text: district}}},
		"link":      {`holds "district.csv", which is a link or a device`, nil, []entry{{name: "district.csv", text: "/etc/passwd", header: link}}},
		"twice":     {`holds "District.csv", a name that it has twice`, nil, []entry{{name: "district.csv", text: district}, {name: "District.csv", text: district}}},
		"nested":    {`holds "more.zip", an archive in an archive`, nil, []entry{{name: "district.csv", text: district}, {name: "more.zip", text: district}}},
		"encrypted": {`holds "district.csv", which is encrypted`, nil, []entry{{name: "district.csv", text: district, header: func(h *zip.FileHeader) { h.Flags |= 1 }}}},
		"method": {`holds "district.csv", which is packed by a method other than deflate`, nil, []entry{{name: "district.csv", text: district, raw: true, header: func(h *zip.FileHeader) {
			h.Method = 12
		}}}},
		"no table":   {"holds no table file", nil, []entry{{name: "notes.pdf", text: "x"}}},
		"empty":      {"holds no table file", nil, nil},
		"bomb":       {"it looks like a decompression bomb", nil, []entry{{name: "district.csv", text: district + strings.Repeat("\n", 64<<20)}}},
		"long bomb":  {"it looks like a decompression bomb", nil, []entry{{name: "district.csv", text: district, raw: true, header: declare(1 << 63)}, {name: "d.csv", text: district, raw: true, header: declare(1 << 63)}}},
		"many bombs": {"it looks like a decompression bomb", nil, []entry{{name: "a.csv", text: district, raw: true, header: declare(1 << 20)}, {name: "b.csv", text: district, raw: true, header: declare(1 << 20)}}},
		"longer":     {"cannot be unpacked", nil, []entry{{name: "district.csv", text: district, raw: true, header: declare(10)}}},
		"shorter":    {"cannot be unpacked", nil, []entry{{name: "district.csv", text: district, raw: true, header: declare(1000)}}},
		"cut off":    {"cannot be unpacked (zip: not a valid zip file)", func(b []byte) []byte { return b[:len(b)-30] }, []entry{{name: "district.csv", text: district}}},
		"damaged":    {"cannot be unpacked", func(b []byte) []byte { b[50] ^= 0xff; return b }, []entry{{name: "district.csv", text: strings.Repeat(district, 10)}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWarehouse(t)
			path := w.archive("export.zip", c.spoil, c.entries...)
			r := w.load(etl.Options{}, path, w.file("school.csv", "school_id,district_id,name"))
			o := r.Outcomes[0]
			if o.Status != etl.StatusRefused || !strings.HasPrefix(o.Reason, "export.zip: ") || !strings.Contains(o.Reason, c.want) {
				t.Errorf("got %s: %s\nwant %s", o.Status, o.Reason, c.want)
			}
			if r.Outcomes[1].Status != etl.StatusLoaded {
				t.Errorf("the other file: %+v", r.Outcomes[1])
			}
			w.expect("SELECT count(*) FROM core.main.district", "0")
			w.expectNoScratch()
		})
	}
}
