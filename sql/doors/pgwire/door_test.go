package pgwire_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/doors/doortest"
	"github.com/weir-warehouse/weir/sql/doors/pgwire"
)

// door is a served warehouse.
type door struct {
	*doortest.Doors

	t       testing.TB
	Server  *pgwire.Server
	Address string
}

// open serves a small warehouse until the test ends.
func open(t testing.TB, adjust ...func(*pgwire.Config)) *door {
	t.Helper()
	return serve(t, doortest.New(t), adjust...)
}

func serve(t testing.TB, d *doortest.Doors, adjust ...func(*pgwire.Config)) *door {
	t.Helper()
	config := pgwire.Config{Desk: d.Desk, Log: slog.New(slog.DiscardHandler)}
	for _, f := range adjust {
		f(&config)
	}
	s, err := pgwire.New(config)
	if err != nil {
		t.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(context.Background(), l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return &door{Doors: d, t: t, Server: s, Address: l.Addr().String()}
}

// url is how a role connects.
func (d *door) url(role policy.Role, more string) string {
	return fmt.Sprintf("postgres://%s:%s@%s/weir?sslmode=disable%s", role, d.Secret(role), d.Address, more)
}

// connect connects with pgx.
func (d *door) connect(t testing.TB, role policy.Role, more string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(context.Background(), d.url(role, more))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

// certificate makes a certificate for 127.0.0.1 that signs itself.
func certificate(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "weir"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, pool
}

// TestMain makes the test's program a client, where a test needs one in a
// process of its own.
func TestMain(m *testing.M) {
	last := os.Args[len(os.Args)-1]
	for env, f := range map[string]func(url, what string) error{fetchEnv: fetch, idleEnv: stay} {
		if url := os.Getenv(env); url != "" {
			if err := f(url, last); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	os.Exit(m.Run())
}
