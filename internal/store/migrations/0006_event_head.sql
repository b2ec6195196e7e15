-- The end of each merchant's chain of placed events. Only the sequencer writes here, and nobody else's Batch touches a row of it:
-- an event is committed without a position, and gets its position and chain later, from the one node that has the lease.

-- +goose Up

create table event_head (
	merchant_id text not null primary key,
	version bigint not null,        -- of the compare-and-swap: two nodes cannot place after the same end
	position bigint not null,       -- of the last placed event
	chain bytea not null,           -- its link: SHA-256 over the chain before it, the position in eight bytes, and the event's hash
	leased_until bigint not null,   -- by the real clock, whatever the sandbox's says
	leased_by text not null         -- node
);

-- +goose Down

drop table event_head;
