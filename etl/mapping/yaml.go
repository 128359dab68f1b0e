package mapping

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxFileBytes is far above any mapping and keeps a wrong file from filling
// memory.
const maxFileBytes = 1 << 20

// Text is a scalar as its author wrote it: the grade 01 is no number 1, and
// the answer Yes no boolean.
type Text string

// Texts is one scalar or a list of them, as written.
type Texts []string

// Values maps texts to texts, as written; an empty one means: no value.
type Values map[string]string

// decode reads the one YAML document in data.
func decode(data []byte, m *Mapping) error {
	if len(data) > maxFileBytes {
		return fmt.Errorf("is larger than %d bytes; a mapping describes columns, it does not hold data", maxFileBytes)
	}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return errors.New(yaml.FormatError(err, false, true))
	}
	if len(file.Docs) != 1 {
		return fmt.Errorf("holds %d YAML documents, not one; write one mapping a file", len(file.Docs))
	}
	if _, ok := file.Docs[0].Body.(*ast.MappingNode); !ok {
		return errors.New("holds no mapping; begin with dataset: and the name of a dataset")
	}
	var plain plainness
	ast.Walk(&plain, file.Docs[0].Body)
	if plain.err != nil {
		return plain.err
	}
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(m); err != nil {
		return errors.New(yaml.FormatError(err, false, true))
	}
	return nil
}

// plainness refuses what makes a document mean other than it seems: a null
// key, at which the YAML library stops reading a mapping without a word, and
// aliases, merges and tags.
type plainness struct{ err error }

// Visit looks at a node; its name and shape are the YAML library's.
func (p *plainness) Visit(n ast.Node) ast.Visitor {
	switch n := n.(type) {
	case *ast.MappingValueNode:
		if _, err := scalar(n.Key); err != nil {
			p.err = cmp.Or(p.err, err)
		} else if n.Key.Type() == ast.NullType {
			p.err = cmp.Or(p.err, fmt.Errorf("line %d: %q is no name; if it is a text, write it in quotes", n.Key.GetToken().Position.Line, n.Key))
		}
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		p.err = cmp.Or(p.err, misplaced(n, "plain names and texts"))
	}
	return p
}

// UnmarshalYAML takes a scalar.
func (t *Text) UnmarshalYAML(n ast.Node) error {
	text, err := scalar(n)
	*t = Text(text)
	return err
}

// UnmarshalYAML takes a scalar or a list of scalars.
func (t *Texts) UnmarshalYAML(n ast.Node) error {
	items := []ast.Node{n}
	if list, ok := n.(*ast.SequenceNode); ok {
		items = list.Values
	}
	*t = nil
	for _, item := range items {
		text, err := scalar(item)
		if err != nil {
			return err
		}
		*t = append(*t, text)
	}
	return nil
}

// UnmarshalYAML takes a mapping of scalars to scalars.
func (v *Values) UnmarshalYAML(n ast.Node) error {
	entries, ok := n.(*ast.MappingNode)
	if !ok {
		return misplaced(n, "pairs such as {Online: live_online}")
	}
	*v = Values{}
	for _, entry := range entries.Values {
		from, err := scalar(entry.Key)
		if err != nil {
			return err
		}
		to, err := scalar(entry.Value)
		if err != nil {
			return err
		}
		(*v)[from] = to
	}
	return nil
}

// scalar returns the text of a plain, quoted or block scalar; "" for null.
func scalar(n ast.Node) (string, error) {
	switch s := n.(type) {
	case *ast.NullNode:
		return "", nil
	case *ast.StringNode:
		return s.Value, nil
	case *ast.LiteralNode:
		return s.Value.Value, nil
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return s.GetToken().Value, nil
	}
	return "", misplaced(n, "a plain text")
}

func misplaced(n ast.Node, want string) error {
	return fmt.Errorf("line %d: expected %s, without aliases and tags", n.GetToken().Position.Line, want)
}
