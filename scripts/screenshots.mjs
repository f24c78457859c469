// Draws every screen of an invented neighbourhood into docs/screenshots: make screenshots.

import { mkdirSync } from 'node:fs'
import { browser, linkToGroup, neighbourhood, open, signInAs } from '../tests/e2e/support.mjs'

const OUT = process.argv[2] ?? new URL('../docs/screenshots/', import.meta.url).pathname
const WIDTHS = [1280, 320]
mkdirSync(OUT, { recursive: true })

const server = await neighbourhood()
const read = new Set()

const engine = await browser()
try {
  for (const width of WIDTHS) {
    const shot = (page, name) => page.screenshot({ path: `${OUT}/${name}-${width}.png`, fullPage: true })
    let page = await open(engine, server, { width })
    await page.goto('/sign-in'); await shot(page, 'sign-in')
    await signInAs(page, /Dr Anil Ferreira/)
    await shot(page, 'refer-who')
    await page.getByRole('button', { name: 'Continue' }).click(); await shot(page, 'refer-who-error')
    const fill = { 'First name': 'Margaret', 'Family name': 'Alderthwaite', Day: '4', Month: '6', Year: '1947',
      'NHS number (optional)': '999 000 0018', 'Likes to be called (optional)': 'Peggy', Phone: '01632 960 142',
      'Address (optional)': '14 Tannery Row, Market Wexley', 'Postcode (optional)': 'WX4 2TN',
      'How to communicate with them (optional)': 'Large print. Hearing aid: face her when you speak.' }
    for (const [label, text] of Object.entries(fill)) await page.getByLabel(label, { exact: true }).fill(text)
    await page.getByRole('button', { name: 'Continue' }).click(); await shot(page, 'refer')
    await page.getByRole('button', { name: /^Send to/ }).click(); await shot(page, 'refer-error')
    await page.getByLabel('Company, feeling lonely').check()
    await page.getByLabel('A death or a big loss').check()
    await page.getByLabel(/Phone 01632/).check()
    await page.getByLabel('None known to me').check()
    await page.getByLabel(/Yes, and to sharing/).check()
    await page.getByRole('button', { name: /^Send to/ }).click(); await shot(page, 'refer-sent')
    await page.getByRole('link', { name: 'People sent' }).click(); await shot(page, 'sent')
    await page.getByRole('link', { name: 'Peggy Alderthwaite' }).last().click(); await shot(page, 'sent-feedback')
    page = await open(engine, server, { width })
    await signInAs(page, /Josephine Carr/); await shot(page, 'caseload-supervisor')
    await page.getByRole('link', { name: /^Referrals/ }).first().click(); await shot(page, 'triage')
    await page.getByRole('link', { name: 'Peggy Alderthwaite' }).first().click(); await shot(page, 'triage-one')
    await page.getByText('Do not accept it').click()
    await page.getByRole('button', { name: 'Send this answer' }).click(); await shot(page, 'triage-error')
    await page.getByRole('link', { name: 'Flow' }).click(); await shot(page, 'flow-exact')
    page = await open(engine, server, { width })
    await signInAs(page, /Maya Okonkwo/); await page.waitForURL(/caseload/); await shot(page, 'caseload')
    await page.goto(`${page.url().split('?')[0]}?show=everyone`)
    await page.getByRole('link', { name: 'Peggy Alderthwaite' }).first().click(); await shot(page, 'case')
    const peggy = page.url()
    await page.getByRole('button', { name: 'Save contact' }).click(); await shot(page, 'case-error')
    await page.goto(`${peggy}/plan`); await shot(page, 'plan')
    await page.goto(`${peggy}/plan/copy`); await shot(page, 'plan-copy')
    await page.goto(`${peggy}/about`); await shot(page, 'about')
    await page.goto(`${peggy}/measures`); await shot(page, 'measures')
    await page.goto(`${peggy}/measures/paper`); await shot(page, 'measures-paper')
    await page.goto(`${peggy}/services?q=cafe`); await shot(page, 'services')
    await page.getByRole('link', { name: 'Wednesday Cafe' }).click(); await shot(page, 'service')
    await page.getByRole('button', { name: /^Offer this/ }).click(); await shot(page, 'offer')
    await page.getByLabel('What are they looking for?').fill('Would like company, and a chair with arms.')
    await page.getByLabel('First name only').check()
    await page.getByLabel(/agreed that/).check()
    await page.getByRole('button', { name: 'Offer it' }).click(); await shot(page, 'connection')
    const group = await open(engine, server, { width })
    await group.goto(await linkToGroup(server, read)); await shot(group, 'group')
    await group.getByRole('button', { name: 'Yes, they are welcome' }).click(); await shot(group, 'group-yes')
    await page.goto(`${peggy}/measures`)
    await page.getByLabel('On the way').check()
    await page.getByRole('button', { name: 'Begin' }).click(); await shot(page, 'question')
    await page.goto(peggy)
    await page.getByRole('link', { name: 'Close the case' }).click(); await shot(page, 'close')
    await page.getByRole('link', { name: 'Back to the case' }).click()
    await page.getByRole('link', { name: /^Correct it/ }).first().click(); await shot(page, 'note')
    await page.getByRole('link', { name: 'Back to the case' }).click()
    await page.getByRole('link', { name: /^Change/ }).click(); await shot(page, 'care')
    await page.getByRole('link', { name: 'Back to the case' }).click()
    await page.getByRole('link', { name: 'Caseload' }).first().click()
    await page.getByRole('link', { name: 'Closed' }).click(); await shot(page, 'closed')
    page = await open(engine, server, { width })
    await signInAs(page, /Bronwen Pike/)
    await page.getByRole('link', { name: 'Signpost' }).click(); await shot(page, 'signpost')
    await page.getByRole('link', { name: 'Directory', exact: true }).click(); await shot(page, 'directory')
    page = await open(engine, server, { width })
    await signInAs(page, /Gareth Moon/); await shot(page, 'flow')
    await page.getByRole('link', { name: 'Who signs in' }).click(); await shot(page, 'users')
    await page.getByRole('link', { name: 'Gareth Moon' }).click()
    await page.getByRole('button', { name: 'Set it up' }).click(); await shot(page, 'account')
    await page.goto('/privacy'); await shot(page, 'privacy')
    await page.goto('/o/nowhere/caseload'); await shot(page, 'not-found')
    await signInAs(page, /Dr Ruth Abernathy/); await shot(page, 'places')
    console.log(`${width} px drawn`)
  }
} finally {
  await engine.close()
  await server.stop()
}
