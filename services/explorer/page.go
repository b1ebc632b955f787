package explorer

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

// dist is what web/build.mjs makes of web/src. Without it the package still
// compiles, and says how to make it.
//
//go:embed all:web/dist
var dist embed.FS

// contentSecurityPolicy lets the page load what lies here and nothing else.
// Styles may be set by script on elements, which the chart library does, but no
// style sheet or script stands in the page.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// page serves the bundled files, and index.html for every address of the page's
// own, so that a link to a view can be opened anew.
type page struct {
	files map[string]file // by name below /
}

type file struct {
	kind         string
	plain, small []byte // small is gzip, or nil where it saves nothing
}

const index = "index.html"

func newPage() *page {
	p := &page{files: map[string]file{}}
	err := fs.WalkDir(dist, "web/dist", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := dist.ReadFile(name)
		if err != nil {
			return err
		}
		f := file{kind: mime.TypeByExtension(path.Ext(name)), plain: data, small: compressed(data)}
		p.files[strings.TrimPrefix(name, "web/dist/")] = f
		return nil
	})
	if err != nil {
		panic("explorer: the embedded page: " + err.Error()) // it is in the binary, and always readable
	}
	return p
}

// compressed is data in gzip, where that is shorter.
func compressed(data []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a valid one
	_, _ = z.Write(data)                                  // into memory
	_ = z.Close()
	if b.Len() >= len(data) {
		return nil
	}
	return b.Bytes()
}

func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		plain(w, http.StatusMethodNotAllowed, "only GET\n")
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	f, ok := p.files[name]
	switch {
	case ok && name != index:
		// Names of assets hold a hash of what is in them.
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	case strings.HasPrefix(name, "assets/"):
		http.NotFound(w, r)
		return
	default:
		w.Header().Set("Cache-Control", "no-cache")
		if f, ok = p.files[index]; !ok {
			plain(w, http.StatusServiceUnavailable, "the page was not built into this owabi: run make build\n")
			return
		}
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Vary", "Accept-Encoding")
	body := f.plain
	if f.small != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = f.small
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// secured sets the headers that keep a browser from doing anything with an
// answer but showing it.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentSecurityPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}
