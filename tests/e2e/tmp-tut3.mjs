import { browser, open, signInAs } from './support.mjs'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
const server = { address: process.argv[2] }
const S='/tmp/shots'; import { mkdirSync } from 'node:fs'; mkdirSync(S,{recursive:true})
const eng = await browser(); const page = await open(eng, server)
page.setDefaultTimeout(3000)
let n=0
const shot = async (name)=>{ n++; await page.screenshot({path:`${S}/t${String(n).padStart(2,'0')}-${name}.png`, fullPage:true}) ; const t=(await page.locator('main').innerText()).replace(/\n+/g,' | '); console.log(`\n## ${name} [${page.url()}] nav: ${await page.locator('header').first().innerText().then(t=>t.replace(/\n+/g,' / '))}\n${t.slice(0,1800)}`) }
const step = async (d,f)=>{ try { await f() } catch(e){ console.log('!! FAIL',d,String(e).slice(0,500)); await shot('fail'); process.exit(1) } }
const btn=(n,o={})=>page.getByRole('button',{name:n,...o}); const link=(n,o={})=>page.getByRole('link',{name:n,...o})
n=60; await signInAs(page,'Maya Okonkwo'); await link('Everyone').click(); await link('Edith Marlow').click(); const back=page.url(); const l='/l/c775c7f3a7f6b5295960b11199d4ae12fdd2ca60'
await step('close',()=>link('Close the case').click()); await shot('close')
await step('ended',()=>page.getByLabel('What they wanted has happened',{exact:true}).check())
await step('cont',()=>page.getByLabel('What continues, and who to call').fill('The choir on Tuesdays.'))
console.log('summary checked', await page.getByLabel('A summary').isChecked())
await step('close',()=>btn('Close the case').click()); await shot('closed')
await page.goto(l.replace(/^https?:\/\/[^/]+/,'')); await shot('group-after')
await page.goto(back)
await step('out',()=>btn('Sign out').click())
await step('ferr',()=>btn('Dr Anil Ferreira').click())
await step('ps',()=>link(/People sent/).click()); await shot('ps')
await step('em',()=>link('Edith Marlow').click()); await shot('letter')
{const r=await page.request.get(new URL(await link('Save as PDF').getAttribute('href'),page.url()).href); writeFileSync('/tmp/shots/letter.pdf',await r.body()); console.log(r.status(),r.headers()['content-disposition'])}
console.log('pdf', await link('Save as PDF').getAttribute('href').catch(()=>'none'))
console.log(page.errors)
await eng.close()
