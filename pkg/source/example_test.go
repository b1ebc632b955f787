package source_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"owabi/pkg/source"
)

func ExampleOpen() {
	input := `{"title":"断水について","text":"断水について\n300世帯で断水しました。"}
{"text": 7}
{"text":"復旧しました。","published":"2024-03-05"}
`
	in, err := source.Open(context.Background(), source.Stdin, source.Options{Stdin: strings.NewReader(input)})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = in.Close() }()
	for {
		item, err := in.Read(context.Background())
		switch {
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			fmt.Println(err)
			return
		case item.Rejected != nil:
			fmt.Println("rejected:", item.Rejected)
		default:
			fmt.Printf("read: %q %q %q\n", item.Notice.Title, item.Notice.Published, item.Notice.Body)
		}
	}
	// Output:
	// read: "断水について" "" "300世帯で断水しました。"
	// rejected: standard input:2: malformed: field text is a number, want a string
	// read: "" "2024-03-05" "復旧しました。"
}
