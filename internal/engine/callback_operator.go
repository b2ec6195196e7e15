package engine

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"kassa/internal/pay"
	"kassa/internal/store"
)

// setAtOnce bounds how many jobs an operator's operation changes in one commit.
const setAtOnce = 500

// newCallbackSecret draws what signs a merchant's callbacks, as merchants see it: Standard Webhooks' own form.
func newCallbackSecret() pay.Secret {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return pay.Secret("whsec_" + base64.StdEncoding.EncodeToString(b[:]))
}

// RotateCallbackSecret gives a merchant, named by user name or id, a new secret that signs callbacks; the old one goes on signing
// beside it for a while. Older ones end at once.
func (e *Engine) RotateCallbackSecret(ctx context.Context, name string, keep time.Duration) (Access, error) {
	c, err := e.credential(ctx, name)
	if err != nil {
		return Access{}, err
	}
	access := Access{Merchant: c.Merchant, Username: c.Username, CallbackSecret: newCallbackSecret()}
	var have []store.CallbackSecret
	_, err = e.run(ctx, operation{
		reads: func() []store.Read { return []store.Read{store.CallbackSecrets(c.Merchant.ID, &have)} },
		do: func(t *try) (any, error) {
			number := int64(1)
			if len(have) > 0 {
				number = have[0].Number + 1
			}
			t.batch.InsertCallbackSecret(c.Merchant.ID, store.CallbackSecret{Number: number, CreatedAt: t.now, Secret: access.CallbackSecret})
			t.batch.EndCallbackSecrets(c.Merchant.ID, number, t.now.Add(max(keep, time.Microsecond)), t.now)
			return nil, nil
		},
	})
	return access, err
}

// MerchantNamed finds a merchant with its settings by user name or id, as operators name one. Refusal: NOT_FOUND.
func (e *Engine) MerchantNamed(ctx context.Context, name string) (*pay.Merchant, error) {
	c, err := e.credential(ctx, name)
	if err != nil {
		return nil, err
	}
	return &c.Merchant, nil
}

// credential finds a merchant by user name or id.
func (e *Engine) credential(ctx context.Context, name string) (*store.Credential, error) {
	all, err := e.Merchants(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(c store.Credential) bool { return c.Username == name || string(c.Merchant.ID) == name })
	if i < 0 {
		return nil, errNoMerchant(name)
	}
	return &all[i], nil
}

// EndpointOf reads what an operator calls an endpoint: a URL, or a host with or without a port.
func EndpointOf(text string) (string, error) {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	if e := pay.Endpoint(text); e != "" {
		return e, nil
	}
	return "", pay.Invalid400([]pay.Fault{{Path: "endpoint", Want: "a host, host:port or URL"}})
}

// SetEndpoint disables an endpoint of a merchant, named by user name or id, or enables it again. What waits for it is parked, or
// un-parked: it goes out with its old place in its lane. It tells how many callbacks that were.
func (e *Engine) SetEndpoint(ctx context.Context, name, endpoint string, enabled bool) (int, error) {
	c, err := e.credential(ctx, name)
	if err != nil {
		return 0, err
	}
	host, err := EndpointOf(endpoint)
	if err != nil {
		return 0, err
	}
	_, err = e.run(ctx, operation{do: func(t *try) (any, error) {
		if enabled {
			t.batch.EnableEndpoint(store.Endpoint{Merchant: c.Merchant.ID, Host: host})
		} else {
			t.batch.DisableEndpoint(store.Endpoint{Merchant: c.Merchant.ID, Host: host}, t.now)
		}
		return nil, nil
	}})
	if err != nil {
		return 0, err
	}
	if enabled {
		return e.changeJobs(ctx, store.JobSet{Merchant: c.Merchant.ID, Host: host}, e.Store.RenewParked)
	}
	return e.changeJobs(ctx, store.JobSet{Merchant: c.Merchant.ID, Host: host, Reason: store.ParkedByEndpoint}, e.Store.ParkJobs)
}

// DisabledEndpoints lists the endpoints of a merchant, named by user name or id, that get no callbacks.
func (e *Engine) DisabledEndpoints(ctx context.Context, name string) ([]store.DisabledEndpoint, error) {
	c, err := e.credential(ctx, name)
	if err != nil {
		return nil, err
	}
	var out []store.DisabledEndpoint
	err = e.read(ctx, store.DisabledEndpoints(c.Merchant.ID, &out))
	return out, err
}

// callbacksOf parks what waits for a merchant that was disabled, or un-parks it when it is enabled again.
func (e *Engine) callbacksOf(ctx context.Context, id pay.MerchantID, status pay.MerchantStatus) error {
	set, change := store.JobSet{Merchant: id, Reason: store.ParkedByMerchant}, e.Store.ParkJobs
	if status == pay.MerchantActive {
		change = e.Store.RenewParked
	}
	_, err := e.changeJobs(ctx, set, change)
	return err
}

// Unpark makes the parked callbacks of a merchant, named by user name or id, pending again: all, or those of one endpoint.
func (e *Engine) Unpark(ctx context.Context, name, endpoint string) (int, error) {
	set, err := e.jobSet(ctx, name, endpoint)
	if err != nil {
		return 0, err
	}
	return e.changeJobs(ctx, set, e.Store.RenewParked)
}

// ReplayRange has the callbacks of a merchant, named by user name or id, that tell of changes between two times sent again, also
// those that were delivered: all, or those to one endpoint. Receivers know them by their old ids.
func (e *Engine) ReplayRange(ctx context.Context, name, endpoint string, from, until time.Time) (int, error) {
	set, err := e.jobSet(ctx, name, endpoint)
	if err != nil {
		return 0, err
	}
	set.After, set.Before = store.IDAt(from), store.IDAt(until)
	return e.changeJobs(ctx, set, e.Store.RenewDone)
}

func (e *Engine) jobSet(ctx context.Context, name, endpoint string) (store.JobSet, error) {
	c, err := e.credential(ctx, name)
	if err != nil {
		return store.JobSet{}, err
	}
	set := store.JobSet{Merchant: c.Merchant.ID}
	if endpoint != "" {
		set.Host, err = EndpointOf(endpoint)
	}
	return set, err
}

// changeJobs changes all jobs of a set, so many in a commit that nobody waits long for it.
func (e *Engine) changeJobs(ctx context.Context, set store.JobSet, change func(context.Context, store.JobSet, time.Time) ([]pay.JobID, error)) (int, error) {
	set.Limit = setAtOnce
	for total := 0; ; {
		ids, err := change(ctx, set, e.Clock.Now())
		if err != nil {
			return total, unavailable("change jobs", err)
		}
		total += len(ids)
		e.Wake()
		if len(ids) < setAtOnce {
			return total, nil
		}
		set.After = ids[len(ids)-1] // what was changed may be done by now: it is not changed again
	}
}

// Callback is a callback with its attempts. Its payload is not told: it holds tokens and the merchant's secrets.
type Callback struct {
	Merchant pay.Merchant
	store.Job
	Attempts []store.JobAttempt
}

// Callback finds a callback by the id of the event that it tells of, whoever the merchant is. NOT_FOUND when there is none.
func (e *Engine) Callback(ctx context.Context, id string) (*Callback, error) {
	var merchants []pay.Merchant
	if err := e.read(ctx, store.Merchants(&merchants)); err != nil {
		return nil, err
	}
	for i := range merchants {
		var job *store.Job
		var attempts []store.JobAttempt
		if err := e.read(ctx, store.JobBy(merchants[i].ID, pay.JobID(id), &job), store.AttemptsOf(merchants[i].ID, pay.JobID(id), &attempts)); err != nil {
			return nil, err
		}
		if job != nil {
			job.Payload = ""
			return &Callback{Merchant: merchants[i], Job: *job, Attempts: attempts}, nil
		}
	}
	return nil, pay.NotFoundError("no callback has this id; those that were delivered are kept for 30 days")
}

// Replay has a callback that was delivered or parked sent again, with its old id and its old place in its lane.
func (e *Engine) Replay(ctx context.Context, id string) (*Callback, error) {
	c, err := e.Callback(ctx, id)
	if err != nil {
		return nil, err
	}
	if c.State != store.JobParked && (c.State != store.JobDone || c.Endpoint == "") {
		return nil, pay.NotFoundError(fmt.Sprintf("%s is %s: nothing to send again", id, c.State))
	}
	if _, err := e.Store.RenewJob(ctx, c.Merchant.ID, c.ID, e.Clock.Now()); err != nil {
		return nil, unavailable("replay", err)
	}
	e.Wake()
	return e.Callback(ctx, id)
}

// OpenCallbacks lists callbacks of a merchant, named by user name or id, that were not delivered yet, in the order of their events;
// parked lists those alone.
func (e *Engine) OpenCallbacks(ctx context.Context, name string, parked bool, limit int) ([]store.Job, error) {
	set, err := e.jobSet(ctx, name, "")
	if err != nil {
		return nil, err
	}
	set.Limit = limit
	state := store.JobState("")
	if parked {
		state = store.JobParked
	}
	var out []store.Job
	err = e.read(ctx, store.OpenJobs(set, state, &out))
	return out, err
}
