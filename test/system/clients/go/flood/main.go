// Command flood is a worker that prints the number of each job that it works on: flood URL.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"presque"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	handle := func(_ context.Context, job *presque.Job) (any, error) {
		var payload struct{ N int }
		if err := job.Decode(&payload); err != nil {
			return nil, err
		}
		fmt.Println(payload.N)
		return nil, nil
	}
	worker := presque.Worker{
		Client: presque.New(os.Args[1]), Queues: []string{"flood"}, Handle: handle,
		Concurrency: 4, Lease: 2 * time.Second, Wait: 5 * time.Second,
		OnError: func(error, *presque.Job) {},
	}
	if err := worker.Run(ctx); err != nil {
		log.Fatal(err)
	}
}
