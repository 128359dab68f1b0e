package policy

// Phase is how far a study has come. It decides what the study may read.
type Phase string

// The phases.
const (
	Design   Phase = "design"   // outcomes of the outcome windows are not shown
	Estimate Phase = "estimate" // outcomes are shown, once the protocol is registered
)

// Window is a closed period of days.
type Window struct {
	From Date `json:"from"`
	To   Date `json:"to"`
}

// Study is what a study's request says besides its purpose and agreement.
type Study struct {
	ID         string // of the protocol
	Protocol   string // SHA-256 of the protocol's text, hex
	Phase      Phase
	Outcomes   []string // datasets that hold the protocol's outcomes
	Windows    []Window // when the outcomes are measured
	Registered bool     // the protocol and its match are on the audit log
}
