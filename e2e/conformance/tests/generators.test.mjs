// Relay's compiler and graphql-codegen over schema.graphql, and TypeScript over what they made.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } from "graphql";
import { ask, bearer, graphqlUrl, root, schemaFile, scratch } from "../support/server.mjs";

const patience = { timeout: 120_000 };

function run(program, options, cwd) {
  const { status, stdout, stderr } = spawnSync(path.join(root, "node_modules/.bin", program), options, {
    cwd,
    encoding: "utf8",
  });
  assert.equal(status, 0, `${program}:\n${stdout}${stderr}`);
  return stdout;
}

/** A project that somebody might have, in a folder of its own. */
function project(name) {
  const folder = scratch(name);
  rmSync(folder, { recursive: true, force: true });
  cpSync(path.join(root, "projects", name), folder, { recursive: true });
  copyFileSync(schemaFile, path.join(folder, "schema.graphql"));
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
  return folder;
}

test("Relay's compiler compiles fragments, a connection and a subscription", patience, () => {
  const folder = project("relay");
  mkdirSync(path.join(folder, "src/__generated__"));
  run("relay-compiler", [], folder);
  const made = readdirSync(path.join(folder, "src/__generated__"));
  for (const name of ["QueueQuery", "Queue_tickets", "QueuePage", "ReportMutation", "QueueSubscription"]) {
    assert.ok(made.includes(`${name}.graphql.ts`), `${name} among ${made}`);
  }
});

test("graphql-codegen's types fit a program that uses them", patience, () => {
  const folder = project("codegen");
  run("graphql-codegen", ["--config", "codegen.json"], folder);
  run("tsc", ["--project", "tsconfig.json"], folder);
});

test("graphql-codegen reads the running server's schema", patience, async () => {
  const folder = project("codegen");
  const file = path.join(folder, "codegen.json");
  const config = JSON.parse(readFileSync(file, "utf8"));
  config.schema = [{ [graphqlUrl]: { headers: { authorization: await bearer("ana") } } }];
  writeFileSync(file, JSON.stringify(config));
  run("graphql-codegen", ["--config", "codegen.json"], folder);
  run("tsc", ["--project", "tsconfig.json"], folder);
});

test("what the server tells of its schema is schema.graphql", patience, async () => {
  const told = buildClientSchema(await ask(await bearer("ana"), getIntrospectionQuery()));
  const written = buildSchema(readFileSync(schemaFile, "utf8"));
  assert.equal(printSchema(lexicographicSortSchema(told)), printSchema(lexicographicSortSchema(written)));
});
