package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/weir-warehouse/weir/policy"
)

// tlsConfig is the doors' TLS: nil when no certificate is configured.
func (c ServeConfig) tlsConfig() (*tls.Config, error) {
	if c.Certificate == none && c.Key == none && c.ClientCA == none {
		return nil, nil //nolint:nilnil // no TLS is configured, which is no fault
	}
	if c.Certificate == none || c.Key == none {
		return nil, policy.Errorf(policy.Usage, "serve.certificate and serve.key go together; set both")
	}
	source := &certificate{files: [2]string{c.Certificate, c.Key}}
	if _, err := source.get(nil); err != nil {
		return nil, policy.Errorf(policy.Usage, "serve.certificate, serve.key: %w", err)
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: source.get}
	if c.ClientCA == none {
		return config, nil
	}
	pem, err := os.ReadFile(c.ClientCA)
	if err != nil {
		return nil, policy.Errorf(policy.Usage, "serve.client_ca: %w", err)
	}
	config.ClientCAs, config.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
	if !config.ClientCAs.AppendCertsFromPEM(pem) {
		return nil, policy.Errorf(policy.Usage, "serve.client_ca: %s holds no certificate in PEM", c.ClientCA)
	}
	return config, nil
}

// certificate is the server's certificate as its files hold it now, so that a
// renewed one is served without a restart.
type certificate struct {
	files [2]string // certificate and key

	mu       sync.Mutex
	modified [2]time.Time
	loaded   *tls.Certificate
}

// get returns the certificate. While new files do not go together, as when one
// of them is being replaced, the one before is served.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var modified [2]time.Time
	for i, file := range c.files {
		if info, err := os.Stat(file); err == nil {
			modified[i] = info.ModTime()
		}
	}
	if c.loaded != nil && modified == c.modified {
		return c.loaded, nil
	}
	pair, err := tls.LoadX509KeyPair(c.files[0], c.files[1])
	if err != nil {
		if c.loaded != nil {
			return c.loaded, nil
		}
		return nil, fmt.Errorf("read the certificate: %w", err)
	}
	c.loaded, c.modified = &pair, modified
	return c.loaded, nil
}
