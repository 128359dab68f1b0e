package pgwire_test

import (
	"context"
	"crypto/tls"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/doors/pgwire"
)

// whoami asks what a session was let in as.
func whoami(t *testing.T, c *pgx.Conn) string {
	t.Helper()
	var out []string
	for _, name := range []string{"session_authorization", "weir.purpose", "weir.agreement", "application_name"} {
		var value string
		if err := c.QueryRow(context.Background(), "SHOW "+name).Scan(&value); err != nil {
			t.Fatal(err)
		}
		out = append(out, value)
	}
	return strings.Join(out, " ")
}

func TestLogin(t *testing.T) {
	t.Parallel()
	d := open(t)
	research := "&options=" + strings.ReplaceAll(url.QueryEscape("-c weir.purpose=research --weir.agreement=growth-study -c application_name=a\\ b"), "+", "%20")
	for name, tt := range map[string]struct{ user, secret, more, want string }{
		"principal":               {"researcher", d.Secret(policy.Researcher), "", "researcher research growth-study "},
		"principal and purpose":   {"researcher/research", d.Secret(policy.Researcher), "&application_name=x", "researcher research growth-study x"},
		"start-up options":        {"researcher", d.Secret(policy.Researcher), research, "researcher research growth-study a b"},
		"another purpose":         {"researcher/evaluation", d.Secret(policy.Researcher), "", "28000"},
		"another agreement":       {"researcher", d.Secret(policy.Researcher), "&weir.agreement=other", "28000"},
		"another's token":         {"coach", d.Secret(policy.Teacher), "", "28P01"},
		"no token":                {"coach", "weir_nonsense", "", "28P01"},
		"unknown principal":       {"nobody", d.Secret(policy.Teacher), "", "28P01"},
		"empty principal":         {"/research", d.Secret(policy.Teacher), "", "28P01"},
		"unknown setting":         {"coach", d.Secret(policy.Coach), "&options=-c%20nope%3D1", "42704"},
		"replication":             {"coach", d.Secret(policy.Coach), "&replication=database", "42501"},
		"no option":               {"coach", d.Secret(policy.Coach), "&options=nonsense", "22023"},
		"setting with one value":  {"coach", d.Secret(policy.Coach), "&client_encoding=latin1", "22023"},
		"time zone is for others": {"coach", d.Secret(policy.Coach), "&TimeZone=Asia/Tokyo", "coach coaching  "},
	} {
		where := url.URL{Scheme: "postgres", User: url.UserPassword(tt.user, tt.secret), Host: d.Address, Path: "weir", RawQuery: "sslmode=disable" + tt.more}
		c, err := pgx.Connect(context.Background(), where.String())
		got := codeOf(err)
		if err == nil {
			got = whoami(t, c)
			_ = c.Close(context.Background())
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q (%v)", name, got, tt.want, err)
		}
	}
}

// TestTLS asserts that nothing is said in clear where a certificate is, and
// that a log-in can be bound to that certificate.
func TestTLS(t *testing.T) {
	t.Parallel()
	own, pool := certificate(t)
	d := open(t, func(c *pgwire.Config) { c.TLS = &tls.Config{Certificates: []tls.Certificate{own}} })
	connect := func(channelBinding string, adjust func(*tls.Config)) (tls.ConnectionState, error) {
		config, err := pgx.ParseConfig(strings.Replace(d.url(policy.Coach, "&channel_binding="+channelBinding), "disable", "require", 1))
		if err != nil {
			t.Fatal(err)
		}
		config.TLSConfig = &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}
		adjust(config.TLSConfig)
		c, err := pgx.ConnectConfig(context.Background(), config)
		if err != nil {
			return tls.ConnectionState{}, err
		}
		defer c.Close(context.Background()) //nolint:errcheck // test
		secure, ok := c.PgConn().Conn().(*tls.Conn)
		if !ok {
			t.Fatal("not encrypted")
		}
		return secure.ConnectionState(), c.Ping(context.Background())
	}
	for _, binding := range []string{"disable", "prefer", "require"} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			s, err := connect(binding, func(c *tls.Config) { c.MaxVersion = version })
			if err != nil || s.Version != version {
				t.Errorf("%s: %v, version %x", binding, err, s.Version)
			}
		}
	}
	if _, err := connect("prefer", func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }); err == nil {
		t.Error("TLS 1.1 was taken")
	}
	if _, err := pgx.Connect(context.Background(), d.url(policy.Coach, "")); codeOf(err) != "28000" {
		t.Errorf("in clear: %v", err)
	}
}

// TestClientCertificate asserts that a door which wants certificates of its
// clients has them.
func TestClientCertificate(t *testing.T) {
	t.Parallel()
	own, pool := certificate(t)
	d := open(t, func(c *pgwire.Config) {
		c.TLS = &tls.Config{
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &own, nil },
			ClientCAs:      pool, ClientAuth: tls.RequireAndVerifyClientCert,
		}
	})
	for _, certificates := range [][]tls.Certificate{nil, {own}} {
		config, err := pgx.ParseConfig(strings.Replace(d.url(policy.Coach, ""), "disable", "require", 1))
		if err != nil {
			t.Fatal(err)
		}
		config.TLSConfig = &tls.Config{RootCAs: pool, ServerName: "127.0.0.1", Certificates: certificates}
		c, err := pgx.ConnectConfig(context.Background(), config)
		if (err == nil) != (certificates != nil) {
			t.Errorf("with %d certificates: %v", len(certificates), err)
		}
		if err == nil {
			_ = c.Close(context.Background())
		}
	}
}

// TestRevoked asserts that a session ends with its token.
func TestRevoked(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.connect(t, policy.Coach, "")
	if _, err := c.Exec(context.Background(), "SELECT 1"); err != nil {
		t.Fatal(err)
	}
	d.Revoke(policy.Coach)
	if _, err := c.Exec(context.Background(), "SELECT 1"); codeOf(err) != "28000" {
		t.Errorf("after the token was revoked: %v", err)
	}
	if err := c.Ping(context.Background()); err == nil {
		t.Error("the connection is still there")
	}
}
