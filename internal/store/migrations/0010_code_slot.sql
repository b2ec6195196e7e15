-- How often one-time codes are sent, to a receiver and for a network address, on all nodes together.

-- +goose Up

create table code_slot (
	key_hash bytea not null,    -- keyed hash of the receiver or the address
	slot bigint not null,       -- 0, 1, …: as many as codes are allowed in a window
	version bigint not null,    -- when its last code was sent; whoever takes the slot compares
	primary key (key_hash, slot)
);
create index code_slot_old on code_slot (version);

-- +goose Down

drop table code_slot;
