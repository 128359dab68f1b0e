package httpdoor

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/weir-warehouse/weir/policy"
)

// operation is what the page says of a path and a method.
type operation struct {
	Method      string
	Path        string
	Summary     string
	Description string
	Open        bool
	Parameters  []documented
	Answers     []string // media types
}

// documented is a parameter.
type documented struct {
	Name        string `yaml:"name"`
	In          string `yaml:"in"`
	Required    bool   `yaml:"required"`
	Description string `yaml:"description"`
	Ref         string `yaml:"$ref"`
}

// section is a group of operations.
type section struct {
	Name        string
	Description string
	Operations  []operation
}

// code is a row of the page's table of problems.
type code struct {
	Code    policy.Code
	Status  int
	Meaning string
}

// outline is what the page needs of the document.
type outline struct {
	Info struct {
		Title       string `yaml:"title"`
		Summary     string `yaml:"summary"`
		Description string `yaml:"description"`
	} `yaml:"info"`
	Tags []struct {
		Name        string `yaml:"name"`
		Description string `yaml:"description"`
	} `yaml:"tags"`
	Paths      map[string]map[string]outlineOperation `yaml:"paths"`
	order      []string                               // of the paths
	Components struct {
		Parameters map[string]documented `yaml:"parameters"`
	} `yaml:"components"`
}

type outlineOperation struct {
	Tags        []string     `yaml:"tags"`
	Summary     string       `yaml:"summary"`
	Description string       `yaml:"description"`
	Parameters  []documented `yaml:"parameters"`
	Security    *[]any       `yaml:"security"`
	Responses   map[string]struct {
		Content map[string]any `yaml:"content"`
	} `yaml:"responses"`
}

// reference returns the handlers of the document and of the page.
func reference() (document, page handler, err error) {
	text, err := yaml.YAMLToJSON(openAPI)
	if err != nil {
		return nil, nil, fmt.Errorf("read the OpenAPI document: %w", err)
	}
	html, err := render()
	if err != nil {
		return nil, nil, fmt.Errorf("make the reference page: %w", err)
	}
	sum := sha256.Sum256([]byte(referenceStyle))
	style := "; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	return func(c *call) error { return c.static("application/json", text) },
		func(c *call) error {
			c.w.Header().Set("Content-Security-Policy", c.w.Header().Get("Content-Security-Policy")+style)
			return c.static("text/html; charset=utf-8", html)
		}, nil
}

// static answers with a text that is always the same.
func (c *call) static(kind string, text []byte) error {
	c.w.Header().Set("Content-Type", kind)
	b := c.body(false)
	if _, err := b.Write(text); err != nil {
		return err
	}
	return b.end()
}

// render makes the page.
func render() ([]byte, error) {
	var o outline
	if err := yaml.Unmarshal(openAPI, &o); err != nil {
		return nil, err
	}
	var ordered struct {
		Paths yaml.MapSlice `yaml:"paths"`
	}
	if err := yaml.Unmarshal(openAPI, &ordered); err != nil {
		return nil, err
	}
	for _, path := range ordered.Paths {
		o.order = append(o.order, fmt.Sprint(path.Key))
	}
	t, err := template.New("reference").Parse(referencePage)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, map[string]any{
		"Info": o.Info, "Style": template.CSS(referenceStyle), "Sections": o.sections(), "Codes": codes(), //nolint:gosec // embedded
	})
	return out.Bytes(), err
}

// sections groups the operations by tag, in the document's order.
func (o outline) sections() []section {
	var out []section
	for _, tag := range o.Tags {
		s := section{Name: tag.Name, Description: tag.Description}
		for _, path := range o.order {
			for method, op := range o.Paths[path] {
				if slices.Contains(op.Tags, tag.Name) {
					s.Operations = append(s.Operations, o.operation(method, path, op))
				}
			}
		}
		out = append(out, s)
	}
	return out
}

func (o outline) operation(method, path string, op outlineOperation) operation {
	out := operation{
		Method: strings.ToUpper(method), Path: path, Summary: op.Summary, Description: op.Description, Open: op.Security != nil,
		Answers: slices.Sorted(maps.Keys(op.Responses["200"].Content)),
	}
	for _, p := range op.Parameters {
		if name, ok := strings.CutPrefix(p.Ref, "#/components/parameters/"); ok {
			p = o.Components.Parameters[name]
		}
		out.Parameters = append(out.Parameters, p)
	}
	return out
}

// codes explains the codes of problems.
func codes() []code {
	meanings := map[policy.Code]string{
		policy.Usage:       "The request is malformed, or the statement does not fit what it names. Change it.",
		policy.Denied:      "Policy or the guard forbids it; with status 401 the credential is missing or opens nothing.",
		policy.NotFound:    "There is no such thing, or none that you may see. These two look alike.",
		policy.Busy:        "Too many statements of yours at once, or too many failed attempts. Wait, then try again.",
		policy.Canceled:    "It took longer than you may have, or was given up.",
		policy.Failed:      "Something broke. The server's log has the reason under the request's id.",
		policy.DataRefused: "Input data was refused.",
	}
	var out []code
	for c, status := range statuses() {
		out = append(out, code{c, status, meanings[c]})
	}
	slices.SortFunc(out, func(a, b code) int { return a.Status - b.Status })
	return out
}
