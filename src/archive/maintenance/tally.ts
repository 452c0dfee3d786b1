// What a repair has found so far: every finding counted, the first of them listed.

import { LISTED_MAX, type Finding, type RepairReport } from './requests.ts'

export class Tally {
  checked = 0
  #found = 0
  #fixed = 0
  readonly #kinds = new Map<string, number>()
  readonly #listed: Finding[] = []

  add(finding: Finding): void {
    this.#found += 1
    if (finding.fixed) this.#fixed += 1
    this.#kinds.set(finding.kind, (this.#kinds.get(finding.kind) ?? 0) + 1)
    if (this.#listed.length < LISTED_MAX) this.#listed.push(finding)
  }

  report(dryRun: boolean): RepairReport {
    return {
      dryRun,
      checked: this.checked,
      found: this.#found,
      fixed: this.#fixed,
      kinds: Object.fromEntries(this.#kinds),
      findings: [...this.#listed],
      truncated: this.#found > this.#listed.length,
    }
  }
}
