package chdb

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// authenticate finds the user of a request. Like ClickHouse it takes
// X-ClickHouse-User and -Key, or Basic authentication, or user and password in
// the URL, in this order; no two may be mixed.
func (e *Engine) authenticate(r *http.Request, query url.Values) (Access, error) {
	user, password := r.Header.Get("X-ClickHouse-User"), r.Header.Get("X-ClickHouse-Key")
	given := user != "" || password != ""
	if basicUser, basicPassword, ok := r.BasicAuth(); ok {
		if given {
			return Full, refuse(codeAuthenticationFails, "Invalid authentication: it is not allowed to use X-ClickHouse HTTP headers and Authorization HTTP header simultaneously")
		}
		user, password, given = basicUser, basicPassword, true
	}
	if !given && (query.Has("user") || query.Has("password")) {
		user, password, given = query.Get("user"), query.Get("password"), true
	}
	if user == "" {
		user = e.config.User
	}
	// All comparisons are made, whatever the first ones say, so that the time
	// taken tells nothing.
	owner := same(user, e.config.User) & same(password, e.config.Password)
	reader := 0
	if e.config.Reader != nil {
		reader = same(user, e.config.Reader.User) & same(password, e.config.Reader.Password)
	}
	switch {
	case owner == 1:
		return Full, nil
	case reader == 1:
		return ReadLeast, nil
	case !given:
		return Full, refuse(codeRequiredPassword, "Password required for user %s.", user)
	default:
		return Full, refuse(codeAuthenticationFails, "%s: Authentication failed: password is incorrect, or there is no user with such name.", user)
	}
}

// same compares in constant time, also for different lengths.
func same(a, b string) int {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:])
}

// strange reports why a request must not be answered at all: a Host that is not
// ours (DNS rebinding) or a browser's page of another site that sends it.
func (e *Engine) strange(r *http.Request) string {
	host := hostName(r.Host)
	if hosts := e.allowedHosts(); hosts != nil && !hosts[host] {
		return "the Host header names none of this server's names; see AllowedHosts"
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return "requests of other sites' pages are not answered"
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		if err != nil || !strings.EqualFold(u.Host, r.Host) {
			return "requests of other origins are not answered"
		}
	}
	return ""
}

// allowedHosts is nil when every host is allowed.
func (e *Engine) allowedHosts() map[string]bool {
	if len(e.config.AllowedHosts) > 0 {
		hosts := make(map[string]bool)
		for _, host := range e.config.AllowedHosts {
			hosts[hostName(host)] = true
		}
		return hosts
	}
	listen := hostName(e.config.Listen)
	if address := net.ParseIP(listen); listen == "localhost" || address != nil && address.IsLoopback() {
		return map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true, listen: true}
	}
	return nil
}

func hostName(hostport string) string {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}
