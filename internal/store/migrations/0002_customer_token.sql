-- Customer tokens: what lets a merchant charge a consumer again. They hang on the payment session in which they were made.

-- +goose Up

create table customer_token (
	merchant_id text not null,
	id text not null,
	payment_id text not null,
	number bigint not null,          -- place among the customer tokens of its payment session, from 1
	created_at bigint not null,
	cancelled_at bigint not null,    -- for good
	suspended_at bigint not null,    -- 0 unless it is suspended now
	status text not null,            -- copy for queries; derived from the instants
	token_hash bytea not null,       -- keyed hash of the token that the merchant holds
	token_sealed bytea not null,     -- that token
	stream_sequence bigint not null, -- number of its last event
	stream_hash bytea not null,      -- hash of its last event
	body bytea not null,             -- terms, way and plan
	personal bytea not null,         -- addresses and customer
	primary key (merchant_id, id),
	unique (merchant_id, payment_id, number),
	unique (merchant_id, token_hash),
	foreign key (merchant_id, payment_id) references payment_session (merchant_id, id)
);

-- +goose Down

drop table customer_token;
