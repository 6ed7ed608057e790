package main

import (
	"context"
	"sync/atomic"
	"time"

	"presque"
)

func presqueRound(url string, jobs, concurrency int) (time.Duration, error) {
	client := presque.New(url)
	ctx, close := context.WithCancel(context.Background())
	defer close()
	for at := 0; at < jobs; at += 1000 {
		payloads := make([]any, min(1000, jobs-at))
		for i := range payloads {
			payloads[i] = map[string]int{"n": at + i}
		}
		if err := client.PushMany(ctx, "mail", payloads, nil); err != nil {
			return 0, err
		}
	}
	left := int64(jobs)
	worker := presque.Worker{Client: client, Queues: []string{"mail"}, Concurrency: concurrency}
	worker.Handle = func(context.Context, *presque.Job) (any, error) {
		if atomic.AddInt64(&left, -1) == 0 {
			close()
		}
		return nil, nil
	}
	since := time.Now()
	err := worker.Run(ctx)
	return time.Since(since), err
}
