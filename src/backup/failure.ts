// Why a backup or a restore was not made, as one sentence for a person. Nothing that was there before is changed.

export class BackupFailure extends Error {
  override readonly name = 'BackupFailure'
  /** The same command may succeed later. */
  readonly isPassing: boolean

  constructor(message: string, isPassing = false) {
    super(message)
    this.isPassing = isPassing
  }
}

/** What the system said, without the path of a file in it. */
export const saying = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
