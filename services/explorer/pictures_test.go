package explorer_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// make screenshots names a folder; else the pictures are taken and thrown away.
var picturesFolder = flag.String("pictures", "", "folder for the README's pictures")

// The pictures of the README: every kind of page, in both languages, light and
// dark. A picture that cannot be taken, or shows next to nothing, fails.
func TestPictures(t *testing.T) {
	server, sql := pages(t, nil)
	folder := *picturesFolder
	if folder == "" {
		folder = t.TempDir()
	}
	// A notice that says much, and is not the hostile one.
	id := told(t, sql, `SELECT notice_id FROM incidents WHERE synthetic AND people IS NOT NULL AND category = 'unauthorized_access' AND stage IS NOT NULL
AND length(data_types) >= 3 AND exposure IS NOT NULL AND detected IS NOT NULL AND found_by IS NOT NULL ORDER BY published DESC, notice_id LIMIT 1`)
	const years = "from=2023-01-01&to=2025-12-31"
	for _, p := range []struct {
		name, path string
		screen     screen
	}{
		{"overview-ja", "/?lang=ja&" + years, screen{1440, 1000, false}},
		{"overview-en-dark", "/?lang=en&" + years, screen{1440, 1000, true}},
		{"impact-ja-dark", "/d/impact?lang=ja&" + years, screen{1440, 1000, true}},
		{"notice-ja", "/n/" + id + "?lang=ja", screen{1440, 1000, false}},
		{"sql-en", "/sql?lang=en&view=chart", screen{1440, 900, false}},
		{"phone-ja", "/?lang=ja&" + years, phone},
	} {
		t.Run(p.name, func(t *testing.T) {
			w := openTab(t, server, p.screen)
			w.open(p.path)
			w.until(`document.querySelector(".panel, article, .sql .chart canvas") && !document.querySelector(".panel[aria-busy=true], .chart:empty")`)
			w.until(`document.fonts.status === "loaded"`)
			data, err := chromedp.Run(w.ctx, chromedp.CaptureScreenshot())
			if err != nil {
				t.Fatal(err)
			}
			picture, err := png.Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			small, colors := fewColors(picture)
			if colors < 100 {
				t.Errorf("only %d colours: the page is blank", colors)
			}
			var out bytes.Buffer
			if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, small); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, p.name+".png"), out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// fewColors draws a picture with the 256 colours that it has most of, which a page
// of text and flat surfaces bears well and a file a third of the size holds. It
// returns also how many colours there were.
func fewColors(picture image.Image) (*image.Paletted, int) {
	count := map[color.RGBA]int{}
	bounds := picture.Bounds()
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA) }
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			count[at(x, y)]++
		}
	}
	most := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		if n := count[b] - count[a]; n != 0 {
			return n
		}
		return bytes.Compare([]byte{a.R, a.G, a.B}, []byte{b.R, b.G, b.B})
	})
	palette := make(color.Palette, 0, 256)
	for _, c := range most[:min(len(most), 256)] {
		palette = append(palette, c)
	}
	index := map[color.RGBA]uint8{}
	small := image.NewPaletted(bounds, palette)
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			c := at(x, y)
			i, ok := index[c]
			if !ok {
				i = uint8(palette.Index(c))
				index[c] = i
			}
			small.SetColorIndex(x, y, i)
		}
	}
	return small, len(count)
}
