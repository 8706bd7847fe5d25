// The code was read: send it at once. The button stays for browsers without scripts, and when the connection fails.
const form = document.querySelector("form[data-now]");
if (form && !document.prerendering) form.requestSubmit();
