// The steps of check_site.py with the package for JavaScript: node check_site.mjs URL PASSWORD.
import { Api, EventClient, Problem } from "../../clients/js/src/index.js";

const [url, password] = process.argv.slice(2);
const TIMEOUT_MS = 30_000;
const PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

function expect(step, holds) {
  if (!holds) throw new Error(step);
  console.log(`js      ${step}: ok`);
}

async function signUp() {
  const api = new Api({ url });
  const username = `check_${crypto.randomUUID().slice(0, 8)}${Date.now() % 100_000}`;
  const { data } = await api.signUp({ username, email: `${username}@example.com`, password });
  return [api, data.user.id];
}

/** Resolves to the next event of a type. */
const nextOf = (events, type) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${type}`)), TIMEOUT_MS);
    events.addEventListener("event", function listen({ detail }) {
      if (detail.type !== type) return;
      clearTimeout(timer);
      events.removeEventListener("event", listen);
      resolve(detail);
    });
  });

const problemOf = async (promise) => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  return null;
};

const [api, memberId] = await signUp();
const [other] = await signUp();
expect("account", (await api.getAccount()).data.id === memberId);
const [first, again] = [await api.createPost({ text: "Hello" }, { idempotencyKey: "k".repeat(20) }), await api.createPost({ text: "Hello" }, { idempotencyKey: "k".repeat(20) })];
const { post } = first.data;
expect("write", post.id === again.data.post.id);
const form = new FormData();
form.set("text", "Look");
form.set("image", new Blob([Buffer.from(PICTURE, "base64")], { type: "image/png" }), "a.png");
expect("upload", (await api.createPost(form)).data.post.media.kind === "image");
const texts = [];
for await (const { data } of api.pages((page) => api.listMemberPosts(memberId, { limit: 1, ...page }))) texts.push(...data.posts.map(({ text }) => text));
expect("pages", texts.join() === "Look,Hello");
expect("problem", (await problemOf(api.createPost({ text: "" })))?.errors[0].field === "text");
const old = api.tokens;
expect("refresh", (await api.refresh()) && api.tokens.access !== old.access);

const { cursor } = await api.listPosts({ limit: 1 });
const missed = (await api.createPost({ text: "While nobody listens" })).data.post;
const events = new EventClient({ ...api.eventOptions, cursor, topics: [`user:${memberId}`] });
const created = nextOf(events, "post.created");
events.start();
expect("events", (await created).data.id === missed.id);
await events.setTopics(`post:${post.id}`);
const changed = nextOf(events, "reaction.changed");
await other.setPostReaction(post.id, { type: "wow" });
expect("topics", (await changed).data.reactions.wow === 1);
const ended = new Promise((resolve) => events.addEventListener("signedout", resolve));
await api.eraseAccount({ password });
await ended;
await other.eraseAccount({ password });
expect("end", (await problemOf(other.getAccount()))?.status === 401);
process.exit(0);
