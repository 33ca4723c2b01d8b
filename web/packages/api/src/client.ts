//! One way to the server: JSON in, JSON out, refusals as ApiError, files with progress.
import { ApiError, problemFrom } from './problem';
import { noteServerTime } from './server-time';
import type {
  AccountAct, ActRequest, Alarm, AlertFile, AlertRow, Area, AuditEntry, Backups, BatchRequest, BatchResult, Bundle,
  BusinessFieldSources, BusinessFile, BusinessPoint, BusinessRecord, BusinessRow, Camera, DayFrame, Deputies, DeputyRow, Desk,
  DeskPiles, FactorProposal, FileRef, ImportChoices, ImportFile, ImportRow, ImportRun, Job, LawDeadline, LawValue, MatterFile,
  MatterRow, Model, NewCamera, NewDeputy, OpenableProcedure, OpenRequest, OpenSession, Paged, PersonRow, Post, PublicBusiness,
  PublicBusinessRow, PublicCamera, PublicRectification, Report, Scene, SceneSetting, SecondFactor, SecondFactorWanted, Session,
  System, Wanted, WorkloadRow,
} from './types';

export type Query = Record<string, string | number | boolean | null | undefined>;

/** Empty values are left out, so that a cleared filter does not reach the server. */
export function queryText(query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '' && value !== false) search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `?${text}` : '';
}

let onSignedOut: (() => void) | null = null;

/** The shell says here what happens when the server no longer knows the session. */
export function whenSignedOut(act: () => void): void {
  onSignedOut = act;
}

/** The session is over: the server said so. */
export function signedOut(): void {
  onSignedOut?.();
}

export async function request<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: body === undefined ? { accept: 'application/json' } : { accept: 'application/json', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError(0, 'network.unreachable', '');
  }
  noteServerTime(response.headers);
  const text = await response.text();
  if ((response.status === 204 || response.status === 202) && text === '') return undefined as T;
  if (!response.ok) {
    const problem = problemFrom(response.status, response.headers.get('content-type'), text);
    // At the door, and when the page asks who it is, nobody was signed in yet.
    if (response.status === 401 && !(path.startsWith('/api/sessions') && method === 'POST') && path !== '/api/sessions/current') signedOut();
    throw problem;
  }
  if (!response.headers.get('content-type')?.includes('json')) {
    throw new ApiError(response.status, 'network.not_json', '');
  }
  return JSON.parse(text) as T;
}

const get = <T>(path: string, signal?: AbortSignal) => request<T>('GET', path, undefined, signal);
const at = (id: string) => encodeURIComponent(id);

/** Sends one file; `progress` is called with shares from 0 to 1. */
export function upload(file: Blob, name: string, progress?: (share: number) => void, signal?: AbortSignal): Promise<FileRef> {
  const form = new FormData();
  form.append('file', file, name);
  return sendForm('/api/files', form, progress, signal);
}

function sendForm<T>(path: string, form: FormData, progress?: (share: number) => void, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open('POST', path);
    xhr.setRequestHeader('accept', 'application/json');
    xhr.upload.onprogress = (e) => {
      if (e.lengthComputable) progress?.(e.loaded / e.total);
    };
    xhr.onload = () => {
      if (xhr.status >= 200 && xhr.status < 300) {
        progress?.(1);
        resolve(JSON.parse(xhr.responseText) as T);
      } else {
        if (xhr.status === 401) onSignedOut?.();
        reject(problemFrom(xhr.status, xhr.getResponseHeader('content-type'), xhr.responseText));
      }
    };
    xhr.onerror = () => reject(new ApiError(0, 'network.unreachable', ''));
    xhr.onabort = () => reject(new ApiError(0, 'network.cancelled', ''));
    signal?.addEventListener('abort', () => xhr.abort());
    xhr.send(form);
  });
}

/** Every operation of the server that a port uses, by its name. */
export const api = {
  signIn: (account: string, password: string) => request<Session | SecondFactorWanted>('POST', '/api/sessions', { account, password }),
  secondStep: (ticket: string, code: string) => request<Session>('POST', '/api/sessions/second', { ticket, code }),
  session: (signal?: AbortSignal) => get<Session>('/api/sessions/current', signal),
  signOut: () => request<void>('DELETE', '/api/sessions/current'),

  sessions: (signal?: AbortSignal) => get<OpenSession[]>('/api/sessions', signal),
  endSession: (id: string) => request<void>('DELETE', `/api/sessions/${at(id)}`),
  endOtherSessions: () => request<void>('DELETE', '/api/sessions'),
  changePassword: (old: string, next: string) => request<void>('PUT', '/api/password', { old, new: next }),
  secondFactor: (signal?: AbortSignal) => get<SecondFactor>('/api/second-factor', signal),
  proposeFactor: (password: string) => request<FactorProposal>('POST', '/api/second-factor', { password }),
  confirmFactor: (code: string) => request<{ recovery_codes: string[] }>('POST', '/api/second-factor/confirm', { code }),
  dropFactor: (password: string, code: string) => request<void>('DELETE', '/api/second-factor', { password, code }),

  posts: (signal?: AbortSignal) => get<Post[]>('/api/posts', signal),
  people: (query: Query, signal?: AbortSignal) => get<Paged<PersonRow>>(`/api/people${queryText(query)}`, signal),
  addPerson: (account: string, name: string) => request<PersonRow & { one_time_password: string }>('POST', '/api/people', { account, name }),
  grantPost: (id: string, post: string, reach: { area: string } | { business: string }) => request<PersonRow>('PUT', `/api/people/${at(id)}/post`, { post, ...reach }),
  withdrawPost: (id: string) => request<PersonRow>('DELETE', `/api/people/${at(id)}/post`),
  accountAct: (id: string, act: AccountAct, reason: string) => request<{ one_time_password: string | null }>('POST', `/api/people/${at(id)}/acts/${act}`, { reason }),
  audit: (query: Query, signal?: AbortSignal) => get<Paged<AuditEntry>>(`/api/audit${queryText(query)}`, signal),

  areas: (signal?: AbortSignal) => get<Area[]>('/api/areas', signal),
  areaMap: (signal?: AbortSignal) => get<GeoJson>('/api/areas/map', signal),

  businesses: (query: Query, signal?: AbortSignal) => get<Paged<BusinessRow>>(`/api/businesses${queryText(query)}`, signal),
  businessPoints: (signal?: AbortSignal) => get<{ points: BusinessPoint[]; truncated?: boolean }>('/api/businesses/points', signal),
  business: (id: string, signal?: AbortSignal) => get<BusinessFile>(`/api/businesses/${at(id)}`, signal),

  businessSources: (id: string, signal?: AbortSignal) => get<BusinessFieldSources[]>(`/api/businesses/${at(id)}/sources`, signal),
  businessRecords: (id: string, signal?: AbortSignal) => get<BusinessRecord[]>(`/api/businesses/${at(id)}/records`, signal),

  imports: (query: Query, signal?: AbortSignal) => get<Paged<ImportRow>>(`/api/imports${queryText(query)}`, signal),
  importChoices: (signal?: AbortSignal) => get<ImportChoices>('/api/imports/choices', signal),
  import: (id: string, signal?: AbortSignal) => get<ImportFile>(`/api/imports/${at(id)}`, signal),
  startImport: (id: string, run: ImportRun) => request<ImportFile>('POST', `/api/imports/${at(id)}/runs`, run),
  sendImport: (kind: string, file: File, progress?: (share: number) => void, signal?: AbortSignal): Promise<ImportFile> => {
    const form = new FormData();
    form.append('kind', kind);
    form.append('file', file, file.name);
    return sendForm('/api/imports', form, progress, signal);
  },

  publicBusinesses: (query: Query, signal?: AbortSignal) => get<Paged<PublicBusinessRow>>(`/api/public/businesses${queryText(query)}`, signal),
  publicBusiness: (id: string, signal?: AbortSignal) => get<PublicBusiness>(`/api/public/businesses/${at(id)}`, signal),
  publicRectifications: (id: string, signal?: AbortSignal) => get<PublicRectification[]>(`/api/public/businesses/${at(id)}/rectifications`, signal),
  publicCameras: (query: Query, signal?: AbortSignal) => get<Paged<PublicCamera>>(`/api/public/cameras${queryText(query)}`, signal),

  cameras: (query: Query, signal?: AbortSignal) => get<Paged<Camera>>(`/api/cameras${queryText(query)}`, signal),
  camera: (id: string, signal?: AbortSignal) => get<Camera>(`/api/cameras/${at(id)}`, signal),
  dayFrames: (id: string, day?: string, signal?: AbortSignal) => get<DayFrame[]>(`/api/cameras/${at(id)}/day-frames${queryText({ day })}`, signal),
  addCamera: (camera: NewCamera) => request<Camera>('POST', '/api/cameras', camera),
  removeCamera: (id: string) => request<void>('DELETE', `/api/cameras/${at(id)}`),

  scenes: (signal?: AbortSignal) => get<Scene[]>('/api/scenes', signal),
  sceneSetting: (code: string, signal?: AbortSignal) => get<SceneSetting>(`/api/scenes/${at(code)}/setting`, signal),
  changeScene: (code: string, change: { setting: Wanted; revision: number; reason: string }) => request<SceneSetting>('PUT', `/api/scenes/${at(code)}/setting`, change),
  models: (signal?: AbortSignal) => get<Model[]>('/api/models', signal),

  alerts: (query: Query, signal?: AbortSignal) => get<Paged<AlertRow>>(`/api/alerts${queryText(query)}`, signal),
  alert: (id: string, signal?: AbortSignal) => get<AlertFile>(`/api/alerts/${at(id)}`, signal),

  matters: (query: Query, signal?: AbortSignal) => get<Paged<MatterRow>>(`/api/matters${queryText(query)}`, signal),
  matter: (id: string, signal?: AbortSignal) => get<MatterFile>(`/api/matters/${at(id)}`, signal),
  bundle: (id: string, signal?: AbortSignal) => get<Bundle>(`/api/matters/${at(id)}/bundle`, signal),
  procedures: (signal?: AbortSignal) => get<OpenableProcedure[]>('/api/procedures', signal),
  openMatter: (what: OpenRequest) => request<MatterFile>('POST', '/api/matters', what),
  act: (id: string, act: string, what: ActRequest) => request<MatterFile>('POST', `/api/matters/${at(id)}/acts/${at(act)}`, what),
  actOnMany: (what: BatchRequest) => request<BatchResult[]>('POST', '/api/matters/acts', what),
  piles: (signal?: AbortSignal) => get<DeskPiles>('/api/matters/piles', signal),
  workload: (signal?: AbortSignal) => get<WorkloadRow[]>('/api/matters/workload', signal),
  deputies: (signal?: AbortSignal) => get<Deputies>('/api/deputies', signal),
  delegate: (what: NewDeputy) => request<DeputyRow>('POST', '/api/deputies', what),
  endDelegation: (id: string) => request<void>('DELETE', `/api/deputies/${at(id)}`),

  lawValues: (query: Query, signal?: AbortSignal) => get<Paged<LawValue>>(`/api/law/values${queryText(query)}`, signal),
  lawDeadline: (query: Query, signal?: AbortSignal) => get<LawDeadline>(`/api/law/deadline${queryText(query)}`, signal),

  alarms: (signal?: AbortSignal) => get<Alarm[]>('/api/alarms', signal),
  alarmSeen: (id: string) => request<void>('POST', `/api/alarms/${at(id)}/seen`),
  desk: (signal?: AbortSignal) => get<Desk>('/api/desk', signal),

  system: (signal?: AbortSignal) => get<System>('/api/admin/system', signal),
  health: (query: Query, signal?: AbortSignal) => get<Report>(`/api/admin/health${queryText(query)}`, signal),
  jobs: (query: Query, signal?: AbortSignal) => get<Paged<Job>>(`/api/admin/jobs${queryText(query)}`, signal),
  retryJob: (id: string) => request<void>('POST', `/api/admin/jobs/${at(id)}/retry`),
  backups: (signal?: AbortSignal) => get<Backups>('/api/admin/backups', signal),
  backUp: () => request<void>('POST', '/api/admin/backups'),
};

/** The refused rows of an import, to be mended and sent again. */
export const importErrorsUrl = (id: string) => `/api/imports/${at(id)}/errors.csv`;

/** Where a camera's newest picture is; `tick` makes the browser ask again. */
export const snapshotUrl = (cameraId: string, tick?: number) =>
  `/api/cameras/${at(cameraId)}/snapshot.jpg${tick === undefined ? '' : `?t=${tick}`}`;

/** The audit log as a table, with the list's own filters. */
export const auditTableUrl = (query: Query) => `/api/audit.csv${queryText(query)}`;

export function liveUrl(cameraId: string): string {
  const scheme = window.location.protocol === 'https:' ? 'wss:' : 'ws:';
  return `${scheme}//${window.location.host}/api/cameras/${at(cameraId)}/live`;
}

/** A fresh id for `request_id`: the same act sent twice is done once. */
export function newRequestId(): string {
  // randomUUID exists only on https and localhost; a station's intranet may be plain http.
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

export interface GeoJson {
  type: 'FeatureCollection';
  features: { type: 'Feature'; properties: Record<string, unknown> | null; geometry: { type: string; coordinates: unknown } }[];
}
