package provision

import (
	"context"
	"net/http"
	"time"

	"github.com/go-openapi/strfmt"
	"github.com/grafana/grafana-openapi-client-go/client/provisioning"
	"github.com/grafana/grafana-openapi-client-go/models"

	"github.com/weir-warehouse/weir/dashboards"
)

// unlocked lets people change a rule in Grafana's pages. Running again puts it
// back.
const unlocked = "true"

// alerts plans an audience's alert rules.
func (s *scene) alerts(ctx context.Context, t Target) (steps []Step, err error) {
	for _, r := range t.Alerts() {
		rule, err := ruleOf(t, r)
		if err != nil {
			return nil, err
		}
		step := Step{s.name, Create, "alert rule", r.Title, "", func(ctx context.Context) error {
			_, err := s.api.Provisioning.PostAlertRule(provisioning.NewPostAlertRuleParamsWithContext(ctx).WithBody(rule).WithXDisableProvenance(new(unlocked)))
			return s.Server.explain("make the alert rule "+r.Title, err)
		}}
		if s.found {
			if err := s.compareRule(ctx, rule, &step); err != nil {
				return nil, err
			}
		}
		steps = append(steps, step)
	}
	return steps, nil
}

func (s *scene) compareRule(ctx context.Context, rule *models.ProvisionedAlertRule, step *Step) error {
	ok, err := s.api.Provisioning.GetAlertRuleWithParams(provisioning.NewGetAlertRuleParamsWithContext(ctx).WithUID(rule.UID))
	if status(err) == http.StatusNotFound {
		return nil
	}
	if err != nil {
		return s.Server.explain("look for the alert rule "+step.Name, err)
	}
	want, err := ruleFields(rule)
	if err != nil {
		return err
	}
	where, err := differs(ok.Payload, want)
	if err != nil {
		return err
	}
	step.Action, step.do = Unchanged, nil
	if where != "" {
		step.Action, step.Why = Update, "another "+where[1:]
		step.do = func(ctx context.Context) error {
			_, err := s.api.Provisioning.PutAlertRule(provisioning.NewPutAlertRuleParamsWithContext(ctx).WithUID(rule.UID).WithBody(rule).WithXDisableProvenance(new(unlocked)))
			return s.Server.explain("change the alert rule "+step.Name, err)
		}
	}
	return nil
}

// expression is Grafana's own data source for conditions.
const expression = "__expr__"

// ruleOf is a rule as Grafana has it: A asks, B is true above the limit.
func ruleOf(t Target, r dashboards.Alert) (*models.ProvisionedAlertRule, error) {
	wait, err := time.ParseDuration(r.For)
	if err != nil {
		return nil, err
	}
	lasting := strfmt.Duration(wait)
	span := &models.RelativeTimeRange{From: models.Duration(r.Seconds)}
	return &models.ProvisionedAlertRule{
		UID: r.UID, Title: &r.Title, FolderUID: new(t.UID()), RuleGroup: new("Weir"), OrgID: new(int64(0)), For: &lasting,
		Condition: new("B"), NoDataState: new("OK"), ExecErrState: new("Error"),
		Labels:      map[string]string{"weir": t.Tag()},
		Annotations: map[string]string{"summary": r.Summary, "description": r.Description, "__dashboardUid__": r.Dashboard, "__panelId__": "1"},
		Data: []*models.AlertQuery{
			{RefID: "A", DatasourceUID: t.UID(), RelativeTimeRange: span, Model: map[string]any{
				"refId": "A", "datasource": map[string]any{"type": dashboards.SourceType, "uid": t.UID()}, "editorMode": "code", "format": "table",
				"rawQuery": true, "rawSql": r.SQL, "intervalMs": 60000, "maxDataPoints": 43200,
			}},
			{RefID: "B", DatasourceUID: expression, RelativeTimeRange: &models.RelativeTimeRange{}, Model: map[string]any{
				"refId": "B", "datasource": map[string]any{"type": expression, "uid": expression}, "type": "threshold", "expression": "A",
				"conditions": []any{map[string]any{"evaluator": map[string]any{"type": "gt", "params": []any{r.Limit}}}}, "intervalMs": 1000, "maxDataPoints": 43200,
			}},
		},
	}, nil
}

// ruleFields are the fields of a rule that Weir decides.
func ruleFields(rule *models.ProvisionedAlertRule) (map[string]any, error) {
	fields, err := plain(rule)
	if err != nil {
		return nil, err
	}
	m := fields.(map[string]any) //nolint:forcetypeassert,errcheck // a rule is an object
	for _, name := range []string{"orgID", "updated", "keep_firing_for"} {
		delete(m, name)
	}
	return m, nil
}
