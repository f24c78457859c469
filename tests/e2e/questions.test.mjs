// A scheme asks the referrer something first; a worry about harm is read first; the person's own no.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, browser, neighbourhood, open, picture, signInAs, valid } from './support.mjs'

let server
let engine
before(async () => { server = await neighbourhood(); engine = await browser() })
after(async () => { await engine?.close(); await server?.stop() })

/** Anil refers somebody whom he worries about. */
async function referWorried(anil, [given, family], before) {
  await signInAs(anil, /Anil Ferreira/)
  await anil.getByRole('link', { name: 'Refer', exact: true }).click()
  for (const [label, text] of [['First name', given], ['Family name', family], ['Day', '4'], ['Month', '6'], ['Year', family.endsWith('-320') ? '1962' : '1950'], ['Phone', '01632 960 155']]) {
    await anil.getByLabel(label, { exact: true }).first().fill(text)
  }
  await anil.getByRole('button', { name: 'Continue' }).click()
  const form = anil.locator('form.fp-form')
  await form.getByLabel('Company, feeling lonely').check()
  await form.getByLabel(/Phone 01632/).check()
  await form.getByText('Somebody may come to harm').click()
  await form.getByLabel(/What worries you/).fill('A neighbour shouts at her. I have rung the duty desk.')
  await before(form)
  await form.getByLabel(/Yes, and to sharing/).check()
  await form.getByRole('button', { name: /^Send to/ }).click()
  await anil.waitForURL(/just=sent/)
}

for (const how of [{ width: 1280, javaScriptEnabled: true }, { width: 320, javaScriptEnabled: false }]) {
  const { width, javaScriptEnabled } = how
  test(`a question goes back and comes again at ${width} px`, async () => {
    const check = (page, where) => accessible(page, where, { javaScriptEnabled })
    const anil = await open(engine, server, how)
    const family = `Quenby-${width}`
    await referWorried(anil, ['Ida', family], async (form) => {
      await check(anil, 'a worry about harm'); await picture(anil, `worry-${width}`)
      await form.getByLabel('None known to me').check()
    })

    const josephine = await open(engine, server, how)
    await signInAs(josephine, /Josephine Carr/)
    await josephine.getByRole('link', { name: /^Referrals/ }).first().click()
    const first = josephine.locator('.fp-cell-name').first()
    assert.match(await first.textContent(), new RegExp(`Ida ${family}.*Read first`, 's'))
    await check(josephine, 'triage, read first'); await picture(josephine, `triage-first-${width}`)
    await first.getByRole('link').click()
    assert.match(await josephine.textContent('main'), /A worry about harm.*A neighbour shouts at her/s)
    await josephine.getByText('Ask the referrer something first').click()
    await josephine.getByRole('button', { name: 'Send the question' }).click()
    await check(josephine, 'no question'); assert.match(await josephine.textContent('main'), /Write what you need to know/)
    await josephine.getByLabel('What do you need to know?').fill('When is she at home?')
    await josephine.getByRole('button', { name: 'Send the question' }).click()
    await check(josephine, 'asked'); await picture(josephine, `triage-asked-${width}`)
    assert.match(await josephine.textContent('main'), /Asked\. It comes back.*Waits for the referrer/s)

    await anil.getByRole('link', { name: 'People sent' }).click()
    assert.match(await anil.textContent('main'), /A question for the referrer.*They need to know something from you first/s)
    await anil.getByRole('link', { name: new RegExp(`Ida ${family}`) }).click()
    await check(anil, 'a question'); await picture(anil, `question-back-${width}`)
    await anil.getByRole('button', { name: 'Send the answer' }).click()
    await check(anil, 'no answer'); assert.match(await anil.textContent('main'), /Write your answer/)
    await anil.getByLabel('Your answer').fill('Mornings, before eleven.')
    await anil.getByRole('button', { name: 'Send the answer' }).click()
    await check(anil, 'answered'); assert.match(await anil.textContent('main'), /Your answer has reached them/)

    await josephine.getByRole('link', { name: /^Referrals/ }).first().click()
    await josephine.getByRole('link', { name: new RegExp(`Ida ${family}`) }).click()
    await check(josephine, 'an answer'); await picture(josephine, `triage-answered-${width}`)
    assert.match(await josephine.textContent('main'), /Asked back.*When is she at home\?.*Mornings, before eleven/s)
    await josephine.getByText('They said no when we asked them').click()
    await josephine.getByRole('button', { name: 'Ida said no' }).click()
    assert.match(await josephine.textContent('main'), /Recorded: they said no/)
    await anil.getByRole('link', { name: 'People sent' }).click()
    await anil.getByRole('link', { name: new RegExp(`Ida ${family}`) }).click()
    assert.match(await anil.textContent('main'), /declined by the person.*871711000000103/s)
    assert.ok(await valid([anil, josephine]) > 10)
  })

  test(`whoever is worried about stands first on the caseload at ${width} px`, async () => {
    const check = (page, where) => accessible(page, where, { javaScriptEnabled })
    const anil = await open(engine, server, how)
    const family = `Featherstonehaugh-Cholmondeley-${width}`
    await referWorried(anil, ['Wilhelmina', family], async (form) => {
      await form.getByLabel('Yes, I will say what').check()
      await form.getByLabel('If yes, what should the visitor know?').fill('A dog that bites')
    })
    const josephine = await open(engine, server, how)
    await signInAs(josephine, /Josephine Carr/)
    await josephine.getByRole('link', { name: /^Referrals/ }).first().click()
    await josephine.getByRole('link', { name: new RegExp(`Wilhelmina ${family}`) }).click()
    await josephine.getByLabel('Maya Okonkwo').check()
    await josephine.getByRole('button', { name: 'Accept' }).click()

    const maya = await open(engine, server, how)
    await signInAs(maya, /Maya Okonkwo/)
    await check(maya, 'caseload, read first'); await picture(maya, `caseload-first-${width}`)
    const rows = await maya.locator('tbody tr').allTextContents()
    const place = rows.findIndex((text) => text.includes(family))
    assert.ok(rows.slice(0, place + 1).every((text) => text.includes('Read first')), 'nobody else stands before her')
    // The risk that is known stands beside it: neither hides the other.
    assert.match(rows[place], /Take care.*A dog that bites/s)
    await maya.getByRole('link', { name: new RegExp(`Wilhelmina ${family}`) }).click()
    assert.match(await maya.textContent('main'), /A worry about harm, from .*Anil Ferreira: A neighbour shouts at her/)
    assert.ok(await valid([maya]) > 1)
  })
}
