import { expect, test } from "@playwright/test";

import { Caller, signIn } from "../support/people.js";

test("somebody changes their own password; other devices are signed out, this one is not", async ({ page, browser, request }) => {
  const login = `pia-${Date.now()}`;
  const admin = await Caller.signedIn(request, "admin");
  const made = await admin.ask<{ personCreate: { userErrors: unknown[] } }>(
    "mutation ($input: PersonCreateInput!) { personCreate(input: $input) { userErrors { code field message } } }",
    {
      input: { login, email: `${login}@example.org`, name: "Pia Neu", timezone: "Europe/Berlin", locale: "en", password: "the first of two" },
    },
  );
  expect(made.personCreate.userErrors).toEqual([]);
  await signIn(page, login, "/", "the first of two");
  const elsewhere = await (await browser.newContext()).newPage();
  await signIn(elsewhere, login, "/", "the first of two");
  await expect(elsewhere.getByRole("heading", { level: 1 })).toBeVisible();

  await page.getByRole("button", { name: /account of/i }).click();
  await page.getByRole("menuitem", { name: "Change password" }).click();
  const dialog = page.getByRole("dialog", { name: "Change password" });
  await expect(dialog).toContainText("other devices are signed out");
  await expect(dialog.getByLabel("Current password")).toBeFocused();
  await page.keyboard.type("not this one");
  await page.keyboard.press("Tab");
  await page.keyboard.type("short");
  await page.keyboard.press("Enter");
  await expect(dialog.getByLabel("New password")).toHaveAccessibleDescription(/12 characters/);
  await dialog.getByLabel("New password").fill("the second of two");
  await page.keyboard.press("Enter");
  await expect(dialog.getByLabel("Current password")).toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByLabel("Current password")).toBeFocused();
  await dialog.getByLabel("Current password").fill("the first of two");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(page.getByText("Your password is changed.")).toBeVisible();

  await elsewhere.reload();
  await expect(elsewhere).toHaveURL(/sign-in/);
  await signIn(elsewhere, login, "/", "the second of two");
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Pia");
  await elsewhere.context().close();
});

test("when the client fails, a plain page says so and loads it again", async ({ page }) => {
  await signIn(page, "ana", "/ask");
  await expect(page.getByRole("heading", { level: 1, name: "Ask for something" })).toBeVisible();
  // What the client draws with is taken away, as a broken extension might do; and in the same breath it is asked for
  // another page, so that nothing that was still being drawn can fail first.
  await page.evaluate(() => {
    const broken = () => {
      throw new Error("taken away by a journey");
    };
    Document.prototype.createElement = broken;
    Document.prototype.createElementNS = broken;
    Document.prototype.createTextNode = broken;
    Node.prototype.cloneNode = broken;
    document.querySelector<HTMLAnchorElement>('a[href="/requests"]')?.click();
  });
  await expect(page.getByRole("heading", { name: "Something went wrong here" })).toBeVisible();
  await page.getByRole("link", { name: "Reload" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /My requests|Ask for something/ })).toBeVisible();
});
