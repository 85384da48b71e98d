import { expect, test } from "@playwright/test";

test("the release client boots without a complaint in the console", async ({ page }) => {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));

  const response = await page.goto("/");
  expect(response?.status()).toBe(200);
  // Content of the client's own, not of the index page.
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  expect(complaints).toEqual([]);
});

test("the client starts under a policy that forbids foreign and inline code", async ({ page }) => {
  const response = await page.goto("/");
  const policy = response?.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toMatch(/script-src 'self' 'wasm-unsafe-eval' 'sha256-/);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.foreignCodeRan = true";
    document.body.append(script);
    return "foreignCodeRan" in window;
  });
  expect(ran).toBe(false);
});

test("module and script travel compressed and are kept for good", async ({ page }) => {
  const answers = new Map<string, Record<string, string>>();
  page.on("response", (response) => {
    answers.set(new URL(response.url()).pathname, response.headers());
  });
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const module = [...answers].find(([path]) => path.endsWith(".wasm"));
  expect(module?.[1]["content-type"]).toBe("application/wasm");
  expect(module?.[1]["content-encoding"]).toBe("br");
  expect(module?.[1]["cache-control"]).toContain("immutable");
});
