package grafana

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// api speaks to a Grafana over HTTP. Not with the SDK's client: it knows no folder
// by uid, which later Grafanas ask for, and drops the status of a refusal.
type api struct {
	base   *url.URL
	client *http.Client
	login  func(*http.Request)
}

// What a Grafana can answer instead of doing what was asked.
var (
	ErrGrafanaURL   = errors.New("not the address of a Grafana")
	ErrGrafanaDown  = errors.New("no Grafana answers")
	ErrLogin        = errors.New("the token, or user and password, are not accepted")
	ErrNotAllowed   = errors.New("this account may not")
	ErrNotThere     = errors.New("not there")
	ErrGrafanaSays  = errors.New("refused by the Grafana")
	ErrIncompatible = errors.New("what answers is no Grafana, or its path is missing from the URL")
)

// Bounds of one request.
const (
	apiTimeout   = 30 * time.Second
	maxAPIAnswer = 16 << 20
)

func newAPI(cfg PushConfig) (*api, error) {
	base, err := url.Parse(cfg.URL)
	switch {
	case err != nil: // the parser quotes the URL in its error, password and all
		return nil, fmt.Errorf("%w: want http:// or https://", ErrGrafanaURL)
	case base.Scheme != "http" && base.Scheme != "https" || base.Host == "":
		return nil, fmt.Errorf("%w: want http:// or https:// and a host", ErrGrafanaURL)
	case base.User != nil:
		return nil, fmt.Errorf("%w: no user or password belongs in it", ErrGrafanaURL)
	}
	a := &api{base: base, client: &http.Client{
		Transport: http.DefaultTransport.(*http.Transport).Clone(), // its connections are closed with the push
		Timeout:   apiTimeout,
		// The API does not redirect; a redirect leads to a page to log in at.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	a.login = func(r *http.Request) {
		if cfg.Token != "" {
			r.Header.Set("Authorization", "Bearer "+cfg.Token)
		} else if cfg.User != "" {
			r.SetBasicAuth(cfg.User, cfg.Password)
		}
	}
	return a, nil
}

// call sends a request with a body, if it is not nil, and reads the answer into
// into, if it is not nil.
func (a *api) call(ctx context.Context, method, path string, body, into any) error {
	var payload io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return err
		}
		payload = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(ctx, method, a.base.JoinPath(path).String(), payload)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrGrafanaURL, err)
	}
	request.Header.Set("Accept", "application/json")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	a.login(request)
	response, err := a.client.Do(request)
	if err != nil {
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, http.ErrSchemeMismatch):
			return fmt.Errorf("%w: %s speaks no TLS: try http://", ErrGrafanaURL, a.base.Host)
		}
		return fmt.Errorf("%w at %s: %w", ErrGrafanaDown, a.base.Host, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAPIAnswer))
	if err != nil {
		return fmt.Errorf("%w at %s: %w", ErrGrafanaDown, a.base.Host, err)
	}
	if err := refusal(response.StatusCode, answer); err != nil {
		return err
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("%w: %s %s: %w", ErrIncompatible, method, path, err)
	}
	return nil
}

// refusal says what an answer means that is not a success.
func refusal(status int, answer []byte) error {
	if status >= 200 && status < 300 {
		return nil
	}
	var told struct{ Message, Status string }
	isJSON := json.Unmarshal(answer, &told) == nil
	switch {
	case status == http.StatusBadRequest && strings.HasPrefix(string(answer), "Client sent an HTTP request to an HTTPS server"): // as Go's servers say it
		return fmt.Errorf("%w: it speaks TLS: try https://", ErrGrafanaURL)
	case !isJSON:
		return fmt.Errorf("%w (status %d)", ErrIncompatible, status)
	case status == http.StatusUnauthorized:
		return fmt.Errorf("%w: %s", ErrLogin, told.Message)
	case status == http.StatusForbidden:
		return fmt.Errorf("%w: %s", ErrNotAllowed, told.Message)
	case status == http.StatusNotFound:
		return fmt.Errorf("%w: %s", ErrNotThere, told.Message)
	case strings.Contains(told.Message, "provisioned"):
		return fmt.Errorf("%w: %s. It comes from a file there; change the file, or take it away", ErrGrafanaSays, told.Message)
	case told.Status == "name-exists" || status == http.StatusConflict:
		return fmt.Errorf("%w: %s. Rename or remove the other", ErrGrafanaSays, told.Message)
	}
	return fmt.Errorf("%w (status %d): %s", ErrGrafanaSays, status, told.Message)
}
