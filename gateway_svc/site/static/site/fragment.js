// Moves the token of a letter's link from behind the # into the form, and out of the address.
"use strict";

{
  const field = document.querySelector("[data-from-fragment]");
  const token = field && new URLSearchParams(location.hash.slice(1)).get(field.dataset.fromFragment);
  if (token) {
    field.value = token;
    field.closest(".field").hidden = true;
    history.replaceState(null, "", location.pathname);
  }
}
