package store

import (
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"

	"kassa/internal/keyring"
	"kassa/internal/pay"
)

const jobTable = "job"

// JobState says where a job stands.
type JobState string

// The states of a job.
const (
	JobPending JobState = "pending"
	JobLeased  JobState = "leased"
	JobDone    JobState = "done"
	JobParked  JobState = "parked" // no more automatic tries; the jobs behind it in its lane go on
)

// ParkReason says why a job is parked.
type ParkReason string

// The reasons.
const (
	ParkedBySchedule ParkReason = "schedule" // the schedule has come to its end
	ParkedAsRefused  ParkReason = "refused"  // trying again does not mend it
	ParkedByEndpoint ParkReason = "endpoint" // its endpoint is disabled
	ParkedByMerchant ParkReason = "merchant" // its merchant is disabled
)

// Job is a job of the outbox as it is stored.
type Job struct {
	pay.Job
	Sequence    int64 // place in the lane, from 1
	Version     int64 // of this lease; ends with it
	State       JobState
	Attempts    int       // tries so far, this one included
	Tried       int       // those before it was un-parked or replayed: the schedule counts from there
	CreatedAt   time.Time // to the millisecond
	RunAt       time.Time // when it is looked at next
	LeasedUntil time.Time
	LeasedBy    string
	LastError   string
	Parked      ParkReason
	FinishedAt  time.Time // done or parked
}

// JobAttempt is one try of a job.
type JobAttempt struct {
	Number    int // the job's Attempts when it was made
	StartedAt time.Time
	EndedAt   time.Time     // zero while it is under way, or when the process died
	Took      time.Duration // real time, whatever the clock says
	Outcome   string        // one word
	Status    int           // of the answer, 0 without one
	Excerpt   string        // of the answer or the error; nothing personal
}

// excerptLimit bounds error texts and excerpts, in bytes.
const excerptLimit = 512

const jobColumns = `merchant_id, id, version, kind, lane, sequence, subject, payment_id, created_at, due_at, run_at, state, attempts,
 leased_until, leased_by, last_error, finished_at, payload_sealed, endpoint, tried, parked`

var (
	// insertJob gives the job the next place in its lane. A lane belongs to one aggregate, whose save keeps others away.
	insertJob = &statement{`insert into job (` + jobColumns + `)
 values ($1, $2, 1, $3, $4, (select coalesce(max(sequence), 0) + 1 from job where merchant_id = $1 and lane = $4), $5, $6, $7, $8, $8,
  'pending', 0, 0, '', '', 0, $9, $10, 0, '')`}

	finishJob = &statement{`update job set version = case when version = $3 then version + 1 end, state = 'done', finished_at = $4,
 leased_until = 0, leased_by = '', last_error = '' where merchant_id = $1 and id = $2`}

	parkJob = &statement{`update job set version = case when version = $3 then version + 1 end, state = 'parked', finished_at = $4,
 leased_until = 0, leased_by = '', last_error = $5, parked = $6 where merchant_id = $1 and id = $2`}

	retryJob = &statement{`update job set version = case when version = $3 then version + 1 end, state = 'pending', run_at = $4,
 leased_until = 0, leased_by = '', last_error = $5 where merchant_id = $1 and id = $2`}

	// putBack ends a lease as if it had not been: nothing was tried.
	putBack = &statement{`update job set version = case when version = $3 then version + 1 end, state = 'pending', run_at = $4,
 attempts = attempts - 1, leased_until = 0, leased_by = '' where merchant_id = $1 and id = $2`}

	// wakeLane brings the next job of a lane forward, which waits for the one that just ended.
	wakeLane = &statement{`update job set run_at = due_at where merchant_id = $1 and lane = $2 and state = 'pending' and attempts = tried
 and sequence = (select min(sequence) from job where merchant_id = $1 and lane = $2 and state in ('pending', 'leased')) returning sequence`}

	endAttempt = &statement{`update job_attempt set ended_at = $4, outcome = $5, status = $6, excerpt = $7, took = $8
 where merchant_id = $1 and job_id = $2 and number = $3`}

	recordAttempt = &statement{`insert into job_attempt (merchant_id, job_id, number, started_at, ended_at, outcome, status, excerpt, took)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
 on conflict (merchant_id, job_id, number) do update set ended_at = excluded.ended_at, outcome = excluded.outcome,
  status = excluded.status, excerpt = excluded.excerpt, took = excluded.took`}

	uncountAttempt = &statement{`update job set attempts = attempts - 1 where merchant_id = $1 and id = $2`}

	dropAttempt = &statement{`delete from job_attempt where merchant_id = $1 and job_id = $2 and number = $3`}

	jobByID    = &statement{`select ` + jobColumns + ` from job where merchant_id = $1 and id = $2`}
	jobsOfLane = &statement{`select ` + jobColumns + ` from job where merchant_id = $1 and lane = $2 order by sequence`}
	// messagesOf says the kinds as the index job_consumer does: otherwise it is not used.
	messagesOf = &statement{`select ` + jobColumns + ` from job where merchant_id = $1 and payment_id = $2
 and kind in ('message.email', 'message.sms', 'message.receipt', 'code.send') order by created_at, id`}
	attemptsOf = &statement{`select number, started_at, ended_at, outcome, status, excerpt, took from job_attempt
 where merchant_id = $1 and job_id = $2 order by number`}
)

// Enqueue leaves jobs to be done. A job without a lane waits for no other.
func (b *Batch) Enqueue(jobs ...pay.Job) {
	for i := range jobs {
		j := &jobs[i]
		id, lane := string(j.ID), j.Lane
		if lane == "" {
			lane = id
		}
		payload := []byte{}
		if j.Payload != "" {
			payload = b.seal([]byte(j.Payload), jobTable, "payload", j.Merchant, id)
		}
		b.add(insertJob, string(j.Merchant), id, string(j.Kind), lane, j.Subject, string(j.Payment), uuidMillis(id)*1000, micros(j.DueAt), payload, j.Endpoint)
	}
}

// uuidMillis is the time inside a UUID of version 7, 0 for other ids.
func uuidMillis(id string) int64 {
	if !pay.ValidUUID(id) || id[14] != '7' {
		return 0
	}
	var b [6]byte
	if _, err := hex.Decode(b[:], []byte(id[:8]+id[9:13])); err != nil {
		return 0
	}
	var ms int64
	for _, c := range b {
		ms = ms<<8 | int64(c)
	}
	return ms
}

// leaseOrder sorts the ends of leases among the saves of a Batch.
func leaseOrder(j *Job) string { return jobTable + rowName(j.Merchant, string(j.ID)) }

// FinishJob ends a lease: the job is done, and the next of its lane may run. ErrConflict when the lease was lost.
func (b *Batch) FinishJob(j *Job, now time.Time) {
	b.swap(finishJob, leaseOrder(j), string(j.Merchant), string(j.ID), j.Version, micros(now))
	b.wakeLane(j)
}

// ParkJob ends a lease: the job is tried no more by itself, and the next of its lane may run. ErrConflict when the lease was lost.
func (b *Batch) ParkJob(j *Job, now time.Time, reason ParkReason, last string) {
	b.swap(parkJob, leaseOrder(j), string(j.Merchant), string(j.ID), j.Version, micros(now), printable(last), string(reason))
	b.wakeLane(j)
}

// wakeLane lets the next job of a lane run; a job whose lane has its own name is alone there.
func (b *Batch) wakeLane(j *Job) {
	if j.Lane == string(j.ID) {
		return
	}
	b.ops = append(b.ops, op{
		stmt: wakeLane, args: []any{string(j.Merchant), j.Lane}, class: follow,
		row: func(r rowScan) error { var sequence int64; b.woke = true; return r.Scan(&sequence) },
	})
}

// Woke reports, after the commit, whether the end of a lease may let another job of its lane run.
func (b *Batch) Woke() bool { return b.woke }

// RetryJob ends a lease: the job runs again at a time, and its lane waits for it. ErrConflict when the lease was lost.
func (b *Batch) RetryJob(j *Job, at time.Time, reason string) {
	b.swap(retryJob, leaseOrder(j), string(j.Merchant), string(j.ID), j.Version, micros(at), printable(reason))
}

// PutBackJob ends a lease whose job was not begun: it is looked at again at a time, and no attempt is counted. ErrConflict when the
// lease was lost.
func (b *Batch) PutBackJob(j *Job, at time.Time) {
	b.swap(putBack, leaseOrder(j), string(j.Merchant), string(j.ID), j.Version, micros(at))
	b.add(dropAttempt, string(j.Merchant), string(j.ID), int64(j.Attempts))
}

// UncountAttempt forgets the try that Lease wrote down, in the batch that ends the lease: nothing was tried.
func (b *Batch) UncountAttempt(j *Job) {
	b.add(uncountAttempt, string(j.Merchant), string(j.ID))
	b.add(dropAttempt, string(j.Merchant), string(j.ID), int64(j.Attempts))
}

// RecordAttempt writes down a try: before it is made, and once more, with the same number, when it has ended.
func (b *Batch) RecordAttempt(j *Job, a JobAttempt) {
	b.add(recordAttempt, string(j.Merchant), string(j.ID), int64(a.Number), micros(a.StartedAt), micros(a.EndedAt), printable(a.Outcome),
		int64(a.Status), printable(a.Excerpt), a.Took.Microseconds())
}

// EndAttempt writes down how a try went that was written down before it was made, as Lease does.
func (b *Batch) EndAttempt(j *Job, a JobAttempt) {
	b.add(endAttempt, string(j.Merchant), string(j.ID), int64(a.Number), micros(a.EndedAt), printable(a.Outcome), int64(a.Status), printable(a.Excerpt), a.Took.Microseconds())
}

// printable makes a text from outside fit for both engines: valid UTF-8 without control characters, not too long.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
	if len(s) <= excerptLimit {
		return s
	}
	s = s[:excerptLimit]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s
}

// JobBy reads one job; *dst is nil when there is none.
func JobBy(merchant pay.MerchantID, id pay.JobID, dst **Job) Read {
	var jobs []Job
	r := jobsBy(jobByID, []any{string(merchant), string(id)}, &jobs)
	return Read{func(keys *keyring.Ring) plan {
		p := r.plan(keys)
		finish := p.finish
		p.finish = func() error {
			err := finish()
			*dst = nil
			if len(jobs) > 0 {
				*dst = &jobs[0]
			}
			return err
		}
		return p
	}}
}

// JobsOf reads the jobs of a lane in their order.
func JobsOf(merchant pay.MerchantID, lane string, dst *[]Job) Read {
	return jobsBy(jobsOfLane, []any{string(merchant), lane}, dst)
}

// MessagesOf reads the jobs that send something to the consumer of a payment session, links and one-time codes, in the order in which
// they were left.
func MessagesOf(merchant pay.MerchantID, payment pay.PaymentID, dst *[]Job) Read {
	return jobsBy(messagesOf, []any{string(merchant), string(payment)}, dst)
}

func jobsBy(stmt *statement, args []any, dst *[]Job) Read {
	return Read{func(keys *keyring.Ring) plan {
		var rows []jobRow
		return plan{
			lookups: []lookup{{stmt, args, func(r rowScan) error { return scanInto(&rows, r) }}},
			finish: func() (err error) {
				*dst, err = openJobs(keys, rows)
				return err
			},
		}
	}}
}

// AttemptsOf reads the tries of a job in their order.
func AttemptsOf(merchant pay.MerchantID, id pay.JobID, dst *[]JobAttempt) Read {
	return Read{func(*keyring.Ring) plan {
		var out []JobAttempt
		row := func(r rowScan) error {
			var number, started, ended, status, took int64
			var a JobAttempt
			if err := r.Scan(&number, &started, &ended, &a.Outcome, &status, &a.Excerpt, &took); err != nil {
				return err
			}
			a.Took = time.Duration(took) * time.Microsecond
			a.Number, a.StartedAt, a.EndedAt, a.Status = int(number), instant(started), instant(ended), int(status)
			out = append(out, a)
			return nil
		}
		return plan{
			lookups: []lookup{{attemptsOf, []any{string(merchant), string(id)}, row}},
			finish:  func() error { *dst = out; return nil },
		}
	}}
}

// jobRow is a job as it is stored.
type jobRow struct {
	merchant, id, kind, lane, subject, payment, state, leasedBy, lastError, endpoint, parked string
	version, sequence, createdAt, dueAt, runAt, attempts, leasedUntil, finishedAt, tried     int64
	payload                                                                                  []byte
}

func (r *jobRow) dest() []any {
	return []any{
		&r.merchant, &r.id, &r.version, &r.kind, &r.lane, &r.sequence, &r.subject, &r.payment, &r.createdAt, &r.dueAt, &r.runAt, &r.state,
		&r.attempts, &r.leasedUntil, &r.leasedBy, &r.lastError, &r.finishedAt, &r.payload, &r.endpoint, &r.tried, &r.parked,
	}
}

func openJobs(keys *keyring.Ring, rows []jobRow) ([]Job, error) {
	out := make([]Job, 0, len(rows))
	for i := range rows {
		r := &rows[i]
		merchant := pay.MerchantID(r.merchant)
		payload, err := openSecret(keys, r.payload, jobTable, "payload", merchant, r.id)
		if err != nil {
			return nil, err
		}
		out = append(out, Job{
			Job: pay.Job{
				ID: pay.JobID(r.id), Merchant: merchant, Kind: pay.JobKind(r.kind), Lane: r.lane, Subject: r.subject,
				Payment: pay.PaymentID(r.payment), DueAt: instant(r.dueAt), Endpoint: r.endpoint, Payload: payload,
			},
			Sequence: r.sequence, Version: r.version, State: JobState(r.state), Attempts: int(r.attempts), Tried: int(r.tried), CreatedAt: instant(r.createdAt),
			RunAt: instant(r.runAt), LeasedUntil: instant(r.leasedUntil), LeasedBy: r.leasedBy, LastError: r.lastError,
			Parked: ParkReason(r.parked), FinishedAt: instant(r.finishedAt),
		})
	}
	return out, nil
}
