// The index of the directory in process: built from nothing, and asked mixed questions, beside a bare query of the same words.

import { execFileSync } from 'node:child_process'

/** One run of the example; `runs` times over, by the 95th percentile. */
export function search({ services = 100000, questions = 2000, seed, runs = 3 }) {
  execFileSync('cargo', ['build', '-q', '--release', '-p', 'fingerpost-finder', '--example', 'search_bench'], { stdio: 'inherit' })
  const program = new URL('../../target/release/examples/search_bench', import.meta.url).pathname
  const all = Array.from({ length: runs }, () => JSON.parse(execFileSync(program, [services, questions, seed].map(String)).toString()))
  return all.sort((one, other) => one.p95_ms - other.p95_ms)
}
