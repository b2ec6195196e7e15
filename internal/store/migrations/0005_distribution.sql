-- Links that are sent to consumers.

-- +goose Up

-- Receivers that are not written to any more: they asked for it, or their server refuses them for good.
create table blocked_contact (
	merchant_id text not null,
	contact_hash bytea not null,    -- keyed hash of the address or number
	created_at bigint not null,
	primary key (merchant_id, contact_hash)
);
-- What a merchant's quota of a day is counted by.
create index job_message on job (merchant_id, kind, created_at) where kind in ('message.email', 'message.sms');

-- +goose Down

drop index job_message;
drop table blocked_contact;
