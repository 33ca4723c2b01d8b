//! A matter in the shop's words: short title, what is wanted, which act comes first, whether it was returned.
import type { Box, MatterAct, MatterEvent, MatterFile, MatterRow } from '@shian/api';
import { texts } from './texts';

/** `王记面馆：动物进入` as `动物进入`: in its own port a shop need not read its own name. */
export function shortTitle(matter: Pick<MatterRow, 'title' | 'business_name'>): string {
  const { title, business_name: name } = matter;
  if (!name || !title.startsWith(name)) return title;
  return title.slice(name.length).replace(/^[：:，,\s]+/, '') || title;
}

/** What the officer asked for, in the officer's own words. */
export function requirement(matter: Pick<MatterFile, 'facts'>): string {
  return fact(matter, 'requirement');
}

export function fact(matter: Pick<MatterFile, 'facts'>, name: string): string {
  const value = matter.facts[name];
  return typeof value === 'string' ? value : '';
}

/** What a camera saw, as the matter keeps it. */
export interface Found {
  at: string;
  what: string;
  where: string;
  still_url: string | null;
  clip_url: string | null;
  boxes: Box[];
}

export function found(matter: Pick<MatterFile, 'facts' | 'opened_at'>): Found {
  const file = (name: string) => (fact(matter, name) ? `/api/files/${encodeURIComponent(fact(matter, name))}` : null);
  const boxes = matter.facts['boxes'];
  return {
    at: fact(matter, 'seen_at') || matter.opened_at,
    what: fact(matter, 'scene_title'),
    where: [fact(matter, 'zone_title'), fact(matter, 'camera_name')].filter(Boolean).join(' · '),
    still_url: file('still_file_id'),
    clip_url: file('clip_file_id'),
    boxes: Array.isArray(boxes) ? plainly(boxes.filter(isBox)) : [],
  };
}

/** A shop is shown what it is about, without scores: an officer has looked and found the picture right. */
function plainly(boxes: Box[]): Box[] {
  return boxes.filter((box) => box.about).map((box) => ({ ...box, score: null }));
}

function isBox(value: unknown): value is Box {
  const box = value as Partial<Box> | null;
  return box !== null && typeof box === 'object' && [box.x, box.y, box.w, box.h].every((side) => typeof side === 'number');
}

/** What the procedure asks of the shop; taking back what one sent is no such thing. */
export const ownActs = (matter: Pick<MatterFile, 'acts'>) => matter.acts.filter((act) => !act.office);

/** The act that moves the matter on: the one that wants evidence, else the one the procedure puts first. */
export function mainAct(acts: readonly MatterAct[]): MatterAct | null {
  return acts.find((act) => act.files !== null && act.tone === 'primary')
    ?? acts.find((act) => act.tone === 'primary')
    ?? acts.find((act) => act.files !== null)
    ?? acts[0]
    ?? null;
}

export function accepts(act: MatterAct): string {
  const accept = act.files?.accept ?? '';
  return Array.isArray(accept) ? accept.join(',') : accept;
}

export const takesPictures = (act: MatterAct) => act.files !== null && /image\//.test(accepts(act) || 'image/*');

export const asksQuestions = (act: MatterAct) => Object.keys(act.form?.schema.properties ?? {}).length > 0;

/** Whether an act needs a page of its own, or one press is enough. */
export const needsPage = (act: MatterAct) => act.files !== null || asksQuestions(act);

/** The words on the button. Handing in that must come with photographs says so. */
export function actWords(act: MatterAct): string {
  return act.id === 'submit' && takesPictures(act) && (act.files?.min ?? 0) > 0 ? texts.card.photo_submit : act.title;
}

/** The return that the shop has not answered yet. */
export function openReturn(matter: Pick<MatterFile, 'history'>): MatterEvent | null {
  const newest = [...matter.history].sort((a, b) => b.seq - a.seq);
  for (const event of newest) {
    if (event.act === 'submit') return null;
    if (event.act === 'return' || event.act === 'return_to') return event;
  }
  return null;
}

/** The licences that count: of each kind the one that runs longest; its forerunners are history. */
export function currentLicences<T extends { kind: string; valid_to: string }>(licences: readonly T[]): T[] {
  const newest = new Map<string, T>();
  for (const each of licences) {
    const before = newest.get(each.kind);
    if (!before || before.valid_to < each.valid_to) newest.set(each.kind, each);
  }
  return [...newest.values()];
}

/** The reason written with an act, without the fields beside it. */
export function reasonOf(event: MatterEvent): string {
  const reason = event.form?.['reason'];
  return typeof reason === 'string' ? reason : (event.form_fields[0]?.value ?? event.note ?? '');
}

/** `3 of 5` for the line of steps; null when the procedure names none. */
export function stepNow(matter: Pick<MatterFile, 'steps'>): { at: number; of: number; title: string } | null {
  const at = matter.steps.findIndex((step) => step.at === 'now');
  const step = matter.steps[at];
  return step ? { at: at + 1, of: matter.steps.length, title: step.title } : null;
}
