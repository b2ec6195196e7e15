package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"kassa/internal/keyring"
	"kassa/internal/pay"
)

// laneDelay is how soon a job is looked at again whose predecessor in the lane is due or under way. The end of the predecessor
// brings it forward (wakeLane); the delay only covers a job that slipped past that.
const laneDelay = time.Second

const (
	// leaseWindow is how many jobs that are due a lease looks through for one whose endpoint is not passed over.
	leaseWindow = "512"
	// hiddenWindow is how many are looked through beside the writer, to see whether there is one behind them.
	hiddenWindow = "20000"
)

var (
	// leaseJobs takes jobs whose time has come. One that must wait for another of its lane is put off until that one can be done, so
	// that the followers of a job that is retried for days are not looked at again and again. It waits for those before it, and
	// for one behind it that is under way: an un-parked job is the earlier one.
	// Where endpoints are passed over, it looks through leaseWindow jobs and no more: see Hidden.
	// $1 now, $2 end of the lease, $3 by whom, $4 how many, $5 now + laneDelay, $6 the endpoints that are passed over.
	leaseJobs = &statement{`with candidate as (
  select j.merchant_id, j.id,
   (select min(case when e.state = 'leased' or e.run_at < $5 then cast($5 as bigint) else e.run_at end) from job e
     where e.merchant_id = j.merchant_id and e.lane = j.lane and e.id <> j.id and (e.sequence < j.sequence and e.state in ('pending', 'leased')
      or e.state = 'leased' and e.leased_until > $1)) as wait
  from job j where j.state in ('pending', 'leased') and j.run_at <= case when $6 = '' then $1 else (select max(run_at) from (
     select run_at from job where state in ('pending', 'leased') and run_at <= $1 order by run_at limit ` + leaseWindow + `) w) end
   and (j.endpoint = '' or cast($6 as text) not like '%|' || j.merchant_id || '/' || j.endpoint || '|%')
  order by j.run_at limit $4` + skipLocked + `)
 update job set
  version = job.version + case when c.wait is null then 1 else 0 end,
  state = case when c.wait is null then 'leased' else job.state end,
  attempts = job.attempts + case when c.wait is null then 1 else 0 end,
  run_at = coalesce(c.wait, $2),
  leased_until = case when c.wait is null then $2 else job.leased_until end,
  leased_by = case when c.wait is null then $3 else job.leased_by end
 from candidate c where job.merchant_id = c.merchant_id and job.id = c.id
 returning ` + leasedColumns}

	// beginAttempts writes down the tries of the jobs that were just leased, before anything is tried.
	beginAttempts = &statement{`insert into job_attempt (merchant_id, job_id, number, started_at, ended_at, outcome, status, excerpt, took)
 select merchant_id, id, attempts, $1, 0, '', 0, '', 0 from job
  where state in ('pending', 'leased') and state = 'leased' and run_at = $2 and leased_by = $3
 on conflict (merchant_id, job_id, number) do nothing`}

	// spreadJobs moves what is due for an endpoint out of the way of the others, and spreads it over the time that the endpoint needs.
	// $1 merchant, $2 endpoint, $3 now, $4 from when on, $5 the step, $6 the longest, $7 how many stay as they are, $8 how many at most.
	spreadJobs = &statement{`update job set run_at = $4 + case when k.place * $5 < $6 then k.place * cast($5 as bigint) else $6 end from (
  select d.merchant_id, d.id, row_number() over (order by d.run_at, d.id) - 1 as place from (
   select merchant_id, id, run_at from job where state in ('pending', 'leased') and run_at <= $3 and state = 'pending' and merchant_id = $1 and endpoint = $2
    order by run_at, id limit $8 offset $7` + skipLocked + `) d) k
 where job.merchant_id = k.merchant_id and job.id = k.id and job.state = 'pending'`}

	// reclaimLeases ends the leases of a process that is no more.
	reclaimLeases = &statement{`update job set run_at = $1, leased_until = $1 where state in ('pending', 'leased') and state = 'leased' returning 1`}

	// hiddenJobs counts what is due, up to hiddenWindow, and those of them that are not passed over.
	hiddenJobs = &statement{`select count(*), coalesce(sum(case when endpoint = '' or cast($2 as text) not like '%|' || merchant_id || '/' || endpoint || '|%'
  then 1 else 0 end), 0) from (select merchant_id, endpoint from job where state in ('pending', 'leased') and run_at <= $1 order by run_at limit ` + hiddenWindow + `) w`}

	nextJob = &statement{`select coalesce(min(run_at), 0) from job where state in ('pending', 'leased') and run_at > $1`}

	cleanAnswers = &statement{`delete from answer where (merchant_id, key_hash) in
 (select merchant_id, key_hash from answer where created_at < $1 order by created_at limit $2) returning 1`}

	cleanJobs = &statement{`delete from job where (merchant_id, id) in
 (select merchant_id, id from job where state = 'done' and finished_at < $1 order by finished_at limit $2) returning 1`}
)

// leasedColumns are jobColumns as the lease gives them back.
const leasedColumns = `job.merchant_id, job.id, job.version, job.kind, job.lane, job.sequence, job.subject, job.payment_id, job.created_at,
  job.due_at, job.run_at, job.state, job.attempts, job.leased_until, job.leased_by, job.last_error, job.finished_at, job.payload_sealed,
  job.endpoint, job.tried, job.parked`

// Leasing says which jobs are to be leased, and for how long.
type Leasing struct {
	Now    time.Time
	For    time.Duration // whoever does not end a lease by Now + For loses it to the next who asks
	By     string        // who leases, and which of its leases this is: no two are named alike
	Limit  int
	Except []Endpoint // whose jobs are passed over: they stay as they are
}

// Endpoint is where a merchant's callbacks go.
type Endpoint struct {
	Merchant pay.MerchantID
	Host     string // and port, as pay.Endpoint gives it
}

// Lease takes up to l.Limit jobs whose time has come, and writes down for each that it is about to be tried: when Lease has returned,
// both are on the disk. The jobs of a lane are leased one after the other, in order. The jobs come sorted by the time they were
// due. Fewer than the limit does not mean that there are no more, none does.
func (s *Store) Lease(ctx context.Context, l Leasing) ([]Job, error) {
	until := micros(l.Now.Add(l.For))
	except := exceptText(l.Except)
	for {
		var rows []jobRow
		b := s.NewBatch()
		b.ops = append(b.ops, op{
			stmt: leaseJobs, args: []any{micros(l.Now), until, l.By, int64(l.Limit), micros(l.Now.Add(laneDelay)), except}, class: follow,
			row: func(r rowScan) error { return scanInto(&rows, r) }, reset: func() { rows = nil },
		})
		b.add(beginAttempts, micros(l.Now), until, l.By)
		if err := s.Commit(ctx, b); err != nil {
			return nil, fmt.Errorf("lease jobs: %w", err)
		}
		seen := len(rows)
		rows = slices.DeleteFunc(rows, func(r jobRow) bool {
			return r.state != string(JobLeased) || r.leasedBy != l.By || r.leasedUntil != until
		})
		if len(rows) == 0 && seen == l.Limit {
			continue // all of them wait for others; behind them may be some that do not
		}
		slices.SortFunc(rows, func(x, y jobRow) int {
			return cmp.Or(cmp.Compare(x.dueAt, y.dueAt), cmp.Compare(x.id, y.id))
		})
		jobs, err := openJobs(s.keys, rows)
		if err != nil {
			return nil, fmt.Errorf("lease jobs: %w", err)
		}
		return jobs, nil
	}
}

// Spread is how the jobs of an endpoint that are due are put off.
type Spread struct {
	Endpoint
	Now     time.Time
	From    time.Time     // when the first of them is looked at again
	Step    time.Duration // between one and the next
	Longest time.Duration // after From: no job is put off further
	Skip    int           // how many stay as they are
	Limit   int           // how many are put off at most
}

// Spread puts off jobs that are due, so that nobody looks at them before their endpoint can take them. It counts no attempt. What
// others are changing meanwhile stays as it is.
func (s *Store) Spread(ctx context.Context, p Spread) error {
	b := s.NewBatch()
	b.add(spreadJobs, string(p.Merchant), p.Host, micros(p.Now), micros(p.From), p.Step.Microseconds(), p.Longest.Microseconds(), int64(p.Skip), int64(p.Limit))
	if err := s.Commit(ctx, b); err != nil {
		return fmt.Errorf("put off the jobs of an endpoint: %w", err)
	}
	return nil
}

// Reclaim has the jobs that a process was doing when it died looked at again at once. Only SQLite, which one process has to itself,
// knows that nobody does them any more; on PostgreSQL it does nothing: leases run out there.
func (s *Store) Reclaim(ctx context.Context, now time.Time) (int, error) {
	if _, alone := s.engine.(*sqliteEngine); !alone {
		return 0, nil
	}
	n := 0
	b := s.NewBatch()
	b.ops = append(b.ops, op{
		stmt: reclaimLeases, args: []any{micros(now)}, class: follow,
		row: func(r rowScan) error { var one int64; n++; return r.Scan(&one) }, reset: func() { n = 0 },
	})
	if err := s.Commit(ctx, b); err != nil {
		return 0, fmt.Errorf("reclaim leases: %w", err)
	}
	return n, nil
}

// Hidden reads whether jobs that are due may not be found behind the backlogs of endpoints that are passed over.
func Hidden(now time.Time, except []Endpoint, dst *bool) Read {
	return Read{func(*keyring.Ring) plan {
		var due, others int64
		return plan{
			lookups: []lookup{{hiddenJobs, []any{micros(now), exceptText(except)}, func(r rowScan) error { return r.Scan(&due, &others) }}},
			finish:  func() error { *dst = others > 0 || strconv.FormatInt(due, 10) == hiddenWindow; return nil },
		}
	}}
}

// exceptText is how the statements are told which endpoints are passed over.
func exceptText(except []Endpoint) string {
	var b strings.Builder
	for _, e := range except {
		b.WriteString("|" + string(e.Merchant) + "/" + e.Host)
	}
	if b.Len() > 0 {
		b.WriteByte('|')
	}
	return b.String()
}

// NextJob reads when, after a time, the next job is to be looked at; *dst is the zero time when there is none.
func NextJob(after time.Time, dst *time.Time) Read {
	return Read{func(*keyring.Ring) plan {
		var at int64
		return plan{
			lookups: []lookup{{nextJob, []any{micros(after)}, func(r rowScan) error { return r.Scan(&at) }}},
			finish:  func() error { *dst = instant(at); return nil },
		}
	}}
}

// CleanAnswers forgets up to limit stored answers that are older than before, and tells how many.
func (s *Store) CleanAnswers(ctx context.Context, before time.Time, limit int) (int, error) {
	return s.clean(ctx, cleanAnswers, before, limit)
}

// CleanJobs forgets up to limit jobs, with their attempts, that were done before a time, and tells how many. Parked jobs stay.
func (s *Store) CleanJobs(ctx context.Context, before time.Time, limit int) (int, error) {
	return s.clean(ctx, cleanJobs, before, limit)
}

// CleanCodeSlots forgets up to limit slots whose last code was sent before a time, and tells how many.
func (s *Store) CleanCodeSlots(ctx context.Context, before time.Time, limit int) (int, error) {
	return s.clean(ctx, cleanCodeSlots, before, limit)
}

func (s *Store) clean(ctx context.Context, stmt *statement, before time.Time, limit int) (int, error) {
	n := 0
	b := s.NewBatch()
	b.ops = append(b.ops, op{
		stmt: stmt, args: []any{micros(before), int64(limit)}, class: follow,
		row:   func(r rowScan) error { var one int64; n++; return r.Scan(&one) },
		reset: func() { n = 0 },
	})
	if err := s.Commit(ctx, b); err != nil {
		return 0, fmt.Errorf("clean up: %w", err)
	}
	return n, nil
}
