package bus_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"log/slog"
	"os"

	"owabi/pkg/bus"
	"owabi/pkg/notice"
)

// A subscriber of one's own: every leak at a school that the stream holds, and
// from the next start on only what it has not seen. Instead of the embedded server
// a program of one's own reaches a running one with bus.Connect.
func ExampleBus_Subscribe() {
	ctx := context.Background()
	b, closeBus := exampleBus(ctx)
	defer closeBus()

	cfg := bus.SubscribeConfig{
		Subjects: []string{"notices.classified.*.education"},
		All:      true,
		Durable:  "school-desk",
		UntilEnd: true, // without it, until ctx ends
	}
	for range 2 {
		fmt.Println("subscribing")
		err := b.Subscribe(ctx, cfg, func(_ context.Context, d bus.Delivery) error {
			var c notice.Classified
			if err := json.Unmarshal(d.Data, &c); err != nil {
				return err
			}
			fmt.Println(c.Category, *c.Organization.Name, *c.Title)
			return nil // acknowledged
		})
		if err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// subscribing
	// misdelivery みほん大学 メールの誤送信について
	// loss さくら見本高等学校 名簿の紛失について
	// subscribing
}

// exampleBus is a stream with three classified notices on it.
func exampleBus(ctx context.Context) (*bus.Bus, func()) {
	dir, err := os.MkdirTemp("", "owabi-example")
	if err != nil {
		log.Fatal(err)
	}
	server, err := bus.Embedded(ctx, bus.EmbeddedConfig{StoreDir: dir, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		log.Fatal(err)
	}
	b, err := server.Connect(ctx, "example")
	if err != nil {
		log.Fatal(err)
	}
	if _, err := b.Apply(ctx, bus.StreamsConfig{}, bus.ConsumersConfig{}); err != nil {
		log.Fatal(err)
	}
	p, err := b.NewPublisher(bus.PublisherConfig{})
	if err != nil {
		log.Fatal(err)
	}
	for _, n := range []struct {
		category    notice.Category
		sector      notice.Sector
		name, title string
	}{
		{notice.Misdelivery, notice.Education, "みほん大学", "メールの誤送信について"},
		{notice.Malware, notice.Manufacturing, "株式会社あおぞら見本", "不正プログラムの感染について"},
		{notice.Loss, notice.Education, "さくら見本高等学校", "名簿の紛失について"},
	} {
		c := notice.Classification{NoticeID: n.name, Category: n.category, Sector: n.sector, Title: &n.title}
		c.Organization.Name = &n.name
		m, err := bus.ClassifiedMessage(notice.Classified{Classification: c})
		if err != nil {
			log.Fatal(err)
		}
		receipt, err := p.Publish(ctx, m)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := receipt.Wait(ctx); err != nil {
			log.Fatal(err)
		}
	}
	return b, func() {
		p.Close()
		b.Close()
		server.Close()
		if err := os.RemoveAll(dir); err != nil {
			log.Fatal(err)
		}
	}
}
