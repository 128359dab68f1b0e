package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/dashboards"
	"github.com/weir-warehouse/weir/dashboards/provision"
	"github.com/weir-warehouse/weir/dashboards/provision/provisiontest"
	"github.com/weir-warehouse/weir/policy"
)

// grafana is a running Grafana, with its administrator.
type grafana struct {
	*served

	url, user, password string
	passwordFile        string
}

// runningGrafana is the Grafana that GRAFANA_URL names, with its administrator in
// GRAFANA_USER and GRAFANA_PASSWORD, or none.
func runningGrafana(t *testing.T) (g grafana, ok bool) {
	t.Helper()
	g = grafana{url: os.Getenv("GRAFANA_URL"), user: os.Getenv("GRAFANA_USER"), password: os.Getenv("GRAFANA_PASSWORD")}
	if g.url == "" {
		return g, false // a Grafana is not part of the tests; 'make test-grafana' says that it is missing
	}
	g.passwordFile = filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(g.passwordFile, []byte(g.password), 0o600); err != nil {
		t.Fatal(err)
	}
	return g, true
}

// dashboards runs a command of 'weir dashboards' for that Grafana.
func (g grafana) dashboards(what string, more ...string) string {
	g.Helper()
	args := []string{"dashboards", what, "--url", g.url, "--user", g.user, "--password-file", g.passwordFile, "--door", at(g.Doors, policy.PGWire)}
	return g.command(append(args, more...)...)
}

// ask asks Grafana's API in an organisation, as its administrator or as another
// user, and returns the status and the answer.
func (g grafana) ask(user, password string, org int64, method, path string, body any) (int, []byte) {
	g.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		g.Fatal(err)
	}
	request, err := http.NewRequestWithContext(context.Background(), method, g.url+path, bytes.NewReader(text))
	if err != nil {
		g.Fatal(err)
	}
	request.SetBasicAuth(user, password)
	request.Header.Set("Content-Type", "application/json")
	if org != 0 {
		request.Header.Set("X-Grafana-Org-Id", strconv.FormatInt(org, 10))
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		g.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		g.Fatal(err)
	}
	return answer.StatusCode, data
}

// administer asks as the administrator what must be answered.
func (g grafana) administer(org int64, method, path string, body, into any) {
	g.Helper()
	status, data := g.ask(g.user, g.password, org, method, path, body)
	if status != http.StatusOK {
		g.Fatalf("%s %s: %d: %s", method, path, status, data)
	}
	if into != nil {
		if err := json.Unmarshal(data, into); err != nil {
			g.Fatal(err)
		}
	}
}

// organisation is the id of an audience's organisation.
func (g grafana) organisation(role policy.Role) int64 {
	g.Helper()
	var org struct {
		ID int64 `json:"id"`
	}
	g.administer(0, http.MethodGet, "/api/orgs/name/"+strings.ReplaceAll(titleOf(role), " ", "%20"), nil, &org)
	return org.ID
}

func titleOf(role policy.Role) string {
	i := slices.IndexFunc(dashboards.Audiences(), func(a dashboards.Audience) bool { return a.Role == role })
	return dashboards.Audiences()[i].Title
}

// settled asserts that provisioning again would change nothing.
func (g grafana) settled() {
	g.Helper()
	var steps []provision.Step
	if err := json.Unmarshal([]byte(g.dashboards("provision", "--dry-run", "-o", "json")), &steps); err != nil {
		g.Fatal(err)
	}
	for _, step := range steps {
		if step.Action != provision.Unchanged {
			g.Errorf("provisioned again, it would %s the %s %s: %s", step.Action, step.Kind, step.Name, step.Why)
		}
	}
}

// forget deletes the organisations that Weir made.
func (g grafana) forget() {
	var orgs []struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	}
	g.administer(0, http.MethodGet, "/api/orgs", nil, &orgs)
	for _, o := range orgs {
		if strings.HasPrefix(o.Name, "Weir: ") {
			g.administer(0, http.MethodDelete, fmt.Sprint("/api/orgs/", o.ID), nil, nil)
		}
	}
}

// TestGrafana provisions a running Grafana, runs everything there as its
// administrator and as viewers, and deletes what it made. What passes is held
// against the specification that the Grafana publishes.
func TestGrafana(t *testing.T) {
	t.Parallel()
	g, ok := runningGrafana(t)
	if !ok {
		return
	}
	specification, err := provisiontest.Of(t.Context(), g.url)
	if err != nil {
		t.Fatal(err)
	}
	direct := g.url
	g.served, g.url = startDemo(t), specification.Proxy(t, direct)
	g.release(releasedStudy)
	t.Cleanup(g.forget)
	g.dashboards("provision")
	g.settled()
	t.Log(g.dashboards("check"))
	g.settled()
	for _, f := range specification.Faults() {
		t.Errorf("against Grafana's specification: %s", f)
	}
	g.url = direct
	g.viewers(t)
	g.rules(t)
	g.overTLS(t)
	if pruned := g.dashboards("provision", "--prune", "--audience", "privacy_officer"); !strings.Contains(pruned, "delete") {
		t.Errorf("pruning says %s", pruned)
	}
}

// viewers asserts that a viewer of an audience's organisation sees that
// audience's dashboards, and can query its source and no other.
func (g grafana) viewers(t *testing.T) {
	t.Helper()
	const name, password = "weir-test-viewer", "a viewer's own"
	home, away := g.organisation(policy.PrivacyOfficer), g.organisation(policy.DistrictLeader)
	var made struct {
		ID int64 `json:"id"`
	}
	g.administer(0, http.MethodPost, "/api/admin/users", map[string]any{"login": name, "password": password, "OrgId": home}, &made)
	t.Cleanup(func() { g.administer(0, http.MethodDelete, fmt.Sprint("/api/admin/users/", made.ID), nil, nil) })
	g.administer(0, http.MethodPatch, fmt.Sprintf("/api/orgs/%d/users/%d", home, made.ID), map[string]any{"role": "Viewer"}, nil)
	query := func(source string) map[string]any {
		return map[string]any{"from": "now-1h", "to": "now", "queries": []any{map[string]any{
			"refId": "A", "datasource": map[string]any{"type": dashboards.SourceType, "uid": source}, "rawSql": "SELECT count(*) AS n FROM audit.decisions", "format": "table", "rawQuery": true,
		}}}
	}
	for _, c := range []struct {
		what, method, path string
		org                int64
		body               any
		ok                 bool
	}{
		{"query their own source", http.MethodPost, "/api/ds/query", home, query("weir-privacy-officer"), true},
		{"query their own source where none is named", http.MethodPost, "/api/ds/query", 0, query("weir-privacy-officer"), true},
		{"open their own dashboard", http.MethodGet, "/api/dashboards/uid/weir-policy-decisions", home, nil, true},
		{"query another audience's source from here", http.MethodPost, "/api/ds/query", home, query("weir-district-leader"), false},
		{"query another audience's source in its organisation", http.MethodPost, "/api/ds/query", away, query("weir-district-leader"), false},
		{"open another audience's dashboard", http.MethodGet, "/api/dashboards/uid/weir-trust-and-equity", away, nil, false},
		{"switch to another organisation", http.MethodPost, fmt.Sprint("/api/user/using/", away), 0, nil, false},
		{"list another audience's data sources", http.MethodGet, "/api/datasources", away, nil, false},
		{"change their dashboard", http.MethodDelete, "/api/dashboards/uid/weir-policy-decisions", home, nil, false},
	} {
		status, data := g.ask(name, password, c.org, c.method, c.path, c.body)
		if (status == http.StatusOK) != c.ok {
			t.Errorf("a viewer asks to %s: %d: %.300s", c.what, status, data)
		}
		t.Logf("a viewer asks to %-52s %d", c.what, status)
	}
	_, data := g.ask(name, password, home, http.MethodGet, "/api/datasources", nil)
	var listed []struct {
		UID     string         `json:"uid"`
		Secrets map[string]any `json:"secureJsonData"` //nolint:tagliatelle // Grafana's name
	}
	if err := json.Unmarshal(data, &listed); err != nil || len(listed) != 1 || listed[0].UID != "weir-privacy-officer" || len(listed[0].Secrets) > 0 {
		t.Errorf("a viewer lists the data sources %s: %v", data, err)
	}
}

// rules asserts that Grafana evaluates every alert rule without error.
func (g grafana) rules(t *testing.T) {
	t.Helper()
	type rule struct {
		Name      string `json:"name"`
		Health    string `json:"health"`
		LastError string `json:"lastError"` //nolint:tagliatelle // Grafana's name
	}
	for _, a := range dashboards.Audiences() {
		if len(a.Alerts()) == 0 {
			continue
		}
		org := g.organisation(a.Role)
		evaluated := func() (rules []rule, all bool) {
			var answer struct {
				Data struct {
					Groups []struct {
						Rules []rule `json:"rules"`
					} `json:"groups"`
				} `json:"data"`
			}
			g.administer(org, http.MethodGet, "/api/prometheus/grafana/api/v1/rules", nil, &answer)
			for _, group := range answer.Data.Groups {
				rules = append(rules, group.Rules...)
			}
			return rules, len(rules) == len(a.Alerts()) && !slices.ContainsFunc(rules, func(r rule) bool { return r.Health == "unknown" })
		}
		rules, all := evaluated()
		for wait := 0; !all && wait < 150; wait++ {
			time.Sleep(time.Second)
			rules, all = evaluated()
		}
		for _, r := range rules {
			if r.Health != "ok" {
				t.Errorf("%s: %s: %s", r.Name, r.Health, r.LastError)
			}
			t.Logf("%-40s %s", r.Name, r.Health)
		}
		if !all {
			t.Errorf("%s: %d of %d rules are evaluated", a.Title, len(rules), len(a.Alerts()))
		}
	}
}

// overTLS asserts that data sources verify the door's certificate where they are
// told who signed it, and refuse another.
func (g grafana) overTLS(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	certificate, key := writeCertificate(t, dir, "door")
	other, _ := writeCertificate(t, dir, "other")
	g.stop()
	g.served = startDemoWith(t, g.home, map[string]string{"WEIR_SERVE_CERTIFICATE": certificate, "WEIR_SERVE_KEY": key})
	for _, more := range [][]string{{"--ca", certificate}, nil} {
		only := append([]string{"--audience", "data_steward"}, more...)
		g.dashboards("provision", only...)
		t.Logf("%v\n%s", only, g.dashboards("check", only...))
	}
	g.dashboards("provision", "--ca", other, "--audience", "data_steward")
	status, data := g.ask(g.user, g.password, g.organisation(policy.DataSteward), http.MethodGet, "/api/datasources/uid/weir-data-steward/health", nil)
	if status == http.StatusOK {
		t.Errorf("a data source that trusts somebody else finds the door healthy: %s", data)
	}
	t.Logf("a source that trusts somebody else: %d %s", status, data)
}

// writeCertificate writes a certificate that signs itself, and its key.
func writeCertificate(t *testing.T, dir, name string) (certificate, key string) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	draft := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, draft, draft, &secret.PublicKey, secret)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key = filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key")
	for path, block := range map[string]*pem.Block{certificate: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certificate, key
}
