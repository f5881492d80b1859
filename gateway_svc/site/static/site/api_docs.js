// The page on which the API is tried, by a signed-in browser or with a token.
"use strict";

const SAFE = ["GET", "HEAD", "OPTIONS"];
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function followTheme() {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
}

function cookie(name) {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

// A browser that is signed in shows that the request comes from one of our pages; a token needs no such proof.
function prove(request) {
  const isOurs = new URL(request.url, location.href).origin === location.origin;
  if (isOurs && !SAFE.includes((request.method || "GET").toUpperCase()) && !request.headers.Authorization) {
    request.headers["X-CSRFToken"] = cookie("csrftoken");
  }
  return request;
}

followTheme();
dark.addEventListener("change", followTheme);
const main = document.getElementById("content");
window.ui = SwaggerUIBundle({
  url: main.dataset.document,
  domNode: main,
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  requestInterceptor: prove,
});
