-- Work to be done later.
create table job (
  -- UUIDv7: older jobs first.
  id text primary key,
  -- Which handler runs it, such as `alerts.raise`.
  kind text not null,
  -- Two open jobs of one kind and key are one job.
  dedupe_key text not null,
  -- JSON the handler is given.
  payload text not null,
  -- Not before this instant.
  run_at bigint not null,
  state text not null check (state in ('waiting', 'running', 'done', 'dead')),
  -- How often it was begun.
  attempts bigint not null,
  -- Until when the present runner has it; afterwards another may take it.
  leased_until bigint,
  -- Why the last attempt did not work.
  last_error text,
  finished_at bigint
);
create index job_by_turn on job (state, run_at);
create unique index job_open_once on job (kind, dedupe_key) where state = 'waiting';
