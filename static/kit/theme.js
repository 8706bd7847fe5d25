// Runs before anything is drawn: colours like the device where the person wants that, and a class that says scripts run.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => { if (root.dataset.theme === "system") root.dataset.bsTheme = dark.matches ? "dark" : "light"; };
  root.classList.add("js");
  follow();
  dark.addEventListener("change", follow);
})();
