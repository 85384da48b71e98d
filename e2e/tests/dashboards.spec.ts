import { expect, test } from "@playwright/test";

import { expectAccessible } from "../support/accessibility.js";
import { Caller, report, signIn } from "../support/people.js";

/** The figure of a card as a number. */
async function figure(page: import("@playwright/test").Page, name: string): Promise<number> {
  const text = await page.getByRole("link", { name: new RegExp(`^${name}`) }).locator(".figure-value").innerText();
  return Number(text.replaceAll(",", "").trim());
}

test("a report moves the figures of an open dashboard, without a touch", async ({ page, request }) => {
  await signIn(page, "sina", "/dashboards/all");
  await expect(page.locator(".live")).toContainText("Live");
  const open = await figure(page, "Open");
  const arrived = await figure(page, "Arrived today");
  const ana = await Caller.signedIn(request, "ana");
  await report(ana, `The toner is empty ${Date.now()}`);
  await expect.poll(() => figure(page, "Open")).toBeGreaterThan(open);
  await expect.poll(() => figure(page, "Arrived today")).toBeGreaterThan(arrived);
});

test("figures lead to lists of exactly as many tickets", async ({ page, request }) => {
  const sina = await Caller.signedIn(request, "sina");
  const { dashboards } = await sina.ask<{ dashboards: { id: string; department: { id: string } | null }[] }>(
    "{ dashboards { id department { id } } }",
  );
  const board = dashboards.find(({ department }) => department !== null);
  if (board?.department == null) throw new Error("no dashboard of a department");
  await signIn(page, "sina", `/dashboards/${board.id}`);
  for (const [name, filter] of [
    ["Open", { stateKind: { in: ["NEW", "ACTIVE", "WAITING"] } }],
    ["Unassigned", { stateKind: { in: ["NEW", "ACTIVE", "WAITING"] }, assignee: { isNull: true } }],
    ["Overdue", { stateKind: { in: ["NEW", "ACTIVE", "WAITING"] }, risk: { in: ["BREACHED"] } }],
  ] as const) {
    const { tickets } = await sina.ask<{ tickets: { totalCount: { value: number } } }>(
      "query ($filter: TicketFilter) { tickets(filter: $filter, first: 1) { totalCount { value } } }",
      { filter: { ...filter, department: { in: [board.department.id] } } },
    );
    await expect.poll(() => figure(page, name), name).toBe(tickets.totalCount.value);
  }

  await page.getByRole("link", { name: /^Overdue/ }).click();
  await expect(page).toHaveURL(new RegExp(`/desk/search\\?department=${board.department.id}.*risk=BREACHED`));
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
});

test("the chart can be read as a table, day by day, each day leading to its tickets", async ({ page }) => {
  await signIn(page, "sina", "/dashboards/all");
  await page.getByText("Show as a table").click();
  const table = page.getByRole("table", { name: /Arrived and solved per day/ });
  await expect(table.getByRole("row")).toHaveCount(31);
  await expect(table.getByRole("link").first()).toHaveAttribute("href", /createdFrom=.*createdTo=/);
});

test("an employee who leads nothing is told so instead of being shown an empty board", async ({ page }) => {
  await signIn(page, "ana", "/dashboards");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator(".board")).toHaveCount(0);
});

for (const [width, height] of [[1280, 720], [1920, 1080], [3840, 2160]] as const) {
  test(`the wall fits ${width} × ${height} without scrolling, without navigation, in type for five metres`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await signIn(page, "sina", "/wall/all");
    await expect(page.locator(".figure")).toHaveCount(6);
    await expect(page.getByRole("navigation")).toHaveCount(0);
    const outside = await page.evaluate(() => ({
      x: document.documentElement.scrollWidth - window.innerWidth,
      y: document.documentElement.scrollHeight - window.innerHeight,
    }));
    expect(outside.x).toBeLessThanOrEqual(0);
    expect(outside.y).toBeLessThanOrEqual(0);
    // 1.1 % of the width of a 1.2 m screen is 13 mm.
    const smallest = await page.evaluate(() => {
      const sizes = [...document.querySelectorAll(".wall :is(td, th, .figure-remark, .bar-label, .legend, .plot)")].map((element) =>
        parseFloat(getComputedStyle(element).fontSize),
      );
      return Math.min(...sizes);
    });
    expect(smallest / width).toBeGreaterThan(0.011);
  });
}

test("the wall comes back by itself when the line was cut", async ({ page, context, request }) => {
  await signIn(page, "sina", "/wall/all");
  await expect(page.locator(".live")).toContainText("Live");
  const open = await figure(page, "Open");
  await context.setOffline(true);
  await expect(page.locator(".live")).toContainText("Cut off");
  const ana = await Caller.signedIn(request, "ana");
  await report(ana, `The printer is out of paper ${Date.now()}`);
  await context.setOffline(false);
  await expect(page.locator(".live")).toContainText("Live", { timeout: 30_000 });
  await expect.poll(() => figure(page, "Open")).toBeGreaterThan(open);
});

test("whoever reads figures and works no tickets finds them, and none leads where they may not go", async ({ page }) => {
  await signIn(page, "bo");
  await page.getByRole("banner").getByRole("link", { name: "Dashboards" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Dashboards" })).toBeVisible();
  await page.getByRole("link", { name: "All departments", exact: true }).click();
  await expect(page.locator(".figure")).toHaveCount(6);
  await expect(page.locator('main a[href^="/desk"]')).toHaveCount(0);
  await expectAccessible(page);
});

test("an administrator who works no tickets gets from the portal to administration", async ({ page }) => {
  await signIn(page, "admin");
  await page.getByRole("banner").getByRole("link", { name: "Administration" }).click();
  await expect(page.getByRole("navigation", { name: "Administration" })).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`dashboards have nothing for axe to complain about, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await signIn(page, "sina", "/dashboards");
    for (const place of ["/dashboards", "/dashboards/all", "/wall/all"]) {
      await page.goto(place);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(page.locator(".skeleton")).toHaveCount(0);
      await expectAccessible(page);
    }
  });
}
