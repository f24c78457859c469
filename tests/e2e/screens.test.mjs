// The screens that the journey does not pass: accounts, counts, texts, errors, print.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, browser, neighbourhood, open, picture, signInAs, valid } from './support.mjs'

let server
let engine

before(async () => { server = await neighbourhood(); engine = await browser() })
after(async () => { await engine?.close(); await server?.stop() })

for (const width of [1280, 320]) {
  test(`every other screen at ${width} px`, async () => {
    const admin = await open(engine, server, { width })
    await signInAs(admin, /Gareth Moon/); await accessible(admin, 'flow')
    assert.match(await admin.textContent('main'), /fewer than 8/, 'small numbers are hidden from who may not open the list')
    await admin.getByRole('link', { name: 'Who signs in' }).click(); await accessible(admin, 'users')
    await admin.getByRole('button', { name: 'Send the invitation' }).click(); await accessible(admin, 'users, empty')
    await admin.getByRole('link', { name: 'Gareth Moon' }).click(); await accessible(admin, 'account')
    await admin.getByRole('button', { name: 'Set it up' }).click(); await accessible(admin, 'second step')
    for (const path of ['/privacy', '/accessibility', '/cookies', '/nowhere', '/l/0000']) {
      await admin.goto(path); await accessible(admin, path)
    }
    const both = await open(engine, server, { width })
    await signInAs(both, /Dr Ruth Abernathy/); await accessible(both, 'places')
    await both.getByRole('link', { name: 'Kelderbridge Medical Centre' }).click(); await accessible(both, 'who')
    await both.getByRole('link', { name: 'People sent' }).click(); await accessible(both, 'sent')
    const manager = await open(engine, server, { width })
    await signInAs(manager, /Helen Tranter/); await accessible(manager, 'sent by the practice')
    await manager.getByRole('link', { name: 'Flow' }).click(); await accessible(manager, 'flow of the practice')
    const [referrals, caseloads] = await manager.locator('main table').allTextContents()
    assert.match(referrals, /Millrace Surgery/)
    assert.doesNotMatch(referrals, /fewer than 8/, 'exact for who may open the list')
    // How many they are depends on the day on which the neighbourhood is invented: none, few, or rounded, and never exact.
    const hidden = /Open cases (0|fewer than 8|about \d*[05]|Too few to say)$/m
    assert.match(caseloads.trim(), hidden, 'a practice opens its referrals, not the caseloads: these stay hidden')
    const desk = await open(engine, server, { width })
    await signInAs(desk, /Bronwen Pike/)
    await desk.getByRole('link', { name: 'Signpost' }).click(); await accessible(desk, 'signpost'); await picture(desk, `signpost-${width}`)
    await desk.getByRole('button', { name: 'I told them' }).click(); await accessible(desk, 'signpost, nothing chosen')
    assert.match(await desk.textContent('main'), /Press what you told them about/)
    const before = Number((await desk.textContent('main')).match(/This week at Millrace Surgery: (\d+)/)[1])
    // Two presses, and nothing else.
    let presses = 0
    const press = async (what) => { presses += 1; await what.click() }
    await press(desk.locator('.fp-tile', { hasText: 'Tannery Choir' }).first())
    await press(desk.getByRole('button', { name: 'I told them' })); await accessible(desk, 'signposted')
    assert.equal(presses, 2)
    assert.match(await desk.textContent('main'), new RegExp(`Last one: Tannery Choir, told.*Surgery: ${before + 1} signpost`, 's'))
    await desk.getByRole('button', { name: 'Undo' }).click(); await accessible(desk, 'signpost taken back')
    assert.match(await desk.textContent('main'), new RegExp(`taken back.*Surgery: ${before} signpost`, 's'))
    await desk.getByLabel(/Tannery Choir/).check()
    await desk.getByRole('button', { name: 'I print it for them' }).click(); await accessible(desk, 'slip'); await picture(desk, `slip-${width}`)
    assert.match(await desk.textContent('main'), /Tannery Choir.*Tuesday, 6:30pm to 8pm/s)
    await desk.getByRole('link', { name: 'Directory' }).click()
    await desk.getByRole('link', { name: 'Food Pantry', exact: true }).click()
    await desk.getByRole('button', { name: 'Tell somebody about this' }).click(); await accessible(desk, 'signpost to a service')
    assert.ok(await desk.getByLabel(/Food Pantry/).isChecked())
    assert.ok(await valid([admin, both, manager, desk]) > 10)
    for (const page of [admin, both, manager, desk]) await page.context().close()
  })
}

test('the journey works by keyboard alone, and focus is always seen', async () => {
  const page = await open(engine, server)
  await signInAs(page, /Chidi Nwosu/)
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), 'Skip to main content')
  await page.getByLabel('First name').focus()
  for (const text of ['Ada', 'Quill', '1', '2', '1960']) { await page.keyboard.type(text); await page.keyboard.press('Tab') }
  await page.getByLabel('Phone').focus()
  await page.keyboard.type('01632 960 188')
  await page.keyboard.press('Enter')
  await page.waitForURL(/refer\/[0-9A-Z]{26}$/)
  await page.getByLabel('Being more active').focus(); await page.keyboard.press('Space')
  await page.getByLabel(/Phone 01632/).focus(); await page.keyboard.press('Space')
  await page.getByLabel('None known to me').focus(); await page.keyboard.press('Space')
  await page.getByLabel(/Yes, and to sharing/).focus(); await page.keyboard.press('Space')
  await page.keyboard.press('Enter')
  await page.waitForURL(/just=sent/)
  await page.context().close()
})

test('a case prints as its story, without menus and forms', async () => {
  const page = await open(engine, server)
  await signInAs(page, /Maya Okonkwo/)
  await page.goto(`${page.url()}?show=everyone`)
  await page.getByRole('link', { name: 'Peggy Alderthwaite' }).first().click()
  await page.emulateMedia({ media: 'print' })
  assert.equal(await page.getByRole('button', { name: 'Save contact' }).isVisible(), false)
  assert.equal(await page.getByRole('navigation', { name: 'Menu' }).isVisible(), false)
  assert.equal(await page.getByText('What matters to me').isVisible(), true)
  assert.ok((await page.pdf({ format: 'A4' })).length > 10_000)
  await page.context().close()
})
