package opa

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"

	builtin "github.com/weir-warehouse/weir/policy/bundle"
)

// maxFile is the size in bytes beyond which a bundle's file is refused.
const maxFile = 4 << 20

// Bundle is a policy as written: modules, their tests and data.
type Bundle struct {
	Origin   string // where it was read from
	Revision string // SHA-256 of what decides: modules without tests, and data; hex
	modules  map[string]*ast.Module
	tests    map[string]*ast.Module
	data     map[string]any
}

// BuiltIn returns the bundle that comes with Weir.
func BuiltIn() (*Bundle, error) { return ReadFS(builtin.Files, "built-in") }

// ReadFS reads an unsigned bundle from a file system.
func ReadFS(fsys fs.FS, origin string) (*Bundle, error) {
	loader, err := bundle.NewFSLoader(fsys)
	if err != nil {
		return nil, fmt.Errorf("read policy bundle %s: %w", origin, err)
	}
	return read(loader, origin, nil)
}

// read reads a bundle, and checks its signature when keys are given.
func read(loader bundle.DirectoryLoader, origin string, keys *bundle.VerificationConfig) (*Bundle, error) {
	reader := bundle.NewCustomReader(loader).
		WithCapabilities(capabilities()).
		WithProcessAnnotations(true).
		WithRegoVersion(ast.RegoV1).
		WithSizeLimitBytes(maxFile).
		WithBundleVerificationConfig(keys).
		WithSkipBundleVerification(keys == nil)
	b, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("read policy bundle %s: %w", origin, err)
	}
	if b.Type() == bundle.DeltaBundleType || len(b.WasmModules) > 0 {
		return nil, fmt.Errorf("read policy bundle %s: neither delta bundles nor Wasm are taken", origin)
	}
	out := &Bundle{Origin: origin, data: b.Data, modules: map[string]*ast.Module{}, tests: map[string]*ast.Module{}}
	slices.SortFunc(b.Modules, func(x, y bundle.ModuleFile) int { return cmp.Compare(x.Path, y.Path) })
	digest := sha256.New()
	for _, m := range b.Modules {
		path := strings.TrimPrefix(m.Path, "/")
		if strings.HasSuffix(path, "_test.rego") {
			out.tests[path] = m.Parsed
			continue
		}
		out.modules[path] = m.Parsed
		digest.Write(fmt.Appendf(nil, "%q %d\n%s\n", path, len(m.Raw), m.Raw))
	}
	data, err := json.Marshal(b.Data)
	if err != nil {
		return nil, fmt.Errorf("read policy bundle %s: %w", origin, err)
	}
	digest.Write(data)
	out.Revision = hex.EncodeToString(digest.Sum(nil))
	return out, nil
}

// compile compiles modules strictly.
func compile(modules map[string]*ast.Module) (*ast.Compiler, error) {
	c := ast.NewCompiler().WithStrict(true).WithCapabilities(capabilities()).WithDefaultRegoVersion(ast.RegoV1)
	copies := make(map[string]*ast.Module, len(modules))
	for path, m := range modules {
		copies[path] = m.Copy()
	}
	if c.Compile(copies); c.Failed() {
		return nil, c.Errors
	}
	return c, nil
}
