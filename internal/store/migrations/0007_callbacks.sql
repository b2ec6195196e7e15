-- Callbacks: jobs that send something to an endpoint of the merchant's, and what signs and stops them.

-- +goose Up

alter table job add column endpoint text not null default '';      -- host:port that it sends to, '' when it does not
alter table job add column tried bigint not null default 0;        -- attempts before it was un-parked or replayed: the schedule counts from there
alter table job add column parked text not null default '';        -- why it is parked: schedule, refused, endpoint, merchant
alter table job_attempt add column took bigint not null default 0; -- microseconds of real time
create index job_parked on job (merchant_id, endpoint, id) where state = 'parked'; -- waits for somebody to say so

-- What signs a merchant's callbacks. During a rotation two of them are valid.
create table callback_secret (
	merchant_id text not null references merchant (id),
	number bigint not null,     -- from 1
	created_at bigint not null,
	ends_at bigint not null,    -- signs no more from then on; 0: the newest
	sealed bytea not null,      -- the secret as the merchant knows it
	primary key (merchant_id, number)
);

-- Endpoints that get no callbacks.
create table disabled_endpoint (
	merchant_id text not null references merchant (id),
	endpoint text not null,     -- host:port
	disabled_at bigint not null,
	primary key (merchant_id, endpoint)
);

-- +goose Down

drop table disabled_endpoint;
drop table callback_secret;
drop index job_parked;
alter table job_attempt drop column took;
alter table job drop column parked;
alter table job drop column tried;
alter table job drop column endpoint;
