package opa_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/open-policy-agent/opa/v1/bundle"

	builtin "github.com/weir-warehouse/weir/policy/bundle"
	"github.com/weir-warehouse/weir/policy/opa"
)

// files reads the built-in bundle, with some files replaced, added or, when
// empty, left out.
func files(t testing.TB, changes map[string]string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := fs.WalkDir(builtin.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		out[path], err = builtin.Files.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range changes {
		out[path] = []byte(text)
	}
	maps.DeleteFunc(out, func(_ string, text []byte) bool { return len(text) == 0 })
	return out
}

// packed packs files as OPA's bundle format, signed if there is a secret.
func packed(t testing.TB, content map[string][]byte, secret string) []byte {
	t.Helper()
	b, err := bundle.NewCustomReader(bundle.NewTarballLoaderWithBaseURL(bytes.NewReader(tarred(t, content)), "")).Read()
	if err != nil {
		t.Fatal(err)
	}
	if secret != "" {
		if err := b.GenerateSignature(bundle.NewSigningConfig(secret, "HS256", ""), "key", false); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := bundle.NewWriter(&out).UseModulePath(true).DisableFormat(true).Write(b); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// tarred packs files as they are.
func tarred(t testing.TB, content map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	archive := tar.NewWriter(zipped)
	for path, text := range content {
		if err := archive.WriteHeader(&tar.Header{Name: path, Mode: 0o600, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(archive.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// written writes files to a directory.
func written(t testing.TB, content map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for path, text := range content {
		file := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// fetch reads a bundle from a location.
func fetch(t testing.TB, location string, key *opa.Key) (*opa.Bundle, error) {
	t.Helper()
	source, err := opa.Open(location, key)
	if err != nil {
		return nil, err
	}
	return source.Read(t.Context())
}

func TestRevisionIsOfTheContent(t *testing.T) {
	t.Parallel()
	builtIn, err := opa.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	tarball := filepath.Join(t.TempDir(), "bundle.tar.gz")
	if err := os.WriteFile(tarball, tarred(t, files(t, nil)), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, location string
		same           bool
	}{
		{"built-in", "", true},
		{"directory", written(t, files(t, nil)), true},
		{"tarball", tarball, true},
		{"without a test", written(t, files(t, map[string]string{"weir/rows/own/own_test.rego": ""})), true},
		{"other threshold", written(t, files(t, map[string]string{thresholds: threshold(t, "minimum_cell: 10", "minimum_cell: 11")})), false},
		{"other rule", written(t, files(t, map[string]string{"weir/rows/more/more.rego": "package weir.rows.more\n"})), false},
	}
	for _, tt := range tests {
		b, err := fetch(t, tt.location, nil)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if (b.Revision == builtIn.Revision) != tt.same {
			t.Errorf("%s: revision %s, built-in %s, want same: %v", tt.name, b.Revision, builtIn.Revision, tt.same)
		}
	}
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	secret := strings.Repeat("k", 64)
	key := &opa.Key{ID: "key", Algorithm: "HS256", Public: secret}
	good := packed(t, files(t, nil), secret)
	unpack := func(text []byte) map[string][]byte {
		zipped, err := gzip.NewReader(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		out := map[string][]byte{}
		for archive := tar.NewReader(zipped); ; {
			h, err := archive.Next()
			if err != nil {
				return out
			}
			var b bytes.Buffer
			if _, err := b.ReadFrom(archive); err != nil {
				t.Fatal(err)
			}
			out[h.Name] = b.Bytes()
		}
	}
	added, altered := unpack(good), unpack(good)
	added["/weir/rows/more/more.rego"] = []byte("package weir.rows.more\n")
	altered["/weir/rows/own/own.rego"] = []byte("package weir.rows.own\n\ninclude := true\n")
	tests := []struct {
		name   string
		text   []byte
		key    *opa.Key
		refuse bool
	}{
		{"signed", good, key, false},
		{"signed, no key wanted", good, nil, false},
		{"not signed", packed(t, files(t, nil), ""), key, true},
		{"signed by another", packed(t, files(t, nil), strings.Repeat("x", 64)), key, true},
		{"file added", tarred(t, added), key, true},
		{"file altered", tarred(t, altered), key, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write(tt.text)
			}))
			defer server.Close()
			file := filepath.Join(t.TempDir(), "bundle.tar.gz")
			if err := os.WriteFile(file, tt.text, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, location := range []string{server.URL, file} {
				if _, err := fetch(t, location, tt.key); (err != nil) != tt.refuse {
					t.Errorf("%s: got %v, want refused: %v", location, err, tt.refuse)
				}
			}
		})
	}
}

func TestOpenRefusesUnsignedHTTPFromElsewhere(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"http://policy.example.org/b.tar.gz": false, "https://policy.example.org/b.tar.gz": true,
		"http://127.0.0.1/b.tar.gz": true, "http://localhost:8181/b.tar.gz": true,
	} {
		if _, err := opa.Open(address, nil); (err == nil) != ok {
			t.Errorf("%s: got %v, want ok: %v", address, err, ok)
		}
	}
	if _, err := opa.Open("http://policy.example.org/b.tar.gz", &opa.Key{ID: "k", Algorithm: "RS256", Public: "p"}); err != nil {
		t.Error(err)
	}
}

func TestReadNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	for _, location := range []string{"/no/such/directory", "/no/such/file.tar.gz"} {
		if _, err := fetch(t, location, nil); err == nil || !strings.Contains(err.Error(), location) {
			t.Errorf("got %v, want an error that names %s", err, location)
		}
	}
}

// served serves a bundle that can be replaced, with an entity tag.
type served struct {
	text      atomic.Pointer[[]byte]
	unchanged atomic.Int32 // answers without a bundle
}

func (s *served) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text := *s.text.Load()
	if text == nil {
		http.Error(w, "gone", http.StatusServiceUnavailable)
		return
	}
	digest, err := json.Marshal(len(text))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	etag := `"` + string(digest) + `"`
	if r.Header.Get("If-None-Match") == etag {
		s.unchanged.Add(1)
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("ETag", etag)
	_, _ = w.Write(text)
}

// put replaces what is served.
func (s *served) put(text []byte) { s.text.Store(&text) }

// proven lets a test skip the proof that other tests make.
func proven() opa.Options {
	return opa.Options{Secret: secret(), Proven: func(string) bool { return true }}
}

func TestLiveReloadsAndKeepsTheOldPolicy(t *testing.T) {
	t.Parallel()
	datasets, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	s := &served{}
	s.put(packed(t, files(t, nil), ""))
	server := httptest.NewServer(s)
	defer server.Close()
	source, err := opa.Open(server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	var loaded, refused int
	live, err := opa.NewLive(t.Context(), source, datasets, proven(), func(_ context.Context, _ *opa.Engine, err error) {
		if err != nil {
			refused++
		} else {
			loaded++
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	first := live.Engine()
	if err := live.Reload(t.Context()); err != nil || live.Engine() != first || s.unchanged.Load() != 1 {
		t.Errorf("an unchanged bundle: got %v, replaced %v, %d answers without a bundle", err, live.Engine() != first, s.unchanged.Load())
	}
	for name, text := range map[string][]byte{
		"broken":    tarred(t, files(t, map[string]string{"weir/rows/own/own.rego": "package weir.rows.own\n\ninclude if no_such_rule\n"})),
		"no bundle": []byte("hello"),
		"gone":      nil,
	} {
		s.put(text)
		if err := live.Reload(t.Context()); err == nil || live.Failure() == nil || live.Engine() != first {
			t.Errorf("%s: got %v, failure %v, replaced %v", name, err, live.Failure(), live.Engine() != first)
		}
		_ = live.Reload(t.Context()) // the same failure again
	}
	if loaded != 0 || refused != 3 {
		t.Errorf("told of %d loaded and %d refused bundles, want 0 and 3", loaded, refused)
	}
	s.put(packed(t, files(t, map[string]string{thresholds: threshold(t, "minimum_cell: 10", "minimum_cell: 30")}), ""))
	if err := live.Reload(t.Context()); err != nil || live.Failure() != nil || live.Engine().Revision() == first.Revision() {
		t.Errorf("got %v, failure %v, revision %s", err, live.Failure(), live.Engine().Revision())
	}
	if err := live.Over(t.Context(), datasets[:3]); err != nil || live.Engine().ProofKey() == first.ProofKey() {
		t.Errorf("over another catalogue: got %v", err)
	}
	if err := live.Over(t.Context(), datasets[:3]); err != nil {
		t.Errorf("over the same catalogue again: got %v", err)
	}
	if loaded != 2 || refused != 3 {
		t.Errorf("told of %d loaded and %d refused bundles in the end, want 2 and 3", loaded, refused)
	}
}

// counted counts reads.
type counted struct{ reads atomic.Int32 }

func (c *counted) Read(context.Context) (*opa.Bundle, error) {
	if c.reads.Add(1) == 1 {
		return opa.BuiltIn()
	}
	return nil, opa.ErrUnchanged
}

func TestPollStopsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := &counted{}
		live, err := opa.NewLive(t.Context(), source, nil, proven(), func(context.Context, *opa.Engine, error) {})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute+time.Second)
		defer stop()
		live.Poll(ctx, time.Minute)
		if got := source.reads.Load(); got != 6 {
			t.Errorf("read %d times in five minutes, want once and then five times", got)
		}
	})
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	datasets, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		changes map[string]string
		want    string
	}{
		{"network", map[string]string{"weir/rows/own/own.rego": "package weir.rows.own\n\ninclude if http.send({}).body\n"}, "undefined function http.send"},
		{"clock", map[string]string{"weir/rows/own/own.rego": "package weir.rows.own\n\ninclude if time.now_ns() > 0\n"}, "undefined function time.now_ns"},
		{"chance", map[string]string{"weir/rows/own/own.rego": "package weir.rows.own\n\ninclude if rand.intn(\"x\", 2) == 1\n"}, "undefined function rand.intn"},
		{"machine", map[string]string{"weir/rows/own/own.rego": "package weir.rows.own\n\ninclude if opa.runtime().env\n"}, "undefined function opa.runtime"},
		{"unused variable", map[string]string{"weir/rows/own/own.rego": "package weir.rows.own\n\ninclude if {\n\tx := 1\n}\n"}, "assigned var x unused"},
		{"catalogue", map[string]string{"catalog/data.json": "{}", ".manifest": ""}, "data.catalog is the warehouse's own"},
		{"relation", map[string]string{"weir/config/relations/data.yaml": "coached: {dataset: x, surprise: y}"}, "surprise"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, err := fetch(t, written(t, files(t, tt.changes)), nil)
			if err == nil {
				_, err = opa.New(t.Context(), b, datasets, proven())
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
