// Package presque is a client for presque, a job queue over HTTP. It needs the standard library
// alone: copy this folder.
//
//	client := presque.New("http://127.0.0.1:5000")
//	id, err := client.Push(ctx, "mail", map[string]string{"to": "ann"}, nil)
//
//	worker := presque.Worker{Client: client, Queues: []string{"mail"}, Handle: send}
//	worker.Concurrency = 4
//	err = worker.Run(ctx) // until ctx is done; then the running jobs end
//
// A request is repeated with growing pauses after a failed connection and after 503, where that
// does no harm: a push carries an Idempotency-Key, so that it is stored once. TakeForGood and
// PushMany are not repeated once they may have arrived.
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
	"log"
	mathrand "math/rand"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Version is the version of this client.
const Version = "0.1.0"

// Error is an error that presque answered, with its status.
type Error struct {
	Status  int
	Message string
}

func (e *Error) Error() string { return "presque: " + e.Message }

// Refused tells whether presque answered err, with one of these statuses.
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

// ErrTimeUp is returned by Call when the job has not ended in time.
var ErrTimeUp = errors.New("presque: the job has not finished in time")

// Client is a presque server. Change its fields before it is used. Several goroutines may use it.
type Client struct {
	URL     string
	Token   string
	Retries int // tries after the first one failed
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
	MaxLost        int           // expired leases in a row before the job has failed; -1: no bound
	TTL            time.Duration // after which the job is dropped if no worker has taken it
	Keep           time.Duration // how long the completed job and its result are kept
	Uniq           string        // at most one job with this key is in the queue
	OnDuplicate    string        // "reject", "ignore" or "replace"
	Depends        []string      // ids of jobs of this queue that must complete first
	Tags           []string      // words to find the job by, 10 at most
	IdempotencyKey string        // if empty, each push has its own
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
	if o.MaxLost < 0 {
		query.Set("max_lost", "null")
	} else if o.MaxLost > 0 {
		query.Set("max_lost", strconv.Itoa(o.MaxLost))
	}
	if o.Tries != 0 {
		query.Set("tries", strconv.Itoa(o.Tries))
	}
	texts := map[string]string{
		"uniq":         o.Uniq,
		"on_duplicate": o.OnDuplicate,
		"depends":      strings.Join(o.Depends, ","),
		"tags":         strings.Join(o.Tags, ","),
	}
	for name, value := range texts {
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

// TakeOptions are the options of a take. A Lease of 0 is as long as the policy of the queue says.
type TakeOptions struct {
	Lease   time.Duration
	Wait    time.Duration // how long to wait for a job, at most 60 s
	Worker  string        // the id of the worker
	OnQuiet func()        // called when presque tells this worker to take no more jobs
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
	Receipt string          // the proof of this delivery
	Attempt int             // 1 for the first
	Expires float64         // epoch seconds by the clock of Redis
	Payload json.RawMessage // byte for byte as it was pushed
}

// Decode parses the payload into v.
func (j *Job) Decode(v any) error { return json.Unmarshal(j.Payload, v) }

// Attempt is a delivery that has ended; its outcome is "failed", "lost" (the lease expired),
// "released" or "completed".
type Attempt struct {
	Attempt   int             `json:"attempt"`
	WorkerID  *string         `json:"worker_id"`
	StartedAt *float64        `json:"started_at"`
	EndedAt   float64         `json:"ended_at"`
	Outcome   string          `json:"outcome"`
	Error     json.RawMessage `json:"error"`
}

// Document is all that presque knows of a job.
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
	StartedAt      *float64        `json:"started_at"`
	FailedAt       *float64        `json:"failed_at"`
	FinishedAt     *float64        `json:"finished_at"`
	WorkerID       *string         `json:"worker_id"`
	Progress       json.RawMessage `json:"progress"`
	Failures       int             `json:"failures"`
	Lost           int             `json:"lost"`
	Attempts       []Attempt       `json:"attempts"`
	Tags           []string        `json:"tags"`
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
	Discarded int             `json:"discarded"`
	Workers   []string        `json:"workers"`
}

// Failure says why a job failed and how to go on. Returned by a handler, it is an error like any
// other.
type Failure struct {
	Type      string
	Message   string
	Backtrace string
	Delay     time.Duration // until it runs again; if 0, as the policy of the queue says
	Final     bool          // it has failed for good
}

func (f *Failure) Error() string { return f.Message }

// Push pushes a job and returns its id. The payload is any value that is an object in JSON; a
// json.RawMessage is sent byte for byte.
func (c *Client) Push(
	ctx context.Context,
	queue string,
	payload any,
	options *PushOptions,
) (string, error) {
	answer, err := c.push(ctx, queue, payload, options, 0)
	if err != nil {
		return "", err
	}
	return answer.header.Get("X-Presque-Job"), nil
}

// Call pushes a job and waits for its result. If the job failed for good, it returns an *Error of
// status 422.
func (c *Client) Call(
	ctx context.Context,
	queue string,
	payload any,
	wait time.Duration,
	options *PushOptions,
) (json.RawMessage, error) {
	answer, err := c.push(ctx, queue, payload, options, wait)
	if err != nil {
		return nil, err
	}
	if answer.status == http.StatusAccepted {
		return nil, ErrTimeUp
	}
	return answer.body, nil
}

func (c *Client) push(
	ctx context.Context,
	queue string,
	payload any,
	options *PushOptions,
	wait time.Duration,
) (*answer, error) {
	body, err := json.Marshal(payload)
	if raw, ok := payload.(json.RawMessage); ok {
		body, err = raw, nil
	}
	if err != nil {
		return nil, err
	}
	query := options.query()
	setSeconds(query, "wait", wait)
	return c.ask(
		ctx,
		request{
			method: "POST",
			path:   "/q/" + url.PathEscape(queue),
			query:  query,
			body:   body,
			header: options.header(),
		},
	)
}

// PushMany pushes several jobs, all or none. Uniq, OnDuplicate, Depends and IdempotencyKey are for
// single jobs.
func (c *Client) PushMany(
	ctx context.Context,
	queue string,
	payloads []any,
	options *PushOptions,
) error {
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
	_, err := c.ask(
		ctx,
		request{
			method: "POST",
			path:   "/qb/" + url.PathEscape(queue),
			query:  options.query(),
			body:   append(body, "]}"...),
			once:   true,
		},
	)
	return err
}

// Take leases the next job of the first of the queues that has one; nil if there is none.
func (c *Client) Take(ctx context.Context, queues []string, options TakeOptions) (*Job, error) {
	return c.take(ctx, queues, request{query: options.query(), onQuiet: options.OnQuiet})
}

// TakeForGood takes the next job for good, and returns its payload; nil if there is none.
func (c *Client) TakeForGood(
	ctx context.Context,
	queues []string,
	wait time.Duration,
) (json.RawMessage, error) {
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

// Ack acknowledges a job, with its result if that is not nil.
func (c *Client) Ack(ctx context.Context, job *Job, result any) error {
	_, err := c.ack(ctx, job, result, nil)
	return err
}

// AckNext acknowledges a job and leases the next one of its queue in the same round trip; nil if
// there is none.
func (c *Client) AckNext(
	ctx context.Context,
	job *Job,
	result any,
	next TakeOptions,
) (*Job, error) {
	return c.ack(ctx, job, result, &next)
}

func (c *Client) ack(ctx context.Context, job *Job, result any, next *TakeOptions) (*Job, error) {
	query := url.Values{}
	if next != nil {
		query = next.query()
		query.Set("next", "1")
	}
	what := job.request("ack", query)
	if next != nil {
		what.onQuiet = next.OnQuiet
	}
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
		// The first try was accepted, and only its answer was lost.
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

// Nack tells that a job failed. It returns the state of the job, "delayed" or "failed"; "" if a
// repeated request found that the first one had been accepted.
func (c *Client) Nack(ctx context.Context, job *Job, failure Failure) (string, error) {
	var verdict struct{ State string }
	err := c.settle(ctx, job.request("nack", url.Values{}), failure.told(), &verdict)
	return verdict.State, err
}

func (f *Failure) told() map[string]any {
	told := map[string]any{
		"error": map[string]string{"type": f.Type, "message": f.Message, "backtrace": f.Backtrace},
	}
	if f.Delay > 0 {
		told["delay"] = f.Delay.Seconds()
	}
	if f.Final {
		told["retry"] = false
	}
	return told
}

// Release releases a job: it is given out again, and this delivery does not count.
func (c *Client) Release(ctx context.Context, job *Job, delay time.Duration) error {
	query := url.Values{}
	setSeconds(query, "delay", delay)
	return c.settle(ctx, job.request("release", query), nil, nil)
}

// ReleaseToFront releases a job that was not begun: it goes to the front of its queue.
func (c *Client) ReleaseToFront(ctx context.Context, job *Job) error {
	return c.settle(ctx, job.request("release", url.Values{"front": {"1"}}), nil, nil)
}

// If the first request was accepted, a repeated one finds the receipt used up.
func (c *Client) settle(ctx context.Context, what request, body, answer any) error {
	err := c.exchange(ctx, what, body, answer)
	if isRepeated(err) && Refused(err, http.StatusNotFound, http.StatusConflict) {
		return nil
	}
	return err
}

// Touch extends the lease of a job and shows its progress, if that is not nil. The error has status
// 404 if the job was cancelled, 409 if another worker has it.
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

// TouchMany extends the leases of several jobs of one queue. It returns an error for each, in
// order, as Touch does, or nil.
func (c *Client) TouchMany(ctx context.Context, jobs []*Job, options TakeOptions) ([]error, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	told := make([]map[string]any, len(jobs))
	for i, job := range jobs {
		told[i] = map[string]any{"id": job.ID, "receipt": job.Receipt}
		if options.Lease > 0 {
			told[i]["lease"] = options.Lease.Seconds()
		}
	}
	what := request{
		method:  "POST",
		path:    "/qb/" + url.PathEscape(jobs[0].Queue) + "/touch",
		onQuiet: options.OnQuiet,
	}
	if options.Worker != "" {
		what.header = http.Header{"X-Presque-Workerid": {options.Worker}}
	}
	var outcomes []struct{ Error string }
	if err := c.exchange(ctx, what, map[string]any{"jobs": told}, &outcomes); err != nil {
		return nil, err
	}
	refusals := make([]error, len(jobs))
	for i, outcome := range outcomes {
		if i < len(jobs) && outcome.Error != "" {
			refusals[i] = &Error{statusOf(outcome.Error), outcome.Error}
		}
	}
	return refusals, nil
}

func statusOf(sentence string) int {
	switch sentence {
	case "no such job":
		return http.StatusNotFound
	case "lease lost":
		return http.StatusConflict
	}
	return http.StatusBadRequest
}

// Job returns all that presque knows of a job; if wait is not 0, once the job has completed or
// failed.
func (c *Client) Job(ctx context.Context, queue, id string, wait time.Duration) (*Document, error) {
	query, document := url.Values{}, &Document{}
	setSeconds(query, "wait", wait)
	return document, c.exchange(
		ctx,
		request{method: "GET", path: jobPath(queue, id), query: query},
		nil,
		document,
	)
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

// Redriven tells how many jobs run now, and how many stay failed because another job has their
// unique key.
type Redriven struct{ Count, Duplicates int }

// Filter says which jobs of a state are meant: those that match all of its fields that are not
// empty. Error is the fingerprint of an error group. Worker is an id, with * at its end the
// beginning of ids. Since and Until are when the job came into its state. Text is in its payload.
// Dry counts the jobs, and changes none.
type Filter struct {
	Error, Worker, Tag, Text string
	Since, Until             time.Time
	MinAttempt               int
	Dry                      bool
}

func (f Filter) query(query url.Values) {
	texts := map[string]string{
		"error": f.Error, "worker": f.Worker, "tag": f.Tag, "text": f.Text,
	}
	if f.MinAttempt > 0 {
		texts["min_attempt"] = strconv.Itoa(f.MinAttempt)
	}
	for name, at := range map[string]time.Time{"since": f.Since, "until": f.Until} {
		if !at.IsZero() {
			texts[name] = strconv.FormatFloat(float64(at.UnixMilli())/1000, 'f', -1, 64)
		}
	}
	if f.Dry {
		texts["dry"] = "1"
	}
	for name, text := range texts {
		if text != "" {
			query.Set(name, text)
		}
	}
}

// Redrive lets all jobs of a state ("failed", "delayed" or "retrying") run now, the oldest first;
// limit 0 is no limit. With a filter, those that match it.
func (c *Client) Redrive(
	ctx context.Context, queue, state string, limit int, filters ...Filter,
) (Redriven, error) {
	query, redriven := url.Values{"state": {state}}, Redriven{}
	if limit > 0 {
		query.Set("limit", strconv.Itoa(limit))
	}
	for _, filter := range filters {
		filter.query(query)
	}
	path := "/j/" + url.PathEscape(queue) + "/retry"
	err := c.exchange(ctx, request{method: "POST", path: path, query: query}, nil, &redriven)
	return redriven, err
}

// ErrorGroup is a kind of failures of a queue, counted together; its times are in epoch seconds.
type ErrorGroup struct {
	Queue             string   `json:"queue"`
	Fingerprint       string   `json:"fingerprint"`
	Type              *string  `json:"type"`
	Message           *string  `json:"message"`
	Count             int      `json:"count"`
	FirstSeen         float64  `json:"first_seen"`
	LastSeen          float64  `json:"last_seen"`
	FailuresPerMinute int      `json:"failures_per_minute"`
	Retrying          int      `json:"retrying"`
	Failed            int      `json:"failed"`
	Workers           []string `json:"workers"`
}

// Errors tells the kinds of failures of a queue, or of all queues for "": those that grow now come
// first.
func (c *Client) Errors(ctx context.Context, queue string) ([]ErrorGroup, error) {
	path := "/errors"
	if queue != "" {
		path += "/" + url.PathEscape(queue)
	}
	var told struct{ Errors []ErrorGroup }
	err := c.exchange(ctx, request{method: "GET", path: path}, nil, &told)
	return told.Errors, err
}

// Cancel deletes a job, whatever its state.
func (c *Client) Cancel(ctx context.Context, queue, id string) error {
	return c.exchange(ctx, request{method: "DELETE", path: jobPath(queue, id)}, nil, nil)
}

// Status is a queue with its counts.
func (c *Client) Status(ctx context.Context, queue string) (*Status, error) {
	status := &Status{}
	return status, c.exchange(
		ctx,
		request{method: "GET", path: "/status/" + url.PathEscape(queue)},
		nil,
		status,
	)
}

// Queues names all queues.
func (c *Client) Queues(ctx context.Context) ([]string, error) {
	var all struct{ Queues []string }
	err := c.exchange(ctx, request{method: "GET", path: "/status/"}, nil, &all)
	return all.Queues, err
}

// Control stops or starts a queue ({"status": "stop"}) and sets its policy; nil resets a setting.
func (c *Client) Control(ctx context.Context, queue string, policy map[string]any) error {
	return c.exchange(
		ctx,
		request{method: "POST", path: "/control/" + url.PathEscape(queue)},
		policy,
		nil,
	)
}

// Purge deletes a queue with its jobs, counters and policy.
func (c *Client) Purge(ctx context.Context, queue string) error {
	return c.exchange(ctx, request{method: "DELETE", path: "/q/" + url.PathEscape(queue)}, nil, nil)
}

// Do sends any request; body and answer are JSON, and may be nil.
func (c *Client) Do(
	ctx context.Context,
	method, path string,
	query url.Values,
	body, answer any,
) error {
	return c.exchange(
		ctx,
		request{
			method: method,
			path:   path,
			query:  query,
			once:   method == "PUT" || method == "POST",
		},
		body,
		answer,
	)
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
	onQuiet      func()
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

// repeated wraps the error of a request if an earlier try may have done the work.
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
	// net/http would repeat it, and not tell.
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
	if what.onQuiet != nil && got.Header.Get("X-Presque-Quiet") == "1" {
		what.onQuiet()
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
	return &Job{
		a.header.Get("X-Presque-Queue"),
		a.header.Get("X-Presque-Job"),
		a.header.Get("X-Presque-Receipt"),
		attempt,
		expires,
		a.body,
	}
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
	return errors.As(err, &refusal) && refusal.Status == http.StatusNotFound &&
		(refusal.Message == "no job" || refusal.Message == "queue is closed")
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

// pause doubles from 100 ms to 5 s, less up to half of it at random, so that many clients do not
// come back at the same time.
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

// Handler works on a job. It returns the result, or an error if the job failed: a *Failure says
// when and whether the job runs again. Its context is cancelled when the job was cancelled, when
// another worker has it, and when DrainTimeout is over.
type Handler func(ctx context.Context, job *Job) (result any, err error)

// Worker works on the jobs of queues, in the order of the queues. It extends the leases of its jobs
// for as long as they take. Restarts of the server do not end it. If Handle panics or ends its
// goroutine, the job fails with that as its reason, and the worker goes on.
type Worker struct {
	Client      *Client
	Queues      []string
	Handle      Handler
	Concurrency int // jobs at a time: 1
	// After this time a job is given out again if this process dies: 60 s.
	Lease        time.Duration
	Wait         time.Duration // of one long poll: 20 s
	DrainTimeout time.Duration // for the jobs that run when ctx is done: 30 s
	// The id on the server. If empty, it is made of host, process id and random characters.
	ID string
	// The version of the program, shown with the worker. If empty, that of this client.
	Version string
	// Gets failures, and outcomes that the server could not be told. If nil, log.Printf.
	OnError func(err error, job *Job)
}

const (
	// The worker learns within five seconds of a cancel, or that it is to take no more jobs.
	longestPause = 4 * time.Second
	// Jobs of one request: the server takes no more.
	mostAtOnce = 1000
	// Bytes. Both fit into a body of 1 MiB even if each byte is escaped as six.
	longestMessage   = 16 << 10
	longestBacktrace = 64 << 10
	// Bytes of what ends together: a server takes a body of 1 MiB.
	longestBody = 256 << 10
	// After an answer the next request waits for so long for jobs that end at once.
	longestGather = 300 * time.Microsecond
)

// Run works until ctx is done; then it takes no more jobs, and returns nil when the running ones
// have ended. Jobs that still run after DrainTimeout are released. It returns an error if the
// server does not let it take jobs at all: the token is unknown, or a name is wrong.
func (w *Worker) Run(ctx context.Context) error {
	run := running{Worker: *w, held: map[*heldJob]bool{}, settlers: map[string]*settler{}}
	run.Concurrency = max(1, w.Concurrency)
	run.Lease = orElse(w.Lease, time.Minute)
	run.Wait = orElse(w.Wait, 20*time.Second)
	run.DrainTimeout = orElse(w.DrainTimeout, 30*time.Second)
	host, _ := os.Hostname()
	if run.ID == "" {
		run.ID = fmt.Sprintf("%.80s-%d-%.8s", strings.Map(printable, host), os.Getpid(), unique())
	}
	if run.Version == "" {
		run.Version = Version
	}
	if run.OnError == nil {
		run.OnError = logError
	}
	return run.work(ctx, host)
}

func printable(letter rune) rune {
	if letter < '!' || letter > '~' {
		return '_'
	}
	return letter
}

func logError(err error, job *Job) {
	var failure *Failure
	if errors.As(err, &failure) && failure != nil && failure.Backtrace != "" {
		log.Printf("presque: job %s of %s: %v\n%s", job.ID, job.Queue, err, failure.Backtrace)
		return
	}
	log.Printf("presque: job %s of %s: %v", job.ID, job.Queue, err)
}

// running is the state of a Worker while it runs.
type running struct {
	Worker
	quiet    func() // takes no more jobs
	settlers map[string]*settler

	lock sync.Mutex
	held map[*heldJob]bool
}

// heldJob is a job while it is worked on: its lease is extended.
type heldJob struct {
	*Job
	until time.Time
	lose  context.CancelCauseFunc
}

func (w *running) work(ctx context.Context, host string) error {
	closing, close := context.WithCancelCause(ctx)
	defer close(nil)
	taking, quiet := context.WithCancel(closing)
	defer quiet()
	w.quiet = quiet
	for _, queue := range w.Queues {
		w.settlers[queue] = &settler{running: w, queue: queue}
	}
	// The contexts of the jobs outlive ctx, for DrainTimeout.
	jobs, abandon := context.WithCancel(context.Background())
	defer abandon()
	ended := w.start(closing, taking, jobs, close)
	leave := w.beside(host)
	defer leave()
	select {
	case <-closing.Done():
	case <-ended:
	}
	timer := time.AfterFunc(w.DrainTimeout, abandon)
	defer timer.Stop()
	<-ended
	var refusal *Error
	if cause := context.Cause(closing); errors.As(cause, &refusal) {
		return cause
	}
	return nil
}

// start starts the loops that take jobs and work on them. The channel is closed when all have
// ended.
func (w *running) start(
	closing, taking, jobs context.Context,
	close context.CancelCauseFunc,
) <-chan struct{} {
	var loops sync.WaitGroup
	for i := 0; i < w.Concurrency; i++ {
		loops.Add(1)
		go func() {
			defer loops.Done()
			if err := w.loop(closing, taking, jobs); err != nil {
				close(err)
			}
		}()
	}
	return after(loops.Wait)
}

// beside starts two loops beside the jobs: one extends leases, one registers the worker. It returns
// a function that ends both.
func (w *running) beside(host string) func() {
	ctx, cancel := context.WithCancel(context.Background())
	keeping, telling := after(func() { w.keep(ctx) }), after(func() { w.tellOfItself(ctx, host) })
	return func() {
		cancel()
		<-keeping
		<-telling
	}
}

func after(what func()) <-chan struct{} {
	over := make(chan struct{})
	go func() {
		defer close(over)
		what()
	}()
	return over
}

func (w *running) loop(closing, taking, jobs context.Context) error {
	var job *Job
	for {
		if job == nil {
			taken, err := w.take(taking)
			if taken == nil {
				return err
			}
			job = taken
		}
		if closing.Err() != nil {
			// It was not begun. An older server knows no front.
			if err := w.Client.ReleaseToFront(jobs, job); !Refused(err, http.StatusBadRequest) {
				return err
			}
			return w.Client.Release(jobs, job, 0)
		}
		job = w.do(taking, jobs, job)
	}
}

func (w *running) options(wait time.Duration) TakeOptions {
	return TakeOptions{Lease: w.Lease, Wait: wait, Worker: w.ID, OnQuiet: w.quiet}
}

// take waits for a job as long as it takes; nil when the worker is to take no more.
func (w *running) take(taking context.Context) (*Job, error) {
	for failures := 0; taking.Err() == nil; {
		job, err := w.Client.Take(taking, w.Queues, w.options(w.Wait))
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
			_ = pause(taking, failures)
		}
	}
	return nil, nil
}

// do works on a job, and tells the server the outcome. The next job may come with the answer.
func (w *running) do(taking, jobs context.Context, job *Job) *Job {
	ctx, lose := context.WithCancelCause(jobs)
	defer lose(nil)
	held := &heldJob{Job: job, until: time.Now().Add(w.Lease), lose: lose}
	w.hold(held, true)
	end := w.handle(ctx, job)
	w.hold(held, false)
	switch {
	case end == nil && jobs.Err() != nil:
		// The handler goes on, but its job is released.
		w.finish(held, "", func(ctx context.Context) error { return w.Client.Release(ctx, job, 0) })
	case end == nil:
		// The job is lost: there is nothing to release.
	case end.err != nil:
		w.report(end.err, job)
		if ctx.Err() == nil || jobs.Err() != nil {
			return w.fail(taking, held, end.failure)
		}
	case ctx.Err() == nil || jobs.Err() != nil:
		return w.succeed(taking, held, end.result)
	}
	return nil
}

func (w *running) succeed(taking context.Context, held *heldJob, result any) (next *Job) {
	alone := func(usedUp ...int) {
		w.finish(held, "result", func(ctx context.Context) (err error) {
			if w.takesNext(taking, held) {
				next, err = w.Client.AckNext(ctx, held.Job, result, w.options(0))
			} else {
				err = w.Client.Ack(ctx, held.Job, result)
			}
			return err
		}, usedUp...)
	}
	// For one job this is a tenth faster.
	if w.Concurrency == 1 {
		alone()
		return next
	}
	var more map[string]any
	if result != nil {
		more = map[string]any{"result": result}
	}
	if came := w.settle(taking, held, more, alone, http.StatusNotFound); came != nil {
		return came
	}
	return next
}

// takesNext tells whether an answer may bring the next job. It is one of the same queue: with
// several queues that would pass over those before.
func (w *running) takesNext(taking context.Context, held *heldJob) bool {
	return taking.Err() == nil && held.Queue == w.Queues[0]
}

func (w *running) fail(taking context.Context, held *heldJob, failure Failure) *Job {
	alone := func(usedUp ...int) {
		w.finish(held, "failure", w.nacking(held, failure), usedUp...)
	}
	return w.settle(
		taking, held, failure.told(), alone, http.StatusNotFound, http.StatusConflict,
	)
}

func (w *running) nacking(held *heldJob, failure Failure) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := w.Client.Nack(ctx, held.Job, failure)
		return err
	}
}

// settle tells the outcome of a job together with those that have ended meanwhile, and returns the
// next job if one came with the answer. Without an answer about this job it is told alone: usedUp
// are the errors which say that it had been accepted.
func (w *running) settle(
	taking context.Context,
	held *heldJob,
	more map[string]any,
	alone func(usedUp ...int),
	usedUp ...int,
) *Job {
	told := &ending{takes: w.takesNext(taking, held), turn: make(chan bool, 1)}
	all := map[string]any{"id": held.ID, "receipt": held.Receipt}
	for name, value := range more {
		all[name] = value
	}
	var err error
	if told.text, err = json.Marshal(all); err == nil {
		w.settlers[held.Queue].settle(told)
	}
	switch {
	case !told.answered && told.unsure:
		alone(usedUp...)
	case !told.answered:
		alone()
	case told.refusal != "":
		w.report(&Error{statusOf(told.refusal), told.refusal}, held.Job)
	}
	return told.next
}

// ending is the outcome of a job as the worker tells it, and the answer of the server.
type ending struct {
	text     []byte
	takes    bool      // wants another job
	turn     chan bool // true if this one sends the next request, false once its own is sent
	answered bool
	refusal  string
	unsure   bool // without an answer: presque may have accepted it
	next     *Job
}

// settler tells what became of the jobs of a queue. What ends while a request is under way goes
// into the next one together.
type settler struct {
	*running
	queue    string
	lock     sync.Mutex
	waiting  []*ending
	busy     bool
	answered time.Time // the last request
}

func (s *settler) settle(one *ending) {
	s.lock.Lock()
	s.waiting = append(s.waiting, one)
	leads := !s.busy
	s.busy = true
	s.lock.Unlock()
	if leads || <-one.turn {
		s.gather()
		s.lead(one)
	}
}

// gather lets those that have just got their jobs end first, if they end at once: so one request
// has them all.
func (s *settler) gather() {
	for {
		s.lock.Lock()
		over := len(s.waiting) >= s.Concurrency || time.Since(s.answered) > longestGather
		s.lock.Unlock()
		if over {
			return
		}
		runtime.Gosched()
	}
}

func (s *settler) lead(leader *ending) {
	some := s.some()
	if err := s.send(some); err != nil {
		for _, one := range some {
			one.unsure = isPassing(err) && !neverSent(err)
		}
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	s.answered = time.Now()
	for _, one := range some {
		if one != leader {
			one.turn <- false
		}
	}
	if s.busy = len(s.waiting) > 0; s.busy {
		s.waiting[0].turn <- true
	}
}

// some are as many as fit into a request.
func (s *settler) some() []*ending {
	s.lock.Lock()
	defer s.lock.Unlock()
	count, size := 0, 0
	for count < len(s.waiting) && count < mostAtOnce {
		size += len(s.waiting[count].text)
		if count > 0 && size >= longestBody {
			break
		}
		count++
	}
	some := s.waiting[:count:count]
	s.waiting = s.waiting[count:]
	return some
}

func (s *settler) send(some []*ending) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.Lease)
	defer cancel()
	var texts [][]byte
	var taking []*ending
	for _, one := range some {
		texts = append(texts, one.text)
		if one.takes {
			taking = append(taking, one)
		}
	}
	query := url.Values{"worker_id": {s.ID}}
	if len(taking) > 0 {
		query = s.options(0).query()
		query.Set("next", "1")
		query.Set("batch_size", strconv.Itoa(len(taking)))
	}
	body := append(append([]byte(`{"jobs":[`), bytes.Join(texts, []byte(","))...), "]}"...)
	what := request{
		method:  "POST",
		path:    "/qb/" + url.PathEscape(s.queue) + "/ack",
		query:   query,
		body:    body,
		onQuiet: s.quiet,
	}
	answer, err := s.Client.try(ctx, what)
	if err != nil {
		return err
	}
	return s.read(answer.body, some, taking)
}

func (s *settler) read(text []byte, some, taking []*ending) error {
	told := map[string][]byte{"outcomes": text}
	if len(taking) > 0 {
		told = membersOf(text)
	}
	var outcomes []struct{ Error string }
	if err := json.Unmarshal(told["outcomes"], &outcomes); err != nil {
		return err
	}
	for i, one := range some {
		if one.answered = i < len(outcomes); one.answered {
			one.refusal = outcomes[i].Error
		}
	}
	for i, job := range valuesOf(told["jobs"]) {
		if i < len(taking) {
			taking[i].next = leasedJob(s.queue, membersOf(job))
		}
	}
	return nil
}

func leasedJob(queue string, told map[string][]byte) *Job {
	job := &Job{Queue: queue, Payload: told["payload"]}
	_ = json.Unmarshal(told["id"], &job.ID)
	_ = json.Unmarshal(told["receipt"], &job.Receipt)
	_ = json.Unmarshal(told["attempt"], &job.Attempt)
	_ = json.Unmarshal(told["expires"], &job.Expires)
	return job
}

// membersOf are the values of a JSON object by name, byte for byte: a payload may be deeper than
// encoding/json goes.
func membersOf(text []byte) map[string][]byte {
	values, found := valuesOf(text), map[string][]byte{}
	for i := 0; i+1 < len(values); i += 2 {
		var name string
		_ = json.Unmarshal(values[i], &name)
		found[name] = values[i+1]
	}
	return found
}

// valuesOf are the elements of a JSON array, or the names and values of an object in turn, byte for
// byte.
func valuesOf(text []byte) (values [][]byte) {
	for at := 1; at < len(text); {
		switch text[at] {
		case ' ', '\t', '\n', '\r', ',', ':':
			at++
		case ']', '}':
			return values
		default:
			end := endOf(text, at)
			values = append(values, text[at:end:end])
			at = end
		}
	}
	return values
}

// endOf tells where a value in JSON text ends.
func endOf(text []byte, at int) int {
	for depth := 0; at < len(text); at++ {
		switch text[at] {
		case '"':
			for at++; at < len(text) && text[at] != '"'; at++ {
				if text[at] == '\\' {
					at++
				}
			}
			if depth == 0 {
				return min(at+1, len(text))
			}
		case '[', '{':
			depth++
		case ']', '}':
			if depth <= 1 {
				return at + depth
			}
			depth--
		case ' ', '\t', '\n', '\r', ',', ':':
			if depth == 0 {
				return at
			}
		}
	}
	return len(text)
}

// finish tells the server the outcome of a job. A result or a failure that presque rejects would be
// rejected again: the job fails, and the reason is kept.
func (w *running) finish(
	held *heldJob,
	what string,
	tell func(context.Context) error,
	usedUp ...int,
) {
	err := w.tell(held, tell, usedUp...)
	if err != nil && what != "" && isAboutContent(err) {
		var refusal *Error
		errors.As(err, &refusal)
		failure := Failure{
			Type:    "refused",
			Message: "presque does not take the " + what + " of this job: " + refusal.Message,
			Final:   true,
		}
		w.report(&failure, held.Job)
		err = w.tell(held, w.nacking(held, failure))
	}
	if err != nil {
		w.report(err, held.Job)
	}
}

// tell tells the server, and again for as long as the lease may last: a restart of the server must
// not have the work done twice. usedUp are the errors which say that it was accepted before.
func (w *running) tell(held *heldJob, what func(context.Context) error, usedUp ...int) error {
	ctx, cancel := context.WithDeadline(context.Background(), held.until)
	defer cancel()
	for failures := 0; ; failures++ {
		err := what(ctx)
		if err == nil || (failures > 0 && Refused(err, http.StatusNotFound)) ||
			Refused(err, usedUp...) {
			return nil
		}
		if !isPassing(err) || pause(ctx, failures) != nil {
			return err
		}
	}
}

// isAboutContent tells whether an error is about the content that the client sent: presque would
// reject it at another time and with another token, too.
func isAboutContent(err error) bool {
	var refusal *Error
	return errors.As(err, &refusal) && refusal.Status < 500 &&
		!Refused(err, 401, 403, 404, 408, 409, 429)
}

// report calls OnError, which may panic, or end its goroutine.
func (w *running) report(err error, job *Job) {
	<-after(func() {
		defer func() {
			if reason := recover(); reason != nil {
				log.Printf("presque: job %s of %s: OnError panicked: %v", job.ID, job.Queue, reason)
			}
		}()
		w.OnError(err, job)
	})
}

// outcome is the end of a handler.
type outcome struct {
	result  any // nil, or a json.RawMessage
	err     error
	failure Failure // err, as the server is told
}

// handle runs the handler. It returns nil when the context is done, and does not wait for the
// handler then.
func (w *running) handle(ctx context.Context, job *Job) *outcome {
	done := make(chan *outcome, 1)
	go func() {
		end := failed(
			&Failure{Type: "Goexit", Message: "the handler ended its goroutine without returning"},
		)
		// Deferred first, so that it runs after the other one, even if that panics.
		defer func() { done <- end }()
		defer func() {
			if reason := recover(); reason != nil {
				end = failed(
					&Failure{
						Type:      "panic",
						Message:   fmt.Sprint(reason),
						Backtrace: string(debug.Stack()),
					},
				)
			}
		}()
		if result, err := w.Handle(ctx, job); err != nil {
			end = failed(err)
		} else {
			end = succeeded(result)
		}
	}()
	select {
	case end := <-done:
		return end
	case <-ctx.Done():
		return nil
	}
}

// succeeded is the result as JSON. A result that is no JSON is a failure of the handler.
func succeeded(result any) *outcome {
	if result == nil {
		return &outcome{}
	}
	text, err := json.Marshal(result)
	if err != nil {
		return failed(err)
	}
	return &outcome{result: json.RawMessage(text)}
}

// failed may panic: an error may be a nil pointer, and its methods are the handler's.
func failed(err error) *outcome {
	var failure *Failure
	if errors.As(err, &failure) {
		if failure == nil {
			failure = &Failure{Message: "a *presque.Failure that is nil"}
			err = failure
		}
		told := *failure
		if told.Type == "" {
			told.Type = "Failure"
		}
		told.Message, told.Backtrace = cut(
			told.Message,
			longestMessage,
		), cut(
			told.Backtrace,
			longestBacktrace,
		)
		return &outcome{err: err, failure: told}
	}
	return &outcome{
		err: err,
		failure: Failure{
			Type:    cut(fmt.Sprintf("%T", err), 200),
			Message: cut(err.Error(), longestMessage),
		},
	}
}

func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}

func (w *running) hold(job *heldJob, holds bool) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if holds {
		w.held[job] = true
	} else {
		delete(w.held, job)
	}
}

// keep touches all held jobs with one request a queue, at each third of the lease: two touches may
// fail before a lease expires.
func (w *running) keep(ctx context.Context) {
	ticker := time.NewTicker(min(w.Lease/3, longestPause))
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			w.touchAll(ctx)
		}
	}
}

func (w *running) touchAll(ctx context.Context) {
	// A server that is frozen must not hold up the next touch.
	ctx, cancel := context.WithTimeout(ctx, max(time.Second, w.Lease/3))
	defer cancel()
	var requests sync.WaitGroup
	for _, jobs := range w.batches() {
		requests.Add(1)
		go func(jobs []*heldJob) {
			defer requests.Done()
			w.touch(ctx, jobs)
		}(jobs)
	}
	requests.Wait()
}

// batches are the jobs of each queue together, as many as one request may have.
func (w *running) batches() (batches [][]*heldJob) {
	w.lock.Lock()
	defer w.lock.Unlock()
	last := map[string]int{}
	for job := range w.held {
		at, begun := last[job.Queue]
		if !begun || len(batches[at]) == mostAtOnce {
			at = len(batches)
			last[job.Queue] = at
			batches = append(batches, nil)
		}
		batches[at] = append(batches[at], job)
	}
	return batches
}

func (w *running) touch(ctx context.Context, held []*heldJob) {
	jobs := make([]*Job, len(held))
	for i, job := range held {
		jobs[i] = job.Job
	}
	asked := time.Now()
	refusals, err := w.Client.TouchMany(ctx, jobs, w.options(0))
	if err != nil {
		return
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	for i, job := range held {
		switch {
		case !w.held[job]:
		case refusals[i] != nil:
			job.lose(refusals[i])
		default:
			job.until = asked.Add(w.Lease)
		}
	}
}

// tellOfItself registers the worker, now and once a minute, and unregisters it at the end.
func (w *running) tellOfItself(ctx context.Context, host string) {
	facts := map[string]any{
		"worker_id":   w.ID,
		"version":     w.Version,
		"host":        host,
		"pid":         os.Getpid(),
		"concurrency": w.Concurrency,
	}
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	for {
		if bytes, ok := rss(); ok && len(facts) > 1 {
			facts["rss"] = bytes
		}
		w.onEach(ctx, "POST", nil, facts)
		select {
		case <-ctx.Done():
			w.onEach(context.Background(), "DELETE", url.Values{"worker_id": {w.ID}}, nil)
			return
		case <-ticker.C:
		}
	}
}

// onEach sends a request to /w of each queue. No job depends on it: after a failure it is tried
// again within a minute.
func (w *running) onEach(
	ctx context.Context,
	method string,
	query url.Values,
	facts map[string]any,
) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	for _, queue := range w.Queues {
		what := request{method: method, path: "/w/" + url.PathEscape(queue), query: query}
		var body any
		if facts != nil {
			body = facts
		}
		if err := w.Client.exchange(ctx, what, body, nil); Refused(err, http.StatusBadRequest) &&
			len(facts) > 1 {
			// An older server takes the id and nothing else.
			for name := range facts {
				if name != "worker_id" {
					delete(facts, name)
				}
			}
			_ = w.Client.exchange(ctx, what, body, nil)
		}
	}
}

// rss is the memory of this process in bytes, where the system tells.
func rss() (int, bool) {
	text, err := os.ReadFile("/proc/self/statm")
	fields := strings.Fields(string(text))
	if err != nil || len(fields) < 2 {
		return 0, false
	}
	pages, err := strconv.Atoi(fields[1])
	return pages * os.Getpagesize(), err == nil
}

func orElse(given, usual time.Duration) time.Duration {
	if given > 0 {
		return given
	}
	return usual
}
