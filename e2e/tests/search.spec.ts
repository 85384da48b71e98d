import { expect, test, type Page } from "@playwright/test";

import { expectAccessible } from "../support/accessibility.js";
import { Caller, report, signIn } from "../support/people.js";

/** Waits until the index has what was just written: it follows within a second. */
async function isFound(caller: Caller, text: string): Promise<void> {
  const query = "query($text: String!) { search(text: $text) { totalCount { value } } }";
  await expect
    .poll(async () => {
      const data = await caller.ask<{ search: { totalCount: { value: number } } }>(query, { text });
      return data.search.totalCount.value;
    })
    .toBeGreaterThan(0);
}

/** A word that nobody else has written. */
function rareWord(): string {
  const letters = [...Date.now().toString()].map((digit) => "bcdfghjklm"[Number(digit)]);
  return `zq${letters.join("")}`;
}

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: "Search or go to" })).toBeFocused();
}

test("a ticket is found from the palette by a word of its conversation, by keyboard alone", async ({ page, request }) => {
  const ana = await Caller.signedIn(request, "ana");
  const word = rareWord();
  const { reference } = await report(ana, `The lamp flickers ${word}`);
  await isFound(ana, word);
  await signIn(page, "marta", "/desk");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();

  await openPalette(page);
  await page.keyboard.type(word.slice(0, -2));
  const option = page.getByRole("option", { name: new RegExp(reference) });
  await expect(option).toHaveAttribute("aria-selected", "true");
  await expect(option.locator("mark").first()).toHaveText(word);
  await expectAccessible(page);
  await page.keyboard.press("Enter");
  await expect(page.locator("#ticket-title")).toContainText(word);
  await expect(page).toHaveURL(new RegExp(reference));
});

test("the palette does what keys do, and leads to all results", async ({ page, request }) => {
  const ana = await Caller.signedIn(request, "ana");
  const word = rareWord();
  await report(ana, `The window rattles ${word}`);
  await isFound(ana, word);
  await signIn(page, "marta", "/desk");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();

  await openPalette(page);
  await page.keyboard.type("dashb");
  await expect(page.getByRole("option", { name: /Dashboards/ })).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/dashboards/);

  await openPalette(page);
  await page.keyboard.type(word);
  await expect(page.getByRole("option", { name: /All results/ })).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/search?q=${word}`);
  await expect(page.locator("#content").getByText("1 ticket found")).toBeVisible();
  await page.keyboard.press("Control+k");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog")).toBeHidden();
});

test("the search page shows where something is, filters, and helps who finds nothing", async ({ page, request }) => {
  const ana = await Caller.signedIn(request, "ana");
  const word = rareWord();
  const { reference } = await report(ana, `The door squeaks ${word}`);
  await isFound(ana, word);
  await signIn(page, "marta", "/search");
  const field = page.getByRole("searchbox", { name: "Search tickets" });
  await expect(field).toBeFocused();
  await expect(page.getByText("What are you looking for?")).toBeVisible();
  await expectAccessible(page);

  await page.keyboard.type(word);
  const hit = page.getByRole("link", { name: new RegExp(reference) });
  await expect(hit.locator("mark").first()).toHaveText(word);
  await expect(page).toHaveURL(`/search?q=${word}`);
  await page.getByRole("button", { name: "Open" }).click();
  await expect(page).toHaveURL(`/search?q=${word}&open=1`);
  await expect(hit).toBeVisible();
  await expectAccessible(page);
  await page.reload();
  await expect(hit).toBeVisible();
  await expect(field).toHaveValue(word);

  await field.fill(`"${word} squeaks"`);
  await expect(page.getByText("Nothing has all of this")).toBeVisible();
  await page.getByRole("button", { name: "Search all tickets" }).click();
  await expect(page.getByText("Try fewer words", { exact: false })).toBeVisible();
  await expectAccessible(page);
});

test("the portal's search finds one's own request by what is written in it", async ({ page, request }) => {
  const ana = await Caller.signedIn(request, "ana");
  const word = rareWord();
  const { reference } = await report(ana, `The heating drips ${word}`);
  await isFound(ana, word);
  await signIn(page, "ana", "/");
  const field = page.getByRole("combobox", { name: "How can we help?" });
  await field.fill(word);
  const option = page.getByRole("option", { name: new RegExp(word) }).first();
  await expect(option).toContainText("Your request");
  await field.press("ArrowDown");
  await field.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/requests/${reference}`));
});
