// The forms of an API page: they send JSON, or a file, and show the answer below themselves.
"use strict";

const KEY = "Idempotency-Key";

function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function headersOf(form) {
  const headers = { Accept: "application/json", "X-CSRFToken": form.dataset.apiCsrf };
  for (const input of form.querySelectorAll("[data-api-header]")) {
    if (input.value.trim()) headers[input.dataset.apiHeader] = input.value.trim();
  }
  return headers;
}

function filled(form) {
  const data = new FormData();
  for (const [name, value] of new FormData(form)) {
    if (value instanceof File ? value.name : value) data.append(name, value);
  }
  return data;
}

function requestOf(form) {
  const request = { method: form.dataset.apiMethod, headers: headersOf(form), redirect: "manual" };
  const body = form.querySelector("[data-api-body]");
  if (body) {
    JSON.parse(body.value);
    request.headers["Content-Type"] = "application/json";
    request.body = body.value;
  } else if ("apiMultipart" in form.dataset) {
    request.body = filled(form);
  }
  return request;
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 4);
  } catch {
    return text;
  }
}

// Addresses of ours in the answer can be followed.
function withLinks(text) {
  const pre = document.createElement("pre");
  pre.className = "json";
  pre.tabIndex = 0;
  for (const part of text.split(/(https?:\/\/[^"\s]+)/)) {
    if (part.startsWith(`${location.origin}/`)) {
      const link = document.createElement("a");
      link.href = link.textContent = part;
      pre.append(link);
    } else {
      pre.append(part);
    }
  }
  return pre;
}

function say(form, words, refused, text) {
  const line = document.createElement("p");
  line.className = refused ? "status refused" : "status";
  line.textContent = words;
  const outcome = form.querySelector("output");
  outcome.replaceChildren(line, ...(text ? [withLinks(pretty(text))] : []));
  outcome.scrollIntoView({ block: "nearest" });
}

async function send(form) {
  let request;
  try {
    request = requestOf(form);
  } catch (error) {
    return say(form, `This is no JSON: ${error.message}`, true);
  }
  const answer = await fetch(location.href, request);
  say(form, `${answer.status} ${answer.statusText}`.trim(), !answer.ok, await answer.text());
  const key = form.querySelector(`[data-api-header="${KEY}"]`);
  if (key && answer.ok) key.value = freshKey();
  return undefined;
}

for (const input of document.querySelectorAll(`[data-api-header="${KEY}"]`)) input.value = freshKey();

for (const form of document.querySelectorAll("[data-api-method]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      await send(form);
    } catch {
      say(form, "No answer came; please try again.", true);
    } finally {
      button.disabled = false;
    }
  });
}

// What is left empty is not asked for.
for (const form of document.querySelectorAll("[data-api-query]")) {
  form.addEventListener("submit", () => {
    for (const input of form.elements) if (input.name && !input.value) input.disabled = true;
  });
}
