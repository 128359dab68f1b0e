package provision

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/grafana/grafana-openapi-client-go/client/annotations"
	"github.com/grafana/grafana-openapi-client-go/models"

	"github.com/weir-warehouse/weir/dashboards"
)

// Event is a change of who sees data, which dashboards mark.
type Event struct {
	On   time.Time // day
	Text string
}

// events plans a target's annotations: one for each event, and none of Weir's
// for what is no event.
func (s *scene) events(ctx context.Context, t Target) (steps []Step, err error) {
	var have []*models.Annotation
	if s.found {
		if have, err = s.annotations(ctx); err != nil {
			return nil, err
		}
	}
	for _, e := range t.Events {
		name := e.On.Format(time.DateOnly) + ", " + e.Text
		step := Step{s.name, Create, "annotation", name, "", func(ctx context.Context) error { return s.annotate(ctx, e) }}
		if i := slices.IndexFunc(have, e.is); i >= 0 {
			step.Action, step.do = Unchanged, nil
			have = slices.Delete(have, i, i+1)
		}
		steps = append(steps, step)
	}
	for _, gone := range have {
		steps = append(steps, s.remove("annotation", gone.Text, func(ctx context.Context) error {
			_, err := s.api.Annotations.DeleteAnnotationByIDWithParams(annotations.NewDeleteAnnotationByIDParamsWithContext(ctx).WithAnnotationID(strconv.FormatInt(gone.ID, 10)))
			if status(err) == http.StatusNotFound {
				return nil
			}
			return err
		}))
	}
	return steps, nil
}

// is reports whether an annotation marks the event.
func (e Event) is(a *models.Annotation) bool { return a.Time == e.On.UnixMilli() && a.Text == e.Text }

// mostEvents is how many annotations are read at most.
const mostEvents = 5000

func (s *scene) annotations(ctx context.Context) ([]*models.Annotation, error) {
	ok, err := s.api.Annotations.GetAnnotations(annotations.NewGetAnnotationsParamsWithContext(ctx).WithTags(dashboards.EventTags()).
		WithType(new("annotation")).WithLimit(new(int64(mostEvents))))
	if err != nil {
		return nil, s.Server.explain("list annotations", err)
	}
	return ok.Payload, nil
}

func (s *scene) annotate(ctx context.Context, e Event) error {
	_, err := s.api.Annotations.PostAnnotationWithParams(annotations.NewPostAnnotationParamsWithContext(ctx).
		WithBody(&models.PostAnnotationsCmd{Text: &e.Text, Time: e.On.UnixMilli(), Tags: dashboards.EventTags()}))
	return s.Server.explain("annotate "+e.Text, err)
}
