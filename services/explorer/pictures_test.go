package explorer_test

import (
	"bytes"
	"cmp"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// make screenshots names a folder; else the pictures are taken and looked at only.
var picturesFolder = flag.String("pictures", "", "folder for the README's pictures")

// The pictures of the README: every kind of page, in both languages, light and
// dark. A picture that cannot be taken, or shows next to nothing, fails.
func TestPictures(t *testing.T) {
	server, sql := pages(t, nil)
	// A notice that says much, and is not the hostile one.
	id := told(t, sql, `SELECT notice_id FROM incidents WHERE synthetic AND people IS NOT NULL AND category = 'unauthorized_access' AND stage IS NOT NULL
AND length(data_types) >= 3 AND exposure IS NOT NULL AND detected IS NOT NULL ORDER BY published DESC, notice_id LIMIT 1`)
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
			w.until(`document.querySelector(".views details") || !document.querySelector(".views")`)
			w.until(`document.fonts.status === "loaded"`)
			if cut := get1[[]string](w, `[...document.querySelectorAll(".sql > .chart, .sql > .legend")].filter(e => e.getBoundingClientRect().bottom > innerHeight).map(e => e.className)`); len(cut) > 0 {
				t.Errorf("below the picture's edge, with its legend: %q", cut)
			}
			data, err := chromedp.Run(w.ctx, chromedp.CaptureScreenshot())
			if err != nil {
				t.Fatal(err)
			}
			picture, err := png.Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			colors := colorsOf(picture)
			if len(colors) < 100 {
				t.Errorf("only %d colours: the page is blank", len(colors))
			}
			if *picturesFolder == "" {
				return
			}
			small := reduced(picture, colors)
			var out bytes.Buffer
			if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, small); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(*picturesFolder, p.name+".png"), out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// colorsOf counts how often each colour stands in a picture.
func colorsOf(picture image.Image) map[color.RGBA]int {
	pixels, count := pixelsOf(picture), map[color.RGBA]int{}
	for i := 0; i < len(pixels); i += 4 {
		count[color.RGBA{pixels[i], pixels[i+1], pixels[i+2], 255}]++
	}
	return count
}

func pixelsOf(picture image.Image) []uint8 {
	all := image.NewRGBA(picture.Bounds())
	draw.Draw(all, all.Bounds(), picture, all.Bounds().Min, draw.Src)
	return all.Pix
}

// reduced draws a picture with the 256 colours that it has most of, which a page of
// text and flat surfaces bears well and a file a third of the size holds.
func reduced(picture image.Image, count map[color.RGBA]int) *image.Paletted {
	most := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	palette := make(color.Palette, 0, 256)
	for _, c := range most[:min(len(most), 256)] {
		palette = append(palette, c)
	}
	index := map[color.RGBA]uint8{}
	for c := range count {
		index[c] = uint8(palette.Index(c))
	}
	pixels, small := pixelsOf(picture), image.NewPaletted(picture.Bounds(), palette)
	for i := range small.Pix {
		small.Pix[i] = index[color.RGBA{pixels[4*i], pixels[4*i+1], pixels[4*i+2], 255}]
	}
	return small
}
