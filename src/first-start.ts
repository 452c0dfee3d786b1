// What the server makes for itself the first time it starts: its data folder, its operator token and the
// keys that seal secrets. Kept in the data folder with mode 0600; a value from the environment wins.

import { randomBytes } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as Redacted from 'effect/Redacted'
import type { Config } from './config.ts'

/** Where the token lies for the command line on the same machine. */
export const operatorTokenFile = (dataDir: string): string => join(dataDir, 'operator-token')

export interface Secrets {
  readonly operatorToken: Redacted.Redacted<string>
  readonly secretsKeys: Redacted.Redacted<string>
  /** True when the operator token was made just now: the address and the file are worth printing. */
  readonly isFirstStart: boolean
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

/** The content of a file of ours, made with `make` when it is not there. Two starts at once agree on one. */
const keep = (file: string, make: () => string): { text: string; made: boolean } => {
  let made = false
  try {
    const handle = openSync(file, 'wx', 0o600)
    writeSync(handle, `${make()}\n`)
    fsyncSync(handle)
    closeSync(handle)
    made = true
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error
  }
  chmodSync(file, 0o600)
  return { text: readFileSync(file, 'utf8').trim(), made }
}

export const prepare = (config: Config): Secrets => {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
  const token =
    config.operatorToken === null
      ? keep(operatorTokenFile(config.dataDir), () => `rk_op_${randomBytes(32).toString('base64url')}`)
      : null
  const keys =
    config.secretsKeys === null
      ? keep(join(config.dataDir, 'secrets-keys'), () => `v1:${randomBytes(32).toString('base64')}`)
      : null
  return {
    operatorToken: config.operatorToken ?? Redacted.make(token?.text ?? '', { label: 'OPERATOR_TOKEN' }),
    secretsKeys: config.secretsKeys ?? Redacted.make(keys?.text ?? '', { label: 'SECRETS_KEYS' }),
    isFirstStart: token?.made ?? false,
  }
}
