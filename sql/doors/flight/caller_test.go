package flight_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/flight"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/weir-warehouse/weir/policy"
	door "github.com/weir-warehouse/weir/sql/doors/flight"
)

const anything = "SELECT 1"

func TestWhoIsLetIn(t *testing.T) {
	t.Parallel()
	d := serve(t)
	c := d.client()
	for name, tt := range map[string]struct {
		headers []string
		code    codes.Code
	}{
		"nobody":            {nil, codes.Unauthenticated},
		"a wrong token":     {[]string{"authorization", "Bearer wrong"}, codes.Unauthenticated},
		"no scheme":         {[]string{"authorization", d.Secret(policy.DataSteward)}, codes.Unauthenticated},
		"a token":           {[]string{"authorization", "Bearer " + d.Secret(policy.DataSteward)}, codes.OK},
		"lower case":        {[]string{"authorization", "bearer " + d.Secret(policy.DataSteward)}, codes.OK},
		"the same purpose":  {[]string{"authorization", "Bearer " + d.Secret(policy.DataSteward), "purpose", "operations"}, codes.OK},
		"another purpose":   {[]string{"authorization", "Bearer " + d.Secret(policy.DataSteward), "purpose", "research"}, codes.PermissionDenied},
		"another agreement": {[]string{"authorization", "Bearer " + d.Secret(policy.Researcher), "agreement", "other"}, codes.PermissionDenied},
		"basic in a call":   {[]string{"authorization", "Basic YTpi"}, codes.Unauthenticated},
	} {
		_, err := query(metadata.AppendToOutgoingContext(t.Context(), tt.headers...), c, anything)
		if status.Code(err) != tt.code {
			t.Errorf("%s: %v, want %s", name, err, tt.code)
		}
	}
}

func TestHandshake(t *testing.T) {
	t.Parallel()
	d := serve(t)
	c := d.client()
	for name, tt := range map[string]struct {
		user, secret string
		code         codes.Code
	}{
		"name and token":        {"coach", d.Secret(policy.Coach), codes.OK},
		"name, purpose, token":  {"coach/coaching", d.Secret(policy.Coach), codes.OK},
		"another's token":       {"coach", d.Secret(policy.Teacher), codes.Unauthenticated},
		"nobody's token":        {"coach", "wrong", codes.Unauthenticated},
		"nobody":                {"nobody", "wrong", codes.Unauthenticated},
		"no name":               {"", d.Secret(policy.Coach), codes.Unauthenticated},
		"a name with no secret": {"coach", "", codes.Unauthenticated},
	} {
		ctx, err := c.Client.AuthenticateBasicToken(t.Context(), tt.user, tt.secret)
		if status.Code(err) != tt.code {
			t.Errorf("%s: %v, want %s", name, err, tt.code)
		}
		if err != nil {
			continue
		}
		md, _ := metadata.FromOutgoingContext(ctx)
		if strings.Contains(md.Get("authorization")[0], tt.secret) {
			t.Errorf("%s: the secret comes back", name)
		}
		if _, err := query(ctx, c, anything); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, err := c.Client.AuthenticateBasicToken(t.Context(), "coach/research", d.Secret(policy.Coach))
	d.must(err)
	if _, err := query(ctx, c, anything); status.Code(err) != codes.PermissionDenied {
		t.Errorf("a purpose that the token is not for: %v", err)
	}
}

func TestFailuresAreSlowedDown(t *testing.T) {
	t.Parallel()
	d := serve(t)
	c := d.client()
	ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer wrong")
	for range 20 {
		if _, err := query(ctx, c, anything); status.Code(err) == codes.ResourceExhausted {
			return
		}
	}
	t.Error("twenty guesses were answered")
}

func options(t *testing.T, purpose string) *flight.SetSessionOptionsRequest {
	t.Helper()
	values, err := flight.NewSessionOptionValues(map[string]any{"purpose": purpose})
	if err != nil {
		t.Fatal(err)
	}
	return &flight.SetSessionOptionsRequest{SessionOptions: values}
}

func testSessionOptions(t *testing.T, d *served) {
	t.Helper()
	c := d.client()
	ctx, err := c.Client.AuthenticateBasicToken(t.Context(), "coach", d.Secret(policy.Coach))
	d.must(err)
	got, err := c.GetSessionOptions(ctx, &flight.GetSessionOptionsRequest{})
	d.must(err)
	if p := got.GetSessionOptions()["purpose"].GetStringValue(); p != "coaching" {
		t.Errorf("the token's purpose is %q", p)
	}
	for purpose, wrong := range map[string]bool{"coaching": false, "research": true, "gossip": true, "": false} {
		set, err := c.SetSessionOptions(ctx, options(t, purpose))
		d.must(err)
		if (len(set.GetErrors()) > 0) != wrong {
			t.Errorf("purpose %q: %v", purpose, set)
		}
	}
	values, err := flight.NewSessionOptionValues(map[string]any{"catalog": "x"})
	d.must(err)
	set, err := c.SetSessionOptions(ctx, &flight.SetSessionOptionsRequest{SessionOptions: values})
	d.must(err)
	if set.GetErrors()["catalog"].GetValue() != flight.SetSessionOptionsResultErrorInvalidName {
		t.Errorf("an unknown option: %v", set)
	}
	closed, err := c.CloseSession(ctx, &flight.CloseSessionRequest{})
	d.must(err)
	if closed.GetStatus() != flight.CloseSessionResultClosed {
		t.Errorf("closed: %v", closed)
	}
	if _, err := query(ctx, c, anything); status.Code(err) != codes.Unauthenticated {
		t.Errorf("after the session: %v", err)
	}
}

func testSessionByCookie(t *testing.T, d *served) {
	t.Helper()
	c := d.client()
	closed, err := c.CloseSession(d.as(policy.Coach), &flight.CloseSessionRequest{})
	d.must(err)
	if closed.GetStatus() != flight.CloseSessionResultNotCloseable {
		t.Errorf("a token alone was closed: %v", closed)
	}
	var header metadata.MD
	_, err = c.SetSessionOptions(d.as(policy.Coach), options(t, "coaching"), grpc.Header(&header))
	d.must(err)
	cookie, _, _ := strings.Cut(header.Get("set-cookie")[0], ";")
	if _, err := query(d.as(policy.Coach, "cookie", cookie), c, anything); err != nil {
		t.Error(err)
	}
	// A cookie alone, or with another's token, opens nothing.
	if _, err := query(metadata.AppendToOutgoingContext(t.Context(), "cookie", cookie), c, anything); status.Code(err) != codes.Unauthenticated {
		t.Errorf("a cookie alone: %v", err)
	}
	closed, err = c.CloseSession(d.as(policy.Teacher, "cookie", cookie), &flight.CloseSessionRequest{})
	d.must(err)
	if closed.GetStatus() != flight.CloseSessionResultNotCloseable {
		t.Errorf("another's session was closed: %v", closed)
	}
	closed, err = c.CloseSession(d.as(policy.Coach, "cookie", cookie), &flight.CloseSessionRequest{})
	d.must(err)
	if closed.GetStatus() != flight.CloseSessionResultClosed {
		t.Errorf("closed: %v", closed)
	}
}

func TestRevokedTokenInMidSession(t *testing.T) {
	t.Parallel()
	d := serve(t)
	c := d.client()
	signedIn, err := c.Client.AuthenticateBasicToken(t.Context(), "coach", d.Secret(policy.Coach))
	d.must(err)
	var waiting []*flight.FlightInfo
	for _, ctx := range []context.Context{signedIn, d.as(policy.Coach)} {
		info, err := c.Execute(ctx, anything)
		d.must(err)
		waiting = append(waiting, info)
	}
	d.Revoke(policy.Coach)
	for i, ctx := range []context.Context{signedIn, d.as(policy.Coach)} {
		if _, err := fetch(ctx, c, waiting[i]); code(err) != codes.PermissionDenied && code(err) != codes.Unauthenticated {
			t.Errorf("a ticket from before: %v", err)
		}
		if _, err := query(ctx, c, anything); code(err) != codes.PermissionDenied && code(err) != codes.Unauthenticated {
			t.Errorf("a new statement: %v", err)
		}
	}
}

func code(err error) codes.Code { return status.Code(err) }

// certificates makes an authority with a certificate for the loopback.
func certificates(t *testing.T) (*x509.CertPool, tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "weir"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return pool, tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	pool, own := certificates(t)
	d := serve(t, func(c *door.Config) {
		c.TLS = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{own}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert}
	})
	for name, tt := range map[string]struct {
		with credentials.TransportCredentials
		ok   bool
	}{
		"with a certificate": {credentials.NewTLS(&tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool, Certificates: []tls.Certificate{own}}), true},
		"without one":        {credentials.NewTLS(&tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}), false},
		"in plain text":      {insecure.NewCredentials(), false},
	} {
		c := d.client(grpc.WithTransportCredentials(tt.with))
		ctx, cancel := context.WithTimeout(d.as(policy.DataSteward), 5*time.Second)
		if _, err := query(ctx, c, anything); (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
	}
}
