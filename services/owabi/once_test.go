package main

import (
	"testing"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/classify"
)

// In one process a service is spared to read what another has just published. What is
// stored, and what is rejected for which reason, is the same as when all is read.
func TestOneProcessStoresWhatManyDo(t *testing.T) {
	reader, err := classify.New(classify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f := newFlow(t, 5, 400, 2)
	piped, straight := openWarehouse(t, chdbtest.URL(t)), openWarehouse(t, chdbtest.URL(t))
	if err := straight.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := f.loadStraight(t.Context(), straight, reader); err != nil {
		t.Fatal(err)
	}
	server, stream := bustest.Start(t, nil)
	p := newPipeline(&engines{bus: stream, warehouse: piped}, reader, 0)
	if err := p.setUp(t.Context(), bus.StreamsConfig{}); err != nil {
		t.Fatal(err)
	}
	f.refuse(piped)
	f.publishMessages(stream)
	if err := p.once(t.Context(), stdio{}, f.files, sourceFlags{MaxNoticeBytes: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	f.checkViews(piped, straight)
	f.checkRejections(server.ClientURL())
}
