// Random schedules are the same ones in every check, so that a red check is the fault of what was changed. Others are
// looked for with SEED=random, or played again with SEED=<the seed that was told>; SCHEDULES is how many.

const FIXED = 20_261_122

const { SEED, SCHEDULES } = process.env

/** For fast-check; none when each run shall have its own. */
export const scheduleSeed: { readonly seed?: number } =
  SEED === 'random' ? {} : { seed: Number(SEED ?? FIXED) }

export const scheduleCount = (usual: number): number => Number(SCHEDULES ?? usual)

/** Milliseconds for so many: ten times what they take, and never too few for a machine that has other work. */
export const scheduleLimitMs = (count: number): number => Math.max(600_000, count * 150)
