package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Scope is all that a principal may see for a purpose under one revision of
// policy. It names no principal: equal scopes have equal digests and may share
// an engine instance.
type Scope struct {
	Revision     string            `json:"revision"`
	Refusal      *Refusal          `json:"refusal,omitempty"` // set: the purpose itself is refused, and so is everything
	Acting       []Role            `json:"acting"`            // the roles that count for the purpose
	Grants       map[string]*Grant `json:"grants"`            // by dataset, one for each dataset of the catalogue
	Compartments []string          `json:"compartments"`      // what must be attached, and nothing else; of a compartment all or its reference part
	Commands     []string          `json:"commands"`          // commands that may be run
	Limits       Limits            `json:"limits"`
}

// Refusal says why a purpose is refused and which ones the principal may have.
type Refusal struct {
	Text    string    `json:"text"`
	Allowed []Purpose `json:"allowed"`
}

// Reason is a rule that decided, and where it is written.
type Reason struct {
	Rule  string `json:"rule"` // the rule's title
	Words string `json:"words,omitempty"`
	File  string `json:"file,omitempty"`
	Line  int    `json:"line,omitempty"`
}

// Grant is the verdict on one dataset.
type Grant struct {
	Dataset     string        `json:"dataset"`
	Allow       bool          `json:"allow"`
	Reasons     []Reason      `json:"reasons"`
	Columns     []GrantColumn `json:"columns,omitempty"` // every column of the dataset, hidden ones too
	Rows        Rows          `json:"rows,omitempty"`    // nil when refused
	Aggregate   *Aggregate    `json:"aggregate,omitempty"`
	MinimumCell int           `json:"minimum_cell,omitempty"` // people behind each figure that leaves
	View        string        `json:"-"`                      // SELECT that yields exactly what is granted; holds mask keys
	Parts       []Part        `json:"-"`                      // of a mart's relation: the tables whose rows View puts together
}

// Part is one table of a relation that lies in marts. A snapshot need not have
// all of them.
type Part struct {
	Compartment string
	Table       string
	Columns     []string // that View reads
	View        string   // the part's own SELECT
}

// GrantColumn is the verdict on one column.
type GrantColumn struct {
	Name    string   `json:"name"`
	Mask    Mask     `json:"mask"`
	Reasons []Reason `json:"reasons,omitempty"`
}

// Aggregate replaces a dataset's rows by figures about groups of them. A group
// of fewer than Minimum distinct people is left out.
type Aggregate struct {
	By      []string `json:"by"`
	Means   []string `json:"means"`  // columns averaged, each under its name after MeanPrefix
	Person  string   `json:"person"` // column whose distinct values are people
	Count   string   `json:"count"`  // name of the column with their number
	Minimum int      `json:"minimum"`
}

// MeanPrefix begins the name of a mean of an aggregate.
const MeanPrefix = "mean_"

// Limits bound what one session may take. Zero means no limit.
type Limits struct {
	Rows       int64         `json:"rows"`
	Time       time.Duration `json:"time"`
	Memory     int64         `json:"memory"`     // bytes
	Statements int           `json:"statements"` // at once
}

// Digest identifies what the scope shows: SHA-256, hex. Scopes with equal
// digests show the same, whoever asked.
func (s *Scope) Digest() (string, error) {
	views := map[string]string{}
	for name, grant := range s.Grants {
		if grant.Allow {
			views[name] = fmt.Sprintf("%d %s", grant.MinimumCell, grant.View)
		}
	}
	text, err := json.Marshal([]any{s.Revision, views, s.Compartments, s.Limits})
	if err != nil {
		return "", fmt.Errorf("digest of a scope: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}
