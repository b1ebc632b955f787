package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"owabi/pkg/classify"
	"owabi/pkg/notice"
)

type evalCommand struct {
	JSON  bool     `name:"json" help:"Print the figures as one JSON object instead of a table with the misses."`
	Blind bool     `help:"Give the classifier nothing but the text: no publisher, title or date of publication."`
	Field string   `placeholder:"NAME" help:"Print only the misses of this field: category, people, occurred, …"`
	Files []string `arg:"" name:"gold" help:"JSON Lines with labels, or - for standard input."`
}

func (c *evalCommand) Run(ctx context.Context, std stdio) error {
	reader, err := classify.New(classify.Options{})
	if err != nil {
		return err
	}
	gold, err := readGold(c.Files, std.in)
	if err != nil {
		return err
	}
	if len(gold) == 0 {
		return fmt.Errorf("no labelled notices in %v", c.Files)
	}
	predictions := make([]notice.Classification, len(gold))
	for i, g := range gold {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := g.Notice()
		if c.Blind {
			n = g.Blind()
		}
		predictions[i] = reader.Classify(n)
	}
	report := classify.Evaluate(gold, predictions)
	if c.JSON {
		return report.WriteJSON(std.out)
	}
	if err := report.WriteTable(std.out); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "\nmisses: id, field, expected, given, evidence\n")
	return report.WriteMisses(std.out, c.Field)
}

func readGold(names []string, stdin io.Reader) ([]classify.Gold, error) {
	var all []classify.Gold
	for _, name := range names {
		gold, err := readGoldFile(name, stdin)
		if err != nil {
			return nil, err
		}
		all = append(all, gold...)
	}
	return all, nil
}

func readGoldFile(name string, stdin io.Reader) ([]classify.Gold, error) {
	if name == "-" {
		return classify.ReadGold(stdin)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	gold, err := classify.ReadGold(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return gold, nil
}
