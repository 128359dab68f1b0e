package audit

import "fmt"

// FaultKind says what is wrong with a log.
type FaultKind string

// The kinds of fault.
const (
	FaultAltered    FaultKind = "altered"    // an entry's bytes are not those that were logged
	FaultMissing    FaultKind = "missing"    // an entry is gone
	FaultReordered  FaultKind = "reordered"  // an entry stands in another's place
	FaultRewritten  FaultKind = "rewritten"  // entries were changed and the hashes above them too
	FaultTile       FaultKind = "tile"       // the entries are intact; a file of hashes or a bundle's end is not
	FaultCheckpoint FaultKind = "checkpoint" // a checkpoint is missing or does not bear the log's signature
)

// Fault is the first thing wrong with a log, an error that [Reader.Verify]
// returns. First and Last are equal where the entry is known. Where the
// hashes that would tell were changed too, the entry is one of First to Last.
type Fault struct {
	Kind        FaultKind
	First, Last int64  // entry indexes; -1 for a checkpoint
	File        string // in the log's directory, with slashes; or the remembered checkpoint's path
	Reason      string
}

// Error names the entry, the file and the reason.
func (f *Fault) Error() string {
	switch {
	case f.Kind == FaultCheckpoint:
		return fmt.Sprintf("audit log: %s: %s", f.File, f.Reason)
	case f.Kind == FaultTile:
		return fmt.Sprintf("audit log: entries are intact, but %s is not (it covers entries %d to %d): %s", f.File, f.First, f.Last, f.Reason)
	case f.First == f.Last:
		return fmt.Sprintf("audit log: entry %d is %s: %s", f.First, f.Kind, f.Reason)
	}
	return fmt.Sprintf("audit log: entries %d to %d: the first that is %s is among them: %s", f.First, f.Last, f.Kind, f.Reason)
}
