// Two invented directories that list some of the same services: what an import with comparing and joining takes.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folder, run } from '../../tests/e2e/support.mjs'

const TOPICS = ['choir', 'gardening', 'walking', 'debt advice', 'lunch club', 'carers', 'yoga', 'counselling', 'food bank', 'housing', 'craft', 'football', 'dementia cafe',
  'swimming', 'reading', 'bereavement', 'employment', 'befriending', 'transport', 'energy']
const SYLLABLES = ['ba', 'ce', 'di', 'fo', 'gu', 'ha', 'je', 'ki', 'lo', 'mu', 'na', 'pe', 'ri', 'so', 'tu', 'va', 'we', 'xi', 'yo', 'zu']

/** Numbers from 0 to 1 that are the same for a seed (xorshift). */
function dice(seed) {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13; state ^= state >>> 17; state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/** Two lists of `each` services, `both` of which stand in both, each time with something missing or written differently. */
export function twins({ each = 50000, both = 20000, seed = 7 } = {}) {
  const roll = dice(seed)
  const upto = (n) => Math.floor(roll() * n)
  const word = () => {
    let number = Math.floor(roll() ** 3 * 30000)
    let text = ''
    for (let turn = 0; turn < 3; turn += 1) { text += SYLLABLES[number % 20]; number = Math.floor(number / 20) }
    return text
  }
  const title = () => { const text = word(); return text[0].toUpperCase() + text.slice(1) }
  const towns = Array.from({ length: 400 }, () => `${title()}ford`)
  const words = (n) => Array.from({ length: n }, word).join(' ')
  const service = (id) => {
    const topic = TOPICS[upto(TOPICS.length)]
    const name = `${title()} ${title()} ${topic}`
    return {
      id, name, description: `${topic} ${words(30 + upto(40))}`, status: 'active', email: `${name.replaceAll(' ', '').toLowerCase()}${id}@example.org`,
      phones: [{ id: '', number: `01${100000000 + upto(899999999)}` }], organization: { id: `o${id}`, name: `${title()} ${title()} Trust`, description: 'A trust' },
      schedules: [{ id: '', freq: 'WEEKLY', byday: ['MO', 'TU', 'WE', 'TH', 'FR'][upto(5)], opens_at: '10:00', closes_at: '12:00' }],
      service_at_locations: [{ id: '', location: { id: '', location_type: 'physical', latitude: 51 + 3 * roll(), longitude: -3 + 3 * roll(), addresses: [{
        id: '', address_1: `${1 + upto(200)} ${title()} Road`, city: towns[upto(towns.length)], state_province: '', postal_code: `ZZ${1 + upto(98)} ${1 + upto(9)}AB`, country: 'GB', address_type: 'physical' }] } }],
    }
  }
  const one = Array.from({ length: each }, (_, at) => service(`a${at}`))
  const other = Array.from({ length: each }, (_, at) => {
    if (at >= both) return service(`b${at}`)
    const [first, second, ...rest] = one[at].name.split(' ')
    const change = [{ name: [first, second, 'Community', ...rest].join(' ') }, { phones: [] }, { description: words(40) }, { email: undefined }][at % 4]
    return { ...one[at], id: `b${at}`, ...change }
  })
  return [one, other]
}

/** Brings both into an empty database, one after the other: seconds in all, and what was joined. */
export async function joined(database, times = 3, size = {}) {
  const files = folder()
  const [one, other] = twins(size).map((services, at) => {
    const file = join(files.path, `${at}.json`)
    writeFileSync(file, JSON.stringify(services))
    return file
  })
  const runs = []
  for (let time = 0; time < times; time += 1) {
    const into = await database()
    await run(['migrate', ...into.options])
    const begun = performance.now()
    let said = ''
    for (const [file, source] of [[one, 'One'], [other, 'Another']]) {
      const done = await run(['import', 'directory', file, '--source', source, ...into.options])
      if (done.code !== 0) throw new Error(done.err)
      said += done.out
    }
    const seconds = Math.round(performance.now() - begun) / 1000
    runs.push({ seconds, joined: Number(said.match(/: (\d+) are one service/)[1]), waiting: Number(said.match(/, (\d+) pairs wait/)[1]) })
    into.remove()
  }
  files.remove()
  return { bound: 60, runs: runs.sort((a, b) => a.seconds - b.seconds) }
}
