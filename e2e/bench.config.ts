import { defineConfig } from "@playwright/test";

import journeys from "./playwright.config.js";

// `cargo xtask bench` runs these against release builds; they measure and assert nothing about time.
export default defineConfig({
  ...journeys,
  testDir: "bench",
  timeout: 600_000,
  use: { ...journeys.use, screenshot: "off", trace: "off" },
});
