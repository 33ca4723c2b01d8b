-- How each sweep last came round, for whoever watches over the platform.
create table sweep_run (
  name text primary key,
  -- How often it comes round, in seconds.
  every_s bigint not null,
  began_at bigint not null,
  took_ms bigint not null,
  -- Why it did not work the last time; null when it did.
  error text,
  -- When it last worked.
  worked_at bigint,
  -- Failures since then.
  failures bigint not null
);
