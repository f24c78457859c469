// One referral there and back, in a real browser: wide and narrow, with and without JavaScript.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, browser, fileBehind, neighbourhood, open, picture, signInAs, valid } from './support.mjs'

let server
let engine
before(async () => { server = await neighbourhood(); engine = await browser() })
after(async () => { await engine?.close(); await server?.stop() })

const SURNAME = 'Featherstonehaugh'

async function fillPerson(page, given, number) {
  const fields = { 'First name': given, 'Family name': SURNAME, Day: '4', Month: '6', Year: '1951',
    'NHS number (optional)': number, Phone: '01632 960 177', 'Address (optional)': '3 Bridge End' , 'Postcode (optional)': 'WX4 2TN' }
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(text)
}

const CASES = [
  { width: 1280, javaScriptEnabled: true, given: 'Wilhelmina', number: '999 000 0263' },
  { width: 320, javaScriptEnabled: true, given: 'Bartholomew', number: '999 000 0271' },
  { width: 1280, javaScriptEnabled: false, given: 'Cordelia', number: '999 000 028X' },
  { width: 320, javaScriptEnabled: false, given: 'Demetrius', number: '999 000 028X' },
]

for (const how of CASES) {
  const { width, javaScriptEnabled, given } = how
  const number = how.number.endsWith('X') ? '' : how.number
  test(`there and back at ${width} px ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
    const check = (page, where) => accessible(page, where, { javaScriptEnabled })

    const gp = await open(engine, server, how)
    await gp.goto('/sign-in'); await check(gp, 'sign in')
    await signInAs(gp, /Dr Anil Ferreira/); await check(gp, 'who')
    await gp.getByRole('button', { name: 'Continue' }).click(); await check(gp, 'who, empty')
    await assert.doesNotReject(gp.getByText('There is a problem').waitFor())
    await fillPerson(gp, given, number)
    await gp.getByRole('button', { name: 'Continue' }).click(); await check(gp, 'refer')
    await gp.getByRole('button', { name: /^Send to/ }).click(); await check(gp, 'refer, empty')
    await gp.getByLabel('Money, benefits, debt').check()
    await gp.getByLabel(/in their words/).fill('I open the letters and put them back.')
    await gp.getByLabel(/Phone 01632/).check()
    await gp.getByLabel('Yes, I will say what').check()
    await gp.getByLabel(/If yes, what should/).fill('A lively dog.')
    await gp.getByLabel(/Yes, and to sharing/).check()
    await gp.getByRole('button', { name: /^Send to/ }).click(); await check(gp, 'sent')
    assert.match(await gp.textContent('main'), /Sent to Wexley Vale.*871731000000106/s)
    const receipt = gp.url().split('?')[0]
    await gp.getByRole('link', { name: /Print a slip for them/ }).click(); await check(gp, 'slip'); await picture(gp, `next-slip-${width}`)
    const slip = await gp.textContent('article')
    assert.match(slip, /What happens now.*By .*5pm.*Nobody in touch.*Say F P.*You can say no at any time.*not for emergencies/s)
    assert.ok(!slip.includes(given) && !slip.includes(SURNAME) && !/money/i.test(slip), 'it says neither who nor what for')

    const lead = await open(engine, server, how)
    await signInAs(lead, /Josephine Carr/); await check(lead, 'caseload of the scheme')
    await lead.getByRole('link', { name: /^Referrals/ }).first().click(); await check(lead, 'triage')
    await lead.getByRole('link', { name: `${given} ${SURNAME}` }).click(); await check(lead, 'triage of one')
    await lead.getByRole('button', { name: 'Accept' }).click(); await check(lead, 'triage, empty')
    await lead.getByLabel('Maya Okonkwo').check()
    await lead.getByRole('button', { name: 'Accept' }).click(); await check(lead, 'triage after')

    const maya = await open(engine, server, how)
    await signInAs(maya, /Maya Okonkwo/); await check(maya, 'caseload')
    await maya.getByRole('link', { name: /^Everyone/ }).click(); await check(maya, 'everyone')
    await maya.getByRole('link', { name: `${given} ${SURNAME}` }).click(); await check(maya, 'case')
    await maya.getByRole('button', { name: 'Save contact' }).click(); await check(maya, 'case, empty')
    await maya.getByLabel('What was it?').selectOption('Phone call')
    await maya.getByLabel('Yes, uses session 1').check()
    await maya.getByLabel('What happened, in plain words').fill('First conversation, half an hour.')
    await maya.getByRole('textbox', { name: /^What matters to/ }).fill('A week without opening the door to a bailiff.')
    await maya.getByText('Tell Dr Anil Ferreira something').click()
    await maya.getByLabel('A summary').check()
    await maya.getByLabel('A line for Dr Anil Ferreira').fill('We have met and know what comes first.')
    await maya.getByRole('button', { name: 'Save contact' }).click(); await check(maya, 'case after')
    const story = await maya.textContent('main')
    assert.match(story, /The contact is saved.*bailiff.*Session 1/s)
    await maya.getByRole('link', { name: /^Correct it/ }).first().click(); await check(maya, 'note')
    await maya.getByLabel('The corrected note').fill('First conversation, an hour.')
    await maya.getByRole('button', { name: 'Save the correction' }).click(); await check(maya, 'case corrected')
    await maya.getByRole('link', { name: /^Change/ }).click(); await check(maya, 'care')
    await maya.getByLabel('Not asked yet').check()
    await maya.getByRole('button', { name: 'Save' }).click(); await check(maya, 'care, contradicting')
    assert.match(await maya.textContent('main'), /You wrote a risk/)
    await maya.getByLabel('Yes, I will say what').check()
    await maya.getByLabel('Anything to know when reaching them?').fill('Evenings only')
    await maya.getByRole('button', { name: 'Save' }).click(); await check(maya, 'care changed')
    assert.match(await maya.textContent('main'), /Evenings only.*safe contact changed/s)
    await maya.getByRole('link', { name: 'Close the case' }).click(); await check(maya, 'close')
    await maya.getByLabel('Some of what they wanted has happened').check()
    await maya.getByLabel('What continues, and who to call').fill('The debt adviser, 01632 960 320.')
    await maya.getByRole('button', { name: 'Close the case' }).click(); await check(maya, 'closed')

    await maya.getByRole('link', { name: 'Caseload' }).first().click()
    await maya.getByRole('link', { name: 'Closed' }).click(); await check(maya, 'closed cases')
    await maya.getByRole('link', { name: `${given} ${SURNAME}` }).click(); await check(maya, 'closed case')

    await gp.goto(receipt); await check(gp, 'feedback')
    const read = await gp.textContent('main')
    assert.match(read, /How it ended.*No action is requested.*debt adviser.*How it is going.*know what comes first/s)
    assert.doesNotMatch(read, /half an hour|an hour\./, 'the private note stays private')
    const letter = await fileBehind(gp, gp.getByRole('link', { name: /^Save as PDF.*How it ended/ }))
    assert.deepEqual([letter.status, letter.type, letter.head], [200, 'application/pdf', '%PDF-'])
    assert.doesNotMatch(letter.name, new RegExp(SURNAME), 'a file names nobody')
    assert.ok(await valid([gp, lead, maya]) > 15)
    for (const page of [gp, lead, maya]) await page.context().close()
  })
}

test('nothing about anybody is in the log or in an address', async () => {
  assert.match(server.log(), /\/o\/\{org\}\/cases\/\{id\}/, 'requests are logged, by route')
  for (const secret of [SURNAME, 'Wilhelmina', '9990000263', '01632 960 177', 'bailiff', 'lively dog']) {
    assert.ok(!server.log().includes(secret), `${secret} is in the log`)
  }
})
