package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"

	"kassa/internal/config"
	"kassa/internal/deliver"
	"kassa/internal/engine"
	"kassa/internal/outbox"
	"kassa/internal/pay"
	"kassa/internal/store"
)

// callbackKinds are the kinds of jobs that send to merchants' endpoints.
var callbackKinds = []pay.JobKind{pay.JobStatusUpdate, pay.JobAuthorization, pay.JobPush, pay.JobNotification}

// callbacks sends them.
type callbacks struct {
	engine *engine.Engine
	sender *deliver.Callbacks
	hosts  *deliver.Hosts
}

// newCallbacks builds the sender of callbacks as the configuration says.
func (s *Server) newCallbacks() (*callbacks, error) {
	c := s.options.Config
	var allowed []netip.Prefix
	for _, n := range c.CallbackAllow {
		p, err := config.ParseNetwork(n)
		if err != nil {
			return nil, err
		}
		allowed = append(allowed, p)
	}
	return &callbacks{
		engine: s.engine,
		sender: deliver.NewCallbacks(deliver.CallbacksConfig{AllowLocal: c.Sandbox, AllowNetworks: allowed, Limit: c.CallbackTimeout}),
		hosts:  deliver.NewHosts(deliver.HostsConfig{Now: s.clock.Now}),
	}, nil
}

// newNode draws the name of this run of the program in leases.
func newNode() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}

// senders registers what each kind of callback does.
func (c *callbacks) senders() map[pay.JobKind]outbox.Sender {
	out := map[pay.JobKind]outbox.Sender{}
	for _, kind := range callbackKinds {
		out[kind] = c.begin
	}
	return out
}

// begin asks for a place at the endpoint. Its name has the merchant's in front: one merchant cannot use up another's places on a
// host that they share.
func (c *callbacks) begin(job *store.Job) (func(ctx context.Context) outbox.Sent, *outbox.Wait) {
	pass, err := c.hosts.Enter(string(job.Merchant) + "/" + job.Endpoint)
	if err != nil {
		var wait *deliver.Wait
		if errors.As(err, &wait) {
			return nil, &outbox.Wait{Until: wait.Until}
		}
		return func(context.Context) outbox.Sent { return outbox.Sent{Err: err} }, nil
	}
	return func(ctx context.Context) outbox.Sent {
		result := deliver.Result{Err: context.Canceled} // nothing was sent: it says nothing about the host
		defer func() { pass.End(result) }()
		call, sent := c.prepare(ctx, job)
		if call == nil {
			return sent
		}
		result = c.sender.Send(ctx, *call)
		sent = outbox.Sent{Err: result.Err, Status: result.Status, Excerpt: result.Excerpt, Took: result.Took}
		switch {
		case result.Delivered:
			sent.Err, sent.Again = nil, job.Kind == pay.JobPush // until the order is acknowledged
		case !result.Temporary():
			sent.Park = store.ParkedAsRefused
		}
		return sent
	}, nil
}

// prepare makes the request of a job. nil: there is none to be made, and sent says why.
func (c *callbacks) prepare(ctx context.Context, job *store.Job) (*deliver.Callback, outbox.Sent) {
	receiver, err := c.engine.Receiver(ctx, job.Merchant, false)
	if err == nil && (!receiver.Active || !receiver.Takes(job.Endpoint)) {
		receiver, err = c.engine.Receiver(ctx, job.Merchant, true)
	}
	if err != nil {
		return nil, outbox.Sent{Err: err}
	}
	switch {
	case !receiver.Active:
		return nil, outbox.Sent{Err: errors.New("the merchant is disabled"), Park: store.ParkedByMerchant, Unmade: true}
	case !receiver.Takes(job.Endpoint):
		return nil, outbox.Sent{Err: errors.New("the endpoint is disabled"), Park: store.ParkedByEndpoint, Unmade: true}
	}
	if job.Kind == pay.JobPush {
		if done, err := c.engine.Acknowledged(ctx, job.Job); err != nil || done {
			return nil, outbox.Sent{Err: err, Unmade: true}
		}
	}
	var message engine.CallbackMessage
	if err := json.Unmarshal([]byte(job.Payload), &message); err != nil {
		return nil, outbox.Sent{Err: errors.New("the message cannot be read"), Park: store.ParkedAsRefused, Unmade: true} // the error could quote it
	}
	call := &deliver.Callback{URL: message.URL, ID: string(job.ID), Attempt: job.Attempts, Sequence: job.Sequence}
	if message.Body != "" {
		call.Body = []byte(message.Body)
	}
	for _, s := range receiver.Secrets {
		secret, err := deliver.ParseSecret(string(s))
		if err != nil {
			return nil, outbox.Sent{Err: fmt.Errorf("secret of merchant %s: %w", job.Merchant, err)}
		}
		call.Secrets = append(call.Secrets, secret)
	}
	return call, outbox.Sent{}
}
