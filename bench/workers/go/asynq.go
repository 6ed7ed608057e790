package main

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
)

func asynqRound(url string, jobs, concurrency int) (time.Duration, error) {
	redis, err := asynq.ParseRedisURI(url)
	if err != nil {
		return 0, err
	}
	client := asynq.NewClient(redis)
	defer client.Close()
	for n := 0; n < jobs; n++ {
		payload, _ := json.Marshal(map[string]int{"n": n})
		if _, err := client.Enqueue(asynq.NewTask("mail", payload)); err != nil {
			return 0, err
		}
	}
	left, done := int64(jobs), make(chan bool)
	handle := func(context.Context, *asynq.Task) error {
		if atomic.AddInt64(&left, -1) == 0 {
			close(done)
		}
		return nil
	}
	server := asynq.NewServer(
		redis,
		asynq.Config{Concurrency: concurrency, LogLevel: asynq.FatalLevel},
	)
	since := time.Now()
	if err := server.Start(asynq.HandlerFunc(handle)); err != nil {
		return 0, err
	}
	<-done
	took := time.Since(since)
	server.Shutdown()
	return took, nil
}
