-- Cameras that businesses opened to supervision.
create table camera (
  id text primary key,
  -- The business it looks into.
  business_id text not null,
  -- The grid of that business when the camera was added.
  area_code text not null,
  -- As the business calls it, such as 烹饪区 02.
  name text not null,
  zone text not null check (zone in ('storage', 'rough', 'cutting', 'cooking', 'cold', 'raw', 'serving', 'washing', 'other')),
  -- Where it is reached, with user and password. Secret: in no answer, no log, no event.
  url text not null,
  -- Whether the business declared it open to the public.
  is_public boolean not null,
  added_at bigint not null,
  -- Who added it; null when the console or the demo did.
  added_by text,
  -- When it was taken out; what it saw stays on file.
  removed_at bigint,
  removed_by text,
  -- How the connection was last seen to stand.
  state text not null check (state in ('connecting', 'online', 'offline', 'degraded')),
  -- Stable code of what is wrong; empty when online.
  state_reason text not null,
  state_since bigint not null,
  -- When the newest picture was taken that was looked at, noted when the state changes.
  last_picture_at bigint
);
create index camera_by_business on camera (business_id);
create index camera_by_area on camera (area_code);

-- How each scene is watched for; filled from the program's defaults, the office may change it.
create table scene_setting (
  -- The scene's code in the law register.
  scene text primary key,
  -- Switched off means that nobody is told of it.
  is_on boolean not null,
  -- Scores below it do not count, 0..1; null takes the model's own. Scenes that are measured have none.
  threshold double precision,
  -- The rule as JSON: how often, how long, with what; see rules.rs.
  rule text not null,
  -- JSON array of the zones it is watched for in; null for all.
  zones text
);

-- What the rules found, from its beginning to its end.
create table finding (
  -- Named after camera, scene and first picture, so that the same finding is never kept twice.
  id text primary key,
  camera_id text not null references camera (id),
  scene text not null,
  -- When it was confirmed, was last seen, and ended; without an end it goes on.
  began_at bigint not null,
  last_at bigint not null,
  ended_at bigint,
  -- The picture it was confirmed on.
  still_file_id text,
  -- The seconds before and after.
  clip_file_id text,
  -- Stable code of why there is no clip.
  clip_missing text
);
create index finding_open on finding (camera_id, scene) where ended_at is null;
create index finding_by_day on finding (camera_id, began_at);

-- Pictures of the day: one an hour while the business is open, and every finding's.
create table camera_still (
  camera_id text not null references camera (id),
  at bigint not null,
  file_id text not null,
  -- Whether something was found on it.
  is_hit boolean not null,
  primary key (camera_id, at)
);

-- Who looked at a live view, and for how long.
create table camera_view (
  id text primary key,
  camera_id text not null references camera (id),
  -- Null for somebody of the public.
  person_id text,
  -- The person's post then, or `stranger`.
  post text not null,
  began_at bigint not null,
  ended_at bigint
);
create index camera_view_by_camera on camera_view (camera_id, began_at);

-- What people said of the alerts that findings became, to say how often a scene is right.
create table scene_verdict (
  -- The alert it was said of.
  alert_id text primary key,
  scene text not null,
  -- Model and version that recognised it; empty for scenes that are measured.
  model text not null,
  is_valid boolean not null,
  at bigint not null
);
create index scene_verdict_by_scene on scene_verdict (scene, model);
