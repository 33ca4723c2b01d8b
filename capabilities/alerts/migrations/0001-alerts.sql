-- What cameras found, waiting for a person's judgement or judged.
create table alert (
  id text primary key,
  -- The finding that raised it.
  finding_id text not null unique,
  camera_id text not null,
  -- Names as they were when it was raised.
  camera_name text not null,
  zone text not null,
  zone_title text not null,
  business_id text not null,
  business_name text not null,
  -- The grid the business lies in.
  area_code text not null,
  -- The scene's code, and its title, class (1 to 3) and group in the law register then.
  scene text not null,
  scene_title text not null,
  class bigint not null,
  scene_group text not null,
  -- When it was first and last seen, over all findings merged into it.
  first_at bigint not null,
  last_at bigint not null,
  -- How many findings it stands for.
  findings bigint not null,
  -- Whether it is seen still.
  is_ongoing boolean not null,
  state text not null check (state in ('pending', 'valid', 'false', 'unclear')),
  -- Best score of the confirming pictures, the score asked for, and how many of how many pictures showed it.
  score double precision not null,
  threshold double precision not null,
  confirmed text not null,
  -- JSON array of {x,y,w,h,label,score,about} in fractions of the picture.
  boxes text not null,
  -- Which model recognised it; null for scenes that are measured.
  model_id text,
  model_title text,
  model_version text,
  -- The picture it was confirmed on, in full and small, and the hash of the full one.
  still_file_id text,
  thumb_file_id text,
  still_sha256 text,
  -- The seconds before and after: awaited, there, or missing and why (a stable code).
  clip_state text not null check (clip_state in ('pending', 'ready', 'missing')),
  clip_file_id text,
  clip_from bigint,
  clip_to bigint,
  clip_why text,
  -- The matter in which it is judged, and the follow-up matter that the judgement opened.
  matter_id text not null,
  follow_up_id text,
  -- Until when it is to be judged.
  due_at bigint,
  -- Which act judged it, when and by whom.
  judged_act text,
  judged_at bigint,
  judged_by text,
  judged_by_name text
);
create index alert_by_area on alert (area_code, state, due_at);
create index alert_by_camera on alert (camera_id, scene, last_at);
create index alert_by_business on alert (business_id, first_at);
create unique index alert_by_matter on alert (matter_id);
-- What waits for judgement is one alert per camera and scene; two raised at once cannot both win.
create unique index alert_pending_once on alert (camera_id, scene) where state = 'pending';

-- The findings an alert stands for. One that is here is never raised again.
create table alert_finding (
  finding_id text primary key,
  alert_id text not null references alert (id),
  at bigint not null,
  -- When it was last told to go on, and when it ended; without an end it goes on.
  last_at bigint not null,
  ended_at bigint,
  score double precision not null,
  still_file_id text
);
create index alert_finding_by_alert on alert_finding (alert_id, at);
