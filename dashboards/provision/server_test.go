package provision_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-openapi/strfmt"
	"github.com/grafana/grafana-openapi-client-go/models"

	"github.com/weir-warehouse/weir/dashboards/provision/provisiontest"
)

// stub is a Grafana that keeps what it is told. Every request's body, and every
// answer, must be what Grafana's OpenAPI specification says, as the client's
// models and operations have it: a path and a status that are in it, no field
// that is not, each required one there, each value valid. Where GRAFANA_URL names
// a Grafana, everything is held against the specification that it publishes too.
type stub struct {
	*httptest.Server

	t          *testing.T
	faults     []fault
	operations provisiontest.Operations
	routed     http.Handler

	mu      sync.Mutex
	orgs    []*organisation
	changes int // requests that changed something
}

type organisation struct {
	name        string
	folders     map[string]*models.Folder
	permissions map[string][]*models.DashboardACLInfoDTO
	sources     map[string]*models.DataSource
	secrets     map[string]map[string]string
	boards      map[string]*models.DashboardFullWithMeta
	rules       map[string]*models.ProvisionedAlertRule
	teams       []*models.TeamDTO
	marks       []*models.Annotation
}

// fault is what goes wrong with the next request that it meets.
type fault struct {
	method, path string
	status       int           // answered in place of doing it; 0: nothing is answered
	after        bool          // it is done, and then goes wrong
	slow         time.Duration // waited first
}

func newStub(t *testing.T) *stub {
	t.Helper()
	operations, err := operations()
	if err != nil {
		t.Fatal(err)
	}
	s := &stub{t: t, operations: operations}
	s.organisation("Main Org.")
	s.routed = s.published(http.HandlerFunc(s.route))
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

var operations = sync.OnceValues(provisiontest.ClientOperations)

// published holds the stub against the specification that a running Grafana
// publishes, if there is one.
func (s *stub) published(h http.Handler) http.Handler {
	url := os.Getenv("GRAFANA_URL")
	if url == "" {
		return h
	}
	specification, err := provisiontest.Of(s.t.Context(), url)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		for _, f := range specification.Faults() {
			s.t.Errorf("against the published specification: %s", f)
		}
	})
	return specification.Around(h)
}

// answered is a status that was answered.
type answered struct {
	http.ResponseWriter

	status int
}

func (a *answered) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

func (s *stub) organisation(name string) int64 {
	s.orgs = append(s.orgs, &organisation{
		name, map[string]*models.Folder{}, map[string][]*models.DashboardACLInfoDTO{}, map[string]*models.DataSource{}, map[string]map[string]string{},
		map[string]*models.DashboardFullWithMeta{}, map[string]*models.ProvisionedAlertRule{}, nil, nil,
	})
	return int64(len(s.orgs))
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	i := slices.IndexFunc(s.faults, func(f fault) bool { return f.method == r.Method && strings.HasPrefix(r.URL.Path, "/api"+f.path) })
	var f fault
	if i >= 0 {
		f = s.faults[i]
		s.faults = slices.Delete(s.faults, i, i+1)
	}
	s.mu.Unlock()
	if f.slow > 0 {
		time.Sleep(f.slow)
	}
	switch {
	case i >= 0 && f.after:
		s.route(httptest.NewRecorder(), r)
		fallthrough
	case i >= 0 && f.status == 0:
		connection, _, err := w.(http.Hijacker).Hijack() //nolint:forcetypeassert // a server's can
		if err != nil {
			s.t.Error(err)
			return
		}
		_ = connection.Close()
	case i >= 0:
		s.answer(w, f.status, &models.ErrorResponseBody{Message: new("it went wrong")})
	default:
		a := &answered{w, http.StatusOK}
		s.routed.ServeHTTP(a, r)
		if err := s.operations.Check(r.Method, r.URL.Path, a.status); err != nil && !provisiontest.Undocumented(r.Method, r.URL.Path, a.status) {
			s.t.Error(err)
		}
	}
}

func (s *stub) route(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, password, basic := r.BasicAuth()
	if r.URL.Path != "/api/health" && (!basic || user != "admin" || password != "secret") && r.Header.Get("Authorization") != "Bearer token" {
		s.answer(w, http.StatusUnauthorized, &models.ErrorResponseBody{Message: new("Invalid username or password")})
		return
	}
	id := 1
	if text := r.Header.Get("X-Grafana-Org-Id"); text != "" {
		id, _ = strconv.Atoi(text)
	}
	if id < 1 || id > len(s.orgs) {
		s.answer(w, http.StatusUnauthorized, &models.ErrorResponseBody{Message: new("no such organisation")})
		return
	}
	if r.Method != http.MethodGet {
		s.changes++
	}
	mux := http.NewServeMux()
	s.routes(mux, s.orgs[id-1], basic)
	mux.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) {
		s.t.Errorf("%s %s is in no specification", r.Method, r.URL.Path)
	})
	mux.ServeHTTP(w, r)
}

// valid is a model of the specification.
type valid interface {
	Validate(formats strfmt.Registry) error
}

// answer answers with a model.
func (s *stub) answer(w http.ResponseWriter, status int, body valid) {
	if err := body.Validate(strfmt.Default); err != nil {
		s.t.Errorf("an answer breaks the specification: %v", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		s.t.Log(err)
	}
}

// read reads a body into a model.
func (s *stub) read(r *http.Request, body valid) {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(body); err != nil {
		s.t.Errorf("%s %s: its body is not in the specification: %v", r.Method, r.URL.Path, err)
	}
	if err := body.Validate(strfmt.Default); err != nil {
		s.t.Errorf("%s %s breaks the specification: %v", r.Method, r.URL.Path, err)
	}
	if _, err := d.Token(); err != io.EOF {
		s.t.Errorf("%s %s: more than one body", r.Method, r.URL.Path)
	}
}

// list answers with a list of models.
func list[T valid](s *stub, w http.ResponseWriter, items []T) {
	for _, item := range items {
		if err := item.Validate(strfmt.Default); err != nil {
			s.t.Errorf("an answer breaks the specification: %v", err)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(append([]T{}, items...)); err != nil {
		s.t.Log(err)
	}
}

// one answers with what is kept under a key, or that it is not.
func one[T valid](s *stub, w http.ResponseWriter, kept map[string]T, key string) (T, bool) {
	found, ok := kept[key]
	if !ok {
		s.answer(w, http.StatusNotFound, &models.ErrorResponseBody{Message: new("not found")})
	}
	return found, ok
}

func (s *stub) routes(mux *http.ServeMux, o *organisation, root bool) {
	mux.HandleFunc("GET /api/health", func(w http.ResponseWriter, _ *http.Request) {
		s.answer(w, http.StatusOK, &models.HealthResponse{Database: "ok", Version: "12.4.0"})
	})
	mux.HandleFunc("GET /api/orgs/name/{name}", func(w http.ResponseWriter, r *http.Request) {
		i := slices.IndexFunc(s.orgs, func(o *organisation) bool { return o.name == r.PathValue("name") })
		if i < 0 {
			s.answer(w, http.StatusNotFound, &models.ErrorResponseBody{Message: new("Organization not found")})
			return
		}
		s.answer(w, http.StatusOK, &models.OrgDetailsDTO{ID: int64(i + 1), Name: s.orgs[i].name})
	})
	mux.HandleFunc("GET /api/orgs", func(w http.ResponseWriter, r *http.Request) {
		var found []*models.OrgDTO
		for i, o := range s.orgs {
			if strings.Contains(o.name, r.URL.Query().Get("query")) {
				found = append(found, &models.OrgDTO{ID: int64(i + 1), Name: o.name})
			}
		}
		list(s, w, found)
	})
	mux.HandleFunc("POST /api/orgs", func(w http.ResponseWriter, r *http.Request) {
		var c models.CreateOrgCommand
		s.read(r, &c)
		if !root {
			s.answer(w, http.StatusForbidden, &models.ErrorResponseBody{Message: new("You'll need additional permissions")})
			return
		}
		s.answer(w, http.StatusOK, &models.CreateOrgOKBody{OrgID: new(s.organisation(c.Name)), Message: new("Organization created")})
	})
	s.folderRoutes(mux, o)
	s.sourceRoutes(mux, o)
	s.boardRoutes(mux, o)
	s.ruleRoutes(mux, o)
	s.markRoutes(mux, o)
}

func (s *stub) folderRoutes(mux *http.ServeMux, o *organisation) {
	mux.HandleFunc("GET /api/folders/{uid}", func(w http.ResponseWriter, r *http.Request) {
		if f, ok := one(s, w, o.folders, r.PathValue("uid")); ok {
			s.answer(w, http.StatusOK, f)
		}
	})
	mux.HandleFunc("GET /api/folders", func(w http.ResponseWriter, _ *http.Request) {
		var found []*models.FolderSearchHit
		for uid, f := range o.folders {
			found = append(found, &models.FolderSearchHit{UID: uid, Title: f.Title})
		}
		list(s, w, found)
	})
	mux.HandleFunc("POST /api/folders", func(w http.ResponseWriter, r *http.Request) {
		var c models.CreateFolderCommand
		s.read(r, &c)
		if o.folders[c.UID] != nil {
			s.answer(w, http.StatusConflict, &models.ErrorResponseBody{Message: new("a folder with that uid exists")})
			return
		}
		o.folders[c.UID] = &models.Folder{UID: c.UID, Title: c.Title, Version: 1, Parents: []*models.Folder{}}
		o.permissions[c.UID] = []*models.DashboardACLInfoDTO{{UserID: 1, Permission: 4}, {Role: "Admin", Permission: 4}}
		s.answer(w, http.StatusOK, o.folders[c.UID])
	})
	mux.HandleFunc("PUT /api/folders/{uid}", func(w http.ResponseWriter, r *http.Request) {
		var c models.UpdateFolderCommand
		s.read(r, &c)
		f, ok := one(s, w, o.folders, r.PathValue("uid"))
		if !ok {
			return
		}
		if f.Version != c.Version && !c.Overwrite {
			s.answer(w, http.StatusPreconditionFailed, &models.ErrorResponseBody{Message: new("it was changed")})
			return
		}
		f.Title, f.Version = c.Title, f.Version+1
		s.answer(w, http.StatusOK, f)
	})
	mux.HandleFunc("DELETE /api/folders/{uid}", func(w http.ResponseWriter, r *http.Request) {
		uid := r.PathValue("uid")
		if f, ok := one(s, w, o.folders, uid); ok {
			for _, rule := range o.rules {
				if *rule.FolderUID == uid {
					s.answer(w, http.StatusBadRequest, &models.ErrorResponseBody{Message: new("folder contains alert rules")})
					return
				}
			}
			delete(o.folders, uid)
			s.answer(w, http.StatusOK, &models.DeleteFolderOKBody{ID: new(int64(1)), Title: &f.Title, Message: new("deleted")})
		}
	})
	mux.HandleFunc("GET /api/folders/{uid}/permissions", func(w http.ResponseWriter, r *http.Request) { list(s, w, o.permissions[r.PathValue("uid")]) })
	mux.HandleFunc("POST /api/folders/{uid}/permissions", func(w http.ResponseWriter, r *http.Request) {
		var c models.UpdateDashboardACLCommand
		s.read(r, &c)
		kept := []*models.DashboardACLInfoDTO{{Role: "Admin", Permission: 4}}
		for _, item := range c.Items {
			kept = append(kept, &models.DashboardACLInfoDTO{Role: item.Role, TeamID: item.TeamID, UserID: item.UserID, Permission: item.Permission})
		}
		o.permissions[r.PathValue("uid")] = kept
		s.answer(w, http.StatusOK, &models.SuccessResponseBody{Message: "Folder permissions updated"})
	})
	mux.HandleFunc("GET /api/teams/search", func(w http.ResponseWriter, r *http.Request) {
		name := r.URL.Query().Get("name")
		found := slices.DeleteFunc(append([]*models.TeamDTO{}, o.teams...), func(t *models.TeamDTO) bool { return *t.Name != name })
		s.answer(w, http.StatusOK, &models.SearchTeamQueryResult{Teams: found, TotalCount: int64(len(found))})
	})
	mux.HandleFunc("POST /api/teams", func(w http.ResponseWriter, r *http.Request) {
		var c models.CreateTeamCommand
		s.read(r, &c)
		id := int64(len(o.teams) + 1)
		o.teams = append(o.teams, &models.TeamDTO{ID: &id, Name: c.Name, OrgID: new(int64(1)), UID: new(fmt.Sprint("t", id)), MemberCount: new(int64(0)), IsProvisioned: new(false)})
		s.answer(w, http.StatusOK, &models.CreateTeamOKBody{TeamID: id, Message: "Team created"})
	})
}

func (s *stub) sourceRoutes(mux *http.ServeMux, o *organisation) {
	mux.HandleFunc("GET /api/datasources/uid/{uid}", func(w http.ResponseWriter, r *http.Request) {
		if d, ok := one(s, w, o.sources, r.PathValue("uid")); ok {
			s.answer(w, http.StatusOK, d)
		}
	})
	mux.HandleFunc("GET /api/datasources", func(w http.ResponseWriter, _ *http.Request) {
		var found []*models.DataSourceListItemDTO
		for _, d := range o.sources {
			found = append(found, &models.DataSourceListItemDTO{UID: d.UID, Name: d.Name, Type: d.Type, JSONData: d.JSONData})
		}
		list(s, w, found)
	})
	mux.HandleFunc("POST /api/datasources", func(w http.ResponseWriter, r *http.Request) {
		var c models.AddDataSourceCommand
		s.read(r, &c)
		for _, d := range o.sources {
			if d.Name == c.Name || d.UID == c.UID {
				s.answer(w, http.StatusConflict, &models.ErrorResponseBody{Message: new("data source with the same name already exists")})
				return
			}
		}
		d := &models.DataSource{
			ID: int64(len(o.sources) + 1), UID: c.UID, Name: c.Name, Type: c.Type, Access: c.Access, URL: c.URL, User: c.User, Database: c.Database,
			IsDefault: c.IsDefault, JSONData: c.JSONData, Version: 1, OrgID: 1,
		}
		s.keepSource(o, d, c.SecureJSONData)
		s.answer(w, http.StatusOK, &models.AddDataSourceOKBody{ID: &d.ID, Name: &d.Name, Message: new("Datasource added"), Datasource: d})
	})
	mux.HandleFunc("PUT /api/datasources/uid/{uid}", func(w http.ResponseWriter, r *http.Request) {
		var c models.UpdateDataSourceCommand
		s.read(r, &c)
		d, ok := one(s, w, o.sources, r.PathValue("uid"))
		if !ok {
			return
		}
		if c.Version != 0 && c.Version != d.Version {
			s.answer(w, http.StatusConflict, &models.ErrorResponseBody{Message: new("Datasource has already been updated by someone else")})
			return
		}
		d.Name, d.Type, d.URL, d.User, d.Database, d.IsDefault, d.JSONData, d.Version = c.Name, c.Type, c.URL, c.User, c.Database, c.IsDefault, c.JSONData, d.Version+1
		s.keepSource(o, d, c.SecureJSONData)
		s.answer(w, http.StatusOK, &models.UpdateDataSourceByUIDOKBody{ID: &d.ID, Name: &d.Name, Message: new("Datasource updated"), Datasource: d})
	})
	mux.HandleFunc("DELETE /api/datasources/uid/{uid}", func(w http.ResponseWriter, r *http.Request) {
		if _, ok := one(s, w, o.sources, r.PathValue("uid")); ok {
			delete(o.sources, r.PathValue("uid"))
			s.answer(w, http.StatusOK, &models.SuccessResponseBody{Message: "Data source deleted"})
		}
	})
}

func (s *stub) keepSource(o *organisation, d *models.DataSource, secrets map[string]string) {
	o.sources[d.UID], d.SecureJSONFields = d, map[string]bool{}
	o.secrets[d.UID] = secrets
	for name := range secrets {
		d.SecureJSONFields[name] = true
	}
}

func (s *stub) boardRoutes(mux *http.ServeMux, o *organisation) {
	mux.HandleFunc("GET /api/dashboards/uid/{uid}", func(w http.ResponseWriter, r *http.Request) {
		if d, ok := one(s, w, o.boards, r.PathValue("uid")); ok {
			s.answer(w, http.StatusOK, d)
		}
	})
	mux.HandleFunc("POST /api/dashboards/db", func(w http.ResponseWriter, r *http.Request) {
		var c models.SaveDashboardCommand
		s.read(r, &c)
		board, ok := c.Dashboard.(map[string]any)
		if !ok || o.folders[c.FolderUID] == nil {
			s.answer(w, http.StatusBadRequest, &models.ErrorResponseBody{Message: new("no dashboard, or no folder")})
			return
		}
		uid := fmt.Sprint(board["uid"])
		version := int64(1)
		if old := o.boards[uid]; old != nil {
			if version = old.Meta.Version + 1; !c.Overwrite {
				s.answer(w, http.StatusPreconditionFailed, &models.ErrorResponseBody{Message: new("The dashboard has been changed by someone else")})
				return
			}
		}
		board["id"], board["version"] = 7, version
		o.boards[uid] = &models.DashboardFullWithMeta{Dashboard: board, Meta: &models.DashboardMeta{FolderUID: c.FolderUID, Version: version}}
		s.answer(w, http.StatusOK, &models.PostDashboardOKBody{
			ID: new(int64(7)), UID: &uid, Title: new(fmt.Sprint(board["title"])), URL: new("/d/" + uid), Status: new("success"), Version: &version,
		})
	})
	mux.HandleFunc("DELETE /api/dashboards/uid/{uid}", func(w http.ResponseWriter, r *http.Request) {
		if _, ok := one(s, w, o.boards, r.PathValue("uid")); ok {
			delete(o.boards, r.PathValue("uid"))
			s.answer(w, http.StatusOK, &models.DeleteDashboardByUIDOKBody{UID: new(r.PathValue("uid")), Title: new("a"), Message: new("deleted")})
		}
	})
	mux.HandleFunc("GET /api/search", func(w http.ResponseWriter, r *http.Request) {
		var found []*models.Hit
		for uid, d := range o.boards {
			board := d.Dashboard.(map[string]any) //nolint:forcetypeassert,errcheck // it was kept as one
			tags := fmt.Sprint(board["tags"])
			if strings.Contains(tags, r.URL.Query().Get("tag")) {
				found = append(found, &models.Hit{UID: uid, Title: fmt.Sprint(board["title"]), Type: "dash-db", Tags: []string{}})
			}
		}
		list(s, w, found)
	})
}

func (s *stub) ruleRoutes(mux *http.ServeMux, o *organisation) {
	keep := func(w http.ResponseWriter, r *http.Request, status int) {
		var rule models.ProvisionedAlertRule
		s.read(r, &rule)
		if o.folders[*rule.FolderUID] == nil || r.Header.Get("X-Disable-Provenance") == "" {
			s.answer(w, http.StatusBadRequest, &models.ErrorResponseBody{Message: new("no folder, or locked")})
			return
		}
		rule.OrgID = new(int64(9))
		o.rules[rule.UID] = &rule
		s.answer(w, status, &rule)
	}
	mux.HandleFunc("GET /api/v1/provisioning/alert-rules/{uid}", func(w http.ResponseWriter, r *http.Request) {
		if rule, ok := one(s, w, o.rules, r.PathValue("uid")); ok {
			s.answer(w, http.StatusOK, rule)
		}
	})
	mux.HandleFunc("GET /api/v1/provisioning/alert-rules", func(w http.ResponseWriter, _ *http.Request) {
		var found []*models.ProvisionedAlertRule
		for _, rule := range o.rules {
			found = append(found, rule)
		}
		list(s, w, found)
	})
	mux.HandleFunc("POST /api/v1/provisioning/alert-rules", func(w http.ResponseWriter, r *http.Request) { keep(w, r, http.StatusCreated) })
	mux.HandleFunc("PUT /api/v1/provisioning/alert-rules/{uid}", func(w http.ResponseWriter, r *http.Request) { keep(w, r, http.StatusOK) })
	mux.HandleFunc("DELETE /api/v1/provisioning/alert-rules/{uid}", func(w http.ResponseWriter, r *http.Request) {
		delete(o.rules, r.PathValue("uid"))
		w.WriteHeader(http.StatusNoContent)
	})
}

func (s *stub) markRoutes(mux *http.ServeMux, o *organisation) {
	mux.HandleFunc("GET /api/annotations", func(w http.ResponseWriter, r *http.Request) {
		list(s, w, slices.DeleteFunc(slices.Clone(o.marks), func(a *models.Annotation) bool {
			return slices.ContainsFunc(r.URL.Query()["tags"], func(tag string) bool { return !slices.Contains(a.Tags, tag) })
		}))
	})
	mux.HandleFunc("POST /api/annotations", func(w http.ResponseWriter, r *http.Request) {
		var c models.PostAnnotationsCmd
		s.read(r, &c)
		id := int64(len(o.marks) + 1)
		o.marks = append(o.marks, &models.Annotation{ID: id, Text: *c.Text, Time: c.Time, Tags: c.Tags})
		s.answer(w, http.StatusOK, &models.PostAnnotationOKBody{ID: &id, Message: new("Annotation added")})
	})
	mux.HandleFunc("DELETE /api/annotations/{id}", func(w http.ResponseWriter, r *http.Request) {
		o.marks = slices.DeleteFunc(o.marks, func(a *models.Annotation) bool { return strconv.FormatInt(a.ID, 10) == r.PathValue("id") })
		s.answer(w, http.StatusOK, &models.SuccessResponseBody{Message: "Annotation deleted"})
	})
}
