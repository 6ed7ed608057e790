// Run by go.test.ts against a presque of its own: the argument is its URL.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
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
	must(
		client.PushMany(
			ctx,
			"mail",
			[]any{map[string]int{"n": 1}, map[string]int{"n": 2}},
			&presque.PushOptions{Tries: 3},
		),
	)
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
	for i := 0; i < 2; i++ {
		_, err = client.Push(ctx, "twins", struct{}{}, &presque.PushOptions{Uniq: "k"})
		must(err)
		twin, err := client.Take(ctx, []string{"twins"}, lease)
		must(err)
		_, err = client.Nack(ctx, twin, presque.Failure{Message: "no", Final: true})
		must(err)
	}
	redriven, err := client.Redrive(ctx, "twins", "failed", 5)
	must(err)
	assert(redriven == presque.Redriven{Count: 1, Duplicates: 1}, redriven)
	filter := presque.Filter{Text: "{}", Since: time.Now().Add(-time.Hour), Dry: true}
	redriven, err = client.Redrive(ctx, "twins", "failed", 0, filter)
	must(err)
	assert(redriven == presque.Redriven{Count: 1}, redriven)
	must(client.Purge(ctx, "twins"))
	_, err = client.Push(ctx, "mail", []int{}, nil)
	var refusal *presque.Error
	assert(
		errors.As(err, &refusal) && refusal.Status == 400 &&
			refusal.Message == "a job must be a JSON object",
		err,
	)
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
	work := presque.Worker{
		Client:      client,
		Queues:      []string{"sum"},
		Concurrency: 2,
		Lease:       2 * time.Second,
		Handle: func(ctx context.Context, job *presque.Job) (any, error) {
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
		},
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- work.Run(running) }()
	result, err := client.Call(
		ctx,
		"sum",
		sum{Add: []int{1, 2}, Sleep: 2500 * time.Millisecond},
		30*time.Second,
		nil,
	)
	must(err)
	<-began
	assert(string(result) == "3", string(result))
	status, err := client.Status(ctx, "sum")
	must(err)
	assert(status.Lost == 0, "it was kept for longer than its lease")
	_, err = client.Call(ctx, "sum", sum{}, 30*time.Second, nil)
	assert(
		presque.Refused(err, 422) && err.Error() == "presque: the job failed: nothing to add",
		err,
	)
	_, err = client.Push(ctx, "sum", sum{Lost: true}, nil)
	must(err)
	assert(presque.Refused(<-lost, 404), "it learns that the job was cancelled")
	_, err = client.Push(
		ctx,
		"sum",
		sum{Add: []int{1}, Sleep: 500 * time.Millisecond},
		&presque.PushOptions{Keep: time.Minute},
	)
	must(err)
	<-began
	stop()
	must(<-ended)
	status, err = client.Status(ctx, "sum")
	must(err)
	assert(
		status.Counts["completed"] == 1 && status.Counts["active"] == 0,
		"what ran has ended: ",
		status.Counts,
	)
	refused := presque.Worker{Client: client, Queues: []string{"no queue"}, Handle: work.Handle}
	assert(presque.Refused(refused.Run(ctx), 400), "it works")
}

// failing breaks requests that settle several jobs, as often as it says.
type failing struct {
	lock  sync.Mutex
	lives []string
	asked []string
}

func (f *failing) RoundTrip(request *http.Request) (*http.Response, error) {
	how := "well"
	if strings.HasPrefix(request.URL.Path, "/qb/settled/ack") {
		f.lock.Lock()
		if len(f.lives) > 0 {
			how, f.lives = f.lives[0], f.lives[1:]
		}
		f.asked = append(f.asked, how)
		f.lock.Unlock()
	}
	if how == "refused" {
		return nil, &net.OpError{Op: "dial", Err: errors.New("refused by the test")}
	}
	if how == "busy" {
		body := io.NopCloser(strings.NewReader(`{"error":"redis is unavailable"}`))
		return &http.Response{
			StatusCode: 503,
			Header:     http.Header{},
			Body:       body,
			Request:    request,
		}, nil
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if how == "lost" && err == nil {
		answer.Body.Close()
		return nil, &net.OpError{Op: "read", Err: errors.New("broken by the test")}
	}
	return answer, err
}

// What ends together is told together, and every job ends once, whatever happens to the request.
func settling() {
	line := &failing{lives: []string{"refused", "lost", "busy"}}
	broken := presque.New(os.Args[1])
	broken.HTTP = &http.Client{Transport: line}
	must(client.Control(ctx, "settled", map[string]any{"keep": 60}))
	jobs := make([]any, 200)
	for n := range jobs {
		jobs[n] = map[string]int{"N": n}
	}
	must(client.PushMany(ctx, "settled", jobs, nil))
	var lock sync.Mutex
	ran, odd := 0, []error{}
	work := presque.Worker{
		Client:      broken,
		Queues:      []string{"settled"},
		Concurrency: 8,
		Lease:       1500 * time.Millisecond,
		Wait:        time.Second,
		Handle: func(_ context.Context, job *presque.Job) (any, error) {
			lock.Lock()
			ran++
			lock.Unlock()
			var payload struct{ N int }
			must(job.Decode(&payload))
			switch {
			case payload.N%5 == 0:
				return nil, &presque.Failure{Message: "no", Final: true}
			case payload.N%5 == 1 && job.Attempt == 1:
				return nil, &presque.Failure{Message: "once more", Delay: time.Millisecond}
			case payload.N%5 == 2:
				return payload, nil
			}
			return nil, nil
		},
		OnError: func(err error, _ *presque.Job) {
			var failure *presque.Failure
			if !errors.As(err, &failure) {
				lock.Lock()
				odd = append(odd, err)
				lock.Unlock()
			}
		},
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- work.Run(running) }()
	for since := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		status, err := client.Status(ctx, "settled")
		must(err)
		if status.Counts["completed"] == 160 && status.Counts["failed"] == 40 {
			break
		}
		assert(time.Since(since) < 20*time.Second, status.Counts)
	}
	stop()
	must(<-ended)
	assert(len(odd) == 0, odd)
	assert(
		len(line.lives) == 0 && len(line.asked) < ran,
		"several ended in one request: ",
		len(line.asked),
		" of ",
		ran,
	)
	document, err := client.Job(ctx, "settled", "3", 0)
	must(err)
	assert(string(document.Result) == `{"N":2}`, string(document.Result))
}

// A job that comes with an answer has its payload byte for byte, however deep it is.
func bytesOfPayloads() {
	deep := `{"a":` + strings.Repeat("[", 20_000) + "1" + strings.Repeat("]", 20_000) + "}"
	odd := []string{
		`{ "a" : "]}[{\"\\" , "payload":{"payload":1.0} }`,
		deep,
		`{"a":"\\","b":[ ],"c":1e2 }`,
		"{ }",
		`{"é":"\u00e9"}`,
	}
	found := make(chan string, 20)
	for n := 0; n < 20; n++ {
		_, err := client.Push(ctx, "bytes", json.RawMessage(odd[n%5]), nil)
		must(err)
	}
	work := presque.Worker{
		Client:      client,
		Queues:      []string{"bytes"},
		Concurrency: 2,
		Wait:        time.Second,
		Handle: func(_ context.Context, job *presque.Job) (any, error) {
			found <- string(job.Payload)
			return nil, nil
		},
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- work.Run(running) }()
	counts := map[string]int{}
	for n := 0; n < 20; n++ {
		counts[<-found]++
	}
	for _, text := range odd {
		assert(counts[text] == 4, counts[text], text[:min(50, len(text))])
	}
	stop()
	must(<-ended)
}

type badError struct{}

func (*badError) Error() string { panic("Error panics") }

type badJSON struct{}

func (badJSON) MarshalJSON() ([]byte, error) { panic("MarshalJSON panics") }

type badText struct{}

func (badText) String() string { panic("String panics") }

// Whatever a handler returns, and if it panics, its job fails with that, and the worker goes on.
func outliving() {
	long := strings.Repeat("x", 2_000_000)
	cases := []struct {
		name         string
		handle       func() (any, error)
		kind, says   string
		tries        int
		state        string
		alsoOnErrors string
	}{
		{"panic", func() (any, error) { panic("no") }, "panic", "no", 1, "failed", "no"},
		{"panic(nil)", func() (any, error) { panic(nil) }, "", "", 1, "failed", ""},
		{
			"panic of what cannot be read",
			func() (any, error) { panic(badText{}) },
			"panic",
			"String panics",
			1,
			"failed",
			"",
		},
		{
			"Goexit",
			func() (any, error) { runtime.Goexit(); return nil, nil },
			"Goexit",
			"without returning",
			1,
			"failed",
			"without returning",
		},
		{
			"an error that panics",
			func() (any, error) { return nil, &badError{} },
			"panic",
			"Error panics",
			1,
			"failed",
			"",
		},
		{
			"a nil error",
			func() (any, error) { return nil, (*badError)(nil) },
			"panic",
			"Error panics",
			1,
			"failed",
			"",
		},
		{
			"a nil Failure",
			func() (any, error) { return nil, (*presque.Failure)(nil) },
			"Failure",
			"is nil",
			1,
			"failed",
			"",
		},
		{
			"a channel",
			func() (any, error) { return make(chan int), nil },
			"*json.UnsupportedTypeError",
			"chan",
			1,
			"failed",
			"",
		},
		{
			"a function",
			func() (any, error) { return func() {}, nil },
			"*json.UnsupportedTypeError",
			"func",
			1,
			"failed",
			"",
		},
		{
			"NaN",
			func() (any, error) { return math.NaN(), nil },
			"*json.UnsupportedValueError",
			"NaN",
			1,
			"failed",
			"",
		},
		{
			"JSON that panics",
			func() (any, error) { return badJSON{}, nil },
			"panic",
			"MarshalJSON panics",
			1,
			"failed",
			"",
		},
		{
			"bad raw JSON",
			func() (any, error) { return json.RawMessage("{"), nil },
			"*json.MarshalerError",
			"",
			1,
			"failed",
			"",
		},
		{
			"a nil map",
			func() (any, error) {
				panic(fmt.Errorf("around: %w", &presque.Failure{Message: "within"}))
			},
			"panic",
			"within",
			1,
			"failed",
			"",
		},
		{
			"a large result",
			func() (any, error) { return long, nil },
			"refused",
			"presque does not take the result of this job: the body is larger than 1048576 bytes",
			3,
			"failed",
			"does not take",
		},
		{
			"a long message",
			func() (any, error) { return nil, errors.New(long) },
			"*errors.errorString",
			"xxx",
			3,
			"delayed",
			"",
		},
		{
			"a delay of centuries",
			func() (any, error) {
				return nil, &presque.Failure{Message: "no", Delay: math.MaxInt64}
			},
			"",
			"",
			3,
			"delayed|failed",
			"",
		},
	}
	var lock sync.Mutex
	var handle func() (any, error)
	var errs []string
	work := presque.Worker{
		Client: client,
		Queues: []string{"odd"},
		Lease:  5 * time.Second,
		Handle: func(context.Context, *presque.Job) (any, error) {
			lock.Lock()
			one := handle
			lock.Unlock()
			return one()
		},
		OnError: func(err error, job *presque.Job) {
			lock.Lock()
			errs = append(errs, fmt.Sprint(job.Queue, job.ID, err))
			lock.Unlock()
			panic("OnError panics")
		},
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- work.Run(running) }()
	for _, one := range cases {
		lock.Lock()
		handle = one.handle
		errs = nil
		lock.Unlock()
		id, err := client.Push(
			ctx,
			"odd",
			map[string]int{},
			&presque.PushOptions{Tries: one.tries, Keep: time.Minute},
		)
		must(err)
		document := wait(id)
		var told struct{ Type, Message string }
		must(json.Unmarshal(document.LastError, &told))
		assert(
			strings.Contains(one.state, document.State) && document.Attempt == 1,
			one.name,
			" ",
			document.State,
			document.Attempt,
		)
		assert(one.kind == "" || told.Type == one.kind, one.name, ": ", told.Type)
		assert(strings.Contains(told.Message, one.says), one.name, ": ", told.Message)
		lock.Lock()
		assert(
			len(errs) > 0 && strings.Contains(strings.Join(errs, " "), one.alsoOnErrors),
			one.name,
			errs,
		)
		lock.Unlock()
	}
	stop()
	must(<-ended)
}

func wait(id string) *presque.Document {
	for since := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		document, err := client.Job(ctx, "odd", id, 0)
		must(err)
		if document.State != "waiting" && document.State != "active" {
			return document
		}
		assert(time.Since(since) < 20*time.Second, "it never ended: ", document.State)
	}
}

// watched keeps the requests, and tells a worker to be quiet.
type watched struct {
	lock  sync.Mutex
	asked []string
	quiet map[string]bool
}

func (w *watched) RoundTrip(request *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(request)
	w.lock.Lock()
	defer w.lock.Unlock()
	line := request.Method + " " + request.URL.Path
	w.asked = append(w.asked, line)
	if err == nil && w.quiet[line] {
		answer.Header.Set("X-Presque-Quiet", "1")
	}
	return answer, err
}

func (w *watched) count(prefix string) (n int) {
	w.lock.Lock()
	defer w.lock.Unlock()
	for _, line := range w.asked {
		if strings.HasPrefix(line, prefix) {
			n++
		}
	}
	return n
}

// What it holds is kept with one request a queue, it is known to presque while it works, and it
// ends when it is told to be quiet.
func together() {
	touch := map[string]bool{"POST /qb/held/touch": true}
	takes := map[string]bool{"GET /q/held": true, "POST /q/held/take": true}
	for _, quiet := range []map[string]bool{touch, takes} {
		byTouch := quiet["POST /qb/held/touch"]
		line := &watched{}
		watching := presque.New(os.Args[1])
		watching.HTTP = &http.Client{Transport: line}
		var begun sync.WaitGroup
		begun.Add(4)
		for i := 0; i < 6; i++ {
			_, err := client.Push(ctx, "held", map[string]int{"n": i}, nil)
			must(err)
		}
		over := make(chan struct{})
		work := presque.Worker{
			Client:      watching,
			Queues:      []string{"held"},
			Concurrency: 4,
			Lease:       time.Second,
			Wait:        time.Second,
			Handle: func(context.Context, *presque.Job) (any, error) {
				begun.Done()
				<-over
				return nil, nil
			},
		}
		ended := make(chan error)
		go func() { ended <- work.Run(ctx) }()
		begun.Wait()
		var known struct {
			Workers []string `json:"workers_list"`
		}
		must(client.Do(ctx, "GET", "/w/held", nil, nil, &known))
		assert(len(known.Workers) == 1, known)
		for line.count("POST /qb/held/touch") < 4 {
			time.Sleep(5 * time.Millisecond)
		}
		assert(line.count("POST /j/held") == 0, "no touch of one job")
		line.lock.Lock()
		line.quiet = quiet
		line.lock.Unlock()
		if byTouch {
			for n := line.count("POST /qb/held/touch"); line.count("POST /qb/held/touch") < n+2; {
				time.Sleep(5 * time.Millisecond)
			}
		}
		close(over)
		if !byTouch {
			// Those that are left are taken with acks; then the worker asks again, and hears it.
			begun.Add(2)
		}
		must(<-ended)
		status, err := client.Status(ctx, "held")
		must(err)
		assert(status.Counts["active"] == 0 && status.Lost == 0, status.Counts)
		assert(!byTouch || status.Counts["waiting"] == 2, status.Counts)
		must(client.Do(ctx, "GET", "/w/held", nil, nil, &known))
		assert(len(known.Workers) == 0, known)
		must(client.Purge(ctx, "held"))
	}
}

// Without OnError, the log tells the queue and the id of a job that failed.
func telling() {
	var said bytes.Buffer
	log.SetOutput(&said)
	work := presque.Worker{
		Client: client,
		Queues: []string{"told"},
		Handle: func(context.Context, *presque.Job) (any, error) { panic("aloud") },
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- work.Run(running) }()
	_, err := client.Call(
		ctx,
		"told",
		map[string]int{},
		30*time.Second,
		&presque.PushOptions{Tries: 1},
	)
	assert(presque.Refused(err, 422), err)
	stop()
	must(<-ended)
	log.SetOutput(os.Stderr)
	assert(
		strings.Contains(said.String(), "presque: job 1 of told: aloud\n") &&
			strings.Contains(said.String(), "check.go"),
		said.String(),
	)
}

func main() {
	basics()
	repetitions()
	worker()
	settling()
	bytesOfPayloads()
	outliving()
	together()
	telling()
	fmt.Println("all good")
}
