// Package presque is a client for presque, a job queue over HTTP. Standard library only: copy this folder.
//
//	client := presque.New("http://127.0.0.1:5000")
//	id, err := client.Push(ctx, "mail", map[string]string{"to": "ann"}, nil)
//
//	worker := presque.Worker{Client: client, Queues: []string{"mail"}, Concurrency: 4, Handle: send}
//	err = worker.Run(ctx) // until ctx is done; then it lets the jobs end that run
//
// Failed connections and 503 are tried again with growing pauses, where that does no harm: a push brings an
// Idempotency-Key, so that it is stored once. TakeForGood and PushMany are not repeated once the request may have arrived.
package presque

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Error is a refusal: what presque answered, and its status.
type Error struct {
	Status  int
	Message string
}

func (e *Error) Error() string { return "presque: " + e.Message }

// Refused tells whether err is a refusal with one of these statuses.
func Refused(err error, statuses ...int) bool {
	var refusal *Error
	if !errors.As(err, &refusal) {
		return false
	}
	for _, status := range statuses {
		if refusal.Status == status {
			return true
		}
	}
	return false
}

// ErrTimeUp is returned by Call when the job has not finished in time.
var ErrTimeUp = errors.New("presque: the job has not finished in time")

// Client is a presque server. Its fields may be changed before it is used; it is safe for use by several goroutines.
type Client struct {
	URL     string
	Token   string
	Retries int // tries after the first one that came to nothing
	HTTP    *http.Client
}

// New is a client of the server at that URL, such as http://127.0.0.1:5000.
func New(url string) *Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = 0, 1000
	return &Client{URL: url, Retries: 5, HTTP: &http.Client{Transport: transport}}
}

// PushOptions are the options of a push. A zero value is not sent.
type PushOptions struct {
	Delay          time.Duration
	Delayed        time.Time
	Priority       *int // 0 to 9, lower is sooner; 5 if none is given
	Tries          int
	TTL            time.Duration // after which it is dropped if nobody has taken it
	Keep           time.Duration // to keep the finished job and its result
	Uniq           string        // at most one job with this key is in the queue
	OnDuplicate    string        // "reject", "ignore" or "replace"
	Depends        []string      // ids of jobs of this queue that must be done first
	IdempotencyKey string        // one of its own is made for each push otherwise
}

func (o *PushOptions) query() url.Values {
	query := url.Values{}
	if o == nil {
		return query
	}
	setSeconds(query, "delay", o.Delay)
	setSeconds(query, "ttl", o.TTL)
	setSeconds(query, "keep", o.Keep)
	if !o.Delayed.IsZero() {
		query.Set("delayed", strconv.FormatFloat(float64(o.Delayed.UnixMilli())/1000, 'f', 3, 64))
	}
	if o.Priority != nil {
		query.Set("priority", strconv.Itoa(*o.Priority))
	}
	if o.Tries != 0 {
		query.Set("tries", strconv.Itoa(o.Tries))
	}
	for name, value := range map[string]string{"uniq": o.Uniq, "on_duplicate": o.OnDuplicate, "depends": strings.Join(o.Depends, ",")} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return query
}

func (o *PushOptions) header() http.Header {
	header := http.Header{}
	if o != nil && o.IdempotencyKey != "" {
		header.Set("Idempotency-Key", o.IdempotencyKey)
	} else {
		header.Set("Idempotency-Key", unique())
	}
	return header
}

// TakeOptions are the options of taking a job. Lease 0 is as long as the policy of the queue says.
type TakeOptions struct {
	Lease  time.Duration
	Wait   time.Duration // for a job to come, at most 60 s
	Worker string        // who takes it
}

func (o TakeOptions) query() url.Values {
	query := url.Values{"lease": {""}}
	setSeconds(query, "lease", o.Lease)
	setSeconds(query, "wait", o.Wait)
	if o.Worker != "" {
		query.Set("worker_id", o.Worker)
	}
	return query
}

// Job is a job on lease.
type Job struct {
	Queue   string
	ID      string
	Receipt string          // proves this delivery
	Attempt int             // 1 for the first
	Expires float64         // epoch seconds by the clock of Redis
	Payload json.RawMessage // byte for byte as it was pushed
}

// Decode parses the payload into v.
func (j *Job) Decode(v any) error { return json.Unmarshal(j.Payload, v) }

// Document is what is known of a job.
type Document struct {
	ID             string          `json:"id"`
	Queue          string          `json:"queue"`
	State          string          `json:"state"`
	Priority       int             `json:"priority"`
	Attempt        int             `json:"attempt"`
	Tries          int             `json:"tries"`
	CreatedAt      float64         `json:"created_at"`
	RunAt          float64         `json:"run_at"`
	LeaseExpiresAt *float64        `json:"lease_expires_at"`
	WorkerID       *string         `json:"worker_id"`
	Progress       json.RawMessage `json:"progress"`
	Failures       int             `json:"failures"`
	Lost           int             `json:"lost"`
	LastError      json.RawMessage `json:"last_error"`
	Result         json.RawMessage `json:"result"`
	Payload        json.RawMessage `json:"payload"`
}

// Status is a queue with its counts.
type Status struct {
	Queue     string          `json:"queue"`
	Size      int             `json:"size"`
	Policy    json.RawMessage `json:"policy"`
	Counts    map[string]int  `json:"counts"`
	OldestAge *float64        `json:"oldest_age"`
	Processed int             `json:"processed"`
	Failed    int             `json:"failed"`
	Lost      int             `json:"lost"`
	Expired   int             `json:"expired"`
	Workers   []string        `json:"workers"`
}

// Failure says why a job failed and how to go on. Returned by a handler, it is an error like any other.
type Failure struct {
	Type      string
	Message   string
	Backtrace string
	Delay     time.Duration // until it runs again; as the policy of the queue says otherwise
	Final     bool          // it has failed for good
}

func (f *Failure) Error() string { return f.Message }

// Push puts a job in and returns its id. The payload is anything that is an object in JSON; a json.RawMessage is sent byte for byte.
func (c *Client) Push(ctx context.Context, queue string, payload any, options *PushOptions) (string, error) {
	answer, err := c.push(ctx, queue, payload, options, 0)
	if err != nil {
		return "", err
	}
	return answer.header.Get("X-Presque-Job"), nil
}

// Call puts a job in and waits for its result. A job that failed for good is an *Error of status 422.
func (c *Client) Call(ctx context.Context, queue string, payload any, wait time.Duration, options *PushOptions) (json.RawMessage, error) {
	answer, err := c.push(ctx, queue, payload, options, wait)
	if err != nil {
		return nil, err
	}
	if answer.status == http.StatusAccepted {
		return nil, ErrTimeUp
	}
	return answer.body, nil
}

func (c *Client) push(ctx context.Context, queue string, payload any, options *PushOptions, wait time.Duration) (*answer, error) {
	body, err := json.Marshal(payload)
	if raw, ok := payload.(json.RawMessage); ok {
		body, err = raw, nil
	}
	if err != nil {
		return nil, err
	}
	query := options.query()
	setSeconds(query, "wait", wait)
	return c.ask(ctx, request{method: "POST", path: "/q/" + url.PathEscape(queue), query: query, body: body, header: options.header()})
}

// PushMany puts several jobs in, all or none. Uniq, OnDuplicate, Depends and IdempotencyKey are for single jobs.
func (c *Client) PushMany(ctx context.Context, queue string, payloads []any, options *PushOptions) error {
	body := []byte(`{"jobs":[`)
	for i, payload := range payloads {
		text, err := json.Marshal(payload)
		if raw, ok := payload.(json.RawMessage); ok {
			text, err = raw, nil
		}
		if err != nil {
			return err
		}
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, text...)
	}
	_, err := c.ask(ctx, request{method: "POST", path: "/qb/" + url.PathEscape(queue), query: options.query(), body: append(body, "]}"...), once: true})
	return err
}

// Take leases the next job of the first of the queues that has one; nil if there is none.
func (c *Client) Take(ctx context.Context, queues []string, options TakeOptions) (*Job, error) {
	return c.take(ctx, queues, request{query: options.query()})
}

// TakeForGood takes the payload of the next job; nil if there is none. It will not come back.
func (c *Client) TakeForGood(ctx context.Context, queues []string, wait time.Duration) (json.RawMessage, error) {
	query := url.Values{}
	setSeconds(query, "wait", wait)
	job, err := c.take(ctx, queues, request{query: query, once: true})
	if job == nil {
		return nil, err
	}
	return job.Payload, err
}

func (c *Client) take(ctx context.Context, queues []string, what request) (*Job, error) {
	escaped := make([]string, len(queues))
	for i, queue := range queues {
		escaped[i] = url.PathEscape(queue)
	}
	what.method, what.path = "POST", "/q/"+strings.Join(escaped, ",")+"/take"
	answer, err := c.ask(ctx, what)
	if isEmpty(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return answer.job(), nil
}

// Ack finishes a job, with its result if it is not nil.
func (c *Client) Ack(ctx context.Context, job *Job, result any) error {
	_, err := c.ack(ctx, job, result, nil)
	return err
}

// AckNext finishes a job and leases the next one of its queue in the same round trip; nil if there is none.
func (c *Client) AckNext(ctx context.Context, job *Job, result any, next TakeOptions) (*Job, error) {
	return c.ack(ctx, job, result, &next)
}

func (c *Client) ack(ctx context.Context, job *Job, result any, next *TakeOptions) (*Job, error) {
	query := url.Values{}
	if next != nil {
		query = next.query()
		query.Set("next", "1")
	}
	what := job.request("ack", query)
	if result != nil {
		body, err := json.Marshal(result)
		if err != nil {
			return nil, err
		}
		what.body = body
	}
	answer, err := c.ask(ctx, what)
	if next != nil && isEmpty(err) {
		return nil, nil
	}
	if isRepeated(err) && Refused(err, http.StatusNotFound) {
		// The first try has arrived, only its answer has not.
		if next == nil {
			return nil, nil
		}
		return c.Take(ctx, []string{job.Queue}, *next)
	}
	if err != nil || answer.status != http.StatusOK {
		return nil, err
	}
	return answer.job(), nil
}

// Nack gives a job up: it failed. It returns the state that the job is in now, "delayed" or "failed"; "" if a repeated
// request found that it had been given up before.
func (c *Client) Nack(ctx context.Context, job *Job, failure Failure) (string, error) {
	told := map[string]any{"error": map[string]string{"type": failure.Type, "message": failure.Message, "backtrace": failure.Backtrace}}
	if failure.Delay > 0 {
		told["delay"] = failure.Delay.Seconds()
	}
	if failure.Final {
		told["retry"] = false
	}
	var verdict struct{ State string }
	err := c.settle(ctx, job.request("nack", url.Values{}), told, &verdict)
	return verdict.State, err
}

// Release gives a job back, as if nothing had been.
func (c *Client) Release(ctx context.Context, job *Job, delay time.Duration) error {
	query := url.Values{}
	setSeconds(query, "delay", delay)
	return c.settle(ctx, job.request("release", query), nil, nil)
}

// A repeated request finds the receipt used up if the first has arrived.
func (c *Client) settle(ctx context.Context, what request, body, answer any) error {
	err := c.exchange(ctx, what, body, answer)
	if isRepeated(err) && Refused(err, http.StatusNotFound, http.StatusConflict) {
		return nil
	}
	return err
}

// Touch keeps a job for longer and shows its progress, if that is not nil. Refused with 404 if the job was cancelled, 409 if
// another worker has it.
func (c *Client) Touch(ctx context.Context, job *Job, lease time.Duration, progress any) error {
	more := map[string]any{}
	if lease > 0 {
		more["lease"] = lease.Seconds()
	}
	if progress != nil {
		more["progress"] = progress
	}
	return c.exchange(ctx, job.request("touch", url.Values{}), more, nil)
}

// Job is what is known of a job, once it has finished if wait is not 0.
func (c *Client) Job(ctx context.Context, queue, id string, wait time.Duration) (*Document, error) {
	query, document := url.Values{}, &Document{}
	setSeconds(query, "wait", wait)
	return document, c.exchange(ctx, request{method: "GET", path: jobPath(queue, id), query: query}, nil, document)
}

// Why tells in a sentence why a job is not running.
func (c *Client) Why(ctx context.Context, queue, id string) (string, error) {
	var why struct{ Detail string }
	err := c.exchange(ctx, request{method: "GET", path: jobPath(queue, id) + "/why"}, nil, &why)
	return why.Detail, err
}

// Retry lets a failed or delayed job run now.
func (c *Client) Retry(ctx context.Context, queue, id string) error {
	return c.exchange(ctx, request{method: "POST", path: jobPath(queue, id) + "/retry"}, nil, nil)
}

// Cancel removes a job, whatever its state.
func (c *Client) Cancel(ctx context.Context, queue, id string) error {
	return c.exchange(ctx, request{method: "DELETE", path: jobPath(queue, id)}, nil, nil)
}

// Status is a queue with its counts.
func (c *Client) Status(ctx context.Context, queue string) (*Status, error) {
	status := &Status{}
	return status, c.exchange(ctx, request{method: "GET", path: "/status/" + url.PathEscape(queue)}, nil, status)
}

// Queues names all queues.
func (c *Client) Queues(ctx context.Context) ([]string, error) {
	var all struct{ Queues []string }
	err := c.exchange(ctx, request{method: "GET", path: "/status/"}, nil, &all)
	return all.Queues, err
}

// Control stops or starts a queue ({"status": "stop"}) and sets its policy; nil resets a setting.
func (c *Client) Control(ctx context.Context, queue string, policy map[string]any) error {
	return c.exchange(ctx, request{method: "POST", path: "/control/" + url.PathEscape(queue)}, policy, nil)
}

// Purge removes a queue: jobs, counters and policy.
func (c *Client) Purge(ctx context.Context, queue string) error {
	return c.exchange(ctx, request{method: "DELETE", path: "/q/" + url.PathEscape(queue)}, nil, nil)
}

// Do makes any request; body and answer are JSON, and may be nil.
func (c *Client) Do(ctx context.Context, method, path string, query url.Values, body, answer any) error {
	return c.exchange(ctx, request{method: method, path: path, query: query, once: method == "PUT" || method == "POST"}, body, answer)
}

func (c *Client) exchange(ctx context.Context, what request, body, into any) error {
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		what.body = text
	}
	answer, err := c.ask(ctx, what)
	if err != nil || into == nil || len(answer.body) == 0 {
		return err
	}
	return json.Unmarshal(answer.body, into)
}

type request struct {
	method, path string
	query        url.Values
	header       http.Header
	body         []byte
	once         bool // not to be repeated once it may have arrived
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

// repeated is around the error of a request of which an earlier try may have done the work.
type repeated struct{ error }

func (r repeated) Unwrap() error { return r.error }

func isRepeated(err error) bool {
	var around repeated
	return errors.As(err, &around)
}

func (c *Client) ask(ctx context.Context, what request) (*answer, error) {
	again := false
	for attempt := 0; ; attempt++ {
		got, err := c.try(ctx, what)
		if err == nil {
			return got, nil
		}
		arrived := !neverSent(err)
		if ctx.Err() != nil || !isPassing(err) || attempt >= c.Retries || (arrived && what.once) {
			if again {
				err = repeated{err}
			}
			return nil, err
		}
		again = again || arrived
		if pause(ctx, attempt) != nil {
			return nil, err
		}
	}
}

func (c *Client) try(ctx context.Context, what request) (*answer, error) {
	target := strings.TrimRight(c.URL, "/") + what.path
	if len(what.query) > 0 {
		target += "?" + what.query.Encode()
	}
	sent, err := http.NewRequestWithContext(ctx, what.method, target, bytes.NewReader(what.body))
	if err != nil {
		return nil, err
	}
	// net/http would repeat it by itself, unseen.
	sent.GetBody = nil
	for name, values := range what.header {
		sent.Header[name] = values
	}
	if what.body != nil {
		sent.Header.Set("Content-Type", "application/json")
	}
	if c.Token != "" {
		sent.Header.Set("Authorization", "Bearer "+c.Token)
	}
	got, err := c.HTTP.Do(sent)
	if err != nil {
		return nil, err
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		return nil, err
	}
	if got.StatusCode >= 400 {
		return nil, refusal(got.StatusCode, body)
	}
	return &answer{got.StatusCode, got.Header, body}, nil
}

func refusal(status int, body []byte) *Error {
	var told struct{ Error string }
	if json.Unmarshal(body, &told) != nil || told.Error == "" {
		told.Error = fmt.Sprintf("status %d: %.200s", status, body)
	}
	return &Error{status, told.Error}
}

func (a *answer) job() *Job {
	attempt, _ := strconv.Atoi(a.header.Get("X-Presque-Attempt"))
	expires, _ := strconv.ParseFloat(a.header.Get("X-Presque-Lease-Expires"), 64)
	return &Job{a.header.Get("X-Presque-Queue"), a.header.Get("X-Presque-Job"), a.header.Get("X-Presque-Receipt"), attempt, expires, a.body}
}

func (j *Job) request(verb string, query url.Values) request {
	query.Set("receipt", j.Receipt)
	return request{method: "POST", path: jobPath(j.Queue, j.ID) + "/" + verb, query: query}
}

func jobPath(queue, id string) string {
	return "/j/" + url.PathEscape(queue) + "/" + url.PathEscape(id)
}

func isEmpty(err error) bool {
	var refusal *Error
	return errors.As(err, &refusal) && refusal.Status == http.StatusNotFound && (refusal.Message == "no job" || refusal.Message == "queue is closed")
}

func isPassing(err error) bool {
	var refusal *Error
	return !errors.As(err, &refusal) || refusal.Status == http.StatusServiceUnavailable
}

func neverSent(err error) bool {
	var network *net.OpError
	return errors.As(err, &network) && network.Op == "dial"
}

func setSeconds(query url.Values, name string, length time.Duration) {
	if length > 0 {
		query.Set(name, strconv.FormatFloat(length.Seconds(), 'f', -1, 64))
	}
}

func unique() string {
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		panic(err)
	}
	return hex.EncodeToString(random)
}

// pause doubles from 100 ms to 5 s, less up to half of it, so that many clients do not come back at once.
func pause(ctx context.Context, attempt int) error {
	most := 5 * time.Second
	if attempt < 6 {
		most = 100 * time.Millisecond << attempt
	}
	timer := time.NewTimer(most - time.Duration(mathrand.Int63n(int64(most)/2)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Handler does a job. What it returns is the result, or why it failed: a *Failure says when and whether it runs again. Its context is
// cancelled when the job was cancelled, when another worker has it, and when DrainTimeout is over.
type Handler func(ctx context.Context, job *Job) (result any, err error)

// Worker works off queues, those that come first first. It keeps a job for as long as it takes, and rides out restarts of the server.
type Worker struct {
	Client       *Client
	Queues       []string
	Handle       Handler
	Concurrency  int                       // jobs at a time: 1
	Lease        time.Duration             // after which a job is another's if this process dies: 60 s
	Wait         time.Duration             // of one request for a job: 20 s
	DrainTimeout time.Duration             // for the jobs that run when the worker is to end: 30 s
	ID           string                    // its name on the server
	OnError      func(err error, job *Job) // hears of failures, and of what the server could not be told
}

// Run works until ctx is done; then it takes no more jobs, and returns nil when those that run have ended. What still runs after
// DrainTimeout is given back. It returns the refusal if the server gives it no jobs at all (no such token, a bad name).
func (w *Worker) Run(ctx context.Context) error {
	run := *w
	run.Concurrency = max(1, w.Concurrency)
	run.Lease = orElse(w.Lease, time.Minute)
	run.Wait = orElse(w.Wait, 20*time.Second)
	run.DrainTimeout = orElse(w.DrainTimeout, 30*time.Second)
	if run.OnError == nil {
		run.OnError = func(error, *Job) {}
	}
	return run.work(ctx)
}

func (w *Worker) work(ctx context.Context) error {
	closing, close := context.WithCancelCause(ctx)
	defer close(nil)
	// Those of the jobs outlive ctx, for as long as they may drain.
	jobs, abandon := context.WithCancel(context.Background())
	defer abandon()
	var loops sync.WaitGroup
	for i := 0; i < w.Concurrency; i++ {
		loops.Add(1)
		go func() {
			defer loops.Done()
			if err := w.loop(closing, jobs); err != nil {
				close(err)
			}
		}()
	}
	<-closing.Done()
	timer := time.AfterFunc(w.DrainTimeout, abandon)
	defer timer.Stop()
	loops.Wait()
	if cause := context.Cause(closing); Refused(cause, 400, 401, 403, 404, 405) {
		return cause
	}
	return nil
}

func (w *Worker) loop(closing, jobs context.Context) error {
	var job *Job
	for {
		if job == nil {
			taken, err := w.take(closing)
			if taken == nil {
				return err
			}
			job = taken
		}
		if closing.Err() != nil {
			return w.Client.Release(jobs, job, 0)
		}
		job = w.do(closing, jobs, job)
	}
}

// take waits for a job, however long it takes to come; nil when the worker is to end.
func (w *Worker) take(closing context.Context) (*Job, error) {
	for failures := 0; closing.Err() == nil; {
		job, err := w.Client.Take(closing, w.Queues, TakeOptions{w.Lease, w.Wait, w.ID})
		if job != nil {
			return job, nil
		}
		failures++
		var refusal *Error
		switch {
		case err == nil:
			failures = 0
		case errors.As(err, &refusal) && refusal.Status < 500 && !Refused(err, 408, 429):
			return nil, err
		default:
			_ = pause(closing, failures)
		}
	}
	return nil, nil
}

// do does a job, and tells the server how it went. The next one may come with the answer.
func (w *Worker) do(closing, jobs context.Context, job *Job) *Job {
	ctx, lose := context.WithCancelCause(jobs)
	defer lose(nil)
	stop := w.keep(ctx, job, lose)
	result, err, ended := w.handle(ctx, job)
	until := stop()
	if !ended {
		// The handler goes on, but its job is given back; when it was lost there is nothing to give back.
		if jobs.Err() != nil {
			w.tell(until, job, func(ctx context.Context) error { return w.Client.Release(ctx, job, 0) })
		}
		return nil
	}
	if err != nil {
		w.OnError(err, job)
	}
	if ctx.Err() != nil && jobs.Err() == nil {
		return nil
	}
	if err != nil {
		w.tell(until, job, func(ctx context.Context) error { _, err := w.Client.Nack(ctx, job, describe(err)); return err })
		return nil
	}
	var next *Job
	w.tell(until, job, func(ctx context.Context) (err error) {
		// An ack brings a job of the same queue only: of several, that would pass over those that come first.
		if closing.Err() == nil && job.Queue == w.Queues[0] {
			next, err = w.Client.AckNext(ctx, job, result, TakeOptions{w.Lease, 0, w.ID})
		} else {
			err = w.Client.Ack(ctx, job, result)
		}
		return err
	})
	return next
}

// handle runs the handler. It does not wait for one that does not heed its context; ended is false then.
func (w *Worker) handle(ctx context.Context, job *Job) (result any, err error, ended bool) {
	type outcome struct {
		result any
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		defer func() {
			if reason := recover(); reason != nil {
				done <- outcome{err: &Failure{Type: "panic", Message: fmt.Sprint(reason), Backtrace: string(debug.Stack())}}
			}
		}()
		result, err := w.Handle(ctx, job)
		if err == nil {
			// What cannot be told in JSON is a failure of the handler.
			_, err = json.Marshal(result)
		}
		done <- outcome{result, err}
	}()
	select {
	case end := <-done:
		return end.result, end.err, true
	case <-ctx.Done():
		return nil, nil, false
	}
}

// keep touches the job until it is stopped, which returns until when it is ours. A third of the lease: two touches may fail before the job is lost.
func (w *Worker) keep(ctx context.Context, job *Job, lose context.CancelCauseFunc) (stop func() time.Time) {
	until := time.Now().Add(w.Lease)
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(w.Lease / 3)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case asked := <-ticker.C:
				switch err := w.Client.Touch(ctx, job, w.Lease, nil); {
				case err == nil:
					until = asked.Add(w.Lease)
				case Refused(err, http.StatusNotFound, http.StatusConflict):
					lose(err)
					return
				}
			}
		}
	}()
	return func() time.Time {
		cancel()
		<-ended
		return until
	}
}

// tell tells the server, and again for as long as the job may still be ours: work that is done is not to be done again because a server restarts.
func (w *Worker) tell(until time.Time, job *Job, what func(context.Context) error) {
	ctx, cancel := context.WithDeadline(context.Background(), until)
	defer cancel()
	for failures := 0; ; failures++ {
		err := what(ctx)
		if err == nil || (failures > 0 && Refused(err, http.StatusNotFound)) {
			return
		}
		if !isPassing(err) || pause(ctx, failures) != nil {
			w.OnError(err, job)
			return
		}
	}
}

func describe(err error) Failure {
	var failure *Failure
	if !errors.As(err, &failure) {
		return Failure{Type: fmt.Sprintf("%T", err), Message: err.Error()}
	}
	told := *failure
	if told.Type == "" {
		told.Type = "Failure"
	}
	return told
}

func orElse(given, usual time.Duration) time.Duration {
	if given > 0 {
		return given
	}
	return usual
}
