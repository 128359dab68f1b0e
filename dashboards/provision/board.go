package provision

import (
	"context"
	"net/http"

	"github.com/grafana/grafana-openapi-client-go/client/dashboards"
	"github.com/grafana/grafana-openapi-client-go/models"

	weir "github.com/weir-warehouse/weir/dashboards"
)

// boards plans an audience's dashboards.
func (s *scene) boards(ctx context.Context, t Target) (steps []Step, err error) {
	for _, d := range t.Dashboards() {
		step := Step{s.name, Create, "dashboard", d.Title, "", func(ctx context.Context) error { return s.saveBoard(ctx, t, d) }}
		if s.found {
			if step.Action, step.Why, err = s.boardIs(ctx, t, d); err != nil {
				return nil, err
			}
		}
		if step.Action == Unchanged {
			step.do = nil
		}
		steps = append(steps, step)
	}
	return steps, nil
}

// boardIs compares the dashboard that is there.
func (s *scene) boardIs(ctx context.Context, t Target, d weir.Dashboard) (Action, string, error) {
	ok, err := s.api.Dashboards.GetDashboardByUIDWithParams(dashboards.NewGetDashboardByUIDParamsWithContext(ctx).WithUID(d.UID))
	if status(err) == http.StatusNotFound {
		return Create, "", nil
	}
	if err != nil {
		return "", "", s.Server.explain("look for the dashboard "+d.Title, err)
	}
	if ok.Payload.Meta.FolderUID != t.UID() {
		return Update, "it is in another folder", nil
	}
	where, err := differs(ok.Payload.Dashboard, d)
	if err != nil || where != "" {
		return Update, "another " + where[min(1, len(where)):], err
	}
	return Unchanged, "", nil
}

func (s *scene) saveBoard(ctx context.Context, t Target, d weir.Dashboard) error {
	_, err := s.api.Dashboards.PostDashboardWithParams(dashboards.NewPostDashboardParamsWithContext(ctx).
		WithBody(&models.SaveDashboardCommand{Dashboard: d, FolderUID: t.UID(), Overwrite: true, Message: "weir dashboards provision"}))
	return s.Server.explain("save the dashboard "+d.Title, err)
}
