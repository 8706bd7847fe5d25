// Without a network: styles and scripts of this release, and the pages that were kept for the person who is signed in.
const STATIC = `static-${SITE.version}`, PAGES = "pages", WHOSE = "/kept-for";
const KEPT_FOR = 36 * 3600 * 1000, MOST = 30;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(STATIC).then((cache) => cache.addAll([...SITE.assets, SITE.offline])).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("static-") && name !== STATIC;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))).then(() => clients.claim()));
});

// Pages of another person are thrown away before one of this person is kept.
const keep = async (path, answer, whose) => {
  let pages = await caches.open(PAGES);
  const before = await pages.match(WHOSE);
  if (before && (await before.text()) !== whose) {
    await caches.delete(PAGES);
    pages = await caches.open(PAGES);
  }
  await pages.put(WHOSE, new Response(whose));
  await pages.put(path, answer);
  const kept = await pages.keys();
  for (const old of kept.filter((each) => new URL(each.url).pathname !== WHOSE).slice(0, -MOST)) await pages.delete(old);
};

const copyOf = async (path) => {
  const copy = await (await caches.open(PAGES)).match(path);
  return copy && Date.now() - new Date(copy.headers.get("date") ?? Date.now()) < KEPT_FOR ? copy : null;
};

const page = async (event, path) => {
  try {
    const answer = await fetch(event.request);
    const whose = answer.headers.get("X-Kept-For");
    if (answer.ok && !answer.redirected && whose) event.waitUntil(keep(path, answer.clone(), whose));
    return answer;
  } catch {
    return (await copyOf(path)) ?? (await caches.match(SITE.offline)) ?? Response.error();
  }
};

addEventListener("fetch", (event) => {
  const { request } = event, { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (pathname === SITE.signIn || (pathname === SITE.signOut && request.method === "POST")) event.waitUntil(caches.delete(PAGES));
  if (request.method !== "GET") return;
  if (pathname.startsWith(SITE.statics)) event.respondWith(caches.match(request).then((found) => found ?? fetch(request)));
  else if (request.mode === "navigate" || request.headers.get("X-Offline-Copy")) event.respondWith(page(event, pathname));
});
