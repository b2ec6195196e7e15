-- What is sent to a consumer waits for nothing else: each message and each one-time code has a lane of its own.

-- +goose Up

-- By which an operator finds the messages of a payment.
create index job_consumer on job (merchant_id, payment_id) where kind in ('message.email', 'message.sms', 'code.send');

-- +goose Down

drop index job_consumer;
