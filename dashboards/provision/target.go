package provision

import (
	"context"

	"github.com/weir-warehouse/weir/dashboards"
)

// Target is an audience in an organisation, seen through a principal of Weir.
type Target struct {
	dashboards.Audience

	Key          string  // names it: the audience, or one of its people
	Principal    string  // whose token the data source has
	Agreement    string  // of a researcher
	Organisation string  // its name; empty: that of the credentials
	Events       []Event // that its dashboards mark
	Team         string  // who may open the folder; empty: the organisation's viewers and editors
}

// Door is where Grafana finds Weir's PostgreSQL door.
type Door struct {
	Address string // host:port
	TLS     bool
	CA      string // PEM of who signed the certificate; empty: it is not verified
}

// Keys makes and ends the tokens that data sources have.
type Keys interface {
	// Issue makes a token.
	Issue(ctx context.Context, t Target) (id, secret string, err error)
	// InForce reports whether a token opens anything.
	InForce(ctx context.Context, t Target, id string) (bool, error)
	// Revoke ends a token.
	Revoke(ctx context.Context, id string) error
	// Retire ends all of a target's tokens but one.
	Retire(ctx context.Context, t Target, keep string) error
}

// Action is what a step does.
type Action string

// The actions.
const (
	Create    Action = "create"
	Update    Action = "update"
	Unchanged Action = "unchanged"
	Delete    Action = "delete"
	Skip      Action = "skip" // what this Grafana cannot
)

// Step is one thing of the plan.
type Step struct {
	Organisation string `json:"organisation"`
	Action       Action `json:"action"`
	Kind         string `json:"kind"`
	Name         string `json:"name"`
	Why          string `json:"why,omitempty"`

	do func(ctx context.Context) error
}
