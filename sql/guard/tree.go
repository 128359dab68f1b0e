package guard

// node is an object of the tree. Of its fields those are set that are neither
// null nor false nor empty.
type node struct {
	*shape

	at   int // byte offset in the text, or -1
	sets []field
}

// field is one field of a node: its sub-trees, or its names, or the word of an
// enumeration, a flag or a literal.
type field struct {
	name  string
	kids  []*node
	names []string
}

// get returns the field of that name, or an empty one.
func (n *node) get(name string) field {
	for _, f := range n.sets {
		if f.name == name {
			return f
		}
	}
	return field{}
}

// list returns a field's sub-trees.
func (n *node) list(name string) []*node { return n.get(name).kids }

// one returns a field's sub-tree, or nil.
func (n *node) one(name string) *node {
	if kids := n.list(name); len(kids) > 0 {
		return kids[0]
	}
	return nil
}

// texts returns a field's names.
func (n *node) texts(name string) []string { return n.get(name).names }

// text returns a field's name or word, or "".
func (n *node) text(name string) string {
	if names := n.texts(name); len(names) > 0 {
		return names[0]
	}
	return ""
}

// problem is why a tree could not be read: the rule that says so, and what it
// says.
type problem struct {
	rule string
	*Refusal
}

// decoder reads a tree by the grammar. Its first problem sticks.
type decoder struct {
	reader

	grammar grammar
	blank   *shape // of a node that has not told its kind
	length  int    // of the text
	count   int
	nodes   map[string][]*node
	problem *problem
}

// fail notes a problem, if it is the first, and stops the reader.
func (d *decoder) fail(rule string, position int, hint, text string) {
	if d.problem == nil {
		d.problem = &problem{rule: rule, Refusal: &Refusal{Position: position, Text: text, Hint: hint}}
	}
	d.bad = true
}

// unknown notes something that the grammar does not list. what must be the
// grammar's or the engine's word, never the client's.
func (d *decoder) unknown(n *node, what string) {
	d.fail("known-syntax", n.at, "write the statement in another way",
		"this syntax is not among what Weir accepts ("+what+")")
}

// node reads an object of a family. place is where its parent stands, which
// holds until the object tells its own.
func (d *decoder) node(family string, place, depth int) *node {
	n := &node{shape: d.blank, at: place}
	if d.count++; d.count > MaxNodes || depth > MaxDepth {
		d.fail("size", -1, "split the statement, or write long lists as a join with VALUES",
			"the statement is too large or too deeply nested")
		return n
	}
	tag := tagOf(family)
	if tag == "" {
		d.enter(n, family, nil)
	}
	d.each('{', '}', func() {
		switch key := d.key(); {
		case n.shape != d.blank:
			d.field(n, key, depth)
		case string(key) == tag:
			d.enter(n, family, d.raw())
		default: // the engine writes the tag first
			d.bad = true
		}
	})
	if n.shape == d.blank {
		d.bad = true
	}
	return n
}

// enter sets a node's kind and lists the node under it.
func (d *decoder) enter(n *node, family string, tag []byte) {
	s := d.grammar[family][string(tag)]
	if s == nil {
		d.unknown(n, family+" "+string(tag))
		return
	}
	n.shape = s
	d.nodes[s.kind] = append(d.nodes[s.kind], n)
}

// field reads the value of a node's field.
func (d *decoder) field(n *node, key []byte, depth int) {
	role, ok := n.fields[string(key)]
	if !ok || n.get(role.field).name != "" {
		d.unknown(n, n.kind+" "+string(key))
		return
	}
	f := field{name: role.field}
	switch role.what {
	case subtree:
		d.subtrees(n, &f, role, depth+1)
	case name:
		d.names(&f, role.lists)
	case enum:
		if value := d.raw(); role.values[string(value)] {
			f.names = []string{string(value)}
		} else {
			d.unknown(n, n.kind+" "+role.field)
		}
	case place:
		if offset := d.offset(d.length); offset >= 0 {
			n.at = offset
		}
	case flag:
		if string(d.word()) == "true" {
			f.names = []string{"true"}
		}
	case opaque:
		d.literal(&f)
	case none:
		if !d.skip(MaxDepth) {
			d.unknown(n, n.kind+" "+role.field)
		}
	}
	if f.kids != nil || f.names != nil {
		n.sets = append(n.sets, f)
	}
}

// subtrees reads an object of a role's family, null, or lists of them.
func (d *decoder) subtrees(n *node, f *field, r role, depth int) {
	switch {
	case r.lists > 0:
		r.lists--
		d.each('[', ']', func() { d.subtrees(n, f, r, depth) })
	case d.peek() == '{':
		f.kids = append(f.kids, d.node(r.family, n.at, depth))
	case string(d.word()) != "null":
		d.bad = true
	}
}

// names reads a string, or a list of them. An empty string stands for none.
func (d *decoder) names(f *field, lists int) {
	if lists > 0 {
		d.each('[', ']', func() { d.names(f, lists-1) })
		return
	}
	if s := d.raw(); len(s) > 0 {
		f.names = append(f.names, string(s))
	}
}

// literal reads a leaf, and keeps it if it is a word or a string.
func (d *decoder) literal(f *field) {
	switch d.peek() {
	case '{', '[':
		d.skip(MaxDepth)
	case '"':
		f.names = []string{d.text()}
	default:
		f.names = []string{string(d.word())}
	}
}
