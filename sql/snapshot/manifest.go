// Package snapshot keeps published snapshots: immutable directories of
// compartment files, each with a manifest that names every file's hash and
// every table's rows, and the pointer CURRENT. It writes nothing into a
// snapshot after it is published and trusts no file that its manifest does
// not vouch for.
package snapshot

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/weir-warehouse/weir/policy"
)

// Format is the version of the manifest's own form.
const Format = 1

// Manifest describes a snapshot completely.
type Manifest struct {
	Format       int           `json:"format"`
	ID           string        `json:"id"` // time and digest of the rest: it vouches for the manifest
	CreatedAt    time.Time     `json:"created_at"`
	Program      string        `json:"program"`
	Engine       string        `json:"engine"`
	Parent       string        `json:"parent,omitempty"` // the snapshot that was current before
	Data         string        `json:"data,omitempty"`   // digest of what all datasets hold; the vault is left out
	Compartments []Compartment `json:"compartments"`
	Batches      []Batch       `json:"batches"`
	Metrics      []MetricRun   `json:"metrics,omitempty"`
	Release      *File         `json:"release,omitempty"` // what disclosure control shows of the marts
}

// File is a further file of a snapshot.
type File struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
}

// MetricRun says what a metric's values in the marts were made from.
type MetricRun struct {
	Metric     string `json:"metric"`
	Family     string `json:"family"`
	Mart       string `json:"mart"`
	Data       string `json:"data"` // digest of the data that it reads, as in metric_value.snapshot
	Policy     string `json:"policy"`
	Program    string `json:"program"`
	Cells      int64  `json:"cells"`
	Suppressed int64  `json:"suppressed"`
}

// Compartment is one DuckDB file of a snapshot.
type Compartment struct {
	Name     string  `json:"name"`
	File     string  `json:"file"`
	SHA256   string  `json:"sha256"`
	Bytes    int64   `json:"bytes"`
	Revision string  `json:"revision"` // of the build file that it was made from
	Tables   []Table `json:"tables"`
}

// Table is a dataset in a compartment.
type Table struct {
	Name            string   `json:"name"`
	Rows            int64    `json:"rows"`
	ContractVersion string   `json:"contract_version"`
	ContractDigest  string   `json:"contract_digest"`
	Derived         *Derived `json:"derived,omitempty"` // of a relation in a mart, which has no contract
}

// Derived describes a relation in a mart.
type Derived struct {
	Description string   `json:"description"`
	Tags        []string `json:"tags"`
	Part        bool     `json:"part,omitempty"` // other marts have parts of the same relation
	Key         []string `json:"key"`
	Columns     []Column `json:"columns"`
}

// Column is a column of a derived relation.
type Column struct {
	Name        string   `json:"name"`
	Type        string   `json:"type"`
	Description string   `json:"description"`
	Tags        []string `json:"tags,omitempty"`
}

// Batch is a load that the snapshot contains.
type Batch struct {
	Compartment string `json:"compartment"`
	Seq         int    `json:"seq"`
	ID          string `json:"batch_id"`
	Dataset     string `json:"dataset"`
	File        string `json:"file"`
	Loaded      int64  `json:"loaded"`
	Updated     int64  `json:"updated"`
	Ended       int64  `json:"ended"`
	Quarantined int64  `json:"quarantined"`
}

// Dataset describes the relation in the terms that policy decides in. A part of a
// relation bears its mart's name too.
func (d *Derived) Dataset(mart, name string) policy.Dataset {
	out := policy.Dataset{Name: name, Compartment: mart, Tags: d.Tags, Derived: true}
	if d.Part {
		out.Name, out.Union = name+" of "+mart, name
	}
	for _, c := range d.Columns {
		out.Columns = append(out.Columns, policy.Column{Name: c.Name, Type: c.Type, Tags: c.Tags})
	}
	return out
}

// label names a table so that no other of the snapshot is named the same.
func (t Table) label(c Compartment) string {
	if t.Derived != nil && t.Derived.Part {
		return t.Name + " of " + c.Name
	}
	return t.Name
}

// Rows counts the rows of all tables.
func (m *Manifest) Rows() int64 {
	var n int64
	for _, c := range m.Compartments {
		for _, t := range c.Tables {
			n += t.Rows
		}
	}
	return n
}

// Bytes adds up the files' sizes.
func (m *Manifest) Bytes() int64 {
	var n int64
	for _, c := range m.Compartments {
		n += c.Bytes
	}
	return n
}

// Compartment finds a compartment by name.
func (m *Manifest) Compartment(name string) (Compartment, bool) {
	for _, c := range m.Compartments {
		if c.Name == name {
			return c, true
		}
	}
	return Compartment{}, false
}

// SameContent reports whether both were made from the same state of the build.
func (m *Manifest) SameContent(o *Manifest) bool {
	if len(m.Compartments) != len(o.Compartments) {
		return false
	}
	for _, c := range m.Compartments {
		if !c.In(o) {
			return false
		}
	}
	return true
}

// In reports whether a snapshot, nil for none, has the same content.
func (c Compartment) In(m *Manifest) bool {
	if m == nil {
		return false
	}
	old, ok := m.Compartment(c.Name)
	return ok && c.SameContent(old)
}

// SameContent reports whether both were made from the same state of a build
// file.
func (c Compartment) SameContent(o Compartment) bool {
	if c.Revision != o.Revision || len(c.Tables) != len(o.Tables) {
		return false
	}
	for i, t := range c.Tables {
		if t.Name != o.Tables[i].Name || t.ContractDigest != o.Tables[i].ContractDigest {
			return false
		}
	}
	return true
}

// seal gives the manifest its identifier.
func (m *Manifest) seal() error {
	sum, err := m.digest()
	if err != nil {
		return err
	}
	m.ID = m.CreatedAt.UTC().Format("20060102T150405Z") + "-" + sum[:16]
	return nil
}

func (m *Manifest) digest() (string, error) {
	open := *m
	open.ID = ""
	data, err := json.Marshal(open)
	if err != nil {
		return "", fmt.Errorf("write manifest: %w", err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

// read reads the manifest of a snapshot directory and checks that its
// identifier vouches for it.
func read(dir string) (*Manifest, error) {
	id := filepath.Base(dir)
	data, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if err != nil {
		return nil, policy.Errorf(policy.NotFound, "there is no snapshot %s; `weir snapshots list` shows them", id)
	}
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, policy.Errorf(policy.Failed, "snapshot %s: its manifest cannot be read: %w", id, err)
	}
	sum, err := m.digest()
	if err != nil {
		return nil, err
	}
	if m.Format != Format || m.ID != id || !strings.HasSuffix(id, "-"+sum[:16]) {
		return nil, policy.Errorf(policy.Failed, "snapshot %s: its manifest was altered; publish anew, or restore it from a backup", id)
	}
	return &m, nil
}
