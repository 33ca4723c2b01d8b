-- One file, or one other parcel, of facts that came from elsewhere.
create table business_delivery (
  -- UUID; an import's own id.
  id text primary key,
  -- Which source of law-data/sources.toml.
  source text not null,
  -- The file as it was called; empty for what the platform itself knew before.
  file_name text not null,
  -- SHA-256 of the file, lower-case hex; empty when there was none.
  sha256 text not null,
  -- Who brought it in, by name.
  by_name text not null,
  -- When, µs since 1970 UTC.
  at bigint not null
);

-- What a source said of a business or of one of its licences; rows are only ever added.
-- A row holds only what the source had not said before, so that the newest row with a field is where its value came from.
create table business_claim (
  -- UUIDv7: later ones were said later.
  id text primary key,
  -- Of which business.
  business_id text not null references business (id),
  -- Of which of its licences; none when of the business itself.
  licence_id text references licence (id),
  -- In which parcel.
  delivery_id text not null references business_delivery (id),
  -- On which line of its file; 0 when there was none.
  line bigint not null,
  -- JSON object: the field and its value as text.
  said text not null
);
create index business_claim_of on business_claim (business_id, id);
create index business_name on business (name);

-- Inspections, samples and penalties that were dealt with in other systems, shown in the file of the business.
create table business_record (
  -- UUIDv7.
  id text primary key,
  -- Of which business.
  business_id text not null references business (id),
  -- What it is.
  kind text not null check (kind in ('inspection', 'sample', 'penalty')),
  -- What makes it one record however often it is told: its number, or business, day and subject.
  record_key text not null,
  -- The number on its paper; none when it has none.
  number text,
  -- The day of the inspection, the sampling or the decision.
  done_on text not null,
  -- The office that did it.
  office text not null,
  -- What was inspected, the food sampled, or the cause of the penalty.
  subject text not null,
  -- What came of it, in the words of the other system.
  result text not null,
  -- In which parcel it was told last.
  delivery_id text not null references business_delivery (id),
  -- On which line of its file.
  line bigint not null,
  unique (kind, record_key)
);
create index business_record_of on business_record (business_id, done_on);
