//! The shapes the server answers with. Names are the schema names of /api/openapi.json.
//! Instants are RFC 3339 strings with +08:00; days are YYYY-MM-DD; ids are opaque strings.

export interface Paged<T> {
  items: T[];
  total: number;
  page: number;
  page_size: number;
}

export interface Session {
  person_id: string;
  name: string;
  account: string;
  post: string;
  post_title: string;
  port: 'regulator' | 'merchant';
  reach: { kind: 'area' | 'business' | 'nothing'; code?: string | null; id?: string | null; name: string; path: string[] };
  may: string[];
  /** What has to be done before anything else. */
  owes?: 'password' | 'second_factor' | null;
}

/** The password is right; the code goes to the second step with this ticket. */
export interface SecondFactorWanted {
  second_factor: 'totp';
  ticket: string;
}

export interface OpenSession {
  id: string;
  device: string;
  address: string;
  created_at: string;
  last_seen_at: string;
  current: boolean;
}

export interface SecondFactor {
  since: string | null;
  recovery_codes_left: number;
  required: boolean;
}

export interface FactorProposal {
  secret: string;
  address: string;
  /** A QR code as SVG. */
  picture: string;
}

export interface Post {
  code: string;
  title: string;
  reach: 'area' | 'business';
  apart: boolean;
}

export interface PersonRow {
  id: string;
  account: string;
  name: string;
  post: string;
  post_title: string;
  reach_kind: 'area' | 'business' | 'nothing';
  reach: string;
  reach_name: string;
  created_at: string;
  disabled_at: string | null;
  locked_until: string | null;
  second_factor: boolean;
  must_change_password: boolean;
  sessions: number;
}

export type AccountAct = 'disable' | 'enable' | 'unlock' | 'end_sessions' | 'reset_password' | 'reset_second_factor';

export interface AuditEntry {
  id: string;
  at: string;
  act: string;
  act_title: string;
  actor_id: string | null;
  actor: string;
  subject_id: string | null;
  subject: string;
  address: string;
  device: string;
  detail: Record<string, unknown>;
}

export interface Area {
  code: string;
  name: string;
  kind: 'city' | 'district' | 'station' | 'grid';
  parent: string | null;
}

export type Grade = 'A' | 'B' | 'C' | 'D';

export interface BusinessRow {
  id: string;
  name: string;
  kind: string;
  kind_title: string;
  address: string;
  area_code: string;
  area_name: string;
  station_name: string;
  grade: Grade | null;
  credit: Grade | null;
  status: 'active' | 'closed' | 'suspended';
  /** The finer word for the kind, such as 小型餐馆. */
  form: string | null;
  /** None for a 农贸市场, whose opener needs no licence. */
  licence_number: string | null;
  licence_valid_to: string | null;
  lon: number;
  lat: number;
  capacity: number | null;
  floor_area_m2: number | null;
}

export interface OpeningHours {
  /** 1 is Monday, 7 is Sunday. */
  days: number[];
  from: string;
  to: string;
}

export interface Licence {
  id: string;
  kind: string;
  kind_title: string;
  number: string;
  valid_from: string;
  valid_to: string;
  state: 'valid' | 'expiring' | 'expired';
  issuer: string;
  scope: string;
}

export interface BusinessFile extends BusinessRow {
  credit_code: string;
  legal_person: string;
  contact_phone_masked: string;
  opened_on: string;
  opening_hours: OpeningHours[];
  licences: Licence[];
  labels: { code: string; title: string; by: string; expires_on: string | null }[];
  people: { role: string; role_title?: string; name: string }[];
  history: { at: string; kind: string; title: string; text: string }[];
}

/** [id, name, lon, lat, kind, grade] */
export type BusinessPoint = [string, string, number, number, string, Grade | null];

export interface PublicBusinessRow {
  id: string;
  name: string;
  kind: string;
  kind_title: string;
  form?: string | null;
  address: string;
  grade: Grade | null;
  lon: number;
  lat: number;
}

export interface PublicBusiness {
  id: string;
  name: string;
  kind: string;
  kind_title: string;
  address: string;
  grade: Grade | null;
  credit_code: string;
  licences: { kind_title: string; number: string; valid_to: string; state: Licence['state'] }[];
  opening_hours: OpeningHours[];
  open_now: boolean;
  capacity: number | null;
}

export interface PublicRectification {
  id: string;
  title: string;
  found_on: string;
  state: 'open' | 'mended';
  due_on: string | null;
  mended_on: string | null;
  requirement: string;
}

export type CameraState = 'connecting' | 'online' | 'offline' | 'degraded';
export type Codec = 'h264' | 'h265';

export interface PublicCamera {
  id: string;
  business_id: string;
  business_name: string;
  name: string;
  zone: string;
  zone_title: string;
  state: CameraState;
  watchable: boolean;
  why_not: null | 'closed_now' | 'offline' | 'not_public';
}

export interface Camera {
  id: string;
  business_id: string;
  business_name: string;
  area_code: string;
  name: string;
  zone: string;
  zone_title: string;
  is_public: boolean;
  state: CameraState;
  state_reason: string | null;
  state_since: string | null;
  codec: Codec | null;
  width: number | null;
  height: number | null;
  fps: number | null;
  kbps: number | null;
  last_look_at: string | null;
  last_picture_at: string | null;
}

export interface NewCamera {
  business_id: string;
  name: string;
  zone: string;
  url: string;
  is_public: boolean;
}

/** How often officers found a scene's alerts valid, with the 95 % interval (shares from 0 to 1). */
export interface Precision {
  valid: number;
  reviewed: number;
  low: number;
  high: number;
}

export interface Scene {
  code: string;
  title: string;
  class: 1 | 2 | 3;
  group: 'behaviour' | 'pest' | 'device';
  basis: string;
  model: { id: string; title: string; version: string } | null;
  state: 'watching' | 'no_model' | 'off';
  note: string;
  precision: Precision | null;
}

export type Active = 'always' | 'when_open' | 'when_closed';

/** What the office decides of a scene. */
export interface Wanted {
  is_on: boolean;
  threshold: number | null;
  confirm_n: number;
  confirm_m: number;
  cool_down_s: number;
  active: Active;
  zones: string[] | null;
}

export interface ChangedField {
  field: keyof Wanted;
  from: unknown;
  to: unknown;
}

export interface SceneChange {
  revision: number;
  at: string;
  person_name: string;
  reason: string;
  changes: ChangedField[];
}

export interface SceneSetting extends Wanted {
  code: string;
  title: string;
  needs_model: boolean;
  model_threshold: number | null;
  revision: number;
  changes: SceneChange[];
}

export interface Model {
  id: string;
  title: string;
  version: string;
  licence: string;
  sha256: string;
  runtime: 'onnxruntime' | 'rten';
  scenes: string[];
}

export type AlertState = 'pending' | 'valid' | 'false' | 'unclear';

export interface AlertRow {
  id: string;
  scene: string;
  scene_title: string;
  class: 1 | 2 | 3;
  business_id: string;
  business_name: string;
  area_code: string;
  camera_id: string;
  camera_name: string;
  zone: string;
  zone_title: string;
  first_at: string;
  last_at: string;
  count: number;
  state: AlertState;
  score: number | null;
  still_url: string | null;
  thumb_url: string | null;
  matter_id: string | null;
  due_at: string | null;
  ongoing: boolean;
  judged_at: string | null;
  judged_by: string | null;
}

/** A box in shares of the picture, from 0 to 1. `about` marks what the alert is about. */
export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
  label: string;
  score: number | null;
  about: boolean;
}

/** A picture kept of a camera's day. */
export interface DayFrame {
  at: string;
  url: string;
  hit: boolean;
}

export interface AlertFile extends AlertRow {
  boxes: Box[];
  clip: { state: 'pending' | 'ready' | 'missing'; url: string | null; from: string | null; to: string | null; why: string | null } | null;
  model: { id: string; title: string; version: string } | null;
  threshold: number | null;
  confirmed: string | null;
  still_sha256: string | null;
  suggestion: {
    act: 'remind' | 'order' | 'refer';
    title: string;
    reasons: string[];
    steps: { title: string; text: string; when: 'past' | 'now' | 'next' }[];
  } | null;
  precision: Precision | null;
  /** How the camera stands now; no state when it was taken out. */
  camera: { state: CameraState | null; online_since: string | null; alerts_today: number };
  /** Which act judged it. */
  judged_act: string | null;
  acts: MatterAct[];
  revision: number;
}

export type ClockUnit = 'workday' | 'day' | 'hour' | 'month' | 'year';

export interface ClockLeft {
  amount: number;
  unit: ClockUnit;
  overdue: boolean;
}

export interface MatterClock {
  id: string;
  title: string;
  due_at: string;
  warn_at: string | null;
  state: 'running' | 'warned' | 'expired' | 'paused';
  amount: number;
  unit: ClockUnit;
  basis: string;
  left: ClockLeft;
  on_expiry: string;
  /** The holidays of a year it crosses are not announced: 暂定. */
  provisional?: boolean;
  /** How it was counted, in words. */
  counted?: string;
}

export interface MatterRow {
  id: string;
  number: string;
  title: string;
  procedure: string;
  procedure_title: string;
  state: string;
  state_title: string;
  end: boolean;
  business_id: string | null;
  business_name: string | null;
  area_code: string;
  area_name: string;
  opened_at: string;
  closed_at: string | null;
  result: string | null;
  clock: MatterClock | null;
  revision: number;
  supervised: boolean;
  /** 承办人; nobody while it waits in the queue. */
  handler: MatterPerson | null;
  /** How often 催办 was done. */
  urged: number;
}

export interface MatterPerson {
  id: string;
  name: string;
}

export interface FileRef {
  id: string;
  name: string;
  mime: string;
  size_bytes: number;
  sha256: string;
  url: string;
}

/** The subset of JSON Schema that forms are written in. */
export interface FormField {
  type?: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  title?: string;
  description?: string;
  format?: 'date' | 'date-time' | 'textarea' | string;
  enum?: (string | number)[];
  oneOf?: { const: string | number; title: string }[];
  items?: FormField;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  pattern?: string;
  default?: unknown;
  const?: unknown;
  properties?: Record<string, FormField>;
  required?: string[];
}

export interface Form {
  schema: FormField;
  ui: Record<string, unknown> | null;
}

export interface MatterAct {
  id: string;
  title: string;
  tone: 'primary' | 'danger' | 'plain';
  form: Form | null;
  files: { min: number; max: number; accept: string | string[] } | null;
  consequence: string | null;
  opens: string | null;
  /** One of the acts every office knows (转办, 会签 …). */
  office: boolean;
  /** May be done on many matters at once. */
  batch: boolean;
  /** 代理: done in this person's stead; the id goes back with the act. */
  on_behalf_of: MatterPerson | null;
}

export interface MatterEvent {
  seq: number;
  act: string;
  act_title: string;
  actor_name: string | null;
  actor_post_title: string | null;
  stead_of?: string | null;
  at: string;
  form: Record<string, unknown> | null;
  form_fields: { label: string; value: string }[];
  files: FileRef[];
  to_state_title: string | null;
  note: string | null;
}

export interface MatterLink {
  id: string;
  number: string;
  title: string;
  procedure_title: string;
}

export interface MatterFile extends MatterRow {
  facts: Record<string, unknown>;
  law: { title: string; article: string; text: string }[];
  steps: { state: string; title: string; at: 'past' | 'now' | 'next' }[];
  history: MatterEvent[];
  clocks: MatterClock[];
  acts: MatterAct[];
  parent: MatterLink | null;
  children: MatterLink[];
  if_nobody_acts: { at: string; text: string }[];
  alarms: { at: string; text: string; to: string }[];
  /** The open round of 会签 or 加签. */
  signing: { name: string; answer: 'open' | 'agreed' | 'refused' | 'ended'; kind: string }[];
  /** Handed on to another office; here it is only read. */
  handed_on: boolean;
}

export interface ActRequest {
  form?: Record<string, unknown>;
  files?: string[];
  revision?: number;
  request_id?: string;
  on_behalf_of?: string;
}

export interface BatchRequest {
  act: string;
  matters: { id: string; revision?: number }[];
  form?: Record<string, unknown>;
  request_id?: string;
  on_behalf_of?: string;
}

export interface BatchResult {
  id: string;
  done: boolean;
  code: string | null;
  message: string | null;
}

export interface DeskPiles {
  mine: number;
  handled: number;
  unclaimed: number;
  due_week: number;
  overdue: number;
}

export interface WorkloadRow {
  person_id: string | null;
  name: string;
  post_title: string;
  open: number;
  due_week: number;
  overdue: number;
}

export interface DeputyRow {
  id: string;
  person_name: string;
  deputy_name: string;
  from: string;
  to: string;
  reason: string;
  mine: boolean;
  is_now: boolean;
}

export interface Deputies {
  items: DeputyRow[];
  colleagues: { id: string; name: string; post_title: string }[];
}

export interface NewDeputy {
  deputy_id: string;
  from: string;
  to: string;
  reason: string;
}

/** A procedure under which the caller may open matters by hand. */
export interface OpenableProcedure {
  id: string;
  title: string;
  purpose: string;
  form: Form | null;
}

export interface OpenRequest {
  procedure: string;
  business_id: string;
  form?: Record<string, unknown>;
  request_id?: string;
}

export interface Alarm {
  id: string;
  matter_id: string;
  matter_number: string;
  title: string;
  text: string;
  at: string;
  seen: boolean;
}

export type DeadlineKind = 'limit' | 'opens' | 'lasts' | 'keep' | 'every' | 'quota';
export type Certainty = 'text' | 'secondary' | 'memory';

export interface LawArticle {
  title: string;
  article: string;
  text: string;
}

/** How a period of the law is counted. */
export interface LawRule {
  kind: DeadlineKind;
  event: string;
  binds: string;
  rolls: string;
  extension: string | null;
  extend_by: string;
  not_counted: string;
  certainty: Certainty;
  by_hours: boolean;
}

export interface LawValue {
  code: string;
  title: string;
  amount: number;
  unit: string;
  length: string;
  basis: string;
  articles: LawArticle[];
  from: string;
  to: string | null;
  in_force: boolean;
  /** Set by the office itself. */
  setting: boolean;
  deadline: LawRule | null;
  source: string;
  note: string;
}

export interface LawDay {
  day: string;
  weekday: number;
  nth: number | null;
  why: string;
}

export interface LawPart {
  title: string;
  last_day: string;
  days: LawDay[];
}

export interface LawDeadline {
  value: LawValue;
  from: string;
  at: string;
  day: string;
  says: string;
  provisional: boolean;
  warning: string | null;
  parts: LawPart[];
}

export interface Desk {
  counts: {
    alerts_pending: number;
    matters_mine: number;
    due_today: number;
    overdue: number;
    cameras_offline: number;
    cameras: number;
  };
  area_name: string;
}

export type Severity = 'note' | 'warn' | 'bad';

/** Something that the doctor found. */
export interface Finding {
  code: string;
  severity: Severity;
  says: string;
  advice: string;
  facts: Record<string, unknown>;
}

export interface Report {
  checked_at: string;
  worst: Severity | null;
  findings: Finding[];
}

export interface SweepRun {
  name: string;
  every_s: number;
  began_at: string;
  took_ms: number;
  error: string | null;
  worked_at: string | null;
  failures: number;
}

export interface RecentError {
  request_id: string;
  at: string;
  method: string;
  route: string;
  status: number;
  cause: string;
}

export interface System {
  version: string;
  started_at: string;
  database: { engine: 'sqlite' | 'postgres'; size_bytes: number; migrations: number; waiting: number };
  disk: { size_bytes: number; free_bytes: number; evidence_bytes: number };
  jobs: { waiting: number; running: number; done: number; dead: number };
  sweeps: SweepRun[];
  errors: RecentError[];
}

export interface Job {
  id: string;
  kind: string;
  state: 'waiting' | 'running' | 'done' | 'dead';
  attempts: number;
  run_at: string;
  last_error: string | null;
  finished_at: string | null;
}

export interface Backup {
  name: string;
  made_at: string;
  version: string;
  size_bytes: number;
  files: number;
  files_bytes: number;
  missing: number;
}

export interface Backups {
  to: string | null;
  at: string;
  keep_days: number;
  keep_months: number;
  is_wanted: boolean;
  items: Backup[];
}

export const LIVE_KINDS = [
  'alert.raised', 'alert.merged', 'alert.judged',
  'matter.opened', 'matter.acted', 'matter.warned', 'matter.expired',
  'camera.changed',
] as const;
export type LiveKind = (typeof LIVE_KINDS)[number];

export interface LiveEvent {
  id: string;
  at: string;
  kind: LiveKind;
  area_code: string;
  business_id: string | null;
  alert_id?: string | null;
  matter_id?: string | null;
  camera_id?: string | null;
  title?: string | null;
  scene?: string | null;
}

/** 核验包: a matter's records with the proof that each is in the log; checked by `shian verify` and the public page 核验. */
export interface Bundle {
  format: string;
  matter_id: string;
  key: string;
  checkpoint: string;
  entries: BundleEntry[];
}

export interface BundleEntry {
  index: number;
  /** The record as it was hashed, or its hash when one may not read it. */
  record?: string;
  leaf?: string;
  proof: string[];
}

/** Where one field of a business's file came from, and what other sources say of it. */
export interface BusinessFieldSources {
  licence_id: string | null;
  licence_number: string | null;
  field: string;
  title: string;
  conflict: boolean;
  /** The believed one first. */
  told: BusinessFieldTold[];
}

export interface BusinessFieldTold {
  source: string;
  source_title: string;
  value: string;
  believed: boolean;
  file_name: string;
  line: number;
  by: string;
  at: string;
}

/** An inspection, a sample or a penalty that another system told of. */
export interface BusinessRecord {
  id: string;
  kind: string;
  kind_title: string;
  number: string | null;
  done_on: string;
  office: string;
  subject: string;
  result: string;
  source_title: string;
  file_name: string;
  line: number;
}

export type ImportState = 'draft' | 'waiting' | 'running' | 'checked' | 'done' | 'failed';

export interface ImportCounts {
  added: number;
  changed: number;
  same: number;
  refused: number;
  warned: number;
}

export interface ImportRow {
  id: string;
  kind: string;
  kind_title: string;
  source: string | null;
  source_title: string | null;
  file_name: string;
  size_bytes: number;
  format: string;
  state: ImportState;
  dry_run: boolean;
  failure: string | null;
  rows_total: number;
  rows_done: number;
  counts: ImportCounts;
  by: string;
  created_at: string;
  finished_at: string | null;
}

export interface ImportFile extends ImportRow {
  columns: ImportColumn[];
  /** The first 200, refusals before warnings. */
  issues: ImportIssue[];
}

export interface ImportColumn {
  heading: string;
  field: string | null;
  samples: string[];
}

export interface ImportIssue {
  line: number;
  heading: string;
  reason: string;
  is_refusal: boolean;
}

export interface ImportChoices {
  kinds: ImportKindChoice[];
  sources: { id: string; title: string }[];
}

export interface ImportKindChoice {
  kind: string;
  title: string;
  fields: { code: string; title: string; needed: boolean }[];
}

export interface ImportRun {
  source: string;
  columns: Record<string, string>;
  dry_run: boolean;
  remember: boolean;
}
