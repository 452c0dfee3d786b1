// What can be said of an upload before its row is looked at: whether its key, its type and its size may be.

import { keyProblem, mayUseKey, OPERATOR, type AssetType } from '../domain/asset.ts'
import { extensionsOf, formatOf, TYPE_RULES, typesOf, type Format } from '../domain/asset-types.ts'
import { CommandRefused } from '../domain/errors.ts'
import type { UploadRequest } from './assets.ts'
import type { AssetDesk, AssetRequest } from './desk.ts'

/** An upload that may be tried. */
export interface Plan {
  readonly request: UploadRequest
  readonly audit: AssetRequest
  readonly type: AssetType
  readonly format: Format
  readonly maxBytes: number
  /** Whose a new asset will be: on a room's own ground the room's, whoever brings it. */
  readonly owner: string
}

export const auditOfUpload = ({ caller, key }: UploadRequest): AssetRequest => ({
  caller,
  action: 'asset.upload',
  target: null,
  detail: keyProblem(key) === null ? key : null,
})

const refusal = (code: CommandRefused['code'], message: string, field?: string): CommandRefused =>
  new CommandRefused({ code, message, ...(field !== undefined && { field }) })

/** `ground`: the room that the key belongs to by its name, or null. */
export const planOf = (
  { uploadMaxBytes }: Pick<AssetDesk, 'uploadMaxBytes'>,
  request: UploadRequest,
  ground: string | null,
): Plan | CommandRefused => {
  const { key, caller } = request
  const problem = keyProblem(key)
  if (problem !== null) return refusal('bad_key', `Expected that ${problem}.`, '/key')
  if (caller.owner === null || !mayUseKey(caller.owner, key, ground)) {
    return refusal('asset_unknown', 'There is no such asset for this token.')
  }
  const types = typesOf(key)
  const type = request.type ?? (types.length === 1 ? types[0] : undefined)
  if (types.length === 0) return refusal('type_unsupported', 'No type takes a key of this extension.', '/key')
  if (type === undefined) return refusal('invalid', `Expected one of ${types.join(', ')}.`, '/type')
  const format = formatOf(type, key)
  if (format === null) {
    return refusal('type_unsupported', `A file of type ${type} has one of ${extensionsOf(type)}.`, '/type')
  }
  const maxBytes = Math.min(uploadMaxBytes, TYPE_RULES[type].maxBytes)
  if ((request.sizeBytes ?? 0) > maxBytes) {
    return refusal('asset_too_large', `A file of type ${type} may have up to ${maxBytes} bytes.`)
  }
  const owner = caller.owner === OPERATOR ? (ground ?? OPERATOR) : caller.owner
  return { request, audit: auditOfUpload(request), type, format, maxBytes, owner }
}
