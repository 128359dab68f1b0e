package provision

import (
	"context"
	"slices"
	"strings"

	"github.com/grafana/grafana-openapi-client-go/client/dashboards"
	"github.com/grafana/grafana-openapi-client-go/client/datasources"
	"github.com/grafana/grafana-openapi-client-go/client/folders"
	"github.com/grafana/grafana-openapi-client-go/client/orgs"
	"github.com/grafana/grafana-openapi-client-go/client/provisioning"
	"github.com/grafana/grafana-openapi-client-go/client/search"
	"github.com/grafana/grafana-openapi-client-go/models"
)

// prune plans to delete what Weir made and no longer wants. Organisations stay:
// people are in them.
func (p *Provisioner) prune(ctx context.Context) (steps []Step, err error) {
	names, err := p.organisations(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		s, _, err := p.scene(ctx, name)
		if err != nil {
			return nil, err
		}
		if !s.found {
			continue
		}
		for _, plan := range []func(context.Context) ([]Step, error){s.pruneRules, s.pruneBoards, s.pruneSources, s.pruneFolders} {
			more, err := plan(ctx)
			if err != nil {
				return nil, err
			}
			steps = append(steps, more...)
		}
	}
	return steps, nil
}

// organisations names the organisations that Weir works in: those of the
// targets, and those that it made before.
func (p *Provisioner) organisations(ctx context.Context) (names []string, err error) {
	for _, t := range p.Targets {
		names = append(names, t.Organisation)
	}
	if p.Server.Token != "" {
		return names, nil
	}
	root, err := p.Server.api(0)
	if err != nil {
		return nil, err
	}
	ok, err := root.Orgs.SearchOrgs(orgs.NewSearchOrgsParamsWithContext(ctx).WithQuery(new(organisations)).WithPerpage(new(int64(1000))))
	if err != nil {
		return nil, p.Server.explain("list organisations", err)
	}
	for _, o := range ok.Payload {
		if strings.HasPrefix(o.Name, organisations) && !slices.Contains(names, o.Name) {
			names = append(names, o.Name)
		}
	}
	return names, nil
}

// remove plans to delete one thing.
func (s *scene) remove(kind, name string, do func(ctx context.Context) error) Step {
	return Step{s.name, Delete, kind, name, "no longer wanted", func(ctx context.Context) error {
		return s.Server.explain("delete the "+kind+" "+name, do(ctx))
	}}
}

func (s *scene) pruneRules(ctx context.Context) (steps []Step, err error) {
	ok, err := s.api.Provisioning.GetAlertRulesWithParams(provisioning.NewGetAlertRulesParamsWithContext(ctx))
	if err != nil {
		return nil, s.Server.explain("list alert rules", err)
	}
	var keep []string
	for _, t := range s.wanted() {
		for _, r := range t.Alerts() {
			keep = append(keep, r.UID)
		}
	}
	for _, r := range ok.Payload {
		if owned(r.UID) && !slices.Contains(keep, r.UID) {
			steps = append(steps, s.remove("alert rule", *r.Title, func(ctx context.Context) error {
				_, err := s.api.Provisioning.DeleteAlertRule(provisioning.NewDeleteAlertRuleParamsWithContext(ctx).WithUID(r.UID).WithXDisableProvenance(new(unlocked)))
				return err
			}))
		}
	}
	return steps, nil
}

func (s *scene) pruneBoards(ctx context.Context) (steps []Step, err error) {
	ok, err := s.api.Search.Search(search.NewSearchParamsWithContext(ctx).WithTag([]string{"weir"}).WithType(new("dash-db")).WithLimit(new(int64(5000))))
	if err != nil {
		return nil, s.Server.explain("list dashboards", err)
	}
	var keep []string
	for _, t := range s.wanted() {
		for _, d := range t.Dashboards() {
			keep = append(keep, d.UID)
		}
	}
	for _, d := range ok.Payload {
		if owned(d.UID) && !slices.Contains(keep, d.UID) {
			steps = append(steps, s.remove("dashboard", d.Title, func(ctx context.Context) error {
				_, err := s.api.Dashboards.DeleteDashboardByUIDWithParams(dashboards.NewDeleteDashboardByUIDParamsWithContext(ctx).WithUID(d.UID))
				return err
			}))
		}
	}
	return steps, nil
}

func (s *scene) pruneSources(ctx context.Context) (steps []Step, err error) {
	ok, err := s.api.Datasources.GetDataSourcesWithParams(datasources.NewGetDataSourcesParamsWithContext(ctx))
	if err != nil {
		return nil, s.Server.explain("list data sources", err)
	}
	for _, d := range ok.Payload {
		if owned(d.UID) && !slices.ContainsFunc(s.wanted(), func(t Target) bool { return t.UID() == d.UID }) {
			steps = append(steps, s.remove("data source", d.Name, func(ctx context.Context) error { return s.deleteSource(ctx, d) }))
		}
	}
	return steps, nil
}

// deleteSource deletes a data source, and ends its token.
func (s *scene) deleteSource(ctx context.Context, d *models.DataSourceListItemDTO) error {
	if _, err := s.api.Datasources.DeleteDataSourceByUIDWithParams(datasources.NewDeleteDataSourceByUIDParamsWithContext(ctx).WithUID(d.UID)); err != nil {
		return err
	}
	if id := keyOf(d.JSONData); id != "" {
		return s.Keys.Revoke(ctx, id)
	}
	return nil
}

func (s *scene) pruneFolders(ctx context.Context) (steps []Step, err error) {
	ok, err := s.api.Folders.GetFolders(folders.NewGetFoldersParamsWithContext(ctx).WithLimit(new(int64(1000))))
	if err != nil {
		return nil, s.Server.explain("list folders", err)
	}
	for _, f := range ok.Payload {
		if owned(f.UID) && !slices.ContainsFunc(s.wanted(), func(t Target) bool { return t.UID() == f.UID }) {
			steps = append(steps, s.remove("folder", f.Title, func(ctx context.Context) error {
				_, err := s.api.Folders.DeleteFolder(folders.NewDeleteFolderParamsWithContext(ctx).WithFolderUID(f.UID))
				return err
			}))
		}
	}
	return steps, nil
}
