package provision

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/grafana-openapi-client-go/client/datasources"

	"github.com/weir-warehouse/weir/dashboards"
	"github.com/weir-warehouse/weir/policy"
)

// Checked is what the check of one thing found.
type Checked struct {
	Organisation string  `json:"organisation"`
	What         string  `json:"what"` // a data source, a panel, a rule
	OK           bool    `json:"ok"`
	Rows         int     `json:"rows"`
	Milliseconds float64 `json:"milliseconds"`
	Problem      string  `json:"problem,omitempty"`
}

// Check asks a running Grafana: whether each data source is healthy, whether
// each panel, variable and rule answers, and whether an audience can query the
// source of another.
func (p *Provisioner) Check(ctx context.Context) (found []Checked, err error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	for _, t := range p.Targets {
		s, _, err := p.scene(ctx, t.Organisation)
		if err != nil {
			return nil, err
		}
		if !s.found {
			return nil, policy.Errorf(policy.NotFound, "Grafana at %s has no organisation %s; 'weir dashboards provision' makes it", p.Server.URL, t.Organisation)
		}
		c := &inspection{scene: s, target: t}
		if err := c.look(ctx); err != nil {
			return nil, err
		}
		found = append(found, c.found...)
	}
	return found, nil
}

// inspection is the check of one target.
type inspection struct {
	*scene

	target Target
	found  []Checked
}

func (c *inspection) look(ctx context.Context) error {
	if healthy, err := c.health(ctx); err != nil || !healthy {
		return err
	}
	for _, d := range c.target.Dashboards() {
		values := map[string][]string{}
		for _, v := range d.Templating.List {
			rows := c.ask(ctx, d.Title+": variable "+v.Name, c.target.UID(), dashboards.Interpolate(v.Query, values), "table", d.Time.From)
			for _, row := range rows {
				values[v.Name] = append(values[v.Name], fmt.Sprint(row))
			}
		}
		for _, panel := range d.Panels {
			for _, q := range panel.Targets {
				c.ask(ctx, d.Title+": "+panel.Title, c.target.UID(), dashboards.Interpolate(q.RawSQL, values), q.Format, d.Time.From)
			}
		}
	}
	for _, r := range c.target.Alerts() {
		c.ask(ctx, "alert rule "+r.Title, c.target.UID(), r.SQL, "table", "now-"+strconv.Itoa(r.Seconds)+"s")
	}
	c.apart(ctx)
	return nil
}

// health asks whether the data source is; if it is not, its panels need not be
// asked.
func (c *inspection) health(ctx context.Context) (bool, error) {
	began := time.Now()
	_, err := c.api.Datasources.CheckDatasourceHealthWithUIDWithParams(datasources.NewCheckDatasourceHealthWithUIDParamsWithContext(ctx).WithUID(c.target.UID()))
	r := Checked{Organisation: c.name, What: "data source " + c.target.Title, OK: err == nil, Milliseconds: since(began)}
	switch code := status(err); {
	case err == nil:
	case code == http.StatusUnauthorized || code == http.StatusForbidden || code == 0:
		return false, c.Server.explain("ask whether "+c.target.Title+" is healthy", err)
	default:
		r.Problem = err.Error()
	}
	c.found = append(c.found, r)
	return r.OK, nil
}

// ask runs a query as a panel does, and returns the first column.
func (c *inspection) ask(ctx context.Context, what, source, sql, format, from string) []any {
	began := time.Now()
	column, rows, err := c.query(ctx, source, sql, format, from)
	r := Checked{Organisation: c.name, What: what, OK: err == nil, Rows: rows, Milliseconds: since(began)}
	if err != nil {
		r.Problem = err.Error()
	}
	c.found = append(c.found, r)
	return column
}

// apart asserts that no other audience's source can be queried from here.
func (c *inspection) apart(ctx context.Context) {
	for _, other := range dashboards.Audiences() {
		if other.UID() == c.target.UID() {
			continue
		}
		began := time.Now()
		_, _, err := c.query(ctx, other.UID(), "SELECT 1", "table", "now-1h")
		r := Checked{Organisation: c.name, What: "cannot query " + other.Title, OK: err != nil, Milliseconds: since(began)}
		if err == nil {
			r.Problem = "it can: the data source of another audience is in this organisation"
		}
		c.found = append(c.found, r)
	}
}

func since(began time.Time) float64 { return float64(time.Since(began).Microseconds()) / 1000 }

// frames is what Grafana answers to a query.
type frames struct {
	Message string `json:"message"`
	Results map[string]struct {
		Error  string `json:"error"`
		Frames []struct {
			Data struct {
				Values [][]any `json:"values"`
			} `json:"data"`
		} `json:"frames"`
	} `json:"results"`
}

// query asks /api/ds/query, whose answer the client's models do not describe as
// Grafana gives it.
func (c *inspection) query(ctx context.Context, source, sql, format, from string) (column []any, rows int, err error) {
	body, err := json.Marshal(map[string]any{
		"from": from, "to": "now",
		"queries": []any{map[string]any{
			"refId": "A", "datasource": map[string]any{"type": dashboards.SourceType, "uid": source},
			"rawSql": sql, "format": format, "rawQuery": true, "intervalMs": 3600000, "maxDataPoints": 500,
		}},
	})
	if err != nil {
		return nil, 0, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(c.Server.URL, "/")+"/api/ds/query", bytes.NewReader(body))
	if err != nil {
		return nil, 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	if c.Server.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.Server.Token)
	} else {
		request.SetBasicAuth(c.Server.User, c.Server.Password)
		request.Header.Set("X-Grafana-Org-Id", strconv.FormatInt(c.id, 10))
	}
	answer, err := (&http.Client{Timeout: Patience}).Do(request)
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, 0, err
	}
	return read(answer.StatusCode, data)
}

func read(status int, data []byte) (column []any, rows int, err error) {
	var f frames
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, 0, fmt.Errorf("status %d, and no JSON: %w", status, err)
	}
	if text := f.Results["A"].Error; text != "" {
		return nil, 0, errors.New(text)
	}
	if status != http.StatusOK {
		return nil, 0, fmt.Errorf("status %d: %s", status, f.Message)
	}
	for _, frame := range f.Results["A"].Frames {
		if len(frame.Data.Values) > 0 {
			column = append(column, frame.Data.Values[0]...)
			rows += len(frame.Data.Values[0])
		}
	}
	return column, rows, nil
}
