// How long records are kept: confirmed by the scheme, looked at when their time is over, kept longer or destroyed for good.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accessible, browser, neighbourhood, open, picture, run, signInAs } from './support.mjs'

for (const how of [{ width: 1280, javaScriptEnabled: true }, { width: 320, javaScriptEnabled: false }]) {
  const { width, javaScriptEnabled } = how
  test(`records whose time is over at ${width} px ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
    // A neighbourhood of ten years ago, found again today.
    const server = await neighbourhood('2016-06-01')
    const engine = await browser()
    try {
      const check = (page, where) => accessible(page, where, { javaScriptEnabled })
      const page = await open(engine, server, how)
      await signInAs(page, /Josephine Carr/)
      await page.getByRole('link', { name: 'Records' }).click(); await check(page, 'records, nothing confirmed'); await picture(page, `records-first-${width}`)
      const first = await page.textContent('main')
      assert.match(first, /First confirm below.*To be confirmed/s)
      assert.equal(await page.locator('main table').count(), 0, 'nothing is listed before somebody has confirmed')

      await page.getByLabel(/Years after the last work ended/).fill('none')
      await page.getByLabel(/Which policy/).fill('')
      await page.getByRole('button', { name: 'Confirm this' }).click(); await check(page, 'schedule, wrong')
      assert.match(await page.textContent('main'), /Enter a number from 1 to 100.*Say which policy/s)
      await page.getByLabel(/Years after the last work ended/).fill('8')
      await page.getByLabel(/Which policy/).fill('Our records policy, section 4')
      await page.getByRole('button', { name: 'Confirm this' }).click(); await check(page, 'records, due'); await picture(page, `records-${width}`)
      assert.match(await page.textContent('main'), /is confirmed.*Records of adults are kept for 8 years.*Our records policy, section 4/s)
      const names = page.locator('main table a')
      const all = await names.count()
      assert.equal(all, 25)
      assert.match(await page.textContent('main'), /These are the 25 that ended first/)
      const [kept, gone] = [await names.nth(0).textContent(), await names.nth(1).textContent()]

      await names.nth(0).click(); await check(page, 'one record'); await picture(page, `record-keep-${width}`)
      await page.getByRole('button', { name: 'Keep it' }).click(); await check(page, 'keep, wrong')
      assert.match(await page.textContent('main'), /Say why it is kept longer.*Enter the day of the next look/s)
      await page.getByLabel('Why is it kept?').fill('A complaint is open')
      for (const [label, text] of [['Day', '1'], ['Month', '3'], ['Year', '2090']]) await page.getByLabel(label, { exact: true }).fill(text)
      await page.getByRole('button', { name: 'Keep it' }).click()
      assert.match(await page.textContent('main'), /The record is kept longer/)
      assert.equal(await page.getByRole('link', { name: kept, exact: true }).count(), 0)

      await page.getByRole('link', { name: gone, exact: true }).first().click()
      const address = page.url()
      await page.getByRole('button', { name: /^Destroy the record of/ }).click(); await check(page, 'destroy, wrong')
      assert.match(await page.textContent('main'), /Choose why it is destroyed.*Say that nobody needs it/s)
      await page.getByLabel('The time for which it is kept is over').check()
      await page.getByLabel(/no complaint, claim, inquiry/).check()
      await page.getByRole('button', { name: /^Destroy the record of/ }).click(); await check(page, 'destroyed'); await picture(page, `records-gone-${width}`)
      assert.match(await page.textContent('main'), /One record is destroyed for good.*Destroyed.*by Josephine Carr: a record whose last work ended in 201\d/s)
      assert.equal((await page.goto(address)).status(), 404)
      assert.equal((await page.goto(address.replace('/records/', '/cases/'))).status(), 404)

      // Whose work goes on is kept, and only the supervisor decides.
      await page.goto(server.address)
      await page.getByRole('link', { name: 'Everyone' }).click()
      await page.getByRole('link', { name: 'Peggy Alderthwaite' }).first().click()
      await page.getByRole('link', { name: /Who knows what/ }).first().click()
      await page.getByRole('link', { name: /How long the record of/ }).click(); await check(page, 'an open record')
      assert.match(await page.textContent('main'), /goes on. A record is kept for as long as it does/)
      const open_ = page.url()
      const maya = await open(engine, server, how)
      await signInAs(maya, /Maya Okonkwo/)
      assert.equal((await maya.goto(open_)).status(), 404)
      assert.match((await run(['check', '--data', server.data.path])).out, /Everything verifies/)
    } finally {
      await engine.close()
      await server.stop()
    }
  })
}
