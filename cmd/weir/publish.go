package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/policy/audit"
)

// publication is what `weir publish` prints.
type publication struct {
	Snapshot string `json:"snapshot"`
	State    string `json:"state"`
	Datasets int    `json:"datasets"`
	Rows     int64  `json:"rows"`
	Bytes    int64  `json:"bytes"`
}

func (a *app) newPublish() *cobra.Command {
	return &cobra.Command{
		Use:   "publish",
		Short: "Make what is loaded visible, as a snapshot",
		Long: `Checks what is loaded and publishes it as a new snapshot: all compartments
together, or none. Readers see the previous snapshot until the last step. With
nothing new since the current snapshot it says so and changes nothing.`,
		Example: "  weir publish\n  weir publish -o json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.writing(cmd.Context(), cmd, func(ctx context.Context, l *etl.Loader) error {
				p, err := a.publish(ctx, l)
				if err != nil {
					return err
				}
				return a.print(p)
			})
		},
	}
}

func (a *app) publish(ctx context.Context, l *etl.Loader) (publication, error) {
	m, fresh, err := l.Publish(ctx)
	if err != nil {
		return publication{}, err
	}
	if fresh {
		if err := a.record(ctx, audit.KindPublish, "weir publish", nil, map[string]string{"snapshot": m.ID, "parent": m.Parent}); err != nil {
			return publication{}, err
		}
	}
	p := publication{Snapshot: m.ID, State: "published", Rows: m.Rows(), Bytes: m.Bytes()}
	if !fresh {
		p.State = "nothing new"
	}
	for _, c := range m.Compartments {
		p.Datasets += len(c.Tables)
	}
	return p, nil
}
