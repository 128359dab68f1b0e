package audit

import (
	"time"

	"github.com/weir-warehouse/weir/policy"
)

// Kind says what an entry records.
type Kind string

// The kinds that Weir writes.
const (
	KindDecision        Kind = "decision"         // a statement was decided, before its first row
	KindOutcome         Kind = "outcome"          // how a decided statement ended
	KindSession         Kind = "session"          // a session began or ended
	KindPolicyLoad      Kind = "policy_load"      // a policy bundle was loaded or refused
	KindVaultCommand    Kind = "vault_command"    // a command read or changed the vault
	KindStudyRegister   Kind = "study_register"   // a study protocol was registered
	KindReleaseApproval Kind = "release_approval" // results were approved for release, or not
	KindStudyRelease    Kind = "study_release"    // a study's report left the enclave
	KindToken           Kind = "token"            // a token was made or revoked
	KindLoad            Kind = "load"             // a batch was loaded
	KindMetrics         Kind = "metrics"          // metrics were computed and protected
	KindPublish         Kind = "publish"          // a snapshot was published or removed
)

// Version is the version of the entry format that this package writes.
const Version = 1

// Entry is one record of the log. Its JSON is the log's content: the fields in
// this order, map keys sorted, nothing escaped that JSON does not demand.
//
// The fields that OPA's decision log has keep OPA's names and meanings
// (https://www.openpolicyagent.org/docs/management-decision-logs).
type Entry struct {
	Version   int       `json:"version"`   // set by Append
	Timestamp time.Time `json:"timestamp"` // when it happened; kept in UTC to the microsecond
	Kind      Kind      `json:"kind"`

	DecisionID  string `json:"decision_id,omitempty"` // links an outcome to its decision
	Session     string `json:"session,omitempty"`
	RequestedBy string `json:"requested_by,omitempty"` // the client's network address

	Principal string   `json:"principal,omitempty"`
	Roles     []string `json:"roles,omitempty"`
	Purpose   string   `json:"purpose,omitempty"`
	Agreement string   `json:"agreement,omitempty"`
	Door      string   `json:"door,omitempty"`

	Snapshot       string `json:"snapshot,omitempty"`
	PolicyRevision string `json:"policy_revision,omitempty"`
	ProgramVersion string `json:"program_version,omitempty"`

	Verdict string   `json:"verdict,omitempty"` // "allow" or "deny"
	Reasons []string `json:"reasons,omitempty"`
	Rules   []string `json:"rules,omitempty"`

	Datasets      []string `json:"datasets,omitempty"`
	Columns       []string `json:"columns,omitempty"`        // touched, as dataset.column
	MaskedColumns []string `json:"masked_columns,omitempty"` // those of Columns that a mask changed

	// Fingerprint is the statement with every literal replaced by a
	// placeholder; FingerprintSHA256 is its hash in hex, set by Append.
	Fingerprint       string `json:"fingerprint,omitempty"`
	FingerprintSHA256 string `json:"fingerprint_sha256,omitempty"`

	Outcome *Outcome `json:"outcome,omitempty"` // only for KindOutcome

	Attributes map[string]string `json:"attributes,omitempty"` // what else a kind has to say

	Labels  map[string]string `json:"labels,omitempty"`
	Bundles map[string]Bundle `json:"bundles,omitempty"`
	Path    string            `json:"path,omitempty"`
	Metrics map[string]int64  `json:"metrics,omitempty"`
	Input   map[string]any    `json:"input,omitempty"`
	Result  map[string]any    `json:"result,omitempty"`
	Erased  []string          `json:"erased,omitempty"` // JSON pointers removed from Input and Result
	Masked  []string          `json:"masked,omitempty"` // JSON pointers whose value was replaced

	// Dropped names the fields that Append left out because the entry would
	// not have fitted the format.
	Dropped []string `json:"dropped,omitempty"`
}

// Bundle names the revision of a policy bundle.
type Bundle struct {
	Revision string `json:"revision,omitempty"`
}

// How a statement ended that no error ended.
const (
	OutcomeOK      = "ok"      // its answer was read to its end
	OutcomePartial = "partial" // its reader closed it before; what was read is in the record
)

// Outcome is how a statement ended.
type Outcome struct {
	Code         string  `json:"code"` // OutcomeOK, OutcomePartial, or a policy.Code
	Rows         int64   `json:"rows"`
	Bytes        int64   `json:"bytes"`
	Milliseconds float64 `json:"milliseconds"`
}

// check refuses an entry that could not be found or understood later.
func (e *Entry) check() error {
	switch {
	case e.Timestamp.IsZero():
		return policy.Errorf(policy.Usage, "audit entry: timestamp is missing")
	case e.Kind == "":
		return policy.Errorf(policy.Usage, "audit entry: kind is missing")
	case (e.Kind == KindDecision || e.Kind == KindOutcome) && e.DecisionID == "":
		return policy.Errorf(policy.Usage, "audit entry: a %s needs decision_id", e.Kind)
	case e.Kind == KindDecision && e.Verdict == "":
		return policy.Errorf(policy.Usage, "audit entry: a decision needs verdict")
	case (e.Kind == KindOutcome) != (e.Outcome != nil):
		return policy.Errorf(policy.Usage, "audit entry: outcome belongs to kind %q and to no other, this is %q", KindOutcome, e.Kind)
	case holdsString(e.Fingerprint):
		return policy.Errorf(policy.Usage, "audit entry: fingerprint holds a string literal; replace literals by placeholders")
	}
	return nil
}

// holdsString reports whether a fingerprint holds a quoted SQL string.
// An apostrophe inside a quoted identifier is none.
func holdsString(fingerprint string) bool {
	identifier := false
	for _, c := range []byte(fingerprint) {
		switch {
		case c == '"':
			identifier = !identifier
		case c == '\'' && !identifier:
			return true
		}
	}
	return false
}
