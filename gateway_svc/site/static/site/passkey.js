// Passkeys: asks the browser to sign with one, or to make one, and puts what it answers into the form.
"use strict";

{
  const bytes = (text) => {
    const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  };

  const text = (buffer) => {
    const letters = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  };

  const decoded = (credentials = []) => credentials.map((each) => ({ ...each, id: bytes(each.id) }));

  const written = (credential, response) =>
    JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: { clientDataJSON: text(credential.response.clientDataJSON), ...response },
    });

  const askForOptions = async (form, path, body) => {
    const answer = await fetch(path, {
      method: "POST",
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
        "X-CSRFToken": form.elements.csrfmiddlewaretoken.value,
      },
      body: JSON.stringify(body),
    });
    const said = await answer.json();
    if (!answer.ok) throw new Error(Object.values(said.errors ?? {})[0]?.[0] ?? said.detail);
    return said;
  };

  const sign = async (form) => {
    const { challenge: given } = form.elements;
    const body = given.value ? { challenge: given.value } : {};
    const { challenge, options } = await askForOptions(form, form.dataset.passkey, body);
    const publicKey = {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: decoded(options.allowCredentials),
    };
    const credential = await navigator.credentials.get({ publicKey });
    const { authenticatorData, signature, userHandle } = credential.response;
    given.value = challenge;
    form.elements.assertion.value = written(credential, {
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    });
  };

  const make = async (form) => {
    const body = { current: form.elements.current.value };
    const { challenge, options } = await askForOptions(form, form.dataset.newPasskey, body);
    const publicKey = {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: decoded(options.excludeCredentials),
    };
    const credential = await navigator.credentials.create({ publicKey });
    form.elements.challenge.value = challenge;
    form.elements.credential.value = written(credential, {
      attestationObject: text(credential.response.attestationObject),
    });
  };

  const before = (form, work) => async (event) => {
    event.preventDefault();
    const problem = form.querySelector("[data-passkey-problem]");
    problem.hidden = true;
    try {
      await work(form);
      form.submit();
    } catch (error) {
      problem.textContent = error.name === "NotAllowedError" ? "No passkey was used." : error.message;
      problem.hidden = false;
    }
  };

  if (window.PublicKeyCredential) {
    for (const form of document.querySelectorAll("form[data-passkey]")) {
      const button = form.querySelector("button[value=passkey]");
      if (button) button.hidden = false;
      form.hidden = false;
      if (button) button.addEventListener("click", before(form, sign));
      else form.addEventListener("submit", before(form, sign));
    }
    for (const form of document.querySelectorAll("form[data-new-passkey]")) {
      form.addEventListener("submit", before(form, make));
    }
  }
}
