package provision

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/grafana/grafana-openapi-client-go/client/folders"
	"github.com/grafana/grafana-openapi-client-go/client/teams"
	"github.com/grafana/grafana-openapi-client-go/models"
)

// view is the permission to open a folder and no more.
const view = 1

// folder plans an audience's folder and who may open it.
func (s *scene) folder(ctx context.Context, t Target) ([]Step, error) {
	step := Step{s.name, Create, "folder", t.Title, "", func(ctx context.Context) error { return s.createFolder(ctx, t) }}
	if !s.found {
		return []Step{step, s.opened(t)}, nil
	}
	ok, err := s.api.Folders.GetFolderByUIDWithParams(folders.NewGetFolderByUIDParamsWithContext(ctx).WithFolderUID(t.UID()))
	if status(err) == http.StatusNotFound {
		return []Step{step, s.opened(t)}, nil
	}
	if err != nil {
		return nil, s.Server.explain("look for the folder "+t.Title, err)
	}
	step.Action, step.do = Unchanged, nil
	if ok.Payload.Title != t.Title {
		step.Action, step.Why = Update, "it was called "+ok.Payload.Title
		step.do = func(ctx context.Context) error {
			_, err := s.api.Folders.UpdateFolderWithParams(folders.NewUpdateFolderParamsWithContext(ctx).WithFolderUID(t.UID()).
				WithBody(&models.UpdateFolderCommand{Title: t.Title, Version: ok.Payload.Version}))
			return s.Server.explain("rename the folder "+t.Title, err)
		}
	}
	permissions, err := s.permissions(ctx, t)
	return []Step{step, permissions}, err
}

func (s *scene) createFolder(ctx context.Context, t Target) error {
	_, err := s.api.Folders.CreateFolderWithParams(folders.NewCreateFolderParamsWithContext(ctx).
		WithBody(&models.CreateFolderCommand{UID: t.UID(), Title: t.Title}))
	return s.Server.explain("make the folder "+t.Title, err)
}

// opened plans the permissions of a folder that is not there yet.
func (s *scene) opened(t Target) Step {
	return Step{s.name, Create, "permissions", t.Title, "for " + cmp.Or(t.Team, "viewers and editors"), func(ctx context.Context) error { return s.open(ctx, t) }}
}

// grants are who may open the folder, as words that compare.
func (s *scene) grants(ctx context.Context, t Target) ([]string, []*models.DashboardACLUpdateItem, error) {
	if t.Team == "" {
		return []string{"Editor 1", "Viewer 1"}, []*models.DashboardACLUpdateItem{{Role: "Editor", Permission: view}, {Role: "Viewer", Permission: view}}, nil
	}
	id, err := s.team(ctx, t.Team)
	return []string{fmt.Sprintf("team %d 1", id)}, []*models.DashboardACLUpdateItem{{TeamID: id, Permission: view}}, err
}

// team finds a team, or 0.
func (s *scene) team(ctx context.Context, name string) (int64, error) {
	ok, err := s.api.Teams.SearchTeams(teams.NewSearchTeamsParamsWithContext(ctx).WithName(&name))
	if err != nil {
		return 0, s.Server.explain("look for the team "+name, err)
	}
	for _, found := range ok.Payload.Teams {
		return *found.ID, nil
	}
	return 0, nil
}

func (s *scene) permissions(ctx context.Context, t Target) (Step, error) {
	step := s.opened(t)
	want, _, err := s.grants(ctx, t)
	if err != nil {
		return step, err
	}
	ok, err := s.api.Folders.GetFolderPermissionListWithParams(folders.NewGetFolderPermissionListParamsWithContext(ctx).WithFolderUID(t.UID()))
	if err != nil {
		return step, s.Server.explain("look who may open "+t.Title, err)
	}
	var have []string
	for _, p := range ok.Payload {
		switch {
		case p.Inherited, p.Role == "Admin": // administrators may always
		case p.Role != "":
			have = append(have, fmt.Sprintf("%s %d", p.Role, p.Permission))
		case p.TeamID != 0:
			have = append(have, fmt.Sprintf("team %d %d", p.TeamID, p.Permission))
		default:
			have = append(have, fmt.Sprintf("user %d %d", p.UserID, p.Permission))
		}
	}
	slices.Sort(have)
	step.Action = Update
	if slices.Equal(have, want) {
		step.Action, step.do = Unchanged, nil
	}
	return step, nil
}

// open lets the audience open the folder, and makes its team if there is none.
func (s *scene) open(ctx context.Context, t Target) error {
	_, items, err := s.grants(ctx, t)
	if err != nil {
		return err
	}
	if t.Team != "" && items[0].TeamID == 0 {
		made, err := s.api.Teams.CreateTeamWithParams(teams.NewCreateTeamParamsWithContext(ctx).WithBody(&models.CreateTeamCommand{Name: &t.Team}))
		if err != nil {
			return s.Server.explain("make the team "+t.Team, err)
		}
		items[0].TeamID = made.Payload.TeamID
	}
	_, err = s.api.Folders.UpdateFolderPermissionsWithParams(folders.NewUpdateFolderPermissionsParamsWithContext(ctx).WithFolderUID(t.UID()).
		WithBody(&models.UpdateDashboardACLCommand{Items: items}))
	return s.Server.explain("say who may open "+t.Title, err)
}
