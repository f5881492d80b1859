/* Keeps the page in front of the admins as the platform is now. Without this script one loads the page anew. */
"use strict";

const EVERY = 5000;
const PATIENCE = 8000;
const renewal = document.getElementById("renewal");
let timer = 0;

/* What somebody had reached with the keyboard, they have reached still. */
function replace(live, fresh) {
  const reached = live.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  live.replaceChildren(...fresh.childNodes);
  if (reached !== null) {
    [...live.querySelectorAll("a")].find((link) => link.getAttribute("href") === reached)?.focus({ preventScroll: true });
  }
}

function show(page) {
  replace(document.getElementById("live"), page.getElementById("live"));
  document.getElementById("as-of").replaceWith(page.getElementById("as-of"));
  const sentence = document.getElementById("sentence");
  const news = page.getElementById("sentence");
  /* Read out only when there is something new to say. */
  if (sentence.textContent !== news.textContent) {
    sentence.textContent = news.textContent;
    sentence.className = news.className;
    document.title = page.title;
  }
}

async function renew() {
  const answer = await fetch(location.pathname, {
    headers: { Accept: "text/html" },
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
    location.reload();
    return;
  }
  if (!answer.ok) {
    throw new Error(`the gateway answered ${answer.status}`);
  }
  show(new DOMParser().parseFromString(await answer.text(), "text/html"));
}

async function keep() {
  try {
    await renew();
    renewal.textContent = `It renews itself every ${EVERY / 1000} seconds.`;
  } catch {
    renewal.textContent = "It could not be renewed since; it is tried again.";
  }
  wait();
}

function wait() {
  clearTimeout(timer);
  if (!document.hidden) {
    timer = setTimeout(keep, EVERY);
  }
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (!document.hidden) {
    keep();
  }
});
renewal.textContent = `It renews itself every ${EVERY / 1000} seconds.`;
wait();
