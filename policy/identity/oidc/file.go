package oidc

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/identity"
)

// File is the file of a home that holds the configuration.
const File = "oidc.yaml"

// Load reads a home's oidc.yaml; ok is false when there is none, and then no
// issuer is believed. The error of a file with a fault holds
// [identity.Problems].
func Load(home string) (c Config, ok bool, err error) {
	text, err := os.ReadFile(filepath.Join(home, File))
	if errors.Is(err, fs.ErrNotExist) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("read %s: %w", File, err)
	}
	c, err = parse(text)
	if err != nil {
		return c, false, policy.Errorf(policy.Usage, "the configuration of OIDC is refused:\n%w", err)
	}
	return c, true, nil
}

func parse(text []byte) (c Config, err error) {
	file, err := parser.ParseBytes(text, 0)
	if err == nil {
		err = yaml.NewDecoder(strings.NewReader(string(text)), yaml.DisallowUnknownField()).Decode(&c)
	}
	if errors.Is(err, io.EOF) { // nothing but comments
		err = nil
	}
	if err != nil {
		return c, identity.Problems{unreadable(err)}
	}
	c, err = c.checked()
	if found, ok := errors.AsType[identity.Problems](err); ok {
		for i := range found {
			found[i].Line = line(file, found[i].Field)
		}
	}
	return c, err
}

// unreadable is a fault of the YAML, without the parser's excerpt of the file,
// which can name people.
func unreadable(err error) identity.Problem {
	p := identity.Problem{File: File, Reason: "is not YAML"}
	if fault, ok := errors.AsType[yaml.Error](err); ok {
		p.Line, p.Reason = fault.GetToken().Position.Line, fault.GetMessage()
	}
	return p
}

// line finds where a field stands: on its own line, or that of what should hold
// it.
func line(file *ast.File, field string) int {
	for ; field != ""; field = field[:max(0, strings.LastIndexAny(field, ".["))] {
		path, err := yaml.PathString("$." + field)
		if err != nil {
			continue
		}
		if node, err := path.FilterFile(file); err == nil {
			return node.GetToken().Position.Line
		}
	}
	return 0
}
