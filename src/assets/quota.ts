// What a room may have of assets: the guard of an upload, and what is answered when there is no place left. The
// operator's own assets are not counted.

import * as Effect from 'effect/Effect'
import { usageOf, within, type Addition } from '../db/asset-quota.ts'
import type { Database, Statement } from '../db/database.ts'
import { OPERATOR } from '../domain/asset.ts'
import { CommandRefused, type DbError } from '../domain/errors.ts'
import type { AssetDesk } from './desk.ts'

/** The first statement of the change, to be its guard; null when this owner has no limit. */
export const quotaGuard = ({ quota }: Pick<AssetDesk, 'quota'>, add: Addition): Statement | null =>
  quota === undefined || add.owner === OPERATOR ? null : within(quota, add)

/** Why the guard found nothing. */
export const quotaRefusal = (
  { quota }: Pick<AssetDesk, 'quota'>,
  { owner, count, bytes }: Addition,
): Effect.Effect<CommandRefused, DbError, Database> =>
  Effect.map(usageOf(owner), (has) => {
    const { count: countMax = null, bytes: bytesMax = null } = quota ?? {}
    const isCount = countMax !== null && has.count + count > countMax
    return new CommandRefused({
      code: 'quota_exceeded',
      message: isCount
        ? `The room has ${has.count} assets of the ${countMax} that it may have.`
        : `The room's assets have ${has.bytes} bytes of ${bytesMax ?? 0}: ${bytes} more are too many.`,
      field: isCount ? '/key' : '/size_bytes',
    })
  })
