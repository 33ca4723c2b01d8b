//! Which licences count now.

/** Of each kind the licence that runs longest, the food licence first; those it replaced are history. */
export function currentLicences<T extends { kind_title: string; valid_to: string }>(licences: readonly T[]): T[] {
  const newest = new Map<string, T>();
  for (const each of licences) {
    const before = newest.get(each.kind_title);
    if (!before || before.valid_to < each.valid_to) newest.set(each.kind_title, each);
  }
  const isFood = (licence: T) => Number(licence.kind_title.includes('食品'));
  return [...newest.values()].sort((a, b) => isFood(b) - isFood(a));
}
