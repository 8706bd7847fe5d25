// The screen with the code: fetches the next one when its window begins. Without a connection it shows none rather than an old one.
const screen = document.querySelector("[data-screen]");
const place = screen.querySelector("[data-code]");
const full = screen.querySelector("[data-fullscreen]");
const RETRY = 2000, PATIENCE = 8000;

const wait = () => {
  const left = Number(place.querySelector("[data-left]")?.dataset.left);
  setTimeout(next, Number.isFinite(left) ? Math.max(left, 200) : RETRY);
};

const next = async () => {
  try {
    const answer = await fetch(screen.dataset.screen, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.redirected) return location.reload();
    if (!answer.ok) throw new Error(answer.status);
    place.innerHTML = await answer.text();
  } catch {
    place.replaceChildren(document.getElementById("lost").content.cloneNode(true));
  }
  wait();
};

wait();
if (document.fullscreenEnabled) {
  full.hidden = false;
  full.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()));
}
navigator.wakeLock?.request("screen").catch(() => {});
