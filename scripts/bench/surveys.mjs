// A survey that a whole network answers at once, and the certificate of a project in a warm process.

import { clientOf, get, post } from '../../tests/e2e/client.mjs'
import { run } from '../../tests/e2e/support.mjs'
import { spread, start } from './server.mjs'

const SUBMISSIONS = 2_000
const AT_ONCE = 16
const CERTIFICATES = 30

const hidden = (text, name) => text.match(new RegExp(`name="${name}" value="([^"]*)"`))?.[1]
const plain = (text) => text.replaceAll('&#x2f;', '/')

/** Measures both on an invented neighbourhood, with the release binary. */
export async function surveys(engine, database) {
  const made = await run(['demo', ...database])
  if (made.code !== 0) throw new Error(made.err)
  const server = await start(database, 'error')
  try {
    const lead = await clientOf(server, 'Josephine Carr')
    const place = plain((await get(lead, '/')).location ?? '').split('/').slice(0, 3).join('/')
    const form = await get(lead, `${place}/surveys/new`)
    const closes = new Date(Date.now() + 20 * 86_400_000)
    const opened = await post(lead, `${place}/surveys/new`, {
      id: hidden(form.text, 'id'), title: 'Load', approach: 'reflexive', practices: 'Elm, North\nAsh, South', invited: String(SUBMISSIONS),
      closes_day: closes.getUTCDate(), closes_month: closes.getUTCMonth() + 1, closes_year: closes.getUTCFullYear(), ways: 'E-mail',
    })
    if (opened.status !== 303) throw new Error(`the survey was answered with ${opened.status}`)
    const path = plain((await get(lead, opened.location)).text).match(/\/survey\/[0-9a-z]{10}/)[0]
    const late = []
    let left = SUBMISSIONS
    let errors = 0
    const begun = performance.now()
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      while (left > 0) {
        left -= 1
        const client = { cookie: '', csrf: '', address: server.address }
        const from = performance.now()
        const page = await get(client, path)
        const sent = await post(client, path, {
          key: hidden(page.text, 'key'), practice: 'p1', job: 'gp', years: '5', definition: 'Company, and help with what medicine cannot mend.',
          name_worker: 'yes', has_referred: 'yes', frequency: 'monthly', easy: '4', barriers: 'Time.', agrees: 'yes',
        })
        late.push(performance.now() - from)
        if (page.status !== 200 || sent.status !== 303) errors += 1
      }
    }))
    const seconds = (performance.now() - begun) / 1000
    const results = await get(lead, opened.location)
    const counted = Number(results.text.match(/(\d+) of 2000 answered/)?.[1])
    const clinician = await clientOf(server, 'Imran Sheikh')
    const list = plain((await get(clinician, '/o/Z90002/improvement')).text)
    const certificate = `${list.match(/\/o\/Z90002\/improvement\/[0-9A-Z]{26}/)[0]}/evidence.pdf`
    const printed = []
    for (let at = 0; at < CERTIFICATES; at += 1) {
      const from = performance.now()
      const pdf = await fetch(server.address + certificate, { headers: { cookie: clinician.cookie } })
      if (pdf.headers.get('content-type') !== 'application/pdf') throw new Error(`the certificate was answered with ${pdf.status}`)
      await pdf.arrayBuffer()
      // The first one warms the process: fonts are read once.
      if (at > 0) printed.push(performance.now() - from)
    }
    return { engine, submissions: SUBMISSIONS, atOnce: AT_ONCE, errors, counted, seconds: Math.round(seconds * 10) / 10, submissionMs: spread(late), certificateMs: spread(printed) }
  } finally {
    await server.stop()
  }
}
