import { expect, test, type Page } from "@playwright/test";

import { note, spread } from "../support/figures.js";
import { Caller, report, signIn } from "../support/people.js";

const CHANGES = 40;

declare global {
  interface Window {
    painted?: Map<string, number>;
  }
}

/** Notes, from now on, when each title is first painted in the list: at the frame after it came into the document. */
async function watchTitles(page: Page): Promise<void> {
  await page.evaluate(() => {
    const painted = new Map<string, number>();
    window.painted = painted;
    const look = (): void => {
      for (const link of document.querySelectorAll("[data-row]")) {
        const title = link.textContent?.trim() ?? "";
        if (!painted.has(title)) {
          painted.set(title, Number.NaN);
          requestAnimationFrame(() => {
            const channel = new MessageChannel();
            channel.port1.onmessage = () => painted.set(title, Date.now());
            channel.port2.postMessage(null);
          });
        }
      }
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
    look();
  });
}

async function paintedAt(page: Page, title: string): Promise<number> {
  const handle = await page.waitForFunction(
    (wanted) => {
      for (const [text, at] of window.painted ?? []) if (text.includes(wanted) && !Number.isNaN(at)) return at;
      return undefined;
    },
    title,
    { polling: 5 },
  );
  return (await handle.jsonValue()) ?? Number.NaN;
}

test("from one browser's act to the paint in another", async ({ browser, request }) => {
  const watcher = await (await browser.newContext()).newPage();
  await signIn(watcher, "marta", "/desk");
  await watcher.goto("/desk/search?stateKind=NEW,ACTIVE,WAITING&order=created");
  await expect(watcher.locator(".live-chip")).toHaveText("Live");
  // Nothing moves under a pointer: over the list it would hold the new rows back.
  await watcher.mouse.move(2, 2);
  await watchTitles(watcher);

  // The other browser: the same requests as its client sends, from within its page.
  const actor = await (await browser.newContext()).newPage();
  await signIn(actor, "ana", "/");
  const ana = await Caller.signedIn(request, "ana");
  const fromCommit: number[] = [];
  const whole: number[] = [];
  for (let round = 0; round < CHANGES; round += 1) {
    const title = `Measured ${round} of ${Date.now()}`;
    const sent = Date.now();
    const { reference } = await report(ana, title, "Network");
    const answered = Date.now();
    expect(reference).toMatch(/^INC-/);
    const painted = await paintedAt(watcher, title);
    whole.push(painted - sent);
    fromCommit.push(Math.max(0, painted - answered));
  }
  note("change sent to painted in another browser", spread(whole), "");
  note("answer received to painted in another browser", spread(fromCommit), "median 100 ms");
  await watcher.context().close();
  await actor.context().close();
});

test("a first visit with an empty cache", async ({ browser }) => {
  const samples: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto("/sign-in", { waitUntil: "commit" });
    await page.getByLabel("Sign-in name").waitFor();
    samples.push(await page.evaluate(() => performance.now()));
    await context.close();
  }
  note("sign-in page usable on a cold cache", spread(samples), "1,000 ms");
});

test("opening things in the workspace", async ({ page }) => {
  await signIn(page, "marta", "/desk");
  await expect(page.locator(".live-chip")).toHaveText("Live");
  const list: number[] = [];
  const ticket: number[] = [];
  const views = page.getByRole("navigation", { name: "Views" }).getByRole("link");
  await expect(views.first()).toBeVisible();
  const count = Math.min(await views.count(), 6);
  for (let round = 0; round < count; round += 1) {
    const started = Date.now();
    await views.nth(round).click();
    await expect(page.locator(".live-chip")).toHaveText("Live");
    list.push(Date.now() - started);
  }
  await page.goto("/desk/search?stateKind=NEW,ACTIVE,WAITING&order=created");
  await expect(page.locator(".live-chip")).toHaveText("Live");
  const rows = page.locator("[data-row]");
  await rows.first().waitFor();
  for (let round = 0; round < 8; round += 1) {
    const link = rows.nth(round);
    const title = (await link.textContent())?.trim() ?? "";
    const started = Date.now();
    await link.click();
    await page.waitForFunction(
      (wanted) => document.querySelector("#ticket-title")?.textContent?.includes(wanted),
      title,
      { polling: "raf" },
    );
    ticket.push(Date.now() - started);
    await page.goBack();
    await rows.first().waitFor();
  }
  note("another view, click to live list", spread(list), "");
  note("a ticket from the list, click to painted", spread(ticket), "100 ms");
});
