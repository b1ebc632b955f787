package bus

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
)

// checkFiles reads what Config names before anything is dialled: a file that
// cannot be used does not get better by trying again.
func (cfg Config) checkFiles() error {
	if cfg.CredentialsFile != "" {
		if _, err := os.ReadFile(cfg.CredentialsFile); err != nil {
			return fmt.Errorf("NATS credentials file: %w", err)
		}
	}
	if cfg.CAFile != "" {
		pem, err := os.ReadFile(cfg.CAFile)
		if err != nil {
			return fmt.Errorf("certificate authority of NATS: %w", err)
		}
		if !x509.NewCertPool().AppendCertsFromPEM(pem) {
			return fmt.Errorf("certificate authority of NATS: %s holds no certificate in PEM", cfg.CAFile)
		}
	}
	if (cfg.CertFile == "") != (cfg.KeyFile == "") {
		return errors.New("connecting to NATS: a TLS certificate and its key are given together")
	}
	if cfg.CertFile != "" {
		if _, err := tls.LoadX509KeyPair(cfg.CertFile, cfg.KeyFile); err != nil {
			return fmt.Errorf("client certificate for NATS, %s with key %s: %w", cfg.CertFile, cfg.KeyFile, err)
		}
	}
	return nil
}

// tlsAdvice says what to do about a TLS handshake that failed for good; empty
// when err is of another kind.
func tlsAdvice(err error) string {
	var (
		authority x509.UnknownAuthorityError
		invalid   x509.CertificateInvalidError
		name      x509.HostnameError
		verify    *tls.CertificateVerificationError
		alert     *net.OpError
	)
	switch text := err.Error(); {
	case errors.As(err, &authority):
		return "its certificate is signed by an authority that is not known here: name that authority's file"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "its certificate is not valid today: renew it, or set the clock"
	case errors.As(err, &name):
		return "its certificate is for another name: use that name in the address"
	case errors.As(err, &verify), errors.As(err, &invalid):
		return "its certificate cannot be verified"
	case strings.Contains(text, "tls: expired certificate"):
		return "the client certificate given has expired: renew it"
	case strings.Contains(text, "tls: certificate required"), strings.Contains(text, "tls: bad certificate"), strings.Contains(text, "tls: unknown certificate authority"):
		return "it asks for a client certificate that its authority has signed: give certificate and key"
	case errors.As(err, &alert) && alert.Op == "remote error":
		return "the two sides do not agree on TLS"
	}
	return ""
}
