-- The first schema. One text for SQLite and PostgreSQL.
--
-- In every table: merchant_id leads the primary key, so that a merchant can live on a shard of its own; ids are time-ordered,
-- so that inserts go to the right edge of an index. Instants are microseconds of UTC since 1970, 0 means "has not happened".
-- Money is minor units of the currency. Text that may be absent is ''. body holds as JSON what is kept and not searched, and
-- nothing about a person; personal, and every column called sealed, is AES-GCM under the key ring, bound to table, column and
-- row. version counts the saves of an aggregate; a save with a stale version sets it to null, which fails.

-- +goose Up

create table merchant (
	id text not null primary key,   -- K000001
	number bigint not null unique,  -- short number: link tokens begin with it
	name text not null,
	status text not null check (status in ('ACTIVE', 'DISABLED')),
	created_at bigint not null,
	body bytea not null             -- settings
);

create table credential (
	merchant_id text not null references merchant (id),
	username text not null unique,  -- of Basic authentication
	secret_hash bytea not null,     -- keyed hash of the random secret; the secret itself is nowhere
	created_at bigint not null,     -- of this secret: a rotation sets it
	disabled_at bigint not null,
	primary key (merchant_id, username)
);

create table payment_session (
	merchant_id text not null,
	id text not null,
	version bigint not null,
	created_at bigint not null,
	expires_at bigint not null,     -- the last instant is before it
	completed_at bigint not null,   -- an order was placed
	order_id text not null,         -- that order
	currency text not null,         -- ISO 4217
	amount bigint not null check (amount >= 0),
	body bytea not null,            -- cart, options, URLs
	personal bytea not null,        -- addresses, customer, attachment, merchant_data
	primary key (merchant_id, id)
);

create table hosted_session (
	merchant_id text not null,
	id text not null,
	payment_id text not null,
	number bigint not null,          -- place among the hosted sessions of its payment session, from 1
	created_at bigint not null,
	expires_at bigint not null,
	updated_at bigint not null,      -- of the status
	status text not null,
	link_key text not null,          -- lookup key inside the page's token: begins with the time, opens nothing
	link_hash bytea not null,        -- keyed hash of the whole token
	link_sealed bytea not null,      -- the token
	stream_sequence bigint not null, -- number of its last event
	stream_hash bytea not null,      -- hash of its last event
	authorization_id text not null,  -- attempt that completed it
	order_id text not null,          -- order that completed it
	reference text not null,         -- klarna_reference of that order
	body bytea not null,             -- URLs, options
	personal bytea not null,         -- how far the consumer has come, with what was given on the page
	primary key (merchant_id, id),
	unique (merchant_id, payment_id, number),
	foreign key (merchant_id, payment_id) references payment_session (merchant_id, id)
);
-- The link of a page request; not unique, because two keys drawn in one millisecond may be equal: the hash decides.
create index hosted_session_link on hosted_session (merchant_id, link_key);

-- One attempt to be authorized, and the authorization when it was approved.
create table attempt (
	merchant_id text not null,
	id text not null,
	payment_id text not null,
	number bigint not null,          -- place among the attempts of its payment session, from 1
	hosted_id text not null,
	created_at bigint not null,
	decided_at bigint not null,
	expires_at bigint not null,      -- of the token
	voided_at bigint not null,
	used_at bigint not null,         -- an order was placed with it
	state text not null,             -- copy for queries; derived from the instants and the outcome
	outcome text not null,           -- approved, declined, pending, error
	currency text not null,
	amount bigint not null check (amount >= 0),
	token_hash bytea,                -- keyed hash of the authorization token, null until approved
	token_sealed bytea not null,     -- the token
	order_id text not null,
	order_digest bytea not null,     -- of the request that placed the order
	body bytea not null,             -- way and plan, decision, cart as authorized
	personal bytea not null,         -- addresses and customer as authorized
	primary key (merchant_id, id),
	unique (merchant_id, payment_id, number),
	unique (merchant_id, token_hash),
	foreign key (merchant_id, payment_id) references payment_session (merchant_id, id),
	check (used_at = 0 or voided_at = 0)
);

create table orders (
	merchant_id text not null,
	id text not null,
	version bigint not null,
	payment_id text not null,
	hosted_id text not null,        -- '' where no page was used
	reference text not null,        -- klarna_reference
	created_at bigint not null,
	expires_at bigint not null,
	cancelled_at bigint not null,
	released_at bigint not null,
	expired_at bigint not null,     -- the expiry was recorded
	acknowledged_at bigint not null,
	status text not null,           -- copy for queries, as of the last save
	fraud text not null,            -- fraud_status
	fraud_due_at bigint not null,   -- of a pending decision
	fraud_decided_at bigint not null,
	currency text not null,
	authorized bigint not null,     -- total that may be captured
	original bigint not null,       -- total when it was placed
	captured bigint not null,
	refunded bigint not null,
	stream_sequence bigint not null,
	stream_hash bytea not null,
	body bytea not null,            -- cart, method, URLs, references
	personal bytea not null,        -- addresses, customer, merchant_data
	primary key (merchant_id, id),
	check (0 <= refunded and refunded <= captured and captured <= authorized),
	check (cancelled_at = 0 or captured = 0)
);
create index orders_payment on orders (merchant_id, payment_id);

create table capture (
	merchant_id text not null,
	id text not null,
	order_id text not null,
	number bigint not null,         -- place among the captures of its order, from 1
	created_at bigint not null,
	amount bigint not null check (amount > 0),
	refunded bigint not null,
	reference text not null,        -- klarna_reference of the capture
	body bytea not null,            -- lines, shipping info, merchant's own words
	personal bytea not null,        -- addresses at the capture
	primary key (merchant_id, id),
	unique (merchant_id, order_id, number),
	foreign key (merchant_id, order_id) references orders (merchant_id, id),
	check (0 <= refunded and refunded <= amount)
);

create table refund (
	merchant_id text not null,
	id text not null,
	order_id text not null,
	number bigint not null,         -- place among the refunds of its order, from 1
	created_at bigint not null,
	amount bigint not null check (amount > 0),
	body bytea not null,            -- lines, parts, merchant's own words
	primary key (merchant_id, id),
	unique (merchant_id, order_id, number),
	foreign key (merchant_id, order_id) references orders (merchant_id, id)
);

-- The stored answer of an idempotency key.
create table answer (
	merchant_id text not null,
	key_hash bytea not null,        -- keyed hash of method, path and key
	created_at bigint not null,
	body_hash bytea not null,       -- SHA-256 of the request's body
	sealed bytea not null,          -- status, headers and body of the answer
	primary key (merchant_id, key_hash)
);
create index answer_age on answer (created_at); -- kept 30 days

-- What happened. Written once; only position and chain are filled in later.
create table event (
	merchant_id text not null,
	session_id text not null,       -- the stream: a hosted session, or an order that had none
	sequence bigint not null,       -- place in the stream, from 1 without gaps
	event_id text not null,         -- receivers know a repetition by it
	type text not null,
	occurred_at bigint not null,
	order_id text not null,
	sealed bytea not null,          -- facts, JSON
	prev_hash bytea not null,       -- hash of the event before in the stream
	hash bytea not null,            -- over prev_hash and everything above, unsealed
	position bigint,                -- place among all events of the merchant; given later by the sequencer, so that a reader never misses a late commit
	chain bytea,                    -- hash over the chain at position - 1 and hash; given with position
	primary key (merchant_id, session_id, sequence)
);
create unique index event_position on event (merchant_id, position) where position is not null;
create index event_unplaced on event (merchant_id, event_id) where position is null; -- the work of the sequencer

-- The outbox: what must be done later, at least once.
create table job (
	merchant_id text not null,
	id text not null,
	version bigint not null,        -- counts leases and their ends: who ends a lease that is no longer his fails
	kind text not null,
	lane text not null,             -- jobs of one lane run one after the other
	sequence bigint not null,       -- place in the lane, from 1
	subject text not null,          -- hosted session, attempt or order it is about
	payment_id text not null,
	created_at bigint not null,
	due_at bigint not null,         -- when it was wanted
	run_at bigint not null,         -- when to look at it next: due, retry, end of the lease, or when the job before it may be done
	state text not null check (state in ('pending', 'leased', 'done', 'parked')),
	attempts bigint not null,       -- leases so far
	leased_until bigint not null,
	leased_by text not null,        -- node
	last_error text not null,
	finished_at bigint not null,    -- done or parked
	payload_sealed bytea not null,
	primary key (merchant_id, id),
	unique (merchant_id, lane, sequence)
);
create index job_open on job (run_at) where state in ('pending', 'leased');
create index job_finished on job (finished_at) where state = 'done';

-- One try of a job, written before it is made and again after it.
create table job_attempt (
	merchant_id text not null,
	job_id text not null,
	number bigint not null,         -- the job's attempts when it was made
	started_at bigint not null,
	ended_at bigint not null,       -- 0: under way, or the process died
	outcome text not null,
	status bigint not null,         -- of the answer, 0 without one
	excerpt text not null,          -- of the answer or the error
	primary key (merchant_id, job_id, number),
	foreign key (merchant_id, job_id) references job (merchant_id, id) on delete cascade
);

-- +goose Down

drop table job_attempt;
drop table job;
drop table event;
drop table answer;
drop table refund;
drop table capture;
drop table orders;
drop table attempt;
drop table hosted_session;
drop table payment_session;
drop table credential;
drop table merchant;
