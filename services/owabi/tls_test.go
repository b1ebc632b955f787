package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"owabi/pkg/bus/bustest"
	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/warehouse"
)

// behindTLS puts a server that ends TLS in front of the ClickHouse at address.
func behindTLS(t *testing.T, address string, config *tls.Config) string {
	t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewUnstartedServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = "http", target.Host
	}})
	proxy.TLS, proxy.Config.ErrorLog = config, log.New(io.Discard, "", 0)
	proxy.StartTLS()
	t.Cleanup(proxy.Close)
	return proxy.URL + target.Path
}

func serverConfig(t *testing.T, authority *bustest.Authority) *tls.Config {
	t.Helper()
	certificate, key := authority.Issue("server", time.Now().Add(time.Hour))
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}}
}

func fetchPage(t *testing.T, address string) (status int, body string) {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(data)
}

func TestClickHouseBehindTLS(t *testing.T) {
	plain := chdbtest.URL(t)
	authority, other := bustest.NewAuthority(t), bustest.NewAuthority(t)
	valid := time.Now().Add(time.Hour)
	certificate, key := authority.Issue("clickhouse", valid)
	load := func(certificate, key string) tls.Certificate {
		pair, err := tls.LoadX509KeyPair(certificate, key)
		if err != nil {
			t.Fatal(err)
		}
		return pair
	}
	clients := x509.NewCertPool()
	pem, err := os.ReadFile(authority.File)
	if err != nil {
		t.Fatal(err)
	}
	clients.AppendCertsFromPEM(pem)
	served := []tls.Certificate{load(certificate, key)}
	secure := behindTLS(t, plain, &tls.Config{Certificates: served})
	mutual := behindTLS(t, plain, &tls.Config{Certificates: served, ClientCAs: clients, ClientAuth: tls.RequireAndVerifyClientCert})
	outdated := behindTLS(t, plain, &tls.Config{Certificates: []tls.Certificate{load(authority.Issue("clickhouse", time.Now().Add(-time.Hour)))}})
	own, ownKey := authority.Issue("loader", valid)

	for _, c := range []struct {
		name string
		cfg  warehouse.Config
		err  error
	}{
		{"with the authority", warehouse.Config{URL: secure, CAFile: authority.File}, nil},
		{"the system's authorities", warehouse.Config{URL: secure}, warehouse.ErrTLS},
		{"another authority", warehouse.Config{URL: secure, CAFile: other.File}, warehouse.ErrTLS},
		{"it has expired", warehouse.Config{URL: outdated, CAFile: authority.File}, warehouse.ErrTLS},
		{"both sides", warehouse.Config{URL: mutual, CAFile: authority.File, CertFile: own, KeyFile: ownKey}, nil},
		{"no client certificate", warehouse.Config{URL: mutual, CAFile: authority.File}, warehouse.ErrTLS},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, err := warehouse.Open(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			if c.err == nil {
				if err := errors.Join(w.Migrate(t.Context()), w.Ready(t.Context())); err != nil {
					t.Fatal(err)
				}
				return
			}
			address := strings.TrimPrefix(strings.TrimSuffix(c.cfg.URL, "/owabi"), "https://")
			address, _, _ = strings.Cut(address, "/")
			if err := w.Ready(t.Context()); !errors.Is(err, c.err) || !strings.Contains(err.Error(), address) {
				t.Errorf("%v; want %v with the address %s", err, c.err, address)
			}
		})
	}
	for what, cfg := range map[string]warehouse.Config{
		"files for a URL without TLS": {URL: plain, CAFile: authority.File},
		"no such authority":           {URL: secure, CAFile: authority.File + "x"},
		"an authority of no kind":     {URL: secure, CAFile: key},
		"a certificate alone":         {URL: secure, CertFile: own},
		"a key of another":            {URL: secure, CertFile: own, KeyFile: key},
	} {
		if w, err := warehouse.Open(cfg); err == nil {
			w.Close()
			t.Errorf("%s is taken", what)
		}
	}
}
