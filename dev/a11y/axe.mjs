// Lets axe-core look at our screens in a browser; dev/a11y.sh calls it. Arguments: folder of
// the packages, browser, address of Odoo, names of screens (none: all).
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { screens } from "./screens.mjs";
import { stock } from "./stock.mjs";

const [packages, executablePath, base, ...names] = process.argv.slice(2);
const require = createRequire(`${packages}/`);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const PATIENCE = 30000;

const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu"],
});
const sessions = new Map();

async function getSession(user) {
    if (!sessions.has(user)) {
        const context = await browser.newContext();
        const page = await context.newPage();
        await page.goto(`${base}/web/login`);
        await page.fill("input[name=login]", user);
        await page.fill("input[name=password]", user);
        await page.click("button[type=submit]");
        await page.waitForSelector(".o_web_client", { timeout: 120000 }); // builds the assets
        sessions.set(user, await context.storageState());
        await context.close();
    }
    return sessions.get(user);
}

async function check({ user = "admin", phone, url, steps = [], look }) {
    const context = await browser.newContext({
        storageState: await getSession(user),
        viewport: phone ? { width: 390, height: 760 } : { width: 1366, height: 768 },
        hasTouch: Boolean(phone),
    });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    try {
        await page.goto(base + url);
        for (const [action, selector, text] of steps) {
            await page.locator(selector).first()[action](...(text ? [text] : []));
        }
        const place = page.locator(look).first();
        await place.waitFor();
        await page.waitForTimeout(1500); // what fades in has its final contrast
        await page.evaluate(axe);
        return await place.evaluate(findIssues, stock);
    } finally {
        await context.close();
    }
}

/** Runs in the page. Tells what is wrong within this element, and what of it is Odoo's. */
async function findIssues(place, stock) {
    const { violations } = await window.axe.run(place, { elementRef: true });
    return violations
        .filter(({ impact }) => ["serious", "critical"].includes(impact))
        .flatMap(({ id, impact, nodes }) =>
            nodes.map(({ element, html, failureSummary }) => ({
                id,
                impact,
                html,
                why: failureSummary.split("\n")[1].trim(),
                stock: stock.findIndex(
                    ([rule, selector]) =>
                        ["*", id].includes(rule) && element.matches(selector)
                ),
            }))
        );
}

let failed = 0;
const seen = new Set();
for (const screen of screens) {
    if (names.length && !names.includes(screen.name)) {
        continue;
    }
    try {
        const all = await check(screen);
        all.forEach((issue) => seen.add(issue.stock));
        const issues = all.filter((issue) => issue.stock < 0);
        failed += issues.length;
        console.log(`${screen.name}: ${issues.length || "no"} issues`);
        for (const { id, impact, html, why } of issues) {
            console.log(`    ${impact} ${id}: ${html}\n        ${why}`);
        }
    } catch (error) {
        failed++;
        console.log(`${screen.name} FAILED: ${error.message.split("\n").slice(0, 3)}`);
    }
}
await browser.close();
for (const [i, [rule, selector]] of stock.entries()) {
    if (!names.length && !seen.has(i)) {
        failed++;
        console.log(`${rule} of ${selector} is no longer an issue: remove it from stock.mjs`);
    }
}
process.exitCode = failed ? 1 : 0;
