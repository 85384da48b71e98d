// The audit suite of the package graphql-http, whole: every MUST, SHOULD and MAY.

import assert from "node:assert/strict";
import { test } from "node:test";
import { serverAudits } from "graphql-http";
import { bearer, graphqlUrl } from "../support/server.mjs";

const authorization = await bearer("ana");

// The suite asks about the schema, which is for those who signed in.
const fetchFn = (address, options = {}) =>
  fetch(address, { ...options, headers: { ...options.headers, authorization } });

for (const audit of serverAudits({ url: graphqlUrl, fetchFn })) {
  test(`${audit.id} ${audit.name}`, async () => {
    const result = await audit.fn();
    assert.equal(result.status, "ok", result.reason);
  });
}
