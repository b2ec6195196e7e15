package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"kassa/internal/keyring"
)

// laneDelay is how soon a job is looked at again whose predecessor in the lane is due or under way. The end of the predecessor
// brings it forward (wakeLane); the delay only covers a job that slipped past that.
const laneDelay = time.Second

var (
	// leaseJobs takes jobs whose time has come. One that must wait for an earlier one of its lane is put off until that one can
	// be done, so that the followers of a job that is retried for days are not looked at again and again.
	// $1 now, $2 end of the lease, $3 node, $4 how many, $5 now + laneDelay.
	leaseJobs = &statement{`with candidate as (
  select j.merchant_id, j.id,
   (select min(case when e.state = 'leased' or e.run_at < $5 then cast($5 as bigint) else e.run_at end) from job e
     where e.merchant_id = j.merchant_id and e.lane = j.lane and e.sequence < j.sequence and e.state in ('pending', 'leased')) as wait
  from job j where j.state in ('pending', 'leased') and j.run_at <= $1 order by j.run_at limit $4` + skipLocked + `)
 update job set
  version = job.version + case when c.wait is null then 1 else 0 end,
  state = case when c.wait is null then 'leased' else job.state end,
  attempts = job.attempts + case when c.wait is null then 1 else 0 end,
  run_at = coalesce(c.wait, $2),
  leased_until = case when c.wait is null then $2 else job.leased_until end,
  leased_by = case when c.wait is null then $3 else job.leased_by end
 from candidate c where job.merchant_id = c.merchant_id and job.id = c.id
 returning job.merchant_id, job.id, job.version, job.kind, job.lane, job.sequence, job.subject, job.payment_id, job.created_at,
  job.due_at, job.run_at, job.state, job.attempts, job.leased_until, job.leased_by, job.last_error, job.finished_at, job.payload_sealed`}

	nextJob = &statement{`select coalesce(min(run_at), 0) from job where state in ('pending', 'leased')`}

	cleanAnswers = &statement{`delete from answer where (merchant_id, key_hash) in
 (select merchant_id, key_hash from answer where created_at < $1 order by created_at limit $2) returning 1`}

	cleanJobs = &statement{`delete from job where (merchant_id, id) in
 (select merchant_id, id from job where state = 'done' and finished_at < $1 order by finished_at limit $2) returning 1`}
)

// Lease takes up to limit jobs whose time has come for a node, until now + leaseFor: whoever does not end a lease by then
// loses it to the next who asks. The jobs of a lane are leased one after the other, in order. The jobs come sorted by the time
// they were due. Fewer than limit does not mean that there are no more, none does.
func (s *Store) Lease(ctx context.Context, now time.Time, leaseFor time.Duration, node string, limit int) ([]Job, error) {
	until := micros(now.Add(leaseFor))
	for {
		var rows []jobRow
		b := s.NewBatch()
		b.ops = append(b.ops, op{
			stmt: leaseJobs, args: []any{micros(now), until, node, int64(limit), micros(now.Add(laneDelay))}, class: follow,
			row: func(r rowScan) error { return scanInto(&rows, r) }, reset: func() { rows = nil },
		})
		if err := s.Commit(ctx, b); err != nil {
			return nil, fmt.Errorf("lease jobs: %w", err)
		}
		seen := len(rows)
		rows = slices.DeleteFunc(rows, func(r jobRow) bool {
			return r.state != string(JobLeased) || r.leasedBy != node || r.leasedUntil != until
		})
		if len(rows) == 0 && seen == limit {
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

// NextJob reads when the next job is to be looked at; *dst is the zero time when there is none.
func NextJob(dst *time.Time) Read {
	return Read{func(*keyring.Ring) plan {
		var at int64
		return plan{
			lookups: []lookup{{nextJob, nil, func(r rowScan) error { return r.Scan(&at) }}},
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
