-- Tables that were brought in: a file, how its columns are read, how far it is and what came of it.
create table import (
  -- UUIDv7; also the id of what it delivers to the register.
  id text primary key,
  -- What the table holds.
  kind text not null check (kind in ('businesses', 'licences', 'inspections', 'samples', 'penalties')),
  -- Which source of law-data/sources.toml; none until the import is started.
  source text,
  -- As it was called by whoever sent it.
  file_name text not null,
  -- SHA-256 of the bytes, lower-case hex.
  sha256 text not null,
  size_bytes bigint not null,
  -- What the file was found to be, in words.
  format text not null,
  -- JSON: headings, the line they stand on, the first rows.
  survey text not null,
  -- JSON: heading as it is compared, and the field a person gave it.
  columns text not null,
  -- Nothing is written to the register; only what would be done is counted.
  dry_run boolean not null,
  -- draft: sent, not started; checked: a dry run came to its end.
  state text not null check (state in ('draft', 'waiting', 'running', 'checked', 'done', 'failed')),
  -- Why it could not go on; none otherwise.
  failure text,
  -- Rows below the headings.
  rows_total bigint not null,
  rows_done bigint not null,
  -- The line up to which rows were dealt with: here a run goes on after a break.
  line_done bigint not null,
  added bigint not null,
  changed bigint not null,
  same bigint not null,
  refused bigint not null,
  -- Rows that were taken and should be looked at again.
  warned bigint not null,
  -- Within which area the rows may lie, by code prefix; empty: everywhere.
  area_code text not null,
  -- Who sent it; none when it came from the command line.
  person_id text,
  by_name text not null,
  created_at bigint not null,
  -- When it came to its end.
  finished_at bigint
);
create index import_by_area on import (area_code, id);
create index import_by_file on import (sha256);

-- Rows that were refused or should be looked at again.
create table import_issue (
  import_id text not null references import (id),
  -- On which line of the file.
  line bigint not null,
  -- Counts the issues of a line.
  at bigint not null,
  -- The heading of the column; empty when it is about the whole row.
  heading text not null,
  -- Why, in a sentence for the person.
  reason text not null,
  -- Whether the row was refused; otherwise it was taken.
  is_refusal boolean not null,
  -- The row as it stood in the file, a JSON list; with the first issue of a refused row only.
  cells text,
  primary key (import_id, line, at)
);

-- What a heading means in the tables of a source, as somebody said once.
create table import_heading (
  source text not null,
  kind text not null,
  -- The heading as it is compared.
  heading text not null,
  -- The field's code; empty when the column is not read.
  field text not null,
  primary key (source, kind, heading)
);

-- One row, taken by whoever writes rows into the register: two imports take turns batch by batch.
create table import_turn (
  id bigint primary key,
  -- When somebody had the turn last.
  at bigint not null
);
insert into import_turn (id, at) values (1, 0);
