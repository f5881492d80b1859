// Signing in with a passkey: asks the browser for one, and puts what it signs into the form.
"use strict";

{
  const form = document.querySelector("form[data-passkey]");
  const problem = form?.querySelector(".problem[hidden]");

  const bytes = (text) => {
    const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  };

  const text = (buffer) => {
    const letters = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  };

  const say = (message) => {
    problem.textContent = message;
    problem.hidden = false;
  };

  const askForOptions = async () => {
    const challenge = form.elements.challenge.value;
    const answer = await fetch(form.dataset.passkey, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "X-CSRFToken": form.elements.csrfmiddlewaretoken.value,
      },
      body: JSON.stringify(challenge ? { challenge } : {}),
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.detail);
    return body;
  };

  const sign = async ({ challenge, options }) => {
    const publicKey = {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: (options.allowCredentials ?? []).map((each) => ({ ...each, id: bytes(each.id) })),
    };
    const credential = await navigator.credentials.get({ publicKey });
    const { authenticatorData, clientDataJSON, signature, userHandle } = credential.response;
    form.elements.challenge.value = challenge;
    form.elements.assertion.value = JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: {
        authenticatorData: text(authenticatorData),
        clientDataJSON: text(clientDataJSON),
        signature: text(signature),
        userHandle: userHandle ? text(userHandle) : null,
      },
    });
  };

  const usePasskey = async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      await sign(await askForOptions());
      form.submit();
    } catch (error) {
      say(error.name === "NotAllowedError" ? "No passkey was used." : error.message);
    }
  };

  if (form && window.PublicKeyCredential) {
    const button = form.querySelector("button[value=passkey]");
    form.hidden = false;
    if (button) {
      button.hidden = false;
      button.addEventListener("click", usePasskey);
    } else {
      form.addEventListener("submit", usePasskey);
    }
  }
}
