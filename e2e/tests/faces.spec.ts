import { expect, test } from "@playwright/test";

import { signIn } from "../support/people.js";

// Administration is a page and a module of its own: going there and back must feel like any other link.

test("from the desk to administration and back, with the browser's own buttons too", async ({ page }) => {
  await signIn(page, "teresa", "/desk");
  const rail = page.getByRole("navigation", { name: "Places" });
  await rail.getByRole("link", { name: "Administration" }).click();
  await expect(page.getByRole("navigation", { name: "Administration" })).toBeVisible();
  await page.getByRole("link", { name: "Teams" }).click();
  await expect(page).toHaveURL(/\/admin\/teams$/);
  await page.goBack();
  await expect(page).toHaveURL(/\/admin$/);
  await page.goBack();
  await expect(page).toHaveURL(/\/desk/);
  await expect(page.getByRole("listbox").or(page.getByRole("grid")).or(page.getByRole("main")).first()).toBeVisible();
  await page.goForward();
  await expect(page.getByRole("navigation", { name: "Administration" })).toBeVisible();
  await rail.getByRole("link", { name: "Dashboards" }).click();
  await expect(page).toHaveURL(/\/dashboards$/);
  await expect(page.getByRole("main")).toBeVisible();
});

test("signing in on the way to administration leads there", async ({ page }) => {
  await signIn(page, "admin", "/admin/services");
  await expect(page).toHaveURL(/\/admin\/services$/);
  await expect(page.getByRole("heading", { level: 1, name: "Services" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "Services" })).toBeVisible();
});

test("an address below administration that nothing has says so, and does not go round in circles", async ({ page }) => {
  await signIn(page, "admin", "/admin/nothing-here");
  await expect(page).toHaveURL(/\/admin\/nothing-here$/);
  await expect(page.getByText("This page is not for you")).toBeVisible();
});
