package provision

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/weir-warehouse/weir/dashboards"
	"github.com/weir-warehouse/weir/policy"
)

// Files writes what a Grafana reads from files at its start: for each target a
// folder with its data source, dashboards and alert rules, and a token of Weir.
type Files struct {
	Dir     string
	Door    Door
	Keys    Keys
	Targets []Target
}

// filesPlace is where a Grafana in a container finds the token and the
// certificate of who signed the door's.
const (
	filesPlace  = "/etc/grafana/weir"
	firstPort   = 3000
	privateFile = 0o600
	privateDir  = 0o700
)

// Write writes the files, and revokes the tokens that earlier ones had.
func (f Files) Write(ctx context.Context) (paths []string, err error) {
	if _, err := os.Stat(filepath.Join(f.Dir, "compose.yaml")); err != nil {
		if entries, err := os.ReadDir(f.Dir); err == nil && len(entries) > 0 {
			return nil, policy.Errorf(policy.Usage, "%s is not empty, and not a folder that 'weir dashboards export' wrote; name another", f.Dir)
		}
	}
	put := func(path string, data []byte) error {
		full := filepath.Join(f.Dir, path)
		if err := os.MkdirAll(filepath.Dir(full), privateDir); err != nil {
			return err
		}
		paths = append(paths, path)
		return os.WriteFile(full, data, privateFile)
	}
	for _, t := range f.Targets {
		if err := f.target(ctx, t, put); err != nil {
			return paths, fmt.Errorf("export %s: %w", t.Key, err)
		}
	}
	compose, err := f.compose()
	if err == nil {
		err = errors.Join(put("compose.yaml", compose), put("README.md", []byte(f.readme())))
	}
	return paths, err
}

// folder is where a target's files are.
func (t Target) folder() string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == ' ' || r == '/' {
			return '-'
		}
		return r
	}, t.Key)
}

func (f Files) target(ctx context.Context, t Target, put func(string, []byte) error) error {
	dir := t.folder()
	for name, content := range map[string]any{
		"datasources/weir.yaml": f.sourceFile(t), "dashboards/weir.yaml": boardsFile(t), "alerting/weir.yaml": nil,
	} {
		if name == "alerting/weir.yaml" {
			rules, err := rulesFile(t)
			if err != nil {
				return err
			}
			content = rules
		}
		data, err := yaml.MarshalWithOptions(content, yaml.Indent(2), yaml.UseLiteralStyleIfMultiline(true))
		if err != nil {
			return err
		}
		if err := put(filepath.Join(dir, "provisioning", name), data); err != nil {
			return err
		}
	}
	for _, d := range t.Dashboards() {
		data, err := dashboards.JSON(d)
		if err != nil {
			return err
		}
		if err := put(filepath.Join(dir, "dashboards", d.UID+".json"), data); err != nil {
			return err
		}
	}
	if f.Door.CA != "" {
		if err := put(filepath.Join(dir, "weir", "ca.crt"), []byte(f.Door.CA)); err != nil {
			return err
		}
	}
	id, secret, err := f.Keys.Issue(ctx, t)
	if err != nil {
		return err
	}
	if err := put(filepath.Join(dir, "weir", "token"), []byte(secret)); err != nil {
		return errors.Join(err, f.Keys.Revoke(ctx, id))
	}
	return f.Keys.Retire(ctx, t, id)
}

func (f Files) sourceFile(t Target) any {
	secrets := map[string]any{"password": "$__file{" + filesPlace + "/token}"}
	if f.Door.CA != "" {
		secrets["tlsCACert"] = "$__file{" + filesPlace + "/ca.crt}"
	}
	return map[string]any{"apiVersion": 1, "datasources": []any{map[string]any{
		"name": t.Title, "uid": t.UID(), "type": dashboards.SourceType, "access": "proxy", "url": f.Door.Address, "user": t.Principal,
		"isDefault": false, "editable": false, "jsonData": f.Door.Settings(), "secureJsonData": secrets,
	}}}
}

// boardsFile names the folder by its title alone, as files of rules must: a
// Grafana that reads those first would make a folder of another uid.
func boardsFile(t Target) any {
	return map[string]any{"apiVersion": 1, "providers": []any{map[string]any{
		"name": t.Title, "folder": t.Title, "type": "file", "allowUiUpdates": false,
		"options": map[string]any{"path": "/var/lib/weir-dashboards"},
	}}}
}

func rulesFile(t Target) (any, error) {
	rules := []any{}
	for _, r := range t.Alerts() {
		rule, err := ruleOf(t, r)
		if err != nil {
			return nil, err
		}
		m, err := ruleFields(rule)
		if err != nil {
			return nil, err
		}
		delete(m, "folderUID")
		delete(m, "ruleGroup")
		m["for"] = r.For
		rules = append(rules, whole(m))
	}
	if len(rules) == 0 {
		return map[string]any{"apiVersion": 1}, nil
	}
	return map[string]any{"apiVersion": 1, "groups": []any{map[string]any{
		"orgId": 1, "name": "Weir", "folder": t.Title, "interval": "1m", "rules": rules,
	}}}, nil
}

// whole writes whole numbers without a point, as Grafana wants durations.
func whole(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name := range v {
			v[name] = whole(v[name])
		}
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	case float64:
		if v == math.Trunc(v) {
			return int64(v)
		}
	}
	return v
}

// compose starts Weir, and a Grafana for each audience in Weir's own network,
// where a door in clear on loopback is enough.
func (f Files) compose() ([]byte, error) {
	services, ports := map[string]any{}, []string{}
	for i, t := range f.Targets {
		port := firstPort + i
		ports = append(ports, fmt.Sprintf("127.0.0.1:%d:%[1]d", port))
		services["grafana-"+t.folder()] = map[string]any{
			"image": "${GRAFANA_IMAGE:-grafana/grafana:12.4.0}", "network_mode": "service:weir", "depends_on": []string{"weir"},
			"user": "${WEIR_UID:?your user id, which owns the home}:0", "restart": "unless-stopped",
			"environment": map[string]any{ //nolint:gosec // the password is the name of a variable
				"GF_SERVER_HTTP_PORT": strconv.Itoa(port), "GF_ANALYTICS_REPORTING_ENABLED": "false",
				"GF_SECURITY_ADMIN_PASSWORD": "${GRAFANA_PASSWORD:?set the password of Grafana's user admin}",
			},
			"volumes": []string{
				"./" + t.folder() + "/provisioning:/etc/grafana/provisioning:ro", "./" + t.folder() + "/dashboards:/var/lib/weir-dashboards:ro",
				"./" + t.folder() + "/weir:" + filesPlace + ":ro",
			},
		}
	}
	services["weir"] = map[string]any{
		"image": "${WEIR_IMAGE:-debian:trixie-slim}", "command": []string{"/usr/local/bin/weir", "serve", "--home", "/srv/weir"},
		"user": "${WEIR_UID:?your user id, which owns the home}", "ports": ports, "restart": "unless-stopped",
		"volumes": []string{"${WEIR_BINARY:?path of the program weir}:/usr/local/bin/weir:ro", "${WEIR_HOME:?path of the home}:/srv/weir"},
	}
	var b bytes.Buffer
	b.WriteString("# Starts Weir and Grafana together; README.md beside this says how.\n")
	err := yaml.NewEncoder(&b, yaml.Indent(2)).Encode(map[string]any{"name": "weir", "services": services})
	return b.Bytes(), err
}

func (f Files) readme() string {
	var b strings.Builder
	b.WriteString(`# Weir in Grafana, from files

Written by 'weir dashboards export', which writes it anew and revokes the tokens that it wrote before. Each folder is one audience: the
file weir/token opens what the audience's role sees, so keep this folder as private as it is.

## Start Weir and Grafana together

    WEIR_UID=$(id -u) WEIR_BINARY=$(command -v weir) WEIR_HOME=/path/of/the/home GRAFANA_PASSWORD=… docker compose up

Each audience has a Grafana of its own, since everyone of a Grafana's organisation can query each of its data sources:

`)
	for i, t := range f.Targets {
		fmt.Fprintf(&b, "- %s: http://127.0.0.1:%d\n", cmp.Or(strings.TrimPrefix(t.Organisation, organisations), t.Key), firstPort+i)
	}
	b.WriteString(`
The Grafanas share Weir's network, so the PostgreSQL door may stay on loopback, in clear.

## An existing Grafana

Use a Grafana, or an organisation, of the audience's own. Copy the audience's provisioning/ into Grafana's folder of that name, dashboards/ to
/var/lib/weir-dashboards and weir/ to ` + filesPlace + `, or change those two paths in the files; set orgId in them for another organisation than the first;
set the url in datasources/weir.yaml to where Grafana reaches the PostgreSQL door. Restart Grafana. File provisioning says nothing about who may
open a folder: set that in Grafana, or use 'weir dashboards provision', which does all of this over Grafana's API.
`)
	return b.String()
}
