package main

import (
	"context"
	"fmt"
	"os"

	"owabi/pkg/classify"
)

type trainCommand struct {
	Out   string   `required:"" type:"path" placeholder:"FILE" help:"Where the model is written: pkg/classify/model.bin, to be built in."`
	Files []string `arg:"" name:"gold" help:"JSON Lines with labels."`
}

func (c *trainCommand) Run(_ context.Context, std stdio) error {
	gold, err := readGold(c.Files, std.in)
	if err != nil {
		return err
	}
	model, err := classify.Train(gold)
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Out, model, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(std.err, "%s: %d bytes from %d labelled notices\n", c.Out, len(model), len(gold))
	return nil
}
