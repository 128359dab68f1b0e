package opa

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/open-policy-agent/opa/v1/bundle"
)

const (
	maxDownload     = 32 << 20 // bytes of a downloaded bundle
	downloadTimeout = time.Minute
)

// remote is a bundle at an address. It asks with the entity tag of the bundle
// that it read last, so that an unchanged bundle is not sent again.
type remote struct {
	address string
	key     *Key
	client  *http.Client
	etag    string
}

// newRemote checks the address. Who can alter the bundle on its way decides
// who sees what, so plain http needs a key unless it stays on this machine.
func newRemote(address string, key *Key) (*remote, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("policy bundle address: %w", err)
	}
	if u.Scheme == "http" && key == nil && !loopback(u.Hostname()) {
		return nil, fmt.Errorf("policy bundle %s: http needs a verification key; configure one or use https", address)
	}
	return &remote{address: address, key: key, client: &http.Client{Timeout: downloadTimeout}}, nil
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Read downloads the bundle if it has changed. It is not safe for concurrent
// use.
func (r *remote) Read(ctx context.Context) (_ *Bundle, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.address, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("download policy bundle: %w", err)
	}
	if r.etag != "" {
		request.Header.Set("If-None-Match", r.etag)
	}
	response, err := r.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("download policy bundle: %w", err)
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	switch response.StatusCode {
	case http.StatusNotModified:
		return nil, ErrUnchanged
	case http.StatusOK:
	default:
		return nil, fmt.Errorf("download policy bundle %s: the server answers %s", r.address, response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxDownload+1))
	if err != nil {
		return nil, fmt.Errorf("download policy bundle %s: %w", r.address, err)
	}
	if len(body) > maxDownload {
		return nil, fmt.Errorf("download policy bundle %s: more than %d bytes", r.address, maxDownload)
	}
	b, err := read(bundle.NewTarballLoaderWithBaseURL(bytes.NewReader(body), ""), r.address, r.key.verification())
	if err != nil {
		return nil, err
	}
	r.etag = response.Header.Get("ETag")
	return b, nil
}
