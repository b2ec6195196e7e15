-- What a key ring is tried on before it is used: a ring that does not open it is another installation's.

-- +goose Up

create table key_check (
	id bigint not null primary key check (id = 1),
	sealed bytea not null,  -- a known word, sealed by the newest key of the ring that was used last
	pepper bytea not null   -- keyed hash of that word: the last key of the ring, which stays for ever
);

-- +goose Down

drop table key_check;
