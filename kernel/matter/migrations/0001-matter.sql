-- Matters: what is being dealt with, under which version of which procedure, and where it stands.
create table matter (
  id text primary key,                 -- the matter
  number text not null unique,         -- as printed: 柳市监责改〔2026〕石桥 0317 号
  procedure text not null,             -- id of the procedure file
  procedure_from text not null,        -- first day of the version it began under
  title text not null,                 -- what it is about, in a line
  state text not null,                 -- state of the procedure
  is_end boolean not null,             -- the state is an end
  is_mended boolean not null,          -- the end says that what was wrong has been put right
  to_business boolean not null,        -- the business concerned may see it
  is_public boolean not null,          -- the public may know of it
  owners text not null,                -- posts in whose queue it stands: |station.officer|station.head|
  business_id text,                    -- the business concerned
  business_name text not null,         -- its name when the matter began
  area_code text not null,             -- the area whose office deals with it
  area_name text not null,             -- that area's name when the matter began
  facts text not null,                 -- what is known, as JSON
  opened_at bigint not null,           -- when it began
  closed_at bigint,                    -- when it ended
  result text,                         -- what it came to
  reviewer_id text,                    -- who ended it
  reviewer_name text,                  -- that person's name then
  parent_id text references matter (id), -- the matter whose act opened it
  supervised boolean not null,         -- under supervision (督办)
  due_at bigint,                       -- end of the clock that runs out first; null when none runs
  revision bigint not null             -- counts the acts; two at once cannot both win
);
create index matter_by_area on matter (area_code, is_end, due_at);
create index matter_by_business on matter (business_id, opened_at);
create index matter_by_parent on matter (parent_id);

-- What was done, by whom, with which words and files. Rows are only ever added.
create table matter_history (
  matter_id text not null references matter (id), -- the matter
  seq bigint not null,                 -- 1, 2, 3 … within the matter
  act text not null,                   -- the act; open for the beginning
  act_title text not null,             -- its title under the version then in force
  actor_id text,                       -- the person; null for the platform
  actor_name text not null,            -- the person's name then
  actor_post text not null,            -- the post they acted in
  at bigint not null,                  -- when
  from_state text not null,            -- state before
  to_state text not null,              -- state after
  to_state_title text not null,        -- its title then
  form text not null,                  -- what was filled in, as JSON
  form_fields text not null,           -- the same as label and text, as the form then read
  files text not null,                 -- ids of attached files, as a JSON array
  note text not null,                  -- a remark of the platform
  primary key (matter_id, seq)
);

-- Every run of every clock.
create table matter_clock (
  matter_id text not null references matter (id), -- the matter
  rule text not null,                  -- the clock of the procedure
  nth bigint not null,                 -- its first, second … run in this matter
  state text not null check (state in ('running', 'warned', 'expired', 'paused', 'stopped')), -- where it stands
  started_at bigint not null,          -- when the period began
  due_at bigint not null,              -- when it ends
  warn_at bigint not null,             -- when its owner is warned
  amount bigint not null,              -- length of the period
  unit text not null,                  -- hour, workday, day, month, year
  basis text not null,                 -- by what right it is this long
  provisional boolean not null,        -- counted across a year whose holidays are not announced
  paused_at bigint,                    -- since when it stands still
  moved boolean not null,              -- its end was moved by an extension or a pause
  stage bigint not null,               -- how many of its steps were taken
  next_at bigint,                      -- when the next step is due
  primary key (matter_id, rule, nth)
);
create index matter_clock_next on matter_clock (next_at);

-- Who must be told that time is running or has run out.
create table matter_alarm (
  id text primary key,                 -- the alarm
  matter_id text not null references matter (id), -- the matter
  to_post text not null,               -- the post that is told
  kind text not null check (kind in ('warned', 'expired', 'escalated', 'told')), -- why
  text text not null,                  -- what is said
  at bigint not null,                  -- when it fell due
  raised_at bigint not null,           -- when it was noticed
  source text not null,                -- the clock, or act
  source_nth bigint not null,          -- its run, or the act's place in the history
  source_stage bigint not null,        -- the step of the clock
  unique (matter_id, source, source_nth, source_stage, to_post)
);
create index matter_alarm_by_post on matter_alarm (to_post, at);

create table matter_alarm_seen (
  alarm_id text not null references matter_alarm (id), -- the alarm
  person_id text not null,             -- who has seen it
  at bigint not null,                  -- when
  primary key (alarm_id, person_id)
);

-- The last number given out under each heading.
create table matter_number (
  heading text primary key,            -- 柳市监责改〔2026〕石桥
  last bigint not null                 -- the last number
);

-- Requests already carried out, so that a double click acts once.
create table matter_request (
  person_id text not null,             -- who asked
  request_id text not null,            -- as the screen named it
  matter_id text not null,             -- what it was about
  act text not null,                   -- what was done
  at bigint not null,                  -- when
  primary key (person_id, request_id)
);

-- The history is a record: the database itself refuses to change it.
-- @sqlite
create trigger matter_history_stays before update on matter_history
begin select raise(abort, 'the history of a matter is not changed'); end;
create trigger matter_history_is_kept before delete on matter_history
begin select raise(abort, 'the history of a matter is not deleted'); end;
-- @end
-- @postgres
create function matter_history_refuse() returns trigger language plpgsql as
$$ begin raise exception 'the history of a matter is not changed'; end $$;
create trigger matter_history_stays before update or delete on matter_history
for each row execute function matter_history_refuse();
-- @end
