// A waiting room's door: a poster with a code, two presses for whoever waits, nothing about them kept.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, browser, neighbourhood, open, picture, signInAs, valid } from './support.mjs'

let server
let engine
before(async () => { server = await neighbourhood(); engine = await browser() })
after(async () => { await engine?.close(); await server?.stop() })

for (const how of [{ width: 1280, javaScriptEnabled: true }, { width: 320, javaScriptEnabled: false }]) {
  const { width, javaScriptEnabled } = how
  test(`somebody who waits finds something in two presses at ${width} px`, async () => {
    const bronwen = await open(engine, server, how)
    const check = (page, where) => accessible(page, where, { javaScriptEnabled })
    await signInAs(bronwen, /Bronwen Pike/)
    await bronwen.getByRole('link', { name: 'Signpost', exact: true }).click()
    const counted = async () => Number((await bronwen.textContent('main')).match(/This week at Millrace Surgery: (\d+)/)?.[1] ?? 0)
    const before = await counted()
    await bronwen.getByRole('link', { name: 'A poster for your waiting room' }).click()
    await check(bronwen, 'door, set up'); await picture(bronwen, `door-set-up-${width}`)
    // The second width finds the door of the first.
    if (await bronwen.locator('article').count() === 0) await bronwen.getByRole('button', { name: /Make a code/ }).click()
    await check(bronwen, 'poster'); await picture(bronwen, `door-poster-${width}`)
    const address = (await bronwen.textContent('article')).match(/http\S+\/s\/[a-z0-9]+/)[0]

    const somebody = await open(engine, server, how)
    await somebody.goto(address)
    await check(somebody, 'door'); await picture(somebody, `door-${width}`)
    const name = await somebody.locator('.fp-doors strong').first().textContent()
    await somebody.locator('.fp-doors button').first().click()
    await check(somebody, 'behind the door'); await picture(somebody, `door-service-${width}`)
    assert.match(await somebody.textContent('main'), /When you arrive.*Millrace Surgery told me about you/s)
    assert.equal(await somebody.textContent('h1'), name)
    assert.deepEqual(await somebody.context().cookies(), [], 'nothing is kept about who looks')
    // Looking again, and going back, counts nothing; the press counted once.
    await somebody.reload()
    await somebody.getByRole('link', { name: 'What is near here' }).click()
    await bronwen.getByRole('link', { name: 'Signpost', exact: true }).click()
    assert.equal(await counted(), before + 1)

    // A new code closes the old one.
    await bronwen.getByRole('link', { name: 'A poster for your waiting room' }).click()
    await bronwen.getByText('The code should no longer be used').click()
    await bronwen.getByRole('button', { name: /Make a new code/ }).click()
    // What hangs already shows nothing any more; only numbers of slips in somebody's hand go on.
    await somebody.goto(address)
    assert.match(await somebody.textContent('main'), /This code is an older one/)
    assert.equal(await somebody.locator('.fp-doors button').count(), 0)
    assert.ok(await valid([bronwen, somebody]) > 5)
  })
}
