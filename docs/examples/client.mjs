// A client in Node (18 or newer, nothing to install) that is tested against mockserver.
//
//   mockserver serve &
//   MOCKSERVER_URL=http://127.0.0.1:8080 node docs/examples/client.mjs
//
// The first part is the client as it would be written for IDT Express. The second is its tests: each has
// a sandbox of its own, made and dropped through the control API, so they could run side by side.

import assert from "node:assert/strict";

// --- the client ----------------------------------------------------------------------------------

class Numbers {
  constructor(baseUrl, headers) {
    this.baseUrl = baseUrl;
    this.headers = { ...headers, "Content-Type": "application/json" };
  }

  async ask(method, path, content) {
    const body = content === undefined ? undefined : JSON.stringify(content);
    const answer = await fetch(this.baseUrl + path, { method, headers: this.headers, body });
    const json = await answer.json();
    if (!answer.ok) {
      throw Object.assign(new Error(json.errors[0].title), { status: answer.status, code: json.errors[0].code });
    }
    return json;
  }

  // Orders numbers once, whatever becomes of the answer: before it sends an order again, it looks whether
  // the first one arrived. There is no idempotency key in this API.
  async buy(didGroup, quantity) {
    const before = await this.orders();
    try {
      const items = [{ did_group_id: didGroup, quantity }];
      return (await this.ask("POST", "/v1/dids/orders", { order_items: items })).order.id;
    } catch (error) {
      if (error.status !== undefined && error.status < 500) throw error; // a clear no
      const known = new Set(before.map((order) => order.id));
      const arrived = (await this.orders()).find((order) => !known.has(order.id));
      return arrived === undefined ? this.buy(didGroup, quantity) : arrived.id;
    }
  }

  async orders() {
    return (await this.ask("GET", "/v1/dids/orders")).orders;
  }

  async status(order) {
    return (await this.ask("GET", `/v1/dids/orders/${order}`)).order.status;
  }
}

// --- its tests -----------------------------------------------------------------------------------

const server = process.env.MOCKSERVER_URL ?? "http://127.0.0.1:8080";

async function control(method, path, content) {
  const body = content === undefined ? undefined : JSON.stringify(content);
  const answer = await fetch(`${server}/_mock${path}`, { method, body });
  const json = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${path}: ${JSON.stringify(json)}`);
  return json;
}

async function test(name, run) {
  const sandbox = await control("POST", "/sandboxes", {});
  const inside = (method, path, content) => control(method, `/sandboxes/${sandbox.name}${path}`, content);
  try {
    await inside("PUT", "/clock", { mode: "frozen", now: "2026-03-01T12:00:00Z" });
    await run(new Numbers(sandbox.base_urls.idt, sandbox.credentials.idt), inside);
    console.log(`ok      ${name}`);
  } catch (error) {
    const { requests } = await inside("GET", "/requests");
    console.log(`FAILED  ${name}: ${error.message}`);
    for (const one of requests) console.log(`          ${one.method} ${one.path} ${one.status}`);
    process.exitCode = 1;
  } finally {
    await control("DELETE", `/sandboxes/${sandbox.name}`);
  }
}

await test("an order completes", async (numbers, sandbox) => {
  const order = await numbers.buy(16847, 2);
  assert.equal(await numbers.status(order), "Created");
  await sandbox("POST", "/clock/advance", { by: "10s" });
  assert.equal(await numbers.status(order), "Complete");
});

await test("without money there is a clear no", async (numbers, sandbox) => {
  await sandbox("POST", "/world/balance", { provider: "idt", balance: "0.01" });
  await assert.rejects(numbers.buy(16847, 2), { code: 3001 });
});

await test("an answer that is lost does not buy twice", async (numbers, sandbox) => {
  const effect = { commit_then_drop: true };
  await sandbox("POST", "/faults", { provider: "idt", operation: "create_order", times: 1, effect });
  await numbers.buy(16847, 2);
  await sandbox("POST", "/assert", { no_double_purchase: true });
  const { count } = await sandbox("POST", "/requests/count", { operation: "create_order" });
  assert.equal(count, 1);
});

await test("a request that is lost is sent again", async (numbers, sandbox) => {
  const effect = { cut: true };
  await sandbox("POST", "/faults", { provider: "idt", operation: "create_order", times: 1, effect });
  await numbers.buy(16847, 2);
  const { count } = await sandbox("POST", "/requests/count", { operation: "create_order" });
  assert.equal(count, 2);
});
