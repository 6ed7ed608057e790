// Run by go.test.ts against a presque of its own: the argument is its URL.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"presque"
)

var (
	ctx    = context.Background()
	client = presque.New(os.Args[1])
	lease  = presque.TakeOptions{Lease: 30 * time.Second}
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func assert(holds bool, what ...any) {
	if !holds {
		panic(fmt.Sprint(what...))
	}
}

func basics() {
	text := json.RawMessage(`{ "n": 12345678901234567890, "s": "}é" }`)
	id, err := client.Push(ctx, "mail", text, nil)
	must(err)
	assert(id == "1", id)
	got, err := client.TakeForGood(ctx, []string{"mail"}, 0)
	must(err)
	assert(bytes.Equal(got, text), string(got))
	none, err := client.Take(ctx, []string{"mail"}, lease)
	assert(none == nil && err == nil, "an empty queue is no error", err)
	must(client.PushMany(ctx, "mail", []any{map[string]int{"n": 1}, map[string]int{"n": 2}}, &presque.PushOptions{Tries: 3}))
	first, err := client.Take(ctx, []string{"other", "mail"}, lease)
	must(err)
	second, err := client.AckNext(ctx, first, map[string]bool{"done": true}, lease)
	must(err)
	var payload struct{ N int }
	must(second.Decode(&payload))
	assert(payload.N == 2 && second.Attempt == 1, second)
	must(client.Touch(ctx, second, time.Minute, 50))
	document, err := client.Job(ctx, "mail", second.ID, 0)
	must(err)
	assert(document.State == "active" && string(document.Progress) == "50", document)
	must(client.Release(ctx, second, 0))
	again, err := client.Take(ctx, []string{"mail"}, lease)
	must(err)
	state, err := client.Nack(ctx, again, presque.Failure{Message: "no", Final: true})
	must(err)
	status, err := client.Status(ctx, "mail")
	must(err)
	assert(state == "failed" && status.Counts["failed"] == 1, state, status)
	must(client.Retry(ctx, "mail", again.ID))
	why, err := client.Why(ctx, "mail", again.ID)
	must(err)
	assert(why != "", "why")
	must(client.Cancel(ctx, "mail", again.ID))
	_, err = client.Push(ctx, "mail", []int{}, nil)
	var refusal *presque.Error
	assert(errors.As(err, &refusal) && refusal.Status == 400 && refusal.Message == "a job must be a JSON object", err)
	must(client.Control(ctx, "mail", map[string]any{"status": "stop"}))
	must(client.Purge(ctx, "mail"))
}

// breaking loses the answers of as many requests as it says.
type breaking struct{ answers int }

func (b *breaking) RoundTrip(request *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(request)
	if b.answers == 0 || err != nil {
		return answer, err
	}
	b.answers--
	answer.Body.Close()
	return nil, &net.OpError{Op: "read", Err: errors.New("broken by the test")}
}

func repetitions() {
	line := &breaking{}
	client := presque.New(os.Args[1])
	client.HTTP = &http.Client{Transport: line}
	line.answers = 2
	_, err := client.Push(ctx, "again", map[string]int{"n": 1}, nil)
	must(err)
	status, err := client.Status(ctx, "again")
	must(err)
	assert(status.Counts["waiting"] == 1, "a push that is repeated adds nothing: ", status.Counts)
	job, err := client.Take(ctx, []string{"again"}, lease)
	must(err)
	line.answers = 1
	must(client.Ack(ctx, job, nil))
	_, err = client.Push(ctx, "again", map[string]int{"n": 2}, nil)
	must(err)
	line.answers = 1
	_, err = client.TakeForGood(ctx, []string{"again"}, 0)
	assert(err != nil && line.answers == 0, "it was taken twice")
}

func worker() {
	type sum struct {
		Add   []int
		Sleep time.Duration
		Lost  bool
	}
	lost := make(chan error, 1)
	began := make(chan struct{}, 3)
	work := presque.Worker{Client: client, Queues: []string{"sum"}, Concurrency: 2, Lease: 2 * time.Second, Handle: func(ctx context.Context, job *presque.Job) (any, error) {
		var wanted sum
		if err := job.Decode(&wanted); err != nil {
			return nil, err
		}
		if wanted.Lost {
			must(client.Cancel(ctx, job.Queue, job.ID))
			<-ctx.Done()
			lost <- context.Cause(ctx)
			return nil, nil
		}
		if wanted.Add == nil {
			return nil, &presque.Failure{Message: "nothing to add", Final: true}
		}
		began <- struct{}{}
		time.Sleep(wanted.Sleep)
		total := 0
		for _, n := range wanted.Add {
			total += n
		}
		return total, nil
	}}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- work.Run(running) }()
	result, err := client.Call(ctx, "sum", sum{Add: []int{1, 2}, Sleep: 2500 * time.Millisecond}, 30*time.Second, nil)
	must(err)
	<-began
	assert(string(result) == "3", string(result))
	status, err := client.Status(ctx, "sum")
	must(err)
	assert(status.Lost == 0, "it was kept for longer than its lease")
	_, err = client.Call(ctx, "sum", sum{}, 30*time.Second, nil)
	assert(presque.Refused(err, 422) && err.Error() == "presque: the job failed: nothing to add", err)
	_, err = client.Push(ctx, "sum", sum{Lost: true}, nil)
	must(err)
	assert(presque.Refused(<-lost, 404), "it learns that the job was cancelled")
	_, err = client.Push(ctx, "sum", sum{Add: []int{1}, Sleep: 500 * time.Millisecond}, &presque.PushOptions{Keep: time.Minute})
	must(err)
	<-began
	stop()
	must(<-ended)
	status, err = client.Status(ctx, "sum")
	must(err)
	assert(status.Counts["completed"] == 1 && status.Counts["active"] == 0, "what ran has ended: ", status.Counts)
	refused := presque.Worker{Client: client, Queues: []string{"no queue"}, Handle: work.Handle}
	assert(presque.Refused(refused.Run(ctx), 400), "it works")
}

func main() {
	basics()
	repetitions()
	worker()
	fmt.Println("all good")
}
