package warehouse

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// secure puts the files of cfg into config, which is nil when the URL asks for no
// TLS.
func (cfg Config) secure(config *tls.Config) error {
	if config == nil {
		if cfg.CAFile+cfg.CertFile+cfg.KeyFile != "" {
			return fmt.Errorf("%w: TLS files are given and %s asks for no TLS: write https://, or clickhouse://…?secure=true", ErrURL, Redact(cfg.URL))
		}
		return nil
	}
	config.MinVersion = tls.VersionTLS12
	if cfg.CAFile != "" {
		pem, err := os.ReadFile(cfg.CAFile)
		if err != nil {
			return fmt.Errorf("certificate authority of ClickHouse: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return fmt.Errorf("certificate authority of ClickHouse: %s holds no certificate in PEM", cfg.CAFile)
		}
	}
	if (cfg.CertFile == "") != (cfg.KeyFile == "") {
		return errors.New("ClickHouse: a TLS certificate and its key are given together")
	}
	if cfg.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(cfg.CertFile, cfg.KeyFile)
		if err != nil {
			return fmt.Errorf("client certificate for ClickHouse, %s with key %s: %w", cfg.CertFile, cfg.KeyFile, err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return nil
}
