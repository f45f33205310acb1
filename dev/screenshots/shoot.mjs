// Takes the pictures that shots.mjs lists; dev/screenshots.sh calls it.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { shots } from "./shots.mjs";

const [packages, executablePath, base, folder, addon, ...names] = process.argv.slice(2);
const { chromium } = createRequire(`${packages}/`)("playwright-core");
const QUIET = 400; // milliseconds without a request, after which a screen is complete
const PATIENCE = 20000;

const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"],
});

/** Logs in once per user and kind of device; what is loaded once stays in the cache. */
const contexts = new Map();
async function getContext(user, isPhone) {
    const key = `${user} ${isPhone}`;
    if (!contexts.has(key)) {
        const context = await browser.newContext({ isMobile: isPhone, hasTouch: isPhone });
        const page = await context.newPage();
        page.setDefaultTimeout(120000); // the first page builds the assets
        await page.goto(`${base}/web/login`);
        await page.fill("input[name=login]", user);
        await page.fill("input[name=password]", user);
        await page.click("button[type=submit]");
        await page.waitForSelector(".o_action_manager > *");
        await page.close();
        contexts.set(key, context);
    }
    return contexts.get(key);
}

/** Replaces external ids in braces by ids of records. */
async function resolve(url) {
    for (const [text, module, name] of url.matchAll(/\{(\w+)\.(\w+)\}/g)) {
        const { request } = await getContext("admin", false);
        const response = await request.post(`${base}/web/dataset/call_kw`, {
            data: {
                jsonrpc: "2.0",
                params: {
                    model: "ir.model.data",
                    method: "search_read",
                    args: [[["module", "=", module], ["name", "=", name]], ["res_id"]],
                    kwargs: {},
                },
            },
        });
        const { result } = await response.json();
        if (!result?.length) {
            throw new Error(`there is no record ${text}`);
        }
        url = url.replace(text, result[0].res_id);
    }
    return url;
}

/** @returns {Function} waits until the page has asked the server for nothing for a while */
function watch(page) {
    const pending = new Set();
    let last = Date.now();
    const track = (event, change) =>
        page.on(event, (request) => {
            if (["fetch", "xhr", "image", "stylesheet"].includes(request.resourceType())) {
                pending[change](request);
                last = Date.now();
            }
        });
    track("request", "add");
    track("requestfinished", "delete");
    track("requestfailed", "delete");
    return async () => {
        const start = (last = Date.now());
        const isBusy = async () =>
            pending.size ||
            Date.now() - last < QUIET ||
            (await page.locator(".o_loading_indicator").count());
        while (await isBusy()) {
            if (Date.now() - start > PATIENCE / 2) {
                return console.error("  still waiting for", ...[...pending].map((r) => r.url()));
            }
            await page.waitForTimeout(50);
        }
    };
}

const options = { timeout: PATIENCE };
const actions = {
    click: (page, selector) => page.locator(selector).first().click(options),
    choose: async (page, text) => {
        const entry = ".o-autocomplete--dropdown-item, .o_menu_item, .dropdown-item";
        await page.locator(entry).filter({ hasText: text }).first().click(options);
    },
    drag: (page, selector, target) =>
        page.locator(selector).first().dragTo(page.locator(target).first(), options),
    fill: (page, selector, text) => page.locator(selector).first().fill(text, options),
    hold: async (page, selector) => {
        const record = page.locator(selector).first();
        await record.dispatchEvent("touchstart", {}, options);
        await page.waitForTimeout(700);
        await record.dispatchEvent("touchend", {}, options);
    },
    hover: (page, selector) => page.locator(selector).first().hover(options),
    press: (page, key) => page.keyboard.press(key),
    see: (page, selector) => page.locator(selector).first().waitFor(options),
    show: (page, selector) => page.locator(selector).first().scrollIntoViewIfNeeded(options),
    type: async (page, selector, text) => {
        await page.locator(selector).first().click(options);
        await page.keyboard.type(text);
    },
    upload: async (page, selector, name, text) => {
        const file = { name, mimeType: "text/csv", buffer: Buffer.from(text) };
        await page.locator(selector).first().setInputFiles(file, options);
    },
};

async function shoot({ name, folder: place = "docs/images", user = "admin", width, height, url, steps = [] }) {
    const isPhone = width < 768;
    const page = await (await getContext(user, isPhone)).newPage();
    await page.setViewportSize({ width, height });
    page.setDefaultTimeout(PATIENCE);
    const errors = [];
    page.on("pageerror", (error) => errors.push(error.message));
    const settle = watch(page);
    try {
        await page.goto(base + (await resolve(url)));
        await page.waitForSelector(".o_action_manager > *, .modal, body > main", options);
        await settle();
        for (const [action, ...args] of steps) {
            try {
                await actions[action](page, ...args);
            } catch (error) {
                throw new Error(`${action} ${args.join(" ")}: ${error.message.split("\n")[0]}`);
            }
            await settle();
        }
        if (steps.at(-1)?.[0] !== "hover") {
            await page.mouse.move(width - 1, height - 1); // no tooltip of what was clicked last
            await settle();
        }
        if (errors.length || (await page.locator(".o_error_dialog").count())) {
            throw new Error(`the page shows an error: ${errors.join("; ")}`);
        }
        const path = `${folder}/${place}/${name}.png`;
        mkdirSync(dirname(path), { recursive: true });
        await page.screenshot({ path, animations: "disabled", caret: "hide" });
    } finally {
        await page.close();
    }
}

let failed = 0;
for (const shot of shots) {
    const isWanted = !names.length || names.includes(shot.name);
    if (isWanted && (shot.addon || "customer_group") === addon) {
        try {
            await shoot(shot);
        } catch (error) {
            failed++;
            console.error(`${shot.name} FAILED: ${error.message}`);
        }
    }
}
await browser.close();
process.exitCode = failed ? 1 : 0;
