import { expect, test } from "@playwright/test";

import { expectAccessible } from "../support/accessibility.js";

for (const colorScheme of ["light", "dark"] as const) {
  test(`the sign-in page has nothing for axe to complain about, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto("/");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectAccessible(page);
  });
}
