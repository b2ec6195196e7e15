package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"kassa/internal/keyring"
	"kassa/internal/pay"
)

const secretTable = "callback_secret"

// CallbackSecret is what signs a merchant's callbacks.
type CallbackSecret struct {
	Number    int64 // from 1
	CreatedAt time.Time
	EndsAt    time.Time // signs no more from then on; zero: the newest
	Secret    pay.Secret
}

// DisabledEndpoint is one that gets no callbacks.
type DisabledEndpoint struct {
	Host string // and port
	At   time.Time
}

// JobSet says which jobs that send to an endpoint of the merchant's are meant.
type JobSet struct {
	Merchant pay.MerchantID
	Host     string     // and port; empty: all
	Reason   ParkReason // of parked ones; empty: all
	After    pay.JobID  // those behind it only
	Before   pay.JobID  // those before it only; empty: all
	Limit    int
}

// JobCount is how many jobs of a kind that send to merchants' endpoints are pending or parked.
type JobCount struct {
	Kind   pay.JobKind
	State  JobState
	Count  int64
	Oldest time.Time // when the first of them was wanted
}

var (
	insertSecret = &statement{`insert into callback_secret (merchant_id, number, created_at, ends_at, sealed) values ($1, $2, $3, 0, $4)`}

	// endSecrets leaves the newest before $2 until $3, and ends all that are older now: two are valid at most.
	endSecrets = &statement{`update callback_secret set ends_at = case when number = $2 - 1 then cast($3 as bigint) else $4 end
 where merchant_id = $1 and number < $2 and (ends_at = 0 or ends_at > $4)`}

	secretsOf = &statement{`select merchant_id, number, created_at, ends_at, sealed from callback_secret where merchant_id = $1 order by number desc`}

	disableEndpoint = &statement{`insert into disabled_endpoint (merchant_id, endpoint, disabled_at) values ($1, $2, $3)
 on conflict (merchant_id, endpoint) do nothing`}
	enableEndpoint = &statement{`delete from disabled_endpoint where merchant_id = $1 and endpoint = $2`}
	disabledOf     = &statement{`select endpoint, disabled_at from disabled_endpoint where merchant_id = $1 order by endpoint`}

	renewJob = &statement{renewHead("$3") + `merchant_id = $1 and id = $2 and state in ('done', 'parked') returning id`}

	// renewParked and renewDone make jobs pending again. The place in the lane stays: it is the number by which the receiver orders them.
	renewParked = &statement{renewHead("$6") + `(merchant_id, id) in (select merchant_id, id from job
  where state = 'parked' and merchant_id = $1 and endpoint <> '' and id > $2 and id < $3 and ($4 = '' or endpoint = $4) and ($7 = '' or parked = $7)
  order by id limit $5) returning id`}
	renewDone = &statement{renewHead("$6") + `(merchant_id, id) in (select merchant_id, id from job
  where merchant_id = $1 and endpoint <> '' and state in ('done', 'parked') and id > $2 and id < $3 and ($4 = '' or endpoint = $4)
  order by id limit $5) returning id`}

	// parkJob parks what is not under way; that parks itself when it fails.
	parkPending = &statement{`update job set version = version + 1, state = 'parked', finished_at = $3, parked = $4
 where merchant_id = $1 and id = $2 and state = 'pending' returning id`}

	openJobsOf = &statement{`select ` + jobColumns + ` from job where state <> 'done' and merchant_id = $1 and endpoint <> ''
  and id > $2 and id < $3 and ($4 = '' or endpoint = $4) and ($6 = '' or state = $6) order by id limit $5`}

	countJobs = &statement{`select kind, state, count(*), min(due_at) from (
  select kind, state, due_at from job where state in ('pending', 'leased') and endpoint <> ''
  union all select kind, state, due_at from job where state = 'parked' and endpoint <> '') open group by kind, state order by kind, state`}
)

// renewHead begins a new round of the schedule.
func renewHead(now string) string {
	return `update job set version = version + 1, state = 'pending', run_at = ` + now + `, due_at = ` + now +
		`, tried = attempts, parked = '', last_error = '', finished_at = 0 where `
}

// lastID is behind every id.
const lastID = "g"

// InsertCallbackSecret gives a merchant a secret that signs its callbacks. ErrConflict when the number is taken.
func (b *Batch) InsertCallbackSecret(merchant pay.MerchantID, s CallbackSecret) {
	b.add(insertSecret, string(merchant), s.Number, micros(s.CreatedAt), b.seal([]byte(s.Secret), secretTable, "sealed", merchant, fmt.Sprint(s.Number)))
}

// EndCallbackSecrets has the newest secret with a smaller number sign until a time, and all older ones no more.
func (b *Batch) EndCallbackSecrets(merchant pay.MerchantID, number int64, until, now time.Time) {
	b.add(endSecrets, string(merchant), number, micros(until), micros(now))
}

// DisableEndpoint has an endpoint get no more callbacks; again is the same.
func (b *Batch) DisableEndpoint(e Endpoint, now time.Time) {
	b.add(disableEndpoint, string(e.Merchant), e.Host, micros(now))
}

// EnableEndpoint has an endpoint get callbacks again; again is the same.
func (b *Batch) EnableEndpoint(e Endpoint) { b.add(enableEndpoint, string(e.Merchant), e.Host) }

// CallbackSecrets reads a merchant's secrets, the newest first, with those that sign no more.
func CallbackSecrets(merchant pay.MerchantID, dst *[]CallbackSecret) Read {
	return Read{func(keys *keyring.Ring) plan {
		type row struct {
			merchant                  string
			number, createdAt, endsAt int64
			sealed                    []byte
		}
		var rows []row
		return plan{
			lookups: []lookup{{secretsOf, []any{string(merchant)}, func(r rowScan) error {
				rows = append(rows, row{})
				x := &rows[len(rows)-1]
				return r.Scan(&x.merchant, &x.number, &x.createdAt, &x.endsAt, &x.sealed)
			}}},
			finish: func() error {
				*dst = nil
				for i := range rows {
					r := &rows[i]
					secret, err := openSecret(keys, r.sealed, secretTable, "sealed", merchant, fmt.Sprint(r.number))
					if err != nil {
						return err
					}
					*dst = append(*dst, CallbackSecret{Number: r.number, CreatedAt: instant(r.createdAt), EndsAt: instant(r.endsAt), Secret: secret})
				}
				return nil
			},
		}
	}}
}

// DisabledEndpoints reads the endpoints of a merchant that get no callbacks.
func DisabledEndpoints(merchant pay.MerchantID, dst *[]DisabledEndpoint) Read {
	return Read{func(*keyring.Ring) plan {
		var out []DisabledEndpoint
		return plan{
			lookups: []lookup{{disabledOf, []any{string(merchant)}, func(r rowScan) error {
				var e DisabledEndpoint
				var at int64
				err := r.Scan(&e.Host, &at)
				e.At = instant(at)
				out = append(out, e)
				return err
			}}},
			finish: func() error { *dst = out; return nil },
		}
	}}
}

// OpenJobs reads jobs of a set that are not done, in the order in which they were left; state limits them, "" does not.
func OpenJobs(set JobSet, state JobState, dst *[]Job) Read {
	return jobsBy(openJobsOf, append(set.args(), string(state)), dst)
}

// JobCounts counts the jobs that send to merchants' endpoints and are not done.
func JobCounts(dst *[]JobCount) Read {
	return Read{func(*keyring.Ring) plan {
		var out []JobCount
		return plan{
			lookups: []lookup{{countJobs, nil, func(r rowScan) error {
				var kind, state string
				var count, oldest int64
				err := r.Scan(&kind, &state, &count, &oldest)
				out = append(out, JobCount{Kind: pay.JobKind(kind), State: JobState(state), Count: count, Oldest: instant(oldest)})
				return err
			}}},
			finish: func() error { *dst = out; return nil },
		}
	}}
}

// args are the arguments of the statements on sets.
func (s *JobSet) args() []any {
	before := string(s.Before)
	if before == "" {
		before = lastID
	}
	return []any{string(s.Merchant), string(s.After), before, s.Host, int64(s.Limit)}
}

// RenewJob makes a job that is parked or done pending again, due now; false when there is none such.
func (s *Store) RenewJob(ctx context.Context, merchant pay.MerchantID, id pay.JobID, now time.Time) (bool, error) {
	ids, err := s.changeSet(ctx, renewJob, []any{string(merchant), string(id), micros(now)})
	return len(ids) > 0, err
}

// RenewParked makes the parked jobs of a set pending again, up to its limit, and gives their ids in order.
func (s *Store) RenewParked(ctx context.Context, set JobSet, now time.Time) ([]pay.JobID, error) {
	return s.changeSet(ctx, renewParked, append(set.args(), micros(now), string(set.Reason)))
}

// RenewDone makes the jobs of a set that are done or parked pending again, up to its limit, and gives their ids in order.
func (s *Store) RenewDone(ctx context.Context, set JobSet, now time.Time) ([]pay.JobID, error) {
	return s.changeSet(ctx, renewDone, append(set.args(), micros(now)))
}

// ParkJobs parks the jobs of a set that are pending, up to its limit, for its reason, and gives their ids in order. It looks for them
// beside the writer, because it looks through all that is open.
func (s *Store) ParkJobs(ctx context.Context, set JobSet, now time.Time) ([]pay.JobID, error) {
	var jobs []Job
	if err := s.Read(ctx, OpenJobs(set, JobPending, &jobs)); err != nil {
		return nil, err
	}
	var ids []pay.JobID
	b := s.NewBatch()
	for i := range jobs {
		ids = append(ids, jobs[i].ID)
		b.ops = append(b.ops, op{
			stmt: parkPending, args: []any{string(set.Merchant), string(jobs[i].ID), micros(now), string(set.Reason)}, class: save, order: leaseOrder(&jobs[i]),
			row: func(r rowScan) error { var id string; return r.Scan(&id) },
		})
	}
	if err := s.Commit(ctx, b); err != nil {
		return nil, fmt.Errorf("park jobs: %w", err)
	}
	return ids, nil
}

// changeSet commits one statement that gives back the ids of what it changed.
func (s *Store) changeSet(ctx context.Context, stmt *statement, args []any) ([]pay.JobID, error) {
	var ids []pay.JobID
	b := s.NewBatch()
	b.ops = append(b.ops, op{
		stmt: stmt, args: args, class: follow, reset: func() { ids = nil },
		row: func(r rowScan) error { var id string; err := r.Scan(&id); ids = append(ids, pay.JobID(id)); return err },
	})
	if err := s.Commit(ctx, b); err != nil {
		return nil, fmt.Errorf("change jobs: %w", err)
	}
	slices.Sort(ids)
	return ids, nil
}

// IDAt is the first id that can have been drawn at a time: sets of jobs are bounded in time with it.
func IDAt(t time.Time) pay.JobID {
	hex := fmt.Sprintf("%012x", max(t.UnixMilli(), 0))
	return pay.JobID(strings.Join([]string{hex[:8], hex[8:], "0000", "0000", "000000000000"}, "-"))
}
