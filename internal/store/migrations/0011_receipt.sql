-- Receipts are messages to the consumer, too.

-- +goose Up

drop index job_consumer;
create index job_consumer on job (merchant_id, payment_id) where kind in ('message.email', 'message.sms', 'message.receipt', 'code.send');

-- +goose Down

drop index job_consumer;
create index job_consumer on job (merchant_id, payment_id) where kind in ('message.email', 'message.sms', 'code.send');
